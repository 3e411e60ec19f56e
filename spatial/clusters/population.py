"""Where incidents would fall by chance: by residents, or evenly over the ground."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import ArrayLike, NDArray

from spatial.arrays import FloatArray, IntArray, frozen
from spatial.errors import InvalidValuesError


@dataclass(frozen=True, eq=False)
class Places:
    """Places on which all incidents fall.

    Attributes
    ----------
    tree : STRtree
        Of the places.
    share : (n,) float64
        Of the incidents that fall on each.
    """

    tree: shapely.STRtree
    share: FloatArray

    def within(self, shapes: NDArray[Any], reach_m: float) -> FloatArray:
        """The share of incidents that falls in or near some shapes.

        Parameters
        ----------
        shapes : (k,) object array
            Such as the hulls of clusters.
        reach_m : float
            How near, metres.

        Returns
        -------
        (k,) float64
        """
        shape, place = self.tree.query(shapes, predicate="dwithin", distance=reach_m)
        share = np.bincount(shape, self.share[place], minlength=len(shapes))
        return np.asarray(share, np.float64)


@dataclass(frozen=True, eq=False)
class Population:
    """Parts of the ground, or places on it, with the share of incidents that falls there.

    Attributes
    ----------
    corners : (k, 3, 2) float64
        Triangles, over each of which incidents fall evenly; places have three equal corners.
    cumulative : (k,) float64
        Of their shares, up to 1.
    density : (k,) float64
        The share of incidents per square metre of ground there.
    places : Places or None
        On which all fall; None where they fall anywhere.
    """

    corners: FloatArray
    cumulative: FloatArray
    density: FloatArray
    places: Places | None = None

    def draw(self, points: int, stream: np.random.Generator) -> tuple[FloatArray, FloatArray]:
        """Places of incidents that fall by chance.

        Parameters
        ----------
        points : int
            Their number.
        stream : Generator
            Of random numbers.

        Returns
        -------
        xy_m : (points, 2) float64
            Metres.
        density : (points,) float64
            At each, as the attribute.
        """
        part = np.searchsorted(self.cumulative, stream.random(points), side="right")
        part = np.minimum(part, len(self.cumulative) - 1)
        u, v = stream.random((2, points))
        is_over = u + v > 1.0
        u, v = np.where(is_over, 1.0 - u, u), np.where(is_over, 1.0 - v, v)
        a, b, c = (self.corners[part, k] for k in range(3))
        return a + u[:, None] * (b - a) + v[:, None] * (c - a), self.density[part]


def over_ground(polygons: NDArray[Any], masses: ArrayLike) -> Population:
    """Incidents that fall by the mass of areas, and evenly over each.

    Parameters
    ----------
    polygons : (n,) object array
        Polygons or multipolygons, metres; empty ones have no mass.
    masses : (n,) float64
        At least 0, in proportion; above 0 somewhere.

    Returns
    -------
    Population
        Of their triangles.

    Raises
    ------
    InvalidValuesError
        If no area with ground has mass.
    """
    mass = np.asarray(masses, np.float64)
    area_m2 = shapely.area(polygons)
    chosen = np.flatnonzero((mass > 0.0) & (area_m2 > 0.0))
    if not len(chosen):
        raise InvalidValuesError("masses", "must be above 0 in an area with ground")
    share = mass[chosen] / mass[chosen].sum()
    density = share / area_m2[chosen]
    cut = shapely.constrained_delaunay_triangles(polygons[chosen])
    triangles, owner = shapely.get_parts(cut, return_index=True)
    corners = shapely.get_coordinates(triangles).reshape(-1, 4, 2)[:, :3]
    cumulative = np.cumsum(shapely.area(triangles) * density[owner])
    return Population(
        frozen(np.ascontiguousarray(corners)),
        frozen(cumulative / cumulative[-1]),
        frozen(density[owner]),
    )


def over_places(
    places_m: FloatArray, area: IntArray, shares: ArrayLike, area_m2: ArrayLike
) -> Population:
    """Incidents that fall by the mass of areas, and evenly over the places that each has.

    Parameters
    ----------
    places_m : (n, 2) float64
        Places that incidents can be at, metres.
    area : (n,) int64
        Of each.
    shares : (a,) float64
        Mass of the areas, at least 0, in proportion; that of one without a place is left out.
    area_m2 : (a,) float64
        Their ground.

    Returns
    -------
    Population
        Of places.

    Raises
    ------
    InvalidValuesError
        If no area with a place has mass.
    """
    mass, ground_m2 = np.asarray(shares, np.float64), np.asarray(area_m2, np.float64)
    number = np.bincount(area, minlength=len(mass))
    mass = np.where((number > 0) & (ground_m2 > 0.0), mass, 0.0)
    if not mass.sum() > 0.0:
        raise InvalidValuesError("shares", "must be above 0 in an area with a place")
    mass = mass / mass.sum()
    has_mass = mass[area] > 0.0
    places_m, area = places_m[has_mass], area[has_mass]
    share = mass[area] / number[area]
    cumulative = np.cumsum(share)
    return Population(
        frozen(np.repeat(places_m[:, None, :], 3, axis=1)),
        frozen(cumulative / cumulative[-1]),
        frozen(mass[area] / ground_m2[area]),
        Places(shapely.STRtree(np.asarray(shapely.points(places_m))), frozen(share)),
    )
