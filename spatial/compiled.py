"""The one way a kernel is compiled: nogil and cached, never parallel, never fastmath."""

from collections.abc import Callable
from typing import TypeVar, cast

from numba import njit

Kernel = TypeVar("Kernel", bound=Callable[..., object])


def compiled(kernel: Kernel) -> Kernel:
    """Compile a private kernel on first use, keep the machine code between starts.

    ``nogil`` lets threads above the kernels share the cores. ``parallel=True`` is refused
    here: two concurrent calls abort the process under numba's workqueue layer.
    ``fastmath`` is off because it removes the NaN checks. Where no folder for machine code can
    be written (a read-only installation whose user has no home) it is compiled at every start.
    """
    try:
        return cast(Kernel, njit(nogil=True, cache=True)(kernel))
    except RuntimeError:  # numba's way of saying that it found no such folder
        return cast(Kernel, njit(nogil=True)(kernel))
