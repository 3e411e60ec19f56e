"""A consistent copy of a data folder, in one file or a folder, with a digest of every part."""

import hashlib
import io
import json
import os
import shutil
import tarfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import IO, Any, Final, Protocol

from boundaries.storage.data_folder import DataFolder
from service.config.version import __version__
from service.coverage.spans import listed
from service.housekeeping.deletions import LIST, DeletionList
from service.housekeeping.errors import BackupError
from service.housekeeping.inventory import (
    CACHE,
    DATASETS,
    LAYERS,
    PUBLISHED,
    REJECTS,
    SINGLE_TABLES,
    all_files,
    damaged_tables,
    data_files,
    layer_files,
    log_files,
    newest_tables,
)
from service.housekeeping.searching import Progress, no_progress

MANIFEST: Final = "hotspots-backup.json"
FORMAT: Final = 1
ARCHIVE: Final = ".tar"
OWNER_ONLY: Final = 0o600
BLOCK: Final = 1 << 20


@dataclass(frozen=True)
class Manifest:
    """What a backup holds.

    Attributes
    ----------
    created : str
        When it was begun, in UTC.
    software : str
        Version of the program.
    tables : mapping of str to str
        Revision of each table.
    layers : tuple of str
        Names of the layers.
    deletions : int
        How many deletions were on the list.
    files : mapping of str to tuple of int and str
        Size and SHA-256 of each file.
    """

    created: str
    software: str
    tables: Mapping[str, str]
    layers: tuple[str, ...]
    deletions: int
    files: Mapping[str, tuple[int, str]]

    def to_json(self) -> bytes:
        """The manifest as a file.

        Returns
        -------
        bytes
            JSON.
        """
        return json.dumps({"format": FORMAT, **asdict(self)}, indent=1).encode()

    @classmethod
    def from_json(cls, content: bytes, path: str) -> "Manifest":
        """The manifest in a file.

        Parameters
        ----------
        content : bytes
            As of `to_json`.
        path : str
            Of the backup, for errors.

        Returns
        -------
        Manifest
            Every name in it leads into the data folder and not out of it.

        Raises
        ------
        BackupError
            If it is no manifest of this program.
        """
        try:
            stated: dict[str, Any] = json.loads(content)
            if stated.pop("format") != FORMAT:
                raise ValueError("it is of another format than this program reads")
            files = {str(name): (int(n), str(d)) for name, (n, d) in stated["files"].items()}
            layers = tuple(stated["layers"])
            manifest = cls(**{**stated, "files": files, "layers": layers})
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise BackupError(path, f"its {MANIFEST} cannot be read: {error}") from None
        for name in files:
            if PurePosixPath(name).is_absolute() or ".." in PurePosixPath(name).parts:
                raise BackupError(path, f"names {name!r}, which is outside a data folder")
        return manifest

    def lines(self) -> list[str]:
        """What it holds, for who reads it.

        Returns
        -------
        list of str
            A line each for tables, layers and files.
        """
        tables = ", ".join(f"{name} ({revision})" for name, revision in self.tables.items())
        size = sum(size for size, _ in self.files.values())
        return [
            f"tables: {tables or 'none'}",
            f"layers: {', '.join(self.layers) or 'none'}",
            f"{len(self.files):,} files, {size:,} bytes, {self.deletions} deletions on the list",
        ]


class Sink(Protocol):
    """Where a backup is written."""

    def add(self, name: str, content: IO[bytes], size: int) -> None:
        """Add a file."""


class TarSink:
    """One file."""

    def __init__(self, file: IO[bytes]) -> None:
        self._archive = tarfile.TarFile(fileobj=file, mode="w")

    def add(self, name: str, content: IO[bytes], size: int) -> None:
        """Add a file."""
        member = tarfile.TarInfo(name)
        member.size, member.mode = size, OWNER_ONLY
        self._archive.addfile(member, content)

    def close(self) -> None:
        """Write the end of the archive."""
        self._archive.close()


class FolderSink:
    """A folder, for its owner or for whom new files of this process are."""

    def __init__(self, folder: Path, *, is_private: bool = True) -> None:
        self._folder = folder
        self._is_private = is_private

    def add(self, name: str, content: IO[bytes], size: int) -> None:
        """Add a file, on disk."""
        path = self._folder / name
        path.parent.mkdir(mode=0o700 if self._is_private else 0o777, parents=True, exist_ok=True)
        with owners_file(path) if self._is_private else path.open("xb") as file:
            shutil.copyfileobj(content, file, BLOCK)
            file.flush()
            os.fsync(file.fileno())


class _Digested(io.RawIOBase):
    """A file whose digest is made while it is read; it must be read to its end."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self.digest = hashlib.sha256()
        self.size = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        content = self._file.read(len(buffer))
        buffer[: len(content)] = content
        self.digest.update(content)
        self.size += len(content)
        return len(content)


def write_backup(data: DataFolder, out: Path, *, progress: Progress = no_progress) -> Manifest:
    """Write a backup while others serve and import.

    Parameters
    ----------
    data : DataFolder
        ``HOTSPOTS_DATA_DIR``.
    out : Path
        A name that ends in ``.tar`` makes one file, any other a folder; must not exist.
    progress : callable
        Is told the task and the share done.

    Returns
    -------
    Manifest
        Of the backup.

    Raises
    ------
    BackupError
        If it cannot be written, or there is nothing to back up.

    Notes
    -----
    Each table is copied at one version: its files never change once they are committed, and the
    log is copied up to that version. Caches and lists of rejected rows are left out. Nobody but
    the owner can read the backup, which appears under its name when it is on disk.
    """
    if out.exists():
        raise BackupError(str(out), "is there already; name another file or folder")
    if out.suffix in {".gz", ".tgz", ".zip", ".zst"}:
        raise BackupError(str(out), f"a backup is a folder or a file that ends in {ARCHIVE}")
    partial = out.with_name(f".{out.name}.{os.getpid()}.partial")
    try:
        with data.locked():
            if out.suffix == ARCHIVE:
                with owners_file(partial) as file:
                    sink = TarSink(file)
                    manifest = _write_to(data, sink, progress)
                    sink.close()
                    file.flush()
                    os.fsync(file.fileno())
            else:
                partial.mkdir(mode=0o700, parents=True)
                manifest = _write_to(data, FolderSink(partial), progress)
        partial.rename(out)
        DataFolder(out.absolute().parent).sync_folder()
    except FileNotFoundError as error:
        raise BackupError(str(out), f"{error.filename} has gone while it was copied") from error
    except OSError as error:
        raise BackupError(str(out), f"cannot be written: {error.strerror or error}") from error
    finally:
        if partial.is_dir():
            shutil.rmtree(partial, ignore_errors=True)
        partial.unlink(missing_ok=True)
    return manifest


def _write_to(data: DataFolder, sink: Sink, progress: Progress) -> Manifest:
    """Copy everything, and then the manifest: without it a backup is cut short."""
    manifest = copy_to(data, sink, progress=progress)
    content = manifest.to_json()
    sink.add(MANIFEST, io.BytesIO(content), len(content))
    return manifest


def copy_to(data: DataFolder, sink: Sink, *, progress: Progress = no_progress) -> Manifest:
    """Copy the newest version of everything; the list of deletions comes last.

    Parameters
    ----------
    data : DataFolder
        ``HOTSPOTS_DATA_DIR``.
    sink : object
        Whose method `add` takes a name, an open file and its size.
    progress : callable
        Is told the task and the share done.

    Returns
    -------
    Manifest
        Of what was copied.

    Raises
    ------
    BackupError
        If there is nothing, or something is damaged.
    """
    if damaged := damaged_tables(data):
        raise BackupError(str(data.path), f"{listed(damaged)} is damaged: see hotspots doctor")
    created = datetime.now(UTC).isoformat(timespec="seconds")
    tables, names = {}, []
    for name, table in newest_tables(data):
        tables[name] = table.revision
        own = [*sorted(data_files(table)), *log_files(table.folder, table.version)]
        names += [f"{name}/{file}" for file in own]
    layers = layer_files(data)
    names += [f"{LAYERS}/{file}" for file in layers]
    if not names:
        raise BackupError(str(data.path), "holds no data")
    names += _settings_files(data)
    if data.status(LIST) is not None:
        names.append(LIST)
    files = {}
    for number, name in enumerate(names):
        progress("copying", number / len(names))
        with data.open(name) as file:
            size = os.fstat(file.fileno()).st_size
            digested = _Digested(file)
            sink.add(name, io.BufferedReader(digested, BLOCK), size)
        files[name] = (digested.size, digested.digest.hexdigest())
    return Manifest(
        created=created,
        software=__version__,
        tables=tables,
        layers=tuple(file.removesuffix(".parquet") for file in layers),
        deletions=len(DeletionList(data).entries()),
        files=files,
    )


@contextmanager
def opened_backup(path: Path) -> Iterator[tuple[Manifest, Iterator[tuple[str, IO[bytes]]]]]:
    """A backup, opened: its manifest, and its files one after the other.

    Parameters
    ----------
    path : Path
        Of a file or a folder.

    Yields
    ------
    tuple of Manifest and iterator of tuple of str and file
        Every file that the manifest names, in any order.

    Raises
    ------
    BackupError
        If it is no backup.
    """
    if path.is_dir():
        if not (path / MANIFEST).is_file():
            raise BackupError(str(path), f"is no backup: there is no {MANIFEST} in it")
        manifest = Manifest.from_json((path / MANIFEST).read_bytes(), str(path))
        yield manifest, _folder_files(path, manifest)
        return
    try:
        with tarfile.open(path, "r:") as archive:
            member = archive.extractfile(MANIFEST)
            if member is None:
                raise BackupError(str(path), f"is no backup: {MANIFEST} in it is no file")
            manifest = Manifest.from_json(member.read(), str(path))
            yield manifest, _members(archive, manifest)
    except KeyError:
        raise BackupError(str(path), f"is no backup, or cut short: it has no {MANIFEST}") from None
    except (tarfile.TarError, OSError) as error:
        raise BackupError(str(path), f"cannot be read: {error}") from error


def _folder_files(path: Path, manifest: Manifest) -> Iterator[tuple[str, IO[bytes]]]:
    """The files of a backup that is a folder."""
    for name in manifest.files:
        if (path / name).is_file():
            with (path / name).open("rb") as file:
                yield name, file


def _members(archive: tarfile.TarFile, manifest: Manifest) -> Iterator[tuple[str, IO[bytes]]]:
    """The files of a backup that is an archive."""
    for member in archive:
        file = archive.extractfile(member) if member.isfile() else None
        if member.name in manifest.files and file is not None:
            yield member.name, file


def _settings_files(data: DataFolder) -> list[str]:
    """Files that belong to the data folder and to no table, layer or cache."""
    tables = {DATASETS, PUBLISHED, *SINGLE_TABLES, LAYERS, CACHE, REJECTS}
    names = [str(path.relative_to(data.path)) for path in all_files(data.path)]
    return [
        name
        for name in names
        if name != LIST
        and Path(name).parts[0] not in tables
        and not any(part.startswith(".") for part in Path(name).parts)
    ]


def owners_file(path: Path) -> IO[bytes]:
    """A new file that only its owner can read, open for writing.

    Parameters
    ----------
    path : Path
        Must not exist.

    Returns
    -------
    binary file
        To be closed by the caller.
    """
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, OWNER_ONLY), "wb")
