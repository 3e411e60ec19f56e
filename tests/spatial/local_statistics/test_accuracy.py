"""Accuracy of hotspot maps and concentration: worked by hand, and as properties."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spatial.errors import InvalidParameterError, InvalidValuesError
from spatial.local_statistics.accuracy import (
    concentration,
    hotspot_accuracy,
    share_of_choices,
)

AREA = np.array([1.0, 1.0, 2.0, 6.0])
BEFORE = np.array([10.0, 6.0, 4.0, 20.0])
AFTER = np.array([12.0, 3.0, 9.0, 6.0])


def test_indices_worked_by_hand():
    found = hotspot_accuracy([True, True, False, False], BEFORE, AFTER, area_km2=AREA)
    assert found.area_share == pytest.approx(0.2)
    assert found.hit_rate == pytest.approx(15 / 30)
    assert found.pai == pytest.approx(2.5)
    # Best for 2 km^2: the first area (12 per km^2), and half of the third (4.5 per km^2).
    assert found.pei == pytest.approx(15 / 16.5)
    # (15 / 16) / (30 / 40)
    assert found.rri == pytest.approx(1.25)
    # Densest before: the first (10) and the second (6).
    assert found.baseline_hit_rate == pytest.approx(0.5)
    assert found.baseline_pai == pytest.approx(2.5)


def test_all_area_catches_everything_and_says_nothing():
    found = hotspot_accuracy([True] * 4, BEFORE, AFTER, area_km2=AREA)
    assert (found.area_share, found.hit_rate, found.pai) == (1.0, 1.0, 1.0)
    assert found.pei == pytest.approx(1.0)
    assert found.rri == pytest.approx(1.0)


@given(seed=st.integers(0, 10_000))
def test_no_map_beats_the_best_and_its_share_bounds_the_index(seed):
    rng = np.random.default_rng(seed)
    before, after, area = rng.poisson(3, 12), rng.poisson(3, 12) + 1, rng.random(12) + 0.1
    hot = rng.random(12) < 0.4
    hot[0] = True
    found = hotspot_accuracy(hot, before, after, area_km2=area)
    assert 0 <= found.pei <= 1
    assert found.pai <= 1 / found.area_share + 1e-9
    best = hotspot_accuracy(
        np.argsort(np.argsort(-after / area)) < 3, before, after, area_km2=area
    )
    assert best.pei == pytest.approx(1.0)


def test_hot_areas_without_incidents_before_have_no_recapture_rate():
    found = hotspot_accuracy([True, False], [0, 5], [3, 5], area_km2=[1.0, 1.0])
    assert np.isnan(found.rri)


def test_half_of_the_incidents_in_the_fewest_areas():
    found = concentration([50, 20, 20, 5, 5])
    assert (found.areas_for_half, found.share_for_half) == (1, 0.2)
    assert concentration([1, 1, 1, 1]).areas_for_half == 2
    assert concentration([0.1] * 10).areas_for_half == 5


@given(seed=st.integers(0, 10_000))
def test_gini_is_half_the_relative_mean_difference(seed):
    count = np.random.default_rng(seed).poisson(4, 15) + (np.arange(15) == 0)
    difference = np.abs(count[:, None] - count).mean() / (2 * count.mean())
    found = concentration(count)
    assert found.gini == pytest.approx(difference)
    if count.sum() >= 15:
        assert found.adjusted_gini == pytest.approx(found.gini)


def test_with_fewer_incidents_than_areas_the_most_even_spread_is_zero():
    even = concentration([1] * 4 + [0] * 96)
    assert even.gini == pytest.approx(0.96)
    assert even.adjusted_gini == pytest.approx(0.0, abs=1e-12)
    one = concentration([4] + [0] * 99)
    # All four in one of a hundred: (2 x 100 - 101) / 4 - 25 + 1
    assert one.adjusted_gini == pytest.approx(0.75)


def test_share_of_choices_is_by_area():
    found = share_of_choices([[True, False, True], [True, False, False]])
    assert found.tolist() == [1.0, 0.0, 0.5]


def test_requests_without_meaning_are_refused():
    with pytest.raises(InvalidValuesError):
        hotspot_accuracy([False, False], [1, 2], [1, 2], area_km2=[1, 1])
    with pytest.raises(InvalidValuesError):
        hotspot_accuracy([True], [1, 2], [1, 2], area_km2=[1, 1])
    with pytest.raises(InvalidValuesError):
        hotspot_accuracy([True, False], [1, 2], [0, 0], area_km2=[1, 1])
    with pytest.raises(InvalidValuesError):
        hotspot_accuracy([True, False], [1, 2], [1, 2], area_km2=[1, 0])
    with pytest.raises(InvalidValuesError):
        hotspot_accuracy([True, False], [1, -2], [1, 2], area_km2=[1, 1])
    for counts in ([0, 0], [-1, 2]):
        with pytest.raises(InvalidValuesError):
            concentration(counts)
    with pytest.raises(InvalidParameterError):
        share_of_choices(np.zeros((0, 3)))
