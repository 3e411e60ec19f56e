"""Keys of records and cells: even, secret, and the same after every import."""

import itertools
from zlib import crc32

import numpy as np
import pandas as pd
import pytest
from cell_key_perturbation.create_perturbed_table import create_perturbed_table

from service.disclosure.cells import HIDDEN, release_cells
from service.disclosure.perturbation import perturbation_table
from service.disclosure.policies import policy_named
from service.disclosure.record_keys import cell_keys, record_contents, record_keys
from spatial.errors import InvalidParameterError, InvalidValuesError

SECRET = b"invented secret of thirty-two bytes."


def records(n, *, ids=0.5, seed=1):
    """Ids, of which some are missing and some repeated, and contents, of which some are equal."""
    rng = np.random.default_rng(seed)
    names = [f"I-{k}" if rng.random() < ids else None for k in rng.integers(0, n, n)]
    columns = [[f"2024-{m:02}" for m in rng.integers(1, 13, n)], rng.integers(0, 9, n).tolist()]
    return names, record_contents(columns)


def test_the_keys_are_spread_evenly():
    ids, contents = records(51_200, ids=1)
    times = np.bincount(record_keys(SECRET, "callouts", ids, contents), minlength=256)
    assert ((times - 200) ** 2 / 200).sum() < 350  # chi squared of 255, p below 0.0001


def test_the_order_of_the_rows_does_not_change_the_key_of_any_cell():
    ids, contents = records(4_000)
    order = np.random.default_rng(2).permutation(4_000)
    cells = np.array([crc32(text.encode()) % 50 for text in contents])
    before = cell_keys(cells, record_keys(SECRET, "a", ids, contents), size=50)
    after = record_keys(SECRET, "a", [ids[k] for k in order], [contents[k] for k in order])
    np.testing.assert_array_equal(cell_keys(cells[order], after, size=50), before)


def test_other_records_do_not_change_the_keys_of_a_record():
    ids = [f"I-{k}" for k in range(300)]
    contents = ["x"] * 300
    np.testing.assert_array_equal(
        record_keys(SECRET, "a", ids, contents)[:100],
        record_keys(SECRET, "a", ids[:100], contents[:100]),
    )


def test_a_correction_does_not_change_the_key_of_a_record_with_an_id():
    keys = [record_keys(SECRET, "a", ["I-1"], [text]) for text in ("before", "after")]
    assert keys[0] == keys[1]


@pytest.mark.parametrize(
    ("ids", "contents"), [(["I-1"] * 200, ["x"] * 200), ([None] * 200, ["x"] * 200)]
)
def test_records_of_the_same_name_have_keys_of_their_own(ids, contents):
    assert len(set(record_keys(SECRET, "a", ids, contents))) > 100


def test_an_id_is_not_taken_for_a_content():
    ids = [f"{k}" for k in range(200)]
    as_ids = record_keys(SECRET, "a", ids, [""] * 200)
    assert (as_ids != record_keys(SECRET, "a", [None] * 200, ids)).sum() > 150


@pytest.mark.parametrize(("secret", "dataset"), [(SECRET[::-1], "a"), (SECRET, "b")])
def test_keys_differ_by_secret_and_by_dataset(secret, dataset):
    ids, contents = records(500, ids=1)
    keys = record_keys(SECRET, "a", ids, contents)
    assert (record_keys(secret, dataset, ids, contents) == keys).mean() < 0.05


def test_a_short_secret_is_refused_without_being_told():
    with pytest.raises(InvalidParameterError, match="at least 32 bytes long") as refusal:
        record_keys(b"opensesame", "a", [], [])
    assert "opensesame" not in str(refusal.value)


def test_as_many_ids_as_contents_are_needed():
    with pytest.raises(InvalidValuesError, match="must be 1, got 0"):
        record_keys(SECRET, "a", [], ["x"])


def test_an_empty_cell_and_a_record_of_no_cell_have_no_part():
    keys = cell_keys(np.array([0, 0, 2, -1]), np.array([200, 100, 7, 9]), size=4)
    assert list(keys) == [44, 0, 7, 0]


# The package of the Office for National Statistics as oracle -------------------------------------


def perturbed_by_the_office(area, kind, keys, table, threshold):
    """Its table of counts; its values for pairs that do not occur are part of it."""
    data = pd.DataFrame({"area": area, "kind": kind, "record_key": keys})
    return create_perturbed_table(
        data, table, ["area"], ["kind"], "record_key", threshold=threshold
    ).set_index(["area", "kind"])


def office_table(rows):
    """Its form of a table: counts 1 to 750 with every key."""
    counts = np.arange(1, 751)
    changes = rows[np.minimum(counts, len(rows) - 1)]
    return pd.DataFrame(
        {
            "pcv": np.repeat(counts, 256),
            "ckey": np.tile(np.arange(256), 750),
            "pvalue": changes.ravel(),
        }
    )


def ten_five(count):
    """The change of the table that the package comes with: below 10 to 0, else to 5."""
    return -count if count < 10 else (count + 2) // 5 * 5 - count


def cells_of_every_size(seed=3):
    """Records in 10 areas by 6 kinds, from none to 1,200 in a cell, and their keys."""
    rng = np.random.default_rng(seed)
    sizes = np.concatenate([np.arange(40), [0, 0, 60, 99, 250, 501, 749, 750, 751, 752, 1_200]])
    sizes = rng.permutation(np.concatenate([sizes, np.zeros(60 - len(sizes), dtype=int)]))
    cell = np.repeat(np.arange(60), sizes)
    keys = record_keys(SECRET, "a", [f"I-{k}" for k in range(len(cell))], [""] * len(cell))
    return sizes, cell, keys


def assert_agrees(policy, table, threshold):
    sizes, cell, keys = cells_of_every_size()
    area, kind = cell // 6, cell % 6
    oracle = perturbed_by_the_office(area, kind, keys, table, threshold)
    ours = release_cells(sizes, policy, cell_keys=cell_keys(cell, keys, size=60))
    for number, (a, k) in enumerate(itertools.product(range(10), range(6))):
        value = oracle.loc[(a, k), "count"] if (a, k) in oracle.index else pd.NA
        if (a, k) not in oracle.index:  # an area or a kind without any record
            assert sizes[number] == 0
        elif value is pd.NA:
            assert ours.released[number] == HIDDEN
        else:
            assert ours.released[number] == value
    assert oracle["count"].notna().sum() > 20


def test_counts_by_cell_key_agree_with_the_package_of_the_office():
    policy = policy_named("ons-cell-key")
    assert_agrees(policy, office_table(perturbation_table("unbiased-5-3").rows), threshold=0)


def test_threshold_and_rounding_agree_with_the_package_of_the_office():
    rows = np.array([[ten_five(count)] * 256 for count in range(751)])
    assert_agrees(policy_named("ons-10-5"), office_table(rows), threshold=10)
