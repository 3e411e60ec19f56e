"""Layers at rest: one GeoParquet file each, read once per process, replaced whole."""

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from boundaries.errors import (
    DamagedLayerError,
    InvalidLayerError,
    LayerCrsError,
    LayerExistsError,
    UnknownLayerError,
)
from boundaries.layers.layer import Layer, is_layer_id, normalised
from boundaries.storage.geoparquet import LayerHeader, read_header, read_layer, write_layer
from spatial.coordinates.crs import parsed_crs

try:
    import fcntl
except ImportError:  # Windows: two imports at the same time are then not kept apart
    fcntl = None  # type: ignore[assignment]

SUFFIX = ".parquet"
UNFINISHED = ".unfinished"

Signature = tuple[int, int, int]  # inode, time of change in ns, size: another file has another


@dataclass
class _Held:
    """What one process has read of one layer's file."""

    signature: Signature
    header: LayerHeader
    layer: Layer | None = None


class LayerStore:
    """The boundary layers of one deployment.

    Layers are read at first use, shared by all threads, and read again when their file has
    changed. A file is written beside its final place and renamed when it is complete and on
    disk, so that a killed import leaves the old layer whole.

    Parameters
    ----------
    folder : Path
        Where the files are; made by the first `save`.
    crs : str
        The working CRS; layers in another are refused.
    """

    def __init__(self, folder: Path, *, crs: str) -> None:
        self.folder = folder
        self.crs = crs
        self._held: dict[str, _Held] = {}
        self._locks: dict[str, threading.Lock] = {}
        self._lock = threading.Lock()

    def ids(self) -> tuple[str, ...]:
        """The names of the layers that are there, in order of their first import.

        Raises
        ------
        DamagedLayerError
            If a file with a layer's name is not one of ours.
        """
        return tuple(header.metadata.layer_id for header in self.headers())

    def headers(self) -> tuple[LayerHeader, ...]:
        """What is known of each layer without reading its geometries, in order of import.

        Raises
        ------
        DamagedLayerError
            If a file with a layer's name is not one of ours.
        """
        found = []
        for layer_id in self._names():
            try:
                found.append(self._current(layer_id).header)
            except FileNotFoundError:  # removed since the folder was listed
                continue
        return tuple(sorted(found, key=lambda h: (h.metadata.order, h.metadata.layer_id)))

    def get(self, layer_id: str) -> Layer:
        """The layer, the same object for every caller until its file changes.

        Raises
        ------
        UnknownLayerError
            If there is none of that name.
        DamagedLayerError
            If its file is not one of ours.
        LayerCrsError
            If it is in another coordinate system than the working one.
        """
        if not is_layer_id(layer_id):
            raise UnknownLayerError(layer_id, self.ids())
        try:
            held = self._current(layer_id)
            if held.layer is not None:
                return held.layer
            with self._lock_of(layer_id):
                held = self._current(layer_id, locked=True)
                if held.layer is None:
                    held = self._read(layer_id)
        except FileNotFoundError:
            raise UnknownLayerError(layer_id, self.ids()) from None
        if held.layer is None:
            raise DamagedLayerError(str(self._path(layer_id)), "it was read without its areas")
        return held.layer

    def has(self, layer_id: str) -> bool:
        """Whether there is a file of that name, sound or not."""
        return is_layer_id(layer_id) and self._path(layer_id).exists()

    def default_study_layer(self) -> Layer | None:
        """The layer imported first, whose union is the default study area; None without layers."""
        ids = self.ids()
        return self.get(ids[0]) if ids else None

    def save(self, layer: Layer, *, replace: bool = False) -> Layer:
        """Put a layer to rest, whole or not at all.

        Parameters
        ----------
        layer : Layer
            In the working CRS. Its areas are put in the order of their codes, and its
            `version` and `order` are set here.
        replace : bool
            Whether a layer of the same name may be replaced; it keeps its place in the order.

        Returns
        -------
        Layer
            As it was read back from the file.

        Raises
        ------
        InvalidLayerError
            If its name has other characters than lower-case letters, digits, ``-`` and ``_``.
        LayerExistsError
            If there is one of that name and `replace` is False.
        LayerCrsError
            If it is not in the working CRS.
        """
        layer_id = layer.layer_id
        check_layer_id(layer_id)
        if not is_same_crs(layer.crs, self.crs):
            raise LayerCrsError(layer_id, layer.crs, self.crs)
        self.folder.mkdir(parents=True, exist_ok=True)
        with self._writing():
            if self.has(layer_id) and not replace:
                raise LayerExistsError(layer_id)
            ordered = normalised(layer, order=self._order_for(layer_id))
            write_whole(ordered, self._path(layer_id))
        return self.get(layer_id)

    def _names(self) -> list[str]:
        """Names of the files that could be layers."""
        try:
            entries = list(os.scandir(self.folder))
        except FileNotFoundError:
            return []
        names = (e.name.removesuffix(SUFFIX) for e in entries if e.name.endswith(SUFFIX))
        return [name for name in names if is_layer_id(name)]

    def _path(self, layer_id: str) -> Path:
        return self.folder / f"{layer_id}{SUFFIX}"

    def _lock_of(self, layer_id: str) -> threading.Lock:
        with self._lock:
            return self._locks.setdefault(layer_id, threading.Lock())

    def _current(self, layer_id: str, *, locked: bool = False) -> _Held:
        """What is held of the file as it is now; at least the header."""
        held = self._held.get(layer_id)
        if held is not None and held.signature == _signature(self._path(layer_id).stat()):
            return held
        if locked:
            return self._read(layer_id, geometries=False)
        with self._lock_of(layer_id):
            return self._current(layer_id, locked=True)

    def _read(self, layer_id: str, *, geometries: bool = True) -> _Held:
        """Read the file; its lock is held. One open file, so that a replacement cannot mix in."""
        path = self._path(layer_id)
        with path.open("rb") as file:
            held = _Held(_signature(os.fstat(file.fileno())), read_header(file, path))
            if held.header.metadata.layer_id != layer_id:
                raise DamagedLayerError(
                    str(path), f"it holds layer {held.header.metadata.layer_id!r}"
                )
            if geometries:
                if not is_same_crs(held.header.metadata.crs, self.crs):
                    raise LayerCrsError(layer_id, held.header.metadata.crs, self.crs)
                held.layer = read_layer(file, path)
        self._held[layer_id] = held
        return held

    def _order_for(self, layer_id: str) -> int:
        """The layer's place in the order of imports: its own when it has one, else the next."""
        orders = {}
        for name in self._names():
            try:
                orders[name] = self._current(name).header.metadata.order
            except DamagedLayerError:  # it must not stand in the way of being replaced
                continue
        return orders.get(layer_id, max(orders.values(), default=0) + 1)

    @contextmanager
    def _writing(self) -> Iterator[None]:
        """One writer at a time among all processes; what a killed one left is cleared away."""
        with (self.folder / ".lock").open("w") as lock:
            if fcntl is not None:
                fcntl.flock(lock, fcntl.LOCK_EX)
            for leftover in self.folder.glob(f".*{UNFINISHED}"):
                leftover.unlink(missing_ok=True)
            yield


def check_layer_id(layer_id: str) -> None:
    """Refuse a name that could not stand in an address or be a file's name.

    Raises
    ------
    InvalidLayerError
        If it has other characters than lower-case letters, digits, ``-`` and ``_``, begins
        with another than a letter or digit, or is longer than 64.
    """
    if not is_layer_id(layer_id):
        raise InvalidLayerError(
            layer_id,
            "a layer's name must have 1 to 64 lower-case letters, digits, - and _, "
            "and begin with a letter or digit",
        )


def is_same_crs(one: str, other: str) -> bool:
    """Whether two names mean the same coordinate system."""
    return one == other or parsed_crs(one) == parsed_crs(other)


def write_whole(layer: Layer, path: Path) -> None:
    """Write a layer's file so that `path` is never seen half written, not even after a crash."""
    unfinished = path.with_name(f".{path.name}.{os.getpid()}{UNFINISHED}")
    try:
        with unfinished.open("wb") as file:
            write_layer(layer, file)
            _to_disk(file)
        unfinished.replace(path)
    except BaseException:
        unfinished.unlink(missing_ok=True)
        raise
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)  # the new name itself must survive a power cut
    finally:
        os.close(folder)


def _to_disk(file: IO[bytes]) -> None:
    file.flush()
    os.fsync(file.fileno())


def _signature(status: os.stat_result) -> Signature:
    return status.st_ino, status.st_mtime_ns, status.st_size
