"""Dates in one stated form, never guessed."""

from datetime import date, datetime, timedelta

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.imports.files.dates import (
    FORMS,
    Times,
    is_time_zone,
    parse_dates,
    parse_times_of_day,
    why_bad,
)
from service.store.incident_rows import PRECISIONS

DATES = {"iso": "%Y-%m-%d", "uk": "%d/%m/%Y", "us": "%m/%d/%Y"}
MONTHS = {"iso": "%Y-%m", "uk": "%m/%Y", "us": "%m/%Y"}


def _column(values: list[str | None]) -> pa.ChunkedArray:
    return pa.chunked_array([pa.array(values, pa.string())])


def _parse(form: str, *values: str | None, **options: object) -> Times:
    return parse_dates(_column(list(values)), form=form, **options)


@pytest.mark.parametrize(
    ("form", "text", "occurred", "precision"),
    [
        ("iso", "2024-02-29", "2024-02-29T00:00", "day"),
        ("iso", "20240229", "2024-02-29T00:00", "day"),
        ("iso", "2024-02", "2024-02-01T00:00", "month"),
        ("iso", "2024-02-29T23:59:59.9", "2024-02-29T23:59", "minute"),
        ("iso", "2024-02-29 00:00", "2024-02-29T00:00", "minute"),
        ("uk", "03/04/2024", "2024-04-03T00:00", "day"),
        ("uk", "3-4-2024 9:05", "2024-04-03T09:05", "minute"),
        ("uk", "3 Apr 2024", "2024-04-03T00:00", "day"),
        ("uk", "03-APR-2024 11:30 pm", "2024-04-03T23:30", "minute"),
        ("uk", "1st September 2024", "2024-09-01T00:00", "day"),
        ("uk", "April 2024", "2024-04-01T00:00", "month"),
        ("uk", "04/2024", "2024-04-01T00:00", "month"),
        ("us", "03/04/2024", "2024-03-04T00:00", "day"),
        ("us", "3/4/2024 12:15 AM", "2024-03-04T00:15", "minute"),
        ("us", "Mar 4, 2024", "2024-03-04T00:00", "day"),
    ],
)
def test_each_form_is_read_as_it_says(form, text, occurred, precision):
    found = _parse(form, text)
    assert str(found.occurred[0]) == occurred
    assert PRECISIONS[found.precision[0]] == precision
    assert not found.bad[0]


@pytest.mark.parametrize(
    ("form", "text", "reason"),
    [
        ("uk", "31/02/2023", "day 31 of a month of 28 days"),
        ("uk", "29/02/2023", "day 29 of a month of 28 days"),
        ("us", "31/12/2024", "month 31, which does not exist in the form us"),
        ("us", "2024-01-01", "but of the form iso"),
        ("uk", "2024-01-01", "but of the form iso"),
        ("iso", "01/02/2024", "but of the form uk"),
        ("iso", "2024-13-01", "month 13"),
        ("iso", "2024-00-01", "month 0"),
        ("iso", "2024-01-00", "day 0"),
        ("iso", "2024-01-01 24:01", "a time of day that does not exist"),
        ("iso", "2024-01-01 12:60", "a time of day that does not exist"),
        ("iso", "2024-01 12:00", "a time of day, but no day"),
        ("iso", "1024-01-01", "years 1900 to 2100"),
        ("iso", "9999-12-31", "years 1900 to 2100"),
        ("uk", "01/02/24", "year of two digits"),
        ("uk", "13:00 pm 01/02/2024", "not a date of the form uk"),
        ("uk", "01/02/2024 13:00 pm", "a time of day that does not exist"),
        ("iso", "yesterday", "not a date of the form iso"),
        ("iso", "45292", "an Excel day number (45292 is 2024-01-01)"),
        ("iso", "2024-06-30T23:30:00 Europe/London", "names a time zone in words"),
        ("iso", "2024-06-30 23:30 BST", "names a time zone in words"),
        ("iso", "2024-06-30T23:30+24", "is not a date of the form iso"),
        ("iso", "٢٠٢٤-01-01", "not a date of the form iso"),
    ],
)
def test_what_does_not_exist_is_bad_and_says_why(form, text, reason):
    found = _parse(form, text)
    assert found.bad[0]
    assert np.isnat(found.occurred[0])
    assert reason in why_bad(text, form)


def test_no_value_is_read_in_another_form_than_the_column_s():
    found = _parse("uk", "03/04/2024", "12/31/2024", "2024-04-03")
    assert found.bad.tolist() == [False, True, True]


def test_blank_is_not_bad():
    found = _parse("iso", None, "2024-01-01", None)
    assert found.blank.tolist() == [True, False, True]
    assert not found.bad.any()
    assert np.isnat(found.occurred[[0, 2]]).all()


def test_nothing_but_blank_is_no_times():
    assert _parse("iso", None).blank.all()
    assert len(_parse("iso").occurred) == 0


def test_an_offset_is_noticed_and_converted_to_the_zone():
    text = ("2024-07-01T12:00Z", "2024-01-01 12:00+00:00", "2024-07-01T12:00+05:30", "2024-07-01")
    as_written = _parse("iso", *text)
    assert as_written.has_zone.tolist() == [True, True, True, False]
    local = _parse("iso", *text, time_zone="Europe/London")
    assert [str(when) for when in local.occurred] == [
        "2024-07-01T13:00",
        "2024-01-01T12:00",
        "2024-07-01T07:30",
        "2024-07-01T00:00",
    ]


def test_zones_are_known_by_name():
    assert is_time_zone("Europe/London")
    assert not is_time_zone("Europe/Camelot")
    assert not is_time_zone("../etc/passwd")


@pytest.mark.parametrize(
    ("text", "minutes"),
    [
        ("00:00", 0),
        ("9:05", 545),
        ("23:59:59", 1439),
        ("12:00 AM", 0),
        ("12:30 p.m.", 750),
        ("2359", 1439),
        ("0000", 0),
    ],
)
def test_times_of_day_are_read(text, minutes):
    found, blank, bad = parse_times_of_day(_column([text, None]))
    assert found[0] == minutes
    assert (blank.tolist(), bad.tolist()) == ([False, True], [False, False])


@pytest.mark.parametrize(
    "text", ["24:01", "12:60", "0:00 am", "13:00 pm", "2460", "noon", "12", "12:00Z"]
)
def test_times_of_day_that_do_not_exist_are_bad(text):
    assert parse_times_of_day(_column([text]))[2][0]


_DAYS = st.dates(date(1900, 1, 1), date(2100, 12, 31))
_MINUTES = st.integers(0, 1439)


@given(days=st.lists(_DAYS, min_size=1), form=st.sampled_from(FORMS))
def test_every_day_comes_back(days, form):
    found = _parse(form, *[day.strftime(DATES[form]) for day in days])
    assert not found.bad.any()
    assert found.occurred.astype("datetime64[D]").tolist() == days
    assert {PRECISIONS[i] for i in found.precision} == {"day"}
    months = _parse(form, *[day.strftime(MONTHS[form]) for day in days])
    assert months.occurred.astype("datetime64[D]").tolist() == [day.replace(day=1) for day in days]


@given(
    times=st.lists(st.tuples(_DAYS, _MINUTES), min_size=1),
    form=st.sampled_from(FORMS),
    clock=st.sampled_from(("%H:%M", "%H:%M:%S", "%I:%M %p")),
)
def test_every_minute_comes_back(times, form, clock):
    stamps = [
        datetime(day.year, day.month, day.day) + timedelta(minutes=minute)  # noqa: DTZ001
        for day, minute in times
    ]
    found = _parse(form, *[when.strftime(f"{DATES[form]} {clock}") for when in stamps])
    assert not found.bad.any()
    assert found.occurred.tolist() == stamps


@given(day=st.integers(0, 40), month=st.integers(0, 20), year=st.integers(1890, 2110))
def test_exactly_the_days_of_the_calendar_exist(day, month, year):
    try:
        exists = 1900 <= date(year, month, day).year <= 2100
    except ValueError:
        exists = False
    for form, text in (
        ("uk", f"{day}/{month}/{year}"),
        ("us", f"{month}/{day}/{year}"),
        ("iso", f"{year}-{month:02d}-{day:02d}"),
    ):
        assert _parse(form, text).bad[0] == (not exists)
        if not exists:
            assert (
                "form" in why_bad(text, form)
                or "names" in why_bad(text, form)
                or ("years" in why_bad(text, form))
            )


@given(text=st.text(max_size=30), form=st.sampled_from(FORMS))
def test_any_text_is_a_time_or_bad_with_a_reason(text, form):
    stripped = text.strip() or None
    found = _parse(form, stripped)
    if stripped is None:
        assert found.blank[0]
    elif found.bad[0]:
        assert why_bad(stripped, form)
    else:
        assert not np.isnat(found.occurred[0])


@pytest.mark.parametrize("zone", ["+01", "+0100", "+01:00", " +01", ".0000000+01:00"])
def test_an_offset_of_whole_hours_is_an_offset(zone):
    text = pa.chunked_array([[f"2024-06-30T23:30:00{zone}"]])
    times = parse_dates(text, form="iso", time_zone="Europe/London")
    assert not times.bad.any()
    assert str(times.occurred[0]) == "2024-06-30T23:30"


def test_midnight_at_the_end_of_a_day_is_the_next_day():
    times = parse_dates(
        pa.chunked_array([["2024-02-29 24:00", "2023-12-31T24:00:00"]]), form="iso"
    )
    assert times.occurred.astype(str).tolist() == ["2024-03-01T00:00", "2024-01-01T00:00"]
    minutes, _, bad = parse_times_of_day(pa.chunked_array([["24:00", "2400", "24:00:00"]]))
    assert (minutes.tolist(), bad.any()) == ([1440, 1440, 1440], False)
