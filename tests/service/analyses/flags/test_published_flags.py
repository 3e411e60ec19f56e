"""The published ward flags come out of the shipped rules, whole."""

import json

import pytest

from service.assembly.resources import open_resources
from service.config.settings import Settings
from tests.service.analyses.flags import published
from tests.service.answers import csv_rows, json_of, rows_of
from tests.service.conftest import client_of
from tests.service.housekeeping.folders import run, succeed

ADDRESS = "/v1/flags/south-cambridgeshire-2020"
FLAGS = {
    "crime": lambda ward: ward.crimes >= 400,
    "asb": lambda ward: ward.has_asb,
    "council-asb": lambda ward: ward.has_council_asb,
    "deprivation": lambda ward: ward.is_deprived,
    "benefits": lambda ward: ward.has_claims,
    "fires": lambda ward: ward.fires >= 20,
}


@pytest.fixture(scope="module")
def wards(test_data):
    folder = test_data.parent / "published"
    if not folder.is_dir():
        pytest.skip("the published figures are not beside the data")
    return published.read_wards(folder)


@pytest.fixture(scope="module")
def folder(tmp_path_factory, wards):
    made = published.build(
        tmp_path_factory.mktemp("wards"), tmp_path_factory.mktemp("files"), wards
    )
    said = succeed(made, "import", "flag-rules", published.RULES)
    assert "south-cambridgeshire-2020, 6 criteria, 1 judgements" in said
    return made


@pytest.fixture(scope="module")
def client(folder):
    with client_of(open_resources(Settings(data_dir=folder))) as client:
        yield client


def test_the_matrix_has_the_printed_totals_and_risks_of_all_26_wards(client, wards):
    rows = rows_of(client, ADDRESS, layout="wide")
    assert len(wards) == 26
    assert {row["name"]: (row["total"], row["risk"]) for row in rows} == {
        ward.name: (ward.total, ward.risk) for ward in wards
    }
    assert {(row["not_known"], row["risk_at_most"] == row["risk"]) for row in rows} == {(0, True)}
    of_name = {ward.name: ward for ward in wards}
    for row in rows:
        ward = of_name[row["name"]]
        for flag, holds in FLAGS.items():
            assert row[flag] == ("yes" if holds(ward) else "no"), (ward.name, flag)
        assert (row["crime_value"], row["fires_value"]) == (ward.crimes, ward.fires)


def test_a_ward_just_below_the_line_is_nearly_as_probably_above_it(client):
    rows = {row["name"]: row for row in rows_of(client, ADDRESS, layout="wide")}
    near, on = rows["Caxton & Papworth"], rows["Cambourne"]
    assert near["crime"] == "no"
    assert 0.3 < near["crime_probability"] < 0.5
    assert on["crime_probability"] > 0.95
    assert rows["Balsham"]["crime_probability"] < 1e-6
    assert near["deprivation_probability"] is None


def test_the_judgement_stands_beside_and_changes_nothing(client):
    rows = {row["name"]: row for row in rows_of(client, ADDRESS, layout="wide")}
    row = rows["Caxton & Papworth"]
    assert "below the line" in row["concern"]
    assert (row["concern_level"], row["concern_date"]) == ("Medium", "2020-01-15")
    assert (row["total"], row["risk"]) == (0, "Low")
    assert rows["Balsham"]["concern"] is None


def test_the_long_layout_says_since_when_and_where(client):
    answer = json_of(client, ADDRESS, periods=1)
    rows = {(row["name"], row["flag"]): row for row in answer["rows"]}
    assert len(answer["rows"]) == 26 * 6
    asb = rows["Cambourne", "asb"]
    assert (asb["in_a_row"], asb["periods_flagged"], asb["periods_known"]) == (2, 2, 2)
    crime = rows["Cambourne", "crime"]
    assert (crime["in_a_row"], crime["periods_known"], crime["period"]) == (
        1,
        2,
        "2018-11 to 2019-10",
    )
    assert rows["Cambourne", "fires"]["periods_known"] == 1
    village = rows["Bassingbourn", "council-asb"]
    assert (village["value"], village["where"]) == (6.0, "W03-1")
    assert rows["Barrington", "council-asb"]["value"] == 5.0
    assert "no data for 1 of 2 periods" in " ".join(answer["provenance"]["notes"])


def test_the_command_gives_the_same_numbers(client, folder):
    rows = csv_rows(client.get(f"{ADDRESS}.csv", params={"layout": "wide"}).content)
    out = succeed(folder, "flags", "south-cambridgeshire-2020", "--layout", "wide")
    assert csv_rows(out.encode()) == rows


def test_the_rules_are_listed_and_named_where_one_is_misspelt(client, folder):
    (rules,) = json_of(client, "/v1/flags")["rules"]
    assert (rules["id"], rules["kind"], rules["judgements"]) == (
        "south-cambridgeshire-2020",
        "flags",
        1,
    )
    assert [flag["id"] for flag in rules["flags"]] == list(FLAGS)
    listed = json.loads(succeed(folder, "flag-rules", "--json"))
    assert listed["rules"] == [rules]
    answer = client.get("/v1/flags/south-cambridge")
    assert answer.status_code == 404
    assert "south-cambridgeshire-2020" in answer.json()["detail"]


def test_importing_again_needs_replace(folder):
    refused = run(folder, "import", "flag-rules", published.RULES)
    assert refused.exit_code != 0
    assert "--replace" in refused.output
    assert "replaced" in succeed(folder, "import", "flag-rules", published.RULES, "--replace")
