"""What describes a cluster on the ground: hull, centre and standard deviational ellipse."""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from spatial.arrays import FloatArray, IntArray

FEWEST_OF_ELLIPSE = 3


def hulls(points_m: FloatArray, labels: IntArray) -> NDArray[Any]:
    """The convex hulls of clusters.

    Parameters
    ----------
    points_m : (n, 2) float64
        Metres.
    labels : (n,) int64
        From 0 to k - 1, each at least once; -1 for none.

    Returns
    -------
    (k,) object array
        Polygons; a line or a point where the places of a cluster have no ground between them.
    """
    members = np.flatnonzero(labels >= 0)
    members = members[np.argsort(labels[members], kind="stable")]
    if not len(members):
        return np.empty(0, dtype=object)
    groups = shapely.multipoints(points_m[members, :2], indices=labels[members])
    return np.asarray(shapely.convex_hull(groups), dtype=object).reshape(-1)


def grown_areas_m2(hull: NDArray[Any], reach_m: float) -> FloatArray:
    """The ground within a distance of convex hulls.

    Parameters
    ----------
    hull : (k,) object array
        From `hulls`.
    reach_m : float
        The distance, metres.

    Returns
    -------
    (k,) float64
        Steiner's formula: A + P r + pi r^2, a line counting as its two sides.
    """
    around_m = shapely.length(hull) * np.where(shapely.get_dimensions(hull) == 1, 2.0, 1.0)
    return np.asarray(
        shapely.area(hull) + around_m * reach_m + math.pi * reach_m * reach_m, np.float64
    )


@dataclass(frozen=True)
class Ellipse:
    """A standard deviational ellipse.

    Attributes
    ----------
    x_m, y_m : float
        The mean centre, metres.
    major_m, minor_m : float
        Half axes, metres: standard deviations; NaN of fewer than three records.
    bearing_deg : float
        Of the long axis, degrees clockwise from north, from 0 to below 180; NaN where the axes are
        equal, and of fewer than three records.
    """

    x_m: float
    y_m: float
    major_m: float
    minor_m: float
    bearing_deg: float

    def outline(self) -> Any:
        """The ellipse as a polygon.

        Returns
        -------
        shapely geometry
            Of 64 corners; empty where there is no ellipse.
        """
        if not self.minor_m > 0.0:
            return shapely.Polygon()
        turn = np.linspace(0.0, 2.0 * math.pi, 65)
        bearing = math.radians(0.0 if math.isnan(self.bearing_deg) else self.bearing_deg)
        along, across = self.major_m * np.cos(turn), self.minor_m * np.sin(turn)
        x = self.x_m + along * math.sin(bearing) + across * math.cos(bearing)
        y = self.y_m + along * math.cos(bearing) - across * math.sin(bearing)
        return shapely.Polygon(np.column_stack([x, y]))


def ellipse(points_m: FloatArray, counts: FloatArray) -> Ellipse:
    """The standard deviational ellipse of records at some places.

    Parameters
    ----------
    points_m : (n, 2) float64
        Distinct places, metres; at least one.
    counts : (n,) float64
        Records at each.

    Returns
    -------
    Ellipse
        With the variances along its axes over n - 2, times 2.

    References
    ----------
    Yuill (1971), Geografiska Annaler 53 B; Levine (2013), CrimeStat IV, chapter 4, whose
    correction this is, as in `pointpats.centrography.ellipse`.
    """
    records = float(counts.sum())
    centre = (points_m * counts[:, None]).sum(axis=0) / records
    offset = points_m - centre
    x_m, y_m = (float(value) for value in centre)
    if records < FEWEST_OF_ELLIPSE:
        return Ellipse(x_m, y_m, math.nan, math.nan, math.nan)
    scatter = (offset * counts[:, None]).T @ offset
    spread, axes = np.linalg.eigh(scatter)
    minor_m, major_m = np.sqrt(2.0 * np.maximum(spread, 0.0) / (records - 2.0)).tolist()
    bearing = math.degrees(math.atan2(axes[0, 1], axes[1, 1])) % 180.0
    is_round = major_m - minor_m <= 1e-9 * major_m
    return Ellipse(x_m, y_m, major_m, minor_m, math.nan if is_round else bearing)
