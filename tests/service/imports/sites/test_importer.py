"""Development sites from CSV and GeoJSON."""

import json
from pathlib import Path

import numpy as np
import pytest
import shapely

from service.imports.sites.importer import SiteColumns, SiteOptions, import_sites
from service.store.errors import (
    AlreadyImportedError,
    DatasetSettingsError,
    ImportRefusedError,
    NoSitesError,
)

HEADER = "site_id,name,district,total_homes,completed_2019,longitude,latitude,position,note"
# Two rows as published in the assessment of South Cambridgeshire 2019/20, appendix A.
NORTHSTOWE = "15,Northstowe,South Cambridgeshire,10000,431,0.063,52.283,approximate,"
NO_COMPLETIONS = "18b,NIAB,South Cambridgeshire,1000,,0.098,52.231,approximate,none published"
LENIENT = SiteOptions(max_rejected_share=1.0)


@pytest.fixture
def write(tmp_path):
    def write_file(*rows: str, header: str = HEADER, name: str = "s.csv") -> Path:
        path = tmp_path / name
        path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
        return path

    return write_file


def _geojson(path: Path, *features: tuple[dict[str, object], object], **extra: object) -> Path:
    found = [
        {"type": "Feature", "properties": properties, "geometry": geometry}
        for properties, geometry in features
    ]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": found, **extra}))
    return path


def test_the_published_layout_needs_no_options(sites, write):
    summary = import_sites(sites, write(NORTHSTOWE, NO_COMPLETIONS))
    held = sites.open()
    assert held.site_ids == ("15", "18b")
    assert held.homes_planned.tolist() == [10_000.0, 1_000.0]
    np.testing.assert_array_equal(held.homes_completed, [431.0, np.nan])
    np.testing.assert_array_equal(held.homes_remaining, [9_569.0, np.nan])
    assert held.completed_year.tolist() == [2019, -1]
    assert held.notes == ("", "none published")
    (district,) = summary.districts
    assert (district.sites, district.homes_planned, district.homes_completed) == (2, 11_000, 431)
    assert district.not_published == 1
    assert any("without published completions" in line for line in summary.lines())


def test_columns_may_have_any_name(sites, write):
    path = write("a,Park,545000,258000,70", header="ref,called,e,n,dwelling count")
    columns = SiteColumns(
        site_id="ref",
        name="called",
        homes_planned="dwelling count",
        x="e",
        y="n",
        crs="EPSG:27700",
    )
    import_sites(sites, path, columns)
    assert sites.open().xy_m.tolist() == [[545_000.0, 258_000.0]]
    assert sites.open().homes_planned.tolist() == [70.0]


@pytest.mark.parametrize(
    ("row", "column", "reason"),
    [
        ("1,A,D,-5,0,0.1,52.2,,", "total_homes", "below 0"),
        ("1,A,D,many,0,0.1,52.2,,", "total_homes", "is not a number"),
        ("1,A,D,10.5,0,0.1,52.2,,", "total_homes", "not a whole number"),
        ("1,A,D,10,11,0.1,52.2,,", "completed_2019", "more than are planned"),
        ("1,A,D,10,-1,0.1,52.2,,", "completed_2019", "below 0"),
        (",A,D,10,0,0.1,52.2,,", "site_id", "is blank"),
        ("1,,D,10,0,0.1,52.2,,", "name", "is blank"),
        ("1,A,D,10,0,,,,", "longitude, latitude", "a site must have one"),
        ("1,A,D,10,0,0.1,,,", "longitude, latitude", "half a place"),
        ("1,A,D,10,0,0,0,,", "longitude, latitude", "a site must have one"),
        ("1,A,D,10,0,90,52.2,,", "longitude, latitude", "outside the area"),
        ("15,Again,D,10,0,0.1,52.2,,", "site_id", "earlier row"),
    ],
)
def test_a_site_that_cannot_be_is_rejected(sites, write, row, column, reason):
    summary = import_sites(sites, write(NORTHSTOWE, row), None, LENIENT)
    assert (summary.read, summary.written, summary.rejected) == (2, 1, 1)
    (rejected,) = summary.rejected_for
    assert rejected.column == column
    assert reason in rejected.reason
    assert "row 3" in rejected.first[0]


def test_too_many_rejects_refuse_everything(sites, write):
    with pytest.raises(ImportRefusedError, match="1 of 2 rows"):
        import_sites(sites, write(NORTHSTOWE, "1,A,D,-5,0,0.1,52.2,,"))
    with pytest.raises(NoSitesError):
        sites.open()


def test_outlines_and_points_come_from_geojson(sites, tmp_path):
    outline = shapely.box(0.1, 52.2, 0.12, 52.22)
    path = _geojson(
        tmp_path / "s.geojson",
        ({"id": "a", "name": "A", "homes": 10}, shapely.geometry.mapping(outline)),
        ({"id": 7, "name": "B", "homes": 5}, {"type": "Point", "coordinates": [0.1, 52.2, 9.0]}),
    )
    import_sites(sites, path)
    held = sites.open()
    assert held.site_ids == ("a", "7")
    assert [shape.geom_type for shape in held.geometries] == ["Polygon", "Point"]
    # 0.02 degrees at 52.21 north are 1.367 km by 2.225 km on the WGS 84 ellipsoid.
    assert held.geometries[0].area / 1e6 == pytest.approx(1.367 * 2.225, rel=2e-3)
    assert held.geometries[0].contains(shapely.Point(held.xy_m[0]))


def test_a_crs_stated_in_geojson_is_used(sites, tmp_path):
    path = _geojson(
        tmp_path / "s.geojson",
        (
            {"id": "a", "name": "A", "homes": 1},
            {"type": "Point", "coordinates": [545_000, 258_000]},
        ),
        crs={"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::27700"}},
    )
    import_sites(sites, path)
    np.testing.assert_allclose(sites.open().xy_m, [[545_000.0, 258_000.0]])


@pytest.mark.parametrize(
    ("geometry", "reason"),
    [
        (None, "is missing"),
        ({"type": "LineString", "coordinates": [[0, 52], [1, 52]]}, "neither point nor polygon"),
        ({"type": "Point", "coordinates": [0.1]}, "cannot be read as a shape"),
        ({"type": "Blob", "coordinates": [0.1, 52.2]}, "cannot be read as a shape"),
        ({"type": "Point", "coordinates": [90.0, 52.2]}, "outside the area"),
    ],
)
def test_a_shape_that_is_no_site_is_rejected(sites, tmp_path, geometry, reason):
    good = {"type": "Point", "coordinates": [0.1, 52.2]}
    path = _geojson(
        tmp_path / "s.geojson",
        ({"id": "a", "name": "A", "homes": 1}, good),
        ({"id": "b", "name": "B", "homes": 1}, geometry),
    )
    summary = import_sites(sites, path, None, LENIENT)
    assert summary.written == 1
    assert any(reason in one.reason for one in summary.rejected_for)


def test_an_outline_that_crosses_itself_is_repaired_and_said(sites, tmp_path):
    bow_tie = [[[0.1, 52.2], [0.12, 52.22], [0.12, 52.2], [0.1, 52.22], [0.1, 52.2]]]
    path = _geojson(
        tmp_path / "s.geojson",
        ({"id": "a", "name": "A", "homes": 1}, {"type": "Polygon", "coordinates": bow_tie}),
    )
    summary = import_sites(sites, path)
    assert sites.open().geometries[0].is_valid
    assert any("repaired" in note for note in summary.notes)


def test_phases_are_rows_of_the_same_site(sites, write):
    header = "site_id,name,homes,completed,phase_year,phase,x,y"
    path = write(
        "a,Town,100,0,,,545000,258000",
        "a,,60,,2026,south,,",
        "a,,50,,2025,north,,",
        header=header,
    )
    summary = import_sites(sites, path)
    held = sites.open()
    assert held.phases.year.tolist() == [2025, 2026]
    assert held.phases.homes_planned.tolist() == [50.0, 60.0]
    assert held.phases.names == ("north", "south")
    assert any("phases add up to 110 homes, not 100" in note for note in summary.notes)


def test_a_phase_without_its_site_is_rejected(sites, write):
    header = "site_id,name,homes,phase_year,x,y"
    rows = ["a,Town,100,,545000,258000", "b,,60,2026,,", "c,No place,5,,,", "c,,5,2026,,"]
    summary = import_sites(sites, write(*rows, header=header), None, LENIENT)
    assert (summary.written, summary.rejected) == (1, 3)
    assert len(sites.open().phases) == 0


@pytest.mark.parametrize(
    ("header", "message"),
    [
        ("ref,name,homes,x,y", r"--site-id must name.*ref, name, homes"),
        ("site_id,name,x,y", "--planned must name"),
        ("site_id,name,homes,where", "--x and --y"),
    ],
)
def test_a_column_that_is_needed_is_asked_for(sites, write, header, message):
    row = ",".join("1" for _ in header.split(","))
    with pytest.raises(ImportRefusedError, match=message):
        import_sites(sites, write(row, header=header))


@pytest.mark.parametrize("change", [{"x": "longitude"}, {"crs": "EPSG:0"}])
def test_columns_that_make_no_sense_are_refused(sites, write, change):
    with pytest.raises(DatasetSettingsError):
        import_sites(sites, write(NORTHSTOWE), SiteColumns(**change))


def test_the_same_file_again_is_refused_and_replaced_when_asked(sites, write):
    path = write(NORTHSTOWE, NO_COMPLETIONS)
    import_sites(sites, path)
    with pytest.raises(AlreadyImportedError, match="--replace"):
        import_sites(sites, path)
    summary = import_sites(sites, path, None, SiteOptions(replace=True))
    assert summary.replaced == 2
    assert len(sites.open()) == 2


def test_districts_that_differ_in_case_and_blanks_are_one(sites, write):
    path = write(
        "a,A,South Cambs,10,545000,258000",
        "b,B,SOUTH  CAMBS,20,545100,258000",
        "c,C,Ely,5,545200,258000",
        header="site_id,name,district,homes,easting,northing",
    )
    summary = import_sites(sites, path)
    totals = {total.district: total.homes_planned for total in summary.districts}
    assert totals == {"South Cambs": 30, "Ely": 5}
    assert sites.open().districts == ("South Cambs", "South Cambs", "Ely")
