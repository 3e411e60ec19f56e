"""Incidents per area and step of a period, and the hotspots of each step."""

import os
from dataclasses import dataclass
from typing import Final

import numpy as np

from service.analyses.areas.chance import check_work, draws_for, work_of_maps
from service.analyses.inputs.area_counts import AreaCounts, Areas
from service.analyses.inputs.neighbours import Neighbourhoods
from service.analyses.inputs.periods import Steps, whole_steps
from service.config.settings import LimitSettings
from service.queries.over_time import StepsQuery
from service.runtime.budget import foresee
from service.runtime.cancellation import check_cancelled
from spatial.arrays import FloatArray, IntArray
from spatial.local_statistics.draws import Draws
from spatial.over_time.cube import Window, default_window
from spatial.over_time.emerging import EmergingHotSpots, emerging_hot_spots
from spatial.weights.weights import Neighbours

THREADS: Final = os.cpu_count() or 1


@dataclass(frozen=True, eq=False)
class StepValues:
    """Incidents per area and step.

    Attributes
    ----------
    area_counts : AreaCounts
        The selected incidents by area.
    all_steps, steps : Steps
        The whole steps of the period, and those with data.
    area_indices : (n,) int64
        The areas that the query covers.
    counts : (n, steps) float64
        Incidents, oldest step first.
    neighbours : Neighbours
        Over the n areas.
    """

    area_counts: AreaCounts
    all_steps: Steps
    steps: Steps
    area_indices: IntArray
    counts: FloatArray
    neighbours: Neighbours

    @classmethod
    def of(
        cls,
        areas: Areas,
        neighbourhoods: Neighbourhoods,
        dataset: str,
        layer_id: str,
        query: StepsQuery,
    ) -> "StepValues":
        """What a query selects, by area and step.

        Parameters
        ----------
        areas : Areas
            Counts of incidents.
        neighbourhoods : Neighbourhoods
            Neighbours under a rule.
        dataset : str
            Id of the dataset.
        layer_id : str
            Id of a layer or grid.
        query : StepsQuery
            Filter, step and neighbours.

        Returns
        -------
        StepValues
            Of whole steps.
        """
        selection = areas.select(dataset, query.incident_filter())
        steps = whole_steps(selection, query.step)
        foresee(work_of_maps(len(areas.layer(layer_id)), len(steps.labels)))
        area_counts = areas.count(dataset, layer_id, query.incident_filter())
        area_counts.check_scope()
        all_steps = whole_steps(area_counts.selection, query.step)
        steps = all_steps.with_data()
        area_indices = np.flatnonzero(area_counts.in_scope).astype(np.int64)
        return cls(
            area_counts,
            all_steps,
            steps,
            area_indices,
            _counts_per_step(area_counts, steps)[area_indices],
            neighbourhoods.of_areas(area_counts.layer, query.neighbours, area_counts.in_scope),
        )

    @property
    def whole(self) -> FloatArray:
        """The counts, of steps covered in part as many as all would have at their daily rate."""
        return np.asarray(self.counts * (self.steps.length / self.steps.exposure), np.float64)

    def hot_spots(
        self, query: StepsQuery, limits: LimitSettings
    ) -> tuple[EmergingHotSpots, Draws, Window]:
        """The hotspots of each step.

        Parameters
        ----------
        query : StepsQuery
            Null, window and correction.
        limits : LimitSettings
            Of the work.

        Returns
        -------
        hot_spots : EmergingHotSpots
            Of the areas.
        draws : Draws
            Behind each p.
        window : str
            What each step is compared with.

        Raises
        ------
        InvalidValuesError
            If there are fewer than eight steps.
        """
        draws = draws_for(query.permutations, len(self.area_indices))
        window = query.window or default_window(query.earlier_steps)
        # Each step sums as many steps as count.
        maps = max(len(self.steps.labels), 1) * (query.earlier_steps + 1)
        check_work(limits, self.neighbours, draws, maps)
        hot_spots = emerging_hot_spots(
            self.whole,
            self.neighbours,
            permutations=draws.permutations,
            most_permutations=draws.most_permutations,
            seed=query.seed,
            correction=query.correction,
            earlier_steps=query.earlier_steps,
            window=window,
            threads=THREADS,
            on_progress=check_cancelled,
        )
        return hot_spots, draws, window


def _counts_per_step(area_counts: AreaCounts, steps: Steps) -> FloatArray:
    """(areas of the layer, steps) incidents."""
    n_steps = len(steps.labels)
    area = area_counts.placement.area
    is_usable = (area >= 0) & (steps.step_of_incident >= 0)
    cell = area[is_usable].astype(np.int64) * n_steps + steps.step_of_incident[is_usable]
    n_areas = len(area_counts.layer)
    table = np.bincount(cell, minlength=n_areas * n_steps) if n_steps else np.zeros(0)
    return table.reshape(n_areas, n_steps).astype(np.float64)
