"""Every compiled kernel that a request may reach: those of tiles first, the others behind them."""

from functools import cache

import numpy as np
from numba.core.event import install_recorder

from boundaries.points import assign
from spatial.associations import losh, pair_sums
from spatial.bandwidths import distinct_points
from spatial.bandwidths.bandwidth import choose_bandwidth
from spatial.clusters import methods as cluster_methods
from spatial.coordinates.grid import Grid
from spatial.coordinates.points import PointIndex
from spatial.density import tile_density
from spatial.local_statistics import getis_ord, permutation, poisson_null
from spatial.local_statistics.permutation import LocalStatistic, permutation_p
from spatial.local_statistics.tail import refined_p
from spatial.near_repeats import bursts, repeats
from spatial.over_time import aoristic, change
from spatial.point_patterns import pair_distances, shifts
from spatial.rates import natural_breaks, smoothing
from spatial.scans import scan
from spatial.surfaces import significance
from spatial.surfaces.peaks import find_peaks
from spatial.weights.weights import Neighbours


@cache
def warm_up() -> None:
    """Compile the kernels of a heat map tile, or load them from numba's cache; once per process.

    Where they had to be compiled, so do all others, and the service waits for them. Otherwise
    the others are loaded in tenths of a second by whoever asks first, or by
    `load_other_kernels` behind the first answer.
    """
    with install_recorder("numba:compile") as compiled:
        tile_density.compile_kernels()
        distinct_points.compile_kernels()
    if compiled.buffer:
        load_other_kernels()


@cache
def load_other_kernels() -> None:
    """Compile or load every kernel besides those of tiles; once per process."""
    modules = (
        getis_ord, permutation, poisson_null, aoristic, change, natural_breaks, smoothing,
        significance, scan, assign, cluster_methods, repeats, bursts, pair_sums, losh,
        pair_distances, shifts,
    )  # fmt: skip
    tile_density.compile_other_kernels()
    for module in modules:
        module.compile_kernels()
    _compile_peaks()
    _compile_tail()


def _compile_peaks() -> None:
    """Peaks of a surface, and the bandwidth of an inset."""
    xy_m = np.random.default_rng(0).uniform(0.0, 1_000.0, (64, 2))
    grid = Grid(left_m=0.0, top_m=1_000.0, cell_m=100.0, rows=10, cols=10)
    surface = np.add.outer(np.arange(10.0), np.arange(10.0))
    find_peaks(surface, grid, PointIndex(xy_m), bandwidth_m=300.0)
    choose_bandwidth(xy_m, rule="least-squares")


def _compile_tail() -> None:
    """The refined p of a line of areas with a crowd at one end."""
    values = np.zeros(40)
    values[:3] = 100.0
    line = Neighbours.from_pairs(40, range(39), range(1, 40))
    statistic = LocalStatistic(values, line)
    refined_p(statistic, permutation_p(statistic, permutations=1_000, seed=1))
