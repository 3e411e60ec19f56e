"""Columns of risk flags."""

from collections.abc import Sequence
from typing import Final

from service.model.rows import COUNT, NOTHING, RECORDS, AreaRow, Discloses, Row, column
from service.queries.flags.rules import matrix_columns

_OF_RECORDS: Final = Discloses.of(RECORDS)
_INDEX: Final = "by an index"


class AreaFlagsRow(AreaRow):
    """What all flags together say of an area; what a professional says stands beside it."""

    total: int = column(
        "Flags that the area has for certain; of an index, parts at its threshold or above.",
        _OF_RECORDS,
    )
    not_known: int = column(
        "Flags, or parts, of which it is not known: the total is at least what is stated.",
        _OF_RECORDS,
    )
    index: float | None = column(
        "Mean of the parts, each 100 times the area's over the mean; null where a part is not "
        "known.",
        _OF_RECORDS,
        "of 100",
        only=_INDEX,
    )
    index_probability: float | None = column(
        "Probability that the index of the true rates is the threshold or above; null where no "
        "part is a count.",
        _OF_RECORDS,
        only=_INDEX,
    )
    index_in_a_row: int | None = column(
        "Periods up to this one in which the index was the threshold or above, without a gap.",
        _OF_RECORDS,
        "periods",
        only=_INDEX,
    )
    risk: str = column(
        "Band of the total, or of the index; `not known` where no flag is, or without an index.",
        _OF_RECORDS,
    )
    risk_at_most: str = column(
        "Band if the area had every flag of which it is not known; of an index, as the risk.",
        _OF_RECORDS,
    )
    concern: str | None = column(
        "What a professional says of the area, as imported with the rules; it changes no risk.",
        NOTHING,
    )
    concern_level: str | None = column("The level that they give it.", NOTHING)
    concern_by: str | None = column("Who says so.", NOTHING)
    concern_date: str | None = column("When, ISO.", NOTHING)


class FlagRow(AreaFlagsRow):
    """A flag of an area; areas with most flags first, and flags in the order of the rules."""

    flag: str = column("Id of the flag, or of the part of the index.", NOTHING)
    flag_name: str = column("Its title.", NOTHING)
    criterion: str = column("What it is given for.", NOTHING)
    period: str = column("The period, or that of the measure.", NOTHING)
    status: str = column("`yes`, `no` or `not known`.", _OF_RECORDS)
    value: float | None = column(
        "What the rules compare; of what an area contains, the most extreme.", COUNT
    )
    unit: str = column("Of the value.", NOTHING)
    part_index: float | None = column(
        "100 times the value over the mean.", _OF_RECORDS, "of 100", only=_INDEX
    )
    mean: float | None = column("What the value is divided by.", _OF_RECORDS, only=_INDEX)
    probability: float | None = column(
        "Probability that the area belongs above the line, given its count; null for measures.",
        _OF_RECORDS,
    )
    in_a_row: int = column(
        "Periods up to this one in which the area had the flag, without a gap.",
        _OF_RECORDS,
        "periods",
    )
    periods_flagged: int = column(
        "Periods in which the area had the flag, this one included.", _OF_RECORDS, "periods"
    )
    periods_known: int = column("Periods of which that is known.", _OF_RECORDS, "periods")
    where: str | None = column(
        "Areas inside that the flag is given for; null where that is not the question.",
        _OF_RECORDS,
    )


def matrix_row(flags: Sequence[tuple[str, str, str]], *, is_index: bool) -> type[Row]:
    """The row model of the matrix.

    Parameters
    ----------
    flags : sequence of three str
        Id, title and unit of each flag.
    is_index : bool
        Whether they are the parts of an index.

    Returns
    -------
    type of Row
        An `AreaFlagsRow` with the columns of each flag.
    """
    annotations: dict[str, object] = {}
    members: dict[str, object] = {}
    for flag_id, title, unit in flags:
        status, value, *middle, probability, periods = matrix_columns(flag_id, is_index=is_index)
        for name, kind, description, discloses, its_unit in (
            (status, str, f"{title}: yes, no or not known.", _OF_RECORDS, ""),
            (value, float | None, f"{title}: what the rules compare.", COUNT, unit),
            *(
                (name, float | None, f"{title}: against the mean.", _OF_RECORDS, "of 100")
                for name in middle
            ),
            (probability, float | None, f"{title}: probability.", _OF_RECORDS, ""),
            (periods, int, f"{title}: periods in a row.", _OF_RECORDS, "periods"),
        ):
            # An underscore at the end of a name is taken off it.
            annotations[f"{name}_"] = kind
            members[f"{name}_"] = column(description, discloses, its_unit)
    return type("MatrixRow", (AreaFlagsRow,), {**members, "__annotations__": annotations})
