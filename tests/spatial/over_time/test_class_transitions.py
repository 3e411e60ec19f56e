"""Chains of classes: element by element as giddy counts them, and the level of the test."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from spatial.errors import InvalidParameterError, InvalidValuesError
from spatial.over_time.class_transitions import (
    UNKNOWN,
    context_test,
    lag_contexts,
    likelihood_ratio,
    majority_contexts,
    probabilities,
    quantile_classes,
    steady_state,
    transition_counts,
)
from spatial.weights.weights import Neighbours
from tests.spatial.lattices import dense_weights, lattice

EVERY = np.ones(8, np.bool_)


@pytest.fixture(scope="module")
def giddy_markov():
    """The chains of giddy, which imports for seconds."""
    from giddy import markov

    return markov


@pytest.fixture(scope="module")
def series():
    """Incomes, as it were, of 36 areas in 9 steps: those side by side go together."""
    rng = np.random.default_rng(6)
    level = np.add.outer(np.arange(6), np.arange(6)).ravel()
    return level[:, None] + np.cumsum(rng.normal(0.0, 1.5, (36, 9)), axis=1)


def pysal_weights(neighbours):
    from libpysal.weights import W

    rows = {
        area: neighbours.indices[neighbours.indptr[area] : neighbours.indptr[area + 1]].tolist()
        for area in range(neighbours.n)
    }
    weights = W(rows, silence_warnings=True)
    weights.transform = "r"
    return weights


@given(
    classes=hnp.arrays(np.int64, (5, 6), elements=st.integers(-1, 2)),
    contexts=hnp.arrays(np.int64, (5, 6), elements=st.integers(-1, 1)),
    is_next=hnp.arrays(np.bool_, 5, elements=st.booleans()),
)
def test_moves_are_counted_one_by_one(classes, contexts, is_next):
    counts = transition_counts(
        classes, n_classes=3, is_next=is_next, contexts=contexts, n_contexts=2
    )
    expected = np.zeros((2, 3, 3), int)
    for area in range(5):
        for step in range(5):
            context, first, second = (
                contexts[area, step], classes[area, step], classes[area, step + 1],
            )  # fmt: skip
            if is_next[step] and min(context, first, second) >= 0:
                expected[context, first, second] += 1
    np.testing.assert_array_equal(counts, expected)


def test_a_chain_is_that_of_giddy(giddy_markov, series):
    classes, limits = quantile_classes(series, 4)
    theirs = giddy_markov.Markov(classes, summary=False)
    counts = transition_counts(classes, n_classes=4, is_next=EVERY)[0]
    assert len(limits) == 4
    np.testing.assert_array_equal(counts, theirs.transitions)
    np.testing.assert_allclose(probabilities(counts), theirs.p, rtol=1e-12)
    np.testing.assert_allclose(steady_state(counts), theirs.steady_state, rtol=1e-9)


@pytest.mark.parametrize("number", [3, 5])
def test_a_spatial_chain_is_that_of_giddy(giddy_markov, series, number):
    around = lattice(6, 6)
    theirs = giddy_markov.Spatial_Markov(
        series, pysal_weights(around), k=number, m=number, fixed=True
    )
    classes, _ = quantile_classes(series, number)
    contexts = lag_contexts(series, around, number)
    counts = transition_counts(
        classes, n_classes=number, is_next=EVERY, contexts=contexts, n_contexts=number
    )
    np.testing.assert_array_equal(counts, theirs.T)
    np.testing.assert_allclose(np.nan_to_num(probabilities(counts)), theirs.P, rtol=1e-12)
    test = context_test(series, around, number=number, is_next=EVERY)
    assert test.statistic == pytest.approx(theirs.LR)
    assert test.freedom == theirs.dof_hom
    assert np.isnan(test.p_value)


def test_the_steady_state_of_a_published_chain():
    """Kemeny and Snell's weather in the land of Oz: two fifths, one fifth, two fifths."""
    counts = [[2, 1, 1], [1, 0, 1], [1, 1, 2]]
    np.testing.assert_allclose(steady_state(counts), [0.4, 0.2, 0.4])


def test_a_class_that_is_never_left_takes_all_in_the_long_run():
    np.testing.assert_allclose(steady_state([[5, 5], [0, 3]]), [0.0, 1.0], atol=1e-12)


def test_two_classes_that_are_never_left_have_no_long_run():
    assert steady_state([[4, 1, 1], [0, 3, 0], [0, 0, 3]]) is None


def test_classes_never_seen_have_no_share_and_those_never_followed_no_long_run():
    np.testing.assert_allclose(steady_state([[1, 0, 1], [0, 0, 0], [1, 0, 1]]), [0.5, 0.0, 0.5])
    assert steady_state([[1, 1], [0, 0]]) is None
    assert steady_state(np.zeros((2, 2), int)) is None


def test_the_majority_of_the_neighbours_is_counted():
    around = Neighbours.from_pairs(4, [0, 0, 0, 1, 2], [1, 2, 3, 0, 0], directed=True)
    classes = np.array([[1, 0], [1, -1], [0, -1], [-1, 1]])
    contexts = majority_contexts(classes, around)
    # of area 0: hot and cold are even, then cold leads; area 3 has no neighbour
    assert contexts.tolist() == [[1, 0], [2, 1], [2, 1], [UNKNOWN, UNKNOWN]]


@given(values=hnp.arrays(np.float64, (4, 5), elements=st.integers(0, 6).map(float)))
def test_quantile_classes_are_in_the_order_of_the_values(values):
    classes, limits = quantile_classes(values, 3)
    assert 1 <= len(limits) <= 3
    assert np.all(values <= limits[classes])
    order = np.argsort(values, axis=None, kind="stable")
    assert np.all(np.diff(classes.ravel()[order]) >= 0)


def test_islands_have_no_context():
    around = Neighbours.from_pairs(3, [0, 1], [1, 0])
    contexts = lag_contexts([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]], around, 2)
    assert contexts[2].tolist() == [UNKNOWN, UNKNOWN]
    assert set(contexts[:2].ravel().tolist()) == {0, 1}
    alone = Neighbours.from_pairs(2, [], [])
    assert (lag_contexts([[1.0], [2.0]], alone, 2) == UNKNOWN).all()


def test_the_lag_is_the_mean_of_the_neighbours(series):
    around = lattice(6, 6)
    dense = dense_weights(around)
    lag = (dense / dense.sum(axis=1, keepdims=True)) @ series
    np.testing.assert_array_equal(lag_contexts(series, around, 5), quantile_classes(lag, 5)[0])


def test_where_all_contexts_are_alike_the_ratio_is_0():
    matrix = np.array([[3, 1], [2, 6]])
    assert likelihood_ratio([matrix, 5 * matrix]) == pytest.approx(0.0, abs=1e-9)
    assert likelihood_ratio([matrix, matrix[::-1]]) > 1.0


def test_neighbours_that_pull_each_other_are_found():
    around, rng = lattice(6, 6), np.random.default_rng(3)
    dense = dense_weights(around)
    pull = dense / dense.sum(axis=1, keepdims=True)
    steps = [rng.normal(0.0, 1.0, 36)]
    for _ in range(8):
        steps.append(1.2 * pull @ steps[-1] + rng.normal(0.0, 0.7, 36))
    series = np.column_stack(steps)
    test = context_test(series, around, number=3, is_next=EVERY, permutations=199, seed=1)
    assert test.p_value < 0.05


def test_series_that_lie_anywhere_are_called_as_often_as_stated():
    """Levels differ and last, which alone is no dependence on where an area is."""
    rng, called = np.random.default_rng(8), 0
    around = lattice(6, 6)
    for seed in range(120):
        level = rng.gamma(2.0, 1.0, (36, 1))
        values = rng.poisson(level, (36, 6)).astype(float)
        test = context_test(
            values, around, number=3, is_next=EVERY[:5], permutations=19, seed=seed
        )
        called += test.p_value <= 0.05
    assert 0.01 <= called / 120 < 0.11  # 5 % less or more what so few may err


def test_requests_without_meaning_are_refused():
    with pytest.raises(InvalidValuesError):
        transition_counts([[0, 3]], n_classes=3, is_next=[True])
    with pytest.raises(InvalidValuesError):
        transition_counts([[0, 1]], n_classes=2, is_next=[True, True])
    with pytest.raises(InvalidValuesError):
        transition_counts([[0, 1]], n_classes=2, is_next=[True], contexts=[[2, 0]], n_contexts=2)
    with pytest.raises(InvalidParameterError):
        quantile_classes([[1.0, 2.0]], 1)
