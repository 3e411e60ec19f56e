"""Columns of a harm table."""

from typing import Final

from service.model.rows import COUNT, NOTHING, Discloses, Row, column

_OF_COUNT: Final = Discloses.of("count")
_COLUMNS: Final = "with columns"
_RATES: Final = "with a denominator"
_OFFENCES: Final = "with rows=offence"
_CHANGES: Final = "with columns of the calendar"


class HarmRow(Row):
    """What is of one kind, such as an offence, most harm first; behind it the totals."""

    row: str = column("Key of the row, such as an offence or an area's code.", NOTHING)
    row_name: str = column("Name of the row.", NOTHING)
    offence_group: str | None = column(
        "Group of the offence in the harm index; null where it has none.", NOTHING, only=_OFFENCES
    )
    column_: str = column("Key of the column.", NOTHING, only=_COLUMNS)
    column_name: str = column("Name of the column.", NOTHING, only=_COLUMNS)
    days: float = column("Days that the data cover.", NOTHING, "days")
    count: int | None = column(
        "Incidents, of known harm or not; null where the data cover no day.", COUNT, "incidents"
    )
    share_of_count: float | None = column("Per cent of the incidents.", _OF_COUNT, "%")
    rank_by_count: int | None = column(
        "1 for most incidents; equal rows share a rank, and totals have none.", _OF_COUNT
    )
    harm_not_known: int = column(
        "Incidents among them that the harm index does not have: no harm is of them.",
        COUNT,
        "incidents",
    )
    harm_each: float | None = column(
        "Harm per incident of known harm: for an offence, what the index says.",
        _OF_COUNT,
        "days of harm",
    )
    harm: float | None = column(
        "Sum of the harm of the incidents; null where of none of them it is known.",
        _OF_COUNT,
        "days of harm",
    )
    share_of_harm: float | None = column("Per cent of the harm.", _OF_COUNT, "%")
    rank_by_harm: int | None = column("1 for most harm.", _OF_COUNT)
    effective_number: float | None = column(
        "Number of incidents of equal harm whose sum would be as uncertain: few, where few "
        "serious events make the harm.",
        _OF_COUNT,
        "incidents",
    )
    largest_share: float | None = column(
        "Share of the most harmful single incident in the harm, 0 to 1.", _OF_COUNT
    )
    denominator: float | None = column(
        "What rates are over; null where it is not known.", NOTHING, only=_RATES
    )
    rate: float | None = column(
        "Incidents per so many of the denominator and year; the method states the unit.",
        _OF_COUNT,
        only=_RATES,
    )
    lower: float | None = column("Lower end of the rate's 95 % interval.", _OF_COUNT, only=_RATES)
    upper: float | None = column("Upper end of the rate's 95 % interval.", _OF_COUNT, only=_RATES)
    rank_by_rate: int | None = column("1 for the highest rate.", _OF_COUNT, only=_RATES)
    harm_rate: float | None = column(
        "Days of harm per so many of the denominator and year.", _OF_COUNT, only=_RATES
    )
    harm_rate_lower: float | None = column(
        "Lower end of its 95 % interval.", _OF_COUNT, only=_RATES
    )
    harm_rate_upper: float | None = column(
        "Upper end of its 95 % interval.", _OF_COUNT, only=_RATES
    )
    rank_by_harm_rate: int | None = column(
        "1 for the highest rate of harm.", _OF_COUNT, only=_RATES
    )
    change: float | None = column(
        "Change of the incidents per day covered, from the first column with data.",
        _OF_COUNT,
        "%",
        only=_CHANGES,
    )
    change_q: float | None = column(
        "p of one rate in both (E-test), two-sided, corrected for all changes of the table.",
        _OF_COUNT,
        only=_CHANGES,
    )
    harm_change: float | None = column(
        "The same change of the harm per day covered.", _OF_COUNT, "%", only=_CHANGES
    )
    harm_change_q: float | None = column(
        "p of one rate of harm in both (Fay 1999), likewise.", _OF_COUNT, only=_CHANGES
    )
