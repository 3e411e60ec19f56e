"""Settings of who may ask: keys, tokens, sessions, and those who bring nothing."""

import urllib.parse
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, PositiveInt, model_validator

from service.config.hosts import host_name, is_loopback

KEYS = "HOTSPOTS_ACCESS__TOKEN_KEYS"


class AccessSettings(BaseModel):
    """Who may ask, and as whom. Keys are made with `hotspots keys make`."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    folder: Path | None = None
    """Folder of keys, secrets and records of use; not in the data folder. By default beside it,
    with `-access` after its name."""

    anonymous_role: Literal["auto", "public", "partner", "analyst"] = "auto"
    """The role of whoever brings neither key nor token. `auto` is `analyst` for requests from this
    machine while there are no keys, tokens, public address or proxies, and `public` otherwise."""

    requests_per_minute: PositiveInt = 6_000
    """Requests of one key that one process answers in a minute; more are refused (429). A key may
    have a limit of its own."""

    session_s: Annotated[int, Field(ge=60, le=7 * 24 * 3600)] = 8 * 3600
    """How long a browser stays signed in, in seconds."""

    token_keys: str = ""
    """File or https address of the key set (JWKS) of single sign-on; empty: tokens are refused."""

    token_issuer: str = ""
    """The issuer (`iss`) that tokens must have."""

    token_audience: str = ""
    """The audience (`aud`) that tokens must have."""

    token_role_claim: str = "roles"  # noqa: S105
    """The claim that has the roles, with dots for claims inside others, such as
    `realm_access.roles`."""

    token_roles: str = "partner=partner,analyst=analyst,admin=admin"  # noqa: S105
    """What values of that claim mean, such as `Atlas.Reader=partner,Atlas.Analyst=analyst`. The
    most trusted role counts."""

    token_datasets_claim: str = "datasets"  # noqa: S105
    """The claim that limits a token to datasets; a token without it is for all."""

    @property
    def role_of_value(self) -> dict[str, str]:
        """The role that each value of the role claim means."""
        parts = (part.rpartition("=") for part in self.token_roles.split(",") if part.strip())
        return {value.strip(): role.strip() for value, _, role in parts}

    @model_validator(mode="after")
    def _tokens_can_be_verified(self) -> Self:
        roles = set(self.role_of_value.values())
        if not roles <= {"partner", "analyst", "admin"}:
            raise ValueError(
                "token_roles are written VALUE=ROLE with commas between several, where roles are "
                f"partner, analyst and admin, got {self.token_roles!r}"
            )
        if not self.token_keys:
            return self
        if not (self.token_issuer and self.token_audience):
            raise ValueError(
                "token_keys need token_issuer and token_audience: a token of another issuer, or "
                "for another service, says nothing here"
            )
        address = urllib.parse.urlsplit(self.token_keys)
        is_local = address.scheme == "http" and is_loopback(host_name(address.netloc) or "")
        if "://" in self.token_keys and not (address.scheme == "https" or is_local):
            raise ValueError("token_keys are a file or begin with https://")
        return self
