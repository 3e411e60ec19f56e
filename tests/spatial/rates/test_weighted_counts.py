"""Weighted counts: sums, effective number, largest single share."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spatial.errors import InvalidParameterError, InvalidPointWeightsError, InvalidValuesError
from spatial.rates.rates import count_interval
from spatial.rates.weighted_counts import weighted_counts, weighted_interval


@given(seed=st.integers(0, 10_000))
def test_each_area_is_as_its_incidents_alone(seed):
    rng = np.random.default_rng(seed)
    position, weights = rng.integers(-1, 5, 40), rng.integers(0, 4, 40) * 2.5
    found = weighted_counts(position, weights, areas=5)
    for area in range(5):
        own = weights[position == area]
        assert found.count[area] == len(own)
        assert found.total[area] == pytest.approx(own.sum())
        if own.sum():
            assert found.effective_number[area] == pytest.approx(own.sum() ** 2 / (own**2).sum())
            assert found.largest_share[area] == pytest.approx(own.max() / own.sum())
        else:
            assert found.effective_number[area] == 0.0
            assert np.isnan(found.largest_share[area])


def test_equal_weights_are_all_effective():
    found = weighted_counts([0] * 7, np.full(7, 3.0), areas=1)
    assert found.effective_number[0] == pytest.approx(7.0)
    assert found.largest_share[0] == pytest.approx(1 / 7)


def test_one_serious_event_is_not_many():
    found = weighted_counts([0] * 21, [1825.0] + [1.0] * 20, areas=1)
    assert found.effective_number[0] < 1.1
    assert found.largest_share[0] > 0.98


def test_requests_without_meaning_are_refused():
    with pytest.raises(InvalidParameterError):
        weighted_counts([], [], areas=0)
    with pytest.raises(InvalidValuesError):
        weighted_counts([2], [1.0], areas=2)
    for weights in ([-1.0], [np.nan], [1.0, 2.0]):
        with pytest.raises(InvalidPointWeightsError):
            weighted_counts([0], weights, areas=2)


def test_the_interval_of_equal_weights_is_that_of_the_count():
    counts = np.array([0.0, 1.0, 4.0, 30.0, 400.0])
    lower, upper = weighted_interval(7.0 * counts, 49.0 * counts, largest_weight=7.0)
    wanted = count_interval(counts)
    np.testing.assert_allclose(lower, 7.0 * wanted[0], rtol=1e-9)
    np.testing.assert_allclose(upper, 7.0 * wanted[1], rtol=1e-9)


@pytest.mark.parametrize("mean", [5.0, 20.0, 100.0])
def test_the_interval_of_unequal_weights_covers(mean):
    weights, shares = np.array([1.0, 2.0, 10.0, 100.0]), np.array([0.6, 0.3, 0.09, 0.01])
    counts = np.random.default_rng(1).poisson(mean * shares, size=(4_000, 4))
    lower, upper = weighted_interval(
        counts @ weights, counts @ weights**2, largest_weight=weights.max()
    )
    true_mean = mean * float(shares @ weights)
    assert ((lower <= true_mean) & (true_mean <= upper)).mean() >= 0.95


def test_nothing_known_has_no_interval():
    lower, upper = weighted_interval([np.nan], [np.nan], largest_weight=1.0)
    assert np.isnan(lower[0])
    assert np.isnan(upper[0])
