"""Incidents from CSV: every row is written or named, and nothing is guessed."""

import csv
import dataclasses
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from pydantic import TypeAdapter, ValidationError

from service.imports.files.delimited import LONGEST_TEXT
from service.imports.incidents.csv import IncidentColumns, import_csv
from service.imports.incidents.importer import ImportOptions
from service.model.queries import Text
from service.store.errors import AlreadyImportedError, DatasetSettingsError, ImportRefusedError
from service.store.incidents import IncidentStore
from service.store.source_files import SourceFile
from spatial.errors import UnsuitableCrsError

HEADER = "ref,when,lon,lat,kind,weight"
COLUMNS = IncidentColumns(
    time="when", x="lon", y="lat", crs="EPSG:4326", category="kind", incident_id="ref"
)
LENIENT = ImportOptions("calls", max_rejected_share=1.0)


@pytest.fixture
def write(tmp_path):
    def write_file(*rows: str, name: str = "a.csv", header: str = HEADER) -> Path:
        path = tmp_path / name
        path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
        return path

    return write_file


def _listed(path: Path | None) -> list[dict[str, str]]:
    assert path is not None
    with path.open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream))


def test_a_row_is_written_with_all_that_was_named(incidents, write):
    columns = dataclasses.replace(
        COLUMNS, weight="weight", area_code="kind", subcategory="ref", attributes={"raw": "when"}
    )
    path = write('7,2024-05-06 07:08,1.716073973,52.658007833,"assault, common",2.5')
    summary = import_csv(incidents, [path], columns, ImportOptions("calls", title="Calls"))
    (row,) = incidents.open("calls").rows().to_pylist()
    # Point TP06 of the Ordnance Survey's test file for OSTN15. Without the grid file the
    # transformation is good to a few metres.
    assert row["easting_m"] == pytest.approx(651_409.804, abs=4)
    assert row["northing_m"] == pytest.approx(313_177.450, abs=4)
    assert str(row["occurred"]) == "2024-05-06 07:08:00"
    assert (row["precision"], row["weight"], row["incident_id"]) == ("minute", 2.5, "7")
    assert (row["category"], row["area_code"], row["subcategory"]) == (
        "assault, common",
        "assault, common",
        "7",
    )
    assert (row["raw"], row["source_file"], row["source_row"]) == ("2024-05-06 07:08", "a.csv", 2)
    assert (summary.read, summary.written, summary.rejected) == (1, 1, 0)
    assert summary.rejects_path is None


@pytest.mark.parametrize(
    ("row", "column", "value", "reason"),
    [
        ("1,2024-02-30,0.1,52.2,a,1", "when", "2024-02-30", "day 30 of a month of 29 days"),
        ("1,30/02/2024,0.1,52.2,a,1", "when", "30/02/2024", "not a date of the form iso"),
        ("1,,0.1,52.2,a,1", "when", "", "is blank"),
        ("1,2024-02-01,zero,52.2,a,1", "lon", "zero", "is not a number"),
        ("1,2024-02-01,nan,52.2,a,1", "lon", "", "is blank, but lat is not"),
        ("1,2024-02-01,0.1,inf,a,1", "lat", "inf", "is not a number"),
        ("1,2024-02-01,,52.2,a,1", "lon", "", "is blank, but lat is not"),
        ("1,2024-02-01,0.1,,a,1", "lat", "", "is blank, but lon is not"),
        ("1,2024-02-01,90,52.2,a,1", "lon, lat", "90 52.2", "outside the area"),
        ("1,2024-02-01,0.1,91,a,1", "lon, lat", "0.1 91", "outside the area"),
        ("1,2024-02-01,0.1,52.2,a,-1", "weight", "-1", "is below 0"),
        ("1,2024-02-01,0.1,52.2,a,much", "weight", "much", "is not a number"),
        ("1,2024-02-01,0.1,52.2,a", "(record)", "1,2024-02-01,0.1,52.2,a", "has 5 fields"),
    ],
)
def test_an_impossible_value_is_rejected_by_row_column_value_and_reason(
    incidents, write, row, column, value, reason
):
    good = "0,2024-01-01,0.1,52.2,a,1"
    columns = dataclasses.replace(COLUMNS, weight="weight")
    summary = import_csv(incidents, [write(good, "", row, good)], columns, LENIENT)
    assert (summary.read, summary.written, summary.rejected) == (3, 2, 1)
    (reject,) = _listed(summary.rejects_path)
    assert (reject["file"], reject["row"]) == ("a.csv", "4")
    assert (reject["column"], reject["value"]) == (column, value)
    assert reason in reject["reason"]
    assert incidents.open("calls").rows().sort_by("source_row").column(
        "source_row"
    ).to_pylist() == [2, 5]


def test_one_bad_date_among_eighty_thousand_rows_is_named_exactly(incidents, write):
    rows = [f"{i},2024-01-{1 + i % 28:02d},0.{100 + i % 800},52.2,a,1" for i in range(80_000)]
    rows[54_321] = "54321,2024-01-32,0.1,52.2,a,1"
    summary = import_csv(incidents, [write(*rows)], COLUMNS, ImportOptions("calls"))
    assert (summary.read, summary.written, summary.rejected) == (80_000, 79_999, 1)
    (reject,) = _listed(summary.rejects_path)
    assert (reject["row"], reject["column"], reject["value"]) == ("54323", "when", "2024-01-32")
    assert any("row 54323" in line and "2024-01-32" in line for line in summary.lines())


def test_one_place_in_ireland_among_eighty_thousand_rows_is_named_and_not_placed(incidents, write):
    rows = [f"{i},2024-01-{1 + i % 28:02d},0.{100 + i % 800},52.2,a,1" for i in range(80_000)]
    rows[54_321] = "54321,2024-01-01,-6.26,53.35,a,1"
    summary = import_csv(incidents, [write(*rows)], COLUMNS, ImportOptions("calls"))
    assert (summary.read, summary.written, summary.rejected) == (80_000, 79_999, 1)
    (reject,) = _listed(summary.rejects_path)
    assert (reject["row"], reject["value"]) == ("54323", "-6.26 53.35")
    assert "outside the area that it or EPSG:27700 is made for" in reject["reason"]
    assert "Great Britain and the Isle of Man" in reject["reason"]
    assert "coordinates: EPSG:4326 to EPSG:27700 by OSTN15 (within 1 m)" in summary.lines()


@pytest.mark.parametrize(
    ("where", "xy", "instead"),
    [
        ("Dublin", "-6.26,53.35", "EPSG:32629"),
        ("Belfast", "-5.93,54.6", "EPSG:32630"),
        ("Calais", "1.85,50.95", "EPSG:32631"),
        ("the North Sea", "1.5,56.0", "EPSG:32631"),
    ],
)
def test_a_file_of_another_country_is_refused_with_a_working_crs_that_fits(
    incidents, write, where, xy, instead
):
    path = write(*[f"{i},2024-01-01,{xy},a,1" for i in range(50)])
    with pytest.raises(ImportRefusedError, match=rf"EPSG:27700 is not made for, but {instead}"):
        import_csv(incidents, [path], COLUMNS, ImportOptions("calls"))
    assert incidents.ids() == (), where


def test_places_on_the_irish_grid_are_not_taken_to_the_british_one(incidents, write):
    columns = dataclasses.replace(COLUMNS, crs="EPSG:29903")
    path = write(*[f"{i},2024-01-01,315000,234000,a,1" for i in range(50)])
    with pytest.raises(ImportRefusedError, match="EPSG:27700 is not made for"):
        import_csv(incidents, [path], columns, ImportOptions("calls"))


def test_eastings_and_northings_are_kept_as_they_are_supplied(incidents, write):
    """Nothing is transformed, so that OSTN15 has no say, at sea either."""
    columns = dataclasses.replace(COLUMNS, crs="EPSG:27700")
    path = write("1,2024-01-01,545000.5,258000.25,a,1", "2,2024-01-01,120000,250000,a,1")
    summary = import_csv(incidents, [path], columns, ImportOptions("calls"))
    assert sorted(incidents.open("calls").xy_m.tolist()) == [
        [120_000.0, 250_000.0], [545_000.5, 258_000.25],
    ]  # fmt: skip
    assert "coordinates: EPSG:27700 as supplied" in summary.lines()


def test_how_the_rows_came_to_their_places_stays_with_the_dataset(incidents, write):
    degrees = "EPSG:4326 to EPSG:27700 by OSTN15 (within 1 m)"
    import_csv(incidents, [write("1,2024-01-01,0.1,52.2,a,1")], COLUMNS, ImportOptions("calls"))
    assert incidents.open("calls").coordinates == (degrees,)
    more = write("2,2024-01-01,545000,258000,a,1", name="b.csv")
    grid = dataclasses.replace(COLUMNS, crs="EPSG:27700")
    import_csv(incidents, [more], grid, ImportOptions("calls"))
    assert incidents.open("calls").coordinates == (degrees, "EPSG:27700 as supplied")


def test_rows_without_a_record_of_it_stay_without_one(incidents, write):
    rows = pa.table(
        {"occurred": pa.array([np.datetime64("2024-01-01T00:00", "us")]), "category": ["a"]}
    )
    incidents.append("calls", rows, files=[SourceFile.of("before.csv", b"before")])
    assert incidents.open("calls").coordinates == ()
    import_csv(incidents, [write("1,2024-01-01,0.1,52.2,a,1")], COLUMNS, ImportOptions("calls"))
    assert incidents.open("calls").coordinates == (
        "earlier rows: not recorded", "EPSG:4326 to EPSG:27700 by OSTN15 (within 1 m)",
    )  # fmt: skip


def test_places_in_a_working_crs_without_metres_there_are_refused(tmp_path, write):
    store = IncidentStore(tmp_path / "data" / "incidents", crs="EPSG:3857")
    with pytest.raises(UnsuitableCrsError, match="set HOTSPOTS_CRS to EPSG:27700"):
        import_csv(store, [write("1,2024-01-01,0.1,52.2,a,1")], COLUMNS, ImportOptions("calls"))
    assert store.ids() == ()


def test_blank_coordinates_and_zeros_are_not_located_and_kept(incidents, write):
    path = write("1,2024-01-01,,,a,1", "2,2024-01-01,0,0.0,a,1", "3,2024-01-01,0.1,52.2,a,1")
    summary = import_csv(incidents, [path], COLUMNS, ImportOptions("calls"))
    assert (summary.written, summary.not_located) == (3, 2)
    assert any("1 rows have a placeholder" in note for note in summary.notes)
    assert incidents.open("calls").located_count == 1


def test_too_many_rejects_refuse_everything_and_are_listed(incidents, write, tmp_path):
    path = write(*["1,2024-01-01,0.1,52.2,a,1"] * 8, *["2,32/01/2024,0.1,52.2,a,1"])
    with pytest.raises(
        ImportRefusedError, match=r"1 of 9 rows .*limit is 10%; .*row 10.*32/01/2024"
    ):
        import_csv(incidents, [path], COLUMNS, ImportOptions("calls"))
    assert incidents.ids() == ()
    [path] = (tmp_path / "data" / "rejected").glob("calls-*.csv")
    assert len(_listed(path)) == 1


def test_strict_refuses_at_one(incidents, write):
    path = write(*["1,2024-01-01,0.1,52.2,a,1"] * 99, "2,never,0.1,52.2,a,1")
    with pytest.raises(ImportRefusedError, match="--strict"):
        import_csv(incidents, [path], COLUMNS, ImportOptions("calls", strict=True))
    assert incidents.ids() == ()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"x": "long"}, r"--x names column 'long'.*did you mean 'lon'.*ref, when, lon, lat, kind"),
        ({"time": "date"}, r"--time names column 'date'"),
        ({"category": "type"}, r"--category names column 'type'"),
        ({"incident_id": "id"}, r"--id names column 'id'"),
        ({"attributes": {"sex": "gender"}}, r"--attribute sex names column 'gender'"),
        ({"time_of_day": "clock"}, r"--time-of-day names column 'clock'"),
    ],
)
def test_a_wrong_column_is_named_with_those_there_are(incidents, write, change, message):
    columns = dataclasses.replace(COLUMNS, **change)
    with pytest.raises(ImportRefusedError, match=message):
        import_csv(incidents, [write("1,2024-01-01,0.1,52.2,a,1")], columns, LENIENT)


@pytest.mark.parametrize(
    ("crs", "xy", "hint"),
    [
        ("EPSG:27700", "0.12,52.2", "look like degrees, but EPSG:27700 is in metres"),
        ("EPSG:4326", "545000,258000", "look like metres, but EPSG:4326 is in degrees"),
        ("EPSG:4326", "52.2,0.12", "the right way round"),
        ("EPSG:3857", "545000,258000", "Is --crs right"),
        ("EPSG:32630", "545000,258000", "Is --crs right"),
    ],
)
def test_a_wrong_crs_refuses_the_import_and_says_what_it_looks_like(
    incidents, write, crs, xy, hint
):
    path = write(*[f"{i},2024-01-01,{xy},a,1" for i in range(50)])
    columns = dataclasses.replace(COLUMNS, crs=crs)
    with pytest.raises(ImportRefusedError, match=hint):
        import_csv(incidents, [path], columns, ImportOptions("calls"))
    assert incidents.ids() == ()


def test_a_crs_that_is_wrong_but_possible_is_noted(incidents, write):
    box_m = (500_000.0, 200_000.0, 600_000.0, 320_000.0)
    options = ImportOptions("calls", study_box_m=box_m)
    summary = import_csv(incidents, [write("1,2024-01-01,-3.1,55.9,a,1")], COLUMNS, options)
    assert any("outside the box around the study area" in note for note in summary.notes)


def test_date_and_time_may_be_in_two_columns(incidents, write):
    path = write(
        "31/12/2023,23:59", "31/12/2023,", "31/12/2023,25:00", "12/2023,10:00", header="day,clock"
    )
    columns = IncidentColumns(time="day", time_of_day="clock", date_form="uk")
    summary = import_csv(incidents, [path], columns, LENIENT)
    rows = incidents.open("calls").rows().sort_by("source_row").to_pylist()
    assert [(str(row["occurred"]), row["precision"]) for row in rows] == [
        ("2023-12-31 23:59:00", "minute"),
        ("2023-12-31 00:00:00", "day"),
    ]
    assert [reject["value"] for reject in _listed(summary.rejects_path)] == ["25:00", "10:00"]


def test_a_file_of_midnights_is_a_file_of_days(incidents, write):
    rows = [f"{i},2024-01-{1 + i % 28:02d} 00:00:00,0.1,52.2,a,1" for i in range(30)]
    summary = import_csv(incidents, [write(*rows)], COLUMNS, ImportOptions("calls"))
    assert incidents.info("calls").precision == "day"
    assert any("midnight" in note for note in summary.notes)
    rows[3] = "3,2024-01-04 00:01:00,0.1,52.2,a,1"
    import_csv(incidents, [write(*rows, name="b.csv")], COLUMNS, ImportOptions("others"))
    assert incidents.info("others").precision == "minute"


def test_times_with_an_offset_need_a_zone(incidents, write):
    path = write("1,2024-07-01T12:00:00Z,0.1,52.2,a,1")
    with pytest.raises(ImportRefusedError, match=r"row 2, column when.*--time-zone"):
        import_csv(incidents, [path], COLUMNS, ImportOptions("calls"))
    columns = dataclasses.replace(COLUMNS, time_zone="Europe/London")
    import_csv(incidents, [path], columns, ImportOptions("calls"))
    assert str(incidents.open("calls").occurred[0]) == "2024-07-01T13:00"


def test_what_is_left_blank_is_said(incidents, write):
    columns = dataclasses.replace(COLUMNS, weight="weight")
    summary = import_csv(incidents, [write("1,2024-01-01,0.1,52.2,,")], columns, LENIENT)
    held = incidents.open("calls")
    assert held.categories == ("not stated",)
    assert held.weight.tolist() == [1.0]
    assert any("no category" in note for note in summary.notes)
    assert any("no weight" in note for note in summary.notes)


def test_without_columns_of_places_all_are_unlocated(incidents, write):
    columns = IncidentColumns(time="when", area_code="kind")
    path = write("1,2024-01,0.1,52.2,E1,1", "2,2024-01,0.1,52.2,E2,1")
    layers = {"wards": ("W1",), "lsoa": ("E1", "E2", "E3")}
    summary = import_csv(incidents, [path], columns, ImportOptions("calls", layers=layers))
    held = incidents.open("calls")
    assert (held.located_count, held.categories) == (0, ("incident",))
    assert (held.area_codes, held.area_layers) == (("E1", "E2"), ("lsoa",))
    assert summary.area_codes is not None
    assert (summary.area_codes.how, summary.area_codes.in_layer) == ("detected", 2)


def test_a_decimal_comma_and_thousands_are_read(incidents, tmp_path):
    path = tmp_path / "a.csv"
    path.write_bytes("Tag;X;Y\r\n01.02.2024;545.000,5;258.000,25\r\n".encode("cp1252"))
    columns = IncidentColumns(
        time="Tag", date_form="uk", x="X", y="Y", crs="EPSG:27700", decimal=","
    )
    import_csv(incidents, [path], columns, ImportOptions("calls"))
    np.testing.assert_allclose(incidents.open("calls").xy_m, [[545_000.5, 258_000.25]])


def test_an_id_that_is_there_twice_is_kept_and_reported(incidents, write):
    rows = ["1,2024-01-01,0.1,52.2,a,1", "2,2024-01-01,0.1,52.2,a,1", "1,2024-01-02,0.1,52.2,a,1"]
    summary = import_csv(incidents, [write(*rows)], COLUMNS, ImportOptions("calls"))
    assert summary.written == 3
    assert summary.duplicate_ids is not None
    assert (summary.duplicate_ids.ids, summary.duplicate_ids.rows) == (1, 2)
    assert "a.csv row 2, a.csv row 4" in summary.duplicate_ids.first[0]
    again = write("2,2024-03-01,0.1,52.2,a,1", "9,2024-03-01,0.1,52.2,a,1", name="b.csv")
    summary = import_csv(incidents, [again], COLUMNS, ImportOptions("calls"))
    assert summary.duplicate_ids is not None
    assert "imported before" in summary.duplicate_ids.first[0]
    replaced = import_csv(incidents, [again], COLUMNS, ImportOptions("calls", replace=True))
    assert replaced.duplicate_ids is not None
    assert replaced.duplicate_ids.ids == 1


def test_rows_that_are_alike_are_all_kept(incidents, write):
    path = write(*["7,2024-01-01,0.1,52.2,a,1"] * 5)
    assert import_csv(incidents, [path], COLUMNS, ImportOptions("calls")).written == 5


def test_the_same_file_again_is_refused_and_replaced_when_asked(incidents, write):
    path = write("1,2024-01-01,0.1,52.2,a,1")
    import_csv(incidents, [path], COLUMNS, ImportOptions("calls"))
    with pytest.raises(AlreadyImportedError, match="--replace"):
        import_csv(incidents, [path], COLUMNS, ImportOptions("calls"))
    summary = import_csv(incidents, [path], COLUMNS, ImportOptions("calls", replace=True))
    assert (summary.version, summary.replaced) == (1, 1)
    assert len(incidents.open("calls")) == 1


def test_one_bad_file_among_several_imports_nothing(incidents, write):
    good, bad = write("1,2024-01-01,0.1,52.2,a,1"), write("1", name="b.csv", header="other")
    with pytest.raises(ImportRefusedError, match=r"b\.csv"):
        import_csv(incidents, [good, bad], COLUMNS, ImportOptions("calls"))
    assert incidents.ids() == ()


def test_files_may_differ_in_the_attributes_they_fill(incidents, write):
    columns = dataclasses.replace(COLUMNS, attributes={"extra": "weight"})
    files = [
        write("1,2024-01-01,0.1,52.2,a,", name="a.csv"),
        write("2,2024-01-01,0.1,52.2,a,x", name="b.csv"),
    ]
    summary = import_csv(incidents, files, columns, ImportOptions("calls"))
    assert [one.written for one in summary.files] == [1, 1]
    assert incidents.open("calls").attribute("extra").values == ("x",)


def test_progress_rises_to_the_end(incidents, write):
    told: list[float] = []
    options = ImportOptions("calls", progress=lambda _, share: told.append(share))
    import_csv(incidents, [write("1,2024-01-01,0.1,52.2,a,1")], COLUMNS, options)
    assert told == sorted(told)
    assert (told[0], told[-1]) == (0.0, 1.0)


def test_the_list_of_rejects_never_overwrites_a_source(incidents, write):
    path = write("1,never,0.1,52.2,a,1")
    before = path.read_bytes()
    options = ImportOptions("calls", max_rejected_share=1.0, rejects_path=path)
    with pytest.raises(ImportRefusedError, match="overwrite"):
        import_csv(incidents, [path], COLUMNS, options)
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    "change",
    [
        {"crs": "EPSG:99999"},
        {"crs": None},
        {"y": None},
        {"date_form": "eu"},
        {"time_zone": "Europe/Camelot"},
        {"decimal": "'"},
        {"attributes": {"Sex": "kind"}},
        {"attributes": {"weight": "kind"}},
    ],
)
def test_columns_that_make_no_sense_are_refused(incidents, write, change):
    with pytest.raises(DatasetSettingsError):
        import_csv(
            incidents,
            [write("1,2024-01-01,0.1,52.2,a,1")],
            dataclasses.replace(COLUMNS, **change),
            ImportOptions("calls"),
        )


def test_a_weight_whose_sums_could_not_be_reckoned_with_is_named(incidents, write):
    columns = dataclasses.replace(COLUMNS, weight="weight")
    path = write("1,2024-01-01,0.1,52.2,a,1e308", "2,2024-01-01,0.1,52.2,a,1e12")
    summary = import_csv(incidents, [path], columns, LENIENT)
    assert summary.written == 1
    assert [reason.reason for reason in summary.rejected_for] == ["is over 1e12"]


def test_all_rows_rejected_is_refused_even_if_any_share_is_allowed(incidents, write):
    with pytest.raises(ImportRefusedError, match=r"none is left\).*45357 is 2024-03-06"):
        import_csv(incidents, [write("1,45357,0.1,52.2,a,1")], COLUMNS, LENIENT)
    with pytest.raises(ImportRefusedError, match="no usable row"):
        import_csv(incidents, [write()], COLUMNS, LENIENT)


@pytest.mark.parametrize("column", ["category", "subcategory", "area_code", "incident_id"])
def test_a_name_that_could_not_be_asked_for_is_rejected(incidents, write, column):
    columns = IncidentColumns(time="when", **{column: "kind"})
    path = write(f"1,2024-01-01,,,{'x' * 201},", f"2,2024-01-01,,,{'x' * 200},")
    summary = import_csv(incidents, [path], columns, LENIENT)
    (line,) = _listed(summary.rejects_path)
    assert (line["row"], line["reason"]) == ("2", "is longer than 200 characters")
    assert incidents.open("calls").rows().column(column).to_pylist() == ["x" * 200]


def test_what_can_be_imported_as_a_category_can_be_asked_for():
    TypeAdapter(Text).validate_python("x" * LONGEST_TEXT)
    with pytest.raises(ValidationError):
        TypeAdapter(Text).validate_python("x" * (LONGEST_TEXT + 1))


@pytest.mark.parametrize("name", ["sex\n", "a b", "Sex", "x" * 64])
def test_an_attribute_has_a_plain_name(incidents, write, name):
    columns = dataclasses.replace(COLUMNS, attributes={name: "kind"})
    with pytest.raises(DatasetSettingsError, match="attribute"):
        import_csv(incidents, [write("1,2024-01-01,,,a,1")], columns, LENIENT)
