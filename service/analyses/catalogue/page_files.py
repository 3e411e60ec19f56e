"""The files of the built page, read once and again after a new build."""

import hashlib
import re
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Final

BUILT: Final = Path(__file__).parents[2] / "web" / "dist"
PAGE: Final = "index.html"
DOCUMENTATION: Final = "docs.html"
BUILT_LAST: Final = ("built.json", DOCUMENTATION, PAGE)  # others mean that all may be others

MEDIA_TYPES: Final[Mapping[str, str]] = MappingProxyType(
    {
        ".css": "text/css; charset=utf-8",
        ".html": "text/html; charset=utf-8",
        ".ico": "image/vnd.microsoft.icon",
        ".js": "text/javascript; charset=utf-8",
        ".json": "application/json",
        ".map": "application/json",
        ".mjs": "text/javascript; charset=utf-8",
        ".pbf": "application/x-protobuf",
        ".png": "image/png",
        ".svg": "image/svg+xml",
        ".txt": "text/plain; charset=utf-8",
        ".webmanifest": "application/manifest+json",
        ".webp": "image/webp",
        ".woff2": "font/woff2",
    }
)
ENCODINGS: Final[Mapping[str, str]] = MappingProxyType({"br": ".br", "gzip": ".gz"})  # best first
# A digest of the contents in the name: with other contents it is another file.
_HASHED: Final = re.compile(r"[-.](?=[A-Za-z0-9_-]*[0-9A-Z])[A-Za-z0-9_-]{8,}\.[a-z0-9.]+$")


Signature = tuple[int, ...]


@dataclass(frozen=True, eq=False)
class PageFile:
    """One file of the page.

    Attributes
    ----------
    encoded : mapping of str to bytes
        The contents as the build compressed them, by the name of the encoding, best first.
    digest : str
        Digest of the contents.
    is_immutable : bool
        True if the name contains a digest of the contents.
    """

    name: str
    content: bytes
    encoded: Mapping[str, bytes]
    media_type: str
    digest: str
    is_immutable: bool


class PageFiles:
    """The files in the folder of a build; none if the page was not built.

    A file is looked up by name in a listing of the folder, so that no name leads out of it.

    Parameters
    ----------
    folder : Path
        ``service/web/dist`` of this installation, by default.
    """

    def __init__(self, folder: Path = BUILT) -> None:
        self._folder = folder
        self._lock = threading.Lock()
        self._cached: tuple[Signature, Mapping[str, PageFile]] | None = None

    def get(self, name: str) -> PageFile | None:
        """A file of the page.

        Parameters
        ----------
        name : str
            Path below the folder, such as ``assets/main-4f1c9a2b.js``.

        Returns
        -------
        PageFile or None
            None if there is no such file.
        """
        return self._files().get(name)

    def _files(self) -> Mapping[str, PageFile]:
        signature = self._signature()
        if signature is None:
            return {}
        cached = self._cached
        if cached is not None and cached[0] == signature:
            return cached[1]
        with self._lock:
            if self._cached is None or self._cached[0] != signature:
                self._cached = (signature, _read(self._folder))
            return self._cached[1]

    def _signature(self) -> Signature | None:
        """Numbers that change with a build; None if nothing is built."""
        numbers: list[int] = []
        for name in BUILT_LAST:
            try:
                status = (self._folder / name).stat()
            except OSError:
                continue
            numbers += (status.st_mtime_ns, status.st_ino)
        return tuple(numbers) or None


def _read(folder: Path) -> Mapping[str, PageFile]:
    """Every file below a folder, by its path from there."""
    paths = {
        path.relative_to(folder).as_posix(): path
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.suffix in MEDIA_TYPES
    }
    return {name: _file(name, path) for name, path in paths.items() if name != BUILT_LAST[0]}


def _file(name: str, path: Path) -> PageFile:
    content = path.read_bytes()
    compressed_paths = {
        name: path.with_name(path.name + suffix) for name, suffix in ENCODINGS.items()
    }
    return PageFile(
        name=name,
        content=content,
        encoded={
            name: compressed_path.read_bytes()
            for name, compressed_path in compressed_paths.items()
            if compressed_path.is_file()
        },
        media_type=MEDIA_TYPES[path.suffix],
        digest=hashlib.sha256(content).hexdigest()[:32],
        is_immutable=_HASHED.search(name) is not None,
    )
