"""Ending a computation that no client waits for any more.

A `CancelToken` belongs to one computation. Whoever starts the computation makes its token
current with `cancellable`; analyses call `check_cancelled` between their steps, or hand it to the
numerics as `on_progress`. The token is held in a context variable, so that two computations never
see each other's.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar


class AbandonedError(Exception):
    """No client waits for the answer any more."""

    def __str__(self) -> str:
        return "no client is waiting for this answer any more"


class CancelToken:
    """Tells one computation, from another thread, that it should end."""

    __slots__ = ("_cancelled",)

    def __init__(self) -> None:
        self._cancelled = threading.Event()

    def cancel(self) -> None:
        """Ask the computation to end at its next check."""
        self._cancelled.set()

    @property
    def is_cancelled(self) -> bool:
        """Whether the computation has been asked to end."""
        return self._cancelled.is_set()


_TOKEN: ContextVar[CancelToken | None] = ContextVar("hotspots_cancel_token", default=None)


@contextmanager
def cancellable(token: CancelToken) -> Iterator[None]:
    """Make a token the one that `check_cancelled` checks in this block."""
    previous = _TOKEN.set(token)
    try:
        yield
    finally:
        _TOKEN.reset(previous)


def check_cancelled(*_: object) -> None:
    """Raise if the current computation has been cancelled; does nothing outside of one.

    Takes and ignores what progress callbacks are given. Call it in the thread that computes:
    threads started by hand do not inherit the token.

    Raises
    ------
    AbandonedError
        If the token of this computation is cancelled.
    """
    token = _TOKEN.get()
    if token is not None and token.is_cancelled:
        raise AbandonedError
