"""Rejected rows: collected while reading, counted by reason, listed in a file."""

import csv
import hashlib
import os
import tempfile
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from service.imports.files.summary import RejectedFor
from service.render.csv_cells import harmless
from service.store.errors import ImportRefusedError, ReadOnlyDataError
from service.store.source_files import SourceFile
from spatial.arrays import AnyArray, BoolArray, IntArray

LISTED = 100_000  # rows of a list; the others are counted
HEADER = ("file", "row", "column", "value", "reason")
NOT_FOUND = "-postcodes-not-found"  # end of the stem of a list of rows that were imported
SHOWN = 5
LONGEST_VALUE = 500
MAX_REJECTED_SHARE = 0.1


@dataclass(frozen=True, slots=True)
class Reject:
    """A value for which a row was rejected.

    Attributes
    ----------
    row : int
        Number of the record in the file; the header is record 1. A record with line breaks
        inside quotes is one record.
    """

    file: str
    row: int
    column: str
    value: str
    reason: str

    def __str__(self) -> str:
        return f"{self.file}, row {self.row}, column {self.column}: {self.value!r} {self.reason}"


class RowCheck:
    """The rows of one file, and which of them are usable.

    Parameters
    ----------
    file : str
        Its name.
    row_numbers : (n,) int64
        Record number of each row.
    """

    def __init__(self, file: str, row_numbers: IntArray) -> None:
        self.file = file
        self.row_numbers = row_numbers
        self.usable: BoolArray = np.ones(len(row_numbers), dtype=np.bool_)
        self.rejects: list[Reject] = []

    def reject(
        self,
        bad: BoolArray,
        column: str,
        values: pa.ChunkedArray | pa.Array | AnyArray | Sequence[Any],
        reason: str | Callable[[str], str],
    ) -> None:
        """Reject the rows where `bad` is true, for their value in a column.

        Parameters
        ----------
        bad : (n,) bool
            The rows to reject.
        column : str
            Its name in the file.
        values : (n,) text
            The values of all rows, as they are in the file.
        reason : str or callable
            What is wrong; where a callable, it is given the value.
        """
        for index in np.flatnonzero(bad):
            value = values[int(index)]
            text = "" if value is None else str(getattr(value, "as_py", lambda f=value: f)() or "")
            reason_text = reason if isinstance(reason, str) else reason(text)
            row = int(self.row_numbers[index])
            self.rejects.append(Reject(self.file, row, column, text[:LONGEST_VALUE], reason_text))
        self.usable &= ~bad

    def usable_rows(self, rows: pa.Table) -> pa.Table:
        """The rows that are usable, without a copy where all are.

        Parameters
        ----------
        rows : pyarrow.Table
            One for each row number.

        Returns
        -------
        pyarrow.Table
            In the same order.
        """
        return rows if self.usable.all() else rows.filter(pa.array(self.usable))


def group_rejects(rejects: Sequence[Reject]) -> tuple[RejectedFor, ...]:
    """The rejects by column and reason, the most frequent first.

    Parameters
    ----------
    rejects : sequence of Reject
        In the order of the rows.

    Returns
    -------
    tuple of RejectedFor
        One per column and reason.
    """
    groups: dict[tuple[str, str], list[Reject]] = {}
    for reject in rejects:
        groups.setdefault((reject.column, reject.reason), []).append(reject)
    summaries = [
        RejectedFor(
            column,
            reason,
            len({(reject.file, reject.row) for reject in group}),
            tuple(
                f"{reject.file}, row {reject.row}: {reject.value!r}" for reject in group[:SHOWN]
            ),
        )
        for (column, reason), group in groups.items()
    ]
    return tuple(
        sorted(summaries, key=lambda summary: (-summary.rows, summary.column, summary.reason))
    )


def check_share(
    rejects: Sequence[Reject],
    *,
    rows: int,
    files: str,
    strict: bool,
    max_share: float,
    listed_in: Path | None,
    hint: str = "",
) -> None:
    """Refuse the import if too many of its rows were rejected.

    Parameters
    ----------
    rejects : sequence of Reject
        The rejects that count.
    rows : int
        Number of rows read.
    files : str
        Names of the files, for the message.
    strict : bool
        Refuse if any row was rejected.
    max_share : float
        The largest share of rejected rows that is accepted, 0 to 1. A file without a usable row
        is refused whatever it is.
    listed_in : Path or None
        File that lists the rejected rows, for the message.
    hint : str
        Likely cause, put first in the message.

    Raises
    ------
    ImportRefusedError
        If anything was rejected and `strict`, or more than `max_share` of the rows were. Names
        the first rows and where all are listed.
    """
    rejected = len({(reject.file, reject.row) for reject in rejects})
    if rejected == 0 or (not strict and rejected <= max_share * rows and rejected < rows):
        return
    groups = group_rejects(rejects)
    reasons = "; ".join(
        f"{group.rows:,} for {group.column}, which {group.reason} (first: {group.first[0]})"
        for group in groups[:SHOWN]
    )
    rule = "with --strict none is allowed"
    if not strict and rejected == rows and max_share >= 1.0:
        rule = "none is left"
    elif not strict:
        rule = f"the limit is {max_share:.0%}; --max-rejected changes it"
    message = f"{rejected:,} of {rows:,} rows are unusable ({rule}): {reasons}"
    if len(groups) > SHOWN:
        message += f"; and for {len(groups) - SHOWN} more reasons"
    if listed_in:
        message += f". All are listed in {listed_in}"
    if hint:
        message = f"{hint}. {message}"
    raise ImportRefusedError(files, message)


def default_path(store_folder: Path, stem: str, files: Iterable[SourceFile]) -> Path:
    """Path of the list of rejected rows if the user names none: in ``HOTSPOTS_DATA_DIR/rejected``.

    The list may repeat what the rows say, and so belongs beside the stored data, not in the
    current folder or beside the source file. Each import has a list of its own: only one of the
    same files takes its place.

    Parameters
    ----------
    store_folder : Path
        Folder of the store that is imported to.
    stem : str
        What the name of the file begins with.
    files : iterable of SourceFile
        The imported files: the name ends in a digest of their contents.

    Returns
    -------
    Path
        The file need not exist.
    """
    digests = "".join(sorted(file.sha256 for file in files))
    digest = hashlib.sha256(digests.encode()).hexdigest()[:8]
    return store_folder.parent / "rejected" / f"{stem}-{digest}.csv"


def check_not_source(path: Path, sources: Sequence[Path]) -> None:
    """Raise an error if the list of rejected rows would overwrite a source.

    Parameters
    ----------
    path : Path
        Where the list is to be written.
    sources : sequence of Path
        The files being imported.

    Raises
    ------
    ImportRefusedError
        If the two are the same file.
    """
    if path.resolve() in {source.resolve() for source in sources}:
        raise ImportRefusedError(str(path), "the list of rejected rows would overwrite a source")


def write_rejects(path: Path, rejects: Sequence[Reject]) -> Path:
    """Write the list of rejected rows, completely or not at all.

    Parameters
    ----------
    path : Path
        The file to write; missing folders are made.
    rejects : sequence of Reject
        One line each, in this order.

    Returns
    -------
    Path
        The file that was written.

    Raises
    ------
    ReadOnlyDataError
        If the file cannot be written.

    Notes
    -----
    UTF-8 with a byte order mark, by which spreadsheets recognise it; text that they would run is
    made harmless. Only its owner can read the file: it may hold personal data. Rows beyond the
    first `LISTED` are counted in its last line.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        try:
            with os.fdopen(descriptor, "w", encoding="utf-8-sig", newline="") as stream:
                writer = csv.writer(stream)
                writer.writerow(HEADER)
                for reject in rejects[:LISTED]:
                    cells = (reject.file, reject.row, reject.column, reject.value, reject.reason)
                    writer.writerow(map(harmless, cells))
                if len(rejects) > LISTED:
                    rest = f"and {len(rejects) - LISTED:,} more, which are not listed"
                    writer.writerow(("", "", "", "", rest))
            Path(name).replace(path)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise ReadOnlyDataError(str(path), error.strerror or str(error)) from error
    return path
