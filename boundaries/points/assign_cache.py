"""Assignments of points to areas, kept on disk and shared in memory by all worker processes.

The key of an assignment holds everything that it depends on: layer and version, dataset and
version, and a checksum of the points themselves.
"""

import io
import zlib
from collections.abc import Hashable
from pathlib import Path
from typing import IO

import numpy as np
from numpy.typing import ArrayLike

from boundaries.layers.layer import Layer
from boundaries.points.assign import assign_points
from boundaries.storage.caches import CacheCounts, DiskCache, Key
from boundaries.storage.data_folder import DataFolder
from spatial.arrays import IndexArray, frozen
from spatial.errors import InvalidPointsError

HEADER_BYTES = 4_096  # at least; that of an assignment has 128
KEPT_VERSIONS = 4  # of one dataset in one layer; older ones are deleted


class AssignmentCache:
    """Assignments of the points of datasets to the areas of layers.

    Parameters
    ----------
    folder : Path or DataFolder
        Where they are kept; see `DiskCache`.
    """

    def __init__(self, folder: Path | DataFolder) -> None:
        self._cache = DiskCache(
            folder,
            ".npy",
            versions=KEPT_VERSIONS,
            subject_and_version=_subject_and_version,
            reads_back=True,
        )

    @property
    def folder(self) -> Path:
        """Where the assignments are."""
        return self._cache.folder

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
        checksum = zlib.crc32(points.data if len(points) else b"")
        return self._cache.get(
            (layer.layer_id, layer.version, dataset, version, f"{len(points)}-{checksum:08x}"),
            lambda: frozen(assign_points(layer, points)),
            read=lambda content: _read(content, len(points)),
            write=_write,
        )

    def counts(self) -> CacheCounts:
        """What this process has read and computed so far."""
        return self._cache.counts()


def _subject_and_version(key: Key) -> tuple[Hashable, Hashable]:
    """Layer and dataset, and the versions of both."""
    layer_id, layer_version, dataset, *version = key
    return (layer_id, dataset), (layer_version, *version)


def _write(area: IndexArray, file: IO[bytes]) -> None:
    np.save(file, area, allow_pickle=False)


def _read(content: memoryview, points: int) -> IndexArray | None:
    """An assignment, still mapped into memory; None where it is not of so many points."""
    header = io.BytesIO(content[:HEADER_BYTES])
    np.lib.format.read_magic(header)
    shape, _, dtype = np.lib.format.read_array_header_1_0(header)
    if dtype != np.int32 or shape != (points,):
        return None
    return np.frombuffer(content, np.int32, points, header.tell())
