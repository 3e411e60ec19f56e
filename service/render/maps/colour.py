"""Colours of every layer on a light ground: the same in tiles, legends, styles and pictures.

The ramps are ColorBrewer's (Brewer 2003) and the categories Okabe and Ito's (2008), or between
them. A test checks that readers with red-green colour blindness can tell them apart. Those for a
dark ground are in `dark`.
"""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Final

import numpy as np
from numpy.typing import NDArray

from service.model.answers import LegendClass, Theme
from service.render.maps import dark

# Sequential YlOrRd in eight classes, light to dark.
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
# Sequential YlGnBu in nine classes, light to dark.
SEQUENTIAL: Final = (
    (255, 255, 217),
    (237, 248, 177),
    (199, 233, 180),
    (127, 205, 187),
    (65, 182, 196),
    (29, 145, 192),
    (34, 94, 168),
    (37, 52, 148),
    (8, 29, 88),
)

ZERO: Final = "#f7f7f7"  # an area without any: not the lowest class, and not missing
MISSING: Final = "#bdbdbd"
OUTLINE: Final = "#555555"
AREA_OPACITY: Final = 0.75
POINT_OPACITY: Final = 0.85

_HOT_COLD: Final = {
    "hot 99": "#b2182b",
    "hot 95": "#ef8a62",
    "hot 90": "#fddbc7",
    "high outlier 99": "#e08214",
    "high outlier 95": "#fdb863",
    "high outlier 90": "#fee0b6",
    "not significant": ZERO,
    "low outlier 90": "#b5aed4",
    "low outlier 95": "#807dba",
    "low outlier 99": "#54278f",
    "cold 90": "#d1e5f0",
    "cold 95": "#67a9cf",
    "cold 99": "#2166ac",
    "not tested": MISSING,
}
_EMERGING: Final = {
    "intensifying hot spot": "#67001f",
    "persistent hot spot": "#b2182b",
    "consecutive hot spot": "#d6604d",
    "new hot spot": "#ff7f00",
    "diminishing hot spot": "#f4a582",
    "sporadic hot spot": "#fdbf6f",
    "oscillating hot spot": "#fddbc7",
    "historical hot spot": "#d3bfa8",
    "intensifying cold spot": "#053061",
    "persistent cold spot": "#2166ac",
    "consecutive cold spot": "#4393c3",
    "new cold spot": "#00a0a8",
    "diminishing cold spot": "#92c5de",
    "sporadic cold spot": "#a6dcd8",
    "oscillating cold spot": "#d1e5f0",
    "historical cold spot": "#a9b4c4",
    "no pattern detected": ZERO,
    "not tested": MISSING,
}
_CLUSTERS: Final = {
    "more than chance": "#b2182b",
    "not more than chance": "#92c5de",
    "not tested": OUTLINE,
}
_SCANS: Final = {
    "high 99": "#b2182b",
    "high 95": "#ef8a62",
    "not significant": ZERO,
    "low 95": "#67a9cf",
    "low 99": "#2166ac",
    "not tested": OUTLINE,
    "not scanned": MISSING,
}
_TRANSITIONS: Final = {
    "stayed hot": "#b2182b",
    "new hot": "#ff7f00",
    "cold to hot": "#fdbf6f",
    "no longer hot": "#fddbc7",
    "hot to cold": "#00a0a8",
    "stayed cold": "#2166ac",
    "new cold": "#67a9cf",
    "no longer cold": "#d1e5f0",
    "neither": ZERO,
    "not tested": MISSING,
}
_COMPLETION: Final = {
    "not started": "#d55e00",
    "under way": "#56b4e9",
    "complete": "#004d73",
    "completions unknown": MISSING,
}
_PRIORITIES: Final = {
    "emerging": "#d55e00",
    "preventing": "#f0e442",
    "sustaining": "#0072b2",
    "none": ZERO,
}
_PATROLS: Final = {
    "hot in every quarter": "#7f0000",
    "hot in most quarters": "#d7301f",
    "hot in some quarters": "#fc8d59",
    "hot in no quarter": "#fdd49e",
    "no whole quarter": MISSING,
}

# Categories by their words.
CATEGORIES: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "hot-cold": MappingProxyType(_HOT_COLD),
        "emerging": MappingProxyType(_EMERGING),
        "scans": MappingProxyType(_SCANS),
        "clusters": MappingProxyType(_CLUSTERS),
        "transitions": MappingProxyType(_TRANSITIONS),
        "completion": MappingProxyType(_COMPLETION),
        "priorities": MappingProxyType(_PRIORITIES),
        "patrols": MappingProxyType(_PATROLS),
    }
)
# Ramps by how many classes there are.
RAMPS: Mapping[str, tuple[tuple[int, int, int], ...]] = MappingProxyType(
    {"heat": HEAT, "sequential": SEQUENTIAL}
)
_RAMPS: Mapping[Theme, Mapping[str, tuple[tuple[int, int, int], ...]]] = MappingProxyType(
    {
        "light": RAMPS,
        "dark": MappingProxyType({"heat": dark.HEAT, "sequential": dark.SEQUENTIAL}),
    }
)
_CATEGORIES: Mapping[Theme, Mapping[str, Mapping[str, str]]] = MappingProxyType(
    {"light": CATEGORIES, "dark": dark.CATEGORIES}
)
_HEAT_ALPHA: Mapping[Theme, tuple[int, ...]] = MappingProxyType(
    {"light": HEAT_ALPHA, "dark": dark.HEAT_ALPHA}
)
_OF_KIND: Mapping[Theme, Mapping[str, str]] = MappingProxyType(
    {
        "light": MappingProxyType({"zero": ZERO, "missing": MISSING, "category": OUTLINE}),
        "dark": MappingProxyType(
            {"zero": dark.ZERO, "missing": dark.MISSING, "category": dark.OUTLINE}
        ),
    }
)


def heat_palette(classes: int, theme: Theme = "light") -> list[tuple[int, int, int, int]]:
    """Red, green, blue and opacity of each class, lowest first; index 0 is transparent."""
    if classes == 0:
        return [(0, 0, 0, 0)]
    stops, alphas = _RAMPS[theme]["heat"], _HEAT_ALPHA[theme]
    steps = np.linspace(0, len(stops) - 1, classes).round().astype(int)
    return [(0, 0, 0, 0), *((*stops[i], alphas[i]) for i in steps)]


def classify(values: NDArray[np.floating], breaks: tuple[float, ...]) -> NDArray[np.uint8]:
    """Class of each value: 0 below the first break or missing, then one per break reached."""
    # A few comparisons are eight times quicker than a search, and NaN reaches no break.
    classes = np.zeros(values.shape, dtype=np.uint8)
    for break_value in breaks:
        classes += values >= break_value
    return classes


def hex_colours(classes: int, theme: Theme = "light") -> list[str]:
    """The heat map's classes as #rrggbb, lowest first, for a legend."""
    return [hex_colour(colour) for colour in heat_palette(classes, theme)[1:]]


def hex_colour(colour: Sequence[int]) -> str:
    """Red, green and blue as #rrggbb."""
    return "#{:02x}{:02x}{:02x}".format(*(int(part) for part in colour[:3]))


def ramp(name: str, classes: int, theme: Theme = "light") -> list[str]:
    """`classes` colours from a ramp, lowest first, interpolated if the ramp has fewer."""
    stops = np.array(_RAMPS[theme][name], dtype=np.float64)
    if classes == 1:
        return [hex_colour(stops[len(stops) // 2].round())]
    positions = np.linspace(0, len(stops) - 1, classes)
    parts = [
        np.interp(positions, np.arange(len(stops)), stops[:, channel]) for channel in range(3)
    ]
    return [hex_colour(colour) for colour in np.stack(parts, axis=-1).round()]


def colours_of(palette: str, classes: Sequence[LegendClass], theme: Theme = "light") -> list[str]:
    """The colour of each class of a legend as #rrggbb.

    Parameters
    ----------
    palette : str
        A name in `CATEGORIES` or `RAMPS`; with any other name nothing is coloured.
    classes : sequence of LegendClass
        Intervals take the ramp's colours by rank, whether they run upwards or downwards.
    theme : {"light", "dark"}
        What the ground is.
    """
    categories = _CATEGORIES[theme].get(palette, {})
    intervals = [legend_class for legend_class in classes if legend_class.kind == "interval"]
    ranked = sorted(range(len(intervals)), key=lambda index: _rank(intervals[index]))
    colour_of_interval: dict[int, str] = {}
    if palette in RAMPS and intervals:
        count = len(intervals)
        is_heat = palette == "heat"
        colours = hex_colours(count, theme) if is_heat else ramp(palette, count, theme)
        colour_of_interval = {
            id(intervals[index]): colour for index, colour in zip(ranked, colours, strict=True)
        }
    colour_of_kind = _OF_KIND[theme]
    return [
        colour_of_interval.get(id(legend_class))
        or categories.get(legend_class.label)
        or colour_of_kind.get(legend_class.kind, colour_of_kind["missing"])
        for legend_class in classes
    ]


def opacities_of(
    palette: str, classes: Sequence[LegendClass], default: float, theme: Theme = "light"
) -> list[float]:
    """Opacity of each class of a legend, from 0 to 1."""
    if palette != "heat" or not classes:
        return [default] * len(classes)
    ranked = sorted(range(len(classes)), key=lambda index: _rank(classes[index]))
    alphas = [alpha / 255 for *_, alpha in heat_palette(len(classes), theme)[1:]]
    opacity_of_index = dict(zip(ranked, alphas, strict=True))
    return [round(opacity_of_index[index], 3) for index in range(len(classes))]


def _rank(legend_class: LegendClass) -> tuple[float, float]:
    """Sort key of an interval; one with a single value starts where the next one does."""
    lower = legend_class.lower if legend_class.lower is not None else float("-inf")
    upper = legend_class.upper if legend_class.upper is not None else float("inf")
    return lower, upper
