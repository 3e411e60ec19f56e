"""Sites as they answer after an import: phases, districts, and every awkward file."""

import json

import numpy as np
import pytest

from service.analyses.growth.sites import SiteTables
from service.imports.sites.importer import SiteOptions, import_sites
from service.queries.growth import SitesQuery
from service.store.errors import ImportRefusedError
from service.store.reference.sites import SiteStore

CRS = "EPSG:27700"
HEADER = "site_id,name,district,homes,completed_2019,phase,phase_year,x,y"
TOWN = "a,Town,North,100,20,,,545000,258000"
HALL_NORTH = "b1,Hall,North,60,,,,546000,258000"
HALL_SOUTH = "b2,Hall,South,40,10,,,546100,257000"
PHASES = ("a,,,30,,west,2021,,", "a,,,50,,east,2024,,")
LENIENT = SiteOptions(max_rejected_share=1.0)


@pytest.fixture
def store(tmp_path):
    return SiteStore(tmp_path / "data" / "sites", crs=CRS)


@pytest.fixture
def load(store, tmp_path):
    """Imports rows of a CSV file; the summary."""

    def load(*rows, header=HEADER, options=LENIENT):
        path = tmp_path / "s.csv"
        path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
        return import_sites(store, path, None, options)

    return load


def rows_of(store, by="site"):
    table = SiteTables(store).table(SitesQuery(by=by))
    names = list(table.columns)
    rows = zip(*(table.columns[name].tolist() for name in names), strict=True)
    return [dict(zip(names, row, strict=True)) for row in rows], table.provenance


def test_phases_are_rows_in_the_order_of_their_years_with_homes_so_far(store, load):
    load(TOWN, *reversed(PHASES), HALL_NORTH)
    rows, _ = rows_of(store, "phase")
    assert [(r["site_id"], r["phase"], r["year"]) for r in rows] == [
        ("a", "west", 2021.0), ("a", "east", 2024.0),
    ]  # fmt: skip
    assert [r["homes_planned_so_far"] for r in rows] == [30.0, 80.0]
    assert {r["site_homes_planned"] for r in rows} == {100.0}


def test_homes_so_far_begin_anew_with_each_site(store, load):
    load(TOWN, *PHASES, HALL_SOUTH, "b2,,,15,,one,2022,,", "b2,,,5,,two,2023,,")
    rows, _ = rows_of(store, "phase")
    assert [r["homes_planned_so_far"] for r in rows] == [30.0, 80.0, 15.0, 20.0]


def test_sites_name_the_years_of_their_phases(store, load):
    load(TOWN, *PHASES, HALL_NORTH)
    town, hall = rows_of(store)[0]
    assert (town["phases"], town["first_phase_year"], town["last_phase_year"]) == (2, 2021, 2024)
    assert hall["phases"] == 0
    assert np.isnan(hall["first_phase_year"])


def test_phases_of_more_homes_than_planned_are_kept_and_said_in_every_answer(store, load):
    summary = load(TOWN, *PHASES, "a,,,45,,north,2026,,")
    assert any("phases add up to 125 homes, not 100" in note for note in summary.notes)
    rows, provenance = rows_of(store, "phase")
    assert [r["note"] for r in rows] == ["phases add up to 125 homes"] * 3
    for by in ("site", "phase", "district"):
        said = " ".join(rows_of(store, by)[1].notes)
        assert "Town: phases add up to 125 homes, more than the 100 planned" in said
    assert provenance.counts["homes_planned"] == 100


def test_a_phase_without_a_year_is_rejected_and_says_so(store, load):
    summary = load(TOWN, "a,,,30,,west,,,")
    assert (summary.written, summary.rejected) == (1, 1)
    assert "is blank: a phase must have its year" in [r.reason for r in summary.rejected_for]


@pytest.mark.parametrize("year", ["soon", "1066", "2024.5"])
def test_a_year_that_is_none_is_rejected(store, load, year):
    summary = load(TOWN, f"a,,,30,,west,{year},,")
    assert summary.written == 1
    assert "is not a year" in [r.reason for r in summary.rejected_for]


def test_a_site_in_two_districts_needs_two_ids_and_is_told(store, load):
    summary = load(TOWN, "a,Town,South,50,0,,,545100,258000")
    (rejected,) = summary.rejected_for
    assert "17a, 17b" in rejected.reason


def test_districts_add_up_and_name_what_they_share(store, load):
    load(TOWN, HALL_NORTH, HALL_SOUTH, "c,Alone,,7,7,,,547000,257000")
    rows = {row["district"]: row for row in rows_of(store, "district")[0]}
    assert list(rows) == ["North", "South", "no district"]
    north = rows["North"]
    assert (north["sites"], north["homes_planned"], north["homes_completed"]) == (2, 160, 20)
    assert (north["homes_remaining"], north["homes_planned_not_published"]) == (80, 60)
    assert north["note"].startswith("completions of 1 site not published: at least so many homes")
    assert (north["shared_sites"], rows["South"]["shared_sites"]) == ("Hall", "Hall")
    assert rows["no district"]["shared_sites"] == ""


def test_a_district_without_any_published_completions_has_no_remaining_homes(store, load):
    load(HALL_NORTH, HALL_SOUTH)
    rows = {row["district"]: row for row in rows_of(store, "district")[0]}
    assert np.isnan(rows["North"]["homes_completed"])
    assert np.isnan(rows["North"]["homes_remaining"])
    assert rows["North"]["homes_planned_not_published"] == 60
    assert rows["South"]["homes_remaining"] == 30


def test_the_sums_of_the_districts_are_those_of_all_sites(store, load):
    load(TOWN, HALL_NORTH, HALL_SOUTH)
    rows, provenance = rows_of(store, "district")
    for name in ("homes_planned", "homes_completed", "homes_remaining"):
        assert sum(row[name] for row in rows) == provenance.counts[name]
    assert "Hall" in " ".join(provenance.notes)


def test_what_is_not_published_or_not_dated_is_said(store, load):
    header = "site_id,name,homes,completed,x,y"
    load("a,Town,100,20,545000,258000", "b,Hall,60,,546000,258000", header=header)
    rows, provenance = rows_of(store)
    said = " ".join(provenance.notes)
    assert "1 of 2 sites have no published completions." in said
    assert "1 site does not say by which year the homes were complete." in said
    assert rows[0]["homes_remaining"] == 80
    assert np.isnan(rows[1]["homes_remaining"])
    assert "not published" in rows[1]["note"]


def test_no_homes_planned_is_a_site_with_none_to_come(store, load):
    load("a,Park,North,0,0,,,545000,258000")
    (row,) = rows_of(store)[0]
    assert (row["homes_planned"], row["homes_remaining"]) == (0, 0)


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("d,Down,North,-5,0,,,545000,258000", "is below 0"),
        ("d,Down,North,5,-1,,,545000,258000", "is below 0"),
        ("d,Down,North,5,6,,,545000,258000", "is more than are planned"),
        ("a,,,-30,,west,2021,,", "is below 0"),
    ],
)
def test_negative_and_impossible_homes_are_refused_in_words(store, load, row, said):
    with pytest.raises(ImportRefusedError, match=said):
        load(TOWN, row, options=SiteOptions())


SQUARE = [[[0.1, 52.2], [0.12, 52.2], [0.12, 52.22], [0.1, 52.22], [0.1, 52.2]]]


def feature(geometry, **properties):
    return {"type": "Feature", "properties": properties, "geometry": geometry}


def test_geojson_has_outlines_points_and_phases_without_a_shape(store, tmp_path):
    outline = {"type": "Polygon", "coordinates": SQUARE}
    features = [
        feature(outline, site_id="a", name="Town", homes=100, completed_2019=None),
        feature(None, site_id="a", homes=60, phase="one", phase_year=2030),
        feature(outline, site_id="a", homes=60, phase="two", phase_year=2032),
        feature({"type": "Point", "coordinates": [0.13, 52.2]}, site_id="b", name="B", homes=4),
        feature({"type": "Point", "coordinates": [0.14, 52.2]}, site_id="c", name="C", homes=-4),
    ]
    path = tmp_path / "s.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    summary = import_sites(store, path, None, LENIENT)
    assert (summary.written, summary.rejected) == (4, 1)
    said = " ".join(summary.notes)
    assert "shapes of phases are not kept, those of their sites are: 1" in said
    assert "phases add up to 120 homes, not 100 as planned" in said
    sites = store.open()
    assert [shape.geom_type for shape in sites.geometries] == ["Polygon", "Point"]
    rows, _ = rows_of(store, "phase")
    assert [row["homes_planned_so_far"] for row in rows] == [60.0, 120.0]
    assert [row["year"] for row in rows] == [2030.0, 2032.0]


@pytest.mark.real
def test_the_published_sites_add_up_per_district(store, test_data):
    path = test_data.parent / "published" / "development_sites.csv"
    if not path.exists():
        pytest.skip("the published figures are not beside the data")
    import_sites(store, path)
    rows, provenance = rows_of(store, "district")
    found = {r["district"]: (r["sites"], r["homes_planned"], r["homes_remaining"]) for r in rows}
    assert found == {
        "Cambridge": (8, 14_955, 3_396),
        "East Cambridgeshire": (3, 6_950, 6_913),
        "Fenland": (3, 4_450, 4_450),
        "Huntingdonshire": (4, 11_349, 5_816),
        "Peterborough": (3, 11_232, 9_620),
        "South Cambridgeshire": (8, 28_924, 27_133),
    }
    assert {r["district"]: r["sites_not_published"] for r in rows if r["sites_not_published"]} == {
        "Cambridge": 1, "Huntingdonshire": 1, "South Cambridgeshire": 1,
    }  # fmt: skip
    shared = "Cambridge North-West (University site); NIAB (Darwin Green); Trumpington Meadows"
    assert f"with one row for each: {shared}." in " ".join(provenance.notes)
