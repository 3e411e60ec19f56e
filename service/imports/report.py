"""What an import tells its caller: progress while it runs, a summary when it is done."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

Progress = Callable[[str, int, int], None]
"""Called with what is being done, how many units are done, and how many there are.

Units are bytes while files are read and rows while they are written; the total may change when
the words do. Never called from another thread.
"""


def silent(stage: str, done: int, total: int) -> None:
    """Progress that nobody looks at."""


@dataclass(frozen=True)
class Skipped:
    """A file that was passed over, and why: only ever in a folder or a zip, never one named."""

    file: str
    reason: str


@dataclass(frozen=True)
class FileSummary:
    """What became of one file.

    Attributes
    ----------
    encoding : str
        ``UTF-8`` or ``Windows-1252``, as it was read.
    read : int
        Rows with anything in them, below the header.
    written, rejected, not_located : int
        `read` = `written` + `rejected`; those not located are part of those written.
    blank : int
        Records without anything in them, passed over.
    """

    name: str
    sha256: str
    encoding: str
    read: int
    written: int
    rejected: int
    not_located: int = 0
    blank: int = 0


@dataclass(frozen=True)
class RejectedFor:
    """Rows rejected for one reason.

    Attributes
    ----------
    rows : int
        How many.
    first : tuple of str
        The first few, as ``file, row n: value``.
    """

    column: str
    reason: str
    rows: int
    first: tuple[str, ...]


@dataclass(frozen=True)
class AreaCodes:
    """How the supplied area codes relate to the layers that are loaded.

    Attributes
    ----------
    layer : str or None
        The layer that the codes are taken to belong to; None where none fits.
    how : str
        ``given``, ``detected`` or ``none``.
    supplied, in_layer : int
        Rows written that have a code, and those of them whose code the layer has.
    located_not_in_layer : int
        Rows that have a place, but no code that the layer has.
    """

    layer: str | None
    how: str
    supplied: int
    in_layer: int
    located_not_in_layer: int


@dataclass(frozen=True)
class DuplicateIds:
    """Incident ids that are there more than once. The rows are kept: only the user knows.

    Attributes
    ----------
    ids, rows : int
        How many ids, and how many of the rows written have one of them.
    first : tuple of str
        The first few, with file and row.
    """

    ids: int
    rows: int
    first: tuple[str, ...]


@dataclass(frozen=True)
class ImportSummary:
    """What one import did, all files together. The counts add up: see `FileSummary`.

    Attributes
    ----------
    kind : str
        ``incidents``, ``measure`` or ``sites``.
    target : str
        Dataset, or layer and measure.
    version : int
        Version of the table with the rows in it.
    replaced : int
        Rows that the new ones took the place of.
    rejects_path : Path or None
        The file that lists every rejected row; None where none was rejected.
    notes : tuple of str
        What else the reader must know: assumptions, duplicates, encodings.
    """

    kind: str
    target: str
    version: int
    files: tuple[FileSummary, ...]
    read: int
    written: int
    rejected: int
    replaced: int = 0
    not_located: int = 0
    rejected_for: tuple[RejectedFor, ...] = ()
    rejects_path: Path | None = None
    area_codes: AreaCodes | None = None
    duplicate_ids: DuplicateIds | None = None
    skipped: tuple[Skipped, ...] = ()
    notes: tuple[str, ...] = ()
    totals: tuple[tuple[str, int, float, float], ...] = field(default=())
    """For sites, one row per district: name, sites, homes planned, homes completed."""
