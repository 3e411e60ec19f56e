"""Measures side by side, and as an index, against sums worked out by hand."""

import csv
import io

import pyarrow as pa
import pytest

from service.assembly.resources import open_resources
from service.config.settings import Settings
from service.store.reference.lookups import LookupKey, LookupStore
from service.store.source_files import SourceFile
from tests.service import world
from tests.service.answers import json_of, rows_of
from tests.service.conftest import client_of

TABLE = "/v1/measures/table"
INDEX = "/v1/measures/index"
QUARTERS = ("2020-04/2020-06", "2020-07/2020-09")
CLIENTS = {"alcohol": {"D1": 12.0, "D2": 3.0}, "opiates": {"D1": 40.0, "D2": 0.0}}
COMPLETED = {"alcohol": {"D1": 6.0, "D2": 2.0}, "opiates": {"D1": 4.0}}


@pytest.fixture(scope="module")
def client(tmp_path_factory):

    folder = world.build(tmp_path_factory.mktemp("measures"))
    for name, by_substance in (("clients", CLIENTS), ("completions", COMPLETED)):
        for substance, values in by_substance.items():
            measure = f"{name}-{substance}"
            world.append_measure(folder, measure, "2019", values, layer=world.DISTRICTS)
    for k, quarter in enumerate(QUARTERS):
        for name in ("referrals", "repeats"):
            values = {"D1": 10.0 * k + len(name), "D2": 5.0}
            world.append_measure(folder, name, quarter, values, layer=world.DISTRICTS)
    LookupStore(folder / "lookups").append(
        LookupKey(world.CELLS, world.DISTRICTS),
        pa.table(
            {
                "from_code": list(world.DISTRICT_OF),
                "to_code": list(world.DISTRICT_OF.values()),
                "change": pa.nulls(len(world.CODES), pa.string()),
                "source_row": list(range(len(world.CODES))),
            }
        ),
        file=SourceFile.of("cells.csv", b"cells"),
    )
    with client_of(open_resources(Settings(data_dir=folder))) as client:
        yield client


def test_several_measures_and_a_share_of_one_in_another(client):
    rows = rows_of(
        client, f"{TABLE}/district", measure="clients-*",
        share="completions-alcohol/clients-alcohol",
    )  # fmt: skip
    assert [(row["code"], row["measure"], row["value"]) for row in rows] == [
        ("D1", "clients-alcohol", 12),
        ("D2", "clients-alcohol", 3),
        ("D1", "clients-opiates", 40),
        ("D2", "clients-opiates", 0),
        ("D1", "completions-alcohol / clients-alcohol", 50),
        ("D2", "completions-alcohol / clients-alcohol", pytest.approx(200 / 3)),
    ]
    assert [row["rank"] for row in rows] == [1, 2, 1, 2, 2, 1]
    assert rows[-1]["unit"] == "%"


def test_every_period_of_a_measure_has_a_column_and_the_total_a_row(client):
    query = {"measure": "re*:*", "layout": "wide", "total": "true"}
    wide = rows_of(client, f"{TABLE}/district", **query)
    assert [row["code"] for row in wide] == ["D1", "D2", "total"]
    assert wide[0] == {
        "code": "D1", "name": "West",
        f"referrals {QUARTERS[0]}": 9, f"referrals {QUARTERS[1]}": 19,
        f"repeats {QUARTERS[0]}": 7, f"repeats {QUARTERS[1]}": 17,
        "residents 2020": 4_000, "residents 2021": sum(
            world.RESIDENTS[code] for code in world.CODES if world.DISTRICT_OF[code] == "D1"
        ),
    }  # fmt: skip
    assert wide[2][f"referrals {QUARTERS[1]}"] == 24
    assert wide[2]["residents 2021"] is None  # of C33 nothing is known
    turned = rows_of(client, f"{TABLE}/district", **query | {"layout": "turned"})
    assert [(row["measure"], row["period"], row["West"], row["Total"]) for row in turned[:2]] == [
        ("referrals", QUARTERS[0], 9, 14),
        ("referrals", QUARTERS[1], 19, 24),
    ]


def test_small_counts_are_shown_as_such_and_shares_of_them_left_out(client):
    query = {
        "measure": "clients-*", "small": "5", "share": "completions-alcohol/clients-alcohol",
    }  # fmt: skip
    answer = json_of(client, f"{TABLE}/district", **query)
    shown = {(row["code"], row["measure"]): row["shown"] for row in answer["rows"]}
    assert shown == {
        ("D1", "clients-alcohol"): "12",
        ("D2", "clients-alcohol"): "<5",
        ("D1", "clients-opiates"): "40",
        ("D2", "clients-opiates"): "0",
        ("D1", "completions-alcohol / clients-alcohol"): "50",
        ("D2", "completions-alcohol / clients-alcohol"): None,
    }
    hidden = [row for row in answer["rows"] if row["shown"] in ("<5", None)]
    assert [(row["value"], row["rank"]) for row in hidden] == [(None, None)] * 2
    assert "not disclosure control" in " ".join(answer["provenance"]["notes"])
    text = client.get(f"{TABLE}/district.csv", params={**query, "layout": "wide"}).text
    table = list(csv.reader(io.StringIO(text.removeprefix("\ufeff"))))
    assert table[2][:4] == ["D2", "East", "<5", "0"]


def test_ranks_are_no_counts_and_have_no_total(client):
    query = {"measure": "imd-rank", "small": "5", "total": "true", "order": "value"}
    rows = rows_of(client, f"{TABLE}/cell", **query)
    values = sorted(world.RANKS.values(), reverse=True)
    assert [row["value"] for row in rows] == [*values, None, None]
    assert [row["code"] for row in rows[-2:]] == ["C33", "total"]


def test_areas_without_a_value_are_named_and_not_zero(client):
    answer = json_of(client, f"{TABLE}/cell", measure="residents")
    assert {row["code"]: row["value"] for row in answer["rows"]} == {
        **world.RESIDENTS, "C33": None,
    }  # fmt: skip
    assert (
        "1 area has no residents of 2021, which is not zero: C33."
        in (answer["provenance"]["notes"])
    )
    shapes = client.get(f"{TABLE}/cell.geojson", params={"measure": "residents"}).json()
    assert len(shapes["features"]) == len(world.CODES)


def test_the_index_is_the_share_in_the_area_over_that_in_the_reference(client):
    rows = rows_of(client, f"{INDEX}/cell", group="tenure", within="district:D1")
    codes = [code for code in world.CODES if world.DISTRICT_OF[code] == "D1"]
    for row, values in zip(rows, (world.OWNERS, world.TENANTS), strict=True):
        count, reference = sum(values[code] for code in codes), sum(values.values())
        both = sum(world.OWNERS[code] + world.TENANTS[code] for code in codes)
        every = sum(world.OWNERS.values()) + sum(world.TENANTS.values())
        assert (row["count"], row["reference_count"]) == (count, reference)
        assert row["share"] == pytest.approx(100 * count / both)
        assert row["reference_share"] == pytest.approx(100 * reference / every)
        assert row["index"] == pytest.approx(100 * (count / both) / (reference / every))
    itself = rows_of(
        client, f"{INDEX}/district", group="tenure", within="district:D1", reference="district:D1"
    )
    assert [row["index"] for row in itself] == [100, 100]


@pytest.mark.parametrize(
    ("path", "query", "text"),
    [
        (f"{TABLE}/cell", {}, "measure"),
        (f"{TABLE}/cell", {"measure": "dogs"}, "residents"),
        (f"{TABLE}/cell", {"measure": "residents:1999"}, "residents of 2020"),
        (f"{TABLE}/cell", {"measure": "residents", "share": "residents"}, "two measures"),
        (f"{TABLE}/cell", {"measure": "residents", "share": "residents/dogs"}, "tenure-owned"),
        (
            f"{TABLE}/cell",
            {"measure": "residents:2020", "share": "residents/tenure-owned"},
            "residents/tenure-owned of 2021",
        ),
        (f"{TABLE}/district", {"measure": "imd-rank"}, "clients-alcohol"),
        (f"{TABLE}/nowhere", {"measure": "residents"}, "district, cell"),
        (f"{INDEX}/cell", {"group": "dogs"}, "tenure-owned"),
        (f"{INDEX}/cell", {"group": "imd"}, "adds up"),
        (f"{INDEX}/cell", {"group": "tenure", "edition": "1999"}, "2021"),
        (f"{INDEX}/cell", {"group": "tenure", "within": "district:D9"}, "D1, D2"),
    ],
)
def test_what_cannot_be_asked_is_refused_with_what_can(client, path, query, text):
    answer = client.get(path, params=query)
    assert answer.status_code in (404, 422)
    assert text in answer.text
