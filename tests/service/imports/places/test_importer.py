"""``hotspots import gazetteer`` and ``places``: from files to the stores."""

import numpy as np
import pytest
import shapely

from service.imports.places.files import PlaceOptions
from service.imports.places.importer import PlaceColumns, import_gazetteer, import_places
from service.store.errors import DatasetSettingsError, ImportRefusedError, PlacesExistError
from service.store.reference.place_sets import GAZETTEER, PlaceSetStore
from spatial.coordinates.crs import transform_xy
from tests.service.imports.places.files import (
    BNG,
    NAMES,
    open_names_rows,
    open_names_zip,
    write_csv,
    write_shapes,
)

LENIENT = PlaceOptions(max_rejected_share=1.0)


@pytest.fixture
def gazetteer(tmp_path):
    return PlaceSetStore(tmp_path / "data" / GAZETTEER, crs=BNG, name=GAZETTEER)


@pytest.fixture
def place_sets(tmp_path):
    return PlaceSetStore(tmp_path / "data" / "place_sets", crs=BNG)


def listed(places):
    return list(
        zip(
            places.names.to_pylist(),
            places.kinds.to_pylist(),
            *places.xy_m.T.tolist(),
            [town or "" for town in places.localities.to_pylist()],
            strict=True,
        )
    )


def test_open_names_is_read_from_its_zip_without_the_postcodes(gazetteer, tmp_path):
    summary = import_gazetteer(gazetteer, [open_names_zip(tmp_path / "opname_csv_gb.zip")])
    assert (summary.read, summary.written, summary.rejected) == (4, 3, 0)
    assert "1 postcodes left out: they name no street or place" in summary.notes
    places = gazetteer.open(GAZETTEER)
    assert listed(places) == list(NAMES[:3])
    assert places.source == "Ordnance Survey, OS Open Names"
    assert places.licence == "Open Government Licence v3.0"


def test_a_single_tile_without_headers_is_known_by_its_addresses(gazetteer, tmp_path):
    header, *rows = open_names_rows()
    path = write_csv(tmp_path / "TL45.csv", rows, header)
    import_gazetteer(gazetteer, [path])
    assert listed(gazetteer.open(GAZETTEER)) == list(NAMES[:3])


def test_another_column_of_open_names_may_be_the_locality(gazetteer, tmp_path):
    path = open_names_zip(tmp_path / "names.zip")
    import_gazetteer(gazetteer, [path], PlaceColumns(locality="TYPE"))
    assert gazetteer.open(GAZETTEER).localities.null_count == 3  # it is blank in all rows


def test_the_geopackage_of_open_names_is_the_same(gazetteer, tmp_path):
    names, kinds, x, y, towns = zip(*NAMES, strict=True)
    path = write_shapes(
        tmp_path / "opname_gb.gpkg",
        shapely.points(x, y),
        layer="named_place",
        name1=names,
        local_type=kinds,
        populated_place=towns,
    )
    write_shapes(path, shapely.points(x, y), layer="other", append=True, name1=names)
    import_gazetteer(gazetteer, [path])
    assert listed(gazetteer.open(GAZETTEER)) == list(NAMES[:3])


def test_any_file_of_names_is_a_gazetteer_by_the_columns_that_are_stated(gazetteer, tmp_path):
    path = write_csv(tmp_path / "a.csv", [("Mill Road", 0.12, 52.2)], ("called", "e", "n"))
    columns = PlaceColumns(name="called", x="e", y="n")
    import_gazetteer(gazetteer, [path], columns, PlaceOptions(crs="EPSG:4326"))
    expected = transform_xy(np.array([[0.12, 52.2]]), source="EPSG:4326", target=BNG)
    np.testing.assert_allclose(gazetteer.open(GAZETTEER).xy_m, expected)


def test_a_file_without_names_is_refused_with_its_columns(gazetteer, tmp_path):
    path = write_csv(tmp_path / "a.csv", [("x", 545_000, 258_000)], ("what", "x", "y"))
    with pytest.raises(ImportRefusedError, match=r"no column called name or .*: what, x, y"):
        import_gazetteer(gazetteer, [path])


def test_a_second_gazetteer_takes_the_place_of_the_first_if_asked(gazetteer, tmp_path):
    first = open_names_zip(tmp_path / "first.zip")
    second = open_names_zip(tmp_path / "second.zip", NAMES[:1])
    import_gazetteer(gazetteer, [first])
    with pytest.raises(PlacesExistError, match=r"gazetteer: loaded already, from TL40\.csv"):
        import_gazetteer(gazetteer, [second])
    summary = import_gazetteer(gazetteer, [second], None, PlaceOptions(replace=True))
    assert summary.replaced == 3
    assert len(gazetteer.open(GAZETTEER)) == 1


def test_sets_of_places_stand_beside_each_other(place_sets, tmp_path):
    pubs = write_csv(
        tmp_path / "pubs.csv", [("The Eagle", 545_000, 258_000)], ("Premises name", "X", "Y")
    )
    schools = write_csv(
        tmp_path / "gias.csv",
        [("A School", "Primary", 546_000, 259_000), ("", "", 546_100, 259_000)],
        ("EstablishmentName", "PhaseOfEducation (name)", "Easting", "Northing"),
    )
    import_places(place_sets, "premises", [pubs])
    summary = import_places(place_sets, "schools", [schools], None, PlaceOptions(source="DfE"))
    assert place_sets.names() == ("premises", "schools")
    assert "1 place has no name" in summary.notes
    assert listed(place_sets.open("schools")) == [
        ("A School", "Primary", 546_000.0, 259_000.0, ""),
        (None, None, 546_100.0, 259_000.0, ""),
    ]
    assert place_sets.open("schools").source == "DfE"
    assert len(place_sets.open("premises")) == 1


def test_polygons_are_places_inside_them_and_lines_are_rejected(place_sets, tmp_path):
    path = write_shapes(
        tmp_path / "a.geojson",
        [shapely.box(545_000, 258_000, 545_010, 258_010), shapely.LineString([(0, 0), (9, 9)])],
        name=["Park", "Path"],
    )
    summary = import_places(place_sets, "parks", [path], None, LENIENT)
    assert (summary.read, summary.written, summary.rejected) == (2, 1, 1)
    assert summary.rejected_for[0].reason == "is neither a point nor a polygon"
    (xy_m,) = place_sets.open("parks").xy_m
    np.testing.assert_allclose(xy_m, [545_005, 258_005])


@pytest.mark.parametrize(
    ("x", "y", "reason"),
    [
        ("", "", "is not a place"),
        ("0", "0", "is not a place"),
        ("545000", "", "is half a place"),
        ("east", "258000", "is not a number"),
        ("0.1", "52.2", "looks like degrees, but EPSG:27700 is in metres"),
        ("5450000", "258000", "is outside the area"),
    ],
)
def test_a_row_without_a_place_is_rejected_with_its_reason(place_sets, tmp_path, x, y, reason):
    path = write_csv(
        tmp_path / "a.csv", [("a", 545_000, 258_000), ("b", x, y)], ("name", "x", "y")
    )
    summary = import_places(place_sets, "a", [path], None, LENIENT)
    assert (summary.written, summary.rejected) == (1, 1)
    assert reason in summary.rejected_for[0].reason


def test_a_name_that_no_address_can_have_is_refused(place_sets, tmp_path):
    path = write_csv(tmp_path / "a.csv", [("a", 545_000, 258_000)], ("name", "x", "y"))
    with pytest.raises(DatasetSettingsError, match="lower-case"):
        import_places(place_sets, "Pubs & Bars", [path])
