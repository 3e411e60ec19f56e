"""Queries of vector tiles: those of the tables, and the version in the address."""

from service.schemas.areas import ChoroplethQuery, HotspotQuery
from service.schemas.queries import VersionQuery


class ChoroplethTileQuery(ChoroplethQuery, VersionQuery):
    """Query of a choropleth's vector tiles."""


class HotspotTileQuery(HotspotQuery, VersionQuery):
    """Query of a hotspot map's vector tiles."""
