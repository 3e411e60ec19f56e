"""Hotspots: which areas are hot together beyond chance, and how sure that is."""

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from service.analyses.areas.choropleths import ranked
from service.analyses.areas.local_tests import THREADS, LocalTest, run_local_test
from service.analyses.areas.rows import HotspotRow
from service.analyses.inputs.area_counts import AreaCounts, Areas
from service.analyses.inputs.denominators import Denominator, denominator_of
from service.analyses.inputs.neighbours import AUTO, Neighbourhoods
from service.config.settings import Settings
from service.model.answers import Table
from service.model.errors import TooMuchWorkError
from service.model.provenance import provenance, short_digest
from service.queries.areas import HotspotQuery
from service.runtime.cancellation import check_cancelled
from service.store.measures import MeasureStore
from spatial.arrays import AnyArray, BoolArray, FloatArray
from spatial.local_statistics.getis_ord import expected_in_reach
from spatial.local_statistics.global_statistics import GlobalStatistic, global_g, global_moran
from spatial.local_statistics.multiplicity import (
    CORRECTION_TITLES,
    NOT_SIGNIFICANT,
    NOT_TESTED,
    must_be_extreme_together,
)
from spatial.local_statistics.permutation import default_permutations
from spatial.local_statistics.sensitivity import Sensitivity, sensitivity
from spatial.rates.rates import empirical_bayes, expected_counts, rates, standardised_ratios
from spatial.rates.weighted_counts import WeightedCounts, weighted_counts
from spatial.weights.weights import Neighbours

MIN_EXPECTED: Final = 5.0
ALPHA: Final = 0.05
POISSON_MAPS: Final = 9_999
OTHER_NEIGHBOURS: Final = ("queen", "rook", "knn:6", "knn:8")
STATISTICS: Final = {
    "gi-star": "Getis-Ord Gi* (Ord and Getis 1995), the area itself included",
    "gi": "Getis-Ord Gi (Ord and Getis 1995), the area itself left out",
    "local-moran": "local Moran's I (Anselin 1995)",
    "join-count": "local join counts (Anselin and Li 2019)",
}
NULLS: Final = {
    "permutation": "conditional permutation: the value of the area stays, the others are "
    "dealt out at random",
    "poisson": "incidents drawn anew given the denominators (Monte Carlo)",
}


class Hotspots:
    """Local statistics over the areas of a layer or a grid."""

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
        return short_digest(self._areas.version(dataset, layer_id), self._measures.revision())

    def table(self, dataset: str, layer_id: str, query: HotspotQuery) -> Table:
        """One `HotspotRow` per area, highest z score first."""
        counted = self._areas.count(dataset, layer_id, query.incident_filter())
        below = None
        if query.denominator is not None:
            below = denominator_of(
                self._measures,
                counted.layer,
                query.denominator,
                crosswalks=self._areas.crosswalks,
            )
        flags = None
        if query.flags is not None:
            flags = denominator_of(
                self._measures,
                counted.layer,
                query.flags,
                crosswalks=self._areas.crosswalks,
            )
        weighted = _weighted(counted) if query.measure == "weighted" else None
        value = _value(counted, below, weighted, query) if flags is None else _flagged(flags)
        value = np.where(counted.in_scope, value, np.nan)
        tested = np.isfinite(value)
        neighbours, chosen = self._neighbours(counted, query, value, tested)
        permutations = self._permutations(query, neighbours)
        base = None if below is None else below.values[tested]
        count = counted.count[tested].astype(np.float64)
        found = run_local_test(value[tested], count, base, neighbours, query, permutations)
        expected = expected_counts(count, np.ones(len(count)) if base is None else base)
        star = query.statistic != "gi"
        in_reach = expected_in_reach(np.nan_to_num(expected), neighbours, star=star)

        columns = self._columns(counted, value, tested, found, neighbours, in_reach, weighted)
        others = None
        if query.sensitivity:
            others = self._sensitivity(counted, below, tested, query, permutations)
            columns["stays_hot_share"] = _spread(others.share_hot, tested)
        kept = np.flatnonzero(counted.in_scope)
        order = kept[ranked(columns["z_score"][kept], columns["code"][kept])]
        method = _method(query, permutations, neighbours, found)
        method["neighbours_chosen"] = chosen
        if others is not None:
            method["sensitivity"] = _described_choices(others)
        method["global"] = _global(value[tested], neighbours)
        return Table(
            kind="hotspots",
            row=HotspotRow,
            columns={name: column[order] for name, column in columns.items()},
            geometries=counted.layer.geometries[order],
            crs=counted.layer.crs,
            provenance=provenance(
                sources={
                    **counted.sources(),
                    **({} if below is None else {"denominator": below.source()}),
                    **({} if flags is None else {"flags": flags.source()}),
                },
                filter=counted.filter(),
                method=method,
                counts=counted.reconciliation(),
                notes=(
                    *counted.notes(),
                    *_notes(found, neighbours, tested[kept], in_reach, below),
                ),
            ),
        )

    def _neighbours(
        self, counted: AreaCounts, query: HotspotQuery, value: FloatArray, tested: BoolArray
    ) -> tuple[Neighbours, dict[str, Any] | None]:
        """The neighbours of the areas tested; how they were chosen where the data chose them."""
        chosen = None
        if query.neighbours == AUTO:
            filled = np.where(tested, value, np.nanmean(value) if tested.any() else 0.0)
            neighbours, chosen = self._neighbourhoods.automatic(counted.layer, filled)
        else:
            neighbours = self._neighbourhoods.of(counted.layer, query.neighbours)
        return (neighbours if tested.all() else neighbours.subset(tested)), chosen

    def _permutations(self, query: HotspotQuery, neighbours: Neighbours) -> int:
        """The permutations asked for or the default, if they are within the limit.

        Where links have weights of their own each is a look-up in every permutation.
        """
        if query.statistic == "join-count":  # its p is exact
            return 0
        areas = neighbours.n
        permutations = query.permutations
        if permutations is None:
            permutations = default_permutations(areas)
            if query.null == "poisson":  # a whole map is drawn each time
                permutations = min(permutations, POISSON_MAPS)
        work = areas if neighbours.has_equal_weights else max(areas, neighbours.links)
        allowed = min(self._limits.permutations, self._limits.permuted_values // max(work, 1))
        if permutations > allowed:
            raise TooMuchWorkError(
                f"permutations of {areas} areas with {neighbours.links} links",
                permutations,
                allowed,
                "ask for fewer",
            )
        return permutations

    def _sensitivity(
        self,
        counted: AreaCounts,
        below: Denominator | None,
        tested: BoolArray,
        query: HotspotQuery,
        permutations: int,
    ) -> Sensitivity:
        """The areas that are hot under every combination of reasonable choices."""
        count = counted.count[tested].astype(np.float64)
        measures: dict[str, FloatArray] = {"count": count}
        if below is not None:
            base = below.values[tested]
            measures["rate"] = rates(count, base, per=query.per).value
            measures["smoothed"] = empirical_bayes(count, base, per=query.per).value
        rules = [r for r in OTHER_NEIGHBOURS if r != query.neighbours]
        if query.neighbours != AUTO:
            rules = [query.neighbours, *rules]
        found = {rule: self._neighbourhoods.of(counted.layer, rule) for rule in rules}
        kept = {r: n if tested.all() else n.subset(tested) for r, n in found.items()}
        return sensitivity(
            measures,
            kept,
            star=query.statistic != "gi",
            permutations=permutations,
            seed=query.seed,
            threads=THREADS,
            on_progress=check_cancelled,
        )

    def _columns(
        self,
        counted: AreaCounts,
        value: FloatArray,
        tested: BoolArray,
        found: LocalTest,
        neighbours: Neighbours,
        in_reach: FloatArray,
        weighted: WeightedCounts | None,
    ) -> dict[str, NDArray[Any]]:
        """The columns in their final order, rows in the layer's order."""
        columns: dict[str, NDArray[Any]] = {
            "code": np.array(counted.layer.codes, dtype=object),
            "name": np.array(counted.layer.names, dtype=object),
            "count": counted.count,
            "value": value,
            "z_score": _spread(found.z_score, tested),
            "p_value": _spread(found.p_value, tested),
            "p_permutation": _spread(found.p_permutation, tested),
            "q_value": _spread(found.q_value, tested),
            "class": _spread(found.classes.astype(object), tested, absent=NOT_TESTED),
            "expected_count_ok": _spread(in_reach >= MIN_EXPECTED, tested, absent=False),
            "neighbours": _spread(neighbours.counts, tested, absent=0),
            "island": _spread(neighbours.is_island, tested, absent=False),
        }
        if found.quadrant is not None:
            columns["quadrant"] = _spread(found.quadrant, tested, absent=None)
        if weighted is not None:
            columns["effective_number"] = weighted.effective_number
            columns["largest_share"] = weighted.largest_share
        return columns


def _value(
    counted: AreaCounts,
    below: Denominator | None,
    weighted: WeightedCounts | None,
    query: HotspotQuery,
) -> FloatArray:
    """(n,) what is tested, NaN where it is missing."""
    count = np.where(counted.in_scope, counted.count, np.nan)
    if weighted is not None:
        return weighted.total
    if below is None or query.measure == "count":
        return count
    if query.measure == "rate":
        return rates(count, below.values, per=query.per).value
    if query.measure == "smoothed":
        return empirical_bayes(count, below.values, per=query.per).value
    return standardised_ratios(count, expected_counts(count, below.values)).value


def _flagged(flags: Denominator) -> FloatArray:
    """(n,) 1 where an area is flagged, 0 where it is not, NaN where that is not known."""
    return np.where(np.isfinite(flags.values), flags.values != 0.0, np.nan).astype(np.float64)


def _weighted(counted: AreaCounts) -> WeightedCounts:
    """The weights of the incidents in each area."""
    chosen = counted.selection.mask
    return weighted_counts(
        counted.placement.area[chosen],
        counted.selection.incidents.weight[chosen],
        areas=len(counted.layer),
    )


def _method(
    query: HotspotQuery, permutations: int, neighbours: Neighbours, found: LocalTest
) -> dict[str, Any]:
    """The method with all its parameters."""
    drawn = permutations > 0
    exact = query.statistic == "join-count"
    undrawn = "exact: the other flags are dealt out at random" if exact else "normal approximation"
    method: dict[str, Any] = {
        "name": STATISTICS[query.statistic],
        "statistic": query.statistic,
        "measure": query.measure,
        "denominator": query.denominator,
        "per": query.per if query.measure in ("rate", "smoothed") else None,
        "neighbours": query.neighbours,
        "links": neighbours.links,
        "islands": len(neighbours.islands),
        "areas_tested": neighbours.n,
        "null": query.null if drawn else undrawn,
        "null_name": NULLS[query.null] if drawn else undrawn,
        "permutations": permutations,
        "seed": query.seed if drawn else None,
        "refined_tail": found.refined,
        "correction": query.correction,
        "correction_name": CORRECTION_TITLES[query.correction],
        "q_from": "p_permutation" if drawn else "p_value",
        "flags": query.flags,
        "alternative": "one-sided, more flagged neighbours" if exact else "two-sided",
        "classes": "by q: 90, 95 and 99 %",
    }
    if drawn and query.correction != "none":
        method["areas_that_must_be_extreme_together"] = must_be_extreme_together(
            neighbours.n, permutations, alpha=ALPHA
        )
    return method


def _described_choices(others: Sensitivity) -> dict[str, Any]:
    """What the share of choices is a share of."""
    return {
        "hot": "q up to 0.05",
        "choices": [
            {"neighbours": c.neighbours, "measure": c.measure, "correction": c.correction}
            for c in others.choices
        ],
        "hot_areas": others.hot.sum(axis=1).tolist(),
        "note": "a share of the analyst's choices, not a probability",
    }


def _global(value: FloatArray, neighbours: Neighbours) -> dict[str, Any] | None:
    """Moran's I and the general G of the same values, where they exist."""
    if neighbours.n < 4 or not neighbours.links:
        return None
    found = {"morans_i": global_moran(value, neighbours.row_standardised())}
    if value.min() >= 0:
        found["general_g"] = global_g(value, neighbours)
    return {name: _described(statistic) for name, statistic in found.items()}


def _described(statistic: GlobalStatistic) -> dict[str, float]:
    return {
        "value": statistic.value,
        "expected": statistic.expected,
        "variance": statistic.variance,
        "z_score": statistic.z_score,
        "p_value": statistic.p_value,
    }


def _notes(
    found: LocalTest,
    neighbours: Neighbours,
    tested: BoolArray,
    in_reach: FloatArray,
    below: Denominator | None,
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
    few = int(np.count_nonzero(in_reach < MIN_EXPECTED))
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
