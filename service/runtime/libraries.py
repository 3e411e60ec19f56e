"""What the first tile can do without, loaded behind it and while nobody waits."""

import importlib
import time
from collections.abc import Callable, Sequence
from typing import Final

from service.runtime.warm_up import load_other_kernels

LIBRARIES: Final = (
    "sklearn.cluster",
    "mapclassify",
    "giddy.ergodic",
    "tobler.area_weighted",
    "altair",
    "vl_convert",
    "matplotlib.figure",
)
QUIET_S: Final = 2.0
KERNELS_AFTER_S: Final = 5.0  # though nobody has asked for anything
_LOOK_S: Final = 0.25


def load_behind(quiet_s: Callable[[], float | None], complete: Callable[[], None]) -> None:
    """Load what no tile needs once the service has answered: routes, kernels, then libraries.

    Parameters
    ----------
    quiet_s : callable
        As for `load_libraries`.
    complete : callable
        Completes the routes of the application.
    """
    wait_for_answer(quiet_s)
    complete()
    load_other_kernels()
    load_libraries(quiet_s)


def wait_for_answer(
    quiet_s: Callable[[], float | None], *, wait: Callable[[float], None] = time.sleep
) -> None:
    """Wait for the first answer, or until `KERNELS_AFTER_S` have passed without one.

    Parameters
    ----------
    quiet_s, wait : callable
        As for `load_libraries`.
    """
    for _ in range(round(KERNELS_AFTER_S / _LOOK_S)):
        if quiet_s() is not None:
            return
        wait(_LOOK_S)


def load_libraries(
    quiet_s: Callable[[], float | None],
    libraries: Sequence[str] = LIBRARIES,
    *,
    wait: Callable[[float], None] = time.sleep,
) -> None:
    """Import each library once the service has answered and then nobody has asked for a while.

    An import holds the interpreter, so that a tile asked for meanwhile takes twice as long. An
    answer that needs a library before its turn imports it itself.

    Parameters
    ----------
    quiet_s : callable
        Seconds since the last answer; 0 while there are requests, None before the first.
    libraries : sequence of str
        Modules, by their full names.
    wait : callable
        Waits so many seconds.
    """
    for library in libraries:
        while (quiet_s() or 0.0) < QUIET_S:
            wait(_LOOK_S)
        importlib.import_module(library)
