"""Agreements: which days are retained, and when a dataset stops."""

import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.model.protection import Agreement

DAY = datetime.date.fromisoformat


@pytest.mark.parametrize(
    ("today", "months", "first"),
    [
        ("2026-11-29", 84, "2019-11-29"),
        ("2026-11-29", 1, "2026-10-29"),
        ("2026-01-15", 1, "2025-12-15"),
        ("2024-03-31", 1, "2024-02-29"),
        ("2023-03-31", 1, "2023-02-28"),
        ("2026-12-31", 12, "2025-12-31"),
        ("2026-11-29", 0, "2026-11-29"),
    ],
)
def test_the_first_day_retained_is_some_months_ago(today, months, first):
    agreement = Agreement(retention_months=months)
    assert agreement.first_day_retained(DAY(today)) == DAY(first)


def test_without_a_retention_every_day_is_retained():
    assert Agreement().first_day_retained(DAY("2026-11-29")) is None
    assert Agreement().stop(DAY("1890-01-01"), DAY("2026-11-29")) == ""


@given(
    today=st.dates(datetime.date(1990, 1, 1), datetime.date(2100, 1, 1)),
    months=st.integers(0, 400),
)
def test_what_is_past_its_retention_stays_past_it(today, months):
    agreement = Agreement(retention_months=months)
    tomorrow = today + datetime.timedelta(days=1)
    assert agreement.first_day_retained(today) <= agreement.first_day_retained(tomorrow)


@pytest.mark.parametrize(
    ("earliest", "today", "is_stopped"),
    [
        ("2025-11-29", "2026-11-29", False),  # kept to this day
        ("2025-11-28", "2026-11-29", False),  # past it, and waiting
        ("2025-10-29", "2026-11-29", False),
        ("2025-10-28", "2026-11-29", True),
        (None, "2026-11-29", False),
    ],
)
def test_a_dataset_stops_when_a_record_has_waited_longer_than_it_may(earliest, today, is_stopped):
    agreement = Agreement(retention_months=12)
    reason = agreement.stop(None if earliest is None else DAY(earliest), DAY(today))
    assert bool(reason) is is_stopped
    if is_stopped:
        assert "12 months, and the 31 days" in reason
        assert "2025" not in reason  # who may not see records is told this too


def test_a_dataset_stops_on_the_day_after_its_agreement_ends():
    agreement = Agreement(expires=DAY("2026-11-29"))
    assert agreement.stop(None, DAY("2026-11-29")) == ""
    assert agreement.stop(None, DAY("2026-11-30")) == "its agreement ended on 2026-11-29"
