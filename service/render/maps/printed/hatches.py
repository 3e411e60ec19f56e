"""Hatches that tell the classes of a printed map apart where their colours have gone."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

# Classes of areas without a value, which are drawn as what is missing.
NO_VALUE: Final = frozenset({"not tested", "not scanned", "no whole quarter"})

# As matplotlib writes them: the more strokes, the closer. What is hot, high or rising has the
# plain colour, so that a black and white copy shows it dark and without lines.
_HOT_COLD: Final = {
    "high outlier 99": "+++",
    "high outlier 95": "++",
    "high outlier 90": "+",
    "low outlier 90": "x",
    "low outlier 95": "xx",
    "low outlier 99": "xxx",
    "cold 90": "//",
    "cold 95": "///",
    "cold 99": "////",
}
_EMERGING: Final = {
    "intensifying": "",
    "persistent": "--",
    "consecutive": "||",
    "new": "oo",
    "diminishing": "\\\\\\",
    "sporadic": "..",
    "oscillating": "++",
    "historical": "OO",
}
_OF_PALETTE: Final[Mapping[str, Mapping[str, str]]] = MappingProxyType(
    {
        "hot-cold": _HOT_COLD,
        "emerging": {
            **{f"{kind} hot spot": hatch for kind, hatch in _EMERGING.items()},
            **{f"{kind} cold spot": f"//{hatch}" for kind, hatch in _EMERGING.items()},
        },
        "transitions": {
            "new hot": "oo",
            "no longer hot": "\\\\\\",
            "cold to hot": "++",
            "hot to cold": "xx",
            "stayed cold": "////",
            "new cold": "//oo",
            "no longer cold": "//",
        },
        "scans": {"low 95": "///", "low 99": "////"},
        "clusters": {"not more than chance": "///"},
        "completion": {},
        "priorities": {"preventing": "\\\\\\", "sustaining": "///"},
    }
)


def hatch_of(palette: str, label: str) -> str:
    """The hatch of a class, as matplotlib writes it; empty for none.

    Parameters
    ----------
    palette : str
        Name of the legend's palette.
    label : str
        Of the class.

    Returns
    -------
    str
        The same in the legend and on the map.
    """
    return _OF_PALETTE.get(palette, {}).get(label, "")
