"""Candidate windows of a scan: circles and ellipses about each place."""

import math
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from numpy.typing import ArrayLike

from spatial.arrays import BoolArray, FloatArray, IndexArray, IntArray, checked_points
from spatial.errors import InvalidParameterError, InvalidValuesError, TooFewPointsError

CIRCLE: Final = ((1.0, 1),)
# Longest over shortest axis, and the number of angles of each, in equal steps of a half turn.
ELLIPSES: Final = (*CIRCLE, (1.5, 4), (2.0, 6), (3.0, 9), (4.0, 12), (5.0, 15))
WindowShape = Literal["circle", "ellipse"]
SHAPES: Final[dict[WindowShape, tuple[tuple[float, int], ...]]] = {
    "circle": CIRCLE,
    "ellipse": ELLIPSES,
}
LARGEST_SHARE: Final = 0.5
_SAME: Final = 1e-9  # relative difference of distances that are equal


@dataclass(frozen=True, eq=False)
class Windows:
    """Places in order of their distance from each centre: a window is the first so many of them.

    Attributes
    ----------
    xy_m : (n, 2) float64
        Easting and northing of each place, metres.
    order : (positions,) int32
        Places, nearest first, run after run.
    starts : (runs + 1,) int64
        First position of each run.
    is_end : (positions,) bool
        Whether a window ends there: places at one distance enter together.
    centre : (runs,) int32
        Place in the middle of each run's windows.
    ratio, angle_deg : (runs,) float64
        Longest over shortest axis, and the angle of the longest from east, anticlockwise.
    """

    xy_m: FloatArray
    order: IndexArray
    starts: IntArray
    is_end: BoolArray
    centre: IndexArray
    ratio: FloatArray
    angle_deg: FloatArray

    def radius_m(self, run: int, position: int) -> float:
        """The shortest half axis of a window.

        Parameters
        ----------
        run : int
            Its run.
        position : int
            Its last position.

        Returns
        -------
        float
            Metres; 0 for a window of one place.
        """
        offset = self.xy_m[[self.order[position]]] - self.xy_m[self.centre[run]]
        return float(_stretched(offset, self.ratio[run], self.angle_deg[run])[0])


def number_of_positions(
    xy_m: ArrayLike, *, shape: WindowShape, largest_radius_m: float = math.inf
) -> int:
    """The most positions that windows about some places have, without making them.

    Parameters
    ----------
    xy_m : (n, 2) float64
        Easting and northing of each place, metres.
    shape, largest_radius_m
        As `windows_of`.

    Returns
    -------
    int
        The work and the memory of a scan grow with it.
    """
    points = checked_points(xy_m)
    pairs = len(points) ** 2
    if not math.isinf(largest_radius_m) and len(points):
        from scipy.spatial import cKDTree  # slow to import

        tree = cKDTree(points)
        pairs = int(tree.count_neighbors(tree, largest_radius_m))
    return pairs * sum(angles for _, angles in SHAPES[shape])


def windows_of(
    xy_m: ArrayLike,
    population: ArrayLike,
    *,
    shape: WindowShape = "circle",
    largest_share: float = LARGEST_SHARE,
    largest_radius_m: float = math.inf,
) -> Windows:
    """The windows about each place that hold at most a share of the population.

    Parameters
    ----------
    xy_m : (n, 2) float64
        Easting and northing of each place, metres.
    population : (n,) float64
        At least 0: what the largest window is measured by.
    shape : {'circle', 'ellipse'}
        Ellipses are circles too, and have axes of 1.5, 2, 3, 4 and 5 to 1 at 4, 6, 9, 12 and 15
        angles.
    largest_share : float
        Of the population in a window, above 0 and at most 0.5.
    largest_radius_m : float
        Longest half axis, metres.

    Returns
    -------
    Windows
        Circles first.

    Raises
    ------
    InvalidPointsError, InvalidValuesError, InvalidParameterError, TooFewPointsError
        If the places, populations or limits have no meaning.

    Notes
    -----
    Cost O(n^2 log n) for each shape and angle; see `number_of_positions`.

    References
    ----------
    Kulldorff (1997), Communications in Statistics: Theory and Methods 26(6); Kulldorff, Huang,
    Pickle and Duczmal (2006), Statistics in Medicine 25(22).
    """
    points = checked_points(xy_m)
    people = np.ascontiguousarray(population, np.float64)
    if people.shape != (len(points),) or not np.all(np.isfinite(people) & (people >= 0.0)):
        raise InvalidValuesError("population", "must be one finite number, 0 or more, per place")
    if len(points) < 2:
        raise TooFewPointsError(len(points), 2)
    if not 0.0 < largest_share <= LARGEST_SHARE:
        raise InvalidParameterError("largest_share", largest_share, "above 0 and at most 0.5")
    most = largest_share * people.sum() * (1.0 + _SAME)
    orders, ends, lengths = [], [], []
    runs = [
        (place, ratio, 180.0 * step / angles)
        for ratio, angles in SHAPES[shape]
        for step in range(angles)
        for place in range(len(points))
    ]
    everywhere = np.arange(len(points))
    tree = None
    if not math.isinf(largest_radius_m):
        from scipy.spatial import cKDTree  # slow to import

        tree = cKDTree(points)
    for place, ratio, angle_deg in runs:
        nearby = everywhere
        if tree is not None:
            reach_m = largest_radius_m * (1.0 + _SAME)
            nearby = np.array(tree.query_ball_point(points[place], reach_m, return_sorted=True))
        distance = _stretched(points[nearby] - points[place], ratio, angle_deg)
        sorting = np.argsort(distance, kind="stable")
        order, sorted_distance = nearby[sorting].astype(np.int32), distance[sorting]
        is_end = np.append(np.diff(sorted_distance) > _SAME * sorted_distance[1:], True)
        is_small = (np.cumsum(people[order]) <= most) & (
            sorted_distance * ratio <= largest_radius_m * (1.0 + _SAME)
        )
        fitting = np.flatnonzero(is_end & is_small)
        length = int(fitting[-1]) + 1 if len(fitting) else 0
        orders.append(order[:length])
        ends.append(is_end[:length])
        lengths.append(length)
    return Windows(
        xy_m=points,
        order=np.concatenate(orders),
        starts=np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64),
        is_end=np.concatenate(ends),
        centre=np.array([run[0] for run in runs], np.int32),
        ratio=np.array([run[1] for run in runs]),
        angle_deg=np.array([run[2] for run in runs]),
    )


def _stretched(offset_m: FloatArray, ratio: float, angle_deg: float) -> FloatArray:
    """The shortest half axis of the ellipse about the origin through each offset, metres."""
    if ratio == 1.0:
        return np.asarray(np.hypot(*offset_m.T), np.float64)
    angle = math.radians(angle_deg)
    along = offset_m @ np.array([math.cos(angle), math.sin(angle)])
    across = offset_m @ np.array([-math.sin(angle), math.cos(angle)])
    return np.asarray(np.hypot(along / ratio, across), np.float64)
