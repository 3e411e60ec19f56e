"""Gi* and Gi: against the formula, R spdep, the worked example, and as properties."""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from spatial.errors import (
    ConstantValuesError,
    InvalidValuesError,
    TooFewAreasError,
)
from spatial.local_statistics.getis_ord import expected_in_reach, gi_star
from spatial.local_statistics.multiplicity import corrected
from spatial.weights.weights import Neighbours
from tests.oracles import getis_ord_z
from tests.spatial.agreement import cluster_of_forty
from tests.spatial.lattices import (
    SpdepMap,
    columns,
    dense_weights,
    lattice,
    neighbours_of,
    numbers,
    random_map,
)
from tests.strategies import SEEDS, quantities

AREAS = 9
VALUES = hnp.arrays(np.float64, AREAS, elements=st.integers(0, 30).map(float))
SPDEP = SpdepMap.read()


@given(values=VALUES, seed=SEEDS, weighted=st.booleans(), star=st.booleans())
def test_z_equals_the_formula(values, seed, weighted, star):
    assume(np.ptp(values) > 0)
    around = random_map(seed, AREAS, weighted=weighted)
    weights = dense_weights(around) + (np.diag(around.self_weights) if star else 0.0)
    np.testing.assert_allclose(
        gi_star(values, around, star=star).z_score,
        getis_ord_z(values, weights, star=star),
        rtol=1e-7,
        atol=1e-9,
    )


@given(values=VALUES, seed=SEEDS, scale=quantities(0.01, 100), star=st.booleans())
def test_z_does_not_change_when_rows_of_weights_are_scaled(values, seed, scale, star):
    assume(np.ptp(values) > 0)
    around = random_map(seed, AREAS, weighted=True)
    factor = scale * (1.0 + np.arange(AREAS))
    scaled = Neighbours(
        around.indptr,
        around.indices,
        around.weights * np.repeat(factor, around.counts),
        self_weights=around.self_weights * factor,
    )
    expected = gi_star(values, around, star=star).z_score
    for other in (scaled, around.row_standardised()):
        np.testing.assert_allclose(
            gi_star(values, other, star=star).z_score, expected, rtol=1e-8, atol=1e-9
        )


@given(values=VALUES, seed=SEEDS, shift=quantities(0, 1e6), factor=quantities(0.01, 1e4))
def test_z_does_not_change_with_the_unit_of_the_values(values, seed, shift, factor):
    assume(np.ptp(values) > 0)
    around = random_map(seed, AREAS)
    np.testing.assert_allclose(
        gi_star(values * factor + shift, around).z_score,
        gi_star(values, around).z_score,
        rtol=1e-4,
        atol=1e-6,
    )


@pytest.mark.parametrize("standardised", [False, True])
def test_six_points_have_the_published_z(standardised):
    xy = np.array([(10, 10), (20, 10), (40, 10), (15, 20), (30, 20), (30, 30)], dtype=float)
    i, j = np.nonzero(np.triu(np.hypot(*(xy[:, None] - xy).T) <= 15, k=1))
    around = Neighbours.from_pairs(6, i, j)
    if standardised:
        around = around.row_standardised()
    np.testing.assert_allclose(
        gi_star([2, 3, 3.2, 5, 8, 7], around).z_score,
        [-1.39728, -0.28918, 0.65065, -0.28918, 1.23452, 2.02424],
        atol=5e-6,
    )


@pytest.mark.parametrize(
    ("column", "star", "weights"),
    [
        ("gi_b", False, "binary"),
        ("gi_w", False, "standardised"),
        ("gi_g", False, "inverse"),
        ("gistar_b", True, "binary"),
        ("gistar_w", True, "standardised"),
        ("gistar_g", True, "inverse"),
        ("gi_island", False, "island"),
        ("gistar_island", True, "island"),
    ],
)
def test_z_equals_spdep(column, star, weights):
    around = {
        "binary": SPDEP.neighbours,
        "standardised": SPDEP.neighbours.row_standardised(),
        "inverse": SPDEP.inverse_distance(),
        "island": SPDEP.with_island(),
    }[weights]
    found = gi_star(SPDEP.areas["count"], around, star=star)
    np.testing.assert_allclose(found.z_score, SPDEP.areas[column], rtol=0, atol=1e-9)


def test_p_equals_spdep():
    found = gi_star(SPDEP.areas["count"], SPDEP.neighbours)
    np.testing.assert_allclose(found.p_value, SPDEP.areas["p"], rtol=1e-9, atol=0)


@pytest.mark.parametrize("name", ["columbus_CRIME", "sids2_SIDR74"])
@pytest.mark.real
def test_whole_vectors_of_real_maps_equal_spdep(test_data, name):
    given_values = columns(test_data / "reference" / f"{name}_localG_spdep.csv")
    edges = columns(test_data / "reference" / f"{name}_queen_edges.csv")
    position = {code: at for at, code in enumerate(given_values["id"])}
    around = Neighbours.from_pairs(
        len(position),
        [position[code] for code in edges["from"]],
        [position[code] for code in edges["to"]],
    )
    values = numbers(given_values["x"])
    assert around.counts.tolist() == [int(text) for text in given_values["n_nb"]]

    def same(found, column):
        np.testing.assert_allclose(found, numbers(given_values[column]), rtol=0, atol=1e-9)

    star = gi_star(values, around)
    same(gi_star(values, around, star=False).z_score, "Gi_B")
    same(star.z_score, "Gistar_B")
    same(gi_star(values, around.row_standardised()).z_score, "Gistar_W")
    same(star.p_value, "Gistar_B_p_two_sided")
    for correction in ("bh", "by", "bonferroni", "holm"):
        column = {"bh": "p_BH", "by": "p_BY"}.get(correction, f"p_{correction}")
        same(corrected(star.p_value, correction=correction), column)


@pytest.mark.parametrize("standardised", [False, True])
def test_mistake_1_row_sum_where_the_sum_of_squares_belongs(standardised):
    around = lattice(40, 40)
    found = gi_star(cluster_of_forty(), around.row_standardised() if standardised else around)
    assert np.count_nonzero((found.z_score > 0) & (found.p_value < 0.05)) == 69


def test_mistake_3_weights_reach_the_statistic():
    values = np.arange(1.0, 17.0)
    around = lattice(4, 4)
    heavier = Neighbours(
        around.indptr, around.indices, 1.0 + (around.indices % 3), self_weights=np.ones(16)
    )
    assert np.all(np.abs(gi_star(values, heavier).z_score - gi_star(values, around).z_score) > 0)


def test_mistake_5_the_statistic_is_not_a_local_mean():
    values = cluster_of_forty()
    around = lattice(40, 40)
    found = gi_star(values, around)
    local_mean = found.lag / (around.counts + 1.0)
    # The same mean of 9 cells and of 4 corner cells is not the same evidence.
    standardised = (local_mean - values.mean()) / values.std()
    ratio = found.z_score / standardised
    np.testing.assert_allclose(ratio[around.counts == 8], np.sqrt(1599 * 9 / (1600 - 9)))
    np.testing.assert_allclose(ratio[around.counts == 3], np.sqrt(1599 * 4 / (1600 - 4)))


def test_esda_with_binary_weights_agrees():
    esda_getisord = pytest.importorskip("esda.getisord")
    libpysal_weights = pytest.importorskip("libpysal.weights")
    values, around = cluster_of_forty(), lattice(40, 40)
    w = libpysal_weights.W(
        {i: neighbours_of(around, i).tolist() for i in range(around.n)}, silence_warnings=True
    )
    for star in (True, False):
        oracle = esda_getisord.G_Local(
            values, w, transform="B", star=star, permutations=0, keep_simulations=False
        )
        np.testing.assert_allclose(
            gi_star(values, around, star=star).z_score, oracle.Zs, rtol=1e-9, atol=1e-9
        )


def test_an_island_has_its_own_standardised_value_as_gi_star_and_no_gi():
    values = np.array([1.0, 5.0, 2.0, 9.0])
    around = Neighbours.from_pairs(4, [0], [1])
    star = gi_star(values, around)
    assert star.is_island.tolist() == [False, False, True, True]
    assert star.z_score[3] == pytest.approx((9 - values.mean()) / values.std())
    assert np.isnan(gi_star(values, around, star=False).z_score[2:]).all()
    assert np.isnan(gi_star(values, around, star=False).p_value[2:]).all()


def test_where_all_others_are_neighbours_there_is_no_z():
    around = Neighbours.from_pairs(4, [0, 0, 0], [1, 2, 3])
    for star in (True, False):
        found = gi_star([1.0, 5.0, 2.0, 9.0], around, star=star)
        assert np.isnan(found.z_score[0])
        assert np.isfinite(found.z_score[1:]).all()


def test_gi_has_no_z_where_all_other_values_are_equal():
    found = gi_star([0.1, 0.1, 7.0, 0.1, 0.1], lattice(1, 5), star=False)
    assert np.isnan(found.z_score[2])
    assert np.isfinite(found.z_score[[0, 1, 3, 4]]).all()


@pytest.mark.compiled
def test_expected_and_variance_are_those_of_random_arrangements():
    values, around = np.array([1.0, 5.0, 2.0, 9.0, 4.0, 4.0]), lattice(2, 3)
    rng = np.random.default_rng(0)
    draws = np.array([gi_star(rng.permutation(values), around).lag for _ in range(20_000)])
    found = gi_star(values, around)
    np.testing.assert_allclose(draws.mean(axis=0), found.expected, rtol=0.01)
    np.testing.assert_allclose(
        draws.var(axis=0)[[0, 2, 3, 5]], found.variance[[0, 2, 3, 5]], rtol=0.05
    )
    np.testing.assert_allclose(found.variance[[1, 4]], 0.0, atol=1e-9)


def test_expected_in_reach_counts_incidents_not_weights():
    around = lattice(1, 3).row_standardised()
    assert expected_in_reach([1.0, 2.0, 4.0], around).tolist() == [3.0, 7.0, 6.0]
    assert expected_in_reach([2.0, 2.0, 2.0], around, star=False).tolist() == [2.0, 4.0, 2.0]


def test_results_cannot_be_written_to():
    found = gi_star([1.0, 5.0, 2.0], lattice(1, 3))
    for array in (found.lag, found.expected, found.variance, found.z_score, found.p_value):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 0.0


def test_values_given_read_only_are_accepted_and_not_changed():
    values = np.array([1.0, 5.0, 2.0, 0.0])
    values.flags.writeable = False
    gi_star(values, lattice(2, 2, queen=False))
    assert values.tolist() == [1.0, 5.0, 2.0, 0.0]


@pytest.mark.parametrize(
    ("values", "error"),
    [
        ([1.0, 1.0, 1.0], ConstantValuesError),
        ([0.1 + 0.2, 0.3, 0.3], ConstantValuesError),
        ([0.0, 0.0, 0.0], ConstantValuesError),
        ([1.0, np.nan, 2.0], InvalidValuesError),
        ([1.0, np.inf, 2.0], InvalidValuesError),
        ([1.0, -1.0, 2.0], InvalidValuesError),
        ([1.0, 2.0], InvalidValuesError),
        ([[1.0], [2.0], [3.0]], InvalidValuesError),
    ],
)
def test_values_without_meaning_are_refused(values, error):
    with pytest.raises(error):
        gi_star(values, lattice(1, 3))


def test_negative_values_are_accepted_where_asked_for():
    shifted = gi_star([-1.0, 0.0, 1.0], lattice(1, 3), star=True, allow_negative=True)
    np.testing.assert_allclose(shifted.z_score, gi_star([0.0, 1.0, 2.0], lattice(1, 3)).z_score)


def test_two_areas_are_too_few():
    with pytest.raises(TooFewAreasError):
        gi_star([1.0, 2.0], lattice(1, 2))
