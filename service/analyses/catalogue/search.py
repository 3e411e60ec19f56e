"""Finds areas, development sites, postcodes, towns and streets by name."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import shapely

from boundaries.errors import BoundaryError
from boundaries.layers.layer import Layer
from boundaries.storage.store import LayerStore
from service.analyses.catalogue.postcodes import PostcodeHit, find_postcodes
from service.analyses.catalogue.rows import PlaceRow
from service.analyses.catalogue.search_text import (
    EXACT,
    PREFIX,
    SIMILAR,
    compact,
    fit,
    normal,
)
from service.analyses.catalogue.settlements import Settlements, settlements_of
from service.analyses.catalogue.similar_names import SimilarNames
from service.analyses.inputs.study_area import study_area
from service.model.answers import Table
from service.model.errors import NoStudyAreaError
from service.model.provenance import SOFTWARE, layers_version, provenance, short_digest
from service.queries.catalogue import PlacesQuery
from service.runtime.single_flight import SingleFlightCache
from service.store.reference.place_sets import GAZETTEER, PlaceSetStore
from service.store.reference.postcodes import PostcodeStore
from service.store.reference.sites import Sites, SiteStore
from spatial.coordinates.crs import WGS84, transform_bounds, transform_xy

CODE_LENGTH = 2  # a code is looked at from so many characters on
DIGITS = 6  # of a degree: about 10 cm
MOST_TYPED_WRONGLY = 2  # letters


@dataclass(frozen=True)
class Entry:
    """A name that can be found.

    Attributes
    ----------
    level : int
        0 for the layer with the largest areas on average, and so on; towns of the gazetteer
        come after the first layer.
    index : int
        Position in the layer, among the sites, or in the gazetteer.
    of_gazetteer : bool
        Whether it is a place of the gazetteer.
    """

    key: str
    code_key: str
    level: float
    layer_id: str | None
    index: int
    of_gazetteer: bool = False


@dataclass(frozen=True, eq=False)
class Index:
    """Everything with a name, for one version of the layers, the sites and the gazetteer."""

    layers: tuple[Layer, ...]  # largest areas first
    sites: Sites | None
    entries: tuple[Entry, ...]
    gazetteer: Settlements
    gazetteer_source: dict[str, object] | None

    @cached_property
    def _similar(self) -> SimilarNames:
        return SimilarNames([entry.key for entry in self.entries])

    def find_similar(self, text: str) -> Iterator[tuple[int, Entry]]:
        """The entries whose names differ from a text by a letter or two.

        Parameters
        ----------
        text : str
            As typed.

        Yields
        ------
        quality : int
            SIMILAR, and more where the name has other letters after those.
        entry : Entry
            The entry.
        """
        name = normal(text)
        for position in self._similar.find(name).tolist():
            entry = self.entries[position]
            yield SIMILAR + (abs(len(entry.key) - len(name)) > MOST_TYPED_WRONGLY), entry

    def find(self, text: str) -> Iterator[tuple[int, Entry]]:
        """The entries that match a text.

        Parameters
        ----------
        text : str
            As typed.

        Yields
        ------
        quality : int
            How well the entry matches; see `search_text`.
        entry : Entry
            The entry.
        """
        name, code = normal(text), compact(text)
        if not name:
            return
        for entry in self.entries:
            quality = fit(entry.key, name)
            if (
                quality not in (EXACT, PREFIX)
                and len(code) >= CODE_LENGTH
                and entry.code_key.startswith(code)
            ):
                quality = EXACT if entry.code_key == code else PREFIX
            if quality is not None:
                yield quality, entry

    def source(self) -> dict[str, Any]:
        """The versions of the layers and sites, for the provenance.

        Returns
        -------
        dict of str to Any
            JSON members.
        """
        synthetic = any(layer.metadata.synthetic for layer in self.layers)
        return {
            "layers": {layer.layer_id: layer.version for layer in self.layers},
            "sites": None if self.sites is None else self.sites.version,
            **({} if self.gazetteer_source is None else {"gazetteer": self.gazetteer_source}),
            "synthetic": synthetic or (self.sites is not None and self.sites.synthetic),
        }

    def layer(self, layer_id: str) -> Layer:
        """One of the layers.

        Parameters
        ----------
        layer_id : str
            Its id.

        Returns
        -------
        Layer
            With the version of the index.
        """
        return next(layer for layer in self.layers if layer.layer_id == layer_id)


@dataclass(frozen=True)
class PlaceHit:
    """One row: a place that was found, in the working CRS."""

    kind: str
    name: str
    code: str
    layer: str | None
    layer_title: str | None
    point_m: tuple[float, float]
    bounds_m: tuple[float, float, float, float]
    locality: str | None = None


class Places:
    """Answers searches by name.

    Parameters
    ----------
    layers : LayerStore
        The boundary layers, whose areas have names.
    sites : SiteStore
        The development sites.
    postcodes : PostcodeStore
        The postcodes.
    gazetteer : PlaceSetStore
        Towns and streets.
    study_area : str
        The setting: which of the gazetteer's places are near enough.
    crs : str
        The working CRS.
    """

    def __init__(
        self,
        *,
        layers: LayerStore,
        sites: SiteStore,
        postcodes: PostcodeStore,
        gazetteer: PlaceSetStore,
        study_area: str,
        crs: str,
    ) -> None:
        self._layers = layers
        self._sites = sites
        self._postcodes = postcodes
        self._gazetteer = gazetteer
        self._study_area = study_area
        self._crs = crs
        self._indexes: SingleFlightCache[Index] = SingleFlightCache(1)

    def version(self) -> str:
        """A short digest of everything that a search depends on, apart from the query.

        Returns
        -------
        str
            It changes when layers, sites or postcodes do.
        """
        return short_digest(self._named_version(), self._postcodes.revision(), self._crs, SOFTWARE)

    def search(self, query: PlacesQuery) -> Table:
        """One `PlaceRow` per place that matches the typed text, best first.

        Exact names come first, then names that begin with the text, then names with a word that
        does, then other matches; equal matches by level, the largest areas first, then by name.
        Where nothing fits, names that differ by a letter or two. Incidents are not searched.

        Parameters
        ----------
        query : PlacesQuery
            The text, and the largest number of rows.

        Returns
        -------
        Table
            In longitude and latitude.
        """
        index = self._indexes.get(self._named_version(), self._index)
        ranked = [
            ((quality, entry.level, entry.key, entry.code_key), entry)
            for quality, entry in index.find(query.q)
        ]
        notes: tuple[str, ...] = ()
        postcodes_table = self._postcodes.open()
        hits = (
            []
            if postcodes_table is None
            else find_postcodes(postcodes_table, query.q, limit=query.limit)
        )
        postcodes = [_hit_of_postcode(hit) for hit in hits]
        if not ranked and not postcodes:
            ranked = [
                ((quality, entry.level, entry.key, entry.code_key), entry)
                for quality, entry in index.find_similar(query.q)
            ]
            notes = (
                (f"Nothing is called {query.q!r}: these names are nearly so.",) if ranked else ()
            )
        ranked.sort(key=lambda ranked_entry: ranked_entry[0])
        # What is typed like a postcode is one, unless a name is exactly that.
        names = [_hit_of_entry(index, entry) for _, entry in ranked[: query.limit]]
        exact_count = sum(key[0] == EXACT for key, _ in ranked[: query.limit])
        rows = (names[:exact_count] + postcodes + names[exact_count:])[: query.limit]
        return Table(
            kind="places",
            row=PlaceRow,
            columns=_columns(rows, index, self._crs),
            provenance=provenance(
                sources={"names": index.source()}
                | (
                    {}
                    if postcodes_table is None
                    else {"postcodes": {"version": postcodes_table.version}}
                ),
                filter={"q": query.q},
                method={"name": "places by name", "limit": query.limit},
                counts={"names": len(index.entries), "names_that_fit": len(ranked)},
                notes=notes,
            ),
        )

    def _named_version(self) -> str:
        return short_digest(
            layers_version(self._layers), self._sites.revision(), self._gazetteer.revision()
        )

    def _index(self) -> Index:
        layers = sorted(self._layers.all(), key=lambda layer: -float(layer.areas_km2.mean()))
        entries = [
            Entry(normal(name), compact(code), level, layer.layer_id, index)
            for level, layer in enumerate(layers)
            for index, (code, name) in enumerate(zip(layer.codes, layer.names, strict=True))
        ]
        sites = self._sites.open() if self._sites.is_readable() else None
        if sites is not None:
            entries += [
                Entry(normal(name), compact(site_id), len(layers), None, index)
                for index, (site_id, name) in enumerate(
                    zip(sites.site_ids, sites.names, strict=True)
                )
            ]
        places = self._gazetteer.get(GAZETTEER) if self._gazetteer.is_readable() else None
        gazetteer = settlements_of(places, self._bounds_m())
        entries += [
            Entry(normal(name), "", _level(kind, len(layers)), None, index, of_gazetteer=True)
            for index, (name, kind) in enumerate(
                zip(gazetteer.names, gazetteer.kinds, strict=True)
            )
        ]
        source = None if places is None else places.as_source()
        return Index(tuple(layers), sites, tuple(entries), gazetteer, source)

    def _bounds_m(self) -> tuple[float, float, float, float] | None:
        """The ends of the study area; None where there is none."""
        try:
            return study_area(self._layers, self._study_area).bounds_m
        except (NoStudyAreaError, BoundaryError):
            return None


def _level(kind: str, layers: int) -> float:
    """Where a place of the gazetteer stands among names that fit as well."""
    if kind in ("city", "town"):
        return 0.5
    return 0.7 if kind in ("village", "suburb", "hamlet") else layers + 0.5


def _hit_of_entry(index: Index, entry: Entry) -> PlaceHit:
    """The place of an entry."""
    if entry.of_gazetteer:
        return _hit_of_gazetteer(index.gazetteer, entry.index)
    if entry.layer_id is None:
        if index.sites is None:
            raise LookupError(entry)
        x_m, y_m = index.sites.xy_m[entry.index].tolist()
        return PlaceHit(
            kind="site",
            name=index.sites.names[entry.index],
            code=index.sites.site_ids[entry.index],
            layer=None,
            layer_title=None,
            point_m=(x_m, y_m),
            bounds_m=_bounds(index.sites.geometries[entry.index]),
        )
    layer = index.layer(entry.layer_id)
    shape = layer.geometries[entry.index]
    inner_point = shapely.point_on_surface(shape)
    return PlaceHit(
        kind="area",
        name=layer.names[entry.index],
        code=layer.codes[entry.index],
        layer=layer.layer_id,
        layer_title=layer.metadata.title,
        point_m=(inner_point.x, inner_point.y),
        bounds_m=_bounds(shape),
    )


def _hit_of_gazetteer(gazetteer: Settlements, index: int) -> PlaceHit:
    """A town or street: its code is its easting and northing."""
    x_m, y_m = gazetteer.xy_m[index].tolist()
    reach_m = gazetteer.reach_m(index)
    return PlaceHit(
        kind=gazetteer.kinds[index],
        name=gazetteer.names[index],
        code=f"{x_m:.0f},{y_m:.0f}",
        layer=None,
        layer_title=None,
        point_m=(x_m, y_m),
        bounds_m=(x_m - reach_m, y_m - reach_m, x_m + reach_m, y_m + reach_m),
        locality=gazetteer.localities[index],
    )


def _hit_of_postcode(hit: PostcodeHit) -> PlaceHit:
    return PlaceHit(hit.kind, hit.name, hit.code, None, None, hit.point_m, hit.bounds_m)


def _bounds(shape: Any) -> tuple[float, float, float, float]:
    left, bottom, right, top = shape.bounds
    return left, bottom, right, top


def _columns(rows: list[PlaceHit], index: Index, crs: str) -> dict[str, Any]:
    """The rows as columns, in longitude and latitude."""

    def degrees(row: PlaceHit) -> tuple[list[float], list[float]]:
        bbox = transform_bounds(row.bounds_m, source=crs, target=WGS84)
        point = transform_xy(np.array([row.point_m]), source=crs, target=WGS84)[0].tolist()
        return [round(value, DIGITS) for value in bbox], [round(value, DIGITS) for value in point]

    degrees_of_rows = [degrees(row) for row in rows]
    return {
        "kind": _objects([row.kind for row in rows]),
        "name": _objects([row.name for row in rows]),
        "code": _objects([row.code for row in rows]),
        "layer": _objects([row.layer for row in rows]),
        "layer_title": _objects([row.layer_title for row in rows]),
        "inside": _objects([_inside(row, index) for row in rows]),
        "bbox": _objects([bbox for bbox, _ in degrees_of_rows]),
        "point": _objects([point for _, point in degrees_of_rows]),
    }


def _inside(row: PlaceHit, index: Index) -> str | None:
    """The town of a street, or the area of the largest level that contains a place.

    None for an area of that level.
    """
    if row.locality is not None:
        return row.locality
    if not index.layers or row.layer == index.layers[0].layer_id:
        return None
    largest = index.layers[0]
    indices = np.flatnonzero(shapely.contains_xy(largest.geometries, *row.point_m))
    return largest.names[int(indices[0])] if len(indices) else None


def _objects(values: list[Any]) -> Any:
    """(n,) object array, also of lists."""
    column = np.empty(len(values), dtype=object)
    column[:] = values
    return column
