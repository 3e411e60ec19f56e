"""Routes of maps for paper: one answer as PNG, SVG or PDF, from one row per kind of map."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from fastapi import APIRouter

from service.analyses.printed_maps.composition import MapAnswer
from service.http.answer_spec import AnswerSpec
from service.http.registration import Operation, add_get, camel_case
from service.http.responder import Responder
from service.http.urls import PNG, responses
from service.model.answers import PrintMap
from service.model.queries import Query, with_version, without_version
from service.render.documents import provenance_text
from service.render.maps.printed.formats import MAP_FORMATS, MapSuffix


@dataclass(frozen=True)
class MapKind:
    """What the route of a map is made from.

    Attributes
    ----------
    name : str
        ``growth_overlay`` for the operation readGrowthOverlayMap.
    query : type of Query
        What may be asked about it.
    answer : callable
        Gives the `MapAnswer` from resources and query, and from the names in the path.
    description : str
        What the map shows.
    """

    name: str
    query: type[Query]
    answer: Callable[..., MapAnswer]
    description: str


# Every map by the template of its address without an ending, for what names maps by theirs.
MAPS: Final[dict[str, MapKind]] = {}


def add_map_routes(router: APIRouter, path: str, kind: MapKind) -> None:
    """Add the route of a map to a router: ``path/map.{suffix}``."""

    def answer(
        respond: Responder, query: Query, *, suffix: str, **names: str
    ) -> AnswerSpec[PrintMap]:
        plain, version = without_version(query, kind.query)
        printed = kind.answer(respond.resources, plain, **names)
        map_format = MAP_FORMATS[suffix]
        return AnswerSpec(
            query=plain,
            version=printed.version,
            requested_version=version,
            compute=printed.compute,
            render=map_format.render,
            media_type=map_format.media_type,
            filename=f"{printed.file_name}.{suffix}",
            describe=lambda released: provenance_text(released.answer.provenance),
            cost=printed.cost,
        )

    MAPS[f"{router.prefix}{path}/map"] = kind
    operation = Operation(
        f"read{camel_case(kind.name)}Map",
        f"read_{kind.name}_map",
        kind.description,
        responses(PNG),
    )
    query = with_version(kind.query)
    add_get(router, f"{path}/map.{{suffix}}", operation, answer, query=query, suffix=MapSuffix)
