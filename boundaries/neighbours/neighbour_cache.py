"""Neighbours of areas, kept on disk per layer version: found once, read in a millisecond."""

import contextlib
import logging
import os
from collections.abc import Callable
from pathlib import Path

import numpy as np

from boundaries.layers.layer import Layer, is_layer_id
from spatial.weights.weights import Neighbours

SUFFIX = ".neighbours.npz"

logger = logging.getLogger(__name__)


class NeighbourCache:
    """Contiguity structures of layers by rule.

    Parameters
    ----------
    folder : Path
        Where they are kept; made when the first is. Deleting it loses nothing. Where it cannot
        be written, structures are found anew at each start, which is logged.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def get(self, layer: Layer, rule: str, find: Callable[[Layer], Neighbours]) -> Neighbours:
        """The neighbours of a layer's areas under a rule.

        Parameters
        ----------
        layer : Layer
            With its version. A layer whose name is no file's name (a grid) is not kept.
        rule : str
            Its name: lower-case letters.
        find : callable
            Finds them where they are not kept.
        """
        if not is_layer_id(layer.layer_id):
            return find(layer)
        path = self.folder / f"{layer.layer_id}.{layer.version}.{rule}{SUFFIX}"
        kept = _read(path, areas=len(layer), rule=rule)
        if kept is not None:
            return kept
        found = find(layer)
        self._keep(found, path, layer.layer_id, rule)
        return found

    def _keep(self, found: Neighbours, path: Path, layer_id: str, rule: str) -> None:
        """Write whole or not at all, and forget the layer's other versions."""
        unfinished = path.with_name(f".{path.name}.{os.getpid()}")
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            with unfinished.open("wb") as file:
                np.savez(
                    file,
                    indptr=found.indptr,
                    indices=found.indices,
                    weights=found.weights,
                    self_weights=found.self_weights,
                    rule=np.array(found.rule),
                )
            unfinished.replace(path)
        except OSError as error:
            logger.warning("neighbours not kept in %s: %s", path, error)
            with contextlib.suppress(OSError):
                unfinished.unlink(missing_ok=True)
            return
        for other in self.folder.glob(f"{layer_id}.*.{rule}{SUFFIX}"):
            if other != path:
                other.unlink(missing_ok=True)


def _read(path: Path, *, areas: int, rule: str) -> Neighbours | None:
    """What is kept, None where nothing is or what is there is not of these areas."""
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as held:
            if len(held["indptr"]) != areas + 1:
                return None
            return Neighbours(
                held["indptr"],
                held["indices"],
                held["weights"],
                self_weights=held["self_weights"],
                rule=str(held["rule"]),
            )
    except FileNotFoundError:
        return None
    except Exception as error:  # noqa: BLE001 - a damaged file is found anew, whatever is wrong
        logger.warning("%s neighbours in %s are not readable: %s", rule, path, error)
        return None
