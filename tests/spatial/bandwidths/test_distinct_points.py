"""Places and location error: counted again, from snapped, rounded and exact records."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy.spatial import KDTree

from spatial.bandwidths.distinct_points import location_error_m, merge_places
from spatial.errors import InvalidPointsError, InvalidPointWeightsError


@given(
    xy_m=hnp.arrays(
        np.float64, st.tuples(st.integers(0, 30), st.just(2)), elements=st.integers(-3, 3)
    ),
    data=st.data(),
)
def test_every_place_has_its_records_and_their_weight(xy_m, data):
    weight = data.draw(hnp.arrays(np.float64, len(xy_m), elements=st.integers(0, 4)))
    places = merge_places(xy_m, weight)
    expected: dict[tuple[float, float], list[float]] = {}
    for (x, y), w in zip(xy_m.tolist(), weight.tolist(), strict=True):
        expected.setdefault((x, y), []).append(w)
    kept = sorted(place for place, weights in expected.items() if sum(weights) > 0)
    assert [tuple(xy) for xy in places.xy_m.tolist()] == kept
    assert places.weight.tolist() == [sum(expected[place]) for place in kept]
    assert places.records.tolist() == [len(expected[place]) for place in kept]
    assert places.total_records == sum(len(expected[place]) for place in kept)


def test_bad_points_and_weights_are_named():
    with pytest.raises(InvalidPointsError):
        merge_places([[0.0, np.nan]])
    with pytest.raises(InvalidPointWeightsError):
        merge_places([[0.0, 0.0]], [-1.0])


def test_places_are_read_only():
    with pytest.raises(ValueError, match="read-only"):
        merge_places([[0.0, 1.0]]).xy_m[0, 0] = 5.0


def test_records_snapped_to_a_lattice_have_its_spacing_as_their_error():
    rng = np.random.default_rng(1)
    nodes = np.argwhere(np.ones((20, 20))) * 83.0 + 1_234.5
    location = location_error_m(nodes[rng.integers(0, 400, 5_000)])
    assert location.spacing_m == pytest.approx(83.0)
    assert location.error_m == pytest.approx(83.0)
    assert location.shared_share > 0.99
    assert (location.records, location.places) == (5_000, 400)


def test_the_spacing_is_that_of_the_typical_record_not_of_the_typical_place():
    close = np.array([[0.0, 0.0], [10.0, 0.0], [0.0, 10.0], [10.0, 10.0]])
    far = np.array([[5_000.0 * k, 70_000.0] for k in range(20)])
    location = location_error_m(np.vstack([np.repeat(close, 50, axis=0), far]))
    assert location.spacing_m == pytest.approx(10.0)


@pytest.mark.parametrize("stretch", [(1.0, 1.0), (0.0, 1.0), (1.0, 0.0), (1.0, 40.0)])
def test_the_spacing_is_the_median_distance_of_scipys_tree(stretch):
    rng = np.random.default_rng(3)
    xy_m = np.vstack([rng.uniform(0, 9_000, (400, 2)), rng.normal(5_000.0, 20.0, (401, 2))])
    xy_m = xy_m * stretch
    nearest_m = KDTree(xy_m).query(xy_m, k=[2])[0][:, 0]
    assert location_error_m(xy_m).spacing_m == np.median(nearest_m)


def test_exact_records_have_no_error_that_can_be_seen():
    location = location_error_m(np.random.default_rng(2).uniform(0, 9_000, (500, 2)))
    assert location.error_m == 0.0
    assert location.spacing_m > 0.0


@pytest.mark.parametrize(
    ("step", "corner"), [(100.0, 0.0), (100.0, 50.0), (1_000.0, 500.0), (10.0, 5.0)]
)
def test_rounded_coordinates_have_their_step_as_error(step, corner):
    exact = np.random.default_rng(3).uniform(500_000, 540_000, (300, 2))
    location = location_error_m(np.floor(exact / step) * step + corner)
    assert location.rounding_m == step
    assert location.error_m >= step


@pytest.mark.parametrize("xy_m", [np.empty((0, 2)), [[1.0, 2.0]], [[1.0, 2.0]] * 9])
def test_fewer_than_two_places_have_no_spacing(xy_m):
    location = location_error_m(xy_m)
    assert math.isnan(location.spacing_m)
    assert location.error_m == 0.0


def test_two_places_know_their_distance():
    assert location_error_m([[0.0, 0.0], [3.0, 4.0]]).spacing_m == 5.0


@pytest.mark.real
def test_police_uk_records_are_snapped_to_places_about_ninety_metres_apart(police_xy_m):
    location = location_error_m(police_xy_m)
    assert location.places == 10_237
    assert 80.0 < location.error_m < 100.0
