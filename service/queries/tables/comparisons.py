"""Queries along an axis: the parts of the incidents, and their change between two periods."""

from typing import Annotated, Final, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from service.model.incident_filter import IncidentFilter
from service.model.queries import IncidentQuery, Text, checked_end, checked_start, one_or_many
from service.queries.over_time import TwoPeriodsQuery, check_periods
from service.queries.tables.crosstabs import AxisName, checked_axis

HOUR_BY_WEEKDAY: Final = "hour-by-weekday"
OF_THE_CLOCK: Final = frozenset({"hour", "weekday", HOUR_BY_WEEKDAY})
# Years and their parts are of one period, and cannot be compared with those of another.
OF_ONE_PERIOD: Final = ("year", "financial-year", "year-ending", "quarter", "month")
_ALLOWED: Final = (
    "category, subcategory, marker, age, month-of-year, weekday, hour, attribute:sex, "
    "age:0-17,18-64,65- or layer:lsoa21"
)


def checked_compared_axis(text: str) -> str:
    """An axis whose keys two periods share, in its canonical spelling; ValueError says which."""
    try:
        axis = checked_axis(text)
    except ValueError:
        raise ValueError(f"must be one of {_ALLOWED}, got {text!r}") from None
    if AxisName.from_text(axis).kind in OF_ONE_PERIOD:
        raise ValueError(f"{axis} is of one period only: compare by {_ALLOWED}")
    return axis


class ComparisonQuery(TwoPeriodsQuery):
    """Query of a comparison: incidents of a period and of a baseline period along an axis."""

    by: Annotated[
        Text,
        AfterValidator(checked_compared_axis),
        Field(description=f"What the rows are of: {_ALLOWED}.", examples=["category"]),
    ]


def checked_by(text: str) -> str:
    """An axis, or the matrix of hours and weekdays; ValueError says what is allowed."""
    if text == HOUR_BY_WEEKDAY:
        return text
    try:
        return checked_axis(text)
    except ValueError as error:
        raise ValueError(f"{error}; alone also {HOUR_BY_WEEKDAY}") from None


class BreakdownQuery(IncidentQuery):
    """Query of a breakdown."""

    by: Annotated[
        tuple[Annotated[Text, AfterValidator(checked_by)], ...],
        BeforeValidator(one_or_many),
        Field(
            min_length=1,
            max_length=8,
            description="What the rows are of, as the axes of a cross-table; repeat the parameter "
            "for several breakdowns one below the other. hour-by-weekday alone is a matrix of 24 "
            "hours and 7 days.",
            examples=["attribute:sex"],
        ),
    ] = ("category",)
    timing: Annotated[
        Literal["start", "aoristic"],
        Field(
            description="Of hours and weekdays: an incident counts where it begins, or is shared "
            "out by minutes over the interval in which it may have happened."
        ),
    ] = "start"
    sort: Annotated[
        Literal["axis", "count"],
        Field(description="The order of the rows: of the axis, or by count, highest first."),
    ] = "axis"
    baseline_from: Annotated[
        str | None,
        AfterValidator(checked_start),
        Field(description="First month or day of a period to compare with."),
    ] = None
    baseline_to: Annotated[
        str | None,
        AfterValidator(checked_end),
        Field(description="Last month or day of that period, inclusive."),
    ] = None

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if HOUR_BY_WEEKDAY in self.by and len(self.by) > 1:
            raise ValueError(f"by={HOUR_BY_WEEKDAY} is a table of its own: name it alone")
        if len(set(self.by)) < len(self.by):
            raise ValueError(f"by names an axis twice: {', '.join(self.by)}")
        if self.timing == "aoristic" and not OF_THE_CLOCK.issuperset(self.by):
            raise ValueError(f"timing=aoristic is of by={', '.join(sorted(OF_THE_CLOCK))}")
        if self.timing == "aoristic" and (self.hours or self.weekdays):
            raise ValueError(
                "timing=aoristic shares each incident out over hours and days; hours and weekdays "
                "select by the one at which it begins: leave them out"
            )
        if (self.baseline_from is None) != (self.baseline_to is None):
            raise ValueError(
                "baseline_from and baseline_to are given together, the second the same or after it"
            )
        if self.baseline_from is not None and self.baseline_to is not None:
            self._check_baseline(self.baseline_from, self.baseline_to)
        return self

    def _check_baseline(self, first: str, last: str) -> None:
        """Raise ValueError if a baseline cannot be compared with."""
        check_periods(self, first, last)
        kinds = {AxisName.from_text(text).kind for text in self.by if text != HOUR_BY_WEEKDAY}
        if self.timing == "aoristic" or HOUR_BY_WEEKDAY in self.by:
            raise ValueError(f"a baseline compares counts: not {HOUR_BY_WEEKDAY} nor aoristic")
        alone = sorted(kinds.intersection(OF_ONE_PERIOD))
        if alone:
            raise ValueError(
                f"rows of {', '.join(alone)} are of one period alone: compare by=month-of-year"
            )

    def baseline_filter(self) -> IncidentFilter | None:
        """The filter of the period to compare with; None without one."""
        if self.baseline_from is None or self.baseline_to is None:
            return None
        return check_periods(self, self.baseline_from, self.baseline_to)
