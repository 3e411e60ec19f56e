"""Postcodes by their beginning, from the public directory that was imported."""

import re
from bisect import bisect_left
from dataclasses import dataclass
from typing import Final

import numpy as np
import pyarrow.compute as pc

from service.analyses.catalogue.search_text import compact
from service.store.postcodes import Postcodes, written
from spatial.arrays import FloatArray

_BEGINNING: Final = re.compile(r"[A-Z]{1,2}[0-9][0-9A-Z]{0,2}([A-Z]{0,2})?")
_DISTRICT: Final = re.compile(r"[A-Z]{1,2}[0-9][0-9A-Z]?")
_INWARD = 3  # characters of a unit postcode after its district
_AFTER = "["  # comes after every letter and digit of a postcode


@dataclass(frozen=True)
class PostcodeHit:
    """A postcode, or a postcode district with the extent of its postcodes; metres."""

    kind: str
    name: str
    code: str
    point_m: tuple[float, float]
    bounds_m: tuple[float, float, float, float]


def find_postcodes(held: Postcodes, asked: str, *, limit: int) -> list[PostcodeHit]:
    """The district that was typed, then the postcodes in use that begin so, in order.

    A postcode that has ended is found by its whole name only; one without a place never is.
    """
    text = compact(asked).upper()
    if not _BEGINNING.fullmatch(text):
        return []
    first, last = _range(held, text)
    hits = [] if _DISTRICT.fullmatch(text) is None else _district(held, text, first, last)
    has_place = np.isfinite(held.xy_m[first:last]).all(axis=1)
    for at in (first + np.flatnonzero(has_place)).tolist():
        if len(hits) >= limit:
            break
        unit = str(held.postcodes[at].as_py())
        if held.ended[at] is None or unit == text:
            x_m, y_m = held.xy_m[at].tolist()
            bounds_m = (x_m, y_m, x_m, y_m)
            hits.append(PostcodeHit("postcode", written(unit), unit, (x_m, y_m), bounds_m))
    return hits


def _range(held: Postcodes, text: str) -> tuple[int, int]:
    """Where the postcodes that begin with a text are, in their alphabetical order."""

    def unit(at: int) -> str:
        return str(held.postcodes[at].as_py())

    places = range(len(held))
    return bisect_left(places, text, key=unit), bisect_left(places, text + _AFTER, key=unit)


def _district(held: Postcodes, text: str, first: int, last: int) -> list[PostcodeHit]:
    """The district of that name, if it has a postcode with a place."""
    length = pc.utf8_length(held.postcodes.slice(first, last - first)).to_numpy()
    xy_m: FloatArray = held.xy_m[first:last][length == len(text) + _INWARD]
    xy_m = xy_m[np.isfinite(xy_m).all(axis=1)]
    if not len(xy_m):
        return []
    (left, bottom), (right, top) = xy_m.min(axis=0).tolist(), xy_m.max(axis=0).tolist()
    x_m, y_m = np.median(xy_m, axis=0).tolist()
    return [PostcodeHit("postcode-district", text, text, (x_m, y_m), (left, bottom, right, top))]
