"""Columns of the table of what is near places."""

from typing import Final

from service.model.rows import COUNT, NOTHING, Discloses, Row, column

_OF_COUNT: Final = Discloses.of("count")
_BY_SET: Final = "by=set"
_BY_PLACE: Final = "by=place"
_PER_DENOMINATOR: Final = "with a denominator"


class NearRow(Row):
    """Incidents within a distance of a place, or of any place of a set."""

    distance_m: float = column("The distance.", NOTHING, "m")
    places: int = column(
        "Places of the set with ground of the area within the distance.",
        NOTHING,
        "places",
        only=_BY_SET,
        is_stated=False,
    )
    place: int = column(
        "Number of the place, in the order of its file, from 1.",
        NOTHING,
        only=_BY_PLACE,
        is_stated=False,
    )
    name: str | None = column("Name of the place.", NOTHING, only=_BY_PLACE)
    kind: str | None = column("Kind of the place.", NOTHING, only=_BY_PLACE)
    easting_m: float = column("Easting of the place.", NOTHING, "m", only=_BY_PLACE)
    northing_m: float = column("Northing of the place.", NOTHING, "m", only=_BY_PLACE)
    ground_km2: float = column(
        "Ground of the area within the distance, where circles overlap counted once.",
        NOTHING,
        "km^2",
    )
    ground_share: float = column("Share of the area's ground, 0 to 1.", NOTHING)
    denominator: float | None = column(
        "The measure within the distance, spread evenly over the ground of each area.",
        NOTHING,
        only=_PER_DENOMINATOR,
        is_stated=False,
    )
    denominator_share: float | None = column(
        "Its share of the whole area's, 0 to 1.", NOTHING, only=_PER_DENOMINATOR, is_stated=False
    )
    count: int = column("Incidents within the distance.", COUNT, "incidents")
    share: float | None = column(
        "Share of the incidents of the area, 0 to 1; null where there are none.", _OF_COUNT
    )
    expected: float | None = column("Incidents expected at the rate named.", _OF_COUNT)
    ratio: float | None = column("Incidents for each expected; null where none is.", _OF_COUNT)
    lower: float | None = column("Lower end of its 95 % interval.", _OF_COUNT)
    upper: float | None = column("Upper end of its 95 % interval.", _OF_COUNT)
    p_value: float | None = column(
        "P of a number as far from the expected one, if each incident fell by itself.", _OF_COUNT
    )
    q_value: float | None = column(
        "The same, controlled over all places within one distance (Benjamini and Hochberg).",
        _OF_COUNT,
        only=_BY_PLACE,
    )
