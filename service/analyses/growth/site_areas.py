"""Assigns development sites to areas, and incidents to sites."""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from boundaries.layers.layer import Layer
from boundaries.points.assign import assign_points
from service.runtime.cancellation import check_cancelled
from service.store.reference.sites import Sites
from spatial.arrays import BoolArray, FloatArray, IntArray

SQUARES_ACROSS, PLACES_SAMPLED = 500, 50_000


@dataclass(frozen=True, eq=False)
class SiteShares:
    """The share of each site that lies in each area; one row per pair, in the order of the sites.

    Attributes
    ----------
    site, area : (k,) int
        Indices of the site, and of the area in `layer.codes`.
    share : (k,) float64
        Above 0, at most 1. The shares of a site add up to 1, or to less if it extends outside.
    areas : int
        Number of areas.
    """

    site: IntArray
    area: IntArray
    share: FloatArray
    areas: int

    def sum_by_area(self, homes: FloatArray) -> FloatArray:
        """A number per site, shared among the areas and summed.

        Parameters
        ----------
        homes : (sites,) float64
            NaN where not known.

        Returns
        -------
        (areas,) float64
            In the order of the layer's codes; NaN where a site's number is not known.
        """
        amounts = homes[self.site] * self.share
        return np.bincount(self.area, amounts, minlength=self.areas).astype(np.float64)

    def names_by_area(self, names: tuple[str, ...]) -> NDArray[Any]:
        """The names of the sites in each area, as one text.

        Parameters
        ----------
        names : tuple of str
            Names of the sites.

        Returns
        -------
        (areas,) str
            Separated by semicolons.
        """
        lists: list[list[str]] = [[] for _ in range(self.areas)]
        for site, area in zip(self.site.tolist(), self.area.tolist(), strict=True):
            if names[site] not in lists[area]:
                lists[area].append(names[site])
        return np.array(["; ".join(names) for names in lists], dtype=object)


def site_shares(sites: Sites, layer: Layer, mask: BoolArray | None = None) -> SiteShares:
    """The share of each site in each area: by land for outlines, all of it for points.

    Parameters
    ----------
    sites : Sites
        The development sites.
    layer : Layer
        The areas.
    mask : (sites,) bool or None
        The sites to include; None: all.

    Returns
    -------
    SiteShares
        Without sites that lie outside.
    """
    site_indices = np.flatnonzero(np.ones(len(sites), dtype=np.bool_) if mask is None else mask)
    ground_m2 = shapely.area(sites.geometries[site_indices])
    point_sites = site_indices[ground_m2 == 0]
    area_of_point = assign_points(layer, sites.xy_m[point_sites])
    is_inside = area_of_point >= 0
    outline_sites = site_indices[ground_m2 > 0]
    shapes = sites.geometries[outline_sites]
    shape_of_pair, area_of_pair = shapely.STRtree(layer.geometries).query(
        shapes, predicate="intersects"
    )
    overlap_m2 = shapely.area(
        shapely.intersection(shapes[shape_of_pair], layer.geometries[area_of_pair])
    )
    share = overlap_m2 / shapely.area(shapes)[shape_of_pair]
    is_overlap = share > 1e-9  # not where they only touch
    site = np.concatenate(
        [point_sites[is_inside], outline_sites[shape_of_pair[is_overlap]]]
    ).astype(np.int64)
    areas = np.concatenate([area_of_point[is_inside], area_of_pair[is_overlap]]).astype(np.int64)
    shares = np.concatenate([np.ones(int(is_inside.sum())), share[is_overlap]])
    order = np.lexsort((areas, site))
    return SiteShares(site[order], areas[order], shares[order], len(layer))


def places_around(centres_m: FloatArray, xy_m: FloatArray, distance_m: float) -> float:
    """About the number of pairs of a centre and an incident within a distance of it.

    Parameters
    ----------
    centres_m : (k, 2) float64
        Metres.
    xy_m : (n, 2) float64
        Located incidents, metres, same CRS.
    distance_m : float
        Above 0, metres.

    Returns
    -------
    float
        From the numbers of incidents in squares as wide as the distance.
    """
    if not (len(centres_m) and len(xy_m)):
        return 0.0
    stride = max(1, len(xy_m) // PLACES_SAMPLED)
    xy_m = xy_m[::stride]
    everything_m = np.vstack([centres_m, xy_m])
    corner_m, far_m = everything_m.min(axis=0), everything_m.max(axis=0)
    side_m = max(distance_m, float((far_m - corner_m).max()) / SQUARES_ACROSS)
    squares = [
        np.floor((places - corner_m) / side_m).astype(np.int64) for places in (centres_m, xy_m)
    ]
    rows, cols = np.maximum(squares[0].max(axis=0), squares[1].max(axis=0)) + 3
    count = np.bincount(squares[1][:, 0] * cols + squares[1][:, 1], minlength=rows * cols)
    sums = count.reshape(rows, cols).astype(np.float64)
    for axis in (0, 1):  # of each square and its neighbours
        sums = sums + np.roll(sums, 1, axis) + np.roll(sums, -1, axis)
    around = float(sums[squares[0][:, 0], squares[0][:, 1]].sum())
    return stride * around * math.pi / 9.0 * (distance_m / side_m) ** 2


def incidents_near(
    geometries: NDArray[Any], xy_m: FloatArray, *, distance_m: float
) -> tuple[IntArray, int]:
    """The number of incidents within a distance of each shape, and of any shape.

    Parameters
    ----------
    geometries : (shapes,) object array
        Points or polygons, metres.
    xy_m : (n, 2) float64
        Located incidents, metres, same CRS.
    distance_m : float
        Inclusive, metres.

    Returns
    -------
    nearby_count : (shapes,) int64
        Incidents near each shape.
    n_near_any : int
        Incidents near at least one shape.
    """
    # Published places are shared by many incidents: each is looked at once.
    distinct_places, incidents = np.unique(xy_m.reshape(-1, 2), axis=0, return_counts=True)
    tree = shapely.STRtree(np.asarray(shapely.points(distinct_places)).reshape(-1))
    nearby_count = np.zeros(len(geometries), dtype=np.int64)
    is_near_any = np.zeros(len(distinct_places), dtype=np.bool_)
    # Shape by shape: all pairs at once would be shapes times places for a large distance.
    for index, geometry in enumerate(geometries):
        check_cancelled()
        nearby_places = tree.query(geometry, predicate="dwithin", distance=distance_m)
        nearby_count[index] = incidents[nearby_places].sum()
        is_near_any[nearby_places] = True
    return nearby_count, int(incidents[is_near_any].sum())


def nearest_of(shapes: NDArray[Any], candidates: NDArray[Any]) -> tuple[FloatArray, IntArray]:
    """The nearest candidate area of each shape; the first among equals.

    Parameters
    ----------
    shapes : (n,) object array
        Points or polygons, metres.
    candidates : (k,) object array
        Polygons, metres, in the same CRS.

    Returns
    -------
    nearest_m : (n,) float64
        Distance, 0 inside; NaN without candidates.
    nearest : (n,) int64
        Index of the candidate; -1 without candidates.
    """
    nearest_m = np.full(len(shapes), np.nan)
    nearest = np.full(len(shapes), -1, dtype=np.int64)
    if not len(candidates):
        return nearest_m, nearest
    (shape_indices, candidate_indices), distances_m = shapely.STRtree(candidates).query_nearest(
        shapes, return_distance=True
    )
    for index, candidate, distance_m in zip(
        shape_indices[::-1].tolist(),
        candidate_indices[::-1].tolist(),
        distances_m[::-1],
        strict=True,
    ):
        nearest_m[index], nearest[index] = distance_m, candidate
    return nearest_m, nearest
