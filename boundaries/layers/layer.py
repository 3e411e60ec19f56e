"""A boundary layer: areas with codes and names, in one coordinate system."""

import hashlib
import re
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from boundaries.errors import InvalidLayerError, UnknownAreaError
from spatial.arrays import FloatArray, IndexArray, frozen

Geometries = NDArray[Any]  # (n,) object array of shapely geometries

_LAYER_ID = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")


@dataclass(frozen=True)
class LayerMetadata:
    """What is known of a layer besides its areas; kept in the file's own metadata.

    Attributes
    ----------
    layer_id : str
        The name in addresses and commands, e.g. ``lsoa21``.
    title, vintage, source, licence : str
        As the importer was told; empty where it was not.
    crs : str
        The working CRS the geometries are in, e.g. ``EPSG:27700``.
    order : int
        1 for the layer imported first; the default study area is that one's union.
    synthetic : bool
        True for invented areas: every answer made from them says so.
    version : str
        Digest of codes, names, geometries and the words above; 12 hex digits.
    """

    layer_id: str
    title: str
    crs: str
    vintage: str = ""
    source: str = ""
    licence: str = ""
    order: int = 0
    synthetic: bool = False
    version: str = ""


@dataclass(frozen=True, eq=False)
class Layer:
    """Areas in the order of `codes`; all arrays are read-only and shared by all requests.

    Attributes
    ----------
    metadata : LayerMetadata
    codes, names : tuple of str
        One of each per area; codes are unique and sorted.
    geometries : (n,) object array
        Valid polygons or multipolygons in the working CRS, metres.
    """

    metadata: LayerMetadata
    codes: tuple[str, ...]
    names: tuple[str, ...]
    geometries: Geometries
    _index: dict[str, int] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        n = len(self.codes)
        if n == 0:
            raise InvalidLayerError(self.layer_id, "it has no areas")
        if not (len(self.names) == n == len(self.geometries)):
            raise InvalidLayerError(self.layer_id, "codes, names and geometries differ in number")
        index = {code: i for i, code in enumerate(self.codes)}
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
        """Digest of everything that answers depend on."""
        return self.metadata.version

    @property
    def crs(self) -> str:
        """The working CRS."""
        return self.metadata.crs

    def position(self, code: str) -> int:
        """The place of an area in the layer's order.

        Raises
        ------
        UnknownAreaError
            If the layer has no such code.
        """
        try:
            return self._index[code]
        except KeyError:
            raise UnknownAreaError(self.layer_id, code, self.codes[:3]) from None

    def positions(self, codes: tuple[str, ...]) -> IndexArray:
        """(len(codes),) int32 place of each code in the layer's order, -1 where it has none."""
        return np.array([self._index.get(code, -1) for code in codes], dtype=np.int32)

    @cached_property
    def bounds_m(self) -> tuple[float, float, float, float]:
        """Left, bottom, right, top of all areas, metres."""
        left, bottom, right, top = shapely.total_bounds(self.geometries)
        return float(left), float(bottom), float(right), float(top)

    @cached_property
    def areas_km2(self) -> FloatArray:
        """(n,) area of each, km^2."""
        return frozen(np.asarray(shapely.area(self.geometries), dtype=np.float64) / 1e6)

    @cached_property
    def centroids_m(self) -> FloatArray:
        """(n, 2) centroid of each, metres."""
        return frozen(np.asarray(shapely.get_coordinates(shapely.centroid(self.geometries))))

    @cached_property
    def union(self) -> Any:
        """All areas as one geometry.

        Where neighbours share their borders exactly, cancelling those takes a tenth of the time
        of a full overlay and gives the same.
        """
        if shapely.coverage_is_valid(np.array(self.geometries)):
            return shapely.coverage_union_all(self.geometries)
        return shapely.union_all(self.geometries)


def is_layer_id(name: str) -> bool:
    """Whether a name can be a layer's: lower-case letters, digits, ``-`` and ``_``, at most 64."""
    return _LAYER_ID.fullmatch(name) is not None


def with_geometries(layer: Layer, geometries: Geometries) -> Layer:
    """The same areas in other shapes, in the same order; the version is that of before."""
    return Layer(layer.metadata, layer.codes, layer.names, geometries)


def normalised(layer: Layer, *, order: int | None = None) -> Layer:
    """The same layer with its areas in the order of their codes and its version computed.

    Parameters
    ----------
    layer : Layer
        In any order.
    order : int, optional
        Its place in the order of imports; as it is when not given.
    """
    code_order = sorted(range(len(layer)), key=layer.codes.__getitem__)
    codes = tuple(layer.codes[i] for i in code_order)
    names = tuple(layer.names[i] for i in code_order)
    geometries = layer.geometries[code_order]
    metadata = replace(
        layer.metadata,
        order=layer.metadata.order if order is None else order,
        version=_digest(layer.metadata, codes, names, geometries),
    )
    return Layer(metadata, codes, names, geometries)


def _digest(
    metadata: LayerMetadata, codes: tuple[str, ...], names: tuple[str, ...], geometries: Geometries
) -> str:
    """12 hex digits of everything answers depend on; not of the order of imports."""
    digest_metadata = replace(metadata, order=0, version="")
    digest = hashlib.sha256(repr(digest_metadata).encode())
    for code, name, wkb in zip(codes, names, shapely.to_wkb(geometries), strict=True):
        for part in (code.encode(), name.encode(), wkb):
            digest.update(len(part).to_bytes(8, "little"))
            digest.update(part)
    return digest.hexdigest()[:12]
