"""Sets of ranks: against the definition, exact tests of SciPy, and over simulated counties."""

import numpy as np
import pytest
from scipy.stats import binomtest

from spatial.errors import InvalidValuesError
from spatial.rates.ranks import MAX_DISTINCT, rank_sets

COUNTS = np.array([0.0, 1.0, 40.0, 40.0, 90.0, 3.0, 260.0, np.nan, 12.0, 7.0])
RESIDENTS = np.array([900.0, 1500.0, 1600.0, 1600.0, 1500.0, 0.0, 2100.0, 1500.0, np.nan, 90.0])


def slow_sets(counts, exposures, alpha):
    """The definition, pair by pair, with Holm's method over all ordered pairs."""
    n = len(counts)
    tests = []
    for j in range(n):
        for k in range(n):
            if j != k:
                a, b = int(counts[j]), int(counts[k])
                share = exposures[j] / (exposures[j] + exposures[k])
                p = binomtest(a, a + b, share, alternative="greater").pvalue if a + b else 1.0
                tests.append((p, j, k))
    higher = np.zeros((n, n), dtype=bool)
    for step, (p, j, k) in enumerate(sorted(tests)):
        if p * (len(tests) - step) > alpha:
            break
        higher[j, k] = True
    return 1 + higher.sum(axis=0), n - higher.sum(axis=1)


def test_rank_sets_are_what_exact_tests_judged_by_holm_leave_open():
    ranked = np.isfinite(COUNTS) & (RESIDENTS > 0)
    sets = rank_sets(COUNTS, RESIDENTS)
    best, worst = slow_sets(COUNTS[ranked], RESIDENTS[ranked], 0.05)
    np.testing.assert_array_equal(sets.best[ranked], best)
    np.testing.assert_array_equal(sets.worst[ranked], worst)
    np.testing.assert_array_equal(sets.rank[ranked], [7, 6, 4, 4, 3, 1, 2])
    assert not sets.rank[~ranked].any()
    assert not sets.best[~ranked].any()
    assert not sets.worst[~ranked].any()
    assert sets.best[ranked].max() > 1  # some ranks are excluded, or nothing was tested
    assert np.all((sets.best <= sets.rank) & (sets.rank <= sets.worst))


def test_sets_are_those_of_the_definition_however_far_areas_are_apart():
    generator = np.random.default_rng(5)
    for spread in (0.1, 0.5, 2.0):
        residents = generator.uniform(1.0, 50.0, 40).round(1)
        counts = generator.poisson(residents * np.exp(generator.normal(1.0, spread, 40)))
        sets = rank_sets(counts, residents)
        best, worst = slow_sets(counts, residents, 0.05)
        np.testing.assert_array_equal(sets.best, best)
        np.testing.assert_array_equal(sets.worst, worst)


def test_equal_counts_over_equal_exposures_share_a_rank_and_a_set():
    sets = rank_sets([5.0, 5.0, 5.0], [1.0, 1.0, 1.0])
    assert sets.rank.tolist() == [1, 1, 1]
    assert sets.best.tolist() == [1, 1, 1]
    assert sets.worst.tolist() == [3, 3, 3]


def test_one_area_and_no_area_have_their_ranks():
    assert rank_sets([4.0], [10.0]).worst.tolist() == [1]
    assert rank_sets([], []).rank.tolist() == []
    assert rank_sets([np.nan], [1.0]).rank.tolist() == [0]


@pytest.mark.parametrize("spread", [0.0, 0.3, 1.0])
def test_all_true_ranks_lie_in_their_sets_in_95_of_100_counties(spread):
    """120 areas; rates log-normal about 8 incidents an area."""
    generator = np.random.default_rng(7)
    counties, held = 200, 0
    for _ in range(counties):
        residents = generator.uniform(900, 2500, 120).round()
        rate = np.exp(generator.normal(0.0, spread, 120)) * 0.005
        sets = rank_sets(generator.poisson(rate * residents).astype(float), residents)
        highest = 1 + (rate[:, np.newaxis] > rate).sum(axis=0)
        lowest = len(rate) - (rate[:, np.newaxis] < rate).sum(axis=0)
        held += bool(np.all((sets.best <= highest) & (lowest <= sets.worst)))
    assert held >= 0.95 * counties - 2 * np.sqrt(counties * 0.05 * 0.95)


def test_a_clear_order_is_told_apart():
    sets = rank_sets([10.0, 1000.0, 100.0], [1.0, 1.0, 1.0])
    assert sets.best.tolist() == sets.worst.tolist() == sets.rank.tolist() == [3, 1, 2]


def test_counts_that_are_not_whole_and_too_many_rates_are_refused():
    with pytest.raises(InvalidValuesError, match="whole numbers"):
        rank_sets([1.5], [1.0])
    with pytest.raises(InvalidValuesError, match=f"at most {MAX_DISTINCT:,} distinct"):
        rank_sets(np.ones(MAX_DISTINCT + 1), 1.0 + np.arange(MAX_DISTINCT + 1.0))
