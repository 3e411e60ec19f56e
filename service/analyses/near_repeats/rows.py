"""Columns of the tables of repeats."""

from typing import Final

from service.model.rows import COUNT, LOCATED, NOTHING, RECORDS, Discloses, Row, column

_OF_LOCATED: Final = Discloses.of(LOCATED)
_OF_ALL: Final = Discloses.of(RECORDS)
_OF_COUNT: Final = Discloses.of("count")
_OF_INCIDENTS: Final = Discloses.of("incidents")
_BY_LAYER: Final = "with layer"


class KnoxRow(Row):
    """Pairs of incidents in a band of distance and a band of days."""

    band: str = column("The bands, half-open: from the first number up to the second.", NOTHING)
    from_m: float = column("Distance from which the band is.", NOTHING, "m")
    to_m: float = column(
        "Distance up to which it is, not included; 0 of pairs at the same place.", NOTHING, "m"
    )
    from_days: int = column("Days between the dates from which the band is.", NOTHING, "days")
    to_days: int = column("Days up to which it is, not included.", NOTHING, "days")
    observed: int = column("Pairs of incidents in the band.", _OF_LOCATED, "pairs")
    expected: float = column(
        "Pairs to be expected if times and places had nothing to do with each other.",
        _OF_LOCATED,
        "pairs",
    )
    ratio: float | None = column("Observed by expected; null where none is.", _OF_LOCATED)
    p_value: float = column("P of as many pairs or more in this band by chance.", _OF_LOCATED)
    p_any: float = column(
        "P that chance gives any band of the table as far above its expectation.", _OF_LOCATED
    )


class NearRepeatRow(Row):
    """Incidents of a class: originator, near repeat, or none of them."""

    class_: str = column(
        "near repeat: follows another nearby; originator: is followed and follows none; none: "
        "neither.",
        NOTHING,
    )
    count: int = column("Incidents of the class.", COUNT, "incidents")
    share: float | None = column("The same as a share of all that were looked at.", _OF_COUNT)
    expected: float = column("Mean number by chance.", _OF_LOCATED, "incidents")
    lower: float = column("In 2.5 % of the random orders it is at most this.", _OF_LOCATED)
    upper: float = column("In 2.5 % of them it is at least this.", _OF_LOCATED)
    ratio: float | None = column("Count by expected; null where none is expected.", _OF_COUNT)
    p_value: float = column(
        "P of as many or more by chance; of the class none, as few or fewer.", _OF_LOCATED
    )


class RepeatChainRow(Row):
    """Incidents that are linked one to the other in space and time, the longest chain first."""

    rank: int = column("1 for the longest.", NOTHING)
    name: str | None = column(
        "Nearest street or place within 250 m of their mean centre, told apart within the answer.",
        _OF_INCIDENTS,
    )
    incidents: int = column("Incidents of the chain.", COUNT, "incidents")
    places: int = column("Distinct places of these.", _OF_INCIDENTS, "places")
    first_day: str = column("Date of the first, ISO.", _OF_INCIDENTS)
    last_day: str = column("Date of the last, ISO.", _OF_INCIDENTS)
    days: int = column("From the first date to the last, both included.", _OF_INCIDENTS, "days")
    extent_m: float = column("Largest distance between two of them.", _OF_INCIDENTS, "m")
    p_value: float = column("P that chance gives any chain as long.", _OF_INCIDENTS)
    easting_m: float = column("Easting of their mean centre.", _OF_INCIDENTS, "m")
    northing_m: float = column("Northing of their mean centre.", _OF_INCIDENTS, "m")


class RepeatZoneRow(Row):
    """A circle around a place with a recent incident, the riskiest first."""

    rank: int = column("1 for the first in the list.", NOTHING)
    name: str | None = column(
        "Nearest street or place within 250 m of the place, told apart within the answer.",
        _OF_INCIDENTS,
    )
    incidents: int = column(
        "Incidents at the place within the days that a zone lasts.", COUNT, "incidents"
    )
    last_day: str = column("Date of the latest of them, ISO.", _OF_INCIDENTS)
    days_since: int = column("Days from that date to the day of the list.", _OF_INCIDENTS, "days")
    ratio: float = column(
        "How many times as many incidents followed within this distance, so many days later, as "
        "chance would have.",
        _OF_LOCATED,
    )
    p_value: float = column(
        "P that chance gives any band of days as far above its expectation.", _OF_LOCATED
    )
    expires: str = column("Last date on which the zone is one, ISO.", _OF_INCIDENTS)
    radius_m: float = column("Radius of the circle.", NOTHING, "m")
    easting_m: float = column("Easting of the place.", _OF_INCIDENTS, "m")
    northing_m: float = column("Northing of the place.", _OF_INCIDENTS, "m")


class BurstRow(Row):
    """The largest number of incidents within the window, of all of them or of an area."""

    code: str = column("Code of the area.", NOTHING, only=_BY_LAYER)
    name: str | None = column("Name of the area.", NOTHING, only=_BY_LAYER)
    count: int = column("Incidents of the whole period.", COUNT, "incidents")
    largest: int = column("The largest number within the window.", _OF_COUNT, "incidents")
    first_day: str | None = column(
        "First date of the earliest such window, ISO; null without incidents.", _OF_COUNT
    )
    last_day: str | None = column("Its last date, ISO.", _OF_COUNT)
    usual: float = column(
        "The middle of the largest numbers that chance gives as many incidents.",
        _OF_COUNT,
        "incidents",
    )
    a_lot_from: int = column(
        "The least number within any window whose p is at most the level.", _OF_COUNT, "incidents"
    )
    p_value: float = column("P of a window with as many or more by chance.", _OF_COUNT)
    p_naus: float | None = column(
        "The same by Naus's approximation, for a window that moves continuously; null where the "
        "period has gaps, or is shorter than two windows.",
        _OF_COUNT,
    )
    q_value: float = column(
        "P corrected for the number of areas (Benjamini and Hochberg).", _OF_COUNT, only=_BY_LAYER
    )
