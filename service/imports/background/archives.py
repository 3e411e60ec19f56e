"""Archives of vector tiles: MBTiles, which is SQLite, and PMTiles."""

import contextlib
import gzip
import json
import mmap
import re
import sqlite3
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Final, Protocol

from service.store.errors import ImportRefusedError

MAX_TILE_BYTES: Final = 32 * 1024**2  # of a tile, unpacked; the largest in use are below 1 MB
_MBTILES, _PMTILES = b"SQLite format 3\0", b"PMTiles"
_MARKUP: Final = re.compile(r"<[^>]*>")
# What a damaged file makes SQLite, the archive's own reader and the unpacking raise.
_DAMAGE: Final = (sqlite3.Error, zlib.error, OSError, EOFError, ValueError, LookupError)

Address = tuple[int, int, int]


@dataclass(frozen=True)
class TileRange:
    """The tiles of one zoom from a first to a last column, and row from the north."""

    z: int
    columns: range
    rows: range


class Archive(Protocol):
    """Tiles in a file, and what it says of them."""

    @property
    def metadata(self) -> Mapping[str, Any]:
        """What the file states: `name`, `attribution`, `format` and others."""

    @property
    def zooms(self) -> range:
        """From the first to the last."""

    def tiles(self, part: TileRange) -> Iterator[tuple[Address, bytes]]:
        """The tiles of a part, as the file has them.

        Parameters
        ----------
        part : TileRange
            Of one zoom.

        Returns
        -------
        iterator of tuple of Address and bytes
            Those that there are.
        """


@contextlib.contextmanager
def opened(path: Path) -> Iterator[Archive]:
    """The archive in a file.

    Parameters
    ----------
    path : Path
        MBTiles or PMTiles of Mapbox vector tiles; which of them is seen from its content.

    Yields
    ------
    Archive
        Until the file is closed.

    Raises
    ------
    ImportRefusedError
        If it is neither, holds pictures, is compressed in another way than gzip, or is damaged.
    """
    archive: _MbTiles | _PmTiles
    try:
        with path.open("rb") as file:
            start = file.read(len(_MBTILES))
            if start == _MBTILES:
                address = f"{path.resolve().as_uri()}?mode=ro&immutable=1"
                with contextlib.closing(sqlite3.connect(address, uri=True)) as database:
                    archive = _MbTiles(database)
                    _check_format(path, str(archive.metadata.get("format", "pbf")))
                    yield archive
            elif start.startswith(_PMTILES):
                with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
                    archive = _PmTiles(content)
                    _check_format(path, str(archive.metadata["format"]))
                    yield archive
            else:
                raise ImportRefusedError(str(path), "it is neither MBTiles nor PMTiles")
    except _DAMAGE as error:
        reason = f"it cannot be read ({str(error) or type(error).__name__})"
        raise ImportRefusedError(str(path), reason) from error


def unpacked(tile: bytes) -> bytes:
    """A tile without its compression.

    Parameters
    ----------
    tile : bytes
        As an archive has it, compressed by gzip or not at all.

    Returns
    -------
    bytes
        Mapbox vector tile.

    Raises
    ------
    ValueError
        If it is larger than any tile should be, or cut short.
    """
    if not tile.startswith(b"\x1f\x8b"):
        return tile
    unpacking = zlib.decompressobj(wbits=31)
    content = unpacking.decompress(tile, MAX_TILE_BYTES)
    if not unpacking.eof:
        raise ValueError(f"a tile is damaged, or has more than {MAX_TILE_BYTES:,} bytes")
    return content


def plain(text: object) -> str:
    """A text without the markup of links, which attributions have.

    Parameters
    ----------
    text : object
        As the metadata state it; None for nothing.

    Returns
    -------
    str
        On one line.
    """
    words = "" if text is None else _MARKUP.sub(" ", str(text))
    for escaped, character in (("&copy;", "©"), ("&amp;", "&")):
        words = words.replace(escaped, character)
    return " ".join(words.split())


def _check_format(path: Path, tile_format: str) -> None:
    """Raise ImportRefusedError unless tiles of a format are vector tiles."""
    if tile_format.lower() not in ("pbf", "mvt"):
        reason = f"its tiles are {tile_format}: a background is made of vector tiles (pbf)"
        raise ImportRefusedError(str(path), reason)


def _members(text: str | bytes) -> dict[str, Any]:
    """The members of a JSON object."""
    members = json.loads(text)
    if not isinstance(members, dict):
        raise ValueError("its metadata are no JSON object")
    return members


class _MbTiles:
    """An MBTiles file: rows of tiles, counted from the south."""

    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database
        self.metadata: dict[str, Any] = dict(database.execute("SELECT name, value FROM metadata"))
        stated = self.metadata.get("json")
        if stated:
            self.metadata |= _members(stated)
        query = "SELECT min(zoom_level), max(zoom_level) FROM tiles"
        first, last = database.execute(query).fetchone()
        self.zooms = range(0) if first is None else range(int(first), int(last) + 1)

    def tiles(self, part: TileRange) -> Iterator[tuple[Address, bytes]]:
        """The tiles of a part, as the file has them."""
        south = 2**part.z - 1
        rows = self._database.execute(
            "SELECT tile_column, tile_row, tile_data FROM tiles WHERE zoom_level = ? "
            "AND tile_column BETWEEN ? AND ? AND tile_row BETWEEN ? AND ?",
            (
                part.z,
                part.columns[0],
                part.columns[-1],
                south - part.rows[-1],
                south - part.rows[0],
            ),
        )
        for column, row, tile in rows:
            if not isinstance(tile, bytes):
                raise ValueError("a tile is no bytes")
            yield (part.z, int(column), south - int(row)), tile


class _PmTiles:
    """A PMTiles file, version 3: directories that lead to tiles."""

    def __init__(self, content: mmap.mmap) -> None:
        from pmtiles.tile import (
            Compression,
            MagicNumberNotFound,
            SpecVersionUnsupported,
            deserialize_directory,
            deserialize_header,
        )

        self._content = content
        try:
            header: dict[str, Any] = dict(deserialize_header(content[:127]))
        except (MagicNumberNotFound, SpecVersionUnsupported):
            raise ValueError("it is of another version than 3") from None
        compressions = (header["internal_compression"], header["tile_compression"])
        for compression in compressions:
            if compression not in (Compression.GZIP, Compression.NONE, Compression.UNKNOWN):
                raise ValueError(f"it is compressed by {compression.name.lower()}, not by gzip")
        self._header = header
        self.zooms = range(header["min_zoom"], header["max_zoom"] + 1)
        start = header["metadata_offset"]
        stated = content[start : start + header["metadata_length"]]
        self.metadata = _members(unpacked(stated) or b"{}")
        self.metadata["format"] = header["tile_type"].name.lower()
        self._directory = lru_cache(maxsize=256)(
            # Unpacked here first: its reader does so whatever a directory grows to.
            lambda start, length: deserialize_directory(
                gzip.compress(unpacked(content[start : start + length]), 1)
            )
        )

    def tiles(self, part: TileRange) -> Iterator[tuple[Address, bytes]]:
        """The tiles of a part, as the file has them."""
        for column in part.columns:
            for row in part.rows:
                tile = self._tile(part.z, column, row)
                if tile is not None:
                    yield (part.z, column, row), tile

    def _tile(self, z: int, x: int, y: int) -> bytes | None:
        from pmtiles.tile import find_tile, zxy_to_tileid

        header, number = self._header, zxy_to_tileid(z, x, y)
        start, length = header["root_offset"], header["root_length"]
        for _ in range(4):  # as deep as directories may be
            entry = find_tile(self._directory(start, length), number)
            if entry is None:
                return None
            if entry.run_length:
                start = header["tile_data_offset"] + entry.offset
                return self._content[start : start + entry.length]
            start, length = header["leaf_directory_offset"] + entry.offset, entry.length
        raise ValueError("its directories are deeper than they may be")
