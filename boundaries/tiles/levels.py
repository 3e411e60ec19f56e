"""Generalised levels of layers, kept on disk and shared by all requests of a process."""

import contextlib
import logging
import os
import threading
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import shapely
from cachetools import LRUCache

from boundaries.layers.layer import Layer
from boundaries.tiles.generalise import Level, generalised
from spatial.arrays import frozen

LEVELS_IN_MEMORY = 64
_UNFINISHED = ".unfinished"

logger = logging.getLogger(__name__)


class LevelCache:
    """Levels by layer version and zoom: from memory, from disk, or made and kept.

    Parameters
    ----------
    folder : Path
        Where levels are kept between starts; made when the first is. Deleting it loses
        nothing. Where it cannot be written, levels are kept in memory only, which is logged.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._lock = threading.Lock()
        self._held: LRUCache[tuple[str, str, int], Level] = LRUCache(LEVELS_IN_MEMORY)
        self._busy: dict[tuple[str, str, int], threading.Lock] = {}

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
        key = (layer.layer_id, layer.version, zoom)
        with self._lock:
            held = self._held.get(key)
            if held is not None:
                return held
            busy = self._busy.setdefault(key, threading.Lock())
        with busy:  # others who want the same level wait for it
            with self._lock:
                held = self._held.get(key)
            if held is None:
                held = self._read(layer, zoom) or self._made(layer, zoom)
                with self._lock:
                    self._held[key] = held
        return held

    def _path(self, layer: Layer, zoom: int) -> Path:
        return self.folder / f"{layer.layer_id}.{layer.version}.{zoom}.parquet"

    def _read(self, layer: Layer, zoom: int) -> Level | None:
        """A level from disk, or None where there is none that can be used."""
        path = self._path(layer, zoom)
        try:
            table = pq.ParquetFile(path).read()
            geometries = shapely.from_wkb(table["geometry"].to_pylist())
            positions = np.array(table["position"].to_pylist(), dtype=np.int32)
        except (FileNotFoundError, NotADirectoryError):
            return None
        except (pa.ArrowException, shapely.GEOSException, OSError, KeyError) as error:
            logger.warning("level in %s cannot be read and is made again: %s", path, error)
            return None
        return Level(layer.layer_id, layer.version, zoom, frozen(positions), frozen(geometries))

    def _made(self, layer: Layer, zoom: int) -> Level:
        """A level made from the layer, and kept on disk where that can be written."""
        level = generalised(layer, zoom)
        table = pa.table(
            {
                "position": pa.array(level.positions, pa.int32()),
                "geometry": pa.array(shapely.to_wkb(level.geometries).tolist(), pa.binary()),
            }
        )
        path = self._path(layer, zoom)
        if write_whole(path, lambda file: pq.write_table(table, file, compression="zstd")):
            forget_other_versions(path)
        return level


def write_whole(path: Path, write: Callable[[Path], None]) -> bool:
    """Have a file written so that it is never seen half done; False, and logged, if it cannot.

    Only for what can be made again: nothing waits for the disk.
    """
    unfinished = path.with_name(f".{path.name}.{os.getpid()}{_UNFINISHED}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write(unfinished)
        unfinished.replace(path)
    except OSError as error:
        logger.warning("%s is not kept: %s", path, error)
        return False
    finally:
        with contextlib.suppress(OSError):
            unfinished.unlink(missing_ok=True)
    return True


def forget_other_versions(path: Path) -> None:
    """Delete what is kept in a folder for other versions of the same layer.

    A process that still works with one keeps what it has in memory, and makes again what not.
    """
    layer_id, version, *_ = path.name.split(".")
    for other in path.parent.glob(f"{layer_id}.*"):
        if other.name.split(".")[:2] != [layer_id, version]:
            other.unlink(missing_ok=True)
