"""Step changes: against a slow search, where they are put, and what p says."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spatial.errors import InvalidParameterError, InvalidValuesError
from spatial.process_control.step_changes import SHORTEST, likelihood_ratios, step_changes

DAYS = np.array([31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] * 4, np.float64)


def slow_ratio(counts, days, split):
    """Twice the log of the likelihood ratio of two rates against one, term by term."""

    def log_likelihood(part):
        rate = sum(counts[part]) / sum(days[part])
        return sum(
            c * math.log(rate * d) - rate * d if c else -rate * d
            for c, d in zip(counts[part], days[part], strict=True)
        )

    whole, before, after = slice(None), slice(0, split), slice(split, None)
    return 2 * (log_likelihood(before) + log_likelihood(after) - log_likelihood(whole))


@given(st.lists(st.integers(0, 40), min_size=2 * SHORTEST, max_size=30))
def test_ratios_are_those_of_the_poisson_likelihood(counts):
    days = DAYS[: len(counts)]
    ratios = likelihood_ratios(np.array([counts], float), days[None])[0]
    splits = range(SHORTEST, len(counts) - SHORTEST + 1)
    slow = [slow_ratio(counts, days, split) for split in splits]
    np.testing.assert_allclose(ratios, slow, atol=1e-7)


def test_a_change_is_put_where_it_is_and_the_parts_are_searched_again():
    rates = np.repeat([4.0, 8.0, 3.0], 16)
    changes = step_changes(np.round(rates * DAYS), DAYS)
    assert changes.first.tolist() == [0, 16, 32]
    assert np.isnan(changes.p_value[0])
    assert (changes.p_value[1:] <= 0.05).all()


def test_p_is_the_share_of_all_orders_with_a_ratio_as_large():
    # Of the 20 ways to share six steps between two parts of three, two part low from high.
    changes = step_changes([1, 2, 3, 30, 31, 32], np.ones(6), level=0.5, permutations=20_000)
    assert changes.first.tolist() == [0, 3]
    assert changes.p_value[1] == pytest.approx(0.1, abs=0.007)


def test_with_positions_only_steps_of_the_same_one_change_places():
    # Two positions, each with 20 ways to place three ones and three nines: 2 of 400 part as clearly.
    counts = [1, 1, 1, 1, 1, 1, 9, 9, 9, 9, 9, 9]
    changes = step_changes(
        counts, np.ones(12), position=[0, 1] * 6, level=0.5, permutations=20_000
    )
    assert changes.p_value[1] == pytest.approx(2 / 400, abs=0.002)
    # One of each position: there is nothing to put in another order.
    alone = step_changes(counts, np.ones(12), position=range(12), level=0.5)
    assert alone.first.tolist() == [0]


def test_a_level_without_change_is_one_and_so_is_a_series_too_short():
    assert step_changes(np.round(5 * DAYS), DAYS).first.tolist() == [0]
    assert step_changes([1, 1, 9, 9, 9], np.ones(5)).first.tolist() == [0]
    assert step_changes(np.zeros(48), DAYS).first.tolist() == [0]
    assert len(step_changes([], []).first) == 0


def test_months_differ_in_days_and_not_in_level():
    # Short months first: counts rise with the days alone.
    days = np.sort(DAYS)
    assert step_changes(np.round(20 * days), days).first.tolist() == [0]


def test_the_seed_decides_and_another_gives_nearly_the_same_p():
    counts = np.random.default_rng(3).poisson(5 * DAYS)
    counts[24:] += 12
    first, again = (step_changes(counts, DAYS, level=0.5, seed=1).p_value for _ in range(2))
    np.testing.assert_array_equal(first, again)
    other = step_changes(counts, DAYS, level=0.5, seed=2).p_value
    assert other[1] == pytest.approx(first[1], abs=0.02)


@pytest.mark.parametrize(
    ("counts", "exposures", "options", "error"),
    [
        ([1, -1], [1, 1], {}, InvalidValuesError),
        ([1, 0.5], [1, 1], {}, InvalidValuesError),
        ([1, 2], [1, 0], {}, InvalidValuesError),
        ([1, 2], [1], {}, InvalidValuesError),
        ([1, 2], [1, 1], {"position": [0]}, InvalidValuesError),
        ([1, 2], [1, 1], {"level": 1.0}, InvalidParameterError),
        ([1, 2], [1, 1], {"permutations": 0}, InvalidParameterError),
    ],
)
def test_what_is_no_series_of_counts_is_refused(counts, exposures, options, error):
    with pytest.raises(error):
        step_changes(counts, exposures, **options)
