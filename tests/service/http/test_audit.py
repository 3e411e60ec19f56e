"""Who asked what, as requests leave it behind; and questions that a key may ask no more."""

import dataclasses
import datetime
import json
import os
import sqlite3
import urllib.parse
from contextlib import closing

import pytest

from service.access.audience import Access, Audience
from service.access.policy import Role
from service.assembly.app import create_app
from service.assembly.audiences import Audiences
from service.assembly.resources import open_resources
from service.audit.budget import LEDGER_FILE
from service.audit.log import AUDIT_FOLDER
from service.audit.search import Lines, Search
from service.config.access import AccessSettings
from service.config.settings import Settings
from service.disclosure.policies import policy_named
from service.identity.keys import Keys
from service.identity.private_folder import PrivateFolder
from service.model.protection import CellPlan, Protection
from tests.service import protected, world
from tests.service.conftest import ADDRESS
from tests.service.quick_client import QuickClient

CELLS = f"/v1/choropleths/{world.DATASET}/{world.CELLS}"
PLAN = CellPlan(layer=world.CELLS, period="year", by_category=True)
RESTRICTED = Protection(dataset=world.DATASET, policy="small-5", cells=PLAN)
PUBLISHED = Audience(Role.PARTNER, ((world.DATASET, Access.PUBLISHED),), (RESTRICTED,))
LIMIT = policy_named("small-5").questions_per_day


class OneAudience:
    """Everybody is given the same."""

    def __init__(self, resources):
        self.resources = resources

    def of(self, identity):
        return self.resources

    peek = of


class Asked:
    """A service with keys, and what its access folder says afterwards."""

    def __init__(self, settings, *, audience=None, resources=None):
        self.folder = settings.access_folder
        resources = resources or open_resources(settings)
        if audience is not None:
            resources = dataclasses.replace(resources, audience=audience)
        self.app = create_app(resources, audiences=OneAudience(resources))
        self.keys = Keys(PrivateFolder(self.folder))
        self.client = QuickClient(self.app, base_url=ADDRESS, raise_server_exceptions=False)

    def key(self, role="analyst"):
        """Id and headers of a new key."""
        tomorrow = datetime.datetime.now(datetime.UTC).date() + datetime.timedelta(1)
        key, secret = self.keys.make(role=role, title="test", expires=tomorrow)
        return key.key_id, {"X-API-Key": secret}

    def lines(self):
        self.app.state.usage.log.flush()
        return list(Lines(self.folder / AUDIT_FOLDER, Search()))


@pytest.fixture
def settings(county, tmp_path):
    return Settings(data_dir=county, access=AccessSettings(folder=tmp_path / "access"))


@pytest.fixture
def asked(settings):
    asked = Asked(settings)
    with asked.client:
        yield asked


@pytest.fixture
def published(settings):
    published = Asked(settings, audience=PUBLISHED)
    with published.client:
        yield published


def test_a_question_leaves_a_line_wherever_its_answer_comes_from(asked, county):
    asked.client.get(CELLS)  # of a new county it makes a folder, and nothing is recalled at first
    os.utime(county, (1, 1))
    key_id, key = asked.key()
    tag = asked.client.get(f"{CELLS}?category=fire", headers=key).headers["ETag"]
    asked.client.get(f"{CELLS}?category=fire", headers=key)
    asked.client.get(f"{CELLS}?category=fire", headers={**key, "If-None-Match": tag})
    asked.client.head(f"{CELLS}?category=fire", headers=key)
    lines = asked.lines()
    assert (lines[0]["cache"], lines[3]["cache"]) == ("computed", "recall")
    assert [line["status"] for line in lines] == [200, 200, 304, 200]
    assert [line["method"] for line in lines] == ["GET", "GET", "GET", "HEAD"]
    for line in lines:
        assert (line["key"], line["role"]) == (key_id, "analyst")
        assert line["route"] == "/v1/choropleths/{dataset}/{layer}"
        assert line["question"] == {
            "names": {"dataset": world.DATASET, "layer": world.CELLS},
            "query": {"category": ["fire"]},
            "datasets": [world.DATASET],
        }
        assert (len(line["version"]), line["rows"]) == (12, len(world.CODES))


def test_a_line_says_how_sensitive_a_density_of_published_cells_is(tmp_path):
    owner = protected.published(world.build(tmp_path / "county"), protected.protection("small-5"))
    resources = Audiences(owner).of(protected.PARTNER)
    published = Asked(owner.settings, resources=resources)
    address = f"/v1/heatmaps/{world.DATASET}"
    with published.client as client:
        for path in ("summary.json", "tiles/11/1024/674.png", "tiles/11/1024/674.png"):
            _, key = published.key("partner")
            asked = f"{address}/{path}?bandwidth_m=500"
            answer = client.get(asked, headers=key)
            assert answer.status_code == 200, answer.text
        provenance = client.get(f"{address}/summary.json?bandwidth_m=500", headers=key).json()
        client.get(CELLS, headers=key)
    *heat_maps, table = published.lines()
    share = provenance["provenance"]["method"]["blank_areas"]["sensitive_share"]
    assert 0 < share < 1
    assert [line["sensitive_share"] for line in heat_maps] == [share] * 4
    assert "sensitive_share" not in table


def test_a_refusal_leaves_a_line_with_what_was_asked(asked):
    key_id, key = asked.key()
    asked.client.get("/v1/choropleths/nothing/cell", headers=key)
    asked.client.get(CELLS, headers={"X-API-Key": "hsa_wrong"})
    unknown, unauthorized = asked.lines()
    assert (unknown["status"], unknown["key"]) == (404, key_id)
    assert unknown["question"]["datasets"] == ["nothing"]
    assert (unauthorized["status"], unauthorized["key"]) == (401, "")
    assert "question" not in unauthorized


def test_no_line_has_a_key_or_what_somebody_drew_or_searched(asked):
    _, key = asked.key()
    circle = f"circle:{world.EAST_M + 500:.0f},{world.NORTH_M + 500:.0f},400"
    corners = [(545_000, 258_000), (547_000, 258_000), (547_000, 260_000), (545_000, 258_000)]
    crs = {"type": "name", "properties": {"name": world.CRS}}
    area = json.dumps({"type": "Polygon", "crs": crs, "coordinates": [corners]})
    asked.client.get(f"{CELLS}?within={circle}", headers=key)
    asked.client.get(f"{CELLS}?key={key['X-API-Key']}")
    asked.client.get("/v1/places?q=Northfield", headers=key)
    profile = f"/v1/tables/{world.DATASET}/profile"
    assert asked.client.post(profile, content=area, headers=key).status_code == 200
    assert len(asked.lines()) == 4
    for path in (asked.folder / AUDIT_FOLDER).iterdir():
        text = path.read_text()
        assert text.count("digest:") == 3
        secret = key["X-API-Key"]
        private = (secret, secret[4:], "Northfield", "545500", "547000", "127.0.0.1", "testclient")
        assert not [word for word in private if word in text]


def test_the_public_is_written_down_and_the_user_of_this_machine_is_not(asked):
    asked.client.get(CELLS)
    assert not asked.folder.exists()
    asked.client.get(CELLS, headers={"X-Forwarded-For": "203.0.113.7"})
    (line,) = asked.lines()
    assert (line["key"], line["role"]) == ("", "public")
    assert "203.0" not in str(line)


def test_probes_of_health_leave_no_line(asked):
    _, key = asked.key()
    for path in ("/health/live", "/health/ready"):
        assert asked.client.get(path, headers=key).status_code == 200
    assert asked.lines() == []


def test_lines_are_written_when_the_service_ends(settings):
    asked = Asked(settings)
    _, key = asked.key()
    with asked.client as client:
        client.get(CELLS, headers=key)
    assert len(list(Lines(asked.folder / AUDIT_FOLDER, Search()))) == 1


def test_no_key_is_answered_while_the_audit_cannot_be_written(asked):
    _, key = asked.key()
    (asked.folder / AUDIT_FOLDER).write_text("a file where the folder should be")
    assert asked.client.get(CELLS, headers=key).status_code == 200  # nobody knows yet
    asked.app.state.usage.log.flush()
    for address in (CELLS, f"{CELLS}?category=fire"):
        answer = asked.client.get(address, headers=key)
        assert answer.status_code == 503
        assert answer.json()["type"] == "/problems/usage-not-written"
        assert answer.headers["Retry-After"] == "5"
    (asked.folder / AUDIT_FOLDER).unlink()
    assert [line["status"] for line in asked.lines()] == [200, 503, 503]
    assert asked.client.get(CELLS, headers=key).status_code == 200


def spend(asked, number):
    """Let all keys have asked so many new questions today."""
    with closing(sqlite3.connect(asked.folder / LEDGER_FILE)) as file, file:
        file.execute("UPDATE spent SET questions = ?", (number,))


def test_a_key_asks_so_many_new_questions_a_day_and_no_more(published):
    key_id, key = published.key("partner")
    _, another = published.key("partner")
    table = f"{CELLS}?category=fire"
    for headers in (key, another):
        assert published.client.get(table, headers=headers).status_code == 200
    spend(published, LIMIT)
    refusal = published.client.get(f"{CELLS}?category=assault", headers=key)
    assert refusal.status_code == 429
    assert 0 < int(refusal.headers["Retry-After"]) <= 24 * 3600
    assert f"{LIMIT:,}" in refusal.json()["detail"]
    # What was asked today is answered, in any form.
    for address in (table, f"{CELLS}.csv?category=fire"):
        assert published.client.get(address, headers=key).status_code == 200
    assert published.lines()[2]["key"] == key_id


def test_an_answer_that_is_kept_counts_for_each_key_that_asks_for_it(published):
    _, key = published.key("partner")
    assert published.client.get(CELLS, headers=key).status_code == 200
    spend(published, LIMIT)
    _, another = published.key("partner")
    published.client.get(f"{CELLS}?category=fire", headers=another)
    spend(published, LIMIT)
    assert published.client.get(CELLS, headers=another).status_code == 429
    assert published.client.get(CELLS, headers=key).status_code == 200


def test_the_tables_of_a_workbook_are_a_question_each(published):
    key_id, key = published.key("partner")
    tables = [f"{CELLS}?category={name}" for name in ("fire", "assault")]
    query = urllib.parse.urlencode([("table", table) for table in tables])
    book = published.client.get(f"/v1/workbook.xlsx?{query}", headers=key)
    assert book.status_code == 200
    ledger = published.app.state.usage.ledger
    today = datetime.datetime.now(datetime.UTC).date()
    assert ledger.spent(today) == {(key_id, world.DATASET): 2}
    spend(published, LIMIT)
    assert published.client.get(tables[0], headers=key).status_code == 200
    assert published.client.get(CELLS, headers=key).status_code == 429
    (line, *_) = published.lines()
    assert line["question"]["datasets"] == [world.DATASET]


def test_whoever_has_no_key_has_no_budget(published):
    headers = {"X-Forwarded-For": "203.0.113.7"}
    assert published.client.get(CELLS, headers=headers).status_code == 200
    assert not (published.folder / LEDGER_FILE).exists()
