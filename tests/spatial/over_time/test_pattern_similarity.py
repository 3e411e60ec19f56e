"""Similarity of patterns: a published example, resamples by brute force, and its level."""

import numpy as np
import pytest
from scipy.stats import binom, hypergeom

from spatial.errors import InvalidParameterError, InvalidValuesError
from spatial.over_time.pattern_similarity import pattern_similarity

FEW = {"replicates": 19}


def test_the_example_of_sppt():
    """The README of the R package sppt 0.1.5: base, test, interval in per cent and index."""
    result = pattern_similarity(
        [2, 2, 2, 1, 0, 1], [2, 1, 2, 2, 1, 1], resampling="subsample", **FEW
    )
    assert (100 * result.first_share).tolist() == [25.0, 25.0, 25.0, 12.5, 0.0, 12.5]
    assert (100 * result.lower).tolist() == [12.5, 0.0, 12.5, 12.5, 0.0, 0.0]
    assert (100 * result.upper).tolist() == [25.0, 12.5, 25.0, 25.0, 12.5, 12.5]
    assert result.direction.tolist() == [0, -1, 0, 0, 0, 0]
    assert result.s_index == result.s_robust == pytest.approx(0.8333333, abs=1e-7)


@pytest.mark.parametrize("resampling", ["bootstrap", "subsample"])
def test_an_interval_is_the_quantiles_of_the_distribution_of_resamples(resampling):
    counts = np.array([0, 1, 2, 5, 17, 40, 160, 1_300, 60_000])
    total = int(counts.sum())
    result = pattern_similarity(counts + 1, counts, resampling=resampling, **FEW)
    size = total if resampling == "bootstrap" else round(0.85 * total)
    for area, count in enumerate(counts):
        law = (
            binom(size, count / total)
            if resampling == "bootstrap"
            else hypergeom(total, count, size)
        )
        assert size * result.lower[area] == pytest.approx(law.ppf(0.025), abs=1e-6)
        assert size * result.upper[area] == pytest.approx(law.ppf(0.975), abs=1e-6)


@pytest.mark.parametrize("resampling", ["bootstrap", "subsample"])
def test_an_interval_is_what_many_resamples_give(resampling):
    """As the package draws: sort the shares of each area, and drop 2.5 % at either end."""
    rng = np.random.default_rng(3)
    first, second = rng.poisson(8, (2, 12))
    result = pattern_similarity(first, second, resampling=resampling, **FEW)
    points = np.repeat(np.arange(12), second)
    size = len(points) if resampling == "bootstrap" else round(0.85 * len(points))
    resamples = np.sort(
        [
            np.bincount(rng.choice(points, size, replace=resampling == "bootstrap"), minlength=12)
            for _ in range(20_000)
        ],
        axis=0,
    )
    lower, upper = resamples[500], resamples[19_499]
    assert np.abs(size * result.lower - lower).max() <= 1
    assert np.abs(size * result.upper - upper).max() <= 1
    assert np.mean(np.isclose(size * result.lower, lower)) > 0.8
    share = first / first.sum()
    direction = (share < result.lower).astype(int) - (share > result.upper).astype(int)
    assert result.direction.tolist() == direction.tolist()


def test_areas_without_an_incident_count_in_the_plain_index_alone():
    first, second = [30, 5, 10, 0, 0], [5, 30, 10, 0, 0]
    result = pattern_similarity(first, second, **FEW)
    assert result.direction.tolist() == [-1, 1, 0, 0, 0]
    assert result.s_index == 3 / 5
    assert result.s_robust == 1 / 3


def test_patterns_that_are_the_same_are_alike_and_opposite_ones_are_not():
    pattern = np.arange(1, 41)
    alike = pattern_similarity(pattern, 3 * pattern, replicates=199)
    assert alike.s_index == 1.0
    assert alike.p_value > 0.5
    opposite = pattern_similarity(pattern, 3 * pattern[::-1], replicates=199)
    assert opposite.s_index < 0.5
    assert opposite.p_value == 1 / 200


def test_two_samples_of_one_pattern_differ_in_more_than_five_of_a_hundred_areas():
    """Why the index needs something to be compared with."""
    counts = np.random.default_rng(1).poisson(20, (2, 300))
    result = pattern_similarity(*counts, replicates=99)
    mean, lower, upper = result.s_unchanged
    assert mean < 0.9
    assert lower <= result.s_robust <= upper


def test_without_replicates_there_is_no_comparison():
    result = pattern_similarity([3, 4], [5, 6], replicates=0)
    assert result.s_index == 1.0
    assert np.isnan([result.p_value, *result.s_unchanged]).all()


def test_one_seed_gives_one_answer():
    counts = np.random.default_rng(2).poisson(2, (2, 50))
    first, again = (pattern_similarity(*counts, replicates=99, seed=7) for _ in range(2))
    assert (first.p_value, first.s_unchanged) == (again.p_value, again.s_unchanged)


def test_unchanged_patterns_are_called_as_often_as_stated():
    rng, called = np.random.default_rng(4), 0
    for seed in range(400):
        counts = rng.poisson([[1.0], [3.0]], (2, 40))
        called += pattern_similarity(*counts, replicates=39, seed=seed).p_value <= 0.05
    assert 0.02 < called / 400 < 0.085  # 5 % less or more what so few may err


def test_requests_without_meaning_are_refused():
    for wrong in (([1, 2], [0, 0]), ([0, 0], [1, 2]), ([1.5, 1], [1, 2]), ([1], [1, 2])):
        with pytest.raises(InvalidValuesError):
            pattern_similarity(*wrong)
    for options in ({"replicates": 18}, {"confidence": 1.0}):
        with pytest.raises(InvalidParameterError):
            pattern_similarity([1, 2], [2, 1], **options)
