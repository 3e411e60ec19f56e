"""Assignments of points to areas, kept on disk and shared in memory by all worker processes.

An entry is a file named after everything that it depends on: layer and version, dataset and
version, and a checksum of the points themselves. It is never changed, only replaced by one of
another name; deleting the folder loses nothing.
"""

import contextlib
import logging
import os
import re
import threading
import zlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike

from boundaries.layers.layer import Layer
from boundaries.points.assign import assign_points
from spatial.arrays import FloatArray, IndexArray, frozen
from spatial.errors import InvalidPointsError

KEPT_VERSIONS = 4  # of one dataset in one layer; older ones are deleted
DEAD_AFTER_NS = 3_600 * 10**9  # an unfinished file of that age belongs to nobody any more

_UNFINISHED = ".unfinished"
_PLAIN = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class CacheCounts:
    """How often an assignment was found, and how often it had to be computed."""

    hits: int
    misses: int
    unwritten: int


class AssignmentCache:
    """Assignments of the points of datasets to the areas of layers.

    Parameters
    ----------
    folder : Path
        Where the entries are; made when the first is written. Where it cannot be written,
        assignments are computed and not kept, which is counted and logged.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._lock = threading.Lock()
        self._busy: dict[str, threading.Lock] = {}
        self._hits = self._misses = self._unwritten = 0

    def get(self, layer: Layer, xy_m: ArrayLike, *, dataset: str, version: str) -> IndexArray:
        """The position in `layer.codes` of the area of each point, as `assign_points` gives it.

        Parameters
        ----------
        layer : Layer
            With its version.
        xy_m : (n, 2) float64
            The points of a dataset version, metres; NaN where a place is not known.
        dataset, version : str
            Whose points they are: lower-case letters, digits, ``-`` and ``_``.

        Returns
        -------
        (n,) int32
            Read-only; a memory map where it comes from disk.

        Raises
        ------
        InvalidPointsError
            If the shape is not (n, 2).
        ValueError
            If a name has other characters.
        """
        points = np.ascontiguousarray(xy_m, dtype=np.float64)
        if points.ndim != 2 or points.shape[1] != 2:
            raise InvalidPointsError(points.shape, 0)
        path = self._path(layer, points, dataset, version)
        with self._lock:
            busy = self._busy.setdefault(path.name, threading.Lock())
        with busy:  # one computation per entry and process; others wait and find it
            found = _read(path, len(points))
            with self._lock:
                self._hits += found is not None
                self._misses += found is None
            if found is not None:
                return found
            area = assign_points(layer, points)
            if not self._keep(area, path):
                return frozen(area)
            kept = _read(path, len(points))
            return frozen(area) if kept is None else kept

    def counts(self) -> CacheCounts:
        """What this process has found and computed so far."""
        with self._lock:
            return CacheCounts(self._hits, self._misses, self._unwritten)

    def _path(self, layer: Layer, points: FloatArray, dataset: str, version: str) -> Path:
        """The entry's name: all that its content depends on."""
        parts = (layer.layer_id, layer.version, dataset, version)
        for part in parts:
            if not _PLAIN.fullmatch(part):
                raise ValueError(f"{part!r} cannot be part of a file's name")
        checksum = zlib.crc32(points.data if len(points) else b"")
        return self.folder / f"{'.'.join(parts)}.{len(points)}-{checksum:08x}.npy"

    def _keep(self, area: IndexArray, path: Path) -> bool:
        """Write an entry whole or not at all; False where the folder cannot be written."""
        unfinished = path.with_name(f".{path.name}.{os.getpid()}{_UNFINISHED}")
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            with unfinished.open("wb") as file:
                np.save(file, area, allow_pickle=False)
            unfinished.replace(path)
            self._forget_older(path)
        except OSError as error:
            with self._lock:
                self._unwritten += 1
            logger.warning("assignment not kept in %s: %s", path, error)
            with contextlib.suppress(OSError):
                unfinished.unlink(missing_ok=True)
            return False
        return True

    def _forget_older(self, path: Path) -> None:
        """Delete all but the last entries of the same dataset and layer, and dead remains.

        Processes that have a deleted entry mapped keep it until they let go of it.
        """
        layer_id, _, dataset, *_ = path.name.split(".")
        same = [
            other
            for other in self.folder.glob(f"{layer_id}.*.npy")
            if other.name.split(".")[2] == dataset
        ]
        same.sort(key=_changed_ns, reverse=True)
        dead_ns = _changed_ns(path) - DEAD_AFTER_NS
        dead = [p for p in self.folder.glob(f".*{_UNFINISHED}") if _changed_ns(p) < dead_ns]
        for old in same[KEPT_VERSIONS:] + dead:
            old.unlink(missing_ok=True)


def _changed_ns(path: Path) -> int:
    """When a file was written; 0 where another process has just deleted it."""
    try:
        return path.stat().st_mtime_ns
    except FileNotFoundError:
        return 0


def _read(path: Path, points: int) -> IndexArray | None:
    """An entry mapped into memory, or None where there is none that can be used."""
    try:
        area = np.load(path, mmap_mode="r", allow_pickle=False)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (OSError, ValueError, EOFError) as error:
        logger.warning("assignment in %s cannot be read and is computed again: %s", path, error)
        return None
    if area.dtype != np.int32 or area.shape != (points,):
        return None
    return np.asarray(area)
