"""Street-level crime as data.police.uk publishes it: one CSV per force and month.

The files have a fixed header, which is checked name by name. The time of a row is a month, its
place an anonymised point, its area code an LSOA. Identical rows are separate crimes, because
anti-social behaviour has no id.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from service.imports.files.coordinates import Places, outside_reason, to_places
from service.imports.files.dates import parse_dates, why_bad
from service.imports.files.delimited import DelimitedFile, read_delimited
from service.imports.files.numbers import parse_numbers
from service.imports.files.sources import find_sources
from service.imports.files.summary import ImportSummary
from service.imports.incidents.importer import ImportOptions, ParsedFile, import_files
from service.store.errors import ImportRefusedError
from service.store.incidents import IncidentStore
from spatial.coordinates.crs import WGS84

TITLE = "Street-level crime"
PLACEHOLDER = "have the coordinates 0, 0 and count as not located"
SOURCE = "data.police.uk"
LICENCE = "Open Government Licence v3.0"
HEADER = (
    "Crime ID",
    "Month",
    "Reported by",
    "Falls within",
    "Longitude",
    "Latitude",
    "Location",
    "LSOA code",
    "LSOA name",
    "Crime type",
    "Last outcome category",
    "Context",
)
ATTRIBUTES = {
    "reported_by": "Reported by",
    "location": "Location",
    "outcome": "Last outcome category",
    "context": "Context",
}

_OTHERS = {
    "stop-and-search": "it is a file of stops and searches, not of crimes",
    "outcomes": "it is a file of outcomes, not of crimes",
}
_MONTH = re.compile(r"^\d{4}-\d{2}$")


def import_police_uk(
    store: IncidentStore, paths: Sequence[Path], options: ImportOptions
) -> ImportSummary:
    """Import street-level crime files, all in one commit.

    Parameters
    ----------
    store : IncidentStore
        Where the rows go.
    paths : sequence of Path
        CSV files, zips and folders. In a folder or zip the files named ``*-street.csv`` are read;
        the others are skipped and listed in the summary.
    options : ImportOptions
        Title, source and licence default to those of data.police.uk.

    Returns
    -------
    ImportSummary
        Counts, rejects and notes over all files.

    Raises
    ------
    ImportRefusedError
        If a named file does not have this layout, or too many rows are unusable.
    AlreadyImportedError, SameNameError
        Without ``options.replace``, if a file is already in the dataset.
    """
    sources, skipped = find_sources(paths, skip_reason=_why_passed_over, limits=options.limits)

    def parse(content: bytes, name: str, tell: Callable[[int], None]) -> ParsedFile:
        return parse_street_file(content, name=name, working_crs=store.crs, on_bytes=tell)

    if store.facts(options.dataset) is None:
        options = replace(
            options,
            title=options.title or TITLE,
            source=options.source or SOURCE,
            licence=options.licence or LICENCE,
        )
    return import_files(store, sources, skipped, parse, options)


def parse_street_file(
    content: bytes,
    *,
    name: str,
    working_crs: str,
    on_bytes: Callable[[int], None] | None = None,
) -> ParsedFile:
    """The crimes in one street-level file.

    Parameters
    ----------
    content : bytes
        The file.
    name : str
        Name of the file, stored with each row.
    working_crs : str
        CRS of the places in the result.
    on_bytes : callable or None
        Called from time to time with the number of bytes read.

    Returns
    -------
    ParsedFile
        The usable rows, the rejects and the notes.

    Raises
    ------
    ImportRefusedError
        If its header is not the one of data.police.uk.
    """
    contents = read_delimited(content, name=name, delimiter=",", on_bytes=on_bytes)
    _check_header(contents)
    table, check = contents.table, contents.check
    month = table.column("Month")
    times = parse_dates(month, form="iso")
    is_month = pc.match_substring_regex(month, _MONTH.pattern).fill_null(False).to_numpy()
    check.reject(times.blank, "Month", month, "is blank")
    check.reject(
        ~times.blank & (times.bad | ~is_month),
        "Month",
        month,
        lambda value: why_bad(value, "iso") if not _MONTH.match(value) else "is not a month",
    )
    crime_type = table.column("Crime type")
    check.reject(crime_type.is_null().to_numpy(), "Crime type", crime_type, "is blank")
    for column in ("Crime ID", "Crime type", "LSOA code"):
        contents.reject_long(column)
    places = _places(contents, working_crs)
    columns: dict[str, object] = {
        "incident_id": table.column("Crime ID"),
        "occurred": pa.array(times.occurred.astype("datetime64[s]")),
        "precision": pa.repeat(pa.scalar("month"), table.num_rows),
        "easting_m": pa.array(places.xy_m[:, 0], mask=~places.located),
        "northing_m": pa.array(places.xy_m[:, 1], mask=~places.located),
        "category": crime_type,
        "weight": pa.array(np.ones(table.num_rows)),
        "area_code": table.column("LSOA code"),
        "source_file": pa.repeat(pa.scalar(name), table.num_rows),
        "source_row": pa.array(check.row_numbers),
        "source_sha256": pa.repeat(pa.scalar(contents.file.sha256), table.num_rows),
    }
    for attribute, column in ATTRIBUTES.items():
        if table.column(column).null_count < table.num_rows:
            columns[attribute] = table.column(column)
    return ParsedFile(
        file=contents.file,
        encoding=contents.encoding,
        rows=check.usable_rows(pa.table(columns)),
        read=contents.rows_read,
        blank=contents.blank,
        rejects=tuple(check.rejects),
        notes=(*contents.notes, *_notes(name, month, places)),
        hint=places.hint,
        coordinates=places.coordinates,
        findings={PLACEHOLDER: _placeholders(places)},
    )


def _why_passed_over(name: str) -> str | None:
    """None for a street-level file, otherwise why a file found in a folder is not read."""
    if name.endswith("-street.csv"):
        return None
    for kind, reason in _OTHERS.items():
        if name.endswith(f"-{kind}.csv"):
            return reason
    return "its name does not end in -street.csv"


def _check_header(contents: DelimitedFile) -> None:
    """Raise ImportRefusedError unless the header is exactly the published one."""
    if contents.columns == HEADER:
        return
    if "Object of search" in contents.columns:
        raise ImportRefusedError(contents.file.name, _OTHERS["stop-and-search"])
    if "Outcome type" in contents.columns:
        raise ImportRefusedError(contents.file.name, _OTHERS["outcomes"])
    missing_columns = [column for column in HEADER if column not in contents.columns]
    unknown_columns = [column for column in contents.columns if column not in HEADER]
    problems = []
    if missing_columns:
        problems.append(f"it lacks {', '.join(repr(column) for column in missing_columns)}")
    if unknown_columns:
        problems.append(f"it has {', '.join(repr(column) for column in unknown_columns)} instead")
    if not problems:
        problems.append(f"its columns are in another order: {', '.join(contents.columns)}")
    raise ImportRefusedError(
        contents.file.name,
        "its header is not that of a street-level file of data.police.uk: "
        f"{'; '.join(problems)}. Use --format csv for other files",
    )


def _places(contents: DelimitedFile, working_crs: str) -> Places:
    """The places of the rows; a row without a usable place is rejected or not located."""
    longitude, latitude = contents.table.column("Longitude"), contents.table.column("Latitude")
    x, y = parse_numbers(longitude), parse_numbers(latitude)
    check = contents.check
    check.reject(x.bad, "Longitude", longitude, "is not a number")
    check.reject(y.bad, "Latitude", latitude, "is not a number")
    places = to_places(x, y, crs=WGS84, working_crs=working_crs)
    check.reject(places.half & x.blank, "Longitude", longitude, "is blank, but Latitude is not")
    check.reject(places.half & y.blank, "Latitude", latitude, "is blank, but Longitude is not")
    joined_text = pc.binary_join_element_wise(longitude, latitude, " ")
    reason = outside_reason(WGS84, working_crs)
    check.reject(places.outside, "Longitude, Latitude", joined_text, reason)
    return places


def _placeholders(places: Places) -> int:
    """Rows with coordinates that stand for none."""
    return int(places.placeholder.sum())


def _notes(name: str, month: pa.ChunkedArray, places: Places) -> tuple[str, ...]:
    """Notes on a file: places at 0, 0 and months other than its name states."""
    notes = []
    placeholders = _placeholders(places)
    if placeholders:
        notes.append(f"{name}: {placeholders} rows {PLACEHOLDER}")
    stated_month = name[:7]
    if _MONTH.match(stated_month):
        other_months = sorted(set(pc.unique(month).drop_null().to_pylist()) - {stated_month})
        if other_months:
            notes.append(f"{name} also has rows of {', '.join(other_months[:5])}")
    return tuple(notes)
