"""The cookie of a session: which scripts cannot read, and other sites cannot send or set."""

import urllib.parse
from dataclasses import dataclass
from typing import Final

from starlette.requests import Request

from service.config.settings import Settings

NAME: Final = "hotspots"


@dataclass(frozen=True)
class SessionCookie:
    """Name and attributes of the cookie of one service.

    Over https its name has a prefix: browsers then take it neither from another host of the same
    domain nor from whoever answers for this one without encryption, so that nobody is made to go
    on in a session of somebody else's.

    Attributes
    ----------
    path : str
        The path of the public address, where the service is not at the top.
    is_secure : bool
        Whether the public address is of https.
    """

    path: str = "/"
    is_secure: bool = False

    @classmethod
    def of(cls, settings: Settings) -> "SessionCookie":
        """That of a service with some settings."""
        address = urllib.parse.urlsplit(settings.public_url)
        return cls(address.path or "/", address.scheme == "https")

    @property
    def names(self) -> tuple[str, ...]:
        """The names it is taken by: without a prefix only where there may be no encryption."""
        secured = f"__Host-{NAME}" if self.path == "/" else f"__Secure-{NAME}"
        return (secured,) if self.is_secure else (secured, NAME)

    def header(self, request: Request, secret: str, *, max_age_s: int) -> str:
        """The value of ``Set-Cookie``; no secret and no age delete it."""
        is_secure = self.is_secure or request.url.scheme == "https"
        name = self.names[0] if is_secure else NAME
        secured = "; Secure" if is_secure else ""
        return (
            f"{name}={secret}; Path={self.path}; Max-Age={max_age_s}; HttpOnly; SameSite=Strict"
            f"{secured}"
        )
