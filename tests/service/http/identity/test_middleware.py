"""Who asks: found out once, and what they brought is in nothing that anybody else sees."""

import logging

import pytest

from service.access.policy import Role
from service.http.request_state import KEY_PLACE, identity_of
from service.identity.keys import Keys, today
from service.identity.private_folder import PrivateFolder
from tests.service import world
from tests.service.http.identity.conftest import make_key

TILEJSON = f"/v1/heatmaps/{world.DATASET}/tilejson.json"
TILE = f"/v1/heatmaps/{world.DATASET}/tiles/13/4099/2697.png"


class Asked:
    """Notes who asked, and shows everybody everything."""

    def __init__(self, resources):
        self.resources = resources
        self.identities = []

    def of(self, identity):
        self.identities.append(identity)
        return self.resources

    peek = of


@pytest.fixture
def asked(settings, opened):
    """A client, and the role and key of its last request."""
    from service.assembly.resources import open_resources

    audiences = Asked(open_resources(settings))
    client = opened(settings, audiences=audiences)

    def ask(address="/v1/datasets", **options):
        client.cookies.clear()
        answer = client.get(address, **options)
        who = audiences.identities[-1]
        return answer, who.role, who.key_id

    ask.client = client
    return ask


def key_id(settings, secret):
    return Keys(PrivateFolder(settings.access_folder)).find(secret).key_id


WAYS = {
    "bearer": lambda key: ("/v1/datasets", {"Authorization": f"Bearer {key}"}),
    "small letters": lambda key: ("/v1/datasets", {"authorization": f"bearer {key}"}),
    "X-API-Key": lambda key: ("/v1/datasets", {"X-API-Key": key}),
    "query": lambda key: (f"/v1/datasets?key={key}", {}),
    "capitals": lambda key: (f"/v1/datasets?KEY={key}", {}),
    "path": lambda key: (f"/key/{key}/v1/datasets", {}),
}


@pytest.mark.parametrize("way", WAYS)
def test_a_key_is_taken_however_it_comes(asked, settings, way):
    key = make_key(settings, "partner")
    address, headers = WAYS[way](key)
    answer, role, who = asked(address, headers=headers)
    assert answer.status_code == 200
    assert (role, who) == (Role.PARTNER, key_id(settings, key))


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("kind", ["unknown", "revoked", "expired by hand"])
def test_a_key_that_opens_nothing_is_refused_without_being_repeated(asked, settings, way, kind):
    keys = Keys(PrivateFolder(settings.access_folder))
    good = make_key(settings, "admin")
    key = f"{good}x"
    if kind == "revoked":
        key = make_key(settings, "partner")
        keys.revoke(keys.find(key).key_id)
    if kind == "expired by hand":
        key = make_key(settings, "partner", expires=today())
        path = keys._records.path
        path.write_text(
            path.read_text().replace(f'"expires": "{today()}"', '"expires": "2001-01-01"')
        )
    address, headers = WAYS[way](key)
    client = asked.client
    answer = client.get(address, headers=headers)
    assert answer.status_code == 401
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.headers["WWW-Authenticate"].startswith("Bearer ")
    assert key not in answer.text + str(answer.headers)
    assert answer.headers["Cache-Control"] == "no-store"


def test_without_keys_this_machine_is_an_analyst(asked):
    answer, role, _ = asked()
    assert (answer.status_code, role) == (200, Role.ANALYST)


@pytest.mark.parametrize(
    "header",
    ["X-Forwarded-For", "X-Forwarded-Host", "x-forwarded-proto", "Forwarded", "Via", "X-Real-IP",
     "CF-Connecting-IP"],
)  # fmt: skip
def test_whoever_comes_by_a_proxy_is_the_public(asked, header):
    assert asked(headers={header: "localhost"})[1] is Role.PUBLIC


def test_once_there_is_a_key_whoever_brings_none_is_the_public(asked, settings):
    assert asked()[1] is Role.ANALYST
    key = make_key(settings, "analyst")
    asked(headers={"X-API-Key": key})  # found at once, and with it that there are keys
    assert asked()[1] is Role.PUBLIC


def test_the_last_key_revoked_opens_nothing_to_those_without(asked, settings):
    keys = Keys(PrivateFolder(settings.access_folder))
    keys.revoke(keys.find(make_key(settings, "analyst")).key_id)
    assert asked()[1] is Role.PUBLIC


def test_keys_that_cannot_be_read_make_nobody_an_analyst(asked, settings, caplog):
    key = make_key(settings, "admin")
    (settings.access_folder / "keys.json").write_text("{")
    assert asked()[1] is Role.PUBLIC
    answer = asked.client.get("/v1/datasets", headers={"X-API-Key": key})
    assert answer.status_code == 503
    assert str(settings.access_folder) not in answer.text
    assert [r.levelname for r in caplog.records].count("ERROR") == 1
    caplog.clear()


@pytest.mark.parametrize(
    "changes",
    [{"public_url": "https://maps.example.org"}, {"proxies": ("192.0.2.1",)},
     {"hosts": ("atlas.example",)}],
)  # fmt: skip
def test_a_service_for_others_takes_whoever_brings_nothing_for_the_public(
    settings, opened, changes
):
    from service.assembly.resources import open_resources

    own = settings.model_copy(update=changes)
    audiences = Asked(open_resources(own))
    host = "atlas.example" if "hosts" in changes else "localhost"
    opened(own, audiences=audiences).get("/v1/datasets", headers={"Host": host})
    assert audiences.identities[-1].role is Role.PUBLIC


def test_a_setting_says_otherwise(settings, opened):
    from service.assembly.resources import open_resources

    access = settings.access.model_copy(update={"anonymous_role": "analyst"})
    own = settings.model_copy(update={"public_url": "https://maps.example.org", "access": access})
    audiences = Asked(open_resources(own))
    make_key(own, "partner")
    opened(own, audiences=audiences).get("/v1/datasets")
    assert audiences.identities[-1].role is Role.ANALYST


def test_links_have_the_key_for_who_has_it_in_the_address_and_nobody_else(asked, settings):
    one, other = (make_key(settings, "partner") for _ in range(2))
    header = {"X-API-Key": one}
    for _ in range(2):  # computed, and repeated
        for key in (one, other):
            for address in (f"/key/{key}{TILEJSON}", f"{TILEJSON}?key={key}"):
                answer = asked.client.get(address)
                tiles = answer.json()["tiles"][0]
                assert tiles.startswith(f"http://localhost/key/{key}/v1/")
                assert int(answer.headers["Content-Length"]) == len(answer.content)
                assert KEY_PLACE not in answer.text
        plain = asked.client.get(TILEJSON, headers=header)
        assert plain.json()["tiles"][0].startswith("http://localhost/v1/")
    tile = asked.client.get(tiles.format(z=13, x=4099, y=2697))
    assert tile.status_code == 200
    assert tile.content == asked.client.get(TILE, headers=header).content


@pytest.mark.parametrize("path", [TILEJSON, "/wmts?service=WMTS&request=GetCapabilities", "/ogc",
                                  f"/v1/heatmaps/{world.DATASET}/style.json"])  # fmt: skip
def test_no_cache_has_a_key(asked, settings, path):
    key = make_key(settings, "analyst")
    assert key in asked.client.get(f"/key/{key}{path}").text
    kept = [
        *(result.content for result in asked.client.app.state.context.answers._values.values()),
        *(entry.body for entry in _recalled(asked.client.app)),
    ]
    assert kept
    assert not any(key.encode() in body for body in kept)


def _recalled(app):
    layer = app.middleware_stack
    while not hasattr(layer, "_entries"):
        layer = layer.__dict__.get("_app") or layer.app
    return layer._entries.values()


def test_redirects_of_who_has_the_key_in_the_address_keep_it(asked, settings):
    key = make_key(settings, "partner")
    answer = asked.client.get(f"/key/{key}/v1/datasets/", follow_redirects=False)
    assert answer.headers["Location"] == f"http://localhost/key/{key}/v1/datasets"


@pytest.mark.parametrize("way", WAYS)
def test_no_log_header_or_count_has_a_key(asked, settings, caplog, way):
    key = make_key(settings, "analyst")
    address, headers = WAYS[way](key)
    caplog.set_level(logging.DEBUG, "hotspots")
    for asking in (address, address.replace("datasets", "nothing")):
        answer = asked.client.get(asking, headers=headers)
        assert key not in str(answer.headers)
    assert key not in asked.client.get("/metrics", headers={"X-API-Key": key}).text
    assert key not in caplog.text
    assert "Authorization" in answer.headers["Vary"]


def test_an_answer_to_a_key_is_kept_by_its_client_alone(asked, settings):
    tiles = asked.client.get(TILEJSON).json()["tiles"][0].format(z=13, x=4099, y=2697)
    assert asked.client.get(tiles).headers["Cache-Control"] == "public, max-age=3600"
    key = make_key(settings, "analyst")
    answer = asked.client.get(tiles, headers={"X-API-Key": key})
    assert answer.headers["Cache-Control"] == "private, max-age=3600"
    assert answer.headers["Vary"] == "Authorization, X-API-Key, Cookie"
    unchanged = asked.client.get(
        tiles, headers={"X-API-Key": key, "If-None-Match": answer.headers["ETag"]}
    )
    assert unchanged.status_code == 304
    assert unchanged.headers["Cache-Control"] == "private, max-age=3600"


def test_a_page_with_the_key_in_its_address_tells_that_to_nobody(asked, settings):
    key = make_key(settings, "analyst")
    answers = [asked.client.get(f"/key/{key}/overview"), asked.client.get(f"/?key={key}")]
    assert [answer.headers["Referrer-Policy"] for answer in answers] == ["no-referrer"] * 2


def test_a_key_may_ask_so_often_and_no_more(asked, settings):
    key = make_key(settings, "partner", requests_per_minute=3)
    answers = [asked.client.get("/v1/datasets", headers={"X-API-Key": key}) for _ in range(4)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert 0 < int(answers[-1].headers["Retry-After"]) <= 20
    assert asked(headers={"X-API-Key": make_key(settings, "partner")})[0].status_code == 200


def test_a_header_counts_before_an_address(asked, settings):
    partner, analyst = (make_key(settings, role) for role in ("partner", "analyst"))
    assert asked(f"/v1/datasets?key={analyst}", headers={"X-API-Key": partner})[1] is Role.PARTNER
    answer = asked.client.get(f"/v1/datasets?key={analyst}", headers={"X-API-Key": "wrong"})
    assert answer.status_code == 401


def test_of_several_keys_in_an_address_the_path_counts_and_none_stays(asked, settings):
    partner, analyst = (make_key(settings, role) for role in ("partner", "analyst"))
    answer, role, _ = asked(f"/key/{partner}/v1/datasets?key={analyst}&key={analyst}")
    assert (answer.status_code, role) == (200, Role.PARTNER)


def test_nobody_is_somebody_until_it_is_found_out():
    assert identity_of({}).role is Role.PUBLIC
