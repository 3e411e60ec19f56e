"""Between vintages: exact where areas are unchanged or merged, shared by weight where split."""

import csv

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from boundaries.changes.vintages import (
    IRREGULAR,
    MERGED,
    SPLIT,
    UNCHANGED,
    carry_amounts,
    changes,
)
from boundaries.errors import LookupMismatchError
from spatial.errors import InvalidValuesError
from tests.strategies import quantities

ROWS = [
    ("u1", "u1", "U"),
    ("s1", "t1", "S"),
    ("s1", "t2", "S"),
    ("s1", "t3", "S"),
    ("m1", "n1", "M"),
    ("m2", "n1", "M"),
    ("x1", "y1", "X"),
    ("x1", "y2", "X"),
    ("x2", "y2", "X"),
]
LOOKUP = changes(ROWS, label="lookup.csv")  # old: m1 m2 s1 u1 x1 x2; new: n1 t1 t2 t3 u1 y1 y2
HOMES = [100.0, 10.0, 20.0, 30.0, 5.0, 1.0, 3.0]


def by_code(codes, values):
    return dict(zip(codes, values.tolist(), strict=True))


def test_pairs_know_what_they_are():
    kinds = {
        (LOOKUP.old_codes[i], LOOKUP.new_codes[j]): kind
        for i, j, kind in zip(LOOKUP.old, LOOKUP.new, LOOKUP.kind.tolist(), strict=True)
    }
    assert kinds["u1", "u1"] == UNCHANGED
    assert kinds["s1", "t2"] == SPLIT
    assert kinds["m2", "n1"] == MERGED
    assert {kinds["x1", "y1"], kinds["x1", "y2"], kinds["x2", "y2"]} == {IRREGULAR}


def test_amounts_are_exact_for_unchanged_and_merged_and_flagged_for_split():
    carried = carry_amounts(LOOKUP, [3, 4, 60, 7, 8, 9], weights=HOMES, weight="homes 2021")
    assert by_code(LOOKUP.new_codes, carried.values) == {
        "n1": 7, "t1": 10, "t2": 20, "t3": 30, "u1": 7, "y1": 2, "y2": 15,
    }  # fmt: skip
    flagged = by_code(LOOKUP.new_codes, carried.estimated)
    assert [code for code, is_flagged in flagged.items() if is_flagged] == [
        "t1", "t2", "t3", "y1", "y2",
    ]  # fmt: skip
    assert carried.weight == "homes 2021"


@given(
    amounts=st.lists(quantities(0, 10_000), min_size=6, max_size=6),
    weights=st.lists(quantities(0.001, 1e6), min_size=7, max_size=7),
)
def test_totals_are_kept(amounts, weights):
    carried = carry_amounts(LOOKUP, amounts, weights=weights).values
    assert carried.sum() == pytest.approx(sum(amounts))
    assert (carried >= 0).all()


def test_amounts_are_shared_in_fractions():
    values = by_code(
        LOOKUP.new_codes, carry_amounts(LOOKUP, [1, 2, 6, 4, 4, 1], weights=HOMES).values
    )
    assert values["t1"] == pytest.approx(1.0)
    assert values["n1"] == 3.0
    assert values["y2"] == pytest.approx(4.0)


def test_weights_are_asked_for_only_where_they_are_needed():
    unchanged = changes([("a", "a", "U"), ("b", "c", ""), ("d", "c", "")], label="l")
    carried = carry_amounts(unchanged, [1, 2, 3])
    assert carried.values.tolist() == [1, 5]
    assert not carried.estimated.any()
    assert carried.weight == ""
    with pytest.raises(LookupMismatchError, match="2 areas were split, say by what weight"):
        carry_amounts(LOOKUP, [1, 1, 1, 1, 1, 1])


def test_weights_of_nothing_are_refused():
    nothing = [0.0] * 7
    with pytest.raises(LookupMismatchError, match="all weights are 0 for the parts of s1"):
        carry_amounts(LOOKUP, [1, 1, 1, 1, 0, 1], weights=nothing)
    assert carry_amounts(LOOKUP, [1, 1, 0, 1, 0, 1], weights=nothing).values.sum() == 4


@pytest.mark.parametrize("bad", [[1, 2], [1, 1, 1, 1, 1, np.nan]])
def test_amounts_that_do_not_fit_are_refused(bad):
    with pytest.raises(InvalidValuesError):
        carry_amounts(LOOKUP, bad, weights=HOMES)


def test_negative_amounts_are_refused():
    with pytest.raises(LookupMismatchError, match="x2 has -1"):
        carry_amounts(LOOKUP, [1, 1, 1, 1, 1, -1], weights=HOMES)


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ([("a", "b", "S")], r"a to b says 'S' and is 'U' \(row 2\)"),
        ([("a", "b", "Q")], "says 'Q'"),
        ([("a", "b", "U"), ("", "b", "U")], "rows without a code: 3"),
        ([], "no rows"),
    ],
)
def test_lookups_that_contradict_themselves_are_refused(rows, words):
    with pytest.raises(LookupMismatchError, match=words):
        changes(rows, label="l")


@pytest.mark.real
def test_the_real_lookup_is_what_its_change_codes_say(test_data):
    with (test_data / "lookups" / "lsoa11_lsoa21_ltla22_cambs_pboro.csv").open() as file:
        rows = [
            (row["lsoa11_code"], row["lsoa21_code"], row["change_code"])
            for row in csv.DictReader(file)
        ]
    lookup = changes(rows, label="l")
    assert (len(lookup.old_codes), len(lookup.new_codes)) == (487, 516)
    kinds, counts = np.unique(lookup.kind, return_counts=True)
    assert dict(zip(kinds.tolist(), counts.tolist(), strict=True)) == {"M": 8, "S": 57, "U": 455}
    random = np.random.default_rng(6)
    residents = random.poisson(1_600, 487).astype(float)
    carried = carry_amounts(lookup, residents, weights=random.uniform(300, 900, 516))
    assert carried.values.sum() == pytest.approx(residents.sum())
    assert carried.estimated.sum() == 57
    same = lookup.kind == UNCHANGED
    np.testing.assert_array_equal(carried.values[lookup.new[same]], residents[lookup.old[same]])
