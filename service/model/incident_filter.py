"""Which incidents a question is about: a period, categories, and an area to stay within."""

import calendar
import datetime
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

_MONTH = re.compile(r"\d{4}-\d{2}")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
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
class IncidentFilter:
    """Which incidents: all of them where nothing is given.

    Attributes
    ----------
    start, end : Moment or None
        Inclusive ends of the period.
    categories : tuple of str
        Any of these; empty for all. Sorted, without repeats.
    within : str or None
        ``layer:code`` of the area to stay within.
    """

    start: Moment | None = None
    end: Moment | None = None
    categories: tuple[str, ...] = ()
    within: str | None = None

    def as_provenance(self) -> Mapping[str, Any]:
        """The filter in canonical form."""
        return {
            "from": self.start.day.isoformat() if self.start else None,
            "to": self.end.day.isoformat() if self.end else None,
            "categories": list(self.categories) or None,
            "within": self.within,
        }
