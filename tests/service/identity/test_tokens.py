"""Tokens of single sign-on: every claim that counts is verified, and every trick refused."""

import base64
import json
import time

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from service.access.audience import Identity
from service.access.policy import Role
from service.config.access import AccessSettings
from service.identity.errors import CredentialError, UnknownSigningKeyError
from service.identity.tokens import Tokens

ISSUER, AUDIENCE = "https://login.example.org/", "hotspots"


@pytest.fixture(scope="module")
def signing_key():
    return rsa.generate_private_key(public_exponent=65_537, key_size=2_048)


def key_set(*entries):
    """A key set of private keys by their ids."""
    made = []
    for kid, key, extra in entries:
        kind = jwt.algorithms.RSAAlgorithm if isinstance(key, rsa.RSAPrivateKey) else (
            jwt.algorithms.ECAlgorithm
        )  # fmt: skip
        made.append({**kind.to_jwk(key.public_key(), as_dict=True), "kid": kid, **extra})
    return json.dumps({"keys": made}).encode()


@pytest.fixture
def settings():
    return AccessSettings(
        token_keys="unread.json",
        token_issuer=ISSUER,
        token_audience=AUDIENCE,
        token_role_claim="realm_access.roles",
        token_roles="reader=partner,worker=analyst",
    )


@pytest.fixture
def tokens(settings, signing_key):
    return Tokens(settings, lambda: key_set(("one", signing_key, {})))


def token(key, *, kid="one", algorithm="RS256", without=(), **changes):
    claims = {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "sub": "somebody@example.org",
        "exp": time.time() + 600,
        "realm_access": {"roles": ["reader", "unrelated"]},
        **changes,
    }
    claims = {name: value for name, value in claims.items() if name not in without}
    return jwt.encode(claims, key, algorithm=algorithm, headers={"kid": kid} if kid else None)


def test_a_token_says_role_and_datasets_and_nothing_of_the_person(tokens, signing_key):
    identity, expires = tokens.verify(token(signing_key, datasets=["callouts"]))
    assert (identity.role, identity.datasets) == (Role.PARTNER, frozenset({"callouts"}))
    assert identity.key_id.startswith("token-")
    assert "somebody" not in identity.key_id
    assert expires == pytest.approx(time.time() + 600, abs=60)


def test_the_most_trusted_of_several_roles_counts(tokens, signing_key):
    text = token(signing_key, realm_access={"roles": ["reader", "worker"]})
    assert tokens.verify(text)[0].role is Role.ANALYST


def test_a_token_without_a_list_of_datasets_is_for_all_and_with_an_empty_one_for_none(
    tokens, signing_key
):
    assert tokens.verify(token(signing_key))[0].datasets is None
    assert tokens.verify(token(signing_key, datasets=[]))[0].datasets == frozenset()
    assert tokens.verify(token(signing_key, datasets={"a": 1}))[0].datasets == frozenset()


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"exp": 1_000}, "expired"),
        ({"without": ("exp",)}, "lacks"),
        ({"nbf": time.time() + 6_000}, "not valid yet"),
        ({"aud": "another"}, "another audience"),
        ({"without": ("aud",)}, "lacks"),
        ({"iss": "https://login.example.com/"}, "another issuer"),
        ({"without": ("iss",)}, "lacks"),
        ({"realm_access": {"roles": ["unrelated"]}}, "no role"),
        ({"realm_access": {"roles": ["owner", "admin"]}}, "no role"),
        ({"realm_access": "reader"}, "no role"),
        ({"without": ("realm_access",)}, "no role"),
    ],
)
def test_a_claim_that_is_wrong_or_missing_is_named(tokens, signing_key, changes, reason):
    with pytest.raises(CredentialError, match=reason):
        tokens.verify(token(signing_key, **changes))


def test_a_token_of_another_key_with_the_same_id_is_refused(tokens):
    other = rsa.generate_private_key(public_exponent=65_537, key_size=2_048)
    with pytest.raises(CredentialError, match="signature"):
        tokens.verify(token(other))


def test_a_token_without_a_signature_is_refused(tokens):
    unsigned = jwt.encode({"aud": AUDIENCE}, "", algorithm="none", headers={"kid": "one"})
    with pytest.raises(CredentialError, match="private key"):
        tokens.verify(unsigned)


def test_the_public_key_is_no_secret_to_sign_with(tokens, signing_key):
    public = signing_key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    import hashlib
    import hmac

    def part(content):
        return base64.urlsafe_b64encode(json.dumps(content).encode()).rstrip(b"=")

    claims = {"iss": ISSUER, "aud": AUDIENCE, "exp": time.time() + 600}
    body = part({"alg": "HS256", "kid": "one"}) + b"." + part(claims)
    mac = base64.urlsafe_b64encode(hmac.new(public, body, hashlib.sha256).digest()).rstrip(b"=")
    with pytest.raises(CredentialError, match="private key"):
        tokens.verify((body + b"." + mac).decode())


def test_a_key_of_the_set_is_for_its_own_algorithm_alone(tokens, signing_key):
    with pytest.raises(CredentialError, match="cannot be read"):
        tokens.verify(token(signing_key, algorithm="RS512"))


def test_shared_secrets_and_keys_of_encryption_in_the_set_are_passed_over(settings, signing_key):
    shared = {"kty": "oct", "kid": "two", "k": "c2VjcmV0"}
    entries = json.loads(key_set(("one", signing_key, {"use": "enc"})))["keys"]
    tokens = Tokens(settings, lambda: json.dumps({"keys": [shared, *entries]}).encode())
    with pytest.raises(UnknownSigningKeyError):
        tokens.verify(token(signing_key))


def test_elliptic_curves_are_taken_too(settings):
    key = ec.generate_private_key(ec.SECP256R1())
    tokens = Tokens(settings, lambda: key_set(("one", key, {})))
    assert tokens.verify(token(key, algorithm="ES256"))[0].role is Role.PARTNER


@pytest.mark.parametrize("text", ["", "a.b.c", "x" * 20_000, "hsa_key", "ä.ö.ü"])
def test_what_is_no_token_is_refused(tokens, text):
    with pytest.raises(CredentialError):
        tokens.verify(text)


def test_a_new_signing_key_is_fetched_once_and_unknown_ones_do_not_fetch_again(
    settings, signing_key
):
    sets = [key_set(("old", signing_key, {})), key_set(("new", signing_key, {}))]
    fetched = []

    def read():
        fetched.append(1)
        return sets[min(len(fetched), len(sets)) - 1]

    tokens = Tokens(settings, read)
    tokens.verify(token(signing_key, kid="old"))
    tokens._next_fetch = 0.0  # a minute later
    assert tokens.verify(token(signing_key, kid="new"))[0].role is Role.PARTNER
    for number in range(50):
        with pytest.raises(UnknownSigningKeyError):
            tokens.verify(token(signing_key, kid=f"made-up-{number}"))
    assert len(fetched) == 2


def test_a_key_set_that_cannot_be_read_lets_nobody_in_and_leaves_the_last_one(
    settings, signing_key, caplog
):
    answers = [key_set(("one", signing_key, {})), b"<html>", b'{"keys": 1}', OSError("away")]

    def read():
        answer = answers.pop(0)
        if isinstance(answer, OSError):
            raise answer
        return answer

    tokens = Tokens(settings, read)
    good = token(signing_key)
    assert tokens.verify(good)
    while answers:
        tokens._next_fetch = 0.0
        with pytest.raises(UnknownSigningKeyError):
            tokens.verify(token(signing_key, kid="other"))
        assert tokens.verify(good)
    assert [record.levelname for record in caplog.records] == ["WARNING"] * 3
    caplog.clear()


def test_a_verified_token_is_known_until_it_expires(tokens, signing_key):
    text = token(signing_key, exp=time.time() + 600)
    assert tokens.verified(text) is None
    entry = tokens.verify(text)
    assert tokens.verified(text) == entry
    tokens._verified[next(iter(tokens._verified))] = (Identity(Role.ADMIN), time.time() - 1)
    assert tokens.verified(text) is None


@pytest.mark.parametrize(
    "changes",
    [
        {"token_issuer": ""},
        {"token_audience": ""},
        {"token_keys": "http://login.example.org/keys"},
        {"token_keys": "ftp://login.example.org/keys"},
        {"token_roles": "reader=owner"},
        {"token_roles": "reader=public"},
        {"token_roles": "reader"},
    ],
)
def test_settings_by_which_no_token_could_be_trusted_are_refused(settings, changes):
    with pytest.raises(ValueError, match="token_"):
        AccessSettings(**{**settings.model_dump(), **changes})
