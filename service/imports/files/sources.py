"""Finds the files an import reads: named files, those in a folder, those in a zip."""

import gzip
import io
import lzma
import stat
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from service.config.settings import ImportSettings
from service.imports.files.summary import Skipped
from service.store.errors import ImportRefusedError

LIMITS = ImportSettings()
UNSUSPICIOUS_BYTES = 64 * 1024**2  # however small what unpacks to them
GZIP = b"\x1f\x8b"
UNREADABLE = (
    OSError,
    RuntimeError,
    ValueError,
    lzma.LZMAError,
    EOFError,
    struct.error,
    zlib.error,
    zipfile.BadZipFile,
    NotImplementedError,
)
_SPREADSHEET = {"xl/workbook.xml", "xl/workbook.bin", "content.xml"}
_BLOCK_BYTES = 1024**2
_DELIMITERS = b",;\t|"


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
    size_bytes, packed_bytes : int
        Unpacked, and in the zip; for a file on disk both are its size.
    archive : zipfile.ZipFile or None
        The zip, opened once for all its members.
    limits : ImportSettings
        What reading it may take.
    """

    name: str
    path: Path
    member: str | None
    size_bytes: int
    packed_bytes: int
    archive: zipfile.ZipFile | None = field(default=None, repr=False, compare=False)
    limits: ImportSettings = field(default=LIMITS, repr=False, compare=False)

    def read_bytes(self) -> bytes:
        """The content, read block by block and refused at the first that is too much.

        Returns
        -------
        bytes
            The whole file, unpacked.

        Raises
        ------
        ImportRefusedError
            If it cannot be read, is larger than the limits, or has a line that is.
        """
        try:
            with self._opened() as stream:
                is_gzip = self.member is None and stream.read(2) == GZIP
                stream.seek(0)
                if not is_gzip:
                    return self._read(stream)
                with gzip.GzipFile(fileobj=stream) as unzipped:
                    return self._read(unzipped)
        except UNREADABLE as error:
            raise ImportRefusedError(str(self.path), f"cannot be read: {error}") from error

    def _opened(self) -> IO[bytes]:
        """The file, or the member of its zip."""
        if self.archive is None or self.member is None:
            return self.path.open("rb")
        return self.archive.open(self.member)

    def _read(self, stream: IO[bytes] | gzip.GzipFile) -> bytes:
        """All of a stream, if it keeps within the limits."""
        content = io.BytesIO()
        lines = line_bytes = 0
        is_json = self.name.lower().endswith((".geojson", ".json"))
        while block := stream.read(_BLOCK_BYTES):
            is_json |= not content.tell() and block.lstrip()[:1] == b"{"
            content.write(block)
            size = content.tell()
            largest, setting = self.limits.file_bytes, "FILE_BYTES"
            if is_json and self.limits.geojson_bytes < largest:
                largest, setting = self.limits.geojson_bytes, "GEOJSON_BYTES"
            if size > largest:
                self._refuse(f"is larger than {_size(largest)}", setting)
            if _is_suspicious(size, self.packed_bytes, self.limits):
                self._refuse(_bomb(self.limits), "UNPACKED_RATIO")
            if is_json:
                continue
            breaks = block.count(b"\n")
            line_bytes = len(block) - 1 - block.rfind(b"\n") + (0 if breaks else line_bytes)
            lines += breaks
            if line_bytes > self.limits.line_bytes:
                self._refuse_line(content.getvalue(), lines, line_bytes)
        return content.getvalue()

    def _refuse_line(self, content: bytes, lines: int, line_bytes: int) -> None:
        """Refuse a line that is too long, and name the column where it becomes so."""
        header = content[: content.find(b"\n")] if lines else b""
        delimiter = max(_DELIMITERS, key=header.count)
        column = content.count(delimiter, len(content) - line_bytes)
        names = header.decode("utf-8", errors="replace").split(chr(delimiter))
        name = f", column {names[column].strip()}" if lines and column < len(names) else ""
        self._refuse(
            f"row {lines + 1}{name}: the line is longer than {_size(self.limits.line_bytes)}",
            "LINE_BYTES",
        )

    def _refuse(self, reason: str, setting: str) -> None:
        """Raise ImportRefusedError with a reason and the setting that decides it."""
        member = f"{self.member} in it " if self.member else ""
        raise _refusal(self.path, f"{member}{reason}", setting)


def _refusal(path: Path, reason: str, setting: str) -> ImportRefusedError:
    """The error for what is beyond a limit."""
    return ImportRefusedError(str(path), f"{reason} (HOTSPOTS_IMPORTS__{setting})")


def _is_suspicious(unpacked_bytes: int, packed_bytes: int, limits: ImportSettings) -> bool:
    """Whether so little cannot honestly unpack to so much."""
    return (
        unpacked_bytes > UNSUSPICIOUS_BYTES
        and unpacked_bytes > limits.unpacked_ratio * packed_bytes
    )


def _bomb(limits: ImportSettings) -> str:
    """What is wrong with what unpacks to too much."""
    return (
        f"unpacks to more than {limits.unpacked_ratio} bytes for each of its own, which data do "
        "not do"
    )


def _size(size_bytes: int) -> str:
    """A number of bytes in the largest unit that leaves at least one."""
    for power, unit in ((3, "GiB"), (2, "MiB"), (1, "KiB")):
        if size_bytes >= 1024**power:
            return f"{size_bytes / 1024**power:.3g} {unit}"
    return f"{size_bytes} bytes"


def find_sources(
    paths: Sequence[Path],
    *,
    skip_reason: Callable[[str], str | None],
    limits: ImportSettings = LIMITS,
) -> tuple[tuple[Source, ...], tuple[Skipped, ...]]:
    """The files to read, and those in folders and zips that are skipped.

    Parameters
    ----------
    paths : sequence of Path
        Files, zips and folders; a folder is searched to any depth.
    skip_reason : callable
        Called with a file's name; returns None if the file is to be read, otherwise why it is
        skipped. Called only for files found in a folder or a zip: a named file is always read.
    limits : ImportSettings
        What reading may take.

    Returns
    -------
    sources : tuple of Source
        In the order of the paths, those of a folder by name.
    skipped : tuple of Skipped
        Files that are not read, with the reason.

    Raises
    ------
    ImportRefusedError
        If a path does not exist or is a device, a zip is damaged, encrypted or unpacks to more
        than the limits, or there is no file to read.
    """
    sources: list[Source] = []
    skipped: list[Skipped] = []
    for path in paths:
        if path.is_dir():
            entries = [entry for entry in sorted(path.rglob("*")) if entry.is_file()]
            for entry in entries:
                if entry.suffix.lower() == ".zip":
                    _sort(_members(entry, limits), skip_reason, sources, skipped)
                else:
                    _sort([regular_file(entry, limits)], skip_reason, sources, skipped)
            continue
        source = regular_file(path, limits)
        if path.suffix.lower() == ".zip" or zipfile.is_zipfile(path):
            _sort(_members(path, limits), skip_reason, sources, skipped)
        else:
            sources.append(source)
    if not sources:
        path_names = ", ".join(str(path) for path in paths) or "no file was named"
        skipped_count = f"; skipped {len(skipped)} files" if skipped else ""
        raise ImportRefusedError(path_names, f"there is nothing to import{skipped_count}")
    _check_totals(sources, limits)
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


def _check_totals(sources: Sequence[Source], limits: ImportSettings) -> None:
    """Refuse files that are too much together, or a zip that unpacks to too much."""
    total = sum(source.size_bytes for source in sources)
    if total > limits.unpacked_bytes:
        names = ", ".join(dict.fromkeys(str(source.path) for source in sources[:5]))
        raise _refusal(
            Path(names),
            f"unpacks to {_size(total)}, and the limit is {_size(limits.unpacked_bytes)}",
            "UNPACKED_BYTES",
        )
    by_zip: dict[Path, list[Source]] = {}
    for source in sources:
        by_zip.setdefault(source.path, []).append(source)
    for path, members in by_zip.items():
        unpacked_bytes = sum(member.size_bytes for member in members)
        packed_bytes = sum(member.packed_bytes for member in members)
        if _is_suspicious(unpacked_bytes, packed_bytes, limits):
            raise _refusal(path, _bomb(limits), "UNPACKED_RATIO")
        for member in members:
            if member.size_bytes > limits.file_bytes:
                member._refuse(f"is larger than {_size(limits.file_bytes)}", "FILE_BYTES")


def regular_file(path: Path, limits: ImportSettings = LIMITS) -> Source:
    """A file on disk.

    Parameters
    ----------
    path : Path
        A file or a link to one; a pipe or a device, which may never end, is refused.
    limits : ImportSettings
        What reading it may take.

    Returns
    -------
    Source
        Not yet read.

    Raises
    ------
    ImportRefusedError
        If there is no such file, or it is not a regular one.
    """
    try:
        status = path.stat()
    except OSError as error:
        reason = (
            "there is no such file"
            if isinstance(error, FileNotFoundError)
            else (f"cannot be read: {error.strerror}")
        )
        raise ImportRefusedError(str(path), reason) from None
    if not stat.S_ISREG(status.st_mode):
        raise ImportRefusedError(str(path), "is a folder, a device or a pipe, not a file")
    return Source(path.name, path, None, status.st_size, status.st_size, limits=limits)


def _members(path: Path, limits: ImportSettings) -> Iterator[Source]:
    """The files inside a zip, in its order."""
    try:
        archive = zipfile.ZipFile(path)  # closed with the last of its sources
    except UNREADABLE as error:
        raise ImportRefusedError(str(path), f"is not a zip that can be read: {error}") from error
    entries = archive.infolist()
    if not all(entry.filename for entry in entries):
        raise ImportRefusedError(str(path), "is damaged: a file in it has no name")
    if len(entries) > limits.members:
        reason = f"has {len(entries):,} files in it, and the limit is {limits.members:,}"
        raise _refusal(path, reason, "MEMBERS")
    if {entry.filename for entry in entries} & _SPREADSHEET:
        raise ImportRefusedError(str(path), "is a spreadsheet: save the sheet as CSV first")
    for entry in entries:
        name = entry.filename.rsplit("/", 1)[-1]
        if entry.is_dir() or entry.filename.startswith("__MACOSX/") or name.startswith("."):
            continue
        if entry.flag_bits & 0x1:
            raise ImportRefusedError(str(path), f"{entry.filename} in it is encrypted")
        yield Source(
            name, path, entry.filename, entry.file_size, entry.compress_size, archive, limits
        )
