"""What the service says about its own work: ids, log lines, counts."""

import asyncio
import dataclasses
import json
import logging
import re
import threading

import pytest

from service.access.gates import Gates
from service.assembly.app import create_app
from service.assembly.resources import open_resources
from service.config.settings import Settings
from service.runtime.logs import JsonFormatter, TextFormatter
from tests.service import world
from tests.service.addresses import all_addresses
from tests.service.asgi import Caller, ask, until

CELLS = f"/v1/choropleths/{world.DATASET}/{world.CELLS}"
TILE = f"/v1/heatmaps/{world.DATASET}/tiles/13/4099/2697.png"


@pytest.fixture
def own(county, serve):
    """A client of a service whose caches and counts are the test's own."""
    return serve(open_resources(Settings(data_dir=county)))


def counts(client):
    """Every sample of the metrics by its name and labels."""
    lines = client.get("/metrics").text.splitlines()
    samples = [line.rpartition(" ") for line in lines if not line.startswith("#")]
    return {name: float(value) for name, _, value in samples}


@pytest.mark.parametrize("given", ["a", "7f3c-1.2:3_x", "x" * 64])
def test_a_sane_request_id_is_kept(client, given):
    answer = client.get("/health/live", headers={"X-Request-ID": given})
    assert answer.headers["X-Request-ID"] == given


@pytest.mark.parametrize("given", ["", "x" * 65, "a b", "é", 'a"b', "a\tb"])
def test_a_request_id_that_may_not_stand_in_a_log_is_replaced(client, given):
    answer = client.get("/health/live", headers={"X-Request-ID": given.encode()})
    assert re.fullmatch("[0-9a-f]{16}", answer.headers["X-Request-ID"])


def test_every_answer_names_its_request_and_no_two_share_a_name(client):
    addresses = all_addresses(client.app)[:20]
    named = [client.get(address).headers["X-Request-ID"] for address in addresses * 2]
    named += [client.get("/nowhere").headers["X-Request-ID"]]
    assert len(set(named)) == len(named)


def test_the_log_has_the_route_and_nothing_that_was_asked(client, caplog):
    asked = f"{CELLS}?category=assault&within=district:D1&from=2023-03"
    with caplog.at_level(logging.INFO, logger="hotspots.access"):
        client.get(asked)
        client.get(asked)
        client.get("/v1/nonsense-about-somebody")
    lines = [r.getMessage() for r in caplog.records if r.name == "hotspots.access"]
    assert len(lines) == 3
    route = "/v1/choropleths/{dataset}/{layer}"
    assert re.fullmatch(
        rf"GET {re.escape(route)} 200 [\d.]+ ms \d+ bytes (computed|memory)", lines[0]
    )
    assert re.fullmatch(rf"GET {re.escape(route)} 200 [\d.]+ ms \d+ bytes recall", lines[1])
    assert re.fullmatch(r"GET none 404 [\d.]+ ms \d+ bytes -", lines[2])
    for word in ("assault", "D1", "2023", "nonsense", world.DATASET):
        assert word not in "".join(lines), word


def formatted(form, records):
    return [form.format(record) for record in records]


def test_json_lines_are_objects_that_say_the_same_by_name(client, caplog):
    with caplog.at_level(logging.INFO, logger="hotspots.access"):
        client.get(TILE)
    found = [json.loads(line) for line in formatted(JsonFormatter(), caplog.records)]
    access = next(line for line in found if line["logger"] == "hotspots.access")
    assert {
        "time", "level", "logger", "process", "message", "method", "route", "status", "ms",
        "bytes", "cache",
    } <= set(access)  # fmt: skip
    assert (access["method"], access["status"]) == ("GET", 200)
    assert access["route"].endswith("/tiles/{z}/{x}/{y}.png")


class Lines(logging.Handler):
    """Formats as it is called, in the context of the request, as the real handler does."""

    def __init__(self, form):
        super().__init__()
        self.setFormatter(form)
        self.lines = []

    def emit(self, record):
        self.lines.append(self.format(record))


@pytest.mark.parametrize("form", [TextFormatter, JsonFormatter])
def test_a_crash_is_logged_under_the_id_that_its_answer_names(resources, serve, form):
    def crash(answer, question, audience):
        raise RuntimeError("broken")

    client = serve(dataclasses.replace(resources, gates=Gates(release=crash)))
    handler = Lines(form())
    logger = logging.getLogger("hotspots")
    logger.addHandler(handler)
    try:
        answer = client.get(CELLS, headers={"X-Request-ID": "find-me"})
    finally:
        logger.removeHandler(handler)
    assert answer.status_code == 500
    assert answer.json()["request_id"] == answer.headers["X-Request-ID"] == "find-me"
    told = next(line for line in handler.lines if "broken" in line)
    assert "find-me" in told
    if form is JsonFormatter:
        parsed = json.loads(told)
        assert parsed["request_id"] == "find-me"
        assert "RuntimeError: broken" in parsed["exception"]
        assert "\n" not in told


def test_a_crash_can_be_read_by_a_page_that_is_named(resources, serve):
    def crash(answer, question, audience):
        raise RuntimeError("broken")

    origin = "https://maps.example.org"
    settings = resources.settings.model_copy(update={"cors_origins": (origin,)})
    broken = dataclasses.replace(resources, settings=settings, gates=Gates(release=crash))
    answer = serve(broken).get(CELLS, headers={"Origin": origin})
    assert answer.status_code == 500
    assert answer.headers["Access-Control-Allow-Origin"] == origin


def test_a_refusal_does_not_name_its_request_in_its_body(client):
    """The same question is refused with the same bytes."""
    assert "request_id" not in client.get("/v1/datasets/nonsense").json()


def test_answers_are_counted_by_where_they_were_found(own):
    first = own.get(CELLS)
    assert first.status_code == 200
    own.get(CELLS)
    own.get(CELLS, headers={"Host": "127.0.0.1"})
    own.get(CELLS, headers={"Host": "127.0.0.2", "If-None-Match": first.headers["ETag"]})
    found = counts(own)
    levels = {
        level: found.get(f'hotspots_answers_total{{level="{level}"}}', 0)
        for level in ("computed", "recall", "memory", "client")
    }
    assert levels == {"computed": 1, "recall": 1, "memory": 1, "client": 1}
    assert found['hotspots_computation_seconds_count{kind="choropleth"}'] == 1


def test_head_is_counted_with_its_route(own):
    own.head(TILE)
    route = "/v1/heatmaps/{dataset}/tiles/{z}/{x}/{y}.png"
    assert counts(own)[f'hotspots_requests_total{{route="{route}",status="200"}}'] == 1


def test_the_number_of_series_does_not_grow_with_what_is_asked(own):
    def series():
        return {name for name in counts(own) if "404" in name or "none" in name}

    own.get("/nothing-here")
    own.get("/v1/datasets/none")
    before = series()
    for number in range(50):
        own.get(f"/nothing-{number}")
        own.get(f"/v1/datasets/none-{number}")
        own.get("/nowhere", headers={"X-Request-ID": f"id-{number}"})
        own.request(f"VERB{number}", "/nothing-here")
    assert len(series()) <= len(before) + 2  # other methods: 404 where nothing is


def test_data_versions_are_named(own):
    found = counts(own)
    assert found[f'hotspots_dataset_version{{dataset="{world.DATASET}"}}'] == 0
    layers = [name for name in found if name.startswith("hotspots_layer_info")]
    assert len(layers) == 2


def test_what_runs_and_what_waits_is_shown_and_a_client_who_left_counts_as_gone(county, caplog):
    own = open_resources(Settings(data_dir=county))
    go_on = threading.Event()
    real = own.hotspots

    class Held:
        def __getattr__(self, name):
            return getattr(real, name)

        def table(self, *args):
            assert go_on.wait(60)
            return real.table(*args)

    app = create_app(dataclasses.replace(own, hotspots=Held()))
    hotspots = f"/v1/hotspots/{world.DATASET}/{world.CELLS}"

    async def watch():
        callers = [Caller() for _ in range(3)]
        asking = [
            asyncio.ensure_future(caller.ask(app, f"{hotspots}?seed={seed}"))
            for seed, caller in enumerate(callers)
        ]
        shown = 'hotspots_work{lane="heavy",state="waiting"} 1.0'
        while shown not in (text := (await ask(app, "/metrics")).body.decode()):
            await asyncio.sleep(0)
        callers[2].hang_up()
        await asking[2]
        go_on.set()
        await asyncio.gather(*asking)
        await until(lambda: not app.state.context.answers.waiters)
        return text, (await ask(app, "/metrics")).body.decode()

    with caplog.at_level(logging.INFO, logger="hotspots.access"):
        during, after = asyncio.run(watch())
    assert 'hotspots_work{lane="heavy",state="running"} 2.0' in during
    assert "hotspots_requests_in_flight 4.0" in during  # and the question itself
    assert 'hotspots_work{lane="heavy",state="running"} 0.0' in after
    assert "hotspots_requests_in_flight 1.0" in after
    route = "/v1/hotspots/{dataset}/{layer}"
    assert f'hotspots_requests_total{{route="{route}",status="499"}} 1.0' in after
    assert sum("499" in record.getMessage() for record in caplog.records) == 1
