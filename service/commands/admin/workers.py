"""Several worker processes on one address: started together, replaced when they end."""

import fcntl
import logging
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from socket import socket

from prometheus_client.multiprocess import mark_process_dead
from uvicorn.config import Config
from uvicorn.supervisors.multiprocess import Multiprocess, Process

METRICS_DIR = "PROMETHEUS_MULTIPROC_DIR"
METRICS_PREFIX = "hotspots-metrics-"
HUNG_AFTER_S = 60  # without an answer to the supervisor; a long computation answers between
RETRY_S = 5  # after a worker that could not even start

logger = logging.getLogger("hotspots")


def serve_by_workers(config: Config, listener: socket, announce: Callable[[socket], None]) -> None:
    """Serve until a signal; exits with status 1 if the workers cannot start."""
    with _metrics_folder() as folder:
        os.environ[METRICS_DIR] = str(folder)
        supervisor = Supervisor(config, listener, announce)
        supervisor.run()
    if supervisor.failed:
        sys.exit(1)


@contextmanager
def _metrics_folder() -> Iterator[Path]:
    """A folder for the counts of all workers, locked while it is used.

    Those that nobody has locked are of supervisors that were killed, and are removed.
    """
    for other in Path(tempfile.gettempdir()).glob(f"{METRICS_PREFIX}*"):
        with suppress(OSError):
            if other.lstat().st_uid == os.getuid() and not other.is_symlink():
                with _locked(other, os.O_RDWR | os.O_NOFOLLOW):
                    shutil.rmtree(other, ignore_errors=True)
    folder = Path(tempfile.mkdtemp(prefix=METRICS_PREFIX))
    try:
        with _locked(folder, os.O_RDWR | os.O_CREAT):
            yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _locked(folder: Path, flags: int) -> Iterator[None]:
    """Hold the lock of a folder; raises OSError where another process does, or there is none."""
    descriptor = os.open(folder / "supervisor", flags, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    finally:
        os.close(descriptor)


class Supervisor(Multiprocess):
    """Keeps the requested number of workers running on one listening socket.

    The address is announced when every worker answers. A worker that ends is replaced while the
    others go on, since the socket belongs to all of them. If workers end before any was ready, the
    program ends, because replacements would fail in the same way.
    """

    def __init__(
        self, config: Config, listener: socket, announce: Callable[[socket], None]
    ) -> None:
        super().__init__(config, [listener])
        self._announce = announce
        self._is_announced = False
        self._answered: dict[int | None, float] = {}
        self._ready: set[int | None] = set()
        self._not_before = 0.0
        self.failed = False

    def keep_subprocess_alive(self) -> None:
        """Replace workers that have ended or hang, and announce the address when all are ready."""
        for index, process in enumerate(self.processes):
            if self.should_exit.is_set():
                return
            if process.exitcode is None and not self._hangs(process):
                continue
            if not self._is_announced:
                logger.error("a worker ended before it could serve requests")
                self.failed = True
                self.should_exit.set()
                return
            self._replace(index, process)
        if not self._is_announced and all(worker.pid in self._ready for worker in self.processes):
            self._is_announced = True
            self._announce(self.sockets[0])

    def _replace(self, index: int, process: Process) -> None:
        """Start another worker, after a delay if the one that ended was never ready."""
        if time.monotonic() < self._not_before:
            return
        if process.exitcode is None:
            process.kill()
        process.join()
        was_ready = process.pid in self._ready
        self._not_before = 0.0 if was_ready else time.monotonic() + RETRY_S
        logger.warning("worker %d ended and is being replaced", process.pid)
        mark_process_dead(process.pid)  # type: ignore[no-untyped-call]
        self.processes[index] = Process(self.config, self.sockets)
        self.processes[index].start()

    def _hangs(self, process: Process) -> bool:
        """Whether a worker has not answered for too long; also records when it is first ready."""
        now = time.monotonic()
        # Not one long wait: the worker may end meanwhile, and the pipe would not say so.
        has_answered = process.ping(timeout=0.5)
        if has_answered:
            self._answered[process.pid] = now
            if process.pid not in self._ready and process.is_ready(timeout=0.5):
                self._ready.add(process.pid)
        return now - self._answered.setdefault(process.pid, now) > HUNG_AFTER_S

    def terminate_all(self) -> None:
        """Refuse new connections, and let the workers finish their requests."""
        for listener in self.sockets:
            listener.close()
        super().terminate_all()
