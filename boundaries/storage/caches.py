"""Values that can be made again, kept on disk and shared by all worker processes."""

import contextlib
import io
import logging
import mmap
import re
import threading
import zlib
from collections.abc import Callable, Hashable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TypeVar

from boundaries.storage.data_folder import DataFolder

CHECKSUM_BYTES = 8
ABANDONED_AFTER_NS = 3_600 * 10**9  # an unfinished file of that age has no writer any more

Key = tuple[str, ...]
Value = TypeVar("Value")

_PART = re.compile(r"[a-z0-9:_-]{1,127}")

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class CacheCounts:
    """How often a value was on disk, had to be made, and could not be written."""

    hits: int
    misses: int
    unwritten: int


def checked_content(folder: DataFolder, name: str) -> memoryview:
    """What a cache has written into a file, mapped into memory, without its checksum.

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    ValueError
        If the checksum does not fit the content, or there is none.
    """
    with folder.open(name) as file:
        whole = memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))
    content = whole[:-CHECKSUM_BYTES]
    if whole[-CHECKSUM_BYTES:] != _checksum(name, content):
        raise ValueError("its checksum does not fit its content")
    return content


def _checksum(name: str, content: memoryview) -> bytes:
    """What a file of a name and a content ends with."""
    return b"crc " + zlib.crc32(content, zlib.crc32(name.encode())).to_bytes(4, "big")


def layer_and_version(key: Key) -> tuple[Hashable, Hashable]:
    """Subject and version of a key that begins with a layer and its version."""
    return key[0], key[1]


class DiskCache:
    """Values by key, a file each.

    A file is named after its key, which holds everything that the value depends on; it is never
    changed, only superseded by one of another name. It ends with a checksum of its name and
    content: one that does not fit is made again. Deleting the folder loses nothing. Where it
    cannot be written, values are made and not kept, which is counted and logged.

    Parameters
    ----------
    folder : Path or DataFolder
        Made when the first value is written.
    suffix : str
        Of the files' names.
    versions : int
        How many versions of a subject are kept: when another is written, the oldest go. A
        process that has a deleted file mapped keeps it until it lets go of it.
    subject_and_version : callable
        The two, of a key.
    reads_back : bool
        Whether `get` answers with what it reads from the file it has just written, so that a
        mapped file is shared from the start.
    """

    def __init__(
        self,
        folder: Path | DataFolder,
        suffix: str,
        *,
        versions: int = 1,
        subject_and_version: Callable[[Key], tuple[Hashable, Hashable]] = layer_and_version,
        reads_back: bool = False,
    ) -> None:
        self._folder = DataFolder.of(folder)
        self._suffix = suffix
        self._versions = versions
        self._subject_and_version = subject_and_version
        self._reads_back = reads_back
        self._lock = threading.Lock()
        self._computing: dict[Key, threading.Lock] = {}
        self._hits = self._misses = self._unwritten = 0

    @property
    def folder(self) -> Path:
        """Where the files are."""
        return self._folder.path

    def get(
        self,
        key: Key,
        make: Callable[[], Value],
        *,
        read: Callable[[memoryview], Value | None],
        write: Callable[[Value, IO[bytes]], object],
    ) -> Value:
        """The value of a key: from disk, or made and written.

        Parameters
        ----------
        key : tuple of str
            Each part of lower-case letters, digits, ``-``, ``_`` and ``:``.
        make : callable
            Makes the value; one thread at a time for each key, while others wait.
        read : callable
            Makes the value of a file's content, which is mapped into memory and read-only; None
            where it is not of this key. Whatever it raises means that the file is damaged.
        write : callable
            Writes a value into an open file.

        Raises
        ------
        ValueError
            If a part of the key has other characters.
        """
        with self._computed_once(key):
            value = self.read(key, read)
            with self._lock:
                self._hits += value is not None
                self._misses += value is None
            if value is not None:
                return value
            value = make()
            written = self.write(key, value, write)
            shared = self.read(key, read) if written and self._reads_back else None
            return value if shared is None else shared

    def read(self, key: Key, read: Callable[[memoryview], Value | None]) -> Value | None:
        """The value of a key from disk, None where there is none that can be used."""
        name = self._name(key)
        try:
            return read(checked_content(self._folder, name))
        except (FileNotFoundError, NotADirectoryError):
            return None
        except Exception as error:  # noqa: BLE001 - readers raise whatever a damaged file makes them
            path = self._folder.resolve(name)
            logger.warning("%s cannot be read and is made again: %s", path, error)
            return None

    def write(self, key: Key, value: Value, write: Callable[[Value, IO[bytes]], object]) -> bool:
        """Write the value of a key and forget its oldest versions; False if that cannot be."""
        name = self._name(key)
        try:
            content = io.BytesIO()
            write(value, content)
            checksum = _checksum(name, content.getbuffer())
            content.seek(0, io.SEEK_END)
            content.write(checksum)
            self._folder.write(name, lambda file: file.write(content.getbuffer()))
            self._forget(key)
        except OSError as error:
            with self._lock:
                self._unwritten += 1
            logger.warning("%s was not cached: %s", self._folder.resolve(name), error)
            return False
        return True

    def counts(self) -> CacheCounts:
        """What this process has read, made and failed to write so far."""
        with self._lock:
            return CacheCounts(self._hits, self._misses, self._unwritten)

    def _name(self, key: Key) -> str:
        """The name of the file of a key."""
        for part in key:
            if not _PART.fullmatch(part):
                raise ValueError(f"{part!r} cannot be part of a file's name")
        return ".".join(key) + self._suffix

    def _changed_ns(self, name: str) -> int:
        """When a file was written; 0 where another process has just deleted it."""
        status = self._folder.status(name)
        return 0 if status is None else status.changed_ns

    def _forget(self, key: Key) -> None:
        """Delete all but the last versions of the key's subject, and what was abandoned."""
        subject, version = self._subject_and_version(key)
        files: dict[Hashable, list[str]] = {}
        for name in self._folder.names():
            if name.startswith(".") or not name.endswith(self._suffix):
                continue
            file_key = tuple(name.removesuffix(self._suffix).split("."))
            if len(file_key) == len(key) and self._subject_and_version(file_key)[0] == subject:
                files.setdefault(self._subject_and_version(file_key)[1], []).append(name)
        files.pop(version, None)
        oldest_first = sorted(files, key=lambda v: max(map(self._changed_ns, files[v])))
        for superseded in oldest_first[: max(0, len(files) - self._versions + 1)]:
            for name in files[superseded]:
                self._folder.remove(name)
        self._folder.sweep(before_ns=self._changed_ns(self._name(key)) - ABANDONED_AFTER_NS)

    @contextlib.contextmanager
    def _computed_once(self, key: Key) -> Iterator[None]:
        """One thread at a time for each key."""
        with self._lock:
            computing = self._computing.setdefault(key, threading.Lock())
        try:
            with computing:
                yield
        finally:
            with self._lock:
                self._computing.pop(key, None)
