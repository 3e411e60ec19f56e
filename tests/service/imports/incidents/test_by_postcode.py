"""Incidents located by their postcode: counted, graded, and what was not found is listed."""

import csv
import dataclasses

import numpy as np
import pyarrow as pa
import pytest

from service.assembly.resources import open_resources
from service.config.settings import Settings
from service.imports.boundaries import import_boundaries
from service.imports.incidents.csv import IncidentColumns, import_csv
from service.imports.incidents.importer import ImportOptions
from service.queries.areas import ChoroplethQuery
from service.store.errors import DatasetSettingsError, ImportRefusedError
from service.store.reference.postcodes import PostcodeStore
from service.store.source_files import SourceFile

BNG = "EPSG:27700"
COLUMNS = IncidentColumns(time="date", x="e", y="n", crs=BNG, postcode="pc", category="type")
PLACES = {  # compact postcode: easting, northing, quality, ended
    "CB21TN": (545_000.0, 258_000.0, 1, None),
    "CB11ZZ": (546_000.0, 259_000.0, 6, "2010-03"),
    "CB99ZZ": (None, None, 9, None),
    "PE11AA": (519_000.0, 299_000.0, None, None),
}
ROWS = [
    ("2024-01-01", "545500", "258500", "CB2 1TN", "a"),  # coordinates come first
    ("2024-01-02", "", "", "cb21tn", "a"),
    ("2024-01-03", "0", "0", "CB2  1TN", "a"),
    ("2024-01-04", "", "", "CB1 1ZZ", "a"),
    ("2024-01-05", "", "", "CB9 9ZZ", "a"),
    ("2024-01-06", "", "", "ZZ9 9ZZ", "a"),
    ("2024-01-07", "", "", "CB2", "a"),
    ("2024-01-08", "", "", "", "a"),
    ("2024-01-09", "", "", "PE1 1AA", "a"),
    ("2024-01-10", "", "", "unknown", "a"),
]


@pytest.fixture
def postcodes(tmp_path):
    store = PostcodeStore(tmp_path / "data" / "postcodes", crs=BNG)
    east, north, quality, ended = zip(*PLACES.values(), strict=True)
    file = SourceFile.of("cb.csv", b"cb")
    table = pa.table(
        {
            "postcode": list(PLACES),
            "easting_m": pa.array(east, pa.float64()),
            "northing_m": pa.array(north, pa.float64()),
            "quality": pa.array(quality, pa.int8()),
            "ended": pa.array(ended, pa.string()),
            "country": pa.nulls(len(PLACES), pa.string()),
            "source_file": [file.name] * len(PLACES),
            "source_row": list(range(1, len(PLACES) + 1)),
            "source_sha256": [file.sha256] * len(PLACES),
        }
    )
    store.append(table, files=[file])
    return store


@pytest.fixture
def write(tmp_path):
    def write(rows=ROWS, name="calls.csv", header=("date", "e", "n", "pc", "type")):
        path = tmp_path / name
        with path.open("w", newline="") as file:
            csv.writer(file).writerows([header, *rows])
        return path

    return write


@pytest.fixture
def done(incidents, postcodes, write):
    return import_csv(incidents, [write()], COLUMNS, ImportOptions("calls"), postcodes=postcodes)


def by_day(incidents, values):
    """Values of the incidents by the day of January."""
    held = incidents.open("calls")
    days = held.occurred.astype("datetime64[D]").astype(str)
    return {int(day[-2:]): value for day, value in zip(days, values(held), strict=True)}


def attribute(name):
    def values(held):
        found = held.attribute(name)
        return [None if code < 0 else found.values[code] for code in found.codes]

    return values


def test_rows_without_coordinates_are_at_their_postcode(done, incidents):
    places = by_day(incidents, lambda held: held.xy_m.tolist())
    assert places[1] == [545_500.0, 258_500.0]
    assert places[2] == places[3] == [545_000.0, 258_000.0]
    assert places[4] == [546_000.0, 259_000.0]
    assert places[9] == [519_000.0, 299_000.0]
    assert all(np.isnan(places[day]).all() for day in (5, 6, 7, 8, 10))


def test_how_each_row_was_located_and_how_well_is_kept(done, incidents):
    how = by_day(incidents, attribute("located_by"))
    assert how == {
        1: "coordinates", 2: "postcode", 3: "postcode", 4: "postcode", 5: "none",
        6: "none", 7: "none", 8: "none", 9: "postcode", 10: "none",
    }  # fmt: skip
    quality = by_day(incidents, attribute("location_quality"))
    assert {day: q for day, q in quality.items() if q is not None} == {2: 1, 3: 1, 4: 6}


def test_the_summary_counts_and_says_what_is_not_known(done):
    assert (done.read, done.written, done.rejected) == (10, 10, 0)
    assert (done.not_located, done.located_by_postcode) == (5, 4)
    text = "\n".join(done.lines())
    assert (
        "4 rows without coordinates were located by their postcode (postcodes version 0)" in text
    )
    assert "how many metres away they happened is not known" in text
    assert "quality 1 (in the building nearest to the mean of its addresses): 2" in text
    assert "quality 6 (the mean of the postcode sector): 1" in text
    assert (
        "1 rows have one of 1 postcodes that have ended; their last place was used: CB1 1ZZ"
        in (text)
    )
    assert "1 rows have an unknown postcode, not located: ZZ9 9ZZ" in text
    assert "1 rows have a postcode without a place, not located: CB9 9ZZ" in text
    assert "2 rows have no complete postcode, not located: CB2, unknown" in text


def test_what_was_not_found_is_listed_by_row(done, tmp_path):
    [path] = (tmp_path / "data" / "rejected").glob("calls-postcodes-not-found-*.csv")
    assert done.not_found_path == path
    with path.open(encoding="utf-8-sig", newline="") as file:
        listed = [(int(row["row"]), row["value"], row["reason"]) for row in csv.DictReader(file)]
    assert listed == [
        (6, "CB9 9ZZ", "is a postcode without a place"),
        (7, "ZZ9 9ZZ", "is not a known postcode"),
        (8, "CB2", "is not a complete postcode"),
        (11, "unknown", "is not a complete postcode"),
    ]


def test_rows_that_are_rejected_are_not_counted_as_located(incidents, postcodes, write):
    rows = [*ROWS, ("no date", "", "", "CB2 1TN", "a"), ("2024-01-11", "x", "", "CB2 1TN", "a")]
    options = ImportOptions("calls", max_rejected_share=0.5)
    done = import_csv(incidents, [write(rows)], COLUMNS, options, postcodes=postcodes)
    assert (done.rejected, done.located_by_postcode) == (2, 4)


def test_the_outward_code_is_the_area_code_where_no_column_has_one(incidents, postcodes, write):
    codes = {"district": ["CB1", "CB2", "CB9", "PE1"], "lsoa": ["E01"]}
    options = ImportOptions("calls", layers=codes)
    done = import_csv(incidents, [write()], COLUMNS, options, postcodes=postcodes)
    assert done.area_codes is not None
    assert (done.area_codes.layer, done.area_codes.in_layer) == ("district", 7)
    found = by_day(
        incidents, lambda held: [held.area_codes[i] if i >= 0 else None for i in held.area_code]
    )
    assert found == {
        1: "CB2", 2: "CB2", 3: "CB2", 4: "CB1", 5: "CB9", 6: "ZZ9", 7: "CB2", 8: None, 9: "PE1",
        10: None,
    }  # fmt: skip


def test_a_column_of_area_codes_comes_before_the_outward_code(incidents, postcodes, write):
    rows = [(*row, "E01") for row in ROWS]
    path = write(rows, header=("date", "e", "n", "pc", "type", "lsoa"))
    columns = dataclasses.replace(COLUMNS, area_code="lsoa")
    import_csv(incidents, [path], columns, ImportOptions("calls"), postcodes=postcodes)
    assert incidents.open("calls").area_codes == ("E01",)


@pytest.mark.parametrize("store", [None, "empty"])
def test_without_postcodes_nothing_is_located_and_it_says_so(incidents, write, tmp_path, store):
    empty = None if store is None else PostcodeStore(tmp_path / "none", crs=BNG)
    done = import_csv(incidents, [write()], COLUMNS, ImportOptions("calls"), postcodes=empty)
    assert (done.not_located, done.located_by_postcode) == (9, 0)
    assert any(line.startswith("no postcodes are imported yet") for line in done.lines())


def test_without_a_postcode_column_there_are_no_columns_about_it(incidents, postcodes, write):
    columns = dataclasses.replace(COLUMNS, postcode=None)
    done = import_csv(incidents, [write()], columns, ImportOptions("calls"), postcodes=postcodes)
    assert incidents.open("calls").attributes == ()
    assert done.not_found_path is None


def test_a_postcode_column_needs_no_coordinates(incidents, postcodes, write):
    columns = dataclasses.replace(COLUMNS, x=None, y=None, crs=None)
    done = import_csv(incidents, [write()], columns, ImportOptions("calls"), postcodes=postcodes)
    assert (done.not_located, done.located_by_postcode) == (5, 5)


def test_what_cannot_be_is_refused(incidents, postcodes, write):
    path = write()
    wrong = dataclasses.replace(COLUMNS, postcode="postcode")
    with pytest.raises(ImportRefusedError, match="--postcode names column 'postcode'"):
        import_csv(incidents, [path], wrong, ImportOptions("calls"), postcodes=postcodes)
    taken = dataclasses.replace(COLUMNS, attributes={"located_by": "type"})
    with pytest.raises(DatasetSettingsError):
        import_csv(incidents, [path], taken, ImportOptions("calls"), postcodes=postcodes)


@pytest.mark.real
def test_incidents_are_counted_in_the_real_postcode_districts(tmp_path, test_data, write):
    held = open_resources(Settings(data_dir=tmp_path / "data"))
    files = sorted((test_data / "boundaries").glob("postcode_districts_*.geojson"))
    import_boundaries(held.layers, files, layer="postcode-district", code_field="name")
    codes = {"postcode-district": held.layers.get("postcode-district").codes}
    rows = [
        ("2024-01-01", "", "", postcode, "a") for postcode in ("CB2 1TN", "cb21tn", "PE38 9AA")
    ]
    rows.append(("2024-01-01", "546000", "259000", "", "a"))
    import_csv(
        held.incidents, [write(rows)], COLUMNS, ImportOptions("calls", layers=codes),
        postcodes=held.postcodes,
    )  # fmt: skip
    table = held.choropleths.table("calls", "postcode-district", ChoroplethQuery(measure="count"))
    counts = dict(zip(table.columns["code"], table.columns["count"], strict=True))
    assert {code: n for code, n in counts.items() if n} == {"CB2": 2, "PE38": 1, "CB5": 1}
