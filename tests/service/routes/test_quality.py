"""The data quality of a dataset over HTTP: imports, files, and months."""

import dataclasses

import pytest

from service.assembly.resources import open_resources
from service.config.settings import Settings
from service.imports.incidents.csv import IncidentColumns, import_csv
from service.imports.incidents.importer import ImportOptions
from service.store.incidents import IncidentStore
from tests.service import world
from tests.service.answers import csv_of, json_of, rows_of
from tests.service.conftest import client_of

QUALITY = "/v1/datasets/calls/quality"
JANUARY = """\
ref,when,e,n
1,03/01/2024,545500,258500
2,04/01/2024,545500,258500
3,05/01/2024,,
4,99/01/2024,,
"""
FEBRUARY = """\
ref,when,e,n
1,03/01/2024,545500,258500
5,04/02/2024,545500,100000
6,05/02/2024,999999,999999
"""


@pytest.fixture(scope="module")
def client(tmp_path_factory):
    folder = tmp_path_factory.mktemp("quality")
    data = world.build(folder / "data")
    store = IncidentStore(data / "incidents", crs=world.CRS)
    columns = IncidentColumns(
        time="when", date_form="uk", x="e", y="n", crs="EPSG:27700", incident_id="ref"
    )
    for name, text in (("january.csv", JANUARY), ("february.csv", FEBRUARY)):
        path = folder / name
        path.write_text(text, encoding="utf-8")
        import_csv(store, [path], columns, ImportOptions("calls", max_rejected_share=0.5))
    with client_of(open_resources(Settings(data_dir=data))) as client:
        yield client


def of(rows, **wanted):
    """Records and whole of the rows that have some values, by what was found."""
    return {
        row["finding"]: (row["records"], row["out_of"])
        for row in rows
        if all(row[name] == value for name, value in wanted.items())
    }


def test_each_file_has_what_was_read_imported_and_rejected(client):
    rows = rows_of(client, QUALITY)
    assert of(rows, file="january.csv", **{"import": 1}) == {
        "read": (4, 4), "imported": (3, 4), "rejected": (1, 4), "not located": (1, 3),
        "in the dataset": (3, 3),
    }  # fmt: skip
    imported = next(row for row in rows if row["finding"] == "imported")
    assert (imported["first"], imported["last"]) == ("2024-01-03", "2024-01-05")
    assert len(imported["sha256"]) == 64


def test_reasons_and_repeated_ids_are_those_of_the_import(client):
    rows = rows_of(client, QUALITY)
    reason = next(row for row in rows if row["finding"] == "rejected" and row["reason"])
    assert (reason["field"], reason["records"]) == ("when", 1)
    assert reason["reason"] == "names day 99 of a month of 31 days"
    second = [row for row in rows if row["import"] == 2 and row["file"] is None]
    assert of(second) == {"id repeated": (1, 3), "noted": (1, 3)}
    assert "placeholder" in second[1]["reason"]


def test_the_dataset_as_it_is_comes_with_its_months(client):
    answer = json_of(client, QUALITY)
    whole = of(answer["rows"], file=None, month=None, **{"import": 0})
    assert whole == {
        "records": (6, 6), "located": (4, 6), "not located": (2, 6),
        "outside the study area": (1, 6), "days covered": (6, 6),
        "dated to days not covered": (0, 6), "ids in several records": (1, 1),
    }  # fmt: skip
    months = {row["month"]: row["share"] for row in answer["rows"] if row["month"]}
    assert months == {"2024-01": 0.75, "2024-02": 0.5}
    assert answer["provenance"]["counts"]["records"] == 6


def test_the_table_as_csv_has_the_same_rows(client):
    assert len(csv_of(client, f"{QUALITY}.csv")) == len(rows_of(client, QUALITY))


def test_files_that_came_without_a_record_are_listed_with_what_is_in_the_dataset(client):
    answer = json_of(client, f"/v1/datasets/{world.DATASET}/quality")
    files = [row for row in answer["rows"] if row["file"]]
    assert sum(row["records"] for row in files) == len(world.RECORDS)
    assert "the import kept no record" in " ".join(answer["provenance"]["notes"])


def test_the_records_with_a_code_say_of_which_layer_it_is(client):
    rows = rows_of(client, f"/v1/datasets/{world.DATASET}/quality")
    (coded,) = [row for row in rows if row["finding"] == "with an area code"]
    assert coded["records"] == sum(record.code is not None for record in world.RECORDS)
    assert (coded["out_of"], coded["reason"]) == (len(world.RECORDS), f"of {world.CELLS}")


@pytest.mark.parametrize(
    "address",
    [
        "/v1/choropleths/calls/cell",
        "/v1/tables/calls/trend",
        "/v1/heatmaps/calls/summary.json",
        "/v1/growth/calls/overlay",
        QUALITY,
    ],
)
def test_every_answer_says_that_ids_are_repeated(client, address):
    notes = " ".join(json_of(client, address)["provenance"]["notes"])
    assert "1 id stands in more than one record of this dataset" in notes


def test_a_file_imported_again_is_in_the_dataset_once(tmp_path):
    data = world.build(tmp_path / "data")
    resources = open_resources(Settings(data_dir=data))
    path = tmp_path / "january.csv"
    path.write_text(JANUARY, encoding="utf-8")
    columns = IncidentColumns(time="when", date_form="uk", incident_id="ref")
    options = ImportOptions("again", max_rejected_share=0.5)
    for replace in (False, True):
        import_csv(
            resources.incidents, [path], columns, dataclasses.replace(options, replace=replace)
        )
    with client_of(resources) as client:
        rows = rows_of(client, "/v1/datasets/again/quality")
    assert [row["records"] for row in rows if row["finding"] == "in the dataset"] == [0, 3]


def test_a_dataset_that_does_not_exist_has_no_quality(client):
    assert client.get("/v1/datasets/none/quality").status_code == 404


def test_codes_that_disagree_with_places_are_noted_with_the_import(tmp_path):
    data = world.build(tmp_path / "data")
    path = tmp_path / "coded.csv"
    rows = ["C00,545500,258500"] * 8 + ["C00,547500,258500"] * 2 + ["Q9,545500,258500"]
    text = "\n".join(["when,code,e,n", *(f"01/01/2024,{row}" for row in rows)])
    path.write_text(text, encoding="utf-8")
    resources = open_resources(Settings(data_dir=data))
    columns = IncidentColumns(
        time="when", date_form="uk", x="e", y="n", crs="EPSG:27700", area_code="code"
    )
    layer = resources.layers.get("cell")
    options = ImportOptions("coded", layers={"cell": layer.codes}, areas={"cell": layer})
    import_csv(resources.incidents, [path], columns, options)
    with client_of(resources) as client:
        noted = [
            (row["reason"], row["records"], row["out_of"])
            for row in rows_of(client, "/v1/datasets/coded/quality")
            if row["finding"] == "noted"
        ]
    assert noted == [
        ("have a code that is none of cell", 1, 11),
        ("lie outside the area of cell that their code names", 2, 11),
    ]
