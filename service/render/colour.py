"""Colour ramps, safe for colour-blind readers."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

# ColorBrewer's sequential YlOrRd in eight classes (Brewer 2003), light to dark.
HEAT: Final = (
    (255, 255, 204),
    (255, 237, 160),
    (254, 217, 118),
    (254, 178, 76),
    (253, 141, 60),
    (252, 78, 42),
    (227, 26, 28),
    (177, 0, 38),
)
# Opacity rises with density, so that the ground shows through where little happens.
HEAT_ALPHA: Final = (90, 130, 160, 180, 195, 205, 215, 225)


def heat_palette(classes: int) -> list[tuple[int, int, int, int]]:
    """Red, green, blue and opacity of each class, lowest first; index 0 is transparent."""
    if classes == 0:
        return [(0, 0, 0, 0)]
    steps = np.linspace(0, len(HEAT) - 1, classes).round().astype(int)
    return [(0, 0, 0, 0), *((*HEAT[i], HEAT_ALPHA[i]) for i in steps)]


def classified(values: NDArray[np.floating], breaks: tuple[float, ...]) -> NDArray[np.uint8]:
    """Class of each value: 0 below the first break or missing, then one per break reached."""
    # A few comparisons are eight times quicker than a search, and NaN reaches no break.
    classes = np.zeros(values.shape, dtype=np.uint8)
    for each in breaks:
        classes += values >= each
    return classes


def hex_colours(classes: int) -> list[str]:
    """The classes' colours as #rrggbb, lowest first, for a legend."""
    return [f"#{r:02x}{g:02x}{b:02x}" for r, g, b, _ in heat_palette(classes)[1:]]
