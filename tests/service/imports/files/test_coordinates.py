"""Coordinates to places: located, not located, or a reason."""

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.imports.files.coordinates import Places, to_places
from service.imports.files.numbers import parse_numbers
from tests.strategies import quantities

GRID = "EPSG:27700"


def _places(*xy: tuple[str | None, str | None], crs: str = "EPSG:4326") -> Places:
    columns = [
        pa.chunked_array([pa.array(values, pa.string())]) for values in zip(*xy, strict=True)
    ]
    x, y = (parse_numbers(column) for column in columns)
    return to_places(x, y, crs=crs, working_crs=GRID)


def test_each_row_is_exactly_one_thing():
    found = _places(
        ("0.1", "52.2"), (None, None), ("0", "0"), ("0.1", None), ("x", "52.2"), ("0.1", "-52")
    )
    assert found.located.tolist() == [True, False, False, False, False, False]
    assert found.placeholder.tolist() == [False, False, True, False, False, False]
    assert found.half.tolist() == [False, False, False, True, False, False]
    assert found.outside.tolist() == [False, False, False, False, False, True]
    assert not found.degrees.any()
    assert np.isfinite(found.xy_m).all(axis=1).tolist() == found.located.tolist()


def test_the_working_crs_itself_is_not_transformed():
    found = _places(("545000.125", "258000.5"), crs=GRID)
    assert found.xy_m.tolist() == [[545_000.125, 258_000.5]]


def test_degrees_in_a_system_of_metres_are_no_place():
    found = _places(("0.12", "52.2"), ("545000", "258000"), crs=GRID)
    assert found.degrees.tolist() == [True, False]
    assert found.located.tolist() == [False, True]
    assert found.hint == ""


@pytest.mark.parametrize("xy", [("1e300", "1e300"), ("-1e9", "5"), ("545000", "-9e8")])
def test_absurd_metres_are_outside(xy):
    assert _places(xy, crs=GRID).outside[0]


@pytest.mark.parametrize(
    ("lon", "working_crs", "inside"),
    [
        ("0.12", "EPSG:32630", True),  # Cambridge, just east of UTM zone 30 (6 W to 0)
        ("2.9", "EPSG:32630", True),
        ("3.1", "EPSG:32630", False),
        ("179.9", "EPSG:3460", True),  # Fiji: its box crosses the antimeridian
        ("-179", "EPSG:3460", True),
        ("100", "EPSG:3460", False),
    ],
)
def test_zones_are_used_a_little_beyond_and_across_the_antimeridian(lon, working_crs, inside):
    lat = "-17" if working_crs == "EPSG:3460" else "52.2"
    x, y = (parse_numbers(pa.chunked_array([pa.array([text])])) for text in (lon, lat))
    found = to_places(x, y, crs="EPSG:4326", working_crs=working_crs)
    assert found.located[0] == inside


def test_no_rows_are_no_places():
    empty = parse_numbers(pa.chunked_array([pa.array([], pa.string())]))
    assert to_places(empty, empty, crs="EPSG:4326", working_crs=GRID).xy_m.shape == (0, 2)


@given(st.lists(st.tuples(quantities(-400, 400), quantities(-200, 200)), min_size=1, max_size=10))
def test_a_place_is_finite_or_flagged(lonlat):
    found = _places(*[(repr(lon), repr(lat)) for lon, lat in lonlat])
    flags = (
        found.located.astype(int) + found.placeholder + found.half + found.degrees + found.outside
    )
    assert flags.tolist() == [1] * len(lonlat)
    assert np.isfinite(found.xy_m[found.located]).all()
    assert np.isnan(found.xy_m[~found.located]).all()
