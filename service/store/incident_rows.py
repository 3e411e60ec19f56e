"""The columns of an incident table, and the check of rows before they are written."""

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from service.store.columns import SOURCE_FIELDS, check_places, completed
from service.store.errors import DatasetSettingsError
from service.store.source_files import SourceFile

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
        *SOURCE_FIELDS,
    ]
)

# Only these have their smallest and largest values in the log, where they would outlive the
# deletion of the rows.
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
    attributes = [name for name in rows.column_names if name not in SCHEMA.names]
    schema = pa.schema([*SCHEMA, *(_attribute(rows.field(name)) for name in attributes)])
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
    names = table.select(["source_file", "source_sha256"])
    sources = names.group_by(names.column_names).aggregate([]).to_pylist()
    unnamed = {SourceFile(row["source_file"], row["source_sha256"]) for row in sources} - {*files}
    if unnamed:
        first = min(file.name for file in unnamed)
        raise DatasetSettingsError("source_file", first, "one of the files named")
    return table


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
