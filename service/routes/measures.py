"""Tables of measures of areas alone, without incidents."""

from fastapi import APIRouter

from service.analyses.measures.rows import DeprivationRow, IndexRow, MeasureRow, MeasureTrendRow
from service.analyses.table_answers import (
    deprivation_table,
    index_table,
    measure_trend_table,
    measures_table,
    similar_measures_table,
)
from service.analyses.tables.peers import SimilarMeasureRow
from service.http.table_routes import TableKind, add_table_routes
from service.queries.tables.measures import (
    DeprivationQuery,
    IndexQuery,
    MeasuresQuery,
    MeasureTrendQuery,
)
from service.queries.tables.rankings import SimilarMeasuresQuery
from service.render.tables.formats import PlainSuffix

router = APIRouter(prefix="/v1/measures", tags=["measures"])

add_table_routes(
    router,
    "/deprivation/{layer}",
    TableKind(
        name="deprivation",
        query=DeprivationQuery,
        row=DeprivationRow,
        answer=deprivation_table,
        description="Areas by domain with rank and decile, most deprived first; areas per decile; "
        "moves since an earlier edition; or how many of each larger area's are most deprived.",
        description_as="The same as CSV or Parquet; areas also as GeoJSON and other formats with "
        "shapes.",
    ),
)
add_table_routes(
    router,
    "/table/{layer}",
    TableKind(
        name="measures",
        query=MeasuresQuery,
        row=MeasureRow,
        answer=measures_table,
        description="Measures of areas side by side, by period, with shares of one in another.",
        description_as="The same as CSV or Parquet, and with shapes unless there is a total.",
    ),
)
add_table_routes(
    router,
    "/trend/{layer}",
    TableKind(
        name="measure_trend",
        query=MeasureTrendQuery,
        row=MeasureTrendRow,
        answer=measure_trend_table,
        description="A measure of areas over time, such as a population forecast or a weekly "
        "count: every period that is loaded, with the change since the first.",
        description_as="The same as CSV or Parquet.",
        suffixes=PlainSuffix,
    ),
)
add_table_routes(
    router,
    "/index/{layer}",
    TableKind(
        name="index",
        query=IndexQuery,
        row=IndexRow,
        answer=index_table,
        description="The make-up of an area by classes as an index against a reference: 100 is "
        "equal.",
        description_as="The same as CSV or Parquet.",
        suffixes=PlainSuffix,
    ),
)
add_table_routes(
    router,
    "/similar/{layer}",
    TableKind(
        name="similar_measures",
        query=SimilarMeasuresQuery,
        row=SimilarMeasureRow,
        answer=similar_measures_table,
        description="A measure of the areas of a group, such as the most similar ones: rank, "
        "mean, and whether an area is unlike the others by more than chance.",
        description_as="The same as CSV or Parquet.",
        suffixes=PlainSuffix,
    ),
)
