"""How often a series in which nothing changes is called out of control, and a change is found."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from spatial.arrays import FloatArray
from spatial.over_time.season import season_factors
from spatial.process_control.limits import process_limits
from spatial.process_control.special_causes import special_causes
from spatial.process_control.step_changes import step_changes
from tests.simulations.tables import SimulationTable, percent

Generator = np.random.Generator
DAYS = np.array([31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] * 5, np.float64)
PERMUTATIONS = 199


@dataclass(frozen=True)
class SeriesKind:
    """Series of one kind, of so many months."""

    name: str
    months: int
    changes: bool
    counts: Callable[[FloatArray, Generator], FloatArray]  # of days
    is_adjusted: bool = False  # the season is taken out first


def poisson(a_month: float) -> Callable[[FloatArray, Generator], FloatArray]:
    """Counts that vary as chance alone has it."""
    return lambda days, rng: rng.poisson(a_month * days / 30.4375)


def varied(days: FloatArray, rng: Generator) -> FloatArray:
    """100 a month, with three times the variance of chance."""
    mean = 100.0 * days / 30.4375
    return rng.poisson(rng.gamma(mean / 2.0, 2.0))


def seasonal(days: FloatArray, rng: Generator) -> FloatArray:
    """100 a month, 20 % more in July and 20 % fewer in January."""
    season = 1.0 - 0.2 * np.cos(2.0 * np.pi * np.arange(len(days)) / 12.0)
    return rng.poisson(100.0 * season * days / 30.4375)


def dependent(days: FloatArray, rng: Generator) -> FloatArray:
    """100 a month, 15 % up and down, each month 0.5 of the one before."""
    drift = np.zeros(len(days))
    for k, noise in enumerate(rng.normal(0.0, 0.15 * np.sqrt(0.75), len(days))):
        drift[k] = 0.5 * drift[k - 1] * (k > 0) + noise
    return rng.poisson(100.0 * np.exp(drift) * days / 30.4375)


def changed(
    counts: Callable[[FloatArray, Generator], FloatArray], ratio: float
) -> Callable[[FloatArray, Generator], FloatArray]:
    """The same with another level in its second half."""

    def with_change(days: FloatArray, rng: Generator) -> FloatArray:
        longer = days.copy()
        longer[len(days) // 2 :] *= ratio
        return counts(longer, rng)

    return with_change


KINDS = (
    SeriesKind("2 a month", 24, False, poisson(2.0)),
    SeriesKind("10 a month", 24, False, poisson(10.0)),
    SeriesKind("100 a month", 24, False, poisson(100.0)),
    SeriesKind("100 a month", 60, False, poisson(100.0)),
    SeriesKind("100 a month, three times the variance", 60, False, varied),
    SeriesKind("100 a month, season of 20 %", 60, False, seasonal),
    SeriesKind("the same, season taken out", 60, False, seasonal, True),
    SeriesKind("100 a month, each half of the one before", 60, False, dependent),
    SeriesKind("10 a month, then 15", 24, True, changed(poisson(10.0), 1.5)),
    SeriesKind("season taken out, then 1.2 times", 60, True, changed(seasonal, 1.2), True),
    SeriesKind("100 a month, then 120", 24, True, changed(poisson(100.0), 1.2)),
    SeriesKind("three times the variance, then 1.2 times", 60, True, changed(varied, 1.2)),
)


def season_of(rate: FloatArray) -> FloatArray:
    """How many times the rate of its year each month usually has."""
    month = np.arange(len(rate)) % 12
    factors = season_factors(rate, month, seasons=12)
    assert factors is not None
    return factors[month]


def calls(kind: SeriesKind, repetitions: int) -> tuple[float, float, float]:
    """Shares of series with a special cause, with a step change, and with more than one."""
    rng, days = np.random.default_rng(11), DAYS[: kind.months]
    causes, changes, several = 0, 0, 0
    for seed in range(repetitions):
        count = kind.counts(days, rng)
        exposure = days * season_of(count / days) if kind.is_adjusted else days
        month = np.arange(len(days)) % 12 if kind.is_adjusted else None
        limits = process_limits(count / exposure, np.zeros(len(days), np.int64))
        causes += bool(special_causes(limits).rules.any())
        found = (
            len(
                step_changes(
                    count, days, position=month, permutations=PERMUTATIONS, seed=seed
                ).first
            )
            - 1
        )
        changes += found > 0
        several += found > 1
    return causes / repetitions, changes / repetitions, several / repetitions


def calls_of_series(repetitions: int) -> SimulationTable:
    """What is called in series of each kind."""
    rows = tuple(
        (
            kind.name,
            str(kind.months),
            "yes" if kind.changes else "no",
            *map(percent, calls(kind, repetitions)),
        )
        for kind in KINDS
    )
    return SimulationTable(
        ("series", "months", "changes", "a special cause", "a step change", "more than one"), rows
    )
