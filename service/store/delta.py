"""What all tables at rest share: versions, atomic commits, orphans, and who imported what."""

import hashlib
import json
import os
import re
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset
import pyarrow.fs
from deltalake import CommitProperties, DeltaTable, write_deltalake
from deltalake.exceptions import (
    DeltaError,
    TableNotFoundError,
)

from service.store.errors import (
    AlreadyImportedError,
    ConcurrentImportError,
    DamagedTableError,
    DatasetSettingsError,
    ImportRefusedError,
    ReadOnlyDataError,
    SameNameError,
)

ATTEMPTS = 20
RETENTION_HOURS = 168
ORPHAN_HOURS = 24
# No retry behind our back: a plan is made for exactly one version.
ONE_ATTEMPT = CommitProperties(max_commit_retries=0)
_VERSION = re.compile(r"^(\d{20})\.(json|checkpoint(\..*)?\.parquet)$")


@dataclass(frozen=True)
class SourceFile:
    """A file that rows came from: recognised again by its name and by its content.

    Attributes
    ----------
    name : str
        The file's own name, without its folder.
    sha256 : str
        Digest of its bytes, 64 hex digits; of the member's bytes for one inside a zip.
    """

    name: str
    sha256: str

    @classmethod
    def of(cls, name: str, content: bytes) -> "SourceFile":
        """The source file of a name and its bytes."""
        return cls(name, hashlib.sha256(content).hexdigest())


@dataclass(frozen=True)
class Committed:
    """What one import did to a table: its version now, and the rows written and replaced."""

    version: int
    rows: int
    rows_replaced: int


@dataclass(frozen=True)
class Plan:
    """What a commit may do to the table as it is now.

    Attributes
    ----------
    predicate : str or None
        SQL condition of the rows that the new ones replace; None: the new ones are added.
    rows_replaced : int
        How many rows the predicate takes out.
    description : str or None
        The table's description from now on, where it differs.
    """

    predicate: str | None = None
    rows_replaced: int = 0
    description: str | None = None


@dataclass(frozen=True)
class Stamp:
    """A table version as seen on disk, cheap to compare: one answer per request needs it."""

    version: int
    inode: int
    mtime_ns: int


def current_stamp(table: Path, held: Stamp | None = None) -> Stamp | None:
    """The newest version of a table, or None where there is no table.

    Costs two file status calls while `held` is still the newest; a listing otherwise. The
    inode and time of the commit tell a table that was deleted and made anew from the one held.
    """
    log = table / "_delta_log"
    if held is not None and not (log / f"{held.version + 1:020d}.json").exists():
        again = _stamp_of(log, held.version)
        if again == held:
            return held
    try:
        names = [entry.name for entry in log.iterdir()]
    except (FileNotFoundError, NotADirectoryError):
        return None
    versions = [int(match[1]) for name in names if (match := _VERSION.match(name))]
    return _stamp_of(log, max(versions)) if versions else None


def _stamp_of(log: Path, version: int) -> Stamp | None:
    """The stamp of one version, from its commit or else from its checkpoint."""
    for name in (f"{version:020d}.json", f"{version:020d}.checkpoint.parquet"):
        try:
            status = (log / name).stat()
        except FileNotFoundError:
            continue
        return Stamp(version, status.st_ino, status.st_mtime_ns)
    return None


def opened(table: Path) -> DeltaTable | None:
    """The table at its newest version, or None where there is none.

    Raises
    ------
    DamagedTableError
        If there is a log that cannot be read.
    """
    if current_stamp(table) is None:
        return None
    with reading(table):
        return DeltaTable(table)


@contextmanager
def reading(table: Path) -> Iterator[None]:
    """Turn what the Delta reader raises into an error of ours."""
    try:
        yield
    except (DeltaError, TableNotFoundError, pa.ArrowException, OSError) as error:
        raise DamagedTableError(str(table), _first_line(error)) from error


def read_columns(
    table: DeltaTable, columns: Iterable[str] | None = None, *, coded: Iterable[str] = ()
) -> pa.Table:
    """The named columns of a table version, all of them for None.

    Parameters
    ----------
    table : DeltaTable
        An opened version.
    columns : iterable of str or None
        Names; a column that older files lack is null for their rows.
    coded : iterable of str
        Text columns that come dictionary-encoded, with one dictionary for all rows.

    Raises
    ------
    DamagedTableError
        If a file is missing or unreadable.
    """
    folder = Path(str(table.table_uri).removeprefix("file://"))
    with reading(folder):
        dataset = table.to_pyarrow_dataset(
            filesystem=pa.fs.SubTreeFileSystem(str(folder), pa.fs.LocalFileSystem()),
            parquet_read_options=pa.dataset.ParquetReadOptions(dictionary_columns=set(coded)),
        )
        wanted = None if columns is None else list(columns)
        rows = dataset.to_table(columns=wanted)
        for place, column in enumerate(rows.columns):
            if pa.types.is_dictionary(column.type) and _has_null_word(column):
                words = pc.dictionary_encode(pc.cast(column, column.type.value_type))
                rows = rows.set_column(place, rows.field(place).name, words)
        return rows.unify_dictionaries()


def _has_null_word(column: pa.ChunkedArray) -> bool:
    """True where a file's dictionary holds null, as that of an empty column does."""
    return any(chunk.dictionary.null_count for chunk in column.chunks)


def commit(
    table: Path,
    rows: pa.Table,
    *,
    name: str,
    description: str,
    plan: Callable[[DeltaTable | None], Plan],
    configuration: Mapping[str, str] | None = None,
) -> Committed:
    """Add or replace rows in one atomic commit, against the table as it is at that moment.

    Parameters
    ----------
    table : Path
        Folder of the table; made by the commit where it is absent.
    rows : pyarrow.Table
        At least one row. Columns that the table lacks are added to it.
    name, description : str
        Of a table that is made here.
    plan : callable
        Given the table as it is now (None: there is none), says what the rows replace, or
        raises to refuse. It is asked again when another process commits in between, so that
        no decision is ever made on a version that is no longer the newest.
    configuration : mapping of str to str
        Delta table properties of a table that is made here.

    Raises
    ------
    ConcurrentImportError
        If other processes commit first, time after time.
    DatasetSettingsError
        If a column has another type than in the table.
    ReadOnlyDataError
        If the folder cannot be written.
    """
    check_writable(table)
    for attempt in range(ATTEMPTS):
        current = opened(table)
        planned = plan(current)
        before = None if current is None else current.version()
        if current is not None:
            _check_types(current, rows)
        try:
            if current is None:
                _create(table, rows, name, description, configuration)
            elif planned.description is not None:
                # First, so that the rows are the last thing to arrive; then all is asked again.
                current.alter.set_table_description(planned.description)
                continue
            else:
                _add(current, rows, planned.predicate)
        except (DeltaError, OSError) as error:
            now = current_stamp(table)
            if (now.version if now else None) == before:
                raise ReadOnlyDataError(str(table), _first_line(error)) from error
            time.sleep(0.01 * attempt)
            continue
        version = 0 if before is None else before + 1
        return Committed(version, rows.num_rows, planned.rows_replaced)
    raise ConcurrentImportError(name, ATTEMPTS)


def _create(
    table: Path,
    rows: pa.Table,
    name: str,
    description: str,
    configuration: Mapping[str, str] | None,
) -> None:
    """Make the table with its first rows, in one attempt."""
    write_deltalake(
        table,
        rows,
        mode="error",
        name=name,
        description=description,
        configuration=configuration,
        commit_properties=ONE_ATTEMPT,
    )


def _add(current: DeltaTable, rows: pa.Table, predicate: str | None) -> None:
    """Add rows to an opened version, or put them in the place of some, in one attempt."""
    if predicate is None:
        write_deltalake(
            current, rows, mode="append", schema_mode="merge", commit_properties=ONE_ATTEMPT
        )
        return
    write_deltalake(
        current,
        rows,
        mode="overwrite",
        predicate=predicate,
        schema_mode="merge",
        commit_properties=ONE_ATTEMPT,
    )


def _check_types(current: DeltaTable, rows: pa.Table) -> None:
    """Raise DatasetSettingsError where a column has another type than in the table.

    Left to itself the writer would turn numbers into text without a word.
    """
    types = {field.name: field.type for field in pa.schema(current.schema().to_arrow())}
    for field in rows.schema:
        there = types.get(field.name, field.type)
        if there != field.type:
            raise DatasetSettingsError(
                f"column {field.name}", str(field.type), f"{there}, as in the rows that are there"
            )


def check_writable(table: Path) -> None:
    """Raise ReadOnlyDataError unless the table's folder can be written or made."""
    nearest = table
    while not nearest.exists() and nearest != nearest.parent:
        nearest = nearest.parent
    if not nearest.is_dir():
        raise ReadOnlyDataError(str(table), f"{nearest} is not a folder")
    if not os.access(nearest, os.W_OK | os.X_OK):
        raise ReadOnlyDataError(str(table), f"no permission to write in {nearest}")


def remove_orphans(table: Path, *, retention_hours: int = RETENTION_HOURS) -> int:
    """Delete data files that no version younger than `retention_hours` refers to; how many.

    They are what killed or refused imports left behind and what replaced rows were in. Recent
    ones stay: another process may be about to commit them, or still be reading them. The log
    is not written, so that the version does not change.
    """
    current = opened(table)
    if current is None:
        return 0
    removed = 0
    try:
        unreferenced = current.vacuum(
            retention_hours=retention_hours,
            dry_run=True,
            enforce_retention_duration=False,
            full=True,
        )
        for relative in unreferenced:
            (table / relative).unlink(missing_ok=True)
            removed += 1
        horizon = time.time() - max(retention_hours, ORPHAN_HOURS) * 3600
        for entry in (table / "_delta_log").iterdir():
            left_behind = not _VERSION.match(entry.name) and re.search(r"tmp|#", entry.name)
            if left_behind and entry.stat().st_mtime < horizon:
                entry.unlink(missing_ok=True)
                removed += 1
    except (DeltaError, OSError):
        # Cleaning is a courtesy: an import that succeeded must not be reported as failed.
        return removed
    return removed


def imported_files(table: DeltaTable) -> dict[SourceFile, int]:
    """The files that a table has rows of, with the number of rows."""
    columns = ["source_file", "source_sha256"]
    rows = read_columns(table, columns, coded=columns)
    counts = rows.group_by(columns).aggregate([([], "count_all")]).to_pydict()
    return {
        SourceFile(str(name), str(sha256)): int(count)
        for name, sha256, count in zip(
            counts["source_file"], counts["source_sha256"], counts["count_all"], strict=True
        )
    }


def plan_of_files(
    known: Mapping[SourceFile, int], files: tuple[SourceFile, ...], *, table: str, replace: bool
) -> Plan:
    """What rows of `files` may do to a table that has rows of `known`.

    Raises
    ------
    AlreadyImportedError
        If one of the files is in the table, byte for byte, under any name.
    SameNameError
        If another file of the same name is.
    """
    names = {file.name for file in files}
    digests = {file.sha256 for file in files}
    same = [file for file in known if file.sha256 in digests]
    renamed = [file for file in known if file.name in names and file.sha256 not in digests]
    if not replace:
        if same:
            already = {file.sha256 for file in same}
            shown = [file.name for file in files if file.sha256 in already]
            raise AlreadyImportedError(_listed(shown), table)
        if renamed:
            raise SameNameError(_listed([file.name for file in renamed]), table)
        return Plan()
    replaced = same + renamed
    if not replaced:
        return Plan()
    predicate = (
        f"source_file IN ({_quoted({*names, *(file.name for file in renamed)})}) "
        f"OR source_sha256 IN ({_quoted(digests)})"
    )
    return Plan(predicate, sum(known[file] for file in replaced))


def check_distinct(files: tuple[SourceFile, ...]) -> None:
    """Raise ImportRefusedError where a file is named twice, by name or by content."""
    by_name: dict[str, SourceFile] = {}
    by_content: dict[str, SourceFile] = {}
    for file in files:
        if file.sha256 in by_content:
            other = by_content[file.sha256].name
            reason = (
                "it is named twice"
                if other == file.name
                else f"it has the same content as {other}"
            )
            raise ImportRefusedError(file.name, reason)
        if file.name in by_name:
            raise ImportRefusedError(
                file.name,
                "two files of this name have different content, and the name is what --replace "
                "knows a file by: rename one",
            )
        by_name[file.name] = by_content[file.sha256] = file


def to_description(facts: Mapping[str, Any]) -> str:
    """Facts about a table as the text that its Delta metadata keep."""
    return json.dumps(dict(facts), ensure_ascii=False, sort_keys=True)


def from_description(table: Path, description: str | None) -> dict[str, Any]:
    """The facts that `to_description` wrote.

    Raises
    ------
    DamagedTableError
        If the table was not written by this software.
    """
    try:
        facts = json.loads(description or "")
    except json.JSONDecodeError:
        facts = None
    if not isinstance(facts, dict):
        raise DamagedTableError(str(table), "its description does not hold our facts about it")
    return facts


def sql_text(value: str) -> str:
    """The value as an SQL string literal."""
    return "'" + value.replace("'", "''") + "'"


def _quoted(values: Iterable[str]) -> str:
    """The values as a list of SQL string literals, in a fixed order."""
    return ", ".join(sql_text(value) for value in sorted(values))


def _listed(names: list[str]) -> str:
    """The names in one line, shortened after five."""
    shown = ", ".join(names[:5])
    return shown + (f" and {len(names) - 5} more" if len(names) > 5 else "")


def _first_line(error: BaseException) -> str:
    """The first line of what a library says, without its trace."""
    return (str(error).splitlines() or [type(error).__name__])[0]
