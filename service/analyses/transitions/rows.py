"""Columns of the tables of what became of hotspots."""

from typing import Final

from service.model.rows import (
    COUNT,
    METHOD_UNIT,
    NOTHING,
    RECORDS,
    AreaRow,
    Discloses,
    Row,
    column,
)

_OF_GROUPS: Final = Discloses.of("target", "control", "displacement", "displacement_control")
_OF_ALL: Final = Discloses.of(RECORDS)
_OF_BOTH: Final = Discloses.of("count_before", "count_after")
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


class SimilarityRow(AreaRow):
    """An area and its share of the incidents of two periods, largest gain first."""

    count_before: int = column("Incidents in the baseline period.", COUNT, "incidents")
    count_after: int = column("Incidents in the period.", COUNT, "incidents")
    share_before: float = column(
        "Share of the incidents of the baseline period, 0 to 1.", Discloses.of("count_before")
    )
    share_after: float = column(
        "Share of the incidents of the period.", Discloses.of("count_after")
    )
    lower: float = column(
        "Lower end of the 95 % interval of that share, the period drawn again.",
        Discloses.of("count_after"),
    )
    upper: float = column("Upper end of that interval.", Discloses.of("count_after"))
    direction: str = column(
        "Similar where the share before lies in the interval; larger or smaller where the later "
        "share is.",
        _OF_BOTH,
    )
    p_value: float = column("p of the two shares being one, two-sided.", _OF_BOTH)
    q_value: float = column("p corrected for testing every area.", _OF_BOTH)


class TransitionRow(Row):
    """Moves of areas from class to class in the next step, by the state of their neighbours."""

    context: str = column(
        "State of the area's neighbours at the beginning of the move; any for all of them "
        "together.",
        NOTHING,
    )
    from_class: str = column("Class at the beginning.", NOTHING)
    to_class: str = column("Class in the next step.", NOTHING)
    moves: int = column("Times that an area moved so, or stayed.", _OF_ALL, "area steps")
    moves_from: int = column(
        "Times that an area was in the first class and the next step is known.",
        _OF_ALL,
        "area steps",
    )
    probability: float | None = column(
        "Their share, 0 to 1; null where no area was in the first class.", _OF_ALL
    )
    lower: float | None = column("Lower end of its exact 95 % interval.", _OF_ALL)
    upper: float | None = column("Upper end of its exact 95 % interval.", _OF_ALL)
    stay_steps: float | None = column(
        "Expected length of a stay in the class; of rows whose two classes are one, null where it "
        "was never left.",
        _OF_ALL,
        "steps",
    )
    long_run_share: float | None = column(
        "Share of the areas that are in the second class in the long run, if areas go on moving "
        "so; null where that depends on the beginning.",
        _OF_ALL,
    )
