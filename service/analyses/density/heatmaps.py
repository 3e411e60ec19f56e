"""Heat maps: tiles, rasters, a summary, contours, peaks and a picture of a surface."""

import dataclasses
import math
from typing import Any

import numpy as np
import shapely

from boundaries.layers.layer import Layer
from boundaries.storage.store import LayerStore
from service.analyses.density.peak_names import PlaceNames, sentence
from service.analyses.density.rows import ContourRow, PeakRow
from service.analyses.density.surfaces import TILE_PIXELS, Surface, Surfaces, legend_breaks
from service.analyses.maps.legends import describe_filter
from service.analyses.maps.tilejson import lonlat_bounds, tilejson
from service.config.settings import Settings
from service.model.answers import (
    Document,
    Legend,
    LegendClass,
    MapImage,
    Provenance,
    Raster,
    Table,
    TileImage,
)
from service.model.errors import TooMuchWorkError
from service.model.provenance import SOFTWARE, credited, layers_version, short_digest
from service.queries.heatmaps import ContourQuery, HeatmapQuery, MapQuery, PeakQuery, RasterQuery
from service.store.incidents import IncidentStore
from spatial.arrays import FloatArray
from spatial.coordinates.grid import Grid
from spatial.coordinates.mercator import Tile
from spatial.rates.classes import break_labels
from spatial.surfaces.contours import volume_contours
from spatial.surfaces.peaks import Peaks, find_peaks, propose_inset

PEAK_CELLS = 4_000_000  # peaks and contours are found on a grid of at most about this many


class Heatmaps:
    """Answers about density.

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
        self._surfaces = Surfaces(incidents=incidents, layers=layers, settings=settings)

    def version(self, dataset: str) -> str:
        """Everything a heat map of a dataset depends on besides the query, as a short digest."""
        study = self._surfaces.study_area()
        table = self._incidents.revision(dataset)
        layers = layers_version(self._layers)
        return short_digest(dataset, table, study.label, layers, self._settings.crs, SOFTWARE)

    def tile(self, dataset: str, tile: Tile, query: HeatmapQuery, *, scale: int = 1) -> TileImage:
        """The density of one Web Mercator tile, with the query's colour breaks.

        Parameters
        ----------
        scale : int
            Pixels per pixel of a plain tile: 2 for screens of high density. Ground, breaks and
            bandwidth are the same.
        """
        surface = self._surfaces.of(dataset, query)
        return TileImage(
            kind="heatmap-tile",
            values=surface.on_tile(tile, TILE_PIXELS * scale),
            tile=tile,
            breaks=surface.breaks,
            unit=surface.unit,
            provenance=surface.provenance,
        )

    def raster(self, dataset: str, query: RasterQuery) -> Raster:
        """The density on a grid of the working CRS.

        Raises
        ------
        TooMuchWorkError
            If the grid would have more cells than the limit.
        """
        surface = self._surfaces.of(dataset, query)
        cell_m = query.cell_m or max(1.0, _rounded_down(surface.bandwidth_m / 8))
        return self._raster(surface, query.bounds_m(), cell_m)

    def density_at(self, dataset: str, query: HeatmapQuery, places_m: FloatArray) -> FloatArray:
        """(n,) the query's density at places of the working CRS, incidents per km^2."""
        return self._surfaces.of(dataset, query).at(places_m)

    def summary(self, dataset: str, query: HeatmapQuery) -> Document:
        """The legend's breaks, the maximum, the extent, the counts and an inset to zoom to."""
        surface = self._surfaces.of(dataset, query)
        first, last = surface.selection.days()
        chosen = surface.bandwidth
        peaks = self._peaks(surface)
        return Document(
            kind="heatmap-summary",
            content={
                "dataset": dataset,
                "unit": surface.unit,
                "breaks": list(surface.breaks),
                "maximum": surface.maximum,
                "bandwidth_m": surface.bandwidth_m,
                "bandwidth_rule": "given" if chosen is None else chosen.rule,
                "bandwidth_computed_from": None if chosen is None else chosen.computed_from,
                "kernel": query.kernel,
                "from": first.isoformat(),
                "to": last.isoformat(),
                "records": surface.selection.records,
                "located": surface.selection.located,
                "unlocated": surface.selection.records - surface.selection.located,
                "mass_in_study_area": surface.mass,
                "sentence": sentence(peaks, self._names(None)),
                "inset": self._inset(surface, peaks),
                "study_area": surface.study.label,
                "bounds_m": list(surface.extent_m),
                "bounds_lonlat_deg": self._lonlat(surface.extent_m),
                "crs": self._settings.crs,
                "version": self.version(dataset),
                "synthetic": surface.provenance.synthetic,
            },
            provenance=surface.provenance,
        )

    def legend(self, dataset: str, query: HeatmapQuery) -> Legend:
        """The colour classes of a query's tiles, highest first."""
        surface = self._surfaces.of(dataset, query)
        first, last = surface.selection.days()
        uppers = [*surface.breaks[1:], None]
        classes = [
            LegendClass(label, "interval", low, high)
            for label, low, high in zip(
                break_labels(surface.breaks), surface.breaks, uppers, strict=True
            )
        ]
        rule = f"{query.kernel} kernel, {surface.bandwidth_m:,.0f} m"
        words = [describe_filter({**query.model_dump(), "categories": query.category}), rule]
        return Legend(
            kind="heatmap",
            title=f"{surface.selection.incidents.title}: density",
            subtitle="; ".join(word for word in words if word),
            unit=surface.unit.replace("km^2", "km²"),
            drawn_as="raster",
            palette="heat",
            attribute="",
            classes=tuple(reversed(classes)),
            period=(first.isoformat(), last.isoformat()),
            credits=credited(surface.provenance.sources),
            provenance=surface.provenance,
        )

    def tilejson(self, dataset: str, query: HeatmapQuery, *, address: str) -> Document:
        """TileJSON 3.0 of a query's tiles; the addresses carry the data version.

        Parameters
        ----------
        address : str
            Of the tiles, with ``{z}``, ``{x}``, ``{y}``, the query and the version.
        """
        surface = self._surfaces.of(dataset, query)
        return Document(
            kind="heatmap-tilejson",
            content=tilejson(
                name=surface.selection.incidents.title,
                description=f"Kernel density in {surface.unit}, "
                f"bandwidth {surface.bandwidth_m:g} m",
                address=address,
                bounds=lonlat_bounds(surface.extent_m, self._settings.crs),
                zooms=self._settings.tiles,
                provenance=surface.provenance,
            ),
            provenance=surface.provenance,
        )

    def contours(self, dataset: str, query: ContourQuery) -> Table:
        """The smallest areas that hold given shares of the surface's mass, as polygons."""
        surface = self._surfaces.of(dataset, query)
        grid = surface.covering_grid(PEAK_CELLS)
        found = volume_contours(surface.on_grid(grid), grid, shares=query.shares())
        method = {**surface.provenance.method, "contours": "percent volume", "cell_m": grid.cell_m}
        return Table(
            kind="heatmap-contours",
            row=ContourRow,
            columns={
                "percent": np.array([100.0 * c.share for c in found]),
                "density": np.array([c.density_per_km2 for c in found]),
                "area_km2": np.array([c.area_km2 for c in found]),
                "mass_percent": np.array([100.0 * c.mass_share for c in found]),
                "unit": np.array([surface.unit] * len(found), dtype=object),
            },
            geometries=_objects([c.geometry for c in found]),
            crs=self._settings.crs,
            provenance=_with_method(surface, method),
        )

    def peaks(self, dataset: str, query: PeakQuery) -> Table:
        """The peaks of the surface, highest first, each with its place, mass and class."""
        surface = self._surfaces.of(dataset, query)
        found = self._peaks(surface, most=query.peaks)
        names = self._names(query.layer)
        peaks = found.peaks
        xy_m = np.array([(p.x_m, p.y_m) for p in peaks]).reshape(-1, 2)
        method = {
            **surface.provenance.method,
            "peaks": "local maxima by topographic prominence",
            "reach_m": found.reach_m,
            "left_out": found.left_out,
            "sentence": sentence(found, names),
            "places_from": names.layer_id,
        }
        return Table(
            kind="heatmap-peaks",
            row=PeakRow,
            columns={
                "rank": np.array([p.rank for p in peaks], dtype=np.int64),
                "class": np.array([p.peak_class for p in peaks], dtype=object),
                "place": np.array([names.at(p.x_m, p.y_m) for p in peaks], dtype=object),
                "density": np.array([p.density_per_km2 for p in peaks], dtype=np.float64),
                "prominence": np.array([p.prominence for p in peaks], dtype=np.float64),
                "incidents": np.array([p.mass for p in peaks], dtype=np.float64),
                "share": np.array([p.share for p in peaks], dtype=np.float64),
                "nearest_m": _floats([p.nearest_m for p in peaks]),
                "nearest_higher_m": _floats([p.nearest_higher_m for p in peaks]),
                "easting_m": xy_m[:, 0],
                "northing_m": xy_m[:, 1],
                "unit": np.array([surface.unit] * len(peaks), dtype=object),
            },
            geometries=np.asarray(shapely.points(xy_m), dtype=object).reshape(-1),
            crs=self._settings.crs,
            provenance=_with_method(surface, method),
        )

    def map_image(self, dataset: str, query: MapQuery) -> MapImage:
        """The surface over its extent with outlines, for a printed picture."""
        surface = self._surfaces.of(dataset, query)
        bounds = query.bounds_m() or _widened(surface.extent_m, surface.bandwidth_m)
        left, bottom, right, top = bounds
        cell_m = max((right - left) / query.width, (top - bottom) / (2 * query.width), 1.0)
        first, last = surface.selection.days()
        outlines = self._outlines(query.outlines)
        categories = ", ".join(query.category) or "all categories"
        return MapImage(
            kind="heatmap-map",
            raster=self._raster(surface, bounds, cell_m),
            breaks=surface.breaks,
            title=surface.selection.incidents.title,
            subtitle=f"{categories}, {first} to {last}: {surface.selection.located:,} located "
            f"of {surface.selection.records:,}; {query.kernel} kernel, "
            f"{surface.bandwidth_m:,.0f} m" + (f"; shown: {query.within}" if query.within else ""),
            outlines=outlines.geometries,
            attribution=_credits(surface, outlines),
            width=query.width,
            **(self._inset_picture(dataset, surface, query) if query.inset else {}),
        )

    def _inset_picture(self, dataset: str, surface: Surface, query: MapQuery) -> dict[str, Any]:
        """The surface around the leading peak, with the bandwidth proposed for it."""
        peaks = self._peaks(surface)
        proposed = self._inset(surface, peaks)
        if proposed is None:
            return {}
        finer = query.model_copy(update={"bandwidth_m": proposed["bandwidth_m"]})
        zoomed = self._surfaces.of(dataset, finer)
        left, bottom, right, top = proposed["bounds_m"]
        raster = self._raster(zoomed, (left, bottom, right, top), max((right - left) / 400, 1.0))
        first = peaks.peaks[0]
        place = self._names(None).at(first.x_m, first.y_m)
        return {
            "inset": raster,
            "inset_breaks": legend_breaks(float(np.nanmax(raster.values))),
            "inset_title": f"{place}, {zoomed.bandwidth_m:,.0f} m",
        }

    def _raster(
        self,
        surface: Surface,
        bounds: tuple[float, float, float, float] | None,
        cell_m: float,
    ) -> Raster:
        """The surface on a grid over an extent, by default its own and a bandwidth around."""
        bounds = bounds or _widened(surface.extent_m, surface.bandwidth_m)
        self._refuse_large(bounds, cell_m)
        grid = _grid_of(bounds, cell_m)
        return Raster(
            kind="heatmap-raster",
            values=surface.on_grid(grid),
            grid=grid,
            crs=self._settings.crs,
            unit=surface.unit,
            provenance=surface.provenance,
        )

    def _peaks(self, surface: Surface, *, most: int = 10) -> Peaks:
        grid = surface.covering_grid(PEAK_CELLS)
        return find_peaks(
            surface.on_grid(grid),
            grid,
            surface.points,
            bandwidth_m=surface.bandwidth_m,
            kernel=surface.kernel,
            max_peaks=most,
        )

    def _inset(self, surface: Surface, peaks: Peaks) -> dict[str, Any] | None:
        """Extent and bandwidth for a zoomed picture of the leading peak."""
        proposed = propose_inset(
            peaks,
            surface.selected.xy_m,
            bandwidth_m=surface.bandwidth_m,
            kernel=surface.kernel,
        )
        if proposed is None:
            return None
        return {
            "bounds_m": [round(v, 1) for v in proposed.bounds_m],
            "bounds_lonlat_deg": self._lonlat(proposed.bounds_m),
            "bandwidth_m": round(proposed.bandwidth_m, 1),
            "bandwidth_rule": proposed.rule,
            "cell_m": round(proposed.cell_m, 2),
        }

    def _names(self, layer_id: str | None) -> PlaceNames:
        return PlaceNames.of(self._layers, layer_id)

    def _outlines(self, layer_id: str | None) -> Layer:
        """The layer to draw over a map: the one named, or the coarsest."""
        if layer_id is not None:
            return self._layers.get(layer_id)
        return min((self._layers.get(name) for name in self._layers.ids()), key=len)

    def _lonlat(self, bounds_m: tuple[float, float, float, float]) -> list[float]:
        return list(lonlat_bounds(bounds_m, self._settings.crs))

    def _refuse_large(self, bounds: tuple[float, float, float, float], cell_m: float) -> None:
        left, bottom, right, top = bounds
        cells = math.ceil((right - left) / cell_m) * math.ceil((top - bottom) / cell_m)
        allowed = self._settings.limits.raster_cells
        if cells > allowed:
            raise TooMuchWorkError(
                "raster cells", cells, allowed, "take a larger cell_m or a smaller bbox"
            )


def _credits(surface: Surface, outlines: Layer) -> str:
    """Source and licence of the incidents and of the outlines, for the foot of a picture."""
    incidents, known = surface.selection.incidents, outlines.metadata
    words = [incidents.source, incidents.licence, known.source, known.licence]
    return "; ".join(dict.fromkeys(word for word in words if word))


def _with_method(surface: Surface, method: dict[str, Any]) -> Provenance:
    """The surface's provenance with more said of the method."""
    return dataclasses.replace(surface.provenance, method=method)


def _widened(
    bounds: tuple[float, float, float, float], by_m: float
) -> tuple[float, float, float, float]:
    left, bottom, right, top = bounds
    return (left - by_m, bottom - by_m, right + by_m, top + by_m)


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


def _objects(values: list[Any]) -> Any:
    """(n,) object array of anything."""
    array = np.empty(len(values), dtype=object)
    array[:] = values
    return array


def _floats(values: list[float | None]) -> Any:
    """(n,) float64, NaN for None."""
    return np.array([np.nan if v is None else v for v in values], dtype=np.float64)
