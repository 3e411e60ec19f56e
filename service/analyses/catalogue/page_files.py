"""The files of the built page, read once, and again when it was built anew."""

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
        Of the contents.
    is_immutable : bool
        True where the name has a digest of the contents in it.
    """

    name: str
    content: bytes
    encoded: Mapping[str, bytes]
    media_type: str
    digest: str
    is_immutable: bool


class PageFiles:
    """The files of a folder that a build has filled; none where there was no build.

    A file is found by its name among those that are there: no name leads out of the folder.

    Parameters
    ----------
    folder : Path
        ``service/web/dist`` of this installation, by default.
    """

    def __init__(self, folder: Path = BUILT) -> None:
        self._folder = folder
        self._lock = threading.Lock()
        self._held: tuple[Signature, Mapping[str, PageFile]] | None = None

    def get(self, name: str) -> PageFile | None:
        """The file of a name, such as ``assets/main-4f1c9a2b.js``; None where there is none."""
        return self._files().get(name)

    def _files(self) -> Mapping[str, PageFile]:
        signature = self._signature()
        if signature is None:
            return {}
        held = self._held
        if held is not None and held[0] == signature:
            return held[1]
        with self._lock:
            if self._held is None or self._held[0] != signature:
                self._held = (signature, _read(self._folder))
            return self._held[1]

    def _signature(self) -> Signature | None:
        """What changes with a build; None where nothing is built."""
        found: list[int] = []
        for name in BUILT_LAST:
            try:
                known = (self._folder / name).stat()
            except OSError:
                continue
            found += (known.st_mtime_ns, known.st_ino)
        return tuple(found) or None


def _read(folder: Path) -> Mapping[str, PageFile]:
    """Every file of a folder and of those in it, by its path from there."""
    paths = {
        path.relative_to(folder).as_posix(): path
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.suffix in MEDIA_TYPES
    }
    return {name: _file(name, path) for name, path in paths.items() if name != BUILT_LAST[0]}


def _file(name: str, path: Path) -> PageFile:
    content = path.read_bytes()
    beside = {name: path.with_name(path.name + suffix) for name, suffix in ENCODINGS.items()}
    return PageFile(
        name=name,
        content=content,
        encoded={name: each.read_bytes() for name, each in beside.items() if each.is_file()},
        media_type=MEDIA_TYPES[path.suffix],
        digest=hashlib.sha256(content).hexdigest()[:32],
        is_immutable=_HASHED.search(name) is not None,
    )
