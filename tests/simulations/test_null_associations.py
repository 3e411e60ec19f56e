"""Values without a pattern are seldom called alike or unlike: briefly, and as documented."""

import numpy as np
import pytest

from tests.simulations.null_associations import NULL_ASSOCIATIONS, is_called
from tests.simulations.tables import documented, share
from tests.simulations.test_null_maps import at_most

FEW = 25


@pytest.mark.compiled
@pytest.mark.parametrize("null", NULL_ASSOCIATIONS, ids=lambda n: f"{n.statistic}, {n.values}")
def test_few_values_without_a_pattern_are_called(null):
    rng, maps = np.random.default_rng(11), FEW
    assert sum(is_called(null.test(rng)) for _ in range(maps)) <= at_most(0.10, maps)


def test_p_of_associations_is_as_small_as_it_says():
    table = documented("levels of associations")
    shares = [share(text) for text in table.column("areas with p up to 5 %")]
    assert len(shares) == len(NULL_ASSOCIATIONS)
    assert max(shares) <= 0.06
    continuous = [level for level, null in zip(shares, NULL_ASSOCIATIONS, strict=True)
                  if null.is_continuous]  # fmt: skip
    assert min(continuous) >= 0.04
    assert max(share(text) for text in table.column("maps with a class")) <= 0.11
