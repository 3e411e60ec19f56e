"""Tables of one dataset: its trend."""

from fastapi import APIRouter

from service.analyses.resources import Resources
from service.http.table_routes import TableAnswer, TableKind, add_table_routes
from service.queries.trends import TrendQuery
from service.render.tables.formats import PlainSuffix

router = APIRouter(prefix="/v1/tables/{dataset}", tags=["tables"])


def _trend(resources: Resources, query: TrendQuery, *, dataset: str) -> TableAnswer:
    trends = resources.trends
    return TableAnswer(
        f"{dataset}-trend",
        version=lambda: trends.version(dataset, query),
        compute=lambda: trends.trend(dataset, query),
    )


add_table_routes(
    router,
    "/trend",
    TableKind(
        name="trend",
        query=TrendQuery,
        answer=_trend,
        description="Incidents of one area, or of the study area, per whole month, quarter or "
        "year.",
        description_as="One row per month, quarter or year, as CSV or Parquet.",
        suffixes=PlainSuffix,
    ),
)
