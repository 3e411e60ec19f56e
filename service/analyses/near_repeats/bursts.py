"""The largest number of incidents within some days: is so many a lot."""

from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from service.analyses.inputs.area_counts import Areas
from service.analyses.inputs.conditions import covered_day
from service.analyses.near_repeats.incidents import DatedIncidents, IncidentReader
from service.analyses.near_repeats.repeats import iso
from service.analyses.near_repeats.rows import BurstRow
from service.model.answers import Table
from service.model.errors import NotCoveredError
from service.model.provenance import layer_source, short_digest
from service.model.rows import ColumnValues
from service.queries.patterns.repeats import BurstsQuery
from service.runtime.budget import Work, spend
from service.sentences.numbers import counted
from spatial.arrays import BoolArray, IndexArray, IntArray
from spatial.errors import InvalidParameterError
from spatial.local_statistics.multiplicity import corrected
from spatial.near_repeats.bursts import (
    LargestByChance,
    largest_by_chance,
    most_within,
    naus_probability,
    seconds_of_draws,
)

EPOCH_WEEKDAY: Final = 3  # 1970-01-01 was a Thursday; Monday is 0
NOT_TOLD: Final = (
    "A season, a trend, or some days of the week with more incidents crowd days too: this test "
    "does not tell them from a burst."
)


@dataclass(frozen=True, eq=False)
class _Groups:
    """The days of the incidents of each area, or of all.

    Attributes
    ----------
    days : list of (k,) int64
        Of each group.
    columns : dict of str to (groups,) array
        That name them.
    counts : dict of str to int
        Incidents in and out of them.
    sources : dict of str to Any
        The layer.
    notes : tuple of str
        Which incidents are in none of them.
    """

    days: list[IntArray]
    columns: dict[str, ColumnValues]
    counts: dict[str, int]
    sources: dict[str, Any]
    notes: tuple[str, ...] = ()


class Bursts:
    """The most crowded days of a dataset or its areas, against chance.

    Parameters
    ----------
    areas : Areas
        Selects and places the incidents.
    reader : IncidentReader
        Says which have a day.
    """

    def __init__(self, *, areas: Areas, reader: IncidentReader) -> None:
        self._areas = areas
        self._reader = reader

    def version(self, dataset: str, query: BurstsQuery) -> str:
        """A short digest of everything that the table depends on, apart from the query.

        Parameters
        ----------
        dataset : str
            Id of the dataset.
        query : BurstsQuery
            Names the layer.

        Returns
        -------
        str
            It changes when the dataset, the layer or the software does.
        """
        return short_digest(self._areas.version(dataset, query.layer), "bursts")

    def table(self, dataset: str, query: BurstsQuery) -> Table:
        """One `BurstRow` for all incidents, or for each area.

        Parameters
        ----------
        dataset : str
            Id of the dataset.
        query : BurstsQuery
            Filter, window and layer.

        Returns
        -------
        Table
            Areas by p, the least likely first.

        Raises
        ------
        NoDaysError
            If of none of the records the day is known.
        NotCoveredError
            If the data cover no day.
        InvalidParameterError
            If the window is longer than the period.
        InvalidWithinError, UnknownLayerError, UnknownAreaError
            If there is no such area.
        OverBudgetError
            If the draws take too long.
        """
        dated = self._reader.dated(dataset, query)
        covered = _covered_days(dated)
        _check_window(query.window_days, covered)
        groups = self._groups(dataset, query, dated, _days(dated, int(covered[0])))
        numbers = np.array([len(days) for days in groups.days], np.int64)
        distinct = np.unique(numbers)
        spend(_work(distinct, len(covered), query))
        chance = largest_by_chance(
            distinct,
            covered,
            window_days=query.window_days,
            draws=query.orders,
            seed=query.seed,
        )
        most = [most_within(days, window_days=query.window_days) for days in groups.days]
        largest = np.array([number for number, _ in most], np.int64)
        first = np.array([first for _, first in most], np.int64)
        # A window that would run past the data holds the same incidents where it ends with them.
        first = np.minimum(first, covered[-1] - query.window_days + 1)
        is_whole = int(covered[-1] - covered[0]) + 1 == len(covered)
        p_value = _p_values(chance, numbers, largest)
        columns: dict[str, ColumnValues] = {
            **groups.columns,
            "count": numbers,
            "largest": largest,
            "first_day": _where(numbers > 0, iso(first)),
            "last_day": _where(numbers > 0, iso(first + query.window_days - 1)),
            "usual": np.array([float(np.median(chance.of(n))) for n in numbers.tolist()]),
            "a_lot_from": np.array(
                [chance.least_with(n, query.level) for n in numbers.tolist()], np.int64
            ),
            "p_value": p_value,
            "p_naus": _by_naus(numbers, largest, len(covered), query, is_whole),
        }
        order = np.arange(len(numbers))
        if query.layer is not None:
            columns["q_value"] = corrected(p_value)
            order = np.lexsort((columns["code"].astype(str), -largest, p_value))
        return Table(
            kind="bursts",
            row=BurstRow,
            columns={name: values[order] for name, values in columns.items()},
            provenance=dated.provenance(
                {
                    "name": "scan of days",
                    "window_days": query.window_days,
                    "null": "given their number, incidents fall on every covered day alike",
                    "alternative": "more within some window than that gives",
                    "covered_days": len(covered),
                    "layer": query.layer,
                    "level": query.level,
                    "orders": query.orders,
                    "seed": query.seed,
                },
                {**groups.counts, "without_day": dated.without_day},
                (*groups.notes, NOT_TOLD),
                groups.sources,
            ),
        )

    def _groups(
        self, dataset: str, query: BurstsQuery, dated: DatedIncidents, day: IntArray
    ) -> _Groups:
        """The days of all incidents, or by area of the layer."""
        if query.layer is None:
            days = day[dated.mask]
            return _Groups([days], {}, {"with_day": len(days)}, {})
        counts = self._areas.count(dataset, query.layer, query.incident_filter())
        counts.check_scope()
        area, layer = counts.placement.area, counts.layer
        rows = np.flatnonzero(counts.in_scope)
        is_counted = dated.mask & (area >= 0)
        is_counted[is_counted] = counts.in_scope[area[is_counted]]
        order = np.argsort(area[is_counted], kind="stable")
        sizes = np.bincount(area[is_counted], minlength=len(layer))
        parts = np.split(day[is_counted][order], np.cumsum(sizes)[:-1])
        placing = _by_placing(dated, is_counted, area)
        return _Groups(
            [parts[row] for row in rows],
            {
                "code": np.array(layer.codes, dtype=object)[rows],
                "name": np.array(layer.names, dtype=object)[rows],
            },
            placing,
            {"layer": layer_source(layer)},
            _placing_notes(placing),
        )


def _by_placing(dated: DatedIncidents, is_counted: BoolArray, area: IndexArray) -> dict[str, int]:
    """Incidents with a day by where they are; they add up."""
    located = dated.selection.incidents.located
    parts = {
        "in_rows": is_counted,
        "elsewhere": ~is_counted & (area >= 0),
        "outside": (area < 0) & located,
        "unlocated": (area < 0) & ~located,
    }
    return {name: int(np.count_nonzero(dated.mask & part)) for name, part in parts.items()}


def _placing_notes(placing: dict[str, int]) -> tuple[str, ...]:
    """How many incidents are in no area that is listed, and why."""
    missing = {
        "without a place": placing["unlocated"],
        "outside the layer": placing["outside"],
        "in areas that are not listed": placing["elsewhere"],
    }
    number = sum(missing.values())
    if not number:
        return ()
    reasons = ", ".join(f"{value:,} {where}" for where, value in missing.items() if value)
    records = counted(number, "record with a day is", "records with a day are")
    return (f"{records} in no listed area: {reasons}.",)


def _check_window(window_days: int, covered: IntArray) -> None:
    """InvalidParameterError where a window is longer than the period."""
    period = int(covered[-1] - covered[0]) + 1
    if window_days > period:
        first, last = iso(covered[[0, -1]])
        raise InvalidParameterError(
            "window_days",
            window_days,
            f"from 1 to {period}, the days from {first} to {last} that are looked at",
        )


def _days(dated: DatedIncidents, first_day: int) -> IntArray:
    """(n,) The date of each incident of the dataset, since 1970.

    Where days of the week are selected, hours past midnight are of the day on which they begin;
    those of the night before the first day are counted with the first.
    """
    incidents, selected = dated.selection.incidents, dated.selection.filter
    if selected.weekdays:
        return np.maximum(covered_day(incidents, selected), first_day)
    return incidents.occurred.astype("datetime64[D]").astype(np.int64)


def _covered_days(dated: DatedIncidents) -> IntArray:
    """(days,) The days on which an incident may have been selected, since 1970."""
    spans = dated.selection.covered()
    days = np.concatenate(
        [
            np.arange(np.datetime64(span.first), np.datetime64(span.last) + 1).astype(np.int64)
            for span in spans
        ]
        or [np.zeros(0, np.int64)]
    )
    weekdays = dated.selection.filter.weekdays
    if weekdays:
        days = days[np.isin((days + EPOCH_WEEKDAY) % 7, weekdays)]
    if not len(days):
        incidents = dated.selection.incidents
        raise NotCoveredError(incidents.dataset, "any such day", str(incidents.coverage))
    return days


def _work(numbers: IntArray, days: int, query: BurstsQuery) -> Work:
    """What the draws cost."""
    return Work(
        seconds=seconds_of_draws(numbers, days, query.window_days, query.orders),
        memory_bytes=len(numbers) * query.orders * 4.0 + 2**27,
        what=f"{query.orders:,} sets of days for {len(numbers):,} numbers of incidents",
        advice="ask for fewer orders, a shorter period, or a layer with fewer areas",
    )


def _p_values(chance: LargestByChance, numbers: IntArray, largest: IntArray) -> np.ndarray:
    """(groups,) The p of each."""
    return np.array(
        [
            chance.p_value(number, most)
            for number, most in zip(numbers.tolist(), largest.tolist(), strict=True)
        ],
        np.float64,
    )


def _by_naus(
    numbers: IntArray, largest: IntArray, days: int, query: BurstsQuery, is_whole: bool
) -> np.ndarray:
    """(groups,) The p by Naus's approximation; NaN where it does not hold."""
    windows = days / query.window_days
    holds = is_whole and windows >= 2.0
    return np.array(
        [
            naus_probability(most, mean=number / windows, windows=windows)
            if holds and most
            else np.nan
            for number, most in zip(numbers.tolist(), largest.tolist(), strict=True)
        ],
        np.float64,
    )


def _where(mask: BoolArray, values: ColumnValues) -> ColumnValues:
    """The values, None where the mask is false."""
    shown: ColumnValues = np.full(len(values), None, dtype=object)
    shown[mask] = values[mask]
    return shown
