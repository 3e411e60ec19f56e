"""Changes of tables at rest: one atomic commit each, planned for exactly one version."""

import json
import re
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
from deltalake import CommitProperties, write_deltalake
from deltalake.exceptions import DeltaError

from boundaries.storage.data_folder import DataFolder
from service.store.contents import LOG, Content, ImportRecord, rows_digest, table_digest
from service.store.delta import (
    VERSION_FILE,
    DigestCache,
    TableVersion,
    current_stamp,
    first_line,
    newest_version,
)
from service.store.errors import ConcurrentImportError, DatasetSettingsError, ReadOnlyDataError
from service.store.row_conditions import RowCondition

ATTEMPTS = 20
RETENTION_HOURS = 168
ORPHAN_HOURS = 24


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
    replaced : RowCondition or None
        Which rows the new ones replace, all of which must meet it too; None: they are added.
    remaining : pyarrow.Table or None
        Where the whole table is written again: the rows that stay beside the new ones.
    facts : mapping or None
        The facts about the table from now on, where they differ.
    """

    replaced: RowCondition | None = None
    remaining: pa.Table | None = None
    facts: Mapping[str, Any] | None = None


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
        At least one row. Columns that the table lacks are added to it.
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

    def record_after(
        imports: tuple[ImportRecord, ...], current: TableVersion | None, planned: Plan
    ) -> tuple[ImportRecord, ...]:
        return imports if record is None else (*imports, record(current, planned))

    check_writable(folder)
    added = table_digest(rows)
    for attempt in range(ATTEMPTS):
        current = newest_version(folder, digests)
        planned = Plan() if current is None else plan(current)
        version = -1 if current is None else current.version
        try:
            if current is None:
                records = record_after((), None, planned)
                content = Content(added, to_description(facts))
                _create(folder, rows, name, content, records, configuration)
                return Committed(0, rows.num_rows, 0)
            _check_types(current, rows)
            if planned.facts is not None:
                # First, so that the rows are the last thing to arrive; then all is asked again.
                _describe(current, to_description(planned.facts))
                continue
            records = record_after(current.imports, current, planned)
            replaced = _add(current, rows, added, planned, records)
        except (DeltaError, OSError) as error:
            stamp = current_stamp(folder)
            if (-1 if stamp is None else stamp.version) == version:
                raise ReadOnlyDataError(str(folder.path), first_line(error)) from error
            time.sleep(0.01 * attempt)
            continue
        return Committed(version + 1, rows.num_rows, replaced)
    raise ConcurrentImportError(name, ATTEMPTS)


def _properties(content: Content, records: Sequence[ImportRecord]) -> CommitProperties:
    """The commit states its content; no retry behind our back: a plan is for one version."""
    return CommitProperties(max_commit_retries=0, custom_metadata=content.to_metadata(records))


def _create(
    folder: DataFolder,
    rows: pa.Table,
    name: str,
    content: Content,
    records: Sequence[ImportRecord],
    configuration: Mapping[str, str] | None,
) -> None:
    """Make the table with its first rows, in one attempt."""
    write_deltalake(
        folder.uri,
        rows,
        mode="error",
        name=name,
        description=content.facts,
        configuration=configuration,
        commit_properties=_properties(content, records),
    )


def _describe(current: TableVersion, description: str) -> None:
    """Replace the facts about the table, in one attempt."""
    content = Content(current.content.rows, description)
    properties = _properties(content, current.imports)
    current.delta.alter.set_table_description(description, commit_properties=properties)


def _add(
    current: TableVersion,
    rows: pa.Table,
    added: int,
    plan: Plan,
    records: Sequence[ImportRecord],
) -> int:
    """Add rows to the table, or replace some of its own, in one attempt; how many it replaced."""
    written, replaced, digest = rows, 0, current.content.rows
    if plan.remaining is not None:
        written = pa.concat_tables([plan.remaining, rows], promote_options="default")
        replaced = current.delta.count() - plan.remaining.num_rows
        digest = table_digest(plan.remaining)
    elif plan.replaced is not None:
        for batch in current.batches(plan.replaced):
            replaced += batch.num_rows
            digest -= rows_digest([batch])
    content = Content((digest + added) % 2**64, current.description)
    properties = _properties(content, records)
    if replaced:
        condition = "true" if plan.replaced is None else plan.replaced.to_sql()
        write_deltalake(
            current.delta,
            written,
            mode="overwrite",
            predicate=condition,
            schema_mode="merge",
            commit_properties=properties,
        )
    else:
        write_deltalake(
            current.delta, rows, mode="append", schema_mode="merge", commit_properties=properties
        )
    return replaced


def _check_types(current: TableVersion, rows: pa.Table) -> None:
    """Raise DatasetSettingsError where a column has another type than in the table.

    Left to itself the writer would turn numbers into text without a word.
    """
    types = {field.name: field.type for field in pa.schema(current.delta.schema().to_arrow())}
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
    try:
        unreferenced = current.delta.vacuum(
            retention_hours=retention_hours,
            dry_run=True,
            enforce_retention_duration=False,
            full=True,
        )
        for relative in unreferenced:
            folder.remove(relative)
            removed += 1
        log = folder.subfolder(LOG)
        horizon_ns = (time.time() - max(retention_hours, ORPHAN_HOURS) * 3600) * 1e9
        for name in log.names():
            if VERSION_FILE.match(name) or not re.search(r"tmp|#", name):
                continue
            status = log.status(name)
            if status is not None and status.changed_ns < horizon_ns:
                log.remove(name)
                removed += 1
    except (DeltaError, OSError):
        # Cleaning is a courtesy: an import that succeeded must not be reported as failed.
        return removed
    return removed


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
