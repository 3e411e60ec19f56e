"""Where something is, by what it is called: areas, development sites, postcodes."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely

from boundaries.layers.layer import Layer
from boundaries.storage.store import LayerStore
from service.analyses.catalogue.postcodes import PostcodeHit, find_postcodes
from service.analyses.catalogue.rows import PlaceRow
from service.analyses.catalogue.search_text import EXACT, PREFIX, compact, fit, normal
from service.model.answers import Table
from service.model.provenance import SOFTWARE, layers_version, provenance, short_digest
from service.queries.catalogue import PlacesQuery
from service.runtime.single_flight import SingleFlightCache
from service.store.postcodes import PostcodeStore
from service.store.sites import Sites, SiteStore
from spatial.coordinates.crs import WGS84, transformer

CODE_LENGTH = 2  # a code is looked at from so many characters on
DIGITS = 6  # of a degree: about 10 cm


@dataclass(frozen=True)
class Entry:
    """One name that can be found.

    Attributes
    ----------
    level : int
        0 for the layer with the largest areas on average, and so on.
    at : int
        Its place in the layer or among the sites.
    """

    key: str
    code_key: str
    level: int
    layer_id: str | None
    at: int


@dataclass(frozen=True, eq=False)
class Index:
    """Everything with a name, of one version of the layers and the sites."""

    layers: tuple[Layer, ...]  # largest areas first
    sites: Sites | None
    entries: tuple[Entry, ...]

    def find(self, asked: str) -> Iterator[tuple[int, Entry]]:
        """Each entry that fits, and how well."""
        name, code = normal(asked), compact(asked)
        if not name:
            return
        for entry in self.entries:
            how = fit(entry.key, name)
            if (
                how not in (EXACT, PREFIX)
                and len(code) >= CODE_LENGTH
                and entry.code_key.startswith(code)
            ):
                how = EXACT if entry.code_key == code else PREFIX
            if how is not None:
                yield how, entry

    def source(self) -> dict[str, Any]:
        """Which layers and sites of which versions, for the provenance."""
        synthetic = any(layer.metadata.synthetic for layer in self.layers)
        return {
            "layers": {layer.layer_id: layer.version for layer in self.layers},
            "sites": None if self.sites is None else self.sites.version,
            "synthetic": synthetic or (self.sites is not None and self.sites.synthetic),
        }

    def layer(self, layer_id: str) -> Layer:
        """One of the layers."""
        return next(layer for layer in self.layers if layer.layer_id == layer_id)


@dataclass(frozen=True)
class Found:
    """One row: a place that was found, in the working CRS."""

    kind: str
    name: str
    code: str
    layer: str | None
    layer_title: str | None
    point_m: tuple[float, float]
    bounds_m: tuple[float, float, float, float]


class Places:
    """Answers about where something is."""

    def __init__(
        self, *, layers: LayerStore, sites: SiteStore, postcodes: PostcodeStore, crs: str
    ) -> None:
        self._layers = layers
        self._sites = sites
        self._postcodes = postcodes
        self._crs = crs
        self._indexes: SingleFlightCache[Index] = SingleFlightCache(1)

    def version(self) -> str:
        """Everything that a search depends on besides the query, as a short digest."""
        return short_digest(self._named_version(), self._postcodes.version(), self._crs, SOFTWARE)

    def search(self, query: PlacesQuery) -> Table:
        """One `PlaceRow` per place that fits what was typed, best first.

        Exact names come first, then those that begin
        so, then those of which a word does, then the others; equals in order of level, the
        largest first, then by name. Incidents are not looked at.
        """
        index = self._indexes.get(self._named_version(), self._index)
        ranked = [
            ((how, entry.level, entry.key, entry.code_key), entry)
            for how, entry in index.find(query.q)
        ]
        ranked.sort(key=lambda each: each[0])
        held = self._postcodes.open()
        hits = [] if held is None else find_postcodes(held, query.q, limit=query.limit)
        postcodes = [_of_postcode(hit) for hit in hits]
        # What is typed like a postcode is one, unless a name is exactly that.
        names = [_found(index, entry) for _, entry in ranked[: query.limit]]
        exact = sum(key[0] == EXACT for key, _ in ranked[: query.limit])
        rows = (names[:exact] + postcodes + names[exact:])[: query.limit]
        return Table(
            kind="places",
            row=PlaceRow,
            columns=_columns(rows, index, self._crs),
            provenance=provenance(
                sources={"names": index.source()}
                | ({} if held is None else {"postcodes": {"version": held.version}}),
                filter={"q": query.q},
                method={"name": "places by name", "limit": query.limit},
                counts={"names": len(index.entries), "names_that_fit": len(ranked)},
            ),
        )

    def _named_version(self) -> str:
        return short_digest(layers_version(self._layers), self._sites.revision())

    def _index(self) -> Index:
        loaded = [self._layers.get(layer_id) for layer_id in self._layers.ids()]
        loaded.sort(key=lambda layer: -float(layer.areas_km2.mean()))
        entries = [
            Entry(normal(name), compact(code), level, layer.layer_id, at)
            for level, layer in enumerate(loaded)
            for at, (code, name) in enumerate(zip(layer.codes, layer.names, strict=True))
        ]
        sites = None if self._sites.version() is None else self._sites.open()
        if sites is not None:
            entries += [
                Entry(normal(name), compact(site_id), len(loaded), None, at)
                for at, (site_id, name) in enumerate(zip(sites.site_ids, sites.names, strict=True))
            ]
        return Index(tuple(loaded), sites, tuple(entries))


def _found(index: Index, entry: Entry) -> Found:
    """The place of an entry."""
    if entry.layer_id is None:
        if index.sites is None:
            raise LookupError(entry)
        x_m, y_m = index.sites.xy_m[entry.at].tolist()
        return Found(
            kind="site",
            name=index.sites.names[entry.at],
            code=index.sites.site_ids[entry.at],
            layer=None,
            layer_title=None,
            point_m=(x_m, y_m),
            bounds_m=_bounds(index.sites.geometries[entry.at]),
        )
    layer = index.layer(entry.layer_id)
    shape = layer.geometries[entry.at]
    inner = shapely.point_on_surface(shape)
    return Found(
        kind="area",
        name=layer.names[entry.at],
        code=layer.codes[entry.at],
        layer=layer.layer_id,
        layer_title=layer.metadata.title,
        point_m=(inner.x, inner.y),
        bounds_m=_bounds(shape),
    )


def _of_postcode(hit: PostcodeHit) -> Found:
    return Found(hit.kind, hit.name, hit.code, None, None, hit.point_m, hit.bounds_m)


def _bounds(shape: Any) -> tuple[float, float, float, float]:
    left, bottom, right, top = shape.bounds
    return left, bottom, right, top


def _columns(rows: list[Found], index: Index, crs: str) -> dict[str, Any]:
    """The rows as columns, in longitude and latitude."""
    to_degrees = transformer(crs, WGS84)

    def degrees(row: Found) -> tuple[list[float], list[float]]:
        bbox = to_degrees.transform_bounds(*row.bounds_m)
        point = to_degrees.transform(*row.point_m)
        return [round(v, DIGITS) for v in bbox], [round(v, DIGITS) for v in point]

    placed = [degrees(row) for row in rows]
    return {
        "kind": _objects([row.kind for row in rows]),
        "name": _objects([row.name for row in rows]),
        "code": _objects([row.code for row in rows]),
        "layer": _objects([row.layer for row in rows]),
        "layer_title": _objects([row.layer_title for row in rows]),
        "inside": _objects([_inside(row, index) for row in rows]),
        "bbox": _objects([bbox for bbox, _ in placed]),
        "point": _objects([point for _, point in placed]),
    }


def _inside(row: Found, index: Index) -> str | None:
    """The name of the area of the largest level that a place lies in; None for such itself."""
    if not index.layers or row.layer == index.layers[0].layer_id:
        return None
    largest = index.layers[0]
    at = np.flatnonzero(shapely.contains_xy(largest.geometries, *row.point_m))
    return largest.names[int(at[0])] if len(at) else None


def _objects(values: list[Any]) -> Any:
    """(n,) object array, also of lists."""
    column = np.empty(len(values), dtype=object)
    column[:] = values
    return column
