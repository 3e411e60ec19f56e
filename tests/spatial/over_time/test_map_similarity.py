"""Similarity of two hotspot maps: unchanged maps are called unchanged, others are not."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import spearmanr

from spatial.errors import InvalidParameterError, InvalidValuesError
from spatial.local_statistics.getis_ord import gi_star
from spatial.over_time.map_similarity import map_similarity, rank_correlation
from tests.spatial.lattices import lattice

AROUND = lattice(15, 15)
KM2 = np.full(225, 0.5)


def find_hot(values):
    return gi_star(values, AROUND).z_score > 2.5


def risk(row, col):
    mean = np.full((15, 15), 4.0)
    mean[row : row + 4, col : col + 4] = 14.0
    return mean.ravel()


def compare(one, other, **options):
    rng = np.random.default_rng(options.pop("draw", 0))
    return map_similarity(
        rng.poisson(one), rng.poisson(other), find_hot, area_km2=KM2, replicates=99, **options
    )


@given(seed=st.integers(0, 10_000))
def test_rank_correlation_equals_scipy(seed):
    rng = np.random.default_rng(seed)
    a, b = rng.integers(0, 6, (2, 12))
    found = rank_correlation(a, b)
    if np.ptp(a) and np.ptp(b):
        assert found == pytest.approx(spearmanr(a, b).statistic)
    else:
        assert np.isnan(found)


@pytest.mark.compiled
def test_two_samples_of_one_map_are_unchanged_whatever_the_volume():
    unchanged = 0
    for draw in range(12):
        found = compare(risk(3, 3), 1.6 * risk(3, 3), draw=draw)
        unchanged += found.overlap_p > 0.05 and found.rank_p > 0.05
        assert found.overlap < 1.0
    assert unchanged >= 9


def test_a_hotspot_that_moved_is_a_changed_picture():
    found = compare(risk(2, 2), risk(9, 9))
    assert found.overlap < 0.1
    assert found.overlap_p <= 0.02
    assert found.rank_p <= 0.02
    assert found.overlap < found.overlap_unchanged[0]
    assert found.rank_correlation < found.rank_unchanged[0]


def test_identical_maps_overlap_entirely():
    counts = np.random.default_rng(4).poisson(risk(3, 3))
    found = map_similarity(counts, counts, find_hot, area_km2=KM2, replicates=19)
    assert found.overlap == 1.0
    assert found.rank_correlation == pytest.approx(1.0)
    assert found.overlap_p == 1.0


def test_overlap_is_of_area_not_of_number():
    hot = {1.0: [True, True, False], 2.0: [False, True, True]}

    def flags(values):
        return np.array(hot.get(float(values[0]), [False] * 3))

    found = map_similarity([1, 5, 5], [2, 5, 4], flags, area_km2=[1.0, 2.0, 5.0], replicates=19)
    assert found.overlap == pytest.approx(2.0 / 8.0)


def test_maps_without_hot_areas_have_no_overlap():
    found = map_similarity(
        np.arange(225), np.arange(225), lambda x: np.zeros(225, bool), area_km2=KM2, replicates=19
    )
    assert np.isnan([found.overlap, found.overlap_p, *found.overlap_unchanged]).all()
    assert found.rank_correlation == pytest.approx(1.0)


@pytest.mark.compiled
def test_the_range_of_the_unchanged_map_holds_unchanged_maps():
    """The rank correlation of two samples of one map, in about 19 of 20 pairs."""
    rng = np.random.default_rng(7)
    means = rng.gamma(2.0, 2.0, 225)
    inside = 0
    for draw in range(40):
        found = compare(means, means, draw=draw, seed=draw)
        inside += found.rank_unchanged[0] <= found.rank_correlation <= found.rank_unchanged[1]
    assert inside >= 34


def test_one_seed_one_answer():
    assert compare(risk(3, 3), risk(4, 4), seed=5) == compare(risk(3, 3), risk(4, 4), seed=5)


def test_requests_without_meaning_are_refused():
    counts = np.arange(225)
    for wrong in ({"replicates": 5}, {"confidence": 0.0}):
        with pytest.raises(InvalidParameterError):
            map_similarity(counts, counts, find_hot, area_km2=KM2, **wrong)
    with pytest.raises(InvalidValuesError):
        map_similarity(counts, counts, find_hot, area_km2=0 * KM2)
    with pytest.raises(InvalidValuesError):
        map_similarity(counts, 0 * counts, find_hot, area_km2=KM2)
