"""Profiles of areas: of one that has a name by GET, of one that is drawn by POST."""

import dataclasses
from typing import Annotated

from fastapi import APIRouter, Query, Response

from service.analyses.profiles.rows import ProfileRow
from service.analyses.table_answers import profile_table
from service.http.guards.sizes import body_of
from service.http.openapi import table_schema
from service.http.registration import SUFFIX
from service.http.responder import Responder, ResponderDep
from service.http.table_routes import TableKind, add_table_routes, table_spec
from service.http.urls import CSV, GEOJSON, JSON, responses
from service.model.errors import InvalidAreaError
from service.queries.tables.profiles import MAX_AREA, DrawnOptions, DrawnProfileQuery, ProfileQuery
from service.render.tables.formats import PlainSuffix

router = APIRouter(prefix="/v1/tables/{dataset}", tags=["tables"])

BODY = {
    "requestBody": {
        "required": True,
        "description": "A polygon or multipolygon, or one or two features with one: longitude and "
        "latitude, or the CRS that the crs member names.",
        "content": {media_type: {"schema": {"type": "object"}} for media_type in (GEOJSON, JSON)},
    }
}

add_table_routes(
    router,
    "/profile",
    TableKind(
        name="profile",
        query=ProfileQuery,
        row=ProfileRow,
        answer=profile_table,
        description="What is known of an area, or of two side by side: residents, incidents, "
        "rates, trend, hot areas, deprivation and development sites, with all areas beside it.",
        description_as="One row per number, as CSV or Parquet.",
        suffixes=PlainSuffix,
    ),
)


@router.post(
    f"/profile.{SUFFIX}",
    response_class=Response,
    responses=responses(CSV),
    operation_id="readDrawnProfileAs",
    openapi_extra=BODY,
)
async def read_drawn_profile_as(
    dataset: str,
    suffix: PlainSuffix,
    query: Annotated[DrawnOptions, Query()],
    respond: ResponderDep,
) -> Response:
    """One row per number about a drawn area, as CSV or Parquet."""
    return await _profile(respond, query, dataset, suffix)


@router.post(
    "/profile",
    response_class=Response,
    responses=responses(JSON, table_schema(ProfileRow)),
    operation_id="readDrawnProfile",
    openapi_extra=BODY,
)
async def read_drawn_profile(
    dataset: str, query: Annotated[DrawnOptions, Query()], respond: ResponderDep
) -> Response:
    """What is known of an area that is drawn, and sent in the body as GeoJSON."""
    return await _profile(respond, query, dataset, "json")


async def _profile(
    respond: Responder, options: DrawnOptions, dataset: str, suffix: str
) -> Response:
    """The profile of the area in the body, which passes the gates as a part of the question."""
    try:
        area = (await body_of(respond.request, "An area", MAX_AREA)).decode()
    except UnicodeDecodeError:
        raise InvalidAreaError("the area is not text in UTF-8") from None
    parameters = options.model_dump(by_alias=True, exclude_none=True)
    query = DrawnProfileQuery.model_validate({**parameters, "area": area})
    table = profile_table(respond.resources, query, dataset=dataset)
    # An answer to POST is nothing that a client has a copy of.
    respond = dataclasses.replace(respond, if_none_match=None)
    return await respond(table_spec(respond.resources, query, table, suffix))
