"""What a request brings is taken off it in place, and where it comes from is not believed lightly."""

import asyncio

import pytest
from starlette.responses import JSONResponse, Response

from service.http.identity.credentials import is_local, take_credential
from service.http.identity.links import KeyLinksMiddleware
from service.http.request_state import KEY_PLACE, LINKED_KEY
from tests.service.asgi import Caller

KEY = "hsa_some-key_0"
NAMES = ("hotspots",)


def scope(path="/v1/datasets", query="", version="1.1", client=("127.0.0.1", 1), **headers):
    sent = {"host": "localhost", **{name.replace("_", "-"): v for name, v in headers.items()}}
    return {
        "type": "http",
        "http_version": version,
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "query_string": query.encode(),
        "headers": [(name.encode(), value.encode()) for name, value in sent.items()],
        "client": client,
        "server": ("127.0.0.1", 8000),
    }


@pytest.mark.parametrize(
    ("request_scope", "way"),
    [
        (scope(authorization=f"Bearer {KEY}"), "header"),
        (scope(authorization=f"BEARER   {KEY} "), "header"),
        (scope(x_api_key=f" {KEY} "), "header"),
        (scope(query=f"key={KEY}"), "address"),
        (scope(query=f"a=1&Key={KEY}&b=2"), "address"),
        (scope(query=f"key={KEY.replace('-', '%2D')}"), "address"),
        (scope(path=f"/key/{KEY}/v1/datasets"), "address"),
        (scope(path=f"/key/{KEY}"), "address"),
        (scope(path=f"/key/{KEY.replace('-', '%2D')}/"), "address"),
        (scope(cookie=f"other=1; hotspots={KEY}"), "cookie"),
    ],
)
def test_it_is_taken_and_nothing_of_it_stays(request_scope, way):
    credential = take_credential(request_scope, NAMES)
    assert (credential.secret, credential.way) == (KEY, way)
    left = str(request_scope)
    assert KEY not in left
    assert KEY.replace("-", "%2D") not in left


def test_what_stays_is_the_question():
    asked = scope(path=f"/key/{KEY}/v1/x", query=f"a=1&key={KEY}&b=key%3D2&monkey=3")
    take_credential(asked, NAMES)
    assert (asked["path"], asked["raw_path"]) == ("/v1/x", b"/v1/x")
    assert asked["query_string"] == b"a=1&b=key%3D2&monkey=3"


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"authorization": "Basic c29tZTp0aGluZw=="},
        {"authorization": "Bearer"},
        {"x_api_key": ""},
        {"cookie": "hotspotsx=1"},
        {"cookie": ";;=\x00"},
    ],
)
def test_what_is_no_credential_of_ours_is_nobody(headers):
    assert take_credential(scope(**headers), NAMES) is None


@pytest.mark.parametrize("client", [("127.0.0.1", 1), ("::1", 1), ("::ffff:127.0.0.1", 1)])
def test_this_machine_is_known_by_both_ends(client):
    assert is_local(scope(client=client))


@pytest.mark.parametrize(
    "elsewhere",
    [
        scope(client=("192.0.2.7", 1)),
        scope(client=("::ffff:192.0.2.7", 1)),
        scope(client=None),  # a socket of the file system, which a proxy speaks to
        {**scope(), "server": ("192.0.2.7", 8000)},
        scope(version="1.0"),  # as nginx speaks by default
        scope(host="maps.example.org"),
        scope(host="localhost.example.org"),
        scope(host=""),
        scope(x_forwarded_for="127.0.0.1"),
        scope(x_forwarded_anything="localhost"),
        scope(forwarded="for=127.0.0.1"),
        scope(via="1.1 proxy"),
    ],
)
def test_any_trace_of_another_machine_counts(elsewhere):
    assert not is_local(elsewhere)


@pytest.mark.parametrize("linked", [True, False])
def test_links_in_headers_and_texts_have_the_key_and_pictures_are_left_alone(linked):
    place = f"http://localhost{KEY_PLACE}/v1"
    answers = {
        "/json": JSONResponse({"a": [place, place]}, headers={"Location": f"{place}/jobs/1"}),
        "/xml": Response(f"<a>{place}</a>", media_type="application/xml"),
        "/geo": Response(f'"{place}"', media_type="application/geo+json; charset=utf-8"),
        "/png": Response(place, media_type="image/png"),
    }

    async def answer(scope, receive, send):
        await answers[scope["path"]](scope, receive, send)

    async def ask(path):
        async def app(scope, receive, send):
            scope |= {LINKED_KEY: KEY} if linked else {}
            await KeyLinksMiddleware(answer)(scope, receive, send)

        return await Caller().ask(app, path)

    for path, kept in answers.items():
        sent = asyncio.run(ask(path))
        has_key = linked and path != "/png"
        expected = kept.body.replace(KEY_PLACE.encode(), f"/key/{KEY}".encode())
        assert sent.body == (expected if has_key else kept.body), path
        assert sent.headers["content-length"] == str(len(sent.body))
        if path == "/json":
            assert (f"/key/{KEY}/v1/jobs/1" in sent.headers["location"]) == linked
