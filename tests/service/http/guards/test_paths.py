"""No spelling of a path but its own is answered as that path."""

import asyncio

import pytest

from service.http.guards.paths import UndecodedPathMiddleware, undecoded
from tests.service import world
from tests.service.asgi import ask

CELLS = f"/v1/choropleths/{world.DATASET}/{world.CELLS}"


@pytest.mark.parametrize(
    ("sent", "seen"),
    [
        ("/v1/hex:500", "/v1/hex:500"),
        ("/v1/hex%3A500", "/v1/hex:500"),
        ("/v1/hex%3a500@2x%402x", "/v1/hex:500@2x@2x"),
        ("/a%2Fb%2fc", "/a%2Fb%2fc"),
        ("/a%252Fb%253A", "/a%252Fb%253A"),
        ("/%61%2e%2E%3B%5C%00%0A%C3%A9", "/%61%2e%2E%3B%5C%00%0A%C3%A9"),
    ],
)
def test_escapes_stay_but_for_what_is_written_both_ways(sent, seen):
    assert undecoded(sent) == seen


@pytest.mark.parametrize(
    "path",
    [
        f"/v1/datasets%2f{world.DATASET}",
        f"/v1/datasets%2F{world.DATASET}",
        f"/v1/datasets/%2F{world.DATASET}",
        "/v1/d%61tasets",
        "/v1%2Fdatasets",
        "/%76%31/datasets",
        f"/v1/datasets/{world.DATASET[:-1]}%{ord(world.DATASET[-1]):02x}",
        "/v1/x/../datasets",
        "/v1/x/%2e%2e/datasets",
        "/v1/./datasets",
        "/v1//datasets",
        "//v1/datasets",
        "/v1/datasets;a=b",
        "/v1/datasets%3Ba=b",
        f"/v1/datasets/{world.DATASET};a",
        "/v1\\datasets",
        "/v1%5Cdatasets",
        f"{CELLS}%2Ecsv",
        "/metric%73",
        "/ogc/collections/sites%2Fitems",
        "/wm%74s?service=WMTS&request=GetCapabilities",
        "/page%2Findex.html",
    ],
)
def test_other_spellings_of_an_address_are_not_that_address(client, path):
    # Not by a client, which would put some of them in order itself.
    answer = asyncio.run(ask(client.app, path))
    assert answer.status == 404, answer.body
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("path", [CELLS, "/v1/heatmaps/{d}/tiles/13/4099/2697@2x.png"])
def test_what_clients_escape_or_not_is_one_address(client, path):
    path = path.format(d=world.DATASET)
    escaped = path.replace("@", "%40").replace(":", "%3A")
    assert client.get(escaped).content == client.get(path).content


def test_the_id_of_a_feature_is_decoded_once(client):
    items = f"/ogc/collections/boundaries:{world.CELLS}/items"
    assert client.get(f"{items}/C%300").json()["id"] == "C00"
    assert client.get(f"{items}/C%2530").status_code == 404
    assert client.get(f"{items}/C0/0").status_code == 404
    assert client.get(f"/ogc/collections/boundaries%3A{world.CELLS}/items/C00").status_code == 200


def test_a_path_without_its_bytes_is_taken_as_decoded():
    """Servers need not say how a path was sent."""
    seen = []

    async def app(scope, receive, send):
        seen.append(scope["path"])

    scope = {"type": "http", "path": "/a b/hex:500"}
    asyncio.run(UndecodedPathMiddleware(app)(scope, None, None))
    assert seen == ["/a%20b/hex:500"]
