"""The colours of the page: those of the service's own pictures, on light and on dark ground."""

from collections.abc import Mapping
from typing import get_args

from service.model.answers import Theme
from service.render.maps import colour, dark

_HEAD = """\
// The colours of the service's own pictures, made of them by `make generate`: not edited.

import { MISSING, NOTHING } from "./neutral.ts";

export const PALETTES = {
"""
# Where the service draws near white or grey, the page lets the ground show through.
_NEUTRAL: Mapping[Theme, Mapping[str, str]] = {
    "light": {colour.ZERO: "NOTHING", colour.MISSING: "MISSING"},
    "dark": {dark.ZERO: "NOTHING", dark.MISSING: "MISSING"},
}
_CATEGORIES: Mapping[Theme, Mapping[str, Mapping[str, str]]] = {
    "light": colour.CATEGORIES,
    "dark": dark.CATEGORIES,
}
_RAMPS = {"light": colour.SEQUENTIAL, "dark": dark.SEQUENTIAL}


def palettes_of_the_page() -> str:
    """A module of TypeScript with the ramp of areas and the categories of each theme.

    Returns
    -------
    str
        Without the classes of local Moran, which the page does not ask for.
    """
    parts = [_HEAD]
    for theme in get_args(Theme):
        stops = ", ".join(f'"{colour.hex_colour(stop)}"' for stop in _RAMPS[theme])
        parts.append(f"  {theme}: {{\n    sequential: [{stops}],\n")
        for name, categories in _CATEGORIES[theme].items():
            parts.append(f'    "{name}": {{\n')
            parts += [
                f'      "{label}": {_NEUTRAL[theme].get(value) or _quoted(value)},\n'
                for label, value in categories.items()
                if "outlier" not in label
            ]
            parts.append("    },\n")
        parts.append("  },\n")
    return "".join([*parts, "};\n"])


def _quoted(text: str) -> str:
    return f'"{text}"'
