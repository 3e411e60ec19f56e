"""Columns of trends."""

from typing import Final

from service.model.rows import COUNT, METHOD_UNIT, NOTHING, Discloses, Row, column

_OF_COUNT: Final = Discloses.of("count")
_AREA: Final = "with area"
_BY: Final = "with by"
_STEP: Final = "with step=week, financial-year or year-ending"
_PART: Final = "with part_steps=marked or part_steps=projected"
_WEIGHTED: Final = "with measure=weighted or measure=harm"
_COMPARE: Final = "with compare"
_DENOMINATOR: Final = "with a denominator"
_SHARES_DIFFER: Final = "where the share of records located differs by more than chance"
_SHARE: Final = "with include=share"
_MEAN: Final = "with mean"
_LAST_YEAR: Final = "with include=last-year"
_TO_DATE: Final = "with to_date"
_SEASON: Final = "with include=season"
_LINE: Final = "with include=line"
_PROJECTED: Final = "with part_steps=projected"
_EVENTS: Final = "where events apply"


class TrendRow(Row):
    """A step of a series and its incidents; series by series, the oldest step first."""

    area: str = column("The area of the series, as it is written.", NOTHING, only=_AREA)
    area_name: str = column("Name of the area.", NOTHING, only=_AREA)
    series: str = column(
        "Key of the series: a value of what they are by, such as an area's code; total; mean.",
        NOTHING,
        only=_BY,
    )
    series_name: str = column("Name of the series.", NOTHING, only=_BY)
    month: str = column("First month of the step, ISO.", NOTHING)
    step: str = column("Key of the step: 2024-W05, 2023-24 or 2024-11.", NOTHING, only=_STEP)
    first_day: str = column("First day of the step, ISO.", NOTHING, only=_STEP)
    days: int = column("Days of the step that the data cover.", NOTHING, "days")
    length: int = column("All days of the step.", NOTHING, "days", only=_PART)
    is_part: bool = column("Whether only some of its days are covered.", NOTHING, only=_PART)
    count: int | None = column(
        "Incidents in the step; null where the data cover none of it.", COUNT, "incidents"
    )
    weighted: float | None = column(
        "Sum of their weights, which the rate is of.", _OF_COUNT, only=_WEIGHTED
    )
    value: float | None = column(
        "The count, or the sum of weights; of the mean, per series.", _OF_COUNT, only=_COMPARE
    )
    denominator: float | None = column(
        "What the rate is over at that time; null where it is not known.",
        NOTHING,
        only=_DENOMINATOR,
    )
    rate: float | None = column(
        "Incidents per day or year, as `per` asks, or per so many of the denominator and year; of "
        "the mean, per series. Null where there is no data.",
        _OF_COUNT,
        METHOD_UNIT,
    )
    lower: float | None = column("Lower end of the rate's 95 % interval.", _OF_COUNT, METHOD_UNIT)
    upper: float | None = column("Upper end of the rate's 95 % interval.", _OF_COUNT, METHOD_UNIT)
    rate_shared_out: float | None = column(
        "The rate with the records that are not located shared out in proportion to those that "
        "are.",
        _OF_COUNT,
        METHOD_UNIT,
        only=_SHARES_DIFFER,
        is_stated=False,
    )
    lower_shared_out: float | None = column(
        "Lower end of its 95 % interval.",
        _OF_COUNT,
        METHOD_UNIT,
        only=_SHARES_DIFFER,
        is_stated=False,
    )
    upper_shared_out: float | None = column(
        "Upper end of its 95 % interval.",
        _OF_COUNT,
        METHOD_UNIT,
        only=_SHARES_DIFFER,
        is_stated=False,
    )
    share: float | None = column(
        "Per cent of the incidents of all series in the step, each counted once.",
        _OF_COUNT,
        "%",
        only=_SHARE,
    )
    share_lower: float | None = column(
        "Lower end of the share's 95 % interval.", _OF_COUNT, "%", only=_SHARE
    )
    share_upper: float | None = column(
        "Upper end of the share's 95 % interval.", _OF_COUNT, "%", only=_SHARE
    )
    mean: float | None = column(
        "Mean of the steps of its quarter or year, or of the year that ends with it.",
        _OF_COUNT,
        only=_MEAN,
    )
    mean_steps: int = column("Steps with data that the mean is of.", NOTHING, only=_MEAN)
    last_year: float | None = column(
        "The same step a year before; null where one of the two is not covered as a whole.",
        _OF_COUNT,
        only=_LAST_YEAR,
    )
    change: float | None = column("The change since then.", _OF_COUNT, only=_LAST_YEAR)
    change_percent: float | None = column(
        "The same in per cent; null from zero.", _OF_COUNT, "%", only=_LAST_YEAR
    )
    to_date: float | None = column(
        "The year so far, up to and with the step; null where some of it is not covered.",
        _OF_COUNT,
        only=_TO_DATE,
    )
    to_date_last_year: float | None = column(
        "The same part of the year before.", _OF_COUNT, only=_TO_DATE
    )
    to_date_change: float | None = column("The change since then.", _OF_COUNT, only=_TO_DATE)
    to_date_change_percent: float | None = column(
        "The same in per cent; null from zero.", _OF_COUNT, "%", only=_TO_DATE
    )
    season: float | None = column(
        "How many times the rate of its year the month or quarter usually has; null without three "
        "whole years.",
        _OF_COUNT,
        only=_SEASON,
    )
    rate_adjusted: float | None = column(
        "The rate without the season.", _OF_COUNT, METHOD_UNIT, only=_SEASON
    )
    line: float | None = column(
        "The rate along the line of trend.", _OF_COUNT, METHOD_UNIT, only=_LINE
    )
    line_lower: float | None = column(
        "Lower end of the line's 95 % interval.", _OF_COUNT, METHOD_UNIT, only=_LINE
    )
    line_upper: float | None = column(
        "Upper end of the line's 95 % interval.", _OF_COUNT, METHOD_UNIT, only=_LINE
    )
    line_change: float | None = column("Change per year along it.", _OF_COUNT, "%", only=_LINE)
    line_change_lower: float | None = column(
        "Lower end of that change's 95 % interval.", _OF_COUNT, "%", only=_LINE
    )
    line_change_upper: float | None = column(
        "Upper end of that change's 95 % interval.", _OF_COUNT, "%", only=_LINE
    )
    projected: float | None = column(
        "What the step comes to when it is over, at the rate of its days covered; of a step that "
        "is covered the count itself.",
        _OF_COUNT,
        "incidents",
        only=_PROJECTED,
    )
    projected_lower: float | None = column(
        "Lower end of its 95 % prediction interval.", _OF_COUNT, "incidents", only=_PROJECTED
    )
    projected_upper: float | None = column(
        "Upper end of its 95 % prediction interval.", _OF_COUNT, "incidents", only=_PROJECTED
    )
    events: str = column(
        "Events of the step, with semicolons between.", NOTHING, only=_EVENTS, is_stated=False
    )
