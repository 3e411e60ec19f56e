"""The audit log: every line once, in files that only grow, readable by nobody else."""

import datetime
import stat

import orjson
import pytest

from service.audit import log as audit_log
from service.audit.log import Asked, AuditLog, Entry
from service.audit.search import Lines, Search, counts_of
from service.model.queries import IncidentQuery
from service.runtime.logs import Access
from tests.service.audit.questions import ROUTE, question

NOON = datetime.datetime(2026, 11, 29, 12, tzinfo=datetime.UTC)


def entry(
    number: int = 0,
    *,
    ended: datetime.datetime = NOON,
    key: str = "k1",
    status: int = 200,
    **asked: object,
) -> Entry:
    about = Asked(question(**asked), version="v1", rows=516)  # type: ignore[arg-type]
    role = "partner" if key else "public"
    access = Access(ended.timestamp(), f"r{number}", "GET", ROUTE, status, 1.5, 100, "recall")
    return Entry(access, key, role, about)


def lines_of(folder, **search):
    return list(Lines(folder, Search(**search)))


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "access" / "audit"


def test_a_line_says_who_asked_what_and_what_came_out(folder):
    log = AuditLog(folder)
    log.note(entry())
    log.flush()
    (line,) = lines_of(folder)
    assert line == {
        "time": "2026-11-29T12:00:00.000Z",
        "request_id": "r0",
        "key": "k1",
        "role": "partner",
        "method": "GET",
        "route": ROUTE,
        "status": 200,
        "ms": 1.5,
        "bytes": 100,
        "cache": "recall",
        "question": {
            "names": {"dataset": "callouts", "layer": "lsoa"},
            "query": {},
            "datasets": ["callouts"],
        },
        "version": "v1",
        "rows": 516,
    }


def test_a_request_that_asked_nothing_has_a_line_too(folder):
    log = AuditLog(folder)
    log.note(entry(status=401, key="")._replace(asked=None))
    log.flush()
    (line,) = lines_of(folder)
    assert line["status"] == 401
    assert "question" not in line


def test_lines_are_appended_to_one_file_a_day_and_process(folder):
    first, second = AuditLog(folder), AuditLog(folder)
    for log in (first, second):
        log.note(entry(1))
        log.flush()
        log.note(entry(2))
        log.note(entry(3, ended=NOON + datetime.timedelta(1)))
        log.flush()
    files = sorted(folder.iterdir())
    assert [file.name[:10] for file in files] == ["2026-11-29"] * 2 + ["2026-11-30"] * 2
    assert [len(file.read_bytes().splitlines()) for file in files] == [2, 2, 1, 1]


def test_a_file_that_is_large_is_followed_by_another(folder):
    log = AuditLog(folder, file_bytes=500)
    for number in range(6):
        log.note(entry(number))
        log.flush()
    assert len(list(folder.iterdir())) == 3
    assert [line["request_id"] for line in lines_of(folder)] == [f"r{n}" for n in range(6)]


def test_nobody_else_may_read_it(folder):
    log = AuditLog(folder)
    log.note(entry())
    log.flush()
    for path in (folder, folder.parent):
        assert stat.S_IMODE(path.stat().st_mode) == 0o700
    assert {path.name for path in folder.parent.iterdir()} == {"audit", audit_log.DIGEST_KEY_FILE}


def test_lines_that_cannot_be_written_are_kept_and_written_later(folder, caplog):
    folder.parent.mkdir()
    folder.write_text("a file where the folder should be")
    log = AuditLog(folder)
    for number in range(2):
        log.note(entry(number))
        log.flush()
        assert log.is_failing
    assert len([r for r in caplog.records if "cannot be written" in r.message]) == 1
    folder.unlink()
    log.note(entry(2))
    log.flush()
    assert not log.is_failing
    assert [line["request_id"] for line in lines_of(folder)] == ["r0", "r1", "r2"]


def test_lines_are_written_soon_without_being_asked_for(folder):
    log = AuditLog(folder)
    log.note(entry())
    assert log.is_idle(timeout_s=10)
    assert len(lines_of(folder)) == 1


def test_digests_of_one_shape_are_the_same_in_every_process(folder):
    for number in range(2):
        log = AuditLog(folder)
        log.note(entry(number, query=IncidentQuery(within="circle:530123,243456,50")))
        log.flush()
    one, other = lines_of(folder)
    assert one["question"] == other["question"]


@pytest.fixture
def filled(folder):
    log = AuditLog(folder)
    log.note(entry(0))
    log.note(entry(1, dataset="crimes"))
    log.note(entry(2, key="k2", status=403))
    log.note(entry(3, key=""))
    log.note(entry(4, ended=NOON + datetime.timedelta(days=2)))
    log.flush()
    return folder


@pytest.mark.parametrize(
    ("search", "numbers"),
    [
        ({}, [0, 1, 2, 3, 4]),
        ({"key": "k1"}, [0, 1, 4]),
        ({"role": "public"}, [3]),
        ({"dataset": "crimes"}, [1]),
        ({"dataset": "crime"}, []),
        ({"route": "choropleths"}, [0, 1, 2, 3, 4]),
        ({"route": "/v1/tables"}, []),
        ({"status": 403}, [2]),
        ({"start": NOON}, [0, 1, 2, 3, 4]),
        ({"start": NOON + datetime.timedelta(seconds=1)}, [4]),
        ({"end": NOON}, []),
        ({"end": NOON + datetime.timedelta(days=1)}, [0, 1, 2, 3]),
    ],
)
def test_lines_are_found_by_time_key_role_dataset_route_and_status(filled, search, numbers):
    assert [line["request_id"] for line in lines_of(filled, **search)] == [
        f"r{number}" for number in numbers
    ]


def test_a_line_that_was_cut_is_counted_and_passed_over(filled):
    path = sorted(filled.iterdir())[0]
    path.write_bytes(path.read_bytes() + b'{"time": "2026')
    lines = Lines(filled, Search())
    assert len(list(lines)) == 5
    assert lines.damaged == 1


def test_a_summary_counts_questions_refusals_and_bytes(filled):
    rows = [tuple(row.values()) for row in counts_of(Lines(filled, Search()))]
    assert rows == [
        ("(public)", "callouts", ROUTE, 1, 0, 100),
        ("k1", "callouts", ROUTE, 2, 0, 200),
        ("k1", "crimes", ROUTE, 1, 0, 100),
        ("k2", "callouts", ROUTE, 1, 1, 100),
    ]


def test_every_line_is_one_object(filled):
    for path in filled.iterdir():
        for line in path.read_bytes().splitlines():
            assert isinstance(orjson.loads(line), dict)
