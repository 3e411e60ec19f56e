"""Kernels of the E-test of two Poisson counts, and of the ratios that it does not reject."""

import math

import numpy as np

from spatial.arrays import FloatArray
from spatial.compiled import compiled


@compiled
def p_of_pairs(
    first_counts: FloatArray, second_counts: FloatArray, t1: float, t2: float, out: FloatArray
) -> None:
    """Write the p of each pair of counts to `out`.

    Parameters
    ----------
    first_counts, second_counts : (n,) float64
        Whole numbers, checked already.
    t1, t2 : float
        Exposures, above 0.
    out : (n,) float64
        Written to.
    """
    for pair in range(len(first_counts)):
        out[pair] = _p_of_pair(first_counts[pair], second_counts[pair], t1, t2)


@compiled
def _p_of_pair(a: float, b: float, t1: float, t2: float) -> float:
    """Probability of a pivot at least as far from 0 as that of two counts."""
    if a + b == 0.0:
        return 1.0
    observed_t = abs(_t(a, b, t1, t2)) - 1e-9
    if observed_t <= 0.0:
        return 1.0
    rate = (a + b) / (t1 + t2)
    m1, m2 = rate * t1, rate * t2
    # Beyond nine standard deviations, and 40 more for small means, nothing is left.
    low1 = max(0, int(m1 - 9.0 * math.sqrt(m1) - 1.0))
    high1 = int(m1 + 9.0 * math.sqrt(m1) + 40.0)
    low2 = max(0, int(m2 - 9.0 * math.sqrt(m2) - 1.0))
    high2 = int(m2 + 9.0 * math.sqrt(m2) + 40.0)
    # Entry k: mass of second counts up to low2 - 1 + k.
    cumulative_mass = np.zeros(high2 - low2 + 2)
    mass = _poisson_mass(low2, m2)
    for k in range(high2 - low2 + 1):
        cumulative_mass[k + 1] = cumulative_mass[k] + mass
        mass *= m2 / (low2 + k + 1)
    total_mass = cumulative_mass[-1]
    left_count, right_count = 0, 0
    stretch, squared = math.sqrt(t2 / t1), observed_t * observed_t
    p = 0.0
    mass = _poisson_mass(low1, m1)
    for x1 in range(low1, high1 + 1):
        # T falls as the second count rises, so that both limits only move up with x1. It is
        # d / sqrt(x1 + x2), compared by its square.
        while left_count <= high2 - low2:
            x2 = low2 + left_count
            d = x1 * stretch - x2 / stretch
            if d <= 0.0 or d * d < squared * (x1 + x2):
                break
            left_count += 1
        while right_count <= high2 - low2:
            x2 = low2 + right_count
            d = x1 * stretch - x2 / stretch
            if d < 0.0 and d * d >= squared * (x1 + x2):
                break
            right_count += 1
        p += mass * (cumulative_mass[left_count] + total_mass - cumulative_mass[right_count])
        mass *= m1 / (x1 + 1)
    return min(1.0, p)


@compiled
def _poisson_mass(x: int, mean: float) -> float:
    """Probability of a Poisson count; those of the counts that follow are its multiples."""
    return math.exp(x * math.log(mean) - mean - math.lgamma(x + 1.0))


@compiled
def _t(x1: float, x2: float, t1: float, t2: float) -> float:
    """The pivot of two counts: difference of the rates over its standard error under the null."""
    if x1 + x2 == 0.0:
        return 0.0
    return (x1 / t1 - x2 / t2) / math.sqrt((x1 + x2) / (t1 * t2))


@compiled
def limits_of_pairs(
    pairs: FloatArray, t1: float, t2: float, alpha: float, results: FloatArray
) -> None:
    """Lower and upper limit of each pair's ratio of rates, into columns 1 and 2 of `results`.

    Parameters
    ----------
    pairs : (n, 2) float64
        Whole numbers, checked already.
    t1, t2 : float
        Exposures, above 0.
    alpha : float
        The limits hold the ratios whose p is at least this.
    results : (n, 3) float64
        Written to; column 0 holds the p of a ratio of 1, with which the limits must agree.
    """
    for pair in range(len(pairs)):
        a, b = pairs[pair]
        lower, upper = 0.0, math.inf
        if a + b == 0.0:
            lower, upper = math.nan, math.nan
        if b > 0.0:
            lower = _limit(a, b, t1, t2, alpha, -1.0)
        if a > 0.0:
            upper = _limit(a, b, t1, t2, alpha, 1.0)
        if results[pair, 0] >= alpha:
            lower, upper = min(lower, 1.0), max(upper, 1.0)
        results[pair, 1], results[pair, 2] = lower, upper


@compiled
def _limit(a: float, b: float, t1: float, t2: float, alpha: float, direction: float) -> float:
    """The ratio of rates at which the test begins to reject, above or below the estimate.

    A ratio of q is tested as one of 1 with the second exposure q times as long. p falls away
    from the estimate, but for steps of less than the mass of one count. Where 1 itself is
    rejected on this side, the limit is sought before it.
    """
    # A count of 0 has no estimate of its own: half an incident stands in for it.
    accepted = math.log(max(b, 0.5) / t2) - math.log(max(a, 0.5) / t1)
    is_one_rejected = direction * accepted < 0.0 and _p_of_pair(a, b, t1, t2) < alpha
    if is_one_rejected:
        rejected = 0.0
    else:
        step = 4.0 / math.sqrt(a + b)
        rejected = accepted + direction * step
        while abs(rejected) < 700.0 and _p_of_pair(a, b, t1, t2 * math.exp(rejected)) >= alpha:
            accepted = rejected
            step *= 2.0
            rejected += direction * step
    while abs(rejected - accepted) > 1e-6:
        middle = 0.5 * (accepted + rejected)
        if _p_of_pair(a, b, t1, t2 * math.exp(middle)) >= alpha:
            accepted = middle
        else:
            rejected = middle
    return math.exp(rejected)
