"""Local associations of areas as a table."""

from fastapi import APIRouter

from service.analyses.neighbours.association_rows import AssociationRow
from service.analyses.table_answers import association_table
from service.http.table_routes import TableKind, add_table_routes
from service.queries.patterns.associations import AssociationQuery

router = APIRouter(prefix="/v1/associations/{dataset}", tags=["associations"])

add_table_routes(
    router,
    "/{layer}",
    TableKind(
        name="associations",
        query=AssociationQuery,
        row=AssociationRow,
        answer=association_table,
        description="Local associations of one value or two: local Geary, Lee's L, bivariate "
        "Moran, or local spatial heteroscedasticity; one row per area, smallest q first.",
        description_as="The same in the format of the suffix, with shapes.",
    ),
)
