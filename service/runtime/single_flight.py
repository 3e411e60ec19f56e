"""A cache in memory, weighted in bytes, with one computation per key however many ask."""

import threading
from collections.abc import Callable, Hashable
from concurrent.futures import Future
from typing import Generic, TypeVar

from cachetools import LRUCache

from service.runtime.cancellation import AbandonedError, check_cancelled

Value = TypeVar("Value")


class SingleFlightCache(Generic[Value]):
    """Least recently used values, bounded by their summed weight.

    The key must hold everything that changes the value. While one caller computes a value,
    others who ask for the same key wait for it; an error reaches all of them and is not kept.

    Parameters
    ----------
    capacity : int
        Largest summed weight. A single value above it is returned but not kept.
    weigh : callable
        Weight of a value, in the unit of the capacity.
    """

    def __init__(self, capacity: int, *, weigh: Callable[[Value], int] = lambda _: 1) -> None:
        self._kept: LRUCache[Hashable, Value] = LRUCache(capacity, getsizeof=weigh)
        self._pending: dict[Hashable, Future[Value]] = {}
        self._lock = threading.Lock()
        self.hits = 0
        self.misses = 0

    def get(self, key: Hashable, compute: Callable[[], Value]) -> Value:
        """The value of a key, computed at most once at a time.

        A computation that stops because nobody waits for its answer any more stops for its own
        asker alone: one of the others who waited for it here computes in its place.
        """
        while True:
            try:
                return self._get(key, compute)
            except AbandonedError:
                check_cancelled()  # raises again where it is this very asker who has left

    def has(self, key: Hashable) -> bool:
        """Whether the value of a key is kept."""
        with self._lock:
            return key in self._kept

    def _get(self, key: Hashable, compute: Callable[[], Value]) -> Value:
        with self._lock:
            kept = self._kept.get(key)
            if kept is not None:
                self.hits += 1
                return kept
            pending = self._pending.get(key)
            if pending is None:
                self.misses += 1
                ours: Future[Value] = Future()
                self._pending[key] = ours
            else:
                self.hits += 1
        if pending is not None:
            return pending.result()
        try:
            value = compute()
        except BaseException as error:
            with self._lock:
                del self._pending[key]
            ours.set_exception(error)
            raise
        with self._lock:
            del self._pending[key]
            if self._kept.getsizeof(value) <= self._kept.maxsize:
                self._kept[key] = value
        ours.set_result(value)
        return value
