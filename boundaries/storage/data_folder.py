"""The one way to data at rest: list, status, read, write whole, rename, remove."""

import contextlib
import errno
import os
import shutil
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import pyarrow.fs

try:
    import fcntl
except ImportError:  # Windows: two writers at the same time are then not kept apart
    fcntl = None  # type: ignore[assignment]

UNFINISHED = ".unfinished"
DELETED = ".deleted"  # ending of a hidden folder that is being deleted

_WITHOUT_LINKS = {errno.EPERM, errno.ENOTSUP, errno.ENOSYS}  # what such a disk says to a link


class FileStatus(NamedTuple):
    """What tells a file from another one of the same name.

    Attributes
    ----------
    inode : int
    changed_ns : int
        Time of the last change, nanoseconds since 1970.
    size : int
        Bytes.
    """

    inode: int
    changed_ns: int
    size: int


class DataFolder:
    """A folder of a local disk, and everything that is done to data at rest in it.

    Stores, caches and the data state reach their files through an object of this class and in
    no other way, so that a subclass can put another storage in its place or let operations
    fail. Names are relative to the folder and may lead into folders below it.

    Parameters
    ----------
    path : Path
        Need not exist: it is made by the first write.
    """

    def __init__(self, path: Path | str) -> None:
        self.path = Path(path)
        self._root = os.fspath(path)
        self._top = self.path

    @classmethod
    def of(cls, folder: "Path | DataFolder") -> "DataFolder":
        """The folder itself, or the one at a path."""
        return folder if isinstance(folder, DataFolder) else cls(folder)

    @property
    def uri(self) -> str:
        """Where the folder is, for a library that reads and writes a whole table."""
        return self._root

    def subfolder(self, name: str) -> "DataFolder":
        """A folder in this one, of the same kind."""
        folder = type(self)(self.path / name)
        folder._top = self._top
        return folder

    def resolve(self, name: str) -> Path:
        """Where a file is, for a library that opens or maps it by its path."""
        return self.path / name

    def names(self) -> list[str]:
        """The names of files and folders in it, in no particular order; none without a folder."""
        try:
            return os.listdir(self._root)  # noqa: PTH208 - names alone, without a Path for each
        except (FileNotFoundError, NotADirectoryError):
            return []

    def status(self, name: str = "") -> FileStatus | None:
        """The status of a file, or of the folder itself; None where there is none."""
        try:
            # A Path costs more than the call, which is made at every request.
            status = os.stat(f"{self._root}/{name}")  # noqa: PTH116
        except (FileNotFoundError, NotADirectoryError):
            return None
        return FileStatus(status.st_ino, status.st_mtime_ns, status.st_size)

    def open(self, name: str) -> IO[bytes]:
        """A file, open for reading.

        Raises
        ------
        FileNotFoundError
            If there is no such file.
        """
        return self.resolve(name).open("rb")

    def arrow(self) -> "pyarrow.fs.FileSystem":
        """The folder as a file system of Arrow, for reading data files."""
        import pyarrow.fs

        return pyarrow.fs.SubTreeFileSystem(self._root, pyarrow.fs.LocalFileSystem())

    def write(
        self,
        name: str,
        write: Callable[[IO[bytes]], object],
        *,
        durable: bool = False,
        exclusive: bool = False,
    ) -> None:
        """Write a file whole or not at all: nobody sees it before it is complete.

        Parameters
        ----------
        name : str
            An existing file of that name is replaced, unless `exclusive`.
        write : callable
            Writes the content into the open file it is given.
        durable : bool
            Wait for the disk, so that the file survives a power cut; not needed for what can
            be made again.
        exclusive : bool
            Whether a file of that name may not be there yet.

        Raises
        ------
        FileExistsError
            If it is there, and `exclusive`.
        OSError
            If the disk cannot be written. What was there stays, and nothing is left behind.
        """
        is_new = durable and self.status() is None
        self.make()
        unfinished = f".{name}.{os.getpid()}-{threading.get_ident()}{UNFINISHED}"
        try:
            with self.create(unfinished) as file:
                write(file)
                if durable:
                    self.sync(file)
            if exclusive:
                self.rename_to_new(unfinished, name)
            else:
                self.rename(unfinished, name)
        except BaseException:
            with contextlib.suppress(OSError):
                self.remove(unfinished)
            raise
        if durable:
            self.sync_folder()
        if is_new:
            self.sync_parents()

    def make(self) -> None:
        """Make the folder, where it does not exist."""
        self.path.mkdir(parents=True, exist_ok=True)

    def create(self, name: str) -> IO[bytes]:
        """A new file, open for writing."""
        return self.resolve(name).open("wb")

    def sync(self, file: IO[bytes]) -> None:
        """Wait until what was written to an open file is on disk."""
        file.flush()
        os.fsync(file.fileno())

    def sync_folder(self) -> None:
        """Wait until the names of the folder are on disk."""
        _sync_folder(self.path)

    def sync_parents(self) -> None:
        """Wait until its own name is on disk, and that of each folder it was reached through."""
        path = self.path
        while path != self._top:
            path = path.parent
            _sync_folder(path)
        with contextlib.suppress(PermissionError):  # one that others look after
            _sync_folder(path.absolute().parent)

    def rename(self, name: str, new_name: str) -> None:
        """Rename a file, in the place of one that has the new name."""
        self.resolve(name).replace(self.resolve(new_name))

    def rename_to_new(self, name: str, new_name: str) -> None:
        """Rename a file to a name that none has.

        Raises
        ------
        FileExistsError
            If one has it.
        """
        try:
            os.link(self.resolve(name), self.resolve(new_name))
        except OSError as error:
            if error.errno not in _WITHOUT_LINKS:
                raise
            if self.status(new_name) is not None:
                raise FileExistsError(errno.EEXIST, "there is one", new_name) from None
            self.rename(name, new_name)
        else:
            with contextlib.suppress(OSError):
                self.remove(name)

    def remove(self, name: str) -> None:
        """Delete a file, where it exists."""
        self.resolve(name).unlink(missing_ok=True)

    def remove_tree(self, name: str) -> None:
        """Delete a folder with everything in it, where it exists."""
        if (self.path / name).is_dir():
            shutil.rmtree(self.path / name)

    def sweep(self, *, before_ns: int | None = None) -> None:
        """Delete what interrupted writers left: all of it, or what is older than a time."""
        for name in self.names():
            if name.startswith(".") and name.endswith(UNFINISHED):
                status = self.status(name)
                if status and (before_ns is None or status.changed_ns < before_ns):
                    self.remove(name)

    @contextlib.contextmanager
    def locked(self) -> Iterator[None]:
        """One writer at a time among all processes."""
        self.make()
        with self.create(".lock") as lock:
            if fcntl is not None:
                fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def refusal(self) -> str | None:
        """Why the folder cannot be written or made, None where it can be."""
        nearest = self.path
        while not nearest.exists() and nearest != nearest.parent:
            nearest = nearest.parent
        if not nearest.is_dir():
            return f"{nearest} is not a folder"
        if not os.access(nearest, os.W_OK | os.X_OK):
            return f"no permission to write in {nearest}"
        return None


def _sync_folder(path: Path) -> None:
    """Wait until the names of a folder are on disk."""
    if os.name == "nt":  # Windows opens no folders
        return
    folder = os.open(path, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
