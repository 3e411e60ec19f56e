"""Which incidents a question is about: when, where, of what kind, and about whom."""

import calendar
import datetime
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

_MONTH = re.compile(r"\d{4}-\d{2}")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_HOURS = re.compile(r"(\d{1,2})-(\d{1,2})", re.ASCII)
_AGES = re.compile(r"(\d{1,3})-(\d{1,3})?", re.ASCII)
_ALLOWED = "an ISO month such as 2024-01 or an ISO date such as 2024-01-31"


@dataclass(frozen=True)
class Moment:
    """One end of a period: a day, remembered as it was written.

    Attributes
    ----------
    day : date
        First day of the month for the beginning, last day for the end, or the date itself.
    text : str
        What the user wrote.
    """

    day: datetime.date
    text: str

    @classmethod
    def from_text(cls, text: str, *, end: bool) -> Self:
        """The day that an ISO month or date means as the beginning or the end of a period.

        Raises
        ------
        ValueError
            If the text is neither, or is no day of the calendar.
        """
        try:
            if _MONTH.fullmatch(text):
                year, month = int(text[:4]), int(text[5:])
                last = calendar.monthrange(year, month)[1]
                return cls(datetime.date(year, month, last if end else 1), text)
            if _DATE.fullmatch(text):
                return cls(datetime.date.fromisoformat(text), text)
        except (ValueError, calendar.IllegalMonthError):
            pass
        raise ValueError(f"must be {_ALLOWED}, got {text!r}")


@dataclass(frozen=True)
class Hours:
    """A part of the day, from the beginning of one hour up to the beginning of another.

    Attributes
    ----------
    first : int
        From 0 to 23.
    last : int
        From 1 to 24, not included; at or before `first` the part goes on after midnight.
    """

    first: int
    last: int

    @classmethod
    def from_text(cls, text: str) -> Self:
        """The hours that a text such as 22-03 means; ValueError says what is wrong."""
        match = _HOURS.fullmatch(text)
        first, last = (int(match[1]), int(match[2]) or 24) if match else (0, 0)
        if not match or first > 23 or last > 24 or first == last:
            raise ValueError(
                "must be two different hours from 0 to 24 such as 22-03, from the beginning of "
                f"the first up to that of the last, got {text!r}"
            )
        return cls(first, last)

    @property
    def is_past_midnight(self) -> bool:
        """Whether the part ends on the day after that on which it begins."""
        return self.last < self.first

    def __str__(self) -> str:
        return f"{self.first:02d}-{self.last:02d}"


@dataclass(frozen=True)
class Ages:
    """Whole years of age, both ends included; without a last one upwards."""

    first: int
    last: int | None

    @classmethod
    def from_text(cls, text: str) -> Self:
        """The ages that a text such as 18-30 or 65- means; ValueError says what is wrong."""
        match = _AGES.fullmatch(text)
        first, last = (int(match[1]), match[2]) if match else (0, None)
        if not match or (last is not None and int(last) < first):
            raise ValueError(
                "must be two ages such as 18-30, both included, or 65- for 65 and over, "
                f"got {text!r}"
            )
        return cls(first, None if last is None else int(last))

    def __str__(self) -> str:
        return f"{self.first}-{'' if self.last is None else self.last}"


def weekdays_from_text(text: str) -> tuple[int, ...]:
    """The days of the week that a text such as fri,sat names; ValueError says what is wrong.

    Parameters
    ----------
    text : str
        Names of three letters, in any case, with commas between.

    Returns
    -------
    tuple of int
        Positions in `WEEKDAYS`, ascending, without repeats.
    """
    names = [name.strip().lower() for name in text.split(",")]
    unknown = [name for name in names if name not in WEEKDAYS]
    if unknown:
        raise ValueError(
            f"must be some of {', '.join(WEEKDAYS)} with commas between, got {unknown[0]!r}"
        )
    return tuple(sorted({WEEKDAYS.index(name) for name in names}))


@dataclass(frozen=True)
class HarmChoice:
    """By what the harm of incidents is known.

    Attributes
    ----------
    index : str or None
        Id of a harm index; None for the only one.
    column : str or None
        Of the dataset: category, subcategory or attribute:NAME; None for that of the index.
    """

    index: str | None = None
    column: str | None = None


@dataclass(frozen=True)
class IncidentFilter:
    """Which incidents: all of them where nothing is given.

    Attributes
    ----------
    start, end : Moment or None
        Inclusive ends of the period.
    categories, subcategories : tuple of str
        Any of these; empty for all. Sorted, without repeats.
    within : str or None
        Where to stay: ``layer:code`` of an area, a circle or a polygon.
    attributes : tuple of (str, str)
        Names of attributes and values; of one name any of its values. Sorted.
    markers : tuple of str
        Any of these.
    hours : Hours or None
        Part of the day.
    weekdays : tuple of int
        Any of these, from 0 for Monday; empty for all.
    ages : Ages or None
        Of the person.
    harm : HarmChoice or None
        Only incidents of known harm, which is their weight.
    """

    start: Moment | None = None
    end: Moment | None = None
    categories: tuple[str, ...] = ()
    within: str | None = None
    subcategories: tuple[str, ...] = ()
    attributes: tuple[tuple[str, str], ...] = ()
    markers: tuple[str, ...] = ()
    hours: Hours | None = None
    weekdays: tuple[int, ...] = ()
    ages: Ages | None = None
    harm: HarmChoice | None = None

    def of_any_record(self) -> "IncidentFilter":
        """The same period and place, whatever the records are of."""
        return IncidentFilter(start=self.start, end=self.end, within=self.within)

    def values_of_attributes(self) -> dict[str, list[str]]:
        """The values that each attribute may have."""
        values: dict[str, list[str]] = {}
        for name, value in self.attributes:
            values.setdefault(name, []).append(value)
        return values

    def as_provenance(self) -> Mapping[str, Any]:
        """The filter in canonical form."""
        return {
            "from": self.start.day.isoformat() if self.start else None,
            "to": self.end.day.isoformat() if self.end else None,
            "categories": list(self.categories) or None,
            "within": self.within,
            **{name: value for name, value in self._further().items() if value},
        }

    def _further(self) -> dict[str, Any]:
        """The conditions on further columns; empty where none is set."""
        return {
            "subcategories": list(self.subcategories),
            "attributes": self.values_of_attributes(),
            "markers": list(self.markers),
            "hours": str(self.hours or ""),
            "weekdays": [WEEKDAYS[day] for day in self.weekdays],
            "ages": str(self.ages or ""),
        }
