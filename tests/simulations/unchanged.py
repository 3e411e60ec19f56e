"""How often tests of change call a change of patterns that have not changed."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np

from spatial.over_time.class_transitions import context_test
from spatial.over_time.pattern_similarity import pattern_similarity
from tests.simulations.tables import SimulationTable, percent
from tests.spatial.lattices import lattice

DRAWS: Final = 199
SERIES_DRAWS: Final = 99
STEPS: Final = 8
SIDE: Final = 10


@dataclass(frozen=True)
class NullPatterns:
    """Patterns without the change that a test looks for."""

    test: str
    incidents: str
    p_value: Callable[[np.random.Generator], float]


def unchanged_pair(first: float, second: float) -> NullPatterns:
    """Two samples of one pattern over areas of unequal risk, by their means per area."""
    risk = np.random.default_rng(0).gamma(0.7, 1.0 / 0.7, SIDE * SIDE)

    def p_value(rng: np.random.Generator) -> float:
        counts = [rng.poisson(mean * risk) for mean in (first, second)]
        if min(pattern.sum() for pattern in counts) == 0:
            return 1.0
        return pattern_similarity(*counts, replicates=DRAWS, seed=int(rng.integers(2**31))).p_value

    return NullPatterns(
        "similarity of patterns, index S", f"{first:g} and {second:g} an area", p_value
    )


def series_anywhere(mean: float) -> NullPatterns:
    """Series of areas of lasting, unequal risk that lie anywhere among them."""
    around = lattice(6, 6)
    is_next = np.ones(STEPS - 1, np.bool_)

    def p_value(rng: np.random.Generator) -> float:
        risk = rng.gamma(2.0, 0.5, (around.n, 1))
        counts = rng.poisson(mean * risk, (around.n, STEPS)).astype(np.float64)
        return context_test(
            counts,
            around,
            number=3,
            is_next=is_next,
            permutations=SERIES_DRAWS,
            seed=int(rng.integers(2**31)),
        ).p_value

    return NullPatterns(
        "spatial dependence of moves, states=quantile", f"{mean:g} an area and step", p_value
    )


NULL_PATTERNS: Final = (
    unchanged_pair(0.3, 0.6),
    unchanged_pair(20.0, 50.0),
    series_anywhere(1.0),
    series_anywhere(30.0),
)


def shares_called(repetitions: int) -> Iterator[float]:
    """Share of null patterns with p up to 0.05, of each test."""
    for number, patterns in enumerate(NULL_PATTERNS):
        rng = np.random.default_rng(number)
        yield float(np.mean([patterns.p_value(rng) <= 0.05 for _ in range(repetitions)]))


def calls_of_unchanged_patterns(repetitions: int) -> SimulationTable:
    """Share of null patterns in which a change is called at 5 %."""
    return SimulationTable(
        ("test", "incidents", "patterns", "called"),
        tuple(
            (patterns.test, patterns.incidents, f"{repetitions:,}", percent(share))
            for patterns, share in zip(NULL_PATTERNS, shares_called(repetitions), strict=True)
        ),
    )
