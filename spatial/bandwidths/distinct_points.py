"""Distinct places of point records, and their location error."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from spatial.arrays import FloatArray, IntArray, checked_point_weights, checked_points, frozen
from spatial.compiled import compiled

SHARED_RECORDS_PER_PLACE = 1.5  # from here on, places are treated as snap points
ROUNDING_STEPS_M = (1_000.0, 500.0, 250.0, 100.0, 50.0, 25.0, 10.0, 5.0)
ROUNDED_SHARE = 0.99
MIN_PLACES_FOR_ROUNDING = 20  # fewer could have round coordinates by chance
SAMPLE_LIMIT = 20_000  # places, evenly spaced: enough for a median or a share


@dataclass(frozen=True)
class Places:
    """Records with equal coordinates merged; sorted by easting, then northing.

    Attributes
    ----------
    xy_m : (n, 2) float64
        Position of each distinct place, metres; read-only.
    weight : (n,) float64
        Sum of the weights of the records at the place; read-only.
    records : (n,) int64
        Number of records at the place; read-only.
    """

    xy_m: FloatArray
    weight: FloatArray
    records: IntArray

    def __len__(self) -> int:
        return len(self.weight)

    @property
    def total_weight(self) -> float:
        """Sum of the weights of all records."""
        return float(self.weight.sum())

    @property
    def total_records(self) -> int:
        """Number of records."""
        return int(self.records.sum())


def merge_places(xy_m: ArrayLike, weights: ArrayLike | None = None) -> Places:
    """The distinct places of the records, with their summed weights.

    Parameters
    ----------
    xy_m : (n, 2) float64
        Easting and northing of each record, metres.
    weights : (n,) float64, optional
        One weight of at least zero per record; ones by default. Records of weight zero count as
        records, but a place whose weights are all zero is omitted.

    Returns
    -------
    Places
        Possibly empty.

    Raises
    ------
    InvalidPointsError, InvalidPointWeightsError
        If the arrays are not as described.

    Notes
    -----
    O(n log n). Coordinates are compared exactly, because snapped and rounded records repeat
    the same numbers.
    """
    points = checked_points(xy_m)
    weight = checked_point_weights(weights, len(points))
    order = np.lexsort((points[:, 1], points[:, 0]))
    sorted_points = points[order]
    is_start = np.ones(len(sorted_points), dtype=np.bool_)
    is_start[1:] = np.any(sorted_points[1:] != sorted_points[:-1], axis=1)
    starts = np.flatnonzero(is_start)
    sums = np.add.reduceat(weight[order], starts) if len(starts) else np.zeros(0)
    records = np.diff(np.append(starts, len(sorted_points)))
    has_weight = sums > 0.0
    return Places(
        xy_m=frozen(np.ascontiguousarray(sorted_points[starts][has_weight])),
        weight=frozen(sums[has_weight]),
        records=frozen(records[has_weight].astype(np.int64)),
    )


@dataclass(frozen=True)
class LocationError:
    """How precisely the records are located, estimated from the records alone.

    Attributes
    ----------
    error_m : float
        Distance below which positions carry no information, metres: the greater of
        `spacing_m` (if records share places) and `rounding_m`; 0 if neither applies.
    spacing_m : float
        Distance from a record's place to the nearest other place, median over records,
        metres; NaN with fewer than two places.
    rounding_m : float
        Step of which nearly all coordinates are multiples, metres; 0 if there is none.
    records, places : int
        Number of records, and of distinct places.
    shared_share : float
        Share of the records that share their place with another record, 0 to 1.
    """

    error_m: float
    spacing_m: float
    rounding_m: float
    records: int
    places: int
    shared_share: float


def location_error_m(xy_m: ArrayLike | Places) -> LocationError:
    """The location error of the records, from the spacing and number of distinct places.

    Parameters
    ----------
    xy_m : (n, 2) float64 or Places
        Easting and northing of each record, metres, or the places already merged.

    Returns
    -------
    LocationError

    Raises
    ------
    InvalidPointsError
        If the points are not a finite (n, 2) array.

    Notes
    -----
    If on average at least `SHARED_RECORDS_PER_PLACE` records share a place, the places are
    treated as snap points or postcode centroids: a record may then have happened anywhere
    nearer to its place than to another, so that neighbouring places cannot be distinguished.
    Many incidents at one true address look the same; their spacing is small, and so is the
    error reported. A constant shift, or snapping to places that are each used once, cannot
    be detected.
    """
    places = xy_m if isinstance(xy_m, Places) else merge_places(xy_m)
    if len(places) == 0:
        return LocationError(0.0, float("nan"), 0.0, 0, 0, 0.0)
    records, count = places.total_records, len(places)
    shared_records = float(places.records[places.records > 1].sum()) / records
    spacing = _median_spacing_m(places)
    rounding = _rounding_m(places)
    is_snapped = records >= SHARED_RECORDS_PER_PLACE * count and count > 1
    return LocationError(
        error_m=max(spacing if is_snapped else 0.0, rounding),
        spacing_m=spacing,
        rounding_m=rounding,
        records=records,
        places=count,
        shared_share=shared_records,
    )


def _median_spacing_m(places: Places) -> float:
    """Median over records of the distance from their place to the nearest other place."""
    if len(places) < 2:
        return float("nan")
    # Every k-th place in spatial order is enough for a median, and quick for a million.
    step = -(-len(places) // SAMPLE_LIMIT)
    longer = int(np.argmax(np.ptp(places.xy_m, axis=0)))
    sorting = np.argsort(places.xy_m[:, longer], kind="stable")
    position = np.empty_like(sorting)
    position[sorting] = np.arange(len(sorting))
    distance = _nearest_m(
        places.xy_m[sorting, longer], places.xy_m[sorting, 1 - longer], position[::step]
    )
    order = np.argsort(distance)
    cumulative_records = np.cumsum(places.records[::step][order])
    middle = int(np.searchsorted(cumulative_records, cumulative_records[-1] / 2))
    return float(distance[order[middle]])


def _rounding_m(places: Places) -> float:
    """The largest step of which nearly all coordinates are multiples; 0 if there is none."""
    if len(places) < MIN_PLACES_FOR_ROUNDING:
        return 0.0
    sample_m = places.xy_m[:: -(-len(places) // SAMPLE_LIMIT)]
    for step in ROUNDING_STEPS_M:
        # A grid reference gives the corner of its square, or its middle.
        for phase in (0.0, step / 2):
            remainder = np.mod(sample_m - phase, step)
            on_step = np.minimum(remainder, step - remainder) < 1e-6 * step
            if np.all(on_step.mean(axis=0) >= ROUNDED_SHARE):
                return step
    return 0.0


@compiled
def _nearest_m(along_m: FloatArray, across_m: FloatArray, queries: IntArray) -> FloatArray:
    """From some of the places to the nearest other one; the places are sorted along one axis."""
    nearest_m = np.empty(len(queries))
    for k in range(len(queries)):
        i = queries[k]
        least = math.inf
        for step in (-1, 1):
            j = i + step
            while 0 <= j < len(along_m):
                ahead = along_m[j] - along_m[i]
                if ahead * ahead >= least:
                    break
                aside = across_m[j] - across_m[i]
                least = min(least, ahead * ahead + aside * aside)
                j += step
        nearest_m[k] = math.sqrt(least)
    return nearest_m


def compile_kernels() -> None:
    """Compile, or load from numba's cache, the kernel of this module."""
    _median_spacing_m(merge_places([[0.0, 0.0], [3.0, 4.0]]))
