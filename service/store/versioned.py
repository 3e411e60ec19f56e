"""A table at rest, and its newest version in memory: what all stores are made of."""

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Generic, TypeVar

import pyarrow as pa

from boundaries.storage.caches import DiskCache
from boundaries.storage.damage import RETRY_S, Damage, DamagedPart
from boundaries.storage.data_folder import DataFolder
from service.delta_log.head import Head, Stamp, TornCommit, current_head
from service.store.commits import Committed, Plan, RecordOf, check_writable, commit, remove_orphans
from service.store.contents import committed_content
from service.store.delta import (
    DigestCache,
    TableVersion,
    first_line,
    open_version,
    parsed_facts,
    reading,
)
from service.store.errors import DamagedTableError, WrongCrsError
from service.store.source_files import SourceFile, check_distinct, plan_of_files
from spatial.coordinates.crs import parsed_crs

IMPORT_AGAIN = "import again what it was to bring: that takes its place"

T = TypeVar("T")
Value = TypeVar("Value")


class _Memo(Generic[Value]):
    """A value that is made anew when the stamp of the table is another one."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._latest: tuple[Stamp, Value] | None = None

    @property
    def stamp(self) -> Stamp | None:
        """Of the value that is there, None before the first."""
        return None if self._latest is None else self._latest[0]

    def forget(self) -> None:
        """Let go of the value."""
        self._latest = None

    def get(self, stamp: Stamp, make: Callable[[], Value]) -> Value:
        """The value of a stamp; one thread makes it while others wait."""
        latest = self._latest
        if latest is None or latest[0] != stamp:
            with self._lock:
                latest = self._latest
                if latest is None or latest[0] != stamp:
                    latest = self._latest = (stamp, make())
        return latest[1]


@dataclass(frozen=True)
class _TableDamage:
    """That a version cannot be read, and which is served in its place; read again later."""

    stamp: Stamp
    served: Stamp | None
    error: DamagedTableError
    retry_at: float


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
    kind : str
        ``dataset`` where there are several tables of the kind; by default as `name`.
    crs : str or None
        The working CRS, where the table has places: one in another CRS is refused, never
        reprojected in silence.
    digests : DiskCache or None
        Where the digest of a version is kept whose commit states none; None: in memory.
    damage : Damage or None
        Where it is noted that the table cannot be read; None: nowhere else.

    Notes
    -----
    Safe to share between threads. A version is read once per process; who has its value keeps
    it whole while others get that of the next version. Where the newest version cannot be read,
    the one that was read before it is served on.
    """

    def __init__(
        self,
        folder: Path | DataFolder,
        read: Callable[[TableVersion], T],
        *,
        name: str,
        kind: str = "",
        crs: str | None = None,
        digests: DiskCache | None = None,
        damage: Damage | None = None,
    ) -> None:
        self.folder = DataFolder.of(folder)
        self._read = read
        self._name = name
        self._kind = kind or name
        self._label = f"{kind} {name}" if kind else f"the table of {name}"
        self._crs = crs
        self._digests = (
            None if digests is None else DigestCache(digests, self._label.replace(" ", "-"))
        )
        self._head = Head()
        self._opened: _Memo[TableVersion] = _Memo()
        self._value: _Memo[T] = _Memo()
        self._revision: _Memo[str] = _Memo()
        self._damage = damage or Damage()
        self._damaged: _TableDamage | None = None

    def version(self) -> int | None:
        """The number of the version that is served, None where there is no table.

        Returns
        -------
        int or None
            From 0. The newest, unless that cannot be read and an earlier one was.
        """
        stamp = self._served_stamp()
        return None if stamp is None else stamp.version

    def is_readable(self) -> bool:
        """Whether there is a table, and nothing is known that keeps it from being read.

        Returns
        -------
        bool
            False for one that is damaged and was not read before that.
        """
        try:
            return self._served_stamp() is not None and self._unserved_error() is None
        except DamagedTableError:
            return False

    def revision(self) -> str:
        """Number and digest of the version that is served, which no two tables share.

        Costs two file status calls while the version is the newest, and reads the file of its
        commit once; a version whose commit states no digest is read once as a whole.

        Returns
        -------
        str
            Empty where there is no table; begins with ``damaged-`` where it cannot be read, which
            only concerns who needs its rows.

        Raises
        ------
        WrongCrsError
            If the table is in another CRS than the working one.
        """
        try:
            stamp = self._served_stamp()
        except DamagedTableError:
            return "damaged-unseen"
        if stamp is None:
            return ""
        if self._unserved_error() is None:
            try:
                return self._revision.get(stamp, lambda: self._revision_of(stamp))
            except DamagedTableError as error:
                self._note(stamp, error)
        return f"damaged-{stamp.version}"

    def current(self, *, importing: bool = False) -> T | None:
        """The value of the version that is served, None where there is no table.

        Parameters
        ----------
        importing : bool
            Whether a table of which no version is whole counts as none: an import makes it anew.

        Returns
        -------
        T or None
            Cached until the table changes.

        Raises
        ------
        WrongCrsError
            If the table is in another CRS than the working one.
        DamagedTableError
            If the table cannot be read, and was not before.
        """
        stamp = self._served_stamp()
        if stamp is None or (importing and self._head.stamp is None):
            return None
        error = self._unserved_error()
        if error is not None:
            raise error
        try:
            return self._read_value(stamp)
        except DamagedTableError as damage:
            self._note(stamp, damage)
            raise

    def newest(self) -> TableVersion | None:
        """The newest version, opened; None where there is no table or no version is whole.

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
        return None if stamp is None else self._opened_at(stamp)

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
        with reading(self.folder):
            head = self._head = current_head(self.folder, self._head)
        return head.stamp

    def _served_stamp(self) -> Stamp | None:
        """The newest version that can be read, or of which it is not known that it cannot be.

        Where one is in memory its successor is read here, so that who asks for the version
        hears of no other than they will be answered from.
        """
        damaged, served = self._damaged, self._value.stamp
        if damaged is not None and self._head.torn and time.monotonic() >= damaged.retry_at:
            self._head = Head()  # its files may have been put back: they are compared again
        try:
            newest = self._stamp()
        except DamagedTableError as error:  # the disk does not let us see what there is
            self._damage.note(DamagedPart(*self._part, error.reason, served is not None))
            if served is None:
                raise
            return served
        if self._head.torn is not None:
            return self._served_below(self._head.torn, newest)
        if newest is None:
            self._mend()
            for memo in (self._value, self._opened, self._revision):
                memo.forget()  # it was deleted, and may not be remembered
            return None
        if damaged is not None and damaged.stamp == newest:
            if time.monotonic() < damaged.retry_at:
                return damaged.served or newest
            self._damaged = replace(damaged, retry_at=time.monotonic() + RETRY_S)
        elif served is None or served == newest:
            self._mend()
            return newest
        try:
            self._read_value(newest)
        except DamagedTableError as error:
            self._note(newest, error)
            return served or newest
        return newest

    def _served_below(self, torn: TornCommit, newest: Stamp | None) -> Stamp:
        """What is served where a commit is torn: what was read of it, or the version before."""
        served, damaged = self._value.stamp, self._damaged
        if served is None or served.version != torn.stamp.version:
            served = newest
        is_retried = damaged is None or time.monotonic() >= damaged.retry_at
        if is_retried or (damaged is not None and damaged.stamp not in (torn.stamp, newest)):
            error = DamagedTableError(str(self.folder.path), f"{torn}; {IMPORT_AGAIN}")
            self._damaged = _TableDamage(torn.stamp, served, error, time.monotonic() + RETRY_S)
            self._damage.note(DamagedPart(*self._part, error.reason, served is not None))
        return served or torn.stamp

    def _read_value(self, stamp: Stamp) -> T:
        """The value of a version; a damage that was noted is over when it has been read."""
        value = self._value.get(stamp, lambda: self._load(stamp))
        self._mend()
        return value

    def _unserved_error(self) -> DamagedTableError | None:
        """Why there is nothing to be served from, None where nothing is known of that."""
        damaged = self._damaged
        if damaged is None or damaged.served is not None:
            return None
        return DamagedTableError(damaged.error.path, damaged.error.reason)

    def _note(self, stamp: Stamp, error: DamagedTableError) -> None:
        """Note that a version cannot be read."""
        served = self._value.stamp
        self._damaged = _TableDamage(stamp, served, error, time.monotonic() + RETRY_S)
        self._damage.note(DamagedPart(*self._part, error.reason, served is not None))

    def _mend(self) -> None:
        """Note that nothing is damaged any more."""
        if self._head.torn is None:
            self._damaged = None
            self._damage.mend(*self._part)

    @property
    def _part(self) -> tuple[str, str]:
        """What damage calls the table."""
        return self._kind, self._name

    def _opened_at(self, stamp: Stamp) -> TableVersion:
        """A version, opened, if it is in the working CRS."""
        return self._opened.get(stamp, lambda: self._open(stamp))

    def _open(self, stamp: Stamp) -> TableVersion:
        """Open a version."""
        table = open_version(self.folder, stamp.version, self._digests)
        self._check_crs(table.facts)
        return table

    def _load(self, stamp: Stamp) -> T:
        """The value of a version, read."""
        table = self._opened_at(stamp)
        try:
            return self._read(table)
        except (ValueError, TypeError, LookupError, AttributeError) as error:
            # Values that no import writes: whatever they make their readers raise.
            reason = f"its rows are not those of an import: {first_line(error)}"
            raise DamagedTableError(str(self.folder.path), reason) from error

    def _revision_of(self, stamp: Stamp) -> str:
        """The revision of a version, from its commit if that states its content."""
        content = committed_content(self.folder, stamp.version)
        if content is None:
            return self._opened_at(stamp).revision
        self._check_crs(parsed_facts(self.folder, content.facts))
        return content.revision(stamp.version)

    def _check_crs(self, facts: Mapping[str, Any]) -> None:
        """Raise WrongCrsError where the facts name another CRS than the working one."""
        crs = str(facts.get("crs", ""))
        if self._crs and crs != self._crs and parsed_crs(crs) != parsed_crs(self._crs):
            raise WrongCrsError(self._label, crs, self._crs)
