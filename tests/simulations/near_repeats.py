"""How often places and times that have nothing to do with each other are called repeats."""

from dataclasses import dataclass

import numpy as np

from spatial.arrays import AnyArray, FloatArray
from spatial.near_repeats.bursts import largest_by_chance, most_within
from spatial.near_repeats.knox import knox_table
from spatial.near_repeats.repeats import MINUTES_A_DAY, near_repeats
from tests.simulations.tables import SimulationTable, percent

LEVEL, DRAWS, DAYS = 0.05, 99, 365
UPPER_M, UPPER_DAYS = (100.0, 200.0, 300.0, 400.0), (7, 14, 21, 28)
NAMES = ("Knox, nearest and soonest", "Knox, any band", "near repeats", "longest chain", "scan")
FORMS = ("as answered", "ties drawn")


@dataclass(frozen=True)
class NullPattern:
    """Incidents clustered in space, at times that are even over a year."""

    name: str
    incidents: int
    side_m: float
    snapped_m: float = 0.0  # to points of a grid

    def places(self, rng: np.random.Generator) -> FloatArray:
        """(n, 2) Places, metres."""
        centres = rng.uniform(0.0, self.side_m, (20, 2))
        xy_m = centres[rng.integers(0, 20, self.incidents)]
        xy_m = xy_m + rng.normal(0.0, self.side_m / 20.0, (self.incidents, 2))
        return np.round(xy_m / self.snapped_m) * self.snapped_m if self.snapped_m else xy_m


KINDS = (
    NullPattern("20 incidents", 20, 3_000.0),
    NullPattern("100 incidents", 100, 3_000.0),
    NullPattern("100 on map points", 100, 3_000.0, 150.0),
    NullPattern("600 incidents", 600, 6_000.0),
)


def p_values(observed: float, drawn: AnyArray, rng: np.random.Generator) -> tuple[float, float]:
    """The p as it is answered, in which ties count, and with the order among ties drawn."""
    ties = np.count_nonzero(drawn == observed)
    beyond = np.count_nonzero(drawn > observed) + 1
    return (beyond + ties) / (len(drawn) + 1), (beyond + rng.integers(0, ties + 1)) / (
        len(drawn) + 1
    )


def calls(kind: NullPattern, repetitions: int) -> AnyArray:
    """(2, tests) The share of patterns whose p is at most the level: as answered, and ties drawn."""
    rng, called = np.random.default_rng(23), np.zeros((2, len(NAMES)))
    window = largest_by_chance(
        [kind.incidents], np.arange(DAYS), window_days=7, draws=9_999, seed=5
    )
    for seed in range(repetitions):
        xy_m, minutes = kind.places(rng), rng.integers(0, DAYS * MINUTES_A_DAY, kind.incidents)
        days = minutes // MINUTES_A_DAY
        knox = knox_table(
            xy_m, days, upper_m=UPPER_M, upper_days=UPPER_DAYS, draws=DRAWS, seed=seed
        )
        repeats = near_repeats(
            xy_m, minutes, distance_m=200.0, within_days=14, draws=DRAWS, seed=seed
        )
        tested = (
            (knox.observed[0, 0], knox.drawn[:, 0, 0]),
            (knox.largest[0], knox.largest[1:]),
            (repeats.counts[1], repeats.drawn_classes[:, 1]),
            (repeats.chain_sizes.max(initial=0), repeats.drawn_longest),
            (most_within(days, window_days=7)[0], window.of(kind.incidents)),
        )
        called += np.transpose([p_values(*test, rng) for test in tested]) <= LEVEL
    return called / repetitions


def calls_of_repeats(repetitions: int) -> SimulationTable:
    """What is called of each kind of pattern, at p 0.05."""
    rows = tuple(
        (kind.name, form, *map(percent, shares))
        for kind in KINDS
        for form, shares in zip(FORMS, calls(kind, repetitions), strict=True)
    )
    return SimulationTable(("null pattern", "p", *NAMES), rows)
