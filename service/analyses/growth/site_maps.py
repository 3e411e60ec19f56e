"""The growth overlay as a picture: sites by size and completion on areas in classes."""

from typing import Any

import numpy as np
import shapely

from service.analyses.areas.choropleths import Choropleths
from service.analyses.growth.overlay import Overlay
from service.analyses.growth.priorities import Priorities
from service.analyses.maps.legends import Legends
from service.analyses.maps.site_classes import with_classes
from service.model.answers import SiteMap, Table
from service.model.provenance import credited, short_digest
from service.model.queries import IncidentQuery
from service.queries.areas import ChoroplethQuery
from service.queries.growth import OverlayQuery, PrioritiesQuery, SiteMapQuery

MARGIN = 0.03  # around what is shown, as a share of its longer side
NEAR = 0.15  # sites so far outside the areas, as a share of their extent, are shown too


class SiteMaps:
    """Pictures of sites over the map of today."""

    def __init__(
        self,
        *,
        overlay: Overlay,
        choropleths: Choropleths,
        priorities: Priorities,
        legends: Legends,
    ) -> None:
        self._overlay = overlay
        self._choropleths = choropleths
        self._priorities = priorities
        self._legends = legends

    def version(self, dataset: str, query: SiteMapQuery) -> str:
        """Everything a picture depends on besides the query, as a short digest."""
        overlay = self._overlay.version(dataset, query)
        priorities = self._priorities.version(dataset, query.part(PrioritiesQuery))
        return short_digest(overlay, priorities)

    def picture(self, dataset: str, query: SiteMapQuery) -> SiteMap:
        """Sites as circles by homes planned and completion, over areas in classes."""
        sites = with_classes(self._overlay.table(dataset, query.part(OverlayQuery)))
        areas = self._below(dataset, query)
        areas_legend = self._legends.of(areas)
        first, last = areas_legend.period or ("", "")
        known = sites.columns["homes_planned"]
        planned = f"{np.nansum(known):,.0f} homes planned at {len(sites)} sites"
        is_about_homes = query.below == "priorities"
        categories = ", ".join(query.category) or "all categories"
        return SiteMap(
            kind="growth-overlay-map",
            areas=areas,
            areas_legend=areas_legend,
            sites=sites,
            sites_legend=self._legends.of(sites),
            bounds_m=_bounds(areas, sites),
            outlines=self._overlay.outlines(),
            title=areas_legend.title + ("" if is_about_homes else ", and planned homes"),
            subtitle=f"{categories}, {first} to {last}; {planned}"
            + (f"; shown: {query.within}" if query.within else ""),
            attribution="; ".join(credited(sites.provenance.sources)),
            width=query.width,
            label_from=query.label_from,
            provenance=sites.provenance,
        )

    def _below(self, dataset: str, query: SiteMapQuery) -> Table:
        """The areas below the sites."""
        if query.below == "priorities":
            return self._priorities.table(dataset, query.part(PrioritiesQuery))
        if query.below == "hotspots":
            # Not the hotspot table itself: this one has its classes, and where there can be none
            # it says so instead of refusing.
            return self._overlay.table(
                dataset, query.part(OverlayQuery).model_copy(update={"by": "area"})
            )
        layer = self._overlay.layer_id(query)
        given = query.part(IncidentQuery).model_dump(by_alias=True, exclude_none=True)
        density = ChoroplethQuery.model_validate({**given, "measure": "density", "classes": 6})
        return self._choropleths.table(dataset, layer, density)


def _bounds(areas: Table, sites: Table) -> tuple[float, float, float, float]:
    """The areas with the sites near them, and a margin."""
    bounds: Any = shapely.total_bounds(areas.geometries)
    reach = NEAR * max(bounds[2] - bounds[0], bounds[3] - bounds[1])
    near = shapely.box(*(bounds + np.array([-reach, -reach, reach, reach])))
    shown = np.asarray(sites.geometries)[shapely.intersects(near, sites.geometries)]
    both = shapely.total_bounds([shapely.box(*bounds), *shown])
    margin = MARGIN * max(both[2] - both[0], both[3] - both[1])
    left, bottom, right, top = (float(v) for v in both)
    return left - margin, bottom - margin, right + margin, top + margin
