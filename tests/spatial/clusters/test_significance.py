"""Clusters against chance: where points fall, how far clusters exceed it, and their p."""

import math

import numpy as np
import pytest
import shapely

from spatial.clusters.methods import Method
from spatial.clusters.population import over_ground, over_places
from spatial.clusters.significance import Times, chance_maxima, excess, p_values
from spatial.errors import InvalidParameterError, InvalidValuesError

GROUND = np.array(
    [
        shapely.box(0, 0, 1_000, 1_000),
        shapely.box(1_000, 0, 3_000, 1_000).difference(shapely.box(1_500, 200, 2_500, 800)),
        shapely.MultiPolygon([shapely.box(0, 2_000, 500, 3_000), shapely.box(900, 2_000, 1_000, 3_000)]),
        shapely.box(5_000, 5_000, 6_000, 6_000),
    ],
    dtype=object,
)  # fmt: skip
MASSES = np.array([5.0, 2.0, 3.0, 0.0])


def maxima_of(method, population, n, **options):
    ones = np.ones(n)
    return chance_maxima(
        population,
        ones,
        lambda xy_m: method.labels(xy_m, ones, ones, is_redrawn=True),
        reach_m=method.distance_m / 2,
        **options,
    )


def test_points_fall_by_mass_and_evenly_over_each_area():
    population = over_ground(GROUND, MASSES)
    xy_m, density = population.draw(100_000, np.random.default_rng(1))
    inside = np.array([shapely.contains_xy(shape, xy_m[:, 0], xy_m[:, 1]) for shape in GROUND])
    assert (inside.sum(axis=0) == 1).mean() > 0.999
    np.testing.assert_allclose(inside.mean(axis=1), MASSES / 10.0, atol=0.006)
    expected = (MASSES / 10.0 / shapely.area(GROUND))[inside.argmax(axis=0)]
    np.testing.assert_allclose(density, expected)
    quarter = inside[0] & (xy_m[:, 0] < 500) & (xy_m[:, 1] < 500)
    assert quarter.sum() / inside[0].sum() == pytest.approx(0.25, abs=0.01)


def test_points_fall_on_places_alike_within_an_area():
    places = np.array([[1.0, 1.0], [2.0, 2.0], [3.0, 3.0], [9.0, 9.0]])
    population = over_places(places, np.array([0, 0, 1, 2]), [6.0, 4.0, 0.0, 9.0], [100.0] * 4)
    xy_m, density = population.draw(20_000, np.random.default_rng(1))
    share = [np.mean(xy_m[:, 0] == x) for x in (1.0, 2.0, 3.0, 9.0)]
    assert share == pytest.approx([0.3, 0.3, 0.4, 0.0], abs=0.02)
    assert set(np.unique(density).round(6)) == {0.004, 0.006}


def test_what_is_expected_of_places_is_the_share_of_them_that_is_drawn_in_reach():
    rng = np.random.default_rng(2)
    places = np.repeat(rng.uniform(0.0, 1_000.0, (12, 2)), 4, axis=0)
    places += rng.uniform(0.0, 20.0, places.shape)  # crowded, on little ground
    area = (places[:, 0] > 500.0).astype(np.int64)
    population = over_places(places, area, [3.0, 1.0], [5e5, 5e5])
    xy_m, labels = places[:8], np.repeat([0, 1], 4)
    beyond = excess(xy_m, np.ones(8), np.zeros(8), labels, reach_m=30.0, places=population.places)
    drawn = population.draw(100_000, rng)[0]
    for k in range(2):
        ground = shapely.MultiPoint(xy_m[labels == k]).convex_hull.buffer(30.0, quad_segs=256)
        is_near = shapely.contains_xy(ground, drawn[:, 0], drawn[:, 1])
        assert beyond.expected[k] == pytest.approx(is_near.mean(), abs=0.005)
        assert beyond.expected[k] > 0.02


def test_a_population_of_nobody_is_refused():
    with pytest.raises(InvalidValuesError):
        over_ground(GROUND, np.zeros(4))
    with pytest.raises(InvalidValuesError):
        over_places(np.zeros((1, 2)), np.array([0]), [0.0, 1.0], [1.0, 1.0])


def test_the_excess_is_a_likelihood_ratio():
    xy_m = np.array([[0.0, 0], [10, 0], [0, 10], [900, 900], [500, 100]])
    labels = np.array([0, 0, 0, -1, -1])
    density = np.full(5, 1e-6)
    beyond = excess(xy_m, np.ones(5), density, labels, reach_m=50.0)
    hull = shapely.MultiPoint(xy_m[:3]).convex_hull
    p, q = 0.6, hull.buffer(50.0, quad_segs=512).area * 1e-6
    assert beyond.share.tolist() == [0.6]
    assert beyond.expected[0] == pytest.approx(q, rel=1e-4)
    ratio = p * math.log(p / q) + (1 - p) * math.log((1 - p) / (1 - q))
    assert beyond.statistic[0] == pytest.approx(ratio, rel=1e-4)


def test_no_more_than_expected_is_no_excess():
    xy_m, labels = np.zeros((4, 2)), np.array([0, 0, -1, -1])
    beyond = excess(xy_m, np.ones(4), np.full(4, 1.0), labels, reach_m=50.0)
    assert beyond.statistic.tolist() == [0.0]


def test_a_cluster_in_time_is_expected_its_share_of_the_days():
    times = Times(np.array([0.0, 1.0, 2.0, 3.0, 50.0]), reach_days=1.0)
    assert times.shares(np.array([0, 0, -1, -1, 1])).tolist() == [0.6, 0.2]


@pytest.mark.parametrize("name", ["dbscan", "hdbscan", "optics", "nearest-neighbour"])
def test_one_seed_gives_one_answer(name):
    method, population = Method(name, 120.0, 4), over_ground(GROUND, MASSES)
    records = 60 if name == "optics" else 150  # it is slow
    maxima = maxima_of(method, population, records, draws=19, seed=7)
    again = maxima_of(method, population, records, draws=19, seed=7)
    np.testing.assert_array_equal(maxima, again)
    if name in ("dbscan", "nearest-neighbour"):
        both = maxima_of(method, population, records, draws=19, seed=7, threads=2)
        np.testing.assert_array_equal(maxima, both)
    assert (maxima != maxima_of(method, population, records, draws=19, seed=8)).any()


def test_a_cluster_that_was_put_there_is_more_than_chance():
    population, method = over_ground(GROUND, MASSES), Method("dbscan", 100.0, 8)
    xy_m, density = population.draw(300, np.random.default_rng(3))
    xy_m[:40] = np.random.default_rng(4).normal((1_200.0, 100.0), 15.0, (40, 2))
    density[:40] = 0.2 / shapely.area(GROUND[1])
    labels = method.labels(xy_m, np.ones(300), np.zeros(300))
    beyond = excess(xy_m, np.ones(300), density, labels, reach_m=50.0)
    p_value = p_values(beyond.statistic, maxima_of(method, population, 300, draws=99))
    assert p_value[labels[0]] == 0.01
    assert all(value == 0.01 or value > 0.05 for value in p_value)


def test_p_counts_the_pattern_itself_and_ties():
    maxima = np.array([0.0, 1.0, 2.0, 2.0])
    assert p_values(np.array([5.0, 2.0, 0.0]), maxima).tolist() == [0.2, 0.6, 1.0]


@pytest.mark.parametrize(
    "options", [{"draws": 18}, {"draws": 19, "seed": -1}, {"draws": 19, "threads": 0}]
)
def test_draws_out_of_range_are_refused(options):
    with pytest.raises(InvalidParameterError):
        maxima_of(Method("dbscan", 10.0, 3), over_ground(GROUND, MASSES), 5, **options)


def test_what_stops_the_work_stops_it():
    def stop(done, draws):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        maxima_of(
            Method("dbscan", 10.0, 3), over_ground(GROUND, MASSES), 5, draws=19, on_progress=stop
        )
