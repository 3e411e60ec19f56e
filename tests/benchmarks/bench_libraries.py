"""Our own code against what a library has for the same, where ours stays: values, then times.

The numbers stand in the decision on libraries at run time. Those of density, Gi*, neighbours of
boundaries and points in areas are in the benchmarks of their own.
"""

import time
import warnings
from collections.abc import Callable

import numpy as np
from scipy import stats

from spatial.local_statistics.global_statistics import global_moran
from spatial.local_statistics.local_moran import local_moran
from spatial.local_statistics.multiplicity import corrected
from spatial.local_statistics.permutation import compile_kernels as compile_permutation
from spatial.local_statistics.permutation import permutation_p
from spatial.over_time.change import compile_kernels, e_test
from spatial.rates.classes import classify
from spatial.rates.natural_breaks import compile_kernels as compile_breaks
from spatial.rates.smoothing import empirical_bayes
from spatial.weights.distance_weights import distance_band, knn
from spatial.weights.weights import Neighbours
from tests.spatial.lattices import lattice

REPEATS = 5


def main() -> None:
    """Print the table."""
    for compile_all in (compile_kernels, compile_breaks, compile_permutation):
        compile_all()
    print(f"{'':44s} {'ours':>10s} {'library':>12s}   apart")
    rng = np.random.default_rng(1)
    for work in (_breaks, _changes, _discovery, _moran, _smoothing, _neighbours):
        for name, ours, theirs, difference in work(rng):
            print(f"  {name:42s} {1e3 * ours:7.2f} ms {1e3 * theirs:9.2f} ms   {difference:.1g}")


def _median(work: Callable[[], object]) -> float:
    """Seconds of the median of some runs."""
    times = []
    for _ in range(REPEATS):
        began = time.perf_counter()
        work()
        times.append(time.perf_counter() - began)
    return float(np.median(times))


Row = tuple[str, float, float, float]


def _breaks(rng: np.random.Generator) -> list[Row]:
    import mapclassify

    rows = []
    for areas in (516, 5_000):
        values = rng.gamma(1.0, 10.0, areas)
        theirs = mapclassify.FisherJenks(values, k=5).bins
        ours = classify(values, scheme="natural-breaks").breaks
        rows.append(
            (
                f"natural breaks, {areas:,} areas (mapclassify)",
                _median(lambda v=values: classify(v, scheme="natural-breaks")),
                _median(lambda v=values: mapclassify.FisherJenks(v, k=5)),
                float(np.abs(np.array(ours) - theirs).max()),
            )
        )
    return rows


def _changes(rng: np.random.Generator) -> list[Row]:
    before, after = rng.poisson(12, (2, 516))
    pairs = list(zip(before, after, strict=True))

    def theirs() -> list[float]:
        return [float(stats.poisson_means_test(a, 1, b, 1).pvalue) for a, b in pairs]

    apart = float(np.abs(e_test(before, after) - theirs()).max())
    return [
        (
            "E-test, 516 pairs (scipy)",
            _median(lambda: e_test(before, after)),
            _median(theirs),
            apart,
        )
    ]


def _discovery(rng: np.random.Generator) -> list[Row]:
    p = rng.random(35_344)
    apart = float(np.abs(corrected(p) - stats.false_discovery_control(p)).max())
    return [
        (
            "false discovery rate, 35,344 p (scipy)",
            _median(lambda: corrected(p)),
            _median(lambda: stats.false_discovery_control(p)),
            apart,
        )
    ]


def _moran(rng: np.random.Generator) -> list[Row]:
    import esda

    values, around = rng.gamma(2.0, 5.0, 2_500), lattice(50, 50)
    weights = _weights(around)

    def theirs() -> object:
        return esda.Moran_Local(values, weights, permutations=999, seed=1, n_jobs=1)

    def ours() -> object:
        from spatial.local_statistics.local_moran import moran_statistic

        return permutation_p(moran_statistic(values, around), permutations=999, seed=1, threads=1)

    rows_summed = around.row_standardised()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        apart = float(np.abs(local_moran(values, rows_summed).i - theirs().Is).max())
        apart_global = abs(
            global_moran(values, rows_summed).value - esda.Moran(values, weights, permutations=0).I
        )
        return [
            ("local Moran, 2,500 areas, 999 draws (esda)", _median(ours), _median(theirs), apart),
            (
                "Moran's I, 2,500 areas (esda)",
                _median(lambda: global_moran(values, rows_summed)),
                _median(lambda: esda.Moran(values, weights, permutations=0)),
                float(apart_global),
            ),
        ]


def _smoothing(rng: np.random.Generator) -> list[Row]:
    import esda

    people = rng.integers(1_000, 3_000, 516).astype(float)
    count = rng.poisson(people * 0.01).astype(float)

    def theirs() -> object:
        return esda.smoothing.Empirical_Bayes(count, people)

    apart = np.abs(empirical_bayes(count, people, per=1.0).value - np.ravel(theirs().r)).max()
    return [
        (
            "empirical Bayes rates, 516 areas (esda)",
            _median(lambda: empirical_bayes(count, people, per=1.0)),
            _median(theirs),
            float(apart),
        )
    ]


def _neighbours(rng: np.random.Generator) -> list[Row]:
    import geopandas
    from libpysal.graph import Graph

    xy_m = rng.uniform(0.0, 60_000.0, (35_344, 2))
    points = geopandas.GeoSeries.from_xy(*xy_m.T)
    rows = []
    for name, ours, theirs in (
        ("8 nearest of 35,344", lambda: knn(xy_m, 8), lambda: Graph.build_knn(points, 8)),
        (
            "within 700 m of 35,344",
            lambda: distance_band(xy_m, 700.0),
            lambda: Graph.build_distance_band(points, 700.0, binary=True),
        ),
    ):
        links = int((theirs().adjacency != 0).sum())
        rows.append(
            (f"{name} (libpysal)", _median(ours), _median(theirs), abs(links - ours().links))
        )
    return rows


def _weights(around: Neighbours) -> object:
    """The same neighbours for esda."""
    from libpysal.graph import Graph

    origin = np.repeat(np.arange(around.n), np.diff(around.indptr))
    return Graph.from_arrays(origin, around.indices, np.ones(around.links)).transform("r")


if __name__ == "__main__":
    main()
