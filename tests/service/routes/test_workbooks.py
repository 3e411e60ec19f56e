"""Several tables in one spreadsheet, over HTTP and by command."""

import io

import openpyxl
import pytest

from tests.service import world
from tests.service.answers import rows_of

WORKBOOK = "/v1/workbook.xlsx"
TREND = f"/v1/tables/{world.DATASET}/trend?step=year"
WARDS = f"/v1/choropleths/{world.DATASET}/{world.CELLS}.csv?category=assault&measure=count"


def book_of(answer) -> openpyxl.Workbook:
    assert answer.status_code == 200, answer.text
    return openpyxl.load_workbook(io.BytesIO(answer.content))


def numbers(sheet, heading: str) -> list:
    """A column of a sheet by its heading."""
    rows = list(sheet.iter_rows(values_only=True))
    for k, row in enumerate(rows):
        names = [str(cell).partition("\n")[0] for cell in row]
        if heading in names:
            return [below[names.index(heading)] for below in rows[k + 1 :]]
    raise AssertionError(f"no column {heading!r}")


def test_a_workbook_has_each_table_that_was_named_with_its_rows(client):
    answer = client.get(WORKBOOK, params={"table": [TREND, WARDS], "title": "Assaults 2024"})
    book = book_of(answer)
    assert book.sheetnames == ["Cover", "Contents", "Notes", "Table 1", "Table 2"]
    assert book["Cover"]["A1"].value == "Assaults 2024"
    assert "assaults-2024.xlsx" in answer.headers["Content-Disposition"]
    for sheet, address in (("Table 1", TREND), ("Table 2", WARDS.replace(".csv", ""))):
        assert numbers(book[sheet], "Count") == [row["count"] for row in rows_of(client, address)]


def test_one_table_is_enough_and_a_host_before_it_does_no_harm(client):
    book = book_of(client.get(WORKBOOK, params={"table": f"http://localhost{TREND}"}))
    assert book.sheetnames[-1] == "Table 1"


def test_one_value_of_a_parameter_that_takes_several_is_taken(client):
    address = (
        f"/v1/hotspots/{world.DATASET}/cell/displacement/months?target=C00&control=C33"
        "&baseline_from=2023-01&baseline_to=2023-12&from=2024-01&to=2024-12"
    )
    book = book_of(client.get(WORKBOOK, params={"table": address}))
    assert numbers(book["Table 1"], "Target") == [
        row["target"] for row in rows_of(client, address)
    ]


def test_a_workbook_that_has_not_changed_is_not_sent_again(client):
    first = client.get(WORKBOOK, params={"table": TREND})
    again = client.get(
        WORKBOOK, params={"table": TREND}, headers={"If-None-Match": first.headers["ETag"]}
    )
    assert again.status_code == 304
    other = client.get(WORKBOOK, params={"table": f"{TREND}&per=year"})
    assert other.headers["ETag"] != first.headers["ETag"]


@pytest.mark.parametrize(
    ("table", "text"),
    [
        ("/v1/tables/nowhere", "/v1/tables/{dataset}/trend"),
        ("trend", "no table has this path"),
        (f"/v1/heatmaps/{world.DATASET}/raster.tif", "no table has this path"),
        (f"{TREND}&step=day", "step"),
        (f"{TREND}&colour=red", "colour"),
    ],
)
def test_an_address_of_no_table_is_refused_by_name(client, table, text):
    answer = client.get(WORKBOOK, params={"table": [TREND, table]})
    assert answer.status_code == 422
    assert text in answer.json()["detail"]


def test_what_a_table_refuses_its_workbook_refuses(client):
    answer = client.get(WORKBOOK, params={"table": TREND.replace(world.DATASET, "nothing")})
    assert answer.status_code == 404
    assert "nothing" in answer.json()["detail"]
    assert client.get(WORKBOOK).status_code == 422
    assert client.get(WORKBOOK, params={"table": [TREND] * 41}).status_code == 422
