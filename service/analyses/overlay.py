"""The growth overlay: development sites, and what happens around them today."""

from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from boundaries.assign import assign_points
from boundaries.layer import Layer
from boundaries.store import LayerStore
from service.analyses.areas import Areas
from service.analyses.errors import NoStudyAreaError
from service.analyses.provenance import (
    SOFTWARE,
    dataset_source,
    layer_source,
    provenance,
    short_digest,
)
from service.analyses.sites import site_columns, site_notes, sites_inside, sites_source
from service.analyses.within import resolve
from service.answers import Table
from service.schemas.growth import OverlayQuery
from service.store.sites import SiteStore
from spatial.arrays import FloatArray, IntArray


class Overlay:
    """What is around each development site today."""

    def __init__(self, *, sites: SiteStore, areas: Areas, layers: LayerStore) -> None:
        self._sites = sites
        self._areas = areas
        self._layers = layers

    def version(self, dataset: str, query: OverlayQuery) -> str:
        """Everything an overlay depends on besides the query, as a short digest."""
        layer = self._layer(query)
        return short_digest(
            self._sites.revision(), SOFTWARE, self._areas.version(dataset, layer.layer_id)
        )

    def table(self, dataset: str, query: OverlayQuery) -> Table:
        """One row per site: its homes, the area it lies in and the incidents near it.

        An incident near two sites is counted for both; the provenance says how many
        incidents are near any site at all. Distance is from the site's point, or from the
        edge of its polygon (0 inside), in metres of the working CRS. `within` keeps the sites
        in that area, with all incidents near them.
        """
        sites = self._sites.open()
        layer = self._layer(query)
        selection = self._areas.select(dataset, query.incident_filter())
        incidents = selection.incidents
        located = selection.chosen & incidents.located
        xy_m = incidents.xy_m[located]
        within = resolve(self._layers, query.within) if query.within is not None else None
        kept = sites_inside(sites, within)
        shapes = sites.geometries[kept]
        near, near_any = incidents_near(shapes, xy_m, distance_m=query.distance_m)
        at = assign_points(layer, sites.xy_m[kept])
        columns = {name: column[kept] for name, column in site_columns(sites).items()}
        columns["distance_m"] = np.full(len(shapes), query.distance_m)
        columns["incidents_within"] = near
        columns["area_layer"] = np.full(len(shapes), layer.layer_id, dtype=object)
        columns["area_code"] = _named(at, layer.codes)
        columns["area_name"] = _named(at, layer.names)
        records = selection.records
        outside = int(np.count_nonzero(at < 0))
        notes = list(site_notes(sites))
        if outside:
            notes.append(f"{outside} of {len(shapes)} sites lie outside layer {layer.layer_id}.")
        if not kept.all():
            notes.append(f"{np.count_nonzero(~kept)} sites lie outside {query.within}.")
        return Table(
            kind="growth-overlay",
            columns=columns,
            geometries=shapes,
            crs=sites.crs,
            provenance=provenance(
                sources={
                    "dataset": dataset_source(incidents),
                    "layer": layer_source(layer),
                    "sites": sites_source(sites),
                    **({} if within is None else {"within": within.source()}),
                },
                filter=selection.filter.as_provenance(),
                method={
                    "name": "growth overlay",
                    "distance_m": query.distance_m,
                    "distance_from": "the site's point, or the edge of its polygon",
                    "layer": layer.layer_id,
                },
                counts={
                    "records": records,
                    "located": len(xy_m),
                    "unlocated": records - len(xy_m),
                    "near_any_site": near_any,
                    "near_no_site": len(xy_m) - near_any,
                },
                notes=tuple(notes),
            ),
        )

    def _layer(self, query: OverlayQuery) -> Layer:
        """The layer asked for, or the one imported first."""
        if query.layer is not None:
            return self._layers.get(query.layer)
        ids = self._layers.ids()
        if not ids:
            raise NoStudyAreaError
        return self._layers.get(ids[0])


def incidents_near(
    geometries: NDArray[Any], xy_m: FloatArray, *, distance_m: float
) -> tuple[IntArray, int]:
    """(sites,) incidents within a distance of each site, and how many are near any of them.

    Parameters
    ----------
    geometries : (sites,) object array
        Points or polygons, metres.
    xy_m : (n, 2) float64
        Located incidents, metres, same CRS.
    distance_m : float
        Inclusive, metres.
    """
    places: NDArray[Any] = np.asarray(shapely.points(xy_m)).reshape(-1)
    tree = shapely.STRtree(places)
    near = np.zeros(len(geometries), dtype=np.int64)
    near_any = np.zeros(len(places), dtype=np.bool_)
    # Site by site: all pairs at once would be sites times incidents for a large distance.
    for site, geometry in enumerate(geometries):
        found = tree.query(geometry, predicate="dwithin", distance=distance_m)
        near[site] = len(found)
        near_any[found] = True
    return near, int(np.count_nonzero(near_any))


def _named(at: NDArray[np.int32], words: tuple[str, ...]) -> NDArray[Any]:
    """(n,) the word at each position, None where it is -1."""
    return np.array([words[i] if i >= 0 else None for i in at], dtype=object)
