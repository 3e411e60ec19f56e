"""What pictures of maps share: their lock, rings, scale bar and marks."""

import math
import threading

import numpy as np
import shapely

from boundaries.layers.layer import Geometries
from service.model.answers import Provenance

# matplotlib's figures are separate, its settings and its font cache are not.
DRAWING = threading.Lock()
DPI = 100


def shorten(text: str, max_letters: int) -> str:
    """The text, cut with dots if it is longer than `max_letters`."""
    return text if len(text) <= max_letters else f"{text[: max_letters - 3].rstrip()}..."


def rings_of(geometries: Geometries) -> list[np.ndarray]:
    """Every ring of every shape as (n, 2) coordinates."""
    rings = shapely.get_rings(shapely.get_parts(geometries))
    return [shapely.get_coordinates(ring) for ring in rings]


def add_scale_bar(axes: object, bounds_m: tuple[float, float, float, float]) -> None:
    """Draw a bar of a round length in the lower left corner."""
    left, bottom, right, top = bounds_m
    width = right - left
    length = 10.0 ** math.floor(math.log10(width / 4))
    length *= max((step for step in (1, 2, 5) if step * length <= width / 4), default=1)
    x, y = left + 0.03 * width, bottom + 0.03 * (top - bottom)
    axes.plot([x, x + length], [y, y], color="#222", linewidth=2.5)  # type: ignore[attr-defined]
    label = f"{length / 1000:g} km" if length >= 1000 else f"{length:g} m"
    axes.text(x + length / 2, y + 0.012 * (top - bottom), label, ha="center", fontsize=8)  # type: ignore[attr-defined]


def add_labels(figure: object, attribution: str, provenance: Provenance) -> None:
    """Write the source of the data, and a mark if they are invented."""
    text = figure.text  # type: ignore[attr-defined]
    source = f"{attribution}  {provenance.software}".strip()
    text(0.03, 0.02, source, fontsize=7, color="#555", parse_math=False)
    if provenance.synthetic:
        text(
            0.39, 0.45, "SYNTHETIC DATA", fontsize=30, color="#222", alpha=0.16,
            ha="center", va="center", rotation=30, weight="bold",
        )  # fmt: skip
        text(
            0.97,
            0.02,
            "Synthetic data: about no real people",
            fontsize=8,
            ha="right",
            color="#b00",
        )
