"""Peaks of a density surface: their heights, masses, prominence and distances."""

import math
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from spatial.arrays import BoolArray, FloatArray, IntArray
from spatial.bandwidths.bandwidth import choose_bandwidth
from spatial.compiled import compiled
from spatial.coordinates.grid import Grid
from spatial.coordinates.masks import checked_on_grid
from spatial.coordinates.points import PointIndex
from spatial.density.kernels import DEFAULT_KERNEL, KERNELS, checked_bandwidth, kernel_named
from spatial.errors import InvalidParameterError, InvalidValuesError
from spatial.surfaces.significance import SIGNIFICANT, SurfaceTest
from spatial.surfaces.tops import OnGrid, Top, refined_tops

PeakClass = Literal["primary", "secondary", "minor", "peak"]

PRIMARY_PROMINENCE = 0.75
SECONDARY_PROMINENCE = 0.20
LEAST_PROMINENCE = 0.05
MAX_PEAKS = 20
INSET_REACHES = 3.0
INSET_BANDWIDTH = 0.5
_PLATEAU = 1e-9  # cells within this share of a peak count as equally high: rounding
_SAME_PLACE = 1e-9
CANDIDATES = 3  # so many times the peaks asked for are looked at more closely


@dataclass(frozen=True)
class Peak:
    """A local maximum of a surface.

    Attributes
    ----------
    rank : int
        1 is the highest.
    x_m, y_m : float
        Centre of the cell, metres; on a plateau, of the cell nearest to the plateau's middle.
    density_per_km2 : float
        Density at the peak.
    prominence : float
        Topographic prominence (the least descent on the way to a higher peak) as a share of the
        highest peak's height; 1 for the highest.
    mass : float
        Sum of the weights of the points within `reach_m` that are nearer to this peak than to
        any other in the result.
    share : float
        `mass` as a share of all points; 0 to 1.
    nearest_m : float or None
        Distance to the nearest other peak in the result, metres; None for a single peak.
    nearest_higher_m : float or None
        Distance to the nearest peak of a better rank, metres; None for the first.
    peak_class : {"primary", "secondary", "minor", "peak"}
        By prominence: see `find_peaks`; "peak" where it is not known to be more than chance.
    p_value : float or None
        P that chance gives any place as surprising as this one; None where not tested.
    """

    rank: int
    x_m: float
    y_m: float
    density_per_km2: float
    prominence: float
    mass: float
    share: float
    nearest_m: float | None
    nearest_higher_m: float | None
    peak_class: PeakClass
    p_value: float | None = None

    @property
    def is_significant(self) -> bool | None:
        """Whether the peak is more than chance; None where it was not tested."""
        return None if self.p_value is None else self.p_value <= SIGNIFICANT


@dataclass(frozen=True)
class Peaks:
    """The peaks of a surface, highest first.

    Attributes
    ----------
    peaks : tuple of Peak
        May be empty.
    reach_m : float
        Radius within which points count for a peak, and least distance between two peaks, metres.
    left_out : int
        Number of other local maxima: not prominent enough, too near to a higher peak, or beyond
        `max_peaks`.
    """

    peaks: tuple[Peak, ...]
    reach_m: float
    left_out: int

    def of_class(self, peak_class: PeakClass) -> tuple[Peak, ...]:
        """The peaks of a class, highest first.

        Parameters
        ----------
        peak_class : {"primary", "secondary", "minor"}
            The class.
        """
        return tuple(peak for peak in self.peaks if peak.peak_class == peak_class)

    def masses(self, points: PointIndex) -> FloatArray:
        """(k,) mass of each peak, by other weights of the same points.

        Parameters
        ----------
        points : PointIndex
            The points with those weights.
        """
        xy_m = np.array([(peak.x_m, peak.y_m) for peak in self.peaks]).reshape(-1, 2)
        return _masses(xy_m, points, self.reach_m)

    def held_against(self, test: SurfaceTest | None) -> "Peaks":
        """The same peaks, with their p; those that chance could have made are mere peaks.

        Parameters
        ----------
        test : SurfaceTest or None
            Of the surface; None where it was not tested.

        Returns
        -------
        Peaks
            A class by prominence only where the peak is more than chance.
        """
        peaks = []
        for peak in self.peaks:
            p_value = None if test is None else test.p_at(peak.x_m, peak.y_m)
            tested = replace(peak, p_value=p_value)
            peaks.append(tested if tested.is_significant else replace(tested, peak_class="peak"))
        return replace(self, peaks=tuple(peaks))


def peak_reach_m(bandwidth_m: float, *, kernel: str = DEFAULT_KERNEL) -> float:
    """The radius around a peak within which incidents belong to it, metres.

    It is the radius of a quartic kernel with the same standard deviation, which is the
    bandwidth itself for the quartic and comparable between kernels (the Gaussian's own radius
    would be much too large).

    Parameters
    ----------
    bandwidth_m : float
        Radius of support, metres.
    kernel : str
        Key in `KERNELS`.
    """
    sd_m = kernel_named(kernel).sd_m(checked_bandwidth(bandwidth_m))
    return KERNELS["quartic"].bandwidth_m(sd_m)


def find_peaks(
    density: ArrayLike,
    grid: Grid,
    points: PointIndex,
    *,
    bandwidth_m: float,
    kernel: str = DEFAULT_KERNEL,
    least_prominence: float = LEAST_PROMINENCE,
    max_peaks: int = MAX_PEAKS,
    on_grid: OnGrid | None = None,
    highest: Top | None = None,
) -> Peaks:
    """The peaks of a density surface, ranked by height.

    Parameters
    ----------
    density : (rows, cols) float64
        Per km^2, at least 0; NaN (outside a study area) counts as 0.
    grid : Grid
        The grid of the surface; cells should be at most a fifth of the bandwidth.
    points : PointIndex
        The points that the surface was computed from.
    bandwidth_m, kernel : float, str
        Bandwidth and kernel of the surface.
    least_prominence : float
        Smallest prominence, as a share of the highest peak's height; 0 to 1.
    max_peaks : int
        Largest number of peaks in the result, at least 1.
    on_grid : callable, optional
        The surface on any grid: each peak is then moved to its top, and has the height there.
    highest : Top, optional
        The highest place of the surface, which the grid may be too coarse to show.

    Returns
    -------
    Peaks

    Raises
    ------
    InvalidValuesError
        If the surface does not have the shape of the grid, or is negative or infinite anywhere.
    InvalidParameterError, InvalidBandwidthError, UnknownKernelError
        If an argument is out of its range.

    Notes
    -----
    A peak is a cell, or plateau of cells, that none of its eight neighbours exceeds. Its
    topographic prominence is its height above the highest saddle on the way to a higher peak;
    unlike the number of local maxima, it does not depend on the cell size. From the highest
    down, a peak is kept if its prominence is at least `least_prominence` and no peak already
    kept lies within the reach (`peak_reach_m`): two peaks nearer than that are due to the same
    incidents. The classes are

    - primary: a prominence of at least `PRIMARY_PROMINENCE` of the highest peak's height
      (always true of the highest peak);
    - secondary: of at least `SECONDARY_PROMINENCE`;
    - minor: the others.

    The mass counts incidents rather than volume under the surface: with a kernel of bounded
    support exactly the incidents within a bandwidth determine the height of the peak, an
    analyst can count them again, and since each belongs to the nearest peak the masses never
    exceed the total. The basin of a peak is not used, because the basin of the highest peak in
    a county extends to the next basin over all the country between. A peak may be due to
    chance: see `Peaks.held_against`. Cost: one sort of the cells.

    References
    ----------
    Edelsbrunner, Letscher and Zomorodian (2002), Discrete Comput. Geom. 28, 511-533
    (prominence is the persistence of a maximum).
    """
    surface = checked_on_grid(density, grid, name="density")
    surface = np.nan_to_num(surface.astype(np.float64), nan=0.0, posinf=-1.0)
    if surface.min() < 0.0:
        raise InvalidValuesError("density", "must be finite and at least 0, or NaN outside")
    if not 0.0 <= least_prominence <= 1.0:
        raise InvalidParameterError("least_prominence", least_prominence, "from 0 to 1")
    if max_peaks < 1:
        raise InvalidParameterError("max_peaks", max_peaks, "at least 1")
    reach_m = peak_reach_m(bandwidth_m, kernel=kernel)
    cells, prominence = _maxima(surface)
    if not len(cells):
        return Peaks((), reach_m, 0)
    heights = surface.ravel()[cells]
    prominent_peaks = np.flatnonzero(prominence >= least_prominence * heights[0])
    xy_m = _tops(surface, cells[prominent_peaks], grid)
    heights, prominence = heights[prominent_peaks], prominence[prominent_peaks]
    if on_grid is not None:
        xy_m, heights, prominence = refined_tops(
            xy_m, heights, prominence, on_grid, grid, bandwidth_m, CANDIDATES * max_peaks
        )
    if highest is not None and highest.density_per_km2 >= heights.max():
        xy_m = np.vstack([[highest.x_m, highest.y_m], xy_m])
        heights = np.concatenate([[highest.density_per_km2], heights])
        prominence = np.concatenate([heights[:1], prominence])
    order = np.argsort(-heights, kind="stable")
    peak_order = order[_apart(xy_m[order], reach_m, max_peaks)]
    return Peaks(
        _described(xy_m[peak_order], heights[peak_order], prominence[peak_order], points, reach_m),
        reach_m,
        max(len(cells) - len(peak_order), 0),
    )


@dataclass(frozen=True)
class Inset:
    """Extent and bandwidth of a zoomed inset for one peak.

    Attributes
    ----------
    bounds_m : left, bottom, right, top
        A square around the peak, metres.
    bandwidth_m, kernel : float, str
        Bandwidth and kernel of the surface in the inset.
    cell_m : float
        Cell size for the inset: an eighth of the bandwidth.
    rule : str
        The rule that chose the bandwidth.
    places : int
        Number of distinct places of records inside.
    """

    bounds_m: tuple[float, float, float, float]
    bandwidth_m: float
    kernel: str
    cell_m: float
    rule: str
    places: int


def propose_inset(
    peaks: Peaks, xy_m: ArrayLike, *, bandwidth_m: float, kernel: str = DEFAULT_KERNEL
) -> Inset | None:
    """Extent and bandwidth of an inset that zooms in on the highest peak.

    Parameters
    ----------
    peaks : Peaks
        Peaks of the surface.
    xy_m : (n, 2) float64
        The records of the surface, not merged, metres.
    bandwidth_m, kernel : float, str
        Bandwidth and kernel of the surface.

    Returns
    -------
    Inset or None
        None if there is no peak.

    Notes
    -----
    The square extends `INSET_REACHES` times the reach from the peak in every direction. The
    bandwidth is chosen by ``auto`` from the records inside. It is at most half of that of the
    surface, because the same surface enlarged would show nothing new, and at least the location
    error of the records.
    """
    if not peaks.peaks:
        return None
    leading_peak = peaks.peaks[0]
    half_m = INSET_REACHES * peaks.reach_m
    bounds = (
        leading_peak.x_m - half_m,
        leading_peak.y_m - half_m,
        leading_peak.x_m + half_m,
        leading_peak.y_m + half_m,
    )
    records = np.asarray(xy_m, dtype=np.float64)
    is_inside = np.all(np.abs(records - (leading_peak.x_m, leading_peak.y_m)) <= half_m, axis=1)
    choice = choose_bandwidth(records[is_inside], kernel=kernel, fallback_m=bandwidth_m)
    inset_bandwidth_m = min(choice.bandwidth_m, bandwidth_m * INSET_BANDWIDTH)
    inset_bandwidth_m = max(inset_bandwidth_m, min(choice.location.error_m, bandwidth_m))
    return Inset(
        bounds, inset_bandwidth_m, kernel, inset_bandwidth_m / 8.0, choice.rule, choice.places
    )


def _maxima(surface: FloatArray) -> tuple[IntArray, FloatArray]:
    """Cells of all local maxima, highest first, and their prominence per km^2."""
    densities = np.ascontiguousarray(surface).ravel()
    occupied_cells = np.flatnonzero(densities > 0.0)
    order = occupied_cells[np.argsort(-densities[occupied_cells], kind="stable")]
    # A border of cells that are never visited makes bounds checks unnecessary.
    width = surface.shape[1] + 2
    padded_order = order + width + 1 + 2 * (order // surface.shape[1])
    group = np.full((surface.shape[0] + 2) * width, -1, dtype=np.int64)
    saddle = np.zeros(len(order))
    is_peak = np.zeros(len(order), dtype=np.bool_)
    _flood(padded_order, densities[order], width, group, np.arange(len(order)), is_peak, saddle)
    # Parts of one plateau are not separate peaks.
    peak_positions = np.flatnonzero(is_peak & (densities[order] > saddle))
    return order[peak_positions], densities[order[peak_positions]] - saddle[peak_positions]


@compiled
def _flood(
    order: IntArray,
    height: FloatArray,
    width: int,
    group: IntArray,
    parent: IntArray,
    is_peak: BoolArray,
    saddle: FloatArray,
) -> None:
    """Join cells to their higher neighbours, highest first; record the saddles between groups."""
    steps = (-width - 1, -width, -width + 1, -1, 1, width - 1, width, width + 1)
    for i in range(len(order)):
        highest_root = -1
        for step in steps:
            root = group[order[i] + step]
            if root < 0:
                continue
            while parent[root] != root:
                parent[root] = parent[parent[root]]
                root = parent[root]
            if highest_root < 0:
                highest_root = root
            elif root != highest_root:
                # A group's number is the rank of its summit: the smaller is the higher.
                lower, highest_root = max(root, highest_root), min(root, highest_root)
                parent[lower] = highest_root
                saddle[lower] = height[i]
        if highest_root < 0:
            is_peak[i] = True
            highest_root = i
        group[order[i]] = highest_root


def _tops(surface: FloatArray, peaks: IntArray, grid: Grid) -> FloatArray:
    """(n, 2) centre of each peak; on a plateau, of the cell nearest to the plateau's middle."""
    surface = np.ascontiguousarray(surface)
    is_visited = np.zeros(surface.shape, dtype=np.bool_)
    cells = np.empty((surface.size, 2), dtype=np.int64)
    tops = np.empty((len(peaks), 2))
    for k, peak in enumerate(peaks):
        row, col = divmod(int(peak), grid.cols)
        least_height = surface[row, col] * (1.0 - _PLATEAU)
        plateau = cells[: _plateau(surface, row, col, least_height, is_visited, cells)]
        distance_sq = ((plateau - plateau.mean(axis=0)) ** 2).sum(axis=1)
        tops[k] = plateau[np.lexsort((plateau[:, 1], plateau[:, 0], distance_sq))[0]]
        is_visited[plateau[:, 0], plateau[:, 1]] = False
    return np.column_stack(
        [
            grid.left_m + (tops[:, 1] + 0.5) * grid.cell_m,
            grid.top_m - (tops[:, 0] + 0.5) * grid.cell_m,
        ]
    )


@compiled
def _plateau(
    surface: FloatArray,
    row: int,
    col: int,
    least_height: float,
    is_visited: BoolArray,
    cells: IntArray,
) -> int:
    """List the connected cells of at least `least_height`; returns their number."""
    rows, cols = surface.shape
    is_visited[row, col] = True
    cells[0, 0], cells[0, 1] = row, col
    cell_count, visited_count = 1, 0
    while visited_count < cell_count:
        cell_row, cell_col = cells[visited_count, 0], cells[visited_count, 1]
        visited_count += 1
        for r in range(max(cell_row - 1, 0), min(cell_row + 2, rows)):
            for c in range(max(cell_col - 1, 0), min(cell_col + 2, cols)):
                if not is_visited[r, c] and surface[r, c] >= least_height:
                    is_visited[r, c] = True
                    cells[cell_count, 0], cells[cell_count, 1] = r, c
                    cell_count += 1
    return cell_count


def _apart(xy_m: FloatArray, reach_m: float, max_peaks: int) -> IntArray:
    """Positions of the peaks that lie at least the reach from all peaks kept before them."""
    positions: list[int] = []
    for k in range(len(xy_m)):
        distances = np.hypot(*(xy_m[positions] - xy_m[k]).T)
        if np.all(distances >= reach_m * (1.0 - _SAME_PLACE)):
            positions.append(k)
            if len(positions) == max_peaks:
                break
    return np.array(positions, dtype=np.int64)


def _described(
    xy_m: FloatArray,
    heights: FloatArray,
    prominence: FloatArray,
    points: PointIndex,
    reach_m: float,
) -> tuple[Peak, ...]:
    """The peaks with their masses, distances and classes."""
    masses = _masses(xy_m, points, reach_m)
    distances = np.hypot(xy_m[:, None, 0] - xy_m[None, :, 0], xy_m[:, None, 1] - xy_m[None, :, 1])
    np.fill_diagonal(distances, math.inf)
    peaks = []
    for k in range(len(xy_m)):
        relative_prominence = float(prominence[k] / heights[0])
        peaks.append(
            Peak(
                rank=k + 1,
                x_m=float(xy_m[k, 0]),
                y_m=float(xy_m[k, 1]),
                density_per_km2=float(heights[k]),
                prominence=relative_prominence,
                mass=float(masses[k]),
                share=float(masses[k]) / points.total_weight if points.total_weight else 0.0,
                nearest_m=float(distances[k].min()) if len(xy_m) > 1 else None,
                nearest_higher_m=float(distances[k, :k].min()) if k else None,
                peak_class=_class_of(relative_prominence),
            )
        )
    return tuple(peaks)


def _class_of(prominence: float) -> PeakClass:
    """The class of a peak, from its prominence as a share of the highest peak's height."""
    if prominence >= PRIMARY_PROMINENCE:
        return "primary"
    return "secondary" if prominence >= SECONDARY_PROMINENCE else "minor"


def _masses(xy_m: FloatArray, points: PointIndex, reach_m: float) -> FloatArray:
    """Weight of the points within reach of each peak; a point belongs to the nearest peak."""
    nearest_distance = np.full(len(points), math.inf)
    owner = np.full(len(points), -1, dtype=np.int64)
    for k, (x, y) in enumerate(xy_m):
        candidates = points.near((x - reach_m, y - reach_m, x + reach_m, y + reach_m))
        distances = np.hypot(points.x_m[candidates] - x, points.y_m[candidates] - y)
        is_nearer = (distances <= reach_m) & (distances < nearest_distance[candidates])
        nearest_distance[candidates[is_nearer]] = distances[is_nearer]
        owner[candidates[is_nearer]] = k
    has_owner = owner >= 0
    return np.asarray(
        np.bincount(owner[has_owner], points.weight[has_owner], minlength=len(xy_m)),
        dtype=np.float64,
    )
