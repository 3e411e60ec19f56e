"""Which parts of a data folder cannot be read, as those who read them have noticed."""

import logging
import threading
from collections.abc import Collection
from typing import NamedTuple

RETRY_S = 30.0  # after which a damaged part is read again: it may have been put back meanwhile

logger = logging.getLogger(__name__)
logger.addHandler(logging.NullHandler())  # a command says in its own words what is damaged


class DamagedPart(NamedTuple):
    """A part of the data folder that cannot be read.

    Attributes
    ----------
    part : str
        ``layer``, ``dataset``, or the name of the only table of its kind, such as ``measures``.
    name : str
        Of the layer or dataset; of another table as `part`.
    reason : str
        What is wrong with it, for who keeps the data.
    is_served : bool
        Whether what was in memory before the damage is still answered from.
    """

    part: str
    name: str
    reason: str
    is_served: bool


class Damage:
    """The damaged parts of one data folder; its stores note them, and note that they are well."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._parts: dict[tuple[str, str], DamagedPart] = {}
        self._changes = 0

    @property
    def changes(self) -> int:
        """How often the damaged parts have become others; no answer outlives such a change."""
        return self._changes

    def parts(self) -> tuple[DamagedPart, ...]:
        """All that is damaged, by part and name."""
        with self._lock:
            return tuple(sorted(self._parts.values()))

    def note(self, damaged: DamagedPart) -> None:
        """Note that a part cannot be read; logged once."""
        key = damaged.part, damaged.name
        with self._lock:
            if self._parts.get(key) == damaged:
                return
            self._parts[key] = damaged
            self._changes += 1
        served = "what was read before is served on" if damaged.is_served else "it is not served"
        logger.error("%s %s is damaged, %s: %s", *key, served, damaged.reason)

    def mend(self, part: str, name: str) -> None:
        """Note that a part can be read, or is not there any more."""
        if (part, name) not in self._parts:  # asked at every reading, without the lock
            return
        with self._lock:
            if self._parts.pop((part, name), None) is not None:
                self._changes += 1
        logger.warning("%s %s is damaged no longer", part, name)

    def forget(self, part: str, names: Collection[str]) -> None:
        """Note that of a kind of part there are only those of some names."""
        for damaged in self.parts():
            if damaged.part == part and damaged.name not in names:
                self.mend(part, damaged.name)
