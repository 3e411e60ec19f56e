"""The document of all columns."""

from fastapi import FastAPI

from service.model.rows import METHOD_UNIT, NOTHING, Discloses, Row, TypedColumn
from service.model.schemas import schema_of
from tests.generated.markdown import formatted
from tests.service.row_models import row_models, rows_by_path

HEADING = """\
# Columns

What the columns of every table mean, and what each discloses of incidents: nothing, a count, or a
value computed from counts that are named. `counts.records` and `counts.located` are those of the
provenance. A column with a condition is in the answers that meet it. What JSON shows as `null` is
an empty cell in CSV and a missing value in files. What discloses anything is null where it is
suppressed, which happens to those alone who see what is published of a dataset and not its records.

Made of the row models by `make generate`: not edited.
"""
# Tables that leave as features only, and those that stand behind others.
OTHER_ADDRESSES = {
    "AreaFlagsRow": "/v1/flags/{rules}?layout=wide",
    "AreaRow": "/v1/boundaries/{layer}.geojson",
    "ContourRow": "/v1/heatmaps/{dataset}/contours.geojson",
    "PatrolMapRow": "/v1/patrols/{dataset}/map.{suffix}",
}


def columns_document(app: FastAPI) -> str:
    """The document, in Markdown."""
    addresses = {row.__name__: path for path, row in rows_by_path(app).items()} | OTHER_ADDRESSES
    rows = row_models()
    missing = rows.keys() - addresses.keys()
    if missing:
        raise LookupError(f"no address is known of {', '.join(sorted(missing))}")
    by_address = sorted((address, rows[name]) for name, address in addresses.items())
    return formatted("\n".join([HEADING, *(section(address, row) for address, row in by_address)]))


def section(address: str, row: type[Row]) -> str:
    """What one table says of its columns."""
    description = " ".join((row.__doc__ or "").split())
    lines = [
        f"## `{address}`",
        "",
        description,
        "",
        "| column | type | meaning | unit | only | discloses |",
        "| -- | -- | -- | -- | -- | -- |",
        *(line(name, column) for name, column in row.columns.items()),
    ]
    return "\n".join(lines) + "\n"


def line(name: str, column: TypedColumn) -> str:
    """One column."""
    meaning = column.meaning
    cells = (
        f"`{name}`",
        type_of(column),
        meaning.description,
        "as the method states" if meaning.unit == METHOD_UNIT else meaning.unit,
        meaning.only,
        disclosure(meaning.discloses),
    )
    return " ".join(["|", *(f"{cell} |" if cell else "|" for cell in cells)])


def type_of(column: TypedColumn) -> str:
    """The type of a column's values in JSON."""
    schema_type = schema_of(column.released_annotation, {})["type"]
    return " or ".join(schema_type) if isinstance(schema_type, list) else str(schema_type)


def disclosure(discloses: Discloses) -> str:
    """What a column discloses, with the names of columns as such."""
    if discloses == NOTHING or discloses.is_count:
        return str(discloses)
    return f"a value of {' and '.join(f'`{name}`' for name in discloses.counts)}"
