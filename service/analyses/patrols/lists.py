"""Lists of places for patrols: their ranks, and in how many quarters they were hot."""

from dataclasses import dataclass
from typing import Any, Final, Self

import numpy as np

from service.analyses.inputs.periods import whole_steps
from service.analyses.naming.names import NamedPoints, PlaceNames
from service.analyses.patrols.places import PatrolIncidents, PatrolPlaces
from service.analyses.patrols.rows import PatrolRow
from service.model.answers import Table
from service.model.provenance import provenance, short_digest
from service.model.rows import ColumnValues, whole_numbers
from service.queries.patterns.patrols import PatrolQuery
from service.sentences.numbers import counted
from spatial.arrays import BoolArray, FloatArray, IntArray
from spatial.errors import InvalidValuesError
from spatial.patrols.lists import hot_periods, sums_by_place
from spatial.rates.ranks import rank_sets
from spatial.rates.weighted_counts import weighted_counts

LEAST_HOT: Final = 2.0  # incidents of a quarter: one alone makes no place hot


class PatrolLists:
    """Lists of places for patrols.

    Parameters
    ----------
    places : PatrolPlaces
        The incidents by hexagon or street segment.
    names : PlaceNames
        Streets and places that name them.
    """

    def __init__(self, *, places: PatrolPlaces, names: PlaceNames) -> None:
        self._places = places
        self._names = names

    def version(self, dataset: str, query: PatrolQuery) -> str:
        """A short digest of everything that a list depends on, apart from the query.

        Parameters
        ----------
        dataset : str
            Id of the dataset.
        query : PatrolQuery
            The query.

        Returns
        -------
        str
            It changes when the dataset, the study area or the software does.
        """
        return short_digest(self._places.version(dataset), self._names.version())

    def table(self, dataset: str, query: PatrolQuery) -> Table:
        """One `PatrolRow` per place of the list, or of each half of the day.

        Parameters
        ----------
        dataset : str
            Id of the dataset.
        query : PatrolQuery
            Filter, what the places are, what ranks them, and halves of the day.

        Returns
        -------
        Table
            Highest first; of equal places that of the lower code first.

        Raises
        ------
        InvalidWithinError, NoRoadsError, TooMuchWorkError
            As `PatrolPlaces.incidents`.
        """
        parts = query.parts()
        lists = [
            PatrolList.of(self._places.incidents(dataset, part, part.incident_filter()), part)
            for part in parts
        ]
        first = lists[0].incidents
        columns = [part.columns() for part in lists]
        named = self._named(lists, columns)
        return Table(
            kind="patrols",
            row=PatrolRow,
            columns={
                name: np.concatenate([content[name] for content in columns]) for name in columns[0]
            },
            provenance=provenance(
                sources={**first.sources(), **named.members},
                filter={**first.filter(), **({"hours": query.halves} if query.halves else {})},
                method={
                    "name": "places for patrols",
                    **first.method(query),
                    "lists": [part.method() for part in lists],
                    "top": query.top,
                    "hot": f"among the {query.top} first places of a quarter, those that share "
                    "the last place left out together"
                    + ("" if query.sums_harm else f", with {LEAST_HOT:.0f} incidents or more"),
                    "ranks": None
                    if query.sums_harm
                    else "exact pairwise Poisson tests by Holm's method over all places",
                },
                counts=_counts(lists),
                notes=(
                    *dict.fromkeys(note for part in lists for note in part.notes()),
                    *named.notes,
                ),
            ),
            geometries=np.concatenate([part.incidents.units.shapes[part.order] for part in lists]),
            crs=first.study.crs,
        )

    def _named(
        self, lists: list["PatrolList"], columns: list[dict[str, ColumnValues]]
    ) -> NamedPoints:
        """Names for the places of all lists, each place one name, put into their columns."""
        codes = np.concatenate([content["code"] for content in columns])
        xy_m = np.concatenate([part.incidents.units.points_m[part.order] for part in lists])
        _, first, position = np.unique(codes, return_index=True, return_inverse=True)
        named = self._names.near(xy_m[first], incidents=lists[0].incidents.selection.incidents)
        names = iter(named.names[position.ravel()].tolist())
        for content in columns:
            content["name"][:] = [next(names) for _ in content["code"]]
        return named


@dataclass(frozen=True, eq=False)
class PatrolList:
    """The first places of some incidents.

    Attributes
    ----------
    incidents : PatrolIncidents
    query : PatrolQuery
        Of this list alone.
    count, value : (n,) int64, float64
        Incidents of each place, and what ranks it.
    order : (k,) int64
        The places of the list, the highest first.
    is_hot : (quarters, n) bool
    quarters : tuple of str
        Names of the quarters looked at.
    """

    incidents: PatrolIncidents
    query: PatrolQuery
    count: IntArray
    value: FloatArray
    order: IntArray
    is_hot: BoolArray
    quarters: tuple[str, ...]

    @classmethod
    def of(cls, incidents: PatrolIncidents, query: PatrolQuery) -> Self:
        """The list of some incidents.

        Parameters
        ----------
        incidents : PatrolIncidents
            By place.
        query : PatrolQuery
            What ranks the places, and how many are listed.

        Returns
        -------
        PatrolList
        """
        places = len(incidents)
        count = np.bincount(incidents.place, minlength=places)
        value = sums_by_place(incidents.place, incidents.weight, places)
        steps = whole_steps(incidents.selection, "quarter")
        whole = np.flatnonzero(steps.days == steps.length)[-query.quarters :]
        number = np.append(np.full(len(steps.keys), -1), -1)
        number[whole] = np.arange(len(whole))
        is_hot = hot_periods(
            incidents.place,
            number[steps.step_of_incident[incidents.incident]],
            incidents.weight,
            places=places,
            periods=len(whole),
            length=query.top,
            least=np.nextafter(0.0, 1.0) if query.sums_harm else LEAST_HOT,
        )
        return cls(
            incidents,
            query,
            count,
            value,
            np.argsort(-value, kind="stable")[: query.top],
            is_hot,
            tuple(steps.keys[k] for k in whole),
        )

    def columns(self) -> dict[str, ColumnValues]:
        """The columns of `PatrolRow`.

        Returns
        -------
        dict of str to (k,) array
            In the order of the list; names are put in later.
        """
        incidents, order, listed = self.incidents, self.order, len(self.order)
        units = incidents.units
        sizes, points_m = units.sizes[order], units.points_m[order]
        is_of_hexagons = self.query.by == "hexagons"
        best, worst = self._limits()
        hot, last_hot = self._persistence()
        share = 100.0 * self.count[order] / max(self.count.sum(), 1)
        return {
            "code": np.array(units.codes(order), dtype=object),
            "name": np.full(listed, None, dtype=object),
            "hours": np.full(listed, self.query.hours, dtype=object),
            "rank": 1 + np.searchsorted(np.sort(-self.value), -self.value[order]),
            "rank_best": best,
            "rank_worst": worst,
            "count": self.count[order],
            "share": share,
            "cumulative_share": np.cumsum(share),
            "per_year": self.count[order] / incidents.selection.years(),
            **(self._harm() if self.query.sums_harm else {}),
            "hot_quarters": hot,
            "quarters": np.full(listed, len(self.quarters)),
            "last_hot": last_hot,
            **({"area_km2": sizes} if is_of_hexagons else {"length_m": 1e3 * sizes}),
            "cumulative_share_of_ground": 100.0 * np.cumsum(sizes) / units.total,
            "easting_m": points_m[:, 0],
            "northing_m": points_m[:, 1],
        }

    def method(self) -> dict[str, Any]:
        """What the list rests on, for the provenance.

        Returns
        -------
        dict of str to Any
            JSON members.
        """
        return {
            "hours": self.query.hours,
            "incidents": len(self.incidents.incident),
            "quarters": list(self.quarters),
        }

    def notes(self) -> tuple[str, ...]:
        """What a reader must know of the list.

        Returns
        -------
        tuple of str
            Full sentences.
        """
        notes = list(self.incidents.notes())
        if not self.quarters:
            notes.append("The data cover no whole quarter of the period: there is no persistence.")
        elif len(self.quarters) < self.query.quarters:
            looked_at = counted(len(self.quarters), "whole quarter")
            notes.append(f"Persistence is over {looked_at}: the period has no more.")
        if self.query.sums_harm:
            notes.append(
                "The ranks of harm have no limits: effective_number and largest_share say on how "
                "few incidents it rests."
            )
        elif len(self.order) and self._limits()[0][0] is None:
            notes.append("The ranks have no limits: the places have too many distinct counts.")
        return tuple(notes)

    def _limits(self) -> tuple[ColumnValues, ColumnValues]:
        """The best and the worst rank of each place of the list; None where there are none."""
        nothing = np.full(len(self.order), None, dtype=object)
        if self.query.sums_harm or not len(self.order):
            return nothing, nothing
        levels, position, number = np.unique(
            np.append(self.count, 0), return_inverse=True, return_counts=True
        )
        number[0] += self.incidents.number - len(self.count) - 1
        is_there = number > 0
        try:
            sets = rank_sets(
                levels[is_there], np.ones(is_there.sum()), multiplicity=number[is_there]
            )
        except InvalidValuesError:
            return nothing, nothing
        level = (np.cumsum(is_there) - 1)[position.ravel()][self.order]
        return whole_numbers(sets.best[level]), whole_numbers(sets.worst[level])

    def _persistence(self) -> tuple[ColumnValues, ColumnValues]:
        """In how many quarters each place of the list was hot, and the last of them."""
        is_hot = self.is_hot[:, self.order]
        if not len(is_hot):
            nothing = np.full(len(self.order), None, dtype=object)
            return nothing, nothing
        last = len(is_hot) - 1 - np.argmax(is_hot[::-1], axis=0)
        names = np.array(self.quarters, dtype=object)[last]
        names[~is_hot.any(axis=0)] = None
        return whole_numbers(is_hot.sum(axis=0)), names

    def _harm(self) -> dict[str, ColumnValues]:
        """The harm of each place of the list, and on how much it rests."""
        incidents, order = self.incidents, self.order
        sums = weighted_counts(incidents.place, incidents.weight, areas=len(incidents))
        share = 100.0 * self.value[order] / (self.value.sum() or 1.0)
        return {
            "harm": self.value[order],
            "share_of_harm": share,
            "cumulative_share_of_harm": np.cumsum(share),
            "effective_number": sums.effective_number[order],
            "largest_share": sums.largest_share[order],
        }


def _counts(lists: list[PatrolList]) -> dict[str, int]:
    """The records of all lists, by where they are."""
    counts = [part.incidents.counts() for part in lists]
    return {name: sum(content[name] for content in counts) for name in counts[0]}
