"""Threads for the work that answers cost, in lanes, so that slow answers do not starve fast ones.

A lane has a number of threads and a queue with an end. Who comes when the queue is full is told
so at once (503 with Retry-After) instead of waiting for a time nobody can state.

WorkError
└── BusyError    everybody who may wait for such work waits already
"""

import contextvars
import enum
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import ClassVar, TypeVar

from service.config.settings import LimitSettings
from service.runtime.cancellation import CancelToken

Value = TypeVar("Value")

QUICK_THREADS = 16
ORDINARY_THREADS = 8


class Work(enum.StrEnum):
    """What kind of work an answer is."""

    QUICK = "quick"  # tiles, lists: milliseconds
    ORDINARY = "ordinary"  # tables, rasters, pictures: up to some seconds
    HEAVY = "heavy"  # whatever draws from a null: seconds to minutes


class WorkError(Exception):
    """Work that is not done, and why."""

    code: ClassVar[str] = "work-error"


class BusyError(WorkError):
    """Everybody who may wait waits already."""

    code = "busy"
    retry_after_s: ClassVar[int] = 10

    def __init__(self, work: str, running: int, waiting: int) -> None:
        super().__init__(work, running, waiting)
        self.work = work
        self.running = running
        self.waiting = waiting

    def __str__(self) -> str:
        return (
            f"{self.running} {self.work} answers are being computed and {self.waiting} wait "
            f"for it, which is as many as may: ask again in {self.retry_after_s} seconds"
        )


class Lane:
    """Threads for one kind of work, and a queue in front of them that has an end.

    Parameters
    ----------
    work : Work
        The kind.
    threads : int
        How many are done at a time.
    places : int
        How many may wait besides.
    on_change : callable, optional
        Told whenever a job comes or goes.
    """

    def __init__(
        self,
        work: Work,
        *,
        threads: int,
        places: int,
        on_change: Callable[["Lane"], None] | None = None,
    ) -> None:
        self.work = work
        self._on_change = on_change
        self._threads = threads
        self._places = places
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix=f"hotspots-{work}")
        self._lock = threading.Lock()
        self._accepted = 0
        self._tokens: set[CancelToken] = set()

    @property
    def running(self) -> int:
        """How many are being computed."""
        return min(self._accepted, self._threads)

    @property
    def waiting(self) -> int:
        """How many wait."""
        return max(self._accepted - self._threads, 0)

    def submit(self, job: Callable[[], Value], token: CancelToken) -> Future[Value]:
        """Have a job done, in the context of the caller; cancelled jobs leave the queue.

        Parameters
        ----------
        job : callable
            Does the work; runs in a thread of the lane.
        token : CancelToken
            What the job checks between its steps.

        Raises
        ------
        BusyError
            If the queue is full.
        """
        with self._lock:
            if self._accepted >= self._threads + self._places:
                raise BusyError(self.work, self.running, self.waiting)
            self._accepted += 1
            self._tokens.add(token)
            self._changed()

        def left(_: object) -> None:
            with self._lock:
                self._accepted -= 1
                self._tokens.discard(token)
                self._changed()

        try:
            future = self._pool.submit(contextvars.copy_context().run, job)
        except BaseException:
            left(None)
            raise
        future.add_done_callback(left)
        return future

    def close(self) -> None:
        """Drop what waits, and ask what runs to stop."""
        self._pool.shutdown(wait=False, cancel_futures=True)
        with self._lock:
            for token in self._tokens:
                token.cancel()

    def _changed(self) -> None:
        if self._on_change is not None:
            self._on_change(self)


class Lanes:
    """The lanes of a process."""

    def __init__(
        self, limits: LimitSettings, on_change: Callable[[Lane], None] | None = None
    ) -> None:
        sizes = {
            Work.QUICK: (QUICK_THREADS, limits.waiting),
            Work.ORDINARY: (ORDINARY_THREADS, limits.waiting),
            Work.HEAVY: (limits.heavy_running, limits.heavy_waiting),
        }
        self._lanes = {
            work: Lane(work, threads=threads, places=places, on_change=on_change)
            for work, (threads, places) in sizes.items()
        }

    def __getitem__(self, work: Work) -> Lane:
        return self._lanes[work]

    def close(self) -> None:
        """Drop what waits in all of them."""
        for lane in self._lanes.values():
            lane.close()
