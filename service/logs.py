"""Log lines, alike in every process: text for people, JSON for machines, with the request's id."""

import json
import logging
import re
import secrets
from contextvars import ContextVar
from typing import Any, Literal

REQUEST_ID: ContextVar[str] = ContextVar("hotspots_request_id", default="")
FIELDS = "hotspots_fields"  # on a record: what a machine reads besides the message

_SANE = re.compile(rb"[A-Za-z0-9._:-]{1,64}")


def request_id_of(given: bytes | None) -> str:
    """The id that a client gave its request, if it may stand in a log; otherwise a new one."""
    if given is not None and _SANE.fullmatch(given):
        return given.decode("ascii")
    return secrets.token_hex(8)


class TextFormatter(logging.Formatter):
    """``time level name: message``, and the id of the request that it is about."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s: %(message)s")

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - the base's name
        """One line; what follows in an exception is put after it by the base."""
        line = super().formatMessage(record)
        about = REQUEST_ID.get()
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
        about = REQUEST_ID.get()
        if about:
            content["request_id"] = about
        content |= getattr(record, FIELDS, {})
        if record.exc_info:
            content["exception"] = self.formatException(record.exc_info)
        return json.dumps(content, default=str)


def configure(level: str, form: Literal["text", "json"]) -> None:
    """Send everything that is logged in this process to standard error, in one form."""
    # What no line of ours shows need not be found out for each (see "Optimization" in the
    # documentation of logging).
    logging.logThreads = logging.logMultiprocessing = False
    handler = logging.StreamHandler()
    handler.setFormatter(JsonFormatter() if form == "json" else TextFormatter())
    logging.basicConfig(level=level, handlers=[handler], force=True)
