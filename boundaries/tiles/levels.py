"""Generalised levels of layers, kept on disk and shared by all requests of a process."""

import threading
from pathlib import Path
from typing import IO

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import shapely
from cachetools import LRUCache

from boundaries.layers.layer import Layer
from boundaries.storage.caches import DiskCache, Key
from boundaries.storage.data_folder import DataFolder
from boundaries.tiles.generalise import MAP_VERSION, Level, generalised
from spatial.arrays import frozen

LEVELS_IN_MEMORY = 64


class LevelCache:
    """Levels by layer version and zoom: from memory, from disk, or made and kept.

    Parameters
    ----------
    folder : Path or DataFolder
        Where levels are kept between starts; see `DiskCache`. Levels of other versions of a
        layer are deleted when one is written: a process that still works with them keeps what
        it has in memory, and makes again what it has not.
    """

    def __init__(self, folder: Path | DataFolder) -> None:
        self._cache = DiskCache(folder, ".parquet")
        self._lock = threading.Lock()
        self._memory: LRUCache[Key, Level] = LRUCache(LEVELS_IN_MEMORY)

    def get(self, layer: Layer, zoom: int) -> Level:
        """The level of a layer at a zoom.

        Parameters
        ----------
        layer : Layer
            With its version.
        zoom : int
            0 to 24.

        Raises
        ------
        InvalidParameterError
            If the zoom is outside that range.
        """
        key = (layer.layer_id, layer.version, str(zoom), MAP_VERSION)
        return self._in_memory(key) or self._cache.get(
            key,
            lambda: self._remember(key, generalised(layer, zoom)),
            # Whoever waited for another thread has in memory what that has made.
            read=lambda content: (
                self._in_memory(key) or self._remember(key, _read(content, layer, zoom))
            ),
            write=_write,
        )

    def _in_memory(self, key: Key) -> Level | None:
        with self._lock:
            return self._memory.get(key)

    def _remember(self, key: Key, level: Level) -> Level:
        with self._lock:
            self._memory[key] = level
        return level


def _write(level: Level, file: IO[bytes]) -> None:
    table = pa.table(
        {
            "position": pa.array(level.positions, pa.int32()),
            "geometry": pa.array(shapely.to_wkb(level.geometries).tolist(), pa.binary()),
        }
    )
    pq.write_table(table, file, compression="zstd")


def _read(content: memoryview, layer: Layer, zoom: int) -> Level:
    """The level in a file."""
    table = pq.ParquetFile(pa.BufferReader(content)).read()
    geometries = shapely.from_wkb(table["geometry"].to_pylist())
    positions = np.array(table["position"].to_pylist(), dtype=np.int32)
    return Level(layer.layer_id, layer.version, zoom, frozen(positions), frozen(geometries))
