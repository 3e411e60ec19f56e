"""Tables of one dataset: its trend and what follows from it, and cross-tables."""

from fastapi import APIRouter

from service.analyses.harm_tables.rows import HarmRow
from service.analyses.measures.rows import DeprivedIncidentsRow
from service.analyses.process_control.rows import ProcessControlRow, StepChangeRow
from service.analyses.table_answers import (
    breakdown_table,
    comparison_table,
    crosstab_table,
    deprived_incidents_table,
    harm_table,
    process_control_table,
    ranked_table,
    similar_areas_table,
    step_changes_table,
    trend_table,
)
from service.analyses.tables.breakdown_rows import BreakdownRow
from service.analyses.tables.comparisons import ComparisonRow
from service.analyses.tables.peers import SimilarAreaRow
from service.analyses.tables.ranking import RankedRow
from service.analyses.tables.rows import CrosstabRow
from service.analyses.trends.rows import TrendRow
from service.http.table_routes import TableKind, add_table_routes
from service.queries.tables.comparisons import BreakdownQuery, ComparisonQuery
from service.queries.tables.crosstabs import CrosstabQuery
from service.queries.tables.harm import HarmTableQuery
from service.queries.tables.measures import DeprivedIncidentsQuery
from service.queries.tables.process_control import ProcessControlQuery, StepChangesQuery
from service.queries.tables.rankings import RankedQuery, SimilarAreasQuery
from service.queries.tables.trends import TrendQuery
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
        description="Incidents of one area, or of several series, week by week, by month, quarter "
        "or year, with what an assessment puts beside them.",
        description_as="One row per series and step, as CSV or Parquet.",
        suffixes=PlainSuffix,
    ),
)


add_table_routes(
    router,
    "/process-control",
    TableKind(
        name="process_control",
        query=ProcessControlQuery,
        row=ProcessControlRow,
        answer=process_control_table,
        description="Process limits of a trend (XmR) and the steps with a special cause, by the "
        "rules of Making Data Count.",
        description_as="One row per month, quarter or year, as CSV or Parquet.",
        suffixes=PlainSuffix,
    ),
)


add_table_routes(
    router,
    "/step-changes",
    TableKind(
        name="step_changes",
        query=StepChangesQuery,
        row=StepChangeRow,
        answer=step_changes_table,
        description="Where the level of a trend changes by more than chance, with a p that counts "
        "the search.",
        description_as="One row per level, as CSV or Parquet.",
        suffixes=PlainSuffix,
    ),
)


add_table_routes(
    router,
    "/breakdown",
    TableKind(
        name="breakdown",
        query=BreakdownQuery,
        row=BreakdownRow,
        answer=breakdown_table,
        description="Incidents along one axis or several, with shares of what is recorded and "
        "what is missing; or by hour and weekday, by start or shared out over intervals.",
        description_as="The same as CSV or Parquet.",
        suffixes=PlainSuffix,
    ),
)


add_table_routes(
    router,
    "/crosstab",
    TableKind(
        name="crosstab",
        query=CrosstabQuery,
        row=CrosstabRow,
        answer=crosstab_table,
        description="Incidents by two axes, each of areas, categories, an attribute, ages, or "
        "a part of the calendar or the clock.",
        description_as="The same as CSV or Parquet; layout=wide is the table as people read it.",
        suffixes=PlainSuffix,
    ),
)


add_table_routes(
    router,
    "/ranked/{layer}",
    TableKind(
        name="ranked",
        query=RankedQuery,
        row=RankedRow,
        answer=ranked_table,
        description="Areas by count, share or rate, the highest first, each with the ranks that "
        "the data leave open.",
        description_as="The same as CSV or Parquet.",
        suffixes=PlainSuffix,
    ),
)


add_table_routes(
    router,
    "/harm",
    TableKind(
        name="harm",
        query=HarmTableQuery,
        row=HarmRow,
        answer=harm_table,
        description="Incidents and their harm by offence, or along one axis or two: counts beside "
        "days of harm, their rates, changes and ranks.",
        description_as="The same as CSV or Parquet.",
        suffixes=PlainSuffix,
    ),
)


add_table_routes(
    router,
    "/deprivation",
    TableKind(
        name="deprived_incidents",
        query=DeprivedIncidentsQuery,
        row=DeprivedIncidentsRow,
        answer=deprived_incidents_table,
        description="Incidents by the decile of deprivation of their areas, by domain, with "
        "rates; /v1/measures/deprivation/{layer} has the areas alone.",
        description_as="The same as CSV or Parquet.",
        suffixes=PlainSuffix,
    ),
)


add_table_routes(
    router,
    "/comparison",
    TableKind(
        name="comparison",
        query=ComparisonQuery,
        row=ComparisonRow,
        answer=comparison_table,
        description="Incidents of a period and of a baseline period along an axis: numeric and "
        "per cent change, and whether it is more than chance.",
        description_as="The same as CSV or Parquet.",
        suffixes=PlainSuffix,
    ),
)
add_table_routes(
    router,
    "/similar/{layer}",
    TableKind(
        name="similar_areas",
        query=SimilarAreasQuery,
        row=SimilarAreaRow,
        answer=similar_areas_table,
        description="Rates of the areas of a group, such as the most similar ones: rank, mean, "
        "and whether an area is unlike the others by more than chance.",
        description_as="The same as CSV or Parquet.",
        suffixes=PlainSuffix,
    ),
)
