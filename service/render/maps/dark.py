"""Colours for a dark ground: what is highest or hottest is the lightest, and stands out.

The ramps are those of a light ground turned round, without what would sink into the ground. The
categories keep their hues; their lightness is turned round. The same tests hold for both.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

HEAT: Final = (
    (177, 0, 38),
    (227, 26, 28),
    (252, 78, 42),
    (253, 141, 60),
    (254, 178, 76),
    (254, 217, 118),
    (255, 237, 160),
    (255, 255, 204),
)
# More than on a light ground: the lowest class would be lost in the ground.
HEAT_ALPHA: Final = (150, 175, 195, 208, 218, 226, 233, 240)
SEQUENTIAL: Final = (
    (37, 52, 148),
    (34, 94, 168),
    (29, 145, 192),
    (65, 182, 196),
    (127, 205, 187),
    (199, 233, 180),
    (237, 248, 177),
    (255, 255, 217),
)

ZERO: Final = "#2b333b"
MISSING: Final = "#6b747d"
OUTLINE: Final = "#a4b0bc"

CATEGORIES: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "hot-cold": MappingProxyType(
            {
                "hot 99": "#ff8f7a",
                "hot 95": "#cc4437",
                "hot 90": "#7d3a2b",
                "high outlier 99": "#e5892f",
                "high outlier 95": "#96621a",
                "high outlier 90": "#5c4a11",
                "not significant": ZERO,
                "low outlier 90": "#564a8a",
                "low outlier 95": "#8a78c8",
                "low outlier 99": "#d8c6fb",
                "cold 90": "#275a70",
                "cold 95": "#4a86b0",
                "cold 99": "#83bdf2",
                "not tested": MISSING,
            }
        ),
        "emerging": MappingProxyType(
            {
                "intensifying hot spot": "#ffd3d0",
                "persistent hot spot": "#ff9f90",
                "consecutive hot spot": "#f4605c",
                "new hot spot": "#e07a14",
                "diminishing hot spot": "#7b5140",
                "sporadic hot spot": "#5c4708",
                "oscillating hot spot": "#703526",
                "historical hot spot": "#bcb0a0",
                "intensifying cold spot": "#c5e0ff",
                "persistent cold spot": "#62b2f5",
                "consecutive cold spot": "#3179bd",
                "new cold spot": "#0fa7a8",
                "diminishing cold spot": "#304e68",
                "sporadic cold spot": "#1b6962",
                "oscillating cold spot": "#22648a",
                "historical cold spot": "#a9b4cc",
                "no pattern detected": ZERO,
                "not tested": MISSING,
            }
        ),
        "scans": MappingProxyType(
            {
                "high 99": "#ff9f90",
                "high 95": "#b0502c",
                "not significant": ZERO,
                "low 95": "#297397",
                "low 99": "#83b4fa",
                "not tested": OUTLINE,
                "not scanned": MISSING,
            }
        ),
        "clusters": MappingProxyType(
            {
                "more than chance": "#ff9f90",
                "not more than chance": "#2a6a86",
                "not tested": OUTLINE,
            }
        ),
        "transitions": MappingProxyType(
            {
                "stayed hot": "#ffa692",
                "new hot": "#d06a0a",
                "cold to hot": "#6b4a08",
                "no longer hot": "#6e3a2a",
                "hot to cold": "#1b97a3",
                "stayed cold": "#83b8fd",
                "new cold": "#3c7cab",
                "no longer cold": "#0e5570",
                "neither": ZERO,
                "not tested": MISSING,
            }
        ),
        "completion": MappingProxyType(
            {
                "not started": "#e8701c",
                "under way": "#1c7fae",
                "complete": "#a5d3fd",
                "completions unknown": MISSING,
            }
        ),
        "priorities": MappingProxyType(
            {
                "emerging": "#ff8a3d",
                "preventing": "#a89a1c",
                "sustaining": "#5ca6ea",
                "none": ZERO,
            }
        ),
        "patrols": MappingProxyType(
            {
                "hot in every quarter": "#ffd9cc",
                "hot in most quarters": "#ff7f5c",
                "hot in some quarters": "#b54d1c",
                "hot in no quarter": "#6b4a1a",
                "no whole quarter": MISSING,
            }
        ),
    }
)
