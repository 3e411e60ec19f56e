"""Rankings of places by the incidents before a day, and the periods in which they are judged."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from service.analyses.inputs.periods import Steps
from service.analyses.patrols.places import PatrolIncidents
from service.queries.patterns.patrols import PatrolForecastQuery
from spatial.arrays import BoolArray, FloatArray
from spatial.errors import InvalidParameterError
from spatial.patrols.forecasts import recent_sums, shrunk_to_neighbours
from spatial.patrols.lists import membership, sums_by_place

HALF_LIVES_DAYS: Final = (90, 180, 365, 730)
MONTHS: Final = {"year": 12, "quarter": 3, "month": 1}
MOST_TESTS: Final = 12

Rankings = Mapping[str, FloatArray]


@dataclass(frozen=True)
class Trial:
    """Months in which rankings are judged that were made of the months before.

    Attributes
    ----------
    first, last : int
        Positions of its months in the steps, both inclusive.
    length : int
        Months of it.
    """

    first: int
    last: int

    @property
    def length(self) -> int:
        """Number of its months."""
        return self.last - self.first + 1

    def before(self) -> "Trial":
        """The period of the same length that ends where this one begins.

        Returns
        -------
        Trial
            Just as long.
        """
        return Trial(self.first - self.length, self.first - 1)

    def name(self, steps: Steps) -> str:
        """Its first and its last month.

        Parameters
        ----------
        steps : Steps
            The months.

        Returns
        -------
        str
            Such as ``2024-07 to 2024-09``.
        """
        labels = (steps.labels[self.first], steps.labels[self.last])
        return labels[0] if self.length == 1 else " to ".join(labels)


def trials_of(steps: Steps, unit: str) -> tuple[str, tuple[Trial, ...]]:
    """The periods in which rankings are judged, the earliest first.

    Parameters
    ----------
    steps : Steps
        The months of the period asked for.
    unit : str
        ``year``, ``quarter``, ``month`` or ``auto``.

    Returns
    -------
    unit : str
        The one taken.
    periods : tuple of Trial
        The last year; of quarters and months those with two others before them, so that a
        candidate can be chosen, at most the last twelve; else the last one.

    Raises
    ------
    InvalidParameterError
        If there is nothing before the last of them.
    """
    whole = np.flatnonzero(steps.days == steps.length)
    months = int(whole[-1]) + 1 - int(whole[0]) if len(whole) else 0
    allowed = [name for name, length in MONTHS.items() if months >= 2 * length]
    if not allowed or unit not in ("auto", *allowed):
        raise InvalidParameterError(
            "test",
            unit,
            f"{' or '.join(allowed)}: the data cover {months} whole months of the period"
            if allowed
            else f"a period of two whole months or more, and the data cover {months} of this one",
        )
    unit = allowed[0] if unit == "auto" else unit
    length, end = MONTHS[unit], int(whole[-1])
    tests = 1 if unit == "year" else min(max(months // length - 2, 1), MOST_TESTS)
    return unit, tuple(
        Trial(end - (k + 1) * length + 1, end - k * length) for k in reversed(range(tests))
    )


class PlaceRankings:
    """Rankings of the places of some incidents.

    Parameters
    ----------
    incidents : PatrolIncidents
        By place.
    steps : Steps
        The months of the period.
    query : PatrolForecastQuery
        What ranks the places, and the length of the list.
    """

    def __init__(
        self, incidents: PatrolIncidents, steps: Steps, query: PatrolForecastQuery
    ) -> None:
        self.incidents = incidents
        self._steps = steps
        self._query = query
        self._month = steps.step_of_incident[incidents.incident]
        occurred = incidents.selection.incidents.occurred[incidents.incident]
        self._day = occurred.astype("datetime64[D]")
        whole = np.flatnonzero(steps.days == steps.length)
        self._first = int(whole[0])
        self._candidates: dict[Trial, Rankings] = {}

    def sums(self, period: Trial, power: float = 1.0) -> FloatArray:
        """Sums of the weights of a period's incidents, raised to a power, by place.

        Parameters
        ----------
        period : Trial
            Its months.
        power : float
            0 for counts, 1 for sums, 2 for sums of squares.

        Returns
        -------
        (n,) float64
            In the order of the places.
        """
        is_inside = (self._month >= period.first) & (self._month <= period.last)
        return self._sums(is_inside, self.incidents.weight**power)

    def last_period(self, period: Trial) -> FloatArray:
        """The ranking by the period just before one.

        Parameters
        ----------
        period : Trial
            That follows it.

        Returns
        -------
        (n,) float64
            In the order of the places.
        """
        return self.sums(period.before())

    def candidates(self, period: Trial) -> Rankings:
        """The rankings by all incidents before a period, the simplest first; made once.

        Parameters
        ----------
        period : Trial
            What is looked ahead to.

        Returns
        -------
        mapping of str to (n,) float64
            By name.
        """
        if period not in self._candidates:
            self._candidates[period] = self._rank(period)
        return self._candidates[period]

    def _rank(self, period: Trial) -> Rankings:
        is_before = (self._month >= self._first) & (self._month < period.first)
        age_days = (self._steps.first_days[period.first] - self._day[is_before]).astype(float)
        value = self._sums(is_before, self.incidents.weight)
        rankings = {"all before": value}
        if self._query.sums_harm:
            rankings["count of all before"] = self._sums(is_before, np.ones(len(self._month)))
        rankings |= {
            f"half-life of {days} days": recent_sums(
                self.incidents.place[is_before],
                self.incidents.weight[is_before],
                age_days,
                half_life_days=days,
                places=len(self.incidents),
            )
            for days in HALF_LIVES_DAYS
        }
        around = self.incidents.units.neighbourhood_sums
        sums, squares = around(value), around(value * value)
        if not self._query.sums_harm and sums is not None and squares is not None:
            shrunk = shrunk_to_neighbours(value, sums, squares)
            rankings["local empirical Bayes"] = np.where(value > 0.0, shrunk, 0.0)
        return rankings

    def choice(self, period: Trial) -> str:
        """The candidate that caught most in the period before one; the simplest of equals.

        The first candidate where nothing is before that.

        Parameters
        ----------
        period : Trial
            What is looked ahead to; nothing of it is used.

        Returns
        -------
        str
            Name of a candidate.
        """
        earlier = period.before()
        candidates = self.candidates(earlier)
        if earlier.first <= self._first:
            return next(iter(candidates))
        after = self.sums(earlier)
        hits = {name: float(self.listed(value) @ after) for name, value in candidates.items()}
        return max(hits, key=lambda name: hits[name])

    def listed(self, ranking: FloatArray) -> FloatArray:
        """(n,) with what probability each place is on the list of a ranking.

        Parameters
        ----------
        ranking : (n,) float64
            What ranks the places.

        Returns
        -------
        (n,) float64
            0 to 1.
        """
        return membership(ranking, self._query.top, places=self.incidents.number)[0]

    def ground_share(self, ranking: FloatArray) -> float:
        """The share of the ground that the list of a ranking takes.

        Parameters
        ----------
        ranking : (n,) float64
            What ranks the places.

        Returns
        -------
        float
            0 to 1.
        """
        is_listed, other = membership(ranking, self._query.top, places=self.incidents.number)
        units = self.incidents.units
        rest = max(units.total - float(units.sizes.sum()), 0.0)
        return (float(is_listed @ units.sizes) + other * rest) / units.total

    def _sums(self, mask: BoolArray, weight: FloatArray) -> FloatArray:
        """Sums of weights by place, of some incidents."""
        return sums_by_place(self.incidents.place[mask], weight[mask], len(self.incidents))
