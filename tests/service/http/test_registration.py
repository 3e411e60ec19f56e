"""Routes made from declarations: what their parameters are, and what answers them."""

from dataclasses import dataclass
from typing import Annotated, Any, Literal, get_args

import pytest
from fastapi import APIRouter, FastAPI, Header, Response
from fastapi.responses import JSONResponse
from pydantic.json_schema import SkipJsonSchema
from starlette.testclient import TestClient

from service.http.registration import Operation, add_get, camel_case
from service.http.responder import ResponderDep
from service.http.urls import address_of
from service.model.queries import Query
from tests.service import world

OPERATION = Operation(
    "readThingTile", "read_thing_tile", "What it shows.", {404: {"description": "None"}}
)
PATH = "/v1/{dataset}/tiles/{z}/{y}/{x}.{suffix}"


class ThingQuery(Query):
    """Query of a thing."""

    size: int = 1


@dataclass(frozen=True)
class EchoingResponder:
    """Answers with what it is handed."""

    if_none_match: str | None

    async def __call__(self, spec: Any) -> Response:
        return JSONResponse(spec)


def answer(respond: EchoingResponder, query: ThingQuery, **names: Any) -> Any:
    return {**names, "size": query.size, "tags": respond.if_none_match}


async def responder(
    if_none_match: Annotated[str | SkipJsonSchema[None], Header()] = None,
) -> EchoingResponder:
    return EchoingResponder(if_none_match)


@pytest.fixture
def app() -> FastAPI:
    router = APIRouter(prefix="/v1/{dataset}")
    add_get(
        router,
        "/tiles/{z}/{y}/{x}.{suffix}",
        OPERATION,
        answer,
        query=ThingQuery,
        suffix=Literal["png", "tif"],
    )
    app = FastAPI()
    app.dependency_overrides[get_args(ResponderDep)[1].dependency] = responder
    app.include_router(router)
    return app


def test_names_in_braces_and_fields_of_the_query_are_the_parameters(app):
    operation = app.openapi()["paths"][PATH]["get"]
    assert [(p["name"], p["in"], p["schema"].get("type")) for p in operation["parameters"]] == [
        ("dataset", "path", "string"),
        ("z", "path", "integer"),
        ("y", "path", "integer"),
        ("x", "path", "integer"),
        ("suffix", "path", "string"),
        ("size", "query", "integer"),
        ("if-none-match", "header", "string"),
    ]
    assert operation["parameters"][4]["schema"]["enum"] == ["png", "tif"]


def test_the_document_has_the_operation_as_it_is_declared(app):
    operation = app.openapi()["paths"][PATH]["get"]
    assert operation["operationId"] == "readThingTile"
    assert operation["summary"] == "Read Thing Tile"
    assert operation["description"] == "What it shows."
    assert operation["responses"]["404"]["description"] == "None"


def test_the_answer_is_called_with_names_query_and_request(app):
    client = TestClient(app)
    reply = client.get("/v1/fires/tiles/3/2/1.tif?size=5", headers={"If-None-Match": '"a"'})
    assert reply.json() == {
        "dataset": "fires", "z": 3, "y": 2, "x": 1, "suffix": "tif", "size": 5, "tags": '"a"',
    }  # fmt: skip


@pytest.mark.parametrize(
    "address", ["3/2/1.gif", "3/2/one.png", "3/2/1.png?size=big", "3/2/1.png?colour=red"]
)
def test_what_is_not_declared_is_refused(app, address):
    assert TestClient(app).get(f"/v1/fires/tiles/{address}").status_code == 422


def test_an_operation_id_is_made_from_a_name():
    assert camel_case("growth_overlay") == "GrowthOverlay"
    assert camel_case("sites") == "Sites"


def test_names_stand_in_an_address_as_they_are_quoted():
    names = {"dataset": "a/b c", "layer": "grid:500"}
    address = address_of("/v1/hotspots/{dataset}/{layer}/emerging", names)
    assert address == "/v1/hotspots/a%2Fb%20c/grid:500/emerging"


@pytest.mark.parametrize(
    ("suffix", "media_type"),
    [("vl.json", "application/vnd.vegalite.v6+json"), ("narrow.svg", "image/svg+xml")],
)
@pytest.mark.parametrize("layer", [world.CELLS, "nonsense"])
def test_a_suffix_of_two_words_is_no_part_of_the_name_before_it(client, layer, suffix, media_type):
    answer = client.get(f"/v1/choropleths/{world.DATASET}/{layer}.{suffix}")
    assert answer.status_code == (200 if layer == world.CELLS else 404)
    assert "unknown layer 'nonsense." not in answer.text
    if answer.status_code == 200:
        assert answer.headers["Content-Type"] == media_type
        assert answer.headers["Content-Disposition"].endswith(f".{suffix}")


def test_a_suffix_that_is_not_offered_is_refused_with_those_that_are(client):
    answer = client.get(f"/v1/choropleths/{world.DATASET}/{world.CELLS}.json")
    assert answer.status_code == 404
    assert answer.json()["type"] == "/problems/unknown-format"
    assert "vl.json" in answer.text
