"""Tables of measures of areas alone, without incidents."""

from fastapi import APIRouter

from service.analyses.measures.rows import DeprivationRow
from service.analyses.table_answers import deprivation_table
from service.http.table_routes import TableKind, add_table_routes
from service.queries.measures import DeprivationQuery

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
