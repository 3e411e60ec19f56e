"""How often the intervals that the program prints hold the truth, and how often change is called."""

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np
from scipy.stats import binom, poisson

from spatial.arrays import FloatArray
from spatial.over_time.change import count_changes, e_test
from spatial.over_time.displacement import weighted_displacement_differences
from spatial.over_time.weighted_change import weighted_changes
from spatial.rates.rates import count_interval, shares
from spatial.rates.smoothing import empirical_bayes, empirical_bayes_local
from spatial.rates.weighted_counts import weighted_interval
from tests.simulations.tables import SimulationTable, percent
from tests.spatial.lattices import lattice

EXPOSURES = ((1.0, 1.0), (11.0, 1.0), (1.0, 11.0))
MEANS = np.concatenate([np.arange(0.05, 5.0, 0.05), np.arange(5.0, 100.0, 0.5)])
WEIGHTS, WEIGHT_SHARES = np.array([1.0, 2.0, 10.0, 100.0]), np.array([0.6, 0.3, 0.09, 0.01])
VARIATIONS = (0.1, 0.2, 0.5, 1.0)
INCIDENTS = (600, 3_270, 30_000)

Coverages = Iterable[float]


@dataclass(frozen=True)
class PrintedInterval:
    """An interval that answers carry, and its coverage at each point of a grid."""

    name: str
    where: str
    grid: str
    is_exact: bool  # made to cover at least what it states, at every count
    coverages: Callable[[int], Coverages]  # given a number of repetitions


def poisson_coverages(method: str) -> Coverages:
    """Of the interval of a count, by exact sums."""
    for mean in MEANS:
        counts = np.arange(int(mean + 10.0 * math.sqrt(mean) + 25.0))
        lower, upper = count_interval(counts, method=method)  # type: ignore[arg-type]
        yield float(poisson.pmf(counts, mean)[(lower <= mean) & (mean <= upper)].sum())


def share_coverages(totals: tuple[int, ...] = (5, 50, 500)) -> Coverages:
    """Of the interval of a share, by exact sums."""
    for total in totals:
        counts = np.arange(total + 1.0)
        found = shares(counts, float(total))
        for share in np.arange(0.01, 1.0, 0.01):
            is_held = (found.lower <= 100.0 * share) & (100.0 * share <= found.upper)
            yield float(binom.pmf(counts, total, share)[is_held].sum())


def joint_counts(m1: float, m2: float) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Pairs of counts of two periods with their probability, but for 1e-12."""
    ends = [int(mean + 9.0 * math.sqrt(mean) + 20.0) for mean in (m1, m2)]
    a, b = (side.ravel() for side in np.meshgrid(*map(np.arange, ends), indexing="ij"))
    return a, b, poisson.pmf(a, m1) * poisson.pmf(b, m2)


def ratio_coverages() -> Coverages:
    """Of the interval of the ratio of two rates, by exact sums."""
    for t1, t2 in EXPOSURES:
        for total in (0.5, 2.0, 5.0, 12.0, 30.0):
            for ratio in (0.25, 1.0, 4.0):
                rate = total / (t1 + ratio * t2)
                a, b, mass = joint_counts(rate * t1, ratio * rate * t2)
                found = count_changes(
                    a, b, first_exposure=t1, second_exposure=t2, correction="none"
                )
                is_lost = (found.lower > ratio) | (found.upper < ratio)  # open: not lost
                yield 1.0 - float(mass[is_lost].sum())


def displacement_coverages(repetitions: int) -> Coverages:
    """Of the interval of the displacement difference."""
    for scale in (0.2, 1.0, 10.0):
        rng = np.random.default_rng(round(10 * scale))
        means = scale * np.array([60.0, 45.0, 50.0, 55.0])
        truth = (means[1] - means[0]) - (means[3] - means[2])
        drawn = rng.poisson(means, (repetitions, 4)).astype(np.float64)
        nowhere = np.zeros((repetitions, 2))  # displacement is not looked at
        result = weighted_displacement_differences(
            np.hstack([drawn[:, ::2], nowhere]), np.hstack([drawn[:, 1::2], nowhere])
        )
        yield float(np.mean((result.lower <= truth) & (truth <= result.upper)))


def harm_displacement_coverages(repetitions: int) -> Coverages:
    """The same of harm over unequal periods and areas, the control three times the target."""
    days, means = (365.0, 92.0), ((40.0, 120.0), (30.0, 120.0))
    for scale in (2.0, 10.0):
        rng = np.random.default_rng(round(10 * scale))
        periods = []
        for length, of_groups in zip(days, means, strict=True):
            groups = [
                weighted_sums(scale * mean * length / days[1], repetitions, rng)
                for mean in of_groups
            ]
            nowhere = [np.zeros(repetitions)] * 2
            periods.append(
                [np.column_stack([*sums, *nowhere]) for sums in zip(*groups, strict=True)]
            )
        (before, before_squares), (after, after_squares) = periods
        result = weighted_displacement_differences(
            before,
            after,
            before_squares=before_squares,
            after_squares=after_squares,
            sizes=[1.0, 3.0, 1.0, 1.0],
            first_exposure=days[0],
            second_exposure=days[1],
        )
        truth = -10.0 * scale * float(WEIGHT_SHARES @ WEIGHTS)
        yield float(np.mean((result.lower <= truth) & (truth <= result.upper)))


def weighted_sums(mean: float, size: int, rng: np.random.Generator) -> tuple[FloatArray, ...]:
    """Sums of weights and of their squares, of incidents one to a hundred heavy."""
    counts = rng.poisson(mean * WEIGHT_SHARES, (size, len(WEIGHTS)))
    return counts @ WEIGHTS, counts @ WEIGHTS**2


def weighted_coverages(repetitions: int) -> Coverages:
    """Of the interval of a sum of weights."""
    for mean in (5.0, 50.0, 500.0):
        total, squares = weighted_sums(mean, repetitions, np.random.default_rng(5))
        lower, upper = weighted_interval(total, squares, largest_weight=WEIGHTS.max())
        truth = mean * float(WEIGHT_SHARES @ WEIGHTS)
        yield float(((lower <= truth) & (truth <= upper)).mean())


def weighted_ratio_coverages(repetitions: int) -> Coverages:
    """Of the interval of the ratio of two sums of weights."""
    for mean in (20.0, 100.0, 500.0):
        rng = np.random.default_rng(6)
        first, second = (weighted_sums(factor * mean, repetitions, rng) for factor in (1.0, 2.0))
        found = weighted_changes(first, second, largest_weight=WEIGHTS.max(), correction="none")
        is_lost = (found.lower > 2.0) | (found.upper < 2.0)
        yield 1.0 - float(is_lost.mean())


def smoothed_coverages(repetitions: int, *, local: bool) -> Coverages:
    """Of the intervals of smoothed rates, over areas drawn from the prior."""
    links, people = lattice(20, 20), np.random.default_rng(1).lognormal(7.4, 0.15, 400)
    for incidents in INCIDENTS:
        for variation in VARIATIONS:
            rng = np.random.default_rng([incidents, round(100 * variation)])
            mean, held = incidents / people.sum(), []
            for _ in range(max(1, repetitions // 50)):
                true = rng.gamma(1 / variation**2, variation**2 * mean, len(people))
                count = rng.poisson(true * people).astype(float)
                found = (
                    empirical_bayes_local(count, people, links, per=1.0)
                    if local
                    else empirical_bayes(count, people, per=1.0)
                )
                held.append(np.mean((found.lower <= true) & (true <= found.upper)))
            yield float(np.mean(held))


PRINTED_INTERVALS = (
    PrintedInterval(
        "count, rate, density, ratio: exact", "choropleths, trends, growth",
        "means 0.05 to 100", True, lambda repetitions: poisson_coverages("exact"),
    ),
    PrintedInterval(
        "the same: Byar", "choropleths, interval=byar",
        "means 0.05 to 100", True, lambda repetitions: poisson_coverages("byar"),
    ),
    PrintedInterval(
        "share", "choropleths, measure=share",
        "1 to 99 % of 5, 50 and 500", True, lambda repetitions: share_coverages(),
    ),
    PrintedInterval(
        "ratio of two rates", "change",
        "exposures 1:1, 11:1, 1:11; 0.5 to 30 incidents; ratios 0.25, 1, 4", True,
        lambda repetitions: ratio_coverages(),
    ),
    PrintedInterval(
        "displacement difference", "displacement",
        "10 to 600 incidents a cell", False, displacement_coverages,
    ),
    PrintedInterval(
        "displacement difference of harm", "displacement, measure=harm",
        "weights 1 to 100, 60 to 4,800 incidents a cell", False, harm_displacement_coverages,
    ),
    PrintedInterval(
        "sum of weights", "measure=weighted",
        "weights 1 to 100, 5 to 500 incidents", True, weighted_coverages,
    ),
    PrintedInterval(
        "ratio of two sums of weights", "change, measure=weighted",
        "weights 1 to 100, 20 to 1,000 incidents", True, weighted_ratio_coverages,
    ),
    PrintedInterval(
        "smoothed rate", "choropleths, measure=smoothed",
        "600 to 30,000 incidents, variation 0.1 to 1", False,
        lambda repetitions: smoothed_coverages(repetitions, local=False),
    ),
    PrintedInterval(
        "locally smoothed rate", "choropleths, measure=smoothed-local",
        "600 to 30,000 incidents, variation 0.1 to 1", False,
        lambda repetitions: smoothed_coverages(repetitions, local=True),
    ),
)  # fmt: skip


def coverage_of_intervals(repetitions: int) -> SimulationTable:
    """Lowest and highest coverage of each interval of 95 % over its grid."""
    rows = []
    for interval in PRINTED_INTERVALS:
        found = list(interval.coverages(repetitions))
        rows.append(
            (
                interval.name,
                interval.where,
                interval.grid,
                "yes" if interval.is_exact else "no",
                percent(min(found)),
                percent(max(found)),
            )
        )
    return SimulationTable(
        ("interval of 95 %", "printed by", "over", "exact", "lowest", "highest"), tuple(rows)
    )


def shares_called(total: float, t1: float, t2: float, ratio: float) -> tuple[float, float]:
    """Shares of pairs of counts that the E-test and the exact binomial call at 5 %."""
    a, b, mass = joint_counts(total * t1 / (t1 + t2), ratio * total * t2 / (t1 + t2))
    p = e_test(a, b, first_exposure=t1, second_exposure=t2)
    share = t2 / (t1 + t2)
    exact = 2 * np.minimum(binom.cdf(b, a + b, share), binom.sf(b - 1, a + b, share))
    return float(mass[p < 0.05].sum()), float(mass[exact < 0.05].sum())


def size_and_power_of_change(_repetitions: int) -> SimulationTable:
    """How often the E-test and the exact binomial call a change, by exact sums."""
    rows = []
    for t1, t2 in EXPOSURES:
        for total in (1.0, 5.0, 20.0, 50.0):
            texts = [
                f"{percent(ours)} ({percent(exact)})"
                for ours, exact in (
                    shares_called(total, t1, t2, ratio) for ratio in (1.0, 0.2, 2.0, 5.0)
                )
            ]
            rows.append((f"{t1:g}:{t2:g}", f"{total:g}", *texts))
    return SimulationTable(
        (
            "exposures",
            "incidents, unchanged",
            "called though unchanged",
            "at a fifth of the rate",
            "at twice the rate",
            "at five times the rate",
        ),
        tuple(rows),
    )
