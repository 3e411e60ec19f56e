"""Choropleths: one value per area, with its interval and its class."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from service.analyses.areas.rows import ChoroplethRow
from service.analyses.inputs.area_counts import AreaCounts, Areas
from service.analyses.inputs.denominators import Denominator, denominator_of
from service.analyses.inputs.located_shares import shares_of_periods
from service.analyses.inputs.neighbours import Neighbourhoods
from service.model.answers import Provenance, Table
from service.model.provenance import provenance, short_digest
from service.queries.areas import ChoroplethQuery
from service.sentences.numbers import counted
from service.sentences.units import OF_TIME, scale_of, unit_of
from service.store.reference.measures import MeasureStore
from spatial.arrays import AnyArray, FloatArray
from spatial.coordinates.crs import WGS84, transform_xy
from spatial.errors import InvalidParameterError, InvalidValuesError
from spatial.rates.classes import Classification, classify
from spatial.rates.ranks import rank_sets
from spatial.rates.rates import (
    count_interval,
    expected_counts,
    funnel_limits,
    rates,
    shares,
    standardised_ratios,
)
from spatial.rates.smoothing import empirical_bayes, empirical_bayes_local
from spatial.rates.weighted_counts import WeightedCounts

Values = tuple[FloatArray, FloatArray, FloatArray]  # value, lower and upper of each area

INTERVALS = {
    "exact": "exact Poisson (Garwood 1936), 95 %",
    "byar": "Byar's approximation of the Poisson interval, 95 %",
}
WEIGHTED_INTERVAL = "gamma, of a sum of weighted Poisson counts (Fay and Feuer 1997), 95 %"
MEASURES = {
    "count": "incidents",
    "weighted": "sum of the weights of the incidents",
    "harm": "sum of the days of harm of the incidents",
    "harm-rate": "days of harm per so many of the denominator",
    "rate": "incidents per so many of the denominator",
    "density": "incidents per km^2",
    "share": "per cent of the incidents of all areas",
    "smoothed": "global empirical Bayes rate (Marshall 1991)",
    "smoothed-local": "local empirical Bayes rate (Marshall 1991), queen neighbours",
    "ratio": "incidents observed per incident expected at the overall rate",
}
_UNEQUAL = 1.15  # months differ by less
SUMMED = ("weighted", "harm", "harm-rate")


class Choropleths:
    """Counts and rates per area of a layer.

    Parameters
    ----------
    areas : Areas
        Counts of incidents.
    measures : MeasureStore
        The denominators.
    neighbourhoods : Neighbourhoods
        Neighbours, for local smoothing.
    """

    def __init__(
        self,
        *,
        areas: Areas,
        measures: MeasureStore,
        neighbourhoods: Neighbourhoods,
    ) -> None:
        self._areas = areas
        self._measures = measures
        self._neighbourhoods = neighbourhoods

    def version(self, dataset: str, layer_id: str) -> str:
        """A short digest of everything that a choropleth depends on, apart from the query.

        Parameters
        ----------
        dataset : str
            Id of the dataset.
        layer_id : str
            Id of a layer or grid.

        Returns
        -------
        str
            It changes when the dataset, the layer, a measure or the software does.
        """
        return short_digest(self._areas.version(dataset, layer_id), self._measures.revision())

    def table(self, dataset: str, layer_id: str, query: ChoroplethQuery) -> Table:
        """One `ChoroplethRow` per area, highest value first.

        Parameters
        ----------
        dataset : str
            Id of the dataset.
        layer_id : str
            Id of a layer or grid.
        query : ChoroplethQuery
            Filter, measure, denominator and classes.

        Returns
        -------
        Table
            With the shapes of the areas.
        """
        area_counts = self._areas.count(dataset, layer_id, query.incident_filter())
        area_counts.check_scope()
        denominator = self._denominator(area_counts, query)
        area_indices = np.flatnonzero(area_counts.in_scope)
        value, lower, upper = (
            values[area_indices] for values in self._values(area_counts, denominator, query)
        )
        pools = [
            counts
            for pooled in query.pooled_filters()
            if (counts := self._areas.count(dataset, layer_id, pooled)).selection.days()
            != area_counts.selection.days()
        ]
        classes = classify(
            value,
            scheme=query.scheme,
            classes=query.classes,
            breaks=query.breaks or None,
            pooled=self._pooled_values(pools, query) if pools else None,
            digits=query.digits,
        )
        codes = np.array(area_counts.layer.codes, dtype=object)[area_indices]
        denominator_values = (
            np.full(len(area_indices), np.nan)
            if denominator is None
            else denominator.values[area_indices]
        )
        columns: dict[str, NDArray[Any]] = {
            "code": codes,
            "name": np.array(area_counts.layer.names, dtype=object)[area_indices],
            "count": area_counts.count[area_indices],
            "denominator": denominator_values,
            "value": value,
            "lower": lower,
            "upper": upper,
            "class": classes.labels,
        }
        if query.measure in SUMMED:
            columns |= weight_columns(area_counts.weighted(), area_indices)
        if query.sums_harm:
            columns["harm_not_known"] = area_counts.harm_not_known()[area_indices]
        if denominator is not None and denominator.estimated is not None:
            columns["denominator_estimated"] = denominator.estimated[area_indices]
        if query.measure in ("rate", "ratio"):
            columns["funnel"] = _funnel(area_counts.count[area_indices], denominator_values)
        if query.ranks:
            exposure = _exposure(query, area_counts, denominator)
            columns |= _ranks(columns["count"], exposure[area_indices])
        overlay = None
        overlay_filter = query.overlay_filter()
        if overlay_filter is not None:
            overlay = self._areas.count(dataset, layer_id, overlay_filter)
            columns |= _overlay_columns(overlay)
        order = row_order(value, codes)
        return Table(
            kind="choropleth",
            row=ChoroplethRow,
            columns={name: column[order] for name, column in columns.items()},
            geometries=area_counts.layer.geometries[area_indices[order]],
            crs=area_counts.layer.crs,
            places=area_counts.places,
            provenance=_provenance(area_counts, denominator, query, classes, overlay, pools),
        )

    def _pooled_values(self, pools: Sequence[AreaCounts], query: ChoroplethQuery) -> FloatArray:
        """The values of the areas in scope, of all periods that share the classes."""
        values = [
            self._values(counts, self._denominator(counts, query), query)[0][counts.in_scope]
            for counts in pools
        ]
        return np.concatenate(values)

    def _denominator(self, area_counts: AreaCounts, query: ChoroplethQuery) -> Denominator | None:
        if query.denominator is None:
            return None
        middle_year = area_counts.selection.middle_year() if query.interpolate else None
        return denominator_of(
            self._measures,
            area_counts.layer,
            query.denominator,
            at_year=middle_year,
            crosswalks=self._areas.crosswalks,
        )

    def _values(
        self, area_counts: AreaCounts, denominator: Denominator | None, query: ChoroplethQuery
    ) -> Values:
        """Value and interval of each area of the layer, NaN where there is none.

        What an area is compared with (all areas, expected counts, shares, smoothing) is the areas
        in scope.
        """
        scale = scale_of(
            query.measure, rate_per=query.rate_per, years=area_counts.selection.years()
        )
        if query.measure in SUMMED:
            sums = area_counts.weighted_sums()
            if denominator is None or query.measure != "harm-rate":
                return sums
            is_over = np.isfinite(denominator.values) & (denominator.values > 0)
            exposure = np.where(is_over, denominator.values, np.nan) * scale / query.per
            return sums[0] / exposure, sums[1] / exposure, sums[2] / exposure
        count = np.where(area_counts.in_scope, area_counts.count, np.nan)
        if denominator is None or query.measure in ("count", "density", "share"):
            return _plain_values(count, area_counts, query, scale)
        exposure = np.where(area_counts.in_scope, denominator.values, np.nan)
        if query.measure == "rate":
            estimates = rates(count, exposure, per=query.per / scale, interval=query.interval)
        elif query.measure == "smoothed":
            estimates = empirical_bayes(count, exposure, per=query.per / scale)
        elif query.measure == "smoothed-local":
            queen = self._neighbourhoods.of(area_counts.layer, "queen")
            estimates = empirical_bayes_local(count, exposure, queen, per=query.per / scale)
        else:
            expected = expected_counts(count, exposure)
            estimates = standardised_ratios(count, expected, interval=query.interval)
        return estimates.value, estimates.lower, estimates.upper


def _overlay_columns(overlay: AreaCounts) -> dict[str, NDArray[Any]]:
    """Counts of another period, and the centroids at which to draw them."""
    centroids = overlay.layer.centroids_m[overlay.in_scope]
    lonlat_deg = transform_xy(centroids, source=overlay.layer.crs, target=WGS84)
    return {
        "overlay_count": overlay.count[overlay.in_scope],
        "centroid_lon_deg": lonlat_deg[:, 0].round(6),
        "centroid_lat_deg": lonlat_deg[:, 1].round(6),
    }


def weight_columns(weights: WeightedCounts, rows: NDArray[np.intp]) -> dict[str, NDArray[Any]]:
    """What sums of weights rest on, as columns.

    Parameters
    ----------
    weights : WeightedCounts
        Of all areas.
    rows : (k,) int
        The areas that have a row.

    Returns
    -------
    dict of str to (k,) float64
        Effective number and largest share.
    """
    return {
        "effective_number": weights.effective_number[rows],
        "largest_share": weights.largest_share[rows],
    }


def row_order(value: FloatArray, codes: AnyArray) -> NDArray[np.intp]:
    """The order of rows: highest value first, missing values last, equal values by code.

    Parameters
    ----------
    value : (n,) float64
        NaN where missing.
    codes : (n,) str
        Codes of the areas.

    Returns
    -------
    (n,) int
        Indices of the rows in order.
    """
    return np.lexsort((codes.astype(str), np.where(np.isfinite(value), -value, np.inf)))


def _plain_values(
    count: FloatArray, area_counts: AreaCounts, query: ChoroplethQuery, scale: float
) -> Values:
    """Counts and densities with their Poisson interval, shares with their binomial one."""
    if query.measure == "share":
        estimates = shares(count, float(np.nansum(count)))
        return estimates.value, estimates.lower, estimates.upper
    lower, upper = count_interval(count, method=query.interval)
    over = np.ones(len(count))
    if query.measure == "density":
        over = area_counts.layer.areas_km2 * scale
    return count / over, lower / over, upper / over


def _funnel(count: NDArray[np.int64], denominator: FloatArray) -> NDArray[Any]:
    """The position of each area in the funnel about the overall rate (Spiegelhalter 2005)."""
    labels = np.full(len(count), None, dtype=object)
    is_usable = np.isfinite(denominator) & (denominator > 0)
    if not is_usable.any() or not count[is_usable].any():
        return labels
    expected = expected_counts(count[is_usable], denominator[is_usable])
    ratio = count[is_usable] / expected
    label = np.full(len(ratio), "within 95 %", dtype=object)
    for percent, confidence in ((95, 0.95), (99.8, 0.998)):
        lower_limit, upper_limit = funnel_limits(expected, confidence=confidence)
        label[ratio < lower_limit] = f"below {percent:g} %"
        label[ratio > upper_limit] = f"above {percent:g} %"
    labels[is_usable] = label
    return labels


def _exposure(
    query: ChoroplethQuery, area_counts: AreaCounts, denominator: Denominator | None
) -> FloatArray:
    """What the values of each area of the layer are over: 1 for counts and shares."""
    if query.measure == "density":
        return area_counts.layer.areas_km2
    if denominator is None or query.measure in ("count", "share"):
        return np.ones(len(area_counts.layer))
    return denominator.values


def _ranks(count: NDArray[np.int64], exposure: FloatArray) -> dict[str, NDArray[Any]]:
    """The rank of each area and its limits, NaN where the area has no value."""
    try:
        sets = rank_sets(count, exposure)
    except InvalidValuesError as error:
        raise InvalidParameterError("ranks", True, f"false here: {error}") from None
    return {
        name: np.where(sets.rank > 0, ranks, np.nan)
        for name, ranks in (
            ("rank", sets.rank),
            ("rank_best", sets.best),
            ("rank_worst", sets.worst),
        )
    }


def _pooled_notes(maps: Sequence[AreaCounts]) -> Iterator[str]:
    """What sets the periods apart that share classes."""
    days = [counts.selection.length_days() for counts in maps]
    if max(days) > _UNEQUAL * min(days):
        yield (
            f"The periods that share these classes cover from {min(days):g} to {max(days):g} "
            "days: values of whole periods are higher in longer ones."
        )
    gaps = sum(bool(counts.selection.coverage_notes()) for counts in maps[1:])
    if gaps:
        yield (
            f"Of {counted(gaps, 'period that shares', 'periods that share')} these classes the "
            "data do not cover or state everything."
        )


def _interval_name(query: ChoroplethQuery) -> str:
    """What the interval of a query's values is."""
    if query.measure in ("smoothed", "smoothed-local"):
        return "of the empirical Bayes posterior, its prior allowed for, 95 %"
    if query.measure in SUMMED:
        return WEIGHTED_INTERVAL
    if query.measure == "share":
        return "exact binomial (Clopper and Pearson 1934), 95 %"
    return INTERVALS[query.interval]


def _provenance(
    area_counts: AreaCounts,
    denominator: Denominator | None,
    query: ChoroplethQuery,
    classes: Classification,
    overlay: AreaCounts | None,
    pools: Sequence[AreaCounts],
) -> Provenance:
    """The provenance of a choropleth, with the legend as part of the method."""
    is_smoothed = query.measure in ("smoothed", "smoothed-local")
    method: dict[str, Any] = {
        "name": "choropleth",
        "measure": query.measure,
        "measure_name": MEASURES[query.measure],
        **({"weights": "summed"} if query.measure in SUMMED else {}),
        "denominator": None if denominator is None else denominator.measure,
        "per": query.per if is_smoothed or query.measure.endswith("rate") else None,
        "rate_per": query.rate_per if query.measure in OF_TIME else None,
        "unit": unit_of(
            query.measure,
            per=query.per,
            denominator=None if denominator is None else denominator.measure,
            rate_per=query.rate_per,
            covered=area_counts.selection.covered(),
        ),
        "interval": _interval_name(query),
        "scheme": query.scheme,
        "classes": query.classes,
        "digits": query.digits if query.scheme != "manual" else None,
        "legend": [
            {
                "class": legend_class.label,
                "kind": legend_class.kind,
                "lower": legend_class.lower,
                "upper": legend_class.upper,
                "areas": legend_class.count,
            }
            for legend_class in classes.classes
        ],
    }
    if query.ranks:
        method["ranks"] = (
            "ranks that exact pairwise Poisson tests cannot exclude, by Holm's method over all "
            "pairs, 95 % for all areas at once (Mogstad and others 2024)"
        )
    if pools:
        method["pooled"] = [counts.filter()["covered"] for counts in pools]
    shares = None
    if overlay is not None:
        method["overlay"] = {
            "from": query.overlay_from,
            "to": query.overlay_to,
            "covered": overlay.filter()["covered"],
            "covered_days": overlay.filter()["covered_days"],
        }
        periods = (("the overlaid period", overlay), ("the period", area_counts))
        shares = shares_of_periods(periods)
    notes = [
        *area_counts.notes(),
        *([] if overlay is None else overlay.selection.coverage_notes()),
        *([] if denominator is None else denominator.notes(area_counts.in_scope)),
        *_pooled_notes((area_counts, *pools)),
    ]
    if len(area_counts.layer) == 1:
        notes.append("The layer has one area only: there is nothing to compare it with.")
    if not area_counts.count[area_counts.in_scope].any():
        notes.append("No incident was selected in any area: every count is zero.")
    return provenance(
        sources={
            **area_counts.sources(),
            **({} if denominator is None else {"denominator": denominator.source()}),
        },
        filter=area_counts.filter(),
        method=method,
        counts=area_counts.reconciliation(),
        leading_notes=() if shares is None else shares.notes(),
        notes=tuple(notes),
    )
