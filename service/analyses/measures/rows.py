"""Columns of the tables of measures: none of them is of incidents."""

from typing import Final

from service.model.rows import COUNT, METHOD_UNIT, NOTHING, AreaRow, Discloses, Row, column

_AREA: Final = "with by=area"
_LARGER: Final = "with by=area and larger_layer"
_BASELINE: Final = "with by=area and a baseline"
_MOVE: Final = "with by=move, and with by=area and a baseline"
_AREA_OR_LAYER: Final = "with by=area or by=layer"
_AREA_OR_DECILE: Final = "with by=area or by=decile"
_NUMBERS: Final = "with by=decile, by=move or by=layer"
_LAYER: Final = "with by=layer"
_OF_COUNT: Final = Discloses.of("count")
_RATES: Final = "with a denominator"


class DeprivationRow(Row):
    """The deprivation of an area in a domain, or how many areas are deprived how far."""

    domain: str = column("Domain, such as income.", NOTHING)
    code: str = column("Code of the area, or of the larger area.", NOTHING, only=_AREA_OR_LAYER)
    name: str | None = column("Its name.", NOTHING, only=_AREA_OR_LAYER)
    larger_code: str | None = column(
        "Code of the larger area; null where it is in none, or not in one alone.",
        NOTHING,
        only=_LARGER,
    )
    larger_name: str | None = column("Name of the larger area.", NOTHING, only=_LARGER)
    rank: int | None = column(
        "Rank among all areas that were ranked, 1 the most deprived.", NOTHING, only=_AREA
    )
    decile: int | None = column(
        "Tenth of all areas that were ranked, 1 the most deprived; null where it is not known.",
        NOTHING,
        only=_AREA_OR_DECILE,
    )
    baseline_rank: int | None = column("Rank in the earlier edition.", NOTHING, only=_BASELINE)
    baseline_decile: int | None = column("Decile in the earlier edition.", NOTHING, only=_BASELINE)
    move: int | None = column(
        "Deciles moved since the earlier edition: below 0 to more deprived ones, null where that "
        "cannot be compared.",
        NOTHING,
        "deciles",
        only=_MOVE,
    )
    comparison: str = column(
        "Whether the area can be compared with the earlier edition: same area, unchanged between "
        "the vintages, or why not.",
        NOTHING,
        only=_MOVE,
    )
    areas: int = column(
        "Areas; with by=layer those of the larger area whose decile is known.",
        NOTHING,
        "areas",
        only=_NUMBERS,
    )
    most_deprived: int = column("Those in the most deprived share.", NOTHING, "areas", only=_LAYER)
    share: float | None = column(
        "Per cent of the areas of the domain whose decile, or move, is known; with by=layer the "
        "most deprived, per cent of the larger area's.",
        NOTHING,
        "%",
        only=_NUMBERS,
    )


class MeasureRow(AreaRow):
    """A measure of an area and period, or one measure as a share of another."""

    measure: str = column("Name of the measure; of a share, both with a stroke between.", NOTHING)
    period: str = column("Period of the measure.", NOTHING)
    value: float | None = column(
        "Its value, in its own unit; null where there is none, and where a small count, or a "
        "share of one, is not shown.",
        NOTHING,
    )
    unit: str = column("Its unit, as it was imported; % of a share.", NOTHING)
    rank: int | None = column(
        "Rank among the areas of the answer, 1 the highest; equal values share one.", NOTHING
    )
    shown: str | None = column(
        "The value as it may be printed: small counts as <5 (for small=5).",
        NOTHING,
        only="with small",
    )


class MeasureTrendRow(AreaRow):
    """A measure of an area in one period; area by area, the oldest period first."""

    period: str = column("Period of the measure, as it was imported.", NOTHING)
    first_day: str = column("First day of the period, ISO.", NOTHING)
    last_day: str = column("Last day of the period, ISO.", NOTHING)
    value: float | None = column(
        "Its value; null where there is none. Of total and mean null where an area has none.",
        NOTHING,
        METHOD_UNIT,
    )
    change: float | None = column(
        "The change since the first period of the answer.", NOTHING, METHOD_UNIT
    )
    change_percent: float | None = column("The same in per cent; null from zero.", NOTHING, "%")


class IndexRow(Row):
    """A class of a group: its share in an area beside that in the reference."""

    group: str = column("Group of classes, such as household.", NOTHING)
    measure: str = column("Measure of the class.", NOTHING)
    period: str = column("Period of the measure.", NOTHING)
    count: float | None = column(
        "The class in the area, in the unit of the measure; null where no value is known.", NOTHING
    )
    share: float | None = column("Per cent of the group in the area.", NOTHING, "%")
    reference_count: float | None = column("The class in the reference.", NOTHING)
    reference_share: float | None = column("Per cent of the group in the reference.", NOTHING, "%")
    index: float | None = column(
        "Share in the area over that in the reference, times 100: 100 is equal; null where the "
        "reference has none.",
        NOTHING,
    )


class DeprivedIncidentsRow(Row):
    """Incidents of the areas of a decile; of those without one; outside; without a place."""

    domain: str = column("Domain, such as income.", NOTHING)
    decile: str = column(
        "Tenth of all areas that were ranked, 1 the most deprived; or not known, elsewhere in the "
        "layer (with within), outside it, or not located.",
        NOTHING,
    )
    areas: int | None = column("Areas of the query in the decile.", NOTHING, "areas")
    count: int = column("Incidents there.", COUNT, "incidents")
    share: float | None = column("Per cent of all incidents selected.", _OF_COUNT, "%")
    denominator: float | None = column(
        "What the rate is over; null where it is not known of one of the areas.",
        NOTHING,
        only=_RATES,
    )
    rate: float | None = column(
        "Incidents per so many of the denominator and year of 365.25 days covered.",
        _OF_COUNT,
        only=_RATES,
    )
    lower: float | None = column("Lower end of the rate's 95 % interval.", _OF_COUNT, only=_RATES)
    upper: float | None = column("Upper end of the rate's 95 % interval.", _OF_COUNT, only=_RATES)
