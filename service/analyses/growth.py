"""Growth: development sites, and what happens around them today."""

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
from service.analyses.within import Within, resolve
from service.answers import Table
from service.schemas.growth import OverlayQuery
from service.store.sites import NO_YEAR, Sites, SiteStore
from spatial.arrays import BoolArray, FloatArray, IntArray

NO_COMPLETIONS = "completions not published: remaining homes unknown"


class Growth:
    """Answers about development sites."""

    def __init__(self, *, sites: SiteStore, areas: Areas, layers: LayerStore) -> None:
        self._sites = sites
        self._areas = areas
        self._layers = layers

    def sites_version(self) -> str:
        """Everything a list of sites depends on, as a short digest."""
        return short_digest("sites", self._sites.revision(), SOFTWARE)

    def overlay_version(self, dataset: str, query: OverlayQuery) -> str:
        """Everything an overlay depends on besides the query, as a short digest."""
        layer = self._layer(query)
        return short_digest(self.sites_version(), self._areas.version(dataset, layer.layer_id))

    def sites(self) -> Table:
        """One row per site: homes planned, completed and remaining.

        Raises
        ------
        NoSitesError
            If none has been imported.
        """
        sites = self._sites.open()
        return Table(
            kind="sites",
            columns=_site_columns(sites),
            geometries=sites.geometries,
            crs=sites.crs,
            provenance=provenance(
                sources={"sites": _sites_source(sites)},
                filter={},
                method={"name": "sites"},
                counts={"sites": len(sites)},
                notes=_site_notes(sites),
            ),
        )

    def overlay(self, dataset: str, query: OverlayQuery) -> Table:
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
        kept = _sites_inside(sites, within)
        shapes = sites.geometries[kept]
        near, near_any = incidents_near(shapes, xy_m, distance_m=query.distance_m)
        at = assign_points(layer, sites.xy_m[kept])
        columns = {name: column[kept] for name, column in _site_columns(sites).items()}
        columns["distance_m"] = np.full(len(shapes), query.distance_m)
        columns["incidents_within"] = near
        columns["area_layer"] = np.full(len(shapes), layer.layer_id, dtype=object)
        columns["area_code"] = _named(at, layer.codes)
        columns["area_name"] = _named(at, layer.names)
        records = selection.records
        outside = int(np.count_nonzero(at < 0))
        notes = list(_site_notes(sites))
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
                    "sites": _sites_source(sites),
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


def _sites_inside(sites: Sites, within: Within | None) -> BoolArray:
    """(sites,) True for each site in the area to stay within; for all where there is none."""
    if within is None:
        return np.ones(len(sites), dtype=np.bool_)
    x_m, y_m = sites.xy_m[:, 0], sites.xy_m[:, 1]
    return np.asarray(shapely.intersects_xy(within.geometry, x_m, y_m))


def _site_columns(sites: Sites) -> dict[str, NDArray[Any]]:
    """The columns that describe a site, in their final order."""
    published = np.isfinite(sites.homes_completed)
    year = np.where(sites.completed_year == NO_YEAR, np.nan, sites.completed_year)
    return {
        "site_id": np.array(sites.site_ids, dtype=object),
        "name": np.array(sites.names, dtype=object),
        "district": np.array(sites.districts, dtype=object),
        "homes_planned": sites.homes_planned,
        "homes_completed": sites.homes_completed,
        "homes_remaining": sites.homes_remaining,
        "completed_year": year,
        "easting_m": sites.xy_m[:, 0].round(1),
        "northing_m": sites.xy_m[:, 1].round(1),
        "position": np.array(sites.positions, dtype=object),
        "note": np.array(
            [
                note or ("" if known else NO_COMPLETIONS)
                for note, known in zip(sites.notes, published, strict=True)
            ],
            dtype=object,
        ),
    }


def _site_notes(sites: Sites) -> tuple[str, ...]:
    unknown = int(np.count_nonzero(~np.isfinite(sites.homes_completed)))
    if not unknown:
        return ()
    return (f"{unknown} of {len(sites)} sites have no published completions.",)


def _sites_source(sites: Sites) -> dict[str, Any]:
    return {"id": "sites", "version": sites.version, "synthetic": sites.synthetic}


def _named(at: NDArray[np.int32], words: tuple[str, ...]) -> NDArray[Any]:
    """(n,) the word at each position, None where it is -1."""
    return np.array([words[i] if i >= 0 else None for i in at], dtype=object)
