"""Whether anything at rest has changed since, for the price of a few file status calls."""

import os
import time
from pathlib import Path

ASKED_AGAIN_NS = 1_000_000  # under load the folders are asked once a millisecond, not per request
SETTLED_NS = 50_000_000  # a change this young may hide another one behind the same clock tick

State = tuple[int, ...]


class DataState:
    """The times at which the folders of a data folder last changed.

    Every import ends by making or renaming a file in one of them: a layer in ``boundaries``,
    a commit in a table's ``_delta_log``, a new table in ``incidents``. Cheaper than asking
    every store for its version, and never blocks: for a cache that asks at each request.

    Parameters
    ----------
    data_dir : Path
        ``HOTSPOTS_DATA_DIR``; folders in it need not exist yet.
    """

    def __init__(self, data_dir: Path) -> None:
        self._root = os.fspath(data_dir)
        self._listed_at = -1
        self._asked_at = 0
        self._last: State | None = None
        self._logs: tuple[str, ...] = ()

    def now(self) -> State | None:
        """What to compare with later; None while a change is so young that nothing is sure."""
        clock = time.monotonic_ns()
        if clock - self._asked_at < ASKED_AGAIN_NS:
            return self._last
        self._asked_at, self._last = clock, self._look()
        return self._last

    def _look(self) -> State | None:
        incidents = _changed_ns(f"{self._root}/incidents")
        if incidents != self._listed_at:
            self._logs = self._tables()
            self._listed_at = incidents
        root = _changed_ns(self._root)
        state = (root, incidents, *(_changed_ns(log) for log in self._logs))
        if max(state) > time.time_ns() - SETTLED_NS:
            return None
        return state

    def _tables(self) -> tuple[str, ...]:
        """The folder of layers, and the logs of all tables there are or can be."""
        try:
            with os.scandir(f"{self._root}/incidents") as entries:
                datasets = sorted(entry.name for entry in entries)
        except OSError:
            datasets = []
        single = ("measures", "sites", "lookups", "postcodes")
        return (
            f"{self._root}/boundaries",
            *(f"{self._root}/{name}/_delta_log" for name in single),
            *(f"{self._root}/incidents/{name}/_delta_log" for name in datasets),
        )


def _changed_ns(path: str) -> int:
    """When a folder last changed, in nanoseconds; 0 where there is none."""
    try:
        return os.stat(path).st_mtime_ns  # noqa: PTH116 - a Path costs more than the call
    except OSError:
        return 0
