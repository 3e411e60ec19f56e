"""Vector tiles of a layer's geometry: made once per layer version, then only handed out."""

import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import IO, Any

import numpy as np
import shapely
from cachetools import LRUCache

from boundaries.layers.layer import Layer
from boundaries.storage.caches import DiskCache, Key
from boundaries.storage.data_folder import DataFolder
from boundaries.tiles.generalise import EXTENT, MAP_VERSION, Level
from boundaries.tiles.levels import LevelCache
from boundaries.tiles.tiles import BUFFER, TileAreas, areas_in_tile
from spatial.coordinates.crs import WGS84, transform_xy
from spatial.coordinates.mercator import Tile

Encode = Callable[[Layer, TileAreas], bytes]
Progress = Callable[[str, float], None]

FIRST_ZOOM, LAST_ZOOM = 5, 12  # made ahead; nearer zooms have many tiles, each quickly made


@dataclass(frozen=True)
class TileCounts:
    """Where the tiles of this process came from so far."""

    from_memory: int
    from_archive: int
    made: int


class GeometryTiles:
    """Geometry tiles of all layers.

    Parameters
    ----------
    levels : LevelCache
        The generalised areas.
    folder : Path or DataFolder
        Where the archives of tiles made ahead are, a PMTiles file per layer version; see
        `DiskCache`.
    encode : callable
        The bytes of the areas in a tile. Must depend on nothing else.
    memory_bytes : int
        For tiles that are not in an archive.
    """

    def __init__(
        self,
        levels: LevelCache,
        folder: Path | DataFolder,
        *,
        encode: Encode,
        memory_bytes: int = 32 * 2**20,
    ) -> None:
        self._cache = DiskCache(folder, ".pmtiles")
        self._levels = levels
        self._encode = encode
        self._lock = threading.Lock()
        self._tiles: LRUCache[tuple[str, str, Tile], bytes] = LRUCache(memory_bytes, len)
        self._archives: dict[Key, _Archive] = {}
        self._from_memory = self._from_archive = self._made = 0

    @property
    def folder(self) -> Path:
        """Where the archives are."""
        return self._cache.folder

    def get(self, layer: Layer, tile: Tile) -> bytes:
        """The tile's bytes; none where the layer is not.

        Parameters
        ----------
        layer : Layer
            With its version.
        tile : Tile
            Address of the tile.
        """
        key = (layer.layer_id, layer.version, tile)
        with self._lock:
            content = self._tiles.get(key)
            if content is not None:
                self._from_memory += 1
                return content
        archive = self._archive(layer)
        if archive is not None and archive.covers(tile.z):
            with self._lock:
                self._from_archive += 1
            return archive.get(tile)
        content = self._encode(layer, areas_in_tile(self._levels.get(layer, tile.z), tile))
        with self._lock:
            self._made += 1
            if len(content) <= self._tiles.maxsize:
                self._tiles[key] = content
        return content

    def prepare(
        self,
        layer: Layer,
        *,
        first_zoom: int = FIRST_ZOOM,
        last_zoom: int = LAST_ZOOM,
        progress: Progress | None = None,
    ) -> int:
        """Make all tiles of a range of zooms ahead, and return how many have something in them.

        Does nothing where that has been done. Archives of other versions of the layer go.
        """
        archive = self._archive(layer)
        if archive is not None and archive.covers(first_zoom) and archive.covers(last_zoom):
            return len(archive)
        tiles: dict[Tile, bytes] = {}
        zooms = range(first_zoom, last_zoom + 1)
        for done, zoom in enumerate(zooms):
            if progress is not None:
                progress(f"tiles of zoom {zoom}", done / len(zooms))
            level = self._levels.get(layer, zoom)
            for tile in _tiles_of(level):
                content = self._encode(layer, areas_in_tile(level, tile))
                if content:
                    tiles[tile] = content
        key = _key(layer)
        if tiles and self._cache.write(key, tiles, partial(_write_archive, layer)):
            with self._lock:
                self._archives.pop(key, None)
        return len(tiles)

    def counts(self) -> TileCounts:
        """Where the tiles of this process came from so far."""
        with self._lock:
            return TileCounts(self._from_memory, self._from_archive, self._made)

    def _archive(self, layer: Layer) -> "_Archive | None":
        """The archive of a layer version, opened once; None while there is none."""
        key = _key(layer)
        with self._lock:
            archive = self._archives.get(key)
            if archive is None:
                archive = self._cache.read(key, _Archive.of)
                if archive is not None:
                    self._archives[key] = archive
            return archive


def _key(layer: Layer) -> Key:
    """Names the archive of a layer version."""
    return layer.layer_id, layer.version, MAP_VERSION


class _Archive:
    """A PMTiles file mapped into memory, with an index of its tiles."""

    def __init__(self, content: memoryview, places: Mapping[int, tuple[int, int]], zooms: range):
        self._content = content
        self._places = places
        self._zooms = zooms

    @classmethod
    def of(cls, content: memoryview) -> "_Archive":
        """The archive in a file; raises whatever a damaged file makes the reader raise."""
        from pmtiles.tile import deserialize_header

        header = deserialize_header(bytes(content[:127]))
        root = (header["root_offset"], header["root_length"])
        places = dict(_entries(content, header, *root))
        return cls(content, places, range(header["min_zoom"], header["max_zoom"] + 1))

    def covers(self, zoom: int) -> bool:
        """Whether all tiles of a zoom that have something in them are here."""
        return zoom in self._zooms

    def get(self, tile: Tile) -> bytes:
        """A tile's bytes; none where nothing is in it."""
        from pmtiles.tile import zxy_to_tileid

        offset, length = self._places.get(zxy_to_tileid(tile.z, tile.x, tile.y), (0, 0))
        return bytes(self._content[offset : offset + length])

    def __len__(self) -> int:
        return len(self._places)


def _entries(
    content: memoryview, header: Mapping[str, Any], offset: int, length: int
) -> Iterator[tuple[int, tuple[int, int]]]:
    """Every tile's number, and where its bytes are in the file."""
    from pmtiles.tile import deserialize_directory

    for entry in deserialize_directory(bytes(content[offset : offset + length])):
        if entry.run_length == 0:  # a directory of more
            leaf = header["leaf_directory_offset"] + entry.offset
            yield from _entries(content, header, leaf, entry.length)
        for repeat in range(entry.run_length):
            place = (header["tile_data_offset"] + entry.offset, entry.length)
            yield entry.tile_id + repeat, place


def _tiles_of(level: Level) -> Iterator[Tile]:
    """The tiles of a level that have an area or its border in them."""
    if len(level.geometries) == 0:
        return
    bounds = shapely.bounds(level.geometries)
    low = np.floor((bounds[:, :2] - BUFFER) / EXTENT).astype(np.int64)
    high = np.floor((bounds[:, 2:] + BUFFER) / EXTENT).astype(np.int64)
    last = 2**level.zoom - 1
    addresses = {
        (x, y)
        for (x0, y0), (x1, y1) in zip(low.tolist(), high.tolist(), strict=True)
        for x in range(max(x0, 0), min(x1, last) + 1)
        for y in range(max(y0, 0), min(y1, last) + 1)
    }
    for x, y in sorted(addresses):
        yield Tile(level.zoom, x, y)


def _write_archive(layer: Layer, tiles: Mapping[Tile, bytes], file: IO[bytes]) -> None:
    """Write tiles as a PMTiles archive (version 3), which GDAL and MapLibre open as well."""
    from pmtiles.tile import Compression, TileType, zxy_to_tileid
    from pmtiles.writer import Writer

    left, bottom, right, top = layer.bounds_m
    corners = np.array([[left, bottom], [left, top], [right, bottom], [right, top]])
    lonlat = transform_xy(corners, source=layer.crs, target=WGS84)
    west, south = np.floor(lonlat.min(axis=0) * 1e7).astype(int).tolist()
    east, north = np.ceil(lonlat.max(axis=0) * 1e7).astype(int).tolist()
    header = {
        "tile_type": TileType.MVT,
        "tile_compression": Compression.NONE,
        "min_lon_e7": west,
        "min_lat_e7": south,
        "max_lon_e7": east,
        "max_lat_e7": north,
    }
    first_zoom, last_zoom = min(t.z for t in tiles), max(t.z for t in tiles)
    fields = {"code": "String", "name": "String"}
    description = {
        "name": layer.metadata.title,
        "attribution": layer.metadata.source,
        "vector_layers": [
            {"id": layer.layer_id, "fields": fields, "minzoom": first_zoom, "maxzoom": last_zoom}
        ],
    }
    numbered = {zxy_to_tileid(t.z, t.x, t.y): content for t, content in tiles.items()}
    archive: Any = Writer(file)  # type: ignore[no-untyped-call]
    for number in sorted(numbered):
        archive.write_tile(number, numbered[number])
    archive.finalize(header, description)
