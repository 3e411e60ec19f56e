"""The permutation engine: the counts of an oracle, exact nulls, and its promises."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spatial.errors import InvalidParameterError, InvalidValuesError
from spatial.local_statistics.arrangements import block_generator, random_areas, rows_per_block_of
from spatial.local_statistics.draws import FEW_BEYOND
from spatial.local_statistics.permutation import LocalStatistic, permutation_p
from spatial.weights.weights import Neighbours
from tests.oracles import arrangements_beyond
from tests.spatial.lattices import (
    SpdepMap,
    columns,
    dense_weights,
    lattice,
    neighbours_of,
    numbers,
    random_map,
)
from tests.strategies import SEEDS, examples


@given(seed=SEEDS, weighted=st.booleans(), whole=st.booleans())
@examples(60)
def test_counts_equal_those_of_the_oracle(seed, weighted, whole):
    rng = np.random.default_rng(seed)
    areas, permutations = int(rng.integers(3, 12)), 60
    around = random_map(seed, areas, weighted=weighted)
    values = rng.poisson(2, areas).astype(float) if whole else rng.random(areas)
    found = permutation_p(LocalStatistic(values, around), permutations=permutations, seed=seed)
    depth = min(int(around.counts.max()) + 1, areas)
    # 60 arrangements are one block of at least 128.
    table = random_areas(areas, depth, permutations, block_generator(seed, 0))
    above, below = arrangements_beyond(values, dense_weights(around), table)
    tested = (around.counts > 0) & ((around.counts < areas - 1) | (not around.has_equal_weights))
    np.testing.assert_array_equal(np.isnan(found.p_value), ~tested)
    np.testing.assert_allclose(found.p_greater[tested], (above[tested] + 1) / 61)
    np.testing.assert_allclose(found.p_less[tested], (below[tested] + 1) / 61)


@pytest.mark.parametrize("rows", [70, 40])
def test_large_and_small_groups_of_areas_are_counted_alike(rows):
    around, rng = lattice(rows, 5), np.random.default_rng(3)
    values = rng.poisson(2, around.n).astype(float)
    found = permutation_p(LocalStatistic(values, around), permutations=100, seed=5)
    table = random_areas(around.n, 9, 100, block_generator(5, 0))
    above, below = arrangements_beyond(values, dense_weights(around), table)
    np.testing.assert_allclose(found.p_greater, (above + 1) / 101)
    np.testing.assert_allclose(found.p_less, (below + 1) / 101)


@pytest.mark.compiled
@pytest.mark.parametrize("weighted", [False, True])
def test_p_converges_to_the_exact_conditional_null(weighted):
    values = np.array([3.0, 0.0, 1.0, 1.0, 5.0, 2.0, 8.0])
    i, j = [0, 0, 0, 1, 2, 3, 4], [1, 2, 3, 2, 4, 5, 6]
    weights = [1.0, 0.5, 0.25, 0.7, 1.0, 0.3, 0.2] if weighted else None
    around = Neighbours.from_pairs(7, i, j, weights)
    found = permutation_p(LocalStatistic(values, around), permutations=99_999, seed=1)
    dense = dense_weights(around)
    for area in range(7):
        row = dense[area][dense[area] > 0]
        others = np.delete(values, area)
        lags = [row @ np.array(dealt) for dealt in itertools.permutations(others, len(row))]
        exact = np.mean(np.array(lags) >= dense[area] @ values - 1e-12)
        error = 5 * np.sqrt(exact * (1 - exact) / 99_999) + 1e-5
        assert found.p_greater[area] == pytest.approx(exact, abs=error)


@given(seed=SEEDS, weighted=st.booleans())
@examples(20)
def test_p_is_within_its_bounds_and_two_sided(seed, weighted):
    rng = np.random.default_rng(seed)
    around = random_map(seed, 30, weighted=weighted)
    found = permutation_p(LocalStatistic(rng.poisson(1, 30), around), permutations=199, seed=seed)
    p = found.p_value[~np.isnan(found.p_value)]
    assert np.all((p >= 2 / 200) & (p <= 1))
    np.testing.assert_array_equal(
        found.p_value, np.minimum(1, 2 * np.minimum(found.p_greater, found.p_less))
    )
    assert not np.any(found.p_greater + found.p_less < 1)  # ties count in both tails


@pytest.mark.parametrize("weighted", [False, True])
def test_one_seed_one_answer_whatever_the_threads(weighted):
    around = lattice(20, 20)
    if weighted:
        around = Neighbours(around.indptr, around.indices, 1.0 + np.arange(around.links) % 3)
    values = np.random.default_rng(0).poisson(3, 400)
    one, again, other = (
        permutation_p(
            LocalStatistic(values, around), permutations=1_199, seed=seed, threads=threads
        )
        for seed, threads in ((7, 1), (7, 3), (8, 1))
    )
    np.testing.assert_array_equal(one.p_value, again.p_value)
    assert np.any(one.p_value != other.p_value)


@given(seed=SEEDS, factor=st.sampled_from([0.1, 3.0, 1e6]))
@examples(20)
def test_scaling_rows_or_values_does_not_change_p(seed, factor):
    around = random_map(seed, 25)
    values = np.random.default_rng(seed).poisson(2, 25).astype(float)
    expected = permutation_p(LocalStatistic(values, around), permutations=199)
    for statistic in (
        LocalStatistic(values * factor, around),
        LocalStatistic(values, around.row_standardised()),
    ):
        found = permutation_p(statistic, permutations=199)
        np.testing.assert_array_equal(found.p_value, expected.p_value)


def test_ties_between_rates_survive_their_rounding():
    # 0.1 + 0.2 and 0.3 are the same lag, though not the same double.
    values = np.array([0.1, 0.2, 0.3, 0.0, 0.1, 0.2, 0.3, 0.0])
    around = lattice(1, 8)
    in_tenths = permutation_p(LocalStatistic(np.round(values * 10), around), permutations=999)
    found = permutation_p(LocalStatistic(values, around), permutations=999)
    np.testing.assert_array_equal(found.p_value, in_tenths.p_value)


def test_a_falling_statistic_swaps_the_tails():
    around, values = lattice(5, 5), np.random.default_rng(2).poisson(4, 25)
    slope = np.where(np.arange(25) % 2, 1.0, -1.0)
    up = permutation_p(LocalStatistic(values, around), permutations=499)
    mixed = permutation_p(LocalStatistic(values, around, slope=slope), permutations=499)
    falling = slope < 0
    np.testing.assert_array_equal(mixed.p_greater[falling], up.p_less[falling])
    np.testing.assert_array_equal(mixed.p_greater[~falling], up.p_greater[~falling])
    np.testing.assert_array_equal(mixed.p_value, up.p_value)
    np.testing.assert_array_equal(mixed.tail[falling], -up.tail[falling])


def test_what_no_arrangement_can_change_is_not_tested():
    around = Neighbours.from_pairs(5, [0, 0, 0, 0], [1, 2, 3, 4]).subset([True] * 5)
    found = permutation_p(LocalStatistic([1, 2, 3, 4, 5], around), permutations=99)
    assert np.isnan(found.p_value[0])
    assert found.tail[0] == 0
    flat = permutation_p(
        LocalStatistic([1, 2, 3, 4, 5], lattice(1, 5), slope=[0, 1, 1, 1, 1]), permutations=99
    )
    assert np.isnan(flat.p_value[0])
    assert np.isfinite(flat.p_value[1:]).all()


def test_a_map_of_islands_has_no_p():
    around = Neighbours.from_pairs(4, [], [])
    found = permutation_p(LocalStatistic([1, 2, 3, 4], around), permutations=99)
    assert np.isnan(found.p_value).all()


def test_all_values_equal_gives_a_p_of_one():
    found = permutation_p(LocalStatistic(np.full(9, 0.3), lattice(3, 3)), permutations=99)
    assert np.all(found.p_value[np.isfinite(found.p_value)] == 1.0)


def test_each_arrangement_is_of_distinct_areas_and_every_order_is_as_likely():
    table = random_areas(5, 3, 60_000, block_generator(0, 0))
    assert np.all(np.sort(table, axis=0)[:-1] < np.sort(table, axis=0)[1:])
    orders, counts = np.unique(table, axis=1, return_counts=True)
    assert orders.shape[1] == 60
    expected = 1_000
    # Chi-squared with 59 degrees of freedom: 120 is beyond one in 10,000,000.
    assert np.sum((counts - expected) ** 2 / expected) < 120


def test_blocks_are_of_one_size_whatever_the_threads():
    assert rows_per_block_of(999, 9) == 128
    assert rows_per_block_of(99_999, 9) == 4096
    assert rows_per_block_of(99_999, 5_000) == 128


def test_progress_is_told_and_can_end_the_work():
    statistic = LocalStatistic(np.arange(25.0), lattice(5, 5))
    told = []
    permutation_p(
        statistic, permutations=1_000, on_progress=lambda done, whole: told.append((done, whole))
    )
    assert told[-1] == (1_000, 1_000)
    assert [done for done, _ in told] == sorted(done for done, _ in told)

    class CancelledError(Exception):
        pass

    def cancel(done, whole):
        raise CancelledError

    for threads in (1, 2):
        with pytest.raises(CancelledError):
            permutation_p(statistic, permutations=99_999, threads=threads, on_progress=cancel)


@pytest.mark.parametrize(
    ("permutations", "seed", "threads"), [(0, 0, 1), (10_000_000, 0, 1), (99, -1, 1), (99, 0, 0)]
)
def test_numbers_without_meaning_are_refused(permutations, seed, threads):
    with pytest.raises(InvalidParameterError):
        permutation_p(
            LocalStatistic([1, 2, 3], lattice(1, 3)),
            permutations=permutations,
            seed=seed,
            threads=threads,
        )


def test_values_without_meaning_are_refused():
    with pytest.raises(InvalidValuesError):
        LocalStatistic([1.0, np.nan, 2.0], lattice(1, 3))
    with pytest.raises(InvalidValuesError):
        LocalStatistic([1.0, 2.0, 3.0], lattice(1, 3), slope=[1.0])


@pytest.mark.compiled
def test_p_is_that_of_base_r_within_monte_carlo_error():
    spdep = SpdepMap.read()
    statistic = LocalStatistic(spdep.areas["count"], spdep.neighbours)
    found = permutation_p(statistic, permutations=99_999, seed=1)
    assert_within_monte_carlo_error(found.p_greater, spdep.areas["perm_greater"], 20_000)
    assert_within_monte_carlo_error(found.p_less, spdep.areas["perm_less"], 20_000)


@pytest.mark.real
@pytest.mark.parametrize("name", ["columbus_CRIME", "sids2_SIDR74"])
def test_p_of_real_maps_differs_from_spdep_by_its_null_alone(test_data, name):
    """spdep 1.2-7 deals the value at i as well, with replacement: so dealt, we agree."""
    given_values = columns(test_data / "reference" / f"{name}_localG_spdep.csv")
    edges = columns(test_data / "reference" / f"{name}_queen_edges.csv")
    position = {code: at for at, code in enumerate(given_values["id"])}
    around = Neighbours.from_pairs(
        len(position),
        [position[code] for code in edges["from"]],
        [position[code] for code in edges["to"]],
    )
    values = numbers(given_values["x"])
    rng = np.random.default_rng(1)
    ours = np.empty(around.n)
    for i in range(around.n):
        neighbourhood = values[i] + values[neighbours_of(around, i)].sum()
        size = (99_999, int(around.counts[i]) + 1)
        dealt = rng.choice(np.delete(values, i), size).sum(axis=1)
        greater = np.count_nonzero(dealt >= neighbourhood)
        ours[i] = (min(greater, 99_999 - greater) + 1) / 100_000
    assert_within_monte_carlo_error(ours, numbers(given_values["perm_Pr.folded..Sim"]), 9_999)


def assert_within_monte_carlo_error(ours, theirs, draws):
    """Every element within five standard errors of a difference between two such p."""
    variance = np.maximum(ours * (1 - ours), 1e-4) * (1 / draws + 1 / 99_999)
    np.testing.assert_array_less(np.abs(ours - theirs), 5 * np.sqrt(variance) + 1e-4)


def clustered_map(weighted):
    """A lattice with one very high corner: a few areas beyond all arrangements."""
    around = lattice(20, 20)
    if weighted:
        rows = np.repeat(np.arange(around.n), around.counts)
        kept = rows < around.indices
        weights = 1.0 / (1.0 + (rows[kept] + around.indices[kept]) % 3)
        around = Neighbours.from_pairs(around.n, rows[kept], around.indices[kept], weights)
    values = np.random.default_rng(2).poisson(3, (20, 20)).astype(float)
    values[:4, :4] += 30.0
    return LocalStatistic(values.ravel(), around)


@pytest.mark.compiled
@pytest.mark.parametrize("weighted", [False, True])
def test_areas_far_out_are_drawn_further_and_the_others_stay(weighted):
    statistic = clustered_map(weighted)
    first = permutation_p(statistic, permutations=999, seed=4)
    found = permutation_p(statistic, permutations=999, most_permutations=49_999, seed=4)
    few_above = first.p_greater * 1_000 - 1 < FEW_BEYOND - 0.5
    few_below = first.p_less * 1_000 - 1 < FEW_BEYOND - 0.5
    np.testing.assert_array_equal(found.drawn_further, few_above | few_below)
    assert 0 < np.count_nonzero(found.drawn_further) < 100
    np.testing.assert_array_equal(found.p_greater[~few_above], first.p_greater[~few_above])
    np.testing.assert_array_equal(found.p_less[~few_below], first.p_less[~few_below])
    assert found.p_value.min() == found.smallest_p == 2 / 50_000
    every_area = permutation_p(statistic, permutations=49_999, seed=9)
    for ours, theirs, few in (
        (found.p_greater, every_area.p_greater, few_above),
        (found.p_less, every_area.p_less, few_below),
    ):
        error = 6.0 * np.sqrt(np.maximum(theirs[few], 1e-4) * 2.0 / 50_000)
        np.testing.assert_array_less(np.abs(ours[few] - theirs[few]), error + 1e-5)


def test_a_map_without_far_areas_is_not_drawn_further():
    statistic = LocalStatistic(np.arange(9.0), lattice(3, 3))
    found = permutation_p(statistic, permutations=99, most_permutations=999, seed=1)
    assert found.most_permutations in (99, 999)
    again = permutation_p(statistic, permutations=99, most_permutations=999, seed=1, threads=3)
    np.testing.assert_array_equal(found.p_value, again.p_value)


@pytest.mark.compiled
def test_p_that_were_drawn_further_are_valid_at_every_level():
    """Under the null P(p <= x) is at most x, also around the level where drawing goes on."""
    around, rng = lattice(12, 12), np.random.default_rng(0)
    p_values = np.concatenate(
        [
            permutation_p(
                LocalStatistic(rng.exponential(1.0, around.n), around),
                permutations=199,
                most_permutations=1_999,
                seed=seed,
            ).p_greater
            for seed in range(120)
        ]
    )
    for level in (0.005, 0.02, 0.05, 0.055, 0.06, 0.1, 0.5):
        share = np.mean(p_values <= level)
        # 144 areas of a map share values and arrangements: about 60 count as independent.
        assert share <= level + 3.0 * np.sqrt(level * (1 - level) / (120 * 60))


@pytest.mark.parametrize("most", [98, 1_000_000])
def test_fewer_or_too_many_further_arrangements_are_refused(most):
    statistic = LocalStatistic(np.arange(9.0), lattice(3, 3))
    with pytest.raises(InvalidParameterError, match="most_permutations"):
        permutation_p(statistic, permutations=99, most_permutations=most)
