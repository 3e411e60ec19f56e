"""Columns of the tables of point patterns."""

from typing import Final

from service.model.rows import COUNT, LOCATED, METHOD_UNIT, NOTHING, Discloses, Row, column

_OF_COUNT: Final = Discloses.of("count")
_OF_LOCATED: Final = Discloses.of(LOCATED)


class CentreRow(Row):
    """Where the incidents of a step centre, oldest first."""

    step: str = column("Key of the step, or the whole period.", NOTHING)
    first_day: str = column("First day of the step, ISO.", NOTHING)
    days: int = column("Days of the step that the data cover.", NOTHING, "days")
    count: int | None = column(
        "Incidents located in the area; null where the data cover none of the step.",
        COUNT,
        "incidents",
    )
    easting_m: float | None = column(
        "Easting of the mean centre; null without an incident.", _OF_COUNT, "m"
    )
    northing_m: float | None = column("Northing of the mean centre.", _OF_COUNT, "m")
    median_easting_m: float | None = column(
        "Easting of the median centre, from which the sum of distances is least.", _OF_COUNT, "m"
    )
    median_northing_m: float | None = column("Northing of the median centre.", _OF_COUNT, "m")
    standard_distance_m: float | None = column(
        "Root of the mean squared distance from the mean centre.", _OF_COUNT, "m"
    )
    major_m: float | None = column(
        "Longer semi-axis of the standard deviational ellipse; null with fewer than three "
        "incidents.",
        _OF_COUNT,
        "m",
    )
    minor_m: float | None = column("Its shorter semi-axis.", _OF_COUNT, "m")
    bearing_deg: float | None = column(
        "Direction of the longer axis, clockwise from north.", _OF_COUNT, "degrees"
    )
    moved_m: float | None = column(
        "Distance from the mean centre of the step with incidents before; null for the first.",
        _OF_LOCATED,
        "m",
    )
    moved_lower_m: float | None = column(
        "Lower end of its 95 % interval; 0 where the move may be chance.", _OF_LOCATED, "m"
    )
    moved_upper_m: float | None = column("Upper end of its 95 % interval.", _OF_LOCATED, "m")
    moved_bearing_deg: float | None = column(
        "Direction of the move, clockwise from north.", _OF_LOCATED, "degrees"
    )
    p_value: float | None = column(
        "P of a move as large if the incidents of both steps fell alike; null with fewer than "
        "three in one.",
        _OF_LOCATED,
    )
    q_value: float | None = column(
        "The same, controlled over all moves (Benjamini and Hochberg).", _OF_LOCATED
    )


class PatternRow(Row):
    """A function of the distances of incidents at one distance, nearest first."""

    distance_m: float = column("The distance.", NOTHING, "m")
    observed: float | None = column(
        "The function of the incidents; null with fewer than two, or where no place is as far "
        "from the edge.",
        _OF_LOCATED,
        METHOD_UNIT,
    )
    theoretical: float | None = column(
        "Its value for points that fall evenly and independently.", _OF_LOCATED, METHOD_UNIT
    )
    expected: float | None = column(
        "Its mean over the patterns of chance; null where nothing is tested.",
        _OF_LOCATED,
        METHOD_UNIT,
    )
    lower: float | None = column(
        "Lower bound of the global envelope, which holds 95 % of whole curves of chance.",
        _OF_LOCATED,
        METHOD_UNIT,
    )
    upper: float | None = column("Its upper bound.", _OF_LOCATED, METHOD_UNIT)
    position: str = column(
        "Whether the function is above, below or inside the envelope, or not tested.", _OF_LOCATED
    )
