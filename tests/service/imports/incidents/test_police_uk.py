"""Street-level files of data.police.uk."""

import zipfile
from pathlib import Path

import pytest

from service.imports.incidents.importer import ImportOptions
from service.imports.incidents.police_uk import HEADER, import_police_uk
from service.store.errors import AlreadyImportedError, ImportRefusedError
from service.store.incidents import IncidentStore

ROW = "{id},2024-01,Some Force,Some Force,0.12,52.2,On or near High Street,E01,Town 1,Drugs,,"
LENIENT = ImportOptions("police", max_rejected_share=1.0)


@pytest.fixture
def write(tmp_path):
    def write_file(*rows: str, name: str = "2024-01-some-street.csv", header: str = "") -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("\n".join([header or ",".join(HEADER), *rows]) + "\n", encoding="utf-8")
        return path

    return write_file


def test_a_crime_is_written_as_it_was_published(incidents, write):
    summary = import_police_uk(incidents, [write(ROW.format(id="abc"))], ImportOptions("police"))
    held = incidents.open("police")
    (row,) = held.rows().to_pylist()
    assert (row["incident_id"], row["category"], row["area_code"]) == ("abc", "Drugs", "E01")
    assert (str(row["occurred"]), row["precision"]) == ("2024-01-01 00:00:00", "month")
    assert row["location"] == "On or near High Street"
    assert held.attributes == ("reported_by", "location")
    assert (held.source, held.licence) == ("data.police.uk", "Open Government Licence v3.0")
    assert (summary.read, summary.written, summary.not_located) == (1, 1, 0)


def test_a_crime_in_another_country_is_rejected_with_the_reason(incidents, write):
    rows = [ROW.format(id=i) for i in "abcdefghij"]
    rows.append(ROW.format(id="k").replace("0.12,52.2", "-5.93,54.6"))
    summary = import_police_uk(incidents, [write(*rows)], ImportOptions("police"))
    assert (summary.written, summary.rejected) == (10, 1)
    (why,) = summary.rejected_for
    assert why.column == "Longitude, Latitude"
    assert "EPSG:27700: Great Britain and the Isle of Man" in why.reason


def test_crimes_that_are_alike_are_separate(incidents, write):
    asb = ROW.format(id="").replace("Drugs", "Anti-social behaviour")
    summary = import_police_uk(incidents, [write(asb, asb, asb)], ImportOptions("police"))
    assert summary.written == 3
    assert summary.duplicate_ids is not None
    assert summary.duplicate_ids.ids == 0


def test_a_crime_without_a_place_is_kept(incidents, write):
    row = "a,2024-01,F,F,,,No Location,,,Drugs,,"
    summary = import_police_uk(incidents, [write(row)], ImportOptions("police"))
    assert (summary.written, summary.not_located) == (1, 1)


@pytest.mark.parametrize(
    ("old", "new", "column"),
    [
        ("2024-01", "2024-13", "Month"),
        ("2024-01", "2024-01-01", "Month"),
        ("2024-01", "01/2024", "Month"),
        ("2024-01", "", "Month"),
        ("0.12", "x", "Longitude"),
        ("0.12", "", "Longitude"),
        ("52.2", "", "Latitude"),
        ("52.2", "12.2", "Longitude, Latitude"),
        ("Drugs", "", "Crime type"),
    ],
)
def test_an_impossible_value_is_rejected(incidents, write, old, new, column):
    good = ROW.format(id="")
    summary = import_police_uk(incidents, [write(good, good.replace(old, new))], LENIENT)
    assert (summary.read, summary.written, summary.rejected) == (2, 1, 1)
    (reason,) = summary.rejected_for
    assert reason.column == column
    assert "row 3" in reason.first[0]


@pytest.mark.parametrize(
    ("header", "message"),
    [
        (",".join(HEADER).replace("Longitude", "Long"), r"lacks 'Longitude'.*has 'Long'"),
        (",".join(HEADER[:-1]), "lacks 'Context'"),
        (",".join((*HEADER[1:], HEADER[0])), "another order"),
        ("Type,Date,Object of search", "stops and searches"),
        ("Crime ID,Month,Outcome type", "outcomes"),
        ("id;date", "--format csv"),
    ],
)
def test_another_header_is_refused_and_named(incidents, write, header, message):
    with pytest.raises(ImportRefusedError, match=message):
        import_police_uk(incidents, [write(header=header)], ImportOptions("police"))
    assert incidents.ids() == ()


def _archive(folder: Path, write) -> Path:
    """A folder as data.police.uk packs it."""
    write(ROW.format(id="a"), name="all/2024-01/2024-01-some-street.csv")
    write(ROW.format(id="b"), name="all/2024-02/2024-02-some-street.csv")
    write(header="Type,Date", name="all/2024-02/2024-02-some-stop-and-search.csv")
    write(header="Crime ID", name="all/2024-02/2024-02-some-outcomes.csv")
    write(header="notes", name="all/readme.txt")
    return folder / "all"


def test_a_folder_is_read_to_any_depth_and_what_is_passed_over_is_said(incidents, write, tmp_path):
    folder = _archive(tmp_path, write)
    summary = import_police_uk(incidents, [folder], ImportOptions("police"))
    assert [one.name for one in summary.files] == [
        "2024-01-some-street.csv",
        "2024-02-some-street.csv",
    ]
    assert len(summary.skipped) == 3
    assert any("stops and searches" in one.reason for one in summary.skipped)
    assert summary.version == 0


def test_a_zip_is_the_same_as_its_files(incidents, write, tmp_path):
    folder = _archive(tmp_path, write)
    packed = tmp_path / "all.zip"
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(folder.rglob("*")):
            archive.write(path, path.relative_to(folder))
    summary = import_police_uk(incidents, [packed], ImportOptions("police"))
    assert summary.written == 2
    with pytest.raises(AlreadyImportedError):
        import_police_uk(incidents, [folder], ImportOptions("police"))


def test_a_named_file_is_read_whatever_it_is_called(incidents, write):
    path = write(ROW.format(id="a"), name="crimes.txt")
    assert import_police_uk(incidents, [path], ImportOptions("police")).written == 1


def test_rows_of_another_month_than_the_name_are_noted(incidents, write):
    path = write(ROW.format(id="a"), name="2024-02-some-street.csv")
    summary = import_police_uk(incidents, [path], ImportOptions("police"))
    assert any("also has rows of 2024-01" in note for note in summary.notes)


def test_the_working_crs_may_be_another(tmp_path, write):
    store = IncidentStore(tmp_path / "data" / "incidents", crs="EPSG:32630")
    import_police_uk(store, [write(ROW.format(id="a"))], ImportOptions("police"))
    # The central meridian of the zone is 3 degrees west of Greenwich: 500 km false easting.
    x_m, y_m = store.open("police").xy_m[0]
    assert 700_000 < x_m < 720_000
    assert 5_780_000 < y_m < 5_800_000


def test_licence_that_was_stated_before_stays(incidents, write):
    options = ImportOptions("police", licence="mine")
    import_police_uk(incidents, [write(ROW.format(id="a"))], options)
    second = write(
        ROW.format(id="b").replace("2024-01", "2024-02"), name="2024-02-some-street.csv"
    )
    import_police_uk(incidents, [second], ImportOptions("police"))
    assert incidents.open("police").licence == "mine"
