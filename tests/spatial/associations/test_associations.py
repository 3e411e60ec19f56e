"""Local associations: those of esda, and their p over every arrangement there is."""

import itertools
import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spatial.associations.associations import (
    Association,
    bivariate_moran,
    bivariate_moran_statistic,
    geary_statistic,
    lee_statistic,
    local_geary,
    local_lee,
)
from spatial.associations.losh import losh, losh_p
from spatial.associations.pair_sums import pair_p
from spatial.errors import ConstantValuesError, InvalidParameterError, TooFewAreasError
from spatial.local_statistics.local_moran import local_moran
from spatial.local_statistics.permutation import LocalStatistic, permutation_p
from spatial.weights.graphs import to_graph
from spatial.weights.weights import Neighbours
from tests.spatial.lattices import (
    REFERENCE,
    SpdepMap,
    columns,
    dense_weights,
    lattice,
    numbers,
    random_map,
)

SEEDS = st.integers(0, 10_000)
GRID = lattice(6, 7)


def test_a_variance_that_rounding_made_negative_has_no_score_and_no_warning():
    association = Association(*np.array([[1.0, 2.0], [0.0, 1.0], [4.0, -1e-17], [1, 1], [1, 1]]))
    assert association.z_score == pytest.approx([0.5, np.nan], nan_ok=True)


def two_maps(seed, areas=42):
    rng = np.random.default_rng(seed)
    return rng.poisson(3.0, areas).astype(float), rng.gamma(2.0, 5.0, areas)


@pytest.mark.parametrize("seed", range(3))
def test_local_geary_is_that_of_esda(seed):
    from esda.geary_local import Geary_Local

    x, _ = two_maps(seed)
    expected = Geary_Local(to_graph(GRID), permutations=0).fit(x).localG
    found = local_geary(x, GRID.row_standardised()).value
    np.testing.assert_allclose(found, expected, rtol=1e-12)


@pytest.mark.parametrize("seed", range(3))
def test_lees_l_is_that_of_esda(seed):
    from esda.lee import Spatial_Pearson_Local

    x, y = two_maps(seed)
    weights = dense_weights(GRID)
    lee = Spatial_Pearson_Local(weights, permutations=0)
    expected = lee.fit(x[:, None], y[:, None]).associations_
    found = local_lee(x, y, GRID.row_standardised()).value
    np.testing.assert_allclose(found, expected, rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("seed", range(3))
def test_the_bivariate_moran_is_that_of_esda(seed):
    from esda.moran import Moran_Local_BV

    x, y = two_maps(seed)
    expected = Moran_Local_BV(x, y, to_graph(GRID), permutations=0).Is
    found = bivariate_moran(x, y, GRID.row_standardised()).value
    np.testing.assert_allclose(found, expected, rtol=1e-12)


@pytest.mark.parametrize("seed", range(3))
def test_losh_is_that_of_esda(seed):
    from esda.losh import LOSH

    _, y = two_maps(seed)
    expected = LOSH(to_graph(GRID), inference=None).fit(y)
    found = losh(y, GRID)
    np.testing.assert_allclose(found.value, expected.Hi, rtol=1e-12)
    np.testing.assert_allclose(found.variance, expected.VarHi, rtol=1e-9)


def test_statistics_are_those_of_spdep():
    expected = {
        name: numbers(texts)
        for name, texts in columns(REFERENCE / "associations_areas.csv").items()
    }
    i = np.arange(1, 57)
    count = (i * 37 + (i * i) % 23) % 17 + 30 * np.isin(i, [18, 19, 25, 26])
    people = 1000 + (i * 131) % 977
    queen = SpdepMap.read().neighbours.row_standardised()
    heteroscedasticity = losh(count, queen)
    np.testing.assert_allclose(
        local_geary(count, queen).value * 55 / 56, expected["geary"], rtol=1e-10
    )
    np.testing.assert_allclose(local_lee(count, people, queen).value, expected["lee"], rtol=1e-9)
    np.testing.assert_allclose(
        bivariate_moran(count, people, queen).value, expected["moran"], rtol=1e-9
    )
    np.testing.assert_allclose(heteroscedasticity.value, expected["losh"], rtol=1e-10)
    np.testing.assert_allclose(heteroscedasticity.variance, expected["losh_variance"], rtol=1e-9)


def test_the_bivariate_moran_of_a_value_with_itself_is_the_local_moran():
    x, _ = two_maps(4)
    alone = local_moran(x, GRID.row_standardised())
    found = bivariate_moran(x, x, GRID.row_standardised())
    np.testing.assert_allclose(found.value, alone.i * 41 / 42, rtol=1e-12, atol=1e-15)
    np.testing.assert_allclose(found.z_score, alone.z_score, rtol=1e-10)


STATISTICS = {
    "geary": (lambda x, y, w: local_geary(x, w), lambda x, y, w: geary_statistic(x, w)),
    "lee": (local_lee, lee_statistic),
    "moran": (bivariate_moran, bivariate_moran_statistic),
}


def every_arrangement(name, x, y, neighbours, i):
    """The statistic of area i for every way to fill its neighbourhood with the other areas."""
    zx, zy = ((v - v.mean()) / v.std() for v in (x, y))
    start, end = neighbours.indptr[i : i + 2]
    weights = neighbours.weights[start:end]
    others = [j for j in range(len(x)) if j != i]
    for drawn in map(list, itertools.permutations(others, int(end - start))):
        if name == "geary":
            yield weights @ (zx[i] - zx[drawn]) ** 2
        elif name == "lee":
            yield (weights @ zx[drawn]) * (weights @ zy[drawn])
        else:
            yield zx[i] * (weights @ zy[drawn]) * (len(x) - 1) / len(x)


@pytest.mark.parametrize("name", STATISTICS)
@pytest.mark.parametrize("weighted", [False, True])
def test_moments_and_p_are_those_over_every_arrangement(name, weighted):
    x, y = two_maps(5, 7)
    pairs = ([0, 0, 1, 2, 3, 4, 1], [1, 2, 2, 3, 4, 5, 5])
    weights = np.random.default_rng(1).random(7) + 0.2 if weighted else None
    neighbours = Neighbours.from_pairs(7, *pairs, weights)
    neighbours = neighbours if weighted else neighbours.row_standardised()
    measure, statistic = STATISTICS[name]
    found = measure(x, y, neighbours)
    draws = 20_000
    p = pair_p(statistic(x, y, neighbours), permutations=draws, seed=2)
    for i in range(6):
        reference = np.array(list(every_arrangement(name, x, y, neighbours, i)))
        assert found.expected[i] == pytest.approx(reference.mean(), rel=1e-9, abs=1e-12)
        if name != "lee":
            assert found.variance[i] == pytest.approx(reference.var(), rel=1e-9)
        for tail, is_beyond in (
            (p.p_greater, reference >= found.value[i] - 1e-10),
            (p.p_less, reference <= found.value[i] + 1e-10),
        ):
            share = is_beyond.mean()
            assert abs(tail[i] - share) < 4.5 * np.sqrt(share * (1 - share) / draws) + 1.5 / draws
    assert np.isnan(found.value[6])
    assert np.isnan(p.p_value[6])


@given(seed=SEEDS, weighted=st.booleans())
@settings(max_examples=30)
def test_p_of_a_sum_is_that_of_the_permutation_engine(seed, weighted):
    neighbours = random_map(seed, 20, weighted=weighted)
    x, y = two_maps(seed, 20)
    if np.ptp(x) == 0:
        return
    ours = pair_p(bivariate_moran_statistic(x, y, neighbours), permutations=99, seed=3)
    slope = x - x.mean()
    slope[np.abs(slope) < 1e-12] = 0.0
    engine = permutation_p(LocalStatistic(y, neighbours, slope=slope), permutations=99, seed=3)
    has_slope = slope != 0.0
    np.testing.assert_allclose(ours.p_value[has_slope], engine.p_value[has_slope])


@pytest.mark.parametrize("threads", [1, 3])
def test_p_does_not_depend_on_threads_and_is_drawn_further(threads):
    x, y = two_maps(6)
    statistic = lee_statistic(x, y, GRID.row_standardised())
    alone = pair_p(statistic, permutations=999, most_permutations=4_999, seed=1)
    found = pair_p(statistic, permutations=999, most_permutations=4_999, seed=1, threads=threads)
    np.testing.assert_array_equal(found.p_value, alone.p_value)
    assert found.drawn_further.any()
    dealt = losh_p(y, GRID, permutations=299, seed=1, threads=threads)
    np.testing.assert_array_equal(dealt.p_value, losh_p(y, GRID, permutations=299, seed=1).p_value)


def test_p_of_losh_is_the_share_of_dealt_maps():
    _, y = two_maps(7, 12)
    neighbours = lattice(3, 4)
    rng = np.random.default_rng(0)
    dealt = np.array([losh(rng.permutation(y), neighbours).value for _ in range(2_000)])
    observed = losh(y, neighbours).value
    p = losh_p(y, neighbours, permutations=4_999, seed=4)
    share = (dealt >= observed).mean(axis=0)
    np.testing.assert_allclose(p.p_greater, share, atol=4.5 * np.sqrt(0.25 / 2_000) * 1.3)


@given(seed=SEEDS)
@settings(max_examples=25)
def test_scaling_a_row_or_a_value_changes_no_p(seed):
    neighbours = random_map(seed, 15, weighted=True)
    rng = np.random.default_rng(seed)
    x, y = rng.normal(size=(2, 15))
    for statistic in (
        lambda w, a: lee_statistic(a * x, y, w),
        lambda w, a: geary_statistic(a * x, w),
    ):
        once = pair_p(statistic(neighbours, 1.0), permutations=49, seed=1)
        again = pair_p(statistic(neighbours.row_standardised(), 7.0), permutations=49, seed=1)
        np.testing.assert_array_equal(once.p_value, again.p_value)


def test_islands_have_no_value_and_count_for_nobody():
    x, y = two_maps(8, 10)
    neighbours = Neighbours.from_pairs(10, range(8), range(1, 9))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for found in (
            local_geary(x, neighbours),
            local_lee(x, y, neighbours),
            bivariate_moran(x, y, neighbours),
            losh(y, neighbours),
        ):
            assert np.isnan(found.value[9])
            assert np.isnan(found.z_score[9])
            assert np.isfinite(found.value[:9]).all()
    nine = Neighbours.from_pairs(9, range(8), range(1, 9))
    np.testing.assert_allclose(losh(y, neighbours).value[:9], losh(y[:9], nine).value)


def test_where_all_others_are_neighbours_nothing_is_tested():
    i, j = np.triu_indices(6, 1)
    everybody = Neighbours.from_pairs(6, i, j).row_standardised()
    x, y = two_maps(9, 6)
    assert np.isnan(pair_p(lee_statistic(x, y, everybody), permutations=9).p_value).all()
    assert np.isnan(local_geary(x, everybody).z_score).all()


@pytest.mark.parametrize("measure", [lambda x, w: local_geary(x, w), losh])
def test_values_without_meaning_are_refused(measure):
    with pytest.raises(ConstantValuesError):
        measure(np.ones(42), GRID)
    with pytest.raises(TooFewAreasError):
        measure([1.0, 2.0], Neighbours.from_pairs(2, [0], [1]))


@pytest.mark.parametrize("permutations", [0, 1_000_000])
def test_draws_out_of_range_are_refused(permutations):
    x, y = two_maps(1)
    with pytest.raises(InvalidParameterError):
        pair_p(lee_statistic(x, y, GRID), permutations=permutations)
    with pytest.raises(InvalidParameterError):
        losh_p(y, GRID, permutations=permutations)
