"""When the interpreter looks for garbage: not while the service is put together."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def uncollected() -> Iterator[None]:
    """Do not look for garbage among what is made here, neither now nor later.

    Modules, classes, routes and kernels stay as long as the process. To go through half a
    million of them again and again takes a fifth of a start, and later a tenth of a second each
    time, in which nobody is answered.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()
