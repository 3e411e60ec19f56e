"""Choropleths: one value per area, with its interval and its class."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from service.analyses.areas.rows import ChoroplethRow
from service.analyses.inputs.area_counts import AreaCounts, Areas
from service.analyses.inputs.denominators import Denominator, denominator_of
from service.analyses.inputs.neighbours import Neighbourhoods
from service.model.answers import Provenance, Table
from service.model.provenance import provenance, short_digest
from service.queries.areas import ChoroplethQuery
from service.store.measures import MeasureStore
from spatial.arrays import AnyArray, FloatArray
from spatial.coordinates.crs import WGS84, transform_xy
from spatial.rates.classes import Classification, classify
from spatial.rates.rates import (
    count_interval,
    empirical_bayes,
    empirical_bayes_local,
    expected_counts,
    funnel_limits,
    rates,
    standardised_ratios,
)

Values = tuple[FloatArray, FloatArray, FloatArray]  # value, lower and upper of each area

INTERVALS = {
    "exact": "exact Poisson (Garwood 1936), 95 %",
    "byar": "Byar's approximation of the Poisson interval, 95 %",
}
MEASURES = {
    "count": "incidents",
    "rate": "incidents per so many of the denominator",
    "density": "incidents per km^2",
    "share": "per cent of the incidents of all areas",
    "smoothed": "global empirical Bayes rate (Marshall 1991)",
    "smoothed-local": "local empirical Bayes rate (Marshall 1991), queen neighbours",
    "ratio": "incidents observed per incident expected at the overall rate",
}


class Choropleths:
    """Counts, rates and what is made of them, per area of a layer."""

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
        """Everything a choropleth depends on besides the query, as a short digest."""
        return short_digest(self._areas.version(dataset, layer_id), self._measures.revision())

    def table(self, dataset: str, layer_id: str, query: ChoroplethQuery) -> Table:
        """One `ChoroplethRow` per area, highest value first."""
        counted = self._areas.count(dataset, layer_id, query.incident_filter())
        below = self._denominator(counted, query)
        kept = np.flatnonzero(counted.in_scope)
        value, lower, upper = (part[kept] for part in self._values(counted, below, query))
        classes = classify(
            value,
            scheme=query.scheme,
            classes=query.classes,
            breaks=query.breaks or None,
        )
        codes = np.array(counted.layer.codes, dtype=object)[kept]
        denominator = np.full(len(kept), np.nan) if below is None else below.values[kept]
        columns: dict[str, NDArray[Any]] = {
            "code": codes,
            "name": np.array(counted.layer.names, dtype=object)[kept],
            "count": counted.count[kept],
            "denominator": denominator,
            "value": value,
            "lower": lower,
            "upper": upper,
            "class": classes.labels,
        }
        if below is not None and below.estimated is not None:
            columns["denominator_estimated"] = below.estimated[kept]
        if query.measure in ("rate", "ratio"):
            columns["funnel"] = _funnel(counted.count[kept], denominator)
        columns |= self._overlay(counted, dataset, query)
        order = ranked(value, codes)
        return Table(
            kind="choropleth",
            row=ChoroplethRow,
            columns={name: column[order] for name, column in columns.items()},
            geometries=counted.layer.geometries[kept[order]],
            crs=counted.layer.crs,
            provenance=_provenance(counted, below, query, classes),
        )

    def _denominator(self, counted: AreaCounts, query: ChoroplethQuery) -> Denominator | None:
        if query.denominator is None:
            return None
        middle = counted.selection.middle_year() if query.interpolate else None
        return denominator_of(
            self._measures,
            counted.layer,
            query.denominator,
            at_year=middle,
            crosswalks=self._areas.crosswalks,
        )

    def _values(
        self, counted: AreaCounts, below: Denominator | None, query: ChoroplethQuery
    ) -> Values:
        """Value and interval of each area of the layer, NaN where there is none.

        What an area is compared with (all areas, expected counts, shares, smoothing) is the
        areas that the question is about.
        """
        count = np.where(counted.in_scope, counted.count, np.nan)
        if below is None or query.measure in ("count", "density", "share"):
            return _plain_values(count, counted, query)
        base = np.where(counted.in_scope, below.values, np.nan)
        if query.measure == "rate":
            found = rates(count, base, per=query.per, interval=query.interval)
        elif query.measure == "smoothed":
            found = empirical_bayes(count, base, per=query.per)
        elif query.measure == "smoothed-local":
            queen = self._neighbourhoods.of(counted.layer, "queen")
            found = empirical_bayes_local(count, base, queen, per=query.per)
        else:
            expected = expected_counts(count, base)
            found = standardised_ratios(count, expected, interval=query.interval)
        return found.value, found.lower, found.upper

    def _overlay(
        self, counted: AreaCounts, dataset: str, query: ChoroplethQuery
    ) -> dict[str, NDArray[Any]]:
        """Counts of another period, and the centroids to draw them at."""
        wanted = query.overlay_filter()
        if wanted is None:
            return {}
        later = self._areas.count(dataset, counted.layer.layer_id, wanted)
        centroids = counted.layer.centroids_m[counted.in_scope]
        lonlat = transform_xy(centroids, source=counted.layer.crs, target=WGS84)
        return {
            "overlay_count": later.count[counted.in_scope],
            "centroid_lon_deg": lonlat[:, 0].round(6),
            "centroid_lat_deg": lonlat[:, 1].round(6),
        }


def ranked(value: FloatArray, codes: AnyArray) -> NDArray[np.intp]:
    """Row order: highest value first, missing values last, equal values by code."""
    return np.lexsort((codes.astype(str), np.where(np.isfinite(value), -value, np.inf)))


def _plain_values(count: FloatArray, counted: AreaCounts, query: ChoroplethQuery) -> Values:
    """Counts, densities and shares with their Poisson interval."""
    lower, upper = count_interval(count, method=query.interval)
    scale: FloatArray = np.ones(len(count))
    if query.measure == "density":
        scale = 1.0 / counted.layer.areas_km2
    elif query.measure == "share":
        total = float(np.nansum(count))
        scale = np.full(len(count), 100.0 / total if total else np.nan)
    return count * scale, lower * scale, upper * scale


def _funnel(count: NDArray[np.int64], denominator: FloatArray) -> NDArray[Any]:
    """Where each area lies in the funnel about the overall rate (Spiegelhalter 2005)."""
    words = np.full(len(count), None, dtype=object)
    usable = np.isfinite(denominator) & (denominator > 0)
    if not usable.any() or not count[usable].any():
        return words
    expected = expected_counts(count[usable], denominator[usable])
    ratio = count[usable] / expected
    place = np.full(len(ratio), "within 95 %", dtype=object)
    for percent, confidence in ((95, 0.95), (99.8, 0.998)):
        low, high = funnel_limits(expected, confidence=confidence)
        place[ratio < low] = f"below {percent:g} %"
        place[ratio > high] = f"above {percent:g} %"
    words[usable] = place
    return words


def _provenance(
    counted: AreaCounts,
    below: Denominator | None,
    query: ChoroplethQuery,
    classes: Classification,
) -> Provenance:
    """Where a choropleth comes from; the legend belongs to the method."""
    smoothed = query.measure in ("smoothed", "smoothed-local")
    method: dict[str, Any] = {
        "name": "choropleth",
        "measure": query.measure,
        "measure_name": MEASURES[query.measure],
        "denominator": None if below is None else below.measure,
        "per": query.per if smoothed or query.measure == "rate" else None,
        "interval": "of the empirical Bayes posterior, 95 %"
        if smoothed
        else INTERVALS[query.interval],
        "scheme": query.scheme,
        "classes": query.classes,
        "legend": [
            {
                "class": each.label,
                "kind": each.kind,
                "lower": each.lower,
                "upper": each.upper,
                "areas": each.count,
            }
            for each in classes.classes
        ],
    }
    if query.overlay_from is not None:
        method["overlay"] = {"from": query.overlay_from, "to": query.overlay_to}
    notes = [*counted.notes(), *([] if below is None else below.notes())]
    if len(counted.layer) == 1:
        notes.append("The layer has one area only: there is nothing to compare it with.")
    if not counted.count[counted.in_scope].any():
        notes.append("No incident was selected in any area: every count is zero.")
    return provenance(
        sources={
            **counted.sources(),
            **({} if below is None else {"denominator": below.source()}),
        },
        filter=counted.filter(),
        method=method,
        counts=counted.reconciliation(),
        notes=tuple(notes),
    )
