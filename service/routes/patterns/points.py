"""Routes of point patterns: their centres, and the functions of their distances."""

from fastapi import APIRouter

from service.analyses.point_patterns.rows import CentreRow, PatternRow
from service.analyses.table_answers import centres_table, pattern_table
from service.http.table_routes import TableKind, add_table_routes
from service.queries.patterns.points import CentreQuery, PatternQuery
from service.render.tables.formats import PlainSuffix

router = APIRouter(prefix="/v1/patterns/{dataset}", tags=["patterns"])


add_table_routes(
    router,
    "/centres",
    TableKind(
        name="centres",
        query=CentreQuery,
        row=CentreRow,
        answer=centres_table,
        description="Mean and median centre of incidents, their standard distance and "
        "deviational ellipse; step by step with the move of the centre and its interval.",
        description_as="The same as CSV, Parquet, GeoJSON or GeoPackage, with the ellipses.",
    ),
)


add_table_routes(
    router,
    "/k",
    TableKind(
        name="pattern",
        query=PatternQuery,
        row=PatternRow,
        answer=pattern_table,
        description="K, L, F, G or the pair correlation of incidents, with the global envelope of "
        "patterns of chance and the p of the whole curve.",
        description_as="The same as CSV, spreadsheet or Parquet.",
        suffixes=PlainSuffix,
    ),
)
