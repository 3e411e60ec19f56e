"""API keys: one secret, said once; what is kept opens nothing."""

import datetime
import json

import pytest

from service.access.audience import Identity
from service.access.policy import Role
from service.identity.errors import (
    CredentialError,
    DamagedKeysError,
    InvalidKeyOptionsError,
    UnknownKeyIdError,
)
from service.identity.keys import Keys, today
from service.identity.private_folder import PrivateFolder

DAY = datetime.timedelta(days=1)


@pytest.fixture
def folder(tmp_path):
    return PrivateFolder(tmp_path / "data-access")


@pytest.fixture
def keys(folder):
    return Keys(folder)


def made(keys, **options):
    return keys.make(**{"role": "partner", "title": "Ward map", "expires": today(), **options})


def test_a_key_is_found_by_its_secret_in_every_process(keys, folder):
    key, secret = made(keys, datasets=("b", "a"))
    for process in (keys, Keys(folder)):
        assert process.find(secret) == key
    assert key.identity == Identity(Role.PARTNER, key.key_id, frozenset({"a", "b"}))


def test_a_process_that_knows_none_takes_a_new_key_at_once(keys, folder):
    other = Keys(folder)
    assert other.is_empty
    _, secret = made(keys)
    assert other.find(secret)


def test_the_file_has_nothing_that_opens_anything(keys, folder):
    _, secret = made(keys)
    content = (folder.path / "keys.json").read_text()
    assert secret not in content
    assert secret[4:] not in content
    with pytest.raises(CredentialError):
        keys.find(json.loads(content)["keys"].popitem()[1]["digest"])


def test_two_keys_have_nothing_in_common(keys):
    secrets = {made(keys)[1] for _ in range(20)}
    assert len(secrets) == 20
    assert all(len(secret) >= 4 + 43 for secret in secrets)  # 256 bits


def test_only_the_user_of_the_service_may_enter_the_folder(keys, folder):
    made(keys)
    assert folder.path.stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize("secret", ["", "hsa_", "hsa_ä", "\udc80", "x" * 100_000])
def test_a_secret_of_no_key_opens_nothing(keys, secret):
    made(keys)
    with pytest.raises(CredentialError, match="not one of this service"):
        keys.find(secret)


def test_a_revoked_key_opens_nothing_and_is_still_a_key_that_was_made(keys, folder):
    key, secret = made(keys)
    keys.revoke(key.key_id)
    for process in (keys, Keys(folder)):
        with pytest.raises(CredentialError, match="revoked"):
            process.find(secret)
        assert not process.is_empty


def test_a_key_is_valid_on_its_last_day_and_no_longer(keys):
    key, _ = made(keys, expires=today())
    assert key.fault(today()) == ""
    assert "expired" in key.fault(today() + DAY)


def test_a_rotated_key_is_valid_beside_the_new_one_for_its_overlap(keys):
    old, old_secret = made(keys, expires=today() + 300 * DAY, datasets=("a",))
    new, new_secret = keys.rotate(old.key_id, overlap_days=14, expires=today() + 400 * DAY)
    assert keys.find(new_secret) == new
    assert (new.role, new.title, new.datasets) == (old.role, old.title, old.datasets)
    assert keys.find(old_secret).expires == (today() + 14 * DAY).isoformat()


def test_an_overlap_makes_no_key_valid_for_longer(keys):
    old, old_secret = made(keys, expires=today() + 3 * DAY)
    keys.rotate(old.key_id, overlap_days=14, expires=today() + 400 * DAY)
    assert keys.find(old_secret).expires == (today() + 3 * DAY).isoformat()


def test_without_an_overlap_the_old_key_is_revoked(keys):
    old, old_secret = made(keys)
    keys.rotate(old.key_id, overlap_days=0, expires=today())
    with pytest.raises(CredentialError, match="revoked"):
        keys.find(old_secret)


def test_a_revoked_key_is_not_rotated_into_a_valid_one(keys):
    key, _ = made(keys)
    keys.revoke(key.key_id)
    with pytest.raises(InvalidKeyOptionsError, match="revoked"):
        keys.rotate(key.key_id, overlap_days=1, expires=today())


@pytest.mark.parametrize(
    "options",
    [
        {"role": "owner"},
        {"role": "public"},
        {"role": "Analyst"},
        {"title": ""},
        {"title": "two\nlines"},
        {"expires": today() - DAY},
        {"requests_per_minute": 0},
    ],
)
def test_a_key_that_would_open_nothing_or_too_much_is_not_made(keys, options):
    with pytest.raises(InvalidKeyOptionsError):
        made(keys, **options)
    assert keys.is_empty


def test_an_unknown_id_names_those_there_are(keys):
    key, _ = made(keys)
    with pytest.raises(UnknownKeyIdError, match=key.key_id):
        keys.revoke("nonsense")


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"[]", b'{"keys": []}', b'{"keys": {"a": {}}}', b'{"keys": {"a": 1}}'],
)
def test_keys_that_cannot_be_read_let_nobody_in(keys, folder, content):
    _, secret = made(keys)
    (folder.path / "keys.json").write_bytes(content)
    for ask in (lambda: Keys(folder).find(secret), lambda: Keys(folder).is_empty):
        with pytest.raises(DamagedKeysError, match=r"keys\.json"):
            ask()


def test_a_key_that_claims_to_be_the_owners_is_no_key(keys, folder):
    made(keys)
    path = folder.path / "keys.json"
    path.write_text(path.read_text().replace('"partner"', '"owner"'))
    with pytest.raises(DamagedKeysError, match="owner"):
        Keys(folder).all()


def test_a_secret_of_the_folder_is_made_once(folder):
    assert folder.secret("record-key.secret") == folder.secret("record-key.secret")
    assert len(folder.secret("record-key.secret")) == 32
