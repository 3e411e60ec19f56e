"""Who asks, and under which rule answers leave."""

import enum
from dataclasses import dataclass


class Role(enum.StrEnum):
    """Who asks, from the least to the most trusted.

    The first two see what is published of a restricted dataset, the others its records as they
    are. The owner is who runs the command line on the data folder itself; no key has that role.
    """

    PUBLIC = "public"
    PARTNER = "partner"
    ANALYST = "analyst"
    ADMIN = "admin"
    OWNER = "owner"

    @property
    def sees_records(self) -> bool:
        """Whether answers to this role are computed from the records themselves."""
        return self in (Role.ANALYST, Role.ADMIN, Role.OWNER)


@dataclass(frozen=True)
class Policy:
    """What may leave, for whom; a named and versioned rule."""

    name: str
    version: int = 1

    @property
    def label(self) -> str:
        """Name and version as they enter entity tags and cache keys."""
        return f"{self.name}-{self.version}"


OPEN = Policy("open")
