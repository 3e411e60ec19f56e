"""Heat maps for paper."""

from typing import Final

from service.analyses.maps.legends import describe_filter
from service.analyses.printed_maps.composition import (
    MapAnswer,
    credits_of,
    extent_of,
    map_version,
    outlines_on,
    period_words,
    place_words,
)
from service.analyses.resources import Resources
from service.model.answers import MapTable, PrintMap
from service.queries.heatmaps import HeatmapQuery, MapQuery, PeakQuery
from service.runtime.data_state import DataVersion

FEWEST_PEAKS: Final = 1  # a table of peaks has at least one


def heat_map(resources: Resources, query: MapQuery, *, dataset: str) -> MapAnswer:
    """A heat map as a map, its leading peak enlarged and its hotspots named.

    Parameters
    ----------
    resources : Resources
        The stores and analyses.
    query : MapQuery
        The query.
    dataset : str
        Id of the dataset.

    Returns
    -------
    MapAnswer
        Not yet computed.
    """
    version = DataVersion.of(resources.heatmaps.version_of_peaks, dataset)
    return MapAnswer(
        f"{dataset}-heatmap",
        map_version(resources, version),
        lambda: _compute(resources, query, dataset),
    )


def _compute(resources: Resources, query: MapQuery, dataset: str) -> PrintMap:
    surface, inset = resources.heatmaps.printed(dataset, query)
    legend = resources.heatmaps.legend(dataset, query.part(HeatmapQuery))
    source = surface.raster.provenance
    bounds_m = surface.raster.grid.bounds_m
    outlines = outlines_on(resources.layers, bounds_m, query)
    place = place_words(source)
    parts = (
        legend.title,
        describe_filter({**source.filter, "within": None}),
        place,
        period_words(source, legend.period),
        legend.subtitle.rpartition("; ")[2],
    )
    return PrintMap(
        kind="heatmap-map",
        topic=f"{legend.title}{f', {place}' if place else ''}",
        subtitle="; ".join(part for part in parts if part),
        bounds_m=bounds_m,
        extent=extent_of(resources, query),
        outlines=outlines.geometries,
        outlines_of=outlines.metadata.title or outlines.layer_id,
        credits=credits_of(source, outlines),
        provenance=source,
        size=query.size,
        width=query.width,
        surface=surface,
        inset=inset,
        tables=_peaks(resources, query, dataset),
        outline_names=outlines.names,
    )


def _peaks(resources: Resources, query: MapQuery, dataset: str) -> tuple[MapTable, ...]:
    """The hotspots of the surface with their names; none of what is spread over areas."""
    if query.labels == 0 and query.inset is False:  # nothing to be held against chance
        return ()
    if resources.incidents.open(dataset).blank_areas is not None:
        return ()
    peak_query = query.part(PeakQuery).model_copy(
        update={"peaks": max(query.labels, FEWEST_PEAKS)}
    )
    table = resources.heatmaps.peaks(dataset, peak_query)
    names: list[str] = []
    for place, is_hotspot in zip(
        table.columns["place"], table.columns["is_significant"], strict=True
    ):
        names.append(str(place) if is_hotspot and str(place) not in names else "")
    return (MapTable(table, names=tuple(names), name_by="density", most_names=query.labels),)
