"""Bandwidth rules: against every pair written out, against spatstat, and as properties."""

import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spatial.bandwidths import pair_distances
from spatial.bandwidths.bandwidth import (
    LEAST_SQUARES_FROM,
    LIKELIHOOD_FROM,
    choose_bandwidth,
    location_warnings,
)
from spatial.bandwidths.bandwidth_rules import (
    RULES,
    Sample,
    arcgis,
    berman_diggle,
    cronie_van_lieshout,
    least_squares,
    likelihood,
)
from spatial.bandwidths.distinct_points import location_error_m, merge_places
from spatial.bandwidths.pair_distances import (
    DISC,
    DISC_OVERLAP,
    GAUSSIAN,
    GAUSSIAN_TWICE,
    pair_sums,
)
from spatial.density.kernels import KERNELS
from spatial.errors import InvalidParameterError, TooFewPointsError, UnknownKernelError
from tests import oracles
from tests.spatial.speed import compiled_only
from tests.strategies import examples

SPATSTAT = Path(__file__).parents[2] / "reference" / "spatstat"
FINE = np.geomspace(20.0, 3_000.0, 250)


def clustered(seed: int, count: int, *, repeats: bool = False) -> np.ndarray:
    """Two clusters and scatter in a square of 6 km, far from the origin."""
    rng = np.random.default_rng(seed)
    centre = np.array([[1_500.0, 1_500.0], [4_000.0, 2_500.0]])[rng.integers(0, 2, count)]
    xy_m = centre + rng.normal(0, 300, (count, 2))
    xy_m[::6] = rng.uniform(0, 6_000, xy_m[::6].shape)
    if repeats:
        xy_m = xy_m[rng.integers(0, count // 3, count)]
    return xy_m + np.array([600_000.0, 300_000.0])


def sample(xy_m: np.ndarray, *, area_km2: float | None = 36.0, sd_m=None) -> Sample:
    places = merge_places(xy_m)
    return Sample(xy_m, np.ones(len(xy_m)), places, area_km2, 7, sd_m)


def best(criterion) -> float:
    return float(FINE[np.argmin([criterion(sd_m) for sd_m in FINE])])


# --- sums over pairs -----------------------------------------------------------------------


@pytest.mark.parametrize("repeats", [False, True])
def test_sums_over_pairs_equal_every_pair_written_out(repeats):
    places = merge_places(clustered(1, 240, repeats=repeats))
    away = oracles.distances(places.xy_m)
    others = places.weight * ~np.eye(len(places), dtype=bool)
    sd_m = np.array([50.0, 120.0, 300.0, 1_000.0])
    got = pair_sums(places, sd_m, (GAUSSIAN, GAUSSIAN_TWICE), seed=0)
    for k, sd in enumerate(sd_m):
        for summed, width in zip(got.other_sums, (sd, sd * math.sqrt(2)), strict=True):
            expected = (oracles.gaussian(away, width) * others).sum(axis=1)
            np.testing.assert_allclose(
                summed[:, k], expected, rtol=1e-3, atol=1e-4 * expected.max()
            )


def test_sums_of_discs_and_their_overlaps_equal_every_pair_written_out():
    places = merge_places(clustered(2, 300))
    away = oracles.distances(places.xy_m)
    others = places.weight * ~np.eye(len(places), dtype=bool)
    sd_m = np.array([100.0, 400.0])
    discs, overlaps = pair_sums(places, sd_m, (DISC, DISC_OVERLAP), seed=0).other_sums
    for k, sd in enumerate(sd_m):
        half = np.minimum(away / (4 * sd), 1)
        lens = 2 / math.pi * (np.arccos(half) - half * np.sqrt(1 - half**2))
        inside = ((away <= 2 * sd) * others).sum()
        assert discs[:, k].sum() == pytest.approx(inside, rel=5e-3)
        assert overlaps[:, k].sum() == pytest.approx((lens * others).sum(), rel=1e-3)


@compiled_only
def test_above_the_limit_a_sample_of_merged_places_gives_nearly_the_same_sums(monkeypatch):
    places = merge_places(clustered(3, 4_000))
    sd_m = np.geomspace(30.0, 2_000.0, 12)
    exact = pair_sums(places, sd_m, (GAUSSIAN,), seed=5)
    monkeypatch.setattr(pair_distances, "EXACT_PLACES", 100)
    monkeypatch.setattr(pair_distances, "QUERIES", 1_500)
    sampled = pair_sums(places, sd_m, (GAUSSIAN,), seed=5)
    assert sampled.is_sampled
    assert not exact.is_sampled
    assert sampled.query_weight.sum() == pytest.approx(places.total_weight)
    at_same = exact.other_sums[0][sampled.query]
    error = np.abs(sampled.other_sums[0] - at_same).max(axis=0) / at_same.max(axis=0)
    assert error.max() < 0.01
    mean = sampled.query_weight @ sampled.other_sums[0] / (places.weight @ exact.other_sums[0])
    np.testing.assert_allclose(mean, 1.0, atol=0.02)


def test_what_is_left_of_a_merged_cell_is_where_the_other_places_are(monkeypatch):
    monkeypatch.setattr(pair_distances, "EXACT_PLACES", 1)
    # The last two share a cell of a quarter of 100 m; the first only sets the corner.
    places = merge_places([[0.0, 0.0], [10_001.0, 10_001.0], [10_021.0, 10_021.0]], [1, 2, 5])
    (summed,) = pair_sums(places, np.array([100.0]), (GAUSSIAN,), seed=0).other_sums
    away = np.hypot(20.0, 20.0)
    expected = [0.0, 5 * oracles.gaussian(away, 100.0), 2 * oracles.gaussian(away, 100.0)]
    np.testing.assert_allclose(summed[:, 0], expected, rtol=1e-6)


# --- rules against their formulas ----------------------------------------------------------


@pytest.mark.parametrize("repeats", [False, True])
@pytest.mark.parametrize("seed", [11, 12])
def test_least_squares_is_at_the_minimum_of_its_criterion(seed, repeats):
    given_sample = sample(clustered(seed, 250, repeats=repeats))
    places = given_sample.places
    expected = best(lambda sd_m: oracles.least_squares_criterion(places.xy_m, places.weight, sd_m))
    assert least_squares(given_sample).sd_m == pytest.approx(expected, rel=0.04)


@pytest.mark.parametrize("repeats", [False, True])
@pytest.mark.parametrize("background", [0.0, 1.0])
def test_likelihood_is_at_the_maximum_of_its_criterion(background, repeats):
    given_sample = sample(clustered(13, 250, repeats=repeats))
    places = given_sample.places
    expected = best(
        lambda sd_m: (
            -oracles.likelihood_criterion(
                places.xy_m, places.weight, sd_m, background / places.total_records
            )
        )
    )
    chosen = likelihood(given_sample, background=background)
    assert chosen.sd_m == pytest.approx(expected, rel=0.04)


@pytest.mark.parametrize("repeats", [False, True])
def test_berman_diggle_is_at_the_minimum_of_its_criterion(repeats):
    # A smooth cloud: on clusters the criterion has many dips nearly as deep as the deepest.
    xy_m = np.random.default_rng(14).normal(0, 900, (400, 2))
    given_sample = sample(
        xy_m[np.random.default_rng(15).integers(0, 130, 400)] if repeats else xy_m
    )
    places = given_sample.places
    values = [oracles.berman_diggle_criterion(places.xy_m, places.weight, sd_m) for sd_m in FINE]
    chosen = berman_diggle(given_sample).sd_m
    at_chosen = oracles.berman_diggle_criterion(places.xy_m, places.weight, chosen)
    # The criterion is made of steps: the depth is compared, not the place.
    assert at_chosen - min(values) < 0.05 * abs(min(values))


@pytest.mark.parametrize("repeats", [False, True])
def test_cronie_van_lieshout_solves_its_equation(repeats):
    given_sample = sample(clustered(16, 250, repeats=repeats), area_km2=20.0)
    places = given_sample.places
    sd_m = cronie_van_lieshout(given_sample).sd_m
    summed = oracles.inverse_intensity_sum(places.xy_m, places.weight, sd_m)
    assert summed == pytest.approx(20.0e6, rel=0.02)


def test_the_normal_reference_is_scotts_rule_for_a_round_cloud():
    xy_m = np.random.default_rng(17).normal(0, 1_000, (20_000, 2))
    chosen = choose_bandwidth(xy_m, rule="normal-reference", kernel="gaussian")
    assert chosen.sd_m == pytest.approx(1_000 * 20_000 ** (-1 / 6), rel=0.02)


def test_the_normal_reference_sees_both_axes():
    xy_m = np.random.default_rng(18).normal(0, 1, (5_000, 2)) * [200.0, 3_000.0]
    chosen = choose_bandwidth(xy_m, rule="normal-reference")
    east_m, north_m = chosen.axes_m
    assert north_m / east_m == pytest.approx(15.0, rel=0.1)
    assert east_m < chosen.bandwidth_m < north_m
    turned = choose_bandwidth(xy_m[:, ::-1], rule="normal-reference")
    assert turned.axes_m == pytest.approx((north_m, east_m))
    assert turned.bandwidth_m == pytest.approx(chosen.bandwidth_m)


@pytest.mark.parametrize("ratio", [1.0, 3.0, 8.0])
def test_the_normal_reference_minimises_the_asymptotic_error(ratio):
    a, b, n = 500.0, 500.0 * ratio, 1_000
    # Integral of the squared Laplacian of the normal density, by summation.
    x, y = np.linspace(-6 * a, 6 * a, 400), np.linspace(-6 * b, 6 * b, 400)
    X, Y = np.meshgrid(x, y)
    density = np.exp(-((X / a) ** 2) / 2 - (Y / b) ** 2 / 2) / (2 * np.pi * a * b)
    laplacian = density * ((X**2 / a**2 - 1) / a**2 + (Y**2 / b**2 - 1) / b**2)
    bending = (laplacian**2).sum() * (x[1] - x[0]) * (y[1] - y[0])
    expected = (1 / (2 * np.pi * n * bending)) ** (1 / 6)
    grid = (np.arange(n) + 0.5) / n
    from scipy.stats import norm

    quantiles = norm.ppf(grid)
    xy_m = np.column_stack([quantiles * a, np.roll(quantiles, 391) * b])
    chosen = choose_bandwidth(xy_m, rule="normal-reference", kernel="gaussian")
    assert chosen.sd_m == pytest.approx(expected, rel=0.01)


def test_the_arcgis_rule_by_hand():
    xy_m = np.array([[0.0, 0.0], [3.0, 4.0], [-3.0, -4.0], [6.0, -8.0], [-6.0, 8.0]])
    standard = math.sqrt((0 + 25 + 25 + 100 + 100) / 5)
    expected = 0.9 * min(standard, math.sqrt(1 / math.log(2)) * 5.0) * 5**-0.2
    assert choose_bandwidth(xy_m, rule="arcgis").bandwidth_m == pytest.approx(expected)


def test_the_arcgis_rule_counts_a_weight_as_so_many_records():
    xy_m = clustered(19, 200)
    weight = np.random.default_rng(20).integers(1, 5, 200)
    repeated = sample(np.repeat(xy_m, weight, axis=0))
    weighted = Sample(xy_m, weight.astype(float), merge_places(xy_m, weight), None, 0)
    assert arcgis(weighted).sd_m == pytest.approx(arcgis(repeated).sd_m, rel=0.01)


# --- values from outside -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rule", "tolerance"),
    [("likelihood", 0.01), ("cronie-van-lieshout", 0.01), ("berman-diggle", 0.03)],
)
def test_the_rules_of_spatstat_give_its_values(rule, tolerance):
    # spatstat tries 400 values 0.8 % apart, and integrates K by steps for berman-diggle.
    rows = (SPATSTAT / "bandwidths.csv").read_text().replace('"', "").splitlines()[1:]
    values = {name: (float(sd), float(area)) for name, sd, area in (r.split(",") for r in rows)}
    xy_m = np.loadtxt(SPATSTAT / "scattered.csv", delimiter=",", skiprows=1)
    sd_m, area_m2 = values[rule]
    given_sample = sample(xy_m, area_km2=area_m2 / 1e6)
    chosen = (
        likelihood(given_sample, background=0.0)
        if rule == "likelihood"
        else RULES[rule](given_sample)
    )
    assert chosen.sd_m == pytest.approx(sd_m, rel=tolerance)


# --- properties ----------------------------------------------------------------------------


@pytest.mark.parametrize("rule", RULES)
def test_a_rule_does_not_depend_on_order_or_origin(rule):
    xy_m = clustered(21, 300, repeats=True)
    expected = choose_bandwidth(xy_m, rule=rule, area_km2=36.0).bandwidth_m
    shuffled = np.random.default_rng(22).permutation(xy_m)
    assert choose_bandwidth(shuffled, rule=rule, area_km2=36.0).bandwidth_m == pytest.approx(
        expected, rel=1e-9
    )
    moved = xy_m - [123_456.0, 98_765.0]
    assert choose_bandwidth(moved, rule=rule, area_km2=36.0).bandwidth_m == pytest.approx(
        expected, rel=1e-6
    )


@pytest.mark.parametrize("rule", RULES)
def test_a_rule_scales_with_the_map(rule):
    xy_m = clustered(23, 300)
    once = choose_bandwidth(xy_m, rule=rule, area_km2=36.0).bandwidth_m
    thrice = choose_bandwidth(xy_m * 3.0, rule=rule, area_km2=36.0 * 9.0).bandwidth_m
    assert thrice / once == pytest.approx(3.0, rel=0.01)


@pytest.mark.parametrize("rule", ["least-squares", "likelihood", "berman-diggle"])
def test_records_that_share_places_do_not_drive_cross_validation_to_zero(rule):
    snapped = np.round(np.random.default_rng(24).normal(0, 800, (600, 2)) / 90.0) * 90.0
    assert 45.0 < choose_bandwidth(snapped, rule=rule).sd_m < 900.0
    # Left out one record at a time, as is usual, the narrowest kernel would be the best.
    ones = np.ones(len(snapped))
    assert oracles.least_squares_criterion(snapped, ones, 1.0) < oracles.least_squares_criterion(
        snapped, ones, 200.0
    )


@pytest.mark.parametrize("kernel", KERNELS)
def test_every_kernel_gets_the_same_standard_deviation(kernel):
    xy_m = clustered(25, 200)
    chosen = choose_bandwidth(xy_m, kernel=kernel)
    assert chosen.sd_m == choose_bandwidth(xy_m).sd_m
    assert chosen.bandwidth_m == pytest.approx(chosen.sd_m * KERNELS[kernel].radius_per_sd)


@compiled_only
def test_one_seed_gives_one_answer_and_another_nearly_the_same():
    xy_m = clustered(26, 14_000)
    first = choose_bandwidth(xy_m, seed=1)
    assert "sampled by weight with seed 1" in first.computed_from
    assert choose_bandwidth(xy_m, seed=1) == first
    assert choose_bandwidth(xy_m, seed=2).bandwidth_m == pytest.approx(first.bandwidth_m, rel=0.1)


# --- auto, warnings, awkward inputs --------------------------------------------------------


@pytest.mark.parametrize(
    ("places", "rule"),
    [
        (LEAST_SQUARES_FROM, "least-squares"),
        (LEAST_SQUARES_FROM - 1, "likelihood"),
        (LIKELIHOOD_FROM, "likelihood"),
        (LIKELIHOOD_FROM - 1, "normal-reference"),
        (2, "normal-reference"),
    ],
)
def test_auto_names_the_rule_it_used(places, rule):
    xy_m = np.repeat(clustered(27, places), 2, axis=0)
    chosen = choose_bandwidth(xy_m)
    assert (chosen.rule, chosen.automatic, chosen.places) == (rule, True, places)
    asked = choose_bandwidth(xy_m, rule=rule)
    assert not asked.automatic
    assert chosen.bandwidth_m >= asked.bandwidth_m
    if rule == "normal-reference":
        assert "too little data" in chosen.warnings[0]


def test_auto_does_not_go_below_the_location_error():
    # Five places 300 m apart: for 3,000 records the normal reference is narrower than that.
    nodes = np.array([[0, 0], [300, 0], [0, 300], [300, 300], [600, 0]]) + 500_000.0
    xy_m = nodes[np.random.default_rng(28).integers(0, 5, 3_000)]
    asked = choose_bandwidth(xy_m, rule="normal-reference")
    assert asked.bandwidth_m < asked.location.error_m == 300.0
    assert "below the location error" in asked.warnings[-1]
    chosen = choose_bandwidth(xy_m)
    assert chosen.bandwidth_m == pytest.approx(300.0)
    assert "below the location error" in chosen.warnings[-1]


@pytest.mark.parametrize("xy_m", [np.empty((0, 2)), [[1.0, 2.0]], [[1.0, 2.0]] * 40])
@pytest.mark.parametrize("rule", ["auto", *RULES])
def test_fewer_than_two_places_have_no_bandwidth_but_the_one_given(xy_m, rule):
    with pytest.raises(TooFewPointsError):
        choose_bandwidth(xy_m, rule=rule)
    chosen = choose_bandwidth(xy_m, rule=rule, fallback_m=400.0)
    assert chosen.rule == "fallback"
    assert chosen.bandwidth_m == pytest.approx(400.0)
    assert chosen.warnings


@pytest.mark.parametrize("rule", RULES)
@given(
    cells=st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6)), min_size=2, max_size=25),
    spacing=st.sampled_from([0.5, 90.0, 4_000.0]),
)
@examples(40)
def test_every_rule_answers_any_two_places_or_more(rule, cells, spacing):
    xy_m = np.array(cells, dtype=float) * spacing + [550_000.0, 260_000.0]
    if len(merge_places(xy_m)) < 2:
        return
    chosen = choose_bandwidth(xy_m, rule=rule, area_km2=10.0)
    assert math.isfinite(chosen.bandwidth_m)
    assert chosen.bandwidth_m > 0


def test_points_on_a_line_have_a_bandwidth_but_no_area():
    xy_m = np.column_stack([np.linspace(0, 9_000, 60) ** 1.1, np.full(60, 250_000.0)])
    assert choose_bandwidth(xy_m).bandwidth_m > 0
    assert "straight line" in choose_bandwidth(xy_m, rule="normal-reference").warnings[0]
    with pytest.raises(InvalidParameterError, match="straight line"):
        choose_bandwidth(xy_m, rule="cronie-van-lieshout")


def test_a_record_far_away_does_not_decide():
    xy_m = clustered(29, 400)
    far = np.vstack([xy_m, [[1_200_000.0, 900_000.0]]])
    for rule in ("likelihood", "least-squares", "normal-reference"):
        near_m = choose_bandwidth(xy_m, rule=rule).bandwidth_m
        assert choose_bandwidth(far, rule=rule).bandwidth_m == pytest.approx(near_m, rel=0.25)


def test_a_bandwidth_below_the_location_error_is_warned_about():
    nodes = np.argwhere(np.ones((15, 15))) * 200.0
    location = location_error_m(nodes[np.random.default_rng(30).integers(0, 225, 3_000)])
    (said,) = location_warnings(150.0, location)
    assert "150 m" in said
    assert "about 200 m" in said
    assert location_warnings(200.0, location) == ()


def test_a_bandwidth_below_the_rounding_of_coordinates_is_warned_about():
    xy_m = np.round(np.random.default_rng(31).uniform(0, 90_000, (300, 2)) / 100) * 100
    (said,) = location_warnings(50.0, location_error_m(xy_m))
    assert "multiples of 100 m" in said


@pytest.mark.parametrize(
    "wrong", [{"rule": "best"}, {"area_km2": 0.0}, {"area_km2": math.nan}, {"fallback_m": -1.0}]
)
def test_wrong_parameters_are_named(wrong):
    with pytest.raises(InvalidParameterError, match=str(next(iter(wrong.values())))):
        choose_bandwidth(clustered(32, 50), **wrong)


def test_an_unknown_kernel_is_named():
    with pytest.raises(UnknownKernelError, match="cosine"):
        choose_bandwidth(clustered(33, 50), kernel="cosine")


@compiled_only
@pytest.mark.real
def test_auto_on_police_uk_data_is_wider_than_the_location_error(police_xy_m):
    chosen = choose_bandwidth(police_xy_m)
    assert chosen.rule == "least-squares"
    assert 500.0 < chosen.bandwidth_m < 750.0
    assert chosen.warnings == ()


def test_auto_never_chooses_specks_and_says_so():
    rng = np.random.default_rng(8)
    xy_m = rng.normal(0.0, 15.0, (400, 2)) + rng.integers(0, 4, (400, 1)) * 40.0
    free = choose_bandwidth(xy_m, auto_least_m=0.0)
    assert free.bandwidth_m < 150.0
    chosen = choose_bandwidth(xy_m)
    assert chosen.bandwidth_m == pytest.approx(150.0)
    assert (
        f"chose {free.bandwidth_m:.0f} m, below the least that auto takes" in chosen.warnings[-1]
    )
    assert choose_bandwidth(xy_m, rule="normal-reference").bandwidth_m < 150.0


def test_the_location_error_is_that_of_the_data_where_it_is_known():
    whole = location_error_m(
        np.repeat(np.random.default_rng(0).random((200, 2)) * 9_000, 8, axis=0)
    )
    part = np.random.default_rng(1).random((60, 2)) * 300.0
    chosen = choose_bandwidth(part, location=whole)
    assert chosen.location is whole
    assert chosen.bandwidth_m >= whole.error_m > 150.0
    assert not any("below the location error of the data, about" in w for w in chosen.warnings)
