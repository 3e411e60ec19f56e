"""Density surfaces: prepared once per query, evaluated on any grid or tile."""

import dataclasses
from typing import Any

import numpy as np
import shapely

from boundaries.storage.store import LayerStore
from service.analyses.density.masking import Blanks, blanks_of
from service.analyses.density.spread import spread_evenly
from service.analyses.density.surface import SelectedPoints, Surface
from service.analyses.density.surface_work import ALONE, Use, work_of_surface
from service.analyses.harm.weights import Harm
from service.analyses.inputs.selection import select
from service.analyses.inputs.study_area import StudyArea, study_area
from service.analyses.inputs.within import Within, resolve
from service.config.settings import Settings
from service.model.answers import Provenance
from service.model.provenance import dataset_source, provenance
from service.queries.heatmaps import HeatmapQuery
from service.runtime.budget import foresee, spend
from service.runtime.cancellation import check_cancelled
from service.runtime.single_flight import SingleFlightCache
from service.store.incidents import Incidents, IncidentStore
from spatial.arrays import BoolArray, FloatArray
from spatial.bandwidths.bandwidth import Bandwidth, choose_bandwidth, location_warnings
from spatial.bandwidths.distinct_points import LocationError, location_error_m
from spatial.coordinates.grid import Grid
from spatial.coordinates.points import PointIndex
from spatial.density.adaptive import AdaptivePoints, abramson
from spatial.density.edge import EdgeMass, edge_mass, points_inside
from spatial.surfaces.tops import Top, highest_top

BREAK_SHARES = (1 / 64, 1 / 32, 1 / 16, 1 / 8, 1 / 4, 3 / 8, 1 / 2, 3 / 4)
EDGES_BYTES = 128 * 2**20  # for the masses of recent kernels
MEMORY_BYTES = 512 * 2**20  # for the points of recent queries, and as much for their surfaces


class Surfaces:
    """The surfaces of recent queries, each prepared once.

    Parameters
    ----------
    incidents : IncidentStore
        The datasets.
    layers : LayerStore
        Boundary layers, for the study area and `within`.
    harm : Harm
        What incidents weigh where their harm is summed.
    settings : Settings
        CRS and study area.
    """

    def __init__(
        self, *, incidents: IncidentStore, layers: LayerStore, harm: Harm, settings: Settings
    ) -> None:
        self._incidents = incidents
        self._layers = layers
        self._harm = harm
        self._settings = settings
        self._points: SingleFlightCache[SelectedPoints] = SingleFlightCache(
            MEMORY_BYTES, weigh=lambda selected_points: selected_points.memory_bytes
        )
        self._locations: SingleFlightCache[LocationError] = SingleFlightCache(16)
        self._edges: SingleFlightCache[EdgeMass] = SingleFlightCache(
            EDGES_BYTES,
            weigh=lambda edge: edge.share.nbytes + edge.mass.nbytes + edge.border.nbytes,
        )
        # A surface keeps its points alive, so that it weighs as much as they do.
        self._surfaces: SingleFlightCache[Surface] = SingleFlightCache(
            MEMORY_BYTES, weigh=lambda surface: surface.selected_points.memory_bytes
        )

    def of(self, dataset: str, query: HeatmapQuery, use: Use = ALONE) -> Surface:
        """The prepared surface of a query.

        Parameters
        ----------
        dataset : str
            Id of the dataset.
        query : HeatmapQuery
            Filter, bandwidth and kernel.
        use : Use
            What it is for, as far as that is long work as well: it is not begun in vain.

        Returns
        -------
        Surface
            Cached; its arrays are read-only.
        """
        incidents = self._incidents.open(dataset)
        study = self.study_area()
        within = resolve(self._layers, query.within) if query.within is not None else None
        extent_key = (study.label, study.version, within.version if within is not None else "")
        query_key = query.model_dump_json(include=set(HeatmapQuery.model_fields), by_alias=True)
        harm_revision = self._harm.revision() if query.harm else ""
        key = (dataset, incidents.revision, harm_revision, extent_key, query_key)
        if not self._surfaces.has(key):
            # Not within: whoever waits for the surface says what it costs as well.
            points = self._select_points(incidents, query).points
            extent_m = (within or study).bounds_m
            foresee(work_of_surface(points, extent_m, query, use))
            spend(work_of_surface(points, extent_m, query))
        return self._surfaces.get(key, lambda: self._prepare(incidents, study, within, query))

    def study_area(self) -> StudyArea:
        """The study area of this deployment.

        Returns
        -------
        StudyArea
            In the working CRS.
        """
        return study_area(self._layers, self._settings.study_area)

    def _prepare(
        self, incidents: Incidents, study: StudyArea, within: Within | None, query: HeatmapQuery
    ) -> Surface:
        selected_points = self._select_points(incidents, query)
        check_cancelled()
        location = self._location(incidents)
        chosen_bandwidth = self._bandwidth(selected_points, location, study, query)
        bandwidth_m = (
            chosen_bandwidth.bandwidth_m
            if chosen_bandwidth is not None
            else float(query.bandwidth_m)
        )
        check_cancelled()
        points, edge = selected_points.points, None
        if query.edge != "none":
            edge = self._edge(study, bandwidth_m, query.kernel)
            points = points_inside(points, edge, method=query.edge)
        adaptive = None
        if query.adaptive:
            adaptive = abramson(
                points,
                bandwidth_m=bandwidth_m,
                kernel=query.kernel,
                on_progress=check_cancelled,
            )
        check_cancelled()
        divisor = selected_points.selection.years() if query.per == "year" else 1.0
        clip_area = within.geometry if within is not None else None
        if clip_area is None and edge is not None:
            clip_area = study.geometry
        blanks = blanks_of(selected_points, self._layers)
        if blanks is not None:
            clip_area = blanks.within(clip_area)
        label = selected_points.selection.incidents.weight_label
        unit = f"{label if query.is_weighted else 'incidents'} per km^2"
        unit += " per year" if query.per == "year" else ""
        surface = Surface(
            selected_points=selected_points,
            points=points,
            kernel=query.kernel,
            bandwidth_m=bandwidth_m,
            bandwidth=chosen_bandwidth,
            adaptive=adaptive,
            edge=edge,
            divide_by_mass=query.edge == "uniform",
            clip_area=clip_area,
            study=study,
            extent_m=study.bounds_m if within is None else within.bounds_m,
            divisor=divisor,
            unit=unit,
            crs=self._settings.crs,
            provenance=_provenance(
                selected_points,
                location,
                study,
                within,
                query,
                chosen_bandwidth,
                adaptive,
                bandwidth_m,
                unit,
                self._settings.crs,
            ),
        )
        legend_area = study.geometry if within is None else within.geometry
        return _with_legend(surface, legend_area, blanks, breaks=query.breaks)

    def _select_points(self, incidents: Incidents, query: HeatmapQuery) -> SelectedPoints:
        """The located incidents of a filter, also those around the part shown."""
        incident_filter = dataclasses.replace(query.incident_filter(), within=None)

        def select_points() -> SelectedPoints:
            harm = self._harm.of(incidents, query.harm_choice) if query.harm else None
            selection = select(incidents, incident_filter, harm)
            is_placed = selection.mask & incidents.located
            xy_m, crs = incidents.xy_m[is_placed], self._settings.crs
            if incidents.blank_areas is not None:
                layer = self._layers.get(incidents.blank_areas.layer)
                spread_m, counts = spread_evenly(incidents, is_placed, layer)
                counted = points = PointIndex(spread_m, weights=counts, crs=crs)
                return SelectedPoints(selection, xy_m, counted, points)
            counted = points = PointIndex(xy_m, crs=crs)
            if query.is_weighted:
                weight = selection.incidents.weight[is_placed]
                points = PointIndex(xy_m, weights=weight, crs=crs)
            return SelectedPoints(selection, xy_m, counted, points)

        weights = self._harm.revision() if query.harm else query.weight
        return self._points.get(
            (incidents.dataset, incidents.revision, incident_filter, weights), select_points
        )

    def _bandwidth(
        self,
        selected_points: SelectedPoints,
        location: LocationError,
        study: StudyArea,
        query: HeatmapQuery,
    ) -> Bandwidth | None:
        """The bandwidth that a rule chooses; None if the query states metres."""
        if not isinstance(query.bandwidth_m, str):
            return None
        xy_inside_m = inside_study(study, selected_points.xy_m)
        return choose_bandwidth(
            xy_inside_m,
            rule=query.bandwidth_m,
            kernel=query.kernel,
            area_km2=float(study.geometry.area) / 1e6,
            location=location,
            on_progress=check_cancelled,
        )

    def _location(self, incidents: Incidents) -> LocationError:
        """How precisely the dataset's incidents are located: no matter of a category."""
        return self._locations.get(
            (incidents.dataset, incidents.revision),
            lambda: location_error_m(incidents.xy_m[incidents.located]),
        )

    def _edge(self, study: StudyArea, bandwidth_m: float, kernel: str) -> EdgeMass:
        key = (study.label, study.version, bandwidth_m, kernel)
        return self._edges.get(
            key, lambda: edge_mass(study.geometry, bandwidth_m=bandwidth_m, kernel=kernel)
        )


def inside_study(study: StudyArea, xy_m: FloatArray) -> FloatArray:
    """The points that lie in the study area.

    Parameters
    ----------
    study : StudyArea
        The study area.
    xy_m : (n, 2) float64
        Points in the working CRS, metres.

    Returns
    -------
    (k, 2) float64
        In the order of the points.
    """
    return xy_m[points_inside_area(study.geometry, xy_m)]


def legend_breaks(maximum: float) -> tuple[float, ...]:
    """Lower bounds of the colour classes, from the maximum over the study area.

    Shares of the maximum that first double and then grow more slowly, each rounded to three
    significant digits for the legend.

    Parameters
    ----------
    maximum : float
        Largest density.

    Returns
    -------
    tuple of float
        Ascending; empty if the maximum is not above 0.
    """
    if not maximum > 0:
        return ()
    return tuple(float(f"{share * maximum:.3g}") for share in BREAK_SHARES)


def _with_legend(
    surface: Surface, area: Any, blanks: Blanks | None, *, breaks: tuple[float, ...]
) -> Surface:
    """The surface with its colour breaks: requested ones, or computed over an area."""
    shown_area = area if blanks is None else blanks.within(area)
    surface = dataclasses.replace(surface, shown_area=shown_area)
    grid = surface.covering_grid()
    values = np.nan_to_num(surface.on_grid_shown(grid))
    if blanks is not None:
        method = {**surface.provenance.method, "blank_areas": blanks.method(surface, grid, values)}
        blank = dataclasses.replace(surface.provenance, method=method)
        surface = dataclasses.replace(surface, provenance=blank)
    surface = dataclasses.replace(
        surface,
        highest=_highest(surface, grid, values),
        mass=float(values.sum()) * grid.cell_area_km2 * surface.divisor,
    )
    return dataclasses.replace(surface, breaks=breaks or legend_breaks(surface.maximum))


def _highest(surface: Surface, grid: Grid, values: FloatArray) -> Top | None:
    """The highest place of the part shown, whatever the cells of the grid."""
    is_coarse = surface.adaptive is not None or grid.cell_m > surface.bandwidth_m / 3.0
    places_m = np.empty((0, 2))
    if is_coarse:
        places_m = surface.likely_tops()
        places_m = places_m[points_inside_area(surface.shown_area, places_m)]
    narrowest_m = surface.bandwidth_m
    if surface.adaptive is not None and len(surface.adaptive.bandwidth_m):
        narrowest_m = float(surface.adaptive.bandwidth_m.min())
    return highest_top(surface.on_grid_shown, values, grid, places_m, bandwidth_m=narrowest_m)


def points_inside_area(area: Any, xy_m: FloatArray) -> BoolArray:
    """Which points lie in an area.

    Parameters
    ----------
    area : shapely geometry
        In the CRS of the points.
    xy_m : (n, 2) float64
        Metres.

    Returns
    -------
    (n,) bool
        In the order of the points.
    """
    shapely.prepare(area)
    return np.asarray(shapely.contains_xy(area, xy_m[:, 0], xy_m[:, 1]), np.bool_)


def _provenance(
    selected_points: SelectedPoints,
    location: LocationError,
    study: StudyArea,
    within: Within | None,
    query: HeatmapQuery,
    chosen_bandwidth: Bandwidth | None,
    adaptive: AdaptivePoints | None,
    bandwidth_m: float,
    unit: str,
    crs: str,
) -> Provenance:
    """The provenance of a surface, with every parameter that was used."""
    selection = selected_points.selection
    records, located = selection.records, selection.located
    method: dict[str, Any] = {
        "name": "kernel density",
        "kernel": query.kernel,
        **(_weights(selected_points) if query.is_weighted else {}),
        "bandwidth_m": bandwidth_m,
        "bandwidth_rule": "given" if chosen_bandwidth is None else chosen_bandwidth.rule,
        "adaptive": None,
        "edge": query.edge,
        "per": query.per,
        "years": round(selection.years(), 6) if query.per == "year" else None,
        "unit": unit,
        "crs": crs,
    }
    if query.breaks:
        method["breaks"] = "given"
    if adaptive is not None:
        method["adaptive"] = {
            "name": "Abramson (1982)",
            "pilot_bandwidth_m": adaptive.pilot_bandwidth_m,
            "most_times_bandwidth": adaptive.cap,
        }
    warnings: tuple[str, ...] = ()
    if located:
        warnings = (
            chosen_bandwidth.warnings
            if chosen_bandwidth is not None
            else location_warnings(bandwidth_m, location)
        )
    if located == 0:
        warnings = ("No located incident is selected: the surface is zero everywhere.",)
    return provenance(
        sources={
            "dataset": dataset_source(selection.incidents),
            **selection.harm_source(),
            "study_area": {
                "id": study.label,
                "version": study.version,
                "synthetic": study.synthetic,
            },
            **({} if within is None else {"within": within.source()}),
        },
        filter={**selection.provenance_filter(), "within": query.within},
        method=method,
        counts={"records": records, "located": located, "unlocated": records - located},
        notes=(*selection.coverage_notes(), *warnings),
    )


def _weights(selected_points: SelectedPoints) -> dict[str, Any]:
    """That weights are summed, and what they sum to, for the method."""
    return {"weights": "summed", "sum_of_weights": selected_points.points.total_weight}
