"""What agreements ask of the owners of datasets."""

import datetime

import pytest

from service.access.notices import notices
from service.model.protection import Agreement, Protection

DAY = datetime.date.fromisoformat
TODAY = DAY("2026-11-29")


def notice_of(agreement, earliest=None):
    protection = Protection(dataset="callouts", policy="small-5", agreement=agreement)
    return list(notices([protection], {"callouts": earliest}.get, TODAY))


@pytest.mark.parametrize(
    "agreement",
    [
        Agreement(),
        Agreement(expires=TODAY, review=DAY("2026-11-30"), retention_months=12),
    ],
)
def test_nothing_is_due_before_its_day(agreement):
    assert notice_of(agreement, DAY("2025-11-29")) == []


@pytest.mark.parametrize(
    ("agreement", "earliest", "text", "has_stopped"),
    [
        (Agreement(expires=DAY("2026-11-28")), None, "ended on 2026-11-28", True),
        (Agreement(retention_months=12), "2025-11-28", "from 2025-11-28 on", False),
        (Agreement(retention_months=12), "2025-10-28", "31 days", True),
        (Agreement(retention_months=12, grace_days=0), "2025-11-28", "0 days", True),
        (Agreement(review=TODAY), None, "reviewed by 2026-11-29", False),
    ],
)
def test_what_is_due_is_said_with_the_command_for_it(agreement, earliest, text, has_stopped):
    (notice,) = notice_of(agreement, None if earliest is None else DAY(earliest))
    assert text in str(notice)
    assert "callouts" in notice.mend
    assert notice.mend.count("hotspots ") == (2 if agreement.expires else 1)
    assert notice.has_stopped is has_stopped


def test_a_review_is_due_beside_a_retention():
    agreement = Agreement(review=TODAY, retention_months=12)
    assert len(notice_of(agreement, DAY("2025-11-01"))) == 2
