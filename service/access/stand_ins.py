"""Which of its possible values stands in for a hidden cell, for what is computed meanwhile."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Literal

Variant = Literal["low", "expected", "high"]
VARIANTS: tuple[Variant, ...] = ("low", "expected", "high")

_variant: ContextVar[Variant] = ContextVar("stand_ins", default="expected")


@contextmanager
def stand_ins(variant: Variant) -> Iterator[None]:
    """Let all hidden cells stand in with their lowest, expected or highest possible value.

    Parameters
    ----------
    variant : {'low', 'expected', 'high'}
        For what is computed inside the block, in this thread.

    Yields
    ------
    None
        The answer is computed inside the block.
    """
    token = _variant.set(variant)
    try:
        yield
    finally:
        _variant.reset(token)


def variant_of_stand_ins() -> Variant:
    """The variant of this moment.

    Returns
    -------
    {'low', 'expected', 'high'}
        Expected, unless one was named.
    """
    return _variant.get()
