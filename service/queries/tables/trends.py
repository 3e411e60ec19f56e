"""Query of a trend."""

import math
from typing import Annotated, Final, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from service.model.queries import MAX_WITHIN, HarmQuery, Text, one_or_many
from service.queries.tables.crosstabs import AxisName

MAX_AREAS: Final = 50
Years = Literal[
    "year", "financial-year", "year-ending:1", "year-ending:2", "year-ending:3", "year-ending:4",
    "year-ending:5", "year-ending:6", "year-ending:7", "year-ending:8", "year-ending:9",
    "year-ending:10", "year-ending:11", "year-ending:12",
]  # fmt: skip
Step = Literal["week", "month", "quarter", Years]
Mean = Literal["rolling", "quarter", Years]
Part = Literal["omit", "marked", "projected"]
Include = Literal["share", "last-year", "season", "line"]
BY: Final = ("category", "subcategory", "marker", "age", "attribute", "layer")
_BY_FORMS: Final = (
    "category, subcategory, marker, age, age:0-17,18-, attribute:sex or layer:lsoa21"
)
_SHORT: Final = ("week", "month", "quarter")
_DEFAULT_PER: Final = 1000.0
_LARGEST_PER: Final = 1e9


def checked_by(text: str) -> str:
    """What series are by, in its canonical spelling; ValueError says what is allowed."""
    try:
        name = AxisName.from_text(text)
    except ValueError as error:
        if text.startswith("age"):
            raise
        raise ValueError(f"must be one of {_BY_FORMS}, got {text!r}") from error
    if name.kind not in BY:
        raise ValueError(f"must be one of {_BY_FORMS}, got {text!r}")
    return str(name)


def checked_per(value: object) -> object:
    """A unit of time, or a number of the denominator; ValueError says what is allowed."""
    if value in ("day", "year"):
        return value
    try:
        number = float(str(value))
    except ValueError:
        number = math.nan
    if not 0.0 < number <= _LARGEST_PER:
        raise ValueError(
            f"must be day or year or, with a denominator, a number above 0, got {value!r}"
        )
    return number


class TrendQuery(HarmQuery):
    """Query of a trend: incidents step by step, of one area or of several series."""

    step: Annotated[
        Step,
        Field(
            description="Length of a step. A week is that of ISO, from Monday; year-ending:11 are "
            "years to November. Steps that from or to cut are left out; see part_steps."
        ),
    ] = "month"
    measure: Annotated[
        Literal["count", "weighted", "harm"],
        Field(
            description="What rates are of: incidents, the sum of their weights, or that of their "
            "days of harm by a harm index."
        ),
    ] = "count"
    per: Annotated[
        Literal["day", "year"] | float,
        BeforeValidator(checked_per),
        Field(
            description="Rates are per day or per year of 365.25 days; with a denominator per so "
            "many of it and year (1000 where not given)."
        ),
    ] = "day"
    interval: Annotated[
        Literal["exact", "byar"], Field(description="Poisson interval of the rates.")
    ] = "exact"
    by: Annotated[
        Annotated[Text, AfterValidator(checked_by)] | None,
        Field(description=f"A series for each value of {_BY_FORMS}.", examples=["category"]),
    ] = None
    area: Annotated[
        tuple[Annotated[str, Field(min_length=1, max_length=MAX_WITHIN)], ...],
        BeforeValidator(one_or_many),
        Field(
            max_length=MAX_AREAS,
            description="A series for each of these areas, circles or polygons, written as in "
            "within, or everywhere: all records, located or not. Repeat the parameter.",
            examples=["district:E07000011"],
        ),
    ] = ()
    series: Annotated[
        tuple[Text, ...],
        BeforeValidator(one_or_many),
        Field(
            max_length=MAX_AREAS,
            description="Only these series, by their keys; shares and comparisons are still of "
            "all. Repeat the parameter.",
        ),
    ] = ()
    compare: Annotated[
        tuple[Literal["total", "mean"], ...],
        BeforeValidator(one_or_many),
        Field(description="Also the total of all series, or their mean."),
    ] = ()
    part_steps: Annotated[
        Part,
        Field(
            description="Steps that the period cuts: left out, marked with their days, or also "
            "projected to their whole length, with an interval."
        ),
    ] = "omit"
    mean: Annotated[
        Mean | None,
        Field(
            description="The mean of the steps of each quarter or year, or of the year that ends "
            "with each step (rolling)."
        ),
    ] = None
    to_date: Annotated[
        Years | None,
        Field(
            description="The year so far, with the same part of the year before and the change; "
            "which years."
        ),
    ] = None
    include: Annotated[
        tuple[Include, ...],
        BeforeValidator(one_or_many),
        Field(
            description="share: of all series, per cent; last-year: the same step a year before, "
            "and the change; season: the season and rates without it, where there are three whole "
            "years; line: a line of trend with its interval. Repeat the parameter."
        ),
    ] = ()
    denominator: Annotated[
        Text | None,
        Field(
            description="A measure loaded for the layer of the areas, such as residents: rates "
            "are over it. Write measure:period for one period."
        ),
    ] = None
    interpolate: Annotated[
        bool,
        Field(
            description="Interpolate the denominator between its periods to the middle of each "
            "step, where they are years and none is named; otherwise the latest holds throughout."
        ),
    ] = True

    @property
    def rate_per(self) -> float:
        """So many of the denominator that rates are per."""
        return self.per if isinstance(self.per, float) else _DEFAULT_PER

    @model_validator(mode="after")
    def _of_series(self) -> Self:
        if self.area and self.within is not None:
            raise ValueError("give either within, for one area, or area, for a series of each")
        if self.area and (self.by or "").startswith("layer:"):
            raise ValueError(f"by={self.by} names the areas already: leave area out")
        for name, value in (("series", self.series), ("compare", self.compare)):
            if value and self.by is None:
                raise ValueError(f"{name} needs by=, which says what the series are of")
        if "share" in self.include and self.by is None:
            raise ValueError("include=share needs by=, which says what the shares are of")
        return self

    @model_validator(mode="after")
    def _of_denominators(self) -> Self:
        if self.denominator is None and isinstance(self.per, float):
            raise ValueError(f"per={self.per:g} needs a denominator; without one: day or year")
        is_given = "per" in self.model_fields_set and isinstance(self.per, str)
        if self.denominator is not None and is_given:
            raise ValueError(
                f"with a denominator per is a number of it, such as 1000, got {self.per!r}"
            )
        return self

    @model_validator(mode="after")
    def _of_steps(self) -> Self:
        for name, value in (("mean", self.mean), ("to_date", self.to_date)):
            if value is None:
                continue
            if self.step not in _SHORT or value == self.step:
                raise ValueError(f"{name}={value} needs a shorter step than {self.step}")
            month = int(value.partition(":")[2] or 12)
            if self.step == "quarter" and month % 3:
                raise ValueError(f"{name}={value} cuts the quarters; take step=month")
        if self.step == "week" and self.to_date not in (None, "year"):
            raise ValueError("of weeks to_date is year: the year of ISO, of whole weeks")
        if "season" in self.include and self.step not in ("month", "quarter"):
            raise ValueError(f"include=season needs step=month or quarter, got {self.step}")
        if self.part_steps == "projected" and self.measure != "count":
            raise ValueError(f"part_steps=projected is of counts, not of measure={self.measure}")
        return self
