"""What stores of one table have in common."""

from pathlib import Path
from typing import Generic, TypeVar

from service.store.source_files import SourceFile
from service.store.versioned import VersionedTable

T = TypeVar("T")


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
        """The number of the version that is served, None where nothing has been imported.

        Returns
        -------
        int or None
            From 0.
        """
        return self._table.version()

    def is_readable(self) -> bool:
        """Whether something has been imported, and nothing is known that keeps it from being read.

        Returns
        -------
        bool
            See `VersionedTable.is_readable`.
        """
        return self._table.is_readable()

    def load(self) -> None:
        """Read what is served into memory, so that no question waits for it.

        Raises
        ------
        WrongCrsError, DamagedTableError
            See `VersionedTable.current`.
        """
        self._table.current()

    def revision(self) -> str:
        """The version that is served and a digest of it; empty where nothing is imported.

        Returns
        -------
        str
            Such as ``3-0f9a1c5e7b2d4680``.

        Raises
        ------
        WrongCrsError
            See `VersionedTable.revision`.
        """
        return self._table.revision()


class FileStore(TableStore[T]):
    """A store whose rows come from one file an import."""

    def check_import(self, file: SourceFile, *, replace: bool = False) -> None:
        """Raise what an import would raise about this file, before any row is read.

        Parameters
        ----------
        file : SourceFile
            The file of the import.
        replace : bool
            Put its rows in the place of those of the same file.

        Raises
        ------
        AlreadyImportedError, SameNameError, WrongCrsError, ReadOnlyDataError,
        DamagedTableError
        """
        self._table.check_import((file,), replace=replace)
