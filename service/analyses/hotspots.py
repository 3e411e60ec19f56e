"""Getis-Ord hotspots: which areas are hot together beyond chance."""

import os
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from service.analyses.areas import AreaCounts, Areas
from service.analyses.choropleths import ranked
from service.analyses.denominators import Denominator, denominator_of
from service.analyses.errors import TooMuchWorkError
from service.analyses.neighbourhoods import Neighbourhoods
from service.analyses.provenance import provenance, short_digest
from service.answers import Table
from service.schemas.areas import HotspotQuery
from service.settings import Settings
from service.store.measures import MeasureStore
from spatial.arrays import AnyArray, BoolArray, FloatArray
from spatial.getis_ord import expected_in_reach, gi_star
from spatial.multiplicity import (
    CORRECTION_TITLES,
    NOT_SIGNIFICANT,
    confidence_classes,
    corrected,
    must_be_extreme_together,
)
from spatial.permutation import LocalStatistic, default_permutations, permutation_p
from spatial.rates import rates
from spatial.weights import Neighbours

MIN_EXPECTED: Final = 5.0
ALPHA: Final = 0.05
NOT_TESTED: Final = "not tested"
STATISTIC_TITLES: Final = {
    "gi-star": "Getis-Ord Gi* (Ord and Getis 1995), the area itself included",
    "gi": "Getis-Ord Gi (Ord and Getis 1995), the area itself left out",
}


@dataclass(frozen=True, eq=False)
class _Found:
    """The statistic of the areas that could be tested."""

    z_score: FloatArray
    p_value: FloatArray
    p_permutation: FloatArray
    q_value: FloatArray
    classes: AnyArray
    in_reach: FloatArray


class Hotspots:
    """Local statistics over the areas of a layer."""

    def __init__(
        self,
        *,
        areas: Areas,
        measures: MeasureStore,
        neighbourhoods: Neighbourhoods,
        settings: Settings,
    ) -> None:
        self._areas = areas
        self._measures = measures
        self._neighbourhoods = neighbourhoods
        self._limits = settings.limits

    def version(self, dataset: str, layer_id: str) -> str:
        """Everything a hotspot table depends on besides the query, as a short digest."""
        return short_digest(self._areas.version(dataset, layer_id), self._measures.version())

    def table(self, dataset: str, layer_id: str, query: HotspotQuery) -> Table:
        """One row per area, highest z score first.

        Columns: code, name, count, value, z_score, p_value, p_permutation, q_value, class,
        expected_count_ok, neighbours, island. An area whose value is missing (a rate without
        a denominator) keeps its row and is not tested; nor is it anybody's neighbour.
        """
        counted = self._areas.count(dataset, layer_id, query.incident_filter())
        layer = counted.layer
        below = None
        if query.denominator is not None:
            below = denominator_of(self._measures, layer, query.denominator)
        value = _value(counted, below, query)
        tested = np.isfinite(value) & counted.kept
        neighbours = self._neighbourhoods.of(layer, query.neighbours)
        if not tested.all():
            neighbours = neighbours.subset(tested)
        permutations = self._permutations(query, neighbours.n)
        expected = _expected(counted, below, tested)
        found = _tested(value[tested], expected, neighbours, query, permutations)

        codes = np.array(layer.codes, dtype=object)
        columns: dict[str, NDArray[Any]] = {
            "code": codes,
            "name": np.array(layer.names, dtype=object),
            "count": counted.count,
            "value": value,
            "z_score": _spread(found.z_score, tested),
            "p_value": _spread(found.p_value, tested),
            "p_permutation": _spread(found.p_permutation, tested),
            "q_value": _spread(found.q_value, tested),
            "class": _spread(found.classes.astype(object), tested, absent=NOT_TESTED),
            "expected_count_ok": _spread(found.in_reach >= MIN_EXPECTED, tested, absent=False),
            "neighbours": _spread(neighbours.counts, tested, absent=0),
            "island": _spread(neighbours.is_island, tested, absent=False),
        }
        kept = np.flatnonzero(counted.kept)
        order = kept[ranked(columns["z_score"][kept], codes[kept])]
        sources = {
            **counted.sources(),
            **({} if below is None else {"denominator": below.source()}),
        }
        return Table(
            kind="hotspots",
            columns={name: column[order] for name, column in columns.items()},
            geometries=layer.geometries[order],
            crs=layer.crs,
            provenance=provenance(
                sources=sources,
                filter=counted.filter(),
                method=_method(query, permutations, neighbours),
                counts=counted.reconciliation(),
                notes=_notes(found, neighbours, tested[kept], below),
            ),
        )

    def _permutations(self, query: HotspotQuery, areas: int) -> int:
        """The permutations asked for or the default, if they are within the limit."""
        permutations = query.permutations
        if permutations is None:
            permutations = default_permutations(areas)
        allowed = min(self._limits.permutations, self._limits.permuted_values // max(areas, 1))
        if permutations > allowed:
            raise TooMuchWorkError(
                f"permutations of {areas} areas", permutations, allowed, "ask for fewer"
            )
        return permutations


def _value(counted: AreaCounts, below: Denominator | None, query: HotspotQuery) -> FloatArray:
    """(n,) what is tested, NaN where it is missing."""
    if query.measure == "rate" and below is not None:
        return rates(counted.count, below.values, per=query.per).value
    return counted.count.astype(np.float64)


def _expected(counted: AreaCounts, below: Denominator | None, tested: BoolArray) -> FloatArray:
    """Incidents expected in each tested area if nothing but its denominator mattered."""
    count = counted.count[tested].astype(np.float64)
    share = np.ones(len(count)) if below is None else below.values[tested]
    total = float(share.sum())
    return share * (float(count.sum()) / total) if total > 0 else np.zeros(len(count))


def _tested(
    value: FloatArray,
    expected: FloatArray,
    neighbours: Neighbours,
    query: HotspotQuery,
    permutations: int,
) -> _Found:
    """z, the two p, q and class of every tested area."""
    star = query.statistic == "gi-star"
    local = gi_star(value, neighbours, star=star)
    tail = None
    if permutations:
        drawn = permutation_p(
            LocalStatistic(value, neighbours),
            permutations=permutations,
            seed=query.seed,
            threads=os.cpu_count() or 1,
        )
        p_permutation, tail = drawn.p_value, drawn.tail
    else:
        p_permutation = np.full(len(value), np.nan)
    q_value = corrected(
        p_permutation if permutations else local.p_value, correction=query.correction
    )
    return _Found(
        z_score=local.z_score,
        p_value=local.p_value,
        p_permutation=p_permutation,
        q_value=q_value,
        classes=confidence_classes(local.z_score, q_value, tail=tail),
        in_reach=expected_in_reach(expected, neighbours, star=star),
    )


def _method(query: HotspotQuery, permutations: int, neighbours: Neighbours) -> dict[str, Any]:
    """The method with all its parameters."""
    method: dict[str, Any] = {
        "name": STATISTIC_TITLES[query.statistic],
        "statistic": query.statistic,
        "measure": query.measure,
        "denominator": query.denominator,
        "per": query.per if query.measure == "rate" else None,
        "neighbours": query.neighbours,
        "links": neighbours.links,
        "islands": len(neighbours.islands),
        "areas_tested": neighbours.n,
        "null": "permutation" if permutations else "normal approximation",
        "permutations": permutations,
        "seed": query.seed if permutations else None,
        "correction": query.correction,
        "correction_name": CORRECTION_TITLES[query.correction],
        "q_from": "p_permutation" if permutations else "p_value",
        "alternative": "two-sided",
        "classes": "by q: hot or cold at 90, 95 and 99 %",
    }
    if permutations and query.correction != "none":
        method["areas_that_must_be_extreme_together"] = must_be_extreme_together(
            neighbours.n, permutations, alpha=ALPHA
        )
    return method


def _notes(
    found: _Found, neighbours: Neighbours, tested: BoolArray, below: Denominator | None
) -> tuple[str, ...]:
    """What a hostile reader would ask."""
    notes = [] if below is None else list(below.notes())
    untested = int(np.count_nonzero(~tested))
    if untested:
        notes.append(f"{untested} areas have no value and were not tested.")
    islands = len(neighbours.islands)
    if islands:
        notes.append(
            f"{islands} areas have no neighbours: their z is about themselves alone "
            "and they are not tested by permutation."
        )
    few = int(np.count_nonzero(found.in_reach < MIN_EXPECTED))
    if few:
        notes.append(
            f"{few} areas expect fewer than {MIN_EXPECTED:g} incidents in their neighbourhood: "
            "their analytic p cannot be trusted (expected_count_ok is false)."
        )
    called = np.isin(found.classes, [NOT_SIGNIFICANT, NOT_TESTED], invert=True)
    if not called.any():
        notes.append("Nothing is significant at 90 % over the whole map.")
    return tuple(notes)


def _spread(values: AnyArray, tested: BoolArray, *, absent: object = np.nan) -> AnyArray:
    """(n,) values of the tested areas in their places, `absent` elsewhere."""
    if tested.all():
        return values
    spread = np.full(len(tested), absent, dtype=values.dtype)
    spread[tested] = values
    return spread
