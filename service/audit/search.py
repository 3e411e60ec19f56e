"""Lines of the audit log by when, who, what and where."""

import datetime
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

REFUSALS = (401, 403, 404, 429)


@dataclass(frozen=True, kw_only=True)
class Search:
    """Which lines; what is None or empty selects all.

    Attributes
    ----------
    start, end : datetime or None
        In UTC, the first included, the second not.
    key : str
        Id of a key, or its beginning.
    role : str
        Of who asked.
    dataset : str
        That the address or the query names.
    route : str
        The template of the address, or a part of it.
    status : int or None
        Of the answer.
    """

    start: datetime.datetime | None = None
    end: datetime.datetime | None = None
    key: str = ""
    role: str = ""
    dataset: str = ""
    route: str = ""
    status: int | None = None

    def selects(self, line: Mapping[str, Any]) -> bool:
        """Whether a line is one of those."""
        time = str(line["time"])
        return (
            (self.start is None or time >= _text(self.start))
            and (self.end is None or time < _text(self.end))
            and str(line["key"]).startswith(self.key)
            and self.role in ("", line["role"])
            and self.route in str(line["route"])
            and self.status in (None, line["status"])
            and (not self.dataset or self.dataset in datasets_of(line))
        )

    def may_be_on(self, day: str) -> bool:
        """Whether a file of a day can have such lines."""
        return (self.start is None or day >= _text(self.start)[:10]) and (
            self.end is None or day < _text(self.end)
        )


@dataclass
class Lines:
    """What a search reads.

    Attributes
    ----------
    folder : Path
        Of the log.
    search : Search
        Which lines.
    damaged : int
        Lines so far that are not whole: the last of a process that was ended by force.
    """

    folder: Path
    search: Search
    damaged: int = 0

    def __iter__(self) -> Iterator[dict[str, Any]]:
        """The lines, those of a day in the order of its files."""
        for path in sorted(self.folder.glob("*.jsonl")):
            if not self.search.may_be_on(path.name[:10]):
                continue
            with path.open("rb") as file:
                for text in file:
                    try:
                        line = orjson.loads(text)
                    except orjson.JSONDecodeError:
                        self.damaged += 1
                        continue
                    if self.search.selects(line):
                        yield line


def datasets_of(line: Mapping[str, Any]) -> list[str]:
    """The datasets that the question of a line names."""
    question = line.get("question") or {"datasets": []}
    return list(question["datasets"])


def counts_of(lines: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The number of questions, of refusals, and the bytes sent, by key, dataset and route."""
    counts: dict[tuple[str, str, str], list[int]] = {}
    for line in lines:
        who = line["key"] or f"({line['role']})"
        count = counts.setdefault((who, ", ".join(datasets_of(line)), line["route"]), [0, 0, 0])
        count[0] += 1
        count[1] += line["status"] in REFUSALS
        count[2] += line["bytes"]
    names = ("key", "dataset", "route", "questions", "refused", "bytes")
    return [dict(zip(names, (*who, *n), strict=True)) for who, n in sorted(counts.items())]


def _text(time: datetime.datetime) -> str:
    return f"{time:%Y-%m-%dT%H:%M:%S}"
