"""Imports unit postcodes from Code-Point Open, ONSPD or NSPL."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from service.config.settings import ImportSettings
from service.imports.files import rejects as rejecting
from service.imports.files.coordinates import to_places
from service.imports.files.delimited import DelimitedFile, read_delimited
from service.imports.files.numbers import Numbers, parse_numbers
from service.imports.files.rejects import Reject
from service.imports.files.sources import LIMITS, Source, find_sources
from service.imports.files.summary import FileSummary, ImportSummary, Progress, Skipped, silent
from service.imports.postcodes.layouts import GREAT_BRITAIN, Layout, code_point_header, layout_of
from service.store.errors import ImportRefusedError
from service.store.reference.postcodes import QUALITIES, SCHEMA, PostcodeStore, to_units, written
from service.store.source_files import SourceFile
from spatial.arrays import BoolArray, FloatArray
from spatial.coordinates.crs import WGS84, british_kind

NO_PLACE = 9
_CHECKING, _READING = 0.2, 0.6  # shares of the whole time
_IRISH = "^BT"  # their eastings and northings are of the Irish grid
_NO_PLACE_LAT_DEG = 90.0  # directories write 99.999999 for a latitude that is not known
_ENDED = r"^(?P<year>[12][0-9]{3})(?P<month>0[1-9]|1[0-2])$"


@dataclass(frozen=True)
class PostcodeOptions:
    """Options of an import of postcodes.

    Attributes
    ----------
    source, licence : str
        Stored with the postcodes; by default those of the layout's publisher.
    replace : bool
        Replace the postcodes that are already stored.
    strict, max_rejected_share, rejects_path, limits
        As for incidents.
    """

    source: str = ""
    licence: str = ""
    replace: bool = False
    strict: bool = False
    max_rejected_share: float = rejecting.MAX_REJECTED_SHARE
    rejects_path: Path | None = None
    limits: ImportSettings = LIMITS
    progress: Progress = silent


@dataclass(frozen=True, eq=False)
class _Parsed:
    """One file that has been read and checked."""

    summary: FileSummary
    layout: Layout
    rows: pa.Table
    rejects: tuple[Reject, ...]
    notes: tuple[str, ...]


def import_postcodes(
    store: PostcodeStore, paths: Sequence[Path], options: PostcodeOptions | None = None
) -> ImportSummary:
    """Import postcodes and their places, all files in one commit.

    Parameters
    ----------
    store : PostcodeStore
        Where the postcodes go.
    paths : sequence of Path
        Files, zips and folders. In a folder or zip the files in a known layout are read; the
        others are skipped and listed in the summary.
    options : PostcodeOptions or None
        Source, licence and limits; None: the defaults.

    Returns
    -------
    ImportSummary
        Counts, rejects and notes over all files.

    Raises
    ------
    ImportRefusedError
        If a named file has no known layout, no file has one, a postcode is repeated with different
        places, or too many rows are unusable.
    AlreadyImportedError, SameNameError, PostcodesExistError
        Without ``options.replace``, if a file or one of its postcodes is already stored.

    Notes
    -----
    Terminated postcodes and those without a place are kept. Places are the publisher's, in
    EPSG:27700; those of Northern Ireland, which are on the Irish grid, come from the longitude
    and latitude of the row where it has them. Where the working CRS is the British grid, they
    have none: it is not made for Northern Ireland.
    """
    options = options or PostcodeOptions()
    sources, skipped = find_sources(paths, skip_reason=_why_passed_over, limits=options.limits)
    postcode_sources, layouts, files, other_files = _in_known_layout(
        sources, set(paths), options.progress
    )
    store.check_import(files, replace=options.replace)
    parsed_files = _parse_all(postcode_sources, layouts, files, store.crs, options.progress)
    rejects = [reject for parsed_file in parsed_files for reject in parsed_file.rejects]
    rejects_path = _list_rejects(store, postcode_sources, files, rejects, options)
    names = files[0].name + (f" and {len(files) - 1} more" if len(files) > 1 else "")
    rejecting.check_share(
        rejects,
        rows=sum(parsed_file.summary.read for parsed_file in parsed_files),
        files=names,
        strict=options.strict,
        max_share=options.max_rejected_share,
        listed_in=rejects_path,
    )
    rows, repeat_count = _unique_postcodes(
        pa.concat_tables([parsed_file.rows for parsed_file in parsed_files]), names
    )
    options.progress("writing", _CHECKING + _READING)
    committed = store.append(
        rows,
        files=files,
        source=options.source or layouts[0].source,
        licence=options.licence or layouts[0].licence,
        replace=options.replace,
    )
    options.progress("done", 1.0)
    summaries = tuple(parsed_file.summary for parsed_file in parsed_files)
    return ImportSummary(
        kind="postcodes",
        target=", ".join(dict.fromkeys(layout.name for layout in layouts)),
        version=committed.version,
        files=summaries,
        read=sum(summary.read for summary in summaries),
        written=rows.num_rows,
        rejected=sum(summary.rejected for summary in summaries),
        replaced=committed.rows_replaced,
        not_located=rows.column("easting_m").null_count,
        rejected_for=rejecting.group_rejects(rejects),
        rejects_path=rejects_path,
        skipped=(*skipped, *other_files),
        notes=(
            *_notes(rows, repeat_count),
            *(note for parsed_file in parsed_files for note in parsed_file.notes),
            *committed.notes,
        ),
    )


def _why_passed_over(name: str) -> str | None:
    """None for a file whose name allows postcodes, otherwise why it is skipped."""
    if name.lower().endswith((".csv", ".txt")):
        return None
    return "its name does not end in .csv or .txt"


def _in_known_layout(
    sources: Sequence[Source], named_paths: set[Path], progress: Progress
) -> tuple[list[Source], list[Layout], tuple[SourceFile, ...], list[Skipped]]:
    """The files in a known layout with their digests, and the files that are skipped."""
    folders = {(source.path, _folder(source)) for source in sources if source.member}
    part_sources = [source for source in sources if not _is_whole(source, folders)]
    skipped = [
        Skipped(source.name, "its rows are read from the files of the folder multi_csv")
        for source in sources
        if _is_whole(source, folders)
    ]
    header = next(
        (part_header for source in part_sources if (part_header := _header_in(source))), None
    )
    postcode_sources, layouts, files = [], [], []
    total = sum(source.size_bytes for source in part_sources)
    bytes_done = 0
    for source in part_sources:
        progress(f"checking {source.name}", _CHECKING * bytes_done / max(total, 1))
        content = source.read_bytes()
        layout = layout_of(content, header)
        bytes_done += source.size_bytes
        if code_point_header(content) is not None:
            skipped.append(Skipped(source.name, "it holds column names only"))
        elif layout is not None:
            postcode_sources.append(source)
            layouts.append(layout)
            files.append(SourceFile.of(source.name, content))
        elif source.member is None and source.path in named_paths:
            raise ImportRefusedError(
                str(source.path),
                "is in no layout of postcodes that is known: Code-Point Open (postcode, quality, "
                "eastings, northings ...) or ONSPD and NSPL (a header with pcds, oseast1m, "
                "osnrth1m ...)",
            )
        else:
            skipped.append(Skipped(source.name, "it holds no postcodes with places"))
    if not postcode_sources:
        raise ImportRefusedError(str(sources[0].path), "no file in it holds postcodes with places")
    return postcode_sources, layouts, tuple(files), skipped


def _folder(source: Source) -> PurePosixPath:
    """The folder of a member of a zip."""
    return PurePosixPath(source.member or "").parent


def _is_whole(source: Source, folders: set[tuple[Path, PurePosixPath]]) -> bool:
    """True for ONSPD's single file of 1.3 GB if ``multi_csv`` beside it has the same rows.

    The parts, one per postcode area, need a fiftieth of the memory.
    """
    return bool(source.member) and (source.path, _folder(source) / "multi_csv") in folders


def _header_in(source: Source) -> tuple[str, ...] | None:
    """The column names, if this is Code-Point Open's small file of them."""
    return code_point_header(source.read_bytes()) if source.size_bytes < 10_000 else None


def _parse_all(
    sources: Sequence[Source],
    layouts: Sequence[Layout],
    files: Sequence[SourceFile],
    working_crs: str,
    progress: Progress,
) -> list[_Parsed]:
    """Read and check every file."""
    total = sum(source.size_bytes for source in sources)
    bytes_done = 0
    parsed_files = []
    for source, layout, file in zip(sources, layouts, files, strict=True):

        def tell(
            bytes_read: int, *, start_bytes: int = bytes_done, source: Source = source
        ) -> None:
            share = (start_bytes + min(bytes_read, source.size_bytes)) / max(total, 1)
            progress(f"reading {source.name}", _CHECKING + _READING * share)

        content = source.read_bytes()
        if SourceFile.of(source.name, content) != file:
            raise ImportRefusedError(source.name, "the file changed while it was being read")
        parsed_files.append(_parse(content, layout, source.name, working_crs, tell))
        bytes_done += source.size_bytes
    return parsed_files


def _parse(
    content: bytes,
    layout: Layout,
    name: str,
    working_crs: str,
    on_bytes: Callable[[int], None],
) -> _Parsed:
    """The postcodes in one file."""
    contents = read_delimited(
        content,
        name=name,
        delimiter=",",
        header=layout.header,
        only_columns=layout.columns,
        on_bytes=on_bytes,
    )
    text = contents.table.column(layout.postcode)
    units = to_units(text)
    is_bad = units.is_null().to_numpy()
    contents.check.reject(is_bad, layout.postcode, text, "is not a complete postcode")
    quality = _quality(contents, layout)
    xy_m, place_notes = _places(contents, layout, units, quality, working_crs)
    rows = pa.table(
        {
            "postcode": units,
            "easting_m": pa.array(xy_m[:, 0], from_pandas=True),
            "northing_m": pa.array(xy_m[:, 1], from_pandas=True),
            "quality": quality,
            "ended": _ended(contents, layout),
            "country": _text(contents, layout.country),
            "source_file": pa.repeat(pa.scalar(name), contents.table.num_rows),
            "source_row": pa.array(contents.check.row_numbers),
            "source_sha256": pa.repeat(pa.scalar(contents.file.sha256), contents.table.num_rows),
        }
    ).filter(pa.array(contents.check.usable))
    summary = FileSummary(
        name=name,
        sha256=contents.file.sha256,
        encoding=contents.encoding,
        read=contents.rows_read,
        written=rows.num_rows,
        rejected=contents.rows_read - rows.num_rows,
        not_located=rows.column("easting_m").null_count,
        blank=contents.blank,
    )
    rejects = sorted(contents.check.rejects, key=lambda reject: (reject.row, reject.column))
    return _Parsed(summary, layout, rows, tuple(rejects), (*contents.notes, *place_notes))


def _text(contents: DelimitedFile, column: str | None) -> pa.ChunkedArray | pa.Array:
    """A column as text; nulls where the layout has none."""
    if column is None:
        return pa.nulls(contents.table.num_rows, pa.string())
    return contents.table.column(column)


def _quality(contents: DelimitedFile, layout: Layout) -> pa.Array:
    """The positional quality of each row; null where the file does not say."""
    if layout.quality is None:
        return pa.nulls(contents.table.num_rows, pa.int8())
    text = contents.table.column(layout.quality)
    steps = parse_numbers(text)
    grades = steps.values / layout.quality_step
    is_grade = np.isin(grades, list(QUALITIES))
    allowed = ", ".join(str(grade * layout.quality_step) for grade in QUALITIES)
    contents.check.reject(
        ~steps.blank & ~is_grade, layout.quality, text, f"is not a positional quality ({allowed})"
    )
    return pa.array(np.where(is_grade, grades, 0).astype(np.int8), mask=~is_grade)


def _ended(contents: DelimitedFile, layout: Layout) -> pa.ChunkedArray | pa.Array:
    """The month in which each postcode was terminated, as 2010-03; null for one in use."""
    if layout.ended is None:
        return pa.nulls(contents.table.num_rows, pa.string())
    text = contents.table.column(layout.ended)
    parts = pc.extract_regex(text, _ENDED)
    month = pc.binary_join_element_wise(
        pc.struct_field(parts, "year"), pc.struct_field(parts, "month"), "-"
    )
    is_bad = pc.and_(pc.is_valid(text), pc.is_null(month)).to_numpy()
    contents.check.reject(is_bad, layout.ended, text, "is not a month such as 201003")
    return month


def _places(
    contents: DelimitedFile,
    layout: Layout,
    units: pa.ChunkedArray,
    quality: pa.Array,
    working_crs: str,
) -> tuple[FloatArray, tuple[str, ...]]:
    """(n, 2) place of each row in the working CRS, NaN where it has none; and notes."""
    is_irish = pc.match_substring_regex(units, _IRISH).fill_null(False).to_numpy()
    has_no_place = pc.equal(quality, NO_PLACE).fill_null(False).to_numpy(zero_copy_only=False)
    east, north = (_numbers(contents, column) for column in (layout.easting, layout.northing))
    xy_m = _locate(
        contents, layout, east, north, ~is_irish & ~has_no_place, GREAT_BRITAIN, working_crs
    )
    if not is_irish.any():
        return xy_m, ()
    if layout.longitude is None or layout.latitude is None:
        note = (
            f"{contents.file.name}: {int(is_irish.sum()):,} postcodes of Northern Ireland have no "
            "place: theirs is on the Irish grid"
        )
        return xy_m, (note,)
    lon, lat = (_numbers(contents, column) for column in (layout.longitude, layout.latitude))
    has_degrees = is_irish & ~has_no_place & (lat.values < _NO_PLACE_LAT_DEG)
    if british_kind(working_crs) is not None:
        note = (
            f"{contents.file.name}: {int(is_irish.sum()):,} postcodes of Northern Ireland have no "
            f"place: {working_crs} is not made for it"
        )
        return xy_m, (note,)
    by_degrees = _locate(contents, layout, lon, lat, has_degrees, WGS84, working_crs)
    xy_m[has_degrees] = by_degrees[has_degrees]
    return xy_m, ()


def _locate(
    contents: DelimitedFile,
    layout: Layout,
    x: Numbers,
    y: Numbers,
    is_wanted: BoolArray,
    crs: str,
    working_crs: str,
) -> FloatArray:
    """(n, 2) places of the wanted rows; those without a usable place are rejected."""
    places = to_places(
        *(replace(numbers, values=np.where(is_wanted, numbers.values, 0.0)) for numbers in (x, y)),
        crs=crs,
        working_crs=working_crs,
    )
    names = f"{layout.easting}, {layout.northing}"
    joined_text = pc.binary_join_element_wise(
        *(contents.table.column(name).fill_null("") for name in (layout.easting, layout.northing)),
        " ",
    )
    contents.check.reject(
        is_wanted & (places.half | x.bad | y.bad), names, joined_text, "is not a place"
    )
    contents.check.reject(
        is_wanted & (places.outside | places.degrees),
        names,
        joined_text,
        f"is not a place in {crs}",
    )
    return places.xy_m


def _numbers(contents: DelimitedFile, column: str) -> Numbers:
    """A column of coordinates."""
    return parse_numbers(contents.table.column(column))


def _list_rejects(
    store: PostcodeStore,
    sources: Sequence[Source],
    files: Sequence[SourceFile],
    rejects: Sequence[Reject],
    options: PostcodeOptions,
) -> Path | None:
    """Write the rejected rows to a file and return its path; None if there are none."""
    if not rejects:
        return None
    path = options.rejects_path or rejecting.default_path(store.folder, "postcodes", files)
    rejecting.check_not_source(path, [source.path for source in sources])
    return rejecting.write_rejects(path, rejects)


def _unique_postcodes(rows: pa.Table, files: str) -> tuple[pa.Table, int]:
    """The rows with each postcode once, and the number of repeated rows that were dropped.

    Raises
    ------
    ImportRefusedError
        If a postcode is repeated with different places.
    """
    if pc.count_distinct(rows.column("postcode")).as_py() == rows.num_rows:
        return rows, 0
    by_postcode = rows.group_by("postcode", use_threads=False).aggregate(
        [(name, "first") for name in SCHEMA.names if name in rows.column_names[1:]]
        + [(name, function) for name in ("easting_m", "northing_m") for function in ("min", "max")]
    )
    differences = [
        pc.greater(
            pc.subtract(by_postcode.column(f"{name}_max"), by_postcode.column(f"{name}_min")), 0.5
        )
        for name in ("easting_m", "northing_m")
    ]
    conflicts = (
        by_postcode.filter(pc.or_(*differences).fill_null(False)).column("postcode").to_pylist()
    )
    if conflicts:
        examples = ", ".join(written(postcode) for postcode in conflicts[:5])
        raise ImportRefusedError(
            files,
            f"{len(conflicts):,} postcodes occur more than once, in different places: {examples}",
        )
    names = [name for name in rows.column_names if name != "postcode"]
    unique_rows = by_postcode.select(["postcode", *(f"{name}_first" for name in names)])
    return unique_rows.rename_columns(["postcode", *names]), rows.num_rows - unique_rows.num_rows


def _notes(rows: pa.Table, repeat_count: int) -> list[str]:
    """Notes on the postcodes: places, grades, and terminated ones."""
    unplaced_count = rows.column("easting_m").null_count
    notes = [
        f"{rows.num_rows - unplaced_count:,} postcodes have a place, {unplaced_count:,} have none"
    ]
    grade_counts = Counter(rows.column("quality").to_pylist())
    for grade, meaning in QUALITIES.items():
        if grade_counts[grade]:
            notes.append(f"positional quality {grade}, {meaning}: {grade_counts[grade]:,}")
    if grade_counts[None]:
        notes.append(f"positional quality not stated: {grade_counts[None]:,}")
    ended_count = rows.num_rows - rows.column("ended").null_count
    if ended_count:
        notes.append(f"{ended_count:,} have ended; they are kept for incidents of their time")
    if repeat_count:
        notes.append(f"{repeat_count:,} rows repeat a postcode at the same place")
    return notes
