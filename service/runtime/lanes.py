"""Threads for the work that answers cost, in lanes, so that slow answers do not starve fast ones.

A lane has a number of threads and a queue with an end. A request that finds the queue full is
refused at once (503 with Retry-After) instead of waiting for a time nobody can state.

WorkError
└── BusyError    the queue is full
"""

import contextvars
import enum
import os
import sys
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, ClassVar, TypeVar

from service.config.settings import LimitSettings
from service.runtime.budget import Budget, within
from service.runtime.cancellation import CancelToken, cancellable, check_cancelled

Value = TypeVar("Value")

QUICK_THREADS = 16
ORDINARY_THREADS = 8
QUICK_S, ORDINARY_S = 0.5, 2.0  # estimated; whatever takes longer is moved to the heavy lane
HEAVY_NICENESS, LONG_NICENESS = 10, 15


class Cost(enum.StrEnum):
    """What computing an answer costs; each cost has a lane."""

    QUICK = "quick"  # tiles, lists: milliseconds
    ORDINARY = "ordinary"  # tables, rasters, pictures: up to some seconds
    HEAVY = "heavy"  # whatever draws from a null, or takes seconds
    LONG = "long"  # jobs: nobody waits for them


class WorkError(Exception):
    """Work that is not done, and why."""

    code: ClassVar[str] = "work-error"


class BusyError(WorkError):
    """The queue of a lane is full."""

    code = "busy"
    retry_after_s: ClassVar[int] = 10

    def __init__(self, cost: str, running: int, waiting: int) -> None:
        super().__init__(cost, running, waiting)
        self.cost = cost
        self.running = running
        self.waiting = waiting

    def __str__(self) -> str:
        return (
            f"the queue is full: {self.running} {self.cost} answers are being computed and "
            f"{self.waiting} are waiting. Retry in {self.retry_after_s} seconds"
        )


class Lane:
    """Threads for answers of one cost, and a bounded queue in front of them.

    Parameters
    ----------
    cost : Cost
        Of the answers.
    threads : int
        How many are computed at a time.
    queue_size : int
        How many more may wait.
    limits, seconds : LimitSettings, float
        What an answer may take here: see `Budget`. Without limits nothing is bounded.
    longer : Lane, optional
        Where an answer that takes longer is computed.
    niceness : int
        By how much its threads stand back for all others, and theirs with them (Linux).
    on_change : callable, optional
        Called with the lane whenever a job comes or goes.
    """

    def __init__(
        self,
        cost: Cost,
        *,
        threads: int,
        queue_size: int,
        limits: LimitSettings | None = None,
        seconds: float = 0.0,
        longer: "Lane | None" = None,
        niceness: int = 0,
        on_change: Callable[["Lane"], None] = lambda _: None,
    ) -> None:
        self.cost = cost
        self.longer = longer
        self.seconds = seconds
        self._limits = limits
        self._threads = threads
        self._queue_size = queue_size
        self._on_change = on_change
        self._pool = ThreadPoolExecutor(
            threads,
            thread_name_prefix=f"hotspots-{cost}",
            initializer=_stand_back,
            initargs=(niceness,),
        )
        self._lock = threading.Lock()
        self._jobs: dict[Future[Any], CancelToken] = {}

    @property
    def running(self) -> int:
        """How many jobs are being done."""
        return min(len(self._jobs), self._threads)

    @property
    def waiting(self) -> int:
        """How many jobs wait."""
        return max(len(self._jobs) - self._threads, 0)

    def submit(self, job: Callable[[], Value], token: CancelToken) -> Future[Value]:
        """Start a job in the caller's context; a future that is cancelled leaves the queue.

        Parameters
        ----------
        job : callable
            Does the work; runs in a thread of the lane.
        token : CancelToken
            What `check_cancelled` checks within the job.

        Raises
        ------
        BusyError
            If the queue is full.
        """

        def run() -> Value:
            with cancellable(token):
                check_cancelled()
                if self._limits is None:
                    return job()
                with within(Budget(self.seconds, self._limits)):
                    return job()

        with self._lock:
            if len(self._jobs) >= self._threads + self._queue_size:
                raise BusyError(self.cost, self.running, self.waiting)
            future = self._pool.submit(contextvars.copy_context().run, run)
            self._jobs[future] = token
        self._on_change(self)
        future.add_done_callback(self._leave)
        return future

    def close(self) -> None:
        """Drop the jobs that wait, and ask those that run to end."""
        self._pool.shutdown(wait=False, cancel_futures=True)
        with self._lock:
            for token in self._jobs.values():
                token.cancel()

    def _leave(self, future: Future[Any]) -> None:
        with self._lock:
            del self._jobs[future]
        self._on_change(self)


class Lanes:
    """The lanes of a process, by cost."""

    def __init__(
        self, limits: LimitSettings, on_change: Callable[[Lane], None] = lambda _: None
    ) -> None:
        heavy = Lane(
            Cost.HEAVY,
            threads=limits.heavy_running,
            queue_size=limits.heavy_waiting,
            limits=limits,
            seconds=limits.wait_s,
            niceness=HEAVY_NICENESS,
            on_change=on_change,
        )
        long = Lane(
            Cost.LONG,
            threads=limits.jobs_running,
            queue_size=limits.jobs_waiting,
            limits=limits,
            seconds=limits.work_s,
            niceness=LONG_NICENESS,
            on_change=on_change,
        )
        self._lanes = {Cost.HEAVY: heavy, Cost.LONG: long} | {
            cost: Lane(
                cost,
                threads=threads,
                queue_size=limits.waiting,
                limits=limits,
                seconds=seconds,
                longer=heavy,
                on_change=on_change,
            )
            for cost, threads, seconds in (
                (Cost.QUICK, QUICK_THREADS, QUICK_S),
                (Cost.ORDINARY, ORDINARY_THREADS, ORDINARY_S),
            )
        }

    def __getitem__(self, cost: Cost) -> Lane:
        return self._lanes[cost]

    def close(self) -> None:
        """Close all of them."""
        for lane in self._lanes.values():
            lane.close()


def _stand_back(niceness: int) -> None:
    """Let other threads of the machine go first; what this thread starts inherits it."""
    if niceness and sys.platform == "linux":  # elsewhere the whole process would stand back
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), niceness)
