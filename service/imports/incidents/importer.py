"""Steps of an import of incidents that are common to all file formats."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from boundaries.layers.layer import Layer
from service.config.settings import ImportSettings
from service.imports.files import rejects as rejecting
from service.imports.files.rejects import Reject
from service.imports.files.sources import LIMITS, Source
from service.imports.files.summary import (
    AreaCodes,
    DuplicateIds,
    FileSummary,
    ImportSummary,
    OnRepeat,
    Progress,
    Skipped,
    silent,
)
from service.imports.incidents.area_codes import LayerCodes, find_layer
from service.imports.incidents.by_postcode import PostcodeTally, not_found, tally_lines
from service.imports.incidents.import_record import import_record
from service.imports.incidents.period import ImportPeriod
from service.store.dataset_ids import checked_dataset_id
from service.store.errors import ImportRefusedError
from service.store.incident_rows import is_last_of_its_id
from service.store.incidents import IncidentStore
from service.store.source_files import SourceFile

_CHECKING, _READING = 0.1, 0.6  # shares of the whole time


@dataclass(frozen=True)
class ImportOptions:
    """Options common to all incident imports.

    Attributes
    ----------
    dataset : str
        Where the rows go; created if it does not exist.
    title, source, licence, denominator, description, limitations : str
        Stored with the dataset. Empty: unchanged.
    synthetic : bool
        True for invented incidents.
    area_layer : str or None
        The layer that the area codes belong to; None: detected.
    layers : mapping
        Codes of the imported layers, by layer id, and of those that only a lookup names.
    areas : mapping
        The imported layers, by layer id, for comparing codes with places.
    study_box_m : (left, bottom, right, top) or None
        Box of the study area in the working CRS; a note is made if most places lie outside.
    period : ImportPeriod
        The days that the files cover, and the bounds outside which rows are left out.
    replace : bool
        Replace the rows imported before from the same files.
    on_repeat : {"refuse", "keep", "replace"}
        Rows with an id that another row has, in these files or imported before: refuse the
        import, keep them all, or let the last one replace the others.
    strict : bool
        Refuse the import if any row is unusable.
    max_rejected_share : float
        Refuse the import if more than this share of the rows is unusable, 0 to 1.
    rejects_path : Path or None
        Where rejected rows are listed; None: in a file of this import in ``rejected`` in the data
        folder.
    limits : ImportSettings
        What reading the files may take.
    """

    dataset: str
    title: str = ""
    source: str = ""
    licence: str = ""
    denominator: str = ""
    description: str = ""
    limitations: str = ""
    synthetic: bool = False
    area_layer: str | None = None
    layers: LayerCodes = field(default_factory=dict)
    areas: Mapping[str, Layer] = field(default_factory=dict)
    study_box_m: tuple[float, float, float, float] | None = None
    period: ImportPeriod = field(default_factory=ImportPeriod)
    replace: bool = False
    on_repeat: OnRepeat = "keep"
    strict: bool = False
    max_rejected_share: float = rejecting.MAX_REJECTED_SHARE
    rejects_path: Path | None = None
    limits: ImportSettings = LIMITS
    progress: Progress = silent


@dataclass(frozen=True, eq=False)
class ParsedFile:
    """One file that has been read and checked.

    Attributes
    ----------
    rows : pyarrow.Table
        The usable rows with the columns of an incident table; no `area_layer` yet.
    read : int
        Usable and rejected rows, and those left out.
    left_out : int
        Usable rows outside the bounds of the import.
    coordinates : str
        From which CRS the places were read, and by which operation.
    hint : str
        Likely cause if many rows are rejected.
    postcodes : PostcodeTally or None
        Counts of rows with a postcode; None if no column has one.
    findings : mapping of str to int
        Rows of which something is noted, by what that is: kept with the dataset.
    weight : str
        Name of the column with the weights; empty where every weight is 1.
    """

    file: SourceFile
    encoding: str
    rows: pa.Table
    read: int
    blank: int
    rejects: tuple[Reject, ...]
    notes: tuple[str, ...] = ()
    hint: str = ""
    coordinates: str = ""
    postcodes: PostcodeTally | None = None
    left_out: int = 0
    findings: Mapping[str, int] = field(default_factory=dict)
    weight: str = ""


Parser = Callable[[bytes, str, Callable[[int], None]], ParsedFile]
"""Reads one file: its content, its name, and a callback for the number of bytes read."""


def import_files(
    store: IncidentStore,
    sources: Sequence[Source],
    skipped: Sequence[Skipped],
    parse: Parser,
    options: ImportOptions,
) -> ImportSummary:
    """Read all files, then write their rows in one commit.

    Parameters
    ----------
    store : IncidentStore
        Where the rows go.
    sources : sequence of Source
        The files to read.
    skipped : sequence of Skipped
        Files that are not read, for the summary.
    parse : callable
        Reads one file; see ``Parser``.
    options : ImportOptions
        Dataset, title, limits and the remaining settings.

    Returns
    -------
    ImportSummary
        Counts, rejects and notes over all files.

    Raises
    ------
    AlreadyImportedError, SameNameError
        Without ``options.replace``, if a file is already in the dataset; checked before reading.
    ImportRefusedError
        If a file cannot be read in its format, or too many rows are unusable.
    """
    checked_dataset_id(options.dataset)
    files = _source_files(sources, options.progress)
    store.check_import(options.dataset, files, replace=options.replace)
    parsed_files = _parse_all(sources, files, parse, options)
    rows = pa.concat_tables(
        [parsed_file.rows for parsed_file in parsed_files], promote_options="default"
    )
    rejects = [
        reject
        for parsed_file in parsed_files
        for reject in sorted(parsed_file.rejects, key=lambda reject: (reject.row, reject.column))
    ]
    rejects_path = _list_rejects(store, rejects, sources, files, options)
    rejecting.check_share(
        rejects,
        rows=sum(parsed_file.read for parsed_file in parsed_files),
        files=_file_label(files),
        strict=options.strict,
        max_share=options.max_rejected_share,
        listed_in=rejects_path,
        hint=next((parsed_file.hint for parsed_file in parsed_files if parsed_file.hint), ""),
    )
    duplicates = _duplicate_ids(store, rows, files, options)
    if options.on_repeat == "replace":
        rows = rows.filter(pa.array(is_last_of_its_id(rows.column("incident_id"))))
    located = rows.column("easting_m").is_valid().to_numpy()
    area_codes, notes = find_layer(
        rows.column("area_code"),
        np.column_stack([rows.column(name).to_numpy() for name in ("easting_m", "northing_m")]),
        options.layers,
        areas=options.areas,
        named_layer=options.area_layer,
    )
    rows = rows.append_column("area_layer", _layer_column(rows, area_codes))
    operations = [parsed_file.coordinates for parsed_file in parsed_files]
    coordinates = tuple(dict.fromkeys(name for name in operations if name))
    counts = pc.value_counts(rows.column("source_file")).to_pylist()
    written = {count["values"]: count["counts"] for count in counts}
    summaries = tuple(_summary(parsed_file, written) for parsed_file in parsed_files)
    rejected_for = rejecting.group_rejects(rejects)
    findings = _findings(parsed_files, area_codes)
    options.progress("writing", _CHECKING + _READING)
    committed = store.append(
        options.dataset,
        rows,
        files=files,
        title=options.title,
        source=options.source,
        licence=options.licence,
        denominator=options.denominator,
        description=options.description,
        limitations=options.limitations,
        synthetic=options.synthetic,
        replace=options.replace,
        coordinates=coordinates,
        covers=options.period.covers,
        today=options.period.today,
        replace_ids=options.on_repeat == "replace",
        found=import_record(
            summaries,
            rejected_for,
            duplicates,
            findings,
            weight=next((parsed.weight for parsed in parsed_files if parsed.weight), ""),
        ),
    )
    options.progress("done", 1.0)
    left_out = sum(summary.left_out for summary in summaries)
    tallies = [
        parsed_file.postcodes for parsed_file in parsed_files if parsed_file.postcodes is not None
    ]
    return ImportSummary(
        kind="incidents",
        target=options.dataset,
        version=committed.version,
        files=summaries,
        read=sum(summary.read for summary in summaries),
        written=rows.num_rows,
        rejected=sum(summary.rejected for summary in summaries),
        replaced=committed.rows_replaced,
        not_located=int((~located).sum()),
        located_by_postcode=sum(tally.located for tally in tallies),
        not_found_path=_list_not_found(store, tallies, files, options),
        rejected_for=rejected_for,
        rejects_path=rejects_path,
        coordinates=coordinates,
        period=options.period.lines(store.open(options.dataset).coverage, rows, left_out=left_out),
        area_codes=area_codes,
        duplicate_ids=duplicates,
        skipped=tuple(skipped),
        notes=(
            *(note for parsed_file in parsed_files for note in parsed_file.notes),
            *tally_lines(tallies),
            *notes,
            *_box_notes(rows, options),
            *committed.notes,
        ),
    )


def _source_files(sources: Sequence[Source], progress: Progress) -> tuple[SourceFile, ...]:
    """Each file with the digest of its content."""
    total = sum(source.size_bytes for source in sources)
    bytes_done = 0
    files = []
    for source in sources:
        progress("checking", _CHECKING * bytes_done / max(total, 1))
        files.append(SourceFile.of(source.name, source.read_bytes()))
        bytes_done += source.size_bytes
    return tuple(files)


def _parse_all(
    sources: Sequence[Source],
    files: Sequence[SourceFile],
    parse: Parser,
    options: ImportOptions,
) -> list[ParsedFile]:
    """Read and check each file."""
    total = sum(source.size_bytes for source in sources)
    bytes_done = 0
    parsed_files = []
    for source, file in zip(sources, files, strict=True):

        def tell(
            bytes_read: int, *, start_bytes: int = bytes_done, source: Source = source
        ) -> None:
            share = (start_bytes + min(bytes_read, source.size_bytes)) / max(total, 1)
            options.progress(f"reading {source.name}", _CHECKING + _READING * share)

        parsed_file = parse(source.read_bytes(), source.name, tell)
        if parsed_file.file != file:
            raise ImportRefusedError(source.name, "the file changed while it was being read")
        rows = options.period.inside(parsed_file.rows)
        left_out = parsed_file.rows.num_rows - rows.num_rows
        parsed_files.append(replace(parsed_file, rows=rows, left_out=left_out))
        bytes_done += source.size_bytes
    return parsed_files


def _list_rejects(
    store: IncidentStore,
    rejects: Sequence[Reject],
    sources: Sequence[Source],
    files: Sequence[SourceFile],
    options: ImportOptions,
) -> Path | None:
    """Write the rejected rows to a file and return its path; None if there are none."""
    if not rejects:
        return None
    path = options.rejects_path or rejecting.default_path(store.folder, options.dataset, files)
    rejecting.check_not_source(path, [source.path for source in sources])
    return rejecting.write_rejects(path, rejects)


def _list_not_found(
    store: IncidentStore,
    tallies: Sequence[PostcodeTally],
    files: Sequence[SourceFile],
    options: ImportOptions,
) -> Path | None:
    """Write the rows that their postcode did not locate to a file; None if there are none."""
    rows = not_found(tallies)
    if not rows:
        return None
    stem = f"{options.dataset}{rejecting.NOT_FOUND}"
    return rejecting.write_rejects(rejecting.default_path(store.folder, stem, files), rows)


def _layer_column(rows: pa.Table, area_codes: AreaCodes) -> pa.Array:
    """The layer of each row's area code, null where it has none."""
    has_code = rows.column("area_code").is_valid()
    layer = pa.scalar(area_codes.layer, pa.string())
    return pc.if_else(has_code, layer, pa.scalar(None, pa.string()))


def _duplicate_ids(
    store: IncidentStore, rows: pa.Table, files: Sequence[SourceFile], options: ImportOptions
) -> DuplicateIds:
    """Incident ids that are repeated, among these rows or in the stored ones; or a refusal."""
    ids = rows.column("incident_id")
    counts = pc.value_counts(ids.drop_null())
    values, id_counts = counts.field("values"), counts.field("counts")
    repeated = values.filter(pc.greater(id_counts, 1))
    existing = store.known_ids(options.dataset, values, without=files)
    duplicates = pc.unique(pa.concat_arrays([repeated, existing]))
    if len(duplicates) == 0:
        return DuplicateIds(0, 0, ())
    is_duplicate = pc.is_in(ids, value_set=duplicates)
    duplicate_rows = rows.filter(is_duplicate).select(["incident_id", "source_file", "source_row"])
    examples = []
    for value in duplicates[: rejecting.SHOWN]:
        same_id = duplicate_rows.filter(
            pc.equal(duplicate_rows.column("incident_id"), value)
        ).to_pylist()
        occurrences = [f"{row['source_file']} row {row['source_row']}" for row in same_id[:3]]
        if pc.is_in(value, value_set=existing).as_py():
            occurrences.append("imported before")
        examples.append(f"{value.as_py()}: {', '.join(occurrences)}")
    found = DuplicateIds(
        len(duplicates), duplicate_rows.num_rows, tuple(examples), options.on_repeat
    )
    if options.on_repeat == "refuse":
        raise ImportRefusedError(
            _file_label(files),
            f"{found.line()} (--on-repeat refuse); keep keeps every row, replace the last of each "
            "id",
        )
    return found


def _box_notes(rows: pa.Table, options: ImportOptions) -> tuple[str, ...]:
    """A note if most places lie outside the box of the study area."""
    if options.study_box_m is None:
        return ()
    left, bottom, right, top = options.study_box_m
    easting, northing = (rows.column(name).drop_null() for name in ("easting_m", "northing_m"))
    x_m, y_m = easting.to_numpy(), northing.to_numpy()
    is_outside = (x_m < left) | (x_m > right) | (y_m < bottom) | (y_m > top)
    if len(x_m) == 0 or is_outside.mean() <= 0.5:
        return ()
    share_text = f"{is_outside.mean():.0%} of the places"
    return (f"{share_text} lie outside the box around the study area: is the CRS the right one?",)


def _findings(parsed_files: Sequence[ParsedFile], area_codes: AreaCodes) -> dict[str, int]:
    """What is noted of how many rows of all files."""
    total: Counter[str] = Counter()
    for parsed_file in parsed_files:
        total.update(parsed_file.findings)
    if area_codes.is_compared:
        layer = area_codes.layer
        total[f"have a code that is none of {layer}"] = area_codes.supplied - area_codes.in_layer
        total[f"lie outside the area of {layer} that their code names"] = (
            area_codes.placed_rows - area_codes.rows_inside
        )
    return {text: rows for text, rows in total.items() if rows}


def _summary(parsed_file: ParsedFile, written: Mapping[str, int]) -> FileSummary:
    """Counts for one file; `written` has the rows of each that are written."""
    rows = parsed_file.rows.num_rows
    written_rows = written.get(parsed_file.file.name, 0)
    first, last = _days(parsed_file.rows)
    return FileSummary(
        name=parsed_file.file.name,
        sha256=parsed_file.file.sha256,
        encoding=parsed_file.encoding,
        read=parsed_file.read,
        written=written_rows,
        rejected=parsed_file.read - rows - parsed_file.left_out,
        superseded=rows - written_rows,
        left_out=parsed_file.left_out,
        not_located=parsed_file.rows.column("easting_m").null_count,
        blank=parsed_file.blank,
        first=first,
        last=last,
    )


def _days(rows: pa.Table) -> tuple[str, str]:
    """The first and the last day of some rows, or month where any is known to the month only."""
    if not rows.num_rows:
        return "", ""
    ends = pc.min_max(rows.column("occurred")).as_py()
    is_monthly = pc.any(pc.equal(rows.column("precision"), "month")).as_py()
    first, last = (ends[name].date().isoformat()[: 7 if is_monthly else 10] for name in ends)
    return first, last


def _file_label(files: Sequence[SourceFile]) -> str:
    """The name of the file, or of the first and the number of others."""
    suffix = f" and {len(files) - 1} more" if len(files) > 1 else ""
    return f"{files[0].name}{suffix}"
