"""Adjusted p and classes: against R, against SciPy, and as properties."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy.stats import false_discovery_control

from spatial.errors import InvalidParameterError, InvalidValuesError
from spatial.local_statistics.multiplicity import (
    CLASSES,
    CORRECTIONS,
    confidence_classes,
    corrected,
    must_be_extreme_together,
)
from tests.spatial.lattices import SpdepMap
from tests.strategies import quantities

P_VALUES = hnp.arrays(np.float64, st.integers(1, 30), elements=quantities(0, 1))


@pytest.mark.parametrize("correction", ["bh", "by", "bonferroni", "holm"])
def test_adjusted_p_equals_r(correction):
    areas = SpdepMap.read().areas
    np.testing.assert_allclose(
        corrected(areas["p"], correction=correction), areas[f"p_{correction}"], rtol=1e-9
    )


@given(p=P_VALUES)
def test_false_discovery_rates_equal_scipy(p):
    for correction in ("bh", "by"):
        np.testing.assert_allclose(
            corrected(p, correction=correction),
            false_discovery_control(p, method=correction),
            rtol=1e-12,
        )


@given(p=P_VALUES)
def test_holm_and_bonferroni_equal_their_definitions(p):
    n = len(p)
    np.testing.assert_allclose(corrected(p, correction="bonferroni"), np.minimum(1, n * p))
    order = np.argsort(p)
    holm, worst = np.empty(n), 0.0
    for rank, at in enumerate(order):
        worst = max(worst, (n - rank) * p[at])
        holm[at] = min(1.0, worst)
    np.testing.assert_allclose(corrected(p, correction="holm"), holm)


@given(p=P_VALUES)
def test_no_correction_lowers_a_p_nor_changes_the_order(p):
    order = np.argsort(p, kind="stable")
    for correction in CORRECTIONS:
        q = corrected(p, correction=correction)
        assert np.all(q >= p - 1e-15)
        assert np.all(np.diff(q[order]) >= 0)


def test_areas_not_tested_are_no_tests():
    q = corrected([0.01, np.nan, 0.04], correction="bonferroni")
    np.testing.assert_array_equal(q, [0.02, np.nan, 0.08])


def test_nothing_tested_is_nothing_adjusted():
    assert np.isnan(corrected([np.nan, np.nan])).all()
    assert len(corrected([])) == 0


def test_mistake_3_the_p_adjustment_named_is_the_one_applied():
    p = np.array([0.001, 0.011, 0.02, 0.04, 0.3])
    adjusted = {name: corrected(p, correction=name).tolist() for name in CORRECTIONS}
    assert len({tuple(q) for q in adjusted.values()}) == len(CORRECTIONS)
    assert adjusted["bh"] == pytest.approx([0.005, 0.0275, 1 / 30, 0.05, 0.3])


@pytest.mark.parametrize(
    ("q", "hot", "cold"),
    [
        (0.001, "hot 99", "cold 99"),
        (0.01, "hot 99", "cold 99"),
        (0.0101, "hot 95", "cold 95"),
        (0.05, "hot 95", "cold 95"),
        (0.1, "hot 90", "cold 90"),
        (0.10001, "not significant", "not significant"),
        (1.0, "not significant", "not significant"),
        (np.nan, "not tested", "not tested"),
    ],
)
def test_the_class_follows_from_q_and_sign(q, hot, cold):
    assert confidence_classes([2.5, -2.5], [q, q]).tolist() == [hot, cold]


def test_an_area_whose_z_and_tail_disagree_is_not_called():
    found = confidence_classes([3.0, 3.0, -3.0], [0.001] * 3, tail=[1, -1, -1])
    assert found.tolist() == ["hot 99", "not significant", "cold 99"]


def test_nothing_significant_is_a_valid_answer():
    assert set(confidence_classes([1.0, -1.0, 0.0], [0.9, 0.9, 1.0])) == {"not significant"}


@given(seed=st.integers(0, 1000))
def test_every_class_is_one_of_those_named(seed):
    rng = np.random.default_rng(seed)
    found = confidence_classes(rng.normal(size=50), rng.random(50) ** 4)
    assert set(found) <= set(CLASSES)


@pytest.mark.parametrize(
    ("areas", "permutations", "needed"),
    [(1600, 999, 64), (1600, 9_999, 7), (1600, 99_999, 1), (516, 99_999, 1), (35_344, 999, 1414)],
)
def test_how_many_must_be_extreme_together(areas, permutations, needed):
    assert must_be_extreme_together(areas, permutations) == needed


@given(areas=st.integers(1, 3000), permutations=st.integers(19, 9_999))
def test_fewer_than_those_needed_together_are_never_called(areas, permutations):
    needed = must_be_extreme_together(areas, permutations)
    smallest = 2.0 / (permutations + 1)
    for extreme in {needed, needed - 1} - {0}:
        if extreme <= areas:
            p = np.ones(areas)
            p[:extreme] = smallest
            called = corrected(p)[0] <= 0.05 * (1 + 1e-12)
            assert called == (extreme >= needed)


def test_requests_without_meaning_are_refused():
    with pytest.raises(InvalidParameterError):
        corrected([0.1], correction="fdr")
    for p in ([1.1], [-0.1], [[0.1]]):
        with pytest.raises(InvalidValuesError):
            corrected(p)
    for areas, permutations, alpha in ((0, 99, 0.05), (9, 0, 0.05), (9, 99, 0.0)):
        with pytest.raises(InvalidParameterError):
            must_be_extreme_together(areas, permutations, alpha=alpha)
    with pytest.raises(InvalidValuesError):
        confidence_classes([1.0], [0.1, 0.2])
