"""The search of a data folder for what was deleted."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from boundaries.storage.data_folder import DataFolder
from service.housekeeping.decoding import UndecodableError, parts, tables
from service.housekeeping.inventory import all_files
from service.housekeeping.place_days import NO_PLACE_DAYS, PlaceDays
from service.housekeeping.traces import Traces

Progress = Callable[[str, float], None]
DIGESTS = "source_sha256"  # of files: in the list of deletions on purpose


def counted(count: int, noun: str) -> str:
    """A number of things.

    Parameters
    ----------
    count : int
        How many.
    noun : str
        What one is called; several have an s.

    Returns
    -------
    str
        Such as ``1,200 rows`` and ``1 row``.
    """
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


def no_progress(_description: str, _share: float) -> None:
    """Report nothing."""


@dataclass(frozen=True)
class SearchResult:
    """What a search came to.

    Attributes
    ----------
    files, values : int
        How many files were decoded and searched, and for how many values.
    places : mapping of str to str
        The files that hold some of the values, relative to the data folder, and where in them.
    undecoded : tuple of str
        Files of which only the bytes were searched, because they could not be decoded.
    remark : str
        Of which rows the values are, where not of all.
    place_days : int
        For how many pairs of a place and a day the files were searched.
    has_values, has_place_days : bool
        Whether any of the values, and any of the pairs, was found.
    """

    files: int
    values: int
    places: dict[str, str]
    undecoded: tuple[str, ...]
    remark: str = ""
    place_days: int = 0
    has_values: bool = False
    has_place_days: bool = False

    def __str__(self) -> str:
        verdict = "nothing found"
        if self.places:
            verdict = f"found in {counted(len(self.places), 'file')}"
        if self.undecoded:
            verdict += f"; not decoded, only their bytes searched: {', '.join(self.undecoded)}"
        what = f"{counted(self.values, 'value')}{self.remark}"
        if self.place_days:
            what += f", {counted(self.place_days, 'pair')} of place and day"
        return f"searched {counted(self.files, 'file')}, {what}: {verdict}"


def traces_of(rows: Sequence[pa.Table], remaining: Sequence[bytes]) -> Traces:
    """The values by which some rows can be told from all that remains.

    Parameters
    ----------
    rows : sequence of pyarrow.Table
        That are deleted.
    remaining : sequence of bytes
        See `remaining_parts`.

    Returns
    -------
    Traces
        Without the digests of files, which the list of deletions keeps.
    """
    return Traces.of(
        [table.select([n for n in table.column_names if n != DIGESTS]) for table in rows],
        remaining,
    )


def search(
    data: DataFolder,
    traces: Traces,
    place_days: PlaceDays = NO_PLACE_DAYS,
    *,
    progress: Progress = no_progress,
) -> SearchResult:
    """Decode every file of a data folder and look for values in it.

    Parameters
    ----------
    data : DataFolder
        ``HOTSPOTS_DATA_DIR``.
    traces : Traces
        The values.
    place_days : PlaceDays
        The pairs of a place and a day.
    progress : callable
        Is told the task and the share done.

    Returns
    -------
    SearchResult
        With the first place in each file.
    """
    paths = all_files(data.path)
    places: dict[str, str] = {}
    undecoded = []
    has_values = has_place_days = False
    for number, path in enumerate(paths):
        progress("searching", number / len(paths))
        name = str(path.relative_to(data.path))
        try:
            value, pair = _place_of_value(path, traces), _place_of_pair(path, place_days)
        except UndecodableError:
            undecoded.append(name)
            continue
        except FileNotFoundError:  # replaced by who uses the folder meanwhile
            continue
        has_values, has_place_days = has_values or bool(value), has_place_days or bool(pair)
        if value or pair:
            places[name] = value or pair
    return SearchResult(
        len(paths),
        len(traces),
        places,
        tuple(undecoded),
        traces.remark,
        len(place_days),
        has_values,
        has_place_days,
    )


def _place_of_value(path: Path, traces: Traces) -> str:
    """Where in a file the first value stands; empty where none does."""
    for where, content in parts(path):
        if traces.found_in(content, most=1):
            return where
    return ""


def _place_of_pair(path: Path, place_days: PlaceDays) -> str:
    """Where in a file the first pair of a place and a day stands; empty where none does."""
    if not len(place_days):
        return ""
    for where, table in tables(path):
        if place_days.is_in_table(table):
            return where
    for where, content in parts(path):
        if place_days.is_in_text(content):
            return where
    return ""
