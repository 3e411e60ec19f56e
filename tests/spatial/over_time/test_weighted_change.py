"""Change of sums of weights: the exact test of counts where weights are equal, else cautious."""

import numpy as np
import pytest
from scipy.stats import binomtest

from spatial.errors import InvalidParameterError
from spatial.over_time.change import e_test
from spatial.over_time.weighted_change import weighted_changes

FIRST = np.array([0.0, 3.0, 10.0, 50.0, 0.0, 7.0])
SECOND = np.array([4.0, 9.0, 30.0, 60.0, 0.0, 0.0])
WEIGHTS, SHARES = np.array([1.0, 2.0, 10.0, 100.0]), np.array([0.6, 0.3, 0.09, 0.01])


def sums(counts):
    return counts @ WEIGHTS, counts @ WEIGHTS**2


@pytest.mark.parametrize("weight", [1.0, 250.0])
def test_equal_weights_give_the_exact_test_of_two_counts(weight):
    found = weighted_changes(
        (weight * FIRST, weight**2 * FIRST),
        (weight * SECOND, weight**2 * SECOND),
        largest_weight=weight,
        first_exposure=30.0,
        second_exposure=40.0,
        correction="none",
    )
    for p, x, y in zip(found.p_value, FIRST, SECOND, strict=True):
        tails = (
            [
                binomtest(int(y), int(x + y), 40 / 70, alternative=tail).pvalue
                for tail in ("less", "greater")
            ]
            if x + y
            else [1.0]
        )
        assert p == pytest.approx(min(1.0, 2.0 * min(tails)), rel=1e-9)
    np.testing.assert_allclose(found.difference, weight * (SECOND - FIRST * 40 / 30))
    assert np.isinf(found.upper[0])
    assert found.lower[5] == 0.0
    assert np.isnan(found.lower[4])


def test_the_interval_leaves_out_1_exactly_where_the_test_rejects():
    rng = np.random.default_rng(2)
    first, second = (sums(rng.poisson(60.0 * SHARES * k, size=(500, 4))) for k in (1.0, 2.5))
    found = weighted_changes(first, second, largest_weight=100.0, correction="none")
    is_outside = (found.lower > 1.0) | (found.upper < 1.0)
    np.testing.assert_array_equal(is_outside, found.p_value < 0.05)
    assert is_outside.any()
    assert not is_outside.all()


@pytest.mark.parametrize("mean", [5.0, 100.0, 500.0])
def test_areas_that_did_not_change_are_rarely_called(mean):
    """As often as 5 % at most, where the E-test of the sums calls 4 to 7 in 10."""
    rng = np.random.default_rng(3)
    first, second = (sums(rng.poisson(mean * SHARES, size=(4_000, 4))) for _ in range(2))
    found = weighted_changes(first, second, largest_weight=100.0, correction="none")
    assert (found.p_value <= 0.05).mean() <= 0.05
    assert (e_test(first[0][:200], second[0][:200]) <= 0.05).mean() > 0.3


def test_a_change_that_is_large_is_found():
    rng = np.random.default_rng(4)
    first, second = (sums(rng.poisson(500.0 * SHARES * k, size=(200, 4))) for k in (1.0, 3.0))
    found = weighted_changes(first, second, largest_weight=100.0)
    assert (found.q_value <= 0.05).mean() > 0.95


@pytest.mark.parametrize(
    "wrong", [{"largest_weight": 0.0}, {"first_exposure": 0.0}, {"confidence": 1.0}]
)
def test_settings_out_of_range_are_refused(wrong):
    with pytest.raises(InvalidParameterError):
        weighted_changes((FIRST, FIRST), (SECOND, SECOND), **{"largest_weight": 1.0, **wrong})
