"""Objects that are made, and their modules imported, when they are first used."""

import threading
from collections.abc import Callable
from typing import Any, TypeVar, cast

Made = TypeVar("Made")


def late(make: Callable[[], Made]) -> Made:
    """A stand-in for an object that is made on the first use of one of its attributes.

    Parameters
    ----------
    make : callable
        Makes it; called once, whichever threads use it first.

    Returns
    -------
    object
        Has the attributes of what is made, and nothing of its own.
    """
    return cast(Made, _Late(make))


class _Late:
    def __init__(self, make: Callable[[], Any]) -> None:
        self._make = make
        self._lock = threading.Lock()
        self._made: Any = None

    def __getattr__(self, name: str) -> Any:
        if self._made is None:
            with self._lock:
                if self._made is None:
                    self._made = self._make()
        return getattr(self._made, name)
