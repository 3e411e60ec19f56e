"""Global envelopes: against ranks counted one by one, and p of the whole curve."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from spatial.errors import InvalidParameterError, InvalidValuesError
from spatial.point_patterns.envelopes import global_envelope

CURVES = hnp.arrays(np.float64, (40, 5), elements=st.integers(0, 30))


def slow_orders(curves):
    """For each curve the number at least as extreme, by its sorted ranks."""
    number = len(curves)
    lengths = []
    for curve in curves:
        ranks = []
        for k, value in enumerate(curve):
            below = sum(other[k] <= value for other in curves)
            above = sum(other[k] >= value for other in curves)
            ranks.append(min(below, above))
        lengths.append(sorted(ranks))
    return [sum(other <= mine for other in lengths) for mine in lengths], number


@given(CURVES)
def test_rank_envelopes_are_of_the_curves_that_are_not_extreme(curves):
    envelope = global_envelope(curves[0], curves[1:], confidence=0.9)
    orders, number = slow_orders(curves)
    assert envelope.p_value == orders[0] / number
    ordinary = curves[[order > 0.1 * number + 1e-9 for order in orders]]
    np.testing.assert_array_equal(envelope.lower, ordinary.min(axis=0))
    np.testing.assert_array_equal(envelope.upper, ordinary.max(axis=0))


@pytest.mark.parametrize("kind", ["rank", "mad"])
def test_a_curve_leaves_the_envelope_where_its_p_is_small(kind):
    rng = np.random.default_rng(3)
    steps = 0
    for by in np.repeat(np.linspace(0.0, 12.0, 26), 4):
        curves = rng.normal(size=(200, 12)).cumsum(axis=1)
        observed = curves[0] + by * (np.arange(12) == 6)
        envelope = global_envelope(observed, curves[1:], kind=kind)
        is_outside = ((observed < envelope.lower) | (observed > envelope.upper)).any()
        assert is_outside == (envelope.p_value <= 0.05)
        steps += is_outside
    assert 10 < steps < 90


def test_mad_is_the_largest_distance_from_the_mean_of_all():
    curves = np.random.default_rng(5).normal(size=(100, 7))
    envelope = global_envelope(curves[0], curves[1:], kind="mad")
    largest = np.abs(curves - curves.mean(axis=0)).max(axis=1)
    assert envelope.p_value == np.mean(largest >= largest[0])
    np.testing.assert_allclose(envelope.upper - envelope.mean, np.sort(largest)[-6])


def test_distances_without_a_value_are_left_out():
    curves = np.random.default_rng(6).normal(size=(60, 4))
    curves[7, 2] = np.nan
    envelope = global_envelope(curves[0], curves[1:])
    assert np.isnan(envelope.lower).tolist() == [False, False, True, False]
    others = curves[:, [0, 1, 3]]
    assert envelope.p_value == global_envelope(others[0], others[1:]).p_value
    nothing = np.full((20, 4), np.nan)
    assert np.isnan(global_envelope(nothing[0], nothing[1:]).p_value)


def test_curves_that_are_not_alike_are_refused():
    with pytest.raises(InvalidValuesError):
        global_envelope(np.zeros(3), np.zeros((9, 4)))
    with pytest.raises(InvalidParameterError):
        global_envelope(np.zeros(3), np.zeros((9, 3)), confidence=0.0)
    with pytest.raises(InvalidParameterError):
        global_envelope(np.zeros(3), np.zeros((9, 3)), kind="other")
