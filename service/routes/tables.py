"""Tables of one dataset: its trend."""

from fastapi import APIRouter

from service.analyses.areas.rows import TrendRow
from service.analyses.tables import trend_table
from service.http.table_routes import TableKind, add_table_routes
from service.queries.trends import TrendQuery
from service.render.tables.formats import PlainSuffix

router = APIRouter(prefix="/v1/tables/{dataset}", tags=["tables"])


add_table_routes(
    router,
    "/trend",
    TableKind(
        name="trend",
        query=TrendQuery,
        row=TrendRow,
        answer=trend_table,
        description="Incidents of one area, or of the study area, per whole month, quarter or "
        "year.",
        description_as="One row per month, quarter or year, as CSV or Parquet.",
        suffixes=PlainSuffix,
    ),
)
