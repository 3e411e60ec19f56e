"""Query of risk flags: when, where, and how the table is laid out."""

import calendar
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from service.model.incident_filter import Moment
from service.model.queries import MAX_WITHIN, Query, Text, checked_end


class FlagsQuery(Query):
    """Query of the flags of areas by a set of rules."""

    to: Annotated[
        str | None,
        AfterValidator(checked_end),
        Field(
            description="Last month of the periods that the rules give as a number of months, by "
            "default that of the rules, or else the last month that a dataset covers whole.",
            examples=["2019-10"],
        ),
    ] = None
    layer: Annotated[
        Text | None,
        Field(description="Layer of the areas, by default that of the rules."),
    ] = None
    within: Annotated[
        Annotated[str, Field(min_length=1, max_length=MAX_WITHIN)] | None,
        Field(
            description="Only areas within one area, written layer:code, a circle or a polygon; "
            "the highest are then the highest of these. By default as the rules say.",
            examples=["district:E07000012"],
        ),
    ] = None
    periods: Annotated[
        int,
        Field(
            ge=0,
            le=40,
            description="Number of earlier periods of equal length to which the rules are "
            "applied too.",
        ),
    ] = 4
    layout: Annotated[
        Literal["long", "wide"],
        Field(
            description="long: a row for each area and flag; wide: the matrix, a row for each "
            "area and columns for each flag."
        ),
    ] = "long"
    draws: Annotated[
        int,
        Field(
            ge=200,
            le=20_000,
            description="Draws for the probabilities of flags for the highest, and of an index.",
        ),
    ] = 2_000
    seed: Annotated[int, Field(ge=0, le=2**31 - 1, description="Seed of the draws.")] = 0

    @model_validator(mode="after")
    def _ends_a_month(self) -> Self:
        if self.to is not None:
            day = Moment.from_text(self.to, end=True).day
            if day.day != calendar.monthrange(day.year, day.month)[1]:
                raise ValueError(f"to must be a month or its last day, got {self.to}")
        return self
