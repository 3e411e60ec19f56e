"""How often the hotspot map is wrong where nothing is, and finds what is there.

The promise is for 1,000 fields of 1,600 cells, 99,999 permutations. Since all areas share
one table of arrangements, a map costs about ten milliseconds at that size, so the very
simulation is run; the ordinary run has fewer fields, and its limits are the promised shares
plus what a binomial of so few fields may stray. `python -m tests.spatial.test_hotspot_levels`
runs all 1,000.
"""

import sys

import numpy as np
import pytest

from spatial.local_statistics.hotspot_map import hotspot_map
from spatial.local_statistics.permutation import LocalStatistic, permutation_p
from tests.spatial.lattices import lattice

SIDE, PERMUTATIONS = 40, 99_999
AROUND = lattice(SIDE, SIDE)
NULLS = {
    "mean 0.3": lambda rng: rng.poisson(0.3, SIDE * SIDE),
    "mean 3": lambda rng: rng.poisson(3.0, SIDE * SIDE),
    "mean 30": lambda rng: rng.poisson(30.0, SIDE * SIDE),
    "normal": lambda rng: rng.normal(100.0, 10.0, SIDE * SIDE),
}


def null_maps(draw, fields, first_seed=0):
    """Share of cells with p below 0.05, and whether anything is discovered, per field."""
    shares, discovered = [], []
    for seed in range(first_seed, first_seed + fields):
        values = draw(np.random.default_rng(seed)).astype(float)
        found = hotspot_map(values, AROUND, permutations=PERMUTATIONS, seed=seed, threads=2)
        shares.append(np.mean(found.p_permutation < 0.05))
        discovered.append(bool((found.q_value <= 0.05).any()))
    return np.array(shares), np.array(discovered)


def power_maps(fields, first_seed=0):
    """How many of the 25 cells of an added block are called hot, per field."""
    called = []
    for seed in range(first_seed, first_seed + fields):
        values = np.random.default_rng(seed).poisson(3.0, (SIDE, SIDE)).astype(float)
        values[10:15, 10:15] += 6.0
        found = hotspot_map(
            values.ravel(), AROUND, permutations=PERMUTATIONS, seed=seed, threads=2
        )
        called.append(int(found.hot(0.05).reshape(SIDE, SIDE)[10:15, 10:15].sum()))
    return np.array(called)


def beyond_chance(share, fields):
    """Share of so few fields that one in a thousand runs exceeds where `share` is true."""
    return share + 3.1 * np.sqrt(share * (1 - share) / fields)


@pytest.mark.slow
@pytest.mark.parametrize("name", NULLS)
def test_where_nothing_is_little_is_found(name):
    fields = 80
    shares, discovered = null_maps(NULLS[name], fields)
    # Cells of one field depend on one another: the spread between fields is what counts.
    stray = 3.1 * shares.std() / np.sqrt(fields)
    assert shares.mean() <= 0.055 + stray
    if name == "normal":
        assert shares.mean() >= 0.045 - stray
    assert discovered.mean() <= beyond_chance(0.065, fields)


@pytest.mark.slow
def test_where_a_block_is_raised_it_is_found():
    called = power_maps(60)
    assert np.median(called) >= 20
    assert np.mean(called < 18) <= beyond_chance(0.05, 60)


@pytest.mark.compiled
def test_999_permutations_find_nothing_on_a_large_map_and_the_analytic_p_too_much():
    """Why the permutation p with many draws feeds the class, and neither of these does."""
    values = np.random.default_rng(0).poisson(3.0, (SIDE, SIDE)).astype(float)
    values[10:15, 10:15] += 6.0
    few = hotspot_map(values.ravel(), AROUND, permutations=999)
    many = hotspot_map(values.ravel(), AROUND, permutations=PERMUTATIONS)
    assert not (few.q_value <= 0.05).any()
    assert np.count_nonzero(many.q_value <= 0.05) >= 18
    false = 0
    for seed in range(60):
        sparse = np.random.default_rng(seed).poisson(0.3, SIDE * SIDE).astype(float)
        false += bool((hotspot_map(sparse, AROUND, permutations=0).q_value <= 0.05).any())
    assert false / 60 > 0.25


def test_mistake_2_the_tail_is_not_chosen_after_looking():
    """Doubling the smaller tail keeps the level; the smaller tail alone doubles it."""
    two_sided, folded = [], []
    for seed in range(20):
        values = np.random.default_rng(seed).normal(100.0, 10.0, SIDE * SIDE)
        found = permutation_p(LocalStatistic(values, AROUND), permutations=999, seed=seed)
        two_sided.append(np.mean(found.p_value <= 0.05))
        folded.append(np.mean(np.minimum(found.p_greater, found.p_less) <= 0.05))
    assert 0.045 < np.mean(two_sided) < 0.055
    assert np.mean(folded) > 0.09


def main() -> None:
    """All 1,000 fields of each null, and of the raised block."""
    fields = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000
    for name, draw in NULLS.items():
        shares, discovered = null_maps(draw, fields)
        print(
            f"{name}: p < 0.05 in {100 * shares.mean():.2f} % of cells, "
            f"any discovery in {100 * discovered.mean():.1f} % of {fields} maps"
        )
    called = power_maps(fields)
    print(
        f"raised block: median {np.median(called):g} of 25 cells, "
        f"at least 18 in {100 * np.mean(called >= 18):.1f} % of {fields} maps"
    )


if __name__ == "__main__":
    main()
