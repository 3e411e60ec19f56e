"""Columns of breakdowns."""

from typing import Final

from service.model.rows import COUNT, NOTHING, RECORDS, Discloses, Row, column

_OF_COUNT: Final = Discloses.of("count")
_OF_BOTH: Final = Discloses.of("count", "baseline_count")
_OF_ALL: Final = Discloses.of("count", RECORDS)
_AORISTIC: Final = "with timing=aoristic"
_BASELINE: Final = "with a baseline period"


class BreakdownRow(Row):
    """A part of the incidents: those of one key of an axis, or those that record none."""

    by: str = column("What the rows are of.", NOTHING)
    key: str = column("Key of the row, such as a category, an hour or an area's code.", NOTHING)
    name: str = column("Name of the row.", NOTHING)
    is_recorded: bool = column("False in the row of what is not recorded or not located.", NOTHING)
    days: float = column("Days that the data cover of the row.", NOTHING, "days")
    count: int | None = column(
        "Incidents; null where the data cover none of the row's days.", COUNT, "incidents"
    )
    aoristic: float | None = column(
        "Incidents shared out by minutes over the interval in which each may have happened.",
        COUNT,
        "incidents",
        only=_AORISTIC,
    )
    share: float | None = column(
        "Per cent of the incidents that record one; null in the rows of those that do not.",
        _OF_ALL,
        "%",
    )
    lower: float | None = column("Lower end of the share's 95 % interval.", _OF_ALL, "%")
    upper: float | None = column("Upper end of the share's 95 % interval.", _OF_ALL, "%")
    share_of_all: float | None = column("Per cent of all incidents selected.", _OF_ALL, "%")
    baseline_count: int | None = column(
        "Incidents in the baseline period.", COUNT, "incidents", only=_BASELINE
    )
    baseline_share: float | None = column(
        "Per cent of the baseline's incidents that record one.", _OF_BOTH, "%", only=_BASELINE
    )
    change: float | None = column(
        "Incidents more than the baseline would have in as many days.",
        _OF_BOTH,
        "incidents",
        only=_BASELINE,
    )
    change_percent: float | None = column(
        "The same in per cent; null from none.", _OF_BOTH, "%", only=_BASELINE
    )
    p_value: float | None = column(
        "Probability of a change as large if the rate were the same (E-test).",
        _OF_BOTH,
        only=_BASELINE,
    )
    q_value: float | None = column(
        "The p adjusted for all rows of the same axis.", _OF_BOTH, only=_BASELINE
    )
