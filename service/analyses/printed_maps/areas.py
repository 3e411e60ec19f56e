"""Tables of areas as maps for paper."""

import dataclasses
from typing import Final

import numpy as np

from service.analyses.maps.legends import describe_filter
from service.analyses.printed_maps.composition import (
    Bounds,
    MapAnswer,
    credits_of,
    extent_of,
    map_version,
    outlines_on,
    period_words,
    place_words,
    shown_bounds,
    span_words,
)
from service.analyses.printed_maps.names import printed_names
from service.analyses.resources import Resources
from service.analyses.table_answers import choropleth_table
from service.model.answers import MapTable, PrintMap
from service.queries.areas import ChoroplethQuery
from service.queries.printed_maps import AreaMapQuery, ChoroplethMapQuery

OVERLAY: Final = "overlay_count"


def choropleth_map(
    resources: Resources, query: ChoroplethMapQuery, *, dataset: str, layer: str
) -> MapAnswer:
    """A choropleth as a map, with the counts of a later period as circles where one is asked for.

    Parameters
    ----------
    resources : Resources
        The stores and analyses.
    query : ChoroplethMapQuery
        The query.
    dataset : str
        Id of the dataset.
    layer : str
        Id of a layer or grid.

    Returns
    -------
    MapAnswer
        Not yet computed.
    """
    answer = choropleth_table(resources, query.part(ChoroplethQuery), dataset=dataset, layer=layer)

    def compute() -> PrintMap:
        table = answer.compute()
        overlay = table.provenance.method.get("overlay")
        areas = MapTable(
            table,
            resources.legends.of(table),
            names=printed_names(resources.layers, table),
            name_by="value",
            most_names=query.labels,
        )
        if overlay is not None:
            gaps = "" if overlay["covered"] else " (no data)"
            period = f"incidents, {span_words(overlay['from'], overlay['to'])}{gaps}"
            areas = dataclasses.replace(areas, circles=OVERLAY, circles_of=period)
        return area_map(resources, query, areas)

    return MapAnswer(
        f"{answer.file_name}-map", map_version(resources, answer.version), compute, answer.cost
    )


def area_map(
    resources: Resources,
    query: AreaMapQuery,
    areas: MapTable,
    *marks: MapTable,
    bounds_m: Bounds | None = None,
    remark: str = "",
) -> PrintMap:
    """Classified areas as a map, with other tables above them.

    Parameters
    ----------
    resources : Resources
        The stores and analyses.
    query : AreaMapQuery
        The paper, and the area to stay within.
    areas : MapTable
        With shapes and a legend.
    marks : MapTable
        Drawn over the areas.
    bounds_m : left, bottom, right, top, or None
        What must be on it, metres; None: the areas.
    remark : str
        Ends the subtitle.

    Returns
    -------
    PrintMap
        Not yet drawn.

    Raises
    ------
    ValueError
        If the areas have no legend.
    """
    table, legend, source = areas.table, areas.legend, areas.table.provenance
    if legend is None:
        raise ValueError("areas are drawn by their legend")
    extent = extent_of(resources, query)
    if bounds_m is None:
        bounds_m = shown_bounds(np.asarray(table.geometries) if len(table) else extent)
    outlines = outlines_on(resources.layers, bounds_m, query)
    place = place_words(source)
    layer = source.sources.get("layer") or {}
    parts = (
        legend.title,
        describe_filter({**source.filter, "within": None}, layer.get("title", "")),
        place,
        period_words(source, legend.period),
        remark,
    )
    return PrintMap(
        kind=f"{table.kind}-map",
        topic=f"{legend.title}{f', {place}' if place else ''}",
        subtitle="; ".join(part for part in parts if part),
        bounds_m=bounds_m,
        extent=extent,
        outlines=outlines.geometries,
        outlines_of=outlines.metadata.title or outlines.layer_id,
        credits=credits_of(source, outlines),
        provenance=source,
        size=query.size,
        width=query.width,
        tables=(areas, *marks),
        outline_names=() if outlines.layer_id == layer.get("id") else outlines.names,
    )
