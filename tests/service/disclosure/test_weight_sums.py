"""Sums of weights: dominance and p-ratio, against acro and by hand."""

import csv
from pathlib import Path

import numpy as np
import pytest

from service.disclosure.cells import release_cells
from service.disclosure.policies import POLICIES, policy_named
from service.disclosure.weight_sums import hidden_sums
from spatial.errors import InvalidPointWeightsError

ACRO = Path(__file__).parents[2] / "reference" / "acro"
SACRO = policy_named("sacro")
CATEGORIES = 8


@pytest.fixture(scope="module")
def outcomes():
    with (ACRO / "outcomes.csv").open(newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def cells_and_weights():
    with (ACRO / "records.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    cells = [int(row["area"]) * CATEGORIES + int(row["category"]) for row in rows]
    return np.array(cells), np.array([float(row["weight"]) for row in rows])


def test_counts_are_hidden_where_acro_rejects_them(outcomes, cells_and_weights):
    cells, _ = cells_and_weights
    counts = np.bincount(cells, minlength=len(outcomes))
    rejected = [row["threshold"] == "1" or row["zero"] == "1" for row in outcomes]
    np.testing.assert_array_equal(release_cells(counts, SACRO).is_hidden, rejected)
    assert 0 < sum(rejected) < len(rejected)


def test_sums_are_hidden_where_acro_rejects_them(outcomes, cells_and_weights):
    cells, weights = cells_and_weights
    rejected = np.array([row["dominance"] == "1" or row["p_ratio"] == "1" for row in outcomes])
    hidden = hidden_sums(cells, weights, SACRO, size=len(outcomes))
    np.testing.assert_array_equal(hidden, rejected)
    assert 0 < rejected.sum() < len(rejected)


@pytest.mark.parametrize(
    ("weights", "is_hidden"),
    [
        ([], False),
        ([5.0], True),
        ([5.0, 5.0], True),
        ([0.0, 0.0, 0.0], True),
        ([5.0, 4.0, 0.4], True),  # 0.4 is less than a tenth of 5
        ([5.0, 4.0, 1.0], True),  # 9 of 10 is nine tenths
        ([5.0, 4.0, 1.1], False),
        ([1.0] * 10, False),
    ],
)
def test_a_sum_is_hidden_where_one_part_could_be_worked_out(weights, is_hidden):
    cells = np.zeros(len(weights), dtype=np.int64)
    assert hidden_sums(cells, weights, SACRO, size=1)[0] == is_hidden


def test_the_order_of_the_records_does_not_matter(cells_and_weights):
    cells, weights = cells_and_weights
    order = np.random.default_rng(1).permutation(len(cells))
    np.testing.assert_array_equal(
        hidden_sums(cells[order], weights[order], SACRO, size=240),
        hidden_sums(cells, weights, SACRO, size=240),
    )


def test_records_of_no_cell_have_no_part():
    cells = np.array([0, -1, 0, 0, -1])
    assert not hidden_sums(cells, [1.0, 99.0, 1.0, 1.0, 0.0], SACRO, size=1)[0]


@pytest.mark.parametrize("name", sorted(set(POLICIES) - {"sacro"}))
def test_other_policies_hide_no_sum_by_its_parts(name):
    assert not hidden_sums(np.array([0]), [5.0], policy_named(name), size=1).any()


def test_a_weight_below_0_is_refused():
    with pytest.raises(InvalidPointWeightsError):
        hidden_sums(np.array([0]), [-1.0], SACRO, size=1)
