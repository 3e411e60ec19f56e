"""Queries of growth: development sites and what is around them."""

from typing import Annotated, Literal

from pydantic import Field

from service.schemas.queries import LayerQuery, Query, TableQuery, Text


class SitesQuery(LayerQuery):
    """Query of the development sites."""

    by: Annotated[
        Literal["site", "phase", "district"],
        Field(
            description="One row per site; per phase of each site that has phases; or per "
            "district, its sites added up."
        ),
    ] = "site"


class HouseholdQuery(Query):
    """By what planned homes become residents; shared by all questions about growth."""

    household_size: Annotated[
        float | None,
        Field(
            gt=0,
            le=20,
            allow_inf_nan=False,
            description="Residents per new home, the same everywhere. By default those of each "
            "area: its population over its households.",
        ),
    ] = None
    population: Annotated[
        Text | None,
        Field(
            description="Measure of residents behind the household size: population, else "
            "residents, by default. Write measure:period for a period other than the latest.",
        ),
    ] = None
    households: Annotated[
        Text | None,
        Field(description="Measure of households behind the household size: households."),
    ] = None


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
