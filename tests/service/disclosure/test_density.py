"""The measure of disclosure of a density, against its definition."""

import numpy as np
import pytest

from service.disclosure.density import sensitive_share
from spatial.coordinates.points import PointIndex
from spatial.density.density import density_at

BANDWIDTH_M = 400.0


def density(xy_m, places_m):
    points = PointIndex(np.array(xy_m, dtype=float), crs="EPSG:27700")
    return density_at(points, places_m, bandwidth_m=BANDWIDTH_M, kernel="quartic")


def places():
    x = np.arange(-1_000, 1_001, 40.0)
    return np.stack(np.meshgrid(x, x), axis=-1).reshape(-1, 2)


ONE = density([[0, 0]], np.full((1, 2), BANDWIDTH_M / 2))[0]


@pytest.mark.parametrize(("records", "share"), [(1, 1.0), (9, 1.0)])
def test_a_surface_of_fewer_records_is_sensitive_nearly_everywhere(records, share):
    """One place is all that they show; only its very middle is as high as ten records at a side."""
    values = density([[0, 0]] * records, places())
    measured = sensitive_share(values, ONE, fewer_than=10)
    middle = (values >= 10 * ONE).sum() / (values > 0).sum()
    assert measured == pytest.approx(share - middle)
    assert measured > 0.5


def test_a_surface_of_many_records_everywhere_is_sensitive_at_its_rim_alone():
    x = np.arange(-900, 901, 30.0)
    points = np.stack(np.meshgrid(x, x), axis=-1).reshape(-1, 2)
    values = density(points, places())
    assert sensitive_share(values, ONE, fewer_than=10) < 0.15


def test_blank_and_empty_cells_do_not_count():
    values = np.array([np.nan, 0.0, 1.0, 20.0])
    assert sensitive_share(values, 1.0, fewer_than=10) == 0.5
    assert sensitive_share(np.array([np.nan, 0.0]), 1.0, fewer_than=10) == 0.0
