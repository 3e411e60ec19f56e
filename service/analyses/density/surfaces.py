"""Density surfaces: one per query, prepared once, evaluated on any grid or tile."""

import dataclasses
import math
import os
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import shapely

from boundaries.storage.store import LayerStore
from service.analyses.inputs.selection import Selection, select
from service.analyses.inputs.study_area import StudyArea, study_area
from service.analyses.inputs.within import Within, resolve
from service.config.settings import Settings
from service.model.answers import Provenance
from service.model.provenance import dataset_source, provenance
from service.queries.heatmaps import HeatmapQuery
from service.runtime.cancellation import check_cancelled
from service.runtime.single_flight import SingleFlightCache
from service.store.incidents import Incidents, IncidentStore
from spatial.arrays import FloatArray
from spatial.bandwidths.bandwidth import Bandwidth, choose_bandwidth, location_warnings
from spatial.bandwidths.distinct_points import LocationError, location_error_m
from spatial.coordinates.crs import WEB_MERCATOR, transform_xy
from spatial.coordinates.grid import Grid
from spatial.coordinates.masks import inside_mask
from spatial.coordinates.mercator import Tile
from spatial.coordinates.points import PointIndex
from spatial.density.adaptive import (
    AdaptivePoints,
    abramson,
    adaptive_density_on_grid,
    adaptive_density_on_tile,
)
from spatial.density.density import density_at, index_density_on_grid
from spatial.density.edge import EdgeMass, edge_mass, points_inside
from spatial.density.tile_density import density_on_tile

BREAK_SHARES = (1 / 64, 1 / 32, 1 / 16, 1 / 8, 1 / 4, 3 / 8, 1 / 2, 3 / 4)
LEGEND_CELLS = 1_000_000  # the surface behind the colour breaks has at most about this many
CELLS_PER_BANDWIDTH = 5  # finer changes the breaks by less than half a per cent
TILE_PIXELS = 256
MEMORY_BYTES = 512 * 2**20  # for the points of recent queries, and as much for their surfaces
THREADS = os.cpu_count() or 1


@dataclass(frozen=True, eq=False)
class SelectedPoints:
    """The located incidents of a filter, indexed by place; shared by all bandwidths."""

    selection: Selection
    xy_m: FloatArray
    points: PointIndex

    @property
    def bytes_held(self) -> int:
        """Roughly what this keeps in memory: coordinates, mask, index and its Mercator twin."""
        places = len(self.points)
        return 4_096 + self.xy_m.nbytes + self.selection.mask.nbytes + 64 * places

    @cached_property
    def location(self) -> LocationError:
        """How exactly the incidents are located, judged from their places."""
        return location_error_m(self.xy_m)


@dataclass(frozen=True, eq=False)
class Surface:
    """The surface of one query: what it is made from, and what belongs to it.

    Attributes
    ----------
    points : PointIndex
        The incidents, with the edge correction's weights where there are such.
    bandwidth_m : float
        Radius of support, metres; h0 where it is adaptive.
    adaptive : AdaptivePoints or None
        A bandwidth per place.
    edge : EdgeMass or None
        The kernel's mass inside the study area.
    divide_by_mass : bool
        Whether the density is divided by that mass (uniform correction).
    cut_to : shapely geometry or None
        What the surface is cut to, working CRS.
    extent_m : left, bottom, right, top
        Of the study area, or of the part that the surface is cut to, metres.
    divisor : float
        Years of the period for a density per year, otherwise 1.
    breaks : tuple of float
        Lower bounds of the colour classes: given, or from `extent_m` as a whole.
    maximum, mass : float
        Largest density there, and the incidents under the surface there.
    """

    selected: SelectedPoints
    points: PointIndex
    kernel: str
    bandwidth_m: float
    bandwidth: Bandwidth | None
    adaptive: AdaptivePoints | None
    edge: EdgeMass | None
    divide_by_mass: bool
    cut_to: Any
    study: StudyArea
    extent_m: tuple[float, float, float, float]
    divisor: float
    unit: str
    crs: str
    provenance: Provenance
    breaks: tuple[float, ...] = ()
    maximum: float = 0.0
    mass: float = 0.0

    @property
    def selection(self) -> Selection:
        """The incidents that the surface is about, located or not."""
        return self.selected.selection

    def on_grid(self, grid: Grid) -> FloatArray:
        """(rows, cols) density in `unit` at the cell centres, NaN where it is cut off."""
        if self.adaptive is not None:
            values = adaptive_density_on_grid(
                self.points,
                self.adaptive.bandwidth_m,
                grid,
                kernel=self.kernel,
                threads=THREADS,
            )
        else:
            values = index_density_on_grid(
                self.points,
                grid,
                bandwidth_m=self.bandwidth_m,
                kernel=self.kernel,
                threads=THREADS,
            )
        if self.edge is not None and self.divide_by_mass:
            x, y = np.meshgrid(grid.x_centres_m, grid.y_centres_m)
            values = _divided(values, self.edge, np.column_stack([x.ravel(), y.ravel()]))
        return _cut(values / self.divisor, self.cut_to, grid)

    def on_tile(self, tile: Tile, size: int = TILE_PIXELS) -> FloatArray:
        """(size, size) density in `unit` at the pixel centres, NaN where it is cut off."""
        if self.adaptive is not None:
            values = adaptive_density_on_tile(
                self.points,
                self.adaptive.bandwidth_m,
                tile,
                kernel=self.kernel,
                size=size,
            )
        else:
            values = density_on_tile(
                self.points,
                tile,
                bandwidth_m=self.bandwidth_m,
                kernel=self.kernel,
                size=size,
            )
        if self.edge is not None and self.divide_by_mass:
            x, y = np.meshgrid(*tile.pixel_centres_mercator_m(size))
            pixels = np.column_stack([x.ravel(), y.ravel()])
            values = _divided(
                values, self.edge, transform_xy(pixels, source=WEB_MERCATOR, target=self.crs)
            )
        return _cut(values / self.divisor, self._cut_to_mercator, _mercator_grid(tile, size))

    def at(self, places_m: FloatArray) -> FloatArray:
        """(n,) density in `unit` at places of the working CRS; of one bandwidth, not cut off."""
        values = density_at(
            self.points, places_m, bandwidth_m=self.bandwidth_m, kernel=self.kernel
        )
        if self.edge is not None and self.divide_by_mass:
            values = _divided(values, self.edge, places_m)
        return values / self.divisor

    def covering_grid(self, most_cells: int = LEGEND_CELLS) -> Grid:
        """A grid over `extent_m` fine enough for the bandwidth, or with about so many cells."""
        left, bottom, right, top = self.extent_m
        cell_m = max(
            self.bandwidth_m / CELLS_PER_BANDWIDTH,
            math.sqrt((right - left) * (top - bottom) / most_cells),
        )
        return Grid.covering(self.extent_m, cell_m=cell_m)

    @cached_property
    def _cut_to_mercator(self) -> Any:
        """What the surface is cut to, in EPSG:3857."""

        def moved(xy_m: FloatArray) -> FloatArray:
            return transform_xy(xy_m, source=self.crs, target=WEB_MERCATOR)

        return None if self.cut_to is None else shapely.transform(self.cut_to, moved)


class Surfaces:
    """The surfaces of recent queries, each prepared once.

    Parameters
    ----------
    incidents, layers : stores
        What is loaded.
    settings : Settings
        CRS and study area.
    """

    def __init__(
        self, *, incidents: IncidentStore, layers: LayerStore, settings: Settings
    ) -> None:
        self._incidents = incidents
        self._layers = layers
        self._settings = settings
        self._points: SingleFlightCache[SelectedPoints] = SingleFlightCache(
            MEMORY_BYTES, weigh=lambda selected: selected.bytes_held
        )
        self._edges: SingleFlightCache[EdgeMass] = SingleFlightCache(8)
        # A surface keeps its points alive, so that it weighs as much as they do.
        self._surfaces: SingleFlightCache[Surface] = SingleFlightCache(
            MEMORY_BYTES, weigh=lambda surface: surface.selected.bytes_held
        )

    def of(self, dataset: str, query: HeatmapQuery) -> Surface:
        """The prepared surface of a query."""
        incidents = self._incidents.open(dataset)
        study = self.study_area()
        within = resolve(self._layers, query.within) if query.within is not None else None
        cut = (study.label, study.version, within.version if within is not None else "")
        asked = query.model_dump_json(include=set(HeatmapQuery.model_fields), by_alias=True)
        key = (dataset, incidents.revision, cut, asked)
        return self._surfaces.get(key, lambda: self._prepare(incidents, study, within, query))

    def study_area(self) -> StudyArea:
        """The study area of this deployment."""
        return study_area(self._layers, self._settings.study_area)

    def _prepare(
        self, incidents: Incidents, study: StudyArea, within: Within | None, query: HeatmapQuery
    ) -> Surface:
        selected = self._selected(incidents, query)
        check_cancelled()
        chosen = self._bandwidth(selected, study, query)
        bandwidth_m = chosen.bandwidth_m if chosen is not None else float(query.bandwidth_m)
        check_cancelled()
        points, edge = selected.points, None
        if query.edge != "none":
            edge = self._edge(study, bandwidth_m, query.kernel)
            points = points_inside(points, edge, method=query.edge)
        adaptive = None
        if query.adaptive:
            adaptive = abramson(points, bandwidth_m=bandwidth_m, kernel=query.kernel)
        check_cancelled()
        divisor = selected.selection.years() if query.per == "year" else 1.0
        cut_to = within.geometry if within is not None else None
        if cut_to is None and edge is not None:
            cut_to = study.geometry
        unit = "incidents per km^2" + (" per year" if query.per == "year" else "")
        surface = Surface(
            selected=selected,
            points=points,
            kernel=query.kernel,
            bandwidth_m=bandwidth_m,
            bandwidth=chosen,
            adaptive=adaptive,
            edge=edge,
            divide_by_mass=query.edge == "uniform",
            cut_to=cut_to,
            study=study,
            extent_m=study.bounds_m if within is None else within.bounds_m,
            divisor=divisor,
            unit=unit,
            crs=self._settings.crs,
            provenance=_provenance(
                selected,
                study,
                within,
                query,
                chosen,
                adaptive,
                bandwidth_m,
                unit,
                self._settings.crs,
            ),
        )
        shown = study.geometry if within is None else within.geometry
        return _with_legend(surface, shown, breaks=query.breaks)

    def _selected(self, incidents: Incidents, query: HeatmapQuery) -> SelectedPoints:
        """The located incidents of a filter; those around what a surface is cut to count too."""
        wanted = dataclasses.replace(query.incident_filter(), within=None)

        def index() -> SelectedPoints:
            selection = select(incidents, wanted)
            xy_m = incidents.xy_m[selection.mask & incidents.located]
            return SelectedPoints(selection, xy_m, PointIndex(xy_m, crs=self._settings.crs))

        return self._points.get((incidents.dataset, incidents.revision, wanted), index)

    def _bandwidth(
        self, selected: SelectedPoints, study: StudyArea, query: HeatmapQuery
    ) -> Bandwidth | None:
        """The bandwidth that a rule chooses; None where metres were given."""
        if not isinstance(query.bandwidth_m, str):
            return None
        inside = inside_study(study, selected.xy_m)
        return choose_bandwidth(
            inside,
            rule=query.bandwidth_m,
            kernel=query.kernel,
            area_km2=float(study.geometry.area) / 1e6,
        )

    def _edge(self, study: StudyArea, bandwidth_m: float, kernel: str) -> EdgeMass:
        key = (study.label, study.version, bandwidth_m, kernel)
        return self._edges.get(
            key, lambda: edge_mass(study.geometry, bandwidth_m=bandwidth_m, kernel=kernel)
        )


def inside_study(study: StudyArea, xy_m: FloatArray) -> FloatArray:
    """The places that lie in the study area."""
    shapely.prepare(study.geometry)
    return xy_m[shapely.contains_xy(study.geometry, xy_m[:, 0], xy_m[:, 1])]


def legend_breaks(maximum: float) -> tuple[float, ...]:
    """Lower bounds of the colour classes, from the maximum over the study area.

    Shares of the maximum that double at first and flatten towards the top, each rounded to
    three significant digits so that a legend can be read; empty when nothing is there.
    """
    if not maximum > 0:
        return ()
    return tuple(float(f"{share * maximum:.3g}") for share in BREAK_SHARES)


def _with_legend(surface: Surface, area: Any, *, breaks: tuple[float, ...]) -> Surface:
    """The surface with its colour breaks: those given, or from its values all over an area."""
    grid = surface.covering_grid()
    values = np.where(inside_mask(area, grid), surface.on_grid(grid), 0.0)
    values = np.nan_to_num(values)
    maximum = float(values.max())
    return dataclasses.replace(
        surface,
        breaks=breaks or legend_breaks(maximum),
        maximum=maximum,
        mass=float(values.sum()) * grid.cell_area_km2 * surface.divisor,
    )


def _provenance(
    selected: SelectedPoints,
    study: StudyArea,
    within: Within | None,
    query: HeatmapQuery,
    chosen: Bandwidth | None,
    adaptive: AdaptivePoints | None,
    bandwidth_m: float,
    unit: str,
    crs: str,
) -> Provenance:
    """Where a surface comes from, with every parameter that was used."""
    selection = selected.selection
    records, located = selection.records, selection.located
    method: dict[str, Any] = {
        "name": "kernel density",
        "kernel": query.kernel,
        "bandwidth_m": bandwidth_m,
        "bandwidth_rule": "given" if chosen is None else chosen.rule,
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
    if located >= 2:
        warnings = (
            chosen.warnings
            if chosen is not None
            else location_warnings(bandwidth_m, selected.location)
        )
    if located == 0:
        warnings = ("No located incident is selected: the surface is zero everywhere.",)
    return provenance(
        sources={
            "dataset": dataset_source(selection.incidents),
            "study_area": {
                "id": study.label,
                "version": study.version,
                "synthetic": study.synthetic,
            },
            **({} if within is None else {"within": within.source()}),
        },
        filter={**selection.filter.as_provenance(), "within": query.within},
        method=method,
        counts={"records": records, "located": located, "unlocated": records - located},
        notes=warnings,
    )


def _divided(values: FloatArray, edge: EdgeMass, places_m: FloatArray) -> FloatArray:
    """Values times the correction for the kernel's mass beyond the study area, NaN outside."""
    there = np.where(np.isfinite(places_m), places_m, -1e9)
    return values * edge.correction_at(there).reshape(values.shape)


def _cut(values: FloatArray, geometry: Any, grid: Grid) -> FloatArray:
    """The values, NaN outside a geometry; unchanged where there is none."""
    return values if geometry is None else np.where(inside_mask(geometry, grid), values, np.nan)


def _mercator_grid(tile: Tile, size: int) -> Grid:
    """The pixels of a tile as a grid in EPSG:3857."""
    left, _, right, top = tile.bounds_mercator_m
    return Grid(left, top, (right - left) / size, size, size)
