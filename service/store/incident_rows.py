"""The columns of an incident table, and the check of rows before they are written."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from service.store.delta import SourceFile
from service.store.errors import DatasetSettingsError, ImportRefusedError

PRECISIONS = ("minute", "day", "month")

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
        pa.field("source_file", pa.string(), nullable=False),
        pa.field("source_row", pa.int64(), nullable=False),
        pa.field("source_sha256", pa.string(), nullable=False),
    ]
)

# Only these have their smallest and largest values in the log, where they would outlive the
# deletion of the rows.
STATISTICS = {"delta.dataSkippingStatsColumns": "source_file,source_sha256"}

_REQUIRED = ("occurred", "category")


def checked_rows(rows: pa.Table, files: tuple[SourceFile, ...]) -> pa.Table:
    """The rows with all columns of the table, in its types and order, attributes last.

    Raises
    ------
    DatasetSettingsError
        If a column is missing, or holds what the table must not hold.
    ImportRefusedError
        If there are no rows.
    """
    if not files:
        raise DatasetSettingsError("files", "()", "at least one source file")
    if rows.num_rows == 0:
        names = ", ".join(file.name for file in files[:5])
        raise ImportRefusedError(names, "there is no usable row")
    columns = _with_defaults(rows, files)
    attributes = [name for name in rows.column_names if name not in SCHEMA.names]
    fields = list(SCHEMA) + [_attribute(rows.field(name)) for name in attributes]
    try:
        table = pa.table(
            [_cast(columns[field.name], field) for field in fields], schema=pa.schema(fields)
        )
    except pa.ArrowInvalid as error:
        raise DatasetSettingsError("rows", str(error), "of the types of the table") from None
    _check(table, files)
    return table


def _with_defaults(
    rows: pa.Table, files: tuple[SourceFile, ...]
) -> dict[str, pa.ChunkedArray | pa.Array]:
    """All columns, those that may be left out filled."""
    for name in _REQUIRED:
        if name not in rows.column_names:
            raise DatasetSettingsError("column", name, "among the columns of the rows")
    columns = {name: rows.column(name) for name in rows.column_names}
    n = rows.num_rows
    constants = {"precision": "minute", "weight": 1.0}
    if len(files) == 1:
        constants |= {"source_file": files[0].name, "source_sha256": files[0].sha256}
        columns.setdefault("source_row", pa.array(np.arange(1, n + 1)))
    for field in SCHEMA:
        if field.name in columns:
            continue
        if field.name in constants:
            value = pa.scalar(constants[field.name], field.type)
            columns[field.name] = pa.repeat(value, n)
        elif field.nullable:
            columns[field.name] = pa.nulls(n, field.type)
        else:
            raise DatasetSettingsError("column", field.name, "among the columns of the rows")
    return columns


def _attribute(field: pa.Field) -> pa.Field:
    """The field under which an attribute is kept: text, a number or a truth value."""
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


def _cast(column: pa.ChunkedArray | pa.Array, field: pa.Field) -> pa.ChunkedArray | pa.Array:
    """The column in the type of the table."""
    return column if column.type == field.type else pc.cast(column, field.type)


def _check(table: pa.Table, files: tuple[SourceFile, ...]) -> None:
    """Raise unless every row is one that the table may hold."""
    for field in SCHEMA:
        nulls = table.column(field.name).null_count
        if not field.nullable and nulls:
            raise DatasetSettingsError(field.name, f"null in {nulls} rows", "given in every row")
    precisions = set(pc.unique(table.column("precision")).to_pylist())
    if not precisions <= set(PRECISIONS):
        unknown = sorted(precisions - set(PRECISIONS))
        raise DatasetSettingsError("precision", unknown[0], f"one of {', '.join(PRECISIONS)}")
    weight = table.column("weight").to_numpy()
    if not (np.isfinite(weight) & (weight >= 0.0)).all():
        raise DatasetSettingsError("weight", "a number below 0 or not finite", "finite and >= 0")
    easting, northing = table.column("easting_m"), table.column("northing_m")
    if not pc.equal(pc.is_null(easting), pc.is_null(northing)).to_numpy().all():
        raise DatasetSettingsError("easting_m", "without northing_m", "null where that is null")
    for name, column in (("easting_m", easting), ("northing_m", northing)):
        if not pc.all(pc.is_finite(column)).as_py() and column.null_count < len(column):
            raise DatasetSettingsError(name, "NaN or infinite", "finite metres or null")
    used = {
        (str(row["source_file"]), str(row["source_sha256"]))
        for row in table.select(["source_file", "source_sha256"])
        .group_by(["source_file", "source_sha256"])
        .aggregate([])
        .to_pylist()
    }
    unnamed = used - {(file.name, file.sha256) for file in files}
    if unnamed:
        raise DatasetSettingsError("source_file", sorted(unnamed)[0][0], "one of the files named")
