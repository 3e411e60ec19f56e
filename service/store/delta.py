"""Delta tables at rest: which version is the newest, and what it holds."""

import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from hashlib import blake2b
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset

from boundaries.storage.caches import DiskCache
from boundaries.storage.data_folder import DataFolder
from service.delta_log.data_files import check_data_file
from service.delta_log.errors import DamagedFileError
from service.delta_log.head import current_head
from service.delta_log.log import DataFile, Snapshot, read_snapshot
from service.delta_log.schemas import from_schema_string
from service.store.contents import (
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
    snapshot : Snapshot
        What the log says of it.
    digests : DigestCache or None
    """

    folder: DataFolder
    snapshot: Snapshot
    digests: DigestCache | None = None

    @property
    def version(self) -> int:
        """Its number."""
        return self.snapshot.version

    @cached_property
    def schema(self) -> pa.Schema:
        """Its columns.

        Raises
        ------
        DamagedTableError
            If the table was not written by this software.
        """
        with reading(self.folder):
            return from_schema_string(self.snapshot.metadata["schemaString"])

    @property
    def columns(self) -> tuple[str, ...]:
        """The names of its columns."""
        return tuple(self.schema.names)

    @property
    def description(self) -> str:
        """The facts about the table, as its metadata keep them."""
        return str(self.snapshot.metadata.get("description") or "")

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

    def batches(
        self,
        condition: RowCondition | None = None,
        *,
        files: Iterable[DataFile] | None = None,
        inverted: bool = False,
    ) -> Iterator[pa.RecordBatch]:
        """The rows with all columns, or those that meet a condition, one batch at a time.

        Parameters
        ----------
        condition : RowCondition or None
            None for all rows.
        files : iterable of DataFile or None
            Those of its data files that are read; None for all.
        inverted : bool
            Whether it is the rows that do not meet the condition.

        Yields
        ------
        pyarrow.RecordBatch
            In the order of the data files.

        Raises
        ------
        DamagedTableError
            If a data file is missing, or is not what was written.
        """
        selection = None if condition is None else condition.to_arrow()
        if selection is not None and inverted:
            selection = ~selection
        with reading(self.folder):
            yield from self._dataset(files=files).to_batches(filter=selection)

    def count(self) -> int:
        """How many rows it has.

        Returns
        -------
        int

        Raises
        ------
        DamagedTableError
            If a data file is missing, or is not what was written.
        """
        with reading(self.folder):
            return int(self._dataset().count_rows())

    def _dataset(
        self, coded: Iterable[str] = (), files: Iterable[DataFile] | None = None
    ) -> pyarrow.dataset.FileSystemDataset:
        """Its data files as a data set of Arrow, after each was compared with its digest."""
        files = list(self.snapshot.files if files is None else files)
        for file in files:
            check_data_file(self.folder, file)
        names = set(coded)
        schema = self.schema
        for position, field in enumerate(schema):
            if field.name in names:
                kind = pa.dictionary(pa.int32(), field.type)
                schema = schema.set(position, field.with_type(kind))
        options = pyarrow.dataset.ParquetReadOptions(dictionary_columns=names)
        return pyarrow.dataset.FileSystemDataset.from_paths(
            [file.name for file in files],
            schema=schema,
            format=pyarrow.dataset.ParquetFileFormat(read_options=options),
            filesystem=self.folder.arrow(),
        )

    def _digest(self) -> int:
        """The digest of all rows, from disk if it has been made before."""
        if self.digests is None:
            return rows_digest(self.batches())
        names = "\n".join(sorted(file.name for file in self.snapshot.files))
        return self.digests.files.get(
            (self.digests.table, blake2b(names.encode(), digest_size=16).hexdigest()),
            lambda: rows_digest(self.batches()),
            read=read_digest,
            write=write_digest,
        )


def open_version(
    folder: DataFolder, version: int, digests: DigestCache | None = None
) -> TableVersion:
    """The table at a version; reads its log.

    Parameters
    ----------
    folder : DataFolder
        Of the table.
    version : int
        One that has been committed.
    digests : DigestCache or None
        Where the digest of a version is kept whose commit states none.

    Returns
    -------
    TableVersion
        Its rows have not been read.

    Raises
    ------
    DamagedTableError
        If there is a log that cannot be read.
    """
    with reading(folder):
        return TableVersion(folder, read_snapshot(folder, version), digests)


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
    with reading(folder):
        stamp = current_head(folder).stamp
    return None if stamp is None else open_version(folder, stamp.version, digests)


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
    """Turn what reading a table raises into an error of the store.

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
        In the place of errors of the log, of Arrow and of the disk.
    """
    try:
        yield
    except (DamagedFileError, pa.ArrowException, OSError) as error:
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
