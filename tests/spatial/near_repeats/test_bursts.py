"""The scan of days: printed values of Naus's approximation, exact ones, and chance."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom, poisson

from spatial.errors import InvalidParameterError, InvalidValuesError
from spatial.near_repeats.bursts import (
    largest_by_chance,
    most_within,
    naus_probability,
    seconds_of_draws,
)
from tests.spatial.near_repeats import oracles
from tests.strategies import quantities

# Karlin and Brendel (1992), Science 257: clusters of DAM sites in the 4.7 million bases of E. coli,
# 1.1 expected in 250, in a window of 245, by Naus (1982): P(8 or more) 0.87, P(10 or more) 0.03.
DAM = {"mean": 1.1 * 245 / 250, "windows": 4.7e6 / 245}


@pytest.mark.parametrize(("largest", "printed"), [(8, 0.87), (10, 0.03)])
def test_the_printed_values_of_karlin_and_brendel(largest, printed):
    assert naus_probability(largest, **DAM) == pytest.approx(printed, abs=0.005)


def test_the_value_that_ptools_documents_for_cyclists_in_london():
    # Six deaths within a fortnight in eight years of 0.6 a fortnight (Aberdein and Spiegelhalter
    # 2013); 0.039 by Naus's approximation, as the tests of R's ptools have it.
    assert naus_probability(6, mean=0.6, windows=208) == pytest.approx(0.03902238, abs=5e-6)


@pytest.mark.parametrize("windows", [2.0, 3.0])
@pytest.mark.parametrize("mean", [0.05, 0.6, 3.0])
def test_over_two_and_three_windows_it_is_exact(mean, windows):
    events = np.arange(0, 400)
    chance = poisson.pmf(events, mean * windows)
    # No two of n points on a line of so many windows are within one (Barton and David 1956).
    apart = np.clip(1.0 - (events - 1.0) / windows, 0.0, None)
    apart[0] = apart[1] = 1.0
    none_close = float((chance * apart**events).sum())
    assert naus_probability(2, mean=mean, windows=windows) == pytest.approx(1 - none_close)
    assert naus_probability(1, mean=mean, windows=windows) == pytest.approx(
        1 - math.exp(-mean * windows)
    )


def test_five_events_over_three_windows_are_as_simulated():
    rng = np.random.default_rng(6)
    hits, rounds = 0, 20_000
    for _ in range(rounds):
        times = np.sort(rng.uniform(0, 3, rng.poisson(6.0)))
        hits += bool(len(times) >= 5 and (times[4:] - times[:-4]).min() <= 1.0)
    assert naus_probability(5, mean=2.0, windows=3.0) == pytest.approx(hits / rounds, abs=0.012)


@given(
    largest=st.integers(1, 40),
    mean=quantities(0.01, 15),
    windows=quantities(2, 500),
)
def test_more_is_less_likely_and_longer_more(largest, mean, windows):
    p = naus_probability(largest, mean=mean, windows=windows)
    assert 0.0 <= p <= 1.0
    assert naus_probability(largest + 1, mean=mean, windows=windows) <= p + 1e-9
    assert naus_probability(largest, mean=mean, windows=windows + 5) >= p - 1e-9


@given(st.lists(st.integers(0, 60), max_size=40), st.integers(1, 20))
def test_the_largest_number_is_that_seen_from_every_day(days, window_days):
    largest, first = most_within(days, window_days=window_days)
    assert largest == oracles.most_within(days, window_days)
    assert sum(first <= day < first + window_days for day in days) == largest


def test_two_incidents_fall_into_a_window_as_often_as_can_be_counted():
    days, window = 60, 7
    chance = largest_by_chance([2], np.arange(days), window_days=window, draws=20_000)
    exact = (days + 2 * sum(days - apart for apart in range(1, window))) / days**2
    assert chance.p_value(2, 2) == pytest.approx(exact, abs=0.01)
    assert chance.p_value(2, 1) == 1.0


def test_counts_of_days_drawn_together_are_binomial():
    chance = largest_by_chance([40], [0, 9], window_days=3, draws=20_000)
    for largest in (20, 24, 28):
        exact = min(1.0, 2 * binom.sf(largest - 1, 40, 0.5)) if largest > 20 else 1.0
        assert chance.p_value(40, largest) == pytest.approx(exact, abs=0.01)


def test_both_ways_to_draw_agree():
    asked = {"covered_days": np.arange(30), "window_days": 4, "draws": 4_000}
    together = largest_by_chance([300], **asked).of(300)
    one_by_one = largest_by_chance(range(290, 301), **asked).of(300)
    assert together.mean() == pytest.approx(one_by_one.mean(), abs=0.4)
    assert np.quantile(together, 0.95) == pytest.approx(np.quantile(one_by_one, 0.95), abs=1)


def test_days_that_are_not_covered_stay_empty():
    with_gap = [*range(10), *range(100, 110)]
    chance = largest_by_chance([30], with_gap, window_days=20, draws=500)
    assert (chance.of(30) >= 15).all()  # each half lies in one window
    assert largest_by_chance([0], with_gap, window_days=5, draws=9).of(0).tolist() == [0] * 9


@given(st.integers(1, 30), st.sampled_from([0.01, 0.05, 0.1, 0.5]), st.integers(0, 50))
def test_the_least_number_that_is_a_lot_is_the_first_whose_p_is_at_the_level(count, level, seed):
    chance = largest_by_chance([count], np.arange(90), window_days=7, draws=199, seed=seed)
    least = chance.least_with(count, level)
    assert chance.p_value(count, least) <= level
    assert chance.p_value(count, least - 1) > level


def test_one_seed_gives_one_answer():
    first, again, other = (
        largest_by_chance([25], np.arange(99), window_days=9, draws=99, seed=seed).of(25).tolist()
        for seed in (1, 1, 2)
    )
    assert first == again != other


def test_the_cost_grows_with_the_draws():
    numbers = np.array([10, 500])
    few, many = (seconds_of_draws(numbers, 365, 7, draws) for draws in (99, 9_900))
    assert many == pytest.approx(100 * few)


@pytest.mark.parametrize(
    "wrong",
    [{"largest": 0}, {"mean": 0.0}, {"mean": math.nan}, {"windows": 1.9}, {"windows": math.inf}],
)
def test_numbers_out_of_range_are_refused(wrong):
    asked = {"largest": 3, "mean": 1.0, "windows": 10.0} | wrong
    with pytest.raises(InvalidParameterError, match=next(iter(wrong))):
        naus_probability(asked["largest"], mean=asked["mean"], windows=asked["windows"])


@pytest.mark.parametrize(
    ("incidents", "days", "window"), [([-1], [0], 1), ([1], [], 1), ([1], [1, 1], 1)]
)
def test_days_and_numbers_that_are_none_are_refused(incidents, days, window):
    with pytest.raises(InvalidValuesError):
        largest_by_chance(incidents, days, window_days=window, draws=9)


def test_a_window_of_no_days_is_refused():
    with pytest.raises(InvalidParameterError, match="window_days"):
        largest_by_chance([1], [0], window_days=0, draws=9)
