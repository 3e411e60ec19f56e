"""Work that stops when nobody waits for it any more.

A `Stop` belongs to one computation. It is handed on explicitly: whoever starts the computation
sets it around the call with `watched`, and an analysis takes `checkpoint()` once, at its
beginning, and passes that on as an argument (`on_progress` of the numerics). It lives in a
context variable in between, so that two computations never see each other's.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar


class AbandonedError(Exception):
    """Nobody waits for the answer any more."""

    def __str__(self) -> str:
        return "nobody waits for this answer any more"


class Stop:
    """A flag that one computation looks at between its steps."""

    __slots__ = ("_flag", "checks")

    def __init__(self) -> None:
        self._flag = threading.Event()
        self.checks = 0

    def set(self) -> None:
        """Ask the computation to end at its next step."""
        self._flag.set()

    @property
    def is_set(self) -> bool:
        """Whether it has been asked to end."""
        return self._flag.is_set()

    def __call__(self, *_: object) -> None:
        """Raise if it has been asked to end; takes what progress callbacks take.

        Raises
        ------
        AbandonedError
        """
        self.checks += 1
        if self._flag.is_set():
            raise AbandonedError


_STOP: ContextVar[Stop | None] = ContextVar("hotspots_stop", default=None)


@contextmanager
def watched(stop: Stop) -> Iterator[None]:
    """Within it, `checkpoint` gives this stop."""
    before = _STOP.set(stop)
    try:
        yield
    finally:
        _STOP.reset(before)


def checkpoint() -> Callable[..., None]:
    """What the computation at hand calls between its steps; outside of one it does nothing."""
    stop = _STOP.get()
    return _go_on if stop is None else stop


def _go_on(*_: object) -> None:
    """Nobody can ask for an end."""
