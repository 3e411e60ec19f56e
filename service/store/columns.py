"""Rows with all columns of a table, before they are written."""

from collections.abc import Mapping, Sequence

import numpy as np
import pyarrow as pa

from service.store.errors import DatasetSettingsError, ImportRefusedError
from service.store.source_files import SourceFile

# What every table says of where a row comes from.
SOURCE_FIELDS = (
    pa.field("source_file", pa.string(), nullable=False),
    pa.field("source_row", pa.int64(), nullable=False),
    pa.field("source_sha256", pa.string(), nullable=False),
)


def completed(
    rows: pa.Table,
    schema: pa.Schema,
    *,
    files: Sequence[SourceFile],
    constants: Mapping[str, object],
) -> pa.Table:
    """The rows with all columns of a table, in its types and order.

    Parameters
    ----------
    rows : pyarrow.Table
        At least one row. `source_file`, `source_sha256` and `source_row` (from 1) may be left
        out where there is one file; any other column that may be null too.
    schema : pyarrow.Schema
        Of the table.
    files : sequence of SourceFile
        Every file that the rows came from; at least one.
    constants : mapping
        Values of columns that are the same in every row, where the rows do not have them.

    Returns
    -------
    pyarrow.Table
        With the columns of `schema`.

    Raises
    ------
    ImportRefusedError
        If there are no rows.
    DatasetSettingsError
        If a column is missing, of another type, or null where the table must not be.
    """
    if not files:
        raise DatasetSettingsError("files", "()", "at least one source file")
    if rows.num_rows == 0:
        names = ", ".join(file.name for file in files[:5])
        raise ImportRefusedError(names, "there are no usable rows")
    defaults = dict(constants)
    if len(files) == 1:
        defaults |= {"source_file": files[0].name, "source_sha256": files[0].sha256}
    columns = []
    for field in schema:
        if field.name in rows.column_names:
            column = rows.column(field.name)
        elif field.name in defaults:
            column = pa.repeat(pa.scalar(defaults[field.name], field.type), rows.num_rows)
        elif field.name == "source_row" and len(files) == 1:
            column = pa.array(np.arange(1, rows.num_rows + 1))
        elif field.nullable:
            column = pa.nulls(rows.num_rows, field.type)
        else:
            raise DatasetSettingsError("column", field.name, "among the columns of the rows")
        if column.null_count and not field.nullable:
            raise DatasetSettingsError(
                field.name, f"null in {column.null_count} rows", "given in every row"
            )
        try:
            columns.append(column.cast(field.type))
        except pa.ArrowInvalid as error:
            raise DatasetSettingsError(field.name, str(error), f"of type {field.type}") from None
    return pa.table(columns, schema=schema)


def check_places(table: pa.Table) -> None:
    """Refuse rows of which a coordinate is null and the other is not.

    Parameters
    ----------
    table : pyarrow.Table
        With `easting_m` and `northing_m`.

    Raises
    ------
    DatasetSettingsError
        If there is such a row.
    """
    easting, northing = table.column("easting_m"), table.column("northing_m")
    if not easting.is_null().equals(northing.is_null()):
        raise DatasetSettingsError("easting_m", "without northing_m", "null where that is null")
