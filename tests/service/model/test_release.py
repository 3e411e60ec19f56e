"""Every answer passes the one door out, of every route and of every command."""

import dataclasses
import typing

import pytest

from service.model import answers
from service.model.release import OPEN, Policy, Released, Role, release
from tests.service import world
from tests.service.addresses import (
    FRAMEWORK_PAGES,
    OGC_XML,
    addresses,
    all_addresses,
    path_templates,
)


class RecordingDoor:
    """The door, and a list of what went through it."""

    def __init__(self):
        self.passed = []

    def __call__(self, answer, policy, role):
        self.passed.append((answer, policy, role))
        return release(answer, policy, role)


def test_every_answer_of_every_route_passes_the_door(resources, serve):
    door = RecordingDoor()
    # Without a cache, or what passed the door before would be served from it.
    client = serve(dataclasses.replace(resources, release=door, bodies=type(resources.bodies)(0)))
    for address in all_addresses(client.app):
        door.passed.clear()
        assert client.get(address).status_code == 200
        assert len(door.passed) == 1, address
        answer, policy, role = door.passed[0]
        assert isinstance(answer, typing.get_args(answers.Answer)), address
        assert (policy, role) == (OPEN, Role.PUBLIC)


def test_nothing_comes_out_where_the_door_is_shut(resources, serve):
    def shut(answer, policy, role):
        raise PermissionError("no")

    client = serve(dataclasses.replace(resources, release=shut, bodies=type(resources.bodies)(0)))
    for address in all_addresses(client.app):
        answer = client.get(address)
        assert answer.status_code == 500, address
        told = "application/xml" if address.startswith(OGC_XML) else "application/problem+json"
        assert answer.headers["Content-Type"] == told


def test_what_leaves_is_what_the_door_let_through(resources, serve):
    """A door that empties tables empties every format of them."""

    def emptied(answer, policy, role):
        if isinstance(answer, answers.Table):
            nothing = {name: column[:0] for name, column in answer.columns.items()}
            shapes = None if answer.geometries is None else answer.geometries[:0]
            answer = dataclasses.replace(answer, columns=nothing, geometries=shapes)
        return release(answer, policy, role)

    client = serve(
        dataclasses.replace(resources, release=emptied, bodies=type(resources.bodies)(0))
    )
    for template in ("/v1/choropleths/{dataset}/{layer}.{suffix}", "/v1/growth/sites.{suffix}"):
        for address in addresses(client.app, template):
            answer = client.get(address)
            assert answer.status_code == 200, address
            assert b"C00" not in answer.content + answer.headers.get("Provenance", "").encode()
            assert b"Northfield" not in answer.content, address


def test_only_the_frameworks_own_pages_do_not_pass_it(client):
    """They describe the service and hold none of its data."""
    for page in FRAMEWORK_PAGES:
        assert client.get(page).status_code == 200
    assert not path_templates(client.app) & FRAMEWORK_PAGES
    assert world.DATASET not in client.get("/openapi.json").text


def test_only_the_door_makes_a_released_answer(client, resources):
    with pytest.raises(TypeError, match="only release"):
        Released(resources.catalogue.alive(), OPEN, Role.PUBLIC, key=object())


def test_a_policy_is_named_with_its_version():
    assert Policy("open").label == "open-1"
    assert Policy("nhs-hes", 3).label == "nhs-hes-3"
