"""The event loop only looks at folders' times: everything slower is asked in a thread."""

import asyncio
import dataclasses
import inspect
import sys
import threading

import pytest
from fastapi.routing import iter_route_contexts

from service.assembly.app import create_app
from service.assembly.resources import open_resources
from service.config.settings import Settings
from tests.service import world
from tests.service.addresses import FRAMEWORK_PAGES, all_addresses
from tests.service.asgi import ask

# What a route may ask of an analysis on the event loop: whether something is in memory.
IN_MEMORY = {"has_table"}
DISK = {"open", "os.listdir", "os.scandir", "os.remove", "os.rename", "socket.connect"}


class Observed:
    """Stores or analyses that note the calls which come from one thread."""

    def __init__(self, part, thread, calls):
        self._part = part
        self._thread = thread
        self._calls = calls
        self._methods = {}

    def __getattr__(self, name):
        value = getattr(self._part, name)
        if not callable(value) or name in IN_MEMORY:
            return value
        if name not in self._methods:

            def call(*args, **options):
                if threading.get_ident() == self._thread:
                    self._calls.append(f"{type(self._part).__name__}.{name}")
                return value(*args, **options)

            self._methods[name] = call
        return self._methods[name]


def observed(resources, calls):
    """Resources whose stores and analyses note the calls of this thread."""
    left_alone = {"settings", "state", "versions", "gates"}
    parts = {
        field.name: Observed(getattr(resources, field.name), threading.get_ident(), calls)
        for field in dataclasses.fields(resources)
        if field.name not in left_alone
    }
    return dataclasses.replace(resources, **parts)


@pytest.fixture
def disk_calls():
    """The calls of this thread that reach a disk or a socket, as Python's audit sees them."""
    noted, thread, is_on = [], threading.get_ident(), [False]

    def hook(event, arguments):
        # The framework reads the source of an endpoint at its first request.
        is_source = str(arguments[0]).endswith(".py") if arguments else False
        if is_on[0] and event in DISK and threading.get_ident() == thread and not is_source:
            noted.append((event, str(arguments[0])))

    sys.addaudithook(hook)  # for as long as the process lives: it is switched off below
    yield noted, is_on
    is_on[0] = False


def test_no_route_asks_stores_or_analyses_on_the_event_loop(county, disk_calls):
    noted, is_on = disk_calls
    calls = []
    app = create_app(observed(open_resources(Settings(data_dir=county)), calls))
    addresses = all_addresses(app)
    calls.clear()  # of making the document

    async def ask_all():
        await ask(app, addresses[0])  # imports what is imported at the first request
        is_on[0] = True
        answers = {address: await ask(app, address) for address in addresses}
        is_on[0] = False
        return answers

    answers = asyncio.run(ask_all())
    assert {answer.status for answer in answers.values()} == {200}
    assert calls == []
    assert noted == []


def test_every_handler_is_awaited(client):
    """None waits for a thread of the framework's before it has begun."""
    in_threads = {
        str(context.path)
        for context in iter_route_contexts(client.app.routes)
        if not inspect.iscoroutinefunction(context.endpoint)
    }
    assert in_threads - FRAMEWORK_PAGES == set()


def test_the_version_of_unknown_names_is_asked_in_a_thread_too(county):
    calls = []
    app = create_app(observed(open_resources(Settings(data_dir=county)), calls))
    unknown = [
        f"/v1/hotspots/nonsense/{world.CELLS}",
        f"/v1/choropleths/{world.DATASET}/nonsense",
        "/v1/heatmaps/nonsense/tiles/1/1/1.png",
        "/v1/growth/nonsense/overlay/tilejson.json",
        "/ogc/collections/hotspots:nonsense:cell/items",
        "/wmts/1.0.0/heatmaps:nonsense/default/all/GoogleMapsCompatible/13/2697/4099.png",
    ]

    async def ask_all():
        return [(await ask(app, address)).status for address in unknown]

    assert asyncio.run(ask_all()) == [404] * len(unknown)
    assert calls == []
