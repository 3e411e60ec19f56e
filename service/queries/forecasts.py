"""Queries of the growth forecast and of its vector tiles."""

from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, Field, field_validator, model_validator

from service.model.queries import TableQuery, Text, VersionQuery, one_or_many
from service.queries.areas import LegendDigits
from service.queries.growth import HouseholdQuery
from service.queries.tiles import WebMercatorOnly

MAX_COMPARABLE = 500


class ForecastQuery(TableQuery, HouseholdQuery):
    """Query of a forecast: incidents per year to a horizon, at constant rates."""

    by: Annotated[
        Literal["site", "area", "district"],
        Field(
            description="One row per year and site (the incidents of its homes to come alone), "
            "area (those and today's) or district."
        ),
    ] = "site"
    layer: Annotated[
        Text | None,
        Field(
            description="Layer of the areas. By default the one of most areas that has the "
            "denominator."
        ),
    ] = None
    districts: Annotated[
        Text | None,
        Field(
            description="Layer of the districts, for by=district and scenario=district. By "
            "default the coarsest, of two areas or more, that the layer's areas nest in."
        ),
    ] = None
    denominator: Annotated[
        Text | None,
        Field(
            description="Measure that rates are over: residents or population by default. Write "
            "measure:period for a period other than the latest."
        ),
    ] = None
    horizon: Annotated[
        Annotated[int, Field(ge=1900, le=2300)] | None,
        Field(
            description="Last year of the forecast; by default ten years after the incidents' "
            "last one."
        ),
    ] = None
    scenario: Annotated[
        Literal["local", "district", "comparable"],
        Field(
            description="Rate of the homes to come: that of the area they lie in, of its "
            "district, or of comparable new communities. What is there today keeps its own."
        ),
    ] = "local"
    comparable: Annotated[
        tuple[Text, ...],
        BeforeValidator(one_or_many),
        Field(
            max_length=MAX_COMPARABLE,
            description="Codes of the areas that are comparable communities; repeat the "
            "parameter. By default those with comparable_homes.",
        ),
    ] = ()
    comparable_homes: Annotated[
        int,
        Field(
            ge=1,
            le=100_000,
            description="Areas whose sites have at least this many homes complete are comparable.",
        ),
    ] = 300
    build_years: Annotated[
        int,
        Field(
            ge=1,
            le=100,
            description="Number of years over which homes to come that belong to no phase are "
            "built, evenly.",
        ),
    ] = 20
    pace: Annotated[
        float,
        Field(
            gt=0,
            le=10,
            allow_inf_nan=False,
            description="Median pace of building: 1 is as scheduled, 0.5 takes twice as long.",
        ),
    ] = 1.0
    pace_spread: Annotated[
        float,
        Field(
            ge=0,
            le=2,
            allow_inf_nan=False,
            description="Standard deviation of the logarithm of the pace, which is log-normal, "
            "site by site; 0 for a schedule that is certain.",
        ),
    ] = 0.35
    unpublished: Annotated[
        Literal["all-to-come", "left-out"],
        Field(
            description="Sites without published completions: all planned homes are to come (an "
            "upper bound), or the site is in no total."
        ),
    ] = "all-to-come"
    denominator_growth: Annotated[
        Literal["none", "scheduled"],
        Field(
            description="Homes scheduled between the denominator's year and the incidents: not in "
            "the denominator (rates are then today's, as in a choropleth), or added to it."
        ),
    ] = "none"
    years: Annotated[
        Literal["each", "horizon"],
        Field(description="A row for each year, or for the horizon alone."),
    ] = "each"
    measure: Annotated[
        Literal["rate", "count"],
        Field(description="What is divided into classes: the rate, or the expected count."),
    ] = "rate"
    per: Annotated[
        float,
        Field(gt=0, le=1e9, allow_inf_nan=False, description="Rates are per this many."),
    ] = 1000.0
    scheme: Annotated[
        Literal[
            "quantiles",
            "equal-intervals",
            "natural-breaks",
            "head-tail",
            "standard-deviation",
            "pretty",
        ],
        Field(description="How values of all years together are divided into classes."),
    ] = "quantiles"
    classes: Annotated[int, Field(ge=2, le=12, description="Number of classes.")] = 5
    digits: LegendDigits = 3
    seed: Annotated[int, Field(ge=0, le=2**32 - 1, description="Seed of the draws.")] = 1

    @field_validator("comparable")
    @classmethod
    def _codes_once(cls, codes: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(sorted(set(codes)))

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if self.comparable and self.scenario != "comparable":
            raise ValueError("comparable is given with scenario=comparable, and only then")
        return self


class ForecastTileJsonQuery(ForecastQuery):
    """Query of the TileJSON of a forecast's vector tiles: its areas at the horizon."""

    by: Annotated[
        Literal["area"], Field(description="Tiles show areas; districts are areas of a layer.")
    ] = "area"
    years: Annotated[Literal["horizon"], Field(description="Tiles show the horizon.")] = "horizon"
    crs: WebMercatorOnly = None


class ForecastTileQuery(ForecastTileJsonQuery, VersionQuery):
    """Query of a forecast's vector tiles."""
