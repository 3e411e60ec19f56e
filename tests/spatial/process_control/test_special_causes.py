"""Special causes: as NHSRplotthedots finds them, and as a slow search of every window does."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spatial.process_control.limits import process_limits
from spatial.process_control.special_causes import RULES, special_causes
from tests.spatial.process_control.published import SERIES


def causes_of(values, segments=None):
    numbers = [0] * len(values) if segments is None else segments
    return special_causes(process_limits(values, numbers))


def hits(values, name):
    """The positions at which a rule is met."""
    return np.flatnonzero(causes_of(values).rules[RULES.index(name)]).tolist()


def slow_rules(limits, segments):
    """The rules again, from every window of every stretch of values without a gap."""
    value, met = limits.value, [set() for _ in RULES]
    mean, lower, upper = limits.mean, limits.lower, limits.upper
    direction = {}
    for i, x in enumerate(value):
        if x > upper[i] or x < lower[i]:
            met[0].add(i)
    for size in (3, 7):
        for first in range(len(value) - size + 1):
            window = range(first, first + size)
            if any(math.isnan(value[i]) or segments[i] != segments[first] for i in window):
                continue
            above = all(value[i] > mean[i] for i in window)
            under = all(value[i] < mean[i] for i in window)
            if size == 7 and (above or under):
                met[3].update(window)
            steps = [value[i + 1] - value[i] for i in window[:-1]]
            if size == 7 and (min(steps) > 0 or max(steps) < 0):
                met[1].update(window)
                direction.update(dict.fromkeys(window, 1 if steps[0] > 0 else -1))
            near = [
                i for i in window
                if i not in met[0]
                and abs(value[i] - mean[i]) > (upper[i] - mean[i]) * 2 / 3
            ]  # fmt: skip
            if size == 3 and (above or under) and len(near) >= 2:
                met[2].update(near)
    rules = np.array([[i in positions for i in range(len(value))] for positions in met])
    sides = [
        0 if not rules[:, i].any()
        else direction[i] if rules[1, i] and not rules[0, i]
        else (1 if value[i] > mean[i] else -1)
        for i in range(len(value))
    ]  # fmt: skip
    return rules, sides


@pytest.mark.parametrize("series", SERIES, ids=str)
def test_rules_and_directions_are_those_of_nhsrplotthedots(series):
    causes = causes_of(series.value, series.segment)
    np.testing.assert_array_equal(causes.rules, series.rules)
    sides = [
        1 if "Above" in text or "Increasing" in text else 0 if text == "Common Cause" else -1
        for text in series.types
    ]
    assert causes.direction.tolist() == sides


def test_the_series_of_nhsrplotthedots_have_every_kind_of_cause():
    kinds = {text for series in SERIES for text in series.types}
    assert len(kinds) == 9


@given(st.lists(st.tuples(st.integers(0, 12), st.integers(0, 9), st.integers(0, 19)), max_size=60))
def test_rules_are_those_of_a_slow_search(steps):
    level, values, segments = 0.0, [], []
    for k, (size, gap, cut) in enumerate(steps):
        # A walk that comes back, so that runs, rises and jumps all occur; whole numbers are exact.
        level = 0.7 * level + size
        values.append(math.nan if gap == 0 else round(level, 3))
        segments.append((segments[-1] if segments else 0) + (cut == 0 and k > 0))
    limits = process_limits(values, segments)
    rules, sides = slow_rules(limits, segments)
    causes = special_causes(limits)
    np.testing.assert_array_equal(causes.rules, rules)
    assert causes.direction.tolist() == sides


def test_seven_on_one_side_are_a_shift_and_six_are_none():
    low, high = [0, 1, 0, 1, 0, 1, 0, 1], [5, 4, 5, 4, 5, 4]
    assert hits([*low, *high, 0, 0, 1, 0, 0], "shift") == [*range(8)]
    assert hits([*low, *high, 5, 0, 0, 1, 0, 0], "shift") == [*range(8), *range(8, 15)]


def test_seven_that_rise_are_a_trend_and_six_are_none():
    assert hits([3, 1, 2, 3, 4, 5, 6, 2, 3], "trend") == []
    assert hits([3, 1, 2, 3, 4, 5, 6, 7, 2], "trend") == [1, 2, 3, 4, 5, 6, 7]
    assert hits([1, 2, 3, 3, 4, 5, 6, 7], "trend") == []


def test_a_value_that_ends_one_trend_and_begins_another_has_the_direction_of_the_later():
    values = [*[0, 9] * 8, *range(1, 8), *range(6, -1, -1)]
    assert causes_of(values).direction[16:].tolist() == [1] * 6 + [-1] * 8


def test_a_gap_and_a_new_segment_end_a_run():
    values = [0, 1, 0, 1, 0, 1, 0, 9, 8, 9, 8, 9, 8, 9]
    assert causes_of(values).rules[3].all()
    gap = [*values[:10], math.nan, *values[10:]]
    assert not causes_of(gap).rules[3, 7:].any()
    assert not causes_of(values, [0] * 10 + [1] * 4).rules[3, 7:].any()


def test_a_series_that_never_moves_has_common_cause():
    assert causes_of([0.1] * 12).names() == ("",) * 12
