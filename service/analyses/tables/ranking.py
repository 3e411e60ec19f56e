"""The ranks of areas with their limits, as the columns of a ranked list."""

from dataclasses import dataclass
from typing import Final, Self

import numpy as np

from boundaries.layers.layer import Layer
from boundaries.points.assign import assign_points
from service.analyses.inputs.area_counts import AreaCounts
from service.analyses.inputs.denominators import Denominator
from service.analyses.tables.ranked_harm import RankedHarm
from service.model.rows import (
    COUNT,
    NOTHING,
    RECORDS,
    AreaRow,
    ColumnValues,
    Discloses,
    column,
    whole_numbers,
)
from service.queries.tables.rankings import RankedQuery
from service.sentences.units import scale_of
from spatial.arrays import BoolArray, FloatArray, IntArray
from spatial.errors import InvalidValuesError
from spatial.rates.ranks import RankSets, rank_sets
from spatial.rates.rates import Rates, rates

SUMMARY_NAMES: Final = {
    "areas": "All areas",
    "elsewhere": "Other areas of the layer",
    "outside": "Outside",
    "not located": "Not located",
    "total": "Total",
}
_OF_COUNT: Final = Discloses.of("count")
_OF_ALL: Final = Discloses.of("count", RECORDS)
_RATES: Final = "with a denominator"
_HARM: Final = "with by=harm or by=harm-rate"
_HARM_RATES: Final = f"{_HARM}, and a denominator"


class RankedRow(AreaRow):
    """An area with its rank; behind the areas, what is in none of them, and totals."""

    larger_area: str | None = column(
        "Name of the area of the larger layer that it is in.", NOTHING, only="with larger_layer"
    )
    rank: int | None = column(
        "1 for the highest; equal areas share a rank. Null without a denominator, and in the rows "
        "behind the areas.",
        _OF_COUNT,
    )
    rank_best: int | None = column(
        "The best rank that the data leave open: with 95 % confidence the ranks of all areas lie "
        "within their limits.",
        _OF_COUNT,
    )
    rank_worst: int | None = column("The worst rank that the data leave open.", _OF_COUNT)
    count: int = column("Incidents.", COUNT, "incidents")
    share: float | None = column(
        "Per cent of the incidents in the areas, or of all records with share_of=records.",
        _OF_ALL,
        "%",
    )
    cumulative_share: float | None = column(
        "Share of this area and of all before it.", _OF_ALL, "%"
    )
    denominator: float | None = column(
        "What the rate is over; null where it is not known.", NOTHING, only=_RATES
    )
    rate: float | None = column(
        "Incidents per so many of the denominator; the method states the unit.",
        _OF_COUNT,
        only=_RATES,
    )
    lower: float | None = column("Lower end of the rate's 95 % interval.", _OF_COUNT, only=_RATES)
    upper: float | None = column("Upper end of the rate's 95 % interval.", _OF_COUNT, only=_RATES)
    harm: float | None = column(
        "Sum of the harm of the incidents.", _OF_COUNT, "days of harm", only=_HARM
    )
    share_of_harm: float | None = column(
        "Per cent of the harm in the areas.", _OF_ALL, "%", only=_HARM
    )
    effective_number: float | None = column(
        "Number of incidents of equal harm whose sum would be as uncertain.",
        _OF_COUNT,
        "incidents",
        only=_HARM,
    )
    largest_share: float | None = column(
        "Share of the most harmful single incident in the harm, 0 to 1.", _OF_COUNT, only=_HARM
    )
    harm_not_known: int | None = column(
        "Incidents that the harm index does not have; they are in no other column.",
        COUNT,
        "incidents",
        only=_HARM,
    )
    harm_rate: float | None = column(
        "Days of harm per so many of the denominator, as the rate.", _OF_COUNT, only=_HARM_RATES
    )
    harm_rate_lower: float | None = column(
        "Lower end of its 95 % interval.", _OF_COUNT, only=_HARM_RATES
    )
    harm_rate_upper: float | None = column(
        "Upper end of its 95 % interval.", _OF_COUNT, only=_HARM_RATES
    )
    is_flagged: bool | None = column(
        "Whether it is at the threshold or above it.", _OF_ALL, only="with threshold"
    )


@dataclass(frozen=True, eq=False)
class Ranking:
    """The areas of a list with their ranks.

    Attributes
    ----------
    area_counts : AreaCounts
    indices : (n,) int
        The areas of the list, in the order of the layer.
    count, share, value : (n,) int64 or float64
        Incidents, their share, and what ranks the areas.
    base : int
        What shares are of.
    denominators : (n,) float64 or None
        The denominator.
    rate : Rates or None
        Of each area and, at the end, of all.
    sets : RankSets
    has_limits : bool
        Whether the sets have limits.
    harm : RankedHarm or None
        Where harm ranks the areas.
    """

    area_counts: AreaCounts
    indices: IntArray
    count: IntArray
    share: FloatArray
    value: FloatArray
    base: int
    denominators: FloatArray | None
    rate: Rates | None
    sets: RankSets
    has_limits: bool
    harm: RankedHarm | None = None

    @classmethod
    def of(
        cls, area_counts: AreaCounts, denominator: Denominator | None, query: RankedQuery
    ) -> Self:
        """The areas in scope, ranked by what the query names.

        Parameters
        ----------
        area_counts : AreaCounts
            Incidents of each area.
        denominator : Denominator or None
            What rates are over.
        query : RankedQuery
            What ranks the areas.

        Returns
        -------
        Ranking
            In the order of the layer.
        """
        indices = np.flatnonzero(area_counts.in_scope)
        count = area_counts.count[indices]
        base = int(count.sum()) if query.share_of == "areas" else area_counts.selection.records
        share = 100.0 * count / base if base else np.full(len(count), np.nan)
        value, exposure = count.astype(np.float64), np.ones(len(count))
        denominators, rate, scale = None, None, 1.0
        if denominator is not None:
            denominators = denominator.values[indices]
            years = area_counts.selection.years()
            scale = scale_of("rate", rate_per=query.rate_per, years=years)
            with_all = np.append(value, value.sum()), np.append(denominators, denominators.sum())
            rate = rates(*with_all, per=query.per / scale)
            if query.by == "rate":
                value, exposure = rate.value[:-1], denominators
        if query.by == "share":
            value = share
        harm = None
        if query.sums_harm:
            unit = None if denominators is None else denominators * scale / query.per
            harm = RankedHarm.of(area_counts, indices, unit)
            value = harm.columns["harm" if query.by == "harm" else "harm_rate"]
            sets, has_limits = plain_ranks(value), False
        else:
            sets, has_limits = ranks_of(count, exposure)
        return cls(
            area_counts,
            indices,
            count,
            share,
            value,
            base,
            denominators,
            rate,
            sets,
            has_limits,
            harm,
        )

    @property
    def is_ranked(self) -> BoolArray:
        """(n,) Whether an area has a rank."""
        return np.asarray(self.sets.rank > 0, np.bool_)

    def columns(self, query: RankedQuery, larger: Layer | None) -> dict[str, ColumnValues]:
        """The columns of the list, with the rows behind the areas.

        Parameters
        ----------
        query : RankedQuery
            Threshold and length of the list.
        larger : Layer or None
            Whose areas are named beside those of the list.

        Returns
        -------
        dict of str to (n,) array
            Of `RankedRow`.
        """
        layer, sets = self.area_counts.layer, self.sets
        codes = np.array(layer.codes, dtype=object)[self.indices]
        rank_or_last = np.where(self.is_ranked, sets.rank, len(codes) + 1)
        order = np.lexsort((codes.astype(str), rank_or_last))
        top = len(codes) + 1 if query.top is None else query.top
        rows = order[rank_or_last[order] <= top]
        areas = self.indices[rows]
        columns: dict[str, ColumnValues] = {
            "code": codes[rows],
            "name": np.array(layer.names, dtype=object)[areas],
            **({} if larger is None else {"larger_area": _larger_names(layer, larger, areas)}),
            "rank": whole_numbers(sets.rank, self.is_ranked)[rows],
            "rank_best": whole_numbers(sets.best, sets.best > 0)[rows],
            "rank_worst": whole_numbers(sets.worst, sets.worst > 0)[rows],
            "count": self.count[rows],
            "share": self.share[rows],
            "cumulative_share": np.cumsum(self.share[order])[: len(rows)],
        }
        if self.denominators is not None and self.rate is not None:
            columns["denominator"] = self.denominators[rows]
            for name, values in (
                ("rate", self.rate.value),
                ("lower", self.rate.lower),
                ("upper", self.rate.upper),
            ):
                columns[name] = values[rows]
        if self.harm is not None:
            columns |= {name: values[rows] for name, values in self.harm.columns.items()}
        if query.threshold is not None:
            is_flagged = (self.value >= query.threshold).astype(object)
            is_flagged[~self.is_ranked] = None
            columns["is_flagged"] = is_flagged[rows]
        return self._with_summary(columns)

    def _with_summary(self, columns: dict[str, ColumnValues]) -> dict[str, ColumnValues]:
        """The columns with a row for all areas, what is in none of them, and all records."""
        records = _records_by_place(self.area_counts)
        counts = np.array(list(records.values()), np.int64)
        is_in_base = np.array([self.base == records["total"] or key == "areas" for key in records])
        share = np.full(len(records), np.nan)
        np.divide(100.0 * counts, self.base, out=share, where=is_in_base & (self.base > 0))
        content: dict[str, ColumnValues] = {
            "code": np.array(list(records), dtype=object),
            "name": np.array([SUMMARY_NAMES[key] for key in records], dtype=object),
            "count": counts,
            "share": share,
        }
        if self.denominators is not None and self.rate is not None:
            of_all = {"denominator": self.denominators.sum(), "rate": self.rate.value[-1]}
            of_all |= {"lower": self.rate.lower[-1], "upper": self.rate.upper[-1]}
            is_all = np.arange(len(records)) == 0
            content |= {name: np.where(is_all, value, np.nan) for name, value in of_all.items()}
        if self.harm is not None:
            content["harm"] = np.array([self.harm.behind[key] for key in records])
        for name, values in columns.items():
            nothing: ColumnValues = np.full(len(records), np.nan)
            if values.dtype.kind == "O":
                nothing = np.full(len(records), None, dtype=object)
            columns[name] = np.concatenate([values, content.get(name, nothing)])
        return columns


def ranks_of(count: IntArray, exposure: FloatArray) -> tuple[RankSets, bool]:
    """The rank of each area, with its limits where these can be computed.

    Parameters
    ----------
    count : (n,) int64
        Incidents.
    exposure : (n,) float64
        What the ranked value is over; 1 for ranks of counts.

    Returns
    -------
    sets : RankSets
        Without limits these are 0.
    has_limits : bool
        False where there are too many distinct rates to compare.
    """
    try:
        return rank_sets(count, exposure), True
    except InvalidValuesError:
        return plain_ranks(count / np.where(exposure > 0, exposure, np.nan)), False


def plain_ranks(value: FloatArray) -> RankSets:
    """The rank of each area, without limits.

    Parameters
    ----------
    value : (n,) float64
        What is ranked; NaN where it is not known.

    Returns
    -------
    RankSets
        1 for the highest; 0 for limits and for what is not known.
    """
    is_ranked = np.isfinite(value)
    ranked = value[is_ranked]
    rank, none = np.zeros(len(value), np.int64), np.zeros(len(value), np.int64)
    rank[is_ranked] = 1 + len(ranked) - np.searchsorted(np.sort(ranked), ranked, side="right")
    return RankSets(rank, none, none)


def _larger_names(layer: Layer, larger: Layer, indices: IntArray) -> ColumnValues:
    """(n,) The area of a larger layer that the inner point of each area is in; None outside."""
    import shapely

    points = shapely.get_coordinates(shapely.point_on_surface(layer.geometries[indices]))
    names = np.array([*larger.names, None], dtype=object)
    return np.asarray(names[assign_points(larger, points)], dtype=object)


def _records_by_place(area_counts: AreaCounts) -> dict[str, int]:
    """Records by where they are: in the areas, in others of the layer, in none; and all."""
    counts, records = area_counts.reconciliation(), area_counts.selection.records
    elsewhere = counts.get("in_layer_elsewhere", 0)
    outside, not_located = counts["outside"], counts["not_located"]
    return {
        "areas": records - elsewhere - outside - not_located,
        **({} if area_counts.within is None else {"elsewhere": elsewhere}),
        "outside": outside,
        "not located": not_located,
        "total": records,
    }
