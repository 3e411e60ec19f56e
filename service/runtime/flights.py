"""Rendered answers by their entity tags: those that are kept, and those on their way."""

import threading
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass

from cachetools import LRUCache

from service.runtime.cancellation import CancelToken

OVERHEAD_BYTES = 64
Body = bytes


@dataclass(frozen=True)
class Made:
    """A computed body, and whether the data stood still while it was made."""

    body: Body
    is_settled: bool


class Flight:
    """One answer on its way, however many wait for it."""

    __slots__ = ("askers", "result", "tag", "token")

    def __init__(self, tag: str, token: CancelToken, result: Future[Made]) -> None:
        self.tag = tag
        self.token = token
        self.result = result
        self.askers = 0


class Bodies:
    """Bodies by entity tag, least recently used first out, and one computation per tag at a time.

    Waiting costs no thread: a flight's result is a future. When the last who waits has left,
    the computation is asked to stop, and who comes afterwards begins another.

    Parameters
    ----------
    capacity : int
        Largest sum of bytes. A body above it is given and not kept.
    """

    def __init__(self, capacity: int) -> None:
        self._kept: LRUCache[str, Body] = LRUCache(
            capacity, getsizeof=lambda body: len(body) + OVERHEAD_BYTES
        )
        self._flights: dict[str, Flight] = {}
        # The future of a job that is done already calls back in the thread that asks.
        self._lock = threading.RLock()

    def peek(self, tag: str) -> Body | None:
        """The body that is kept of a tag."""
        with self._lock:
            return self._kept.get(tag)

    def keep(self, tag: str, body: Body) -> None:
        """Keep a body whose tag is known to be right."""
        with self._lock:
            if len(body) + OVERHEAD_BYTES <= self._kept.maxsize:
                self._kept[tag] = body

    def is_on_its_way(self, tag: str) -> bool:
        """Whether somebody's computation will give the body."""
        return tag in self._flights

    def join(self, tag: str, begin: Callable[[CancelToken], Future[Made]]) -> tuple[Flight, bool]:
        """Wait for a tag's body with the others; who joins must `leave`.

        Parameters
        ----------
        tag : str
            The entity tag of the answer.
        begin : callable
            Begins the computation, and must not wait for anything. Called for the first who
            asks; what it raises is raised here.

        Returns
        -------
        Flight, bool
            The flight, and whether it was begun by this call.
        """
        with self._lock:
            flight = self._flights.get(tag)
            first = flight is None
            if flight is None:
                token = CancelToken()
                flight = Flight(tag, token, begin(token))
                self._flights[tag] = flight
                flight.result.add_done_callback(lambda _: self._landed(flight))
            flight.askers += 1
            return flight, first

    def leave(self, flight: Flight) -> None:
        """No longer wait; the last one out ends the computation, if it has not ended."""
        with self._lock:
            flight.askers -= 1
            if flight.askers or flight.result.done():
                return
            self._landed(flight)
            flight.token.cancel()
        flight.result.cancel()  # works while it waits for a thread

    def _landed(self, flight: Flight) -> None:
        with self._lock:
            if self._flights.get(flight.tag) is flight:
                del self._flights[flight.tag]
