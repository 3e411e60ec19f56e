"""Reads numbers in text, exactly or not at all."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from spatial.arrays import BoolArray, FloatArray

Decimal = Literal[".", ","]

_PLAIN = r"^[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?$"
# Only complete groups of three are thousands: 1,500 is 1500, and 1,5 is not a number.
_GROUPED = r"^[+-]?[1-9][0-9]{0,2}(,[0-9]{3})+(\.[0-9]+)?$"
_SPACED = "^[+-]?[1-9][0-9]{0,2}([ \u00a0\u202f'’][0-9]{3})+(\\.[0-9]+)?$"


@dataclass(frozen=True, eq=False)
class Numbers:
    """A column of numbers.

    Attributes
    ----------
    values : (n,) float64
        NaN where the value is blank or not a number.
    blank, bad : (n,) bool
        Where the value is missing, and where it is not a finite number.
    """

    values: FloatArray
    blank: BoolArray
    bad: BoolArray


def parse_numbers(column: pa.ChunkedArray, *, decimal: Decimal = ".") -> Numbers:
    """Numbers from a column of trimmed text, null for blank.

    Parameters
    ----------
    column : (n,) text
        As read; null where blank.
    decimal : "." or ","
        The decimal sign; the other one may separate thousands, as may spaces and apostrophes.

    Returns
    -------
    Numbers
        One per row.

    Notes
    -----
    ``nan``, ``inf``, hexadecimal and underscores are not numbers here.
    """
    blank = column.is_null().to_numpy()
    try:
        # The usual case: plain numbers only.
        cast = None if decimal == "," else pc.cast(column, pa.float64())
    except pa.ArrowInvalid:
        cast = None
    if cast is not None:
        values = np.array(cast.to_numpy(), dtype=np.float64)
        if np.isfinite(values[~blank]).all():
            return Numbers(values, blank, np.zeros(len(values), dtype=np.bool_))
    return _parse_slowly(column, blank, decimal)


def _parse_slowly(column: pa.ChunkedArray, blank: BoolArray, decimal: Decimal) -> Numbers:
    """The numbers of a column with signs, spaces or separators that Arrow does not read."""
    text = pc.replace_substring(column, "\u2212", "-")  # the typographic minus sign
    if decimal == ",":
        swapped = pc.replace_substring(text, ".", "\x00")
        text = pc.replace_substring(pc.replace_substring(swapped, ",", "."), "\x00", ",")
    for pattern, separators in ((_GROUPED, ","), (_SPACED, "[ \u00a0\u202f'’]")):
        grouped = pc.match_substring_regex(text, pattern)
        if pc.any(grouped).as_py():
            text = pc.if_else(grouped, pc.replace_substring_regex(text, separators, ""), text)
    is_number = pc.match_substring_regex(text, _PLAIN).fill_null(False)
    plain = pc.replace_substring_regex(text, r"^\+", "")
    cast = pc.cast(pc.if_else(is_number, plain, pa.scalar(None, pa.string())), pa.float64())
    values = np.array(cast.to_numpy(), dtype=np.float64)
    bad = ~blank & ~np.isfinite(values)
    values[bad] = np.nan  # beyond the range of float64
    return Numbers(values, blank, bad)
