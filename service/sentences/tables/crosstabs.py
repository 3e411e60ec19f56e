"""What a cross-table says: who leads its rows and columns, and how the last step compares."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from service.model.answers import Table
from service.sentences.numbers import capital, counted, listed, share_text
from service.sentences.tables.axes import (
    NOT_RECORDED,
    STEPS,
    SUMMARIES,
    TIMES,
    YEARS,
    is_part_of_whole,
    kind_of,
    nouns,
)
from service.sentences.tables.rules import RateChange, known, leading, rate_change, rivals


@dataclass(frozen=True)
class Grid:
    """The counts of a cross-table, (rows, columns); NaN where missing or suppressed."""

    rows: list[str]
    columns: list[str]
    row_names: list[str]
    column_names: list[str]
    count: NDArray[np.float64]
    days: NDArray[np.float64]
    is_part: NDArray[np.bool_]
    over: NDArray[np.float64]

    @property
    def has_rates(self) -> bool:
        """Whether what rates are over is known of any row."""
        return bool(np.isfinite(self.over).any())


def grid_of(table: Table) -> Grid | None:
    """The counts of a cross-table in either layout.

    Parameters
    ----------
    table : Table
        A cross-table.

    Returns
    -------
    Grid or None
        None where a wide table has other cells than counts.
    """
    columns = table.columns
    if "column" not in columns:
        return _wide(table)
    rows, row_of = _keys(columns["row"].tolist())
    keys, column_of = _keys(columns["column"].tolist())
    shape = (len(rows), len(keys))
    count, days, over = (np.full(shape, np.nan) for _ in range(3))
    is_part = np.zeros(shape, np.bool_)
    count[row_of, column_of] = known(columns["count"])
    days[row_of, column_of] = known(columns["days"])
    is_part[row_of, column_of] = columns["part"].astype(bool)
    if "denominator" in columns:
        over[row_of, column_of] = known(columns["denominator"])
    names = dict(zip(columns["row"].tolist(), columns["row_name"].tolist(), strict=True))
    titles = dict(zip(columns["column"].tolist(), columns["column_name"].tolist(), strict=True))
    return Grid(
        rows, keys, [str(names[key]) for key in rows], [str(titles[key]) for key in keys],
        count, days, is_part, over,
    )  # fmt: skip


def _keys(keys: list[str]) -> tuple[list[str], NDArray[np.intp]]:
    number = {key: position for position, key in enumerate(dict.fromkeys(keys))}
    return list(number), np.array([number[key] for key in keys], np.intp)


def _wide(table: Table) -> Grid | None:
    if table.provenance.method.get("cells") != "count":
        return None
    keys = [name for name in table.columns if name not in ("row", "row_name", "total")]
    rows = table.columns["row"].tolist()
    count = np.array([known(table.columns[key]) for key in keys]).reshape(len(keys), len(rows)).T
    same = np.full(count.shape, np.nan)
    names = [str(name) for name in table.columns["row_name"].tolist()]
    return Grid(rows, keys, names, keys, count, same, np.zeros(count.shape, np.bool_), same)


def crosstab_findings(table: Table) -> list[str]:
    """The leading row and column, and how the last whole step compares with the one before.

    Parameters
    ----------
    table : Table
        A cross-table, with a row or more.

    Returns
    -------
    list of str
        Full sentences; none of a wide table of other cells than counts.
    """
    grid = grid_of(table)
    if grid is None:
        return []
    change = _steps(table, grid)
    sentences = [] if change is None else [change[0].sentence(*change[1:])]
    sentences += [f"{text}." for text in _leaders(table, grid)]
    sentences += _not_recorded(table, grid)
    parts = [name for k, name in enumerate(grid.column_names) if grid.is_part[:, k].any()]
    if kind_of(str(table.provenance.method["columns"])) in STEPS and parts:
        verb = "is" if len(parts) == 1 else "are"
        sentences.append(f"{capital(listed(parts[:6]))} {verb} covered in part only.")
    return sentences


def _not_recorded(table: Table, grid: Grid) -> list[str]:
    """Of how many incidents hour or weekday is not recorded; none where a count is hidden."""
    if not np.isfinite(grid.count).all():
        return []
    lost: dict[int, list[str]] = {}
    for axis, keys in enumerate((grid.rows, grid.columns)):
        kind = kind_of(str(table.provenance.method[("rows", "columns")[axis]]))
        if kind in TIMES and NOT_RECORDED in keys:
            other = ~np.isin((grid.columns, grid.rows)[axis], SUMMARIES)
            counts = np.take(grid.count, keys.index(NOT_RECORDED), axis=axis)[other]
            lost.setdefault(int(counts.sum()), []).append(nouns(kind)[0])
    return [
        f"Of {counted(number, 'incident')} the {' and the '.join(names)} "
        f"{'is' if len(names) == 1 else 'are'} not recorded."
        for number, names in lost.items()
        if number
    ]


def crosstab_headline(table: Table) -> str:
    """How the last step compares, or who leads."""
    grid = grid_of(table)
    if grid is None:
        rows, columns = (nouns(str(table.provenance.method[a]))[1] for a in ("rows", "columns"))
        cells = str(table.provenance.method.get("cells", "")).replace("-", " ")
        return f"{cells} of {rows} by {columns}"
    change = _steps(table, grid)
    if change is not None:
        return change[0].title(*change[1:])
    leaders = [text for text in _leaders(table, grid) if text]
    return leaders[0] if leaders else _contents(table, grid)


def _contents(table: Table, grid: Grid) -> str:
    """What the table holds, where nothing in it leads: incidents, and what they are by."""
    if not np.isfinite(grid.count).any():
        return "no count is shown"
    if not grid.count.any():  # NaN, which is hidden, is some
        return "no incident is shown"
    rows, columns = (nouns(str(table.provenance.method[a]))[0] for a in ("rows", "columns"))
    parts = (is_part_of_whole(np.array(keys, object)) for keys in (grid.rows, grid.columns))
    if not grid.count[np.ix_(*parts)].any():
        return f"no incident has a known {rows} and {columns}"
    return f"incidents by {rows} and {columns}"


def _steps(table: Table, grid: Grid) -> tuple[RateChange, str, str] | None:
    """All rows in the last whole step against the step before it."""
    if kind_of(str(table.provenance.method["columns"])) not in YEARS:
        return None
    inside = ~np.isin(grid.rows, SUMMARIES)
    count, days = grid.count[inside], grid.days[inside]
    if not len(count):
        return None
    whole = np.flatnonzero(
        np.isfinite(count).all(axis=0) & (days > 0).all(axis=0) & ~grid.is_part.any(axis=0)
    )
    if len(whole) < 2 or whole[-1] != whole[-2] + 1:
        return None
    earlier, later = int(whole[-2]), int(whole[-1])
    before, after = float(count[:, earlier].sum()), float(count[:, later].sum())
    if kind_of(str(table.provenance.method["rows"])) == "marker" or not before + after:
        return None
    change = rate_change(
        before, after, days_before=float(days[0, earlier]), days_after=float(days[0, later])
    )
    later_name = _step_name(grid, later)
    earlier_name = "the year before" if " " in later_name else _step_name(grid, earlier)
    return change, later_name, earlier_name


def _step_name(grid: Grid, column: int) -> str:
    """A year within a sentence: 2019, 2018-19 or the year to November 2019."""
    name = grid.column_names[column]
    return f"the y{name[1:]}" if name.startswith("Year") else grid.columns[column]


def _leaders(table: Table, grid: Grid) -> list[str]:
    """The leading row, and the leading column where columns are no steps."""
    method = table.provenance.method
    total = float(np.nansum(grid.count[~np.isin(grid.rows, SUMMARIES)]))
    sentences = []
    for axis, keys, names, number in (
        ("rows", grid.rows, grid.row_names, 1), ("columns", grid.columns, grid.column_names, 0),
    ):  # fmt: skip
        one, many = nouns(str(method[axis]))
        is_part = is_part_of_whole(np.array(keys, dtype=object))
        if kind_of(str(method[axis])) in STEPS or is_part.sum() < 2:
            continue
        inside = is_part_of_whole(np.array((grid.columns, grid.rows)[1 - number], dtype=object))
        cells = grid.count if number else grid.count.T
        sums = np.nansum(np.where(np.isfinite(cells), cells, 0.0)[:, inside], axis=1)
        if not np.isfinite(cells[is_part][:, inside]).all():
            continue
        over = np.nanmax(grid.over, axis=1, initial=0.0) if number and grid.has_rates else None
        rows = np.flatnonzero(is_part)
        first = rivals(sums[rows], None if over is None else over[rows])
        if not first:
            continue
        labels = [names[row] for row in rows]
        what = "the most incidents" if over is None else "the highest rate"
        share = share_text(float(sums[rows][first[0]]), total)
        rest = f", {share}" if over is None and len(first) == 1 else ""
        sentences.append(
            f"Of {counted(len(rows), one, many)} {leading(labels, first, what)}{rest}"
        )
    return sentences
