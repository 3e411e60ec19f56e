"""How many arrangements are drawn by default, what they can tell, and what they cost."""

import pytest

from spatial.local_statistics.draws import (
    MAX_PERMUTATIONS,
    Draws,
    default_draws,
    default_permutations,
    permutation_work,
    permutations_that_tell,
)
from spatial.local_statistics.multiplicity import must_be_extreme_together
from spatial.weights.weights import Neighbours
from tests.spatial.lattices import lattice


def test_the_default_is_what_one_area_needs():
    assert default_permutations(516) == 99_999
    assert default_permutations(5_000) == 99_999
    assert default_permutations(5_001) == 9_999


@pytest.mark.parametrize(
    ("areas", "draws"),
    [
        (516, Draws(99_999, 99_999)),
        (2_500, Draws(99_999, 99_999)),
        (4_160, Draws(99_999, 166_399)),
        (10_000, Draws(9_999, 399_999)),
        (63_815, Draws(9_999, 999_999)),
    ],
)
def test_extreme_areas_are_drawn_until_one_alone_can_be_called(areas, draws):
    assert default_draws(areas) == draws
    if draws.most_permutations < MAX_PERMUTATIONS:
        assert must_be_extreme_together(areas, draws.most_permutations) == 1


@pytest.mark.parametrize("areas", [30, 516, 63_815])
@pytest.mark.parametrize("together", [1, 7])
def test_what_is_needed_is_the_least_that_tells(areas, together):
    needed = permutations_that_tell(areas, together=together)
    assert must_be_extreme_together(areas, needed) <= together
    assert must_be_extreme_together(areas, needed - 1) > together


def test_work_counts_groups_where_weights_are_equal_and_links_where_not():
    large = lattice(300, 300)
    assert permutation_work(large, 1_000) < 1_000 * 90_000 / 50
    line = [0, 1, 2], [1, 2, 3]
    weighted = Neighbours.from_pairs(4, *line, [1.0, 0.5, 0.25])
    assert permutation_work(weighted, 1_000) == 1_000 * weighted.links
