"""Tessellations: they cover the study area once, and nothing else."""

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from spatial.errors import InvalidGridError
from spatial.weights.tessellation import parse_tessellation, tessellate
from tests.spatial.lattices import lattice

SHAPES = ["square", "hex"]
# A concave study area with a hole and an island, near Cambridge.
STUDY_AREA = shapely.MultiPolygon(
    [
        (
            [(545_100, 258_050), (549_000, 257_400), (548_300, 261_900), (546_500, 259_500),
             (545_000, 262_000)],
            [[(546_000, 258_500), (546_700, 258_500), (546_700, 259_000), (546_000, 259_000)]],
        ),
        ([(550_000, 260_000), (550_900, 260_000), (550_900, 260_700)], []),
    ]
)  # fmt: skip


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("size_m", [130.0, 250.0, 2_000.0, 20_000.0])
def test_cells_cover_the_study_area_once(shape, size_m):
    cells = tessellate(STUDY_AREA, shape=shape, size_m=size_m)
    assert cells.area_km2.sum() == pytest.approx(STUDY_AREA.area / 1e6, rel=1e-9)
    assert shapely.union_all(cells.geometries).symmetric_difference(
        STUDY_AREA
    ).area == pytest.approx(0.0, abs=1e-3)
    assert np.all((cells.share_inside > 0) & (cells.share_inside <= 1))
    np.testing.assert_allclose(cells.area_km2, shapely.area(cells.geometries) / 1e6)
    assert len(set(cells.codes)) == len(cells)
    assert set(shapely.get_type_id(cells.geometries)) <= {3, 6}
    assert shapely.is_valid(cells.geometries).all()


@pytest.mark.parametrize(("shape", "area"), [("square", 1.0), ("hex", np.sqrt(3) / 2)])
def test_a_whole_cell_has_the_area_of_its_shape(shape, area):
    cells = tessellate(STUDY_AREA, shape=shape, size_m=250.0)
    whole = cells.share_inside > 1 - 1e-9
    np.testing.assert_allclose(cells.area_km2[whole], area * 0.25**2, rtol=1e-9)
    centroids = shapely.get_coordinates(shapely.centroid(cells.geometries[whole]))
    np.testing.assert_allclose(centroids, cells.centres_m[whole], atol=1e-6)


def test_a_hexagon_is_as_wide_as_asked_across_the_flats():
    cells = tessellate(STUDY_AREA, shape="hex", size_m=500.0)
    left, bottom, right, top = shapely.bounds(cells.geometries[cells.share_inside > 0.999][0])
    assert right - left == pytest.approx(500.0)
    assert top - bottom == pytest.approx(1_000.0 / np.sqrt(3))


@pytest.mark.parametrize("shape", SHAPES)
def test_cells_form_a_valid_coverage(shape):
    cells = tessellate(STUDY_AREA, shape=shape, size_m=250.0)
    whole = cells.geometries[cells.share_inside > 1 - 1e-9]
    assert shapely.coverage_is_valid(whole)


@pytest.mark.parametrize("shape", SHAPES)
@given(seed=st.integers(0, 10_000))
def test_a_point_is_assigned_to_the_cell_that_holds_it(shape, seed):
    cells = tessellate(STUDY_AREA, shape=shape, size_m=400.0)
    xy = np.random.default_rng(seed).uniform([544_000, 257_000], [551_500, 262_500], (40, 2))
    position = cells.assign_points(xy)
    points = shapely.points(xy)
    inside = shapely.contains(STUDY_AREA, points)
    assert np.all(position[inside] >= 0)
    assert shapely.intersects(cells.geometries[position[inside]], points[inside]).all()
    reached = position >= 0
    farthest = np.hypot(*(xy[reached] - cells.centres_m[position[reached]]).T)
    assert np.all(
        farthest <= 400.0 * (np.sqrt(0.5) if shape == "square" else 1 / np.sqrt(3)) + 1e-6
    )


@pytest.mark.parametrize("shape", SHAPES)
def test_neighbours_are_the_cells_that_touch(shape):
    cells = tessellate(shapely.box(545_000, 258_000, 547_000, 260_000), shape=shape, size_m=250.0)
    whole = np.flatnonzero(cells.share_inside > 1 - 1e-9)
    geometries = cells.geometries[whole]
    for found, least in ((cells.queen(), 0.0), (cells.rook(), 1.0)):
        inner = found.subset(np.isin(np.arange(len(cells)), whole))
        for i in range(len(whole)):
            shared = shapely.length(shapely.intersection(geometries[i], geometries))
            touching = shapely.distance(geometries[i], geometries) < 1e-6
            expected = np.flatnonzero(touching & (shared >= least))
            assert inner.neighbours_of(i).tolist() == [j for j in expected if j != i]


def test_a_full_square_grid_has_the_neighbours_of_a_lattice():
    cells = tessellate(shapely.box(1_000, 2_000, 3_000, 3_500), shape="square", size_m=500.0)
    np.testing.assert_array_equal(cells.queen().to_dense(), lattice(3, 4).to_dense())
    np.testing.assert_array_equal(cells.rook().to_dense(), lattice(3, 4, queen=False).to_dense())


@pytest.mark.parametrize("shape", SHAPES)
def test_a_cell_has_one_code_in_every_study_area(shape):
    one = tessellate(STUDY_AREA, shape=shape, size_m=500.0)
    other = tessellate(STUDY_AREA.buffer(3_000), shape=shape, size_m=500.0)
    centre = dict(zip(other.codes, map(tuple, other.centres_m), strict=True))
    for code, at in zip(one.codes, map(tuple, one.centres_m), strict=True):
        assert centre[code] == at


def test_mistake_3_cells_outside_the_district_do_not_count_as_zeros():
    """A grid over the convex hull would fill the concave part with cells of zero."""
    cells = tessellate(STUDY_AREA, shape="square", size_m=100.0)
    hull = tessellate(STUDY_AREA.convex_hull, shape="square", size_m=100.0)
    assert len(cells) < 0.75 * len(hull)
    touching = shapely.area(shapely.intersection(cells.geometries, STUDY_AREA))
    assert np.all(touching > 0)


def test_negative_coordinates_are_no_different():
    cells = tessellate(shapely.box(-700, -700, 300, 300), shape="hex", size_m=100.0)
    assert cells.area_km2.sum() == pytest.approx(1.0)
    assert np.all(cells.assign_points([[-650.0, -650.0], [0.0, 0.0], [250.0, 250.0]]) >= 0)


def test_a_specification_is_read_and_written_alike():
    assert parse_tessellation("square:250") == ("square", 250.0)
    assert parse_tessellation("hex:500") == ("hex", 500.0)
    assert tessellate(STUDY_AREA, shape="hex", size_m=500.0).specification == "hex:500"


@pytest.mark.parametrize(
    "text", ["hex", "hex:", "hex:0", "hex:9", "hex:-5", "square:nan", "square:1e9", "triangle:50"]
)
def test_specifications_without_meaning_are_refused(text):
    with pytest.raises(InvalidGridError):
        parse_tessellation(text)


def test_too_many_cells_and_empty_areas_are_refused():
    with pytest.raises(InvalidGridError, match="more than"):
        tessellate(shapely.box(0, 0, 1e6, 1e6), shape="square", size_m=10.0)
    with pytest.raises(InvalidGridError):
        tessellate(shapely.Polygon(), shape="square", size_m=100.0)
    with pytest.raises(InvalidGridError):
        tessellate(STUDY_AREA, shape="square", size_m=1.0)
