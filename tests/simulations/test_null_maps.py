"""Maps without a pattern have no class, and noise no hotspot: briefly, and as documented."""

import numpy as np
import pytest

from tests.simulations.null_maps import NULL_MAPS, names_a_hotspot
from tests.simulations.tables import documented, share

FEW = 25


def at_most(level: float, repetitions: int) -> float:
    """The most of so many maps that a true share of `level` gives in 99.9 % of runs."""
    return level * repetitions + 3.1 * np.sqrt(level * (1 - level) * repetitions)


@pytest.mark.compiled
@pytest.mark.parametrize("null_map", NULL_MAPS, ids=lambda m: f"{m.layer}, {m.statistic}")
def test_few_maps_without_a_pattern_have_an_area_with_a_class(null_map):
    rng, maps = np.random.default_rng(11), round(FEW * null_map.effort)
    called = sum(null_map.is_called(rng) for _ in range(maps))
    assert called <= at_most(0.10, maps)


@pytest.mark.compiled
@pytest.mark.parametrize("by_residents", [False, True])
@pytest.mark.parametrize("incidents", [10, 300])
def test_few_maps_of_noise_name_a_hotspot(incidents, by_residents):
    rng = np.random.default_rng(7)
    named = sum(names_a_hotspot(rng, incidents, by_residents=by_residents) for _ in range(FEW))
    assert named <= at_most(0.05, FEW)


def test_at_most_eleven_in_a_hundred_null_maps_have_a_class():
    shares = documented("classes of null maps").column("maps with a class")
    assert len(shares) == len(NULL_MAPS)
    assert max(share(text) for text in shares) <= 0.11


def test_at_most_six_in_a_hundred_maps_of_noise_name_a_hotspot():
    shares = documented("hotspots of noise").column("maps with a named hotspot")
    assert max(share(text) for text in shares) <= 0.06
