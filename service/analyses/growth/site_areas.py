"""Development sites and the areas they lie in."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from boundaries.layers.layer import Layer
from boundaries.points.assign import assign_points
from service.store.sites import Sites
from spatial.arrays import BoolArray, FloatArray, IntArray


@dataclass(frozen=True, eq=False)
class SiteShares:
    """Which share of each site lies in each area; a row per pair, in the order of the sites.

    Attributes
    ----------
    site, area : (k,) int
        Positions in the sites and in `layer.codes`.
    share : (k,) float64
        Above 0, at most 1. Those of a site add up to 1, or less where it reaches outside.
    """

    site: IntArray
    area: IntArray
    share: FloatArray
    areas: int

    def added(self, homes: FloatArray) -> FloatArray:
        """(areas,) a number per site, shared among the areas; sites where it is NaN add none."""
        amounts = np.nan_to_num(homes)[self.site] * self.share
        return np.bincount(self.area, amounts, minlength=self.areas).astype(np.float64)

    def named(self, names: tuple[str, ...]) -> NDArray[Any]:
        """(areas,) the names of the sites in each area, largest share first, as one text."""
        lists: list[list[str]] = [[] for _ in range(self.areas)]
        for site, area in zip(self.site.tolist(), self.area.tolist(), strict=True):
            if names[site] not in lists[area]:
                lists[area].append(names[site])
        return np.array(["; ".join(each) for each in lists], dtype=object)


def site_shares(sites: Sites, layer: Layer, kept: BoolArray | None = None) -> SiteShares:
    """The share of each site in each area: by ground for outlines, all of it for points.

    Parameters
    ----------
    kept : (sites,) bool or None
        Sites to leave in; None: all.
    """
    chosen = np.flatnonzero(np.ones(len(sites), dtype=np.bool_) if kept is None else kept)
    ground = shapely.area(sites.geometries[chosen])
    points = chosen[ground == 0]
    at = assign_points(layer, sites.xy_m[points])
    inside = at >= 0
    outlined = chosen[ground > 0]
    shapes = sites.geometries[outlined]
    of, area = shapely.STRtree(layer.geometries).query(shapes, predicate="intersects")
    cut = shapely.area(shapely.intersection(shapes[of], layer.geometries[area]))
    share = cut / shapely.area(shapes)[of]
    real = share > 1e-9  # not where they only touch
    site = np.concatenate([points[inside], outlined[of[real]]]).astype(np.int64)
    areas = np.concatenate([at[inside], area[real]]).astype(np.int64)
    shares = np.concatenate([np.ones(int(inside.sum())), share[real]])
    order = np.lexsort((areas, site))
    return SiteShares(site[order], areas[order], shares[order], len(layer))


def incidents_near(
    geometries: NDArray[Any], xy_m: FloatArray, *, distance_m: float
) -> tuple[IntArray, int]:
    """(shapes,) incidents within a distance of each shape, and how many are near any of them.

    Parameters
    ----------
    geometries : (shapes,) object array
        Points or polygons, metres.
    xy_m : (n, 2) float64
        Located incidents, metres, same CRS.
    distance_m : float
        Inclusive, metres.
    """
    # Published places are shared by many incidents: each is looked at once.
    distinct, incidents = np.unique(xy_m.reshape(-1, 2), axis=0, return_counts=True)
    tree = shapely.STRtree(np.asarray(shapely.points(distinct)).reshape(-1))
    near = np.zeros(len(geometries), dtype=np.int64)
    near_any = np.zeros(len(distinct), dtype=np.bool_)
    # Shape by shape: all pairs at once would be shapes times places for a large distance.
    for at, geometry in enumerate(geometries):
        found = tree.query(geometry, predicate="dwithin", distance=distance_m)
        near[at] = incidents[found].sum()
        near_any[found] = True
    return near, int(incidents[near_any].sum())


def nearest_of(shapes: NDArray[Any], among: NDArray[Any]) -> tuple[FloatArray, IntArray]:
    """Distance to the nearest of some areas, 0 inside, and which it is; NaN and -1 without any.

    Where several are equally near it is the first of them.
    """
    distance = np.full(len(shapes), np.nan)
    which = np.full(len(shapes), -1, dtype=np.int64)
    if not len(among):
        return distance, which
    (of, to), metres = shapely.STRtree(among).query_nearest(shapes, return_distance=True)
    for at, other, far in zip(of[::-1].tolist(), to[::-1].tolist(), metres[::-1], strict=True):
        distance[at], which[at] = far, other
    return distance, which
