"""Changes of tables at rest: one atomic commit each, planned for exactly one version."""

import contextlib
import json
import re
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from boundaries.storage.data_folder import DataFolder
from service.delta_log.data_files import write_data_file
from service.delta_log.head import Head, TornCommit, current_head
from service.delta_log.log import (
    LOG,
    LOG_FILE,
    Action,
    DataFile,
    add_action,
    commit_name,
    commit_text,
    remove_action,
)
from service.delta_log.schemas import metadata_of, protocol_of, restated_metadata
from service.store.contents import Content, ImportRecord, rows_digest, table_digest
from service.store.delta import (
    DigestCache,
    TableVersion,
    first_line,
    newest_version,
    open_version,
    reading,
)
from service.store.errors import ConcurrentImportError, DatasetSettingsError, ReadOnlyDataError
from service.store.row_conditions import RowCondition

ATTEMPTS = 20
RETENTION_HOURS = 168
ORPHAN_HOURS = 24


@dataclass(frozen=True)
class Committed:
    """What one import did to a table.

    Attributes
    ----------
    version : int
        Of the table now.
    rows, rows_replaced : int
        Written and replaced.
    torn : TornCommit or None
        In whose place it was written.
    """

    version: int
    rows: int
    rows_replaced: int
    torn: TornCommit | None = None

    @property
    def notes(self) -> tuple[str, ...]:
        """What the summary of the import says of the table."""
        return () if self.torn is None else (f"{self.torn}; this import took its place",)


@dataclass(frozen=True)
class Plan:
    """What a commit may do to the table as it is now.

    Attributes
    ----------
    replaced : RowCondition or None
        Which rows the new ones replace, all of which must meet it too; None: they are added.
    remaining : pyarrow.Table or None
        Where the whole table is written again: the rows that stay beside the new ones.
    facts : mapping or None
        The facts about the table from now on, where they differ.
    imports : tuple of mapping or None
        The records of imports from now on, where rows are only taken out.
    """

    replaced: RowCondition | None = None
    remaining: pa.Table | None = None
    facts: Mapping[str, Any] | None = None
    imports: tuple[ImportRecord, ...] | None = None


RecordOf = Callable[[TableVersion | None, Plan], ImportRecord]
"""Makes the record of an import, given the table as it is, or None, and the plan."""


def commit(
    folder: DataFolder,
    rows: pa.Table,
    *,
    name: str,
    facts: Mapping[str, Any],
    plan: Callable[[TableVersion], Plan],
    configuration: Mapping[str, str] | None = None,
    digests: DigestCache | None = None,
    record: RecordOf | None = None,
) -> Committed:
    """Add or replace rows in one atomic commit, against the table as it is at that moment.

    Parameters
    ----------
    folder : DataFolder
        Of the table; made by the commit where it is absent.
    rows : pyarrow.Table
        Columns that the table lacks are added to it. No row at all where some are taken out.
    name : str
        Of the table, in its metadata and in errors.
    facts : mapping
        About a table that is made here.
    plan : callable
        Given the table as it is now, says what the rows replace, or raises to refuse. It is
        asked again when another process commits in between, so that no decision is ever made
        on a version that is no longer the newest.
    configuration : mapping of str to str
        Delta table properties of a table that is made here.
    digests : DigestCache or None
        Where the digest of a version is kept whose commit states none.
    record : callable or None
        Given the table as it is now, or None, and the plan, makes the record of this import,
        which the commit states after those of the imports before.

    Returns
    -------
    Committed
        The new version, and the numbers of rows written and replaced.

    Raises
    ------
    ConcurrentImportError
        If other processes commit first, time after time.
    DatasetSettingsError
        If a column has another type than in the table.
    ReadOnlyDataError
        If the folder cannot be written.
    """
    check_writable(folder)
    for attempt in range(ATTEMPTS):
        with reading(folder):
            head = current_head(folder)
        if head.stamp is None:
            current, planned, version = None, Plan(facts=facts), 0
        else:
            current = open_version(folder, head.stamp.version, digests)
            planned, version = plan(current), head.stamp.version + 1
            _check_types(current, rows)
        records = () if current is None else current.imports
        if planned.imports is not None:
            records = planned.imports
        if record is not None:
            records = (*records, record(current, planned))
        try:
            change = _commit(folder, rows, name, head, current, planned, records, configuration)
        except FileExistsError:  # another got in first
            time.sleep(0.01 * attempt)
            continue
        except OSError as error:
            raise ReadOnlyDataError(str(folder.path), first_line(error)) from error
        return Committed(version, rows.num_rows, change.replaced, head.torn)
    raise ConcurrentImportError(name, ATTEMPTS)


def _commit(
    folder: DataFolder,
    rows: pa.Table,
    name: str,
    head: Head,
    current: TableVersion | None,
    planned: Plan,
    records: Sequence[ImportRecord],
    configuration: Mapping[str, str] | None,
) -> "_Change":
    """Write the data file and the commit, if the version it is planned for is the newest still.

    Locked: a purge takes files that no commit names, and a deletion the whole folder.

    Raises
    ------
    FileExistsError
        If another got in first.
    """
    added = table_digest(rows)
    with folder.locked():
        if current_head(folder, head) != head:
            raise FileExistsError(folder.path)
        if current is None:
            log = folder.subfolder(LOG)
            log.make()
            log.sync_parents()
        change = _change(folder, current, rows, added, planned)
        version, actions = 0 if current is None else current.version + 1, change.actions
        if current is None:
            metadata = metadata_of(rows.schema, name, change.content.facts, configuration)
            actions = [protocol_of(rows.schema), metadata, *actions]
        text = commit_text(change.content.to_metadata(records), actions)
        _publish(folder, version, text, change.written, head)
    return change


@dataclass(frozen=True)
class _Change:
    """What a commit does: its actions, the file it adds, and what the table then holds."""

    actions: Sequence[Action]
    written: DataFile | None
    content: Content
    replaced: int


def _change(
    folder: DataFolder, current: TableVersion | None, rows: pa.Table, added: int, plan: Plan
) -> _Change:
    """Put the rows on disk, and say what makes them part of the table."""
    schema = rows.schema.remove_metadata()
    outdated: Sequence[DataFile] = ()
    replaced, digest, facts = 0, 0, ""
    if current is not None:
        schema = _with_columns(current.schema, schema)
        outdated, remaining, replaced, digest = _taken_out(current, plan)
        rows = pa.concat_tables([*remaining, rows], promote_options="default")
        facts = current.description
    if plan.facts is not None:
        facts = to_description(plan.facts)
    actions = [remove_action(file) for file in outdated]
    if current is not None and (facts != current.description or schema != current.schema):
        actions.insert(0, restated_metadata(current.snapshot.metadata, schema, facts))
    written = None
    if rows.num_rows:
        written = write_data_file(folder, _conformed(rows, schema))
        actions.append(add_action(written, rows.num_rows))
    return _Change(actions, written, Content((digest + added) % 2**64, facts), replaced)


def _taken_out(
    current: TableVersion, plan: Plan
) -> tuple[Sequence[DataFile], Sequence[pa.Table], int, int]:
    """The files that a plan takes out, their rows that stay, and how many rows it replaces.

    The last is the digest of all rows of the table that stay.
    """
    if plan.remaining is not None:
        replaced = current.count() - plan.remaining.num_rows
        return current.snapshot.files, [plan.remaining], replaced, table_digest(plan.remaining)
    outdated, remaining, replaced, digest = [], [], 0, current.content.rows
    if plan.replaced is not None:
        for file in current.snapshot.files:
            batches = list(current.batches(plan.replaced, files=[file]))
            count = sum(batch.num_rows for batch in batches)
            if count:
                outdated.append(file)
                replaced += count
                digest -= rows_digest(batches)
                others = current.batches(plan.replaced, files=[file], inverted=True)
                remaining.append(pa.Table.from_batches(others, current.schema))
    return outdated, remaining, replaced, digest


def _with_columns(schema: pa.Schema, other_schema: pa.Schema) -> pa.Schema:
    """The columns of a table and those that rows add to it, which are null for its own rows."""
    added = [field.with_nullable(True) for field in other_schema if field.name not in schema.names]
    return pa.schema([*schema, *added])


def _conformed(rows: pa.Table, schema: pa.Schema) -> pa.Table:
    """The rows with all columns of the table, in its order; null where they have none."""
    columns = [
        rows.column(field.name)
        if field.name in rows.column_names
        else pa.nulls(rows.num_rows, field.type)
        for field in schema
    ]
    return pa.table(columns, schema=schema)


def _publish(
    folder: DataFolder, version: int, text: bytes, written: DataFile | None, head: Head
) -> None:
    """Make the commit part of the log: on disk, before anybody is told.

    Raises
    ------
    FileExistsError
        If another got in first.
    """
    log, name = folder.subfolder(LOG), commit_name(version)
    try:
        if head.torn is None:
            log.write(name, lambda file: file.write(text), durable=True, exclusive=True)
            return
        log.write(name, lambda file: file.write(text), durable=True)
    except OSError:
        with contextlib.suppress(OSError):
            # It can be there, and not be known to be on disk: then it is left as it is.
            if written is not None and not _is_there(log, name, text):
                folder.remove(written.name)
        raise


def _is_there(log: DataFolder, name: str, text: bytes) -> bool:
    """Whether a commit is the one of that text."""
    if log.status(name) is None:
        return False
    with log.open(name) as file:
        return file.read() == text


def _check_types(current: TableVersion, rows: pa.Table) -> None:
    """Raise DatasetSettingsError where a column has another type than in the table.

    Left to itself the writer would turn numbers into text without a word.
    """
    types = {field.name: field.type for field in current.schema}
    for field in rows.schema:
        expected = types.get(field.name, field.type)
        if expected != field.type:
            raise DatasetSettingsError(
                f"column {field.name}",
                str(field.type),
                f"{expected}, as in the rows that are there",
            )


def check_writable(folder: DataFolder) -> None:
    """Refuse a table whose folder cannot be written or made.

    Parameters
    ----------
    folder : DataFolder
        Of the table; need not exist.

    Raises
    ------
    ReadOnlyDataError
        If it cannot be written or made.
    """
    reason = folder.refusal()
    if reason is not None:
        raise ReadOnlyDataError(str(folder.path), reason)


def remove_orphans(folder: DataFolder, *, retention_hours: int = RETENTION_HOURS) -> int:
    """Delete data files that no recent version refers to.

    They are what killed or refused imports left behind and what replaced rows were in. Recent
    ones stay: another process may be about to commit them, or still be reading them. The log
    is not written, so that the version does not change.

    Parameters
    ----------
    folder : DataFolder
        Of the table.
    retention_hours : int
        Files of versions younger than that stay.

    Returns
    -------
    int
        How many files were deleted.
    """
    current = newest_version(folder)
    if current is None:
        return 0
    removed = 0
    names = {file.name for file in current.snapshot.files}
    log = folder.subfolder(LOG)
    try:
        for name in folder.names():
            if name.endswith(".parquet") and name not in names:
                removed_ns = current.snapshot.removed_ms.get(name, 0) * 1e6
                removed += _remove_old(folder, name, retention_hours, removed_ns)
        for name in log.names():
            if not LOG_FILE.match(name) and re.search(r"tmp|#", name):
                removed += _remove_old(log, name, max(retention_hours, ORPHAN_HOURS))
        before_ns = time.time_ns() - ORPHAN_HOURS * 3600 * 10**9
        folder.sweep(before_ns=before_ns)
        log.sweep(before_ns=before_ns)
    except OSError:
        # Cleaning is a courtesy: an import that succeeded must not be reported as failed.
        return removed
    return removed


def _remove_old(folder: DataFolder, name: str, hours: float, since_ns: float = 0) -> bool:
    """Delete a file that has not been in use for some hours; whether it was deleted."""
    status = folder.status(name)
    if status is None or max(status.changed_ns, since_ns) >= (time.time() - hours * 3600) * 1e9:
        return False
    folder.remove(name)
    return True


def to_description(facts: Mapping[str, Any]) -> str:
    """Facts about a table as the text that its Delta metadata keep.

    Parameters
    ----------
    facts : mapping
        Values that JSON can hold.

    Returns
    -------
    str
        JSON with sorted keys.
    """
    return json.dumps(dict(facts), ensure_ascii=False, sort_keys=True)
