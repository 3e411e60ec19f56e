"""Heat maps: the density of the selected incidents, as tiles, rasters, a summary and a map."""

import dataclasses
import math
import os
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely

from boundaries.store import LayerStore
from service.analyses.errors import StaleVersionError, TooMuchWorkError
from service.analyses.provenance import (
    SOFTWARE,
    dataset_source,
    layers_version,
    provenance,
    short_digest,
)
from service.analyses.selection import Selection, select
from service.analyses.study_area import StudyArea, study_area
from service.analyses.within import Within, resolve
from service.answers import Document, MapImage, Provenance, Raster, TileImage
from service.cache import SingleFlightCache
from service.schemas.queries import HeatmapQuery, HeatmapTileQuery, MapQuery, RasterQuery
from service.settings import Settings
from service.store.incidents import Incidents, IncidentStore
from spatial.arrays import FloatArray
from spatial.crs import WEB_MERCATOR, WGS84, transform_xy, transformer
from spatial.density import index_density_on_grid
from spatial.grid import Grid
from spatial.masks import inside_mask
from spatial.mercator import Tile
from spatial.points import PointIndex
from spatial.tile_density import density_on_tile

BREAK_SHARES = (1 / 64, 1 / 32, 1 / 16, 1 / 8, 1 / 4, 3 / 8, 1 / 2, 3 / 4)
LEGEND_CELLS = 1_000_000  # the surface behind the colour breaks has at most about this many cells
CELLS_PER_BANDWIDTH = 5  # finer changes the breaks by less than half a per cent
TILE_PIXELS = 256
THREADS = os.cpu_count() or 1


@dataclass(frozen=True, eq=False)
class Surface:
    """What a query's surface is made from, and the colour breaks that belong to it.

    Attributes
    ----------
    area : StudyArea
        What the colour breaks refer to.
    within, within_mercator : shapely geometry or None
        What the surface is cut to, in the working CRS and in EPSG:3857.
    maximum : float
        Largest density in the study area, or in the part that the surface is cut to.
    mass : float
        Incidents under the surface there.
    divisor : float
        Years of the period for a density per year, otherwise 1.
    """

    selection: Selection
    points: PointIndex
    area: StudyArea
    within: Any
    within_mercator: Any
    breaks: tuple[float, ...]
    maximum: float
    mass: float
    divisor: float
    unit: str
    provenance: Provenance


class Heatmaps:
    """Answers about density; holds the point indexes of recent queries.

    Parameters
    ----------
    incidents, layers : stores
        What is loaded.
    settings : Settings
        CRS, study area and limits.
    """

    def __init__(
        self, *, incidents: IncidentStore, layers: LayerStore, settings: Settings
    ) -> None:
        self._incidents = incidents
        self._layers = layers
        self._settings = settings
        self._points: SingleFlightCache[tuple[Selection, PointIndex]] = SingleFlightCache(16)
        self._surfaces: SingleFlightCache[Surface] = SingleFlightCache(64)

    def version(self, dataset: str) -> str:
        """Everything a heat map of a dataset depends on besides the query, as a short digest."""
        area = self._study_area()
        table = self._incidents.version(dataset)
        layers = layers_version(self._layers)
        return short_digest(dataset, table, area.label, layers, self._settings.crs, SOFTWARE)

    def tile(self, dataset: str, tile: Tile, query: HeatmapTileQuery) -> TileImage:
        """The density of one Web Mercator tile, with the query's colour breaks.

        Raises
        ------
        StaleVersionError
            If the query names a version that is not the current one.
        """
        self.refuse_stale(dataset, query.v)
        surface = self._surface(dataset, query)
        values = density_on_tile(
            surface.points,
            tile,
            bandwidth_m=query.bandwidth_m,
            kernel=query.kernel,
            size=TILE_PIXELS,
        )
        values = _cut(values / surface.divisor, surface.within_mercator, _mercator_grid(tile))
        return TileImage(
            kind="heatmap-tile",
            values=values,
            tile=tile,
            breaks=surface.breaks,
            unit=surface.unit,
            provenance=surface.provenance,
        )

    def refuse_stale(self, dataset: str, version: str | None) -> None:
        """Raise StaleVersionError unless the version is the current one or none is named."""
        if version is not None:
            current = self.version(dataset)
            if version != current:
                raise StaleVersionError(version, current)

    def raster(self, dataset: str, query: RasterQuery) -> Raster:
        """The density on a grid of the working CRS.

        Raises
        ------
        TooMuchWorkError
            If the grid would have more cells than the limit.
        """
        surface = self._surface(dataset, query)
        cell_m = query.cell_m or max(1.0, _rounded_down(query.bandwidth_m / 8))
        bounds = query.bounds_m()
        if bounds is None:
            left, bottom, right, top = surface.area.bounds_m
            reach = query.bandwidth_m
            bounds = (left - reach, bottom - reach, right + reach, top + reach)
        self._refuse_large(bounds, cell_m)
        grid = _grid_of(bounds, cell_m)
        values = index_density_on_grid(
            surface.points,
            grid,
            bandwidth_m=query.bandwidth_m,
            kernel=query.kernel,
            threads=THREADS,
        )
        return Raster(
            kind="heatmap-raster",
            values=_cut(values / surface.divisor, surface.within, grid),
            grid=grid,
            crs=self._settings.crs,
            unit=surface.unit,
            provenance=surface.provenance,
        )

    def summary(self, dataset: str, query: HeatmapQuery) -> Document:
        """The legend's breaks, the maximum, the extent and the counts of a surface."""
        surface = self._surface(dataset, query)
        first, last = surface.selection.days()
        return Document(
            kind="heatmap-summary",
            content={
                "dataset": dataset,
                "unit": surface.unit,
                "breaks": list(surface.breaks),
                "maximum": surface.maximum,
                "bandwidth_m": query.bandwidth_m,
                "kernel": query.kernel,
                "from": first.isoformat(),
                "to": last.isoformat(),
                "records": surface.selection.records,
                "located": surface.selection.located,
                "unlocated": surface.selection.records - surface.selection.located,
                "mass_in_study_area": surface.mass,
                "study_area": surface.area.label,
                "bounds_m": list(surface.area.bounds_m),
                "bounds_lonlat_deg": self._lonlat_bounds(surface.area),
                "crs": self._settings.crs,
                "version": self.version(dataset),
                "synthetic": surface.provenance.synthetic,
            },
            provenance=surface.provenance,
        )

    def tilejson(self, dataset: str, query: HeatmapQuery, *, template: str) -> Document:
        """TileJSON 3.0 of a query's tiles; the addresses carry the data version.

        Parameters
        ----------
        template : str
            Address with ``{z}``, ``{x}``, ``{y}``, the query included, the version not.
        """
        surface = self._surface(dataset, query)
        west, south, east, north = self._lonlat_bounds(surface.area)
        joint = "&" if "?" in template else "?"
        incidents = surface.selection.incidents
        name = incidents.title + (" (synthetic)" if surface.provenance.synthetic else "")
        return Document(
            kind="heatmap-tilejson",
            content={
                "tilejson": "3.0.0",
                "name": name,
                "description": f"Kernel density in {surface.unit}, "
                f"bandwidth {query.bandwidth_m:g} m",
                "attribution": incidents.licence or incidents.source,
                "version": "1.0.0",
                "scheme": "xyz",
                "tiles": [f"{template}{joint}v={self.version(dataset)}"],
                "minzoom": self._settings.tiles.min_zoom,
                "maxzoom": self._settings.tiles.max_zoom,
                "bounds": [west, south, east, north],
                "center": [(west + east) / 2, (south + north) / 2, 9],
                "synthetic": surface.provenance.synthetic,
            },
            provenance=surface.provenance,
        )

    def map_image(self, dataset: str, query: MapQuery) -> MapImage:
        """The surface over the study area with outlines, for a printed picture."""
        surface = self._surface(dataset, query)
        left, bottom, right, top = surface.area.bounds_m
        cell_m = max((right - left) / query.width, (top - bottom) / (2 * query.width), 1.0)
        raster_query = RasterQuery.model_validate(
            {
                **query.model_dump(by_alias=True, exclude={"width"}, exclude_none=True),
                "cell_m": cell_m,
            }
        )
        first, last = surface.selection.days()
        categories = ", ".join(query.category) or "all categories"
        return MapImage(
            kind="heatmap-map",
            raster=self.raster(dataset, raster_query),
            breaks=surface.breaks,
            title=surface.selection.incidents.title,
            subtitle=f"{categories}, {first} to {last}: {surface.selection.located:,} located "
            f"of {surface.selection.records:,}; {query.kernel} kernel, {query.bandwidth_m:g} m",
            outlines=self._outlines(),
            attribution=surface.selection.incidents.licence,
            width=query.width,
        )

    def _surface(self, dataset: str, query: HeatmapQuery) -> Surface:
        """The prepared surface of a query, from the cache when it was asked before."""
        incidents = self._incidents.open(dataset)
        area = self._study_area()
        chosen = (query.incident_filter(), query.bandwidth_m, query.kernel, query.per)
        within = self._within(query)
        cut = within.version if within is not None else ""
        key = (dataset, incidents.version, area.label, area.version, cut, chosen)
        return self._surfaces.get(key, lambda: self._prepare(incidents, area, query))

    def _prepare(self, incidents: Incidents, area: StudyArea, query: HeatmapQuery) -> Surface:
        selection, points = self._selected_points(incidents, query)
        divisor = selection.years() if query.per == "year" else 1.0
        left, bottom, right, top = area.bounds_m
        cell_m = max(
            query.bandwidth_m / CELLS_PER_BANDWIDTH,
            math.sqrt((right - left) * (top - bottom) / LEGEND_CELLS),
        )
        grid = Grid.covering(area.bounds_m, cell_m=cell_m)
        density = index_density_on_grid(
            points, grid, bandwidth_m=query.bandwidth_m, kernel=query.kernel, threads=THREADS
        )
        within = self._within(query)
        inside = inside_mask(area.geometry if within is None else within.geometry, grid)
        density = np.where(inside, density, 0.0) / divisor
        maximum = float(density.max())
        unit = "incidents per km^2" + (" per year" if query.per == "year" else "")
        return Surface(
            selection=selection,
            points=points,
            area=area,
            within=None if within is None else within.geometry,
            within_mercator=None if within is None else self._in_mercator(within.geometry),
            breaks=legend_breaks(maximum),
            maximum=maximum,
            mass=float(density.sum()) * grid.cell_area_km2 * divisor,
            divisor=divisor,
            unit=unit,
            provenance=self._provenance(selection, area, query, unit),
        )

    def _selected_points(
        self, incidents: Incidents, query: HeatmapQuery
    ) -> tuple[Selection, PointIndex]:
        """The located incidents of a filter, indexed by place; shared by all bandwidths."""
        # Incidents around the area that a surface is cut to count near its border.
        wanted = dataclasses.replace(query.incident_filter(), within=None)

        def index() -> tuple[Selection, PointIndex]:
            selection = select(incidents, wanted)
            xy_m = incidents.xy_m[selection.chosen & incidents.located]
            return selection, PointIndex(xy_m, crs=self._settings.crs)

        return self._points.get((incidents.dataset, incidents.version, wanted), index)

    def _provenance(
        self, selection: Selection, area: StudyArea, query: HeatmapQuery, unit: str
    ) -> Provenance:
        records, located = selection.records, selection.located
        return provenance(
            sources={
                "dataset": dataset_source(selection.incidents),
                "study_area": {
                    "id": area.label,
                    "version": area.version,
                    "synthetic": area.synthetic,
                },
            },
            filter={**selection.filter.as_provenance(), "within": query.within},
            method={
                "name": "kernel density",
                "kernel": query.kernel,
                "bandwidth_m": query.bandwidth_m,
                "per": query.per,
                "years": round(selection.years(), 6) if query.per == "year" else None,
                "unit": unit,
                "crs": self._settings.crs,
                "edge": "none",
            },
            counts={"records": records, "located": located, "unlocated": records - located},
        )

    def _within(self, query: HeatmapQuery) -> Within | None:
        return resolve(self._layers, query.within) if query.within is not None else None

    def _in_mercator(self, geometry: Any) -> Any:
        def moved(xy_m: FloatArray) -> FloatArray:
            return transform_xy(xy_m, source=self._settings.crs, target=WEB_MERCATOR)

        return shapely.transform(geometry, moved)

    def _study_area(self) -> StudyArea:
        return study_area(self._layers, self._settings.study_area)

    def _outlines(self) -> Any:
        """The areas of the coarsest layer, to draw over a map."""
        layers = [self._layers.get(layer_id) for layer_id in self._layers.ids()]
        return min(layers, key=len).geometries

    def _lonlat_bounds(self, area: StudyArea) -> list[float]:
        bounds = transformer(self._settings.crs, WGS84).transform_bounds(*area.bounds_m)
        return [round(float(v), 6) for v in bounds]

    def _refuse_large(self, bounds: tuple[float, float, float, float], cell_m: float) -> None:
        left, bottom, right, top = bounds
        cells = math.ceil((right - left) / cell_m) * math.ceil((top - bottom) / cell_m)
        allowed = self._settings.limits.raster_cells
        if cells > allowed:
            raise TooMuchWorkError(
                "raster cells", cells, allowed, "take a larger cell_m or a smaller bbox"
            )


def legend_breaks(maximum: float) -> tuple[float, ...]:
    """Lower bounds of the colour classes, from the maximum over the study area.

    Shares of the maximum that double at first and flatten towards the top, each rounded to
    three significant digits so that a legend can be read; empty when nothing is there.
    """
    if not maximum > 0:
        return ()
    return tuple(float(f"{share * maximum:.3g}") for share in BREAK_SHARES)


def _cut(values: FloatArray, geometry: Any, grid: Grid) -> FloatArray:
    """The values, NaN outside a geometry; unchanged where there is none."""
    return values if geometry is None else np.where(inside_mask(geometry, grid), values, np.nan)


def _mercator_grid(tile: Tile) -> Grid:
    """The pixels of a tile as a grid in EPSG:3857."""
    left, _, right, top = tile.bounds_mercator_m
    return Grid(left, top, (right - left) / TILE_PIXELS, TILE_PIXELS, TILE_PIXELS)


def _rounded_down(value: float) -> float:
    """The next lower of 1, 2, 2.5 or 5 times a power of ten."""
    power = 10.0 ** math.floor(math.log10(value))
    return max(step * power for step in (1.0, 2.0, 2.5, 5.0) if step * power <= value * (1 + 1e-9))


def _grid_of(bounds: tuple[float, float, float, float], cell_m: float) -> Grid:
    """The grid whose top left corner is the extent's and that covers it."""
    left, bottom, right, top = bounds
    return Grid(
        left_m=left,
        top_m=top,
        cell_m=cell_m,
        rows=max(1, math.ceil((top - bottom) / cell_m - 1e-9)),
        cols=max(1, math.ceil((right - left) / cell_m - 1e-9)),
    )
