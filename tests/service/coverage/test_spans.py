"""Days in a row: written, put together, taken from each other."""

import datetime
import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.coverage.coverage import Coverage
from service.coverage.spans import Span, length, merged, words_of_gaps

START = datetime.date(2024, 1, 1)
OFFSETS = st.integers(0, 60)


def day(offset: int) -> datetime.date:
    return START + datetime.timedelta(days=offset)


SPANS = st.lists(
    st.tuples(OFFSETS, OFFSETS).map(lambda pair: Span(day(min(pair)), day(max(pair)))), max_size=6
)


def days_of(spans) -> set[datetime.date]:
    """Every day of some spans, one by one."""
    return {
        span.first + datetime.timedelta(days=k)
        for span in spans
        for k in range((span.last - span.first).days + 1)
    }


@pytest.mark.parametrize(
    ("text", "first", "last", "label"),
    [
        ("2024-01..2024-12", "2024-01-01", "2024-12-31", "2024-01 to 2024-12"),
        ("2024-02", "2024-02-01", "2024-02-29", "2024-02"),
        ("2024-01-15..2024-03-20", "2024-01-15", "2024-03-20", "2024-01-15 to 2024-03-20"),
        ("2024-01-15", "2024-01-15", "2024-01-15", "2024-01-15"),
        ("2023-12..2024-01-15", "2023-12-01", "2024-01-15", "2023-12-01 to 2024-01-15"),
    ],
)
def test_months_and_days_are_read(text, first, last, label):
    span = Span.from_text(text)
    assert (str(span.first), str(span.last), str(span)) == (first, last, label)


@pytest.mark.parametrize(
    "text", ["2024", "2024-13", "2024-02-30", "2024-03..2024-01", "2024-01-2024-03", "", "gap"]
)
def test_anything_else_is_refused_with_what_was_written(text):
    with pytest.raises(ValueError, match=r"such as 2024-01\.\.2024-12") as refusal:
        Span.from_text(text)
    assert repr(text) in str(refusal.value)


@given(SPANS)
def test_merged_spans_are_the_same_days_in_order_and_apart(spans):
    result = merged(spans)
    assert days_of(result) == days_of(spans)
    assert length(result) == len(days_of(spans))
    assert all(
        (later.first - earlier.last).days > 1 for earlier, later in itertools.pairwise(result)
    )


@given(SPANS, OFFSETS, OFFSETS)
def test_a_period_is_what_is_covered_and_what_is_missing(spans, one, another):
    period = Span(day(min(one, another)), day(max(one, another)))
    coverage = Coverage(merged(spans))
    covered, missing = days_of(coverage.within(period)), days_of(coverage.missing(period))
    assert covered == days_of(spans) & days_of([period])
    assert missing == days_of([period]) - days_of(spans)
    assert coverage.days(period.first, period.last) == len(covered)


@pytest.mark.parametrize(
    ("period", "days", "words"),
    [
        (("2024-01-01", "2024-02-29"), 60, ""),
        (("2024-01", "2024-02"), 60, ""),
        (("2024-01", "2024-03-31"), 60, "data of 2024-01 to 2024-02"),
        (None, 60, ""),
    ],
)
def test_a_picture_names_what_is_covered_of_its_period_where_it_is_not_all(period, days, words):
    assert words_of_gaps(period, ["2024-01 to 2024-02"], days) == words
