"""Charts of cross-tables, in the form that their axes and their number of cells are for."""

import dataclasses
import math
from dataclasses import dataclass
from typing import Any, Final

from service.model.answers import SUPPRESSED, Table
from service.render.charts.chart import Chart
from service.render.charts.comparison.figures import figure, nothing
from service.render.charts.forms.bars import Cells, grouped_bars, stacked_bars
from service.render.charts.forms.items import (
    APART,
    SUMS,
    Item,
    as_number,
    joined,
    left_out,
    method,
    names_of,
    numbers,
    texts,
)
from service.render.charts.forms.matrix import matrix
from service.render.charts.forms.panels import panels
from service.render.charts.forms.pyramid import pyramid
from service.sentences.numbers import amount, counted

STEPS: Final = ("year", "year-ending", "financial-year", "quarter", "month", "week", "day")
CYCLES: Final = ("hour", "weekday", "month-of-year")
MOST_ROWS: Final = 30  # of a matrix
MOST_PANELS: Final = 12
MOST_GROUPS: Final = 10
MOST_COLUMNS: Final = 4  # of grouped bars: no chart has more than four colours
WITHHELD, UNKNOWN = "[c]", "[x]"
PART: Final = " (part)"  # behind the name of a step
MONTHS: Final = [
    "Jan",
    "Feb",
    "Mar",
    "Apr",
    "May",
    "Jun",
    "Jul",
    "Aug",
    "Sep",
    "Oct",
    "Nov",
    "Dec",
]


@dataclass(frozen=True)
class Cross:
    """A cross-table as it is drawn.

    Attributes
    ----------
    row_keys, column_keys : tuple of str
        Of the rows and columns of `cells`.
    row_kind, column_kind : str
        What the axes are of, without an argument, such as ``year-ending``.
    measure : str
        What stands in the cells, with its unit.
    beside : Cells or None
        The same of the dataset beside.
    """

    cells: Cells
    row_keys: tuple[str, ...]
    column_keys: tuple[str, ...]
    row_kind: str
    column_kind: str
    measure: str
    beside: Cells | None = None

    def transposed(self) -> "Cross":
        """The same with rows for columns."""
        return Cross(
            _transposed(self.cells), self.column_keys, self.row_keys, self.column_kind,
            self.row_kind, self.measure, None if self.beside is None else _transposed(self.beside),
        )  # fmt: skip

    def rows(self, positions: list[int]) -> "Cross":
        """The same with some of its rows, in a new order."""
        return dataclasses.replace(
            self,
            cells=_rows(self.cells, positions),
            row_keys=tuple(self.row_keys[k] for k in positions),
            beside=None if self.beside is None else _rows(self.beside, positions),
        )


def crosstab(table: Table) -> Chart:
    """A cross-table: a pyramid, a matrix, groups of bars, bars to a whole, or a panel a row."""
    cross = cross_of(table)
    if not any(item.is_known for item in cross.cells.items.values()):
        return nothing(table, measure=cross.measure)
    if cross.row_kind in STEPS and cross.column_kind not in STEPS:
        cross = cross.transposed()
    cross, notes = _with_values(cross)
    notes += [*symbol_notes(cross.cells), *part_notes(cross.cells), *event_notes(table)]
    view, form, drawn, left = _view(cross)
    notes += left_out(left)
    if cross.beside is not None:
        notes.append(f"Blue: {_own(table)}; turquoise: {_companion(table)}.")
    return figure(
        table,
        view,
        measure=cross.measure,
        shown=f"{form} {spoken_cells(drawn.cells)}",
        notes=notes,
    )


def _with_values(cross: Cross) -> tuple[Cross, list[str]]:
    """The rows that may have a value: what is in no area has no rate."""
    empty = [
        row
        for row, key in enumerate(cross.row_keys)
        if key in APART
        and not any(item.is_known for (k, _), item in cross.cells.items.items() if k == row)
    ]
    if not empty:
        return cross, []
    kept = [row for row in range(len(cross.row_keys)) if row not in empty]
    names = joined([cross.cells.rows[row] for row in empty])
    return cross.rows(kept), [f"Not drawn, because without a value: {names.lower()}."]


def event_notes(table: Table) -> list[str]:
    """The events that the table marks, each once."""
    marked = dict.fromkeys(text for text in texts(table, "events") if text)
    events = dict.fromkeys(part for text in marked for part in text.split("; "))
    return [f"Mind: {event}." for event in events][:3]


def _view(cross: Cross) -> tuple[Any, str, Cross, int]:
    """The view of a cross-table, its form in words, what is drawn, and rows that are not."""
    cells, apart = cross.cells, [k for k, key in enumerate(cross.column_keys) if key in APART]
    is_pair = len(cells.columns) - len(apart) == 2
    if cross.row_kind == "age" and is_pair and "%" not in cells.unit and len(cells.rows) > 3:
        keep = [k for k, key in enumerate(cross.row_keys) if key not in (*APART, "other ages")]
        pair = cross.rows(keep).transposed()
        pair = pair.rows([k for k in range(len(cells.columns)) if k not in apart]).transposed()
        view = pyramid(pair.cells, axis=cross.measure)
        left = len(cells.rows) - len(keep)
        return view, "Population pyramid.", pair, left
    if cross.row_kind in CYCLES and cross.column_kind in CYCLES:
        if len(cells.columns) > len(cells.rows):
            cross = cross.transposed()
        return matrix(cross.cells, legend=cross.measure), "Heat matrix.", cross, 0
    if cross.beside is not None and len(cells.rows) <= MOST_PANELS:
        view = panels(cells, axis=cross.measure, beside=cross.beside)
        return view, "Small multiples of bars.", cross, 0
    whole = _whole(cross)
    if whole is not None:
        return stacked_bars(whole.cells, axis=cross.measure), "Bars stacked to a whole.", whole, 0
    is_stepped = cross.column_kind in STEPS
    few = len(cells.columns) <= (3 if is_stepped else MOST_COLUMNS)
    if few and len(cells.rows) <= MOST_GROUPS:
        view = grouped_bars(cells, axis=cross.measure, is_ordered=is_stepped)
        return view, "Grouped bars.", cross, 0
    if is_stepped and len(cells.rows) <= MOST_PANELS:
        return panels(cells, axis=cross.measure), "Small multiples of bars.", cross, 0
    if len(cells.columns) > MOST_ROWS and len(cells.rows) < len(cells.columns):
        cross = cross.transposed()
    is_ordered = cross.row_kind in (*STEPS, *CYCLES, "age")
    cross, left = (cross, 0) if is_ordered else _largest(cross)
    apart = [k for k, key in enumerate(cross.row_keys) if key in (*APART, *SUMS)]
    own = [
        item.value
        for (k, _), item in cross.cells.items.items()
        if k not in apart and item.is_known
    ]
    highest = max(own, default=math.nan)  # what is apart does not take the colours of the rest
    view = matrix(cross.cells, legend=cross.measure, highest=highest)
    return view, "Heat matrix.", cross, left


def _whole(cross: Cross) -> Cross | None:
    """The cells of shares as parts of a whole, the parts the rows; None where they are none."""
    for candidate, words in ((cross, "of column"), (cross.transposed(), "of row")):
        if words in cross.measure and 1 < len(candidate.cells.rows) <= MOST_COLUMNS:
            return candidate
    return None


def _largest(cross: Cross) -> tuple[Cross, int]:
    """The rows with the most, in that order, and how many are left out; apart ones stay last."""
    cells = cross.cells
    size = [
        sum(
            cells.items[row, column].value
            for column in range(len(cells.columns))
            if (row, column) in cells.items and cells.items[row, column].is_known
        )
        for row in range(len(cells.rows))
    ]
    apart = [k for k, key in enumerate(cross.row_keys) if key in (*APART, *SUMS)]
    own = sorted((k for k in range(len(size)) if k not in apart), key=lambda k: -size[k])
    kept = own[: MOST_ROWS - len(apart)]
    return cross.rows([*kept, *apart]), len(own) - len(kept)


def cross_of(table: Table) -> Cross:
    """A cross-table in either of its layouts, without its totals."""
    row_kind, column_kind = (
        str(method(table).get(name) or "").split(":")[0] for name in ("rows", "columns")
    )
    if "column" in table.columns:
        return _long(table, row_kind, column_kind)
    return _wide(table, row_kind, column_kind)


def _long(table: Table, row_kind: str, column_kind: str) -> Cross:
    rows, columns = texts(table, "row"), texts(table, "column")
    is_rate = "rate" in table.columns
    name = "rate" if is_rate else "count"
    unit = table.units().get(name, "")
    is_part = [bool(part) for part in table.columns.get("part", [False] * len(table))]
    skipped = {"total"} | (set() if is_rate else {"all areas", "all"})
    row_keys = [key for key in dict.fromkeys(rows) if key not in skipped]
    column_keys = [key for key in dict.fromkeys(columns) if key != "total"]
    row_names = dict(zip(rows, texts(table, "row_name"), strict=True))
    column_names = dict(zip(columns, texts(table, "column_name"), strict=True))
    parts = {
        key for axis, kind in ((rows, row_kind), (columns, column_kind)) if kind in STEPS
        for key, part in zip(axis, is_part, strict=True) if part
    }  # fmt: skip

    def cells(prefix: str) -> Cells:
        limits = [numbers(table, f"{prefix}{end}") for end in ("lower", "upper")]
        items: dict[tuple[int, int], Item] = {}
        values = numbers(table, f"{prefix}{name}")
        for k, (row, column) in enumerate(zip(rows, columns, strict=True)):
            if row not in row_keys or column not in column_keys:
                continue
            items[row_keys.index(row), column_keys.index(column)] = Item(
                f"{row_names[row]}, {column_names[column]}",
                values[k],
                limits[0][k],
                limits[1][k],
                text=_cell_text(table, values[k]),
                is_hollow=is_part[k],
            )
        return Cells(
            tuple(_labels(row_keys, row_names, row_kind, parts)),
            tuple(_labels(column_keys, column_names, column_kind, parts)),
            items,
            unit,
        )

    words = unit[:1].upper() + unit[1:] if is_rate else "Incidents"
    beside = cells("beside_") if "beside_count" in table.columns else None
    return Cross(
        cells(""), tuple(row_keys), tuple(column_keys), row_kind, column_kind, words, beside
    )


def _wide(table: Table, row_kind: str, column_kind: str) -> Cross:
    names = [name for name in table.columns if name not in ("row", "row_name", "total")]
    keys = texts(table, "row")
    row_names = dict(zip(keys, texts(table, "row_name"), strict=True))
    positions = [k for k, key in enumerate(keys) if key not in SUMS]
    unit = next((table.units()[name] for name in names if name in table.units()), "")
    items = {}
    for column, name in enumerate(names):
        for row, k in enumerate(positions):
            cell = table.columns[name][k]
            value = as_number(cell)
            text = cell if isinstance(cell, str) else _cell_text(table, value)
            items[row, column] = Item(
                f"{row_names[keys[k]]}, {name}", value, text=text, is_hollow="(part)" in name
            )
    kept = [keys[k] for k in positions]
    cells = Cells(
        tuple(_labels(kept, row_names, row_kind, set())),
        tuple(_labels(names, dict(zip(names, names, strict=True)), column_kind, set())),
        items,
        unit,
    )
    return Cross(
        cells, tuple(kept), tuple(names), row_kind, column_kind, _cells_words(table, unit)
    )


def _cells_words(table: Table, unit: str) -> str:
    """What the cells of the wide layout hold."""
    cells = str(method(table).get("cells") or "count")
    if cells.startswith("share"):
        return f"Per cent {cells.removeprefix('share-').replace('-', ' ')}".replace(
            "Per cent share", "Per cent of row"
        )
    words = unit or cells.replace("-", " ")
    return words[:1].upper() + words[1:]


def _labels(keys: list[str], names: dict[str, str], kind: str, parts: set[str]) -> list[str]:
    """Short names of an axis, each once; steps that are known in part say so."""
    if kind not in STEPS:
        return names_of([_capital(names[key]) for key in keys], keys)
    return [
        f"{_step(key.removesuffix(PART), kind)}{PART}"
        if key in parts or key.endswith(PART)
        else _step(key, kind)
        for key in keys
    ]


def _step(key: str, kind: str) -> str:
    """A step of the calendar in few letters."""
    year, _, month = key.partition("-")
    if kind in ("month", "year-ending") and month.isdigit() and 1 <= int(month) <= 12:
        words = f"{MONTHS[int(month) - 1]} {year}"
        return f"to {words}" if kind == "year-ending" else words
    return key


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _cell_text(table: Table, value: float) -> str:
    """A number in a cell, or the symbol of its absence."""
    if math.isfinite(value):
        return amount(value)
    return WITHHELD if table.is_suppressed else UNKNOWN


def symbol_notes(cells: Cells) -> list[str]:
    """What the symbols in cells mean, where there are any."""
    shown = {item.text for item in cells.items.values()}
    notes = []
    if WITHHELD in shown:
        notes.append(f"{WITHHELD}: {SUPPRESSED} or not known, which is not zero.")
    if UNKNOWN in shown:
        notes.append(f"{UNKNOWN}: not known, which is not zero.")
    small = sorted(text for text in shown if text.startswith("<"))
    if small:
        notes.append(f"{', '.join(small)}: small counts are not shown.")
    return notes


def part_notes(cells: Cells) -> list[str]:
    """That outlined bars are of parts of steps, where there are any."""
    if any(item.is_hollow for item in cells.items.values()):
        return ["Outlined, or marked (part): the data cover a part of it."]
    return []


def spoken_cells(cells: Cells, most: int = 14) -> str:
    """The numbers of a cross-table, row by row."""
    rows = []
    for row, name in enumerate(cells.rows[:most]):
        values = [
            f"{column} {cells.items[row, k].text}"
            for k, column in enumerate(cells.columns)
            if (row, k) in cells.items
        ]
        rows.append(f"{name}: {', '.join(values[:8])}{', …' if len(values) > 8 else ''}")
    more = len(cells.rows) - most
    return "; ".join(rows) + (f"; and {counted(more, 'row')} more." if more > 0 else ".")


def _own(table: Table) -> str:
    return _dataset(table, "dataset")


def _companion(table: Table) -> str:
    """What stands beside, with its markers and categories."""
    beside = method(table).get("beside") or {}
    narrow = [
        str(value)
        for name in ("categories", "subcategories", "attributes", "markers")
        for value in beside.get(name) or ()
    ]
    words = f" ({', '.join(narrow)})" if narrow else ""
    return f"{_dataset(table, 'beside')}{words}"


def _dataset(table: Table, name: str) -> str:
    source = table.provenance.sources.get(name) or {}
    title = str(source.get("title") or source.get("id") or name)
    return title.removesuffix(" (synthetic)")


def _transposed(cells: Cells) -> Cells:
    items = {(column, row): item for (row, column), item in cells.items.items()}
    return Cells(cells.columns, cells.rows, items, cells.unit)


def _rows(cells: Cells, positions: list[int]) -> Cells:
    place = {old: new for new, old in enumerate(positions)}
    items = {
        (place[row], column): item for (row, column), item in cells.items.items() if row in place
    }
    return Cells(tuple(cells.rows[k] for k in positions), cells.columns, items, cells.unit)
