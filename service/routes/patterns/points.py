"""Routes of point patterns: their centres, and the functions of their distances."""

from fastapi import APIRouter

from service.analyses.point_patterns.rows import CentreRow
from service.analyses.table_answers import centre_table
from service.http.table_routes import TableKind, add_table_routes
from service.queries.patterns.points import CentreQuery

router = APIRouter(prefix="/v1/patterns/{dataset}", tags=["patterns"])


add_table_routes(
    router,
    "/centre",
    TableKind(
        name="centre",
        query=CentreQuery,
        row=CentreRow,
        answer=centre_table,
        description="Mean and median centre of incidents, their standard distance and "
        "deviational ellipse; step by step with the move of the centre and its interval.",
        description_as="The same as CSV, Parquet, GeoJSON or GeoPackage, with the ellipses.",
    ),
)
