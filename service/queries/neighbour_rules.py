"""The rules by which areas are neighbours, as they are written in questions."""

import math
import re
from typing import Final

from spatial.weights.orders import MAX_ORDER

MAX_NEAREST: Final = 1_000
MAX_NEIGHBOUR_DISTANCE_M: Final = 500_000.0
AUTO: Final = "auto"
NEIGHBOURS: Final = (
    "queen: areas that share a border or a corner; rook: a border; queen:2: within two steps; "
    "queen+nearest: islands with their nearest area; delaunay and gabriel: centroids joined by a "
    "triangulation; knn:8; distance:1500, inverse-distance:1500 or kernel:1500, metres between "
    "centroids; imported:NAME as `hotspots import neighbours` has it"
)
_PLAIN: Final = ("queen", "rook", "queen+nearest", "rook+nearest", "delaunay", "gabriel", AUTO)
_COUNTED: Final = {"queen": MAX_ORDER, "rook": MAX_ORDER, "knn": MAX_NEAREST}


_IMPORTED: Final = re.compile(r"imported:[a-z0-9][a-z0-9_-]{0,63}", re.ASCII)


def checked_neighbours(rule: str) -> str:
    """A neighbour rule in its canonical spelling; ValueError says what is allowed."""
    # In an address a plus that is not encoded is a blank.
    rule = rule.replace(" ", "+")
    kind, colon, number = rule.partition(":")
    if rule in _PLAIN or _IMPORTED.fullmatch(rule):
        return rule
    most = _COUNTED.get(kind)
    if most and number.isascii() and number.isdigit() and 1 <= int(number) <= most:
        is_first = kind in _PLAIN and int(number) == 1
        return kind if is_first else f"{kind}:{int(number)}"
    if kind in ("distance", "inverse-distance", "kernel") and colon:
        try:
            metres = float(number)
        except ValueError:
            metres = math.nan
        if 1 <= metres <= MAX_NEIGHBOUR_DISTANCE_M:
            return f"{kind}:{metres:g}"
    raise ValueError(
        f"must be {', '.join(_PLAIN)}, queen:k or rook:k with k from 1 to {MAX_ORDER} steps, "
        f"knn:k with k from 1 to {MAX_NEAREST}, imported:NAME, or distance:, inverse-distance: "
        f"or kernel: with 1 to {MAX_NEIGHBOUR_DISTANCE_M:g} metres, got {rule!r}"
    )


def checked_rule(rule: str) -> str:
    """A neighbour rule that does not look at values; ValueError says what is allowed."""
    rule = checked_neighbours(rule)
    if rule == AUTO:
        raise ValueError("neighbours=auto is chosen by the values of a map; name a rule")
    return rule
