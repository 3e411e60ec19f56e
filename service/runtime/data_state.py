"""Whether anything at rest has changed since, for the price of a few file status calls."""

import logging
import threading
import time
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from cachetools import LRUCache

from boundaries.storage.damage import Damage
from boundaries.storage.data_folder import DataFolder
from service.access.stand_ins import variant_of_stand_ins

RECENT_NS = 1_000_000  # under load the folders are asked once a millisecond, not per request
SETTLED_NS = 50_000_000  # a change younger than this may hide another one
AHEAD_NS = 60 * 10**9  # clocks of two machines differ by less, unless one of them is wrong

DATASETS = ("incidents", "published")  # folders with a table for each dataset

State = tuple[int, ...]

logger = logging.getLogger("hotspots")


class DataState:
    """The times at which the folders of a data folder last changed.

    Every import ends by making or renaming a file in one of them: a layer in ``boundaries``,
    a commit in a table's ``_delta_log``, a new table in ``incidents`` or ``published``, a file in
    ``protections``. Cheaper than asking every
    store for its version: a dozen file status calls, about 16 microseconds.

    Parameters
    ----------
    data_dir : Path or DataFolder
        ``HOTSPOTS_DATA_DIR``; folders in it need not exist yet.
    damage : Damage or None
        What is known to be damaged, which is another state than when it is not.

    Notes
    -----
    A folder whose time is young, or ahead of the clock, may change again without another time;
    its state counts once it has been the same for as long as that may take.
    """

    def __init__(self, data_dir: Path | DataFolder, damage: Damage | None = None) -> None:
        self._folder = DataFolder.of(data_dir)
        self._damage = damage or Damage()
        self._is_warned = False
        self._unsettled: tuple[State, int] = ((), 0)  # and since when, on the monotonic clock
        self._listed: tuple[State, tuple[str, ...]] = (
            (),
            (),
        )  # when tables came or went, and logs
        self._glanced_at = 0
        self._last: State | None = None

    def recent(self) -> State | None:
        """What `glance` gives, or gave less than a millisecond ago; for the event loop."""
        clock = time.monotonic_ns()
        if clock - self._glanced_at >= RECENT_NS:
            self._glanced_at, self._last = clock, self.glance()
        return self._last

    def glance(self) -> State | None:
        """The state of this very moment, from file statuses alone; for the event loop.

        None while a change is so young that another may hide behind the same clock tick, and
        while datasets have come or gone that `current` has not listed yet.
        """
        tables = self._tables_changed_ns()
        listed_at, logs = self._listed
        return self._state(tables, logs) if tables == listed_at else None

    def current(self) -> State | None:
        """As `glance`, after listing the datasets where they may have changed."""
        tables = self._tables_changed_ns()
        if tables != self._listed[0]:
            self._listed = (tables, self._tables())
        return self._state(tables, self._listed[1])

    def _tables_changed_ns(self) -> State:
        """When tables of datasets came or went."""
        return tuple(self._changed_ns(name) for name in DATASETS)

    def _state(self, tables: State, logs: tuple[str, ...]) -> State | None:
        folders = (self._changed_ns(""), *tables, *(self._changed_ns(log) for log in logs))
        state = (self._damage.changes, *folders)
        return state if self._has_settled(state, max(folders)) else None

    def _has_settled(self, state: State, latest_ns: int) -> bool:
        """Whether no change can hide behind the same times any more."""
        ahead_ns = latest_ns - (time.time_ns() - SETTLED_NS)
        if ahead_ns <= 0:
            return True
        clock_ns = time.monotonic_ns()
        if self._unsettled[0] != state:
            if ahead_ns > AHEAD_NS and not self._is_warned:
                self._is_warned = True
                logger.warning(
                    "a folder in %s was changed %.0f s from now, by its time: the clock of this "
                    "machine or of its disk is wrong",
                    self._folder.path,
                    ahead_ns / 1e9,
                )
            self._unsettled = state, clock_ns
        return clock_ns - self._unsettled[1] > SETTLED_NS

    def _tables(self) -> tuple[str, ...]:
        """The folder of layers, and the logs of all tables there are or can be."""
        datasets = [
            f"{kind}/{name}"
            for kind in DATASETS
            for name in sorted(self._folder.subfolder(kind).names())
        ]
        tables = (
            "measures",
            "sites",
            "lookups",
            "postcodes",
            "events",
            "harm_indices",
            "flag_rules",
            "area_groups",
            "gazetteer",
            "roads",
            "background",
            "place_sets",
            "neighbours",
        )
        return (
            "boundaries",
            "protections",
            *(f"{name}/_delta_log" for name in (*tables, *datasets)),
        )

    def _changed_ns(self, folder: str) -> int:
        """When a folder last changed, in nanoseconds; 0 where there is none to be seen."""
        try:
            status = self._folder.status(folder)
        except OSError:
            return 0
        return 0 if status is None else status.changed_ns


@dataclass(frozen=True)
class DataVersion:
    """The version of what an answer is computed from, and how it is asked for.

    Attributes
    ----------
    key : hashable
        Tells it from all other versions.
    read : callable
        Asks the stores for it.
    """

    key: Hashable
    read: Callable[[], str] = field(compare=False)

    @classmethod
    def of(cls, read: Callable[..., str], *arguments: Hashable) -> "DataVersion":
        """What a function says of some arguments; the method of an object is told by both."""
        return cls((read, *arguments), partial(read, *arguments))


class VersionCache:
    """Versions, each asked of the stores only when something in the data folder has changed.

    Parameters
    ----------
    state : DataState
    max_entries : int
        How many are kept; the least recently used goes first.
    """

    def __init__(self, state: DataState, *, max_entries: int = 1_000) -> None:
        self._state = state
        self._entries: LRUCache[Hashable, tuple[State, str]] = LRUCache(max_entries)
        self._lock = threading.Lock()

    def peek(self, version: DataVersion) -> str | None:
        """The version, if it is known and nothing has changed since; for the event loop."""
        return self._known(version, self._state.glance())

    def get(self, version: DataVersion) -> str:
        """The version, read from the stores where it is not known; for a worker thread."""
        # Take the state first, so that a change during the reading invalidates the result.
        state = self._state.current()
        known = self._known(version, state)
        if known is not None:
            return known
        text = version.read()
        if state is not None:
            with self._lock:
                self._entries[_of_this_moment(version)] = (state, text)
        return text

    def _known(self, version: DataVersion, state: State | None) -> str | None:
        with self._lock:
            entry = self._entries.get(_of_this_moment(version))
        return entry[1] if entry is not None and entry[0] == state else None


def _of_this_moment(version: DataVersion) -> Hashable:
    """The key of a version, with what hidden cells stand in with while it is asked for."""
    return variant_of_stand_ins(), version.key
