"""Columns of the tables about what is loaded."""

from typing import Final

from service.model.rows import COUNT, NOTHING, Discloses, Row, column

_OF_RECORDS: Final = Discloses.of("records")


class PlaceRow(Row):
    """A place that fits what was typed, best first."""

    kind: str = column("area, site, postcode-district or postcode.", NOTHING)
    name: str = column("What the place is called.", NOTHING)
    code: str | None = column("Code of the area, id of the site, or the postcode.", NOTHING)
    layer: str | None = column("Layer of an area.", NOTHING)
    layer_title: str | None = column("Title of that layer.", NOTHING)
    inside: str | None = column("Name of the area of the largest level that it lies in.", NOTHING)
    bbox: list[float] = column("West, south, east and north ends.", NOTHING, "degrees")
    point: list[float] = column("Longitude and latitude of a point inside.", NOTHING, "degrees")


class QualityRow(Row):
    """Something found of so many records: of an import, of a file, of the dataset or a month."""

    import_: int = column("Number of the import, from 1; 0 for the dataset as it is.", NOTHING)
    file: str | None = column("Name of the file.", NOTHING)
    month: str | None = column("Month, ISO.", NOTHING)
    finding: str = column(
        "What was found: read, imported, rejected, left out for a later row, outside --from and "
        "--to, not located, id repeated, noted; in the dataset; records, located, outside the "
        "study area, with an area code, days covered, dated to days not covered, ids in several "
        "records.",
        NOTHING,
    )
    field: str | None = column("Column of the file for which rows were rejected.", _OF_RECORDS)
    reason: str | None = column("Why they were, or what was noted.", _OF_RECORDS)
    records: int = column("How many rows, records or ids.", COUNT, "records")
    out_of: int = column(
        "Out of how many; the same number where there is no whole.", COUNT, "records"
    )
    share: float | None = column("The share that is, 0 to 1; null out of none.", _OF_RECORDS)
    first: str | None = column("First day of them, or month.", _OF_RECORDS)
    last: str | None = column("Last day of them, or month.", _OF_RECORDS)
    sha256: str | None = column("Digest of the file.", NOTHING)
