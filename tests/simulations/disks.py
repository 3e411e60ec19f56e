"""A disk that notes what is done to it, and what a power cut may leave of that."""

import contextlib
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from types import TracebackType
from typing import IO, Any, NamedTuple

import numpy as np

from boundaries.storage.data_folder import DataFolder

Files = Mapping[str, bytes]
"""What a disk holds: the content of each file by its path."""


class Operation(NamedTuple):
    """One thing done to a disk; `target` is the new name of a file."""

    kind: str
    path: str
    target: str = ""
    content: bytes = b""


@dataclass
class Journal:
    """What has been done to a disk, in order.

    Attributes
    ----------
    root : Path
        The paths of the operations are relative to it.
    before : callable or None
        Called before each operation with its position and the operation; what it raises, the
        operation raises.
    """

    root: Path
    before: Callable[[int, Operation], None] | None = None
    operations: list[Operation] = field(default_factory=list)

    @contextlib.contextmanager
    def noting(self, kind: str, path: Path, target: Path | None = None) -> Iterator[None]:
        """Note an operation when it has been done."""
        operation = Operation(kind, self.relative(path), self.relative(target))
        self.check(operation)
        yield
        self.operations.append(operation)

    def check(self, operation: Operation) -> None:
        """Let an operation fail where it shall."""
        if self.before is not None:
            self.before(len(self.operations), operation)

    def relative(self, path: Path | None) -> str:
        """A path as operations have it; empty for none."""
        return "" if path is None else path.relative_to(self.root).as_posix()


class JournalFolder(DataFolder):
    """A folder whose operations are noted. Nothing waits for the real disk."""

    def __init__(self, path: Path, journal: Journal) -> None:
        super().__init__(path)
        self._journal = journal

    def subfolder(self, name: str) -> DataFolder:
        return JournalFolder(self.path / name, self._journal)

    def make(self) -> None:
        for path in (*reversed(self.path.parents), self.path):
            if not path.exists():
                with self._journal.noting("make", path):
                    path.mkdir()

    def create(self, name: str) -> IO[bytes]:
        with self._journal.noting("create", self.resolve(name)):
            file = super().create(name)
        return _JournalFile(file, self.resolve(name), self._journal)  # type: ignore[return-value]

    def sync(self, file: IO[bytes]) -> None:
        with self._journal.noting("sync", Path(file.name)):
            file.flush()

    def sync_folder(self) -> None:
        with self._journal.noting("sync_folder", self.path):
            pass

    def sync_parents(self) -> None:
        with self._journal.noting("sync_parents", self.path):
            pass

    def rename(self, name: str, new_name: str) -> None:
        with self._journal.noting("rename", self.resolve(name), self.resolve(new_name)):
            super().rename(name, new_name)

    def rename_to_new(self, name: str, new_name: str) -> None:
        with self._journal.noting("link", self.resolve(name), self.resolve(new_name)):
            os.link(self.resolve(name), self.resolve(new_name))
        with contextlib.suppress(OSError):
            self.remove(name)

    def remove(self, name: str) -> None:
        with self._journal.noting("remove", self.resolve(name)):
            super().remove(name)


class _JournalFile:
    """An open file whose writing is noted; half of what fails is written."""

    def __init__(self, file: IO[bytes], path: Path, journal: Journal) -> None:
        self._file, self._path, self._journal = file, path, journal

    def write(self, content: Any) -> int:
        content = bytes(content)
        operation = Operation("write", self._journal.relative(self._path), content=content)
        try:
            self._journal.check(operation)
        except OSError:
            self._file.write(content[: len(content) // 2])
            raise
        self._journal.operations.append(operation)
        return self._file.write(content)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._file, name)

    def __enter__(self) -> "_JournalFile":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._file.close()


def files_of(folder: Path) -> dict[str, bytes]:
    """What is in a folder and those below it."""
    paths = [path for path in folder.rglob("*") if path.is_file()]
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}


def put(files: Files, folder: Path) -> None:
    """Fill a folder that is empty or not there."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def after_power_cut(
    files: Files, operations: Sequence[Operation], rng: np.random.Generator, *, kept: float
) -> dict[str, bytes]:
    """What is on disk when the power fails after some operations.

    Parameters
    ----------
    files : mapping
        What was on disk before them.
    operations : sequence of Operation
        In order, up to the cut.
    rng : numpy.random.Generator
        Chooses what is lost.
    kept : float
        The probability that a name, or the content of a file, is on disk though nobody has
        waited for it.

    Returns
    -------
    dict of str to bytes
        A file whose content was not synced may be whole, cut, of zeros, or empty. Names that
        were not synced may be lost, each for itself.
    """
    contents = dict(enumerate(files.values()))
    durable = dict(contents)
    names = {name: number for number, name in enumerate(files)}  # as the program sees them
    pending: list[tuple[Operation, int]] = []
    on_disk: dict[str, int | None] = dict(names)
    folders = {parent for name in names for parent in _parents(name)}

    def apply(operation: Operation, number: int) -> None:
        if operation.kind == "make":
            folders.add(operation.path)
        elif operation.kind == "create":
            on_disk[operation.path] = number
        if operation.kind in ("rename", "remove"):
            on_disk.pop(operation.path, None)
        if operation.target:
            on_disk[operation.target] = number

    for operation in operations:
        kind, path, target, content = operation
        if kind == "create":
            names[path] = len(contents)
            contents[names[path]] = durable[names[path]] = b""
        elif kind == "write":
            contents[names[path]] += content
        elif kind == "sync":
            durable[names[path]] = contents[names[path]]
        elif kind in ("sync_folder", "sync_parents"):
            synced = {path} if kind == "sync_folder" else {*_parents(path), "."}
            for one in pending:
                if _folder(one[0].target or one[0].path) in synced:
                    apply(*one)
            pending = [p for p in pending if _folder(p[0].target or p[0].path) not in synced]
        if kind in ("make", "create", "link", "rename", "remove"):
            pending.append((operation, names.get(path, -1)))
        if target:
            names[target] = names[path]
        if kind in ("rename", "remove"):
            names.pop(path, None)

    for one in pending:
        if rng.random() < kept:
            apply(*one)
    reachable = {
        name: number
        for name, number in on_disk.items()
        if number is not None and all(parent in folders for parent in _parents(name))
    }
    return {
        name: _left_of(durable[number], contents[number], rng, kept)
        for name, number in reachable.items()
    }


def _left_of(durable: bytes, content: bytes, rng: np.random.Generator, kept: float) -> bytes:
    """What is left of a file of which only a part is known to be on disk."""
    if durable == content or rng.random() < kept:
        return content
    end = int(rng.integers(len(durable), len(content) + 1))
    return (durable, content[:end], durable + bytes(len(content) - len(durable)))[rng.integers(3)]


def _folder(path: str) -> str:
    """The folder that has a name."""
    return PurePosixPath(path).parent.as_posix()


def _parents(path: str) -> list[str]:
    """All folders above a path, but for the root."""
    return [parent.as_posix() for parent in PurePosixPath(path).parents if str(parent) != "."]
