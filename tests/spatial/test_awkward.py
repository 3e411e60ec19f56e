"""Every statistic on every awkward input: numbers, or an error of its own."""

import dataclasses

import numpy as np
import pytest

from spatial.bandwidths.bandwidth import RULES, choose_bandwidth
from spatial.bandwidths.distinct_points import location_error_m, merge_places
from spatial.coordinates.grid import Grid
from spatial.coordinates.mercator import Tile
from spatial.coordinates.points import PointIndex
from spatial.density.adaptive import abramson
from spatial.density.density import density_on_grid
from spatial.density.kernels import KERNELS
from spatial.density.tile_density import density_on_tile
from spatial.errors import SpatialError
from spatial.local_statistics.accuracy import concentration
from spatial.local_statistics.getis_ord import gi_star
from spatial.local_statistics.global_statistics import global_g, global_moran
from spatial.local_statistics.join_counts import local_join_counts
from spatial.local_statistics.local_moran import local_moran, moran_statistic
from spatial.local_statistics.permutation import permutation_p
from spatial.rates.classes import SCHEMES, classify
from spatial.rates.rates import count_interval, rates
from spatial.rates.smoothing import empirical_bayes
from spatial.surfaces.contours import volume_contours
from spatial.surfaces.peaks import find_peaks
from spatial.weights.distance_weights import distance_band, knn
from tests.awkward import CAMBRIDGE, MAPS, POINTS, VALUES

GRID = Grid(
    left_m=CAMBRIDGE[0] - 2_000.0, top_m=CAMBRIDGE[1] + 2_000.0, cell_m=100.0, rows=40, cols=40
)
TILE = Tile(z=12, x=2_048, y=1_348)
DENOMINATORS = np.concatenate([[0.0], np.full(15, 1_500.0)])


def peaks(xy_m):
    surface = density_on_grid(xy_m, GRID, bandwidth_m=400.0)
    return find_peaks(surface, GRID, PointIndex(xy_m), bandwidth_m=400.0)


def contours(xy_m):
    areas = volume_contours(density_on_grid(xy_m, GRID, bandwidth_m=400.0), GRID)
    assert all(contour.geometry.is_valid for contour in areas)
    return [contour.area_km2 for contour in areas]


OF_POINTS = {
    **{
        f"{kernel} density": lambda xy_m, kernel=kernel: density_on_grid(
            xy_m, GRID, bandwidth_m=400.0, kernel=kernel
        )
        for kernel in KERNELS
    },
    **{
        f"bandwidth by {rule}": lambda xy_m, rule=rule: choose_bandwidth(xy_m, rule=rule)
        for rule in ("auto", *RULES)
    },
    "density on a tile": lambda xy_m: density_on_tile(PointIndex(xy_m), TILE, bandwidth_m=400.0),
    "adaptive bandwidths": lambda xy_m: abramson(PointIndex(xy_m), bandwidth_m=400.0),
    "location error": location_error_m,
    "distinct places": merge_places,
    "nearest neighbours": lambda xy_m: knn(xy_m, 4),
    "neighbours within a kilometre": lambda xy_m: distance_band(xy_m, 1_000.0),
    "peaks": peaks,
    "contours": contours,
}
OF_VALUES = {
    **{
        f"classes by {scheme}": lambda values, scheme=scheme: classify(values, scheme=scheme)
        for scheme in SCHEMES
        if scheme != "manual"
    },
    "rates": lambda values: rates(values, DENOMINATORS),
    "smoothed rates": lambda values: empirical_bayes(values, DENOMINATORS),
    "intervals of counts": count_interval,
    "concentration": concentration,
}
OF_MAPS = {
    "Gi*": gi_star,
    "Gi": lambda values, around: gi_star(values, around, star=False),
    "local Moran": local_moran,
    "permutation test": lambda values, around: permutation_p(
        moran_statistic(values, around), permutations=99
    ),
    "Moran": global_moran,
    "general G": global_g,
    "join counts": lambda values, around: local_join_counts(values > 3.0, around),
}


def assert_numbers_or_own_error(call):
    """The answer holds no infinity; warnings are errors in all tests."""
    try:
        answer = call()
    except SpatialError:
        return
    for name, value in fields(answer).items():
        array = np.asarray(value)
        if array.dtype.kind == "f":
            assert not np.isinf(array).any(), name


def fields(answer):
    """The parts of an answer by name."""
    if dataclasses.is_dataclass(answer):
        return {part.name: getattr(answer, part.name) for part in dataclasses.fields(answer)}
    if isinstance(answer, tuple | list):
        return dict(enumerate(answer))
    return {"the answer": answer}


@pytest.mark.parametrize("function", OF_POINTS)
@pytest.mark.parametrize("points", POINTS)
def test_awkward_points_give_numbers_or_an_error_of_ours(points, function):
    assert_numbers_or_own_error(lambda: OF_POINTS[function](POINTS[points]))


@pytest.mark.parametrize("function", OF_VALUES)
@pytest.mark.parametrize("values", VALUES)
def test_awkward_values_give_numbers_or_an_error_of_ours(values, function):
    assert_numbers_or_own_error(lambda: OF_VALUES[function](VALUES[values]))


@pytest.mark.parametrize("function", OF_MAPS)
@pytest.mark.parametrize("around", MAPS)
@pytest.mark.parametrize("values", VALUES)
def test_awkward_maps_give_numbers_or_an_error_of_ours(values, around, function):
    assert_numbers_or_own_error(lambda: OF_MAPS[function](VALUES[values], MAPS[around]))


@pytest.mark.parametrize("points", POINTS)
def test_a_density_is_never_negative(points):
    try:
        density = density_on_grid(POINTS[points], GRID, bandwidth_m=400.0)
    except SpatialError:
        assert not np.isfinite(POINTS[points]).all()
        return
    assert (density >= 0.0).all()
