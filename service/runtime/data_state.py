"""Whether anything at rest has changed since, for the price of a few file status calls."""

import threading
import time
from collections.abc import Callable, Hashable
from pathlib import Path
from typing import Generic, TypeVar

from cachetools import LRUCache

from boundaries.storage.data_folder import DataFolder

ASKED_AGAIN_NS = 1_000_000  # under load the folders are asked once a millisecond, not per request
SETTLED_NS = 50_000_000  # a change this young may hide another one behind the same clock tick

State = tuple[int, ...]
Value = TypeVar("Value")


class DataState:
    """The times at which the folders of a data folder last changed.

    Every import ends by making or renaming a file in one of them: a layer in ``boundaries``,
    a commit in a table's ``_delta_log``, a new table in ``incidents``. Cheaper than asking
    every store for its version, and never blocks: for a cache that asks at each request.

    Parameters
    ----------
    data_dir : Path or DataFolder
        ``HOTSPOTS_DATA_DIR``; folders in it need not exist yet.
    """

    def __init__(self, data_dir: Path | DataFolder) -> None:
        self._folder = DataFolder.of(data_dir)
        self._listed_at = -1
        self._asked_at = 0
        self._last: State | None = None
        self._logs: tuple[str, ...] = ()

    def now(self) -> State | None:
        """What to compare with later; None while a change is so young that nothing is sure."""
        clock = time.monotonic_ns()
        if clock - self._asked_at < ASKED_AGAIN_NS:
            return self._last
        self._asked_at, self._last = clock, self.asked()
        return self._last

    def asked(self) -> State | None:
        """As `now`, and always of this very moment: for what decides which version bytes are."""
        incidents = self._changed_ns("incidents")
        if incidents != self._listed_at:
            self._logs = self._tables()
            self._listed_at = incidents
        root = self._changed_ns("")
        state = (root, incidents, *(self._changed_ns(log) for log in self._logs))
        if max(state) > time.time_ns() - SETTLED_NS:
            return None
        return state

    def _tables(self) -> tuple[str, ...]:
        """The folder of layers, and the logs of all tables there are or can be."""
        datasets = sorted(self._folder.subfolder("incidents").names())
        tables = ("measures", "sites", "lookups", "postcodes")
        return (
            "boundaries",
            *(f"{name}/_delta_log" for name in tables),
            *(f"incidents/{name}/_delta_log" for name in datasets),
        )

    def _changed_ns(self, folder: str) -> int:
        """When a folder last changed, in nanoseconds; 0 where there is none to be seen."""
        try:
            status = self._folder.status(folder)
        except OSError:
            return 0
        return 0 if status is None else status.changed_ns


class Standing(Generic[Value]):
    """Values that stand as long as no data folder changes, such as versions.

    Parameters
    ----------
    state : DataState
    most : int
        How many are kept; the least recently asked for goes first.
    """

    def __init__(self, state: DataState, *, most: int = 1_000) -> None:
        self._state = state
        self._kept: LRUCache[Hashable, tuple[State, Value]] = LRUCache(most)
        self._lock = threading.Lock()

    def get(self, key: Hashable, compute: Callable[[], Value]) -> Value:
        """The value of a key, computed again if anything has changed since it was."""
        # Asked before computing: what changes meanwhile is not this state's any more.
        state = self._state.asked()
        if state is None:
            return compute()
        with self._lock:
            kept = self._kept.get(key)
        if kept is not None and kept[0] == state:
            return kept[1]
        value = compute()
        with self._lock:
            self._kept[key] = (state, value)
        return value
