"""API keys: made, listed, rotated and revoked; only their digests are kept.

A key has 256 random bits, so that a plain SHA-256 of it tells nothing and is found in a dictionary
in no time that depends on the key. Whoever reads the file can open nothing with it.
"""

import datetime
import hashlib
import re
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Final

from service.access.audience import Identity
from service.access.policy import Role
from service.identity.errors import (
    CredentialError,
    DamagedKeysError,
    InvalidKeyOptionsError,
    UnknownKeyIdError,
)
from service.identity.private_folder import JsonRecords, PrivateFolder

PREFIX: Final = "hsa_"  # by which scanners for leaked secrets find one
ROLES: Final = (Role.PARTNER, Role.ANALYST, Role.ADMIN)
_TITLE: Final = re.compile(r"[^\x00-\x1f\x7f]{1,100}")


@dataclass(frozen=True, kw_only=True)
class ApiKey:
    """A key without its secret.

    Attributes
    ----------
    key_id : str
        Names it, also in the audit.
    digest : str
        SHA-256 of the key, hexadecimal.
    role : Role
        What it opens.
    title : str
        Whose it is, or what for.
    datasets : tuple of str or None
        The only ones it is for; None: all.
    created : str
        Day it was made, ISO 8601.
    expires : str
        Last day on which it is valid, in UTC.
    revoked : str
        Day it was revoked; empty while it is not.
    requests_per_minute : int or None
        Its own limit, in place of that of the settings.
    """

    key_id: str
    digest: str
    role: Role
    title: str
    datasets: tuple[str, ...] | None
    created: str
    expires: str
    revoked: str = ""
    requests_per_minute: int | None = None

    @property
    def identity(self) -> Identity:
        """Who comes with it."""
        datasets = None if self.datasets is None else frozenset(self.datasets)
        return Identity(self.role, self.key_id, datasets)

    def fault(self, today: datetime.date) -> str:
        """Why it opens nothing today; empty where it does."""
        if self.revoked:
            return f"the key {self.key_id} was revoked on {self.revoked}"
        if today.isoformat() > self.expires:
            return f"the key {self.key_id} expired after {self.expires}"
        return ""


def today() -> datetime.date:
    """The day, in UTC."""
    return datetime.datetime.now(datetime.UTC).date()


def digest_of(secret: str) -> str:
    """What is kept of a key or of a session."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


class Keys:
    """The keys of a service.

    Parameters
    ----------
    folder : PrivateFolder
        Where their file is.
    """

    def __init__(self, folder: PrivateFolder) -> None:
        self._records = JsonRecords(folder, "keys")
        self._parsed: tuple[int, dict[str, ApiKey]] = (-1, {})
        self._by_id: dict[str, ApiKey] = {}

    def all(self) -> tuple[ApiKey, ...]:
        """All keys there have ever been, in the order they were made."""
        return tuple(self._by_digest(at_once=True).values())

    @property
    def is_empty(self) -> bool:
        """Whether there has never been a key: one that was revoked counts."""
        # The first key counts at once: until then anybody on this machine is an analyst.
        return not (self._by_digest() or self._by_digest(at_once=True))

    def find(self, secret: str) -> ApiKey:
        """The valid key of a secret.

        Raises
        ------
        CredentialError
            If it is of no key, or of one that was revoked or has expired.
        DamagedKeysError
            If the keys cannot be read.
        """
        digest = digest_of(secret)
        # A key that is not there may have been made this second.
        key = self._by_digest().get(digest) or self._by_digest(at_once=True).get(digest)
        if key is None:
            raise CredentialError("the key is not one of this service")
        return _checked(key)

    def valid(self, key_id: str) -> ApiKey:
        """The valid key of an id.

        Raises
        ------
        CredentialError
            If there is none.
        """
        self._by_digest()
        key = self._by_id.get(key_id)
        if key is None:
            raise CredentialError("the key is not one of this service")
        return _checked(key)

    def make(
        self,
        *,
        role: str,
        title: str,
        expires: datetime.date,
        datasets: Iterable[str] = (),
        requests_per_minute: int | None = None,
    ) -> tuple[ApiKey, str]:
        """A new key, and the secret that opens it, which is kept nowhere.

        Parameters
        ----------
        role : str
            ``partner``, ``analyst`` or ``admin``.
        title : str
            Whose it is, or what for.
        expires : date
            Last day on which it is valid.
        datasets : iterable of str
            The only ones it is for; none: all.
        requests_per_minute : int or None
            Its own limit.

        Raises
        ------
        InvalidKeyOptionsError
            If it would open nothing, or more than a key may.
        """
        if role not in ROLES:
            raise InvalidKeyOptionsError(f"a key is for {', '.join(ROLES)}, got {role!r}")
        if not _TITLE.fullmatch(title):
            raise InvalidKeyOptionsError(
                "a title has 1 to 100 characters in one line; it says whose the key is"
            )
        if expires < today():
            raise InvalidKeyOptionsError(f"{expires} is over: the key would open nothing")
        if requests_per_minute is not None and requests_per_minute < 1:
            raise InvalidKeyOptionsError("a key answers at least one request a minute")
        secret = PREFIX + secrets.token_urlsafe(32)
        key = ApiKey(
            key_id=secrets.token_hex(4),
            digest=digest_of(secret),
            role=Role(role),
            title=title,
            datasets=tuple(sorted(set(datasets))) or None,
            created=today().isoformat(),
            expires=expires.isoformat(),
            requests_per_minute=requests_per_minute,
        )
        self._records.change(lambda records: {**records, key.key_id: asdict(key)})
        return key, secret

    def revoke(self, key_id: str) -> ApiKey:
        """A key that opens nothing from now on; processes notice within a second.

        Raises
        ------
        UnknownKeyIdError
            If there is none.
        """
        return self._changed(key_id, revoked=today().isoformat())

    def rotate(
        self, key_id: str, *, overlap_days: int, expires: datetime.date
    ) -> tuple[ApiKey, str]:
        """A new key like another one, which is valid for some days beside it.

        Parameters
        ----------
        key_id : str
            The old one.
        overlap_days : int
            How many days more it is valid; 0 revokes it.
        expires : date
            Last day of the new one.

        Raises
        ------
        UnknownKeyIdError
            If there is none.
        InvalidKeyOptionsError
            If it opens nothing any more.
        """
        old = self._known(key_id)
        if old.fault(today()):
            raise InvalidKeyOptionsError(f"{old.fault(today())}: make a new one")
        new = self.make(
            role=old.role,
            title=old.title,
            expires=expires,
            datasets=old.datasets or (),
            requests_per_minute=old.requests_per_minute,
        )
        if overlap_days == 0:
            self.revoke(key_id)
        else:
            last = (today() + datetime.timedelta(days=overlap_days)).isoformat()
            self._changed(key_id, expires=min(last, old.expires))
        return new

    def _known(self, key_id: str) -> ApiKey:
        keys = {key.key_id: key for key in self.all()}
        if key_id not in keys:
            raise UnknownKeyIdError(key_id, tuple(keys))
        return keys[key_id]

    def _changed(self, key_id: str, **changes: str) -> ApiKey:
        self._known(key_id)

        def change(records: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
            return {**records, key_id: {**records[key_id], **changes}}

        self._records.change(change)
        return self._known(key_id)

    def _by_digest(self, *, at_once: bool = False) -> Mapping[str, ApiKey]:
        """The keys by the digests of their secrets, parsed once per change of the file."""
        records = self._records.current(at_once=at_once)
        changes, keys = self._parsed
        if changes != self._records.changes:
            keys = {key.digest: key for key in map(self._key_of, records.values())}
            self._parsed = self._records.changes, keys
            self._by_id = {key.key_id: key for key in keys.values()}
        return keys

    def _key_of(self, record: Mapping[str, Any]) -> ApiKey:
        try:
            datasets = record["datasets"]
            role = Role(record["role"])
            key = ApiKey(
                **{
                    **record,
                    "role": role,
                    "datasets": None if datasets is None else tuple(datasets),
                }
            )
        except (KeyError, TypeError, ValueError) as error:
            raise DamagedKeysError(str(self._records.path), f"{error!r}") from error
        if role not in ROLES:
            raise DamagedKeysError(str(self._records.path), f"a key has the role {role}")
        return key


def _checked(key: ApiKey) -> ApiKey:
    """A key that opens something today."""
    fault = key.fault(today())
    if fault:
        raise CredentialError(fault)
    return key
