"""How well lists of places look ahead: judged in periods that they were not made of."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np

from service.analyses.inputs.periods import Steps, whole_steps
from service.analyses.patrols.places import PatrolPlaces
from service.analyses.patrols.rankings import PlaceRankings, Trial, trials_of
from service.analyses.patrols.rows import PatrolForecastRow
from service.model.answers import Table
from service.model.provenance import provenance
from service.model.rows import ColumnValues
from service.queries.patterns.patrols import PatrolForecastQuery
from spatial.arrays import FloatArray
from spatial.local_statistics.accuracy import incidents_in
from spatial.patrols.forecasts import caught, difference

FORECAST: Final = "forecast"
AT_RANDOM: Final = "at random"
SIDES: Final = ("", "_lower", "_upper")

Ranking = Callable[[Trial], FloatArray]


class PatrolForecasts:
    """Tests of lists of places against what came after them.

    Parameters
    ----------
    places : PatrolPlaces
        The incidents by hexagon or street segment.
    """

    def __init__(self, *, places: PatrolPlaces) -> None:
        self._places = places

    def version(self, dataset: str, query: PatrolForecastQuery) -> str:
        """A short digest of everything that a test depends on, apart from the query.

        Parameters
        ----------
        dataset : str
            Id of the dataset.
        query : PatrolForecastQuery
            The query.

        Returns
        -------
        str
            It changes when the dataset, the study area or the software does.
        """
        return self._places.version(dataset)

    def table(self, dataset: str, query: PatrolForecastQuery) -> Table:
        """One `PatrolForecastRow` for each way to make a list.

        Parameters
        ----------
        dataset : str
            Id of the dataset.
        query : PatrolForecastQuery
            Filter, what the places are, length of the list, and where it is judged.

        Returns
        -------
        Table
            The forecast, the candidates, the last period alone, and chance.

        Raises
        ------
        InvalidParameterError
            If the period is too short for the test.
        InvalidWithinError, NoRoadsError, TooMuchWorkError
            As `PatrolPlaces.incidents`.
        """
        incidents = self._places.incidents(dataset, query, query.incident_filter())
        steps = whole_steps(incidents.selection, "month")
        unit, periods = trials_of(steps, query.test)
        rankings = PlaceRankings(incidents, steps, query)
        judged = Judged(rankings, periods, query)
        choices = {period: rankings.choice(period) for period in periods}
        names = list(rankings.candidates(periods[-1]))
        last = rankings.last_period
        columns = judged.columns(
            {
                FORECAST: lambda period: rankings.candidates(period)[choices[period]],
                **{name: _candidate(rankings, name) for name in names},
                f"last {unit} alone": last,
                AT_RANDOM: lambda period: np.zeros(len(incidents)),
            },
            last=last,
        )
        candidate = np.full(len(columns["ranking"]), None, dtype=object)
        candidate[0] = choices[periods[-1]]
        return Table(
            kind="patrol-forecast",
            row=PatrolForecastRow,
            columns={"ranking": columns.pop("ranking"), "candidate": candidate, **columns},
            provenance=provenance(
                sources=incidents.sources(),
                filter=incidents.filter(),
                method={
                    "name": "test of lists for patrols",
                    **incidents.method(query),
                    "top": query.top,
                    "test": unit,
                    "tests": [
                        {"period": period.name(steps), "candidate": choices[period]}
                        for period in periods
                    ],
                    "choice": f"the candidate that caught most in the {unit} before the test",
                    "interval": "Clopper and Pearson (1934) of the effective number of incidents "
                    "(Korn and Graubard 1998); of differences Bonett and Price (2012); 95 %",
                },
                counts=incidents.counts(),
                notes=(*incidents.notes(), *_notes(steps, unit, periods)),
            ),
        )


@dataclass(frozen=True, eq=False)
class Judged:
    """Rankings held against what came after them.

    Attributes
    ----------
    rankings : PlaceRankings
    periods : tuple of Trial
    query : PatrolForecastQuery
    """

    rankings: PlaceRankings
    periods: tuple[Trial, ...]
    query: PatrolForecastQuery

    def columns(self, ways: dict[str, Ranking], *, last: Ranking) -> dict[str, ColumnValues]:
        """The columns of `PatrolForecastRow`, without the candidate.

        Parameters
        ----------
        ways : dict of str to callable
            Each gives the ranking before a period.
        last : callable
            That of the last period alone.

        Returns
        -------
        dict of str to (ways,) array
            A row for each way, in their order.
        """
        rows = [self._row(name, way, last) for name, way in ways.items()]
        return {
            name: np.array([row[name] for row in rows], object if name == "ranking" else None)
            for name in rows[0]
        }

    def _row(self, name: str, way: Ranking, last: Ranking) -> dict[str, str | float]:
        """What a way to rank places caught in all periods together."""
        weights, squares, counts = (self._after(power) for power in (1.0, 2.0, 0.0))
        is_listed, by_last = self._listed(way), self._listed(last)
        shares = np.array([self.rankings.ground_share(way(period)) for period in self.periods])
        hits = caught(is_listed, weights, squares)
        rate = np.array([hits.value[0], hits.lower[0], hits.upper[0]])
        apart = difference(is_listed, by_last, weights, squares)
        above = np.array([apart.value, apart.lower, apart.upper])
        if name == AT_RANDOM:
            rate[1:] = above[1:] = np.nan
        if way is last:
            above[:] = np.nan
        ground = float(shares.mean())
        best = self._best(shares) / (weights.sum() or np.nan)
        return {
            "ranking": name,
            "tests": len(self.periods),
            "places": self.query.top,
            "share_of_ground": 100.0 * ground,
            "count": float(is_listed @ counts),
            **dict(zip(("hit_rate", "lower", "upper"), 100.0 * rate, strict=True)),
            **{f"pai{side}": value for side, value in zip(SIDES, rate / ground, strict=True)},
            **{
                f"pei{side}": min(value, 1.0) if value == value else value
                for side, value in zip(SIDES, rate / best, strict=True)
            },
            **{f"above_last{side}": value for side, value in zip(SIDES, 100 * above, strict=True)},
        }

    def _after(self, power: float) -> FloatArray:
        """Sums of the weights to a power by place, of one period after the other."""
        return np.concatenate([self.rankings.sums(period, power) for period in self.periods])

    def _listed(self, way: Ranking) -> FloatArray:
        """Which places are listed, for one period after the other."""
        return np.concatenate([self.rankings.listed(way(period)) for period in self.periods])

    def _best(self, ground_shares: FloatArray) -> float:
        """The most that could have been caught on the same ground, of all periods together."""
        units = self.rankings.incidents.units
        total = 0.0
        for period, share in zip(self.periods, ground_shares, strict=True):
            after = self.rankings.sums(period)
            total += incidents_in(after, after, units.sizes, share * units.total)
        return total


def _candidate(rankings: PlaceRankings, name: str) -> Ranking:
    """A candidate, whatever is best."""
    return lambda period: rankings.candidates(period)[name]


def _notes(steps: Steps, unit: str, periods: tuple[Trial, ...]) -> tuple[str, ...]:
    """What a reader must know of the test."""
    notes = []
    if unit != "year":
        notes.append(
            f"The data are too short for a test in a year that the lists were not made of: each "
            f"of {len(periods)} {unit}s is tested instead, and the season is part of what differs."
            if len(periods) > 1
            else f"The data are too short for a test in a year that the lists were not made of: "
            f"the last {unit} is tested instead."
        )
    whole = np.flatnonzero(steps.days == steps.length)
    if periods[0].first - periods[0].length <= whole[0]:
        notes.append(
            f"Nothing is before the {unit} that precedes the test, in which a candidate would be "
            "chosen: the forecast is the sum of all that is before the test."
        )
    notes.append(
        "The forecast is chosen without the periods that it is judged in; the best of the other "
        "rows is not, and must not be taken for what could have been known before."
    )
    return tuple(notes)
