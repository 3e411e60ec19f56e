"""The search of a data folder for what was deleted."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from boundaries.storage.data_folder import DataFolder
from service.housekeeping.decoding import UndecodableError, parts
from service.housekeeping.inventory import all_files
from service.housekeeping.traces import Traces

Progress = Callable[[str, float], None]
DIGESTS = "source_sha256"  # of files: in the list of deletions on purpose


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
    """

    files: int
    values: int
    places: dict[str, str]
    undecoded: tuple[str, ...]
    remark: str = ""

    def __str__(self) -> str:
        verdict = "nothing found"
        if self.places:
            verdict = f"found in {len(self.places)} files"
        if self.undecoded:
            verdict += f"; not decoded, only their bytes searched: {', '.join(self.undecoded)}"
        return f"searched {self.files:,} files, {self.values:,} values{self.remark}: {verdict}"


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


def search(data: DataFolder, traces: Traces, *, progress: Progress = no_progress) -> SearchResult:
    """Decode every file of a data folder and look for values in it.

    Parameters
    ----------
    data : DataFolder
        ``HOTSPOTS_DATA_DIR``.
    traces : Traces
        The values.
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
    for number, path in enumerate(paths):
        progress("searching", number / len(paths))
        name = str(path.relative_to(data.path))
        try:
            where = _place_in(path, traces)
        except UndecodableError:
            undecoded.append(name)
            continue
        except FileNotFoundError:  # replaced by who uses the folder meanwhile
            continue
        if where:
            places[name] = where
    return SearchResult(len(paths), len(traces), places, tuple(undecoded), traces.remark)


def _place_in(path: Path, traces: Traces) -> str:
    """Where in a file the first value stands; empty where none does."""
    for where, content in parts(path):
        if traces.found_in(content, most=1):
            return where
    return ""
