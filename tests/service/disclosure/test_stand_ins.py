"""What hidden counts probably are: within their bounds, and right in sum where data can tell."""

import numpy as np
import pytest
from scipy.stats import nbinom

from service.disclosure.cells import release_cells
from service.disclosure.policies import POLICIES, policy_named
from service.disclosure.stand_ins import expected_counts, stand_ins
from spatial.errors import InvalidValuesError

SUPPRESSING = [name for name, policy in POLICIES.items() if policy.hidden_counts]


def counts_of_areas(level, *, dispersion=1.0, areas=300, columns=24, seed=1):
    """Counts of areas whose rates differ, in periods whose levels differ."""
    rng = np.random.default_rng(seed)
    means = np.outer(rng.gamma(2, 0.5, areas), level * rng.uniform(0.5, 1.5, columns))
    return rng.negative_binomial(dispersion, dispersion / (dispersion + means))


def released_table(counts, name):
    cells = release_cells(counts.ravel(), policy_named(name))
    return [array.reshape(counts.shape) for array in (cells.released, cells.low, cells.high)]


@pytest.mark.parametrize("name", SUPPRESSING)
@pytest.mark.parametrize("level", [0.0, 0.3, 10.0, 300.0])
def test_expected_counts_lie_between_the_bounds_and_leave_the_others(name, level):
    released, low, high = released_table(counts_of_areas(level, areas=60), name)
    expected = expected_counts(released, low, high)
    is_hidden = released < 0
    np.testing.assert_array_equal(expected[~is_hidden], released[~is_hidden])
    assert (expected >= low)[is_hidden].all()
    assert (expected <= high)[is_hidden].all()


@pytest.mark.parametrize(
    ("name", "error"), [("nhs-hes", 0.03), ("small-5", 0.03), ("ons-10-5", 0.1), ("sacro", 0.1)]
)
@pytest.mark.parametrize("dispersion", [0.3, 1.0, 1e6])
def test_the_sum_of_what_is_hidden_is_nearly_right(name, error, dispersion):
    """Less so where 0 is hidden too: areas of which nothing is shown tell nothing."""
    counts = counts_of_areas(10, dispersion=dispersion)
    released, low, high = released_table(counts, name)
    is_hidden = released < 0
    assert is_hidden.mean() > 0.2
    estimate = expected_counts(released, low, high)[is_hidden].sum()
    assert estimate == pytest.approx(counts[is_hidden].sum(), rel=error)


def test_an_area_with_more_that_is_shown_has_more_that_is_hidden():
    counts = np.array([[30, 2, 25, 28, 2], [0, 2, 0, 0, 2], [0, 1, 0, 3, 0], [9, 9, 8, 9, 3]])
    released, low, high = released_table(counts, "nhs-hes")
    expected = expected_counts(released, low, high)
    assert expected[0, 1] > expected[3, 4] > expected[1, 1]


def test_alike_cells_have_the_mean_of_a_distribution_cut_off_at_the_bounds():
    """With one area and one level the estimate is the truncated mean at the likeliest mean."""
    rng = np.random.default_rng(5)
    counts = rng.poisson(6, (200, 50))
    released, low, high = released_table(counts, "nhs-hes")
    hidden = np.arange(1, 8)
    chances = nbinom.pmf(hidden, 1e6, 1e6 / (1e6 + 6))
    expected = expected_counts(released, low, high)[released < 0]
    assert expected.mean() == pytest.approx(hidden @ chances / chances.sum(), rel=0.01)
    assert expected.std() < 0.2


@pytest.mark.parametrize("shape", [(0, 0), (0, 5), (5, 0)])
def test_a_table_without_cells_has_nothing_to_expect(shape):
    empty = np.zeros(shape, dtype=np.int64)
    assert expected_counts(empty, empty, empty).shape == shape


def test_tables_of_different_shapes_are_refused():
    with pytest.raises(InvalidValuesError, match="areas by columns"):
        expected_counts(np.zeros((2, 2), int), np.zeros((2, 2), int), np.zeros(4, int))


def test_stand_ins_are_whole_numbers_with_the_same_mean():
    expected = np.full(20_000, 2.3)
    counts = stand_ins(expected, [f"callouts E{k}" for k in range(20_000)])
    assert set(counts) == {2, 3}
    assert counts.mean() == pytest.approx(2.3, abs=0.02)


def test_a_stand_in_depends_on_its_own_cell_alone():
    names = [f"callouts E{k}" for k in range(500)]
    expected = np.linspace(0, 7, 500)
    np.testing.assert_array_equal(
        stand_ins(expected[100:], names[100:]), stand_ins(expected, names)[100:]
    )


def test_an_expected_whole_number_stays():
    assert list(stand_ins(np.array([0.0, 3.0, 7.0]), ["a", "b", "c"])) == [0, 3, 7]
    assert not len(stand_ins(np.zeros(0), []))


def test_every_stand_in_has_a_name():
    with pytest.raises(InvalidValuesError, match="must be 2, got 1"):
        stand_ins(np.zeros(2), ["a"])
