"""Where systems may be used, and which of them have metres there."""

import math
import pickle

import numpy as np
import pytest

from spatial.coordinates.area_of_use import (
    area_in_words,
    check_scale,
    check_scale_in_bounds,
    in_area_of_use,
    suggested_crs,
    takes_ostn15,
)
from spatial.coordinates.crs import WGS84, transform_xy
from spatial.errors import UnsuitableCrsError

CAMBRIDGE, PARIS, WELLINGTON, LAGOS = (0.12, 52.2), (2.35, 48.86), (174.8, -41.3), (3.4, 6.5)


def county(crs: str, lonlat: tuple[float, float]) -> tuple[float, float, float, float]:
    """An extent of about 40 km around a place, in a system."""
    x, y = transform_xy(np.array([lonlat]), source=WGS84, target=crs)[0].tolist()
    return x - 20_000.0, y - 20_000.0, x + 20_000.0, y + 20_000.0


@pytest.mark.parametrize(
    ("crs", "place", "instead"),
    [
        ("EPSG:3857", CAMBRIDGE, "EPSG:27700"),
        ("EPSG:3395", CAMBRIDGE, "EPSG:27700"),
        ("EPSG:3857", PARIS, "EPSG:32631"),
        ("EPSG:3857", WELLINGTON, "EPSG:32760"),
        ("EPSG:32633", CAMBRIDGE, "EPSG:27700"),  # three zones away
        ("EPSG:3035", (-9.1, 38.7), "EPSG:32629"),  # equal in area, and not in length
    ],
)
def test_a_system_whose_metres_are_none_is_refused_with_what_to_take_instead(crs, place, instead):
    with pytest.raises(UnsuitableCrsError) as caught:
        check_scale_in_bounds(crs, county(crs, place))
    assert caught.value.take == instead
    assert f"set HOTSPOTS_CRS to {instead}" in str(caught.value)
    assert crs in str(caught.value)
    assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)


def test_the_refusal_says_how_long_a_metre_is_there():
    with pytest.raises(
        UnsuitableCrsError, match=r"latitude 52\.20 a metre on the ground is 1\.63"
    ):
        check_scale_in_bounds("EPSG:3857", county("EPSG:3857", CAMBRIDGE))
    assert 1.0 / math.cos(math.radians(52.2)) == pytest.approx(1.63, abs=0.005)


@pytest.mark.parametrize(
    ("crs", "place"),
    [
        ("EPSG:27700", CAMBRIDGE),
        ("EPSG:27700", (-7.3, 57.6)),
        ("EPSG:32630", CAMBRIDGE),
        ("EPSG:32630", (1.7, 52.5)),
        ("EPSG:3035", CAMBRIDGE),
        ("EPSG:2154", PARIS),
        ("EPSG:2193", WELLINGTON),
        ("EPSG:3857", LAGOS),  # near the equator
    ],
)
def test_a_system_made_for_the_place_is_taken(crs, place):
    check_scale_in_bounds(crs, county(crs, place))


def test_a_few_places_far_away_change_nothing():
    x, y = transform_xy(np.array([CAMBRIDGE]), source=WGS84, target="EPSG:32630")[0]
    far = transform_xy(np.array([[30.0, 60.0]]), source=WGS84, target="EPSG:32630")
    places = np.concatenate([np.tile([x, y], (9, 1)), far])
    check_scale("EPSG:32630", places)
    with pytest.raises(UnsuitableCrsError, match="EPSG:32636"):
        check_scale("EPSG:32630", far)


def test_nothing_is_said_of_places_that_do_not_exist():
    check_scale("EPSG:3857", np.array([[math.inf, math.nan]]))
    check_scale("EPSG:3857", np.empty((0, 2)))


def test_the_british_grid_is_suggested_for_great_britain_only():
    assert suggested_crs(np.array([CAMBRIDGE, (-3.2, 55.95)])) == "EPSG:27700"
    assert suggested_crs(np.array([(-6.26, 53.35)])) == "EPSG:32629"
    assert suggested_crs(np.array([(1.85, 50.95)])) == "EPSG:32631"


@pytest.mark.parametrize(
    ("source", "target", "takes"),
    [
        (WGS84, "EPSG:27700", True),
        ("EPSG:27700", "EPSG:32630", True),
        ("EPSG:4277", "EPSG:3857", True),
        ("EPSG:4277", "EPSG:27700", False),
        ("EPSG:27700", "EPSG:27700", False),
        (WGS84, "EPSG:32630", False),
    ],
)
def test_ostn15_lies_between_the_british_datum_and_any_other(source, target, takes):
    assert takes_ostn15(source, target) is takes


def test_the_area_is_said_in_words():
    assert area_in_words("EPSG:27700", by_ostn15=True).startswith("Great Britain and the Isle of")
    assert area_in_words("EPSG:27700", by_ostn15=False).startswith("longitude -9.01 to 2.01")
    assert area_in_words("+proj=utm +zone=30 +type=crs", by_ostn15=True) == "everywhere"


def test_infinity_is_in_no_area():
    xy = np.array([[math.inf, math.inf], [545_000.0, 258_000.0]])
    assert in_area_of_use(xy, crs="EPSG:27700", of="EPSG:27700").tolist() == [False, True]
    utm = "+proj=utm +zone=30 +type=crs"
    assert in_area_of_use(xy, crs="EPSG:27700", of=utm).tolist() == [False, True]
