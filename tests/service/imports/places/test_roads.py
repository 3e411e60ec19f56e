"""``hotspots import roads``: OS Open Roads and other lines."""

import zipfile

import pytest
import shapely

from boundaries.errors import UnreadableFileError
from service.imports.places.files import PlaceOptions
from service.imports.places.roads import RoadColumns, import_roads
from service.store.errors import ImportRefusedError, NoRoadsError, PlacesExistError
from service.store.reference.roads import RoadStore
from tests.service.imports.places.files import BNG, write_csv, write_shapes

LINES = [
    shapely.LineString([(545_000, 258_000), (545_100, 258_000)]),
    shapely.LineString([(545_100, 258_000), (545_200, 258_050)]),
    shapely.LineString([(545_100, 258_000), (545_100, 258_100)]),
]


@pytest.fixture
def roads(tmp_path):
    return RoadStore(tmp_path / "data" / "roads", crs=BNG)


def listed(store):
    roads = store.open()
    return list(zip(roads.names.to_pylist(), roads.road_classes.to_pylist(), strict=True))


def test_open_roads_is_read_from_the_links_of_its_geopackage(roads, tmp_path):
    path = write_shapes(
        tmp_path / "oproad_gb.gpkg",
        LINES,
        layer="road_link",
        name_1=["Mill Road", None, None],
        road_classification_number=[None, "A603", None],
        road_function=["Local Road", "A Road", "Local Road"],
        form_of_way=["Single Carriageway"] * 3,
    )
    write_shapes(
        path, [shapely.Point(545_000, 258_000)], layer="road_node", append=True, kind=["junction"]
    )
    summary = import_roads(roads, [path])
    assert (summary.read, summary.written, summary.rejected) == (3, 3, 0)
    assert "2 of 3 lines have a name or a number" in summary.notes
    assert listed(roads) == [("Mill Road", "Local Road"), ("A603", "A Road"), (None, "Local Road")]
    assert roads.open().source == "Ordnance Survey, OS Open Roads"
    assert [line.wkt for line in roads.open().lines] == [line.wkt for line in LINES]


def test_the_shapefile_of_a_square_is_read_from_its_zip(roads, tmp_path):
    write_shapes(
        tmp_path / "TL_RoadLink.shp",
        LINES,
        name1=["Mill Road", "", ""],
        roadNumber=["", "A603", ""],
        function=["Local Road", "A Road", "Local Road"],
    )
    write_shapes(tmp_path / "TL_RoadNode.shp", [shapely.Point(545_000, 258_000)], kind=["end"])
    archive = tmp_path / "oproad.zip"
    with zipfile.ZipFile(archive, "w") as target:
        for file in [*tmp_path.glob("TL_RoadLink.*"), *tmp_path.glob("TL_RoadNode.*")]:
            target.write(file, f"data/{file.name}")
    import_roads(roads, [archive])
    assert [name for name, _ in listed(roads)] == ["Mill Road", "A603", None]


def test_any_lines_are_roads_by_the_fields_that_are_stated(roads, tmp_path):
    path = write_shapes(
        tmp_path / "lines.geojson",
        [shapely.MultiLineString(LINES[:2]), shapely.Point(545_000, 258_000)],
        called=["Mill Road", "no line"],
        rank=["minor", "none"],
    )
    options = PlaceOptions(max_rejected_share=1.0)
    summary = import_roads(roads, [path], RoadColumns("called", "rank"), options)
    assert summary.rejected_for[0].reason == "is not a line with a length"
    assert listed(roads) == [("Mill Road", "minor")]
    assert shapely.length(roads.open().lines).sum() == pytest.approx(100 + 12_500**0.5)


def test_a_file_of_rows_is_refused(roads, tmp_path):
    with pytest.raises(ImportRefusedError, match="holds no lines by its name"):
        import_roads(roads, [write_csv(tmp_path / "a.csv", [], ("a",))])


def test_a_field_that_is_not_there_is_named_with_those_there_are(roads, tmp_path):
    path = write_shapes(tmp_path / "a.geojson", LINES, called=["a", "b", "c"])
    with pytest.raises(UnreadableFileError, match=r"no field 'name'.* Its fields are: called"):
        import_roads(roads, [path], RoadColumns("name"))


def test_roads_are_replaced_as_a_whole_and_only_if_asked(roads, tmp_path):
    with pytest.raises(NoRoadsError, match="hotspots import roads"):
        roads.open()
    first = write_shapes(tmp_path / "first.geojson", LINES, name=["a", "b", "c"])
    import_roads(roads, [first])
    with pytest.raises(PlacesExistError, match=r"roads: loaded already, from first\.geojson"):
        import_roads(roads, [first])
    second = write_shapes(tmp_path / "second.geojson", LINES[:1], name=["d"])
    import_roads(roads, [second], None, PlaceOptions(replace=True))
    assert [name for name, _ in listed(roads)] == ["d"]
