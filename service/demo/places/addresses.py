"""Locations in the demonstration county: homes, venues of nightlife, map points."""

from dataclasses import dataclass

import numpy as np
import shapely
from scipy.spatial import cKDTree

from boundaries.layers.layer import Layer
from service.demo.places.gazetteer import Gazetteer, positions_m
from service.demo.places.geography import Geography
from spatial.arrays import BoolArray, FloatArray, IntArray

HOMES_PER_LSOA = 96
MAP_POINTS_TOWN, MAP_POINTS_RURAL = 24, 14
VILLAGES = 4
IN_VILLAGES = 0.82
OUTSIDE_PLACES = 400


@dataclass(frozen=True)
class Places:
    """Places to which incidents are reported, homes first.

    Attributes
    ----------
    xy_m : (n, 2) float64
        Whole metres, each inside its LSOA.
    lsoa : (n,) int64
        Position of its LSOA in the layer.
    is_venue : (n,) bool
        A place of nightlife, not a home.
    weight : (n,) float64
        Of a home: its LSOA's residents times hardship, shared by its homes. Of a venue: its
        share of the cluster's callouts a year.
    map_point : (n,) int64
        The one of `map_points_m` that a crime here is published at: the nearest in the LSOA.
    map_points_m : (k, 2) float64
    outside_m : (m, 2) float64
        Places outside the county.
    """

    xy_m: FloatArray
    lsoa: IntArray
    is_venue: BoolArray
    weight: FloatArray
    map_point: IntArray
    map_points_m: FloatArray
    outside_m: FloatArray


def make_places(
    geography: Geography, gazetteer: Gazetteer, residents: FloatArray, *, seed: int
) -> Places:
    """All places; `residents` is the number of people in each LSOA, (lsoas,)."""
    rng = np.random.default_rng([seed, 3])
    homes_m, home_lsoa = _homes(geography, gazetteer, rng=rng)
    venues_m, venue_lsoa, venue_weight = _venues(geography, gazetteer, rng=rng)
    hardship = np.array([ward.hardship for ward in gazetteer.wards])[geography.ward_of_lsoa]
    hardship = hardship * rng.lognormal(0.0, 0.25, len(hardship))
    home_weight = (residents * hardship / np.bincount(home_lsoa))[home_lsoa]
    # Some streets have more of everything than others.
    home_weight = home_weight * rng.gamma(0.7, 1 / 0.7, len(home_weight))
    xy_m = np.concatenate([homes_m, venues_m])
    lsoa = np.concatenate([home_lsoa, venue_lsoa])
    is_venue = np.arange(len(xy_m)) >= len(homes_m)
    map_points_m, map_point = _map_points(geography, xy_m, lsoa, is_venue, rng=rng)
    return Places(
        xy_m=xy_m,
        lsoa=lsoa,
        is_venue=is_venue,
        weight=np.concatenate([home_weight, venue_weight]),
        map_point=map_point,
        map_points_m=map_points_m,
        outside_m=_outside(geography, gazetteer, rng=rng),
    )


def lies_in(layer: Layer, position: IntArray, xy_m: FloatArray) -> BoolArray:
    """(n,) whether each place lies inside the area named beside it."""
    shapely.prepare(layer.geometries)
    return np.asarray(shapely.contains_xy(layer.geometries[position], xy_m[:, 0], xy_m[:, 1]))


def _homes(
    geography: Geography, gazetteer: Gazetteer, *, rng: np.random.Generator
) -> tuple[FloatArray, IntArray]:
    """Homes by LSOA: spread evenly in towns, mostly in villages elsewhere."""
    missing = np.full(len(geography.lsoa), HOMES_PER_LSOA)
    cores_m = _village_cores(geography, gazetteer, rng=rng)
    order = np.argsort(geography.lsoa_of_cell, kind="stable")
    starts = np.searchsorted(geography.lsoa_of_cell[order], np.arange(len(missing) + 1))
    accepted_m: list[FloatArray] = []
    accepted_lsoa: list[IntArray] = []
    while missing.any():
        lsoa = np.repeat(np.arange(len(missing)), 2 * missing)
        cell = order[rng.integers(starts[lsoa], starts[lsoa + 1])]
        size_m = 1_000.0 * np.sqrt(geography.cells.area_km2[cell])
        cell_points = geography.cells.xy_m[cell] + size_m[:, None] * rng.uniform(
            -0.5, 0.5, (len(cell), 2)
        )
        # The first village is the largest.
        core = cores_m[lsoa, np.minimum(rng.geometric(0.5, len(lsoa)) - 1, VILLAGES - 1)]
        village_points = core + rng.normal(0.0, 190.0, core.shape)
        is_village = ~geography.in_town[lsoa] & (rng.random(len(lsoa)) < IN_VILLAGES)
        candidates_m = np.where(is_village[:, None], village_points, cell_points)
        xy_m = np.asarray(np.round(candidates_m), dtype=np.float64)
        inside_rows = np.flatnonzero(lies_in(geography.lsoa, lsoa, xy_m))
        # Of those inside keep as many as the LSOA still wants.
        rank = np.arange(len(inside_rows)) - np.searchsorted(lsoa[inside_rows], lsoa[inside_rows])
        accepted = inside_rows[rank < missing[lsoa[inside_rows]]]
        accepted_m.append(xy_m[accepted])
        accepted_lsoa.append(lsoa[accepted])
        missing = missing - np.bincount(lsoa[accepted], minlength=len(missing))
    lsoa = np.concatenate(accepted_lsoa)
    by_lsoa = np.argsort(lsoa, kind="stable")
    return np.concatenate(accepted_m)[by_lsoa], lsoa[by_lsoa]


def _village_cores(
    geography: Geography, gazetteer: Gazetteer, *, rng: np.random.Generator
) -> FloatArray:
    """(lsoas, VILLAGES, 2) centres of villages: cells of the LSOA, its ward's village first."""
    cores_m = np.empty((len(geography.lsoa), VILLAGES, 2))
    for lsoa in range(len(cores_m)):
        members = np.flatnonzero(geography.lsoa_of_cell == lsoa)
        cores_m[lsoa] = geography.cells.xy_m[rng.choice(members, VILLAGES)]
    centres_m = gazetteer.centres_m[geography.ward_of_lsoa]
    lsoas = np.arange(len(cores_m))
    holds_centre = lies_in(geography.lsoa, lsoas, centres_m)
    cores_m[holds_centre, 0] = centres_m[holds_centre]
    return cores_m


def _venues(
    geography: Geography, gazetteer: Gazetteer, *, rng: np.random.Generator
) -> tuple[FloatArray, IntArray, FloatArray]:
    """Venues of nightlife, their LSOAs and their share of callouts: a few have most of them."""
    tree = shapely.STRtree(geography.lsoa.geometries)
    venues_m, venue_lsoa, venue_weight = [], [], []
    for place, centre_m in zip(gazetteer.nightlife, positions_m(gazetteer.nightlife), strict=True):
        xy_m = np.round(centre_m + rng.normal(0.0, place.spread_m, (place.venues, 2)))
        weight = 1.0 / (1.0 + np.arange(place.venues)) ** 0.8
        point, lsoa = tree.query(shapely.points(xy_m), predicate="within")
        venues_m.append(xy_m[point])
        venue_lsoa.append(lsoa)
        venue_weight.append(place.callouts_per_year * weight[point] / weight[point].sum())
    return np.concatenate(venues_m), np.concatenate(venue_lsoa), np.concatenate(venue_weight)


def _map_points(
    geography: Geography,
    xy_m: FloatArray,
    lsoa: IntArray,
    is_venue: BoolArray,
    *,
    rng: np.random.Generator,
) -> tuple[FloatArray, IntArray]:
    """Anonymous points at which crimes are published, and the point for each place."""
    points_m: list[FloatArray] = []
    nearest = np.empty(len(xy_m), dtype=np.int64)
    offset = 0
    for i in range(len(geography.lsoa)):
        lsoa_places = np.flatnonzero(lsoa == i)
        homes, venues = lsoa_places[~is_venue[lsoa_places]], lsoa_places[is_venue[lsoa_places]]
        count = MAP_POINTS_TOWN if geography.in_town[i] else MAP_POINTS_RURAL
        map_places = np.concatenate([rng.choice(homes, count, replace=False), venues[::2]])
        nearest[lsoa_places] = offset + cKDTree(xy_m[map_places]).query(xy_m[lsoa_places])[1]
        points_m.append(xy_m[map_places])
        offset += len(map_places)
    return np.concatenate(points_m), nearest


def _outside(
    geography: Geography, gazetteer: Gazetteer, *, rng: np.random.Generator
) -> FloatArray:
    """Places outside the county, none of them near its border."""
    county = geography.district.union.buffer(200.0)
    weight = np.array([place.weight for place in gazetteer.outside])
    town_index = rng.choice(len(weight), 3 * OUTSIDE_PLACES, p=weight / weight.sum())
    spread_m = np.array([place.spread_m for place in gazetteer.outside])[town_index, None]
    xy_m = np.round(
        positions_m(gazetteer.outside)[town_index]
        + spread_m * rng.normal(0.0, 1.0, (len(town_index), 2))
    )
    is_outside = ~shapely.contains_xy(county, xy_m[:, 0], xy_m[:, 1])
    return np.asarray(xy_m[is_outside][:OUTSIDE_PLACES])
