"""Vector tiles of a layer's geometry: made once per layer version, then only handed out."""

import logging
import mmap
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from cachetools import LRUCache

from boundaries.layers.layer import Layer
from boundaries.tiles.generalise import EXTENT, Level
from boundaries.tiles.levels import LevelCache, forget_other_versions, write_whole
from boundaries.tiles.tiles import BUFFER, TileAreas, areas_in_tile
from spatial.coordinates.crs import WGS84, transform_xy
from spatial.coordinates.mercator import Tile

Encode = Callable[[Layer, TileAreas], bytes]
Progress = Callable[[str, float], None]

FIRST_ZOOM, LAST_ZOOM = 5, 12  # made ahead; nearer zooms have many tiles, each quickly made

logger = logging.getLogger(__name__)


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
    folder : Path
        Where the archives of tiles made ahead are: one PMTiles file per layer version, which
        is never changed. Deleting it loses nothing.
    encode : callable
        The bytes of the areas in a tile. Must depend on nothing else.
    memory_bytes : int
        For tiles that are not in an archive.
    """

    def __init__(
        self, levels: LevelCache, folder: Path, *, encode: Encode, memory_bytes: int = 32 * 2**20
    ) -> None:
        self.folder = folder
        self._levels = levels
        self._encode = encode
        self._lock = threading.Lock()
        self._tiles: LRUCache[tuple[str, str, Tile], bytes] = LRUCache(memory_bytes, len)
        self._archives: dict[tuple[str, str], _Archive] = {}
        self._from_memory = self._from_archive = self._made = 0

    def get(self, layer: Layer, tile: Tile) -> bytes:
        """The tile's bytes; none where the layer is not.

        Parameters
        ----------
        layer : Layer
            With its version.
        tile : Tile
        """
        key = (layer.layer_id, layer.version, tile)
        with self._lock:
            held = self._tiles.get(key)
            if held is not None:
                self._from_memory += 1
                return held
        archive = self._archive(layer)
        if archive is not None and archive.covers(tile.z):
            with self._lock:
                self._from_archive += 1
            return archive.get(tile)
        made = self._make(layer, tile)
        with self._lock:
            self._made += 1
            if len(made) <= self._tiles.maxsize:
                self._tiles[key] = made
        return made

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
        path = self._path(layer)
        archive = self._archive(layer)
        if archive is not None and archive.covers(first_zoom) and archive.covers(last_zoom):
            return len(archive)
        made: dict[Tile, bytes] = {}
        zooms = range(first_zoom, last_zoom + 1)
        for done, zoom in enumerate(zooms):
            if progress is not None:
                progress(f"tiles of zoom {zoom}", done / len(zooms))
            level = self._levels.get(layer, zoom)
            for tile in _tiles_of(level):
                content = self._encode(layer, areas_in_tile(level, tile))
                if content:
                    made[tile] = content
        if made and write_whole(path, lambda file: _write_archive(file, layer, made)):
            forget_other_versions(path)
            with self._lock:
                self._archives.pop((layer.layer_id, layer.version), None)
        return len(made)

    def counts(self) -> TileCounts:
        """Where the tiles of this process came from so far."""
        with self._lock:
            return TileCounts(self._from_memory, self._from_archive, self._made)

    def _make(self, layer: Layer, tile: Tile) -> bytes:
        return self._encode(layer, areas_in_tile(self._levels.get(layer, tile.z), tile))

    def _path(self, layer: Layer) -> Path:
        return self.folder / f"{layer.layer_id}.{layer.version}.pmtiles"

    def _archive(self, layer: Layer) -> "_Archive | None":
        """The archive of a layer version, opened once; None while there is none."""
        key = (layer.layer_id, layer.version)
        with self._lock:
            held = self._archives.get(key)
            if held is None:
                held = _Archive.opened(self._path(layer))
                if held is not None:
                    self._archives[key] = held
            return held


class _Archive:
    """A PMTiles file mapped into memory, with an index of its tiles."""

    def __init__(self, content: mmap.mmap, places: Mapping[int, tuple[int, int]], zooms: range):
        self._content = content
        self._places = places
        self._zooms = zooms

    @classmethod
    def opened(cls, path: Path) -> "_Archive | None":
        """The archive in a file, or None where there is none that can be read."""
        from pmtiles.tile import deserialize_header

        try:
            with path.open("rb") as file:
                content = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
            header = deserialize_header(content[:127])
            root = (header["root_offset"], header["root_length"])
            places = dict(_entries(content, header, *root))
        except (FileNotFoundError, NotADirectoryError):
            return None
        except Exception as error:  # noqa: BLE001 the reader raises whatever a damaged file makes it
            logger.warning("tiles in %s cannot be read and are made again: %s", path, error)
            return None
        return cls(content, places, range(header["min_zoom"], header["max_zoom"] + 1))

    def covers(self, zoom: int) -> bool:
        """Whether all tiles of a zoom that have something in them are here."""
        return zoom in self._zooms

    def get(self, tile: Tile) -> bytes:
        """A tile's bytes; none where nothing is in it."""
        from pmtiles.tile import zxy_to_tileid

        offset, length = self._places.get(zxy_to_tileid(tile.z, tile.x, tile.y), (0, 0))
        return self._content[offset : offset + length]

    def __len__(self) -> int:
        return len(self._places)


def _entries(
    content: mmap.mmap, header: Mapping[str, Any], offset: int, length: int
) -> Iterator[tuple[int, tuple[int, int]]]:
    """Every tile's number, and where its bytes are in the file."""
    from pmtiles.tile import deserialize_directory

    for entry in deserialize_directory(content[offset : offset + length]):
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


def _write_archive(path: Path, layer: Layer, tiles: Mapping[Tile, bytes]) -> None:
    """Write tiles as a PMTiles archive (version 3), which GDAL and MapLibre open as well."""
    from pmtiles.tile import Compression, TileType, zxy_to_tileid
    from pmtiles.writer import write

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
    about = {
        "name": layer.metadata.title,
        "attribution": layer.metadata.source,
        "vector_layers": [
            {"id": layer.layer_id, "fields": fields, "minzoom": first_zoom, "maxzoom": last_zoom}
        ],
    }
    numbered = {zxy_to_tileid(t.z, t.x, t.y): content for t, content in tiles.items()}
    with write(path) as archive:
        for number in sorted(numbered):
            archive.write_tile(number, numbered[number])
        archive.finalize(header, about)
