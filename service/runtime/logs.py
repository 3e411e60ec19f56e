"""Log lines, alike in every process: text for people, JSON for machines, with the request's id."""

import json
import logging
import re
import secrets
import threading
import time
from collections import deque
from contextvars import ContextVar
from typing import Any, Literal, NamedTuple, TextIO

ACCESS = "hotspots.access"  # the logger of a line per request
GATHERED_S = 0.25
GATHERED_LINES = 500
REQUEST_ID: ContextVar[str] = ContextVar("hotspots_request_id", default="")
ABOUT = "hotspots_about"  # on a record: the id of its request, where it is written later
FIELDS = "hotspots_fields"  # on a record: what a machine reads besides the message

_SANE = re.compile(rb"[A-Za-z0-9._:-]{1,64}")


def request_id_of(given: bytes | None) -> str:
    """The id that a client gave its request, if it may stand in a log; otherwise a new one."""
    if given is not None and _SANE.fullmatch(given):
        return given.decode("ascii")
    return secrets.token_hex(8)


class Access(NamedTuple):
    """What the log says of one request."""

    ended: float
    request_id: str
    method: str
    route: str
    status: int
    ms: float
    bytes: int
    cache: str | None

    def record(self) -> logging.LogRecord:
        """The line as everything else that is logged."""
        words = (self.method, self.route, self.status, self.ms, self.bytes, self.cache or "-")
        record = logging.LogRecord(
            ACCESS, logging.INFO, "", 0, "%s %s %d %s ms %d bytes %s", words, None
        )
        record.created, record.msecs = self.ended, 1000 * (self.ended % 1)
        fields = {name: getattr(self, name) for name in self._fields[2:]}
        setattr(record, FIELDS, fields)
        setattr(record, ABOUT, self.request_id)
        return record


def log_access(access: Access) -> None:
    """Write down one request, where lines of requests are wanted."""
    logger = logging.getLogger(ACCESS)
    if not logger.isEnabledFor(logging.INFO):
        return
    for handler in logging.getLogger().handlers:
        if isinstance(handler, GatheringHandler):
            handler.gather(access)
            return
    logger.handle(access.record())


class TextFormatter(logging.Formatter):
    """``time level name: message``, and the id of the request that it is about."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s: %(message)s")

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - the base's name
        """One line; what follows in an exception is put after it by the base."""
        line = super().formatMessage(record)
        about = _about(record)
        return f"{line} [{about}]" if about else line


class JsonFormatter(logging.Formatter):
    """One JSON object per line, the trace of an exception in it."""

    def format(self, record: logging.LogRecord) -> str:
        """One line without line breaks."""
        content: dict[str, Any] = {
            "time": self.formatTime(record, "%Y-%m-%dT%H:%M:%S") + f".{int(record.msecs):03d}",
            "level": record.levelname,
            "logger": record.name,
            "process": record.process,
            "message": record.getMessage(),
        }
        about = _about(record)
        if about:
            content["request_id"] = about
        content |= getattr(record, FIELDS, {})
        if record.exc_info:
            content["exception"] = self.formatException(record.exc_info)
        return json.dumps(content, default=str)


class GatheringHandler(logging.StreamHandler[TextIO]):
    """Writes the lines of requests together, a quarter of a second late at most, others at once.

    A record, its format and a system call for each request took a third of the time at 8,000 a
    second. The order of lines is kept. A process that is killed loses its last quarter.
    """

    def __init__(self) -> None:
        super().__init__()
        self._kept: deque[Access] = deque()  # put in here, taken out by another thread
        self._waiting = threading.Event()
        self._writer: threading.Thread | None = None

    def gather(self, access: Access) -> None:
        """Keep the line of a request to be written soon."""
        self._kept.append(access)
        if len(self._kept) >= GATHERED_LINES:
            self.flush()
        elif not self._waiting.is_set():
            if self._writer is None:
                self._writer = threading.Thread(
                    target=self._write_late, name="hotspots-log", daemon=True
                )
                self._writer.start()
            self._waiting.set()

    def emit(self, record: logging.LogRecord) -> None:
        """Write a line, and before it all that are kept."""
        self._write_kept()
        super().emit(record)

    def flush(self) -> None:
        """Write what is kept."""
        self._write_kept()
        super().flush()

    def _write_kept(self) -> None:
        with self.lock or threading.RLock():
            lines = [self.format(self._kept.popleft().record()) for _ in range(len(self._kept))]
            if lines:
                self.stream.write("\n".join([*lines, ""]))

    def _write_late(self) -> None:
        while self._waiting.wait():
            time.sleep(GATHERED_S)
            self._waiting.clear()
            self.flush()


def _about(record: logging.LogRecord) -> str:
    """The request that a line is about: its own, or the one that is being answered."""
    return getattr(record, ABOUT, None) or REQUEST_ID.get()


def configure(level: str, form: Literal["text", "json"]) -> None:
    """Send everything that is logged in this process to standard error, in one form."""
    # What no line of ours shows need not be found out for each (see "Optimization" in the
    # documentation of logging).
    logging.logThreads = logging.logMultiprocessing = False
    handler = GatheringHandler()
    handler.setFormatter(JsonFormatter() if form == "json" else TextFormatter())
    logging.basicConfig(level=level, handlers=[handler], force=True)
