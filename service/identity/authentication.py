"""From what a request brings to who asks."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Final, Literal

from service.access.audience import ANONYMOUS, Identity
from service.access.policy import Role
from service.config.settings import Settings
from service.identity.errors import CredentialError
from service.identity.keys import PREFIX, Keys
from service.identity.private_folder import PrivateFolder
from service.identity.rates import RateLimits
from service.identity.sessions import Sessions
from service.identity.tokens import Tokens

Way = Literal["header", "address", "cookie"]

LOCAL_ANALYST: Final = Identity(Role.ANALYST)


@dataclass(frozen=True)
class Credential:
    """What a request brought, taken off it.

    Attributes
    ----------
    secret : str
        A key, a token or the secret of a session.
    way : {'header', 'address', 'cookie'}
        How it came.
    """

    secret: str
    way: Way


@dataclass(frozen=True)
class Login:
    """Somebody who was let in.

    Attributes
    ----------
    identity : Identity
        Who asks.
    expires : float
        Until when what they brought is valid, in seconds since 1970.
    wait_s : float
        How long they have to wait before they may ask again; 0: they need not.
    is_token : bool
        Whether they came with a token.
    """

    identity: Identity
    expires: float = float("inf")
    wait_s: float = 0.0
    is_token: bool = False


class Authentication:
    """Keys, tokens and sessions of a service, and the role of those who bring nothing.

    Parameters
    ----------
    settings : Settings
        Where the keys are, and which tokens are taken.
    tokens : Tokens or None
        By default as the settings say.
    """

    def __init__(self, settings: Settings, tokens: Tokens | None = None) -> None:
        access = settings.access
        folder = PrivateFolder(settings.access_folder)
        self.keys = Keys(folder)
        self.sessions = Sessions(folder)
        self.session_s = access.session_s
        self._tokens = tokens or (Tokens(access) if access.token_keys else None)
        self._rates = RateLimits(access.requests_per_minute)
        self._anonymous_role = access.anonymous_role
        self._is_public = settings.is_public

    @property
    def is_keyed(self) -> bool:
        """Whether keys or tokens tell people apart: a key that was revoked is one that was made.

        Raises
        ------
        DamagedKeysError
            If the keys cannot be read.
        """
        return self._tokens is not None or not self.keys.is_empty

    def anonymous(self, *, is_keyed: bool, is_local: bool) -> Identity:
        """Who asks without bringing anything.

        Parameters
        ----------
        is_keyed : bool
            As of the property.
        is_local : bool
            Whether the request shows no trace of having come from another machine.
        """
        if self._anonymous_role != "auto":
            return Identity(Role(self._anonymous_role))
        is_trusted = is_local and not is_keyed and not self._is_public
        return LOCAL_ANALYST if is_trusted else ANONYMOUS

    def login(self, credential: Credential) -> Login | Callable[[], Login]:
        """Who a credential lets in; for a token that is new, what finds it out in a thread.

        Raises
        ------
        CredentialError
            If it opens nothing.
        DamagedKeysError
            If the keys cannot be read.
        """
        secret = credential.secret
        if credential.way == "cookie":
            return self._by_session(secret)
        if secret.startswith(PREFIX) or self._tokens is None or credential.way == "address":
            return self._by_key(secret)
        entry = self._tokens.verified(secret)
        if entry is None:
            return partial(self._by_token, secret)
        return self._counted(Login(*entry, is_token=True))

    def _by_key(self, secret: str) -> Login:
        key = self.keys.find(secret)
        return self._counted(Login(key.identity), key.requests_per_minute)

    def _by_token(self, token: str) -> Login:
        if self._tokens is None:
            raise CredentialError("this service takes no tokens")
        return self._counted(Login(*self._tokens.verify(token), is_token=True))

    def _by_session(self, secret: str) -> Login:
        session = self.sessions.find(secret)
        if session is None:
            raise CredentialError("the session has ended")
        if session.is_of_token:
            return self._counted(Login(session.identity, session.expires))
        key = self.keys.valid(session.identity.key_id)
        return self._counted(Login(key.identity, session.expires), key.requests_per_minute)

    def _counted(self, login: Login, per_minute: int | None = None) -> Login:
        wait_s = self._rates.wait_s(login.identity.key_id, per_minute)
        if not wait_s:
            return login
        return Login(login.identity, login.expires, wait_s, login.is_token)

    def start_session(self, login: Login) -> tuple[str, float]:
        """The secret of a new session, and its end; no later than that of what was brought."""
        expires = min(time.time() + self.session_s, login.expires)
        secret = self.sessions.start(login.identity, expires=expires, is_of_token=login.is_token)
        return secret, expires
