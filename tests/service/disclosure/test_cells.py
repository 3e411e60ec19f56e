"""Published counts: every policy over every count and key, and what remains possible."""

import numpy as np
import pytest

from service.disclosure.cells import HIDDEN, release_cells
from service.disclosure.policies import POLICIES, policy_named
from spatial.errors import InvalidParameterError, InvalidValuesError

LARGEST, KEYS = 2_000, 256
SURE = LARGEST - 5  # released values up to here come from counts up to LARGEST alone


def every_cell():
    """Every count with every key, in one table of cells."""
    counts = np.repeat(np.arange(LARGEST + 1), KEYS)
    return counts, np.tile(np.arange(KEYS), LARGEST + 1)


@pytest.fixture(scope="module", params=sorted(POLICIES))
def released(request):
    counts, keys = every_cell()
    policy = policy_named(request.param)
    return policy, counts, release_cells(counts, policy, cell_keys=keys)


def test_low_and_high_are_all_that_the_release_leaves_open(released):
    """The counts that lead to the same release are exactly those from `low` to `high`."""
    _, counts, cells = released
    for value in range(HIDDEN, SURE + 1):
        is_value = np.flatnonzero(cells.released == value)
        if not len(is_value):
            continue
        possible = np.unique(counts[is_value])
        assert set(cells.low[is_value]) == {possible[0]}
        assert set(cells.high[is_value]) == {possible[-1]}
        assert len(possible) == possible[-1] - possible[0] + 1


def test_a_hidden_cell_leaves_open_what_its_policy_states(released):
    policy, _, cells = released
    if policy.hidden_counts is None:
        assert not cells.is_hidden.any()
    else:
        assert set(cells.low[cells.is_hidden]) == {policy.hidden_counts[0]}
        assert set(cells.high[cells.is_hidden]) == {policy.hidden_counts[1]}
    np.testing.assert_array_equal(cells.is_hidden, cells.released == HIDDEN)


@pytest.mark.parametrize(
    ("name", "hidden", "shown"),
    [
        ("open", [], {0: (0, 0, 0), 1: (1, 1, 1), 751: (751, 751, 751)}),
        (
            "nhs-hes",
            [*range(1, 8)],
            {
                0: (0, 0, 0),
                8: (10, 8, 12),
                12: (10, 8, 12),
                13: (15, 13, 17),
                752: (750, 748, 752),
            },
        ),
        ("small-5", [*range(1, 5)], {0: (0, 0, 0), 5: (5, 5, 5), 1_000: (1_000, 1_000, 1_000)}),
        ("ons-10-5", [*range(10)], {10: (10, 10, 12), 12: (10, 10, 12), 13: (15, 13, 17)}),
        ("opensafely-7-5", [*range(8)], {8: (10, 8, 12), 13: (15, 13, 17)}),
        ("sacro", [*range(10)], {10: (10, 10, 10), 11: (11, 11, 11)}),
    ],
)
def test_a_count_is_released_as_its_policy_says(name, hidden, shown):
    policy = policy_named(name)
    if hidden:
        cells = release_cells(hidden, policy)
        assert cells.is_hidden.all()
        assert {(*pair,) for pair in zip(cells.low, cells.high, strict=True)} == {
            (hidden[0], hidden[-1])
        }
    cells = release_cells(list(shown), policy)
    rows = zip(cells.released, cells.low, cells.high, strict=True)
    assert [tuple(map(int, row)) for row in rows] == list(shown.values())


def test_a_perturbed_count_is_unbiased_bounded_and_never_1_or_2():
    counts, keys = every_cell()
    released = release_cells(counts, policy_named("ons-cell-key"), cell_keys=keys).released
    change = (released - counts).reshape(LARGEST + 1, KEYS)
    assert not change.sum(axis=1).any()
    assert np.abs(change).max() == 5
    assert not change[0].any()
    assert not np.isin(released, (1, 2)).any()


def test_a_perturbed_count_depends_on_nothing_but_count_and_key():
    rng = np.random.default_rng(1)
    counts, keys = every_cell()
    order = rng.permutation(len(counts))
    policy = policy_named("ons-cell-key")
    np.testing.assert_array_equal(
        release_cells(counts[order], policy, cell_keys=keys[order]).released,
        release_cells(counts, policy, cell_keys=keys).released[order],
    )


@pytest.mark.parametrize("name", sorted(POLICIES))
def test_no_cells_release_nothing(name):
    cells = release_cells([], policy_named(name), cell_keys=[])
    assert [len(a) for a in (cells.released, cells.is_hidden, cells.low, cells.high)] == [0] * 4


def test_what_is_released_cannot_be_changed_afterwards():
    counts = np.array([3, 20])
    cells = release_cells(counts, policy_named("open"))
    counts[0] = 7
    assert list(cells.released) == [3, 20]
    with pytest.raises(ValueError, match="read-only"):
        cells.released[0] = 1


@pytest.mark.parametrize(
    ("counts", "keys", "words"),
    [
        ([-1], [0], "counts: must be at least 0, got -1"),
        ([1.0], [0], "counts: must be a vector of integers"),
        ([[1]], [0], "counts: must be a vector of integers"),
        ([1], [256], "cell_keys: must be 0 to 255, got 256"),
        ([1, 2], [0], "cell_keys: must have 2 values, one per cell, got 1"),
    ],
)
def test_counts_and_keys_without_meaning_are_refused(counts, keys, words):
    with pytest.raises(InvalidValuesError, match=words):
        release_cells(counts, policy_named("ons-cell-key"), cell_keys=keys)


def test_cell_keys_cannot_be_left_out_where_they_matter():
    with pytest.raises(InvalidParameterError, match="given for ons-cell-key-1"):
        release_cells([1], policy_named("ons-cell-key"))
