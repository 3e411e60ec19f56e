"""Imports incidents from a delimited file whose columns the user names."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from service.config.settings import ImportSettings
from service.imports.files.coordinates import outside_reason, to_places
from service.imports.files.dates import (
    EXAMPLES,
    FORMS,
    DateForm,
    is_time_zone,
)
from service.imports.files.delimited import DelimitedFile, read_delimited
from service.imports.files.numbers import Decimal
from service.imports.files.sources import LIMITS, find_sources
from service.imports.files.summary import ImportSummary
from service.imports.incidents.by_postcode import (
    LOCATED_BY,
    LOCATION_QUALITY,
    LocatedRows,
    locate_by_postcode,
)
from service.imports.incidents.importer import ImportOptions, ParsedFile, import_files
from service.imports.incidents.times import TimeReader
from service.store.errors import DatasetSettingsError
from service.store.incident_rows import PRECISIONS, RESERVED
from service.store.incidents import IncidentStore
from service.store.reference.postcodes import Postcodes, PostcodeStore
from spatial.coordinates.crs import parsed_crs
from spatial.errors import InvalidParameterError

NOT_STATED = "not stated"
LARGEST_WEIGHT = 1e12  # squares of sums are still numbers

_ATTRIBUTE = re.compile(r"[a-z][a-z0-9_]{0,62}")


@dataclass(frozen=True)
class IncidentColumns:
    """Which column of the file holds what. Names are compared exactly, then without case.

    Attributes
    ----------
    time : str
        The date, with or without a time of day, or the month.
    date_form : "iso", "uk" or "us"
        The form of every value in it; never guessed. See ``date_text.EXAMPLES``.
    time_of_day : str or None
        A second column with the time of day; where it is blank, only the day is known.
    until, until_time_of_day : str or None
        Columns with the latest time at which it may have happened, in the same form.
    time_zone : str or None
        Zone whose local time is stored; required if the times state their offset from UTC.
    x, y : str or None
        Easting and northing, or longitude and latitude. Both or neither.
    crs : str or None
        The coordinate system of `x` and `y`; required with them.
    postcode : str or None
        Column with a postcode, at whose place a row without coordinates is located. Its
        outward code (CB2 of CB2 1TN) is the row's area code unless `area_code` is named.
    category : str or None
        None: all rows have `category_value`.
    incident_id, subcategory, weight, area_code : str or None
    attributes : mapping of str to str
        Name in the dataset to column in the file; kept as text.
    decimal : "." or "," or None
        The decimal sign of numbers; the other one may separate thousands. None: a full stop, and
        an error where a comma may be meant.
    delimiter : str or None
        One character; None: found in the header.
    skip_lines : int
        Lines before the header.
    null_words : tuple of str
        Values that mean blank, besides the usual ones.
    """

    time: str
    date_form: DateForm = "iso"
    time_of_day: str | None = None
    until: str | None = None
    until_time_of_day: str | None = None
    time_zone: str | None = None
    x: str | None = None
    y: str | None = None
    crs: str | None = None
    postcode: str | None = None
    category: str | None = None
    category_value: str = "incident"
    incident_id: str | None = None
    subcategory: str | None = None
    weight: str | None = None
    area_code: str | None = None
    attributes: Mapping[str, str] = field(default_factory=dict)
    decimal: Decimal | None = None
    delimiter: str | None = None
    skip_lines: int = 0
    null_words: tuple[str, ...] = ()


def import_csv(
    store: IncidentStore,
    paths: Sequence[Path],
    columns: IncidentColumns,
    options: ImportOptions,
    *,
    postcodes: PostcodeStore | None = None,
) -> ImportSummary:
    """Import incidents from delimited files with the same columns, all in one commit.

    Parameters
    ----------
    store : IncidentStore
        Where the rows go.
    paths : sequence of Path
        Files, zips and folders. Of a folder or a zip the files named ``*.csv``, ``*.tsv`` and
        ``*.txt`` are read.
    columns : IncidentColumns
        Which column holds what.
    options : ImportOptions
        Dataset, title, limits and the remaining settings.
    postcodes : PostcodeStore or None
        Where ``columns.postcode`` is looked up.

    Returns
    -------
    ImportSummary
        Counts, rejects and notes over all files.

    Raises
    ------
    DatasetSettingsError
        If the settings of the columns are not valid or contradict each other.
    ImportRefusedError
        If a column is missing from a file, or too many rows are unusable.
    AlreadyImportedError, SameNameError
        Without ``options.replace``, if a file is already in the dataset.
    """
    _check(columns)
    if options.on_repeat != "keep" and columns.incident_id is None:
        raise DatasetSettingsError(
            "--on-repeat",
            options.on_repeat,
            "keep without --id, the column with the incident's id",
        )
    sources, skipped = find_sources(paths, skip_reason=_why_passed_over, limits=options.limits)
    open_postcodes = None if postcodes is None or columns.postcode is None else postcodes.open()

    def parse(content: bytes, name: str, tell: Callable[[int], None]) -> ParsedFile:
        return parse_csv(
            content,
            columns,
            name=name,
            working_crs=store.crs,
            postcodes=open_postcodes,
            on_bytes=tell,
            limits=options.limits,
        )

    return import_files(store, sources, skipped, parse, options)


def parse_csv(
    content: bytes,
    columns: IncidentColumns,
    *,
    name: str,
    working_crs: str,
    postcodes: Postcodes | None = None,
    on_bytes: Callable[[int], None] | None = None,
    limits: ImportSettings = LIMITS,
) -> ParsedFile:
    """The incidents in one delimited file.

    Parameters
    ----------
    content : bytes
        The file.
    columns : IncidentColumns
        Which column holds what.
    name : str
        Name of the file, stored with each row.
    working_crs : str
        CRS of the places in the result.
    postcodes : Postcodes or None
        Locates rows without coordinates, if a column has postcodes.
    on_bytes : callable or None
        Called from time to time with the number of bytes read.
    limits : ImportSettings
        What reading the file may take.

    Returns
    -------
    ParsedFile
        The usable rows, the rejects and the notes.

    Raises
    ------
    ImportRefusedError
        If a column is missing, or times state an offset and no zone is named.
    """
    contents = read_delimited(
        content,
        name=name,
        delimiter=columns.delimiter,
        skip_lines=columns.skip_lines,
        null_words=columns.null_words,
        on_bytes=on_bytes,
        limits=limits,
    )
    reading = _Reading(contents, columns)
    reading.check_columns()
    clock = TimeReader(contents, columns.date_form, columns.time_zone, reading.notes, reading.note)
    times, precision = clock.times(columns.time, columns.time_of_day)
    xy_m, located, hint = reading.places(working_crs)
    n = contents.table.num_rows
    columns_by_name: dict[str, object] = {
        "incident_id": reading.names(columns.incident_id, "--id"),
        "occurred": pa.array(times.astype("datetime64[s]")),
        "precision": pa.DictionaryArray.from_arrays(pa.array(precision), list(PRECISIONS)).cast(
            pa.string()
        ),
        "category": reading.categories(),
        "subcategory": reading.names(columns.subcategory, "--subcategory"),
        "weight": pa.array(reading.weights()),
        "area_code": reading.names(columns.area_code, "--area-code"),
        "source_file": pa.repeat(pa.scalar(name), n),
        "source_row": pa.array(contents.check.row_numbers),
        "source_sha256": pa.repeat(pa.scalar(contents.file.sha256), n),
    }
    if columns.until is not None:
        columns_by_name["occurred_to"] = clock.latest_times(
            columns.until, columns.until_time_of_day, times, precision
        )
    for attribute, column in columns.attributes.items():
        columns_by_name[attribute] = reading.text(column, f"--attribute {attribute}")
    # Last, so that rows rejected for other reasons are not counted as located.
    by_postcode = reading.by_postcode(postcodes, xy_m, located)
    if by_postcode is not None:
        xy_m, located = by_postcode.xy_m, by_postcode.located
        columns_by_name |= {
            LOCATED_BY: by_postcode.located_by,
            LOCATION_QUALITY: by_postcode.quality,
        }
        if columns.area_code is None:
            columns_by_name["area_code"] = by_postcode.outward
    columns_by_name["easting_m"] = pa.array(xy_m[:, 0], mask=~located)
    columns_by_name["northing_m"] = pa.array(xy_m[:, 1], mask=~located)
    return ParsedFile(
        file=contents.file,
        encoding=contents.encoding,
        rows=contents.check.usable_rows(pa.table(columns_by_name)),
        read=contents.rows_read,
        blank=contents.blank,
        rejects=tuple(contents.check.rejects),
        notes=(*contents.notes, *reading.notes),
        hint=hint,
        coordinates=reading.coordinates,
        postcodes=None if by_postcode is None else by_postcode.tally,
        findings=reading.findings,
        weight=columns.weight or "",
    )


class _Reading:
    """Turns one file into incidents; rejects rows and collects notes on the way."""

    def __init__(self, contents: DelimitedFile, columns: IncidentColumns) -> None:
        self._contents = contents
        self._columns = columns
        self.notes: list[str] = []
        self.findings: dict[str, int] = {}
        self.coordinates = ""

    def check_columns(self) -> None:
        """Raise ImportRefusedError for the first column that is not in the file."""
        columns = self._columns
        named_columns = {
            "--time": columns.time,
            "--time-of-day": columns.time_of_day,
            "--until": columns.until,
            "--until-time-of-day": columns.until_time_of_day,
            "--x": columns.x,
            "--y": columns.y,
            "--postcode": columns.postcode,
            "--category": columns.category,
            "--id": columns.incident_id,
            "--subcategory": columns.subcategory,
            "--weight": columns.weight,
            "--area-code": columns.area_code,
            **{f"--attribute {name}": column for name, column in columns.attributes.items()},
        }
        for option, column in named_columns.items():
            if column is not None:
                self._contents.resolve_name(column, option)

    def text(self, column: str | None, option: str) -> pa.ChunkedArray | pa.Array:
        """A column as text; all null if the user named none."""
        if column is None:
            return pa.nulls(self._contents.table.num_rows, pa.string())
        return self._contents.column(column, option)

    def names(self, column: str | None, option: str) -> pa.ChunkedArray | pa.Array:
        """A column of ids or names; rows with one that is too long are rejected."""
        if column is not None:
            self._contents.reject_long(self._contents.resolve_name(column, option))
        return self.text(column, option)

    def places(self, working_crs: str) -> tuple[NDArray[np.float64], NDArray[np.bool_], str]:
        """Easting and northing, which rows have them, and a likely cause if many do not."""
        columns, check = self._columns, self._contents.check
        n = self._contents.table.num_rows
        if columns.x is None or columns.y is None or columns.crs is None:
            return np.full((n, 2), np.nan), np.zeros(n, dtype=np.bool_), ""
        x_name, y_name = (
            self._contents.resolve_name(columns.x, "--x"),
            self._contents.resolve_name(columns.y, "--y"),
        )
        x_text, y_text = self._contents.table.column(x_name), self._contents.table.column(y_name)
        x = self._contents.numbers(x_name, columns.decimal)
        y = self._contents.numbers(y_name, columns.decimal)
        check.reject(x.bad, x_name, x_text, "is not a number")
        check.reject(y.bad, y_name, y_text, "is not a number")
        places = to_places(x, y, crs=columns.crs, working_crs=working_crs)
        check.reject(places.half & x.blank, x_name, x_text, f"is blank, but {y_name} is not")
        check.reject(places.half & y.blank, y_name, y_text, f"is blank, but {x_name} is not")
        names = f"{x_name}, {y_name}"
        joined_text = pc.binary_join_element_wise(x_text, y_text, " ")
        check.reject(
            places.degrees,
            names,
            joined_text,
            f"looks like degrees, but {columns.crs} is in metres",
        )
        reason = outside_reason(columns.crs, working_crs)
        check.reject(places.outside, names, joined_text, reason)
        self.note(
            int(places.placeholder.sum()),
            "have a placeholder such as 0 or 999999 as both coordinates: counted as not located",
        )
        self.coordinates = places.coordinates
        return places.xy_m, places.located, places.hint

    def by_postcode(
        self, postcodes: Postcodes | None, xy_m: NDArray[np.float64], located: NDArray[np.bool_]
    ) -> LocatedRows | None:
        """The rows without coordinates, located by postcode; None without a postcode column."""
        if self._columns.postcode is None:
            return None
        name = self._contents.resolve_name(self._columns.postcode, "--postcode")
        return locate_by_postcode(self._contents, name, postcodes, xy_m=xy_m, located=located)

    def categories(self) -> pa.ChunkedArray | pa.Array:
        """The category of each row."""
        columns = self._columns
        n = self._contents.table.num_rows
        if columns.category is None:
            return pa.repeat(pa.scalar(columns.category_value), n)
        text = self.names(columns.category, "--category")
        self.note(text.null_count, f"have no category: it is {NOT_STATED!r}")
        return text.fill_null(NOT_STATED)

    def weights(self) -> NDArray[np.float64]:
        """The weight of each row."""
        columns, check = self._columns, self._contents.check
        if columns.weight is None:
            return np.ones(self._contents.table.num_rows)
        name = self._contents.resolve_name(columns.weight, "--weight")
        text = self._contents.table.column(name)
        weight = self._contents.numbers(name, columns.decimal)
        check.reject(weight.bad, name, text, "is not a number")
        check.reject(~weight.bad & (weight.values < 0.0), name, text, "is below 0")
        check.reject(~weight.bad & (weight.values > LARGEST_WEIGHT), name, text, "is over 1e12")
        self.note(int(weight.blank.sum()), "have no weight: it is 1")
        return np.where(weight.blank, 1.0, weight.values)

    def note(self, rows: int, text: str) -> None:
        """Add a note about a number of rows, unless it is 0."""
        if rows:
            self.findings[text] = rows
            self.notes.append(f"{self._contents.file.name}: {rows:,} rows {text}")


def _why_passed_over(name: str) -> str | None:
    """None for a delimited file, otherwise why a file found in a folder is not read."""
    if name.lower().endswith((".csv", ".tsv", ".txt")):
        return None
    return "its name does not end in .csv, .tsv or .txt"


def _check(columns: IncidentColumns) -> None:
    """Raise DatasetSettingsError if the settings of the columns contradict each other."""
    if columns.date_form not in FORMS:
        examples = "; ".join(f"{form} ({EXAMPLES[form]})" for form in FORMS)
        raise DatasetSettingsError("date form", columns.date_form, f"one of {examples}")
    if columns.time_zone is not None and not is_time_zone(columns.time_zone):
        raise DatasetSettingsError("time zone", columns.time_zone, "one such as Europe/London")
    if columns.until is None and columns.until_time_of_day is not None:
        raise DatasetSettingsError(
            "--until-time-of-day", columns.until_time_of_day, "given with --until"
        )
    if (columns.x is None) != (columns.y is None):
        raise DatasetSettingsError("--x and --y", str(columns.x or columns.y), "given together")
    if columns.x is not None:
        if columns.crs is None:
            raise DatasetSettingsError("--crs", "", "given with --x and --y, such as EPSG:4326")
        try:
            parsed_crs(columns.crs)
        except InvalidParameterError as error:
            raise DatasetSettingsError("--crs", columns.crs, error.allowed) from None
    if columns.decimal not in (".", ",", None):
        raise DatasetSettingsError("decimal sign", columns.decimal, "a full stop or a comma")
    reserved_names = set(RESERVED)
    if columns.postcode is not None:
        reserved_names |= {LOCATED_BY, LOCATION_QUALITY}
    for name in columns.attributes:
        if not _ATTRIBUTE.fullmatch(name) or name in reserved_names:
            raise DatasetSettingsError(
                "attribute",
                name,
                "a lower-case name of letters, digits and _ that no column of the table has",
            )
