"""Choropleths: one value per area, with its interval and its class."""

import numpy as np

from service.analyses.areas import AreaCounts, Areas
from service.analyses.denominators import Denominator, denominator_of
from service.analyses.provenance import provenance, short_digest
from service.answers import Table
from service.schemas.queries import ChoroplethQuery
from service.store.measures import MeasureStore
from spatial.arrays import FloatArray
from spatial.classes import classify
from spatial.rates import count_interval, rates


class Choropleths:
    """Counts and rates per area of a layer."""

    def __init__(self, *, areas: Areas, measures: MeasureStore) -> None:
        self._areas = areas
        self._measures = measures

    def version(self, dataset: str, layer_id: str) -> str:
        """Everything a choropleth depends on besides the query, as a short digest."""
        return short_digest(self._areas.version(dataset, layer_id), self._measures.version())

    def table(self, dataset: str, layer_id: str, query: ChoroplethQuery) -> Table:
        """One row per area, highest value first.

        Columns: code, name, count, denominator, value, lower, upper, class; lower and upper
        are the exact 95 % Poisson interval of the value.
        """
        counted = self._areas.count(dataset, layer_id, query.incident_filter())
        below = None
        if query.denominator is not None:
            below = denominator_of(self._measures, counted.layer, query.denominator)
        value, lower, upper = _values(counted, below, query)
        kept = np.flatnonzero(counted.kept)
        classes = classify(value[kept], scheme=query.scheme, classes=query.classes)
        codes = np.array(counted.layer.codes, dtype=object)
        order = kept[ranked(value[kept], codes[kept])]
        label = np.empty(len(codes), dtype=object)
        label[kept] = classes.labels
        columns = {
            "code": codes,
            "name": np.array(counted.layer.names, dtype=object),
            "count": counted.count,
            "denominator": np.full(len(codes), np.nan) if below is None else below.values,
            "value": value,
            "lower": lower,
            "upper": upper,
            "class": label,
        }
        return Table(
            kind="choropleth",
            columns={name: column[order] for name, column in columns.items()},
            geometries=counted.layer.geometries[order],
            crs=counted.layer.crs,
            provenance=provenance(
                sources={
                    **counted.sources(),
                    **({} if below is None else {"denominator": below.source()}),
                },
                filter=counted.filter(),
                method={
                    "name": "choropleth",
                    "measure": query.measure,
                    "denominator": None if below is None else below.measure,
                    "per": query.per if query.measure == "rate" else None,
                    "interval": "exact Poisson, 95 %",
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
                },
                counts=counted.reconciliation(),
                notes=() if below is None else below.notes(),
            ),
        )


def ranked(value: FloatArray, codes: np.ndarray) -> np.ndarray:
    """Row order: highest value first, missing values last, equal values by code."""
    return np.lexsort((codes.astype(str), np.where(np.isfinite(value), -value, np.inf)))


def _values(
    counted: AreaCounts, below: Denominator | None, query: ChoroplethQuery
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Value and exact Poisson interval of each area."""
    if query.measure == "rate" and below is not None:
        found = rates(counted.count, below.values, per=query.per)
        return found.value, found.lower, found.upper
    lower, upper = count_interval(counted.count)
    return counted.count.astype(np.float64), lower, upper
