"""How many different questions a key has asked about a dataset today."""

import datetime
import sqlite3
import threading
from contextlib import closing
from pathlib import Path
from typing import Final

from service.audit.errors import BudgetSpentError, NotWrittenError

WAIT_S: Final = 5.0  # for another process that writes
MOST_REMEMBERED: Final = 200_000  # questions of today that are in memory too

_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS asked (
    day TEXT, key TEXT, dataset TEXT, question BLOB, PRIMARY KEY (day, key, dataset, question)
) WITHOUT ROWID
"""


class QuestionLedger:
    """The different questions of today by key and dataset, the same for all processes.

    A question that was asked today already costs nothing, in whatever format or part; those of
    earlier days are removed.

    Parameters
    ----------
    path : Path
        Of the SQLite file; it is made with the first question.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._connection: sqlite3.Connection | None = None
        self._day = ""
        self._asked: set[tuple[str, str, bytes]] = set()

    def has(self, key: str, dataset: str, question: bytes, *, today: datetime.date) -> bool:
        """Whether this process knows that a question was asked today; reads no file."""
        return self._day == today.isoformat() and (key, dataset, question) in self._asked

    def charge(
        self, key: str, dataset: str, question: bytes, *, limit: int, now: datetime.datetime
    ) -> None:
        """Count a question, unless it was asked today.

        Parameters
        ----------
        key : str
            Id of the key that asks.
        dataset : str
            What it asks about.
        question : bytes
            Tells it from other questions.
        limit : int
            Most different questions of a day.
        now : datetime
            In UTC.

        Raises
        ------
        BudgetSpentError
            If it is one more than the limit.
        NotWrittenError
            If it cannot be written down.
        """
        day = now.date()
        if self.has(key, dataset, question, today=day):
            return
        with self._lock:
            try:
                is_within = self._insert(day.isoformat(), key, dataset, question, limit)
            except (sqlite3.Error, OSError) as error:
                self._close()
                raise NotWrittenError from error
            if not is_within:
                midnight = datetime.datetime.combine(
                    day + datetime.timedelta(1), datetime.time(), datetime.UTC
                )
                raise BudgetSpentError(limit, int((midnight - now).total_seconds()) + 1)
            if day.isoformat() != self._day or len(self._asked) >= MOST_REMEMBERED:
                self._day, self._asked = day.isoformat(), set()
            self._asked.add((key, dataset, question))

    def spent(self, day: datetime.date) -> dict[tuple[str, str], int]:
        """The number of different questions of a day by key and dataset."""
        if not self._path.exists():
            return {}
        with closing(sqlite3.connect(self._path, timeout=WAIT_S)) as connection:
            rows = connection.execute(
                "SELECT key, dataset, count(*) FROM asked WHERE day = ? GROUP BY key, dataset",
                (day.isoformat(),),
            ).fetchall()
        return {(key, dataset): number for key, dataset, number in rows}

    def close(self) -> None:
        """Let go of the file."""
        with self._lock:
            self._close()

    def _insert(self, day: str, key: str, dataset: str, question: bytes, limit: int) -> bool:
        """Whether the question is among those of the day, or now is."""
        connection = self._connection or self._open()
        with connection:  # commits, or rolls back
            connection.execute("BEGIN IMMEDIATE")
            about = (day, key, dataset)
            (number, is_old) = connection.execute(
                "SELECT count(*), coalesce(max(question = ?), 0) FROM asked "
                "WHERE day = ? AND key = ? AND dataset = ?",
                (question, *about),
            ).fetchone()
            if is_old or number >= limit:
                return bool(is_old)
            connection.execute("DELETE FROM asked WHERE day < ?", (day,))
            connection.execute("INSERT INTO asked VALUES (?, ?, ?, ?)", (*about, question))
        return True

    def _open(self) -> sqlite3.Connection:
        self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._path.touch(mode=0o600)
        self._connection = sqlite3.connect(
            self._path, timeout=WAIT_S, isolation_level=None, check_same_thread=False
        )
        self._connection.execute("PRAGMA journal_mode = WAL")
        self._connection.execute("PRAGMA synchronous = NORMAL")
        self._connection.execute(_SCHEMA)
        return self._connection

    def _close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None
