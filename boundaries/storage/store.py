"""Layers at rest: one GeoParquet file each, read once per process, replaced whole."""

import contextlib
import itertools
import threading
import time
from dataclasses import dataclass, replace
from pathlib import Path

from boundaries.errors import (
    DamagedLayerError,
    InvalidLayerError,
    LayerCrsError,
    LayerExistsError,
    UnknownLayerError,
    UnwritableLayersError,
)
from boundaries.layers.layer import Layer, is_layer_id, normalised
from boundaries.storage.damage import RETRY_S, Damage, DamagedPart
from boundaries.storage.data_folder import DataFolder, FileStatus
from boundaries.storage.geoparquet import LayerHeader, read_header, read_layer, write_layer
from spatial.coordinates.area_of_use import check_scale_in_bounds
from spatial.coordinates.crs import parsed_crs

SUFFIX = ".parquet"
PART = "layer"  # as damage calls one
FIRST = 1  # the place in the order of imports of the layer that came first


@dataclass(frozen=True)
class _LayerFile:
    """What one process has read of one layer's file.

    Attributes
    ----------
    status : FileStatus
        Of the file as it was then.
    header : LayerHeader or None
        None where it cannot be read.
    layer : Layer or None
        None where its areas have not been read yet.
    damage : str
        What is wrong with the file; if there is a layer, it and the header are of before.
    retry_at : float
        When a damaged file is read again, on the monotonic clock.
    """

    status: FileStatus
    header: LayerHeader | None = None
    layer: Layer | None = None
    damage: str = ""
    retry_at: float = 0.0

    @property
    def is_served(self) -> bool:
        """Whether it is sound, or its areas were read before it was damaged."""
        return self.header is not None and (not self.damage or self.layer is not None)


class LayerStore:
    """The boundary layers of one deployment.

    Layers are read at first use, shared by all threads, and read again when their file has
    changed. A file is written beside its final place and renamed when it is complete and on
    disk, so that a killed import leaves the old layer whole. A layer whose file is damaged is
    served on as it was read before; one that never was is left out of every list.

    Parameters
    ----------
    folder : Path or DataFolder
        Where the files are; made by the first `save`.
    crs : str
        The working CRS; layers in another are refused.
    damage : Damage or None
        Where damaged layers are noted; None: nowhere else.
    """

    def __init__(
        self, folder: Path | DataFolder, *, crs: str, damage: Damage | None = None
    ) -> None:
        self.crs = crs
        self._damage = damage or Damage()
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

        Those are left out of which it is known that they cannot be read.
        """
        return tuple(header.metadata.layer_id for header in self.headers())

    def all(self, *, strict: bool = False) -> tuple[Layer, ...]:
        """Every layer, in order of their first import.

        Parameters
        ----------
        strict : bool
            Whether a damaged layer is an error; otherwise it is left out.

        Raises
        ------
        DamagedLayerError
            If one cannot be read, where that is asked for.
        LayerCrsError, UnsuitableCrsError
            As `get`.
        """
        if strict:
            for layer_id in self._names():
                self._header(layer_id)
        layers = []
        for layer_id in self.ids():
            try:
                layers.append(self.get(layer_id))
            except UnknownLayerError:  # removed since the folder was listed
                continue
            except DamagedLayerError:
                if strict:
                    raise
        return tuple(layers)

    def damaged(self) -> tuple[str, ...]:
        """The names of the layers that are there and left out, because they cannot be read."""
        names = self.ids()
        return tuple(name for name in sorted(self._names()) if name not in names)

    def first(self) -> str | None:
        """The name of the layer that was imported first, None where there is none.

        Raises
        ------
        DamagedLayerError
            If a damaged one may have been imported before all that can be read.
        """
        headers = self.headers()
        order = headers[0].metadata.order if headers else None
        if order != FIRST:
            for layer_id in self._names():
                header = self._current(layer_id).header
                if order is None or header is None or header.metadata.order < order:
                    self._header(layer_id)  # raises where it is a damaged one
        return headers[0].metadata.layer_id if headers else None

    def headers(self) -> tuple[LayerHeader, ...]:
        """What is known of each layer without reading its geometries, in order of import.

        Those are left out of which it is known that they cannot be read.
        """
        headers = []
        names = self._names()
        for layer_id in names:
            with contextlib.suppress(FileNotFoundError, DamagedLayerError):  # removed, or noted
                headers.append(self._header(layer_id))
        self._damage.forget(PART, names)
        return tuple(sorted(headers, key=lambda h: (h.metadata.order, h.metadata.layer_id)))

    def versions(self) -> tuple[tuple[str, str], ...]:
        """Name and version of each layer, from the headers of their files, in order of import.

        Raises
        ------
        LayerCrsError, UnsuitableCrsError
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
        self._checked(layer_id)
        return self._header(layer_id).metadata.version

    def check_scale(self) -> None:
        """Refuse a working CRS whose metres are no metres where a layer is; reads headers only.

        Raises
        ------
        UnsuitableCrsError
            As `get` for that layer. What else is wrong with a file is said when it is asked for.
        """
        for header in self.headers():
            if is_same_crs(header.metadata.crs, self.crs):
                check_scale_in_bounds(header.metadata.crs, header.bounds_m)

    def get(self, layer_id: str) -> Layer:
        """The layer, the same object for every caller until its file changes.

        Raises
        ------
        UnknownLayerError
            If there is none of that name.
        DamagedLayerError
            If its file is not one of ours, or not as it was written, and was not read before.
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
            raise self._error(layer_id, current.damage or "it was read without its areas")
        return current.layer

    def has(self, layer_id: str) -> bool:
        """Whether there is a file of that name, sound or not."""
        return is_layer_id(layer_id) and self._folder.status(f"{layer_id}{SUFFIX}") is not None

    def check_writable(self) -> None:
        """Raise what `save` would raise for its folder, before a layer is made.

        Raises
        ------
        UnwritableLayersError
            If the folder cannot be written or made.
        """
        reason = self._folder.refusal()
        if reason is not None:
            raise UnwritableLayersError(str(self.folder), reason)

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
        UnwritableLayersError
            If the folder cannot be written; the layer that was there stays.
        """
        layer_id = layer.layer_id
        check_layer_id(layer_id)
        if not is_same_crs(layer.crs, self.crs):
            raise LayerCrsError(layer_id, layer.crs, self.crs)
        check_scale_in_bounds(self.crs, layer.bounds_m)
        try:
            with self._folder.locked():
                self._folder.sweep()
                if self.has(layer_id) and not replace:
                    raise LayerExistsError(layer_id)
                ordered = normalised(layer, order=self._order_for(layer_id))
                self._folder.write(
                    f"{layer_id}{SUFFIX}", lambda file: write_layer(ordered, file), durable=True
                )
        except OSError as error:
            reason = error.strerror or str(error)
            raise UnwritableLayersError(str(self.folder), reason) from error
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
        self._check_crs(self._header_of(current, layer_id))
        return current

    def _header(self, layer_id: str) -> LayerHeader:
        """What the file says of its layer, if that is served."""
        return self._header_of(self._current(layer_id), layer_id)

    def _header_of(self, file: _LayerFile, layer_id: str) -> LayerHeader:
        if file.header is None or not file.is_served:
            raise self._error(layer_id, file.damage)
        return file.header

    def _error(self, layer_id: str, reason: str) -> DamagedLayerError:
        return DamagedLayerError(str(self._path(layer_id)), reason)

    def _check_crs(self, header: LayerHeader) -> None:
        """Refuse a layer in another CRS, or in one whose metres are no metres there."""
        if not is_same_crs(header.metadata.crs, self.crs):
            raise LayerCrsError(header.metadata.layer_id, header.metadata.crs, self.crs)
        check_scale_in_bounds(header.metadata.crs, header.bounds_m)

    def _current(self, layer_id: str, *, locked: bool = False) -> _LayerFile:
        """What has been read of the file as it is now; at least the header."""
        file = self._files.get(layer_id)
        if (
            file is not None
            and file.status == self._folder.status(f"{layer_id}{SUFFIX}")
            and (not file.damage or time.monotonic() < file.retry_at)
        ):
            return file
        if locked:
            # A layer that is in use is read again whole: its file's header is not all of it.
            return self._read(layer_id, areas=file is not None and file.layer is not None)
        with self._lock_of(layer_id):
            return self._current(layer_id, locked=True)

    def _read(self, layer_id: str, *, areas: bool) -> _LayerFile:
        """Read the file, sound or damaged; its lock is held."""
        # Asked before opening: a file that comes in between is read again at the next call.
        status = self._folder.status(f"{layer_id}{SUFFIX}")
        if status is None:
            self._damage.mend(PART, layer_id)
            raise FileNotFoundError(self._path(layer_id))
        path, header, layer, damage = self._path(layer_id), None, None, ""
        try:
            # One open file, so that a replacement cannot mix in.
            with self._folder.open(path.name) as file:
                header = read_header(file, path)
                if header.metadata.layer_id != layer_id:
                    reason = f"it holds layer {header.metadata.layer_id!r}"
                    raise DamagedLayerError(str(path), reason)
                if areas:
                    self._check_crs(header)
                    layer = read_layer(file, path)
        except DamagedLayerError as error:
            damage = error.reason
        except PermissionError as error:
            damage = str(error.strerror)
        current = _LayerFile(status, header, layer, damage, time.monotonic() + RETRY_S)
        earlier = self._files.get(layer_id)
        if damage and earlier is not None and earlier.layer is not None:
            current = replace(current, header=earlier.header, layer=earlier.layer)
        self._files[layer_id] = current
        if damage:
            self._damage.note(DamagedPart(PART, layer_id, damage, current.is_served))
        else:
            self._damage.mend(PART, layer_id)
        return current

    def _order_for(self, layer_id: str) -> int:
        """The layer's place in the order of imports: its own when it has one, else the next.

        A damaged layer that is replaced had a place too: if its file does not say which, the
        first one that no other has.
        """
        files = {name: self._current(name) for name in self._names()}
        orders = {name: f.header.metadata.order for name, f in files.items() if f.header}
        if layer_id in orders:
            return orders[layer_id]
        places = set(orders.values())
        first = FIRST if layer_id in files else max(places, default=FIRST - 1) + 1
        return next(place for place in itertools.count(first) if place not in places)


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
