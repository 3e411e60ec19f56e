"""The audit log: append-only files of JSON lines, one for each process and day."""

import datetime
import itertools
import logging
import os
import secrets
import threading
import time
from collections import deque
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any, Final, NamedTuple

import orjson

from service.access.admission import Question
from service.audit.questions import datasets_of, described, key_of
from service.identity.private_folder import PrivateFolder
from service.runtime.logs import Access

AUDIT_FOLDER: Final = "audit"  # in the access folder
GATHERED_S: Final = 0.25  # at most so long a line is in memory only
LARGEST_FILE: Final = 64 * 1024**2
DIGEST_KEY_FILE: Final = "audit-digests.key"  # beside the folder of the log
MOST_UNWRITTEN: Final = 200_000  # lines; beyond them the oldest are lost

logger = logging.getLogger("hotspots")


@dataclass
class Asked:
    """What was asked, and from what it was answered; the same while an answer is repeated.

    Attributes
    ----------
    question : Question
        Route, names and query.
    version : str
        Of the data; empty where the answer has none.
    rows : int or None
        Of a table that was answered.
    sensitive_share : float or None
        Of the density that was answered, where it was made of published cells.
    """

    question: Question
    version: str = ""
    rows: int | None = None
    sensitive_share: float | None = None
    _description: bytes | None = field(default=None, init=False)

    @cached_property
    def key(self) -> bytes:
        """Tells the question from others, whatever the format."""
        return key_of(self.question)

    @cached_property
    def datasets(self) -> tuple[str, ...]:
        """The datasets that the question names, in alphabetical order."""
        return tuple(sorted(datasets_of(self.question)))

    def described(self, secret: bytes) -> bytes:
        """Names, query and datasets as they are written, worked out once."""
        if self._description is None:
            self._description = described(self.question, secret)
        return self._description


class Entry(NamedTuple):
    """One request: what the log of accesses says of it, who asked, and what."""

    access: Access
    key: str
    role: str
    asked: Asked | None


class AuditLog:
    """Writes down who asked what; nothing is ever changed or removed by it.

    Lines are gathered and written by a thread, a quarter of a second late at most, so that no
    request waits for the disk. A line that cannot be written is kept and tried again;
    `is_failing` says so meanwhile.

    Parameters
    ----------
    folder : Path
        Where the files are; it is made with the first line.
    file_bytes : int
        A file of more is followed by another.
    """

    def __init__(self, folder: Path, *, file_bytes: int = LARGEST_FILE) -> None:
        self.folder, self._file_bytes = folder, file_bytes
        self._process = f"{os.getpid()}-{secrets.token_hex(3)}"
        self._unwritten: deque[Entry] = deque(maxlen=MOST_UNWRITTEN)
        self._secret: bytes | None = None
        self._lock = threading.Lock()
        self._waiting = threading.Event()
        self._writer: threading.Thread | None = None
        self._part = 0
        self.is_failing = False

    def note(self, entry: Entry) -> None:
        """Write down one request soon."""
        self._unwritten.append(entry)
        if not self._waiting.is_set():
            if self._writer is None:
                self._writer = threading.Thread(
                    target=self._write_late, name="hotspots-audit", daemon=True
                )
                self._writer.start()
            self._waiting.set()

    def flush(self) -> None:
        """Write what is gathered now."""
        with self._lock:
            entries = [self._unwritten.popleft() for _ in range(len(self._unwritten))]
            written = 0
            try:
                for day, group in itertools.groupby(entries, _day_of):
                    of_day = list(group)
                    lines = [self._line(entry) for entry in of_day]
                    _append(self._file(day), b"\n".join([*lines, b""]))
                    written += len(of_day)
            except OSError as error:
                self._unwritten.extendleft(reversed(entries[written:]))
                if not self.is_failing:
                    logger.error("the audit log cannot be written: %s", error)
                self.is_failing = True
            else:
                self.is_failing = False

    def is_idle(self, *, timeout_s: float) -> bool:
        """Whether everything is written, now or within some seconds."""
        end = time.monotonic() + timeout_s
        while self._waiting.is_set() or self._unwritten:
            if time.monotonic() > end:
                return False
            time.sleep(GATHERED_S / 10)
        with self._lock:  # of who writes the last lines now
            return not self._unwritten

    def _write_late(self) -> None:
        while self._waiting.wait():
            time.sleep(GATHERED_S)
            self._waiting.clear()
            self.flush()
            if self.is_failing:
                self._waiting.set()

    def _file(self, day: str) -> Path:
        """The file of a day that has room for more."""
        PrivateFolder(self.folder.parent).make()
        PrivateFolder(self.folder).make()
        while True:
            path = self.folder / f"{day}-{self._process}-{self._part:03d}.jsonl"
            if not path.exists() or path.stat().st_size < self._file_bytes:
                return path
            self._part += 1

    def _line(self, entry: Entry) -> bytes:
        access = entry.access
        line: dict[str, Any] = {
            "time": f"{_second(int(access.ended))}.{int(access.ended % 1 * 1000):03d}Z",
            "request_id": access.request_id,
            "key": entry.key,
            "role": entry.role,
            "method": access.method,
            "route": access.route,
            "status": access.status,
            "ms": access.ms,
            "bytes": access.bytes,
            "cache": access.cache,
        }
        asked = entry.asked
        if asked is not None:
            if self._secret is None:
                self._secret = PrivateFolder(self.folder.parent).secret(DIGEST_KEY_FILE)
            line["question"] = orjson.Fragment(asked.described(self._secret))
            line["version"], line["rows"] = asked.version, asked.rows
            if asked.sensitive_share is not None:
                line["sensitive_share"] = asked.sensitive_share
        return orjson.dumps(line)


@lru_cache(maxsize=8)
def _second(ended: int) -> str:
    """A second of UTC; most lines are of the same few."""
    return f"{datetime.datetime.fromtimestamp(ended, datetime.UTC):%Y-%m-%dT%H:%M:%S}"


def _day_of(entry: Entry) -> str:
    return _second(int(entry.access.ended))[:10]


def _append(path: Path, lines: bytes) -> None:
    """Append lines to a file; a line that a full disk has cut is taken back."""
    descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        before = os.fstat(descriptor).st_size
        if os.write(descriptor, lines) != len(lines):
            os.ftruncate(descriptor, before)
            raise OSError("the disk is full")
    finally:
        os.close(descriptor)
