"""Command-line options shared by several commands, named as in the HTTP API."""

import enum
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

Out = Annotated[
    Path | None,
    typer.Option("--out", "-o", help="File to write; its suffix selects the format."),
]


@dataclass(frozen=True)
class Leading:
    """In the place of a format: the first rows of a table, for people to read.

    Attributes
    ----------
    rows : int
        How many.
    """

    rows: int


Top = Annotated[
    int | None,
    typer.Option(
        "--top",
        min=1,
        help="Show this many of the first rows as a table to read [20 on a terminal].",
        show_default=False,
    ),
]


class TableFormatName(enum.StrEnum):
    """The formats of a table."""

    JSON = "json"
    CSV = "csv"
    XLSX = "xlsx"
    GEOJSON = "geojson"
    GPKG = "gpkg"
    PARQUET = "parquet"
    FGB = "fgb"
    GAL = "gal"
    GWT = "gwt"
    GPX = "gpx"
    KML = "kml"
    SVG = "svg"
    PNG = "png"
    PDF = "pdf"
    VL_JSON = "vl.json"
    NARROW_SVG = "narrow.svg"


Format = Annotated[
    TableFormatName | None,
    typer.Option(
        "--format",
        help="By default the format of the suffix of --out, csv in a pipe, "
        "and a table to read on a terminal.",
    ),
]

Replace = Annotated[
    bool, typer.Option("--replace", help="Replace the earlier import of the same file.")
]
Source = Annotated[str, typer.Option(help="Who published it, as it will be named in answers.")]
Licence = Annotated[str, typer.Option(help="Its licence, as it will be named in answers.")]
Title = Annotated[str, typer.Option(help="Title shown to readers.")]
Strict = Annotated[bool, typer.Option("--strict", help="Import nothing if any row is unusable.")]
Rejects = Annotated[
    Path | None, typer.Option(help="File for the rejected rows [rejected/ in the data folder].")
]
MaxRejected = Annotated[
    float,
    typer.Option(
        "--max-rejected",
        min=0.0,
        max=1.0,
        help="Largest share of unusable rows; above it nothing is imported.",
    ),
]


class DecimalSign(enum.StrEnum):
    """The sign between whole and part; the other one may separate thousands."""

    POINT = "."
    COMMA = ","


Crs = Annotated[
    str | None,
    typer.Option(
        "--crs", help="Coordinate system of the file, where the file does not state one."
    ),
]
Decimal = Annotated[
    DecimalSign | None,
    typer.Option(
        "--decimal", help="Decimal sign of numbers; by default a full stop, or a question."
    ),
]
Delimiter = Annotated[
    str | None, typer.Option(help="Character between columns [detected automatically].")
]
