"""Projections of steps covered in part, against the distribution itself and by simulation."""

import numpy as np
import pytest
from scipy.stats import nbinom

from spatial.errors import InvalidValuesError
from spatial.over_time.projection import projected_counts


@pytest.mark.parametrize("count", [0, 1, 7, 250])
def test_what_is_to_come_is_negative_binomial(count):
    (value,), (lower,), (upper,) = projected_counts([count], [10], [31])
    assert value == pytest.approx(count * 3.1)
    to_come = nbinom(count + 0.5, 10 / 31)
    assert (lower, upper) == (count + to_come.ppf(0.025), count + to_come.ppf(0.975))


def test_a_step_that_is_covered_is_its_count_and_one_that_is_not_is_not_known():
    value, lower, upper = projected_counts([5, 0, np.nan], [31, 0, 31], [31, 31, 31])
    for end in (value, lower, upper):
        np.testing.assert_array_equal(end, [5.0, np.nan, np.nan])


def test_a_dispersion_widens_the_interval():
    (_, narrow_low, narrow_high), (_, low, high) = (
        [end[0] for end in projected_counts([40], [10], [30], dispersion=d)] for d in (1.0, 4.0)
    )
    assert low < narrow_low < narrow_high < high
    mean, variance = 40.5 * 2, 4.0 * 40.5 * 2 * 3
    matched = nbinom(mean**2 / (variance - mean), mean / variance)
    assert (low, high) == (40 + matched.ppf(0.025), 40 + matched.ppf(0.975))


@pytest.mark.parametrize("mean", [0.2, 2.0, 20.0])
def test_intervals_cover_as_often_as_they_say(mean):
    rng = np.random.default_rng(8)
    begun = rng.poisson(mean, 4_000)
    whole = begun + rng.poisson(2.0 * mean, 4_000)
    _, lower, upper = projected_counts(begun, np.full(4_000, 10), np.full(4_000, 30))
    assert 0.94 < np.mean((lower <= whole) & (whole <= upper)) <= 1.0


def test_values_without_meaning_are_refused():
    with pytest.raises(InvalidValuesError):
        projected_counts([1], [1, 2], [3])
    with pytest.raises(InvalidValuesError):
        projected_counts([1], [1], [3], dispersion=0.5)
