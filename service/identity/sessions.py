"""Sessions of browsers: a cookie that stands for a key or a token until somebody signs out."""

import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from service.access.audience import Identity
from service.access.policy import Role
from service.identity.keys import digest_of
from service.identity.private_folder import JsonRecords, PrivateFolder

MOST: Final = 20  # sessions of one key; the oldest end when there are more


@dataclass(frozen=True)
class Session:
    """Somebody who has signed in.

    Attributes
    ----------
    identity : Identity
        As the key or token had it.
    expires : float
        End, in seconds since 1970.
    is_of_token : bool
        Whether a token was signed in with; a key is looked up anew at each request.
    """

    identity: Identity
    expires: float
    is_of_token: bool


class Sessions:
    """The sessions of a service, which its processes share.

    Parameters
    ----------
    folder : PrivateFolder
        Where their file is; it has digests of the cookies alone.
    """

    def __init__(self, folder: PrivateFolder) -> None:
        self._records = JsonRecords(folder, "sessions")

    def start(self, identity: Identity, *, expires: float, is_of_token: bool) -> str:
        """The secret of a new session: another one each time, whatever the browser brought."""
        secret = secrets.token_urlsafe(32)
        record = {
            "role": identity.role.value,
            "key_id": identity.key_id,
            "datasets": None if identity.datasets is None else sorted(identity.datasets),
            "expires": expires,
            "is_of_token": is_of_token,
        }

        def change(records: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
            kept = {name: r for name, r in records.items() if r["expires"] > time.time()}
            own = [name for name, r in kept.items() if r["key_id"] == identity.key_id]
            for name in own[: max(0, len(own) + 1 - MOST)]:
                del kept[name]
            return {**kept, digest_of(secret): record}

        self._records.change(change)
        return secret

    def find(self, secret: str) -> Session | None:
        """The session of a secret, None where there is none or it has ended."""
        digest = digest_of(secret)
        record = self._records.current().get(digest) or self._records.current(at_once=True).get(
            digest
        )
        if record is None or record["expires"] <= time.time():
            return None
        return _session_of(record)

    def end(self, secret: str) -> None:
        """End a session; processes notice within a second."""
        digest = digest_of(secret)
        if digest in self._records.current(at_once=True):
            self._records.change(
                lambda records: {name: r for name, r in records.items() if name != digest}
            )


def _session_of(record: Mapping[str, Any]) -> Session:
    datasets = record["datasets"]
    identity = Identity(
        Role(record["role"]),
        record["key_id"],
        None if datasets is None else frozenset(datasets),
    )
    return Session(identity, record["expires"], record["is_of_token"])
