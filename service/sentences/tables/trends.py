"""What a trend says: how the last year compares, its lines, and which series leads."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from service.coverage.calendar import MONTHS, Calendar
from service.model.answers import Table
from service.sentences.numbers import capital, counted, listed
from service.sentences.tables.axes import is_part_of_whole, nouns
from service.sentences.tables.rules import (
    MOST_NAMED,
    RateChange,
    known,
    leading,
    rate_change,
    rivals,
)


@dataclass(frozen=True)
class Steps:
    """The steps of a trend, row by row.

    Attributes
    ----------
    number : (n,) int64
        Number of the step in its calendar.
    is_covered : (n,) bool
        Whether the data cover all its days, and its count is shown.
    """

    calendar: Calendar
    number: NDArray[np.int64]
    is_covered: NDArray[np.bool_]
    has_count: NDArray[np.bool_]
    is_series: NDArray[np.bool_]
    count: NDArray[np.float64]
    names: NDArray[np.object_]

    @property
    def is_one(self) -> bool:
        """Whether there is one series, whatever stands beside it for comparison."""
        return len(set(self.names[self.is_series].tolist())) == 1


def steps_of(table: Table) -> Steps:
    """The steps of a trend, with those that are whole and shown.

    Parameters
    ----------
    table : Table
        A trend.

    Returns
    -------
    Steps
    """
    columns, method = table.columns, table.provenance.method
    calendar = Calendar.of(str(method["step"]))
    days = columns["first_day" if "first_day" in columns else "month"]
    number = calendar.number_of(np.asarray(days.astype(str), dtype="datetime64[D]"))
    length = calendar.first_day_of(number + 1) - calendar.first_day_of(number)
    count = known(columns["count"])
    is_series = np.ones(len(count), np.bool_)
    if "series" in columns:  # the total and the mean are no series of their own
        is_series = is_part_of_whole(columns["series"])
        is_series &= ~np.isin(columns["series"], list(method.get("compare", ())))
    has_count = np.isfinite(count)
    is_covered = has_count & (columns["days"] == length.astype(np.int64))
    names = np.array(_series(table), dtype=object)
    return Steps(calendar, number, is_covered, has_count, is_series, count, names)


def trend_findings(table: Table) -> list[str]:
    """The range of the counts with its gaps; how the last year compares, or who leads; lines.

    Parameters
    ----------
    table : Table
        A trend, with a row or more.

    Returns
    -------
    list of str
        Full sentences.
    """
    steps = steps_of(table)
    span = _range(table, steps)
    if not (steps.is_covered & steps.is_series).any():
        return [span]
    if steps.is_one:
        year = _year_sentence(steps)
        if not year:
            return [_range(table, steps, is_all=True), *_lines(table, steps)]
        return [year, span, *_lines(table, steps)]
    leaders = _leaders(table, steps)
    return [*([f"{capital(leaders)}."] if leaders else []), span, *_lines(table, steps)]


def trend_headline(table: Table) -> str:
    """How the last year compares, how the line runs, or which series leads.

    Parameters
    ----------
    table : Table
        A trend, with a row or more.

    Returns
    -------
    str
        Without a full stop.
    """
    steps = steps_of(table)
    if not (steps.is_covered & steps.is_series).any():
        return _range(table, steps).rstrip(".")
    if not steps.is_one:
        return _leaders(table, steps) or _span(steps)
    year = _last_year(steps)
    if year is not None:
        change, (earlier, later) = year
        return change.title(later, earlier)
    return _span(steps)


def _series(table: Table) -> list[str]:
    names = [name for name in ("area_name", "series_name") if name in table.columns]
    if not names:
        return [""] * len(table)
    pairs = zip(*(table.columns[name].tolist() for name in names), strict=True)
    return [", ".join(str(name) for name in pair) for pair in pairs]


def _range(table: Table, steps: Steps, *, is_all: bool = False) -> str:
    """The least and most incidents of a whole step, or of all of them; and the gaps."""
    step = steps.calendar.noun
    is_own = steps.is_series
    whole = steps.is_covered & is_own
    if not whole.any():
        end = "is shown with a count of all its days: counts are suppressed"
        return f"No {step} {end if table.is_suppressed else 'has a count of all its days'}."
    least, most = float(steps.count[whole].min()), float(steps.count[whole].max())
    incidents = f"{least:,.0f} to {most:,.0f} incidents"
    if least == most:
        incidents = counted(least, "incident")
    series = " of a series" if {"series", "area"} & table.columns.keys() else ""
    numbers = steps.number[whole]
    first, last = (step_name(steps.calendar, int(n)) for n in (numbers.min(), numbers.max()))
    when = f", from {first} to {last}" if first != last else f" in {first}"
    sentence = f"A {step}{series} had {incidents}{when}"
    if is_all and first != last:
        verb = "was" if steps.count[whole].sum() == 1 else "were"
        sentence = f"There {verb} {_span(steps)}{when}"
    missing = len(np.unique(steps.number[is_own & ~steps.has_count]))
    partial = len(np.unique(steps.number[is_own & steps.has_count & ~steps.is_covered]))
    nothing = "no count is shown" if table.is_suppressed else "nothing is known"
    gaps = [
        f"; of {counted(number, step, steps.calendar.plural)} {state}"
        for number, state in ((missing, nothing), (partial, "a part is known"))
        if number
    ]
    return f"{sentence}{''.join(gaps)}."


def _span(steps: Steps) -> str:
    """The incidents of all whole steps, and the least and most of one."""
    counts = steps.count[steps.is_covered & steps.is_series]
    noun, total = steps.calendar.noun, counted(float(counts.sum()), "incident")
    if len(counts) == 1:
        return f"{total} in a {noun}"
    number = counted(
        len(np.unique(steps.number[steps.is_covered & steps.is_series])),
        noun,
        steps.calendar.plural,
    )
    if not steps.is_one:
        return f"{total} in {number}"
    return f"{total} in {number}, {counts.min():,.0f} to {counts.max():,.0f} a {noun}"


def _last_year(steps: Steps) -> tuple[RateChange, tuple[str, str]] | None:
    """The last whole year of steps against the one before it, and what the two are called."""
    calendar = steps.calendar
    rows = np.flatnonzero(steps.is_series)
    length = calendar.per_year
    position = {int(steps.number[k]): k for k in rows if steps.is_covered[k]}
    if not length or not position:
        return None
    last = max(position)
    if any(n not in position for n in range(last - 2 * length + 1, last + 1)):
        return None
    count, days = np.zeros(2), np.zeros(2)
    for year, end in enumerate((last - length, last)):
        count[year] = sum(steps.count[position[n]] for n in range(end - length + 1, end + 1))
        first, beyond = calendar.first_day_of(np.array([end - length + 1, end + 1]))
        days[year] = (beyond - first).astype(np.int64)
    if not count.any():
        return None
    change = rate_change(*count.tolist(), days_before=days[0], days_after=days[1])
    return change, _two_years(calendar, last)


def step_name(calendar: Calendar, number: int) -> str:
    """The name of a step within a sentence: of all but months its key.

    Parameters
    ----------
    calendar : Calendar
        Of the step.
    number : int
        Of the step in it.

    Returns
    -------
    str
        Such as January 2019, 2019-Q1 or 2018-19.
    """
    return calendar.name_of(number) if calendar.kind == "month" else calendar.key_of(number)


def _two_years(calendar: Calendar, last: int) -> tuple[str, str]:
    """The year before, and the year of steps that ends with one."""
    later = _year(calendar, last)
    earlier = _year(calendar, last - calendar.per_year)
    return ("the year before" if " " in later else earlier), later


def _year(calendar: Calendar, last: int) -> str:
    """A year of steps that ends with one, within a sentence."""
    if calendar.kind in ("month", "quarter"):
        end = calendar.first_day_of(np.array([last + 1]))[0].astype("datetime64[M]") - 1
        year, month = divmod(int(end.astype(int)), 12)
        name = f"{MONTHS[month]} {year + 1970}"
        return str(year + 1970) if month == 11 else f"the year to {name}"
    name = calendar.name_of(last)
    return f"the y{name[1:]}" if name.startswith("Year") else calendar.key_of(last)


def _year_sentence(steps: Steps) -> str:
    """The last whole year beside the one before; empty where the two are not covered."""
    year = _last_year(steps)
    if year is None:
        return ""
    change, (earlier, later) = year
    return change.sentence(later, earlier)


def _leaders(table: Table, steps: Steps) -> str:
    """The series with most incidents, or with the highest rate, of steps that all cover."""
    names = steps.names
    rows = np.flatnonzero(steps.is_series & steps.is_covered)
    series = list(dict.fromkeys(names[steps.is_series].tolist()))
    shared = set.intersection(
        *(set(steps.number[rows][names[rows] == name].tolist()) for name in series)
    )
    rows = rows[np.isin(steps.number[rows], list(shared))]
    if not len(rows) or not steps.is_covered[rows].all():
        return ""
    totals = [float(steps.count[rows][names[rows] == name].sum()) for name in series]
    what, exposures = "the most incidents", None
    if "denominator" in table.columns:
        over = known(table.columns["denominator"])
        exposures = [float(over[rows][names[rows] == name].sum()) for name in series]
        what = "the highest rate"
    first = rivals(totals, exposures)
    if not first:
        return ""
    sentence = leading(series, first, what)
    by = str(table.provenance.method.get("by") or "")
    many = nouns(by)[1] if by and "area" not in table.columns else "series"
    return f"of {len(series)} {many} {sentence}" if len(series) > 2 else sentence


def _lines(table: Table, steps: Steps) -> list[str]:
    """How a series changes along its line of trend, or which of several rise and fall."""
    if "line_change" not in table.columns:
        return []
    names = steps.names.tolist()
    ends = [known(table.columns[f"line_change{end}"]) for end in ("", "_lower", "_upper")]
    lines = {
        name: tuple(float(end[row]) for end in ends)
        for row, name in enumerate(names)
        if steps.is_series[row] and all(np.isfinite(end[row]) for end in ends)
    }
    if len(lines) == 1:
        ((change, lower, upper),) = lines.values()
        sure = lower > 0.0 or upper < 0.0
        verb = "it changes by" if sure else "the change is not told from none:"
        line = f"{change:+.1f} % a year ({lower:+.1f} to {upper:+.1f} %)"
        return [f"Along its line of trend {verb} {line}."]
    if not lines:
        return []
    rising = [name for name, line in lines.items() if line[1] > 0.0]
    falling = [name for name, line in lines.items() if line[2] < 0.0]
    number = counted(len(lines), "line")
    if not rising and not falling:
        return [f"None of {number} of trend rises or falls by more than chance."]
    parts = [
        f"{len(group):,} {verb if len(group) == 1 else verb.rstrip('s')}"
        + (f" ({listed(group)})" if 0 < len(group) <= MOST_NAMED else "")
        for group, verb in ((rising, "rises"), (falling, "falls"))
        if group
    ]
    return [f"Of {number} of trend {listed(parts)} by more than chance."]
