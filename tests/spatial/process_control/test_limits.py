"""Process limits: as NHSRplotthedots prints them, by hand, and across gaps."""

import numpy as np
import pytest

from spatial.errors import InvalidValuesError
from spatial.process_control.limits import process_limits, serial_correlation
from tests.spatial.process_control.published import NORMAL, SERIES

ONE = np.zeros(20, np.int64)


@pytest.mark.parametrize("series", SERIES, ids=str)
def test_limits_are_those_of_nhsrplotthedots(series):
    limits = process_limits(series.value, series.segment)
    np.testing.assert_allclose(limits.mean, series.mean, rtol=1e-12)
    np.testing.assert_allclose(limits.lower, series.lower, rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(limits.upper, series.upper, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize(
    ("part", "printed"),
    [
        (slice(0, 20), (0.142, -3.01, 3.29)),
        (slice(0, 10), (0.0746, -2.60, 2.75)),
        (slice(10, 20), (0.209, -3.28, 3.70)),
    ],
)
def test_limits_are_those_that_the_tests_of_nhsrplotthedots_print(part, printed):
    values = np.array(NORMAL[part])
    limits = process_limits(values, ONE[: len(values)])
    ours = limits.mean[0], limits.lower[0], limits.upper[0]
    assert [float(f"{number:.3g}") for number in ours] == list(printed)


def test_limits_by_hand_with_one_moving_range_screened():
    # Ranges 2, 2, 2, 2, 2, 40, 40, 2, 2, 2: mean 9.6, screen 31.36, without the two of 40 mean 2.
    values = [10, 12, 10, 12, 10, 12, 52, 12, 10, 12, 10]
    limits = process_limits(values, ONE[:11])
    mean = 162 / 11
    assert limits.mean[0] == pytest.approx(mean)
    assert limits.upper[3] == pytest.approx(mean + 5.32)
    assert limits.lower[3] == pytest.approx(mean - 5.32)
    assert limits.upper_near[3] == pytest.approx(mean + 5.32 * 2 / 3)


def test_a_gap_and_a_new_segment_have_no_moving_range():
    limits = process_limits([1, 2, np.nan, 9, 10, 20, 21], [0, 0, 0, 0, 0, 1, 1])
    np.testing.assert_array_equal(limits.moving_range, [np.nan, 1, np.nan, np.nan, 1, np.nan, 1])
    assert limits.mean.tolist() == [5.5] * 5 + [20.5] * 2
    assert limits.upper[0] == pytest.approx(5.5 + 2.66)
    assert limits.starts.tolist() == [True, False, True, True, False, True, False]


def test_a_series_that_never_moves_has_limits_at_its_mean():
    limits = process_limits([0.1] * 9, ONE[:9])
    assert limits.upper == pytest.approx(limits.mean)


def test_where_the_screen_would_leave_nothing_that_moves_nothing_is_screened():
    # One incident among zeros: ranges 1 and 1 of 19, mean 2 / 19, screen 0.34.
    limits = process_limits([0] * 10 + [1] + [0] * 9, ONE)
    assert limits.upper[0] == pytest.approx(1 / 20 + 2.66 * 2 / 19)
    is_outside = (limits.value > limits.upper) | (limits.value < limits.lower)
    assert np.flatnonzero(is_outside).tolist() == [10]


def test_one_value_has_a_mean_and_no_limits_and_none_has_nothing():
    limits = process_limits([3.0, np.nan], [0, 1])
    assert limits.mean[0] == 3.0
    assert np.isnan(limits.mean[1])
    assert np.isnan(limits.upper).all()
    assert len(process_limits([], []).mean) == 0


@pytest.mark.parametrize(
    ("values", "segments"), [([1, np.inf], [0, 0]), ([1, 2], [1, 0]), ([1, 2], [0])]
)
def test_what_is_no_series_is_refused(values, segments):
    with pytest.raises(InvalidValuesError):
        process_limits(values, segments)


def test_values_that_go_with_the_one_before_are_clear_and_others_are_not():
    rng = np.random.default_rng(2)
    noise = rng.normal(size=200)
    drift = np.convolve(noise, [1.0, 0.8, 0.6], mode="same")
    starts = np.arange(200) == 0
    assert not serial_correlation(noise, starts)[1]
    correlation, is_clear = serial_correlation(drift, starts)
    assert is_clear
    assert correlation == pytest.approx(float(drift[1:] @ drift[:-1] / (drift @ drift)))
    assert serial_correlation(np.zeros(5), np.arange(5) == 0) == (0.0, False)
    assert serial_correlation(drift, np.ones(200)) == (0.0, False)
