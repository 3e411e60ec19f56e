"""Knox's test: ours against pointpats, one run, 20,000 incidents within 400 m and 28 days.

The peer has one band, and its time is that of its pairs and of 999 permutations, from 9 and from
29 of them; ours has sixteen bands and 999. The import of the peer is not timed. Its function `knox`
is taken, which is many times as fast as its class `Knox` on so many.
"""

import time
import warnings

import numpy as np

from spatial.near_repeats.knox import knox_table
from spatial.near_repeats.repeats import compile_kernels, near_repeats

INCIDENTS, DAYS, ORDERS, THREADS = 20_000, 365, 999, 2


def main() -> None:
    """Print the table."""
    rng = np.random.default_rng(3)
    centres = rng.uniform(0, 20_000, (400, 2))
    xy_m = centres[rng.integers(0, 400, INCIDENTS)] + rng.normal(0, 300, (INCIDENTS, 2))
    days = rng.integers(0, DAYS, INCIDENTS)
    compile_kernels()
    began = time.perf_counter()
    ours = knox_table(
        xy_m,
        days,
        upper_m=(100, 200, 300, 400),
        upper_days=(7, 14, 21, 28),
        draws=ORDERS,
        threads=THREADS,
    )
    ours_s = time.perf_counter() - began
    print(f"{INCIDENTS:,} incidents, {ORDERS} orders of their times, {THREADS} threads")
    print(f"  Knox, 4 x 4 bands            {ours_s:8.2f} s")
    began = time.perf_counter()
    near_repeats(xy_m, 1_440 * days, distance_m=200, within_days=14, draws=ORDERS, threads=THREADS)
    print(f"  classes and chains           {time.perf_counter() - began:8.2f} s")
    few_s, _ = _pointpats(xy_m, days, 9)
    more_s, pairs = _pointpats(xy_m, days, 29)
    peer_s = few_s + (more_s - few_s) / 20 * (ORDERS - 9)
    print(f"  pointpats, 1 band            {peer_s:8.2f} s   {peer_s / ours_s:7.0f} times as long")
    if pairs != ours.observed.sum():
        raise RuntimeError(f"{pairs} pairs, not {ours.observed.sum()}")


def _pointpats(xy_m: np.ndarray, days: np.ndarray, permutations: int) -> tuple[float, int]:
    """Seconds of pointpats, and the pairs that it finds."""
    from pointpats import knox

    times = days[:, None].astype(float)  # it shuffles them in place
    began = time.perf_counter()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        found = knox(xy_m, times, delta=400, tau=27, permutations=permutations)
    return time.perf_counter() - began, int(found["stat"])


if __name__ == "__main__":
    main()
