"""Layouts of postcode files: Code-Point Open, ONSPD and NSPL."""

import csv
import io
import re
from dataclasses import dataclass
from typing import Final

from service.imports.files.headers import distinct_names

GREAT_BRITAIN: Final = "EPSG:27700"

# Ordnance Survey, Code-Point Open technical specification, attributes in this order.
CODE_POINT_HEADER: Final = ("PC", "PQ", "EA", "NO", "CY", "RH", "LH", "CC", "DC", "WC")
_HEADER_NAMES: Final = {
    "pc": "PC",
    "postcode": "PC",
    "pq": "PQ",
    "positional_quality_indicator": "PQ",
    "ea": "EA",
    "eastings": "EA",
    "no": "NO",
    "northings": "NO",
    "cy": "CY",
    "country_code": "CY",
}
_FIRST_BYTES: Final = 65_536
_UNIT: Final = re.compile(r"^[A-Z]{1,2}[0-9][0-9A-Z]?\s*[0-9][A-Z]{2}$")


@dataclass(frozen=True)
class Layout:
    """Which column of a file holds what; None if the layout has no such column.

    Attributes
    ----------
    name : str
        Name of the layout.
    header : tuple of str or None
        Names for the columns of a file without a header.
    postcode, easting, northing, quality : str
        Columns that every layout has; `quality` may be missing from an extract.
    quality_step : int
        Factor of the grades in the file: Code-Point Open writes 10 for 1.
    """

    name: str
    header: tuple[str, ...] | None
    postcode: str
    easting: str
    northing: str
    quality: str | None
    quality_step: int
    ended: str | None
    country: str | None
    longitude: str | None
    latitude: str | None
    source: str
    licence: str = "Open Government Licence v3.0"

    @property
    def columns(self) -> tuple[str, ...]:
        """Every column to read."""
        columns = (
            self.postcode, self.easting, self.northing, self.quality, self.ended, self.country,
            self.longitude, self.latitude,
        )  # fmt: skip
        return tuple(name for name in columns if name is not None)


def layout_of(content: bytes, header: tuple[str, ...] | None = None) -> Layout | None:
    """The layout of a file of postcodes; None if it is not a known one.

    Parameters
    ----------
    content : bytes
        The file, or its beginning.
    header : tuple of str or None
        Column names of Code-Point Open from the file of headers beside it.

    Returns
    -------
    Layout or None
        With the names of the columns as the file spells them.
    """
    records = first_records(content, 1)
    if not records:
        return None
    first_record = records[0]
    if len(first_record) >= 4 and _UNIT.match(first_record[0].strip().upper()):
        return _code_point(
            header if header and len(header) == len(first_record) else None, len(first_record)
        )
    names = {name.lower(): name for name in distinct_names(first_record)[0]}
    if {"pc", "ea", "no"} <= names.keys() or {"postcode", "eastings", "northings"} <= names.keys():
        return _code_point_with_header(names)
    return _directory(names)


def code_point_header(content: bytes) -> tuple[str, ...] | None:
    """The column names in Code-Point Open's file of headers; None for any other file.

    That file has two records, the short and the long names, and no postcode.

    Parameters
    ----------
    content : bytes
        The file, or its beginning.

    Returns
    -------
    tuple of str or None
        The short names, in capitals.
    """
    records = first_records(content, 3)
    if len(records) != 2:
        return None
    names = tuple(name.strip().upper() for name in records[0])
    return names if names[0] == "PC" and {"EA", "NO"} <= set(names) else None


def first_records(content: bytes, number: int) -> list[list[str]]:
    """The first records that are not blank, as far as they can be read.

    Parameters
    ----------
    content : bytes
        The file, or its beginning.
    number : int
        The largest number of records to return.

    Returns
    -------
    list of list of str
        The fields of each record; empty if the text is not valid CSV.
    """
    text = content[:_FIRST_BYTES].removeprefix(b"\xef\xbb\xbf").decode("utf-8", errors="replace")
    records: list[list[str]] = []
    try:
        for record in csv.reader(io.StringIO(text, newline="")):
            if any(field.strip() for field in record):
                records.append(record)
            if len(records) == number:
                break
    except csv.Error:
        return []
    return records


def _code_point(header: tuple[str, ...] | None, width: int) -> Layout:
    """Code-Point Open as it is published: no header."""
    names = header or CODE_POINT_HEADER[:width]
    names += tuple(f"column {i + 1}" for i in range(len(names), width))
    return _code_point_layout(names, {name: name for name in names})


def _code_point_with_header(names: dict[str, str]) -> Layout:
    """Code-Point Open with a header that somebody has added."""
    columns = {
        _HEADER_NAMES[lower_name]: name
        for lower_name, name in names.items()
        if lower_name in _HEADER_NAMES
    }
    return _code_point_layout(None, columns)


def _code_point_layout(header: tuple[str, ...] | None, columns: dict[str, str]) -> Layout:
    return Layout(
        name="Code-Point Open",
        header=header,
        postcode=columns["PC"],
        easting=columns["EA"],
        northing=columns["NO"],
        quality=columns.get("PQ"),
        quality_step=10,
        ended=None,
        country=columns.get("CY"),
        longitude=None,
        latitude=None,
        source="Ordnance Survey, Code-Point Open",
    )


def _directory(names: dict[str, str]) -> Layout | None:
    """ONSPD or NSPL, whose column names change a little from one edition to the next."""
    postcode = _first(names, r"pcds|pcd|pcd2|pcd7|pcd8")
    easting = _first(names, r"oseast1m|east1m")
    northing = _first(names, r"osnrth1m|north1m")
    if postcode is None or easting is None or northing is None:
        return None
    return Layout(
        name="ONSPD or NSPL",
        header=None,
        postcode=postcode,
        easting=easting,
        northing=northing,
        quality=_first(names, r"osgrdind|gridind"),
        quality_step=1,
        ended=_first(names, r"doterm"),
        country=_first(names, r"ctry(\d\dcd)?"),
        longitude=_first(names, r"long"),
        latitude=_first(names, r"lat"),
        source="Office for National Statistics, postcode directory",
    )


def _first(names: dict[str, str], pattern: str) -> str | None:
    """The column that the first matching alternative names; None if none matches."""
    for alternative in pattern.split("|"):
        for lower_name, name in names.items():
            if re.fullmatch(alternative, lower_name):
                return name
    return None
