"""Queries of a series of counts: its process limits, and its step changes."""

from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from service.model.queries import IncidentQuery, checked_start, one_or_many
from service.queries.tables.trends import Step, TrendQuery


class SeriesQuery(IncidentQuery):
    """Query of the incidents of one area, step by step, as a trend counts them."""

    step: Annotated[
        Step,
        Field(
            description="Length of a step, as of a trend; those that from or to cut are left out."
        ),
    ] = "month"
    per: Annotated[
        Literal["day", "year"], Field(description="Rates are per day or per year of 365.25 days.")
    ] = "day"
    season: Annotated[
        bool,
        Field(
            description="Take the season out of months or quarters first, where there are three "
            "whole years, as a trend with include=season does."
        ),
    ] = False

    @model_validator(mode="after")
    def _of_a_season(self) -> Self:
        if self.season and self.step not in ("month", "quarter"):
            raise ValueError(f"season=true needs step=month or quarter, got {self.step}")
        return self

    def trend(self) -> TrendQuery:
        """The query of the trend that has the series."""
        parameters = self.part(TrendQuery).model_dump(by_alias=True, exclude_none=True)
        return TrendQuery.model_validate(
            {**parameters, "include": ("season",) if self.season else ()}
        )


class ProcessControlQuery(SeriesQuery):
    """Query of a process control chart (XmR)."""

    direction: Annotated[
        Literal["increase", "decrease", "neutral"],
        Field(
            description="What an improvement is; neutral: neither. Without it a special cause is "
            "high or low, and neither concern nor improvement."
        ),
    ] = "neutral"
    target_rate: Annotated[
        float | None,
        Field(
            ge=0,
            le=1e9,
            allow_inf_nan=False,
            description="The rate aimed at, per day or year as `per` says: whether the process "
            "will meet it needs a direction too.",
        ),
    ] = None
    rebase: Annotated[
        tuple[Annotated[str, AfterValidator(checked_start)], ...],
        BeforeValidator(one_or_many),
        Field(
            max_length=50,
            description="Months or days with which limits begin anew, from the step that each is "
            "in; repeat the parameter for several.",
            examples=["2024-04"],
        ),
    ] = ()

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.target_rate is not None and self.direction == "neutral":
            raise ValueError(
                "target_rate needs direction=increase or direction=decrease: which side of the "
                "target is better"
            )
        return self


class StepChangesQuery(SeriesQuery):
    """Query of the step changes of a series."""

    level: Annotated[
        float,
        Field(
            gt=0,
            le=0.5,
            description="Changes are called whose p, which counts the search, is at most this.",
        ),
    ] = 0.05
    orders: Annotated[
        int, Field(ge=99, le=99_999, description="Random orders of the steps behind each p.")
    ] = 1_999
    seed: Annotated[int, Field(ge=0, le=2**32 - 1, description="Seed of these orders.")] = 1
