"""What may be said of numbers: who leads beyond chance, and shares only of enough incidents."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from service.model.rows import ColumnValues
from service.sentences.numbers import SMALLEST_BASE, counted, listed, probability

CALLED: Final = 0.05
"""The p or q at which a finding is beyond chance where a table has no level of its own."""
MOST_NAMED: Final = 3
MOST_TESTED: Final = 10_000_000
"""Incidents to which the E-test goes; of more, its limit for many is as good."""


def rivals(counts: ArrayLike, exposures: ArrayLike | None = None) -> list[int]:
    """The rows that may truly have the highest rate, highest first.

    Parameters
    ----------
    counts : (n,) float64
        Incidents; NaN where not known.
    exposures : (n,) float64 or None
        What rates are over; None for ranks of counts.

    Returns
    -------
    list of int
        One row where it is above every other beyond chance; none without an incident.

    Notes
    -----
    One-sided exact conditional tests of the highest against each other row, at 0.05 over their
    number: another row is truly highest only if the one test against it errs.
    """
    from scipy.special import betainc

    count = np.asarray(counts, np.float64)
    exposure = np.ones(len(count)) if exposures is None else np.asarray(exposures, np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        rate = np.where(exposure > 0.0, count / exposure, np.nan)
    order = np.argsort(-rate, kind="stable")
    order = order[np.isfinite(rate[order])]
    if not len(order) or rate[order[0]] <= 0.0:
        return []
    first, lower = order[0], order[1:]
    share = exposure[first] / (exposure[first] + exposure[lower])
    p_value = betainc(count[first], count[lower] + 1.0, share)
    is_rival = p_value * max(len(lower), 1) > CALLED
    return [int(first), *lower[is_rival].tolist()]


def leading(names: Sequence[str], rows: Sequence[int], what: str) -> str:
    """Who leads, as far as chance lets it be said.

    Parameters
    ----------
    names : sequence of str
        Of all rows.
    rows : sequence of int
        Those that may truly lead, the first first.
    what : str
        What who leads has, with its article.

    Returns
    -------
    str
        Such as ``Ely has the most incidents`` or ``Ely and March may each have the most
        incidents``.
    """
    if len(rows) == 1:
        return f"{names[rows[0]]} has {what}"
    if len(rows) == len(names) and len(names) > 2:
        return f"none stands out as having {what}"
    if len(rows) <= MOST_NAMED:
        return f"{listed([names[row] for row in rows])} may each have {what}"
    return f"{names[rows[0]]} is one of {len(rows):,} that may have {what}"


def known(values: ColumnValues) -> NDArray[np.float64]:
    """Values as numbers.

    Parameters
    ----------
    values : (n,) array
        Of a column.

    Returns
    -------
    (n,) float64
        NaN where they are missing, suppressed, or texts such as ``<5``.
    """
    if values.dtype.kind in "fiu":
        return values.astype(np.float64)
    return np.array([_number(value) for value in values.tolist()], np.float64)


def _number(value: object) -> float:
    """A value as a number; NaN where it is missing or a text such as ``<5``."""
    if isinstance(value, str) and value.isdecimal():
        return float(value)
    return float(value) if isinstance(value, int | float) else math.nan


@dataclass(frozen=True)
class RateChange:
    """Two counts of incidents held against each other, the later against the earlier.

    Attributes
    ----------
    before, after : float
        The counts.
    percent : float
        Change of the rate; NaN from zero.
    p_value : float
        That the rate is one in both.
    is_called : bool
        Whether it changed beyond chance.
    """

    before: float
    after: float
    percent: float
    p_value: float

    @property
    def is_called(self) -> bool:
        """Whether the rate changed beyond chance."""
        return self.p_value < CALLED

    def __str__(self) -> str:
        """The change in words, without a per cent of few incidents; none where none is called."""
        if not self.is_called:
            return "no change beyond chance"
        return size_of_change(self.before, self.percent, is_rise=not self.percent < 0.0)

    def sentence(self, later: str, earlier: str) -> str:
        """Both counts and what chance leaves of their difference, with its p.

        Parameters
        ----------
        later, earlier : str
            The two periods within a sentence.

        Returns
        -------
        str
            A full sentence.
        """
        size = f"{self} than" if self.is_called else "no more than chance apart from"
        verb = "was" if self.after == 1 else "were"
        return (
            f"There {verb} {counted(self.after, 'incident')} in {later}, {size} the "
            f"{self.before:,.0f} of {earlier} (p {probability(self.p_value)})."
        )

    def title(self, later: str, earlier: str) -> str:
        """The change, then the count, without a full stop.

        Parameters
        ----------
        later, earlier : str
            The two periods within a sentence.

        Returns
        -------
        str
            In two parts with a semicolon between, of which the first may stand alone.
        """
        size = f"{self} in {later} than in {earlier}"
        count = f"{counted(self.after, 'incident')} after {self.before:,.0f}"
        return f"{size if self.is_called else f'{self} in {later}'}; {count}"


def rate_change(
    before: float, after: float, *, days_before: float = 1.0, days_after: float = 1.0
) -> RateChange:
    """How the rate changed, with the p of the comparison of two periods (E-test).

    Parameters
    ----------
    before, after : int
        Incidents, known.
    days_before, days_after : float
        Days of each, above 0.

    Returns
    -------
    RateChange
    """
    from spatial.over_time.change import count_changes

    if max(before, after) > MOST_TESTED:
        share = days_after / (days_before + days_after)
        excess = after - (before + after) * share
        score = abs(excess) / math.sqrt((before + after) * share * (1.0 - share))
        ratio = after / before * days_before / days_after if before else math.nan
        return RateChange(before, after, 100.0 * (ratio - 1.0), math.erfc(score / math.sqrt(2.0)))
    change = count_changes(
        [before], [after], first_exposure=days_before, second_exposure=days_after
    )
    return RateChange(before, after, float(change.percent[0]), float(change.p_value[0]))


def size_of_change(before: float, percent: float, *, is_rise: bool) -> str:
    """A change beyond chance in words.

    Parameters
    ----------
    before : float
        Incidents of the earlier period.
    percent : float
        Change of the rate; NaN from zero.
    is_rise : bool
        Whether there are more.

    Returns
    -------
    str
        Such as ``14 % fewer``; of few incidents ``more`` or ``fewer`` alone.
    """
    side = "more" if is_rise else "fewer"
    is_enough = before >= SMALLEST_BASE and math.isfinite(percent)
    return f"{abs(percent):.0f} % {side}" if is_enough else side
