"""The budget of questions: only new ones of today count, for all processes together."""

import datetime
import stat
from concurrent.futures import ThreadPoolExecutor

import pytest

from service.audit.budget import QuestionLedger
from service.audit.errors import BudgetSpentError, NotWrittenError

NOW = datetime.datetime(2026, 11, 29, 22, 30, tzinfo=datetime.UTC)
TOMORROW = NOW + datetime.timedelta(1)


@pytest.fixture
def ledger(tmp_path):
    ledger = QuestionLedger(tmp_path / "access" / "usage.sqlite")
    yield ledger
    ledger.close()


def asks(ledger, *questions, key="k1", dataset="callouts", limit=2, now=NOW):
    for question in questions:
        ledger.charge(key, dataset, question.encode(), limit=limit, now=now)


def test_as_many_different_questions_are_answered_as_the_limit_says(ledger):
    asks(ledger, "a", "b")
    with pytest.raises(BudgetSpentError, match="the 2 different questions a day") as refusal:
        asks(ledger, "c")
    assert refusal.value.retry_after_s == 90 * 60 + 1


def test_what_was_asked_today_is_answered_again_and_costs_nothing(ledger):
    asks(ledger, "a", "a", "a", "b", "a")
    with pytest.raises(BudgetSpentError):
        asks(ledger, "c")
    asks(ledger, "a", "b")
    assert ledger.spent(NOW.date()) == {("k1", "callouts"): 2}


def test_another_key_and_another_dataset_have_budgets_of_their_own(ledger):
    asks(ledger, "a", "b")
    asks(ledger, "c", key="k2")
    asks(ledger, "c", dataset="crimes")
    assert ledger.spent(NOW.date()) == {
        ("k1", "callouts"): 2,
        ("k1", "crimes"): 1,
        ("k2", "callouts"): 1,
    }


def test_a_new_day_begins_anew_and_forgets_what_was_asked(ledger):
    asks(ledger, "a", "b")
    asks(ledger, "c", "a", now=TOMORROW)
    with pytest.raises(BudgetSpentError):
        asks(ledger, "b", now=TOMORROW)
    assert ledger.spent(NOW.date()) == {}


def test_processes_count_together(ledger, tmp_path):
    other = QuestionLedger(tmp_path / "access" / "usage.sqlite")
    asks(ledger, "a")
    asks(other, "b", "a")
    with pytest.raises(BudgetSpentError):
        asks(ledger, "c")
    assert ledger.has("k1", "callouts", b"a", today=NOW.date())
    assert not ledger.has("k1", "callouts", b"b", today=NOW.date())
    assert not ledger.has("k1", "callouts", b"a", today=TOMORROW.date())
    other.close()


def test_the_limit_holds_however_many_ask_at_once(ledger):
    def ask(number: int) -> bool:
        try:
            asks(ledger, f"q{number}", limit=10)
        except BudgetSpentError:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(ask, range(40))) == 10


def test_nothing_is_answered_that_cannot_be_counted(tmp_path):
    (tmp_path / "access").write_text("a file where the folder should be")
    ledger = QuestionLedger(tmp_path / "access" / "usage.sqlite")
    with pytest.raises(NotWrittenError):
        asks(ledger, "a")
    (tmp_path / "access").unlink()
    asks(ledger, "a")
    ledger.close()


def test_nobody_else_may_read_it(ledger, tmp_path):
    asks(ledger, "a")
    assert stat.S_IMODE((tmp_path / "access").stat().st_mode) == 0o700
