"""Under load: one computation however many ask, fast answers beside slow ones, ends in time."""

import asyncio
import dataclasses
import json
import threading

import pytest

from service.analyses.inputs import area_layers
from service.assembly.app import create_app
from service.assembly.resources import open_resources
from service.config.settings import LimitSettings, Settings
from service.runtime.cancellation import AbandonedError, CancelToken, cancellable, check_cancelled
from service.runtime.lanes import BusyError, Cost, Lane
from service.runtime.single_flight import SingleFlightCache
from tests.service import world
from tests.service.asgi import Caller, ask, until

HEATMAP = f"/v1/heatmaps/{world.DATASET}"
TILE = f"{HEATMAP}/tiles/13/4099/2697.png"
HOTSPOTS = f"/v1/hotspots/{world.DATASET}/{world.CELLS}"
CLIENTS = 100


class Held:
    """Analyses of which one answer waits for a word from the test, counted."""

    def __init__(self, analyses, name):
        self._analyses = analyses
        self._name = name
        self.begun = 0
        self.go_on = threading.Event()

    def __getattr__(self, name):
        wanted = getattr(self._analyses, name)
        if name != self._name:
            return wanted

        def held(*args, **options):
            self.begun += 1
            assert self.go_on.wait(60)
            return wanted(*args, **options)

        return held


@pytest.fixture
def own(county):
    """The county with caches of the test's own."""
    return open_resources(Settings(data_dir=county))


def waiting_for(app):
    """How many requests wait for an answer on its way."""
    return app.state.context.answers.waiters


def test_a_hundred_clients_who_ask_for_one_tile_cause_one_computation(own):
    held = Held(own.heatmaps, "tile")
    resources = dataclasses.replace(own, heatmaps=held)
    app = create_app(resources)

    async def all_at_once():
        asking = [asyncio.ensure_future(ask(app, TILE)) for _ in range(CLIENTS)]
        await until(lambda: waiting_for(app) == CLIENTS)
        held.go_on.set()
        return await asyncio.gather(*asking)

    answers = asyncio.run(all_at_once())
    assert held.begun == 1
    assert {answer.status for answer in answers} == {200}
    assert len({answer.body for answer in answers}) == 1


def test_fast_answers_come_while_more_slow_ones_run_than_there_are_threads(own):
    held = Held(own.hotspots, "table")
    resources = dataclasses.replace(own, hotspots=held)
    app = create_app(resources)
    fast = [TILE, f"{TILE}?bandwidth_m=300", "/health/live", "/health/ready", "/v1/datasets",
            f"{HEATMAP}/tilejson.json", f"/v1/choropleths/{world.DATASET}/{world.CELLS}"]  # fmt: skip

    async def beside():
        slow = [
            asyncio.ensure_future(ask(app, f"{HOTSPOTS}?sensitivity=true&seed={seed}"))
            for seed in range(1, 61)
        ]
        await until(lambda: waiting_for(app) == len(slow))
        answers = [await ask(app, address) for address in fast]
        assert not any(one.done() for one in slow)
        held.go_on.set()
        return answers, await asyncio.gather(*slow)

    quick, slow = asyncio.run(beside())
    assert {answer.status for answer in quick} == {200}
    assert {answer.status for answer in slow} == {200}
    assert held.begun == 60


def test_a_version_is_found_out_without_cutting_a_grid(own, monkeypatch):
    """Handlers of tiles ask for it on the event loop, where nothing else goes on meanwhile."""
    cut = []
    real = area_layers.tessellate
    monkeypatch.setattr(area_layers, "tessellate", lambda *a, **k: cut.append(1) or real(*a, **k))
    given = (
        own.areas.version(world.DATASET, "hex:500"),
        own.vector_tiles.geometry_version("hex:500"),
    )
    assert cut == []
    layers = area_layers.AreaLayers(layers=own.layers, settings=own.settings)
    assert (
        layers.version("hex:500") == layers.version("hex:500.0") == layers.get("hex:500").version
    )
    assert layers.version(world.CELLS) == layers.get(world.CELLS).version
    assert len(cut) == 1
    assert len(set(given)) == 2


def test_who_comes_when_the_queue_is_full_is_told_when_to_ask_again(county):
    limits = LimitSettings(heavy_running=1, heavy_waiting=1)
    own = open_resources(Settings(data_dir=county, limits=limits))
    held = Held(own.hotspots, "table")
    app = create_app(dataclasses.replace(own, hotspots=held))

    async def full():
        places = [asyncio.ensure_future(ask(app, f"{HOTSPOTS}?seed={seed}")) for seed in (1, 2)]
        await until(lambda: app.state.context.lanes[Cost.HEAVY].waiting == 1)
        refused = await ask(app, f"{HOTSPOTS}?seed=3")
        # Who asks for what is on its way already waits with the others and is not refused.
        places.append(asyncio.ensure_future(ask(app, f"{HOTSPOTS}?seed=2")))
        held.go_on.set()
        taken = await asyncio.gather(*places)
        return refused, taken, await ask(app, f"{HOTSPOTS}?seed=3")

    refused, taken, later = asyncio.run(full())
    assert refused.status == 503
    assert refused.headers["retry-after"] == "10"
    assert refused.headers["content-type"] == "application/problem+json"
    assert json.loads(refused.body)["type"] == "/problems/busy"
    assert [answer.status for answer in (*taken, later)] == [200, 200, 200, 200]


class Counted:
    """Hotspots whose tables are counted, and how they ended."""

    def __init__(self, analyses):
        self._analyses = analyses
        self.begun = 0
        self.ended = []

    def __getattr__(self, name):
        wanted = getattr(self._analyses, name)
        if name != "table":
            return wanted

        def counted(*args, **options):
            self.begun += 1
            try:
                table = wanted(*args, **options)
            except BaseException as error:
                self.ended.append(type(error))
                raise
            self.ended.append("finished")
            return table

        return counted


LONG = f"{HOTSPOTS}?permutations=999999&sensitivity=true"


def test_a_computation_ends_when_its_only_client_leaves(own):
    counted = Counted(own.hotspots)
    app = create_app(dataclasses.replace(own, hotspots=counted))

    async def leave():
        client = Caller()
        asking = asyncio.ensure_future(client.ask(app, LONG))
        # The check before it begins is behind it: what ends it is one between its draws.
        await until(lambda: counted.begun)
        client.hang_up()
        await asking
        await until(lambda: counted.ended)
        return client

    client = asyncio.run(leave())
    assert counted.ended == [AbandonedError]
    assert client.status == 0  # nothing was sent


def test_a_computation_goes_on_when_one_of_its_clients_leaves(own):
    counted = Counted(own.hotspots)
    app = create_app(dataclasses.replace(own, hotspots=counted))

    async def one_leaves():
        leaver, stayer = Caller(), Caller()
        asking = [asyncio.ensure_future(one.ask(app, LONG)) for one in (leaver, stayer)]
        await until(lambda: waiting_for(app) == 2)
        leaver.hang_up()
        await asyncio.gather(*asking)
        return leaver, stayer

    leaver, stayer = asyncio.run(one_leaves())
    assert counted.ended == ["finished"]
    assert (leaver.status, stayer.status) == (0, 200)


def test_who_waits_in_the_queue_and_leaves_is_never_computed(county):
    limits = LimitSettings(heavy_running=1)
    own = open_resources(Settings(data_dir=county, limits=limits))
    held = Held(own.hotspots, "table")
    app = create_app(dataclasses.replace(own, hotspots=held))

    async def leave_the_queue():
        first, second = Caller(), Caller()
        asking = [asyncio.ensure_future(first.ask(app, f"{HOTSPOTS}?seed=1"))]
        await until(lambda: held.begun == 1)
        asking.append(asyncio.ensure_future(second.ask(app, f"{HOTSPOTS}?seed=2")))
        await until(lambda: app.state.context.lanes[Cost.HEAVY].waiting == 1)
        second.hang_up()
        await asking[1]
        await until(lambda: app.state.context.lanes[Cost.HEAVY].waiting == 0)
        held.go_on.set()
        await asking[0]
        return first

    assert asyncio.run(leave_the_queue()).status == 200
    assert held.begun == 1


def test_a_map_that_others_wait_for_survives_the_client_who_began_it():
    """Two tiles need one surface; the client of the first leaves while it is prepared."""
    cache = SingleFlightCache(10)
    computing, left = threading.Event(), threading.Event()

    def compute():
        computing.set()
        assert left.wait(60)
        check_cancelled()
        return "surface"

    first, second = CancelToken(), CancelToken()
    found, errors = [], []

    def ask_with(token):
        with cancellable(token):
            try:
                found.append(cache.get("key", compute))
            except AbandonedError as error:
                errors.append(error)

    threads = [threading.Thread(target=ask_with, args=(token,)) for token in (first, second)]
    threads[0].start()
    assert computing.wait(60)
    threads[1].start()
    first.cancel()
    left.set()
    for thread in threads:
        thread.join(60)
    assert found == ["surface"]
    assert len(errors) == 1


def test_a_lane_refuses_beyond_its_places_and_takes_again():
    lane = Lane(Cost.ORDINARY, threads=1, queue_size=1)
    go_on = threading.Event()
    jobs = [lane.submit(lambda: go_on.wait(60), CancelToken()) for _ in range(2)]
    with pytest.raises(BusyError, match="1 ordinary answers are being computed and 1 are waiting"):
        lane.submit(lambda: None, CancelToken())
    go_on.set()
    assert [job.result(60) for job in jobs] == [True, True]
    while lane.running:
        pass
    assert lane.submit(lambda: "again", CancelToken()).result(60) == "again"
    lane.close()


def test_closing_asks_what_runs_to_stop_and_drops_what_waits():
    lane = Lane(Cost.HEAVY, threads=1, queue_size=5)
    token, began, ended = CancelToken(), threading.Event(), threading.Event()

    def work():
        began.set()
        try:
            with cancellable(token):
                while True:
                    check_cancelled()
        finally:
            ended.set()

    running = lane.submit(work, token)
    waiting = lane.submit(lambda: "never", CancelToken())
    assert began.wait(60)
    lane.close()
    assert ended.wait(60)
    assert isinstance(running.exception(60), AbandonedError)
    assert waiting.cancelled()
