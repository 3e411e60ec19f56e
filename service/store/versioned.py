"""A table at rest, and its newest version in memory: what all stores are made of."""

import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Generic, TypeVar

import pyarrow as pa

from boundaries.storage.caches import DiskCache
from boundaries.storage.data_folder import DataFolder
from service.store.commits import Committed, Plan, RecordOf, check_writable, commit, remove_orphans
from service.store.contents import committed_content
from service.store.delta import (
    DigestCache,
    Stamp,
    TableVersion,
    current_stamp,
    newest_version,
    parsed_facts,
)
from service.store.errors import WrongCrsError
from service.store.source_files import SourceFile, check_distinct, plan_of_files
from spatial.coordinates.crs import parsed_crs

T = TypeVar("T")
Value = TypeVar("Value")


class _Memo(Generic[Value]):
    """A value that is made anew when the stamp of the table is another one."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._latest: tuple[Stamp, Value] | None = None

    def get(self, stamp: Stamp, make: Callable[[], Value]) -> Value:
        """The value of a stamp; one thread makes it while others wait."""
        latest = self._latest
        if latest is None or latest[0] != stamp:
            with self._lock:
                latest = self._latest
                if latest is None or latest[0] != stamp:
                    latest = self._latest = (stamp, make())
        return latest[1]


class VersionedTable(Generic[T]):
    """One Delta table of which the newest version is in memory as a value.

    Parameters
    ----------
    folder : Path or DataFolder
        Of the table; need not exist yet.
    read : callable
        Makes the value from an opened version.
    name : str
        In the table's metadata and in errors of imports.
    label : str
        What the error calls a table in another CRS; by default ``the table of <name>``.
    crs : str or None
        The working CRS, where the table has places: one in another CRS is refused, never
        reprojected in silence.
    digests : DiskCache or None
        Where the digest of a version is kept whose commit states none; None: in memory.

    Notes
    -----
    Safe to share between threads. A version is read once per process; who has its value keeps
    it whole while others get that of the next version.
    """

    def __init__(
        self,
        folder: Path | DataFolder,
        read: Callable[[TableVersion], T],
        *,
        name: str,
        label: str = "",
        crs: str | None = None,
        digests: DiskCache | None = None,
    ) -> None:
        self.folder = DataFolder.of(folder)
        self._read = read
        self._name = name
        self._label = label or f"the table of {name}"
        self._crs = crs
        self._digests = (
            None if digests is None else DigestCache(digests, self._label.replace(" ", "-"))
        )
        self._latest_stamp: Stamp | None = None
        self._opened: _Memo[TableVersion | None] = _Memo()
        self._value: _Memo[T | None] = _Memo()
        self._revision: _Memo[str] = _Memo()

    def version(self) -> int | None:
        """The number of the newest version, None where there is no table.

        Returns
        -------
        int or None
            From 0.
        """
        stamp = self._stamp()
        return None if stamp is None else stamp.version

    def revision(self) -> str:
        """Number and digest of the newest version, which no two tables share.

        Costs two file status calls while the version is the newest, and reads the file of its
        commit once; a version whose commit states no digest is read once as a whole.

        Returns
        -------
        str
            Empty where there is no table.

        Raises
        ------
        WrongCrsError
            If the table is in another CRS than the working one.
        DamagedTableError
            If the table has to be read and cannot be.
        """
        stamp = self._stamp()
        return "" if stamp is None else self._revision.get(stamp, lambda: self._revision_of(stamp))

    def current(self) -> T | None:
        """The value of the newest version, None where there is no table.

        Returns
        -------
        T or None
            Cached until the table changes.

        Raises
        ------
        WrongCrsError
            If the table is in another CRS than the working one.
        DamagedTableError
            If the table cannot be read.
        """
        stamp = self._stamp()
        return None if stamp is None else self._value.get(stamp, self._load)

    def newest(self) -> TableVersion | None:
        """The newest version, opened; None where there is no table.

        Returns
        -------
        TableVersion or None
            Cached until the table changes.

        Raises
        ------
        WrongCrsError
            If the table is in another CRS than the working one.
        DamagedTableError
            If its log cannot be read.
        """
        stamp = self._stamp()
        return None if stamp is None else self._opened.get(stamp, self._open)

    def check_import(self, files: Sequence[SourceFile], *, replace: bool = False) -> None:
        """Raise what an import of files would raise, before any row is read.

        Parameters
        ----------
        files : sequence of SourceFile
            All files of the import.
        replace : bool
            Whether rows of the same files are replaced.

        Raises
        ------
        ImportRefusedError
            If a file is named twice.
        AlreadyImportedError, SameNameError
            Without `replace`, if a file is in the table already.
        WrongCrsError, ReadOnlyDataError, DamagedTableError
        """
        check_writable(self.folder)
        check_distinct(files)
        table = self.newest()
        if table is not None:
            plan_of_files(table, files, name=self._name, replace=replace)

    def append(
        self,
        rows: pa.Table,
        *,
        facts: Mapping[str, Any],
        plan: Callable[[TableVersion], Plan],
        configuration: Mapping[str, str] | None = None,
        record: RecordOf | None = None,
    ) -> Committed:
        """Add or replace rows in one atomic commit.

        Parameters
        ----------
        rows : pyarrow.Table
            At least one row, with all columns of the table.
        facts : mapping
            About a table that is made here.
        plan : callable
            Says what the rows replace in the table as it is now; see `commit`.
        configuration : mapping of str to str
            Delta table properties of a table that is made here.
        record : callable or None
            Makes the record of this import; see `commit`.

        Returns
        -------
        Committed
            The new version, and the numbers of rows written and replaced.

        Raises
        ------
        WrongCrsError
            If the table is in another CRS than the working one.
        ConcurrentImportError, DatasetSettingsError, ReadOnlyDataError, DamagedTableError
        """

        def checked(current: TableVersion) -> Plan:
            self._check_crs(current.facts)
            return plan(current)

        committed = commit(
            self.folder,
            rows,
            name=self._name,
            facts=facts if self._crs is None else {**facts, "crs": self._crs},
            plan=checked,
            configuration=configuration,
            digests=self._digests,
            record=record,
        )
        remove_orphans(self.folder)
        return committed

    def _stamp(self) -> Stamp | None:
        """The newest version as seen on disk."""
        self._latest_stamp = current_stamp(self.folder, self._latest_stamp)
        return self._latest_stamp

    def _open(self) -> TableVersion | None:
        """The newest version, opened, if it is in the working CRS."""
        table = newest_version(self.folder, self._digests)
        if table is not None:
            self._check_crs(table.facts)
        return table

    def _load(self) -> T | None:
        """The value of the newest version, read."""
        table = self.newest()
        return None if table is None else self._read(table)

    def _revision_of(self, stamp: Stamp) -> str:
        """The revision of a version, from its commit if that states its content."""
        content = committed_content(self.folder, stamp.version)
        if content is None:
            table = self.newest()
            return "" if table is None else table.revision
        self._check_crs(parsed_facts(self.folder, content.facts))
        return content.revision(stamp.version)

    def _check_crs(self, facts: Mapping[str, Any]) -> None:
        """Raise WrongCrsError where the facts name another CRS than the working one."""
        crs = str(facts.get("crs", ""))
        if self._crs and crs != self._crs and parsed_crs(crs) != parsed_crs(self._crs):
            raise WrongCrsError(self._label, crs, self._crs)


class TableStore(Generic[T]):
    """A store of one table; a class of its own says what can be asked of it.

    Parameters
    ----------
    table : VersionedTable
    """

    def __init__(self, table: VersionedTable[T]) -> None:
        self._table = table

    @property
    def folder(self) -> Path:
        """Where the table is."""
        return self._table.folder.path

    def version(self) -> int | None:
        """The number of the newest version, None where nothing has been imported.

        Returns
        -------
        int or None
            From 0.
        """
        return self._table.version()

    def revision(self) -> str:
        """The newest version and a digest of its content; empty where nothing is imported.

        Returns
        -------
        str
            Such as ``3-0f9a1c5e7b2d4680``.

        Raises
        ------
        WrongCrsError, DamagedTableError
            See `VersionedTable.revision`.
        """
        return self._table.revision()
