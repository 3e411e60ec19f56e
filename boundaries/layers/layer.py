"""A boundary layer: areas with codes and names, in one coordinate system."""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from boundaries.errors import InvalidLayerError, UnknownAreaError
from boundaries.layers.codes import CodeIndex
from spatial.arrays import FloatArray, IndexArray, frozen

Geometries = NDArray[Any]  # (n,) object array of shapely geometries

_LAYER_ID = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")


@dataclass(frozen=True)
class LayerMetadata:
    """Information about a layer other than its areas, stored in the metadata of its file.

    Attributes
    ----------
    layer_id : str
        Name in addresses and commands, e.g. ``lsoa21``.
    title, vintage, source, licence : str
        As given to the importer; may be empty.
    crs : str
        The working CRS of the geometries, e.g. ``EPSG:27700``.
    order : int
        1 for the layer imported first, whose union is the default study area.
    synthetic : bool
        True for invented areas; every answer that uses them states it.
    coordinates : str
        From which CRS the coordinates were read, and by which operation; empty where that was
        not recorded.
    version : str
        Digest of codes, names, geometries and metadata; 12 hexadecimal digits.
    """

    layer_id: str
    title: str
    crs: str
    vintage: str = ""
    source: str = ""
    licence: str = ""
    order: int = 0
    synthetic: bool = False
    coordinates: str = ""
    version: str = ""


@dataclass(frozen=True, eq=False)
class Layer:
    """Areas in the order of `codes`; arrays are read-only and shared between requests.

    Attributes
    ----------
    metadata : LayerMetadata
        Information about the layer.
    codes, names : tuple of str
        One per area; codes are unique and sorted.
    geometries : (n,) object array
        Valid polygons or multipolygons in the working CRS, metres.
    """

    metadata: LayerMetadata
    codes: tuple[str, ...]
    names: tuple[str, ...]
    geometries: Geometries
    _index: CodeIndex = field(init=False, repr=False)

    def __post_init__(self) -> None:
        n = len(self.codes)
        if n == 0:
            raise InvalidLayerError(self.layer_id, "it has no areas")
        if not (len(self.names) == n == len(self.geometries)):
            raise InvalidLayerError(self.layer_id, "codes, names and geometries differ in number")
        index = CodeIndex(self.codes)
        if len(index) != n:
            seen_codes: set[str] = set()
            duplicates = sorted({c for c in self.codes if c in seen_codes or seen_codes.add(c)})  # type: ignore[func-returns-value]
            raise InvalidLayerError(
                self.layer_id, f"codes are used twice: {', '.join(duplicates[:5])}"
            )
        object.__setattr__(self, "_index", index)
        frozen(self.geometries)

    def __len__(self) -> int:
        return len(self.codes)

    @property
    def layer_id(self) -> str:
        """The layer's name in addresses and commands."""
        return self.metadata.layer_id

    @property
    def version(self) -> str:
        """Digest of everything in the layer that answers depend on."""
        return self.metadata.version

    @property
    def crs(self) -> str:
        """The working CRS."""
        return self.metadata.crs

    def position(self, code: str) -> int:
        """Position of an area in the layer.

        Parameters
        ----------
        code : str
            Code of the area; compared without case and blanks, see `CodeIndex`.

        Raises
        ------
        UnknownAreaError
            If the layer has no such code.
        """
        position = self._index.position(code)
        if position < 0:
            raise UnknownAreaError(self.layer_id, code, self.codes[:3])
        return position

    def positions(self, codes: tuple[str, ...]) -> IndexArray:
        """(len(codes),) int32 position of each code in the layer; -1 if the layer lacks it.

        Parameters
        ----------
        codes : tuple of str
            Codes of areas, in any order; compared without case and blanks, see `CodeIndex`.
        """
        return self._index.positions(codes)

    @property
    def code_index(self) -> CodeIndex:
        """The positions of the codes."""
        return self._index

    @cached_property
    def bounds_m(self) -> tuple[float, float, float, float]:
        """Left, bottom, right, top of all areas, metres."""
        left, bottom, right, top = shapely.total_bounds(self.geometries)
        return float(left), float(bottom), float(right), float(top)

    @cached_property
    def areas_km2(self) -> FloatArray:
        """(n,) size of each area, km^2."""
        return frozen(np.asarray(shapely.area(self.geometries), dtype=np.float64) / 1e6)

    @cached_property
    def centroids_m(self) -> FloatArray:
        """(n, 2) centroid of each area, metres."""
        return frozen(np.asarray(shapely.get_coordinates(shapely.centroid(self.geometries))))

    @cached_property
    def union(self) -> Any:
        """The union of all areas.

        If neighbours share their borders exactly, removing these gives the same as a full overlay
        in a tenth of the time.
        """
        if shapely.coverage_is_valid(np.array(self.geometries)):
            return shapely.coverage_union_all(self.geometries)
        return shapely.union_all(self.geometries)


def is_layer_id(name: str) -> bool:
    """Whether a name is allowed for a layer.

    Parameters
    ----------
    name : str
        Allowed are up to 64 lower-case letters, digits, ``-`` and ``_``, a letter or digit first.
    """
    return _LAYER_ID.fullmatch(name) is not None


def with_geometries(layer: Layer, geometries: Geometries) -> Layer:
    """The layer with other shapes for its areas, and an unchanged version.

    Parameters
    ----------
    layer : Layer
        The layer.
    geometries : (n,) object array
        The new shapes, in the order of the layer.
    """
    return Layer(layer.metadata, layer.codes, layer.names, geometries)


def normalised(layer: Layer, *, order: int | None = None) -> Layer:
    """The layer with its areas in the order of their codes, and its version computed.

    Parameters
    ----------
    layer : Layer
        Areas in any order.
    order : int, optional
        Position in the order of imports; unchanged by default.
    """
    code_order = sorted(range(len(layer)), key=layer.codes.__getitem__)
    codes = tuple(layer.codes[i] for i in code_order)
    names = tuple(layer.names[i] for i in code_order)
    geometries = layer.geometries[code_order]
    metadata = replace(
        layer.metadata,
        order=layer.metadata.order if order is None else order,
        version=version_of(layer.metadata, codes, names, shapely.to_wkb(geometries).tolist()),
    )
    return Layer(metadata, codes, names, geometries)


def version_of(
    metadata: LayerMetadata,
    codes: Sequence[str],
    names: Sequence[str],
    wkb_of_areas: Sequence[bytes],
    *,
    states_coordinates: bool = True,
) -> str:
    """The version of a layer: a digest, 12 hexadecimal digits, of its content.

    Parameters
    ----------
    metadata : LayerMetadata
        The order of imports and the version do not count.
    codes, names : sequence of str
        One per area, in the order of the codes.
    wkb_of_areas : sequence of bytes
        The geometries as WKB, in the same order.
    states_coordinates : bool
        False for a layer of before 2026-12, whose version knows nothing of `coordinates`.
    """
    words = repr(replace(metadata, order=0, version=""))
    if not states_coordinates:
        words = words.replace(", coordinates=''", "")
    digest = hashlib.sha256(words.encode())
    for code, name, wkb in zip(codes, names, wkb_of_areas, strict=True):
        for part in (code.encode(), name.encode(), wkb):
            digest.update(len(part).to_bytes(8, "little"))
            digest.update(part)
    return digest.hexdigest()[:12]
