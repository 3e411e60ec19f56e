"""Months as an assessment counts and names them."""

import pytest

from service.coverage.spans import Span
from service.reports.months import Month, span_in_words


def test_a_month_goes_over_the_end_of_a_year():
    assert str(Month.from_text("2024-12").later(1)) == "2025-01"
    assert str(Month.from_text("2024-01").later(-13)) == "2022-12"


@pytest.mark.parametrize(
    ("days", "first", "last"),
    [
        ("2024-01..2024-12", "2024-01", "2024-12"),
        ("2024-01-02..2024-12-30", "2024-02", "2024-11"),
        ("2024-02-01..2024-02-29", "2024-02", "2024-02"),
    ],
)
def test_only_whole_months_count(days, first, last):
    span = Span.from_text(days)
    assert (str(Month.first_of(span)), str(Month.last_of(span))) == (first, last)


def test_a_year_is_called_one_whichever_month_it_ends_in():
    assert span_in_words(*months("2024-01", "2024-12")) == "the year to December 2024"
    assert span_in_words(*months("2023-12", "2024-11")) == "the year to November 2024"
    assert span_in_words(*months("2024-01", "2024-11")) == "January 2024 to November 2024"
    assert span_in_words(*months("2024-05", "2024-05")) == "May 2024"


def months(first, last):
    return Month.from_text(first), Month.from_text(last)
