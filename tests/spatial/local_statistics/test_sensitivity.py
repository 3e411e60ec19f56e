"""Sensitivity: every combination once, and the share of those under which an area is hot."""

import numpy as np
import pytest

from spatial.errors import InvalidParameterError
from spatial.local_statistics.hotspot_map import hotspot_map
from spatial.local_statistics.sensitivity import sensitivity
from tests.spatial.lattices import lattice


@pytest.fixture
def count():
    rng = np.random.default_rng(2)
    values = rng.poisson(4, (15, 15))
    values[4:9, 4:9] += rng.poisson(9, (5, 5))
    return values.ravel().astype(float)


@pytest.mark.compiled
def test_each_combination_is_its_own_map_and_the_share_their_mean(count):
    measures = {"count": count, "rate": count / np.linspace(900, 1_100, 225)}
    rules = {"queen": lattice(15, 15), "rook": lattice(15, 15, queen=False)}
    told = []
    found = sensitivity(
        measures,
        rules,
        permutations=9_999,
        seed=3,
        on_progress=lambda *at: told.append(at),
    )
    assert len(found.choices) == len(set(found.choices)) == 8
    assert told[-1] == (8, 8)
    for choice, hot in zip(found.choices, found.hot, strict=True):
        alone = hotspot_map(
            measures[choice.measure],
            rules[choice.neighbours],
            permutations=9_999,
            seed=3,
            correction=choice.correction,
        )
        np.testing.assert_array_equal(hot, alone.hot(0.05))
    np.testing.assert_allclose(found.share_hot, found.hot.mean(axis=0))
    assert found.share_hot.reshape(15, 15)[6, 6] >= 0.5
    assert found.share_hot.reshape(15, 15)[13, 13] == 0.0


def test_requests_without_meaning_are_refused(count):
    around = {"queen": lattice(15, 15)}
    for wrong in ({"corrections": ()}, {"corrections": ("fdr",)}, {"level": 0.0}):
        with pytest.raises(InvalidParameterError):
            sensitivity({"count": count}, around, permutations=9, **wrong)
    with pytest.raises(InvalidParameterError):
        sensitivity({}, around, permutations=9)
