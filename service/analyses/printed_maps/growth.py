"""Development sites over a map of the present, for paper."""

import dataclasses

import numpy as np
import shapely

from service.analyses.maps.site_classes import with_classes
from service.analyses.printed_maps.areas import area_map
from service.analyses.printed_maps.composition import Bounds, MapAnswer, map_version, shown_bounds
from service.analyses.resources import Resources
from service.analyses.table_answers import overlay_table, priorities_table
from service.analyses.table_kinds import TableAnswer
from service.model.answers import MapTable, PrintMap, Table
from service.model.provenance import short_digest
from service.model.queries import IncidentQuery
from service.queries.areas import ChoroplethQuery
from service.queries.growth import OverlayQuery, PrioritiesQuery
from service.queries.result_maps import SiteMapQuery
from service.runtime.data_state import DataVersion
from service.sentences.numbers import Total, counted

NEAR = 0.15  # sites so far outside the areas, as a share of their extent, are shown too


def site_map(resources: Resources, query: SiteMapQuery, *, dataset: str) -> MapAnswer:
    """Development sites by size and completion over classified areas.

    Parameters
    ----------
    resources : Resources
        The stores and analyses.
    query : SiteMapQuery
        Filter, layer and what is shown below the sites.
    dataset : str
        Id of the dataset.

    Returns
    -------
    MapAnswer
        Not yet computed.
    """
    overlay = overlay_table(resources, query.part(OverlayQuery), dataset=dataset)
    below = _areas(resources, query, overlay, dataset)

    def compute() -> PrintMap:
        sites, areas = with_classes(overlay.compute()), below.compute()
        planned = np.nan_to_num(sites.columns["homes_planned"].astype(np.float64))
        marks = MapTable(
            sites,
            resources.legends.of(sites),
            names=tuple(
                str(name or "") if homes >= query.label_from else ""
                for name, homes in zip(sites.columns["name"], planned, strict=True)
            ),
            circles="homes_planned",
            circles_of="homes planned",
            name_by="homes_planned",
            most_names=query.labels,
        )
        homes = Total.of(sites.columns["homes_planned"])
        return area_map(
            resources,
            query,
            MapTable(areas, resources.legends.of(areas)),
            marks,
            bounds_m=bounds_with(areas, sites),
            remark=f"{homes} homes planned at {counted(len(sites), 'site')}",
        )

    return MapAnswer(
        f"{dataset}-growth-overlay",
        map_version(resources, _both(overlay.version, below.version)),
        compute,
        overlay.cost,
    )


def bounds_with(areas: Table, sites: Table) -> Bounds:
    """The extent of the areas and of the sites near them, with a margin.

    Parameters
    ----------
    areas, sites : Table
        With shapes.

    Returns
    -------
    left, bottom, right, top
        Metres.
    """
    left, bottom, right, top = shapely.total_bounds(np.asarray(areas.geometries))
    reach_m = NEAR * max(right - left, top - bottom)
    surroundings = shapely.box(left - reach_m, bottom - reach_m, right + reach_m, top + reach_m)
    shapes = np.asarray(sites.geometries)
    near = shapes[shapely.intersects(surroundings, shapes)]
    return shown_bounds(np.array([shapely.box(left, bottom, right, top), *near], dtype=object))


def _areas(
    resources: Resources, query: SiteMapQuery, overlay: TableAnswer, dataset: str
) -> TableAnswer:
    """The areas to draw below the sites."""
    if query.below == "priorities":
        return priorities_table(resources, query.part(PrioritiesQuery), dataset=dataset)
    if query.below == "hotspots":
        # Not the hotspot table itself: this one has its classes, and where there can be none it
        # says so instead of refusing.
        by_area = query.part(OverlayQuery).model_copy(update={"by": "area"})
        return overlay_table(resources, by_area, dataset=dataset)
    return dataclasses.replace(overlay, compute=lambda: _density(resources, query, dataset))


def _density(resources: Resources, query: SiteMapQuery, dataset: str) -> Table:
    """Incidents per km² of the areas; its version is that of the overlay."""
    selection = query.part(IncidentQuery).model_dump(by_alias=True, exclude_none=True)
    density = ChoroplethQuery.model_validate({**selection, "measure": "density", "classes": 6})
    layer_id = resources.overlay.layer_id(query.part(OverlayQuery))
    return resources.choropleths.table(dataset, layer_id, density)


def _both(version: DataVersion, other: DataVersion) -> DataVersion:
    """The version of what is made of two answers."""
    return DataVersion(
        (version.key, other.key), lambda: short_digest(version.read(), other.read())
    )
