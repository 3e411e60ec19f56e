"""Routes of what is near places."""

from fastapi import APIRouter

from service.analyses.near.rows import NearRow
from service.analyses.table_answers import near_table
from service.http.table_routes import TableKind, add_table_routes
from service.queries.patterns.places import NearQuery

router = APIRouter(prefix="/v1/near/{dataset}", tags=["patterns"])


add_table_routes(
    router,
    "/{places}",
    TableKind(
        name="near",
        query=NearQuery,
        row=NearRow,
        answer=near_table,
        description="Incidents within distances of imported places, together or each, against "
        "what the local rate gives, with the shares of incidents, ground and residents.",
        description_as="The same as CSV, Parquet, GeoJSON or GeoPackage, with the ground or the "
        "places.",
    ),
)
