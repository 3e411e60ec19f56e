"""Which areas have a flag, how likely it is that they belong there, and since when."""

import math
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from boundaries.layers.layer import Layer
from service.analyses.flags.series import Series
from service.model.errors import TooMuchWorkError
from service.queries.flags.rules import Incidents, Test
from service.sentences.numbers import counted
from spatial.arrays import BoolArray, FloatArray
from spatial.rates.posteriors import RatePosteriors, rate_posteriors

YES, NO, NOT_KNOWN = 1, 0, -1
STATUS_NAMES: Final = {YES: "yes", NO: "no", NOT_KNOWN: "not known"}
MOST_DRAWS: Final = 40_000_000
Statuses = NDArray[np.int8]


@dataclass(frozen=True, eq=False)
class Flag:
    """One flag of every area.

    Attributes
    ----------
    flag_id, title, criterion : str
        Of the rules.
    status : (periods, areas) int8
        `YES`, `NO` or `NOT_KNOWN`, the present period first.
    value : (areas,) float64
        What the rules compare; of what an area contains the most extreme; NaN: not known.
    probability : (areas,) float64
        That the area belongs above the line, given its count; NaN for measures.
    unit : str
        Of the value.
    series : Series
        What the rules look at.
    where : (areas,) object
        The areas inside for which the test holds, in words; empty where that is not the question.
    notes : tuple of str
        Full sentences.
    """

    flag_id: str
    title: str
    criterion: str
    status: Statuses
    value: FloatArray
    probability: FloatArray
    unit: str
    series: Series
    where: NDArray[Any]
    notes: tuple[str, ...] = ()

    def in_a_row(self) -> NDArray[np.int64]:
        """Periods up to the present one in which an area has had the flag, without a gap.

        Returns
        -------
        (areas,) int64
            From 0 to the number of periods.
        """
        return np.asarray(np.cumprod(self.status == YES, axis=0).sum(axis=0), np.int64)

    def flagged(self) -> NDArray[np.int64]:
        """Periods in which an area has had the flag.

        Returns
        -------
        (areas,) int64
            From 0 to the number of periods.
        """
        return np.asarray(np.count_nonzero(self.status == YES, axis=0), np.int64)

    def known(self) -> NDArray[np.int64]:
        """Periods of which it is known.

        Returns
        -------
        (areas,) int64
            From 0 to the number of periods.
        """
        return np.asarray(np.count_nonzero(self.status != NOT_KNOWN, axis=0), np.int64)


class Assessor:
    """Applies tests to series.

    Parameters
    ----------
    periods : int
        The present one and the earlier ones.
    draws, seed : int
        Of the probabilities that have no formula.
    """

    def __init__(self, *, periods: int, draws: int, seed: int) -> None:
        self._periods = periods
        self._draws = draws
        self._seed = seed

    def statuses(self, test: Test, series: Series, scope: BoolArray) -> Statuses:
        """Whether a test holds for each area in each period.

        Parameters
        ----------
        test : Test
            Of the rules.
        series : Series
            What it is of.
        scope : (areas,) bool
            The areas that are compared, and of which there are data.

        Returns
        -------
        (periods, areas) int8
            Not known outside the scope.
        """
        periods = range(self._periods)
        status = np.stack([self._of_period(test, series, scope, k) for k in periods])
        status[:, ~scope] = NOT_KNOWN
        return status

    def value(self, test: Test, series: Series) -> FloatArray:
        """What a test compares in the present period.

        Parameters
        ----------
        test : Test
            Of the rules.
        series : Series
            What it is of.

        Returns
        -------
        (areas,) float64
            NaN where it is not known.
        """
        return _change(series, 0) if test.kind == "change" else series.value[0]

    def draws(self, series: Series, scope: BoolArray) -> FloatArray:
        """Rates of the present period, drawn from what the counts say.

        Parameters
        ----------
        series : Series
            Of incidents.
        scope : (areas,) bool
            The areas that the prior is estimated from.

        Returns
        -------
        (draws, areas) float64
            NaN outside the scope.

        Raises
        ------
        TooMuchWorkError
            If that is more than `MOST_DRAWS`.
        """
        number = self._draws * len(scope)
        if number > MOST_DRAWS:
            raise TooMuchWorkError("draws of areas", number, MOST_DRAWS, "ask for fewer draws")
        return _posteriors(series, scope).draws(self._draws, np.random.default_rng(self._seed))

    def probability(self, test: Test, series: Series, scope: BoolArray) -> FloatArray:
        """How probable it is that a test holds for the true rate of each area.

        Parameters
        ----------
        test : Test
            Of the rules.
        series : Series
            What it is of.
        scope : (areas,) bool
            The areas that are compared.

        Returns
        -------
        (areas,) float64
            NaN for measures, and where there is no count.
        """
        if series.count is None or np.isnan(series.count[0]).all():
            return np.full(len(scope), np.nan)
        if test.kind == "change":
            return np.where(scope, _probability_of_change(series, test.at_least or 0.0), np.nan)
        if test.kind == "threshold":
            return _posteriors(series, scope).probability_above(test.at_least or 0.0)
        return np.asarray(self.holds_in_draws(test, series, scope).mean(axis=0), np.float64)

    def holds_in_draws(self, test: Test, series: Series, scope: BoolArray) -> FloatArray:
        """For which areas a test of incidents holds in each draw.

        Parameters
        ----------
        test : Test
            A threshold, or of the highest.
        series : Series
            Of incidents.
        scope : (areas,) bool
            The areas that are compared.

        Returns
        -------
        (draws, areas) float64
            1 where it holds, 0 where it does not, NaN where there is no count.
        """
        rates = self.draws(series, scope)
        is_known = ~np.isnan(rates[0])
        if test.kind == "threshold":
            limit = np.full(len(rates), test.at_least or 0.0)
        else:
            number = min(_number(test, int(is_known.sum())), int(is_known.sum()))
            limit = -np.partition(-rates[:, is_known], number - 1, axis=1)[:, number - 1]
        return np.where(is_known, (rates >= limit[:, None]).astype(np.float64), np.nan)

    def notes(
        self, test: Test, series: Series, status: Statuses, layer: Layer, title: str
    ) -> tuple[str, ...]:
        """What a reader must know of a flag: ties, and what is not covered.

        Parameters
        ----------
        test : Test
            Of the rules.
        series : Series
            What it is of.
        status : (periods, areas) int8
            From `statuses`.
        layer : Layer
            The areas.
        title : str
            Of the flag.

        Returns
        -------
        tuple of str
            Full sentences.
        """
        notes = []
        flagged = int(np.count_nonzero(status[0] == YES))
        if test.kind in ("top", "top_share"):
            known = int(np.count_nonzero(status[0] != NOT_KNOWN))
            number = _number(test, known)
            if flagged > number:
                notes.append(f"{title}: {flagged} areas share the highest {number}; all have it.")
            elif flagged < number and known:
                notes.append(
                    f"{title}: {counted(flagged, 'area', 'areas')} of {layer.layer_id} "
                    f"{'has' if flagged == 1 else 'have'} it, not {number}."
                )
        if 0 < series.share[0] < 1:
            notes.append(
                f"{title}: the data cover {series.share[0]:.0%} of {series.labels[0]}, and the "
                "probability allows for that."
            )
        missing = int(np.count_nonzero(series.share[: self._periods] == 0))
        if missing:
            notes.append(
                f"{title}: there are no data for {missing} of {self._periods} periods; whether "
                "areas had the flag then is not known."
            )
        return tuple(notes)

    def _of_period(self, test: Test, series: Series, scope: BoolArray, period: int) -> Statuses:
        """(areas,) whether the test holds in one period."""
        value = _change(series, period) if test.kind == "change" else series.value[period]
        is_known = ~np.isnan(value) & scope
        if test.kind in ("threshold", "change"):
            holds = value >= (test.at_least or 0.0)
            if test.at_most is not None:
                holds = value <= test.at_most
            # A count of part of the period may still grow.
            may_grow = test.kind == "threshold" and not series.is_rate
            if may_grow and series.share[period] < 1:
                is_known = is_known & holds
        else:
            known_values = value[is_known] * (-1.0 if test.lowest else 1.0)
            holds = np.zeros(len(value), np.bool_)
            if len(known_values):
                number = min(_number(test, len(known_values)), len(known_values))
                limit = np.sort(known_values)[-number]
                holds[is_known] = known_values >= limit
                if isinstance(test.of, Incidents):
                    holds &= value > 0  # none is among the highest without an incident
        return np.where(is_known, np.where(holds, YES, NO), NOT_KNOWN).astype(np.int8)


def _number(test: Test, areas: int) -> int:
    """How many areas are among the highest, ties aside."""
    if test.percent is not None:
        return max(1, math.ceil(areas * test.percent / 100.0 - 1e-9))
    return int(test.n or 1)


def _posteriors(series: Series, scope: BoolArray) -> RatePosteriors:
    """What the counts of the areas in scope say of the rate of each."""
    if series.count is None:
        raise TypeError("a measure has no counts")
    exposure = np.where(scope, series.exposure[0], np.nan)
    return rate_posteriors(series.count[0], exposure)


def _change(series: Series, period: int) -> FloatArray:
    """(areas,) per cent since the period before, days allowed for; NaN from zero."""
    count = series.count
    if count is None or period + 1 >= len(count):
        return np.full(series.value.shape[1], np.nan)
    share = np.where(series.share > 0, series.share, np.nan)
    later, earlier = count[period] / share[period], count[period + 1] / share[period + 1]
    change = 100.0 * (later / np.where(earlier > 0, earlier, np.nan) - 1.0)
    return np.where((later == 0) & (earlier == 0), 0.0, change)


def _probability_of_change(series: Series, percent: float) -> FloatArray:
    """(areas,) that the rate has risen by so much or more, with Jeffreys' priors for both."""
    from scipy.special import betainc

    count = series.count
    if count is None or len(count) < 2:
        return np.full(series.value.shape[1], np.nan)
    later, earlier = count[0], count[1]
    odds = (1.0 + percent / 100.0) * series.share[0] / max(series.share[1], 1e-12)
    share = odds / (1.0 + odds)
    is_known = ~np.isnan(later + earlier)
    cumulative = betainc(
        np.where(is_known, later, 0) + 0.5, np.where(is_known, earlier, 0) + 0.5, share
    )
    return np.where(is_known, 1.0 - cumulative, np.nan)
