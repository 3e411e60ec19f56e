"""Finds the files an import reads: named files, those in a folder, those in a zip."""

import gzip
import io
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from service.imports.files.summary import Skipped
from service.store.errors import ImportRefusedError

MAX_MEMBER_BYTES = 4 * 1024**3
GZIP = b"\x1f\x8b"
UNREADABLE = (
    OSError,
    RuntimeError,
    EOFError,
    zlib.error,
    zipfile.BadZipFile,
    NotImplementedError,
)


@dataclass(frozen=True)
class Source:
    """A file to read.

    Attributes
    ----------
    name : str
        File name without a folder.
    path : Path
        The file, or the zip that contains it.
    member : str or None
        Name inside the zip; None for a file on disk.
    size_bytes : int
    """

    name: str
    path: Path
    member: str | None
    size_bytes: int

    def read_bytes(self) -> bytes:
        """The content.

        Returns
        -------
        bytes
            The whole file.

        Raises
        ------
        ImportRefusedError
            If it cannot be read.
        """
        try:
            if self.member is None:
                content = self.path.read_bytes()
                return _unzipped(content) if content.startswith(GZIP) else content
            with zipfile.ZipFile(self.path) as archive:
                return archive.read(self.member)
        except UNREADABLE as error:
            raise ImportRefusedError(str(self.path), f"cannot be read: {error}") from error


def _unzipped(content: bytes) -> bytes:
    """What a gzip file holds, if it is not larger than a member of a zip may be."""
    with gzip.GzipFile(fileobj=io.BytesIO(content)) as file:
        unzipped = file.read(MAX_MEMBER_BYTES + 1)
    if len(unzipped) > MAX_MEMBER_BYTES:
        raise OSError("it unpacks to more than 4 GiB")
    return unzipped


def find_sources(
    paths: Sequence[Path], *, skip_reason: Callable[[str], str | None]
) -> tuple[tuple[Source, ...], tuple[Skipped, ...]]:
    """The files to read, and those in folders and zips that are skipped.

    Parameters
    ----------
    paths : sequence of Path
        Files, zips and folders; a folder is searched to any depth.
    skip_reason : callable
        Called with a file's name; returns None if the file is to be read, otherwise why it is
        skipped. Called only for files found in a folder or a zip: a named file is always read.

    Returns
    -------
    sources : tuple of Source
        In the order of the paths, those of a folder by name.
    skipped : tuple of Skipped
        Files that are not read, with the reason.

    Raises
    ------
    ImportRefusedError
        If a path does not exist, a zip is damaged or encrypted, or there is no file to read.
    """
    sources: list[Source] = []
    skipped: list[Skipped] = []
    for path in paths:
        if path.is_dir():
            entries = [entry for entry in sorted(path.rglob("*")) if entry.is_file()]
            for entry in entries:
                if entry.suffix.lower() == ".zip":
                    _sort(_members(entry), skip_reason, sources, skipped)
                else:
                    _sort([_file(entry)], skip_reason, sources, skipped)
        elif not path.exists():
            raise ImportRefusedError(str(path), "there is no such file")
        elif path.suffix.lower() == ".zip" or zipfile.is_zipfile(path):
            _sort(_members(path), skip_reason, sources, skipped)
        else:
            sources.append(_file(path))
    if not sources:
        path_names = ", ".join(str(path) for path in paths) or "no file was named"
        skipped_count = f"; skipped {len(skipped)} files" if skipped else ""
        raise ImportRefusedError(path_names, f"there is nothing to import{skipped_count}")
    return tuple(sources), tuple(skipped)


def _sort(
    candidates: Sequence[Source] | Iterator[Source],
    skip_reason: Callable[[str], str | None],
    sources: list[Source],
    skipped: list[Skipped],
) -> None:
    """Add each file to one of the two lists."""
    for source in candidates:
        reason = skip_reason(source.name)
        if reason is None:
            sources.append(source)
        else:
            skipped.append(Skipped(source.name, reason))


def _file(path: Path) -> Source:
    """A file on disk."""
    return Source(path.name, path, None, path.stat().st_size)


def _members(path: Path) -> Iterator[Source]:
    """The files inside a zip, in its order."""
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
    except (OSError, zipfile.BadZipFile) as error:
        raise ImportRefusedError(str(path), f"is not a zip that can be read: {error}") from error
    member_names = {entry.filename for entry in entries}
    if (
        "xl/workbook.xml" in member_names
        or "xl/workbook.bin" in member_names
        or "content.xml" in member_names
    ):
        raise ImportRefusedError(str(path), "is a spreadsheet: save the sheet as CSV first")
    for entry in entries:
        name = entry.filename.rsplit("/", 1)[-1]
        if entry.is_dir() or entry.filename.startswith("__MACOSX/") or name.startswith("."):
            continue
        if entry.flag_bits & 0x1:
            raise ImportRefusedError(str(path), f"{entry.filename} in it is encrypted")
        if entry.file_size > MAX_MEMBER_BYTES:
            raise ImportRefusedError(str(path), f"{entry.filename} in it is larger than 4 GiB")
        yield Source(name, path, entry.filename, entry.file_size)
