"""The growth overlay as a picture: sites by size and completion over classified areas."""

from typing import Any

import numpy as np
import shapely

from service.analyses.areas.choropleths import Choropleths
from service.analyses.growth.overlay import Overlay
from service.analyses.growth.priorities import Priorities
from service.analyses.maps.legends import Legends, describe_filter
from service.analyses.maps.site_classes import with_classes
from service.coverage.spans import words_of_gaps
from service.model.answers import SiteMap, Table
from service.model.provenance import credited, short_digest
from service.model.queries import IncidentQuery
from service.queries.areas import ChoroplethQuery
from service.queries.growth import OverlayQuery, PrioritiesQuery, SiteMapQuery
from service.sentences.numbers import Total, counted

MARGIN = 0.03  # around what is shown, as a share of its longer side
NEAR = 0.15  # sites so far outside the areas, as a share of their extent, are shown too


class SiteMaps:
    """Pictures of sites over a map of the present.

    Parameters
    ----------
    overlay : Overlay
        The sites.
    choropleths : Choropleths
        Density of incidents.
    priorities : Priorities
        Priorities of areas.
    legends : Legends
        Legends of both.
    """

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
        """A short digest of everything that a picture depends on, apart from the query.

        Parameters
        ----------
        dataset : str
            Id of the dataset.
        query : SiteMapQuery
            Names the layer.

        Returns
        -------
        str
            It changes when the overlay or the priorities do.
        """
        overlay = self._overlay.version(dataset, query)
        priorities = self._priorities.version(dataset, query.part(PrioritiesQuery))
        return short_digest(overlay, priorities)

    def picture(self, dataset: str, query: SiteMapQuery) -> SiteMap:
        """Sites as circles by planned homes and completion, over classified areas.

        Parameters
        ----------
        dataset : str
            Id of the dataset.
        query : SiteMapQuery
            Filter, layer, width and what is shown below the sites.

        Returns
        -------
        SiteMap
            The tables and legends, not yet drawn.
        """
        sites = with_classes(self._overlay.table(dataset, query.part(OverlayQuery)))
        areas = self._areas_table(dataset, query)
        areas_legend = self._legends.of(areas)
        first_day, last_day = areas_legend.period or ("", "")
        source = areas.provenance.filter
        gaps = words_of_gaps(
            areas_legend.period, source.get("covered", ()), source.get("covered_days", 0)
        )
        homes = Total.of(sites.columns["homes_planned"])
        homes_text = f"{homes} homes planned at {counted(len(sites), 'site')}"
        is_about_homes = query.below == "priorities"
        categories = describe_filter({**source, "within": None}) or "all categories"
        return SiteMap(
            kind="growth-overlay-map",
            areas=areas,
            areas_legend=areas_legend,
            sites=sites,
            sites_legend=self._legends.of(sites),
            bounds_m=_bounds(areas, sites),
            outlines=self._overlay.outlines(query.part(OverlayQuery)),
            title=areas_legend.title + ("" if is_about_homes else ", and planned homes"),
            subtitle=f"{categories}, {first_day} to {last_day}{f' ({gaps})' if gaps else ''}; "
            f"{homes_text}" + (f"; shown: {query.within}" if query.within else ""),
            attribution="; ".join(credited(sites.provenance.sources)),
            width=query.width,
            label_from=query.label_from,
            provenance=sites.provenance,
        )

    def _areas_table(self, dataset: str, query: SiteMapQuery) -> Table:
        """The areas to draw below the sites."""
        if query.below == "priorities":
            return self._priorities.table(dataset, query.part(PrioritiesQuery))
        if query.below == "hotspots":
            # Not the hotspot table itself: this one has its classes, and where there can be none
            # it says so instead of refusing.
            return self._overlay.table(
                dataset, query.part(OverlayQuery).model_copy(update={"by": "area"})
            )
        layer = self._overlay.layer_id(query)
        incident_parameters = query.part(IncidentQuery).model_dump(
            by_alias=True, exclude_none=True
        )
        density_query = ChoroplethQuery.model_validate(
            {**incident_parameters, "measure": "density", "classes": 6}
        )
        return self._choropleths.table(dataset, layer, density_query)


def _bounds(areas: Table, sites: Table) -> tuple[float, float, float, float]:
    """The extent of the areas and of the sites near them, with a margin."""
    bounds: Any = shapely.total_bounds(areas.geometries)
    reach_m = NEAR * max(bounds[2] - bounds[0], bounds[3] - bounds[1])
    area_of_interest = shapely.box(*(bounds + np.array([-reach_m, -reach_m, reach_m, reach_m])))
    nearby_sites = np.asarray(sites.geometries)[
        shapely.intersects(area_of_interest, sites.geometries)
    ]
    extent = shapely.total_bounds([shapely.box(*bounds), *nearby_sites])
    margin = MARGIN * max(extent[2] - extent[0], extent[3] - extent[1])
    left, bottom, right, top = (float(value) for value in extent)
    return left - margin, bottom - margin, right + margin, top + margin
