"""Incidents without coordinates, located by their postcode; and what is said about it."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from service.imports.files.delimited import Delimited
from service.imports.files.rejects import Reject
from service.store.postcodes import (
    NO_QUALITY,
    QUALITIES,
    Postcodes,
    to_outward,
    to_units,
    written,
)
from spatial.arrays import AnyArray, BoolArray, FloatArray

# Columns of the dataset that say how each incident was located.
LOCATED_BY = "located_by"
LOCATION_QUALITY = "location_quality"
BY_COORDINATES, BY_POSTCODE, BY_NOTHING = "coordinates", "postcode", "none"

SHOWN = 5
_UNKNOWN = "is a postcode that is not known"
_UNPLACED = "is a postcode without a place"
_NO_UNIT = "is no whole postcode"


@dataclass(frozen=True)
class PostcodeTally:
    """What became of the rows of one file that have no coordinates but a postcode.

    Attributes
    ----------
    by_quality : mapping of int to int
        Rows located, by the positional quality of their postcode.
    ended : mapping of str to int
        Rows located by a postcode that has ended, by postcode.
    not_found : tuple of Reject
        Rows that are not located, and why. They are not rejected.
    version : int or None
        Of the table of postcodes; None where nothing has been imported.
    """

    by_quality: Counter[int]
    ended: Counter[str]
    not_found: tuple[Reject, ...]
    version: int | None

    @property
    def located(self) -> int:
        """Rows located by their postcode."""
        return self.by_quality.total()


@dataclass(frozen=True, eq=False)
class LocatedRows:
    """The rows of a file after their postcodes have been looked up.

    Attributes
    ----------
    xy_m : (n, 2) float64
        Place of each row in the working CRS, NaN where it has none.
    located : (n,) bool
    located_by : (n,) text
        ``coordinates``, ``postcode`` or ``none``.
    quality : (n,) int
        Positional quality of the postcode that a row was located by, else null.
    outward : (n,) text
        Outward code of each row's postcode, also of one that is not known; null without.
    """

    xy_m: FloatArray
    located: BoolArray
    located_by: pa.Array
    quality: pa.Array
    outward: pa.ChunkedArray
    tally: PostcodeTally


def locate_by_postcode(
    read: Delimited,
    column: str,
    postcodes: Postcodes | None,
    *,
    xy_m: FloatArray,
    located: BoolArray,
) -> LocatedRows:
    """The places of the rows, those without coordinates at their postcode's.

    Parameters
    ----------
    read : Delimited
        The file; rows that are rejected already are left as they are.
    column : str
        Column with the postcodes, as the file spells it.
    postcodes : Postcodes or None
        None where none has been imported: nothing is located by one.
    xy_m, located : (n, 2) float64, (n,) bool
        Places from the coordinates of the rows.
    """
    text = read.table.column(column)
    units = to_units(text)
    needed = ~located & read.check.usable
    at = np.full(len(text), -1) if postcodes is None else postcodes.find(units)
    known = needed & (at >= 0)
    places = np.full_like(xy_m, np.nan)
    grades = np.full(len(text), NO_QUALITY, dtype=np.int64)
    if postcodes is not None:
        places[known] = postcodes.xy_m[at[known]]
        grades[known] = postcodes.quality[at[known]]
    found = known & np.isfinite(places).all(axis=1)
    by = np.where(located, BY_COORDINATES, np.where(found, BY_POSTCODE, BY_NOTHING))
    ended: Counter[str] = Counter()
    if postcodes is not None:
        used = [int(i) for i in at[found] if postcodes.ended[i] is not None]
        ended.update(postcodes.postcodes[i].as_py() for i in used)
    return LocatedRows(
        xy_m=np.where(found[:, None], places, xy_m),
        located=located | found,
        located_by=pa.array(by),
        quality=pa.array(grades, mask=~found | (grades == NO_QUALITY)),
        outward=to_outward(text),
        tally=PostcodeTally(
            by_quality=Counter(grades[found].tolist()),
            ended=ended,
            not_found=_not_found(read, column, text, units, needed & ~found, at),
            version=None if postcodes is None else postcodes.version,
        ),
    )


def _not_found(
    read: Delimited,
    column: str,
    text: pa.ChunkedArray,
    units: pa.ChunkedArray,
    missing: BoolArray,
    at: AnyArray,
) -> tuple[Reject, ...]:
    """Why each row with something in the column is not located by it."""
    stated = missing & text.is_valid().to_numpy()
    is_unit = units.is_valid().to_numpy()
    return tuple(
        Reject(
            file=read.file.name,
            row=int(read.check.row_numbers[place]),
            column=column,
            value=str(text[int(place)].as_py()),
            reason=_UNPLACED if at[place] >= 0 else _UNKNOWN if is_unit[place] else _NO_UNIT,
        )
        for place in np.flatnonzero(stated)
    )


def tally_lines(tallies: Sequence[PostcodeTally]) -> tuple[str, ...]:
    """What all files together say about rows located by postcode, in plain sentences."""
    if not tallies:
        return ()
    missing = not_found(tallies)
    if tallies[0].version is None:
        words = (
            "no postcodes are imported yet (hotspots import postcodes FILE): nothing was located "
            f"by postcode, and {len(missing):,} rows that have one are not located"
        )
        return (words,)
    by_quality = sum((tally.by_quality for tally in tallies), Counter[int]())
    said = [
        (
            f"{by_quality.total():,} rows without coordinates were located by their postcode "
            f"(postcodes version {tallies[0].version}), at the one place that stands for its "
            "addresses: how many metres away they happened is not known"
        )
    ]
    said += [
        f"located by a postcode of quality {grade} ({QUALITIES[grade]}): {by_quality[grade]:,}"
        for grade in sorted(by_quality)
        if grade != NO_QUALITY
    ]
    ended = sum((tally.ended for tally in tallies), Counter[str]())
    if ended:
        shown = ", ".join(written(postcode) for postcode, _ in ended.most_common(SHOWN))
        more = ", ..." if len(ended) > SHOWN else ""
        said.append(
            f"{ended.total():,} rows have one of {len(ended):,} postcodes that have ended; their "
            f"last place was taken: {shown}{more}"
        )
    for reason, words in (
        (_UNKNOWN, "a postcode that is not known"),
        (_UNPLACED, "a postcode without a place"),
        (_NO_UNIT, "no whole postcode"),
    ):
        values = Counter(one.value for one in missing if one.reason == reason)
        if values:
            shown = ", ".join(value for value, _ in values.most_common(SHOWN))
            more = ", ..." if len(values) > SHOWN else ""
            said.append(f"{values.total():,} rows have {words}, not located: {shown}{more}")
    return tuple(said)


def not_found(tallies: Sequence[PostcodeTally]) -> tuple[Reject, ...]:
    """Every row whose postcode did not locate it, over all files."""
    return tuple(one for tally in tallies for one in tally.not_found)
