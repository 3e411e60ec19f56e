"""Emerging hot spots: areas classified by their hot and cold steps over time."""

import os
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from service.analyses.areas.chance import (
    check_work,
    describe_draws,
    draws_for,
    untested_notes,
    work_of_maps,
)
from service.analyses.areas.rows import EmergingRow
from service.analyses.inputs.area_counts import AreaCounts, Areas
from service.analyses.inputs.located_shares import shares_of_steps
from service.analyses.inputs.neighbours import Neighbourhoods
from service.analyses.inputs.periods import Steps, whole_steps
from service.config.settings import Settings
from service.model.answers import Table
from service.model.provenance import provenance, short_digest
from service.queries.over_time import EmergingQuery
from service.runtime.budget import foresee
from service.runtime.cancellation import check_cancelled
from service.sentences.nulls import null_sentence
from spatial.arrays import FloatArray
from spatial.local_statistics.draws import Draws
from spatial.local_statistics.multiplicity import NOT_TESTED
from spatial.over_time.cube import Window, default_window
from spatial.over_time.emerging import (
    CATEGORIES,
    DEFINITIONS,
    MIN_STEPS,
    EmergingHotSpots,
    emerging_hot_spots,
)
from spatial.over_time.plain_classes import plain_classes, recent_steps
from spatial.weights.weights import Neighbours

THREADS: Final = os.cpu_count() or 1


class EmergingHotspots:
    """Tables of emerging hot spots.

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
        return short_digest(self._areas.version(dataset, layer_id), "over-time")

    def table(self, dataset: str, layer_id: str, query: EmergingQuery) -> Table:
        """One `EmergingRow` per area: its category and the run of classes behind it.

        Parameters
        ----------
        dataset : str
            Id of the dataset.
        layer_id : str
            Id of a layer or grid.
        query : EmergingQuery
            Filter, step, neighbours and null.

        Returns
        -------
        Table
            With the shapes of the areas.
        """
        selection = self._areas.select(dataset, query.incident_filter())
        steps = whole_steps(selection, query.step)
        foresee(work_of_maps(len(self._areas.layer(layer_id)), len(steps.labels)))
        area_counts = self._areas.count(dataset, layer_id, query.incident_filter())
        area_counts.check_scope()
        all_steps = whole_steps(area_counts.selection, query.step)
        steps = all_steps.with_data()
        area_indices = np.flatnonzero(area_counts.in_scope)
        values = _counts_per_step(area_counts, steps)[area_indices]
        neighbours = self._neighbourhoods.of_areas(
            area_counts.layer, query.neighbours, area_counts.in_scope
        )
        draws = draws_for(query.permutations, len(area_indices))
        window = query.window or default_window(query.earlier_steps)
        # Each step sums as many steps as count.
        maps = max(len(steps.labels), 1) * (query.earlier_steps + 1)
        check_work(self._limits, neighbours, draws, maps)
        hot_spots = emerging_hot_spots(
            # Of steps covered in part as many as all of it would have at their daily rate.
            values * (steps.length / steps.exposure),
            neighbours,
            permutations=draws.permutations,
            most_permutations=draws.most_permutations,
            seed=query.seed,
            correction=query.correction,
            earlier_steps=query.earlier_steps,
            window=window,
            threads=THREADS,
            on_progress=check_cancelled,
        )
        count = values.sum(axis=1)
        codes = np.array(area_counts.layer.codes, dtype=object)[area_indices]
        columns: dict[str, NDArray[Any]] = {
            "code": codes,
            "name": np.array(area_counts.layer.names, dtype=object)[area_indices],
            "count": count.astype(np.int64),
            "category": hot_spots.category,
            "plain_class": _plain_classes(hot_spots),
            "run": hot_spots.run,
            "hot_steps": (hot_spots.classes == 1).sum(axis=1),
            "cold_steps": (hot_spots.classes == -1).sum(axis=1),
            "last_z_score": hot_spots.z_score[:, -1],
            "trend_s": hot_spots.trend.s,
            "trend_z_score": hot_spots.trend.z_score,
            "trend_p_value": hot_spots.trend.p_value,
        }
        order = _by_category(hot_spots, count, codes)
        return Table(
            kind="emerging",
            row=EmergingRow,
            columns={name: column[order] for name, column in columns.items()},
            geometries=area_counts.layer.geometries[area_indices[order]],
            crs=area_counts.layer.crs,
            provenance=provenance(
                sources=area_counts.sources(),
                filter=area_counts.filter(),
                method=_method(query, window, steps, hot_spots, neighbours, draws),
                counts=area_counts.reconciliation(),
                leading_notes=shares_of_steps(
                    area_counts, steps.step_of_incident, steps.labels
                ).notes(),
                notes=(
                    null_sentence(
                        "count", null="permutation", denominator=None, permutations=None
                    ),
                    *area_counts.notes(),
                    *untested_notes(neighbours, deals_values=True),
                    *all_steps.notes(),
                    *_notes(steps, hot_spots),
                ),
            ),
        )


def _counts_per_step(area_counts: AreaCounts, steps: Steps) -> FloatArray:
    """(areas of the layer, steps) incidents."""
    n_steps = len(steps.labels)
    area = area_counts.placement.area
    is_usable = (area >= 0) & (steps.step_of_incident >= 0)
    cell = area[is_usable].astype(np.int64) * n_steps + steps.step_of_incident[is_usable]
    n_areas = len(area_counts.layer)
    table = np.bincount(cell, minlength=n_areas * n_steps) if n_steps else np.zeros(0)
    return table.reshape(n_areas, n_steps).astype(np.float64)


def _by_category(hot_spots: EmergingHotSpots, count: FloatArray, codes: NDArray[Any]) -> Any:
    """The order of rows: categories in the order of their definitions, then most incidents."""
    categories = (*CATEGORIES, NOT_TESTED)
    rank = np.array([categories.index(category) for category in hot_spots.category])
    return np.lexsort((codes.astype(str), -count, rank))


def _plain_classes(hot_spots: EmergingHotSpots) -> NDArray[Any]:
    """Of each area; not tested where nothing is."""
    is_tested = hot_spots.category != NOT_TESTED
    plain: NDArray[Any] = np.where(is_tested, plain_classes(hot_spots.classes), NOT_TESTED)
    return plain


def _method(
    query: EmergingQuery,
    window: Window,
    steps: Steps,
    hot_spots: EmergingHotSpots,
    neighbours: Neighbours,
    draws: Draws,
) -> dict[str, Any]:
    names, numbers = np.unique(hot_spots.category.astype(str), return_counts=True)
    return {
        "name": "emerging hot spots",
        "definitions": DEFINITIONS,
        "step": query.step,
        "steps": list(steps.labels),
        "run": "one letter per step, oldest first: H hot, C cold, . neither",
        "neighbours": query.neighbours,
        "links": neighbours.links,
        "earlier_steps": query.earlier_steps,
        "window": window,
        "plain_classes": f"recent: the last {recent_steps(len(steps.labels))} steps",
        **describe_draws(draws, neighbours.n, correction=query.correction),
        "seed": query.seed,
        "correction": query.correction,
        "level": 0.10,
        "trend": "Mann-Kendall of the z scores, p up to 0.10",
        "categories": {name: int(number) for name, number in zip(names, numbers, strict=True)},
    }


def _notes(steps: Steps, hot_spots: EmergingHotSpots) -> tuple[str, ...]:
    notes = []
    if hot_spots.flat_steps:
        flat_steps = ", ".join(steps.labels[index] for index in hot_spots.flat_steps)
        notes.append(f"No area differs from another in {flat_steps}: nothing is hot or cold then.")
    if len(steps.labels) < 10:
        notes.append(
            f"With fewer than 10 steps (at least {MIN_STEPS} are needed) no area can be "
            "historical: 90 % of nine steps is all nine."
        )
    return tuple(notes)
