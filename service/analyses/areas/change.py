"""Change between a baseline period and another, area by area and for the whole map."""

import dataclasses
from collections.abc import Callable
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from service.analyses.areas.chance import (
    check_work,
    describe_draws,
    draws_for,
    untested_notes,
    untold_areas,
    verdict_notes,
)
from service.analyses.areas.choropleths import row_order
from service.analyses.areas.rows import ChangeRow
from service.analyses.areas.shared_out import SharedOut
from service.analyses.areas.step_values import THREADS
from service.analyses.areas.weight_sums import OF_WEIGHTS, WeightSums, changes, names_of_test
from service.analyses.inputs.area_counts import Areas
from service.analyses.inputs.neighbours import Neighbourhoods
from service.config.settings import Settings
from service.model.answers import Table
from service.model.provenance import provenance, short_digest
from service.queries.over_time import ChangeQuery
from service.runtime.cancellation import check_cancelled
from service.sentences.nulls import null_sentence
from spatial.arrays import BoolArray, FloatArray
from spatial.local_statistics.accuracy import concentration, hotspot_accuracy
from spatial.local_statistics.draws import Draws
from spatial.local_statistics.hotspot_map import HotspotMap, hotspot_map
from spatial.local_statistics.multiplicity import is_testable
from spatial.over_time.change import transitions
from spatial.over_time.map_similarity import map_similarity

NOT_EVIDENCE: Final = (
    "That an area is no longer hot is not evidence that it changed: "
    "p_value and q_value are about its own counts."
)


class PeriodChanges:
    """Tables of change between two periods.

    Parameters
    ----------
    areas : Areas
        Counts of incidents.
    neighbourhoods : Neighbourhoods
        Neighbours under a rule.
    settings : Settings
        Limits of the work.
    """

    def __init__(
        self, *, areas: Areas, neighbourhoods: Neighbourhoods, settings: Settings
    ) -> None:
        self._areas = areas
        self._neighbourhoods = neighbourhoods
        self._limits = settings.limits

    def version(self, dataset: str, layer_id: str) -> str:
        """A short digest of everything that a table depends on, apart from the query.

        Parameters
        ----------
        dataset : str
            Id of the dataset.
        layer_id : str
            Id of a layer or grid.

        Returns
        -------
        str
            It changes when the dataset, the layer or the software does.
        """
        return short_digest(
            self._areas.version(dataset, layer_id), "over-time", self._neighbourhoods.revision()
        )

    def table(self, dataset: str, layer_id: str, query: ChangeQuery) -> Table:
        """One `ChangeRow` per area: counts of the two periods, and the change of its class.

        Parameters
        ----------
        dataset : str
            Id of the dataset.
        layer_id : str
            Id of a layer or grid.
        query : ChangeQuery
            Filter, the two periods, neighbours and null.

        Returns
        -------
        Table
            With the shapes of the areas.
        """
        before = self._areas.count(dataset, layer_id, query.baseline_filter())
        after = self._areas.count(dataset, layer_id, query.incident_filter())
        after.check_scope()
        area_indices = np.flatnonzero(after.in_scope)
        count_before = before.count[area_indices].astype(np.float64)
        count_after = after.count[area_indices].astype(np.float64)
        days = before.selection.length_days(), after.selection.length_days()
        neighbours = self._neighbourhoods.of_areas(after.layer, query.neighbours, after.in_scope)
        draws = draws_for(query.permutations, len(area_indices))
        check_work(self._limits, neighbours, draws, 2 + 2 * query.replicates)
        is_count = query.measure == "count"
        sums = None if is_count else WeightSums.of(before, after, area_indices)
        values = (count_before, count_after) if sums is None else (sums.before, sums.after)
        change = changes(count_before, count_after, days, sums, correction=query.correction)
        shared_out = SharedOut.of(before, after, area_indices, sums, correction=query.correction)

        def classify(values: FloatArray) -> HotspotMap:
            check_cancelled()
            return hotspot_map(
                values,
                neighbours,
                permutations=draws.permutations,
                most_permutations=draws.most_permutations,
                seed=query.seed,
                correction=query.correction,
                threads=THREADS,
            )

        maps = classify(values[0]), classify(values[1])
        classes = maps[0].classes, maps[1].classes
        codes = np.array(after.layer.codes, dtype=object)[area_indices]
        columns: dict[str, NDArray[Any]] = {
            "code": codes,
            "name": np.array(after.layer.names, dtype=object)[area_indices],
            "count_before": count_before.astype(np.int64),
            "count_after": count_after.astype(np.int64),
            **({} if sums is None else sums.columns()),
            "difference": change.difference,
            "percent": change.percent,
            "ratio": _finite(change.ratio),
            "lower": _finite(change.lower),
            "upper": _finite(change.upper),
            "p_value": change.p_value,
            "q_value": change.q_value,
            **shared_out.columns(len(codes)),
            "class_before": classes[0].astype(object),
            "class_after": classes[1].astype(object),
            "transition": transitions(classes[0], classes[1]),
        }
        order = row_order(change.difference, codes)
        whole_map = _whole_map(count_before, count_after, days, sums)
        whole_map["areas_changed"] = shared_out.areas_changed(change)
        if shared_out.changes is not None:
            exposures = float(shared_out.exposures[0]), float(shared_out.exposures[1])
            of_all = _whole_map(count_before, count_after, exposures, sums)
            whole_map["shared_out"] = {
                name: of_all[name] for name in ("percent", "ratio", "lower", "upper", "p_value")
            }
        area_km2 = after.layer.areas_km2[area_indices]
        whole_map["concentration_before"] = _concentration(count_before)
        whole_map["concentration_after"] = _concentration(count_after)
        whole_map["accuracy_of_the_baseline_map"] = _accuracy(maps[0].hot(0.05), *values, area_km2)
        if query.replicates and sums is None and is_testable(neighbours.n):
            whole_map["similarity"] = _similarity(
                count_before, count_after, classify, area_km2, query
            )
        return Table(
            kind="change",
            row=ChangeRow,
            columns={name: column[order] for name, column in columns.items()},
            geometries=after.layer.geometries[area_indices[order]],
            crs=after.layer.crs,
            places=after.places,
            provenance=provenance(
                sources=after.sources(),
                filter={
                    **after.filter(),
                    "baseline_from": query.baseline_from,
                    "baseline_to": query.baseline_to,
                    "baseline_covered": before.filter()["covered"],
                },
                method={
                    "name": "change between two periods",
                    **names_of_test(sums),
                    "days_before": days[0],
                    "days_after": days[1],
                    **shared_out.shares.method(),
                    "neighbours": query.neighbours,
                    **describe_draws(draws, neighbours.n, correction=query.correction),
                    "seed": query.seed,
                    "correction": query.correction,
                    "classes": "Gi* of each period, by q",
                    "map": whole_map,
                },
                counts={
                    **{
                        f"before_{name}": number
                        for name, number in before.reconciliation().items()
                    },
                    **after.reconciliation(),
                },
                leading_notes=shared_out.notes(),
                notes=(
                    null_sentence(
                        query.measure, null="permutation", denominator=None, permutations=None
                    ),
                    *before.selection.coverage_notes(),
                    *after.notes(),
                    *untested_notes(neighbours, deals_values=True),
                    *_untold_notes(maps, neighbours.n, draws, correction=query.correction),
                    NOT_EVIDENCE,
                    *(() if sums is None else (OF_WEIGHTS,)),
                ),
            ),
        )


def finite_or_none(value: float) -> float | None:
    """A number for JSON, which has no infinity.

    Parameters
    ----------
    value : float
        Possibly infinite or NaN.

    Returns
    -------
    float or None
        None unless the value is finite.
    """
    return float(value) if np.isfinite(value) else None


def _untold_notes(
    maps: tuple[HotspotMap, HotspotMap], areas: int, draws: Draws, *, correction: str
) -> tuple[str, ...]:
    """That a period's map has areas of which it cannot be told, where it has."""
    notes: list[str] = []
    for period, hotspots in zip(("the baseline period", "the later period"), maps, strict=True):
        smallest_p = 2.0 / (draws.most_permutations + 1.0)
        is_beyond_all = hotspots.p_permutation <= smallest_p * (1.0 + 1e-9)
        untold = untold_areas(is_beyond_all, hotspots.classes, correction=correction)
        verdicts = verdict_notes(hotspots.classes, untold, areas, draws, maps=period)
        notes.extend(f"{period.capitalize()}: {note}" if untold else note for note in verdicts)
    return tuple(notes)


def _whole_map(
    count_before: FloatArray,
    count_after: FloatArray,
    days: tuple[float, float],
    sums: WeightSums | None,
) -> dict[str, Any]:
    """The change of all areas together."""
    counts = count_before.sum(keepdims=True), count_after.sum(keepdims=True)
    totals = None if sums is None else sums.of_all()
    total = changes(*counts, days, totals, correction="none")
    return {
        "count_before": int(counts[0][0]),
        "count_after": int(counts[1][0]),
        **(
            {}
            if totals is None
            else {name: float(column[0]) for name, column in totals.columns().items()}
        ),
        "difference": float(total.difference[0]),
        "percent": finite_or_none(total.percent[0]),
        "ratio": finite_or_none(total.ratio[0]),
        "lower": finite_or_none(total.lower[0]),
        "upper": finite_or_none(total.upper[0]),
        "p_value": float(total.p_value[0]),
    }


def _concentration(count: FloatArray) -> dict[str, float | None] | None:
    """How few areas contain how many incidents; None without incidents."""
    if not count.sum():
        return None
    result = concentration(count)
    return {
        "areas_for_half": result.areas_for_half,
        "share_of_areas_for_half": result.share_for_half,
        "gini": finite_or_none(result.gini),
        "adjusted_gini": finite_or_none(result.adjusted_gini),
    }


def _accuracy(
    is_hot: BoolArray, count_before: FloatArray, count_after: FloatArray, area_km2: FloatArray
) -> dict[str, float | None] | None:
    """The later incidents in the baseline's hot areas; None if none was hot."""
    if not is_hot.any() or not count_after.sum():
        return None
    accuracy = hotspot_accuracy(is_hot, count_before, count_after, area_km2=area_km2)
    return {name: finite_or_none(value) for name, value in dataclasses.asdict(accuracy).items()}


def _similarity(
    count_before: FloatArray,
    count_after: FloatArray,
    classify: Callable[[FloatArray], HotspotMap],
    area_km2: FloatArray,
    query: ChangeQuery,
) -> dict[str, Any]:
    """The similarity of the two hotspot maps, and its distribution for an unchanged map."""

    def find_hot(values: FloatArray) -> BoolArray:
        is_hot: BoolArray = classify(values).hot(0.05)
        return is_hot

    similarity = map_similarity(
        count_before,
        count_after,
        find_hot,
        area_km2=area_km2,
        replicates=query.replicates,
        seed=query.seed,
    )
    return {
        "overlap_of_hot_area": finite_or_none(similarity.overlap),
        "overlap_if_unchanged": [finite_or_none(value) for value in similarity.overlap_unchanged],
        "overlap_p": finite_or_none(similarity.overlap_p),
        "rank_correlation": finite_or_none(similarity.rank_correlation),
        "rank_if_unchanged": [finite_or_none(value) for value in similarity.rank_unchanged],
        "rank_p": finite_or_none(similarity.rank_p),
        "replicates": similarity.replicates,
        "hot": "q up to 0.05",
    }


def _finite(values: FloatArray) -> FloatArray:
    """The values, NaN where they are infinite: a change from zero has no ratio."""
    return np.where(np.isfinite(values), values, np.nan)
