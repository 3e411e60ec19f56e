"""Change: the E-test against its double sum and published values, intervals."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom, binomtest, norm, poisson

from spatial.errors import InvalidParameterError, InvalidValuesError
from spatial.over_time.change import (
    TRANSITIONS,
    count_changes,
    e_test,
    transitions,
)
from tests.oracles import e_test_p


@given(
    a=st.integers(0, 60),
    b=st.integers(0, 60),
    t1=st.sampled_from([1.0, 31.0, 0.5]),
    t2=st.sampled_from([1.0, 28.0, 2.0]),
)
def test_the_e_test_equals_its_double_sum(a, b, t1, t2):
    found = e_test([a], [b], first_exposure=t1, second_exposure=t2)[0]
    assert found == pytest.approx(e_test_p(a, b, t1, t2), rel=1e-8, abs=1e-12)


def test_sixteen_then_twenty_five_is_no_significant_change():
    found = count_changes([16], [25])
    assert found.p_value[0] == pytest.approx(0.165, abs=5e-4)
    assert found.z_quick[0] == pytest.approx(1.414, abs=5e-4)
    assert 2 * norm.sf(found.z_quick[0]) == pytest.approx(0.157, abs=5e-4)


def test_mistake_9_a_percentage_is_of_the_first_period_and_never_alone():
    found = count_changes([20, 30, 0], [30, 20, 7])
    np.testing.assert_allclose(found.percent[:2], [50.0, -100 / 3])
    assert np.isnan(found.percent[2])
    assert np.isinf(found.ratio[2])
    assert np.all(np.isfinite(found.p_value))


@pytest.mark.compiled
def test_the_quick_form_without_the_root_of_two_would_cry_wolf():
    rng = np.random.default_rng(0)
    a, b = rng.poisson(30, 20_000), rng.poisson(30, 20_000)
    found = count_changes(a, b)
    assert np.mean(np.abs(found.z_quick) > 1.96) == pytest.approx(0.05, abs=0.006)
    assert np.mean(np.abs(found.z_quick * math.sqrt(2)) > 1.96) == pytest.approx(0.17, abs=0.01)


@pytest.mark.compiled
@pytest.mark.parametrize("mean", [1.0, 5.0, 30.0])
@pytest.mark.parametrize("longer", [1.0, 2.0])
def test_the_level_of_the_e_test_is_kept(mean, longer):
    rng = np.random.default_rng(3)
    a, b = rng.poisson(mean, 20_000), rng.poisson(mean * longer, 20_000)
    p = e_test(a, b, second_exposure=longer)
    assert np.mean(p <= 0.05) < 0.056


def test_exchanging_the_periods_exchanges_nothing_but_the_sign():
    a, b = np.arange(20), np.arange(20)[::-1]
    there = count_changes(a, b, first_exposure=31, second_exposure=28)
    back = count_changes(b, a, first_exposure=28, second_exposure=31)
    np.testing.assert_allclose(there.p_value, back.p_value, rtol=1e-8)
    np.testing.assert_allclose(there.z_quick, -back.z_quick)
    np.testing.assert_allclose(there.lower[1:-1], 1 / back.upper[1:-1], rtol=1e-8)


def test_a_short_period_without_incidents_does_not_hide_a_rise():
    rise = count_changes([6, 20], [6, 10], first_exposure=335, second_exposure=31)
    assert rise.p_value[0] == pytest.approx(0.00009, abs=5e-6)
    assert binomtest(6, 12, 31 / 366).pvalue == pytest.approx(0.00022, abs=5e-6)
    assert rise.lower[0] > 1
    burst = e_test([20], [10], first_exposure=365, second_exposure=28)
    assert burst[0] == pytest.approx(0.000014, abs=1e-6)


def test_sixteen_then_twenty_five_has_the_published_p():
    assert e_test([16], [25])[0] == pytest.approx(0.1648, abs=5e-5)


@given(
    a=st.integers(0, 40),
    b=st.integers(0, 40),
    t1=st.sampled_from([1.0, 31.0, 335.0]),
    t2=st.sampled_from([1.0, 28.0, 365.0]),
)
def test_the_interval_leaves_out_one_exactly_where_the_test_rejects(a, b, t1, t2):
    change = count_changes([a], [b], first_exposure=t1, second_exposure=t2)
    if a + b == 0:
        assert np.isnan([change.lower[0], change.upper[0], change.ratio[0]]).all()
        return
    assert (change.lower[0] <= 1 <= change.upper[0]) == (change.p_value[0] >= 0.05)


@given(
    a=st.integers(0, 40),
    b=st.integers(0, 40),
    t1=st.sampled_from([1.0, 335.0]),
    t2=st.sampled_from([1.0, 31.0]),
)
def test_the_limits_of_the_ratio_are_where_the_test_begins_to_reject(a, b, t1, t2):
    change = count_changes([a], [b], first_exposure=t1, second_exposure=t2)
    if b == 0:
        assert change.lower[0] == 0 or a == 0
    else:
        assert e_test([a], [b], first_exposure=t1, second_exposure=t2 * change.lower[0]) < 0.0501
    if a == 0:
        assert np.isinf(change.upper[0]) or b == 0
    else:
        assert e_test([a], [b], first_exposure=t1, second_exposure=t2 * change.upper[0]) < 0.0501
    if a and b:
        assert change.lower[0] <= change.ratio[0] <= change.upper[0]


def exact_shares_rejected(total, t1, t2, ratio):
    """Shares of pairs of counts that the E-test and the exact binomial call at 5 %."""
    m1, m2 = total * t1 / (t1 + t2), ratio * total * t2 / (t1 + t2)
    x1 = np.arange(int(m1 + 8 * math.sqrt(m1) + 15))
    x2 = np.arange(int(m2 + 8 * math.sqrt(m2) + 15))
    a, b = (side.ravel() for side in np.meshgrid(x1, x2, indexing="ij"))
    mass = poisson.pmf(a, m1) * poisson.pmf(b, m2)
    p = e_test(a, b, first_exposure=t1, second_exposure=t2)
    share = t2 / (t1 + t2)
    exact = 2 * np.minimum(binom.cdf(b, a + b, share), binom.sf(b - 1, a + b, share))
    return mass[p < 0.05].sum(), mass[exact < 0.05].sum()


@pytest.mark.compiled
@pytest.mark.parametrize(("t1", "t2"), [(1.0, 1.0), (11.0, 1.0), (1.0, 11.0)])
def test_size_and_power_hold_at_unequal_exposures(t1, t2):
    """Exact sums, no draws: the coverage of the interval is one less the size."""
    for total in (0.5, 1.0, 2.0, 5.0, 12.0, 20.0, 50.0):
        size, _ = exact_shares_rejected(total, t1, t2, 1.0)
        assert size < 0.052
        for ratio in (0.2, 5.0):
            power, exact_power = exact_shares_rejected(total, t1, t2, ratio)
            assert power > exact_power - 1e-9


def test_unequal_periods_are_compared_by_their_rates():
    found = count_changes([310], [280], first_exposure=31, second_exposure=28)
    assert found.difference[0] == pytest.approx(0.0)
    assert found.percent[0] == pytest.approx(0.0)
    assert found.p_value[0] == pytest.approx(1.0)


def test_q_is_over_the_areas():
    found = count_changes([0, 10, 10], [20, 12, 10], correction="bonferroni")
    np.testing.assert_allclose(found.q_value, np.minimum(1, 3 * found.p_value))


def test_large_counts_have_a_p_too():
    assert e_test([1_000_000], [1_003_000])[0] == pytest.approx(
        2 * norm.sf(3_000 / math.sqrt(2_003_000)), rel=1e-3
    )


CHANGES = [
    ("hot 99", "hot 90", "stayed hot"),
    ("not significant", "hot 95", "new hot"),
    ("hot 90", "not significant", "no longer hot"),
    ("cold 99", "hot 90", "cold to hot"),
    ("hot 99", "cold 90", "hot to cold"),
    ("cold 99", "cold 95", "stayed cold"),
    ("not significant", "cold 95", "new cold"),
    ("cold 90", "not significant", "no longer cold"),
    ("not significant", "not significant", "neither"),
    ("not tested", "hot 99", "not tested"),
    ("hot 99", "not tested", "not tested"),
]


@pytest.mark.parametrize(("before", "after", "expected"), CHANGES)
def test_each_pair_of_classes_has_its_transition(before, after, expected):
    assert transitions([before], [after]).tolist() == [expected]


def test_every_transition_is_reached():
    assert {expected for *_, expected in CHANGES} == set(TRANSITIONS)


def test_requests_without_meaning_are_refused():
    for first, second in (([1.5], [2]), ([-1], [2]), ([1], [2e7]), ([1, 2], [1]), ([np.nan], [1])):
        with pytest.raises(InvalidValuesError):
            e_test(first, second)
    for exposure in (0.0, -1.0, math.inf):
        with pytest.raises(InvalidParameterError):
            e_test([1], [1], first_exposure=exposure)
    with pytest.raises(InvalidParameterError):
        count_changes([1], [1], confidence=1.0)
    with pytest.raises(InvalidValuesError):
        transitions(["hot 99"], ["hot 99", "hot 99"])
