"""Libraries whose import takes seconds, loaded while nobody waits."""

import importlib
import time
from collections.abc import Callable, Sequence
from typing import Final

LIBRARIES: Final = (
    "sklearn.cluster",
    "mapclassify",
    "giddy.ergodic",
    "tobler.area_weighted",
    "altair",
    "vl_convert",
)
QUIET_S: Final = 2.0
_LOOK_S: Final = 0.25


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
