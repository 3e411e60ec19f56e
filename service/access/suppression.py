"""Numbers that rest on hidden cells: told by the least and the most that these may be.

A hidden cell stands in with the value that is expected of it. Where that says little (the least
and the most differ by more than a tenth of it), the number and all that is computed from it is
suppressed: null, and where it is a class ``suppressed``. Nothing here is needed to keep the
records: every variant follows from what is published. It keeps guesses from being read as counts.
"""

import dataclasses
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

import numpy as np

from service.model.answers import SUPPRESSED, Legend, LegendClass, Provenance, Table, VectorTile
from service.model.rows import LOCATED, RECORDS, ColumnValues, Row, TypedColumn
from spatial.arrays import BoolArray, FloatArray, IntArray

TOLERANCE: Final = 0.1  # of the expected value
# Columns that say to which class a row belongs, by which maps are coloured.
CLASSES: Final = frozenset({"class", "category", "transition", "priority", "hotspot_class"})
# What a row is of, though it may say something of incidents.
IDENTITIES: Final = frozenset({"item"})
# Members of documents that say what is drawn, and which version of it: not how much there is.
OF_THE_PICTURE: Final = frozenset(
    {
        "version",
        "tiles",
        "breaks",
        "legend",
        "inset",
        "center",
        "bbox",
        "bounds",
        "bounds_m",
        "bounds_lonlat_deg",
    }
)
_ABSENT: Final = object()

Columns = Mapping[str, ColumnValues]


def suppressed_table(table: Table, bounds: tuple[Table, Table] | None) -> Table:
    """A table without the numbers that rest on hidden cells.

    Parameters
    ----------
    table : Table
        With the values that are expected of hidden cells.
    bounds : tuple of two Tables or None
        With the least and the most; None: nothing is known of them.

    Returns
    -------
    Table
        In the same order.
    """
    lowest, highest = (None, None) if bounds is None else bounds
    masks = _masks(
        table.row,
        table.columns,
        None if lowest is None else lowest.columns,
        None if highest is None else highest.columns,
    )
    columns = {
        name: _without(name, values, masks[name]) if name in masks else values
        for name, values in table.columns.items()
    }
    return dataclasses.replace(
        table,
        columns=columns,
        provenance=suppressed_provenance(table.provenance, _provenances(bounds)),
        is_suppressed=True,
    )


def suppressed_tile(tile: VectorTile, bounds: tuple[VectorTile, VectorTile] | None) -> VectorTile:
    """A vector tile likewise: an area has the same attributes in every tile.

    Parameters
    ----------
    tile : VectorTile
        With the values that are expected of hidden cells.
    bounds : tuple of two VectorTiles or None
        With the least and the most.

    Returns
    -------
    VectorTile
        With None for what is suppressed.
    """
    columns = _arrays(tile)
    lowest, highest = (None, None) if bounds is None else map(_arrays, bounds)
    masks = _masks(tile.row, columns, lowest, highest)
    shown = {
        name: _without(name, columns[name], masks[name]).tolist() if name in masks else values
        for name, values in tile.columns.items()
    }
    provenance = suppressed_provenance(tile.provenance, _provenances(bounds))
    return dataclasses.replace(tile, columns=shown, provenance=provenance)


def suppressed_legend(legend: Legend, bounds: tuple[Legend, Legend] | None) -> Legend:
    """A legend likewise, with a class of its own for what is suppressed.

    Parameters
    ----------
    legend : Legend
        With the values that are expected of hidden cells.
    bounds : tuple of two Legends or None
        With the least and the most.

    Returns
    -------
    Legend
        A number of areas that rests on hidden cells is left out.
    """
    classes = []
    for index, legend_class in enumerate(legend.classes):
        counts = [
            other.classes[index].count
            for other in bounds or ()
            if len(other.classes) == len(legend.classes)
        ]
        is_sure = len(counts) == 2 and not _differs(legend_class.count, counts)
        count = legend_class.count if is_sure else None
        classes.append(dataclasses.replace(legend_class, count=count))
    if legend.attribute:
        classes.append(LegendClass(SUPPRESSED, kind="missing"))
    subtitles = {legend.subtitle, *(other.subtitle for other in bounds or ())}
    return dataclasses.replace(
        legend,
        classes=tuple(classes),
        subtitle=legend.subtitle if bounds and len(subtitles) == 1 else "",
        provenance=suppressed_provenance(legend.provenance, _provenances(bounds)),
    )


def suppressed_provenance(
    provenance: Provenance, bounds: tuple[Provenance, Provenance] | None
) -> Provenance:
    """A provenance without the counts and notes that rest on hidden cells.

    Parameters
    ----------
    provenance : Provenance
        With the values that are expected of hidden cells.
    bounds : tuple of two Provenances or None
        With the least and the most.

    Returns
    -------
    Provenance
        Notes that differ are left out, counts and numbers of the method null; without bounds all
        of these, and all notes with a number.
    """
    lowest, highest = (None, None) if bounds is None else bounds
    if lowest is None or highest is None:
        notes = tuple(note for note in provenance.notes if not any(map(str.isdigit, note)))
        counts: dict[str, float | None] = dict.fromkeys(provenance.counts)
        method = _without_numbers(provenance.method, _ABSENT, _ABSENT)
        return dataclasses.replace(provenance, counts=counts, method=method, notes=notes)
    notes = tuple(
        note for note in provenance.notes if note in lowest.notes and note in highest.notes
    )
    return dataclasses.replace(
        provenance,
        counts=suppressed_content(provenance.counts, lowest.counts, highest.counts),
        method=_without_numbers(provenance.method, lowest.method, highest.method),
        notes=notes,
    )


def suppressed_content(content: Any, lowest: Any, highest: Any) -> Any:
    """The content of a document without the numbers and words that rest on hidden cells.

    Parameters
    ----------
    content : mapping, list, text, number or None
        With the values that are expected of hidden cells.
    lowest, highest : object
        The same with the least and the most.

    Returns
    -------
    object
        Numbers and texts that differ are null; sentences among others are left out.
    """
    if isinstance(content, Mapping):
        return {
            key: value
            if key in OF_THE_PICTURE
            else suppressed_content(value, _member(lowest, key), _member(highest, key))
            for key, value in content.items()
        }
    if isinstance(content, list | tuple):
        return _suppressed_list(content, lowest, highest)
    return None if _differs(content, (lowest, highest)) else content


def _without_numbers(method: Any, lowest: Any, highest: Any) -> Any:
    """The members of a method without the numbers that rest on hidden cells."""
    if isinstance(method, Mapping):
        return {
            key: value
            if key in OF_THE_PICTURE
            else _without_numbers(value, _member(lowest, key), _member(highest, key))
            for key, value in method.items()
        }
    is_sure = not _is_number(method) or not _differs(method, (lowest, highest))
    return method if is_sure else None


def _suppressed_list(content: Sequence[Any], lowest: Any, highest: Any) -> list[Any]:
    """The members of a list, those with an id by it and others by their place."""
    others = [
        list(other) if isinstance(other, list | tuple) else [] for other in (lowest, highest)
    ]
    if content and all(isinstance(member, str) for member in content):
        return [member for member in content if all(member in other for other in others)]
    if content and all(isinstance(member, Mapping) and "id" in member for member in content):
        by_id = [
            {member["id"]: member for member in other if _member(member, "id") is not _ABSENT}
            for other in others
        ]
        return [
            suppressed_content(member, *(other.get(member["id"], _ABSENT) for other in by_id))
            for member in content
        ]
    padded = [
        other if len(other) == len(content) else [_ABSENT] * len(content) for other in others
    ]
    return [suppressed_content(*members) for members in zip(content, *padded, strict=True)]


def _member(mapping: Any, key: str) -> Any:
    return mapping.get(key, _ABSENT) if isinstance(mapping, Mapping) else _ABSENT


def _differs(value: Any, others: Iterable[Any]) -> bool:
    """Whether a value rests on hidden cells."""
    values = list(others)
    if _is_number(value) and all(map(_is_number, values)):
        columns = (np.array([number], dtype=np.float64) for number in (value, *values))
        return bool(_is_unsure(*columns)[0])
    return any(other is _ABSENT or other != value for other in values)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float | np.number) and not isinstance(value, bool | np.bool_)


def _provenances(bounds: tuple[Any, Any] | None) -> tuple[Provenance, Provenance] | None:
    return None if bounds is None else (bounds[0].provenance, bounds[1].provenance)


def _arrays(tile: VectorTile) -> dict[str, ColumnValues]:
    """The attributes of a tile as arrays of objects, but for those that no row has."""
    columns: dict[str, ColumnValues] = {}
    for name, values in tile.columns.items():
        if name in tile.row.columns:
            columns[name] = np.empty(len(values), dtype=object)
            columns[name][:] = list(values)
    return columns


def _masks(
    row: type[Row], columns: Columns, lowest: Columns | None, highest: Columns | None
) -> dict[str, BoolArray]:
    """Which values of each column that discloses something rest on hidden cells."""
    disclosing = {
        name: row.columns[name]
        for name in columns
        if row.columns[name].discloses and name not in IDENTITIES
    }
    size = len(next(iter(columns.values()))) if columns else 0
    if lowest is None or highest is None:
        return {name: np.ones(size, np.bool_) for name in disclosing}
    identities = [name for name in columns if name not in disclosing]
    pairs = [(other, _positions(columns, other, identities)) for other in (lowest, highest)]
    masks = {
        name: _rests_on_hidden(column, name, columns, pairs)
        for name, column in disclosing.items()
        if column.meaning.discloses.is_count
    }
    for name, column in disclosing.items():
        if name in masks:
            continue
        parts = [masks[count] for count in column.meaning.discloses.counts if count in masks]
        if not parts or {RECORDS, LOCATED} & set(column.meaning.discloses.counts):
            parts.append(_rests_on_hidden(column, name, columns, pairs))
        masks[name] = np.logical_or.reduce(parts)
    return masks


def _rests_on_hidden(
    column: TypedColumn,
    name: str,
    columns: Columns,
    pairs: Sequence[tuple[Columns, IntArray]],
) -> BoolArray:
    """Which values of a column are too different in either variant, or have no row there."""
    values = columns[name]
    is_missing = np.zeros(len(values), np.bool_)
    others = []
    for other, positions in pairs:
        is_missing |= positions < 0
        found = other.get(name)
        if found is None or len(found) == 0:
            return np.ones(len(values), np.bool_)
        others.append(found[np.maximum(positions, 0)])
    if column.value_type in (int, float):
        return is_missing | _is_unsure(_numbers(values), *map(_numbers, others))
    texts = [_texts(part) for part in (values, *others)]
    pairs_of_texts = zip(*texts, strict=True)
    return is_missing | np.array([len(set(part)) > 1 for part in pairs_of_texts], np.bool_)


def _is_unsure(expected: FloatArray, lowest: FloatArray, highest: FloatArray) -> BoolArray:
    """Which numbers differ by more than a part of what is expected."""
    is_known = np.isfinite(expected) & np.isfinite(lowest) & np.isfinite(highest)
    with np.errstate(invalid="ignore"):
        spread = np.maximum.reduce([lowest, expected, highest]) - np.minimum.reduce(
            [lowest, expected, highest]
        )
        is_wide = spread > TOLERANCE * np.abs(expected)
    is_same = (np.isnan(expected) & np.isnan(lowest) & np.isnan(highest)) | (
        (expected == lowest) & (expected == highest)
    )
    unsure: BoolArray = np.where(is_known, is_wide, ~is_same)
    return unsure


def _positions(columns: Columns, others: Columns, identities: Sequence[str]) -> IntArray:
    """The place of each row among those of another table, -1 where it has none."""
    position = {key: index for index, key in enumerate(_keys(others, identities))}
    return np.array([position.get(key, -1) for key in _keys(columns, identities)], np.int64)


def _keys(columns: Columns, identities: Sequence[str]) -> list[tuple[Any, ...]]:
    """What tells each row from the others: what it is of, and which of several of the same."""
    size = len(next(iter(columns.values()))) if columns else 0
    parts = [_texts(columns[name]) for name in identities if name in columns]
    repeats: Counter[tuple[Any, ...]] = Counter()
    keys = []
    for key in zip(*parts, strict=True) if parts else [()] * size:
        keys.append((*key, repeats[key]))
        repeats[key] += 1
    return keys


def _texts(values: ColumnValues) -> list[Any]:
    """Values that can be compared and looked up: a missing one is None, a list its text."""
    return [
        None if value != value else str(value) if isinstance(value, list) else value
        for value in values.tolist()
    ]


def _numbers(values: ColumnValues) -> FloatArray:
    if values.dtype.kind != "O":
        return values.astype(np.float64)
    return np.array([np.nan if value is None else value for value in values], dtype=np.float64)


def _without(name: str, values: ColumnValues, mask: BoolArray) -> ColumnValues:
    """A column without some of its values."""
    if not mask.any():
        return values
    if values.dtype.kind == "f":
        return np.where(mask, np.nan, values)
    shown: ColumnValues = values.astype(object)
    shown[mask] = SUPPRESSED if name in CLASSES else None
    return shown
