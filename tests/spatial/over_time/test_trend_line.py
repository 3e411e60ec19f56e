"""Lines of trend, against statsmodels and as properties.

The values from outside are those of statsmodels 0.15.0, ``sm.GLM(counts, design,
family=Poisson(), offset=log(days)).fit(scale="X2")``, with Student's t of its residual degrees of
freedom; the design has a constant, the centred years, and for the season contrasts that add up
to 0.
"""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spatial.errors import InvalidValuesError
from spatial.over_time.trend_line import trend_line
from tests.strategies import quantities

COUNTS = np.array(
    [
        62, 55, 71, 60, 58, 80, 91, 77, 70, 66, 59, 52,
        68, 61, 85, 70, 66, 97, 99, 90, 78, 70, 71, 60,
        75, 66, 80, 88, 79, 99, 120, 101, 90, 82, 70, 71,
    ]
)  # fmt: skip
DAYS = np.array([31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] * 3)
DAYS[13] = 29
YEARS = (np.cumsum(DAYS) - DAYS / 2) / 365.25
MONTH = np.arange(36) % 12


def test_a_line_is_that_of_a_quasi_poisson_model():
    line = trend_line(COUNTS, DAYS, YEARS)
    assert (line.change, line.change_lower, line.change_upper) == pytest.approx(
        (11.33925232160996, 4.0784773052663805, 19.106557172006863)
    )
    assert line.dispersion == pytest.approx(2.2479367926259606)
    assert line.freedom == 34
    ends = [(line.value[k], line.lower[k], line.upper[k]) for k in (0, -1)]
    assert ends[0] == pytest.approx((2.1260755039890427, 1.887605348537529, 2.3946727276251893))
    assert ends[1] == pytest.approx((2.908012812805863, 2.6060285733701227, 3.2449907134007545))
    assert not line.has_season


def test_the_season_in_the_model_makes_the_interval_narrower():
    line = trend_line(COUNTS, DAYS, YEARS, position=MONTH, seasons=12, least_dispersion=0.0)
    assert line.has_season
    assert (line.change, line.change_lower, line.change_upper) == pytest.approx(
        (12.849540506649785, 10.462304917637073, 15.288367394266109)
    )
    assert line.dispersion == pytest.approx(0.19359649881106938)
    ends = [(line.value[k], line.lower[k], line.upper[k]) for k in (0, -1)]
    assert ends[0] == pytest.approx((2.057923020585239, 1.9826190931029517, 2.1360871452249053))
    assert ends[1] == pytest.approx((2.9275789107819716, 2.8287145611554525, 3.02989859653936))


def test_scatter_below_that_of_poisson_is_not_taken_for_precision():
    exact = trend_line([100] * 8, [30] * 8, np.arange(8.0))
    assert exact.dispersion == 1.0
    assert exact.value[0] == pytest.approx(100 / 30)
    assert exact.lower[0] < 3.3 < 3.4 < exact.upper[0]
    assert exact.change == pytest.approx(0.0, abs=1e-9)


def test_what_is_not_known_is_not_fitted_and_the_line_goes_on():
    is_known = np.arange(36) < 30
    whole = trend_line(COUNTS[:30], DAYS[:30], YEARS[:30])
    part = trend_line(np.where(is_known, COUNTS, np.nan), DAYS, YEARS)
    assert part.change == pytest.approx(whole.change)
    np.testing.assert_allclose(part.value[:30], whole.value)
    assert np.isfinite(part.value).all()
    uncovered = trend_line(COUNTS, np.where(is_known, DAYS, 0), YEARS)
    assert uncovered.change == pytest.approx(whole.change)


@given(scale=quantities(0.001, 1000.0), shift=quantities(-50.0, 50.0))
def test_units_and_the_origin_of_time_change_nothing(scale, shift):
    line = trend_line(COUNTS, DAYS, YEARS)
    moved = trend_line(COUNTS, DAYS * scale, YEARS + shift)
    assert moved.change == pytest.approx(line.change, rel=1e-6)
    assert moved.change_upper == pytest.approx(line.change_upper, rel=1e-6)
    np.testing.assert_allclose(moved.value * scale, line.value, rtol=1e-6)


@given(st.lists(st.integers(0, 30), min_size=5, max_size=40))
def test_the_line_has_as_many_incidents_as_there_are(counts):
    line = trend_line(counts, np.ones(len(counts)), np.arange(len(counts)))
    if line is not None:
        assert line.value.sum() == pytest.approx(sum(counts), rel=1e-6)
        assert (line.lower <= line.value).all()
        assert (line.value <= line.upper).all()


def test_residuals_that_follow_on_are_noticed():
    runs = trend_line([50] * 8 + [100] * 8 + [50] * 8, [30] * 24, np.arange(24) / 12)
    assert runs.autocorrelation > 0.5
    assert runs.is_autocorrelated
    to_and_fro = trend_line([50, 100] * 12, [30] * 24, np.arange(24) / 12)
    assert to_and_fro.autocorrelation < 0
    assert not to_and_fro.is_autocorrelated


@pytest.mark.parametrize(
    "counts", [[5, 6, 7, 8], [0] * 10, [np.nan] * 10, [9] + [0] * 9, [np.nan] * 6 + [5, 6, 7, 8]]
)
def test_too_few_steps_or_incidents_have_no_line(counts):
    assert trend_line(counts, [30] * len(counts), np.arange(len(counts)) / 12) is None


def test_a_season_that_cannot_be_told_is_left_out():
    two_years = trend_line(COUNTS[:24], DAYS[:24], YEARS[:24], position=MONTH[:24], seasons=12)
    assert not two_years.has_season
    empty_month = np.where(MONTH == 3, 0, COUNTS)
    assert not trend_line(empty_month, DAYS, YEARS, position=MONTH, seasons=12).has_season


def test_values_without_meaning_are_refused():
    with pytest.raises(InvalidValuesError):
        trend_line([1, 2, 3], [1, 1], [1, 2, 3])
    with pytest.raises(InvalidValuesError):
        trend_line([1, -2, 3], [1, 1, 1], [1, 2, 3])


@pytest.mark.parametrize("variance", [1.0, 3.0])
def test_intervals_cover_the_change_as_often_as_they_say(variance):
    rng = np.random.default_rng(21)
    years = np.arange(60) / 12
    mean = 30.0 * np.exp(0.05 * years)
    counts = (
        rng.poisson(mean, (600, 60))
        if variance == 1.0
        else rng.negative_binomial(mean / (variance - 1.0), 1.0 / variance, (600, 60))
    )
    lines = [trend_line(count, np.ones(60), years) for count in counts]
    change = 100.0 * np.expm1(0.05)
    covered = np.mean([line.change_lower <= change <= line.change_upper for line in lines])
    assert 0.93 < covered < 0.98
