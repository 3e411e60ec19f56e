"""The table of data sources, and data quality by dataset and month, against the records."""

import dataclasses
from collections import Counter

import pytest

from service.assembly.resources import open_resources
from service.config.settings import Settings
from service.imports.incidents.csv import IncidentColumns, import_csv
from service.imports.incidents.importer import ImportOptions
from service.store.incidents import IncidentStore
from tests.service import gaps, people, world
from tests.service.answers import json_of, rows_of
from tests.service.conftest import client_of

SOURCES, QUALITY = "/v1/tables/sources", "/v1/tables/quality"
WORDS = ImportOptions(
    "calls",
    source="Fire and rescue",
    description="Calls to an address",
    limitations="Hoaxes are among them",
    max_rejected_share=0.5,
)
CROWD = "".join(f"{k},{k % 20 + 1:02}/03/2024,545500,258500\n" for k in range(30))
FILES = {
    "january.csv": "1,03/01/2024,545500,258500\n3,05/01/2024,,\n4,99/01/2024,,\n",
    "march.csv": f"{CROWD}40,21/03/2024,546500,258500\n",
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("sources")
    data = people.add(gaps.add(world.build(folder / "data")))
    store = IncidentStore(data / "incidents", crs=world.CRS)
    columns = IncidentColumns(
        time="when", date_form="uk", x="e", y="n", crs="EPSG:27700", incident_id="ref"
    )
    for name, text in FILES.items():
        path = folder / name
        path.write_text(f"ref,when,e,n\n{text}", encoding="utf-8")
        import_csv(store, [path], columns, WORDS)
    return data


@pytest.fixture(scope="module")
def client(folder):
    with client_of(open_resources(Settings(data_dir=folder))) as client:
        yield client


@pytest.fixture(scope="module")
def sources(client):
    return {(row["kind"], row["id"]): row for row in rows_of(client, SOURCES)}


def test_everything_loaded_has_a_row_with_its_source_and_licence(sources):
    assert sources["dataset", world.DATASET]["source"] == "Ambulance"
    assert sources["dataset", world.DATASET]["licence"] == "Open Licence 1"
    assert sources["boundary layer", world.CELLS]["records"] == len(world.CODES)
    assert sources["measure", f"{world.CELLS}:residents"]["last"] == "2021"
    assert sources["development sites", "sites"]["source"] == "Council"
    kinds = Counter(kind for kind, _ in sources)
    assert (kinds["dataset"], kinds["boundary layer"]) == (5, 2)


def test_records_period_and_located_share_are_those_of_the_records(sources):
    row = sources["dataset", world.DATASET]
    located = sum(record.located for record in world.RECORDS)
    assert (row["records"], row["located"]) == (len(world.RECORDS), located)
    assert row["located_share"] == pytest.approx(100 * located / len(world.RECORDS))
    assert (row["first"], row["last"]) == ("2023-01-01", "2024-12-31")


def test_words_that_an_import_states_are_told(sources):
    row = sources["dataset", "calls"]
    assert row["description"] == "Calls to an address"
    assert row["limits"].startswith("Hoaxes are among them; ")
    assert "no licence is stated" in row["limits"]
    assert sources["dataset", world.DATASET]["description"] is None


def test_limits_are_counted_from_the_records(sources):
    limits = sources["dataset", world.DATASET]["limits"]
    lost = sum(not record.located for record in world.RECORDS)
    month_only = sum(record.precision == "month" for record in world.RECORDS)
    assert f"{lost} ({100 * lost / len(world.RECORDS):.1f} %) have no place" in limits
    assert f"{month_only} (3.1 %) are known to the month only" in limits
    known_sex = sum(person.sex is not None for person in people.PEOPLE)
    lost = people.COUNT - known_sex
    limits = sources["dataset", people.DATASET]["limits"]
    assert f"{lost} ({100 * lost / people.COUNT:.1f} %) have no sex" in limits
    assert "sex, age, marker, victims" in sources["dataset", people.DATASET]["uses"]
    assert "no data of 2024-03 to 2024-10" in sources["dataset", gaps.DATASET]["limits"]
    assert "1 (3.0 %) of the rows read were rejected" not in limits
    calls = sources["dataset", "calls"]["limits"]
    assert "1 (2.9 %) of the rows read were rejected" in calls
    assert "97 % of those located lie on 1 point of 20 or more" in calls
    assert (
        "1 of 16 areas have no value of 2021"
        in (sources["measure", f"{world.CELLS}:residents"]["limits"])
    )
    assert (
        "1 site does not state how many are complete"
        in (sources["development sites", "sites"]["limits"])
    )


def test_what_is_invented_says_so_first(invented_client):
    rows = rows_of(invented_client, SOURCES)
    dataset = next(row for row in rows if row["kind"] == "dataset")
    assert dataset["synthetic"]
    assert dataset["limits"].startswith("invented for demonstration")


def test_months_add_up_to_the_records_and_state_what_is_covered(client):
    answer = json_of(client, QUALITY, dataset=[world.DATASET, gaps.DATASET])
    months = [row for row in answer["rows"] if row["dataset"] == world.DATASET]
    expected = Counter(r.occurred.strftime("%Y-%m") for r in world.RECORDS)
    located = Counter(r.occurred.strftime("%Y-%m") for r in world.RECORDS if r.located)
    assert {row["month"]: row["records"] for row in months} == expected
    assert {row["month"]: row["located"] for row in months} == located
    coded = Counter(r.occurred.strftime("%Y-%m") for r in world.RECORDS if r.code)
    assert {r["month"]: r["with_code"] for r in months if r["with_code"]} == coded
    assert sum(row["month_only"] for row in months) == world.MONTH_ONLY_FIRES
    assert sum(row["outside"] for row in months) == 9
    gap = {row["month"]: row for row in answer["rows"] if row["dataset"] == gaps.DATASET}
    assert {month: row["days_covered"] for month, row in gap.items()} == {
        f"2024-{k:02}": gaps.DAYS.get(f"2024-{k:02}", 0) for k in range(1, 12)
    }
    assert gap["2024-05"]["records"] == 0
    assert gap["2024-05"]["located_share"] is None
    assert gap["2024-05"]["without_subcategory"] is None


def test_rows_rejected_are_those_of_files_of_one_month(client):
    calls = {row["month"]: row for row in rows_of(client, QUALITY, dataset="calls")}
    assert {month: row["rejected"] for month, row in calls.items()} == {
        "2024-01": 1, "2024-02": None, "2024-03": 0,
    }  # fmt: skip


def test_all_datasets_are_told_where_none_is_named(client):
    rows = rows_of(client, QUALITY)
    assert {row["dataset"] for row in rows} == {
        world.DATASET, gaps.DATASET, gaps.LONG, people.DATASET, "calls",
    }  # fmt: skip
    unknown = client.get(QUALITY, params={"dataset": "nothing"})
    assert (unknown.status_code, unknown.json()["type"]) == (404, "/problems/unknown-dataset")


def test_without_data_the_tables_are_empty(tmp_path, serve):
    client = serve(open_resources(Settings(data_dir=tmp_path / "nothing")))
    assert rows_of(client, SOURCES) == rows_of(client, QUALITY) == []


def test_a_later_import_without_words_leaves_them(folder, tmp_path):
    store = IncidentStore(folder / "incidents", crs=world.CRS)
    path = tmp_path / "april.csv"
    path.write_text("ref,when,e,n\n90,03/04/2024,545500,258500\n", encoding="utf-8")
    columns = IncidentColumns(
        time="when", date_form="uk", x="e", y="n", crs="EPSG:27700", incident_id="ref"
    )
    options = dataclasses.replace(WORDS, description="", limitations="Hoaxes are left out")
    import_csv(store, [path], columns, options)
    calls = store.open("calls")
    assert (calls.description, calls.limitations) == ("Calls to an address", "Hoaxes are left out")
