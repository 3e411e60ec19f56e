"""Which damaged parts an audience is told of: none of a dataset that it does not see."""

from typing import Final

from boundaries.storage.damage import Damage, DamagedPart
from service.access.audience import Audience
from service.publication.protections import KIND as PROTECTION
from service.publication.published import KIND as PUBLISHED
from service.store.incidents import KIND as DATASET

OF_DATASETS: Final = frozenset((DATASET, PROTECTION, PUBLISHED))


class AudienceDamage(Damage):
    """What an audience is told of the damage of a data folder.

    Parameters
    ----------
    damage : Damage
        As the stores note it.
    audience : Audience
        Who is told.
    """

    def __init__(self, damage: Damage, audience: Audience) -> None:
        super().__init__()
        self._noted = damage
        self._audience = audience

    @property
    def changes(self) -> int:
        """How often the damaged parts have become others."""
        return self._noted.changes

    def parts(self) -> tuple[DamagedPart, ...]:
        """All that is damaged and seen, by part and name."""
        seen = self._audience.access_of
        return tuple(
            part
            for part in self._noted.parts()
            if part.part not in OF_DATASETS or part.name in seen
        )
