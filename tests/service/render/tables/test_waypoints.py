"""GPX and KML: what a device and a map read of a table."""

from xml.etree import ElementTree as ET

import numpy as np
import pytest
import shapely

from service.access.admission import Question
from service.access.audience import OWNERS
from service.access.release import release
from service.model.answers import Provenance, Table
from service.model.errors import UnknownStatisticError
from service.model.queries import NoQuery
from service.model.rows import NOTHING, AreaRow, column
from service.render.tables.waypoints import table_gpx, table_kml
from spatial.coordinates.crs import transform_xy

GPX, KML = "{http://www.topografix.com/GPX/1/1}", "{http://www.opengis.net/kml/2.2}"
NAMES = ['A & B <Street> "x"\x00\x1f', "Mill Road", None]
SHAPES = [
    shapely.box(545_000, 258_000, 545_200, 258_200),
    shapely.MultiPolygon(
        [
            shapely.box(546_000, 258_000, 546_100, 258_100),
            shapely.box(546_200, 258_000, 546_300, 258_100),
        ]
    ),
    shapely.Polygon(
        shapely.box(547_000, 258_000, 547_300, 258_300).exterior,
        [shapely.box(547_100, 258_100, 547_200, 258_200).exterior],
    ),
]


class PlaceRow(AreaRow):
    rank: int = column("Rank.", NOTHING)
    area_km2: float = column("Area.", NOTHING, "km²")


@pytest.fixture
def released():
    table = Table(
        kind="patrols-like",
        row=PlaceRow,
        columns={
            "code": np.array(["a", "b", "c"], dtype=object),
            "name": np.array(NAMES, dtype=object),
            "rank": np.array([1, 2, 2]),
            "area_km2": np.array([0.04, 0.02, np.pi / 10]),
        },
        provenance=Provenance(
            sources={"dataset": {"source": "Police & others", "licence": "OGL"}},
            filter={}, method={}, counts={}, synthetic=False, software="", notes=("One note.",),
        ),
        geometries=np.array(SHAPES, dtype=object),
        crs="EPSG:27700",
    )  # fmt: skip
    return release(table, Question("patrols", {}, NoQuery()), OWNERS)


def lonlat(shape):
    xy = shapely.get_coordinates(shapely.centroid(shape))
    return transform_xy(xy, source="EPSG:27700", target="EPSG:4326")[0]


def test_gpx_has_a_waypoint_at_each_centroid(released):
    root = ET.fromstring(table_gpx(released))
    assert (root.tag, root.get("version")) == (f"{GPX}gpx", "1.1")
    waypoints = root.findall(f"{GPX}wpt")
    names = [point.findtext(f"{GPX}name") for point in waypoints]
    assert names == ['1. A & B <Street> "x"', "2. Mill Road", "2. c"]
    for point, shape in zip(waypoints, SHAPES, strict=True):
        here = [float(point.get("lon")), float(point.get("lat"))]
        np.testing.assert_allclose(here, lonlat(shape), atol=1e-7)
    assert waypoints[2].findtext(f"{GPX}desc") == "code: c\nrank: 2\narea_km2: 0.314159 km²"
    about = root.findtext(f"{GPX}metadata/{GPX}desc")
    assert about == "Police & others\nOGL\nOne note."


def test_kml_has_a_point_and_every_ring(released):
    root = ET.fromstring(table_kml(released))
    marks = root.findall(f"{KML}Document/{KML}Placemark")
    assert [mark.findtext(f"{KML}name") for mark in marks][1] == "2. Mill Road"
    shapes = [mark.find(f"{KML}MultiGeometry") for mark in marks]
    assert [len(shape.findall(f"{KML}Polygon")) for shape in shapes] == [1, 2, 1]
    inner = shapes[2].findall(f"{KML}Polygon/{KML}innerBoundaryIs")
    assert len(inner) == 1
    ring = shapes[0].findtext(
        f"{KML}Polygon/{KML}outerBoundaryIs/{KML}LinearRing/{KML}coordinates"
    )
    corners = np.array([[float(part) for part in text.split(",")] for text in ring.split()])
    assert shapely.Polygon(corners).contains(shapely.Point(lonlat(SHAPES[0])))
    assert shapely.LinearRing(corners).is_ccw
    values = {
        data.get("name"): data.findtext(f"{KML}value")
        for data in marks[0].findall(f"{KML}ExtendedData/{KML}Data")
    }
    assert values["rank"] == "1"


@pytest.mark.parametrize("render", [table_gpx, table_kml])
def test_only_longitude_and_latitude_are_written(released, render):
    assert render(released, crs="EPSG:4326") == render(released)
    with pytest.raises(UnknownStatisticError, match="4326"):
        render(released, crs="EPSG:27700")
