"""Columns of the tables about places for patrols."""

from typing import Final

from service.model.rows import COUNT, NOTHING, RECORDS, AreaRow, Discloses, Row, column

_OF_COUNT: Final = Discloses.of("count")
_OF_ALL: Final = Discloses.of("count", RECORDS)
_OF_RECORDS: Final = Discloses.of(RECORDS)
_HARM: Final = "with rank_by=harm"
_HEXAGONS: Final = "with by=hexagons"
_SEGMENTS: Final = "with by=segments"


class PatrolRow(AreaRow):
    """A place of a list; with halves the first half of the day first."""

    name: str | None = column(
        "Nearest street or place within 250 m of the centre, told apart within the answer.",
        _OF_RECORDS,
    )
    hours: str | None = column("Hours of the list; null for the whole day.", NOTHING)
    rank: int = column("1 for the highest; equal places share a rank.", _OF_COUNT)
    rank_best: int | None = column(
        "The best rank that the data leave open: with 95 % confidence the ranks of all places of "
        "the study area lie within their limits. Null with rank_by=harm.",
        _OF_COUNT,
    )
    rank_worst: int | None = column("The worst rank that the data leave open.", _OF_COUNT)
    count: int = column("Incidents.", COUNT, "incidents")
    share: float = column("Per cent of the incidents in all places.", _OF_ALL, "%")
    cumulative_share: float = column("Share of this place and of all before it.", _OF_ALL, "%")
    per_year: float = column(
        "Incidents per year of 365.25 days covered.", _OF_COUNT, "incidents per year"
    )
    harm: float = column(
        "Sum of the harm of the incidents.", _OF_COUNT, "days of harm", only=_HARM
    )
    share_of_harm: float = column("Per cent of the harm in all places.", _OF_ALL, "%", only=_HARM)
    cumulative_share_of_harm: float = column(
        "Share of harm of this place and of all before it.", _OF_ALL, "%", only=_HARM
    )
    effective_number: float | None = column(
        "Number of incidents of equal harm whose sum would be as uncertain.",
        _OF_COUNT,
        "incidents",
        only=_HARM,
    )
    largest_share: float | None = column(
        "Share of the most harmful single incident in the harm, 0 to 1.", _OF_COUNT, only=_HARM
    )
    hot_quarters: int | None = column(
        "In how many of the quarters looked at it was hot: among so many first places as the list "
        "is long, by what ranks the list. Null without a whole quarter.",
        _OF_COUNT,
    )
    quarters: int = column("How many quarters were looked at.", NOTHING)
    last_hot: str | None = column("The last quarter in which it was hot.", _OF_COUNT)
    area_km2: float = column("Area on the ground.", NOTHING, "km²", only=_HEXAGONS)
    length_m: float = column("Length of the street segment.", NOTHING, "m", only=_SEGMENTS)
    cumulative_share_of_ground: float = column(
        "Area, or length, of this place and of all before it, per cent of the ground or of its "
        "streets.",
        _OF_COUNT,
        "%",
    )
    easting_m: float = column("Easting of the centre, or half way along.", NOTHING, "m")
    northing_m: float = column("Northing of the centre, or half way along.", NOTHING, "m")


class PatrolMapRow(PatrolRow):
    """A place of a list on a map."""

    persistence: str = column("In how many of the quarters it was hot, in words.", _OF_COUNT)


class CaptureRow(Row):
    """A list of a length, and what it captures."""

    places: int = column("Length of the list: the first places by what ranks them.", NOTHING)
    area_km2: float = column("Their area.", _OF_RECORDS, "km²", only=_HEXAGONS)
    length_km: float = column("Their length.", _OF_RECORDS, "km", only=_SEGMENTS)
    share_of_ground: float = column(
        "Their area, or length, per cent of the ground or of its streets.", _OF_RECORDS, "%"
    )
    count: float = column("Incidents in them.", COUNT, "incidents")
    share: float | None = column("Per cent of the incidents in all places.", _OF_ALL, "%")
    expected_share: float | None = column(
        "Per cent that such a list captures of incidents that did not make it: the mean over ten "
        "parts, each held against the list of the other nine.",
        _OF_ALL,
        "%",
    )
    lower: float | None = column("Lower end of its 95 % interval.", _OF_ALL, "%")
    upper: float | None = column("Upper end of its 95 % interval.", _OF_ALL, "%")
    harm: float = column("Sum of the harm.", _OF_COUNT, "days of harm", only=_HARM)
    share_of_harm: float | None = column(
        "Per cent of the harm in all places.", _OF_ALL, "%", only=_HARM
    )
    expected_share_of_harm: float | None = column(
        "Of the harm, as expected_share.", _OF_ALL, "%", only=_HARM
    )
    harm_lower: float | None = column("Lower end of its 95 % interval.", _OF_ALL, "%", only=_HARM)
    harm_upper: float | None = column("Upper end of its 95 % interval.", _OF_ALL, "%", only=_HARM)


class PatrolForecastRow(Row):
    """A way to make a list, and how it fared in the periods that it was not made of."""

    ranking: str = column(
        "forecast: the candidate that was best before the test; then the candidates; the ranking "
        "of the last period alone; and the same ground chosen at random.",
        NOTHING,
    )
    candidate: str | None = column(
        "The candidate that the forecast took in the last test.", _OF_RECORDS
    )
    tests: int = column("Periods that it was judged in.", NOTHING)
    places: int = column("Length of the list.", NOTHING)
    share_of_ground: float = column(
        "Area, or length, of the list, per cent of the ground or of its streets.",
        _OF_RECORDS,
        "%",
    )
    count: float = column(
        "Incidents of the periods in the places listed before them; of places that share the end "
        "of a list, their part of it.",
        COUNT,
        "incidents",
    )
    hit_rate: float | None = column(
        "Per cent of the incidents, or of the harm with rank_by=harm, that the list caught.",
        _OF_ALL,
        "%",
    )
    lower: float | None = column("Lower end of its 95 % interval.", _OF_ALL, "%")
    upper: float | None = column("Upper end of its 95 % interval.", _OF_ALL, "%")
    pai: float | None = column(
        "Prediction accuracy index: the hit rate over the share of ground.", _OF_ALL
    )
    pai_lower: float | None = column("Lower end of its 95 % interval.", _OF_ALL)
    pai_upper: float | None = column("Upper end of its 95 % interval.", _OF_ALL)
    pei: float | None = column(
        "Prediction efficiency index: the hit rate over the best that the same ground could "
        "have reached.",
        _OF_ALL,
    )
    pei_lower: float | None = column(
        "Lower end of its 95 % interval, the best taken as it was.", _OF_ALL
    )
    pei_upper: float | None = column("Upper end of its 95 % interval, likewise.", _OF_ALL)
    above_last: float | None = column(
        "Hit rate less that of the ranking of the last period alone, percentage points.",
        _OF_ALL,
        "percentage points",
    )
    above_last_lower: float | None = column(
        "Lower end of its 95 % interval.", _OF_ALL, "percentage points"
    )
    above_last_upper: float | None = column(
        "Upper end of its 95 % interval.", _OF_ALL, "percentage points"
    )
