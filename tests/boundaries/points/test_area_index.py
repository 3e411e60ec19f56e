"""The index of areas: exact wherever it decides, undecided only on borders."""

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from shapely import MultiPolygon

from boundaries.points.area_index import UNDECIDED, AreaIndex
from boundaries.points.assign import FEW_POINTS, assign_points, compile_kernels
from tests.boundaries.areas import EAST, NORTH, chessboard, layer_of, square
from tests.boundaries.points.test_assign import AWKWARD, OFFSETS, ORIGIN
from tests.oracles import area_of_each_point
from tests.strategies import examples, quantities

CELLS = (1, 7, 60, 2_000)
INDICES = {cells: AreaIndex.of(AWKWARD.geometries, cells=cells) for cells in CELLS}
MANY = np.resize(ORIGIN, (FEW_POINTS, 2))


@pytest.mark.parametrize("cells", CELLS)
@given(offsets=OFFSETS)
@examples(60)
def test_what_the_index_decides_is_right(cells, offsets):
    points = offsets + ORIGIN
    found = INDICES[cells].find(points)
    expected = area_of_each_point(AWKWARD.geometries, points)
    decided = found != UNDECIDED
    np.testing.assert_array_equal(found[decided], expected[decided])


@given(offsets=OFFSETS)
@examples(60)
def test_many_points_are_assigned_as_few_are(offsets):
    points = np.concatenate([offsets + ORIGIN, MANY])
    np.testing.assert_array_equal(
        assign_points(AWKWARD, points)[: len(offsets)],
        area_of_each_point(AWKWARD.geometries, offsets + ORIGIN),
    )


@given(
    angle=quantities(0, 360),
    size=quantities(0.01, 3_000),
    corners=st.integers(3, 40),
    seed=st.integers(0, 1_000),
)
@examples(60)
def test_turned_and_ragged_areas_are_decided_right(angle, size, corners, seed):
    random = np.random.default_rng(seed)
    turn = np.sort(random.uniform(0, 2 * np.pi, corners))
    reach = size * random.uniform(0.2, 1.0, corners)
    ring = np.column_stack([reach * np.cos(turn), reach * np.sin(turn)]) + ORIGIN
    star = shapely.make_valid(shapely.Polygon(ring), method="structure", keep_collapsed=False)
    if star.is_empty:
        return
    star = shapely.affinity.rotate(star, angle, origin=(EAST, NORTH))
    frame = shapely.box(EAST - size, NORTH - size, EAST + size / 2, NORTH + size / 2)
    areas = [a for a in (star, frame.difference(star)) if not a.is_empty]
    geometries = np.array(areas, dtype=object)
    points = ORIGIN + random.uniform(-1.2 * size, 1.2 * size, (200, 2))
    found = AreaIndex.of(geometries, cells=500).find(points)
    decided = found != UNDECIDED
    np.testing.assert_array_equal(found[decided], area_of_each_point(geometries, points)[decided])
    assert decided.mean() > 0.9


def test_only_points_on_a_border_stay_undecided():
    layer = layer_of(chessboard(4, 4))
    index = AreaIndex.of(layer.geometries, cells=400)
    random = np.random.default_rng(5)
    points = ORIGIN + random.uniform(-100, 4_100, (5_000, 2))
    assert (index.find(points) != UNDECIDED).all()
    corners = shapely.get_coordinates(layer.geometries)
    assert (index.find(np.ascontiguousarray(corners)) == UNDECIDED).all()


def test_a_thin_strip_and_a_tiny_area_have_an_index():
    strip = shapely.box(EAST, NORTH, EAST + 50_000, NORTH + 0.5)
    dot = shapely.box(EAST, NORTH + 5, EAST + 1e-4, NORTH + 5 + 1e-4)
    for areas in ([strip], [dot], [strip, dot]):
        index = AreaIndex.of(np.array(areas, dtype=object), cells=1_000)
        inside = shapely.get_coordinates(shapely.point_on_surface(np.array(areas, dtype=object)))
        assert index.find(inside).tolist() == list(range(len(areas)))
        assert index.rows * index.cols < 20_000


def test_rings_in_rings_are_in_and_out_by_turns():
    rings = [shapely.box(EAST - r, NORTH - r, EAST + r, NORTH + r) for r in (100, 80, 60, 40, 20)]
    target = MultiPolygon([rings[0].difference(rings[1]), rings[2].difference(rings[3]), rings[4]])
    points = np.add(ORIGIN, [[90.0, 0.0], [70.0, 0.0], [50.0, 0.0], [30.0, 0.0], [10.0, 0.0]])
    for cells in (4, 100, 10_000):
        index = AreaIndex.of(np.array([target], dtype=object), cells=cells)
        assert index.find(points).tolist() == [0, -1, 0, -1, 0]


def test_read_only_points_are_taken_as_they_are():
    points = np.array([[EAST + 10.0, NORTH + 10.0]])
    points.flags.writeable = False
    assert AreaIndex.of(np.array([square(0, 0)])).find(points).tolist() == [0]


def test_the_kernels_can_be_compiled_ahead():
    compile_kernels()
