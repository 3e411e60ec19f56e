"""Files of areas that are made to do harm: refused in bounded time, memory and reach."""

import http.server
import json
import os
import threading
import zipfile
from pathlib import Path

import numpy as np
import pyogrio
import pytest
import shapely

from boundaries.errors import BoundaryError, CoordinatesError, InvalidLayerError
from boundaries.errors import UnreadableFileError as Unreadable
from boundaries.layers.crossings import estimated_crossings
from boundaries.reading.limits import LayerLimits
from boundaries.reading.readers import read_boundaries
from tests.boundaries.areas import (
    BNG,
    EAST,
    NORTH,
    chessboard,
    square,
    write_geojson,
    write_vector,
)


def read(path: Path, **options):
    return read_boundaries(
        path, **{"layer_id": "test", "code_field": "code", "crs": BNG} | options
    )


@pytest.fixture
def site():
    """A web site that notes what it is asked, and has a layer to give."""
    asked: list[str] = []
    document = json.dumps({"type": "FeatureCollection", "features": []}).encode()

    class Site(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(200)
            self.end_headers()
            self.wfile.write(document)

        def do_HEAD(self) -> None:
            self.do_GET()

        def log_message(self, *_: object) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Site)
    thread = threading.Thread(target=server.serve_forever, args=[0.01])
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}", asked
    server.shutdown()
    thread.join()
    server.server_close()


VRT = (
    "<OGRVRTDataSource><OGRVRTLayer name='a'><SrcDataSource>{}</SrcDataSource>"
    "</OGRVRTLayer></OGRVRTDataSource>"
)
GML = (
    "<FeatureCollection xmlns:gml='http://www.opengis.net/gml' xmlns:xlink="
    "'http://www.w3.org/1999/xlink' xmlns:xsi='http://www.w3.org/2001/XMLSchema-instance' "
    "xsi:schemaLocation='a {0}/a.xsd'><gml:featureMember><a><code>1</code>"
    "<gml:polygonProperty xlink:href='{0}/a.gml#b'/></a></gml:featureMember></FeatureCollection>"
)
KML = (
    "<kml xmlns='http://www.opengis.net/kml/2.2'><Document><NetworkLink><Link>"
    "<href>{}/a.kml</href></Link></NetworkLink></Document></kml>"
)
WFS = "<OGRWFSDataSource><URL>{}/wfs</URL></OGRWFSDataSource>"


@pytest.mark.parametrize("name", ["a.geojson", "a.vrt", "a.gml", "a.kml", "a.zip"])
@pytest.mark.parametrize(
    "text", [VRT.replace("{}", "/vsicurl/{}/a.geojson"), VRT, GML, KML, WFS, "{}/a.geojson"]
)
def test_no_file_makes_us_ask_an_address(tmp_path, site, name, text):
    address, asked = site
    path = tmp_path / name
    if name.endswith(".zip"):
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("a.geojson", text.format(address))
    else:
        path.write_text(text.format(address))
    with pytest.raises(BoundaryError):
        read(path)
    assert asked == []


def test_gdal_itself_would_ask(tmp_path, site):
    address, asked = site
    (tmp_path / "a.geojson").write_text(VRT.format(f"/vsicurl/{address}/a.geojson"))
    with pytest.raises(pyogrio.errors.DataLayerError):
        pyogrio.read_info(tmp_path / "a.geojson")
    assert asked


def test_a_virtual_file_reads_no_other(tmp_path):
    secret = write_geojson(tmp_path / "secret.geojson", [({"code": "a"}, square(0, 0))])
    for name in ("a.geojson", "a.vrt"):
        (tmp_path / name).write_text(VRT.format(secret))
        with pytest.raises(Unreadable, match=name):
            read(tmp_path / name)


def test_only_regular_files_are_opened(tmp_path):
    os.mkfifo(tmp_path / "pipe.geojson")
    (tmp_path / "zero.geojson").symlink_to("/dev/zero")
    for name in ("pipe.geojson", "zero.geojson"):
        with pytest.raises(Unreadable, match=rf"{name}: it is a device or a pipe"):
            read(tmp_path / name)
    with pytest.raises(Unreadable, match="geojson: it is a device"):
        read(tmp_path)
    write_geojson(tmp_path / "areas.geojson", [({"code": "a"}, square(0, 0))])
    (tmp_path / "link.geojson").symlink_to(tmp_path / "areas.geojson")
    assert read(tmp_path / "link.geojson")[0].codes == ("a",)


def test_a_file_beyond_the_limits_is_refused_and_the_next_is_read(tmp_path):
    ring = ",".join([f"[{EAST},{NORTH}]"] * 1_000)
    feature = (
        '{"type":"Feature","properties":{"code":"a"},'
        f'"geometry":{{"type":"Polygon","coordinates":[[{ring}]]}}}}'
    )
    (tmp_path / "large.geojson").write_text(
        f'{{"type":"FeatureCollection","features":[{",".join([feature] * 3_000)}]}}'
    )
    with pytest.raises(Unreadable, match="takes more than 1 s of processor time"):
        read(tmp_path / "large.geojson", limits=LayerLimits(processor_s=1))
    circle = shapely.segmentize(square(0, 0), 0.004)  # a million vertices
    large = write_vector(tmp_path / "large.gpkg", dict.fromkeys("abcd", circle))
    with pytest.raises(Unreadable, match=r"GiB of memory"):
        read(large, limits=LayerLimits(memory_bytes=100 * 1024**2))
    path = write_geojson(tmp_path / "areas.geojson", [({"code": "a"}, square(0, 0))])
    assert read(path)[0].codes == ("a",)


def random_polygon(vertices: int) -> shapely.Polygon:
    xy_m = np.random.default_rng(1).random((vertices, 2)) * 10_000.0 + [EAST, NORTH]
    return shapely.Polygon(xy_m)


def test_a_border_that_crosses_itself_everywhere_is_refused_by_name(tmp_path):
    path = write_vector(
        tmp_path / "a.gpkg",
        {"good": square(0, 0), "knot": random_polygon(1_500)},
        geometry_type="Polygon",
    )
    with pytest.raises(InvalidLayerError, match=r"feature 2 \(knot\) crosses itself too often"):
        read(path)


def test_areas_that_cross_each_other_everywhere_are_refused(tmp_path):
    teeth = np.arange(200) * 20.0
    combs = [
        shapely.union_all(
            [shapely.box(0, 0, 5, 5_000), *(shapely.box(0, y, 5_000, y + 5) for y in teeth)]
        ),
        shapely.union_all(
            [shapely.box(0, 0, 5_000, 5), *(shapely.box(x, 0, x + 5, 5_000) for x in teeth)]
        ),
    ]
    moved = shapely.transform(np.array(combs), lambda xy: xy + np.array([EAST, NORTH]))
    path = write_vector(
        tmp_path / "a.gpkg", dict(zip("ab", moved, strict=True)), geometry_type="Polygon"
    )
    with pytest.raises(InvalidLayerError, match="cross each other in about"):
        read(path)


def test_crossings_are_those_of_every_pair_compared_by_shapely():
    polygon = random_polygon(120)
    xy = shapely.get_coordinates(polygon)
    pieces = shapely.linestrings(np.stack([xy[:-1], xy[1:]], axis=1))
    first, _ = shapely.STRtree(pieces).query(pieces, predicate="crosses")
    assert estimated_crossings(np.array([polygon])) == len(first) // 2
    assert estimated_crossings(np.array(list(chessboard(3, 3).values()))) == 0


def test_crossings_of_a_long_border_are_estimated():
    polygon = random_polygon(10_000)
    exact = 10_000**2 / 2 * 0.2307  # two random chords of a square cross with this probability
    assert estimated_crossings(np.array([polygon])) == pytest.approx(exact, rel=0.1)


def test_a_layer_of_more_fields_than_the_limit_is_refused(tmp_path):
    fields = {f"f{number}": 1 for number in range(1_001)}
    path = write_geojson(tmp_path / "a.geojson", [({"code": "a", **fields}, square(0, 0))])
    with pytest.raises(Unreadable, match="it has 1,002 fields; the limit is 1,000"):
        read(path)


def name_first(text: str) -> str:
    """A GeoJSON text with its CRS in front, as GDAL writes it."""
    document = json.loads(text)
    return json.dumps({"type": document["type"], "crs": document["crs"]} | document)


def test_an_archive_of_more_files_than_the_limit_is_refused(tmp_path):
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        for number in range(1_001):
            archive.writestr(f"{number}.geojson", "")
    with pytest.raises(Unreadable, match="holds 1,001 files of areas, and the limit is 1,000"):
        read(tmp_path / "a.zip")


@pytest.mark.parametrize("name", ["urn:ogc:def:crs:EPSG::999999", "the usual one"])
def test_a_crs_that_is_not_known_is_asked_for(tmp_path, name):
    shapes = [({"code": "a"}, square(0, 0))]
    path = write_geojson(tmp_path / "a.geojson", shapes, crs=name)
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("x/a.geojson", name_first(path.read_text()))
    for file in (path, tmp_path / "a.zip"):
        with pytest.raises(CoordinatesError, match="which is not known; state it"):
            read(file)
    assert read(path, source_crs=BNG)[0].codes == ("a",)


def test_a_layer_outside_the_area_of_its_own_crs_is_refused(tmp_path):
    paris = shapely.box(1_047_000, -78_000, 1_048_000, -77_000)
    path = write_vector(tmp_path / "a.gpkg", {"paris": paris}, geometry_type="Polygon")
    with pytest.raises(CoordinatesError, match="outside the area that EPSG:27700 is made for"):
        read(path)


@pytest.mark.parametrize("field", ["code", "name"])
def test_codes_and_names_that_are_too_long_are_refused(tmp_path, field):
    properties = {"code": "a", "name": "b", field: "x" * 201}
    path = write_geojson(tmp_path / "a.geojson", [(properties, square(0, 0))])
    with pytest.raises(InvalidLayerError, match=f"'{field}' has more than 200 .* in feature 1"):
        read(path, name_field="name")
