"""Knox: every pair, R surveillance, pointpats, and what its p says."""

import itertools
import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spatial.errors import InvalidParameterError, InvalidPointsError, InvalidValuesError
from spatial.near_repeats.knox import knox_table
from spatial.near_repeats.pairs import close_pairs, estimated_pairs
from tests.awkward import CAMBRIDGE, POINTS
from tests.spatial.near_repeats.oracles import mean_over_all_orders, pairs_by_band
from tests.strategies import SEEDS, examples

SURVEILLANCE = Path(__file__).parents[2] / "reference" / "surveillance"
UPPER_M, UPPER_DAYS = (50.0, 120.0, 300.0), (1, 4, 9)


def columns(name):
    return np.genfromtxt(SURVEILLANCE / name, delimiter=",", names=True)


def drawn(seed, count=40):
    """Places to the decametre, so that some are shared and some distances equal a bound."""
    rng = np.random.default_rng(seed)
    return CAMBRIDGE + 10.0 * rng.integers(0, 60, (count, 2)), rng.integers(0, 25, count)


@given(seed=SEEDS, same_place=st.booleans())
def test_pairs_are_those_of_every_pair_one_by_one(seed, same_place):
    xy_m, days = drawn(seed)
    knox = knox_table(
        xy_m, days, upper_m=UPPER_M, upper_days=UPPER_DAYS, same_place=same_place, draws=0
    )
    slow = pairs_by_band(xy_m, days, UPPER_M, UPPER_DAYS, same_place=same_place)
    assert knox.observed.tolist() == slow.tolist()


@examples(20)
@given(seed=SEEDS)
def test_expected_pairs_are_the_mean_over_every_order_of_the_days(seed):
    xy_m, days = drawn(seed, 5)
    knox = knox_table(xy_m, days, upper_m=(200.0, 400.0), upper_days=(2, 9), draws=0)
    np.testing.assert_allclose(
        knox.expected, mean_over_all_orders(xy_m, days, (200.0, 400.0), (2, 9))
    )


def test_a_pair_at_a_bound_belongs_to_the_band_above_it():
    xy_m = np.array([[0.0, 0.0], [100.0, 0.0]])
    for apart, column in ((0, 0), (6, 0), (7, 1), (13, 1)):
        knox = knox_table(xy_m, [0, apart], upper_m=(100, 200), upper_days=(7, 14), draws=0)
        assert knox.observed[0].tolist() == [0, 0]
        assert knox.observed[1, column] == 1 == knox.observed.sum()
    knox = knox_table(xy_m, [0, 14], upper_m=(100, 200), upper_days=(7, 14), draws=0)
    assert not knox.observed.any()


def surveillance_table(draws):
    """Ours for the incidents of R, and what R says of each band."""
    incidents, theirs = columns("incidents.csv"), columns("knox.csv")
    ours = knox_table(
        np.column_stack([incidents["x"], incidents["y"]]),
        incidents["day"].astype(int),
        upper_m=np.unique(theirs["to_m"]),
        upper_days=np.unique(theirs["to_days"]),
        draws=draws,
    )
    return ours, theirs


def test_tables_are_those_of_surveillance():
    knox, theirs = surveillance_table(0)
    assert knox.observed.ravel().tolist() == theirs["observed"].tolist()
    np.testing.assert_allclose(knox.expected.ravel(), theirs["expected"], rtol=1e-12)


@pytest.mark.compiled
def test_p_are_those_of_random_orders_in_r():
    knox, theirs = surveillance_table(4_999)
    p = theirs["p_permuted"]
    error = np.sqrt(2 * p * (1 - p) / 5_000)  # of both
    assert (np.abs(knox.p_value.ravel() - p) <= 4 * error + 2e-4).all()


def test_counts_are_carried_over_before_they_overflow():
    days = np.arange(600) % 2
    knox = knox_table(np.tile(CAMBRIDGE, (600, 1)), days, upper_m=[1], upper_days=[1, 2], draws=1)
    assert knox.observed.tolist() == [[2 * math.comb(300, 2), 300 * 300]]
    assert knox.drawn.sum() == math.comb(600, 2)


def test_a_century_between_two_incidents_is_no_fault():
    knox = knox_table(np.zeros((3, 2)), [0, 40_000, 40_003], upper_m=[1], upper_days=[4], draws=5)
    assert knox.observed.tolist() == [[1]] == knox.drawn[0].tolist()


def test_pairs_and_p_are_those_of_pointpats():
    import libpysal
    from pointpats import Knox

    burkitt = libpysal.io.open(libpysal.examples.get_path("burkitt.dbf"))
    xy = np.column_stack([burkitt.by_col("X"), burkitt.by_col("Y")]).astype(float)
    days = np.array(burkitt.by_col("T"))
    burkitt.close()
    np.random.seed(1)  # noqa: NPY002 - pointpats draws from it
    theirs = Knox(xy, days[:, None], delta=20, tau=5, permutations=999)
    # Its bounds are included; distances of the whole numbers here are never between 20 and 20.01.
    ours = knox_table(xy, days, upper_m=[20.01], upper_days=[6], draws=999)
    assert ours.observed.tolist() == [[13]] == [[theirs.nst]]  # 13: the manual of pointpats
    assert ours.expected[0, 0] == pytest.approx(theirs.expected[0, 0], rel=1e-12)
    assert ours.p_value[0, 0] == pytest.approx(theirs.p_sim, abs=0.05)


@given(seed=SEEDS)
def test_neither_order_nor_origin_nor_threads_change_the_answer(seed):
    xy_m, days = drawn(seed)
    asked = {"upper_m": UPPER_M, "upper_days": UPPER_DAYS, "draws": 9, "same_place": True}
    first = knox_table(xy_m, days, **asked)
    mixed = np.random.default_rng(seed).permutation(len(days))
    again = knox_table(xy_m[mixed] + [70.0, -30.0], days[mixed] + 1_000, threads=3, **asked)
    for name in ("observed", "expected", "p_value", "p_any"):
        np.testing.assert_allclose(getattr(first, name), getattr(again, name), rtol=1e-12)
    assert ((first.p_value >= 1 / 10) & (first.p_value <= 1)).all()
    assert (first.p_any >= first.p_value.min() - 1e-12).all()


def test_p_is_the_share_of_all_orders_with_as_many_pairs():
    # Three pairs of places, six days of which two and two and two are close: of the 15 ways to
    # match days, one puts each close pair at one place.
    xy_m = np.repeat([[0.0, 0.0], [1_000.0, 0.0], [2_000.0, 0.0]], 2, axis=0)
    knox = knox_table(xy_m, [0, 1, 10, 11, 20, 21], upper_m=[5], upper_days=[2], draws=20_000)
    assert knox.observed.tolist() == [[3]]
    assert knox.p_value[0, 0] == knox.p_any[0, 0] == pytest.approx(1 / 15, abs=0.006)


def test_one_seed_gives_one_answer_and_another_another():
    xy_m, days = drawn(5, 80)
    asked = {"upper_m": [200.0], "upper_days": [5], "draws": 499}
    first, again, other = (
        knox_table(xy_m, days, seed=seed, **asked).p_value[0, 0] for seed in (1, 1, 2)
    )
    assert first == again != other


@pytest.mark.parametrize("name", POINTS)
def test_hard_points_have_an_answer_or_an_error_of_ours(name):
    xy_m = POINTS[name]
    asked = {"upper_m": [100.0, 500.0], "upper_days": [7], "draws": 2, "same_place": True}
    if not np.isfinite(xy_m).all():
        with pytest.raises(InvalidPointsError):
            knox_table(xy_m, np.zeros(len(xy_m), int), **asked)
        return
    knox = knox_table(xy_m, np.arange(len(xy_m)) % 30, **asked)
    assert np.isfinite(knox.p_any).all()
    assert np.isfinite(knox.expected).all()


def test_pairs_are_estimated_before_they_are_looked_for():
    rng = np.random.default_rng(2)
    for xy_m in (rng.uniform(0, 5_000, (2_000, 2)), np.tile(CAMBRIDGE, (500, 1))):
        pairs = len(close_pairs(xy_m, [300.0]))
        assert estimated_pairs(xy_m, 300.0) == pytest.approx(pairs, rel=0.1)
    assert estimated_pairs(np.empty((0, 2)), 300.0) == 0.0


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"upper_m": []}, "upper_m"),
        ({"upper_m": [100, 100]}, "ascend"),
        ({"upper_m": [-1.0]}, "above 0"),
        ({"upper_days": [1.5]}, "whole numbers"),
        ({"upper_days": [0]}, "above 0"),
        ({"upper_days": [10_000]}, "whole numbers"),
        ({"draws": -1}, "draws"),
    ],
)
def test_bands_and_draws_without_meaning_are_refused(wrong, said):
    asked = {"upper_m": [100], "upper_days": [7], **wrong}
    with pytest.raises(InvalidParameterError, match=said):
        knox_table(np.zeros((2, 2)), [0, 1], **asked)


@pytest.mark.parametrize("days", [[0], [0.5, 1.0], [[0, 1]]])
def test_days_that_are_none_are_refused(days):
    with pytest.raises(InvalidValuesError, match="whole numbers"):
        knox_table(np.zeros((2, 2)), days, upper_m=[1], upper_days=[1])


def test_every_pair_is_found_once_in_squares_of_any_number():
    rng = np.random.default_rng(8)
    xy_m = rng.uniform(0, 1_000, (150, 2))
    for reach in (20.0, 333.3, 2_000.0):
        pairs = close_pairs(xy_m, [reach])
        first = pairs.order[np.repeat(np.arange(150), np.diff(pairs.start))]
        found = {frozenset(pair) for pair in zip(first, pairs.order[pairs.second], strict=True)}
        assert len(found) == len(pairs)
        assert found == {
            frozenset((i, j))
            for i, j in itertools.combinations(range(150), 2)
            if np.hypot(*(xy_m[i] - xy_m[j])) < reach
        }
