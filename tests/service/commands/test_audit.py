"""The audit log on the command line."""

import datetime
import json

import pytest
from typer.testing import CliRunner

from service.__main__ import app
from service.audit.budget import LEDGER_FILE, QuestionLedger
from service.audit.log import AUDIT_FOLDER, AuditLog
from tests.service.audit.test_log import NOON, entry


@pytest.fixture
def run(tmp_path, monkeypatch):
    monkeypatch.setenv("HOTSPOTS_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("HOTSPOTS_ACCESS__FOLDER", str(tmp_path / "access"))
    log = AuditLog(tmp_path / "access" / AUDIT_FOLDER)
    log.note(entry(0))
    log.note(entry(1, key="k2", status=403, dataset="crimes"))
    log.note(entry(2, ended=NOON + datetime.timedelta(1)))
    log.flush()

    def run(*args):
        result = CliRunner().invoke(app, ["audit", *args])
        assert result.exit_code == 0, result.stderr
        return result.stdout.splitlines()

    return run


def test_lines_say_who_asked_what_in_the_order_of_time(run):
    assert run()[0] == (
        "2026-11-29T12:00:00.000Z k1 partner 200 GET /v1/choropleths/{dataset}/{layer} "
        "dataset=callouts layer=lsoa (516 rows, 100 bytes, 1.5 ms, recall)"
    )
    assert [line[:10] for line in run()] == ["2026-11-29", "2026-11-29", "2026-11-30"]


@pytest.mark.parametrize(
    ("args", "numbers"),
    [
        (["--key", "k2"], [1]),
        (["--dataset", "callouts"], [0, 2]),
        (["--status", "403"], [1]),
        (["--from", "2026-11-30"], [2]),
        (["--to", "2026-11-29"], [0, 1]),
        (["--from", "2026-11-29T12:00", "--to", "2026-11-29T12:00"], [0, 1]),
        (["--to", "2026-11-29T11:59"], []),
        (["--from", "2026-11-29T13:00+01:00", "--to", "2026-11-29T12:00:00+00:00"], [0, 1]),
        (["--last", "1"], [2]),
    ],
)
def test_lines_are_chosen_by_options_both_ends_included(run, args, numbers):
    lines = [json.loads(line) for line in run("--json", *args)]
    assert [line["request_id"] for line in lines] == [f"r{number}" for number in numbers]


def test_a_summary_adds_up_by_key_dataset_and_route(run):
    header, *rows = run("--summary")
    assert header.split() == ["key", "dataset", "route", "questions", "refused", "bytes"]
    route = "/v1/choropleths/{dataset}/{layer}"
    assert [row.split() for row in rows] == [
        ["k1", "callouts", route, "2", "0", "200"],
        ["k2", "crimes", route, "1", "1", "100"],
    ]


def test_budgets_say_how_many_new_questions_each_key_asked_today(run, tmp_path):
    assert run("--budgets") == ["nothing was asked"]
    ledger = QuestionLedger(tmp_path / "access" / LEDGER_FILE)
    ledger.charge("k1", "callouts", b"a", limit=9, now=datetime.datetime.now(datetime.UTC))
    ledger.close()
    assert [row.split() for row in run("--budgets")] == [
        ["key", "dataset", "new_questions"],
        ["k1", "callouts", "1"],
    ]


def test_a_time_that_is_none_is_refused(run):
    result = CliRunner().invoke(app, ["audit", "--from", "yesterday"])
    assert result.exit_code == 2
    assert "--from is a day or a time, such as 2026-11-29T14:00" in result.stderr
