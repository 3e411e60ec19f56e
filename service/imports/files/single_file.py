"""What imports of one file have in common: options, the list of rejected rows, the summary."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from service.config.settings import ImportSettings
from service.imports.files import rejects as rejecting
from service.imports.files.delimited import DelimitedFile, read_delimited
from service.imports.files.rejects import Reject
from service.imports.files.sources import LIMITS, regular_file
from service.imports.files.summary import (
    DistrictTotal,
    FileSummary,
    ImportSummary,
    Progress,
    silent,
)
from service.store.commits import Committed


@dataclass(frozen=True, kw_only=True)
class FileOptions:
    """Options of every import of a file of rows.

    Attributes
    ----------
    source, licence : str
        Stored with the rows; empty where unknown.
    delimiter : str or None
        One character; None: found in the header.
    replace : bool
        Put the rows in the place of those that are stored already.
    strict : bool
        Refuse the import if any row is unusable.
    max_rejected_share : float
        The largest share of unusable rows that is accepted, 0 to 1.
    rejects_path : Path or None
        Where they are listed; None: in the data folder.
    limits : ImportSettings
        What reading may take.
    progress : callable
        Told how far the import is.
    """

    source: str = ""
    licence: str = ""
    delimiter: str | None = None
    replace: bool = False
    strict: bool = False
    max_rejected_share: float = rejecting.MAX_REJECTED_SHARE
    rejects_path: Path | None = None
    limits: ImportSettings = LIMITS
    progress: Progress = silent


def read_rows(path: Path, options: FileOptions) -> DelimitedFile:
    """The rows of a delimited file.

    Parameters
    ----------
    path : Path
        Delimited text with a header.
    options : FileOptions
        Delimiter and limits.

    Returns
    -------
    DelimitedFile
        As text.

    Raises
    ------
    ImportRefusedError
        If the file cannot be read.
    """
    options.progress("reading", 0.0)
    content = regular_file(path, options.limits).read_bytes()
    return read_delimited(
        content, name=path.name, delimiter=options.delimiter, limits=options.limits
    )


def list_rejects(
    rows: DelimitedFile,
    path: Path,
    options: FileOptions,
    *,
    store_folder: Path,
    stem: str,
    hint: str = "",
    counts: Callable[[Reject], bool] = lambda reject: True,
) -> Path | None:
    """Write the rejected rows to a file; refuse the import if there are too many.

    Parameters
    ----------
    rows : DelimitedFile
        Read and checked.
    path : Path
        Of the file that they are from.
    options : FileOptions
        How many are too many, and where they are listed.
    store_folder, stem : Path, str
        Of the list where the options name none; see `rejects.default_path`.
    hint : str
        Likely cause, put first in the message.
    counts : callable
        Whether a reject counts against the share.

    Returns
    -------
    Path or None
        The list; None if no row was rejected.

    Raises
    ------
    ImportRefusedError
        If there are too many, or the list would overwrite the file.
    ReadOnlyDataError
        If the list cannot be written.
    """
    rejects = _in_order(rows)
    if not rejects:
        return None
    list_path = options.rejects_path or rejecting.default_path(store_folder, stem, [rows.file])
    rejecting.check_not_source(list_path, [path])
    rejecting.write_rejects(list_path, rejects)
    rejecting.check_share(
        [reject for reject in rejects if counts(reject)],
        rows=rows.rows_read,
        files=rows.file.name,
        strict=options.strict,
        max_share=options.max_rejected_share,
        listed_in=list_path,
        hint=hint,
    )
    return list_path


def summary_of(
    rows: DelimitedFile,
    committed: Committed,
    *,
    kind: str,
    target: str,
    written: int,
    rejects_path: Path | None,
    notes: Iterable[str],
    districts: tuple[DistrictTotal, ...] = (),
) -> ImportSummary:
    """The summary of an import of one file, whose rows are written or rejected.

    Parameters
    ----------
    rows : DelimitedFile
        Read and checked.
    committed : Committed
        What the store did.
    kind, target : str
        What was imported.
    written : int
        Rows of the file.
    rejects_path : Path or None
        As of `list_rejects`.
    notes : iterable of str
        On the import; those on the file stand before them, those on the commit after them.
    districts : tuple of DistrictTotal
        Of sites.

    Returns
    -------
    ImportSummary
        Its counts add up.
    """
    file = FileSummary(
        name=rows.file.name,
        sha256=rows.file.sha256,
        encoding=rows.encoding,
        read=rows.rows_read,
        written=written,
        rejected=rows.rows_read - written,
        blank=rows.blank,
    )
    return ImportSummary(
        kind=kind,
        target=target,
        version=committed.version,
        files=(file,),
        read=file.read,
        written=file.written,
        rejected=file.rejected,
        replaced=committed.rows_replaced,
        rejected_for=rejecting.group_rejects(_in_order(rows)),
        rejects_path=rejects_path,
        districts=districts,
        notes=(*rows.notes, *notes, *committed.notes),
    )


def _in_order(rows: DelimitedFile) -> list[Reject]:
    """The rejects by row."""
    return sorted(rows.check.rejects, key=lambda reject: (reject.row, reject.column))
