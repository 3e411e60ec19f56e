"""The columns of an incident table, the check of rows, and ids that several rows have."""

import dataclasses
from collections.abc import Sequence
from typing import Final, Literal, get_args

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from service.store.columns import SOURCE_FIELDS, check_places, completed
from service.store.commits import Plan
from service.store.delta import TableVersion
from service.store.errors import DatasetSettingsError
from service.store.source_files import SourceFile
from spatial.arrays import BoolArray

Precision = Literal["minute", "day", "month"]
PRECISIONS: Final[tuple[Precision, ...]] = get_args(Precision)
NOT_RECORDED = "earlier rows: not recorded"

SCHEMA = pa.schema(
    [
        pa.field("incident_id", pa.string()),
        # Local time at the place, as it was reported: no zone is attached that nobody stated.
        pa.field("occurred", pa.timestamp("us"), nullable=False),
        pa.field("precision", pa.string(), nullable=False),
        pa.field("easting_m", pa.float64()),
        pa.field("northing_m", pa.float64()),
        pa.field("category", pa.string(), nullable=False),
        pa.field("subcategory", pa.string()),
        pa.field("weight", pa.float64(), nullable=False),
        pa.field("area_code", pa.string()),
        pa.field("area_layer", pa.string()),
        *SOURCE_FIELDS,
    ]
)

# Columns that a table has where an import names them.
OPTIONAL = pa.schema(
    [
        # The latest time at which it may have happened, local, to the minute; null: not known.
        pa.field("occurred_to", pa.timestamp("us")),
    ]
)
RESERVED = frozenset((*SCHEMA.names, *OPTIONAL.names))

# Should another program write: only these have their smallest and largest values in the log, where
# they would outlive the deletion of the rows.
STATISTICS = {"delta.dataSkippingStatsColumns": "source_file,source_sha256"}


def checked_rows(rows: pa.Table, files: Sequence[SourceFile]) -> pa.Table:
    """The rows with all columns of the table, in its types and order, attributes last.

    Parameters
    ----------
    rows : pyarrow.Table
        See `IncidentStore.append`.
    files : sequence of SourceFile
        Every file that the rows came from.

    Returns
    -------
    pyarrow.Table
        In the types of the table.

    Raises
    ------
    DatasetSettingsError
        If a column is missing, or holds what the table must not hold.
    ImportRefusedError
        If there are no rows.
    """
    names = [name for name in rows.column_names if name not in SCHEMA.names]
    schema = pa.schema([*SCHEMA, *(_further(rows.field(name)) for name in names)])
    constants = {"precision": "minute", "weight": 1.0}
    table = completed(rows, schema, files=files, constants=constants)
    precisions = set(pc.unique(table.column("precision")).to_pylist())
    if not precisions <= set(PRECISIONS):
        unknown = sorted(precisions - set(PRECISIONS))
        raise DatasetSettingsError("precision", unknown[0], f"one of {', '.join(PRECISIONS)}")
    weight = table.column("weight").to_numpy()
    if not (np.isfinite(weight) & (weight >= 0.0)).all():
        raise DatasetSettingsError("weight", "a number below 0 or not finite", "finite and >= 0")
    check_places(table)
    for name in ("easting_m", "northing_m"):
        if pc.any(pc.invert(pc.is_finite(table.column(name)))).as_py():
            raise DatasetSettingsError(name, "NaN or infinite", "finite metres or null")
    named = table.select(["source_file", "source_sha256"])
    sources = named.group_by(named.column_names).aggregate([]).to_pylist()
    unnamed = {SourceFile(row["source_file"], row["source_sha256"]) for row in sources} - {*files}
    if unnamed:
        first = min(file.name for file in unnamed)
        raise DatasetSettingsError("source_file", first, "one of the files named")
    return table


def _further(field: pa.Field) -> pa.Field:
    """The field of an optional column, or of an attribute: text, a number or a truth value."""
    if field.name in OPTIONAL.names:
        return OPTIONAL.field(field.name)
    kind = field.type
    if pa.types.is_dictionary(kind) or pa.types.is_large_string(kind) or pa.types.is_null(kind):
        kind = pa.string()
    elif pa.types.is_integer(kind):
        kind = pa.int64()
    elif pa.types.is_floating(kind):
        kind = pa.float64()
    elif not (pa.types.is_string(kind) or pa.types.is_boolean(kind)):
        raise DatasetSettingsError("attribute", f"{field.name} ({kind})", "text or numbers")
    return pa.field(field.name, kind)


def repeated_count(ids: pa.ChunkedArray) -> int:
    """How many ids stand in more than one row.

    Parameters
    ----------
    ids : pyarrow.ChunkedArray
        Text; null where a row has none.

    Returns
    -------
    int
        Distinct ids.
    """
    counts = pc.value_counts(ids.drop_null()).field("counts")
    return int(pc.sum(pc.greater(counts, 1)).as_py() or 0)


def is_last_of_its_id(ids: pa.ChunkedArray) -> BoolArray:
    """Which rows are the last with their id.

    Parameters
    ----------
    ids : pyarrow.ChunkedArray
        Text; a row with null is the last of its own.

    Returns
    -------
    (n,) bool
    """
    codes = ids.combine_chunks().dictionary_encode().indices.fill_null(-1).to_numpy()
    is_last: BoolArray = codes < 0
    reversed_codes = codes[::-1]
    _, positions = np.unique(reversed_codes, return_index=True)
    is_last[len(codes) - 1 - positions] = True
    return is_last


def ids_that_stay(table: TableVersion, plan: Plan) -> pa.ChunkedArray:
    """The ids of the rows of a table that a plan does not replace.

    Parameters
    ----------
    table : TableVersion
        As it is now.
    plan : Plan
        For that version.

    Returns
    -------
    pyarrow.ChunkedArray
        Text; null where a row has none.
    """
    if plan.remaining is not None:
        return plan.remaining.column("incident_id")
    if plan.replaced is None:
        return table.read(["incident_id"]).column("incident_id")
    rows = table.read(sorted({"incident_id"} | plan.replaced.columns))
    return rows.filter(~plan.replaced.to_arrow()).column("incident_id")


def replacing_ids(table: TableVersion, plan: Plan, ids: pa.ChunkedArray) -> Plan:
    """A plan that replaces the rows with some ids too.

    Parameters
    ----------
    table : TableVersion
        As it is now.
    plan : Plan
        What else is replaced.
    ids : pyarrow.ChunkedArray
        Of the rows that are added.

    Returns
    -------
    Plan
        The same one where no such row is in the table; otherwise all rows that stay are written
        again, because a condition of so many ids is none that the writer can take.
    """
    added = pc.unique(ids.drop_null())
    if not pc.any(pc.is_in(ids_that_stay(table, plan), value_set=added)).as_py():
        return plan
    rows = table.read()
    if plan.replaced is not None:
        rows = rows.filter(~plan.replaced.to_arrow())
    remaining = rows.filter(pc.invert(pc.is_in(rows.column("incident_id"), value_set=added)))
    return dataclasses.replace(plan, replaced=None, remaining=remaining)


def all_operations(earlier: Sequence[str], added: Sequence[str]) -> tuple[str, ...]:
    """By which operations all rows of a table came to where they are.

    Parameters
    ----------
    earlier, added : sequence of str
        Of the rows that are there, and of those that come.

    Returns
    -------
    tuple of str
        Without repetitions.
    """
    if not added:
        return tuple(earlier)
    return tuple(dict.fromkeys((*(earlier or (NOT_RECORDED,)), *added)))
