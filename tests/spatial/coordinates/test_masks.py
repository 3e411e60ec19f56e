"""Masks: against point in polygon; cutting; values between cells."""

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from spatial.coordinates.grid import Grid
from spatial.coordinates.masks import (
    bilinear,
    border_mask,
    inside_mask,
    inside_share,
)
from spatial.errors import InvalidValuesError
from tests.spatial.areas import AREAS, PARTS

GRID = Grid(left_m=-300.0, top_m=4_210.0, cell_m=37.0, rows=130, cols=180)


def cell_centres(grid):
    x, y = np.meshgrid(grid.x_centres_m, grid.y_centres_m)
    return np.column_stack([x.ravel(), y.ravel()])


@pytest.mark.parametrize("area", AREAS.values(), ids=AREAS)
@pytest.mark.parametrize(
    "grid", [GRID, Grid(1_111.0, 2_222.0, 13.0, 50, 60), Grid(90_000.0, 90_000.0, 50.0, 4, 4)]
)
def test_a_cell_is_inside_when_its_centre_is(area, grid):
    expected = shapely.contains_xy(area, cell_centres(grid)).reshape(grid.rows, grid.cols)
    np.testing.assert_array_equal(inside_mask(area, grid), expected)


@given(corners=st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40)), min_size=3, max_size=9))
def test_any_polygon_covers_the_centres_it_covers(corners):
    polygon = shapely.make_valid(shapely.Polygon(corners), method="structure")
    area = shapely.MultiPolygon(
        [p for p in shapely.get_parts(polygon) if p.geom_type == "Polygon"]
    )
    grid = Grid(left_m=-1.37, top_m=42.11, cell_m=0.83, rows=55, cols=55)
    centres = cell_centres(grid)
    clear = shapely.distance(shapely.boundary(area), shapely.points(centres)) > 1e-9
    expected = shapely.contains_xy(area, centres)
    np.testing.assert_array_equal(inside_mask(area, grid).ravel()[clear], expected[clear])


def test_neighbours_share_every_cell_out_once_even_where_centres_lie_on_the_border():
    grid = Grid(left_m=0.0, top_m=40.0, cell_m=10.0, rows=4, cols=4)
    quarters = [shapely.box(x, y, x + 15, y + 15) for x in (5, 20) for y in (5, 20)]
    taken = sum(inside_mask(quarter, grid).astype(int) for quarter in quarters)
    assert taken.max() == 1
    assert taken.sum() == inside_mask(shapely.box(5, 5, 35, 35), grid).sum() == 9


def test_nothing_is_inside_an_empty_area():
    assert not inside_mask(shapely.MultiPolygon(), GRID).any()
    assert not inside_share(shapely.Polygon(), GRID).any()


@pytest.mark.parametrize("area", AREAS.values(), ids=AREAS)
def test_shares_add_up_to_the_area(area):
    assert inside_share(area, GRID).sum() * GRID.cell_m**2 == pytest.approx(area.area, rel=1e-3)


def test_a_cell_cut_in_half_has_half():
    grid = Grid(left_m=0.0, top_m=100.0, cell_m=100.0, rows=1, cols=2)
    np.testing.assert_allclose(inside_share(shapely.box(0, 0, 150, 100), grid), [[1.0, 0.5]])


@pytest.mark.parametrize("area", AREAS.values(), ids=AREAS)
def test_every_cell_that_the_border_crosses_is_marked(area):
    x, y = np.meshgrid(GRID.x_centres_m, GRID.y_centres_m)
    cells = shapely.box(x - 18.5, y - 18.5, x + 18.5, y + 18.5)
    crossed = shapely.intersects(shapely.boundary(area), cells)
    marked = border_mask(area, GRID)
    assert marked[crossed].all()
    assert marked.sum() < 5 * crossed.sum()


def test_wrong_shapes_are_named():
    with pytest.raises(InvalidValuesError, match="values"):
        bilinear(np.zeros((GRID.rows - 1, GRID.cols)), GRID, [[0.0, 0.0]])


def test_between_cells_a_plane_is_itself():
    x, y = np.meshgrid(GRID.x_centres_m, GRID.y_centres_m)
    low = np.array([GRID.x_centres_m[0], GRID.y_centres_m[-1]])
    high = np.array([GRID.x_centres_m[-1], GRID.y_centres_m[0]])
    at = np.random.default_rng(2).uniform(low, high, (200, 2))
    np.testing.assert_allclose(
        bilinear(3 * x - 2 * y + 7, GRID, at), 3 * at[:, 0] - 2 * at[:, 1] + 7, rtol=1e-12
    )


def test_beyond_the_grid_there_is_no_value():
    values = bilinear(
        np.ones((1, 1)), Grid(0.0, 10.0, 10.0, 1, 1), [[5.0, 5.0], [0.1, 9.9], [11.0, 5.0]]
    )
    np.testing.assert_array_equal(values, [1.0, 1.0, np.nan])


def test_parts_are_counted_once():
    assert inside_mask(PARTS, GRID).sum() * GRID.cell_m**2 == pytest.approx(PARTS.area, rel=0.01)
