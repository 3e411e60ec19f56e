"""Kulldorff's scan over 516 areas with 999 null maps: ours against NumPy's whole arrays."""

import time

import numpy as np

from spatial.scans.models import PoissonModel, permutation_model, poisson_model
from spatial.scans.scan import compile_kernels, scan, spans_of
from spatial.scans.windows import windows_of

AREAS, INCIDENTS, DRAWS, STEPS, THREADS = 516, 59_000, 999, 12, 2
REPEATS = 3


def main() -> None:
    """Print the table."""
    rng = np.random.default_rng(1)
    xy_m, residents = rng.uniform(0.0, 60_000.0, (AREAS, 2)), rng.lognormal(7.4, 0.3, AREAS)
    counts = rng.multinomial(INCIDENTS, residents / residents.sum())
    model, windows = poisson_model(counts, residents), windows_of(xy_m, residents)
    compile_kernels()
    print(f"{AREAS} areas, {INCIDENTS:,} incidents, {DRAWS} null maps, {THREADS} threads")
    ours = _best(lambda: scan(model, windows, draws=DRAWS, seed=1, threads=THREADS).maxima)
    whole = _best(lambda: _by_whole_arrays(model, xy_m, residents), repeats=1)
    print(f"  ours, circles                      {ours:6.2f} s")
    print(f"  NumPy, all windows of a map at once {whole:5.2f} s, {whole / ours:.0f} times ours")
    timed = rng.multinomial(counts, np.full(STEPS, 1.0 / STEPS))
    spans = spans_of(np.ones(STEPS), is_alive=True)
    prospective = _best(
        lambda: scan(
            permutation_model(timed), windows, spans, draws=DRAWS, seed=1, threads=THREADS
        )
    )
    print(f"  ours, prospective, {STEPS} steps       {prospective:6.2f} s")


def _by_whole_arrays(model: PoissonModel, xy_m: np.ndarray, residents: np.ndarray) -> np.ndarray:
    """The strongest window of each null map, without a loop over windows."""
    distance = np.hypot(*(xy_m[:, None] - xy_m[None]).transpose(2, 0, 1))
    order = np.argsort(distance, axis=1)
    expected = model.expected[order].cumsum(axis=1)
    is_small = residents[order].cumsum(axis=1) <= residents.sum() / 2
    total, rng, maxima = model.cases, np.random.default_rng(1), np.empty(DRAWS)
    for draw in range(DRAWS):
        cases = model.draw(rng, 1)[0, :, 0][order].cumsum(axis=1)
        is_high = is_small & (cases > expected) & (cases >= 2)
        c, e = cases[is_high], expected[is_high]
        ratio = c * np.log(c / e) + (total - c) * np.log((total - c) / (total - e))
        maxima[draw] = ratio.max()
    return maxima


def _best(compute, *, repeats: int = REPEATS) -> float:
    """Seconds of the quickest of some runs."""
    times = []
    for _ in range(repeats):
        began = time.perf_counter()
        compute()
        times.append(time.perf_counter() - began)
    return min(times)
