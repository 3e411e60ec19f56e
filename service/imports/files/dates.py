"""Reads dates and times in text, in one stated form for the whole column.

The form is never guessed: 03/04/2024 is 3 April in the form `uk` and 4 March in the form `us`. A
value that is not in the form, or names a day or time that does not exist, is bad.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, get_args
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from service.store.incident_rows import PRECISIONS
from spatial.arrays import BoolArray, IntArray

DateForm = Literal["iso", "uk", "us"]
FORMS: tuple[DateForm, ...] = get_args(DateForm)
FIRST_YEAR, LAST_YEAR = 1900, 2100
EXCEL_DAYS = (20_000, 60_000)  # 1954 to 2064
EXAMPLES = {
    "iso": "2024-12-31, 2024-12-31 23:59 or 2024-12",
    "uk": "31/12/2024, 31/12/2024 23:59, 31 Dec 2024 or 12/2024",
    "us": "12/31/2024, 12/31/2024 11:59 PM, Dec 31, 2024 or 12/2024",
}

_MINUTE, _DAY, _MONTH = (np.int8(PRECISIONS.index(name)) for name in ("minute", "day", "month"))
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_NAMED = (
    r"(?P<name>jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?"
    r"|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)"
)
_TIME = (
    r"(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2})(?:[.,]\d+)?)?"
    r"(?: ?(?P<half>[ap])\.?m\.?)?(?P<zone>z| ?[+-](?:0\d|1[0-4])(?::?[0-5]\d)?)?"
)
_Y, _M, _D = r"(?P<year>\d{4})", r"(?P<month>\d{1,2})", r"(?P<day>\d{1,2})"
_DATES: dict[str, tuple[str, ...]] = {
    "iso": (
        r"(?P<year>\d{4})-(?P<month>\d{2})(?:-(?P<day>\d{2}))?",
        r"(?P<year>\d{4})(?P<month>\d{2})(?P<day>\d{2})",
    ),
    "uk": (
        rf"(?:{_D}[/.-])?{_M}[/.-]{_Y}",
        rf"(?:{_D}(?:st|nd|rd|th)?[ /.-])?{_NAMED}[ /.-]{_Y}",
    ),
    "us": (
        rf"{_M}[/-](?:{_D}[/-])?{_Y}",
        rf"{_NAMED}[ -](?:{_D}(?:st|nd|rd|th)?,?[ -])?{_Y}",
    ),
}
_PATTERNS = {
    form: tuple(rf"(?i)^{date}(?:(?:t| |, ?){_TIME})?$" for date in dates)
    for form, dates in _DATES.items()
}
_PARTS = ("year", "month", "name", "day", "hour", "minute", "second", "half", "zone")


@dataclass(frozen=True, eq=False)
class Times:
    """A column of times.

    Attributes
    ----------
    occurred : (n,) datetime64[m]
        The start of the minute, day or month; NaT where blank or bad.
    precision : (n,) int8
        Position in ``PRECISIONS``.
    blank, bad : (n,) bool
    has_zone : (n,) bool
        Where the value states its offset from UTC.
    """

    occurred: NDArray[np.datetime64]
    precision: NDArray[np.int8]
    blank: BoolArray
    bad: BoolArray
    has_zone: BoolArray


def parse_dates(column: pa.ChunkedArray, *, form: DateForm, time_zone: str | None = None) -> Times:
    """Times from a column of trimmed text, null for blank.

    Parameters
    ----------
    column : (n,) text
        Dates with or without a time of day, or months.
    form : "iso", "uk" or "us"
        The form of every value; see ``EXAMPLES``.
    time_zone : str or None
        Name of a zone, such as Europe/London, to whose local time a value with an offset from UTC
        is converted. None: such values stay as written.

    Returns
    -------
    Times
        One per row.

    Notes
    -----
    Each distinct value is read once. Two-digit years are bad: their century is a guess.
    """
    encoded = pc.dictionary_encode(column).combine_chunks()
    if isinstance(encoded, pa.ChunkedArray):
        encoded = (
            encoded.chunk(0)
            if encoded.num_chunks
            else pa.array([], pa.string()).dictionary_encode()
        )
    codes = encoded.indices.fill_null(len(encoded.dictionary)).to_numpy(zero_copy_only=False)
    parts, precision, matched = _parts(encoded.dictionary, form)
    minutes, exists = _to_minutes(parts)
    has_zone = parts["zone_given"].astype(np.bool_)
    if time_zone is not None:
        minutes = _to_local(minutes, parts["offset"], has_zone & exists, time_zone)
    valid = matched & exists
    minutes[~valid] = np.datetime64("NaT")
    blank = column.is_null().to_numpy()
    padded_valid = np.append(valid, False)
    return Times(
        occurred=np.append(minutes, np.datetime64("NaT", "m"))[codes],
        precision=np.append(precision, _DAY)[codes],
        blank=blank,
        bad=~blank & ~padded_valid[codes],
        has_zone=np.append(has_zone & valid, False)[codes],
    )


def parse_times_of_day(column: pa.ChunkedArray) -> tuple[IntArray, BoolArray, BoolArray]:
    """Minutes after midnight from a column of trimmed text, null for blank.

    Accepted are ``23:59``, ``23:59:59``, ``11:59 PM`` and ``2359``; ``24:00`` is midnight at the
    end of the day.

    Parameters
    ----------
    column : (n,) text
        Times of day; null where blank.

    Returns
    -------
    minutes : (n,) int64
        Minutes after midnight; without meaning where blank or bad.
    blank : (n,) bool
        Where the column is blank.
    bad : (n,) bool
        Where a value is not a time of day.
    """
    pattern = rf"(?i)^(?:{_TIME}|(?P<packed>\d{{4}}))$"
    match = pc.extract_regex(column, pattern)
    matched = match.is_valid().to_numpy()
    parts = _text_parts(match, (*_PARTS[4:], "packed"))
    is_packed = _is_nonblank(parts["packed"])
    number = _integers(parts["packed"])
    hour = np.where(is_packed, number // 100, _hours(parts))
    minute = np.where(is_packed, number % 100, _integers(parts["minute"]))
    blank = column.is_null().to_numpy()
    valid = matched & _is_time_of_day(hour, minute, _integers(parts["second"]))
    valid &= ~_is_nonblank(parts["zone"])
    return hour * 60 + minute, blank, ~blank & ~valid


def why_bad(value: str, form: DateForm) -> str:
    """The fault of a value that `parse_dates` marked as bad.

    Parameters
    ----------
    value : str
        As it is in the file.
    form : "iso", "uk" or "us"
        The form that the column was said to have.

    Returns
    -------
    str
        The end of a sentence about the value, such as "is not a date of the form uk ...".
    """
    for pattern in _PATTERNS[form]:
        match = re.match(pattern, value, re.ASCII)
        if match:
            return _why_it_does_not_exist(match.groupdict(), form)
    serial = re.fullmatch(r"(\d{5})(\.\d+)?", value)
    if serial and EXCEL_DAYS[0] <= int(serial[1]) <= EXCEL_DAYS[1]:
        day = np.datetime64("1899-12-30") + int(serial[1])
        return (
            f"looks like an Excel day number ({serial[1]} is {day}): give the column a date "
            "format before it is saved as CSV"
        )
    if re.search(r"(?:[A-Za-z]+/[A-Za-z_]+|:\d\d ?[A-Z]{3,5})$", value):
        return "names a time zone in words, where an offset such as +01:00 is read"
    if re.match(r"^\d{1,2}([/.-])\d{1,2}\1\d{2}(\D|$)", value):
        return "has a year of two digits; the century must be stated"
    for other_form in FORMS:
        if other_form != form and any(
            re.match(pattern, value, re.ASCII) for pattern in _PATTERNS[other_form]
        ):
            return (
                f"is not a date of the form {form} ({EXAMPLES[form]}), but of the form "
                f"{other_form}"
            )
    return f"is not a date of the form {form} ({EXAMPLES[form]})"


def _why_it_does_not_exist(parts: dict[str, str | None], form: DateForm) -> str:
    """The part of a date in the right form that does not exist."""
    year = int(parts["year"] or 0)
    name = parts.get("name")
    month = _MONTHS.index(name[:3].lower()) + 1 if name else int(parts["month"] or 0)
    day = int(parts.get("day") or 1)
    if not FIRST_YEAR <= year <= LAST_YEAR:
        return f"is not in the years {FIRST_YEAR} to {LAST_YEAR}"
    if not 1 <= month <= 12:
        return f"names month {month}, which does not exist in the form {form}"
    last = int((np.datetime64(f"{year}-{month:02d}") + 1).astype("datetime64[D]").astype(int))
    days = last - int(np.datetime64(f"{year}-{month:02d}-01").astype(int))
    if not 1 <= day <= days:
        return f"names day {day} of a month of {days} days"
    if parts.get("hour") and not parts.get("day"):
        return "has a time of day, but no day"
    return "names a time of day that does not exist"


def _parts(
    values: pa.Array, form: DateForm
) -> tuple[dict[str, IntArray], NDArray[np.int8], BoolArray]:
    """The numbers in each value, its precision, and whether it is in the form."""
    n = len(values)
    text: dict[str, pa.Array] = dict.fromkeys(_PARTS, _empty(n))
    matched = np.zeros(n, dtype=np.bool_)
    for pattern in _PATTERNS[form]:
        if matched.all():
            break
        match = pc.extract_regex(values, pattern)
        has_form = match.is_valid()
        for part, group_text in _text_parts(match, _PARTS).items():
            text[part] = pc.if_else(has_form, group_text, text[part])
        matched |= has_form.to_numpy(zero_copy_only=False)
    names = _look_up(text["name"], lambda name: _MONTHS.index(name[:3]) + 1 if name else 0)
    has_day, has_time = _is_nonblank(text["day"]), _is_nonblank(text["hour"])
    precision = np.where(has_time, _MINUTE, np.where(has_day, _DAY, _MONTH)).astype(np.int8)
    parts = {
        "year": _integers(text["year"]),
        "month": np.where(names > 0, names, _integers(text["month"])),
        "day": np.where(has_day, _integers(text["day"]), 1),
        "hour": _hours(text),
        "minute": _integers(text["minute"]),
        "second": _integers(text["second"]),
        "offset": _look_up(text["zone"], _offset),
        "zone_given": _is_nonblank(text["zone"]).astype(np.int64),
    }
    # A month with a time of day, but no day, is bad.
    return parts, precision, matched & ~(has_time & ~has_day)


def _empty(n: int) -> pa.Array:
    """An array of `n` empty texts."""
    return pa.repeat(pa.scalar(""), n)


def _text_parts(match: pa.Array, names: tuple[str, ...]) -> dict[str, pa.Array]:
    """Each group of a match as text, empty where it has none."""
    if isinstance(match, pa.ChunkedArray):
        match = match.combine_chunks()
    group_names = {field.name for field in match.type}
    return {
        name: pc.struct_field(match, name).fill_null("")
        if name in group_names
        else _empty(len(match))
        for name in names
    }


def _is_nonblank(text: pa.Array) -> BoolArray:
    """(n,) bool, true where there is any text."""
    is_nonblank: BoolArray = pc.not_equal(text, "").to_numpy(zero_copy_only=False)
    return is_nonblank


def _integers(text: pa.Array) -> IntArray:
    """(n,) int64 number in each text, 0 where it is empty."""
    filled = pc.if_else(pc.equal(text, ""), "0", text)
    return np.array(pc.cast(filled, pa.int64()).to_numpy(), dtype=np.int64)


def _look_up(text: pa.Array, meaning: Callable[[str], int]) -> IntArray:
    """(n,) int64 meaning of each text, computed once per distinct text in lower case."""
    encoded = pc.utf8_lower(text).dictionary_encode()
    meanings = np.array([meaning(word) for word in encoded.dictionary.to_pylist()], dtype=np.int64)
    return np.asarray(meanings[encoded.indices.to_numpy()]) if len(meanings) else np.empty(0, int)


def _hours(text: dict[str, pa.Array]) -> IntArray:
    """The hour in 24; -1 where an hour with AM or PM is not 1 to 12."""
    hour = _integers(text["hour"])
    half = _look_up(text["half"], lambda letter: {"": 0, "a": 1, "p": 2}[letter])
    in_24 = np.where(half > 0, hour % 12 + np.where(half == 2, 12, 0), hour)
    return np.where((half > 0) & ((hour < 1) | (hour > 12)), -1, in_24)


def _offset(zone: str) -> int:
    """Minutes east of UTC for an offset such as ``+01:00``; 0 for ``Z`` or no offset."""
    digits = zone.strip().replace(":", "")
    if digits[:1] not in ("+", "-"):
        return 0
    minutes = int(digits[1:3]) * 60 + int(digits[3:] or 0)
    return -minutes if digits[0] == "-" else minutes


def _is_time_of_day(hour: IntArray, minute: IntArray, second: IntArray) -> BoolArray:
    """(n,) bool, true from 00:00 to 24:00, which is midnight at the end of the day."""
    is_within_day = (hour >= 0) & (hour < 24) & (minute < 60) & (second < 60)
    is_end_of_day = (hour == 24) & (minute == 0) & (second == 0)
    return np.asarray(is_within_day | is_end_of_day, dtype=np.bool_)


def _to_minutes(parts: dict[str, IntArray]) -> tuple[NDArray[np.datetime64], BoolArray]:
    """The start of each minute, and whether the day and time exist."""
    year, month, day = parts["year"], parts["month"], parts["day"]
    exists = (year >= FIRST_YEAR) & (year <= LAST_YEAR) & (month >= 1) & (month <= 12)
    months = np.where(exists, (year - 1970) * 12 + month - 1, 0).astype("datetime64[M]")
    first_day = months.astype("datetime64[D]")
    length = ((months + 1).astype("datetime64[D]") - first_day).astype(np.int64)
    exists &= (day >= 1) & (day <= length)
    hour, minute = parts["hour"], parts["minute"]
    exists &= _is_time_of_day(hour, minute, parts["second"])
    minutes = (
        first_day.astype("datetime64[m]").astype(np.int64) + (day - 1) * 1440 + hour * 60 + minute
    )
    return minutes.astype("datetime64[m]"), exists


def _to_local(
    minutes: NDArray[np.datetime64], offset: IntArray, has_offset: BoolArray, time_zone: str
) -> NDArray[np.datetime64]:
    """Local time of the zone for the values that state their offset."""
    utc = minutes - offset.astype("timedelta64[m]")
    column = pa.array(utc[has_offset].astype("datetime64[s]")).cast(pa.timestamp("s", "UTC"))
    local = pc.local_timestamp(column.cast(pa.timestamp("s", time_zone)))
    converted = minutes.copy()
    converted[has_offset] = local.to_numpy(zero_copy_only=False).astype("datetime64[m]")
    return converted


def is_time_zone(name: str) -> bool:
    """Whether this machine's time zone database has the zone.

    Parameters
    ----------
    name : str
        A name as in the IANA database, such as Europe/London.

    Returns
    -------
    bool
        True if the zone is known.
    """
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return False
    return True
