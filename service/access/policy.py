"""Who asks, and under which rule answers leave."""

import enum
from dataclasses import dataclass


class Role(enum.StrEnum):
    """Who asks."""

    PUBLIC = "public"


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
