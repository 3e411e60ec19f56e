"""Colours and hatches of printed maps, which can be told apart on a grey print too.

Ramps are those of the tiles, in equal steps of lightness; white is for none, and hatches are for
what has no value.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from service.model.answers import SUPPRESSED, Legend, LegendClass
from service.render.maps.colour import RAMPS, colours_of, hex_colour
from service.render.maps.printed.hatches import NO_VALUE, hatch_of

LIGHTEST, DARKEST = 91.0, 21.0  # lightness (L*) of the first and last class
PAPER: Final = "#ffffff"
INK: Final = "#1a1a1a"
SOFT: Final = "#505050"
RED: Final = "#9b0000"
CIRCLE: Final = "#f46a25"
OUTSIDE: Final = "#edeff1"  # ground that is no area
_DARK_ENDS: Final = {"heat": (84, 0, 30), "sequential": (6, 20, 70)}
_STEPS: Final = 512


@dataclass(frozen=True)
class Swatch:
    """How a class is drawn, on the map and in its legend."""

    label: str
    colour: str
    hatch: str = ""
    count: int | None = None


def swatches_of(legend: Legend) -> list[Swatch]:
    """How the classes of a legend are drawn, in their order."""
    colours = colours_of(legend.palette, legend.classes)
    ranked = [k for k, entry in enumerate(legend.classes) if entry.kind == "interval"]
    if legend.palette in RAMPS and ranked:
        ranked.sort(key=lambda k: _rank(legend.classes[k]))
        for k, colour in zip(ranked, even_ramp(legend.palette, len(ranked)), strict=True):
            colours[k] = colour
    return [
        _swatch(entry, colour, hatch_of(legend.palette, entry.label))
        for entry, colour in zip(legend.classes, colours, strict=True)
    ]


def even_ramp(name: str, classes: int) -> list[str]:
    """`classes` colours of a ramp, lowest first, in equal steps of lightness."""
    stops = np.array([*RAMPS[name], _DARK_ENDS[name]], dtype=np.float64)
    positions = np.linspace(0, len(stops) - 1, _STEPS)
    colours = np.stack(
        [np.interp(positions, np.arange(len(stops)), stops[:, part]) for part in range(3)], axis=-1
    )
    lightness = np.array([lightness_of(hex_colour(colour.round())) for colour in colours])
    targets = np.linspace(LIGHTEST, DARKEST, classes) if classes > 1 else np.array([60.0])
    nearest = [int(np.abs(lightness - target).argmin()) for target in targets]
    return [hex_colour(colours[k].round()) for k in nearest]


def lightness_of(colour: str) -> float:
    """Lightness L* of a colour #rrggbb, 0 to 100: what is left of it on a grey print."""
    parts = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    linear = [v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4 for v in parts]
    luminance = sum(
        weight * value for weight, value in zip((0.2126, 0.7152, 0.0722), linear, strict=True)
    )
    return 116 * luminance ** (1 / 3) - 16 if luminance > 0.008856 else 903.3 * luminance


def colours_by_label(swatches: Sequence[Swatch]) -> dict[str, Swatch]:
    """The swatch of each class by the words that stand in the table."""
    return {swatch.label: swatch for swatch in swatches}


def _swatch(entry: LegendClass, colour: str, hatch: str) -> Swatch:
    if entry.label == SUPPRESSED:
        return Swatch(entry.label, PAPER, "xxxx", entry.count)
    if entry.kind == "missing" or entry.label in NO_VALUE:
        return Swatch(entry.label, "#e4e4e4", "....", entry.count)
    if entry.kind == "zero":
        return Swatch(entry.label, PAPER, "", entry.count)
    return Swatch(entry.label, colour, hatch, entry.count)


def _rank(entry: LegendClass) -> tuple[float, float]:
    lower = entry.lower if entry.lower is not None else float("-inf")
    upper = entry.upper if entry.upper is not None else float("inf")
    return lower, upper
