"""The density at the places themselves: exact where it is cheap, and near it where it is not."""

import numpy as np
import pytest

from spatial.coordinates.points import PointIndex
from spatial.density.adaptive import abramson
from spatial.density.density import density_at
from spatial.density.kernels import KERNELS
from spatial.density.pilot import density_at_places


def crowded(places: int = 3_000) -> PointIndex:
    """A crowd, a looser one and scattered places."""
    rng = np.random.default_rng(5)
    return PointIndex(
        np.vstack(
            [
                rng.normal((3_000.0, 3_000.0), 60.0, (places, 2)),
                rng.normal((9_000.0, 4_000.0), 900.0, (places // 3, 2)),
                rng.uniform(0.0, 20_000.0, (places // 10, 2)),
            ]
        )
    )


def exactly(points: PointIndex, bandwidth_m: float, kernel: str) -> np.ndarray:
    places_m = np.column_stack([points.x_m, points.y_m])
    return density_at(points, places_m, bandwidth_m=bandwidth_m, kernel=kernel)


@pytest.mark.parametrize("kernel", KERNELS)
def test_few_visits_are_summed_exactly(kernel):
    points = crowded(300)
    got = density_at_places(points, bandwidth_m=500.0, kernel=kernel)
    np.testing.assert_array_equal(got, exactly(points, 500.0, kernel))


@pytest.mark.compiled
@pytest.mark.parametrize("bandwidth_m", [100.0, 1_000.0, 8_000.0])
@pytest.mark.parametrize("kernel", KERNELS)
def test_blocks_of_many_visits_are_read_from_a_raster_and_nearly_as_exact(kernel, bandwidth_m):
    points = crowded()
    got = density_at_places(points, bandwidth_m=bandwidth_m, kernel=kernel, exact_visits=0)
    expected = exactly(points, bandwidth_m, kernel)
    assert not np.array_equal(got, expected)
    error = np.abs(got - expected) / expected.max()
    assert np.mean(error) < 0.02  # of which most is at the tip of the triangular kernel
    if kernel != "uniform":  # whose edge is a step
        assert error.max() < 0.02


def test_bandwidths_are_within_half_of_the_error_of_their_pilot():
    points = crowded()
    near = abramson(points, bandwidth_m=800.0, exact_visits=0)
    exact = abramson(points, bandwidth_m=800.0, exact_visits=10**12)
    share = np.abs(near.bandwidth_m / exact.bandwidth_m - 1.0)
    assert 0.0 < np.mean(share) < 0.001
    assert share.max() < 0.04


def test_what_on_progress_raises_ends_the_sum():
    def stop(done: int, parts: int) -> None:
        raise InterruptedError

    with pytest.raises(InterruptedError):
        density_at_places(crowded(100), bandwidth_m=500.0, on_progress=stop)


def test_the_visits_of_a_place_are_those_in_the_buckets_that_its_square_touches():
    points = crowded(500)
    places_m = np.column_stack([points.x_m, points.y_m])
    visits = points.visits(places_m, 700.0)
    for k in range(0, len(points), 37):
        x, y = places_m[k]
        assert visits[k] == len(points.near((x - 700.0, y - 700.0, x + 700.0, y + 700.0)))
    within = np.hypot(*(places_m[:, None] - places_m[None]).T) <= 700.0
    assert points.crowd(700.0) >= within.sum(axis=1).max()
    assert points.crowd(700.0) <= len(points)


def test_nothing_is_no_density():
    assert density_at_places(PointIndex(np.empty((0, 2))), bandwidth_m=500.0).shape == (0,)
