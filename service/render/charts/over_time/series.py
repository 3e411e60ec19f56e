"""Series of steps in time: their values with gaps, and what is said of them in words."""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from service.model.answers import Table
from service.render.charts.captions import in_words
from service.render.charts.chart import numbers_of
from service.render.charts.plain import amount

MONTHS: Final = (
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
)  # fmt: skip
_YEARS: Final = ("year", "financial-year", "year-ending")


@dataclass(frozen=True)
class Steps:
    """The steps of an axis, oldest first.

    Attributes
    ----------
    keys : tuple of str
        Their first days (ISO), or their labels where they are years.
    is_dated : bool
        Whether the keys are days, which an axis of time places.
    """

    keys: tuple[str, ...]
    is_dated: bool

    def word(self, key: str) -> str:
        """A step in words."""
        return in_words(key.removesuffix("-01")) if self.is_dated else key


@dataclass(frozen=True)
class Series:
    """Values of steps.

    Attributes
    ----------
    name : str
        Unlike that of every other series of a chart.
    values : (n,) float64
        One for each step; NaN where there is no data or it must not be shown.
    is_part : (n,) bool
        Whether only a part of the step is covered.
    rows : (n,) int64
        The rows of the table that they come from, -1 without one.
    is_compared : bool
        Whether it is the total or mean that others are compared with.
    """

    name: str
    values: np.ndarray[Any, np.dtype[np.float64]]
    is_part: np.ndarray[Any, np.dtype[np.bool_]]
    rows: np.ndarray[Any, np.dtype[np.int64]]
    is_compared: bool = False

    @property
    def sum(self) -> float:
        """What it has in all steps that are known."""
        return float(np.nansum(self.values))

    @property
    def last(self) -> float:
        """Its last value; NaN without one."""
        known = self.values[np.isfinite(self.values)]
        return float(known[-1]) if len(known) else math.nan

    def of(self, numbers: np.ndarray[Any, np.dtype[np.float64]]) -> np.ndarray[Any, Any]:
        """(n,) what another column of the table has for the steps."""
        return np.where(self.rows >= 0, numbers[self.rows], np.nan)


def steps_and_series(
    table: Table,
    value: str,
    *,
    keys: Sequence[str],
    is_dated: bool,
    names: Sequence[str],
    ids: Sequence[str],
    is_part: Sequence[bool] | None = None,
    compared: Sequence[str] = (),
) -> tuple[Steps, list[Series]]:
    """The steps of a table's rows, and a series for each id, all over the same steps.

    Parameters
    ----------
    table : Table
        With rows.
    value : str
        Column of the values.
    keys, names, ids : sequence of str
        Of each row its step, and the name and id of its series.
    is_dated : bool
        Whether the keys are days; otherwise they are in the order of the rows.
    is_part : sequence of bool or None
        Of each row whether its step is covered in part.
    compared : sequence of str
        Ids of the series that others are compared with.
    """
    unique = tuple(dict.fromkeys(keys))
    steps = Steps(tuple(sorted(unique)) if is_dated else unique, is_dated)
    place = {key: number for number, key in enumerate(steps.keys)}
    numbers = numbers_of(table, value)
    rows_of: dict[str, list[int]] = {}
    for row, series_id in enumerate(ids):
        rows_of.setdefault(series_id, []).append(row)
    labels = _unlike({series_id: names[rows[0]] for series_id, rows in rows_of.items()})
    every = []
    for series_id, rows in rows_of.items():
        of_step = np.full(len(steps.keys), -1, np.int64)
        for row in rows:
            of_step[place[keys[row]]] = row
        has_row = of_step >= 0
        parts = np.array([is_part is not None and bool(is_part[row]) for row in of_step.tolist()])
        every.append(
            Series(
                labels[series_id],
                np.where(has_row, numbers[of_step], np.nan),
                parts & has_row,
                of_step,
                series_id in compared,
            )
        )
    return steps, every


def year_label(step: str, key: str) -> str:
    """A year as an axis has it: 2019, 2018/19, or to Nov 2019."""
    if step.startswith("year-ending") and re.fullmatch(r"\d{4}-\d{2}", key):
        return f"to {MONTHS[int(key[5:]) - 1]} {key[:4]}"
    return key.replace("-", "/") if step == "financial-year" else key[:4]


def is_of_years(step: str) -> bool:
    """Whether steps are years of any kind."""
    return step.partition(":")[0] in _YEARS


def spoken(steps: Steps, series: Sequence[Series], *, most: int = 8) -> str:
    """First, last, highest and lowest value of each series, in words."""
    parts = []
    for member in series[:most]:
        known = np.flatnonzero(np.isfinite(member.values))
        name = f"{member.name}: " if len(series) > 1 or member.name else ""
        if not len(known):
            parts.append(f"{name}no value is known or may be shown")
            continue
        first, last = known[0], known[-1]
        high, low = known[np.argmax(member.values[known])], known[np.argmin(member.values[known])]
        text = ", ".join(
            f"{what} {amount(float(member.values[at]))} ({steps.word(steps.keys[at])})"
            for what, at in (("first", first), ("last", last), ("highest", high), ("lowest", low))
        )
        parts.append(name + text)
    more = f" {len(series) - most} series more are in the table." if len(series) > most else ""
    return f"Lines over {len(steps.keys)} steps. {'; '.join(parts)}.{more}"


def gap_notes(table: Table, steps: Steps, series: Sequence[Series]) -> list[str]:
    """Which steps have no value, and which are covered in part, in sentences."""
    notes: list[str] = []
    if not series:
        return notes
    missing = np.array([~np.isfinite(member.values) for member in series])
    everywhere: np.ndarray[Any, np.dtype[np.bool_]] = np.all(missing, axis=0)
    if everywhere.any() and not everywhere.all():
        spans = [_span(steps, *run) for run in runs(everywhere)]
        listed = "; ".join(spans[:4]) + (f"; {len(spans) - 4} more" if len(spans) > 4 else "")
        why = "No data or not published" if table.is_suppressed else "No data"
        notes.append(f"{why}: {listed}. A gap is not zero.")
    further = int((missing & ~everywhere).sum())
    if further:
        number = "1 value is" if further == 1 else f"{further:,} values are"
        why = "suppressed or not known" if table.is_suppressed else "not known"
        notes.append(f"{number} {why} besides, and not drawn.")
    is_part = np.array([member.is_part for member in series]).any(axis=0)
    if is_part.any():
        names = ", ".join(steps.word(steps.keys[at]) for at in np.flatnonzero(is_part)[:4])
        notes.append(f"Hollow points and dashed lines: covered in part ({names}).")
    return notes


def runs(mask: np.ndarray[Any, np.dtype[np.bool_]]) -> list[tuple[int, int]]:
    """First and last place of each unbroken run of true values."""
    edges = np.flatnonzero(np.diff(np.concatenate(([False], mask, [False])).astype(np.int8)))
    return [(int(a), int(b) - 1) for a, b in zip(edges[::2], edges[1::2], strict=True)]


def _span(steps: Steps, first: int, last: int) -> str:
    ends = (steps.word(steps.keys[first]), steps.word(steps.keys[last]))
    return ends[0] if first == last else " to ".join(ends)


def _unlike(names: dict[str, str]) -> dict[str, str]:
    """Names by ids, those that repeat with their id."""
    numbers: dict[str, int] = {}
    for name in names.values():
        numbers[name] = numbers.get(name, 0) + 1
    return {
        key: f"{name} ({key})" if numbers[name] > 1 else name or key for key, name in names.items()
    }
