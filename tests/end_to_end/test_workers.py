"""Several workers: one is killed, data change under load, and the end finishes what was begun."""

import contextlib
import fcntl
import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from tests.end_to_end.conftest import ROOT, START_S, STOP_S, Program, environment
from tests.service import world

pytestmark = pytest.mark.skipif(
    not Path("/proc/self/net/tcp").exists(), reason="/proc says which process has a connection"
)

HEATMAP = f"/v1/heatmaps/{world.DATASET}"
TILE = f"{HEATMAP}/tiles/13/4099/2697.png"
CELLS = f"/v1/choropleths/{world.DATASET}/{world.CELLS}"
WORKERS = 2


def workers_of(program):
    """Process ids of the workers that run."""
    parent = program.process.pid
    found = []
    for status in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            fields = status.read_text().rpartition(")")[2].split()
            command = (status.parent / "cmdline").read_bytes()
            if int(fields[1]) == parent and fields[0] != "Z" and b"spawn_main" in command:
                found.append(int(status.parent.name))
    return sorted(found)


def owner_of(port, pids):
    """The process that serves the connection from a port of a client here; None: not yet."""
    wanted = f"0100007F:{port:04X}"
    for pid in pids:
        with contextlib.suppress(OSError):
            rows = [r.split() for r in Path(f"/proc/{pid}/net/tcp").read_text().splitlines()[1:]]
            inodes = {f"socket:[{row[9]}]" for row in rows if row[2] == wanted}
            held = {str(fd.readlink()) for fd in Path(f"/proc/{pid}/fd").iterdir()}
            if inodes & held:
                return pid
    return None


class Client:
    """A connection that stays with one worker."""

    def __init__(self, program):
        host, port = program.address.removeprefix("http://").split(":")
        self._connection = http.client.HTTPConnection(host, int(port), timeout=60)

    def get(self, path):
        self._connection.request("GET", path)
        answer = self._connection.getresponse()
        return answer.status, answer.read()

    @property
    def port(self):
        return self._connection.sock.getsockname()[1]

    def close(self):
        self._connection.close()


def clients_of_every_worker(program, pids, each=2):
    """Some connections with each worker, by its process id."""
    found = {pid: [] for pid in pids}
    for _ in range(500):
        if all(len(clients) >= each for clients in found.values()):
            return found
        # Several at once: an idle worker takes them all one after the other.
        several = [Client(program) for _ in range(4)]
        asking = [threading.Thread(target=one.get, args=("/health/live",)) for one in several]
        for one in asking:
            one.start()
        for one in asking:
            one.join(60)
        for client in several:
            pid = owner_of(client.port, pids)
            if pid is not None and len(found[pid]) < each:
                found[pid].append(client)
            else:
                client.close()
    raise AssertionError("one worker takes all connections")


def until(condition, seconds=START_S):
    ends = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < ends, "it does not happen"
        time.sleep(0.05)


def test_a_killed_worker_comes_back_and_the_others_go_on(county, serve):
    program = serve(county, "--workers", str(WORKERS))
    pids = workers_of(program)
    assert len(pids) == WORKERS
    clients = clients_of_every_worker(program, pids)
    killed, others = pids[0], pids[1:]
    stop, answered, failed = threading.Event(), dict.fromkeys(pids, 0), []

    def keep_asking(pid, client):
        with contextlib.closing(client):
            while not stop.is_set():
                try:
                    status, _ = client.get(TILE)
                except (OSError, http.client.HTTPException) as error:
                    failed.append((pid, error))
                    return
                if status != 200:
                    failed.append((pid, status))
                answered[pid] += 1

    asking = [
        threading.Thread(target=keep_asking, args=(pid, client))
        for pid, own in clients.items()
        for client in own
    ]
    for one in asking:
        one.start()
    until(lambda: min(answered.values()) > 20)
    os.kill(killed, signal.SIGKILL)
    before = answered[others[0]]
    # Looked at once: between two looks the killed one may go before the new one comes.
    until(lambda: len(now := workers_of(program)) == WORKERS and killed not in now)
    until(lambda: answered[others[0]] > before + 100)
    stop.set()
    for one in asking:
        one.join(60)
    assert {pid for pid, _ in failed} <= {killed}, failed
    new = next(pid for pid in workers_of(program) if pid not in pids)
    again = clients_of_every_worker(program, [new, *others], each=1)
    assert again[new][0].get(TILE)[0] == 200
    # What the killed worker counted is not forgotten, and any worker tells it.
    told = again[new][0].get("/metrics")[1].decode().splitlines()
    route = "/v1/heatmaps/{dataset}/tiles/{z}/{x}/{y}.png"
    name = f'hotspots_requests_total{{route="{route}",status="200"}} '
    counted = sum(float(line.removeprefix(name)) for line in told if line.startswith(name))
    assert counted >= sum(answered.values())
    for client in [*again[new], *again[others[0]]]:
        client.close()
    assert program.stop() == 0
    assert sum(f"worker {killed} ended" in line for line in program.logged) == 1
    assert not any("ERROR" in line or "Traceback" in line for line in program.logged)
    assert len(program.said) == 1


def test_an_import_under_load_shows_at_once_on_every_worker_and_is_never_mixed(tmp_path, serve):
    world.build(tmp_path / "own")
    program = serve(tmp_path / "own", "--workers", str(WORKERS))
    clients = clients_of_every_worker(program, workers_of(program))
    stop, imported = threading.Event(), threading.Event()
    tables, tiles, errors, late = set(), {}, [], []
    asked_after = dict.fromkeys(clients, 0)

    def look(pid, client):
        while not stop.is_set():
            was_imported = imported.is_set()
            status, content = client.get(CELLS)
            if status != 200:
                errors.append((status, content))
                return
            told = json.loads(content)["provenance"]
            version, records = told["dataset"]["version"], told["counts"]["records"]
            tables.add((version, records))
            if was_imported:
                asked_after[pid] += 1
                if version != 1:
                    late.append(version)
            address = json.loads(client.get(f"{HEATMAP}/tilejson.json")[1])["tiles"][0]
            path = address.removeprefix(program.address).format(z=13, x=4099, y=2697)
            status, content = client.get(path)
            if status == 200:
                tiles.setdefault(path, set()).add(content)
            elif status != 410:
                errors.append((status, content))

    looking = [
        threading.Thread(target=look, args=(pid, client))
        for pid, own in clients.items()
        for client in own
    ]
    for one in looking:
        one.start()
    until(lambda: tables and tiles)
    world.append_incidents(tmp_path / "own", world.RECORDS[:50], name="more.csv")
    imported.set()
    until(lambda: min(asked_after.values()) >= 5)
    stop.set()
    for one in looking:
        one.join(60)
    assert errors == []
    assert late == []
    assert tables == {(0, len(world.RECORDS)), (1, len(world.RECORDS) + 50)}
    assert len(tiles) == 2
    assert [len(bytes_given) for bytes_given in tiles.values()] == [1, 1]
    assert len(set.union(*tiles.values())) == 2
    for client in (client for own in clients.values() for client in own):
        client.close()
    assert program.stop() == 0


SLOW = (
    f"/v1/hotspots/{world.DATASET}/hex:150/change?from=2024-01&to=2024-12"
    "&baseline_from=2023-01&baseline_to=2023-12&permutations=9999&replicates=199"
)


@pytest.mark.parametrize("workers", [1, WORKERS])
def test_the_end_finishes_what_was_begun_and_takes_nothing_new(county, serve, workers):
    program = serve(county, "--workers", str(workers))
    host, port = program.address.removeprefix("http://").split(":")
    answers = []
    slow = threading.Thread(target=lambda: answers.append(program.get(SLOW)))
    slow.start()
    running = 'hotspots_work{lane="heavy",state="running"} 1.0'
    until(lambda: running in program.get("/metrics")[1].decode() or answers)
    assert answers == [], "it should have taken longer"
    program.process.send_signal(signal.SIGTERM)

    def refused():
        try:
            socket.create_connection((host, int(port)), timeout=5).close()
        except OSError:
            return True
        return False

    until(refused, STOP_S)
    slow.join(60)
    status, content = answers[0]
    assert status == 200
    assert json.loads(content)["rows"]
    assert program.wait() in (0, -signal.SIGTERM)


def test_the_end_does_not_wait_longer_than_it_may(county, serve):
    program = serve(county, HOTSPOTS_SHUTDOWN_S="0")
    ended = []

    def ask():
        with contextlib.suppress(OSError, http.client.HTTPException):
            ended.append(program.get(SLOW))

    slow = threading.Thread(target=ask)
    slow.start()
    running = 'hotspots_work{lane="heavy",state="running"} 1.0'
    until(lambda: running in program.get("/metrics")[1].decode())
    assert program.stop() in (0, -signal.SIGTERM)
    slow.join(60)
    assert [status for status, _ in ended if status == 200] == []


def test_workers_end_when_who_started_them_is_killed_and_nothing_is_left(county, serve, tmp_path):
    program = serve(county, "--workers", str(WORKERS), TMPDIR=str(tmp_path))
    pids = workers_of(program)
    assert [path.name.startswith("hotspots-metrics-") for path in tmp_path.iterdir()] == [True]
    program.process.kill()
    program.wait()
    until(lambda: not any(Path(f"/proc/{pid}").exists() for pid in pids), STOP_S)
    assert list(tmp_path.iterdir()) == []


def test_what_others_left_is_removed_unless_they_live(county, serve, tmp_path):
    """All processes of a program are killed at once, as a machine without memory does it."""
    killed, alive, stranger = (tmp_path / f"hotspots-metrics-{n}" for n in ("a", "b", "c"))
    for folder in (killed, alive, stranger):
        folder.mkdir()
        (folder / "counter_1.db").write_bytes(b"counts")
    for folder in (killed, alive):
        (folder / "supervisor").touch()
    with (alive / "supervisor").open("r+b") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        program = serve(county, "--workers", str(WORKERS), TMPDIR=str(tmp_path))
        assert not killed.exists()
        assert (alive / "counter_1.db").exists()
        assert (stranger / "counter_1.db").exists()
        assert program.stop() in (0, -signal.SIGTERM)
        assert {alive, stranger} == set(tmp_path.iterdir())


def test_the_end_answers_what_clients_have_sent(county, serve):
    """Forty clients that ask without a pause; each is told before its connection is closed."""
    program = serve(county, "--workers", str(WORKERS))
    host, port = program.address.removeprefix("http://").split(":")
    asked, told = [], []

    def keep_asking():
        connection = http.client.HTTPConnection(host, int(port), timeout=60)
        with contextlib.closing(connection):
            while True:
                connection.request("GET", "/health/live")
                asked.append(1)
                try:
                    answer = connection.getresponse()
                except (OSError, http.client.HTTPException) as error:
                    told.append(repr(error))
                    return
                assert answer.read()
                if answer.headers["Connection"] == "close":
                    told.append("close")
                    return

    asking = [threading.Thread(target=keep_asking) for _ in range(40)]
    for one in asking:
        one.start()
    until(lambda: len(asked) > 400)
    status = program.stop()
    for one in asking:
        one.join(60)
    # One that the machine held up for longer than the end waits sees its connection closed.
    assert told.count("close") > 30, told
    assert status in (0, -signal.SIGTERM)


def test_workers_that_cannot_start_end_the_program(tmp_path):
    (tmp_path / "data").mkdir()
    with subprocess.Popen(
        [sys.executable, "-m", "service", "serve", "--port", "0", "--workers", "2"],
        cwd=ROOT,
        env=environment(HOTSPOTS_DATA_DIR=str(tmp_path / "data")),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        ends = time.monotonic() + START_S
        while process.poll() is None:
            assert time.monotonic() < ends, "it goes on without workers"
            # A worker takes a second to load what it needs: it is never ready.
            for pid in workers_of(Program(process)):
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            time.sleep(0.02)
        stdout, stderr = process.communicate()
    assert process.returncode == 1
    assert "Hotspot Atlas at" not in stdout
    assert "a worker ended before it could serve requests" in stderr
