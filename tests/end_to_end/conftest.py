"""The built program as a process of its own, asked over real HTTP."""

import os
import re
import signal
import subprocess
import sys
import threading
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from service.demo.write import ensure_demo
from tests.end_to_end import browser as browsing
from tests.service import world

ROOT = Path(__file__).parents[2]
START_S, STOP_S = 240, 30  # a first start compiles; neither is a promise of speed


@dataclass
class Program:
    """A running ``hotspots serve``, and all that it has said."""

    process: subprocess.Popen[str]
    address: str = ""
    said: list[str] = field(default_factory=list)
    logged: list[str] = field(default_factory=list)
    _readers: list[threading.Thread] = field(default_factory=list)

    def get(self, path: str, headers: Mapping[str, str] | None = None) -> tuple[int, bytes]:
        """Status and body of an answer."""
        request = urllib.request.Request(f"{self.address}{path}", headers=dict(headers or {}))
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return answer.status, answer.read()
        except urllib.error.HTTPError as error:
            return error.code, error.read()

    def stop(self) -> int:
        """End it as a service manager does; its exit status."""
        self.process.send_signal(signal.SIGTERM)
        return self.wait()

    def wait(self) -> int:
        status = self.process.wait(timeout=STOP_S)
        for reader in self._readers:
            reader.join(timeout=STOP_S)
        for pipe in (self.process.stdout, self.process.stderr):
            if pipe is not None:
                pipe.close()
        return status


def environment(**variables: str) -> dict[str, str]:
    """The environment without settings of ours other than those given."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith("HOTSPOTS_")}
    return {**kept, "PYTHONUNBUFFERED": "1", "COLUMNS": "200", **variables}


def start(data_dir: Path, *args: str, port: int = 0, **variables: str) -> Program:
    """The program serving a folder, when it has printed its address."""
    process = subprocess.Popen(
        [sys.executable, "-m", "service", "serve", "--port", str(port), *args],
        cwd=ROOT,
        env=environment(HOTSPOTS_DATA_DIR=str(data_dir), **variables),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    program = Program(process)
    answering = threading.Event()

    def listen() -> None:
        for line in process.stdout or ():
            program.said.append(line.rstrip())
            # Anywhere in the line: what a thread prints meanwhile may stand before it.
            found = re.search(r"Hotspot Atlas at (http://[\d.:]+)/", line)
            if found:
                program.address = found[1]
                answering.set()
        answering.set()

    def log() -> None:
        program.logged.extend(line.rstrip() for line in process.stderr or ())

    for reader in (listen, log):
        thread = threading.Thread(target=reader, daemon=True)
        thread.start()
        program._readers.append(thread)
    answering.wait(START_S)
    if not program.address:
        process.kill()
        program.wait()
        pytest.fail("it did not start:\n" + "\n".join(program.said + program.logged))
    return program


@pytest.fixture(scope="session")
def county(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data folder of the small county."""
    return world.build(tmp_path_factory.mktemp("county"))


@pytest.fixture
def serve() -> Iterator[Callable[..., Program]]:
    """Starts programs, and ends those that still run when the test does."""
    running: list[Program] = []

    def serving(data_dir: Path, *args: str, **options: Any) -> Program:
        running.append(start(data_dir, *args, **options))
        return running[-1]

    yield serving
    for program in running:
        if program.process.poll() is None:
            program.process.kill()
            program.wait()


@pytest.fixture(scope="session")
def demonstration(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data folder of the demonstration county, synthetic and of a county's size."""
    folder = tmp_path_factory.mktemp("demonstration")
    ensure_demo(folder)
    return folder


@pytest.fixture(scope="session")
def service(demonstration: Path) -> Iterator[Program]:
    """The program over the demonstration county, for all who only look; it must log no trouble."""
    program = start(demonstration)
    yield program
    program.stop()
    trouble = [line for line in program.logged if "ERROR" in line or "Traceback" in line]
    assert trouble == []


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    """A browser for one module: Playwright lets a thread have one at a time."""
    with browsing.chromium() as opened:
        yield opened
