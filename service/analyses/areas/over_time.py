"""Hotspots over time: emerging categories from step to step, and change between two periods."""

import dataclasses
import os
from collections.abc import Callable
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from service.analyses.areas.choropleths import ranked
from service.analyses.areas.rows import ChangeRow, EmergingRow
from service.analyses.inputs.area_counts import AreaCounts, Areas
from service.analyses.inputs.neighbours import Neighbourhoods
from service.analyses.inputs.periods import Steps, whole_steps
from service.config.settings import Settings
from service.model.answers import Document, Table
from service.model.errors import TooMuchWorkError
from service.model.provenance import provenance, short_digest
from service.queries.over_time import ChangeQuery, DisplacementQuery, EmergingQuery
from service.runtime.cancellation import check_cancelled
from spatial.arrays import BoolArray, FloatArray
from spatial.local_statistics.accuracy import concentration, hotspot_accuracy
from spatial.local_statistics.hotspot_map import HotspotMap, hotspot_map
from spatial.over_time.change import (
    count_changes,
    e_test,
    transitions,
    weighted_displacement_difference,
)
from spatial.over_time.emerging import (
    CATEGORIES,
    DEFINITIONS,
    MIN_STEPS,
    EmergingHotSpots,
    emerging_hot_spots,
)
from spatial.over_time.map_similarity import map_similarity
from spatial.weights.weights import Neighbours

THREADS: Final = os.cpu_count() or 1
NOT_EVIDENCE: Final = (
    "That an area is no longer hot is not evidence that it changed: "
    "p_value and q_value are about its own counts."
)


class OverTime:
    """Answers about how hotspots come, stay and go."""

    def __init__(
        self, *, areas: Areas, neighbourhoods: Neighbourhoods, settings: Settings
    ) -> None:
        self._areas = areas
        self._neighbourhoods = neighbourhoods
        self._limits = settings.limits

    def version(self, dataset: str, layer_id: str) -> str:
        """Everything these tables depend on besides the query, as a short digest."""
        return short_digest(self._areas.version(dataset, layer_id), "over-time")

    def emerging(self, dataset: str, layer_id: str, query: EmergingQuery) -> Table:
        """One `EmergingRow` per area: its category and the run of classes behind it."""
        counted = self._areas.count(dataset, layer_id, query.incident_filter())
        steps = whole_steps(counted.selection, query.step)
        kept = np.flatnonzero(counted.in_scope)
        values = _counts_per_step(counted, steps)[kept]
        neighbours = self._neighbours(counted, query.neighbours)
        self._refuse_large(len(kept), query.permutations, max(len(steps.labels), 1))
        found = emerging_hot_spots(
            values,
            neighbours,
            permutations=query.permutations,
            seed=query.seed,
            correction=query.correction,
            earlier_steps=query.earlier_steps,
            threads=THREADS,
            on_progress=check_cancelled,
        )
        count = values.sum(axis=1)
        codes = np.array(counted.layer.codes, dtype=object)[kept]
        columns: dict[str, NDArray[Any]] = {
            "code": codes,
            "name": np.array(counted.layer.names, dtype=object)[kept],
            "count": count.astype(np.int64),
            "category": found.category,
            "run": found.run,
            "hot_steps": (found.classes == 1).sum(axis=1),
            "cold_steps": (found.classes == -1).sum(axis=1),
            "last_z_score": found.z_score[:, -1],
            "trend_s": found.trend.s,
            "trend_z_score": found.trend.z_score,
            "trend_p_value": found.trend.p_value,
        }
        order = _by_category(found, count, codes)
        return Table(
            kind="emerging",
            row=EmergingRow,
            columns={name: column[order] for name, column in columns.items()},
            geometries=counted.layer.geometries[kept[order]],
            crs=counted.layer.crs,
            provenance=provenance(
                sources=counted.sources(),
                filter=counted.filter(),
                method=_emerging_method(query, steps, found, neighbours),
                counts=counted.reconciliation(),
                notes=(*counted.notes(), *_emerging_notes(steps, found)),
            ),
        )

    def change(self, dataset: str, layer_id: str, query: ChangeQuery) -> Table:
        """One `ChangeRow` per area: counts of two periods, and what became of it."""
        before = self._areas.count(dataset, layer_id, query.baseline_filter())
        after = self._areas.count(dataset, layer_id, query.incident_filter())
        kept = np.flatnonzero(after.in_scope)
        first = before.count[kept].astype(np.float64)
        second = after.count[kept].astype(np.float64)
        days = _days(before), _days(after)
        neighbours = self._neighbours(after, query.neighbours)
        maps = 2 + 4 * query.replicates
        self._refuse_large(len(kept), query.permutations, maps)
        changed = count_changes(
            first,
            second,
            first_exposure=days[0],
            second_exposure=days[1],
            correction=query.correction,
        )

        def classified(values: FloatArray) -> HotspotMap:
            check_cancelled()
            return hotspot_map(
                values,
                neighbours,
                permutations=query.permutations,
                seed=query.seed,
                correction=query.correction,
                threads=THREADS,
            )

        maps_of = classified(first), classified(second)
        classes = maps_of[0].classes, maps_of[1].classes
        codes = np.array(after.layer.codes, dtype=object)[kept]
        columns: dict[str, NDArray[Any]] = {
            "code": codes,
            "name": np.array(after.layer.names, dtype=object)[kept],
            "count_before": first.astype(np.int64),
            "count_after": second.astype(np.int64),
            "difference": changed.difference,
            "percent": changed.percent,
            "ratio": _finite(changed.ratio),
            "lower": _finite(changed.lower),
            "upper": _finite(changed.upper),
            "p_value": changed.p_value,
            "q_value": changed.q_value,
            "class_before": classes[0].astype(object),
            "class_after": classes[1].astype(object),
            "transition": transitions(classes[0], classes[1]),
        }
        order = ranked(changed.difference, codes)
        whole = _whole_map(first, second, days)
        area_km2 = after.layer.areas_km2[kept]
        whole["concentration_before"] = _concentration(first)
        whole["concentration_after"] = _concentration(second)
        whole["accuracy_of_the_baseline_map"] = _accuracy(
            maps_of[0].hot(0.05), first, second, area_km2
        )
        if query.replicates:
            whole["similarity"] = _similarity(first, second, classified, area_km2, query)
        return Table(
            kind="change",
            row=ChangeRow,
            columns={name: column[order] for name, column in columns.items()},
            geometries=after.layer.geometries[kept[order]],
            crs=after.layer.crs,
            provenance=provenance(
                sources=after.sources(),
                filter={
                    **after.filter(),
                    "baseline_from": query.baseline_from,
                    "baseline_to": query.baseline_to,
                },
                method={
                    "name": "change between two periods",
                    "test": "E-test (Krishnamoorthy and Thomson 2004), two-sided",
                    "interval": "of the ratio of the rates, exact (Clopper and Pearson), 95 %",
                    "days_before": days[0],
                    "days_after": days[1],
                    "neighbours": query.neighbours,
                    "permutations": query.permutations,
                    "seed": query.seed,
                    "correction": query.correction,
                    "classes": "Gi* of each period, by q",
                    "map": whole,
                },
                counts={
                    **{f"before_{k}": v for k, v in before.reconciliation().items()},
                    **after.reconciliation(),
                },
                notes=(*after.notes(), NOT_EVIDENCE),
            ),
        )

    def displacement(self, dataset: str, layer_id: str, query: DisplacementQuery) -> Document:
        """Did an intervention reduce incidents, a control and displacement allowed for?

        Raises
        ------
        UnknownAreaError
            If the layer has no area of a code named.
        """
        before = self._areas.count(dataset, layer_id, query.baseline_filter())
        after = self._areas.count(dataset, layer_id, query.incident_filter())
        groups = {
            "target": query.target,
            "control": query.control,
            "displacement": query.displacement,
            "displacement_control": query.displacement_control,
        }
        pairs = {}
        for name, codes in groups.items():
            at = [after.layer.position(code) for code in codes]
            pairs[name] = (float(before.count[at].sum()), float(after.count[at].sum()))
        found = weighted_displacement_difference(
            pairs["target"],
            pairs["control"],
            pairs["displacement"],
            pairs["displacement_control"],
        )
        return Document(
            kind="displacement",
            content={
                **{name: _number(v) for name, v in dataclasses.asdict(found).items()},
                "counts": {
                    name: {"before": int(pair[0]), "after": int(pair[1])}
                    for name, pair in pairs.items()
                },
            },
            provenance=provenance(
                sources=after.sources(),
                filter={
                    **after.filter(),
                    "baseline_from": query.baseline_from,
                    "baseline_to": query.baseline_to,
                },
                method={
                    "name": "weighted displacement difference (Wheeler and Ratcliffe 2018)",
                    "days_before": _days(before),
                    "days_after": _days(after),
                    **{name: list(codes) for name, codes in groups.items()},
                },
                counts=after.reconciliation(),
                notes=(*after.notes(), *_displacement_notes(_days(before), _days(after))),
            ),
        )

    def _neighbours(self, counted: AreaCounts, rule: str) -> Neighbours:
        neighbours = self._neighbourhoods.of(counted.layer, rule)
        return neighbours if counted.in_scope.all() else neighbours.subset(counted.in_scope)

    def _refuse_large(self, areas: int, permutations: int, maps: int) -> None:
        asked, allowed = areas * permutations * maps, 4 * self._limits.permuted_values
        if asked > allowed:
            raise TooMuchWorkError(
                f"permuted values ({areas} areas, {permutations} permutations, {maps} maps)",
                asked,
                allowed,
                "ask for fewer permutations, replicates or steps",
            )


def _counts_per_step(counted: AreaCounts, steps: Steps) -> FloatArray:
    """(areas of the layer, steps) incidents."""
    count = len(steps.labels)
    area = counted.placement.area
    usable = (area >= 0) & (steps.step_of_incident >= 0)
    cell = area[usable].astype(np.int64) * count + steps.step_of_incident[usable]
    areas = len(counted.layer)
    table = np.bincount(cell, minlength=areas * count) if count else np.zeros(0)
    return table.reshape(areas, count).astype(np.float64)


def _by_category(found: EmergingHotSpots, count: FloatArray, codes: NDArray[Any]) -> Any:
    """Row order: hot categories in the order of their definitions, then the most incidents."""
    place = np.array([CATEGORIES.index(category) for category in found.category])
    return np.lexsort((codes.astype(str), -count, place))


def _emerging_method(
    query: EmergingQuery, steps: Steps, found: EmergingHotSpots, neighbours: Neighbours
) -> dict[str, Any]:
    names, numbers = np.unique(found.category.astype(str), return_counts=True)
    return {
        "name": "emerging hot spots",
        "definitions": DEFINITIONS,
        "step": query.step,
        "steps": list(steps.labels),
        "run": "one letter per step, oldest first: H hot, C cold, . neither",
        "neighbours": query.neighbours,
        "links": neighbours.links,
        "earlier_steps": query.earlier_steps,
        "permutations": query.permutations,
        "seed": query.seed,
        "correction": query.correction,
        "level": 0.10,
        "trend": "Mann-Kendall of the z scores, p up to 0.10",
        "categories": {name: int(n) for name, n in zip(names, numbers, strict=True)},
    }


def _emerging_notes(steps: Steps, found: EmergingHotSpots) -> tuple[str, ...]:
    notes = []
    if steps.omitted_count:
        notes.append(steps.omission_note())
    if found.flat_steps:
        flat = ", ".join(steps.labels[at] for at in found.flat_steps)
        notes.append(f"No area differs from another in {flat}: nothing is hot or cold then.")
    if len(steps.labels) < 10:
        notes.append(
            f"With fewer than 10 steps (at least {MIN_STEPS} are needed) no area can be "
            "historical: 90 % of nine steps is all nine."
        )
    return tuple(notes)


def _days(counted: AreaCounts) -> float:
    """Length of the period in days: the exposure of its counts."""
    first, last = counted.selection.days()
    return float((last - first).days + 1)


def _whole_map(first: FloatArray, second: FloatArray, days: tuple[float, float]) -> dict[str, Any]:
    """The change of all areas together."""
    total = count_changes(
        [first.sum()], [second.sum()], first_exposure=days[0], second_exposure=days[1]
    )
    p_value = e_test(
        np.array([first.sum()]),
        np.array([second.sum()]),
        first_exposure=days[0],
        second_exposure=days[1],
    )
    return {
        "count_before": int(first.sum()),
        "count_after": int(second.sum()),
        "difference": float(total.difference[0]),
        "percent": _number(total.percent[0]),
        "ratio": _number(total.ratio[0]),
        "lower": _number(total.lower[0]),
        "upper": _number(total.upper[0]),
        "p_value": float(p_value[0]),
    }


def _concentration(count: FloatArray) -> dict[str, float | None] | None:
    """How few areas hold how much; None without incidents."""
    if not count.sum():
        return None
    found = concentration(count)
    return {
        "areas_for_half": found.areas_for_half,
        "share_of_areas_for_half": found.share_for_half,
        "gini": _number(found.gini),
        "adjusted_gini": _number(found.adjusted_gini),
    }


def _accuracy(
    hot: BoolArray, first: FloatArray, second: FloatArray, area_km2: FloatArray
) -> dict[str, float | None] | None:
    """What the baseline's hot areas caught of the later incidents; None if none was hot."""
    if not hot.any() or not second.sum():
        return None
    found = hotspot_accuracy(hot, first, second, area_km2=area_km2)
    return {name: _number(value) for name, value in dataclasses.asdict(found).items()}


def _displacement_notes(before: float, after: float) -> tuple[str, ...]:
    if abs(before - after) <= 0.02 * before:
        return ()
    said = (
        f"The periods differ in length ({before:g} and {after:g} days): the difference is of "
        "counts and supposes equal periods."
    )
    return (said,)


def _similarity(
    first: FloatArray,
    second: FloatArray,
    classified: Callable[[FloatArray], HotspotMap],
    area_km2: FloatArray,
    query: ChangeQuery,
) -> dict[str, Any]:
    """How alike the two hotspot maps are, with what chance would make of an unchanged one."""

    def hot(values: FloatArray) -> BoolArray:
        hot_areas: BoolArray = classified(values).hot(0.05)
        return hot_areas

    alike = map_similarity(
        first, second, hot, area_km2=area_km2, replicates=query.replicates, seed=query.seed
    )
    return {
        "overlap_of_hot_area": _number(alike.overlap),
        "overlap_interval": [_number(v) for v in alike.overlap_interval],
        "overlap_if_unchanged": [_number(v) for v in alike.overlap_unchanged],
        "overlap_p": _number(alike.overlap_p),
        "rank_correlation": _number(alike.rank_correlation),
        "rank_interval": [_number(v) for v in alike.rank_interval],
        "rank_if_unchanged": [_number(v) for v in alike.rank_unchanged],
        "rank_p": _number(alike.rank_p),
        "replicates": alike.replicates,
        "hot": "q up to 0.05",
    }


def _finite(values: FloatArray) -> FloatArray:
    """The values, NaN where they are infinite: from zero there is no ratio."""
    return np.where(np.isfinite(values), values, np.nan)


def _number(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None
