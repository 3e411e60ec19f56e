"""Columns of the tables about what is loaded."""

from typing import Final

from service.model.rows import COUNT, NOTHING, AreaRow, Discloses, Row, column

_OF_RECORDS: Final = Discloses.of("records")


class PlaceRow(Row):
    """A place that fits what was typed, best first."""

    kind: str = column(
        "area, site, postcode-district or postcode; of the gazetteer city, town, village, "
        "hamlet, suburb, street or place.",
        NOTHING,
    )
    name: str = column("What the place is called.", NOTHING)
    code: str | None = column(
        "Code of the area, id of the site, the postcode, or easting and northing of a place of "
        "the gazetteer.",
        NOTHING,
    )
    layer: str | None = column("Layer of an area.", NOTHING)
    layer_title: str | None = column("Title of that layer.", NOTHING)
    inside: str | None = column(
        "Town of a street; otherwise the area of the largest level that it lies in.", NOTHING
    )
    bbox: list[float] = column("West, south, east and north ends.", NOTHING, "degrees")
    point: list[float] = column("Longitude and latitude of a point inside.", NOTHING, "degrees")


class NamedAreaRow(AreaRow):
    """An area of a layer, as readers would name it."""

    label: str = column(
        "Its name with what tells readers where it is: Market (Cambridge).", NOTHING
    )
    larger: str | None = column("Name of the larger area that it lies in.", NOTHING)


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


class SourceRow(Row):
    """Something that is loaded: a dataset, a layer, a measure or a table of reference."""

    kind: str = column(
        "dataset, boundary layer, measure, development sites, lookup, postcodes, events, harm "
        "index, gazetteer, roads, background, places or neighbours.",
        NOTHING,
    )
    id: str = column("Its id.", NOTHING)
    title: str | None = column("Its title, or the file that it was loaded from.", NOTHING)
    description: str | None = column("What it is, as the import states it.", NOTHING)
    uses: str | None = column("What it is useful for, or can be asked by.", _OF_RECORDS)
    source: str | None = column("Who published it.", NOTHING)
    licence: str | None = column("Its licence.", NOTHING)
    first: str | None = column("First day covered, or period.", _OF_RECORDS)
    last: str | None = column("Last day covered, or period.", _OF_RECORDS)
    records: int = column("How many records, areas or rows.", COUNT)
    unit: str = column("What is counted.", NOTHING)
    located: int | None = column("How many of them have a place.", COUNT)
    located_share: float | None = column(
        "Per cent of them that have a place.", Discloses.of("records", "located"), "%"
    )
    limits: str | None = column(
        "What it cannot show: as stated at import, then as counted.", _OF_RECORDS
    )
    version: str | None = column("Its version.", NOTHING)
    synthetic: bool = column("Whether it is invented.", NOTHING)


class MonthQualityRow(Row):
    """What is known of the records of one dataset and month."""

    dataset: str = column("Id of the dataset.", NOTHING)
    month: str = column("Month, ISO.", NOTHING)
    days: int = column("Days of the month.", NOTHING, "days")
    days_covered: int = column("How many of them the data cover.", _OF_RECORDS, "days")
    records: int = column("Records dated to the month.", COUNT, "records")
    located: int = column("How many of them have a place.", COUNT, "records")
    located_share: float | None = column(
        "Per cent of them that have a place; null without records.",
        Discloses.of("records", "located"),
        "%",
    )
    outside: int | None = column(
        "Located records outside the study area; null without one.", COUNT, "records"
    )
    with_code: int = column("Records with a supplied area code.", COUNT, "records")
    without_subcategory: int | None = column(
        "Records without a subcategory; null where the dataset has none.", COUNT, "records"
    )
    month_only: int = column("Records known to the month only.", COUNT, "records")
    without_time: int = column("Records without a time of day.", COUNT, "records")
    not_covered: int = column(
        "Records dated to days that the data do not cover: they are in no answer.",
        COUNT,
        "records",
    )
    rejected: int | None = column(
        "Rows rejected of files of this month alone; null where there is none.", COUNT, "rows"
    )
    superseded: int | None = column(
        "Rows of such files left out for a later row with the same id; null likewise.",
        COUNT,
        "rows",
    )
