"""Knox's test: ours against pointpats, one run, 20,000 incidents within 400 m and 28 days.

The peer has one band and gets 99 permutations, of which each takes it as long as the next; ours
has sixteen bands and 999. The import of the peer is not timed.
"""

import time

import numpy as np

from spatial.near_repeats.knox import knox_table
from spatial.near_repeats.repeats import compile_kernels, near_repeats

INCIDENTS, DAYS, ORDERS, PEER_ORDERS, THREADS = 20_000, 365, 999, 99, 2


def main() -> None:
    """Print the table."""
    from pointpats import Knox

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
    began = time.perf_counter()
    theirs = Knox(xy_m, days[:, None], delta=400, tau=27, permutations=PEER_ORDERS)
    peer_s = (time.perf_counter() - began) * ORDERS / PEER_ORDERS
    print(f"  pointpats, 1 band            {peer_s:8.2f} s   {peer_s / ours_s:7.0f} times as long")
    if theirs.nst != ours.observed.sum():
        raise RuntimeError(f"{theirs.nst} pairs, not {ours.observed.sum()}")


if __name__ == "__main__":
    main()
