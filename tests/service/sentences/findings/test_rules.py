"""What may be said of numbers: nobody leads whom chance may have put first."""

import pytest
import scipy.stats

from service.sentences.findings.rules import SMALLEST_BASE, leading, rivals, share_text


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
        ([0], "a is the highest"),
        ([0, 2], "a and c are among the highest"),
        ([1, 0, 2, 3], "b is among the highest, with 3 that may be as high"),
    ],
)
def test_several_that_may_lead_are_among_the_highest(rows, text):
    assert leading(["a", "b", "c", "d"], rows) == text


def test_few_incidents_have_no_per_cent():
    assert share_text(3, 12) == "3 of 12"
    assert share_text(SMALLEST_BASE / 2, SMALLEST_BASE) == "50 %"
    assert share_text(1, 100_000) == "0.001 %"
