"""The layout of OS Open Names as CSV: files without a header, and one of headers beside them."""

import re
from typing import Final

from service.imports.files.sources import Source
from service.imports.postcodes.layouts import first_records

SOURCE: Final = "Ordnance Survey, OS Open Names"
LICENCE: Final = "Open Government Licence v3.0"
# Ordnance Survey, OS Open Names technical specification: attributes in this order.
HEADER: Final = (
    "ID", "NAMES_URI", "NAME1", "NAME1_LANG", "NAME2", "NAME2_LANG", "TYPE", "LOCAL_TYPE",
    "GEOMETRY_X", "GEOMETRY_Y", "MOST_DETAIL_VIEW_RES", "LEAST_DETAIL_VIEW_RES", "MBR_XMIN",
    "MBR_YMIN", "MBR_XMAX", "MBR_YMAX", "POSTCODE_DISTRICT", "POSTCODE_DISTRICT_URI",
    "POPULATED_PLACE", "POPULATED_PLACE_URI", "POPULATED_PLACE_TYPE", "DISTRICT_BOROUGH",
    "DISTRICT_BOROUGH_URI", "DISTRICT_BOROUGH_TYPE", "COUNTY_UNITARY", "COUNTY_UNITARY_URI",
    "COUNTY_UNITARY_TYPE", "REGION", "REGION_URI", "COUNTRY", "COUNTRY_URI",
    "RELATED_SPATIAL_OBJECT", "SAME_AS_DBPEDIA", "SAME_AS_GEONAMES",
)  # fmt: skip
_HEADER_BYTES: Final = 10_000
_URI: Final = re.compile(r"https?://data\.ordnancesurvey\.co\.uk/id/", re.IGNORECASE)


def header_in(source: Source) -> tuple[str, ...]:
    """The column names, if this is the file of headers.

    Parameters
    ----------
    source : Source
        A file of the import.

    Returns
    -------
    tuple of str
        In capitals; empty for any other file.
    """
    return open_names_header(source.read_bytes()) if source.size_bytes < _HEADER_BYTES else ()


def open_names_header(content: bytes) -> tuple[str, ...]:
    """The column names, if there is nothing else in a file.

    Parameters
    ----------
    content : bytes
        Of the file.

    Returns
    -------
    tuple of str
        In capitals; empty for any other file.
    """
    records = first_records(content, 2)
    if len(records) != 1:
        return ()
    names = tuple(name.strip().upper() for name in records[0])
    return names if {"NAME1", "GEOMETRY_X", "GEOMETRY_Y"} <= set(names) else ()


def columns_of_open_names(content: bytes, header: tuple[str, ...] = ()) -> tuple[str, ...]:
    """The names of the columns of a file without a header, if it is a tile of OS Open Names.

    Parameters
    ----------
    content : bytes
        Of the file, or its beginning.
    header : tuple of str
        Names from the file of headers; empty where there is none.

    Returns
    -------
    tuple of str
        One for each field of the first record, by default of `HEADER`; empty for any other file.
    """
    records = first_records(content, 1)
    if not records or len(records[0]) < 10 or not _URI.match(records[0][1].strip()):
        return ()
    width = len(records[0])
    names = header if len(header) == width else HEADER
    return (*names, *(f"COLUMN_{i + 1}" for i in range(len(names), width)))[:width]
