"""Finds postcodes in the imported directory by their first characters."""

import re
from bisect import bisect_left
from dataclasses import dataclass
from typing import Final

import numpy as np
import pyarrow.compute as pc

from service.analyses.catalogue.search_text import compact
from service.store.reference.postcodes import Postcodes, written
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


def find_postcodes(postcodes: Postcodes, typed_text: str, *, limit: int) -> list[PostcodeHit]:
    """The district with the typed text, then the postcodes in use that begin with it, in order.

    A terminated postcode is found only by its full name, one without a place never.

    Parameters
    ----------
    postcodes : Postcodes
        The imported directory.
    typed_text : str
        The first characters, in any case and spacing.
    limit : int
        The largest number of hits.

    Returns
    -------
    list of PostcodeHit
        Empty if the text cannot be the beginning of a postcode.
    """
    text = compact(typed_text).upper()
    if not _BEGINNING.fullmatch(text):
        return []
    start, end = _range(postcodes, text)
    hits = [] if _DISTRICT.fullmatch(text) is None else _district(postcodes, text, start, end)
    has_place = np.isfinite(postcodes.xy_m[start:end]).all(axis=1)
    for index in (start + np.flatnonzero(has_place)).tolist():
        if len(hits) >= limit:
            break
        unit = str(postcodes.postcodes[index].as_py())
        if postcodes.ended[index] is None or unit == text:
            x_m, y_m = postcodes.xy_m[index].tolist()
            bounds_m = (x_m, y_m, x_m, y_m)
            hits.append(PostcodeHit("postcode", written(unit), unit, (x_m, y_m), bounds_m))
    return hits


def _range(postcodes: Postcodes, text: str) -> tuple[int, int]:
    """The range of the postcodes that begin with a text, in alphabetical order."""

    def unit(index: int) -> str:
        return str(postcodes.postcodes[index].as_py())

    indices = range(len(postcodes))
    return bisect_left(indices, text, key=unit), bisect_left(indices, text + _AFTER, key=unit)


def _district(postcodes: Postcodes, text: str, start: int, end: int) -> list[PostcodeHit]:
    """The district with that name, if it has a postcode with a place."""
    length = pc.utf8_length(postcodes.postcodes.slice(start, end - start)).to_numpy()
    xy_m: FloatArray = postcodes.xy_m[start:end][length == len(text) + _INWARD]
    xy_m = xy_m[np.isfinite(xy_m).all(axis=1)]
    if not len(xy_m):
        return []
    (left, bottom), (right, top) = xy_m.min(axis=0).tolist(), xy_m.max(axis=0).tolist()
    x_m, y_m = np.median(xy_m, axis=0).tolist()
    return [PostcodeHit("postcode-district", text, text, (x_m, y_m), (left, bottom, right, top))]
