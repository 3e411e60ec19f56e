"""Columns of the profile of an area."""

from typing import Final

from service.model.rows import COUNT, NOTHING, Discloses, Row, column

_OF_COUNT: Final = Discloses.of("count")
_OF_COMPARISON: Final = Discloses.of("comparison_count")
_OF_BESIDE: Final = Discloses.of("beside_count")
_BESIDE: Final = "with a second area"


class ProfileRow(Row):
    """A number about an area, with that of all areas of the layer, and of a second area."""

    section: str = column(
        "What it is about: area, residents, incidents, rates, harm, placement, trend, "
        "change, hot areas, deprivation, development sites.",
        NOTHING,
    )
    item: str = column("What the number is.", _OF_COUNT)
    unit: str = column("Unit of the number.", NOTHING)
    count: int | None = column(
        "Incidents in the area that the number is computed from; null where it is of none.",
        COUNT,
        "incidents",
    )
    value: float | None = column("The number; null where it is not known.", _OF_COUNT)
    lower: float | None = column("Lower end of its 95 % interval.", _OF_COUNT)
    upper: float | None = column("Upper end of its 95 % interval.", _OF_COUNT)
    comparison_count: int | None = column(
        "Incidents in all areas of the layer that the comparison is computed from.",
        COUNT,
        "incidents",
    )
    comparison: float | None = column(
        "The same number of all areas of the layer together; null where it is of one area alone.",
        _OF_COMPARISON,
    )
    beside_count: int | None = column(
        "Incidents in the second area that its number is computed from.",
        COUNT,
        "incidents",
        only=_BESIDE,
    )
    beside: float | None = column("The same number of the second area.", _OF_BESIDE, only=_BESIDE)
    beside_lower: float | None = column(
        "Lower end of its 95 % interval.", _OF_BESIDE, only=_BESIDE
    )
    beside_upper: float | None = column(
        "Upper end of its 95 % interval.", _OF_BESIDE, only=_BESIDE
    )
    note: str | None = column("What a reader must know of the number.", _OF_COUNT)
