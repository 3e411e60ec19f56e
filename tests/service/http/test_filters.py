"""Every operation that selects incidents takes every filter, and selects by it.

The county is served twice: with all the people, asked with a filter, and with those alone whom
the filter selects, asked without. The answers say the same.
"""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from starlette.testclient import TestClient

from service.assembly.resources import open_resources
from service.config.settings import Settings
from service.http.urls import QGZ
from tests.recorded.forms import forms_of
from tests.recorded.record import OPENAPI
from tests.service import people, world
from tests.service.answers import drawn_by_project, json_of
from tests.service.conftest import client_of

FILTER = {
    "subcategory": ["fist", "knife"],
    "attribute": ["sex:Male", "victims:1", "victims:2"],
    "marker": ["alcohol", "hate"],
    "hours": "6-02",
    "ages": "17-64",
}
NAMES = {*FILTER, "weekdays", "within"}
PLACES = {
    "dataset": people.DATASET, "layer": world.CELLS, "z": "13", "x": "4099", "y": "2697",
    "code": "C11", "places": "premises",
}  # fmt: skip
QUICK = {
    "permutations": "0", "replicates": "0", "draws": "0", "target": "C00", "control": "C33",
    "layer": world.CELLS,
    "household_size": "2.4", "bandwidth_m": "400", "earlier_steps": "0", "width": "300",
    "rows": "layer:cell", "columns": "month", "by": "category",
    "area_group": "similar",
    "baseline_from": "2023-01", "baseline_to": "2023-12",
}  # fmt: skip
PERIOD = {"from": "2024-01", "to": "2024-12"}


def is_selected(person: people.Person) -> bool:
    """What the filter means, said again."""
    markers = (person.marker or "").replace(" ", "").split(";")
    hour = person.record.occurred.hour
    return (
        person.subcategory is not None
        and person.sex == "Male"
        and person.victims is not None
        and ("alcohol" in markers or "hate" in markers)
        and person.record.precision == "minute"
        and (hour >= 6 or hour < 2)
        and person.age not in (None, "n/k", "65")
    )


def operations() -> Iterator[tuple[str, dict[str, Any]]]:
    """Address and parameters of each operation that takes categories of a dataset."""
    for path, methods in json.loads(OPENAPI.read_text("utf-8"))["paths"].items():
        parameters = {
            each["name"]: each["schema"] for each in methods["get"].get("parameters", ())
        }
        if "category" in parameters and "{dataset}" in path:
            yield path, parameters


OPERATIONS = dict(operations())


@pytest.fixture(scope="module")
def clients(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[TestClient, TestClient]]:
    """Of all the people, and of those alone whom the filter selects."""
    every = people.add(world.build(tmp_path_factory.mktemp("every")))
    some = people.add(world.build(tmp_path_factory.mktemp("some")), is_selected)
    with (
        client_of(open_resources(Settings(data_dir=every))) as all_people,
        client_of(open_resources(Settings(data_dir=some))) as selected,
    ):
        yield all_people, selected


def test_the_document_has_the_filters_wherever_categories_are_selected():
    assert len(OPERATIONS) > 40
    assert [
        path for path, parameters in OPERATIONS.items() if not parameters.keys() >= NAMES
    ] == []


def values_of(answer: Any) -> Any:
    """What an answer says, without what a title or a note says of the filter."""
    body = answer.content
    if "json" in answer.headers["Content-Type"]:
        content = json.loads(body)
        for name in ("metadata", "subtitle", "name", "description", "tiles", "links", "data"):
            content.pop(name, None)
        if "sources" in content:  # of a style: the addresses of its tiles
            content.pop("sources")
        body = json.dumps(content).encode()
    if answer.headers["Content-Type"] == QGZ:
        body = drawn_by_project(body)
    return forms_of(body, answer.headers["Content-Type"]).values


def assert_same_but_names(every, some, query):
    """Places for patrols have names by the locations of all records, and the hours asked for."""
    address = f"/v1/patrols/{people.DATASET}"
    tables = [
        json_of(every, address, **query, **FILTER)["rows"], json_of(some, address, **query)["rows"]
    ]  # fmt: skip
    filtered, alone = ([row | {"name": None, "hours": None} for row in rows] for rows in tables)
    assert filtered == alone
    assert filtered


@pytest.mark.parametrize("path", OPERATIONS)
def test_a_filter_selects_what_a_dataset_of_these_alone_has(clients, path):
    parameters = OPERATIONS[path]
    query = {
        name: value
        for name, value in {**QUICK, **PERIOD}.items()
        if {"enum", "const"}.isdisjoint(parameters.get(name, {"enum": ()}))
        and f"{{{name}}}" not in path
    }
    if "/similar/" in path:
        query["denominator"] = "residents"
    if "/repeat-zones" in path:
        query["level"] = "1"  # else there is none to be compared
    if path.partition(".")[0].endswith("/profile"):
        query["within"] = "district:D1"
    if path.partition(".")[0].endswith("/transitions"):
        query["states"] = "quantile"  # of so few areas none is tested for hot
        query.pop("permutations", None)
    every, some = clients
    if path.startswith("/v1/patrols/{dataset}") and "/" not in path.removeprefix("/v1/patrols/"):
        assert_same_but_names(every, some, query)
        return
    suffixes = parameters.get("suffix", {}).get("enum", ())
    suffix = next((name for name in ("csv", "json", "png", "qgz") if name in suffixes), "json")
    address = path.format(**PLACES, suffix=suffix)
    filtered = every.get(address, params={**query, **FILTER})
    alone = some.get(address, params=query)
    assert (filtered.status_code, alone.status_code) == (200, 200), filtered.text[:300]
    is_titled = "png" in alone.headers["Content-Type"] and "tiles" not in path
    # Whether an area has data or none is told from all records of the dataset.
    depends_on_all = "/similar/" in path
    if not is_titled and not depends_on_all:
        assert values_of(filtered) == values_of(alone)
    assert filtered.content != every.get(address, params=query).content


def test_a_filter_and_what_it_leaves_out_are_in_the_provenance(clients):
    answer = json_of(clients[0], f"/v1/choropleths/{people.DATASET}/{world.CELLS}", **FILTER)
    filters = answer["provenance"]["filter"]
    assert filters["attributes"] == {"sex": ["Male"], "victims": ["1", "2"]}
    assert filters["hours"] == "06-02"
    assert filters["not_stated"]["age"] == sum(p.age in (None, "n/k") for p in people.PEOPLE)
    assert any("their time of day is not known" in note for note in answer["provenance"]["notes"])


@pytest.mark.parametrize(
    ("query", "text"),
    [
        ({"subcategory": "gun"}, "fist; knife"),
        ({"attribute": "sex:X"}, "Female; Male"),
        ({"attribute": "height:2"}, "sex, age, marker, victims"),
        ({"hours": "25-3"}, "such as 22-03"),
        ({"weekdays": "friday"}, "mon, tue"),
        ({"ages": "30-18"}, "18-30"),
    ],
)
def test_an_unknown_value_is_refused_and_what_there_is_is_listed(clients, query, text):
    answer = clients[0].get(f"/v1/choropleths/{people.DATASET}/{world.CELLS}", params=query)
    assert answer.status_code == 422
    assert text in answer.text


def test_the_subtitle_of_a_legend_says_the_filter(clients):
    legend = json_of(
        clients[0],
        f"/v1/choropleths/{people.DATASET}/{world.CELLS}/legend.json",
        **{**FILTER, "weekdays": "fri,sat"},
    )
    for text in ("fist, knife", "sex Male", "alcohol, hate", "ages 17-64", "06-02 h", "fri, sat"):
        assert text in legend["subtitle"]


def test_the_wmts_lists_the_datasets_that_have_what_is_asked_for_and_draws_it(clients):
    every, some = clients
    for client in clients:
        capabilities = client.get("/wmts/1.0.0/WMTSCapabilities.xml", params=FILTER)
        assert capabilities.status_code == 200
        assert f">heatmaps:{people.DATASET}<" in capabilities.text
        assert f">heatmaps:{world.DATASET}<" not in capabilities.text
    tile = (
        f"/wmts/1.0.0/heatmaps:{people.DATASET}/default/all/GoogleMapsCompatible/13/2697/4099.png"
    )
    query = {"bandwidth_m": 400}
    filtered = every.get(tile, params={**FILTER, **query})
    assert filtered.status_code == 200
    assert values_of(filtered) == values_of(some.get(tile, params=query))
    assert values_of(filtered) != values_of(every.get(tile, params=query))


def test_the_features_of_an_analysis_are_those_of_the_incidents_selected(clients):
    items = f"/ogc/collections/choropleths:{people.DATASET}:{world.CELLS}/items"
    filtered, alone = (
        [feature["properties"] for feature in json_of(client, items, **query)["features"]]
        for client, query in zip(clients, (FILTER, {}), strict=True)
    )
    assert filtered == alone
    assert filtered != [
        feature["properties"] for feature in json_of(clients[0], items)["features"]
    ]
