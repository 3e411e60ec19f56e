"""How kernels are compiled: nogil and cached, never parallel, never fastmath."""

from collections.abc import Callable
from typing import Any, TypeVar, cast

from numba import njit

Kernel = TypeVar("Kernel", bound=Callable[..., object])


def compiled(kernel: Kernel) -> Kernel:
    """Compile a private kernel on first use, and keep the machine code between starts.

    ``nogil`` lets several threads run kernels at the same time. ``parallel=True`` is not used:
    two concurrent calls abort the process under numba's workqueue layer. ``fastmath`` is off
    because it removes the NaN checks. If no cache folder can be written (a read-only
    installation whose user has no home), kernels are compiled at every start.

    Parameters
    ----------
    kernel : function
        Function in the subset of Python that numba compiles.
    """
    return _compiled(kernel, {"nogil": True})


def compiled_with_fma(kernel: Kernel) -> Kernel:
    """As `compiled`, for an inner loop that may use fused multiply-add instructions.

    Only ``contract`` is allowed: operations are not reordered, and NaN and infinity keep their
    meaning. The last digit may differ between processors; a test against an oracle bounds the
    difference.

    Parameters
    ----------
    kernel : function
        As for `compiled`.
    """
    return _compiled(kernel, {"nogil": True, "fastmath": {"contract"}})


def _compiled(kernel: Kernel, options: dict[str, Any]) -> Kernel:
    """Compile with numba's cache if a cache folder exists or can be made."""
    try:
        return cast(Kernel, njit(cache=True, **options)(kernel))
    except RuntimeError:  # raised by numba if it finds no cache folder
        return cast(Kernel, njit(**options)(kernel))
