"""The British grid by OSTN15: against Ordnance Survey, against convertbng, and as a map."""

import csv
import math
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pyproj
import pytest
from convertbng.cutil import convert_bng, convert_etrs89_to_osgb36
from hypothesis import given
from hypothesis import strategies as st

from spatial.coordinates import british_grid, map_shifts
from spatial.coordinates.crs import (
    WEB_MERCATOR,
    WGS84,
    british_kind,
    is_british_grid,
    parsed_crs,
    transform_bounds,
    transform_xy,
)
from tests.strategies import quantities

GRID = "EPSG:27700"
RADIUS_M = 6_378_137.0

INSIDE = {
    "Bishop Rock": (-6.4454, 49.8729),
    "St Agnes": (-6.34, 49.89),
    "Lizard": (-5.2, 49.96),
    "Dover": (1.3134, 51.1295),
    "Lowestoft Ness": (1.763, 52.481),
    "Lundy": (-4.67, 51.18),
    "Skokholm": (-5.28, 51.7),
    "Bardsey": (-4.79, 52.76),
    "Douglas": (-4.48, 54.15),
    "Calf of Man": (-4.82, 54.05),
    "Portpatrick": (-5.115, 54.843),
    "Mull of Kintyre": (-5.8, 55.3),
    "Islay": (-6.5, 55.7),
    "Barra Head": (-7.65, 56.785),
    "Skerryvore": (-7.115, 56.323),
    "Haskeir": (-7.69, 57.7),
    "The Smalls": (-5.669, 51.721),
    "Eddystone": (-4.265, 50.18),
    "Bell Rock": (-2.387, 56.434),
    "Ve Skerries": (-1.81, 60.363),
    "Hirta": (-8.58, 57.81),
    "Flannan Isles": (-7.59, 58.28),
    "North Rona": (-5.83, 59.12),
    "Foula": (-2.07, 60.13),
    "Muckle Flugga": (-0.885, 60.855),
    "Out Skerries": (-0.75, 60.42),
    "Fair Isle": (-1.63, 59.53),
    "Peterhead": (-1.78, 57.5),
    "Flamborough Head": (-0.08, 54.12),
}
OUTSIDE = {
    "Dublin": (-6.26, 53.35),
    "Belfast": (-5.93, 54.6),
    "Donaghadee": (-5.54, 54.64),
    "Rathlin": (-6.2, 55.29),
    "Malin Head": (-7.37, 55.38),
    "Rosslare": (-6.34, 52.25),
    "Calais": (1.85, 50.95),
    "Cap Gris-Nez": (1.584, 50.87),
    "Cherbourg": (-1.62, 49.64),
    "Paris": (2.35, 48.86),
    "Jersey": (-2.1, 49.2),
    "Guernsey": (-2.55, 49.45),
    "Alderney": (-2.2, 49.71),
    "Ostend": (2.92, 51.23),
    "Dogger Bank": (2.0, 54.7),
    "Forties": (0.95, 57.73),
    "the middle of the North Sea": (1.5, 56.0),
    "the middle of the Celtic Sea": (-7.0, 50.8),
    "Rockall": (-13.69, 57.6),
    "Torshavn": (-6.77, 62.01),
    "nowhere": (math.nan, 52.0),
}


def on_the_grid(*lonlat: tuple[float, float]) -> np.ndarray:
    return transform_xy(np.array(lonlat), source=WGS84, target=GRID)


def shifted(xy_m: np.ndarray) -> np.ndarray:
    return np.column_stack(british_grid.shifted(xy_m[:, 0], xy_m[:, 1]))


@pytest.fixture(scope="module")
def survey_points(shared_cases) -> tuple[np.ndarray, np.ndarray]:
    """(40, 2) longitudes and latitudes, and (40, 2) eastings and northings."""
    with (shared_cases / "os_test_points.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 40
    pairs = (("lon", "lat"), ("easting", "northing"))
    lonlat, metres = (np.array([[float(row[n]) for n in pair] for row in rows]) for pair in pairs)
    return lonlat, metres


def test_the_points_of_ordnance_survey_agree_within_two_millimetres(survey_points):
    lonlat, metres = survey_points
    away = np.hypot(*(on_the_grid(*lonlat) - metres).T)
    assert away.max() < 0.002


def test_they_agree_as_well_on_the_way_back_and_by_web_mercator(survey_points):
    lonlat, metres = survey_points
    unshifted = transform_xy(lonlat, source=WGS84, target=british_grid.UNSHIFTED_GRID)
    back = transform_xy(metres, source=GRID, target=WGS84)
    back_m = transform_xy(back, source=WGS84, target=british_grid.UNSHIFTED_GRID)
    assert np.hypot(*(back_m - unshifted).T).max() < 0.002
    mercator = np.column_stack(
        [
            RADIUS_M * np.radians(lonlat[:, 0]),
            RADIUS_M * np.arctanh(np.sin(np.radians(lonlat[:, 1]))),
        ]
    )
    away = transform_xy(mercator, source=WEB_MERCATOR, target=GRID) - metres
    assert np.hypot(*away.T).max() < 0.002
    there = transform_xy(metres, source=GRID, target=WEB_MERCATOR)
    assert np.hypot(*(there - mercator).T).max() < 0.004  # of which a metre is 1.6 m to 2 m


def test_they_are_all_inside_the_area(survey_points):
    assert british_grid.in_area(survey_points[1]).all()


def test_scilly_south_of_where_convertbng_begins_has_places():
    hugh_town = on_the_grid((-6.315, 49.914))[0]
    assert np.abs(hugh_town - (90_346.921, 10_463.353)).max() < 0.002
    assert np.isnan(convert_bng([-6.315], [49.914])[0][0])
    st_agnes = np.array([INSIDE["St Agnes"]])
    before = transform_xy(st_agnes, source=WGS84, target=british_grid.UNSHIFTED_GRID)
    after = np.column_stack(convert_etrs89_to_osgb36(before[:, 0], before[:, 1]))
    assert np.abs(on_the_grid(*st_agnes) - after).max() < 0.001


def test_places_agree_with_convertbng_to_its_millimetre():
    rng = np.random.default_rng(15)
    lonlat = rng.uniform((-6.5, 50.0), (1.7, 60.0), (20_000, 2))
    ours, theirs = on_the_grid(*lonlat), np.column_stack(convert_bng(lonlat[:, 0], lonlat[:, 1]))
    inside = british_grid.in_area(ours)
    assert inside.sum() > 8_000
    # The last half of a millimetre is the series that Ordnance Survey prints, far from 2 W.
    assert np.abs(ours - theirs)[inside].max() < 0.001


@given(quantities(-50_000, 750_000), quantities(-50_000, 1_300_000))
def test_there_and_back_is_the_same_place(x, y):
    there = transform_xy(np.array([[x, y]]), source=GRID, target=WGS84)
    again = transform_xy(there, source=WGS84, target=GRID)
    np.testing.assert_allclose(again, [[x, y]], rtol=0, atol=1e-8)


@given(quantities(1_000, 699_000), quantities(1_000, 1_247_000), st.booleans())
def test_there_is_no_step_where_two_squares_meet(x, y, along_x):
    """The shifts are continuous across the lines of the kilometre grid, and at its end."""
    line = np.array([round(x / 1_000.0) * 1_000.0, y] if along_x else [x, round(y / 1e3) * 1e3])
    side = np.array([1e-6, 0.0] if along_x else [0.0, 1e-6])
    both = shifted(np.array([line - side, line + side]))
    np.testing.assert_allclose(both[1] - both[0], 2 * side, rtol=0, atol=1e-9)


def test_maps_move_their_places_by_the_same_shifts():
    rng = np.random.default_rng(6)
    xy_m = rng.uniform((-20_000.0, -20_000.0), (720_000.0, 1_270_000.0), (50_000, 2))
    xy_m[7], xy_m[8, 0] = math.nan, math.inf
    with np.errstate(invalid="ignore"):
        for quick, plain in (
            (map_shifts.shift_in_place, british_grid.shifted),
            (map_shifts.unshift_in_place, british_grid.unshifted),
        ):
            x_m, y_m = np.array(xy_m.T, order="C")
            expected = plain(x_m, y_m)
            quick(x_m, y_m)
            np.testing.assert_array_equal(np.stack([x_m, y_m]), np.stack(expected))


def test_a_place_does_not_depend_on_those_moved_with_it():
    rng = np.random.default_rng(3)
    xy_m = rng.uniform((100_000.0, 50_000.0), (650_000.0, 1_200_000.0), (500, 2))
    together = transform_xy(xy_m, source=GRID, target=WGS84)
    alone = np.concatenate(
        [transform_xy(xy_m[i : i + 1], source=GRID, target=WGS84) for i in range(500)]
    )
    assert together.tobytes() == alone.tobytes()


def test_shifts_are_read_where_they_are_needed_by_threads_at_once():
    rng = np.random.default_rng(4)
    xy_m = rng.uniform((0.0, 0.0), (700_000.0, 1_248_000.0), (4_000, 2))
    expected = np.column_stack(convert_etrs89_to_osgb36(xy_m[:, 0], xy_m[:, 1])) - xy_m
    shifts = british_grid._Shifts()

    def read(part: np.ndarray) -> np.ndarray:
        """The shift at the node to the south-west of each place."""
        mm = shifts.around(*np.ascontiguousarray(part.T))
        col, row = (part // 1_000.0).astype(int).T
        return mm[row, col] / 1_000.0

    with ThreadPoolExecutor(4) as pool:
        parts = list(pool.map(read, np.array_split(xy_m, 40)))
    # A kilometre away the shift is the same to 0.4 m, and 0 where a square was not read.
    assert np.abs(np.concatenate(parts) - expected).max() < 0.4
    few = british_grid._Shifts()
    few.around(np.array([545_000.0]), np.array([258_000.0]))
    assert few._is_read.sum() == 1


def test_beyond_the_shifts_the_nearest_goes_on_and_infinity_stays():
    places = np.array(
        [[-30_000.0, 5e5], [0.0, 5e5], [8e5, 1.4e6], [7e5, 1.248e6], [math.inf, 0.0]]
    )
    with np.errstate(invalid="ignore"):  # infinity less infinity
        shift = shifted(places) - places
    np.testing.assert_allclose(shift[0], shift[1], atol=1e-9)
    np.testing.assert_allclose(shift[2], shift[3], atol=1e-9)
    assert np.isposinf(shifted(places)[4, 0])
    assert not np.isfinite(on_the_grid((math.inf, 52.0), (math.nan, 52.0))).any(axis=1).any()


@pytest.mark.parametrize("name", INSIDE)
def test_great_britain_is_inside_to_its_last_rocks(name):
    assert british_grid.in_area(on_the_grid(INSIDE[name])).all()


@pytest.mark.parametrize("name", OUTSIDE)
def test_ireland_the_continent_and_the_open_sea_are_outside(name):
    assert not british_grid.in_area(on_the_grid(OUTSIDE[name])).any()


SAME = {
    "the code in lower case": "epsg:27700",
    "with heights": "EPSG:7405",
    "as a URN": "urn:ogc:def:crs:EPSG::27700",
    "as ESRI writes it": pyproj.CRS(27700).to_wkt("WKT1_ESRI"),
    "as GDAL writes it": pyproj.CRS(27700).to_wkt("WKT1_GDAL"),
    "with a stated shift": (
        "+proj=tmerc +lat_0=49 +lon_0=-2 +k=0.9996012717 +x_0=400000 +y_0=-100000 +ellps=airy "
        "+towgs84=446.448,-125.157,542.06,0.15,0.247,0.842,-20.489 +units=m +no_defs +type=crs"
    ),
    "with a grid of shifts": (
        "+proj=tmerc +lat_0=49 +lon_0=-2 +k=0.9996012717 +x_0=400000 +y_0=-100000 +ellps=airy "
        "+nadgrids=OSTN15_NTv2_OSGBtoETRS.gsb +units=m +no_defs +type=crs"
    ),
}


@pytest.mark.parametrize("name", SAME.values(), ids=SAME)
def test_the_grid_is_recognised_however_it_is_described(name):
    xy_m = np.array([[545_000.0, 258_000.0], [90_346.921, 10_463.353]])
    assert is_british_grid(name)
    assert transform_xy(xy_m, source=name, target=GRID).tolist() == xy_m.tolist()
    there = transform_xy(xy_m, source=name, target=WGS84)
    assert there.tobytes() == transform_xy(xy_m, source=GRID, target=WGS84).tobytes()
    assert (
        transform_xy(there, source=WGS84, target=name).tobytes() == on_the_grid(*there).tobytes()
    )


def test_degrees_on_its_datum_go_the_same_way():
    """EPSG:4277 differs from EPSG:27700 by a projection, and from WGS 84 by OSTN15."""
    lonlat = np.array([[0.1, 52.2], [-6.3, 57.0]])
    degrees = transform_xy(lonlat, source=WGS84, target="EPSG:4277")
    xy_m = transform_xy(degrees, source="EPSG:4277", target=GRID)
    np.testing.assert_allclose(xy_m, on_the_grid(*lonlat), rtol=0, atol=1e-6)
    back = transform_xy(degrees, source="EPSG:4277", target=WGS84)
    np.testing.assert_allclose(back, lonlat, rtol=0, atol=1e-11)


@pytest.mark.parametrize(
    "name", ["EPSG:29903", "EPSG:2157", "EPSG:32630", "EPSG:4278", "EPSG:4258"]
)
def test_other_systems_are_not_taken_for_it(name):
    assert british_kind(name) is None


def test_proj_knows_no_code_for_the_grid_before_it_is_moved():
    """So that nobody need ask it at each start."""
    crs = parsed_crs(british_grid.UNSHIFTED_GRID)
    assert crs.to_epsg(min_confidence=70) is None
    assert crs.geodetic_crs.to_epsg(min_confidence=70) is None
    assert british_kind(british_grid.UNSHIFTED_GRID) is None


@pytest.mark.parametrize(
    "name", ["EPSG:32630", "EPSG:25830", "EPSG:4258", "EPSG:3035", "OGC:CRS84"]
)
def test_systems_on_wgs_84_and_etrs89_are_reached_by_way_of_it(name):
    lonlat = np.array([[0.1, 52.2], [-4.0, 57.0]])
    there = transform_xy(on_the_grid(*lonlat), source=GRID, target=name)
    by_proj = pyproj.Transformer.from_crs("EPSG:4326", name, always_xy=True)
    expected = np.column_stack(by_proj.transform(lonlat[:, 0], lonlat[:, 1]))
    np.testing.assert_allclose(there, expected, rtol=0, atol=1e-6)


def test_an_extent_holds_everything_that_lies_in_it():
    rng = np.random.default_rng(5)
    bounds = (200_000.0, 100_000.0, 640_000.0, 660_000.0)
    west, south, east, north = transform_bounds(bounds, source=GRID, target=WGS84)
    lonlat = transform_xy(
        rng.uniform(bounds[:2], bounds[2:], (5_000, 2)), source=GRID, target=WGS84
    )
    assert (lonlat >= (west, south)).all()
    assert (lonlat <= (east, north)).all()
    assert (lonlat.max(axis=0) - (east, north) > -0.2).all()
    back = transform_bounds((-8.0, 50.0, 2.0, 60.0), source=WGS84, target=GRID)
    assert back[0] < 50_000 < 650_000 < back[2]


def test_an_extent_that_is_nowhere_is_infinite():
    nowhere = transform_bounds((1e30, 1e30, 2e30, 2e30), source=GRID, target=WGS84)
    assert np.isposinf(nowhere).all()


def test_a_system_off_the_british_datum_is_left_to_proj():
    bounds = (500_000.0, 5_700_000.0, 600_000.0, 5_800_000.0)
    by_proj = pyproj.Transformer.from_crs("EPSG:32630", WGS84, always_xy=True)
    expected = by_proj.transform_bounds(*bounds, densify_pts=21)
    assert transform_bounds(bounds, source="EPSG:32630", target=WGS84) == pytest.approx(expected)
    assert not pyproj.network.is_network_enabled()
