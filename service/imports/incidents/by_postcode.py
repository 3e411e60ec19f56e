"""Locates incidents without coordinates by their postcode."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from service.imports.files.delimited import DelimitedFile
from service.imports.files.rejects import Reject
from service.store.reference.postcodes import (
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
_UNKNOWN = "is not a known postcode"
_UNPLACED = "is a postcode without a place"
_NO_UNIT = "is not a complete postcode"


@dataclass(frozen=True)
class PostcodeTally:
    """Counts of the rows of one file that have a postcode but no coordinates.

    Attributes
    ----------
    by_quality : mapping of int to int
        Rows located, by the positional quality of their postcode.
    ended : mapping of str to int
        Rows located by a postcode that has ended, by postcode.
    not_found : tuple of Reject
        Rows that could not be located, and why. They are not rejected.
    version : int or None
        Version of the table of postcodes; None if none has been imported.
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
    """The rows of a file with the places found by postcode.

    Attributes
    ----------
    xy_m : (n, 2) float64
        Place of each row in the working CRS, NaN if it has none.
    located : (n,) bool
        Rows with a place.
    located_by : (n,) text
        ``coordinates``, ``postcode`` or ``none``.
    quality : (n,) int
        Positional quality of the postcode that a row was located by, else null.
    outward : (n,) text
        Outward code of each row's postcode, even if the postcode is not known; null without one.
    tally : PostcodeTally
        Counts for the summary.
    """

    xy_m: FloatArray
    located: BoolArray
    located_by: pa.Array
    quality: pa.Array
    outward: pa.ChunkedArray
    tally: PostcodeTally


def locate_by_postcode(
    contents: DelimitedFile,
    column: str,
    postcodes: Postcodes | None,
    *,
    xy_m: FloatArray,
    located: BoolArray,
) -> LocatedRows:
    """Places of all rows, those without coordinates from their postcode.

    Parameters
    ----------
    contents : DelimitedFile
        The file; rows already rejected are left as they are.
    column : str
        Column with the postcodes, as the file spells it.
    postcodes : Postcodes or None
        The imported postcodes; with None no row is located by postcode.
    xy_m, located : (n, 2) float64, (n,) bool
        Places from the coordinates of the rows.

    Returns
    -------
    LocatedRows
        In the order of the rows.
    """
    text = contents.table.column(column)
    units = to_units(text)
    needs_postcode = ~located & contents.check.usable
    indices = np.full(len(text), -1) if postcodes is None else postcodes.find(units)
    has_known_postcode = needs_postcode & (indices >= 0)
    places = np.full_like(xy_m, np.nan)
    quality = np.full(len(text), NO_QUALITY, dtype=np.int64)
    if postcodes is not None:
        places[has_known_postcode] = postcodes.xy_m[indices[has_known_postcode]]
        quality[has_known_postcode] = postcodes.quality[indices[has_known_postcode]]
    newly_located = has_known_postcode & np.isfinite(places).all(axis=1)
    located_by = np.where(
        located, BY_COORDINATES, np.where(newly_located, BY_POSTCODE, BY_NOTHING)
    )
    ended: Counter[str] = Counter()
    if postcodes is not None:
        used_indices = [int(i) for i in indices[newly_located] if postcodes.ended[i] is not None]
        ended.update(postcodes.postcodes[i].as_py() for i in used_indices)
    return LocatedRows(
        xy_m=np.where(newly_located[:, None], places, xy_m),
        located=located | newly_located,
        located_by=pa.array(located_by),
        quality=pa.array(quality, mask=~newly_located | (quality == NO_QUALITY)),
        outward=to_outward(text),
        tally=PostcodeTally(
            by_quality=Counter(quality[newly_located].tolist()),
            ended=ended,
            not_found=_not_found(
                contents, column, text, units, needs_postcode & ~newly_located, indices
            ),
            version=None if postcodes is None else postcodes.version,
        ),
    )


def _not_found(
    contents: DelimitedFile,
    column: str,
    text: pa.ChunkedArray,
    units: pa.ChunkedArray,
    not_located: BoolArray,
    indices: AnyArray,
) -> tuple[Reject, ...]:
    """The rows with a postcode that does not locate them, and why."""
    has_text = not_located & text.is_valid().to_numpy()
    is_unit = units.is_valid().to_numpy()
    return tuple(
        Reject(
            file=contents.file.name,
            row=int(contents.check.row_numbers[row]),
            column=column,
            value=str(text[int(row)].as_py()),
            reason=_UNPLACED if indices[row] >= 0 else _UNKNOWN if is_unit[row] else _NO_UNIT,
        )
        for row in np.flatnonzero(has_text)
    )


def tally_lines(tallies: Sequence[PostcodeTally]) -> tuple[str, ...]:
    """Sentences about the rows located by postcode, over all files.

    Parameters
    ----------
    tallies : sequence of PostcodeTally
        One per file.

    Returns
    -------
    tuple of str
        Empty without tallies.
    """
    if not tallies:
        return ()
    rejects = not_found(tallies)
    if tallies[0].version is None:
        message = (
            "no postcodes are imported yet (hotspots import postcodes FILE): nothing was located "
            f"by postcode, and {len(rejects):,} rows that have one are not located"
        )
        return (message,)
    by_quality = sum((tally.by_quality for tally in tallies), Counter[int]())
    lines = [
        (
            f"{by_quality.total():,} rows without coordinates were located by their postcode "
            f"(postcodes version {tallies[0].version}), at the one place that stands for its "
            "addresses: how many metres away they happened is not known"
        )
    ]
    lines += [
        f"located by a postcode of quality {grade} ({QUALITIES[grade]}): {by_quality[grade]:,}"
        for grade in sorted(by_quality)
        if grade != NO_QUALITY
    ]
    ended = sum((tally.ended for tally in tallies), Counter[str]())
    if ended:
        postcode_list = ", ".join(written(postcode) for postcode, _ in ended.most_common(SHOWN))
        ellipsis = ", ..." if len(ended) > SHOWN else ""
        lines.append(
            f"{ended.total():,} rows have one of {len(ended):,} postcodes that have ended; "
            f"their last place was used: {postcode_list}{ellipsis}"
        )
    for reason, message in (
        (_UNKNOWN, "an unknown postcode"),
        (_UNPLACED, "a postcode without a place"),
        (_NO_UNIT, "no complete postcode"),
    ):
        values = Counter(reject.value for reject in rejects if reject.reason == reason)
        if values:
            postcode_list = ", ".join(value for value, _ in values.most_common(SHOWN))
            ellipsis = ", ..." if len(values) > SHOWN else ""
            lines.append(
                f"{values.total():,} rows have {message}, not located: {postcode_list}{ellipsis}"
            )
    return tuple(lines)


def not_found(tallies: Sequence[PostcodeTally]) -> tuple[Reject, ...]:
    """Every row that its postcode did not locate, over all files.

    Parameters
    ----------
    tallies : sequence of PostcodeTally
        One per file.

    Returns
    -------
    tuple of Reject
        In the order of the files.
    """
    return tuple(reject for tally in tallies for reject in tally.not_found)
