"""Query of the neighbours of areas: no incidents are asked for."""

from typing import Annotated

from pydantic import AfterValidator, Field

from service.model.queries import Query
from service.queries.neighbour_rules import NEIGHBOURS, checked_rule
from service.queries.tables.measures import WITHIN, Within


class NeighboursQuery(Query):
    """Query of the neighbours of areas."""

    neighbours: Annotated[
        str, AfterValidator(checked_rule), Field(max_length=80, description=f"{NEIGHBOURS}.")
    ] = "queen"
    standardise: Annotated[
        bool, Field(description="Divide the weights of each area by their sum.")
    ] = False
    within: Annotated[
        Within, Field(description=f"{WITHIN}; links to other areas are left out.")
    ] = None
