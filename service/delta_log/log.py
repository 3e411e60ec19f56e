"""The log of a Delta table: what each commit did, with a checksum of its own text."""

import json
import re
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any
from urllib.parse import unquote

import pyarrow as pa
import pyarrow.parquet as pq

from boundaries.storage.data_folder import DataFolder
from service.delta_log.errors import DamagedFileError

LOG = "_delta_log"
LAST_CHECKPOINT = "_last_checkpoint"
LOG_FILE = re.compile(r"^(\d{20})\.(json|checkpoint(\..*)?\.parquet)$")

# Where the checksum stands: at the same place in every commit, so that it is not looked for.
_KEY = b"hotspots.checksum"
_START = b'{"commitInfo": {"' + _KEY + b'": "'
_BLANK = b"0" * 32
_ENGINE = b'"engineInfo": "hotspots"'

Action = Mapping[str, Any]


@dataclass(frozen=True)
class LogCommit:
    """What one commit says.

    Attributes
    ----------
    information : mapping
        What it says of itself; empty where it says nothing.
    actions : tuple of mapping
        What it does to the table.
    """

    information: Mapping[str, Any]
    actions: tuple[Action, ...]


@dataclass(frozen=True)
class DataFile:
    """A file of rows that a commit names.

    Attributes
    ----------
    name : str
        Relative to the table's folder.
    size : int
        Bytes.
    digest : str or None
        BLAKE2b of its bytes, 32 hex digits; None where another program or an earlier release
        has written it.
    """

    name: str
    size: int
    digest: str | None

    @classmethod
    def of(cls, action: Action) -> "DataFile":
        """The file that an add action names.

        Parameters
        ----------
        action : mapping
            Of the log.

        Returns
        -------
        DataFile

        Raises
        ------
        DamagedFileError
            If the action does not name one, or some of its rows are deleted by a vector, which
            this program does not read.
        """
        try:
            name = unquote(str(action["path"]))
            file = cls(name, int(action["size"]), (action.get("tags") or {}).get("blake2b"))
            vector = action.get("deletionVector")
        except (KeyError, TypeError, ValueError, AttributeError):
            raise DamagedFileError("its log", "adds a file without a name or size") from None
        if vector:
            raise DamagedFileError(name, "has a deletion vector, which this program cannot read")
        return file


def add_action(file: DataFile, rows: int) -> Action:
    """What makes a file part of the table.

    Parameters
    ----------
    file : DataFile
        On disk.
    rows : int
        In it.

    Returns
    -------
    mapping
        An action of the log. Of the rows it states only their number: the smallest and largest
        values would outlive their deletion.
    """
    return {
        "add": {
            "path": file.name,
            "partitionValues": {},
            "size": file.size,
            "modificationTime": time.time_ns() // 10**6,
            "dataChange": True,
            "stats": json.dumps({"numRecords": rows}),
            "tags": {"blake2b": file.digest},
        }
    }


def remove_action(file: DataFile) -> Action:
    """What takes a file out of the table.

    Parameters
    ----------
    file : DataFile
        One of its files.

    Returns
    -------
    mapping
        An action of the log.
    """
    return {
        "remove": {
            "path": file.name,
            "deletionTimestamp": time.time_ns() // 10**6,
            "dataChange": True,
            "extendedFileMetadata": True,
            "partitionValues": {},
            "size": file.size,
        }
    }


@dataclass(frozen=True)
class Snapshot:
    """A table at one version, as its log says.

    Attributes
    ----------
    version : int
    metadata : mapping
        Name, description, columns and properties.
    files : tuple of DataFile
        That hold its rows, oldest first.
    removed_ms : mapping of str to int
        When a file that is no longer the table's was removed from it, milliseconds since 1970.
    """

    version: int
    metadata: Mapping[str, Any]
    files: tuple[DataFile, ...]
    removed_ms: Mapping[str, int]


def commit_name(version: int) -> str:
    """The name of a commit's file in the log.

    Parameters
    ----------
    version : int
        From 0.

    Returns
    -------
    str
        Twenty digits and an ending.
    """
    return f"{version:020d}.json"


def checkpoint_name(version: int) -> str:
    """The name of a checkpoint's file in the log.

    Parameters
    ----------
    version : int
        From 0.

    Returns
    -------
    str
        Twenty digits and an ending.
    """
    return f"{version:020d}.checkpoint.parquet"


def commit_text(information: Mapping[str, Any], actions: Iterable[Action]) -> bytes:
    """The text of a commit, which states its own checksum.

    Parameters
    ----------
    information : mapping
        What the commit says of itself.
    actions : iterable of mapping
        What it does.

    Returns
    -------
    bytes
        JSON, a line each.
    """
    stated = {
        _KEY.decode(): _BLANK.decode(),
        "timestamp": time.time_ns() // 10**6,
        "operation": "WRITE",
        "operationParameters": {},
        "engineInfo": "hotspots",
        **information,
    }
    lines = [json.dumps(action) for action in ({"commitInfo": stated}, *actions)]
    text = "".join(f"{line}\n" for line in lines).encode()
    return text.replace(_BLANK, _checksum(text), 1)


def read_commit(folder: DataFolder, version: int) -> LogCommit:
    """A commit, if its text is what was written.

    Parameters
    ----------
    folder : DataFolder
        Of the table.
    version : int
        That the commit made.

    Returns
    -------
    LogCommit
        One of another program, or of an earlier release, states no checksum.

    Raises
    ------
    FileNotFoundError
        If there is no such commit.
    DamagedFileError
        If it is empty, is no JSON, or has another checksum than it states.
    """
    name = f"{LOG}/{commit_name(version)}"
    with folder.open(name) as file:
        text = file.read()
    if not text.strip():
        raise DamagedFileError(name, "is empty")
    try:
        actions: list[Action] = [json.loads(line) for line in text.splitlines() if line.strip()]
        information: Action = next((a["commitInfo"] for a in actions if "commitInfo" in a), {})
        if not all(isinstance(part, dict) for part in (information, *actions)):
            raise TypeError
    except (ValueError, TypeError):
        raise DamagedFileError(name, "is not a commit in JSON") from None
    end = len(_START) + len(_BLANK)
    if text.startswith(_START):
        sound = text[len(_START) : end] == _checksum(_START + _BLANK + text[end:])
    else:  # of another program or an earlier release, or what is left of one of ours
        sound = _ENGINE not in text and _KEY not in text
    if not sound:
        raise DamagedFileError(name, "has another checksum than it states")
    return LogCommit(information, tuple(actions))


def read_snapshot(folder: DataFolder, version: int) -> Snapshot:
    """The table at one version.

    Parameters
    ----------
    folder : DataFolder
        Of the table.
    version : int
        One that has been committed.

    Returns
    -------
    Snapshot
        From all commits, or from a checkpoint of another program and those after it.

    Raises
    ------
    DamagedFileError
        If a commit is missing or damaged.
    """
    files: dict[str, DataFile] = {}
    removed_ms: dict[str, int] = {}
    metadata: Mapping[str, Any] | None = None
    try:
        for action in log_actions(folder, version):
            if added := action.get("add"):
                file = DataFile.of(added)
                files[file.name] = file
            elif removed := action.get("remove"):
                name = unquote(str(removed["path"]))
                files.pop(name, None)
                removed_ms[name] = int(removed.get("deletionTimestamp") or 0)
            elif stated := action.get("metaData"):
                metadata = stated
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise DamagedFileError("its log", f"has an action that cannot be read: {error}") from None
    if metadata is None:
        raise DamagedFileError("its log", "does not state the table's columns")
    return Snapshot(version, metadata, tuple(files.values()), removed_ms)


def log_actions(folder: DataFolder, version: int) -> Iterable[Action]:
    """The actions that make a version, oldest first.

    Parameters
    ----------
    folder : DataFolder
        Of the table.
    version : int
        One that has been committed.

    Yields
    ------
    mapping
        Of all commits, or of a checkpoint and those after it.

    Raises
    ------
    DamagedFileError
        If a commit or the checkpoint is missing or damaged.
    """
    matches = [match for name in folder.subfolder(LOG).names() if (match := LOG_FILE.match(name))]
    commits = {int(match[1]) for match in matches if match[2] == "json"}
    checkpoints = {int(match[1]) for match in matches if match[2] != "json"}
    first = version
    while first in commits:
        first -= 1
    # All commits before are wanted, or else a checkpoint that stands for them.
    if first >= 0:
        base = max((n for n in checkpoints if first <= n <= version), default=None)
        if base is None:
            raise DamagedFileError(f"{LOG}/{commit_name(first)}", "is missing")
        parts = sorted(m[0] for m in matches if int(m[1]) == base and m[2] != "json")
        for part in parts:
            yield from _checkpoint_actions(folder, f"{LOG}/{part}")
        first = base
    for number in range(first + 1, version + 1):
        yield from read_commit(folder, number).actions


def _checkpoint_actions(folder: DataFolder, name: str) -> Sequence[Action]:
    """The actions in a file of a checkpoint."""
    with folder.open(name) as file:
        content = file.read()
    if _stated_digest(folder, name) not in (None, blake2b(content, digest_size=16).hexdigest()):
        raise DamagedFileError(name, "has other bytes than were written: its digest differs")
    try:
        table = pq.read_table(pa.BufferReader(content))
        rows: list[Action] = table.to_pylist(maps_as_pydicts="strict")
    except pa.ArrowException as error:
        raise DamagedFileError(name, f"cannot be read: {error}") from None
    return rows


def _stated_digest(folder: DataFolder, name: str) -> str | None:
    """The digest of a checkpoint's file; None where another program has written it."""
    try:
        with folder.open(f"{LOG}/{LAST_CHECKPOINT}") as file:
            last = json.load(file)
        is_named = name == f"{LOG}/{checkpoint_name(int(last['version']))}"
        return last.get("blake2b") if is_named else None
    except (FileNotFoundError, ValueError, KeyError, TypeError, AttributeError):
        return None


def _checksum(text: bytes) -> bytes:
    """32 hex digits of a text that has zeros in their place."""
    return blake2b(text, digest_size=16).hexdigest().encode()
