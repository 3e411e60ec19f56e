"""Layers at rest: one GeoParquet file each, read once per process, replaced whole."""

import threading
from dataclasses import dataclass
from pathlib import Path

from boundaries.errors import (
    DamagedLayerError,
    InvalidLayerError,
    LayerCrsError,
    LayerExistsError,
    UnknownLayerError,
)
from boundaries.layers.layer import Layer, is_layer_id, normalised
from boundaries.storage.data_folder import DataFolder, FileStatus
from boundaries.storage.geoparquet import LayerHeader, read_header, read_layer, write_layer
from spatial.coordinates.area_of_use import check_scale_in_bounds
from spatial.coordinates.crs import parsed_crs

SUFFIX = ".parquet"


@dataclass
class _LayerFile:
    """What one process has read of one layer's file."""

    status: FileStatus
    header: LayerHeader
    layer: Layer | None = None


class LayerStore:
    """The boundary layers of one deployment.

    Layers are read at first use, shared by all threads, and read again when their file has
    changed. A file is written beside its final place and renamed when it is complete and on
    disk, so that a killed import leaves the old layer whole.

    Parameters
    ----------
    folder : Path or DataFolder
        Where the files are; made by the first `save`.
    crs : str
        The working CRS; layers in another are refused.
    """

    def __init__(self, folder: Path | DataFolder, *, crs: str) -> None:
        self.crs = crs
        self._folder = DataFolder.of(folder)
        self._files: dict[str, _LayerFile] = {}
        self._locks: dict[str, threading.Lock] = {}
        self._lock = threading.Lock()

    @property
    def folder(self) -> Path:
        """Where the files are."""
        return self._folder.path

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
        headers = []
        for layer_id in self._names():
            try:
                headers.append(self._current(layer_id).header)
            except FileNotFoundError:  # removed since the folder was listed
                continue
        return tuple(sorted(headers, key=lambda h: (h.metadata.order, h.metadata.layer_id)))

    def versions(self) -> tuple[tuple[str, str], ...]:
        """Name and version of each layer, from the headers of their files, in order of import.

        Raises
        ------
        DamagedLayerError, LayerCrsError, UnsuitableCrsError
            As `get`.
        """
        headers = self.headers()
        for header in headers:
            self._check_crs(header)
        return tuple((h.metadata.layer_id, h.metadata.version) for h in headers)

    def version(self, layer_id: str) -> str:
        """The version of a layer, from the header of its file.

        Raises
        ------
        UnknownLayerError, DamagedLayerError, LayerCrsError, UnsuitableCrsError
            As `get`.
        """
        return self._checked(layer_id).header.metadata.version

    def check_scale(self) -> None:
        """Refuse a working CRS whose metres are no metres where a layer is; reads headers only.

        Raises
        ------
        UnsuitableCrsError
            As `get` for that layer. What else is wrong with a file is said when it is asked for.
        """
        for layer_id in self._names():
            try:
                header = self._current(layer_id).header
            except (FileNotFoundError, DamagedLayerError):
                continue
            if is_same_crs(header.metadata.crs, self.crs):
                check_scale_in_bounds(header.metadata.crs, header.bounds_m)

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
        UnsuitableCrsError
            If a metre of the working CRS is no metre on the ground there.
        """
        current = self._checked(layer_id)
        if current.layer is None:
            with self._lock_of(layer_id):
                current = self._checked(layer_id, locked=True)
                if current.layer is None:
                    current = self._read(layer_id, areas=True)
        if current.layer is None:
            raise DamagedLayerError(str(self._path(layer_id)), "it was read without its areas")
        return current.layer

    def has(self, layer_id: str) -> bool:
        """Whether there is a file of that name, sound or not."""
        return is_layer_id(layer_id) and self._folder.status(f"{layer_id}{SUFFIX}") is not None

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
        UnsuitableCrsError
            If a metre of the working CRS is no metre on the ground there.
        """
        layer_id = layer.layer_id
        check_layer_id(layer_id)
        if not is_same_crs(layer.crs, self.crs):
            raise LayerCrsError(layer_id, layer.crs, self.crs)
        check_scale_in_bounds(self.crs, layer.bounds_m)
        with self._folder.locked():
            self._folder.sweep()
            if self.has(layer_id) and not replace:
                raise LayerExistsError(layer_id)
            ordered = normalised(layer, order=self._order_for(layer_id))
            self._folder.write(
                f"{layer_id}{SUFFIX}", lambda file: write_layer(ordered, file), durable=True
            )
        return self.get(layer_id)

    def _names(self) -> list[str]:
        """Names of the files that could be layers."""
        files = (name for name in self._folder.names() if name.endswith(SUFFIX))
        return [name for file in files if is_layer_id(name := file.removesuffix(SUFFIX))]

    def _lock_of(self, layer_id: str) -> threading.Lock:
        with self._lock:
            return self._locks.setdefault(layer_id, threading.Lock())

    def _path(self, layer_id: str) -> Path:
        return self._folder.resolve(f"{layer_id}{SUFFIX}")

    def _checked(self, layer_id: str, *, locked: bool = False) -> _LayerFile:
        """What has been read of a layer's file, if there is one in the working CRS."""
        if not is_layer_id(layer_id):
            raise UnknownLayerError(layer_id, self.ids())
        try:
            current = self._current(layer_id, locked=locked)
        except FileNotFoundError:
            raise UnknownLayerError(layer_id, self.ids()) from None
        self._check_crs(current.header)
        return current

    def _check_crs(self, header: LayerHeader) -> None:
        """Refuse a layer in another CRS, or in one whose metres are no metres there."""
        if not is_same_crs(header.metadata.crs, self.crs):
            raise LayerCrsError(header.metadata.layer_id, header.metadata.crs, self.crs)
        check_scale_in_bounds(header.metadata.crs, header.bounds_m)

    def _current(self, layer_id: str, *, locked: bool = False) -> _LayerFile:
        """What has been read of the file as it is now; at least the header."""
        file = self._files.get(layer_id)
        if file is not None and file.status == self._folder.status(f"{layer_id}{SUFFIX}"):
            return file
        if locked:
            return self._read(layer_id, areas=False)
        with self._lock_of(layer_id):
            return self._current(layer_id, locked=True)

    def _read(self, layer_id: str, *, areas: bool) -> _LayerFile:
        """Read the file; its lock is held. One open file, so that a replacement cannot mix in."""
        path = self._path(layer_id)
        # Asked before opening: a file that comes in between is read again at the next call.
        status = self._folder.status(path.name)
        if status is None:
            raise FileNotFoundError(path)
        with self._folder.open(path.name) as file:
            header = read_header(file, path)
            if header.metadata.layer_id != layer_id:
                raise DamagedLayerError(str(path), f"it holds layer {header.metadata.layer_id!r}")
            if areas:
                self._check_crs(header)
            layer = read_layer(file, path) if areas else None
        current = self._files[layer_id] = _LayerFile(status, header, layer)
        return current

    def _order_for(self, layer_id: str) -> int:
        """The layer's place in the order of imports: its own when it has one, else the next."""
        orders = {}
        for name in self._names():
            try:
                orders[name] = self._current(name).header.metadata.order
            except DamagedLayerError:  # it must not stand in the way of being replaced
                continue
        return orders.get(layer_id, max(orders.values(), default=0) + 1)


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


def is_same_crs(crs: str, other_crs: str) -> bool:
    """Whether two names mean the same coordinate system."""
    return crs == other_crs or parsed_crs(crs) == parsed_crs(other_crs)
