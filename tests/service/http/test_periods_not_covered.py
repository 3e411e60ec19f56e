"""No operation takes a month that nobody delivered as zero.

Every operation of the recorded OpenAPI document that takes a period is asked about one that the
data cover not at all, about one that they cover in part, and about one with a gap.
"""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from starlette.testclient import TestClient

from service.assembly.resources import open_resources
from service.config.settings import Settings
from service.http.urls import QGZ
from tests.recorded.forms import forms_of
from tests.recorded.record import OPENAPI
from tests.service import gaps, world
from tests.service.addresses import CHARTS, with_one_chart
from tests.service.answers import drawn_by_project
from tests.service.conftest import client_of

Period = tuple[str, str]

NOWHERE: Period = ("2024-04", "2024-09")
IN_PART: Period = ("2023-07", "2024-06")
ITS_PART: Period = ("2023-07", "2024-02")  # what of it is covered: 244 days
WITH_A_GAP: Period = ("2023-03", "2024-11")  # covered: 366 days and November
BASELINE: Period = ("2023-01", "2023-02")
PLACES = {
    "dataset": gaps.LONG, "layer": world.CELLS, "z": "13", "x": "4099", "y": "2697", "code": "C11",
    "places": "premises",
}  # fmt: skip
# What makes the questions small, where an operation takes it.
QUICK = {
    "width": "300",
    "permutations": "0", "replicates": "0", "draws": "0", "target": "C00", "control": "C33",
    "layer": world.CELLS,
    "household_size": "2.4", "baseline_from": BASELINE[0], "baseline_to": BASELINE[1],
    "rows": f"layer:{world.CELLS}", "columns": "weekday", "by": "category",
    "area_group": "similar",
}  # fmt: skip
ABOUT_THE_FILE = re.compile(rb"<(desc|description)>.*?</\1>", re.DOTALL)
TILE = {
    "SERVICE": "WMTS", "VERSION": "1.0.0", "REQUEST": "GetTile", "LAYER": f"heatmaps:{gaps.LONG}",
    "STYLE": "default", "FORMAT": "image/png", "TILEMATRIXSET": "GoogleMapsCompatible",
    "TILEMATRIX": "13", "TILEROW": "2697", "TILECOL": "4099",
}  # fmt: skip


class Operation:
    """One address of the document, and how a period is asked for there."""

    def __init__(self, path: str, suffix: str, parameters: Mapping[str, Any]) -> None:
        self.path, self.suffix, self.parameters = path, suffix, parameters

    def __str__(self) -> str:
        return self.path.replace("{suffix}", self.suffix)

    def ask(self, client: TestClient, period: Period) -> Any:
        first, last = period
        query = {
            name: value
            for name, value in QUICK.items()
            if {"enum", "const"}.isdisjoint(self.parameters.get(name, {"enum": ()}))
            and f"{{{name}}}" not in self.path
        }
        for name in ("per", "rate_per"):
            if "year" in self.parameters.get(name, {}).get("enum", ()):
                query[name] = "year"
        query |= {"from": first, "to": last}
        if "/similar/" in self.path:
            query["denominator"] = "residents"
        if self.path.partition(".")[0].endswith("/profile"):
            query["within"] = "district:D1"
        if self.path.partition(".")[0].endswith("/transitions"):
            query.pop("replicates")  # of another kind of states
        return client.get(self.path.format(**PLACES, suffix=self.suffix), params=query)


def operations() -> Iterator[Operation]:
    """Each operation that takes a period of a dataset, in each of its formats."""
    for path, methods in json.loads(OPENAPI.read_text("utf-8"))["paths"].items():
        parameters = {
            each["name"]: each["schema"] for each in methods["get"].get("parameters", ())
        }
        if "{dataset}" not in path or "from" not in parameters:
            continue
        for suffix in with_one_chart(parameters.get("suffix", {}).get("enum", ("",)), path):
            yield Operation(path, suffix, parameters)


OPERATIONS = tuple(operations())


@pytest.fixture(scope="module")
def gap_client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    folder = gaps.add(world.build(tmp_path_factory.mktemp("gap")))
    with client_of(open_resources(Settings(data_dir=folder))) as client:
        yield client


def provenance_of(answer: Any) -> Any:
    """What an answer says it was computed from; None where it says nothing."""
    provenance = forms_of(answer.content, answer.headers["Content-Type"]).provenance
    if provenance is None and "Provenance" in answer.headers:
        return json.loads(answer.headers["Provenance"])
    return provenance


def test_the_document_has_operations_that_take_a_period():
    assert len({operation.path for operation in OPERATIONS}) > 50


@pytest.mark.parametrize("operation", OPERATIONS, ids=str)
def test_a_period_without_data_is_refused(gap_client, operation):
    answer = operation.ask(gap_client, NOWHERE)
    assert answer.status_code in (400, 404, 422), answer.text[:300]
    assert "has no data of 2024-04" in answer.text


@pytest.mark.parametrize("operation", OPERATIONS, ids=str)
def test_a_period_covered_in_part_is_answered_as_that_part(gap_client, operation):
    answer, part = (operation.ask(gap_client, period) for period in (IN_PART, ITS_PART))
    assert (answer.status_code, part.status_code) == (200, 200), answer.text[:300]
    provenance, of_part = provenance_of(answer), provenance_of(part)
    if provenance is not None:
        assert provenance["filter"]["covered_days"] == of_part["filter"]["covered_days"] == 244
        assert provenance["filter"]["covered"] == ["2023-07 to 2024-02"]
        assert provenance["counts"] == of_part["counts"]
        assert any("is no data, not zero" in note for note in provenance["notes"])
        assert not any("is no data, not zero" in note for note in of_part["notes"])
    is_picture = operation.suffix in CHARTS or (
        "png" in answer.headers["Content-Type"] and "tiles" not in operation.path
    )
    has_empty_steps = any(name in operation.path for name in ("trend", "process-control"))
    if is_picture or (has_empty_steps and operation.suffix):
        return  # the period is drawn into it; the steps without data have rows
    assert values_of(answer) == values_of(part)


@pytest.mark.parametrize("operation", OPERATIONS, ids=str)
def test_a_gap_within_the_period_is_not_taken_as_zero(gap_client, operation):
    answer = operation.ask(gap_client, WITH_A_GAP)
    assert answer.status_code == 200, answer.text[:300]
    provenance = provenance_of(answer)
    if provenance is None:
        return  # a tile or a style, whose TileJSON, legend or table says it
    assert provenance["filter"]["covered_days"] == 396
    assert any("is no data, not zero" in note for note in provenance["notes"])
    if provenance["method"]["name"] == "trend" and operation.suffix == "":
        empty = [row for row in answer.json()["rows"] if not row["days"]]
        assert [row["month"][5:] for row in empty] == [f"{m:02}" for m in range(3, 11)]
        assert {row[name] for row in empty for name in ("count", "rate", "lower", "upper")} == {
            None
        }
    if provenance["method"]["name"] == "emerging hot spots":
        assert "2024-04" not in provenance["method"]["steps"]


@pytest.mark.parametrize("time", ["2024-05", "2024-04-01/2024-09-30"])
def test_a_tile_of_a_time_without_data_is_refused(gap_client, time):
    answer = gap_client.get("/wmts", params={**TILE, "TIME": time})
    assert answer.status_code in (400, 404, 422)
    assert "has no data of 2024-0" in answer.text


def values_of(answer: Any) -> Any:
    """What an answer says besides its provenance, with the end of the period masked."""
    body, media_type = answer.content, answer.headers["Content-Type"]
    if "json" in media_type:
        for day, other in (("2024-06-30", "2024-02-29"), ("2024-06", "2024-02")):
            body = body.replace(day.encode(), other.encode())
        body = body.replace(b"; of 4 months nothing is known", b"")
        content = json.loads(body)
        content.pop("metadata", None)  # of a style: the notes
        if "rows" in content:
            content["rows"] = [row for row in content["rows"] if row.get("days") != 0]
        body = json.dumps(content).encode()
    if media_type.startswith(("application/gpx", "application/vnd.google-earth.kml")):
        # What stands about the whole file; the rows are the waypoints.
        body = ABOUT_THE_FILE.sub(b"", body, count=1)
    if media_type == QGZ:
        body = drawn_by_project(body)
    return forms_of(body, media_type).values
