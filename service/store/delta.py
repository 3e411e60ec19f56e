"""Delta tables at rest: which version is the newest, and what it holds."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from hashlib import blake2b
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset
from deltalake import DeltaTable
from deltalake.exceptions import DeltaError, TableNotFoundError

from boundaries.storage.caches import DiskCache
from boundaries.storage.data_folder import DataFolder
from service.store.contents import (
    LOG,
    Content,
    ImportRecord,
    committed_content,
    committed_imports,
    read_digest,
    rows_digest,
    write_digest,
)
from service.store.errors import DamagedTableError
from service.store.row_conditions import RowCondition

VERSION_FILE = re.compile(r"^(\d{20})\.(json|checkpoint(\..*)?\.parquet)$")


@dataclass(frozen=True)
class Stamp:
    """A table version as seen on disk, cheap to compare: one answer per request needs it.

    Attributes
    ----------
    version : int
    inode, changed_ns : int
        Of its commit: they tell a table that was deleted and made anew from the one before.
    """

    version: int
    inode: int
    changed_ns: int


def current_stamp(folder: DataFolder, latest: Stamp | None = None) -> Stamp | None:
    """The newest version of a table.

    Parameters
    ----------
    folder : DataFolder
        Of the table.
    latest : Stamp or None
        What this answered before: while it is still the newest this costs two file status
        calls, otherwise a listing.

    Returns
    -------
    Stamp or None
        None where there is no table.
    """
    if latest is not None and folder.status(f"{LOG}/{latest.version + 1:020d}.json") is None:
        current = _stamp_of(folder, latest.version)
        if current == latest:
            return current
    matches = (VERSION_FILE.match(name) for name in folder.subfolder(LOG).names())
    versions = [int(match[1]) for match in matches if match]
    return _stamp_of(folder, max(versions)) if versions else None


def _stamp_of(folder: DataFolder, version: int) -> Stamp | None:
    """The stamp of one version, from its commit or else from its checkpoint."""
    for ending in ("json", "checkpoint.parquet"):
        status = folder.status(f"{LOG}/{version:020d}.{ending}")
        if status is not None:
            return Stamp(version, status.inode, status.changed_ns)
    return None


@dataclass(frozen=True)
class DigestCache:
    """The digests of versions whose commits state none: made once, kept on disk.

    Attributes
    ----------
    files : DiskCache
    table : str
        Name of the table in their names.
    """

    files: DiskCache
    table: str


@dataclass(frozen=True, eq=False)
class TableVersion:
    """One version of a table, opened: its log has been read, its rows have not.

    Attributes
    ----------
    folder : DataFolder
        Of the table.
    delta : DeltaTable
    version : int
        Its number.
    digests : DigestCache or None
    """

    folder: DataFolder
    delta: DeltaTable
    version: int
    digests: DigestCache | None = None

    @property
    def columns(self) -> tuple[str, ...]:
        """The names of its columns."""
        return tuple(str(field.name) for field in self.delta.schema().fields)

    @property
    def description(self) -> str:
        """The facts about the table, as its metadata keep them."""
        return str(self.delta.metadata().description or "")

    @cached_property
    def facts(self) -> Mapping[str, Any]:
        """The facts about the table.

        Raises
        ------
        DamagedTableError
            If the table was not written by this software.
        """
        return parsed_facts(self.folder, self.description)

    @cached_property
    def content(self) -> Content:
        """What the version holds: as its commit says, or made from all rows where it does not.

        Raises
        ------
        DamagedTableError
            If a data file has to be read, and is missing or unreadable.
        """
        return committed_content(self.folder, self.version) or Content(
            self._digest(), self.description
        )

    @cached_property
    def imports(self) -> tuple[ImportRecord, ...]:
        """The records of the imports that made the table, oldest first.

        They stand in the newest commit that states any: not in those of other programs or of
        earlier releases.
        """
        for version in range(self.version, -1, -1):
            records = committed_imports(self.folder, version)
            if records is not None:
                return records
        return ()

    @property
    def revision(self) -> str:
        """Number and digest of the version, which no two tables share."""
        return self.content.revision(self.version)

    def read(
        self,
        columns: Iterable[str] | None = None,
        *,
        coded: Iterable[str] = (),
    ) -> pa.Table:
        """The rows.

        Parameters
        ----------
        columns : iterable of str or None
            Names, None for all; a column that older files lack is null for their rows.
        coded : iterable of str
            Text columns that come dictionary-encoded, with one dictionary for all rows.

        Returns
        -------
        pyarrow.Table
            In the order of the data files.

        Raises
        ------
        DamagedTableError
            If a data file is missing or unreadable.
        """
        with reading(self.folder):
            rows = self._dataset(coded).to_table(None if columns is None else list(columns))
            for position, column in enumerate(rows.columns):
                if pa.types.is_dictionary(column.type) and _has_null_text(column):
                    texts = pc.dictionary_encode(pc.cast(column, column.type.value_type))
                    rows = rows.set_column(position, rows.field(position).name, texts)
            return rows.unify_dictionaries()

    def batches(self, condition: RowCondition | None = None) -> Iterator[pa.RecordBatch]:
        """The rows with all columns, or those that meet a condition, one batch at a time.

        Parameters
        ----------
        condition : RowCondition or None
            None for all rows.

        Yields
        ------
        pyarrow.RecordBatch
            In the order of the data files.

        Raises
        ------
        DamagedTableError
            If a data file is missing or unreadable.
        """
        selection = None if condition is None else condition.to_arrow()
        with reading(self.folder):
            yield from self._dataset().to_batches(filter=selection)

    def _dataset(self, coded: Iterable[str] = ()) -> pyarrow.dataset.Dataset:
        """The data files as a data set of Arrow."""
        options = pyarrow.dataset.ParquetReadOptions(dictionary_columns=set(coded))
        return self.delta.to_pyarrow_dataset(
            filesystem=self.folder.arrow(), parquet_read_options=options
        )

    def _digest(self) -> int:
        """The digest of all rows, from disk if it has been made before."""
        if self.digests is None:
            return rows_digest(self.batches())
        names = "\n".join(sorted(uri.rpartition("/")[2] for uri in self.delta.file_uris()))
        return self.digests.files.get(
            (self.digests.table, blake2b(names.encode(), digest_size=16).hexdigest()),
            lambda: rows_digest(self.batches()),
            read=read_digest,
            write=write_digest,
        )


def newest_version(folder: DataFolder, digests: DigestCache | None = None) -> TableVersion | None:
    """The table at its newest version; reads its log.

    Parameters
    ----------
    folder : DataFolder
        Of the table.
    digests : DigestCache or None
        Where the digest of a version is kept whose commit states none.

    Returns
    -------
    TableVersion or None
        None where there is no table.

    Raises
    ------
    DamagedTableError
        If there is a log that cannot be read.
    """
    if current_stamp(folder) is None:
        return None
    with reading(folder):
        table = DeltaTable(folder.uri)
        return TableVersion(folder, table, table.version(), digests)


def parsed_facts(folder: DataFolder, description: str) -> Mapping[str, Any]:
    """The facts about a table.

    Parameters
    ----------
    folder : DataFolder
        Of the table.
    description : str
        What the table's metadata keep.

    Returns
    -------
    mapping of str to Any
        As `to_description` was given them.

    Raises
    ------
    DamagedTableError
        If the table was not written by this software.
    """
    try:
        facts = json.loads(description)
    except json.JSONDecodeError:
        facts = None
    if not isinstance(facts, dict):
        raise DamagedTableError(
            str(folder.path), "its description does not hold the facts about it"
        )
    return facts


@contextmanager
def reading(folder: DataFolder) -> Iterator[None]:
    """Turn what the Delta reader raises into an error of ours.

    Parameters
    ----------
    folder : DataFolder
        Of the table that is read.

    Yields
    ------
    None
        The table is read inside the block.

    Raises
    ------
    DamagedTableError
        In the place of errors of Delta and Arrow.
    """
    try:
        yield
    except (DeltaError, TableNotFoundError, pa.ArrowException, OSError) as error:
        raise DamagedTableError(str(folder.path), first_line(error)) from error


def first_line(error: BaseException) -> str:
    """The first line of what a library says, without its trace.

    Parameters
    ----------
    error : BaseException
        That the library raised.

    Returns
    -------
    str
        The name of the error's class if it has no text.
    """
    return (str(error).splitlines() or [type(error).__name__])[0]


def _has_null_text(column: pa.ChunkedArray) -> bool:
    """True where a file's dictionary holds null, as that of an empty column does."""
    return any(chunk.dictionary.null_count for chunk in column.chunks)
