"""Lists of places for patrols: do their intervals hold what they should?"""

import numpy as np

from spatial.patrols.capture import expected_capture
from spatial.patrols.forecasts import difference
from spatial.patrols.lists import membership, sums_on_lists
from tests.simulations.tables import SimulationTable, percent

PLACES = 2_000
LENGTH = 20
HOLDS = "interval of an expected capture holds the true share"
TOLD_APART = "two lists that catch the same are told apart"


def true_rates(rng: np.random.Generator) -> np.ndarray:
    """Shares of the incidents of each place: a few have most, as in towns."""
    rate = rng.gamma(0.15, size=PLACES)
    return rate / rate.sum()


def coverage_of_captured_shares(
    incidents: int, *, repetitions: int, seed: int, are_alike: bool = False
) -> float:
    """How often the interval of an expected capture holds the true share of the list."""
    rng = np.random.default_rng(seed)
    ones, hits = np.ones(incidents), 0
    for _ in range(repetitions):
        rate = np.full(PLACES, 1.0 / PLACES) if are_alike else true_rates(rng)
        place = rng.choice(PLACES, size=incidents, p=rate)
        share = expected_capture(
            place, ones, ones, [LENGTH], places=PLACES, parts=10, seed=int(rng.integers(2**31))
        )
        count = np.bincount(place, minlength=PLACES).astype(float)
        true_share = sums_on_lists(count, rate, [LENGTH], places=PLACES)[0]
        hits += int(share.lower[0] <= true_share <= share.upper[0])
    return hits / repetitions


def false_differences(incidents: int, *, repetitions: int, seed: int) -> float:
    """How often two lists that catch the same on average are told apart."""
    rng = np.random.default_rng(seed)
    rate = np.repeat(1.0 / PLACES, PLACES)
    one, other = (
        membership((np.arange(PLACES) // (PLACES // 4) == k).astype(float), 500, places=PLACES)[0]
        for k in range(2)
    )
    told = 0
    for _ in range(repetitions):
        count = rng.multinomial(incidents, rate).astype(float)
        apart = difference(one, other, count, count)
        told += int(apart.lower > 0.0 or apart.upper < 0.0)
    return told / repetitions


def lists_for_patrols(repetitions: int) -> SimulationTable:
    """What intervals of capture hold, and how often lists are told apart by chance.

    Parameters
    ----------
    repetitions : int
        Of each row; of captured shares a twentieth as many.
    """
    rows = []
    for incidents in (60, 500, 5_000):
        for places, are_alike in (("a few have most", False), ("all alike", True)):
            share = coverage_of_captured_shares(
                incidents, repetitions=max(repetitions // 20, 1), seed=1, are_alike=are_alike
            )
            rows.append((HOLDS, places, f"{incidents:,}", percent(share)))
    for incidents in (60, 5_000):
        share = false_differences(incidents, repetitions=repetitions, seed=1)
        rows.append((TOLD_APART, "all alike", f"{incidents:,}", percent(share)))
    return SimulationTable(("what", "places", "incidents", "share of runs"), tuple(rows))
