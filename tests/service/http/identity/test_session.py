"""Signing in and out: the cookie stands for the key, is the browser's alone, and ends."""

import pytest

from service.config.access import AccessSettings
from service.identity.keys import Keys
from service.identity.private_folder import PrivateFolder
from tests.service.http.identity.conftest import make_key

SESSION = "/v1/session"


@pytest.fixture
def client(settings, opened):
    return opened(settings)


def sign_in(client, key, **options):
    return client.post(SESSION, json={"key": key}, **options)


def test_who_signs_in_is_known_until_they_sign_out(client, settings):
    key = make_key(settings, "partner")
    assert client.get(SESSION).json() == {
        "role": "public", "key_id": None, "expires": None, "needs_key": True
    }  # fmt: skip
    answer = sign_in(client, key)
    assert answer.status_code == 200
    inside = client.get(SESSION).json()
    assert inside == answer.json()
    assert (inside["role"], inside["needs_key"]) == ("partner", False)
    assert inside["key_id"] == Keys(PrivateFolder(settings.access_folder)).find(key).key_id
    copied = client.cookies["hotspots"]
    assert client.delete(SESSION).status_code == 204
    assert "hotspots" not in client.cookies
    client.cookies["hotspots"] = copied
    assert client.get(SESSION).json()["role"] == "public"


def test_the_cookie_is_for_the_browser_and_this_site_alone(client, settings):
    key = make_key(settings, "partner")
    answer = sign_in(client, key)
    cookie = answer.headers["Set-Cookie"]
    assert {"HttpOnly", "SameSite=Strict", "Path=/"} <= set(cookie.split("; "))
    assert "Domain" not in cookie
    assert key not in cookie + answer.text
    assert answer.headers["Cache-Control"] == "no-store"


def test_over_https_the_cookie_cannot_be_set_by_other_hosts_or_without_encryption(
    settings, opened
):
    own = settings.model_copy(update={"public_url": "https://maps.example.org"})
    client = opened(own)
    cookie = sign_in(client, make_key(own, "partner")).headers["Set-Cookie"]
    assert cookie.startswith("__Host-hotspots=")
    assert "Secure" in cookie.split("; ")
    secret = cookie.partition(";")[0].partition("=")[2]
    for name, role in (("__Host-hotspots", "partner"), ("hotspots", "public")):
        headers = {"Cookie": f"{name}={secret}"}
        client.cookies.clear()
        assert client.get(SESSION, headers=headers).json()["role"] == role


def test_a_session_is_a_new_one_whatever_the_browser_brings(client, settings):
    key = make_key(settings, "partner")
    client.cookies["hotspots"] = "chosen-by-somebody-else"
    sign_in(client, key)
    secrets = {cookie.value for cookie in client.cookies.jar} - {"chosen-by-somebody-else"}
    assert len(secrets) == 1
    client.cookies.clear()
    client.cookies["hotspots"] = "chosen-by-somebody-else"
    assert client.get(SESSION).json()["role"] == "public"


def test_a_key_that_is_revoked_ends_its_sessions(client, settings):
    keys = Keys(PrivateFolder(settings.access_folder))
    key = make_key(settings, "partner")
    sign_in(client, key)
    client.app.state.authentication.keys.revoke(keys.find(key).key_id)
    assert client.get(SESSION).json()["role"] == "public"


def test_a_session_that_has_ended_is_nobody_and_no_error(settings, opened):
    own = settings.model_copy(update={"access": AccessSettings(
        folder=settings.access_folder, session_s=60)})  # fmt: skip
    client = opened(own)
    sign_in(client, make_key(own, "partner"))
    path = settings.access_folder / "sessions.json"
    text = path.read_text()
    start = text.index('"expires": ') + len('"expires": ')
    path.write_text(f"{text[:start]}1.0{text[text.index(',', start) :]}")
    client.app.state.authentication.sessions._records._checked = float("-inf")
    assert client.get(SESSION).json()["role"] == "public"


def test_a_wrong_key_signs_nobody_in_and_is_not_repeated(client, settings):
    key = make_key(settings, "partner")
    answer = sign_in(client, f"{key}x")
    assert answer.status_code == 401
    assert key not in answer.text
    assert "Set-Cookie" not in answer.headers


@pytest.mark.parametrize(
    ("content_type", "body", "status"),
    [
        ("text/plain", '{"key": "KEY"}', 415),
        ("application/x-www-form-urlencoded", "key=KEY", 415),
        ("multipart/form-data; boundary=x", "KEY", 415),
        ("", '{"key": "KEY"}', 415),
        ("application/json", "KEY", 422),
        ("application/json", '{"key": ["KEY"]}', 422),
        ("application/json", '{"key": "KEY", "role": "admin"}', 422),
        ("application/json", '{"key": ""}', 422),
        ("application/json", "x" * 40_000, 413),
    ],
)
def test_no_form_of_another_page_signs_anybody_in(client, settings, content_type, body, status):
    key = make_key(settings, "partner")
    answer = client.post(
        SESSION, content=body.replace("KEY", key), headers={"Content-Type": content_type}
    )
    assert answer.status_code == status
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert key not in answer.text
    assert "Set-Cookie" not in answer.headers


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_no_other_page_signs_anybody_in_or_out(client, settings, site):
    key = make_key(settings, "partner")
    assert sign_in(client, key, headers={"Sec-Fetch-Site": site}).status_code == 403
    sign_in(client, key)
    assert client.delete(SESSION, headers={"Sec-Fetch-Site": site}).status_code == 403
    assert client.get(SESSION).json()["role"] == "partner"


def test_without_keys_nobody_has_to_sign_in(client):
    assert client.get(SESSION).json() == {
        "role": "analyst", "key_id": None, "expires": None, "needs_key": False
    }  # fmt: skip


def test_signing_in_counts_against_the_limit_of_the_key(client, settings):
    key = make_key(settings, "partner", requests_per_minute=2)
    statuses = []
    for _ in range(3):
        client.cookies.clear()
        statuses.append(sign_in(client, key).status_code)
    assert statuses == [200, 200, 429]
