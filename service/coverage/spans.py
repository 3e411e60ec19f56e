"""Days in a row: how the periods that data cover are written and reckoned with."""

import calendar
import datetime
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Self

_PART = r"\d{4}-\d{2}(?:-\d{2})?"
_SPAN = re.compile(rf"({_PART})(?:\.\.({_PART}))?")


@dataclass(frozen=True, order=True)
class Span:
    """Days in a row, both ends included."""

    first: datetime.date
    last: datetime.date

    @classmethod
    def from_text(cls, text: str) -> Self:
        """The days that a text means.

        Parameters
        ----------
        text : str
            ``2024-01..2024-12``, ``2024-11`` or ``2024-01-15..2024-03-20``: months or days.

        Returns
        -------
        Span
            From the first day of the first to the last day of the last.

        Raises
        ------
        ValueError
            If it is not written so, or ends before it begins.
        """
        match = _SPAN.fullmatch(text)
        try:
            if match is not None:
                first, last = match[1], match[2] or match[1]
                span = cls(first_day(first), last_day(last))
                if span.first <= span.last:
                    return span
        except ValueError:
            pass
        raise ValueError(
            "must be months or days, first and last with two full stops between them, such as "
            f"2024-01..2024-12, 2024-11 or 2024-01-15..2024-03-20, got {text!r}"
        )

    def __str__(self) -> str:
        """Whole months as months, anything else as days."""
        first, last = self.first.isoformat(), self.last.isoformat()
        if self.first.day == 1 and self.last == last_day(last[:7]):
            first, last = first[:7], last[:7]
        return first if first == last else f"{first} to {last}"


def merged(spans: Iterable[Span]) -> tuple[Span, ...]:
    """The same days as spans in order, apart from each other.

    Parameters
    ----------
    spans : iterable of Span
        In any order; may overlap.

    Returns
    -------
    tuple of Span
        The fewest.
    """
    result: list[Span] = []
    for span in sorted(spans):
        if result and span.first.toordinal() <= result[-1].last.toordinal() + 1:
            result[-1] = Span(result[-1].first, max(result[-1].last, span.last))
        else:
            result.append(span)
    return tuple(result)


def words_of_gaps(period: tuple[str, str] | None, covered: Sequence[str], days: int) -> str:
    """Which part of a period has data, for a picture that names the period.

    Parameters
    ----------
    period : (str, str) or None
        First and last month or day, ISO.
    covered : sequence of str
        The spans covered.
    days : int
        Their number of days.

    Returns
    -------
    str
        Such as ``data of 2024-01 to 2024-02``; empty where all of the period is covered.
    """
    if period is None or not covered or length([Span.from_text("..".join(period))]) <= days:
        return ""
    return f"data of {listed(covered)}"


def listed(names: Sequence[object], *, most: int = 5) -> str:
    """Spans or other names in one line, shortened where there are many.

    Parameters
    ----------
    names : sequence
        At least one.
    most : int
        So many are named.

    Returns
    -------
    str
        Such as ``2024-01 to 2024-02, 2024-11``.
    """
    texts = [str(name) for name in names]
    rest = f" and {len(texts) - most} more" if len(texts) > most else ""
    return ", ".join(texts[:most]) + rest


def common(spans: Iterable[Span], others: Sequence[Span]) -> tuple[Span, ...]:
    """The days that are in both."""
    pairs = (
        (max(span.first, other.first), min(span.last, other.last))
        for span in spans
        for other in others
    )
    return tuple(Span(first, last) for first, last in pairs if first <= last)


def without(span: Span, others: Sequence[Span]) -> tuple[Span, ...]:
    """The days of a span that are in none of some others, which are in order."""
    gaps, day = [], datetime.timedelta(days=1)
    first = span.first
    for other in common(others, (span,)):
        if other.first > first:
            gaps.append(Span(first, other.first - day))
        if other.last >= span.last:
            return tuple(gaps)
        first = other.last + day
    return (*gaps, Span(first, span.last))


def length(spans: Sequence[Span]) -> int:
    """The number of days in some spans."""
    return sum((span.last - span.first).days + 1 for span in spans)


def day_number(day: datetime.date) -> int:
    """Days since 1970."""
    return (day - datetime.date(1970, 1, 1)).days


def first_day(text: str) -> datetime.date:
    """The first day of an ISO month, or the day of an ISO date."""
    return datetime.date.fromisoformat(text if len(text) > 7 else f"{text}-01")


def last_day(text: str) -> datetime.date:
    """The last day of an ISO month, or the day of an ISO date."""
    day = first_day(text)
    return day if len(text) > 7 else day.replace(day=calendar.monthrange(day.year, day.month)[1])
