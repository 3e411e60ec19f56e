"""Queries of growth: development sites and what is around them."""

from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from service.model.queries import (
    IncidentQuery,
    LayerQuery,
    Query,
    TableQuery,
    Text,
    checked_end,
    checked_start,
)
from service.queries.over_time import ChangeQuery


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

    @model_validator(mode="after")
    def _given_or_measured(self) -> Self:
        if self.household_size is not None and self.households is not None:
            raise ValueError("household_size and households are not given together")
        return self


class GrowthQuery(TableQuery, HouseholdQuery):
    """What all questions about sites, areas and incidents share."""

    layer: Annotated[
        Text | None,
        Field(description="Layer or grid whose areas the sites lie in; the first imported."),
    ] = None


class OverlayQuery(GrowthQuery):
    """Query of the growth overlay."""

    by: Annotated[
        Literal["site", "area"], Field(description="One row per site, or per area of the layer.")
    ] = "site"
    distance_m: Annotated[
        float,
        Field(
            gt=0,
            le=50_000,
            allow_inf_nan=False,
            description="Incidents within this distance are counted, metres.",
        ),
    ] = 1_000.0
    bandwidth_m: Annotated[
        float,
        Field(
            ge=10,
            le=20_000,
            allow_inf_nan=False,
            description="Bandwidth of the kernel density at each site, metres.",
        ),
    ] = 1_000.0
    surroundings: Annotated[
        Text | None,
        Field(
            description="Layer whose areas are the surroundings, at whose rate incidents are "
            "expected; by default the coarsest that the areas nest in, otherwise all areas "
            "together."
        ),
    ] = None
    exposure: Annotated[
        Literal["auto", "residents", "area"],
        Field(
            description="What the local rate is per: residents, or km^2 of ground; auto: "
            "residents where the layer has them."
        ),
    ] = "auto"


class PrioritiesQuery(GrowthQuery):
    """Query of the priorities."""

    baseline_from: Annotated[
        str | None,
        AfterValidator(checked_start),
        Field(description="First month or day of a baseline period, for rules about change."),
    ] = None
    baseline_to: Annotated[
        str | None,
        AfterValidator(checked_end),
        Field(description="Last month or day of the baseline period, inclusive."),
    ] = None

    @model_validator(mode="after")
    def _two_periods(self) -> Self:
        baseline = (self.baseline_from, self.baseline_to)
        if any(baseline) and not (all(baseline) and self.from_ and self.to):
            raise ValueError(
                "baseline_from and baseline_to are given together, and from and to after them"
            )
        self.change_query()
        return self

    def change_query(self) -> ChangeQuery | None:
        """The question about change since the baseline period, None where there is none."""
        if self.baseline_from is None or self.baseline_to is None:
            return None
        selection = self.part(IncidentQuery).model_dump(by_alias=True, exclude_none=True)
        period = {"baseline_from": self.baseline_from, "baseline_to": self.baseline_to}
        return ChangeQuery.model_validate({**selection, **period, "replicates": 0})
