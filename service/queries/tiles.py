"""Queries of vector tiles: those of the tables, and the version in the address."""

from typing import Annotated

from pydantic import Field

from service.model.queries import VersionQuery
from service.queries.areas import ChoroplethQuery, HotspotQuery
from service.queries.growth import OverlayQuery, PrioritiesQuery
from service.queries.over_time import ChangeQuery, EmergingQuery

WebMercatorOnly = Annotated[
    None, Field(description="Not used for tiles, which are always in Web Mercator.")
]


class ChoroplethTileJsonQuery(ChoroplethQuery):
    """Query of the TileJSON of a choropleth's vector tiles."""

    crs: WebMercatorOnly = None


class ChoroplethTileQuery(ChoroplethTileJsonQuery, VersionQuery):
    """Query of a choropleth's vector tiles."""


class HotspotTileJsonQuery(HotspotQuery):
    """Query of the TileJSON of a hotspot map's vector tiles."""

    crs: WebMercatorOnly = None


class HotspotTileQuery(HotspotTileJsonQuery, VersionQuery):
    """Query of a hotspot map's vector tiles."""


class EmergingTileJsonQuery(EmergingQuery):
    """Query of the TileJSON of the vector tiles of emerging hot spots."""

    crs: WebMercatorOnly = None


class EmergingTileQuery(EmergingTileJsonQuery, VersionQuery):
    """Query of the vector tiles of emerging hot spots."""


class ChangeTileJsonQuery(ChangeQuery):
    """Query of the TileJSON of the vector tiles of a change between two periods."""

    crs: WebMercatorOnly = None


class ChangeTileQuery(ChangeTileJsonQuery, VersionQuery):
    """Query of the vector tiles of a change between two periods."""


class OverlayTileJsonQuery(OverlayQuery):
    """Query of the TileJSON of the vector tiles of a growth overlay."""

    crs: WebMercatorOnly = None


class OverlayTileQuery(OverlayTileJsonQuery, VersionQuery):
    """Query of the vector tiles of a growth overlay."""


class PrioritiesTileJsonQuery(PrioritiesQuery):
    """Query of the TileJSON of the vector tiles of priorities."""

    crs: WebMercatorOnly = None


class PrioritiesTileQuery(PrioritiesTileJsonQuery, VersionQuery):
    """Query of the vector tiles of priorities."""


class SitesTileQuery(VersionQuery):
    """Query of the vector tiles of development sites."""
