"""The inner loops of a scan: see `spatial.scans.scan`."""

import math

import numpy as np

from spatial.arrays import BoolArray, FloatArray, IndexArray, IntArray
from spatial.compiled import compiled


@compiled
def log_ratio(cases: float, expected: float, total: float, population: float) -> float:
    """Log likelihood ratio of a window against one rate everywhere; 0 where they are equal.

    An infinite population is the Poisson model, a finite one the Bernoulli model.
    """
    others, others_expected = total - cases, total - expected
    value = 0.0
    if cases > 0.0:
        value += cases * math.log(cases / expected)
    if others > 0.0:
        value += others * math.log(others / others_expected)
    if population < np.inf:
        both = expected * population / total
        controls, controls_expected = both - cases, both * (1.0 - total / population)
        if controls > 0.5:
            value += controls * math.log(controls / controls_expected)
        controls = population - both - others
        controls_expected = (population - both) * (1.0 - total / population)
        if controls > 0.5:
            value += controls * math.log(controls / controls_expected)
    return value


@compiled
def scan_runs(
    order: IndexArray,
    starts: IntArray,
    is_end: BoolArray,
    penalty: FloatArray,
    prefix: IntArray,
    expected: FloatArray,
    spans: IntArray,
    span_share: FloatArray,
    limits: tuple[float, float, bool, bool, int],
    is_barred: BoolArray,
    best: FloatArray,
    best_position: IntArray,
    best_span: IntArray,
) -> float:
    """Best statistic of each run, written where `best` has room for it, and of all.

    A window is worked out only where a bound on its statistic, the sum of squared deviations
    over what is expected, exceeds the best of its run so far, or of all where no run is kept.
    """
    total, population, is_high, is_low, least_cases = limits
    steps = prefix.shape[1]
    first, behind = spans[:, 0].astype(np.uint32), spans[:, 1].astype(np.uint32)
    sums = np.zeros(steps, np.int64)
    keeps_runs = len(best) > 0
    chance = 1.0 - total / population  # 1 in the Poisson model
    largest = 0.0
    for run in range(len(starts) - 1):
        run_best, factor = (0.0 if keeps_runs else largest), penalty[run]
        least = run_best * chance / (total * factor)
        sums[:] = 0
        place_expected = 0.0
        for position in range(starts[run], starts[run + 1]):
            place = np.uint32(order[position])
            if is_barred[place]:
                break
            for step in range(steps):
                sums[step] += prefix[place, step]
            place_expected += expected[place]
            if not is_end[position]:
                continue
            for span in range(len(first)):
                cases = sums[behind[span]] - sums[first[span]]
                window_expected = place_expected * span_share[span]
                excess = cases - window_expected
                room = window_expected * (total - window_expected)
                if excess * excess <= least * room or room <= 0.0:
                    continue
                if excess > 0.0:
                    if not is_high or cases < least_cases:
                        continue
                elif not is_low:
                    continue
                value = factor * log_ratio(float(cases), window_expected, total, population)
                if value > run_best:
                    run_best = value
                    least = run_best * chance / (total * factor)
                    if keeps_runs:
                        best[run] = value
                        best_position[run] = position
                        best_span[run] = span
        largest = max(largest, run_best)
    return largest
