"""How kernels are compiled: nogil and cached, never parallel, never fastmath."""

import inspect
from collections.abc import Callable
from typing import Any, TypeVar, cast

from numba import config, njit
from numba.core.caching import CompileResultCacheImpl, FunctionCache, UserProvidedCacheLocator

Kernel = TypeVar("Kernel", bound=Callable[..., object])


def compiled(kernel: Kernel) -> Kernel:
    """Compile a private kernel on first use, and keep the machine code between starts.

    ``nogil`` lets several threads run kernels at the same time. ``parallel=True`` is not used:
    two concurrent calls abort the process under numba's workqueue layer. ``fastmath`` is off
    because it removes the NaN checks. Machine code in ``NUMBA_CACHE_DIR`` is used also where
    nobody may write there. If no cache folder can be written otherwise (a read-only
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
    stored = _stored_code(kernel)
    if stored is not None:
        dispatcher = njit(**options)(kernel)
        dispatcher._cache = stored
        return cast(Kernel, dispatcher)
    try:
        return cast(Kernel, njit(cache=True, **options)(kernel))
    except RuntimeError:  # raised by numba if it finds no cache folder
        return cast(Kernel, njit(**options)(kernel))


class _ReadableLocator(UserProvidedCacheLocator):
    """The folder ``NUMBA_CACHE_DIR``; numba's own locator passes over one it cannot write to."""

    def ensure_cache_path(self) -> None:
        """Take the folder as it is."""


class _ReadableCache(CompileResultCacheImpl):
    """The machine code of one kernel in a folder that is only read."""

    _locator_classes = [_ReadableLocator]  # noqa: RUF012 - numba says that it is a list


class _StoredCode(FunctionCache):
    """Machine code that was made beforehand, such as that of a container image."""

    _impl_class = _ReadableCache

    def save_overload(self, sig: object, data: object) -> None:
        """Keep nothing: what is not there is compiled at every start."""

    def has_code(self) -> bool:
        """Whether there is any for the kernel as it is now."""
        try:
            return bool(self._cache_file._load_index())  # type: ignore[no-untyped-call]
        except OSError:
            return False


def _stored_code(kernel: Kernel) -> _StoredCode | None:
    """The machine code of a kernel in a folder that cannot be written, None if there is none."""
    settings = vars(config)
    if settings["DISABLE_JIT"] or settings["CACHE_LOCATOR_CLASSES"] or not settings["CACHE_DIR"]:
        return None
    locator: Any = UserProvidedCacheLocator
    if locator.from_function(kernel, inspect.getfile(kernel)) is not None:  # it can be written
        return None
    stored = _StoredCode(kernel)  # type: ignore[no-untyped-call]
    return stored if stored.has_code() else None
