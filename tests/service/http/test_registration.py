"""Routes made from declarations: what their parameters are, and who answers them where."""

import inspect
from typing import Any, Literal

import pytest
from fastapi import APIRouter, FastAPI, Response
from fastapi.responses import JSONResponse
from fastapi.routing import iter_route_contexts
from starlette.testclient import TestClient

from service.http.registration import Operation, add_get, camel_case
from service.http.responder import Replies
from service.http.urls import address_of
from service.model.queries import Query

OPERATION = Operation(
    "readThingTile", "read_thing_tile", "What it shows.", {404: {"description": "None"}}
)
PATH = "/v1/{dataset}/tiles/{z}/{y}/{x}.{suffix}"


class ThingQuery(Query):
    """Query of a thing."""

    size: int = 1


def answer(replies: Replies, query: ThingQuery, **names: Any) -> Response:
    return JSONResponse({**names, "size": query.size, "tags": replies.if_none_match})


@pytest.fixture(params=[False, True], ids=["in a thread", "on the event loop"])
def app(request: pytest.FixtureRequest) -> FastAPI:
    router = APIRouter(prefix="/v1/{dataset}")
    add_get(
        router,
        "/tiles/{z}/{y}/{x}.{suffix}",
        OPERATION,
        answer,
        query=ThingQuery,
        suffix=Literal["png", "tif"],
        is_async=request.param,
    )
    app = FastAPI()
    app.state.resources = None
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


def test_only_what_looks_for_kept_tiles_is_answered_on_the_event_loop(client):
    """The layers of growth and of two periods ask the stores for more than a version's memo."""
    on_the_loop = {
        str(context.path)
        for context in iter_route_contexts(client.app.routes)
        if inspect.iscoroutinefunction(context.endpoint)
    }
    tile, by_row = "tiles/{z}/{x}/{y}", "tiles/WebMercatorQuad/{z}/{y}/{x}"
    assert on_the_loop == {
        "/openapi.json",
        "/health/live",
        *(f"/v1/heatmaps/{{dataset}}/{tile}{ending}" for ending in ("@2x.png", ".png", ".tif")),
        f"/v1/boundaries/{{layer}}/{tile}.mvt",
        f"/v1/choropleths/{{dataset}}/{{layer}}/{tile}.mvt",
        f"/v1/hotspots/{{dataset}}/{{layer}}/{tile}.mvt",
        f"/ogc/collections/boundaries:{{layer}}/{by_row}",
        f"/ogc/collections/choropleths:{{dataset}}:{{layer}}/{by_row}",
        f"/ogc/collections/hotspots:{{dataset}}:{{layer}}/{by_row}",
    }


def test_an_operation_id_is_made_from_a_name():
    assert camel_case("growth_overlay") == "GrowthOverlay"
    assert camel_case("sites") == "Sites"


def test_names_stand_in_an_address_as_they_are_quoted():
    names = {"dataset": "a/b c", "layer": "grid:500"}
    address = address_of("/v1/hotspots/{dataset}/{layer}/emerging", names)
    assert address == "/v1/hotspots/a%2Fb%20c/grid:500/emerging"
