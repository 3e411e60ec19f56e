"""Which hosts are answered for, and what a page of another origin gets: nothing."""

import asyncio

import pytest

from service.assembly.resources import open_resources
from service.config.access import AccessSettings
from service.config.settings import Settings
from tests.service import world
from tests.service.asgi import Caller

CELLS = f"/v1/choropleths/{world.DATASET}/{world.CELLS}"
TILEJSON = f"/v1/heatmaps/{world.DATASET}/tilejson.json"
PAGE = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors", "Sec-Fetch-Dest": "image"}
LINK = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"}
NAMED = "https://a.example"


@pytest.fixture(scope="module")
def make(county):
    """Makes clients of the county under other settings."""
    from tests.service.conftest import client_of

    opened = []

    def making(**settings):
        access = AccessSettings(anonymous_role="analyst")
        client = client_of(open_resources(Settings(data_dir=county, access=access, **settings)))
        client.__enter__()
        opened.append(client)
        return client

    yield making
    for client in opened:
        client.__exit__(None, None, None)


@pytest.fixture(scope="module")
def named(make):
    return make(
        hosts=("Atlas.corp.example", "10.0.0.7", "2001:DB8::7"),
        public_url="https://maps.example.org/atlas",
        cors_origins=(NAMED,),
        proxies=("192.0.2.0/24",),
    )


@pytest.mark.parametrize(
    "host",
    ["localhost", "LOCALHOST:8000", "localhost.", "127.0.0.1", "127.9.8.7:80", "[::1]:8000",
     "[0:0:0:0:0:0:0:1]"],
)  # fmt: skip
def test_loopback_is_answered_for_however_it_is_written(client, host):
    assert client.get("/v1/datasets", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize(
    "host",
    ["atlas.corp.example:8000", "ATLAS.corp.example.", "10.0.0.7:8000", "[2001:db8:0::7]",
     "maps.example.org", "maps.example.org:443"],
)  # fmt: skip
def test_named_hosts_are_answered_for(named, host):
    assert named.get("/v1/datasets", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize(
    "host",
    ["evil.example", "localhost.evil.example", "evil.example:127", "127.0.0.1.evil.example", "",
     "10.0.0.7", "[::2]", "localhost@evil.example", "localhost/x", "localhost:8000:1", "0.0.0.0",
     "a" * 10_000],
)  # fmt: skip
@pytest.mark.parametrize("path", ["/", "/v1/datasets", "/metrics", "/nothing", TILEJSON])
def test_any_other_host_is_refused_with_the_setting_to_change(client, path, host):
    answer = client.get(path, headers={"Host": host})
    assert answer.status_code == 421
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert "HOTSPOTS_HOSTS" in answer.json()["detail"]
    assert world.DATASET not in answer.text.replace(path, "")
    assert len(answer.content) < 1_000


def test_probes_ask_by_any_host(client):
    for path in ("/health/live", "/health/ready"):
        assert client.get(path, headers={"Host": "10.1.2.3:8000"}).status_code == 200


@pytest.mark.parametrize(
    ("version", "hosts", "status"),
    [("1.1", [], 400), ("1.1", ["localhost", "localhost"], 400), ("1.0", [], 200),
     ("1.0", ["localhost", "evil.example"], 400), ("1.1", ["localhost"], 200)],
)  # fmt: skip
def test_a_request_names_one_host(client, version, hosts, status):
    async def app(scope, receive, send):
        headers = [(b"host", host.encode()) for host in hosts]
        await client.app({**scope, "http_version": version, "headers": headers}, receive, send)

    assert asyncio.run(Caller().ask(app, "/v1/datasets")).status == status


@pytest.mark.parametrize("via", ["192.0.2.9", "::ffff:192.0.2.9"])
def test_a_named_proxy_says_what_was_asked(make, via):
    client = make(hosts=("atlas.example",), proxies=("192.0.2.0/24",))
    told = {"host": "inside:80", "x_forwarded_host": "atlas.example", "x_forwarded_proto": "https"}

    async def app(scope, receive, send):
        await client.app({**scope, "client": (via, 1)}, receive, send)

    answer = asyncio.run(Caller().ask(app, TILEJSON, **told))
    assert answer.status == 200
    assert b'"https://atlas.example/v1/' in answer.body
    told["x_forwarded_host"] = "evil.example"
    assert asyncio.run(Caller().ask(app, TILEJSON, **told)).status == 421


def test_nobody_else_says_what_was_asked(make):
    client = make()
    forwarded = {"X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "https"}
    answer = client.get(TILEJSON, headers=forwarded)
    assert answer.status_code == 200
    assert answer.json()["tiles"][0].startswith("http://localhost/v1/")
    stranger = client.get(
        TILEJSON, headers={"Host": "evil.example", "X-Forwarded-Host": "localhost"}
    )
    assert stranger.status_code == 421


def test_no_other_origin_may_read_answers(client):
    answer = client.get(CELLS, headers={"Origin": NAMED})
    assert (
        answer.status_code == 200
    )  # not a browser, or an older one, which keeps it from the page
    assert not [name for name in answer.headers if name.startswith("access-control-")]
    assert answer.headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert answer.headers["Cross-Origin-Opener-Policy"] == "same-origin"


def test_only_named_origins_may_read_answers_and_their_tags(named):
    ours = named.get(CELLS, headers={"Origin": NAMED, **PAGE, "Sec-Fetch-Mode": "cors"})
    assert ours.headers["Access-Control-Allow-Origin"] == NAMED
    assert "Origin" in ours.headers["Vary"]
    exposed = ours.headers["Access-Control-Expose-Headers"]
    assert "ETag" in exposed
    assert "Provenance" in exposed
    other = named.get(CELLS, headers={"Origin": "https://b.example"})
    assert "Access-Control-Allow-Origin" not in other.headers
    assert other.headers["Cross-Origin-Resource-Policy"] == "same-origin"


def test_named_origins_may_send_conditional_requests(named):
    asked = {
        "Origin": NAMED,
        "Access-Control-Request-Method": "GET",
        "Access-Control-Request-Headers": "if-none-match",
    }
    answer = named.options(CELLS, headers=asked)
    assert answer.status_code == 200
    assert "if-none-match" in answer.headers["Access-Control-Allow-Headers"].lower()


def test_all_origins_may_read_answers_where_that_is_said(make):
    client = make(cors_origins=("*",))
    answer = client.get(CELLS, headers={"Origin": "https://b.example"})
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert answer.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert client.get(CELLS, headers=PAGE).status_code == 200


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
@pytest.mark.parametrize("mode", ["no-cors", "cors", "websocket"])
def test_what_another_page_embeds_is_not_even_computed(client, site, mode):
    answer = client.get(CELLS, headers={**PAGE, "Sec-Fetch-Site": site, "Sec-Fetch-Mode": mode})
    assert answer.status_code == 403
    assert "HOTSPOTS_CORS_ORIGINS" in answer.json()["detail"]


@pytest.mark.parametrize(
    "headers",
    [{**LINK, "Sec-Fetch-Dest": "document"}, {**PAGE, "Sec-Fetch-Site": "same-origin"},
     {**PAGE, "Sec-Fetch-Site": "none"}],
)  # fmt: skip
def test_links_and_the_own_page_go_on(client, headers):
    assert client.get(CELLS, headers=headers).status_code == 200


def test_a_frame_is_answered_only_where_its_pages_are_named(client, make):
    framed = {**LINK, "Sec-Fetch-Dest": "iframe"}
    assert client.get("/overview", headers=framed).status_code == 403
    friendly = make(frame_ancestors=(NAMED,))
    assert friendly.get("/overview", headers=framed).status_code == 200


def test_a_slash_at_the_end_is_redirected_to_the_public_address(client, named):
    ask = {"url": "/v1/datasets/?a=%2F", "follow_redirects": False}
    answer = named.get(**ask)
    assert answer.status_code == 307
    assert answer.headers["Location"] == "https://maps.example.org/atlas/v1/datasets?a=%2F"
    here = client.get(**ask, headers={"Host": "127.0.0.1:8000"})
    assert here.headers["Location"] == "http://127.0.0.1:8000/v1/datasets?a=%2F"
    assert client.get(**ask, headers={"Host": "evil.example"}).status_code == 421


def test_nothing_is_redirected_to_what_is_not_there(client):
    for path in ("/nothing/", "/page/nothing/", "/page/nothing", "//", "//v1/datasets/"):
        assert client.get(f"http://localhost{path}", follow_redirects=False).status_code == 404, (
            path
        )


def test_a_refused_method_is_told_which_are_answered(client):
    answer = client.post(CELLS)
    assert answer.status_code == 405
    assert answer.headers["Allow"] == "GET, HEAD"
