"""The application answers as it was recorded, question by question.

Where an answer is to be another one, record it anew: ``python -m tests.recorded.record``.
"""

import json
import re

import pytest

from tests.recorded import world
from tests.recorded.forms import reduced
from tests.recorded.record import (
    OPENAPI,
    answer_of,
    answers,
    arguments_of,
    commands,
    differences,
    name_of,
    openapi_of,
    outcome_of,
    questions,
)
from tests.service.addresses import JOBS

ANSWERS = answers()
COMMANDS = commands()
QUESTIONS = {name_of(question): question for question in questions()}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return world.build(tmp_path_factory.mktemp("recorded"))


@pytest.fixture(scope="module")
def client(folder):
    with world.client(folder) as client:
        yield client


def test_the_openapi_document_is_the_recorded_one(client):
    live, recorded = openapi_of(client), json.loads(OPENAPI.read_text(encoding="utf-8"))
    assert set(live["paths"]) == set(recorded["paths"])
    others = [path for path, known in recorded["paths"].items() if live["paths"][path] != known]
    assert not others, "\n".join(others)
    assert live == recorded


@pytest.mark.parametrize("name", QUESTIONS)
def test_the_answer_is_the_recorded_one(client, name):
    differs = differences(ANSWERS[name], answer_of(client, QUESTIONS[name]))
    assert not differs, f"{name}: {differs}"


@pytest.mark.parametrize("command", COMMANDS)
def test_the_outcome_of_a_command_is_the_recorded_one(folder, command):
    differs = differences(COMMANDS[command], outcome_of(folder, arguments_of(command)))
    assert not differs, f"{command}: {differs}"


def test_every_question_is_asked_once_and_answered():
    assert len(QUESTIONS) == len(questions())
    assert set(QUESTIONS) == set(ANSWERS)


def test_every_operation_has_a_question_that_succeeds(client):
    succeeded = [
        QUESTIONS[name]["ask"].partition("?")[0]
        for name, answer in ANSWERS.items()
        if answer["status"] == 200
    ]
    unasked = [
        template
        for template in client.get("/openapi.json").json()["paths"]
        if template not in JOBS
        and not any(_pattern(template).fullmatch(path) for path in succeeded)
    ]
    assert not unasked, "\n".join(unasked)


def test_words_are_left_out_of_the_document_and_properties_of_their_names_stay():
    schema = {"title": "Shown", "type": "object", "properties": {"title": {"title": "T"}}}
    document = {
        "info": {"title": "A", "version": "1", "license": {"name": "MIT"}},
        "paths": {"/a": {"get": {"summary": "s", "description": "d", "operationId": "a"}}},
        "components": {"schemas": {"Link": schema}},
    }
    assert reduced(document) == {
        "info": {"license": {"name": "MIT"}},
        "paths": {"/a": {"get": {"operationId": "a"}}},
        "components": {"schemas": {"Link": {"type": "object", "properties": {"title": {}}}}},
    }


def _pattern(template: str) -> re.Pattern[str]:
    """What the addresses of a template look like."""
    parts = re.split(r"\{[^}]*\}", template)
    return re.compile("[^/]+?".join(re.escape(part) for part in parts))
