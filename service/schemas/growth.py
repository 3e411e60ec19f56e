"""Queries of growth: development sites and what is around them."""

from typing import Annotated

from pydantic import Field

from service.schemas.queries import TableQuery, Text


class OverlayQuery(TableQuery):
    """Query of the growth overlay."""

    distance_m: Annotated[
        float,
        Field(
            gt=0,
            le=50_000,
            allow_inf_nan=False,
            description="Incidents within this distance of a site are counted, metres.",
        ),
    ] = 1_000.0
    layer: Annotated[
        Text | None,
        Field(description="Layer whose areas the sites are looked up in."),
    ] = None
