"""The formats of a map for paper, by suffix."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Literal

from service.access.release import Released
from service.model.answers import PrintMap
from service.render.maps.printed.printed_map import map_pdf, map_png, map_svg

MapSuffix = Literal["png", "svg", "pdf"]


@dataclass(frozen=True)
class MapFormat:
    """How a map becomes bytes, and what they are called."""

    render: Callable[[Released[PrintMap]], bytes]
    media_type: str


MAP_FORMATS: Final[Mapping[str, MapFormat]] = MappingProxyType(
    {
        "png": MapFormat(map_png, "image/png"),
        "svg": MapFormat(map_svg, "image/svg+xml"),
        "pdf": MapFormat(map_pdf, "application/pdf"),
    }
)
