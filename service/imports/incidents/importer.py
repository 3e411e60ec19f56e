"""The part of an import of incidents that does not depend on the format of the files."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from service.imports.files import rejects as rejecting
from service.imports.files.rejects import Reject
from service.imports.files.sources import Source
from service.imports.files.summary import (
    AreaCodes,
    DuplicateIds,
    FileSummary,
    ImportSummary,
    Progress,
    Skipped,
    silent,
)
from service.imports.incidents.area_codes import LayerCodes, find_layer
from service.imports.incidents.by_postcode import PostcodeTally, not_found, tally_lines
from service.store.delta import SourceFile
from service.store.errors import ImportRefusedError
from service.store.incidents import IncidentStore, checked_dataset_id

_CHECKING, _READING = 0.1, 0.6  # shares of the whole time


@dataclass(frozen=True)
class ImportOptions:
    """What every import of incidents can be told.

    Attributes
    ----------
    dataset : str
        Where the rows go; made where it does not exist.
    title, source, licence : str
        Kept with the dataset. Empty: as they were.
    synthetic : bool
        True for invented incidents.
    area_layer : str or None
        The layer that area codes in the files belong to; None: found out.
    layers : mapping
        Codes of the layers that are loaded, by layer id.
    study_box_m : (left, bottom, right, top) or None
        Of the study area in the working CRS: most places outside it is worth a note.
    replace : bool
        Put the rows in the place of those imported before from the same files.
    strict : bool
        Refuse the import at the first row that is not usable.
    max_rejected_share : float
        Refuse the import where more than this share of the rows is not usable, 0 to 1.
    rejects_path : Path or None
        Where rejected rows are listed; None: ``rejected/<dataset>.csv`` in the data folder.
    """

    dataset: str
    title: str = ""
    source: str = ""
    licence: str = ""
    synthetic: bool = False
    area_layer: str | None = None
    layers: LayerCodes = field(default_factory=dict)
    study_box_m: tuple[float, float, float, float] | None = None
    replace: bool = False
    strict: bool = False
    max_rejected_share: float = rejecting.MAX_REJECTED_SHARE
    rejects_path: Path | None = None
    progress: Progress = silent


@dataclass(frozen=True, eq=False)
class ParsedFile:
    """One file, read and checked.

    Attributes
    ----------
    rows : pyarrow.Table
        The usable rows with the columns of an incident table; no `area_layer` yet.
    read : int
        Usable and rejected rows.
    hint : str
        What may be wrong where many rows are rejected.
    postcodes : PostcodeTally or None
        What became of rows with a postcode; None where no column has one.
    """

    file: SourceFile
    encoding: str
    rows: pa.Table
    read: int
    blank: int
    rejects: tuple[Reject, ...]
    notes: tuple[str, ...] = ()
    hint: str = ""
    postcodes: PostcodeTally | None = None


Parser = Callable[[bytes, str, Callable[[int], None]], ParsedFile]
"""Reads one file: content, name, and whom to tell how many bytes have been read."""


def import_files(
    store: IncidentStore,
    sources: Sequence[Source],
    skipped: Sequence[Skipped],
    parse: Parser,
    options: ImportOptions,
) -> ImportSummary:
    """Read all files, then write the rows of all of them in one commit.

    Raises
    ------
    AlreadyImportedError, SameNameError
        Without `replace`, if a file is in the dataset already; nothing is read then.
    ImportRefusedError
        If a file cannot be read as what it should be, or too many rows are not usable.
    """
    checked_dataset_id(options.dataset)
    files = _identified(sources, options.progress)
    store.check_import(options.dataset, files, replace=options.replace)
    parsed = _parsed(sources, files, parse, options.progress)
    rows = pa.concat_tables([one.rows for one in parsed], promote_options="default")
    rejects = [
        reject
        for one in parsed
        for reject in sorted(one.rejects, key=lambda reject: (reject.row, reject.column))
    ]
    listed_in = _list_rejects(store, rejects, sources, options)
    rejecting.check_share(
        rejects,
        rows=sum(one.read for one in parsed),
        files=_named(files),
        strict=options.strict,
        max_share=options.max_rejected_share,
        listed_in=listed_in,
        hint=next((one.hint for one in parsed if one.hint), ""),
    )
    located = rows.column("easting_m").is_valid().to_numpy()
    area_codes, notes = find_layer(
        rows.column("area_code"), located, options.layers, given=options.area_layer
    )
    rows = rows.append_column("area_layer", _layer_column(rows, area_codes))
    duplicates = _duplicate_ids(store, rows, files, options)
    options.progress("writing", _CHECKING + _READING)
    committed = store.append(
        options.dataset,
        rows,
        files=files,
        title=options.title,
        source=options.source,
        licence=options.licence,
        synthetic=options.synthetic,
        replace=options.replace,
    )
    options.progress("done", 1.0)
    summaries = tuple(_summary(one) for one in parsed)
    tallies = [one.postcodes for one in parsed if one.postcodes is not None]
    return ImportSummary(
        kind="incidents",
        target=options.dataset,
        version=committed.version,
        files=summaries,
        read=sum(one.read for one in summaries),
        written=rows.num_rows,
        rejected=sum(one.rejected for one in summaries),
        replaced=committed.rows_replaced,
        not_located=int((~located).sum()),
        located_by_postcode=sum(tally.located for tally in tallies),
        not_found_path=_list_not_found(store, tallies, options),
        rejected_for=rejecting.counted(rejects),
        rejects_path=listed_in,
        area_codes=area_codes,
        duplicate_ids=duplicates,
        skipped=tuple(skipped),
        notes=(
            *(note for one in parsed for note in one.notes),
            *tally_lines(tallies),
            *notes,
            *_box_notes(rows, options),
        ),
    )


def _identified(sources: Sequence[Source], progress: Progress) -> tuple[SourceFile, ...]:
    """Each file with the digest of its content."""
    total = sum(source.size_bytes for source in sources)
    done = 0
    files = []
    for source in sources:
        progress("checking", _CHECKING * done / max(total, 1))
        files.append(SourceFile.of(source.name, source.read_bytes()))
        done += source.size_bytes
    return tuple(files)


def _parsed(
    sources: Sequence[Source], files: Sequence[SourceFile], parse: Parser, progress: Progress
) -> list[ParsedFile]:
    """Each file read and checked."""
    total = sum(source.size_bytes for source in sources)
    done = 0
    parsed = []
    for source, file in zip(sources, files, strict=True):

        def tell(bytes_read: int, *, before: int = done, source: Source = source) -> None:
            share = (before + min(bytes_read, source.size_bytes)) / max(total, 1)
            progress(f"reading {source.name}", _CHECKING + _READING * share)

        one = parse(source.read_bytes(), source.name, tell)
        if one.file != file:
            raise ImportRefusedError(source.name, "the file changed while it was being read")
        parsed.append(one)
        done += source.size_bytes
    return parsed


def _list_rejects(
    store: IncidentStore,
    rejects: Sequence[Reject],
    sources: Sequence[Source],
    options: ImportOptions,
) -> Path | None:
    """The file that lists the rejected rows, written; None where there are none."""
    if not rejects:
        return None
    path = options.rejects_path or rejecting.default_path(store.folder, options.dataset)
    rejecting.check_not_source(path, [source.path for source in sources])
    return rejecting.write_rejects(path, rejects)


def _list_not_found(
    store: IncidentStore, tallies: Sequence[PostcodeTally], options: ImportOptions
) -> Path | None:
    """The file that lists the rows whose postcode did not locate them; None without any."""
    rows = not_found(tallies)
    if not rows:
        return None
    stem = f"{options.dataset}-postcodes-not-found"
    return rejecting.write_rejects(rejecting.default_path(store.folder, stem), rows)


def _layer_column(rows: pa.Table, area_codes: AreaCodes) -> pa.Array:
    """The layer of each row's area code, null where it has none."""
    has_code = rows.column("area_code").is_valid()
    layer = pa.scalar(area_codes.layer, pa.string())
    return pc.if_else(has_code, layer, pa.scalar(None, pa.string()))


def _duplicate_ids(
    store: IncidentStore, rows: pa.Table, files: Sequence[SourceFile], options: ImportOptions
) -> DuplicateIds:
    """The incident ids that are there more than once, in these rows or with those at rest."""
    ids = rows.column("incident_id")
    counts = pc.value_counts(ids.drop_null())
    values, times = counts.field("values"), counts.field("counts")
    repeated = values.filter(pc.greater(times, 1))
    there = store.known_ids(options.dataset, values, without=files)
    several = pc.unique(pa.concat_arrays([repeated, there]))
    if len(several) == 0:
        return DuplicateIds(0, 0, ())
    concerned = pc.is_in(ids, value_set=several)
    found = rows.filter(concerned).select(["incident_id", "source_file", "source_row"])
    first = []
    for value in several[: rejecting.SHOWN]:
        same = found.filter(pc.equal(found.column("incident_id"), value)).to_pylist()
        places = [f"{row['source_file']} row {row['source_row']}" for row in same[:3]]
        if pc.is_in(value, value_set=there).as_py():
            places.append("imported before")
        first.append(f"{value.as_py()}: {', '.join(places)}")
    return DuplicateIds(len(several), found.num_rows, tuple(first))


def _box_notes(rows: pa.Table, options: ImportOptions) -> tuple[str, ...]:
    """What to say where most places lie outside the study area's box."""
    if options.study_box_m is None:
        return ()
    left, bottom, right, top = options.study_box_m
    easting, northing = (rows.column(name).drop_null() for name in ("easting_m", "northing_m"))
    x_m, y_m = easting.to_numpy(), northing.to_numpy()
    outside = (x_m < left) | (x_m > right) | (y_m < bottom) | (y_m > top)
    if len(x_m) == 0 or outside.mean() <= 0.5:
        return ()
    share = f"{outside.mean():.0%} of the places"
    return (f"{share} lie outside the box around the study area: is the CRS the right one?",)


def _summary(one: ParsedFile) -> FileSummary:
    """What became of one file."""
    return FileSummary(
        name=one.file.name,
        sha256=one.file.sha256,
        encoding=one.encoding,
        read=one.read,
        written=one.rows.num_rows,
        rejected=one.read - one.rows.num_rows,
        not_located=one.rows.column("easting_m").null_count,
        blank=one.blank,
    )


def _named(files: Sequence[SourceFile]) -> str:
    """The file, or the first and how many more."""
    more = f" and {len(files) - 1} more" if len(files) > 1 else ""
    return f"{files[0].name}{more}"
