"""The costliest requests are bounded: briefly over few places, and as documented over a million."""

import re

import pytest

from service.assembly.resources import open_resources
from service.config.settings import Settings
from tests.service import world
from tests.service.conftest import client_of
from tests.simulations.costliest import QUESTIONS
from tests.simulations.tables import DOCS, documented

OPERATIONS = DOCS / "operations.md"


@pytest.fixture(scope="module")
def client(tmp_path_factory):
    settings = Settings(data_dir=world.build(tmp_path_factory.mktemp("costliest")))
    with client_of(open_resources(settings)) as client:
        yield client


@pytest.mark.compiled
@pytest.mark.parametrize(
    "question", [q for q in QUESTIONS if "hex:200" not in q and "cell_m=1&" not in q]
)
def test_over_few_places_each_is_answered_or_says_what_to_ask_instead(client, question):
    answer = client.get(
        question.replace("/crowd", f"/{world.DATASET}").replace("hex:1000", "hex:900")
    )
    assert answer.status_code in (200, 202, 404, 422)
    if answer.status_code == 422:
        assert answer.json()["detail"]


def test_as_documented_none_takes_long_or_much_and_what_is_refused_is_so_at_once():
    table = documented("costliest requests", document=OPERATIONS)
    assert len(table.rows) == len(QUESTIONS)
    for request, became, _, processor_s, megabytes in table.rows:
        assert float(processor_s) <= (0.1 if became == "refused" else 20.0), request
        assert float(megabytes) <= 1_024, request


def test_as_documented_the_costliest_starve_nobody_and_end_with_their_clients():
    table = documented("twenty at once", document=OPERATIONS)
    live, fresh, share, idle = (
        float(re.match(r"[\d.]+", text).group()) for text in table.column("measured")
    )
    assert live < 100
    assert fresh < 2.0
    assert share > 0.5
    assert idle < 5.0
