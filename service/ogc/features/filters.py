"""What the OGC API writes into one parameter: boxes and times."""

import datetime
import math
import re

LARGEST = 1e8  # metres or degrees: beyond it is not a place
OPEN = ("", "..")

Box = tuple[float, float, float, float]
Interval = tuple[datetime.datetime | None, datetime.datetime | None]

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_MOMENT = re.compile(
    r"\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2}(\.\d{1,9})?([Zz]|[+-]\d{2}:\d{2})", re.ASCII
)
_LAST = datetime.time(23, 59, 59, 999_999)


def box_from_text(text: str) -> Box:
    """The two corners of a box without their heights.

    The first number may be above the third: such a box crosses the antimeridian, if its
    coordinate system has one.

    Raises
    ------
    ValueError
        If it is not four or six finite numbers.
    """
    try:
        numbers = [float(part) for part in text.split(",")]
    except ValueError:
        numbers = []
    if len(numbers) not in (4, 6):
        raise ValueError(
            "must be four numbers (two corners), or six with heights, with commas between, "
            f"got {text!r}"
        )
    if not all(math.isfinite(v) and abs(v) <= LARGEST for v in numbers):
        raise ValueError(f"must be finite coordinates, got {text!r}")
    half = len(numbers) // 2
    (a, b, *low), (c, d, *high) = numbers[:half], numbers[half:]
    if low > high:
        raise ValueError(f"must not have its lowest height above its highest, got {text!r}")
    return a, b, c, d


def interval_from_text(text: str) -> Interval:
    """The first and the last moment of a time in UTC, None where it is open.

    A date means all of its day.

    Raises
    ------
    ValueError
        If it is neither a moment nor an interval as RFC 3339 writes them, or ends before it
        begins.
    """
    first, slash, last = text.partition("/")
    try:
        start = None if slash and first in OPEN else _moment(first, end=False)
        stop = None if slash and last in OPEN else _moment(last if slash else first, end=True)
    except ValueError:
        raise ValueError(
            "must be a time such as 2024-01-31T00:00:00Z, or an interval of two with / between, "
            f"an open end written .., got {text!r}"
        ) from None
    if start is not None and stop is not None and start > stop:
        raise ValueError(f"must not end before it begins, got {text!r}")
    return start, stop


def _moment(text: str, *, end: bool) -> datetime.datetime:
    """A moment in UTC; a date is the first or the last one of its day."""
    if _DATE.fullmatch(text):
        day = datetime.date.fromisoformat(text)
        return datetime.datetime.combine(day, _LAST if end else datetime.time.min, datetime.UTC)
    if not _MOMENT.fullmatch(text):
        raise ValueError(text)
    try:
        return datetime.datetime.fromisoformat(text.upper()).astimezone(datetime.UTC)
    except OverflowError:  # an offset beyond the calendar
        raise ValueError(text) from None
