"""Which requests are written down, which questions count, and when nothing is answered."""

import sqlite3
from contextlib import closing

import pytest

from service.access.audience import Access, Audience, Identity
from service.access.policy import Role
from service.audit.budget import QuestionLedger
from service.audit.errors import BudgetSpentError, NotWrittenError
from service.audit.log import Asked, AuditLog, Entry
from service.audit.usage import Usage
from service.disclosure.policies import policy_named
from service.model.protection import CellPlan, Protection
from service.model.queries import IncidentQuery
from service.runtime import logs
from tests.service.audit.questions import question

LIMIT = policy_named("small-5").questions_per_day
PARTNER = Identity(Role.PARTNER, "k1")
ANALYST = Identity(Role.ANALYST, "k2")
RESTRICTED = Protection(
    dataset="callouts", policy="small-5", cells=CellPlan(layer="lsoa", period="year")
)
PUBLISHED = Audience(
    Role.PARTNER,
    (("callouts", Access.PUBLISHED), ("crimes", Access.EXACT)),
    (RESTRICTED, Protection(dataset="crimes", policy="open")),
)
EXACT = Audience(Role.ANALYST, (("callouts", Access.EXACT),), (RESTRICTED,))


@pytest.fixture
def usage(tmp_path):
    usage = Usage(AuditLog(tmp_path / "audit"), QuestionLedger(tmp_path / "usage.sqlite"))
    yield usage
    usage.close()


def numbered(number: int) -> Asked:
    return Asked(question(query=IncidentQuery(category=(f"category {number}",))))


def test_a_question_about_published_cells_counts_once_a_day(usage):
    asked = numbered(0)
    assert not usage.is_free(asked, PARTNER, PUBLISHED)
    usage.charge([asked], PARTNER, PUBLISHED)
    assert usage.is_free(numbered(0), PARTNER, PUBLISHED)
    assert not usage.is_free(numbered(1), PARTNER, PUBLISHED)


def test_the_budget_of_a_policy_is_the_limit(usage, tmp_path):
    usage.charge([numbered(0)], PARTNER, PUBLISHED)
    with closing(sqlite3.connect(tmp_path / "usage.sqlite")) as file, file:
        file.execute("UPDATE spent SET questions = ?", (LIMIT - 1,))
    usage.charge([numbered(1)], PARTNER, PUBLISHED)
    with pytest.raises(BudgetSpentError):
        usage.charge([numbered(LIMIT)], PARTNER, PUBLISHED)
    assert usage.is_free(numbered(0), PARTNER, PUBLISHED)
    usage.charge([numbered(LIMIT)], Identity(Role.PARTNER, "k3"), PUBLISHED)


@pytest.mark.parametrize(
    ("asked", "identity", "audience"),
    [
        (Asked(question()), ANALYST, EXACT),
        (Asked(question(dataset="crimes")), PARTNER, PUBLISHED),
        (Asked(question(dataset="absent")), PARTNER, PUBLISHED),
        (Asked(question()), Identity(Role.PUBLIC), PUBLISHED),
    ],
    ids=["records are seen", "open data", "no such dataset", "no key"],
)
def test_everything_else_is_free(usage, tmp_path, asked, identity, audience):
    assert usage.is_free(asked, identity, audience)
    usage.charge([asked], identity, audience)
    assert not (tmp_path / "usage.sqlite").exists()


def test_no_key_is_answered_whose_questions_cannot_be_written_down(usage, tmp_path):
    (tmp_path / "audit").write_text("a file where the folder should be")
    usage.log.note(
        Entry(logs.Access(0.0, "r", "GET", "/", 200, 1.0, 1, None), "k2", "analyst", None)
    )
    usage.log.flush()
    assert not usage.is_free(Asked(question()), ANALYST, EXACT)
    with pytest.raises(NotWrittenError):
        usage.charge([Asked(question())], ANALYST, EXACT)
    # Of whoever has no key nothing is lost but how often they asked.
    assert usage.is_free(Asked(question()), Identity(Role.PUBLIC), PUBLISHED)
    (tmp_path / "audit").unlink()
    usage.log.flush()
    assert usage.is_free(Asked(question()), ANALYST, EXACT)


@pytest.mark.parametrize(
    ("identity", "is_audited"),
    [
        (PARTNER, True),
        (ANALYST, True),
        (Identity(Role.PUBLIC), True),
        (Identity(Role.ANALYST), False),
    ],
)
def test_all_are_written_down_but_the_user_of_this_machine(usage, identity, is_audited):
    assert usage.is_audited(identity) == is_audited
    everybody = Usage(usage.log, QuestionLedger(usage.log.folder), audits_everybody=True)
    assert everybody.is_audited(identity)
