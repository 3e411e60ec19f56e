"""What imports of the gazetteer, of roads and of places have in common."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from service.config.settings import ImportSettings
from service.imports.files import rejects as rejecting
from service.imports.files.delimited import DelimitedFile
from service.imports.files.rejects import Reject
from service.imports.files.sources import LIMITS, Source, find_sources
from service.imports.files.summary import FileSummary, ImportSummary, Progress, Skipped, silent
from service.imports.files.vector import is_vector
from service.store.commits import Committed
from service.store.source_files import SourceFile


@dataclass(frozen=True, kw_only=True)
class PlaceOptions:
    """Options of imports of named points and of roads.

    Attributes
    ----------
    source, licence : str
        Stored with the rows; empty where unknown.
    crs : str or None
        Of the coordinates, where the file does not state it or states it wrongly.
    source_layer : str or None
        Layer within a file that holds several.
    delimiter : str or None
        One character; None: found in the header.
    replace, strict, max_rejected_share, rejects_path, limits, progress
        As of `FileOptions`.
    """

    source: str = ""
    licence: str = ""
    crs: str | None = None
    source_layer: str | None = None
    delimiter: str | None = None
    replace: bool = False
    strict: bool = False
    max_rejected_share: float = rejecting.MAX_REJECTED_SHARE
    rejects_path: Path | None = None
    limits: ImportSettings = LIMITS
    progress: Progress = silent


@dataclass(frozen=True, eq=False)
class ParsedFile:
    """One file, read and checked.

    Attributes
    ----------
    contents : DelimitedFile
        With its rejects.
    rows : pyarrow.Table
        The usable rows as the table has them.
    left_out : int
        Usable rows that are of a kind that is not imported.
    coordinates, hint : str
        As of `Places`.
    notes : tuple of str
        On this file.
    """

    contents: DelimitedFile
    rows: pa.Table
    left_out: int = 0
    coordinates: str = ""
    hint: str = ""
    notes: tuple[str, ...] = ()

    @property
    def file(self) -> SourceFile:
        """Where the rows came from."""
        return self.contents.file

    def summary(self) -> FileSummary:
        """Its counts.

        Returns
        -------
        FileSummary
            They add up.
        """
        read = self.contents.rows_read
        return FileSummary(
            name=self.file.name,
            sha256=self.file.sha256,
            encoding=self.contents.encoding,
            read=read,
            written=self.rows.num_rows,
            rejected=read - self.rows.num_rows - self.left_out,
            blank=self.contents.blank,
            left_out=self.left_out,
        )


def text_files(
    paths: Sequence[Path],
    options: PlaceOptions,
    skip_reason: Callable[[str], str | None],
) -> tuple[list[Path | Source], list[Skipped]]:
    """The files of an import: those that hold shapes by their paths, delimited text as sources.

    Parameters
    ----------
    paths : sequence of Path
        Files, zips and folders.
    options : PlaceOptions
        With the limits.
    skip_reason : callable
        As of `find_sources`.

    Returns
    -------
    files : list of Path or Source
        In their order.
    skipped : list of Skipped
        With the reasons.

    Raises
    ------
    ImportRefusedError
        As `find_sources`.
    """
    files: list[Path | Source] = []
    skipped: list[Skipped] = []
    for path in paths:
        if is_vector(path):
            files.append(path)
            continue
        sources, others = find_sources([path], skip_reason=skip_reason, limits=options.limits)
        files += sources
        skipped += others
    return files, skipped


def list_and_check_rejects(
    parsed: Sequence[ParsedFile],
    paths: Sequence[Path],
    options: PlaceOptions,
    *,
    store_folder: Path,
    stem: str,
) -> tuple[Path | None, list[Reject]]:
    """Write the rejected rows of all files to a list; refuse the import if there are too many.

    Parameters
    ----------
    parsed : sequence of ParsedFile
        All files of the import.
    paths : sequence of Path
        That they were read from.
    options : PlaceOptions
        How many are too many, and where they are listed.
    store_folder, stem : Path, str
        Of the list where the options name none.

    Returns
    -------
    path : Path or None
        The list; None if no row was rejected.
    rejects : list of Reject
        By row.

    Raises
    ------
    ImportRefusedError, ReadOnlyDataError
        As `single_file.list_rejects`.
    """
    rejects = [
        reject
        for file in parsed
        for reject in sorted(file.contents.check.rejects, key=lambda r: (r.row, r.column))
    ]
    if not rejects:
        return None, rejects
    files = [file.file for file in parsed]
    path = options.rejects_path or rejecting.default_path(store_folder, stem, files)
    rejecting.check_not_source(path, paths)
    rejecting.write_rejects(path, rejects)
    rejecting.check_share(
        rejects,
        rows=sum(file.contents.rows_read for file in parsed),
        files=", ".join(file.name for file in files[:3]),
        strict=options.strict,
        max_share=options.max_rejected_share,
        listed_in=path,
        hint=next((file.hint for file in parsed if file.hint), ""),
    )
    return path, rejects


def summary_of(
    parsed: Sequence[ParsedFile],
    committed: Committed,
    *,
    kind: str,
    target: str,
    rejects: Sequence[Reject],
    rejects_path: Path | None,
    skipped: Sequence[Skipped] = (),
    notes: Sequence[str] = (),
) -> ImportSummary:
    """The summary of an import of several files.

    Parameters
    ----------
    parsed : sequence of ParsedFile
        All files.
    committed : Committed
        What the store did.
    kind, target : str
        What was imported.
    rejects, rejects_path
        As of `list_and_check_rejects`.
    skipped : sequence of Skipped
        Files that were not read.
    notes : sequence of str
        On the import.

    Returns
    -------
    ImportSummary
        Its counts add up.
    """
    files = tuple(file.summary() for file in parsed)
    return ImportSummary(
        kind=kind,
        target=target,
        version=committed.version,
        files=files,
        read=sum(file.read for file in files),
        written=sum(file.written for file in files),
        rejected=sum(file.rejected for file in files),
        replaced=committed.rows_replaced,
        rejected_for=rejecting.group_rejects(rejects),
        rejects_path=rejects_path,
        skipped=tuple(skipped),
        coordinates=tuple(dict.fromkeys(file.coordinates for file in parsed if file.coordinates)),
        notes=(
            *notes,
            *dict.fromkeys(
                note for file in parsed for note in (*file.contents.notes, *file.notes)
            ),
            *committed.notes,
        ),
    )
