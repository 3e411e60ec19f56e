"""Neighbours of areas as a table."""

from fastapi import APIRouter

from service.analyses.neighbours.rows import NeighbourRow
from service.analyses.table_answers import neighbour_table
from service.http.table_routes import TableKind, add_table_routes
from service.queries.patterns.neighbours import NeighboursQuery
from service.render.tables.formats import NeighbourSuffix

router = APIRouter(prefix="/v1/neighbours", tags=["neighbours"])

add_table_routes(
    router,
    "/{layer}",
    TableKind(
        name="neighbours",
        query=NeighboursQuery,
        row=NeighbourRow,
        answer=neighbour_table,
        description="The neighbours of the areas of a layer or grid under a rule, a row for each "
        "area and neighbour.",
        description_as="The same as CSV or Parquet, or as GAL or GWT for GeoDa, PySAL and spdep.",
        suffixes=NeighbourSuffix,
    ),
)
