"""Lists of places, against slow versions that draw the order of equal places."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy.stats import binomtest

from spatial.errors import InvalidParameterError, InvalidValuesError
from spatial.patrols.lists import (
    hot_periods,
    hot_places,
    membership,
    share_interval,
    sums_by_place,
    sums_on_lists,
)

VALUES = hnp.arrays(np.float64, st.integers(1, 5), elements=st.integers(0, 3).map(float))


def mean_over_orders(values, length, places):
    """How often each place is on the list, over all orders of the places that leave values sorted."""
    value = np.concatenate([values, np.zeros(places - len(values))])
    listed, orders = np.zeros(places), 0
    for order in itertools.permutations(range(places)):
        if np.all(np.diff(value[list(order)]) <= 0):
            listed[list(order[:length])] += 1
            orders += 1
    return listed / orders


@given(values=VALUES, length=st.integers(0, 6), rest=st.integers(0, 1))
def test_equal_places_share_the_end_of_a_list(values, length, rest):
    places = len(values) + rest
    length = min(length, places)
    is_listed, other = membership(values, length, places=places)
    expected = mean_over_orders(values, length, places)
    np.testing.assert_allclose(is_listed, expected[: len(values)], atol=1e-12)
    if rest:
        assert other == pytest.approx(expected[-1])


@given(values=VALUES, rest=st.integers(0, 3), seed=st.integers(0, 99))
def test_sums_on_lists_are_those_of_their_members(values, rest, seed):
    places = len(values) + rest
    amounts = np.random.default_rng(seed).random(len(values))
    lengths = np.arange(places + 1)
    expected = [membership(values, n, places=places)[0] @ amounts for n in lengths]
    np.testing.assert_allclose(
        sums_on_lists(values, amounts, lengths, places=places), expected, atol=1e-12
    )


def test_what_lies_in_places_that_are_not_given_comes_last():
    sums = sums_on_lists([2.0, 1.0], [5.0, 3.0], [1, 2, 4, 6], places=6, rest=8.0)
    np.testing.assert_allclose(sums, [5.0, 8.0, 12.0, 16.0])


@pytest.mark.parametrize(("inside", "total"), [(0, 9), (3, 10), (9, 9), (41, 4_100)])
def test_the_interval_of_counts_is_that_of_clopper_and_pearson(inside, total):
    share = share_interval([inside], [inside], total=total, squares=total)
    exact = binomtest(inside, total).proportion_ci(method="exact")
    assert share.value[0] == pytest.approx(inside / total)
    np.testing.assert_allclose([share.lower[0], share.upper[0]], exact, atol=1e-9)


def test_weights_of_one_size_change_no_interval():
    plain = share_interval([7.0], [7.0], total=40.0, squares=40.0)
    heavy = share_interval([70.0], [700.0], total=400.0, squares=4_000.0)
    np.testing.assert_allclose(
        [plain.lower, plain.value, plain.upper], [heavy.lower, heavy.value, heavy.upper]
    )


def test_one_heavy_incident_widens_the_interval():
    even = share_interval([50.0], [50.0], total=100.0, squares=100.0)
    uneven = share_interval([50.0], [2_500.0], total=100.0, squares=2_550.0)
    assert uneven.lower[0] < even.lower[0] < even.upper[0] < uneven.upper[0]


def test_a_share_of_nothing_is_not_known():
    share = share_interval([0.0, 0.0], [0.0, 0.0], total=0.0, squares=0.0)
    assert np.isnan([share.value, share.lower, share.upper]).all()


def test_places_that_share_the_last_place_of_a_list_are_not_hot():
    np.testing.assert_array_equal(
        hot_places([9.0, 5.0, 5.0, 4.0], 2, least=2.0), [True, False, False, False]
    )
    np.testing.assert_array_equal(
        hot_places([9.0, 5.0, 5.0, 4.0], 3, least=2.0), [True, True, True, False]
    )
    np.testing.assert_array_equal(hot_places([3.0, 1.0, 0.0], 5, least=2.0), [True, False, False])
    assert not hot_places([2.0] * 6, 5, least=2.0).any()


def test_a_list_without_a_place_has_no_hot_places():
    with pytest.raises(InvalidParameterError):
        hot_places([1.0], 0, least=2.0)


def test_a_place_is_hot_in_the_periods_in_which_it_is_among_the_first():
    place = np.array([0, 0, 0, 1, 1, 2, 2, 2, 0, 1])
    period = np.array([0, 0, 0, 0, 0, 1, 1, 1, 1, -1])
    is_hot = hot_periods(place, period, np.ones(10), places=3, periods=3, length=1, least=2.0)
    np.testing.assert_array_equal(
        is_hot, [[True, False, False], [False, False, True], [False, False, False]]
    )


def test_sums_of_no_incident_are_numbers_too():
    none = np.empty(0)
    assert sums_by_place(none.astype(int), none, 3).dtype == np.float64


def test_values_below_zero_and_too_few_places_are_refused():
    with pytest.raises(InvalidValuesError, match="negative"):
        membership([-1.0], 1, places=1)
    with pytest.raises(InvalidParameterError, match="one for each value"):
        membership([1.0, 2.0], 1, places=1)


def test_a_lower_limit_of_nearly_nothing_is_nothing():
    share = share_interval([1e-3], [1e-3], total=20.0, squares=20.0)
    assert share.lower[0] == 0.0 < share.value[0] < share.upper[0]
