"""The one way a kernel is compiled: nogil and cached, never parallel, never fastmath."""

from collections.abc import Callable
from typing import Any, TypeVar, cast

from numba import njit

Kernel = TypeVar("Kernel", bound=Callable[..., object])


def compiled(kernel: Kernel) -> Kernel:
    """Compile a private kernel on first use, keep the machine code between starts.

    ``nogil`` lets threads above the kernels share the cores. ``parallel=True`` is refused
    here: two concurrent calls abort the process under numba's workqueue layer.
    ``fastmath`` is off because it removes the NaN checks. Where no folder for machine code can
    be written (a read-only installation whose user has no home) it is compiled at every start.
    """
    return _compiled(kernel, {"nogil": True})


def compiled_with_fma(kernel: Kernel) -> Kernel:
    """The same for an inner loop that may round a product and a sum in one step.

    The only liberty taken is ``contract``: no reordering, NaN and infinity stay what they are.
    The last digit may differ between processors; a test against an oracle bounds it.
    """
    return _compiled(kernel, {"nogil": True, "fastmath": {"contract"}})


def _compiled(kernel: Kernel, options: dict[str, Any]) -> Kernel:
    """Compile with the cache where there can be one."""
    try:
        return cast(Kernel, njit(cache=True, **options)(kernel))
    except RuntimeError:  # numba's way of saying that it found no such folder
        return cast(Kernel, njit(**options)(kernel))
