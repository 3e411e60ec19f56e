"""How many pairs a growth overlay would look at, before it does."""

import numpy as np
import pytest

from service.analyses.growth.site_areas import places_around


@pytest.mark.parametrize("distance_m", [5.0, 150.0, 700.0, 4_000.0])
def test_pairs_are_about_those_within_the_distance(distance_m):
    rng = np.random.default_rng(4)
    places_m = rng.uniform(0.0, 10_000.0, (20_000, 2))
    centres_m = rng.uniform(2_000.0, 8_000.0, (300, 2))
    pairs = sum(
        np.count_nonzero(np.hypot(*(places_m - centre).T) <= distance_m) for centre in centres_m
    )
    assert places_around(centres_m, places_m, distance_m) == pytest.approx(pairs, rel=0.35, abs=9)


def test_nothing_is_around_nothing():
    some, none = np.zeros((3, 2)), np.empty((0, 2))
    assert places_around(none, some, 100.0) == places_around(some, none, 100.0) == 0.0
