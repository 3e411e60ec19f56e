"""What the property tests draw: numbers that data can hold, and how many examples of them."""

from typing import Any

from hypothesis import settings
from hypothesis import strategies as st

NORMAL_EXAMPLES = 100  # what a test draws by default, and what `examples` counts in

SEEDS = st.integers(0, 10_000)


def examples(number: int, **options: Any) -> settings:
    """Settings for a test that draws a number of examples, and in `make fuzz` as many times more."""
    factor = settings.default.max_examples / NORMAL_EXAMPLES
    return settings(max_examples=round(number * factor), **options)


def quantities(low: float, high: float, *, smallest: float = 1e-3) -> st.SearchStrategy[float]:
    """Floats of full precision from `low` to `high`: 0, or no closer to 0 than `smallest`.

    2e-311 homes or 1e-300 metres do not occur, and what a formula makes of them is no fault.
    """
    drawn = st.floats(low, high, allow_subnormal=False)
    if low >= smallest:
        return drawn
    return drawn.map(lambda number: number if abs(number) >= smallest else 0.0)


def metres(low: float, high: float) -> st.SearchStrategy[float]:
    """Coordinates and lengths from `low` to `high`, to the millimetre."""
    return quantities(low, high).map(lambda number: round(number, 3))
