"""Rates: against SciPy, R spdep and values worked by hand; awkward denominators."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest, chi2, poisson

from spatial.errors import InvalidParameterError, InvalidValuesError
from spatial.rates.rates import (
    count_interval,
    expected_counts,
    funnel_limits,
    rates,
    shares,
    standardised_ratios,
)
from tests.strategies import quantities

COUNTS = np.array([0.0, 1.0, 2.0, 5.0, 16.0, 100.0, 721.0])


@pytest.mark.parametrize("confidence", [0.8, 0.95, 0.998])
def test_exact_interval_equals_the_chi_squared_form(confidence):
    tail = (1 - confidence) / 2
    lower, upper = count_interval(COUNTS, confidence=confidence)
    expected = np.concatenate([[0.0], chi2.ppf(tail, 2 * COUNTS[1:]) / 2])
    np.testing.assert_allclose(lower, expected, rtol=1e-9)
    np.testing.assert_allclose(upper, chi2.ppf(1 - tail, 2 * COUNTS + 2) / 2, rtol=1e-9)


def test_exact_limits_are_where_the_count_becomes_unlikely():
    lower, upper = count_interval(COUNTS)
    np.testing.assert_allclose(poisson.sf(COUNTS[1:] - 1, lower[1:]), 0.025, rtol=1e-8)
    np.testing.assert_allclose(poisson.cdf(COUNTS, upper), 0.025, rtol=1e-8)


def test_exact_interval_covers_at_least_what_it_states():
    counts = np.arange(200)
    lower, upper = count_interval(counts)
    for mean in (0.3, 1.0, 4.5, 30.0):
        inside = (lower <= mean) & (mean <= upper)
        assert poisson.pmf(counts[inside], mean).sum() >= 0.95


def test_byar_worked_by_hand():
    # 10 (1 - 1/90 - 1.959964 / (3 sqrt 10))^3 and 11 (1 - 1/99 + 1.959964 / (3 sqrt 11))^3
    lower, upper = count_interval([10.0, 0.0], method="byar")
    assert lower[0] == pytest.approx(10 * (0.9888889 - 1.959964 / 9.4868330) ** 3, rel=1e-6)
    assert upper[0] == pytest.approx(11 * (0.9898990 + 1.959964 / 9.9498744) ** 3, rel=1e-6)
    assert lower[1] == 0.0


def test_byar_is_within_one_per_cent_of_exact_from_ten():
    counts = np.arange(10.0, 500.0)
    for byar, exact in zip(
        count_interval(counts, method="byar"), count_interval(counts), strict=True
    ):
        np.testing.assert_allclose(byar, exact, rtol=0.01)


def test_a_rate_is_the_count_over_its_denominator():
    found = rates([578.0], [1633.4], per=1000)
    assert found.value[0] == pytest.approx(353.863, abs=1e-3)
    lower, upper = count_interval([578.0])
    assert found.lower[0] == pytest.approx(1000 * lower[0] / 1633.4)
    assert found.upper[0] == pytest.approx(1000 * upper[0] / 1633.4)


def test_what_has_no_rate_says_why():
    found = rates([5.0, np.nan, 3.0, 0.0, 2.0], [10.0, 10.0, np.nan, 0.0, 0.0])
    assert found.reasons() == (
        "",
        "count missing",
        "denominator missing",
        "denominator zero",
        "denominator zero",
    )
    for array in (found.value, found.lower, found.upper):
        np.testing.assert_array_equal(np.isnan(array), [False, True, True, True, True])


def test_an_area_of_zeros_has_a_rate_of_zero_with_an_upper_limit():
    found = rates([0.0, 0.0], [1000.0, 2000.0])
    assert found.value.tolist() == [0.0, 0.0]
    assert found.lower.tolist() == [0.0, 0.0]
    np.testing.assert_allclose(found.upper, [3.688879, 1.844440], atol=1e-6)


def test_expected_counts_worked_by_hand():
    # Men 30 / 300, women 10 / 200: 100 x 0.1 + 150 x 0.05, 200 x 0.1 + 50 x 0.05.
    counts = np.array([[12.0, 7.0], [18.0, 3.0]])
    people = np.array([[100.0, 150.0], [200.0, 50.0]])
    np.testing.assert_allclose(expected_counts(counts, people), [17.5, 22.5])
    np.testing.assert_allclose(expected_counts([12.0, 18.0], [100.0, 200.0]), [10.0, 20.0])
    found = standardised_ratios([19.0, 21.0], expected_counts(counts, people))
    np.testing.assert_allclose(found.value, [19 / 17.5, 21 / 22.5])


def test_missing_strata_leave_the_others_their_rates():
    expected = expected_counts([10.0, np.nan, 30.0], [100.0, 100.0, 100.0])
    np.testing.assert_array_equal(expected, [20.0, 20.0, 20.0])
    expected = expected_counts([10.0, 5.0, 30.0], [100.0, np.nan, 100.0])
    np.testing.assert_array_equal(expected, [20.0, np.nan, 20.0])


@pytest.mark.parametrize("confidence", [0.95, 0.998])
@pytest.mark.parametrize("mean", [0.2, 1.0, 4.0, 37.5, 900.0])
def test_funnel_limits_equal_the_definition(mean, confidence):
    limits = funnel_limits([mean], confidence=confidence)
    tail = (1 - confidence) / 2
    for limit, level in zip(limits, (tail, 1 - tail), strict=True):
        r = 0
        while poisson.cdf(r, mean) <= level:
            r += 1
        below = poisson.cdf(r, mean)
        expected = (r - (below - level) / poisson.pmf(r, mean)) / mean
        assert limit[0] == pytest.approx(max(expected, 0.0), rel=1e-8)


def test_funnel_limits_narrow_as_more_is_expected():
    lower, upper = funnel_limits([1.0, 10.0, 100.0, np.nan, 1e6])
    assert np.all(np.diff(lower[:3]) > 0)
    assert np.all(np.diff(upper[:3]) < 0)
    assert np.isnan([lower[3], upper[3]]).all()
    assert upper[4] == pytest.approx(1 + 1.96e-3, rel=1e-4)


@pytest.mark.parametrize(
    ("counts", "denominators"),
    [([-1.0], [1.0]), ([1.0], [-1.0]), ([np.inf], [1.0]), ([1.0], [np.inf]), ([1.0], [1.0, 2.0])],
)
def test_values_without_meaning_are_refused(counts, denominators):
    with pytest.raises(InvalidValuesError):
        rates(counts, denominators)


def test_options_without_meaning_are_refused():
    with pytest.raises(InvalidParameterError):
        rates([1.0], [1.0], per=0.0)
    with pytest.raises(InvalidParameterError):
        rates([1.0], [1.0], interval="wald")
    with pytest.raises(InvalidParameterError):
        count_interval([1.0], confidence=1.0)
    with pytest.raises(InvalidValuesError):
        count_interval([-1.0])
    with pytest.raises(InvalidValuesError):
        funnel_limits([0.0])
    with pytest.raises(InvalidValuesError):
        expected_counts([1.0], [1.0, 2.0])
    with pytest.raises(InvalidValuesError):
        expected_counts([1.0], [-1.0])


def test_incidents_where_nobody_is_counted_belong_to_no_rate():
    expected = expected_counts([10.0, 30.0, 500.0], [100.0, 300.0, 0.0])
    np.testing.assert_allclose(expected, [10.0, 30.0, 0.0])


def test_a_share_lies_between_none_and_all():
    found = shares([7.0, 0.0], 7.0)
    np.testing.assert_allclose(found.value, [100.0, 0.0])
    exact = binomtest(7, 7).proportion_ci(0.95, method="exact")
    assert found.lower[0] == pytest.approx(100 * exact.low)
    assert (found.upper[0], found.lower[1]) == (100.0, 0.0)
    assert shares([1.0], 1.0).upper[0] == 100.0


@given(total=st.integers(1, 200), share=quantities(0, 1))
def test_the_interval_of_a_share_is_that_of_clopper_and_pearson(total, share):
    count = round(total * share)
    found = shares([count], total, per=1.0)
    exact = binomtest(count, total).proportion_ci(0.95, method="exact")
    np.testing.assert_allclose([found.lower[0], found.upper[0]], exact, rtol=1e-9, atol=1e-12)


def test_a_share_of_nothing_is_none():
    found = shares([0.0, 0.0], 0.0)
    assert np.isnan([found.value, found.lower, found.upper]).all()
    with pytest.raises(InvalidValuesError):
        shares([3.0], 2.0)
