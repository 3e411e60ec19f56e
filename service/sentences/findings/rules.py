"""What may be said of numbers: who leads beyond chance, and shares only of enough incidents."""

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import ArrayLike

from service.sentences.numbers import counted, listed, percentage

CALLED: Final = 0.05
"""The p or q at which a finding is beyond chance where a table has no level of its own."""
SMALLEST_BASE: Final = 50
"""Incidents of which a share or a change may be said in per cent."""
MOST_NAMED: Final = 3


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


def leading(names: Sequence[str], rows: Sequence[int], *, what: str = "the highest") -> str:
    """Who leads, as far as chance lets it be said.

    Parameters
    ----------
    names : sequence of str
        Of all rows.
    rows : sequence of int
        Those that may truly lead, the first first.
    what : str
        What they are, with its article.

    Returns
    -------
    str
        Such as ``Ely is the highest`` or ``Ely and March are among the highest``.
    """
    if len(rows) == 1:
        return f"{names[rows[0]]} is {what}"
    if len(rows) <= MOST_NAMED:
        return f"{listed([names[row] for row in rows])} are among {what}"
    return f"{names[rows[0]]} is among {what}, with {len(rows) - 1:,} that may be as high"


def share_text(count: float, total: float) -> str:
    """A part of incidents: in per cent where they are enough, else as numbers.

    Parameters
    ----------
    count, total : int
        The part and the whole.

    Returns
    -------
    str
        Such as ``12 %`` or ``3 of 17``.
    """
    if total >= SMALLEST_BASE:
        share = count / total
        text = f"{share:.0%}" if 0.01 <= share <= 0.99 else percentage(share)
        return text.replace("%", " %")
    return f"{count:,.0f} of {total:,.0f}"


def known(values: Any) -> Any:
    """Values as numbers, NaN where they are missing or suppressed."""
    return np.array(
        [np.nan if value is None else value for value in np.asarray(values).tolist()], np.float64
    )


def gap_sentence(missing: int, one: str, many: str | None = None) -> list[str]:
    """That some have no value, or nothing."""
    return [f"{counted(missing, one, many)} without a value."] if missing else []
