"""Lists held against what came after them."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spatial.errors import InvalidParameterError
from spatial.local_statistics.accuracy import hotspot_accuracy, incidents_in
from spatial.patrols.forecasts import caught, difference, recent_sums, shrunk_to_neighbours
from spatial.patrols.hexagons import Hexagons
from spatial.patrols.lists import membership
from spatial.rates.smoothing import empirical_bayes


def test_an_incident_counts_half_after_each_half_life():
    sums = recent_sums(
        np.array([0, 0, 1]),
        np.array([1.0, 4.0, 8.0]),
        np.array([0.0, 90.0, 270.0]),
        half_life_days=90.0,
        places=3,
    )
    np.testing.assert_allclose(sums, [3.0, 1.0, 0.0])


def test_a_half_life_is_above_0():
    with pytest.raises(InvalidParameterError):
        recent_sums(np.array([0]), np.ones(1), np.ones(1), half_life_days=0.0, places=1)


@given(seed=st.integers(0, 10_000), mean=st.sampled_from([0.3, 3.0, 20.0]))
def test_a_count_is_drawn_to_its_neighbourhood_as_the_seven_counts_alone_would_be(seed, mean):
    column, row = (part.ravel() for part in np.meshgrid(np.arange(8), np.arange(8)))
    order = np.lexsort([row, column])
    hexagons = Hexagons(200.0, column[order], row[order])
    count = (
        np.random.default_rng(seed).negative_binomial(1.0, 1.0 / (1.0 + mean), 64).astype(float)
    )
    around = hexagons.neighbourhood_sums
    ours = shrunk_to_neighbours(count, around(count), around(count * count))
    metres = np.linalg.norm(hexagons.centres_m[:, None] - hexagons.centres_m, axis=2)
    for k in np.flatnonzero(around(np.ones(64)) == 7):
        seven = np.append(k, np.flatnonzero((metres[k] < 201.0) & (metres[k] > 0.0)))
        if count[seven].sum() > 0:
            theirs = empirical_bayes(count[seven], np.ones(7), per=1.0).value[0]
            assert ours[k] == pytest.approx(theirs)


@given(seed=st.integers(0, 10_000), length=st.integers(1, 10))
def test_hit_rate_and_indices_are_those_of_a_hotspot_map(seed, length):
    rng = np.random.default_rng(seed)
    before, after = rng.permutation(20) + 1.0, rng.poisson(4.0, 20).astype(float) + 1.0
    area_km2 = rng.uniform(0.5, 2.0, 20)
    is_listed, _ = membership(before, length, places=20)
    accuracy = hotspot_accuracy(is_listed > 0, before, after, area_km2=area_km2)
    hits = caught(is_listed, after, after)
    assert hits.value[0] == pytest.approx(accuracy.hit_rate)
    ground = float(is_listed @ area_km2)
    best = incidents_in(after, after, area_km2, ground) / after.sum()
    assert min(hits.value[0] / best, 1.0) == pytest.approx(accuracy.pei)


def test_only_incidents_that_one_list_catches_tell_two_lists_apart():
    # Bonett and Price: of 100 incidents one list alone catches 9 and the other alone 3.
    one, other = np.array([1.0, 0.0, 1.0, 0.0]), np.array([0.0, 1.0, 1.0, 0.0])
    count = np.array([9.0, 3.0, 40.0, 48.0])
    apart = difference(one, other, count, count)
    assert apart.value == pytest.approx(0.06)
    first, second = 10 / 102, 4 / 102
    spread = 1.959964 * np.sqrt((first + second - (first - second) ** 2) / 102)
    assert apart.lower == pytest.approx(first - second - spread, abs=1e-6)
    assert apart.upper == pytest.approx(first - second + spread, abs=1e-6)


def test_the_interval_of_a_difference_is_that_of_the_package_statpsych():
    # The example of ci.prop.ps(.05, 12, 4, 26, 6): 0.2548067 to 0.6251933.
    one, other = np.array([1.0, 0.0, 1.0, 0.0]), np.array([0.0, 1.0, 1.0, 0.0])
    count = np.array([26.0, 4.0, 6.0, 12.0])
    apart = difference(one, other, count, count)
    assert (apart.lower, apart.upper) == pytest.approx((0.2548067, 0.6251933), abs=1e-7)


def test_a_list_is_not_told_apart_from_itself():
    one, count = np.array([1.0, 0.5, 0.0]), np.array([30.0, 20.0, 50.0])
    apart = difference(one, one, count, count)
    assert apart.value == 0.0
    assert apart.lower == -apart.upper < 0.0


def test_weights_of_one_size_change_no_difference():
    one, other = np.array([1.0, 0.0]), np.array([0.0, 1.0])
    count = np.array([12.0, 5.0])
    plain = difference(one, other, count, count)
    heavy = difference(one, other, 10.0 * count, 100.0 * count)
    assert (plain.lower, plain.value, plain.upper) == pytest.approx(
        (heavy.lower, heavy.value, heavy.upper)
    )


def test_without_incidents_nothing_is_told():
    assert np.isnan(difference(np.ones(1), np.zeros(1), np.zeros(1), np.zeros(1)).value)
