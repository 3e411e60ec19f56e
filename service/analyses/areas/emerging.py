"""Emerging hot spots: areas classified by their hot and cold steps over time."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from service.analyses.areas.chance import describe_draws, untested_notes
from service.analyses.areas.rows import EmergingRow
from service.analyses.areas.step_values import StepValues
from service.analyses.inputs.area_counts import Areas
from service.analyses.inputs.located_shares import shares_of_steps
from service.analyses.inputs.neighbours import Neighbourhoods
from service.analyses.inputs.periods import Steps
from service.config.settings import Settings
from service.model.answers import Table
from service.model.provenance import provenance, short_digest
from service.queries.over_time import EmergingQuery
from service.sentences.nulls import null_sentence
from spatial.arrays import FloatArray
from spatial.local_statistics.draws import Draws
from spatial.local_statistics.multiplicity import NOT_TESTED
from spatial.over_time.cube import Window
from spatial.over_time.emerging import (
    CATEGORIES,
    DEFINITIONS,
    MIN_STEPS,
    EmergingHotSpots,
)
from spatial.over_time.plain_classes import plain_classes, recent_steps
from spatial.weights.weights import Neighbours


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
        return short_digest(
            self._areas.version(dataset, layer_id), "over-time", self._neighbourhoods.revision()
        )

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
        values = StepValues.of(self._areas, self._neighbourhoods, dataset, layer_id, query)
        hot_spots, draws, window = values.hot_spots(query, self._limits)
        area_counts, steps, area_indices = values.area_counts, values.steps, values.area_indices
        neighbours = values.neighbours
        count = values.counts.sum(axis=1)
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
            places=area_counts.places,
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
                    *values.all_steps.notes(),
                    *_notes(steps, hot_spots),
                ),
            ),
        )


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
