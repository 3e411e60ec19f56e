"""Columns of the tables of a series."""

from typing import Final

from service.model.rows import COUNT, METHOD_UNIT, NOTHING, RECORDS, Discloses, Row, column

_OF_COUNT: Final = Discloses.of("count")
_STEP: Final = "with step=week, financial-year or year-ending"
_OF_ALL: Final = Discloses.of(RECORDS)


class ProcessControlRow(Row):
    """A whole step of a series with its process limits, oldest first."""

    month: str = column("First month of the step, ISO.", NOTHING)
    step: str = column("Key of the step: 2024-W05, 2023-24 or 2024-11.", NOTHING, only=_STEP)
    first_day: str = column("First day of the step, ISO.", NOTHING, only=_STEP)
    days: int = column("Days of the step that the data cover.", NOTHING, "days")
    count: int | None = column(
        "Incidents in the step; null where the data cover none of it.", COUNT, "incidents"
    )
    rate: float | None = column(
        "Incidents per day or year, as `per` asks, which the limits are of.",
        _OF_COUNT,
        METHOD_UNIT,
    )
    rate_adjusted: float | None = column(
        "The rate without the season, which the limits are then of.",
        _OF_ALL,
        METHOD_UNIT,
        only="with season=true",
    )
    segment: int = column("Limits are made anew in each segment, counted from 1.", NOTHING)
    moving_range: float | None = column(
        "Distance from the rate of the step before; null after a gap and where a segment begins.",
        _OF_ALL,
        METHOD_UNIT,
    )
    mean: float | None = column("Mean of the rates of the segment.", _OF_ALL, METHOD_UNIT)
    lower: float | None = column(
        "Lower process limit; 0 where it would be below, as no rate can be.", _OF_ALL, METHOD_UNIT
    )
    lower_near: float | None = column(
        "Two thirds of the way from the mean to the lower limit, or 0.", _OF_ALL, METHOD_UNIT
    )
    upper_near: float | None = column(
        "Two thirds of the way from the mean to the upper limit.", _OF_ALL, METHOD_UNIT
    )
    upper: float | None = column("Upper process limit.", _OF_ALL, METHOD_UNIT)
    rules: str = column(
        "The rules that the step meets: outside limits, trend, two in three, shift; empty if "
        "none.",
        _OF_ALL,
    )
    variation: str | None = column(
        "common cause, or concern, improvement or neither with high or low; null where the step "
        "is covered in part or not at all, and is not judged.",
        _OF_ALL,
    )


class StepChangeRow(Row):
    """A level of a series, between two step changes, oldest first."""

    first_day: str = column("First day of the level, ISO.", _OF_ALL)
    last_day: str = column("Its last day, ISO.", _OF_ALL)
    steps: int = column("Steps of the level that are covered in full.", _OF_ALL)
    days: int = column("Days that the data cover of these.", _OF_ALL, "days")
    count: int = column("Incidents in these.", COUNT, "incidents")
    rate: float = column(
        "Incidents per day or year, as `per` asks; without the season with season=true.",
        _OF_COUNT,
        METHOD_UNIT,
    )
    ratio: float | None = column(
        "The rate divided by that of the level before; null for the first level and after a level "
        "without incidents.",
        _OF_ALL,
    )
    p_value: float | None = column(
        "Probability of a change as clear anywhere in the part searched, if none were there.",
        _OF_ALL,
    )
