"""Columns of the tables of what became of hotspots."""

from typing import Final

from service.model.rows import COUNT, METHOD_UNIT, NOTHING, Discloses, Row, column

_OF_GROUPS: Final = Discloses.of("target", "control", "displacement", "displacement_control")
_WITH_DISPLACEMENT: Final = "with displacement and displacement_control"


class DisplacementMonthRow(Row):
    """A month after the intervention: by itself, and all of the period up to its end."""

    month: str = column("Month, ISO.", NOTHING)
    days: float = column(
        "Days of the month in the period that the data cover; of some days of the week, their "
        "weeks.",
        NOTHING,
        "days",
    )
    target: int = column("Incidents in the areas of the intervention.", COUNT, "incidents")
    control: int = column("Incidents in the areas without it.", COUNT, "incidents")
    displacement: int = column(
        "Incidents in the areas it may have displaced incidents to.",
        COUNT,
        "incidents",
        only=_WITH_DISPLACEMENT,
    )
    displacement_control: int = column(
        "Incidents in the control of those areas.", COUNT, "incidents", only=_WITH_DISPLACEMENT
    )
    difference: float = column(
        "The displacement difference of the month by itself, against the baseline's daily rates.",
        _OF_GROUPS,
        METHOD_UNIT,
    )
    lower: float = column("Lower end of its 95 % interval.", _OF_GROUPS, METHOD_UNIT)
    upper: float = column("Upper end of its 95 % interval.", _OF_GROUPS, METHOD_UNIT)
    cumulative_difference: float = column(
        "The displacement difference of the period up to the end of the month.",
        _OF_GROUPS,
        METHOD_UNIT,
    )
    cumulative_lower: float = column("Lower end of its 95 % interval.", _OF_GROUPS, METHOD_UNIT)
    cumulative_upper: float = column("Upper end of its 95 % interval.", _OF_GROUPS, METHOD_UNIT)
    cumulative_p_value: float = column("p of it, two-sided.", _OF_GROUPS)
