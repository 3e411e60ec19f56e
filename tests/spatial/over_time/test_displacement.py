"""Displacement: worked by hand, as published, and against the sum written out."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import norm

from spatial.errors import InvalidParameterError, InvalidValuesError
from spatial.over_time.displacement import weighted_displacement_differences
from tests.strategies import quantities


def of_pairs(*pairs, **options):
    """The one difference of pairs (before, after), in the order of the groups."""
    pairs += ((0, 0),) * (4 - len(pairs))
    before, after = zip(*pairs, strict=True)
    return weighted_displacement_differences(before, after, **options)


def test_displacement_worked_by_hand():
    # (40 - 60) - (48 - 50) + (22 - 20) - (18 - 21) = -20 + 2 + 2 + 3 = -13, sqrt(279)
    result = of_pairs((60, 40), (50, 48), (20, 22), (21, 18))
    assert result.difference == -13.0
    assert result.standard_error == pytest.approx(math.sqrt(279))
    assert result.z_score == pytest.approx(-13 / math.sqrt(279))
    assert result.p_value == pytest.approx(2 * norm.sf(13 / math.sqrt(279)))
    assert result.lower == pytest.approx(-13 - 1.959964 * math.sqrt(279), abs=1e-4)
    assert result.upper == pytest.approx(-13 + 1.959964 * math.sqrt(279), abs=1e-4)


def test_the_example_of_the_paper():
    """Wheeler and Ratcliffe (2018): 207 to 110 and 178 to 157, controls 308 to 318, 150 to 140."""
    result = of_pairs((207, 110), (308, 318), (178, 157), (150, 140))
    assert result.difference == -118.0
    assert result.standard_error**2 == pytest.approx(1_568)
    assert np.round(result.z_score, 2) == -2.98
    assert np.round([result.lower, result.upper]).ravel().tolist() == [-196.0, -40.0]


def test_the_example_of_its_program():
    """ptools: 20 to 10 with a control of 20 and 20, an interval of 90 %."""
    result = of_pairs((20, 10), (20, 20), confidence=0.9)
    assert result.standard_error == pytest.approx(8.366600, abs=1e-6)
    assert result.z_score == pytest.approx(-1.195229, abs=1e-6)
    assert [result.lower[0], result.upper[0]] == pytest.approx([-23.761833, 3.761833], abs=1e-6)


def test_displacement_need_not_be_looked_at():
    assert of_pairs((60, 40), (50, 48)).difference == -18.0
    assert of_pairs((0, 0), (0, 0)).p_value == 1.0


def test_unequal_periods_are_brought_to_the_length_after():
    """Twice as long after: 12 - 20 minus 30 - 16, and the variance of 42 + 4 x 18 incidents."""
    result = of_pairs((10, 12), (8, 30), first_exposure=31.0, second_exposure=62.0)
    assert result.difference == pytest.approx(-22.0)
    assert result.standard_error == pytest.approx(math.sqrt(42 + 4 * 18))


def test_the_printed_example_of_unequal_periods():
    """ptools, two years before and one after: control 100 to 50, target 80 to 20."""
    result = of_pairs((80, 20), (100, 50), first_exposure=2.0, second_exposure=1.0)
    assert result.difference[0] == pytest.approx(-20.0)
    assert result.standard_error[0] == pytest.approx(math.sqrt(115))


def test_the_printed_example_of_areas_of_unequal_size():
    """ptools: the example of the paper over areas of 1.2, 0.9, 1.5 and 1.6, per unit of area."""
    sizes = [1.2, 0.9, 1.5, 1.6]
    near = of_pairs((207, 110), (308, 318), sizes=sizes)
    further = of_pairs((0, 0), (0, 0), (178, 157), (150, 140), sizes=sizes)
    difference = near.difference[0] / 1.2 + further.difference[0] / 1.5
    error = math.hypot(near.standard_error[0] / 1.2, further.standard_error[0] / 1.5)
    assert difference == pytest.approx(-99.69444444, abs=1e-8)
    assert error == pytest.approx(35.4280755, abs=1e-7)
    assert difference / error == pytest.approx(-2.813995483, abs=1e-9)


COUNTS = st.lists(st.integers(0, 500), min_size=8, max_size=8)
SIZES = st.lists(quantities(0.1, 30.0), min_size=4, max_size=4)


@given(counts=COUNTS, sizes=SIZES, before=quantities(1.0, 400.0), after=quantities(1.0, 400.0))
def test_areas_and_periods_of_unequal_size_are_divided_by_it(counts, sizes, before, after):
    """As rates per size and day, written out term by term, times target, displacement and days."""
    pairs = np.array(counts, float).reshape(4, 2)
    result = of_pairs(*pairs, sizes=sizes, first_exposure=before, second_exposure=after)
    estimate = variance = 0.0
    for group, sign in enumerate((1, -1, 1, -1)):
        scale = after * sizes[0 if group < 2 else 2]
        for count, days, direction in zip(pairs[group], (before, after), (-1, 1), strict=True):
            estimate += sign * direction * count / (sizes[group] * days) * scale
            variance += count * (scale / (sizes[group] * days)) ** 2
    assert result.difference[0] == pytest.approx(estimate, rel=1e-9, abs=1e-6)
    assert result.standard_error[0] == pytest.approx(math.sqrt(variance), rel=1e-9, abs=1e-9)


def test_harm_is_the_sum_of_the_differences_of_offences_times_their_weights():
    """As the program of the paper's author combines offences: variances times squared weights."""
    offences = {
        3.0: ((130, 74), (133, 91)),
        2.0: ((327, 202), (388, 305)),
        5.0: ((398, 190), (148, 97)),
        7.0: ((144, 92), (86, 64)),
        10.0: ((183, 96), (94, 67)),
    }
    alone = {weight: of_pairs(*pairs) for weight, pairs in offences.items()}
    sums, squares = (
        sum(
            weight**power * np.array([*pairs, (0, 0), (0, 0)])
            for weight, pairs in offences.items()
        )
        for power in (1, 2)
    )
    result = weighted_displacement_differences(
        *sums.T, before_squares=squares.T[0], after_squares=squares.T[1]
    )
    assert result.difference[0] == pytest.approx(-1721.0)  # as ptools prints it
    assert result.standard_error[0] == pytest.approx(304.10360077)
    assert [result.lower[0], result.upper[0]] == pytest.approx([-2317.03210507, -1124.96789493])
    assert result.difference[0] == pytest.approx(
        sum(weight * each.difference[0] for weight, each in alone.items())
    )
    assert result.standard_error[0] ** 2 == pytest.approx(
        sum((weight * each.standard_error[0]) ** 2 for weight, each in alone.items())
    )


def test_each_period_after_is_compared_by_itself():
    after, days = np.array([[3, 4, 0, 0], [9, 8, 0, 0]]), np.array([31.0, 59.0])
    result = weighted_displacement_differences(
        np.tile([60, 50, 0, 0], (2, 1)), after, first_exposure=365.0, second_exposure=days
    )
    for row in range(2):
        one = weighted_displacement_differences(
            [60, 50, 0, 0], after[row], first_exposure=365.0, second_exposure=days[row]
        )
        assert one.difference[0] == result.difference[row]
        assert one.p_value[0] == result.p_value[row]


def test_the_interval_covers_what_it_states():
    drawn = np.random.default_rng(1).poisson([60, 45, 50, 55], (5_000, 4)).astype(float)
    nowhere = np.zeros((5_000, 2))
    result = weighted_displacement_differences(
        np.hstack([drawn[:, ::2], nowhere]), np.hstack([drawn[:, 1::2], nowhere])
    )
    assert 0.94 < np.mean((result.lower <= -20) & (result.upper >= -20)) < 0.96


def test_requests_without_meaning_are_refused():
    for wrong in ((-1, 1, 1, 1), (1, 2, 3), (np.nan, 1, 1, 1)):
        with pytest.raises(InvalidValuesError):
            weighted_displacement_differences(wrong, wrong)
    for sizes in ((1, 2, 3), (1, 0, 1, 1), (1, np.inf, 1, 1)):
        with pytest.raises(InvalidValuesError):
            weighted_displacement_differences((1,) * 4, (1,) * 4, sizes=sizes)
    for options in ({"confidence": 0.0}, {"first_exposure": 0.0}, {"second_exposure": math.inf}):
        with pytest.raises(InvalidParameterError):
            weighted_displacement_differences((1,) * 4, (1,) * 4, **options)
