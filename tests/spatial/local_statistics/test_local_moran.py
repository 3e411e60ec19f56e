"""Local Moran: against R spdep, as properties, and its classes."""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from spatial.errors import ConstantValuesError, InvalidValuesError, TooFewAreasError
from spatial.local_statistics.getis_ord import gi_star
from spatial.local_statistics.local_moran import (
    QUADRANTS,
    local_moran,
    moran_classes,
    moran_statistic,
)
from spatial.local_statistics.permutation import permutation_p
from spatial.weights.weights import Neighbours
from tests.spatial.lattices import SpdepMap, columns, lattice, numbers, random_map

SPDEP = SpdepMap.read()


@pytest.mark.parametrize(
    ("field", "column"),
    [
        ("i", "moran_i"),
        ("expected", "moran_e"),
        ("variance", "moran_v"),
        ("z_score", "moran_z"),
        ("p_value", "moran_p"),
    ],
)
def test_every_column_equals_spdep(field, column):
    found = local_moran(SPDEP.areas["count"], SPDEP.neighbours.row_standardised())
    np.testing.assert_allclose(getattr(found, field), SPDEP.areas[column], rtol=0, atol=1e-9)


def test_binary_weights_equal_spdep():
    found = local_moran(SPDEP.areas["count"], SPDEP.neighbours)
    np.testing.assert_allclose(found.i, SPDEP.areas["moran_b_i"], rtol=0, atol=1e-9)
    np.testing.assert_allclose(found.z_score, SPDEP.areas["moran_b_z"], rtol=0, atol=1e-9)


def test_quadrants_equal_spdep():
    found = local_moran(SPDEP.areas["count"], SPDEP.neighbours.row_standardised())
    assert [QUADRANTS[at] for at in found.quadrant] == [q.lower() for q in SPDEP.quadrant]


@pytest.mark.real
@pytest.mark.parametrize("name", ["columbus_CRIME", "sids2_SIDR74"])
def test_whole_vectors_of_real_maps_equal_spdep(test_data, name):
    theirs = columns(test_data / "reference" / f"{name}_localG_spdep.csv")
    edges = columns(test_data / "reference" / f"{name}_queen_edges.csv")
    position = {code: at for at, code in enumerate(theirs["id"])}
    around = Neighbours.from_pairs(
        len(position),
        [position[code] for code in edges["from"]],
        [position[code] for code in edges["to"]],
    )
    found = local_moran(numbers(theirs["x"]), around.row_standardised())
    for field, column in (("i", "Ii"), ("z_score", "Z_Ii"), ("p_value", "p_Ii")):
        np.testing.assert_allclose(
            getattr(found, field), numbers(theirs[column]), rtol=0, atol=1e-9
        )


@given(seed=st.integers(0, 10_000), weighted=st.booleans())
def test_its_z_is_that_of_gi_with_the_sign_of_the_area(seed, weighted):
    values = np.random.default_rng(seed).poisson(4, 12).astype(float)
    assume(np.ptp(values) > 0)
    around = random_map(seed, 12, weighted=weighted)
    found = local_moran(values, around)
    expected = gi_star(values, around, star=False).z_score * np.sign(values - values.mean())
    given_both = np.isfinite(found.z_score)
    np.testing.assert_allclose(found.z_score[given_both], expected[given_both], atol=1e-7)
    at_mean = np.isclose(values, values.mean())
    np.testing.assert_array_equal(given_both, np.isfinite(expected) & ~at_mean)


@given(seed=st.integers(0, 10_000))
def test_the_mean_of_the_local_is_the_global(seed):
    from spatial.local_statistics.global_statistics import global_moran

    values = np.random.default_rng(seed).poisson(4, 12).astype(float)
    around = random_map(seed, 12)
    assume(np.ptp(values) > 0 and around.links)
    total = local_moran(values, around).i.sum() / around.weights.sum()
    assert total == pytest.approx(global_moran(values, around).value)


def test_its_permutation_p_counts_arrangements_with_a_larger_i():
    around, values = lattice(5, 6), np.random.default_rng(4).poisson(3, 30).astype(float)
    found = permutation_p(moran_statistic(values, around), permutations=2_999, seed=1)
    observed = local_moran(values, around).i
    z = values - values.mean()
    rng = np.random.default_rng(9)
    for area in (0, 7, 14, 29):
        k = int(around.counts[area])
        dealt = np.array([rng.permutation(np.delete(z, area))[:k].sum() for _ in range(3_000)]) * (
            z[area] / z.var()
        )
        share = np.mean(dealt >= observed[area] - 1e-9)
        assert found.p_greater[area] == pytest.approx(share, abs=0.05)


def test_an_island_is_reported_and_has_no_quadrant():
    found = local_moran([1.0, 5.0, 2.0, 9.0], Neighbours.from_pairs(4, [0, 1], [1, 2]))
    assert found.is_island.tolist() == [False, False, False, True]
    assert QUADRANTS[found.quadrant[3]] == "none"
    assert np.isnan(found.p_value[3])


def test_an_area_at_the_mean_is_not_tested():
    values = np.array([1.0, 2.0, 3.0, 2.0, 2.0, 0.0, 4.0])
    found = permutation_p(moran_statistic(values / 10, lattice(1, 7)), permutations=99)
    np.testing.assert_array_equal(np.isnan(found.p_value), values == 2.0)
    analytic = local_moran(values / 10, lattice(1, 7))
    np.testing.assert_array_equal(np.isnan(analytic.z_score), values == 2.0)


def test_the_class_names_the_quadrant_and_the_level():
    found = moran_classes([1, 2, 3, 4, 1, 0], [0.001, 0.03, 0.08, 0.01, 0.2, np.nan])
    assert found.tolist() == [
        "hot 99", "cold 95", "high outlier 90", "low outlier 99", "not significant", "not tested",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("values", "error"),
    [
        ([1.0, 1.0, 1.0], ConstantValuesError),
        ([1.0, np.nan, 2.0], InvalidValuesError),
        ([1.0, -1.0, 2.0], InvalidValuesError),
    ],
)
def test_values_without_meaning_are_refused(values, error):
    with pytest.raises(error):
        local_moran(values, lattice(1, 3))


def test_other_requests_without_meaning_are_refused():
    with pytest.raises(TooFewAreasError):
        local_moran([1.0, 2.0], lattice(1, 2))
    with pytest.raises(InvalidValuesError):
        moran_classes([1, 2], [0.1])
