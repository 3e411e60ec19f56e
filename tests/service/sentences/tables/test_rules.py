"""What may be said of numbers: nobody leads whom chance may have put first."""

import pytest
import scipy.stats

from service.sentences.numbers import SMALLEST_BASE, share_text
from service.sentences.tables.rules import leading, rate_change, rivals


def test_a_count_far_above_the_others_leads_alone():
    assert rivals([10, 100, 12]) == [1]


def test_counts_that_chance_may_have_exchanged_lead_together_highest_first():
    assert rivals([50, 55, 3]) == [1, 0]


def test_rates_lead_and_not_counts():
    assert rivals([100, 90], [10_000.0, 1_000.0]) == [1]


@pytest.mark.parametrize("counts", [[], [0, 0], [float("nan")]])
def test_without_an_incident_nobody_leads(counts):
    assert rivals(counts) == []


def test_the_test_is_the_exact_one_at_a_level_shared_by_the_others():
    counts = [30, 14, 13]
    limit = 0.05 / 2
    p_value = [scipy.stats.binom.sf(29, 30 + other, 0.5) for other in counts[1:]]
    assert rivals(counts) == [0, *(k for k, p in enumerate(p_value, 1) if p > limit)]


@pytest.mark.parametrize(
    ("rows", "text"),
    [
        ([0], "a has the most"),
        ([0, 2], "a and c may each have the most"),
        ([1, 0, 2, 3], "b is one of 4 that may have the most"),
        ([1, 0, 2, 3, 4], "none stands out as having the most"),
    ],
)
def test_only_who_is_told_apart_from_all_others_leads(rows, text):
    assert leading(["a", "b", "c", "d", "e"], rows, "the most") == text


@pytest.mark.parametrize(("before", "after"), [(100, 110), (3, 9), (0, 3)])
def test_a_change_that_may_be_chance_is_none(before, after):
    change = rate_change(before, after)
    assert not change.is_called
    assert str(change) == "no change beyond chance"


def test_a_change_beyond_chance_has_its_size_and_of_few_incidents_its_side_alone():
    assert str(rate_change(400, 200)) == "50 % fewer"
    assert str(rate_change(40, 4)) == "fewer"
    assert str(rate_change(0, 40)) == "more"


def test_more_incidents_than_the_test_goes_to_are_compared_by_its_limit():
    assert str(rate_change(20_000_000, 30_000_000)) == "50 % more"
    assert not rate_change(20_000_000, 20_001_000).is_called
    near = rate_change(10_000_000, 10_008_000).p_value
    assert rate_change(10_000_001, 10_008_001).p_value == pytest.approx(near, rel=1e-3)


def test_periods_of_unequal_length_are_compared_by_their_rates():
    assert str(rate_change(300, 300, days_before=365, days_after=120)) == "204 % more"
    assert not rate_change(300, 100, days_before=365, days_after=121).is_called


def test_few_incidents_have_no_per_cent():
    assert share_text(3, 12) == "3 of 12"
    assert share_text(SMALLEST_BASE / 2, SMALLEST_BASE) == "50 %"
    assert share_text(1, 100_000) == "0.001 %"
