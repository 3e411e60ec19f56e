"""Columns of the tables of an assessment."""

from collections.abc import Sequence
from typing import Final

from service.model.rows import COUNT, METHOD_UNIT, NOTHING, RECORDS, Discloses, Row, column

_OF_COUNT: Final = Discloses.of("count")
_OF_RECORDS: Final = Discloses.of(RECORDS)
_RATES: Final = "with a denominator"
_ALL: Final = "with compare=all"
_MEAN: Final = "with compare=mean"
_EVENTS: Final = "with events in the period"
_PROJECTED: Final = "with part_steps=projected"
_BESIDE: Final = "with beside_dataset"
_BESIDE_RATES: Final = "with beside_dataset and a denominator"


class CrosstabRow(Row):
    """A cell of a cross-table; its rows in their order, and within each its columns."""

    row: str = column("Key of the row, such as an area's code or a month.", NOTHING)
    row_name: str = column("Name of the row.", NOTHING)
    column_: str = column("Key of the column.", NOTHING)
    column_name: str = column("Name of the column.", NOTHING)
    days: float = column(
        "Days that the data cover of the cell; where only some days of the week are selected, "
        "their weeks.",
        NOTHING,
        "days",
    )
    count: int | None = column(
        "Incidents; null where the data cover none of the cell's days.", COUNT, "incidents"
    )
    share_of_row: float | None = column("Per cent of the incidents of the row.", _OF_COUNT, "%")
    share_of_column: float | None = column(
        "Per cent of the incidents of the column.", _OF_COUNT, "%"
    )
    share_of_table: float | None = column("Per cent of all incidents selected.", _OF_COUNT, "%")
    per_month: float | None = column(
        "Incidents per month of 30.4375 days covered.", _OF_COUNT, "incidents per month"
    )
    denominator: float | None = column(
        "What the rate is over; null where it is not known.", NOTHING, only=_RATES
    )
    rate: float | None = column(
        "Incidents per so many of the denominator and year of 365.25 days covered.",
        _OF_COUNT,
        METHOD_UNIT,
        only=_RATES,
    )
    lower: float | None = column(
        "Lower end of the rate's 95 % interval.", _OF_COUNT, METHOD_UNIT, only=_RATES
    )
    upper: float | None = column(
        "Upper end of the rate's 95 % interval.", _OF_COUNT, METHOD_UNIT, only=_RATES
    )
    part: bool = column("Whether the data cover a part of the calendar step only.", NOTHING)
    events: str | None = column(
        "Events of the calendar step, breaks marked as such.", NOTHING, only=_EVENTS
    )
    mean: float | None = column(
        "Mean number of incidents of the areas; null but in the row of the mean.",
        _OF_RECORDS,
        "incidents",
        only=_MEAN,
    )
    share_of_all: float | None = column(
        "Per cent of the incidents of all areas.", _OF_RECORDS, "%", only=_ALL
    )
    projected: float | None = column(
        "Incidents of the whole step, where the data cover a part of it.",
        _OF_COUNT,
        "incidents",
        only=_PROJECTED,
    )
    projected_lower: float | None = column(
        "Lower end of its 95 % predictive interval.", _OF_COUNT, "incidents", only=_PROJECTED
    )
    projected_upper: float | None = column(
        "Upper end of its 95 % predictive interval.", _OF_COUNT, "incidents", only=_PROJECTED
    )
    beside_days: float | None = column(
        "Days that the dataset beside covers of the cell.", NOTHING, "days", only=_BESIDE
    )
    beside_count: int | None = column(
        "Incidents of the dataset beside.", COUNT, "incidents", only=_BESIDE
    )
    beside_rate: float | None = column(
        "Their rate.", Discloses.of("beside_count"), METHOD_UNIT, only=_BESIDE_RATES
    )
    beside_lower: float | None = column(
        "Lower end of its 95 % interval.",
        Discloses.of("beside_count"),
        METHOD_UNIT,
        only=_BESIDE_RATES,
    )
    beside_upper: float | None = column(
        "Upper end of its 95 % interval.",
        Discloses.of("beside_count"),
        METHOD_UNIT,
        only=_BESIDE_RATES,
    )


def wide_row(
    keys: Sequence[str],
    *,
    is_count: bool,
    unit: str,
    discloses: Discloses | None = None,
    has_total: bool = True,
    is_text: bool = False,
) -> type[Row]:
    """The row model of a cross-table with a column for each of its columns.

    Parameters
    ----------
    keys : sequence of str
        Of the columns.
    is_count : bool
        Whether the cells are counts.
    unit : str
        Of the cells.
    discloses : Discloses or None
        What the cells disclose; None: a count of incidents, or a value of the records.
    has_total : bool
        Whether there is a column of totals.
    is_text : bool
        Whether the cells are texts, such as ``<5``.

    Returns
    -------
    type of Row
        With ``row``, ``row_name``, the keys and, where it has one, ``total``.
    """
    discloses = discloses or (COUNT if is_count else Discloses.of(RECORDS))
    annotations: dict[str, object] = {"row": str, "row_name": str}
    members: dict[str, object] = {
        "row": column("Key of the row.", NOTHING),
        "row_name": column("Name of the row.", NOTHING),
    }
    cell: type = str if is_text else int if is_count else float
    for key in (*keys, *(("total",) if has_total else ())):
        # An underscore at the end of a name is taken off it.
        annotations[f"{key}_"] = cell | None
        members[f"{key}_"] = column(f"What is in {key}.", discloses, unit)
    return type("WideCrosstabRow", (Row,), {**members, "__annotations__": annotations})
