"""The cache level in Redis, with a real server: shared, and never in the way."""

import asyncio
import logging
import shutil
import signal
import socket
import subprocess
import time

import pytest

from service.assembly.resources import open_resources
from service.config.redis import RedisSettings
from service.config.settings import InvalidSettingError, Settings, read_settings
from service.runtime.redis_cache import CONNECTIONS, Circuit, RedisCache, redis_cache
from tests.service import world

SERVER = shutil.which("redis-server")
needs_server = pytest.mark.skipif(SERVER is None, reason="redis-server is not installed here")
CELLS = f"/v1/choropleths/{world.DATASET}/{world.CELLS}"
TILE = f"/v1/heatmaps/{world.DATASET}/tiles/13/4099/2697.png"
PATIENCE_S = 60  # of the test with what happens beside it


class Server:
    """A Redis of the test's own, on a free port of loopback."""

    def __init__(self, folder, *options):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self._command = [
            SERVER, "--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--dir",
            str(folder), *options,
        ]  # fmt: skip
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self.start()

    def start(self):
        self.process = subprocess.Popen(
            self._command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        until(lambda: self.ask(b"PING") == b"+PONG\r\n")

    def ask(self, line):
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=1) as connection:
                connection.sendall(line + b"\r\n")
                return connection.recv(4096)
        except OSError:
            return b""

    def keys(self):
        return int(self.ask(b"DBSIZE").strip().removeprefix(b":"))

    def stop(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGCONT)
            self.process.kill()
        self.process.wait(10)


def until(condition):
    ends = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < ends, "it does not happen"
        time.sleep(0.01)


@pytest.fixture
def redis(tmp_path):
    server = Server(tmp_path)
    yield server
    server.stop()


@pytest.fixture
def service(county, serve):
    """Makes services with caches of their own that share a Redis."""

    def make(server, *, timeout_ms=10_000, **options):
        # Patient, unless the test is about patience: a busy machine is no broken Redis.
        redis = RedisSettings(url=server.url, timeout_ms=timeout_ms, **options)
        return serve(open_resources(Settings(data_dir=county, redis=redis)))

    return make


def level_of(client, level):
    name = f'hotspots_answers_total{{level="{level}"}} '
    lines = client.get("/metrics").text.splitlines()
    return next((float(x.removeprefix(name)) for x in lines if x.startswith(name)), 0.0)


@needs_server
def test_what_one_service_computed_another_takes_from_redis(redis, service):
    one, other = service(redis), service(redis)
    first = one.get(TILE)
    until(lambda: redis.keys() == 1)
    second = other.get(TILE)
    assert (second.content, second.headers["ETag"]) == (first.content, first.headers["ETag"])
    assert level_of(one, "computed") == 1
    assert (level_of(other, "computed"), level_of(other, "shared")) == (0, 1)
    assert other.get(f"{CELLS}.csv").headers["Provenance"]


@needs_server
def test_another_setting_or_namespace_shares_nothing(redis, service):
    service(redis).get(TILE)
    until(lambda: redis.keys() == 1)
    apart = service(redis, namespace="apart")
    apart.get(TILE)
    assert level_of(apart, "computed") == 1
    until(lambda: redis.keys() == 2)


@needs_server
def test_a_large_answer_is_not_sent(redis, service):
    client = service(redis, body_bytes=2_000)
    assert len(client.get(TILE).content) > 2_000
    small = client.get("/v1/boundaries")
    assert len(small.content) < 2_000
    until(lambda: redis.keys() == 1)


@needs_server
def test_new_data_are_never_hidden_by_what_redis_has(redis, serve, own_county):
    shared = RedisSettings(url=redis.url, timeout_ms=10_000)
    settings = Settings(data_dir=own_county, redis=shared)
    one, other = (open_resources(settings) for _ in range(2))
    serve(one).get(CELLS)
    until(lambda: redis.keys() == 1)
    world.append_incidents(own_county, world.RECORDS[:7], name="more.csv")
    counts = serve(other).get(CELLS).json()["provenance"]["counts"]
    assert counts["records"] == len(world.RECORDS) + 7


@needs_server
def test_a_damaged_value_is_computed_again(redis, service):
    one, other = service(redis), service(redis)
    good = one.get(TILE)
    until(lambda: redis.keys() == 1)
    key = redis.ask(b"KEYS *").split(b"\r\n")[2]
    assert redis.ask(b"SETRANGE " + key + b" 100 damaged").startswith(b":")
    assert other.get(TILE).content == good.content
    assert level_of(other, "computed") == 1


def warnings(caplog):
    return [r.getMessage() for r in caplog.records if r.name == "hotspots.shared"]


def different(number):
    return [f"{TILE}?bandwidth_m={500 + at}" for at in range(number)]


@needs_server
@pytest.mark.parametrize("trouble", ["absent", "slow"])
def test_without_redis_answers_come_and_the_log_says_it_once(redis, service, caplog, trouble):
    client = service(redis, pause_s=0.5, timeout_ms=1_000)
    client.get(TILE)
    until(lambda: redis.keys() == 1)
    if trouble == "absent":
        redis.stop()
    else:
        redis.process.send_signal(signal.SIGSTOP)
    began = time.monotonic()
    answers = [client.get(address) for address in different(20)]
    assert {answer.status_code for answer in answers} == {200}
    assert len(warnings(caplog)) == 1
    assert "the shared cache does not respond" in warnings(caplog)[0]
    # Asked again after each pause only: a second of patience for each half second, not for each.
    assert time.monotonic() - began < PATIENCE_S
    if trouble == "absent":
        redis.start()
    else:
        redis.process.send_signal(signal.SIGCONT)
    addresses = iter(different(10_000)[20:])
    until(lambda: client.get(next(addresses)).status_code == 200 and len(warnings(caplog)) > 1)
    assert "over after" in warnings(caplog)[1]
    before = redis.keys()
    client.get(next(addresses))
    until(lambda: redis.keys() > before)
    assert len(warnings(caplog)) == 2


@needs_server
def test_a_slow_redis_holds_up_a_request_once_in_a_pause(redis, service):
    """Counted, not timed: with a pause of an hour one look-up waits, and no other."""
    client = service(redis, pause_s=3_600.0, timeout_ms=50)
    redis.process.send_signal(signal.SIGSTOP)
    asked = []
    shared = client.app.state.context.answers.redis
    real = shared.client.get
    shared.client.get = lambda key: asked.append(key) or real(key)
    for address in different(20):
        assert client.get(address).status_code == 200
    assert len(asked) == 1


@needs_server
def test_a_full_redis_is_still_read_and_the_log_says_it_once(tmp_path, service, caplog):
    redis = Server(tmp_path, "--maxmemory", "1mb", "--maxmemory-policy", "noeviction")
    try:
        client = service(redis, pause_s=0.2)
        addresses = iter(different(10_000))
        until(lambda: client.get(next(addresses)).status_code == 200 and warnings(caplog))
        answers = [client.get(next(addresses)) for _ in range(8)]
        assert {answer.status_code for answer in answers} == {200}
        assert len(warnings(caplog)) == 1
        assert "accepts no writes (OutOfMemoryError" in warnings(caplog)[0]
        assert redis.ask(b"CONFIG SET maxmemory 100mb") == b"+OK\r\n"
        until(lambda: client.get(next(addresses)).status_code == 200 and len(warnings(caplog)) > 1)
        assert "over after" in warnings(caplog)[1]
    finally:
        redis.stop()


def test_a_password_is_in_no_log_line_and_no_message(county, caplog, monkeypatch):
    secret = "hush-hush"
    settings = RedisSettings(url=f"redis://:{secret}@127.0.0.1:1/0")

    async def ask():
        shared = RedisCache(settings, "n")
        assert await shared.get('"tag"') is None
        await shared.close()

    with caplog.at_level(logging.DEBUG):
        asyncio.run(ask())
    assert len(warnings(caplog)) == 1
    assert secret not in caplog.text
    assert secret not in repr(Settings(data_dir=county, redis=settings))
    monkeypatch.setenv("HOTSPOTS_REDIS__URL", f"http://:{secret}@x")
    with pytest.raises(InvalidSettingError, match="begins with redis://") as caught:
        read_settings()
    assert secret not in str(caught.value)


class Gathered:
    """A client that answers nothing until it is told to, and counts who waits."""

    def __init__(self):
        self.waiting, self.most, self.go_on = 0, 0, asyncio.Event()

    async def get(self, key):
        self.waiting += 1
        self.most = max(self.most, self.waiting)
        await self.go_on.wait()
        self.waiting -= 1

    async def aclose(self):
        pass


def test_a_crowd_opens_a_bounded_number_of_connections():
    async def ask():
        shared = RedisCache(RedisSettings(url="redis://127.0.0.1:1/0"), "n")
        await shared.client.aclose()
        shared.client = client = Gathered()
        asking = [asyncio.ensure_future(shared.get(f'"{at}"')) for at in range(100)]
        await asyncio.sleep(0.05)
        client.go_on.set()
        await asyncio.gather(*asking)
        return client.most

    assert asyncio.run(ask()) == CONNECTIONS


def test_a_circuit_lets_one_try_in_each_pause():
    now = [0.0]
    circuit = Circuit("it", 5.0, clock=lambda: now[0])
    assert [circuit.lets_through() for _ in range(3)] == [True] * 3
    circuit.failed(OSError("why"))
    assert not circuit.lets_through()
    now[0] = 5.0
    assert [circuit.lets_through() for _ in range(3)] == [True, False, False]
    circuit.worked()
    assert [circuit.lets_through() for _ in range(3)] == [True] * 3


def test_without_an_address_there_is_no_shared_cache(county):
    assert redis_cache(Settings(data_dir=county)) is None


def test_the_keys_change_with_the_settings_that_change_answers(county, tmp_path):
    def prefix(**changed):
        own = {"data_dir": county, "redis": RedisSettings(url="redis://127.0.0.1:1"), **changed}
        return redis_cache(Settings(**own)).prefix

    assert prefix() == prefix(log_level="ERROR", data_dir=tmp_path)
    assert prefix() != prefix(study_area="cell")
    assert prefix() != prefix(redis=RedisSettings(url="redis://127.0.0.1:1", namespace="other"))
