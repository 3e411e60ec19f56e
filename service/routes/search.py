"""Places by what they are called."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from service.http.responder import RepliesDep
from service.http.table_routes import send_table
from service.http.urls import JSON, responses
from service.queries.catalogue import PlacesQuery

router = APIRouter(prefix="/v1", tags=["catalogue"])


@router.get("/places", responses=responses(JSON), operation_id="readPlaces")
def read_places(query: Annotated[PlacesQuery, Query()], replies: RepliesDep) -> Response:
    """Areas of all layers, development sites and postcodes that are called so, best first."""
    places = replies.resources.places
    return send_table(
        replies,
        "json",
        version=places.version,
        query=query,
        name="places",
        answer=lambda: places.search(query),
    )
