"""The files that an import reads: named ones, those of a folder, those inside a zip."""

import zipfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from service.imports.files.summary import Skipped
from service.store.errors import ImportRefusedError

MAX_MEMBER_BYTES = 4 * 1024**3


@dataclass(frozen=True)
class Source:
    """A file to be read.

    Attributes
    ----------
    name : str
        Its own name, without a folder.
    path : Path
        Where it is; the zip for one inside a zip.
    member : str or None
        Its name inside the zip.
    size_bytes : int
    """

    name: str
    path: Path
    member: str | None
    size_bytes: int

    def read_bytes(self) -> bytes:
        """The content.

        Raises
        ------
        ImportRefusedError
            If it cannot be read.
        """
        try:
            if self.member is None:
                return self.path.read_bytes()
            with zipfile.ZipFile(self.path) as archive:
                return archive.read(self.member)
        except (OSError, RuntimeError, zipfile.BadZipFile, NotImplementedError) as error:
            raise ImportRefusedError(str(self.path), f"cannot be read: {error}") from error


def find_sources(
    paths: Sequence[Path], *, is_wanted: Callable[[str], str | None]
) -> tuple[tuple[Source, ...], tuple[Skipped, ...]]:
    """The files to read, and those in folders and zips that are passed over.

    Parameters
    ----------
    paths : sequence of Path
        Files, zips and folders; a folder is searched to any depth.
    is_wanted : callable
        Given a file's name, None where it is to be read, else why it is passed over. Asked of
        files found in a folder or a zip only: a file that is named is always read.

    Raises
    ------
    ImportRefusedError
        If a path does not exist, a zip is damaged or encrypted, or there is nothing to read.
    """
    wanted: list[Source] = []
    skipped: list[Skipped] = []
    for path in paths:
        if path.is_dir():
            found = [entry for entry in sorted(path.rglob("*")) if entry.is_file()]
            for entry in found:
                if entry.suffix.lower() == ".zip":
                    _sort(_members(entry), is_wanted, wanted, skipped)
                else:
                    _sort([_file(entry)], is_wanted, wanted, skipped)
        elif not path.exists():
            raise ImportRefusedError(str(path), "there is no such file")
        elif path.suffix.lower() == ".zip" or zipfile.is_zipfile(path):
            _sort(_members(path), is_wanted, wanted, skipped)
        else:
            wanted.append(_file(path))
    if not wanted:
        named = ", ".join(str(path) for path in paths) or "no file was named"
        passed_over = f"; passed over {len(skipped)} files" if skipped else ""
        raise ImportRefusedError(named, f"there is nothing to import{passed_over}")
    return tuple(wanted), tuple(skipped)


def _sort(
    found: Sequence[Source] | Iterator[Source],
    is_wanted: Callable[[str], str | None],
    wanted: list[Source],
    skipped: list[Skipped],
) -> None:
    """Add each file to one of the two lists."""
    for source in found:
        reason = is_wanted(source.name)
        if reason is None:
            wanted.append(source)
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
    inside = {entry.filename for entry in entries}
    if "xl/workbook.xml" in inside or "xl/workbook.bin" in inside or "content.xml" in inside:
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
