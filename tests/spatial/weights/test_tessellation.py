"""Tessellations: they cover the study area once, and nothing else."""

import numpy as np
import pytest
import shapely

from spatial.errors import InvalidGridError
from spatial.weights.tessellation import parse_tessellation, tessellate

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


def whole_cells(cells):
    """Which cells the study area leaves whole."""
    area = cells.size_m**2 * (1.0 if cells.shape == "square" else np.sqrt(3) / 2)
    return shapely.area(cells.geometries) > area * (1 - 1e-9)


def centres(cells):
    """Centre of each cell of a lattice from the origin; odd rows of hexagons half a cell east."""
    shift = 0.5 + (0.5 * (cells.row % 2) if cells.shape == "hex" else 0.0)
    height = cells.size_m * (1.0 if cells.shape == "square" else np.sqrt(3) / 2)
    return np.column_stack([(cells.column + shift) * cells.size_m, (cells.row + 0.5) * height])


def places(cells):
    return list(zip(cells.column.tolist(), cells.row.tolist(), strict=True))


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("size_m", [130.0, 250.0, 2_000.0, 20_000.0])
def test_cells_cover_the_study_area_once(shape, size_m):
    cells = tessellate(STUDY_AREA, shape=shape, size_m=size_m)
    assert shapely.area(cells.geometries).sum() == pytest.approx(STUDY_AREA.area, rel=1e-9)
    assert shapely.union_all(cells.geometries).symmetric_difference(
        STUDY_AREA
    ).area == pytest.approx(0.0, abs=1e-3)
    assert np.all(shapely.area(cells.geometries) > 0.0)
    assert len(set(places(cells))) == len(cells)
    assert set(shapely.get_type_id(cells.geometries)) <= {3, 6}
    assert shapely.is_valid(cells.geometries).all()


@pytest.mark.parametrize(("shape", "area"), [("square", 1.0), ("hex", np.sqrt(3) / 2)])
def test_a_whole_cell_has_the_area_of_its_shape(shape, area):
    cells = tessellate(STUDY_AREA, shape=shape, size_m=250.0)
    whole = whole_cells(cells)
    np.testing.assert_allclose(shapely.area(cells.geometries[whole]), area * 250.0**2, rtol=1e-9)
    centroids = shapely.get_coordinates(shapely.centroid(cells.geometries[whole]))
    np.testing.assert_allclose(centroids, centres(cells)[whole], atol=1e-6)


def test_a_hexagon_is_as_wide_as_asked_across_the_flats():
    cells = tessellate(STUDY_AREA, shape="hex", size_m=500.0)
    left, bottom, right, top = shapely.bounds(cells.geometries[whole_cells(cells)][0])
    assert right - left == pytest.approx(500.0)
    assert top - bottom == pytest.approx(1_000.0 / np.sqrt(3))


@pytest.mark.parametrize("shape", SHAPES)
def test_cells_form_a_valid_coverage(shape):
    cells = tessellate(STUDY_AREA, shape=shape, size_m=250.0)
    whole = cells.geometries[whole_cells(cells)]
    assert shapely.coverage_is_valid(whole)


@pytest.mark.parametrize("shape", SHAPES)
def test_a_cell_has_one_place_in_every_study_area(shape):
    one = tessellate(STUDY_AREA, shape=shape, size_m=500.0)
    other = tessellate(STUDY_AREA.buffer(3_000), shape=shape, size_m=500.0)
    cells = dict(zip(places(other), other.geometries, strict=True))
    for place, geometry in zip(places(one), one.geometries, strict=True):
        assert cells[place].buffer(1e-6).covers(geometry)


def test_mistake_3_cells_outside_the_district_do_not_count_as_zeros():
    """A grid over the convex hull would fill the concave part with cells of zero."""
    cells = tessellate(STUDY_AREA, shape="square", size_m=100.0)
    hull = tessellate(STUDY_AREA.convex_hull, shape="square", size_m=100.0)
    assert len(cells) < 0.75 * len(hull)
    touching = shapely.area(shapely.intersection(cells.geometries, STUDY_AREA))
    assert np.all(touching > 0)


def test_negative_coordinates_are_no_different():
    cells = tessellate(shapely.box(-700, -700, 300, 300), shape="hex", size_m=100.0)
    assert shapely.area(cells.geometries).sum() == pytest.approx(1e6)
    whole = whole_cells(cells)
    centroids = shapely.get_coordinates(shapely.centroid(cells.geometries[whole]))
    np.testing.assert_allclose(centroids, centres(cells)[whole], atol=1e-6)


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
