"""How many different questions a key has asked about a dataset today."""

import datetime
import sqlite3
import threading
from contextlib import closing
from pathlib import Path
from typing import Final

from service.audit.errors import BudgetSpentError, NotWrittenError
from service.identity.private_folder import PrivateFolder

LEDGER_FILE: Final = "usage.sqlite"  # in the access folder
WAIT_S: Final = 5.0  # for another process that writes
MOST_REMEMBERED: Final = 200_000  # questions of today that are in memory too

_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS asked (
    day TEXT, key TEXT, dataset TEXT, question BLOB, PRIMARY KEY (day, key, dataset, question)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS spent (
    day TEXT, key TEXT, dataset TEXT, questions INTEGER, PRIMARY KEY (day, key, dataset)
) WITHOUT ROWID;
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
                "SELECT key, dataset, questions FROM spent WHERE day = ?",
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
        about = (day, key, dataset)
        with connection:  # commits, or rolls back
            connection.execute("BEGIN IMMEDIATE")
            for table in ("asked", "spent"):
                connection.execute(f"DELETE FROM {table} WHERE day < ?", (day,))  # noqa: S608
            is_new = connection.execute(
                "INSERT OR IGNORE INTO asked VALUES (?, ?, ?, ?)", (*about, question)
            ).rowcount
            if is_new:
                (number,) = connection.execute(
                    "INSERT INTO spent VALUES (?, ?, ?, 1) ON CONFLICT DO UPDATE "
                    "SET questions = questions + 1 RETURNING questions",
                    about,
                ).fetchone()
                if number > limit:
                    connection.rollback()
                    return False
        return True

    def _open(self) -> sqlite3.Connection:
        PrivateFolder(self._path.parent).make()
        self._connection = sqlite3.connect(
            self._path, timeout=WAIT_S, isolation_level=None, check_same_thread=False
        )
        self._connection.execute("PRAGMA journal_mode = WAL")
        self._connection.execute("PRAGMA synchronous = NORMAL")
        self._connection.executescript(_SCHEMA)
        return self._connection

    def _close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None
