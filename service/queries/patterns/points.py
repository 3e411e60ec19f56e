"""Queries of point patterns: their centres, and the functions of their distances."""

from typing import Annotated, Literal

from pydantic import Field

from service.model.queries import TableQuery
from service.queries.tables.trends import Step

Seed = Annotated[int, Field(ge=0, le=2**32 - 1, description="Seed of what is drawn by chance.")]


class CentreQuery(TableQuery):
    """Query of the centre of incidents, of the whole period or step by step."""

    step: Annotated[
        Literal["period"] | Step,
        Field(
            description="One centre of the whole period, or one of each step of the calendar, as "
            "of a trend; steps that from or to cut are left out."
        ),
    ] = "period"
    seed: Seed = 1
