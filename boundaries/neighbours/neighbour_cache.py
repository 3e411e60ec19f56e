"""Neighbours of areas, kept on disk per layer version: determined once, read in a millisecond."""

import io
from collections.abc import Callable
from pathlib import Path
from typing import IO

import numpy as np

from boundaries.layers.layer import Layer, is_layer_id
from boundaries.storage.caches import DiskCache
from boundaries.storage.data_folder import DataFolder
from spatial.weights.weights import Neighbours

SUFFIX = ".neighbours.npz"


class NeighbourCache:
    """Contiguity structures of layers by rule.

    Parameters
    ----------
    folder : Path or DataFolder
        Where they are kept; see `DiskCache`.
    """

    def __init__(self, folder: Path | DataFolder) -> None:
        self._cache = DiskCache(folder, SUFFIX)

    def get(self, layer: Layer, rule: str, find: Callable[[Layer], Neighbours]) -> Neighbours:
        """The neighbours of a layer's areas under a rule.

        Parameters
        ----------
        layer : Layer
            With its version. A layer whose name is no file's name (a grid) is not kept.
        rule : str
            Its name: lower-case letters.
        find : callable
            Determines them where they are not on disk.
        """
        if not is_layer_id(layer.layer_id):
            return find(layer)
        return self._cache.get(
            (layer.layer_id, layer.version, rule),
            lambda: find(layer),
            read=lambda content: _read(content, areas=len(layer)),
            write=_write,
        )


def _write(neighbours: Neighbours, file: IO[bytes]) -> None:
    np.savez(
        file,
        indptr=neighbours.indptr,
        indices=neighbours.indices,
        weights=neighbours.weights,
        self_weights=neighbours.self_weights,
        rule=np.array(neighbours.rule),
    )


def _read(content: memoryview, *, areas: int) -> Neighbours | None:
    """The neighbours in a file, None where they are not of so many areas."""
    with np.load(io.BytesIO(content), allow_pickle=False) as arrays:
        if len(arrays["indptr"]) != areas + 1:
            return None
        return Neighbours(
            arrays["indptr"],
            arrays["indices"],
            arrays["weights"],
            self_weights=arrays["self_weights"],
            rule=str(arrays["rule"]),
        )
