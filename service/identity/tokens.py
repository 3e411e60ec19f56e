"""Bearer tokens of single sign-on, verified against a key set; every claim that counts is."""

import hashlib
import json
import logging
import threading
import time
import urllib.request
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

from cachetools import LRUCache

from service.access.audience import Identity
from service.access.policy import Role
from service.config.access import AccessSettings
from service.identity.errors import CredentialError, UnknownSigningKeyError

# Signed with a private key: neither "none" nor a secret that both sides have.
ALGORITHMS: Final = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512",
                     "ES256", "ES384", "ES512", "EdDSA")  # fmt: skip
LEEWAY_S: Final = 30  # of clocks that differ
LONGEST: Final = 16_384  # characters
FETCH_S: Final = 5.0  # how long the key set may take
AGAIN_S: Final = 60.0  # it is fetched no more often, whatever tokens say
FAILED_S: Final = 5.0  # nor, after a failure, than this
AGE_S: Final = 3_600.0  # an older one is fetched anew: keys are withdrawn too
MOST_BYTES: Final = 1_000_000
KEPT: Final = 2_000  # verified tokens

logger = logging.getLogger("hotspots")


class Tokens:
    """Verifies tokens; one that was verified is known by its digest until it expires.

    Parameters
    ----------
    settings : AccessSettings
        With a key set, an issuer and an audience.
    read : callable or None
        Gives the key set as JSON; by default from the file or address of the settings.
    """

    def __init__(self, settings: AccessSettings, read: Callable[[], bytes] | None = None) -> None:
        self._settings = settings
        self._read = read or (lambda: _read(settings.token_keys))
        self._lock = threading.Lock()
        self._fetched = self._next_fetch = float("-inf")
        self._signing_keys: dict[str, Any] = {}
        self._verified: LRUCache[bytes, tuple[Identity, float]] = LRUCache(KEPT)

    def verified(self, token: str) -> tuple[Identity, float] | None:
        """Whose a token is that was verified before, and until when; from memory alone."""
        entry = self._verified.get(_digest(token))
        return entry if entry is not None and entry[1] > time.time() else None

    def verify(self, token: str) -> tuple[Identity, float]:
        """Whose a token is, and until when, in seconds since 1970; may fetch: in a thread.

        Raises
        ------
        CredentialError
            If it is not valid here; the text says why.
        """
        if time.monotonic() - self._fetched > AGE_S:
            self._refresh()
        try:
            return self._verify(token)
        except UnknownSigningKeyError:
            if not self._refresh():
                raise
            return self._verify(token)

    def _verify(self, token: str) -> tuple[Identity, float]:
        import jwt

        if len(token) > LONGEST:
            raise CredentialError(f"a token has at most {LONGEST:,} characters")
        try:
            header = jwt.get_unverified_header(token)
            if header.get("alg") not in ALGORITHMS:
                raise CredentialError("the token is not signed with a private key")
            key = self._signing_keys.get(str(header.get("kid", "")))
            if key is None:
                raise UnknownSigningKeyError
            claims = jwt.decode(
                token,
                key,
                algorithms=[key.algorithm_name],
                audience=self._settings.token_audience,
                issuer=self._settings.token_issuer,
                leeway=LEEWAY_S,
                options={"require": ["exp", "iss", "aud"]},
            )
        except jwt.PyJWTError as error:
            raise CredentialError(f"the token is not valid: {_reason(error)}") from None
        identity = self._identity_of(claims)
        found = identity, float(claims["exp"])
        self._verified[_digest(token)] = found
        return found

    def _identity_of(self, claims: Mapping[str, Any]) -> Identity:
        """Role and datasets that the claims give; the subject as a digest alone."""
        settings = self._settings
        values = _texts(_claim(claims, settings.token_role_claim))
        roles = [Role(r) for value, r in settings.role_of_value.items() if value in values]
        if not roles:
            raise CredentialError(
                f"the token has no role of this service in its claim {settings.token_role_claim}"
            )
        datasets = _claim(claims, settings.token_datasets_claim)
        subject = f"{claims['iss']}\n{claims.get('sub', '')}".encode()
        return Identity(
            max(roles, key=list(Role).index),
            f"token-{hashlib.sha256(subject).hexdigest()[:12]}",
            None if datasets is None else frozenset(_texts(datasets)),
        )

    def _refresh(self) -> bool:
        """Fetch the key set unless that was done lately; whether there is one."""
        with self._lock:
            now = time.monotonic()
            if now >= self._next_fetch:
                try:
                    self._signing_keys = _keys_of(self._read())
                    self._fetched, self._next_fetch = now, now + AGAIN_S
                except (OSError, ValueError) as error:
                    logger.warning("the key set cannot be read: %s", type(error).__name__)
                    self._next_fetch = now + FAILED_S
            return bool(self._signing_keys)


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()


def _keys_of(content: bytes) -> dict[str, Any]:
    """The public signing keys of a key set, by their ids."""
    import jwt

    try:
        entries = json.loads(content)["keys"]
        public = [e for e in entries if e.get("kty") != "oct" and e.get("use", "sig") == "sig"]
        keys = {str(e.get("kid", "")): jwt.PyJWK(e) for e in public}
        return {kid: key for kid, key in keys.items() if key.algorithm_name in ALGORITHMS}
    except (KeyError, TypeError, AttributeError, jwt.PyJWTError) as error:
        raise ValueError("it is no key set") from error


def _claim(claims: Mapping[str, Any], name: str) -> Any:
    """A claim by its name, or by its path through others; None where there is none."""
    if name in claims:
        return claims[name]
    value: Any = claims
    for part in name.split("."):
        value = value.get(part) if isinstance(value, Mapping) else None
    return value


def _texts(value: Any) -> set[str]:
    """The texts of a claim: a list of them, or one text with blanks between several."""
    if isinstance(value, str):
        return set(value.split())
    return {part for part in value if isinstance(part, str)} if isinstance(value, list) else set()


def _reason(error: Exception) -> str:
    """What is wrong with a token, in words without anything out of it."""
    import jwt

    reasons: dict[type[Exception], str] = {
        jwt.ExpiredSignatureError: "it has expired",
        jwt.ImmatureSignatureError: "it is not valid yet",
        jwt.InvalidAudienceError: "it is for another audience",
        jwt.InvalidIssuerError: "it is of another issuer",
        jwt.MissingRequiredClaimError: "it lacks one of exp, iss and aud",
        jwt.InvalidSignatureError: "its signature is wrong",
    }
    return reasons.get(type(error), "it cannot be read")


def _read(where: str) -> bytes:
    """The bytes of a key set, from a file or an address, which may not lead elsewhere."""
    if "://" not in where:
        return Path(where).read_bytes()
    opener = urllib.request.build_opener(_NoRedirect)
    with opener.open(where, timeout=FETCH_S) as answer:
        content: bytes = answer.read(MOST_BYTES + 1)
    if len(content) > MOST_BYTES:
        raise ValueError("it is too large")
    return content


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """The key set is at the address that was set, or nowhere."""

    def redirect_request(self, *_: Any, **__: Any) -> None:
        """Follow no redirect."""
