"""Heat maps: tiles, rasters, a summary, contours, peaks and a picture of a density surface."""

import dataclasses
import math
from typing import Final

import numpy as np

from boundaries.storage.store import LayerStore
from service.analyses.density.chance import PeakTest, PeakTests
from service.analyses.density.documents import HeatmapSummary
from service.analyses.density.extents import grid_of, rounded_down, widened
from service.analyses.density.peak_names import PlaceNames, sentence
from service.analyses.density.peaks import (
    contour_table,
    peak_table,
    propose_view,
    surface_peaks,
)
from service.analyses.density.surface import TILE_PIXELS, Surface
from service.analyses.density.surface_work import Use, work_on_grid, work_on_tile
from service.analyses.density.surfaces import Surfaces, legend_breaks
from service.analyses.harm.weights import Harm
from service.analyses.inputs.study_area import study_area_label
from service.analyses.maps.legends import describe_filter
from service.analyses.maps.tilejson import lonlat_bounds, tilejson
from service.config.settings import Settings
from service.disclosure.density import pixel_m
from service.model.answers import (
    Document,
    Legend,
    LegendClass,
    MapSurface,
    Raster,
    Table,
    TileImage,
)
from service.model.errors import TooMuchWorkError
from service.model.provenance import SOFTWARE, credited, layers_version, short_digest
from service.queries.heatmaps import ContourQuery, HeatmapQuery, MapQuery, PeakQuery, RasterQuery
from service.runtime.budget import spend
from service.sentences.selections import selection_sentences
from service.store.incidents import IncidentStore
from service.store.reference.measures import MeasureStore
from spatial.arrays import FloatArray
from spatial.coordinates.mercator import Tile
from spatial.rates.classes import break_labels
from spatial.surfaces.peaks import CANDIDATES

ACROSS: Final = 600  # cells of a printed map on its longer side


class Heatmaps:
    """Answers about density.

    Parameters
    ----------
    incidents : IncidentStore
        The datasets.
    layers : LayerStore
        Boundary layers, for the study area, outlines and place names.
    measures : MeasureStore
        Residents, as what chance would give.
    harm : Harm
        What incidents weigh where their harm is summed.
    settings : Settings
        CRS, study area and limits.
    """

    def __init__(
        self,
        *,
        incidents: IncidentStore,
        layers: LayerStore,
        measures: MeasureStore,
        harm: Harm,
        settings: Settings,
    ) -> None:
        self._incidents = incidents
        self._layers = layers
        self._settings = settings
        self._harm = harm
        self._surfaces = Surfaces(incidents=incidents, layers=layers, harm=harm, settings=settings)
        self._peak_tests = PeakTests(layers=layers, measures=measures)

    def version(self, dataset: str) -> str:
        """A short digest of everything that a dataset's heat maps depend on, apart from the query.

        Parameters
        ----------
        dataset : str
            Id of the dataset.

        Returns
        -------
        str
            It changes when the dataset, a layer, a harm index or the software does.
        """
        study_label = study_area_label(self._layers, self._settings.study_area)
        table_version = self._incidents.revision(dataset)
        context_version = short_digest(layers_version(self._layers), self._harm.revision())
        return short_digest(
            dataset, table_version, study_label, context_version, self._settings.crs, SOFTWARE
        )

    def version_of_peaks(self, dataset: str) -> str:
        """A short digest of everything that a dataset's peaks depend on, apart from the query.

        Parameters
        ----------
        dataset : str
            Id of the dataset.

        Returns
        -------
        str
            It changes with `version`, and when measures are imported: chance goes by residents.
        """
        return short_digest(self.version(dataset), self._peak_tests.version())

    def tile(self, dataset: str, tile: Tile, query: HeatmapQuery, *, scale: int = 1) -> TileImage:
        """The density of one Web Mercator tile, with the query's colour breaks.

        Parameters
        ----------
        dataset : str
            Id of the dataset.
        tile : Tile
            Its address.
        query : HeatmapQuery
            Filter, bandwidth and kernel.
        scale : int
            Pixels per pixel of a plain tile: 2 for dense screens. The extent, breaks and bandwidth
            are the same.

        Returns
        -------
        TileImage
            The values, not yet coloured.
        """
        surface = self._surfaces.of(dataset, query, Use(tile=tile, size=TILE_PIXELS * scale))
        spend(work_on_tile(surface, tile, TILE_PIXELS * scale))
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

        Parameters
        ----------
        dataset : str
            Id of the dataset.
        query : RasterQuery
            Filter, bandwidth, extent and cell size.

        Returns
        -------
        Raster
            In the working CRS.

        Raises
        ------
        TooMuchWorkError
            If the grid would have more cells than the limit.
        """
        surface = self._surfaces.of(dataset, query)
        cell_m = query.cell_m or max(1.0, rounded_down(surface.bandwidth_m / 8))
        return self._raster(surface, query.bounds_m(), cell_m)

    def density_at(self, dataset: str, query: HeatmapQuery, places_m: FloatArray) -> FloatArray:
        """The density of a query's surface at places.

        Parameters
        ----------
        dataset : str
            Id of the dataset.
        query : HeatmapQuery
            Filter, bandwidth and kernel.
        places_m : (n, 2) float64
            Places in the working CRS, metres.

        Returns
        -------
        (n,) float64
            Incidents per km^2.
        """
        return self._surfaces.of(dataset, query).density_at(places_m)

    def summary(self, dataset: str, query: HeatmapQuery) -> Document:
        """Breaks, maximum, extent and counts of a surface, and an inset to zoom to.

        Parameters
        ----------
        dataset : str
            Id of the dataset.
        query : HeatmapQuery
            Filter, bandwidth and kernel.

        Returns
        -------
        Document
            With the provenance of the surface.
        """
        surface = self._surfaces.of(dataset, query, Use(tops=10 * CANDIDATES))
        first_day, last_day = surface.selection.days()
        chosen_bandwidth = surface.bandwidth
        peak_test = self._peak_test(surface, query)
        peaks = surface_peaks(surface, peak_test)
        finding = sentence(peaks, self._names(None), peak_test)
        content: HeatmapSummary = {
            "dataset": dataset,
            "unit": surface.unit,
            "breaks": list(surface.breaks),
            "maximum": surface.maximum,
            "bandwidth_m": surface.bandwidth_m,
            "bandwidth_rule": "given" if chosen_bandwidth is None else chosen_bandwidth.rule,
            "bandwidth_computed_from": None
            if chosen_bandwidth is None
            else chosen_bandwidth.computed_from,
            "kernel": query.kernel,
            "from": first_day.isoformat(),
            "to": last_day.isoformat(),
            "records": surface.selection.records,
            "located": surface.selection.located,
            "unlocated": surface.selection.records - surface.selection.located,
            "mass_in_study_area": surface.mass,
            "sentence": finding,
            "sentences": [*selection_sentences(surface.provenance.counts), finding],
            "inset": propose_view(surface, peaks),
            "study_area": surface.study.label,
            "bounds_m": list(surface.extent_m),
            "bounds_lonlat_deg": list(lonlat_bounds(surface.extent_m, surface.crs)),
            "crs": self._settings.crs,
            "version": self.version(dataset),
            "synthetic": surface.provenance.synthetic,
        }
        method = {**surface.provenance.method, "significance": peak_test.method()}
        return Document(
            kind="heatmap-summary",
            content=content,
            provenance=dataclasses.replace(surface.provenance, method=method),
        )

    def legend(self, dataset: str, query: HeatmapQuery) -> Legend:
        """The colour classes of a query's tiles, highest first.

        Parameters
        ----------
        dataset : str
            Id of the dataset.
        query : HeatmapQuery
            Filter, bandwidth and kernel.

        Returns
        -------
        Legend
            Classes of density.
        """
        surface = self._surfaces.of(dataset, query)
        first_day, last_day = surface.selection.days()
        upper_bounds = [*surface.breaks[1:], None][: len(surface.breaks)]  # none without a density
        classes = [
            LegendClass(label, "interval", lower_bound, upper_bound)
            for label, lower_bound, upper_bound in zip(
                break_labels(surface.breaks), surface.breaks, upper_bounds, strict=True
            )
        ]
        rule = f"{query.kernel} kernel, {surface.bandwidth_m:,.0f} m{_weights_summed(query)}"
        stated = surface.provenance
        place = stated.sources.get("within")
        parts = [describe_filter(stated.filter, place=place), rule]
        return Legend(
            kind="heatmap",
            title=f"{surface.selection.incidents.title}: density",
            subtitle="; ".join(part for part in parts if part),
            unit=surface.unit.replace("km^2", "km²"),
            drawn_as="raster",
            palette="heat",
            attribute="",
            classes=tuple(reversed(classes)),
            period=(first_day.isoformat(), last_day.isoformat()),
            credits=credited(surface.provenance.sources),
            provenance=surface.provenance,
        )

    def tilejson(self, dataset: str, query: HeatmapQuery, *, address: str) -> Document:
        """TileJSON 3.0 of a query's tiles; the addresses carry the data version.

        Parameters
        ----------
        dataset : str
            Id of the dataset.
        query : HeatmapQuery
            Filter, bandwidth and kernel.
        address : str
            URL template with ``{z}``, ``{x}``, ``{y}``, the query and the version.

        Returns
        -------
        Document
            With the provenance of the surface.
        """
        surface, zooms = self._surfaces.of(dataset, query), self._settings.tiles
        blank_areas = surface.selection.incidents.blank_areas
        if blank_areas is not None:
            closest = min(zooms.max_zoom, blank_areas.maximum_zoom)
            zooms = zooms.model_copy(update={"max_zoom": closest})
        return Document(
            kind="heatmap-tilejson",
            content=tilejson(
                name=surface.selection.incidents.title,
                description=f"Kernel density in {surface.unit}, "
                f"bandwidth {surface.bandwidth_m:g} m",
                address=address,
                bounds=lonlat_bounds(surface.extent_m, self._settings.crs),
                zooms=zooms,
                provenance=surface.provenance,
            ),
            provenance=surface.provenance,
        )

    def contours(self, dataset: str, query: ContourQuery) -> Table:
        """The smallest areas that contain given shares of the surface's mass, as polygons.

        Parameters
        ----------
        dataset : str
            Id of the dataset.
        query : ContourQuery
            Filter, bandwidth and shares.

        Returns
        -------
        Table
            One row per share.
        """
        return contour_table(self._surfaces.of(dataset, query), query.shares())

    def peaks(self, dataset: str, query: PeakQuery) -> Table:
        """The peaks of the surface, highest first, each with its place, mass and class.

        Parameters
        ----------
        dataset : str
            Id of the dataset.
        query : PeakQuery
            Filter, bandwidth and number of peaks.

        Returns
        -------
        Table
            One `PeakRow` per peak, with points.
        """
        surface = self._surfaces.of(dataset, query, Use(tops=query.peaks * CANDIDATES))
        test, names = self._peak_test(surface, query), self._names(query.layer)
        return peak_table(surface, test, names, max_peaks=query.peaks)

    def printed(self, dataset: str, query: MapQuery) -> tuple[MapSurface, MapSurface | None]:
        """The surface over its extent, and an inset of its leading peak, for a printed map.

        Parameters
        ----------
        dataset : str
            Id of the dataset.
        query : MapQuery
            Filter, bandwidth and extent.

        Returns
        -------
        surface, inset : MapSurface
            No inset where no peak is more than chance would make it, unless it is asked for.
        """
        surface = self._surfaces.of(dataset, query)
        bounds = query.bounds_m() or widened(surface.extent_m, surface.bandwidth_m)
        left, bottom, right, top = bounds
        blank_areas = surface.selection.incidents.blank_areas
        # Published cells: no closer than the closest tile, and without lines to measure.
        least_m = 1.0 if blank_areas is None else pixel_m(blank_areas.maximum_zoom)
        cell_m = max((right - left) / ACROSS, (top - bottom) / ACROSS, least_m)
        raster = self._raster(surface, bounds, cell_m)
        picture = MapSurface(raster, surface.breaks, is_smooth=blank_areas is None)
        inset = None if query.inset is False else self._inset(dataset, surface, query)
        return picture, inset

    def _inset(self, dataset: str, surface: Surface, query: MapQuery) -> MapSurface | None:
        """The surface around the highest peak, with the bandwidth proposed for it."""
        peaks = surface_peaks(surface, self._peak_test(surface, query))
        proposal = propose_view(surface, peaks)
        if proposal is None or not (query.inset or peaks.peaks[0].is_significant):
            return None
        inset_query = query.model_copy(update={"bandwidth_m": proposal["bandwidth_m"]})
        inset_surface = self._surfaces.of(dataset, inset_query)
        left, bottom, right, top = proposal["bounds_m"]
        raster = self._raster(
            inset_surface, (left, bottom, right, top), max((right - left) / 400, 1.0)
        )
        leading_peak = peaks.peaks[0]
        place = self._names(None).name_at(leading_peak.x_m, leading_peak.y_m)
        return MapSurface(
            raster,
            legend_breaks(float(np.nanmax(raster.values))),
            f"{place}, {(right - left) / 1000:.1f} km across; "
            f"bandwidth {inset_surface.bandwidth_m:,.0f} m",
        )

    def _raster(
        self,
        surface: Surface,
        bounds: tuple[float, float, float, float] | None,
        cell_m: float,
    ) -> Raster:
        """The surface on a grid over an extent; by default its own, widened by one bandwidth."""
        bounds = bounds or widened(surface.extent_m, surface.bandwidth_m)
        self._refuse_large(bounds, cell_m)
        grid = grid_of(bounds, cell_m)
        spend(work_on_grid(surface, grid))
        return Raster(
            kind="heatmap-raster",
            values=surface.on_grid(grid),
            grid=grid,
            crs=self._settings.crs,
            unit=surface.unit,
            provenance=surface.provenance,
        )

    def _peak_test(self, surface: Surface, query: HeatmapQuery) -> PeakTest:
        """What the peaks of a surface are held against, made once."""
        incidents = surface.selection.incidents
        key = (
            incidents.dataset,
            incidents.revision,
            surface.study.version,
            layers_version(self._layers),
            query.incident_filter(),
            query.kernel,
            self._harm.revision() if query.harm else query.weight,
        )
        return self._peak_tests.of(surface, key)

    def _names(self, layer_id: str | None) -> PlaceNames:
        return PlaceNames.of(self._layers, layer_id)

    def _refuse_large(self, bounds: tuple[float, float, float, float], cell_m: float) -> None:
        left, bottom, right, top = bounds
        cells = math.ceil((right - left) / cell_m) * math.ceil((top - bottom) / cell_m)
        allowed = self._settings.limits.raster_cells
        if cells > allowed:
            raise TooMuchWorkError(
                "raster cells", cells, allowed, "take a larger cell_m or a smaller bbox"
            )


def _weights_summed(query: HeatmapQuery) -> str:
    """That weights are summed, as the end of a subtitle; empty where incidents are counted."""
    return ", harm summed" if query.harm else ", weights summed" if query.weight else ""
