"""Files of areas: what people send is read, repaired or refused by name, never dropped."""

import pickle
import zipfile
from pathlib import Path

import numpy as np
import pyogrio
import pytest
import shapely
from shapely import LineString, MultiPolygon, Point, Polygon

from boundaries.errors import CoordinatesError, InvalidLayerError, UnreadableFileError
from boundaries.reading.readers import read_boundaries
from spatial.coordinates.crs import transform_xy
from spatial.errors import InvalidParameterError
from tests.boundaries.areas import (
    BNG,
    EAST,
    NORTH,
    chessboard,
    square,
    write_geojson,
    write_vector,
)
from tests.places import moved


def read(path: Path, **options):
    options = {"layer_id": "test", "code_field": "code", "crs": BNG, **options}
    return read_boundaries(path, **options)


def in_degrees(geometry):
    return shapely.transform(geometry, lambda xy: transform_xy(xy, source=BNG, target="EPSG:4326"))


def zipped(path: Path, members: dict[str, Path]) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for name, member in members.items():
            archive.write(member, name)
    return path


@pytest.mark.parametrize("name", ["a.geojson", "a.gpkg", "a.shp", "a.fgb", "a.gml"])
def test_every_vector_format_gives_the_same_layer(tmp_path, name):
    areas = chessboard(3, 2)
    kind = "MultiPolygon" if name.endswith("gml") else "Polygon"
    shapes = {c: MultiPolygon([g]) for c, g in areas.items()} if kind != "Polygon" else areas
    crs = None if name.endswith("geojson") else BNG
    if name.endswith("geojson"):
        shapes = {code: in_degrees(area) for code, area in areas.items()}
        crs = "EPSG:4326"
    layer, report = read(
        write_vector(tmp_path / name, shapes, crs=crs, geometry_type=kind), name_field="name"
    )
    assert layer.codes == tuple(sorted(areas))
    assert layer.names[0] == "Area A0000"
    np.testing.assert_allclose(layer.areas_km2, 1.0, rtol=1e-5)
    assert (report.features, report.crs_to) == (6, BNG)
    assert report.crs_from == (crs if crs else BNG)


@pytest.mark.parametrize("folder", ["", "inside/"])
def test_a_zipped_shapefile_is_read(tmp_path, folder):
    write_vector(tmp_path / "wards.shp", chessboard(2, 2), geometry_type="Polygon")
    parts = {f"{folder}{p.name}": p for p in tmp_path.glob("wards.*")}
    parts["__MACOSX/._wards.shp"] = tmp_path / "wards.shp"
    layer, report = read(zipped(tmp_path / "Wards (2024).zip", parts))
    assert len(layer) == 4
    assert report.crs_from == BNG


def test_an_archive_of_several_files_asks_which(tmp_path):
    one = write_vector(tmp_path / "one.gpkg", chessboard(2, 1), geometry_type="Polygon")
    two = write_vector(tmp_path / "two.gpkg", chessboard(3, 1), geometry_type="Polygon")
    path = zipped(tmp_path / "both.zip", {"one.gpkg": one, "two.gpkg": two})
    with pytest.raises(UnreadableFileError, match="--source-layer: one, two"):
        read(path)
    assert len(read(path, source_layer="two")[0]) == 3


def test_a_file_of_several_layers_asks_which(tmp_path):
    path = tmp_path / "both.gpkg"
    write_vector(path, chessboard(2, 1), layer="lsoa", geometry_type="Polygon")
    write_vector(path, chessboard(3, 1), layer="msoa", append=True, geometry_type="Polygon")
    with pytest.raises(UnreadableFileError, match="lsoa, msoa"):
        read(path)
    assert len(read(path, source_layer="msoa")[0]) == 3
    with pytest.raises(UnreadableFileError, match="no layer 'ward'; it has: lsoa, msoa"):
        read(path, source_layer="ward")


def test_files_that_cannot_be_read_are_named(tmp_path):
    with pytest.raises(UnreadableFileError, match="no such file"):
        read(tmp_path / "none.geojson")
    for name, content in [
        ("a.zip", b"no archive"),
        ("b.geojson", b"{ not json"),
        ("c.gpkg", b"not a database"),
        ("d.geojson", b""),
    ]:
        (tmp_path / name).write_bytes(content)
        with pytest.raises(UnreadableFileError, match=name):
            read(tmp_path / name)
    (tmp_path / "readme.txt").write_text("hello")
    with pytest.raises(UnreadableFileError, match=r"no file of areas, but readme\.txt"):
        read(zipped(tmp_path / "e.zip", {"readme.txt": tmp_path / "readme.txt"}))


def test_an_empty_file_is_refused(tmp_path):
    path = write_geojson(tmp_path / "a.geojson", [])
    with pytest.raises((InvalidLayerError, UnreadableFileError), match="no"):
        read(path)
    empty = write_vector(tmp_path / "a.gpkg", {}, geometry_type="Polygon")
    with pytest.raises(InvalidLayerError, match="no features"):
        read(empty)


def test_a_table_without_geometry_is_refused(tmp_path):
    (tmp_path / "a.csv").write_text("code,name\n1,a\n")
    with pytest.raises(UnreadableFileError, match="cannot be read as one of GeoJSON, GeoPackage"):
        read(tmp_path / "a.csv")


def test_a_missing_field_is_answered_with_those_there_are(tmp_path):
    path = write_geojson(tmp_path / "a.geojson", [({"LSOA21CD": "E1", "x": 1}, square(0, 0))])
    with pytest.raises(UnreadableFileError) as caught:
        read(path, code_field="lsoa21cd")
    assert "no field 'lsoa21cd'; did you mean 'LSOA21CD'?" in str(caught.value)
    assert "LSOA21CD, x" in str(caught.value)
    with pytest.raises(UnreadableFileError, match="LSOA21CD, x"):
        read(path, code_field="LSOA21CD", name_field="quite different")


@pytest.mark.parametrize("blank", [None, "", "  "])
def test_areas_without_a_code_are_named_by_number(tmp_path, blank):
    path = write_geojson(
        tmp_path / "a.geojson",
        [({"code": code}, square(i, 0)) for i, code in enumerate(["a", blank, "c", blank])],
    )
    with pytest.raises(InvalidLayerError, match="'code' is empty in features 2, 4"):
        read(path)


def test_codes_used_twice_are_named_with_their_features(tmp_path):
    codes = ["a", "b", "a ", "c", "b", "a"]
    path = write_geojson(
        tmp_path / "a.geojson", [({"code": c}, square(i, 0)) for i, c in enumerate(codes)]
    )
    with pytest.raises(InvalidLayerError) as caught:
        read(path)
    assert "'a' in features 1, 3, 6; 'b' in features 2, 5" in str(caught.value)


def test_numeric_codes_lose_their_decimals_and_blanks(tmp_path):
    path = write_geojson(
        tmp_path / "a.geojson",
        [
            ({"code": code, "n": n}, square(i, 0))
            for i, (code, n) in enumerate([(37009.0, 1.5), (37005.0, 2.0)])
        ],
    )
    assert read(path)[0].codes == ("37005", "37009")
    assert read(path, code_field="n")[0].codes == ("1.5", "2")
    text = write_geojson(tmp_path / "b.geojson", [({"code": " CB1 2 "}, square(0, 0))])
    assert read(text)[0].codes == ("CB1 2",)


def test_areas_without_a_name_are_called_by_their_code(tmp_path):
    path = write_geojson(
        tmp_path / "a.geojson",
        [({"code": "x", "name": "Ex"}, square(0, 0)), ({"code": "y", "name": None}, square(1, 0))],
    )
    layer, report = read(path, name_field="name")
    assert layer.names == ("Ex", "y")
    assert report.unnamed == 1
    assert read(path)[0].names == ("x", "y")


@pytest.mark.parametrize(
    ("geometry", "words"),
    [
        (None, "no geometry"),
        (Polygon(), "an empty Polygon"),
        (MultiPolygon(), "an empty MultiPolygon"),
        (Point(EAST, NORTH), "Point"),
        (LineString([(EAST, NORTH), (EAST + 9, NORTH)]), "LineString"),
        (shapely.GeometryCollection([square(1, 1), Point(EAST, NORTH)]), "GeometryCollection"),
    ],
)
def test_what_is_no_polygon_is_refused_with_number_and_code(tmp_path, geometry, words):
    path = write_geojson(
        tmp_path / "a.geojson", [({"code": "good"}, square(0, 0)), ({"code": "bad"}, geometry)]
    )
    with pytest.raises(InvalidLayerError, match=rf"feature 2 \(bad\) has {words}"):
        read(path)


def test_a_collection_of_polygons_is_unwrapped(tmp_path):
    both = shapely.GeometryCollection([square(0, 0), MultiPolygon([square(2, 0), square(4, 0)])])
    layer, report = read(write_geojson(tmp_path / "a.geojson", [({"code": "a"}, both)]))
    assert layer.areas_km2[0] == pytest.approx(3.0)
    assert report.multipart == 1


def test_parts_holes_and_islands_are_kept(tmp_path):
    lake = square(0, 0).difference(shapely.box(EAST + 200, NORTH + 200, EAST + 800, NORTH + 800))
    island = shapely.box(EAST + 400, NORTH + 400, EAST + 600, NORTH + 600)
    path = write_geojson(
        tmp_path / "a.geojson",
        [({"code": "a"}, MultiPolygon([lake, island])), ({"code": "b"}, square(1, 0))],
    )
    layer, report = read(path)
    assert layer.areas_km2[0] == pytest.approx(1.0 - 0.36 + 0.04)
    assert (report.multipart, report.with_holes, report.repaired) == (1, 1, ())


def test_heights_are_left_behind(tmp_path):
    path = write_geojson(
        tmp_path / "a.geojson", [({"code": "a"}, shapely.force_3d(square(0, 0), 12.0))]
    )
    layer, _ = read(path)
    assert not shapely.has_z(layer.geometries).any()


def test_a_bow_tie_keeps_both_wings_and_is_reported(tmp_path):
    x, y = EAST, NORTH
    bow = Polygon([(x, y), (x + 100, y + 100), (x + 100, y), (x, y + 100)])
    path = write_geojson(
        tmp_path / "a.geojson", [({"code": "ok"}, square(1, 0)), ({"code": "bow"}, bow)]
    )
    layer, report = read(path)
    assert layer.areas_km2[layer.position("bow")] == pytest.approx(0.005)
    assert shapely.is_valid(layer.geometries).all()
    (repair,) = report.repaired
    assert (repair.feature, repair.code) == (2, "bow")
    assert "Self-intersection" in repair.reason


def test_a_ring_given_twice_keeps_its_ground(tmp_path):
    path = write_geojson(
        tmp_path / "a.geojson", [({"code": "a"}, MultiPolygon([square(0, 0), square(0, 0)]))]
    )
    layer, report = read(path)
    assert layer.areas_km2[0] == pytest.approx(1.0)
    assert len(report.repaired) == 1


def test_an_area_that_encloses_nothing_is_refused(tmp_path):
    flat = Polygon([(EAST, NORTH), (EAST + 10, NORTH), (EAST + 5, NORTH), (EAST, NORTH)])
    path = write_geojson(tmp_path / "a.geojson", [({"code": "flat"}, flat)])
    with pytest.raises(InvalidLayerError, match=r"feature 1 \(flat\) encloses no ground"):
        read(path)


def test_coordinates_are_brought_to_the_working_crs(tmp_path):
    path = write_geojson(
        tmp_path / "a.geojson", [({"code": "a"}, in_degrees(square(0, 0)))], crs=None
    )
    layer, report = read(path)
    np.testing.assert_allclose(layer.bounds_m, square(0, 0).bounds, atol=0.01)
    assert report.crs_from == "EPSG:4326"


def test_a_file_without_a_crs_is_refused_unless_it_is_said(tmp_path):
    path = write_vector(tmp_path / "a.shp", chessboard(2, 1), geometry_type="Polygon")
    path.with_suffix(".prj").unlink()
    with pytest.raises(CoordinatesError, match="--crs"):
        read(path)
    assert read(path, source_crs=BNG)[0].areas_km2.sum() == pytest.approx(2.0)


def test_metres_in_geojson_without_a_crs_are_no_degrees(tmp_path):
    path = write_geojson(tmp_path / "a.geojson", [({"code": "a"}, square(0, 0))], crs=None)
    with pytest.raises(CoordinatesError, match=r"not degrees .* \(a\) with x 545000 to 546000"):
        read(path)
    layer, report = read(path, source_crs=BNG)
    assert layer.areas_km2[0] == pytest.approx(1.0)
    assert any("the file says EPSG:4326" in note for note in report.notes)


def test_degrees_said_to_be_metres_are_refused(tmp_path):
    path = write_geojson(tmp_path / "a.geojson", [({"code": "a"}, in_degrees(square(0, 0)))])
    with pytest.raises(CoordinatesError, match=r"look like degrees .* not like metres"):
        read(path)


def test_latitude_before_longitude_is_refused(tmp_path):
    swapped = shapely.transform(in_degrees(square(0, 0)), lambda xy: xy[:, ::-1])
    path = write_geojson(tmp_path / "a.geojson", [({"code": "a"}, swapped)], crs=None)
    with pytest.raises(CoordinatesError, match=r"order of x and y.* \(a\) with x 52\."):
        read(path)


@pytest.mark.parametrize("wrong", ["EPSG:32631", "EPSG:3857", "EPSG:2154"])
def test_places_outside_the_working_crs_are_refused_with_the_numbers(tmp_path, wrong):
    path = write_geojson(tmp_path / "a.geojson", [({"code": "a"}, square(0, 0))], crs=wrong)
    with pytest.raises(CoordinatesError, match=r"a\.geojson read as EPSG:\d+: .*1 of 1 areas"):
        read(path)


def test_coordinates_that_are_not_finite_are_refused(tmp_path):
    ring = shapely.linearrings([(EAST, NORTH), (np.inf, NORTH), (EAST, NORTH + 9)])
    path = write_vector(
        tmp_path / "a.gpkg", {"ok": square(0, 0), "far": Polygon(ring)}, geometry_type="Polygon"
    )
    with pytest.raises(CoordinatesError, match=r"feature 2 \(far\)"):
        read(path)


def in_ireland(code: str, east_deg: float = 0.0):
    west, south = -6.3 + east_deg, 53.3
    return {"code": code}, shapely.box(west, south, west + 0.01, south + 0.01)


def test_areas_of_another_country_are_refused_on_the_british_grid(tmp_path):
    path = write_geojson(
        tmp_path / "a.geojson", [in_ireland("D1"), in_ireland("D2", 0.1)], crs=None
    )
    with pytest.raises(CoordinatesError, match=r"Great Britain and the Isle of Man.*2 of 2.*D1"):
        read(path)
    layer, _ = read(path, crs="EPSG:29903")
    assert layer.metadata.coordinates.startswith("EPSG:4326 to EPSG:29903 by ")


def test_a_few_areas_of_another_country_are_remarked_on(tmp_path):
    """Layers of the United Kingdom have Northern Ireland on the British grid too."""
    here = [({"code": code}, in_degrees(area)) for code, area in chessboard(2, 2).items()]
    layer, report = read(
        write_geojson(tmp_path / "a.geojson", [*here, in_ireland("N1")], crs=None)
    )
    assert len(layer) == 5
    (note,) = [note for note in report.notes if "made for" in note]
    assert note.startswith("1 of 5 areas, the first N1, lie outside the area that EPSG:27700")


def test_areas_are_moved_by_ostn15_and_the_layer_says_so(tmp_path):
    areas = chessboard(3, 2)
    by_others = {
        code: shapely.transform(area, lambda xy: moved(xy, crs=BNG, target="EPSG:4326"))
        for code, area in areas.items()
    }
    features = [({"code": code}, area) for code, area in by_others.items()]
    layer, report = read(write_geojson(tmp_path / "a.geojson", features, crs=None))
    corners = shapely.get_coordinates(layer.geometries)
    away = corners - np.round(corners / 1_000.0) * 1_000.0 - (EAST % 1_000.0, NORTH % 1_000.0)
    assert np.abs(away).max() < 0.005
    assert report.coverage.is_valid
    assert report.operation == "OSTN15 (within 1 m)"
    assert layer.metadata.coordinates == "EPSG:4326 to EPSG:27700 by OSTN15 (within 1 m)"


def test_an_unknown_crs_is_refused(tmp_path):
    path = write_geojson(tmp_path / "a.geojson", [({"code": "a"}, square(0, 0))])
    with pytest.raises(InvalidParameterError, match="PROJ knows"):
        read(path, source_crs="EPSG:99999")


def test_one_area_makes_a_layer(tmp_path):
    layer, report = read(write_geojson(tmp_path / "a.geojson", [({"code": "a"}, square(0, 0))]))
    assert len(layer) == 1
    assert report.coverage.is_valid


def test_tiny_areas_are_remarked_on(tmp_path):
    path = write_geojson(tmp_path / "a.geojson", [({"code": "a"}, square(0, 0, 0.5))])
    assert any("is the CRS of the file right?" in note for note in read(path)[1].notes)


def test_gaps_and_overlaps_between_neighbours_are_measured(tmp_path):
    path = write_geojson(
        tmp_path / "a.geojson",
        [({"code": "a"}, square(0, 0, 1_000.5)), ({"code": "b"}, square(1, 0))],
    )
    coverage = read(path)[1].coverage
    assert (coverage.is_valid, coverage.invalid_areas) == (False, 2)
    assert coverage.overlap_m2 == pytest.approx(500.0)
    assert coverage.invalid_edges >= 2


def test_errors_survive_pickling():
    for error in [CoordinatesError("a", "b", "c"), UnreadableFileError("a", "b")]:
        assert str(pickle.loads(pickle.dumps(error))) == str(error)


REAL = [
    ("lsoa11", "LSOA11CD", "LSOA11NM", 487, 3396.1, 4),
    ("lsoa21", "LSOA21CD", "LSOA21NM", 516, 3396.1, 141),
    ("msoa21", "msoa21_code", "msoa21_name", 97, 3394.1, 0),
    ("wards22", "ward22_code", "ward22_name", 126, 3398.0, 0),
    ("districts24", "ltla24_code", "ltla24_name", 6, 3397.9, 0),
    ("postcode_districts_cb", "name", None, 16, 1826.8, 0),
    ("postcode_districts_pe", "name", None, 36, 6161.0, 0),
]


@pytest.mark.real
@pytest.mark.parametrize(("name", "code", "named", "areas", "km2", "invalid"), REAL)
def test_real_layers_are_read_whole(test_data, name, code, named, areas, km2, invalid):
    path = test_data / "boundaries" / f"{name}.geojson"
    layer, report = read(path, code_field=code, name_field=named)
    assert len(layer) == report.features == pyogrio.read_info(path)["features"] == areas
    assert report.area_km2 == pytest.approx(km2, abs=0.1)
    assert report.coverage.invalid_areas == invalid
    assert report.repaired == ()
    assert (report.crs_from, report.unnamed) == ("EPSG:4326", 0)


@pytest.mark.real
def test_reference_shapefiles_need_their_crs_said(test_data):
    path = test_data / "reference" / "sids2" / "sids2.shp"
    with pytest.raises(CoordinatesError, match="--crs"):
        read(path, code_field="FIPSNO")
    with pytest.raises(CoordinatesError, match="outside the area that EPSG:27700 is made for"):
        read(path, code_field="FIPSNO", source_crs="EPSG:4267")
    layer, _ = read(path, code_field="FIPSNO", source_crs="EPSG:4267", crs="EPSG:32119")
    assert len(layer) == 100
    assert layer.codes[0] == "37001"


@pytest.mark.parametrize("code_page", [None, "ISO-8859-1"])
@pytest.mark.parametrize("is_zipped", [False, True])
def test_utf8_in_a_shapefile_is_recognised_whatever_its_code_page(tmp_path, code_page, is_zipped):
    path = _shapefile(tmp_path, "Ynys Môn", "UTF-8")
    if code_page is None:
        path.with_suffix(".cpg").unlink()
    else:
        path.with_suffix(".cpg").write_text(code_page)
    if is_zipped:
        members = {file.name: file for file in tmp_path.glob("areas.*")}
        path = zipped(tmp_path / "areas.zip", members)
    layer, _ = read(path, name_field="name")
    assert layer.names == ("Ynys Môn",)


def test_other_encodings_of_a_shapefile_are_read_as_stated(tmp_path):
    path = _shapefile(tmp_path, "Ynys Môn", "ISO-8859-1")
    assert read(path, name_field="name")[0].names == ("Ynys Môn",)
    path.with_suffix(".cpg").unlink()
    assert read(path, name_field="name", encoding="ISO-8859-1")[0].names == ("Ynys Môn",)
    with pytest.raises(UnreadableFileError, match="no encoding 'klingon'"):
        read(path, name_field="name", encoding="klingon")


def _shapefile(folder: Path, name: str, encoding: str) -> Path:
    path = folder / "areas.shp"
    pyogrio.raw.write(
        path,
        geometry=shapely.to_wkb(np.array([square(0, 0)], dtype=object)),
        field_data=[np.array(["A1"], dtype=object), np.array([name], dtype=object)],
        fields=["code", "name"],
        geometry_type="Polygon",
        crs=BNG,
        encoding=encoding,
    )
    return path
