"""Queries of maps for paper of what was found: hotspots, their change, and growth."""

from typing import Annotated, Literal

from pydantic import Field

from service.queries.areas import HotspotQuery
from service.queries.forecasts import ForecastQuery
from service.queries.growth import OverlayQuery, PrioritiesQuery
from service.queries.over_time import ChangeQuery, EmergingQuery
from service.queries.printed_maps import AreaMapQuery


class HotspotMapQuery(AreaMapQuery, HotspotQuery):
    """Query of hot and cold spots for paper."""


class EmergingMapQuery(AreaMapQuery, EmergingQuery):
    """Query of emerging hot spots for paper."""


class ChangeMapQuery(AreaMapQuery, ChangeQuery):
    """Query of a change between two periods for paper."""


class PrioritiesMapQuery(AreaMapQuery, PrioritiesQuery):
    """Query of priorities for paper."""


class ForecastMapQuery(AreaMapQuery, ForecastQuery):
    """Query of a forecast by area at the horizon for paper."""

    by: Annotated[
        Literal["area"], Field(description="The map shows areas; districts are areas of a layer.")
    ] = "area"
    years: Annotated[Literal["horizon"], Field(description="The map shows the horizon.")] = (
        "horizon"
    )


class SiteMapQuery(AreaMapQuery, OverlayQuery):
    """Query of the growth overlay for paper."""

    by: Annotated[Literal["site"], Field(description="The map has sites on areas.")] = "site"
    below: Annotated[
        Literal["hotspots", "density", "priorities"],
        Field(
            description="What colours the areas below the sites: hot and cold spots, incidents "
            "per km^2, or priorities."
        ),
    ] = "hotspots"
    label_from: Annotated[
        float,
        Field(
            ge=0,
            le=1e9,
            allow_inf_nan=False,
            description="Sites of at least this many homes are labelled.",
        ),
    ] = 3_000.0
