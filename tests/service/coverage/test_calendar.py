"""Steps of the calendar, against the standard library's days."""

import datetime

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.coverage.calendar import Calendar

KINDS = ("week", "month", "quarter", "year", "financial-year", "year-ending:11", "year-ending:12")
DATES = st.dates(datetime.date(1900, 1, 1), datetime.date(2199, 12, 31))


def key(kind: str, day: datetime.date) -> str:
    """The key of the step that a day is in, the long way."""
    if kind == "week":
        year, week, _ = day.isocalendar()
        return f"{year}-W{week:02d}"
    if kind == "month":
        return f"{day:%Y-%m}"
    if kind == "quarter":
        return f"{day.year}-Q{(day.month + 2) // 3}"
    if kind == "financial-year":
        begin = day.year if day.month >= 4 else day.year - 1
        return f"{begin}-{str(begin + 1)[2:]}"
    if kind == "year-ending:11":
        return f"{day.year + (day.month == 12)}-11"
    return str(day.year)


@given(day=DATES, kind=st.sampled_from(KINDS))
def test_a_day_is_in_the_step_of_its_key_which_begins_on_its_first_day(day, kind):
    calendar = Calendar.of(kind)
    number = int(calendar.number_of(np.array([day], "datetime64[D]"))[0])
    assert calendar.key_of(number) == key(kind, day)
    begin, after = calendar.first_day_of(np.array([number, number + 1])).tolist()
    assert begin <= day < after
    assert key(kind, begin) == key(kind, after - datetime.timedelta(days=1)) == key(kind, day)
    assert key(kind, begin - datetime.timedelta(days=1)) != key(kind, day) != key(kind, after)


@pytest.mark.parametrize(
    ("kind", "noun", "name"),
    [
        ("week", "week", "Week from 29 January 2024"),
        ("month", "month", "February 2024"),
        ("quarter", "quarter", "January to March 2024"),
        ("year", "year", "2024"),
        ("financial-year", "financial year", "April 2023 to March 2024"),
        ("year-ending:11", "year to November", "Year to November 2024"),
    ],
)
def test_steps_have_names(kind, noun, name):
    calendar = Calendar.of(kind)
    number = calendar.number_of(np.array(["2024-02-02"], "datetime64[D]"))
    assert (calendar.noun, calendar.name_of(int(number[0]))) == (noun, name)
