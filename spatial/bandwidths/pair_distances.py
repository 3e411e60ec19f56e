"""Sums over all pairs of places of functions of distance, at many scales in one pass.

The cross-validation rules for a bandwidth are made of such sums. The distances from a place to
all others are counted into bins of squared distance, sixteen to the octave, with their first
moment, and every function is evaluated on the bins.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from spatial.arrays import FloatArray, IntArray, Progress
from spatial.bandwidths.distinct_points import Places
from spatial.compiled import compiled

EXACT_PLACES = 5_000
QUERIES = 12_000
_MANTISSA_BITS = 4  # bins per octave of squared distance: 2 ** 4
_SHIFT = 52 - _MANTISSA_BITS
_BLOCK = 512
_CELLS_PER_SD = 4.0


@dataclass(frozen=True)
class PairFunction:
    """A function of distance, scaled by a standard deviation.

    Attributes
    ----------
    on_bins : callable
        ``on_bins(edges_m2, sd_m)`` returns two (bins, k) arrays: the value at the middle of
        each bin of squared distance, and its slope there per m^2.
    reach_sd : float
        Number of standard deviations beyond which the function counts as zero.
    """

    on_bins: Callable[[FloatArray, FloatArray], tuple[FloatArray, FloatArray]]
    reach_sd: float


def _gaussian(edges_m2: FloatArray, sd_m: FloatArray) -> tuple[FloatArray, FloatArray]:
    """The Gaussian density in the plane, per m^2."""
    rate = 1.0 / (2.0 * sd_m * sd_m)
    value = np.exp(-_middle(edges_m2)[:, None] * rate) * (rate / math.pi)
    return value, -rate * value


def _gaussian_twice(edges_m2: FloatArray, sd_m: FloatArray) -> tuple[FloatArray, FloatArray]:
    """The Gaussian convolved with itself: a Gaussian of sqrt 2 times the standard deviation."""
    return _gaussian(edges_m2, sd_m * math.sqrt(2.0))


def _disc(edges_m2: FloatArray, sd_m: FloatArray) -> tuple[FloatArray, FloatArray]:
    """1 inside the disc of radius 2 sd (a uniform kernel has that sd), 0 outside."""
    lower, upper = edges_m2[:-1, None], edges_m2[1:, None]
    share = np.clip((4.0 * sd_m * sd_m - lower) / (upper - lower), 0.0, 1.0)
    return share, np.zeros_like(share)


def _disc_overlap(edges_m2: FloatArray, sd_m: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Area shared by two discs of radius 2 sd at a distance, as a share of one disc."""

    def overlap(distance_sq_m2: FloatArray) -> FloatArray:
        u = np.minimum(np.sqrt(distance_sq_m2)[:, None] / (4.0 * sd_m), 1.0)
        overlap_share: FloatArray = (2.0 / math.pi) * (np.arccos(u) - u * np.sqrt(1.0 - u * u))
        return overlap_share

    slope = (overlap(edges_m2[1:]) - overlap(edges_m2[:-1])) / np.diff(edges_m2)[:, None]
    return overlap(_middle(edges_m2)), slope


GAUSSIAN = PairFunction(_gaussian, reach_sd=5.0)  # 4e-6 of its peak there
GAUSSIAN_TWICE = PairFunction(_gaussian_twice, reach_sd=5.0 * math.sqrt(2.0))
DISC = PairFunction(_disc, reach_sd=2.0)
DISC_OVERLAP = PairFunction(_disc_overlap, reach_sd=4.0)


@dataclass(frozen=True)
class PairSums:
    """Sums over the other places, at each standard deviation.

    Attributes
    ----------
    query : (m,) int64
        Positions, in `places`, of the places at which the sums were computed.
    query_weight : (m,) float64
        Weight that each represents: its own, or an equal share of the total if sampled.
    other_sums : tuple of (m, k) float64
        For each function, the sum over all *other* places of its value times their weight.
    is_sampled : bool
        Whether the queries are a sample of the places.
    """

    query: IntArray
    query_weight: FloatArray
    other_sums: tuple[FloatArray, ...]
    is_sampled: bool


def pair_sums(
    places: Places,
    sd_m: FloatArray,
    functions: tuple[PairFunction, ...],
    *,
    seed: int,
    on_progress: Progress | None = None,
) -> PairSums:
    """For each place, sums of functions of its distance to all other places.

    Parameters
    ----------
    places : Places
        At least two.
    sd_m : (k,) float64
        Standard deviations, metres, ascending, above 0.
    functions : tuple of PairFunction
        The functions to sum.
    seed : int
        Seed of the sample of places that is used above `QUERIES`.
    on_progress : callable, optional
        Called as ``on_progress(done, places)`` between blocks of them; what it raises ends the
        sums.

    Returns
    -------
    PairSums

    Notes
    -----
    Up to `EXACT_PLACES` every pair in reach counts; binning the distances changes a sum of
    Gaussians by less than a thousandth. Above that, places are merged at their centres of mass
    onto cells of a quarter of the smallest standard deviation of each octave, so that only the
    second moment changes, by at most half a per cent of the variance. Above `QUERIES` the sums
    are computed at a systematic sample of that many places, drawn in proportion to their weight
    along the easting. Cost: O(places^2) up to the first limit; above it that of sorting and,
    for each octave and query, of at most some 5,000 cells in reach.
    """
    query, query_weight = _queries(places, seed=seed)
    sums = tuple(np.empty((len(query), len(sd_m))) for _ in functions)
    reach_sd = max(function.reach_sd for function in functions)
    is_exact = len(places) <= EXACT_PLACES
    side_m = float(sd_m[0]) / _CELLS_PER_SD
    cells = _Cells.unmerged(places) if is_exact else _Cells.merged(places, side_m=side_m)
    for stage in [np.arange(len(sd_m))] if is_exact else _octaves(sd_m):
        while not is_exact and cells.side_m * 2.0 * _CELLS_PER_SD <= sd_m[stage[0]] * (1 + 1e-9):
            cells = cells.doubled()
        reach_m = float(sd_m[stage[-1]]) * reach_sd
        rows = _Rows.of(cells, reach_m=reach_m)
        edges_m2 = _bin_edges_m2(float(sd_m[stage[0]]) / 16.0, reach_m)
        on_bins = [function.on_bins(edges_m2, sd_m[stage]) for function in functions]
        for start in range(0, len(query), _BLOCK):
            if on_progress is not None:
                on_progress(start, len(query))
            block = slice(start, start + _BLOCK)
            count, moment = rows.profiles(places, query[block], edges_m2, reach_m=reach_m)
            for function_sum, (value, slope) in zip(sums, on_bins, strict=True):
                function_sum[block, stage] = count @ value + moment @ slope
    return PairSums(query, query_weight, sums, is_sampled=len(places) > QUERIES)


def _queries(places: Places, *, seed: int) -> tuple[IntArray, FloatArray]:
    """All places, or a systematic sample in proportion to weight; and the weight of each."""
    if len(places) <= QUERIES:
        return np.arange(len(places)), places.weight
    # Places are sorted by easting, so steps of equal weight also spread the sample in space.
    total = places.total_weight
    start = np.random.default_rng(seed).random()
    steps = (np.arange(QUERIES) + start) * (total / QUERIES)
    positions = np.searchsorted(np.cumsum(places.weight), steps, side="right")
    return np.minimum(positions, len(places) - 1), np.full(QUERIES, total / QUERIES)


def _octaves(sd_m: FloatArray) -> list[IntArray]:
    """Positions of the standard deviations in groups that span at most a factor of two."""
    octave = np.floor(np.log2(sd_m / sd_m[0]) + 1e-9).astype(np.int64)
    return [np.flatnonzero(octave == number) for number in np.unique(octave)]


def _bin_edges_m2(near_m: float, far_m: float) -> FloatArray:
    """Bins of squared distance whose number is the leading bits of the floating point number."""
    first_bin, last_bin = (
        int(np.float64(d * d).view(np.int64)) >> _SHIFT for d in (near_m, far_m)
    )
    edges = (np.arange(first_bin, last_bin + 2, dtype=np.int64) << _SHIFT).view(np.float64)
    edges[0] = 0.0  # all smaller distances go into the first bin
    return edges


def _middle(edges_m2: FloatArray) -> FloatArray:
    """The middle of each bin."""
    return (edges_m2[1:] + edges_m2[:-1]) / 2.0


@dataclass(frozen=True)
class _Cells:
    """Places, or places merged at their centres of mass onto square cells."""

    side_m: float
    address: IntArray  # (n, 2) column and row
    xy_m: FloatArray  # relative to `corner_m`, because sums of large eastings lose digits
    corner_m: FloatArray
    weight: FloatArray
    cell_of_place: IntArray  # position of each place's cell

    @classmethod
    def unmerged(cls, places: Places) -> "_Cells":
        """One cell for each place."""
        corner = places.xy_m.min(axis=0)
        return cls(
            side_m=0.0,
            address=np.zeros((0, 2), dtype=np.int64),
            xy_m=places.xy_m - corner,
            corner_m=corner,
            weight=places.weight,
            cell_of_place=np.arange(len(places)),
        )

    @classmethod
    def merged(cls, places: Places, *, side_m: float) -> "_Cells":
        """The occupied square cells of the given side."""
        places_as_cells = cls.unmerged(places)
        return places_as_cells._grouped((places_as_cells.xy_m / side_m).astype(np.int64), side_m)

    def doubled(self) -> "_Cells":
        """Cells of twice the side, each made of four of these."""
        return self._grouped(self.address // 2, self.side_m * 2.0)

    def _grouped(self, address: IntArray, side_m: float) -> "_Cells":
        """Merge the cells that have the same address."""
        columns = int(address[:, 0].max()) + 1
        key = address[:, 1] * columns + address[:, 0]
        distinct_keys, group = np.unique(key, return_inverse=True)
        weight = np.asarray(np.bincount(group, self.weight), dtype=np.float64)
        mean = [np.bincount(group, self.weight * self.xy_m[:, k]) / weight for k in (0, 1)]
        return _Cells(
            side_m=side_m,
            address=np.column_stack((distinct_keys % columns, distinct_keys // columns)),
            xy_m=np.column_stack(mean),
            corner_m=self.corner_m,
            weight=weight,
            cell_of_place=group[self.cell_of_place].astype(np.int64),
        )


@dataclass(frozen=True)
class _Rows:
    """Cells sorted into rows of equal height, and by easting within a row."""

    x_m: FloatArray
    y_m: FloatArray
    corner_m: FloatArray
    weight: FloatArray
    row_start: IntArray
    height_m: float
    cell_of_place: IntArray

    @classmethod
    def of(cls, cells: _Cells, *, reach_m: float) -> "_Rows":
        """Rows an eighth of the reach high, so that few cells out of reach are visited."""
        height = max(reach_m / 8.0, float(cells.xy_m[:, 1].max()) / 4096.0)
        row = (cells.xy_m[:, 1] / height).astype(np.int64)
        order = np.lexsort((cells.xy_m[:, 0], row))
        position = np.empty(len(order), dtype=np.int64)
        position[order] = np.arange(len(order))
        return cls(
            x_m=np.ascontiguousarray(cells.xy_m[order, 0]),
            y_m=np.ascontiguousarray(cells.xy_m[order, 1]),
            corner_m=cells.corner_m,
            weight=cells.weight[order],
            row_start=np.searchsorted(row[order], np.arange(int(row.max()) + 2)).astype(np.int64),
            height_m=height,
            cell_of_place=position[cells.cell_of_place],
        )

    def profiles(
        self, places: Places, query: IntArray, edges_m2: FloatArray, *, reach_m: float
    ) -> tuple[FloatArray, FloatArray]:
        """(m, bins) weight of the other places by distance, and its moment about the middle."""
        count = np.zeros((len(query), len(edges_m2) - 1))
        moment = np.zeros_like(count)
        _add_profiles(
            places.xy_m[query] - self.corner_m,
            places.weight[query],
            self.cell_of_place[query],
            self.x_m,
            self.y_m,
            self.weight,
            self.row_start,
            self.height_m,
            reach_m,
            int(edges_m2[1:2].view(np.int64)[0] >> _SHIFT) - 1,
            count,
            moment,
        )
        return count, moment - count * _middle(edges_m2)


@compiled
def _add_profiles(
    query_xy_m: FloatArray,
    query_weight: FloatArray,
    own_cell: IntArray,
    x_m: FloatArray,
    y_m: FloatArray,
    weight: FloatArray,
    row_start: IntArray,
    height_m: float,
    reach_m: float,
    first_bin: int,
    count: FloatArray,
    moment: FloatArray,
) -> None:
    """Count the other cells of each query into bins of squared distance; arguments are checked."""
    rows = len(row_start) - 1
    bins = count.shape[1]
    distance_sq = np.empty(len(x_m) + 1)
    bits = distance_sq.view(np.int64)
    for i in range(len(own_cell)):
        qx, qy = query_xy_m[i, 0], query_xy_m[i, 1]
        row_lo = max(0, math.floor((qy - reach_m) / height_m))
        row_hi = min(rows - 1, math.floor((qy + reach_m) / height_m))
        for row in range(row_lo, row_hi + 1):
            start, stop = row_start[row], row_start[row + 1]
            lo = start + np.searchsorted(x_m[start:stop], qx - reach_m)
            hi = start + np.searchsorted(x_m[start:stop], qx + reach_m)
            for j in range(lo, hi):
                dx, dy = x_m[j] - qx, y_m[j] - qy
                distance_sq[j] = dx * dx + dy * dy
            for j in range(lo, hi):
                b = (bits[j] >> _SHIFT) - first_bin
                if b < bins:
                    b = max(b, 0)
                    count[i, b] += weight[j]
                    moment[i, b] += weight[j] * distance_sq[j]
        _remove_own_place(
            qx,
            qy,
            query_weight[i],
            own_cell[i],
            x_m,
            y_m,
            weight,
            distance_sq,
            i,
            first_bin,
            count,
            moment,
        )


@compiled
def _remove_own_place(
    qx_m: float,
    qy_m: float,
    query_weight: float,
    own_cell: int,
    x_m: FloatArray,
    y_m: FloatArray,
    weight: FloatArray,
    distance_sq: FloatArray,
    i: int,
    first_bin: int,
    count: FloatArray,
    moment: FloatArray,
) -> None:
    """Replace the query's own cell by the rest of that cell without the query's place."""
    bins = count.shape[1]
    bits = distance_sq.view(np.int64)
    scratch = len(distance_sq) - 1
    other_weight = weight[own_cell] - query_weight
    dx, dy = x_m[own_cell] - qx_m, y_m[own_cell] - qy_m
    distance_sq[scratch] = dx * dx + dy * dy
    b = max((bits[scratch] >> _SHIFT) - first_bin, 0)
    if b < bins:
        count[i, b] -= weight[own_cell]
        moment[i, b] -= weight[own_cell] * distance_sq[scratch]
    if other_weight > 1e-9 * weight[own_cell]:
        # Squared distance from the query to the centre of mass of the others in its cell.
        share = weight[own_cell] / other_weight
        distance_sq[scratch] = (dx * dx + dy * dy) * share * share
        b = max((bits[scratch] >> _SHIFT) - first_bin, 0)
        if b < bins:
            count[i, b] += other_weight
            moment[i, b] += other_weight * distance_sq[scratch]
