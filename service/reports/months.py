"""Months as an assessment counts and names them."""

import datetime
from dataclasses import dataclass

from service.coverage.calendar import MONTHS
from service.coverage.spans import Span, last_day

YEAR = 12


@dataclass(frozen=True, order=True)
class Month:
    """A month of the calendar.

    Attributes
    ----------
    number : int
        Months since year 0.
    """

    number: int

    @classmethod
    def from_text(cls, text: str) -> "Month":
        """The month of an ISO month."""
        year, month = text.split("-")[:2]
        return cls(int(year) * YEAR + int(month) - 1)

    @classmethod
    def first_of(cls, span: Span) -> "Month":
        """The first whole month of some days."""
        month = cls.from_text(span.first.isoformat())
        return month if span.first.day == 1 else month.later(1)

    @classmethod
    def last_of(cls, span: Span) -> "Month":
        """The last whole month of some days."""
        month = cls.from_text(span.last.isoformat())
        return month if span.last == last_day(str(month)) else month.later(-1)

    def __str__(self) -> str:
        return f"{self.number // YEAR:04d}-{self.in_year:02d}"

    @property
    def in_year(self) -> int:
        """1 to 12."""
        return self.number % YEAR + 1

    @property
    def in_words(self) -> str:
        """Such as December 2024."""
        return f"{MONTHS[self.in_year - 1]} {self.number // YEAR}"

    @property
    def last_day(self) -> datetime.date:
        """Its last day."""
        return last_day(str(self))

    def later(self, months: int) -> "Month":
        """So many months later, or earlier."""
        return Month(self.number + months)


def span_in_words(first: Month, last: Month) -> str:
    """Months from the first to the last, such as ``the year to December 2024``."""
    if first == last:
        return first.in_words
    if last.number - first.number == YEAR - 1:
        return f"the year to {last.in_words}"
    return f"{first.in_words} to {last.in_words}"
