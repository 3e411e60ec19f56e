"""Smoothed rates: equal to spdep's, inside their intervals, which cover what they state."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spatial.errors import InvalidValuesError, TooFewAreasError
from spatial.rates.rates import rates
from spatial.rates.smoothing import empirical_bayes, empirical_bayes_local
from spatial.weights.weights import Neighbours
from tests.spatial.lattices import SpdepMap, lattice


def test_empirical_bayes_equals_spdep():
    areas = SpdepMap.read().areas
    found = empirical_bayes(areas["count"], areas["people"], per=1.0)
    np.testing.assert_allclose(found.value, areas["eb"], rtol=1e-9)


def test_local_empirical_bayes_equals_spdep():
    spdep = SpdepMap.read()
    found = empirical_bayes_local(
        spdep.areas["count"], spdep.areas["people"], spdep.neighbours, per=1.0
    )
    np.testing.assert_allclose(found.value, spdep.areas["eb_local"], rtol=1e-9)


@given(seed=st.integers(0, 10_000))
def test_smoothing_draws_towards_the_whole_never_past_it(seed):
    rng = np.random.default_rng(seed)
    people = rng.integers(100, 3000, 20).astype(float)
    count = rng.poisson(people * rng.gamma(2, 0.005, 20)).astype(float)
    raw, found = rates(count, people), empirical_bayes(count, people)
    whole = 1000 * count.sum() / people.sum()
    share = np.abs(found.value - whole) <= np.abs(raw.value - whole) + 1e-9
    assert share.all()
    assert np.all((found.value - whole) * (raw.value - whole) >= -1e-9)
    assert np.all((found.lower <= found.value + 1e-9) & (found.value <= found.upper + 1e-9))


def test_areas_that_differ_by_chance_alone_all_get_the_rate_of_the_whole():
    found = empirical_bayes([10.0, 11.0, 9.0], [1000.0, 1000.0, 1000.0])
    np.testing.assert_allclose(found.value, 10.0)
    assert np.all((found.lower < 10.0) & (found.upper > 10.0))


def test_smoothing_leaves_out_what_has_no_rate():
    count, people = np.array([4.0, 30.0, 1.0, 7.0]), np.array([900.0, 1100.0, np.nan, 0.0])
    for found in (
        empirical_bayes(count, people),
        empirical_bayes_local(count, people, lattice(2, 2)),
    ):
        assert np.isfinite(found.value[:2]).all()
        assert np.isnan(found.value[2:]).all()
        assert found.reasons()[2:] == ("denominator missing", "denominator zero")


def test_an_island_keeps_its_raw_rate_when_smoothed_locally():
    around = Neighbours.from_pairs(3, [0], [1])
    found = empirical_bayes_local([4.0, 30.0, 8.0], [900.0, 1100.0, 1000.0], around)
    assert found.value[2] == pytest.approx(8.0)


def test_a_neighbourhood_of_zeros_is_zero():
    found = empirical_bayes_local([0.0, 0.0, 0.0], [900.0, 1100.0, 1000.0], lattice(1, 3))
    assert found.value.tolist() == [0.0, 0.0, 0.0]
    assert np.all(found.lower == 0.0)
    raw = rates([0.0, 0.0, 0.0], [900.0, 1100.0, 1000.0])
    assert np.all((found.upper > 0.0) & (found.upper < 1.5 * raw.upper))


def test_no_denominator_anywhere_is_no_rate_anywhere():
    found = empirical_bayes_local([1.0, 2.0, 3.0], [0.0, 0.0, np.nan], lattice(1, 3))
    assert np.isnan(found.value).all()
    with pytest.raises(TooFewAreasError):
        empirical_bayes([1.0, 2.0, 3.0], [0.0, 0.0, 5.0])


def test_counts_of_other_areas_are_refused():
    with pytest.raises(InvalidValuesError):
        empirical_bayes_local([1.0, 2.0], [1.0, 2.0], lattice(1, 3))


def test_an_area_that_has_all_incidents_lies_in_its_interval():
    people = np.full(500, 2_000.0)
    count = np.zeros(500)
    count[7] = 300.0
    for found in (
        empirical_bayes(count, people),
        empirical_bayes_local(count, people, lattice(20, 25)),
    ):
        assert np.all((found.lower <= found.value) & (found.value <= found.upper))
        assert np.isfinite(found.upper).all()


def covered_share(incidents, variation, maps, seed):
    """Share of true rates in their intervals: areas of a lattice, rates drawn from a gamma."""
    rng = np.random.default_rng(seed)
    people = rng.lognormal(7.4, 0.15, 400)
    links = lattice(20, 20)
    covered = np.zeros((maps, 2))
    for row in covered:
        mean = incidents / people.sum()
        true = rng.gamma(1 / variation**2, variation**2 * mean, len(people))
        count = rng.poisson(true * people).astype(float)
        smoothed = (
            empirical_bayes(count, people, per=1.0),
            empirical_bayes_local(count, people, links, per=1.0),
        )
        row[:] = [np.mean((each.lower <= true) & (true <= each.upper)) for each in smoothed]
    return covered.mean(axis=0)


@pytest.mark.compiled
@pytest.mark.parametrize("incidents", [500, 2_500, 20_000])
@pytest.mark.parametrize("variation", [0.05, 0.1, 0.2, 0.5, 1.0])
def test_the_intervals_of_smoothed_rates_cover_where_rates_hardly_differ_too(incidents, variation):
    """The interval that takes the moment estimate as known covers 74 to 79 % at the worst."""
    shares = covered_share(incidents, variation, maps=20, seed=11)
    assert np.all(shares > 0.925)
