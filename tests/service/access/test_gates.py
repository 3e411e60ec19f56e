"""Both gates: every question passes one before it is looked up, every answer the other."""

import dataclasses
import typing

import pytest

from service.access.admission import Question, admit
from service.access.audience import OWNERS
from service.access.gates import Gates
from service.access.policy import Policy
from service.access.release import Released, release
from service.model import answers
from tests.service import world
from tests.service.addresses import (
    FRAMEWORK_PAGES,
    OGC_XML,
    addresses,
    all_addresses,
    path_templates,
)

CELLS = f"/v1/choropleths/{world.DATASET}/{world.CELLS}"


class RecordingGates:
    """What goes through either gate, in order."""

    def __init__(self):
        self.passed = []

    def admit(self, question, audience):
        self.passed.append((question, audience))
        admit(question, audience)

    def release(self, answer, question, audience):
        self.passed.append((answer, audience))
        return release(answer, question, audience)


class Doorkeeper:
    """A gate in that is open until it is shut."""

    def __init__(self):
        self.is_open = True

    def __call__(self, question, audience):
        if not self.is_open:
            raise PermissionError("no")


def served(resources, serve, **gates):
    """A client of a service with other gates, which has answered nothing yet."""
    return serve(dataclasses.replace(resources, gates=Gates(**gates)))


def assert_crashed(answer, address):
    assert answer.status_code == 500, address
    media_type = "application/xml" if address.startswith(OGC_XML) else "application/problem+json"
    assert answer.headers["Content-Type"] == media_type


def test_every_question_and_its_answer_pass_the_gates(resources, serve):
    recording = RecordingGates()
    client = served(resources, serve, admit=recording.admit, release=recording.release)
    for template in sorted(path_templates(client.app)):
        for address in addresses(client.app, template):
            recording.passed.clear()
            assert client.get(address).status_code == 200
            # What has parts asks for each of them too, before it or while it is made.
            *_, (answer, released) = recording.passed
            question, admitted = next(
                passed
                for passed in reversed(recording.passed)
                if isinstance(passed[0], Question)
                and passed[0].route.replace(":path", "") == template
            )
            assert isinstance(question, Question), address
            assert question.route.replace(":path", "") == template
            assert template.format(**question.names) == address.partition("?")[0]
            assert isinstance(answer, typing.get_args(answers.Answer)), address
            assert admitted == released == OWNERS


def test_a_question_says_what_is_asked_with_its_defaults(resources, serve):
    recording = RecordingGates()
    client = served(resources, serve, admit=recording.admit)
    client.get(f"{CELLS}?within=district:D1&category=fire")
    question = recording.passed[0][0]
    assert question.names == {"dataset": world.DATASET, "layer": world.CELLS}
    assert (question.query.within, question.query.category) == ("district:D1", ("fire",))
    assert question.query.classes == 5


def test_nothing_is_looked_up_for_a_question_that_is_refused(resources, serve):
    """Neither a version nor anything else is asked of the stores."""
    keeper = Doorkeeper()
    keeper.is_open = False

    class Untouched:
        def __getattr__(self, name):
            raise AssertionError(f"{name} is asked for")

    client = served(resources, serve, admit=keeper)
    watched = dataclasses.replace(
        resources, gates=Gates(admit=keeper), choropleths=Untouched(), versions=Untouched()
    )
    for address in all_addresses(client.app):
        assert_crashed(client.get(address, headers={"If-None-Match": "*"}), address)
    answer = serve(watched).get(CELLS)
    assert answer.status_code == 500


def test_no_cache_and_no_client_copy_gets_a_question_past_the_gate(resources, serve):
    keeper = Doorkeeper()
    client = serve(dataclasses.replace(resources, gates=Gates(admit=keeper)))
    asked = {address: client.get(address) for address in all_addresses(client.app)}
    tags = {address: answer.headers.get("ETag", "*") for address, answer in asked.items()}
    # Asked again, most are given by their address alone.
    assert {client.get(address).status_code for address in asked} == {200}
    keeper.is_open = False
    for address, tag in tags.items():
        assert_crashed(client.get(address), address)
        assert_crashed(client.get(address, headers={"If-None-Match": tag}), address)
        assert_crashed(client.get(address, headers={"If-None-Match": "*"}), address)
    keeper.is_open = True
    for address, tag in tags.items():
        if tag != "*":
            again = client.get(address, headers={"If-None-Match": tag})
            assert again.status_code == 304, address


def test_nothing_comes_out_where_the_gate_out_is_shut(resources, serve):
    def shut(answer, question, audience):
        raise PermissionError("no")

    client = served(resources, serve, release=shut)
    for address in all_addresses(client.app):
        assert_crashed(client.get(address), address)


def test_what_leaves_is_what_was_released(resources, serve):
    """A gate that empties tables empties every format of them."""

    def emptied(answer, question, audience):
        if isinstance(answer, answers.Table):
            nothing = {name: column[:0] for name, column in answer.columns.items()}
            shapes = None if answer.geometries is None else answer.geometries[:0]
            answer = dataclasses.replace(answer, columns=nothing, geometries=shapes)
        return release(answer, question, audience)

    client = served(resources, serve, release=emptied)
    for template in ("/v1/choropleths/{dataset}/{layer}.{suffix}", "/v1/growth/sites.{suffix}"):
        for address in addresses(client.app, template):
            answer = client.get(address)
            assert answer.status_code == 200, address
            assert b"C00" not in answer.content + answer.headers.get("Provenance", "").encode()
            assert b"Northfield" not in answer.content, address


def test_only_the_frameworks_own_pages_do_not_pass_the_gates(client):
    """They describe the service and hold none of its data."""
    for page in FRAMEWORK_PAGES:
        assert client.get(page).status_code == 200
    assert not path_templates(client.app) & FRAMEWORK_PAGES
    assert world.DATASET not in client.get("/openapi.json").text


def test_only_the_gate_makes_a_released_answer(resources):
    with pytest.raises(TypeError, match="only release"):
        Released(resources.catalogue.alive(), OWNERS, key=object())


def test_a_policy_is_named_with_its_version():
    assert Policy("open").label == "open-1"
    assert Policy("nhs-hes", 3).label == "nhs-hes-3"
