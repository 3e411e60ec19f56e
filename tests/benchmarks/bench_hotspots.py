"""Gi* with permutation p: ours against pygeoda and esda, one run, one map, two threads each.

The map is 188 x 188 square areas (35,344, about the LSOAs of England and Wales), queen
neighbours, 999 permutations. Peers are timed inside their own processes, after a call that
compiles or loads whatever they need; neighbours are known beforehand, for everyone.
"""

import json
import os
import subprocess
import tempfile
import time
import warnings
from collections.abc import Callable
from pathlib import Path

import numpy as np

from spatial.local_statistics.getis_ord import compile_kernels, gi_star
from spatial.local_statistics.hotspot_map import hotspot_map
from spatial.local_statistics.permutation import LocalStatistic, permutation_p
from spatial.local_statistics.permutation import compile_kernels as compile_permutation
from spatial.weights.weights import Neighbours
from tests.benchmarks.environments import environment_of
from tests.spatial.lattices import lattice, neighbours_of

SIDE, PERMUTATIONS, THREADS = 188, 999, 2
REPEATS = 3

PYGEODA = """
import json, sys, time
import pygeoda
folder, permutations, threads, repeats = sys.argv[1], *map(int, sys.argv[2:])
areas = pygeoda.open(folder + "/areas.shp")
weights = pygeoda.queen_weights(areas)
values = areas.GetRealCol("value") if hasattr(areas, "GetRealCol") else list(areas["value"])
found = pygeoda.local_gstar(weights, values, permutations=permutations, cpu_threads=threads)
times = []
for _ in range(repeats):
    began = time.perf_counter()
    found = pygeoda.local_gstar(weights, values, permutations=permutations, cpu_threads=threads)
    p = list(found.lisa_pvalues())
    times.append(time.perf_counter() - began)
print(json.dumps({"times": times, "p": p}))
"""


def main() -> None:
    """Print the table."""
    values = _map_values()
    around = lattice(SIDE, SIDE)
    compile_kernels()
    compile_permutation()
    print(f"{SIDE * SIDE:,} areas, queen, {PERMUTATIONS} permutations, {THREADS} threads")
    analytic = _best(lambda: gi_star(values, around))
    ours = _best(lambda: _permuted(values, around))
    print(f"  ours, z and analytic p             {1e3 * analytic:9.1f} ms")
    print(f"  ours, permutation p                {1e3 * ours:9.1f} ms")
    faded = Neighbours(
        around.indptr, around.indices, 1.0 / (1 + np.arange(around.links) % 7), rule="faded"
    )
    print(
        f"  ours, every weight another         {1e3 * _best(lambda: _permuted(values, faded)):9.1f} ms"
    )
    for name, peer in (("pygeoda", _pygeoda), ("esda", _esda)):
        found = peer(values, around)
        if found is None:
            print(f"  {name}: skipped, see above")
            continue
        seconds, p_folded = found
        print(f"  {name:34s} {1e3 * seconds:9.1f} ms   {seconds / ours:7.0f} times as long")
        _compare(name, p_folded, values, around)
    _sizes_of_a_county()


def _sizes_of_a_county() -> None:
    """What a request costs: 516 areas with the permutations that the classes need."""
    around = lattice(12, 43)
    values = np.random.default_rng(0).poisson(20, 516).astype(float)
    for permutations in (9_999, 99_999):
        seconds = _best(
            lambda draws=permutations: hotspot_map(
                values, around, permutations=draws, threads=THREADS
            )
        )
        print(f"  516 areas, {permutations:6,} permutations, q, class {1e3 * seconds:6.1f} ms")


def _map_values() -> np.ndarray:
    """Rates with a raised block; no two alike, because the peers count ties on one side."""
    rng = np.random.default_rng(1)
    values = rng.poisson(3, (SIDE, SIDE)).astype(float)
    values[80:100, 80:100] += 2.0
    return values.ravel() / rng.uniform(0.9, 1.1, SIDE * SIDE)


def _permuted(values: np.ndarray, around: Neighbours) -> np.ndarray:
    """Both one-sided p of ours, as the peers give."""
    statistic = LocalStatistic(values, around)
    found = permutation_p(statistic, permutations=PERMUTATIONS, seed=1, threads=THREADS)
    return np.minimum(found.p_greater, found.p_less)


def _best(work: Callable[[], object]) -> float:
    """Seconds of the quickest of some runs."""
    times = []
    for _ in range(REPEATS):
        began = time.perf_counter()
        work()
        times.append(time.perf_counter() - began)
    return min(times)


def _compare(name: str, p_folded: np.ndarray, values: np.ndarray, around: Neighbours) -> None:
    """Say how far the peer's p are from ours: the same work must have been done."""
    gap = np.abs(np.asarray(p_folded) - _permuted(values, around))
    print(f"  {'':34s} p differs from ours by {np.median(gap):.3f} at the median")


def _pygeoda(values: np.ndarray, around: Neighbours) -> tuple[float, np.ndarray] | None:
    """Quickest time and p of pygeoda, in an environment of its own."""
    import geopandas
    import shapely

    python = environment_of("pygeoda", ["pygeoda==0.1.3"])
    if python is None:
        return None
    row, col = np.divmod(np.arange(around.n), SIDE)
    cells = shapely.box(col * 100.0, -row * 100.0, col * 100.0 + 100.0, 100.0 - row * 100.0)
    with tempfile.TemporaryDirectory(prefix="hotspots-bench-") as folder:
        geopandas.GeoDataFrame({"value": values}, geometry=cells, crs="EPSG:27700").to_file(
            Path(folder) / "areas.shp"
        )
        options = [folder, str(PERMUTATIONS), str(THREADS), str(REPEATS)]
        done = subprocess.run(
            [python, "-c", PYGEODA, *options], capture_output=True, text=True, check=False
        )
    if done.returncode:
        print(f"pygeoda: {done.stderr.strip().splitlines()[-1:]}")
        return None
    found = json.loads(done.stdout.strip().splitlines()[-1])
    return min(found["times"]), np.array(found["p"])


def _esda(values: np.ndarray, around: Neighbours) -> tuple[float, np.ndarray] | None:
    """Quickest time and p of esda, in this process and the workers it starts."""
    try:
        from esda.getisord import G_Local
        from libpysal.weights import W
    except ImportError as reason:
        print(f"esda: {reason}")
        return None
    # Its workers are processes: told not to start threads of their own on top.
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    links = {i: neighbours_of(around, i).tolist() for i in range(around.n)}
    weights = W(links, silence_warnings=True)

    def run() -> G_Local:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return G_Local(
                values,
                weights,
                transform="B",
                star=True,
                permutations=PERMUTATIONS,
                n_jobs=THREADS,
                seed=1,
            )

    found = run()
    times = []
    for _ in range(2):
        began = time.perf_counter()
        run()
        times.append(time.perf_counter() - began)
    return min(times), np.asarray(found.p_sim)


if __name__ == "__main__":
    main()
