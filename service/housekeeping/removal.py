"""What a deletion removes, what needs it, and the removal itself."""

import contextlib
import dataclasses
import datetime
import json
from collections.abc import Iterator
from dataclasses import dataclass
from secrets import token_hex
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from boundaries.storage.data_folder import DELETED, DataFolder
from service.coverage.statements import StatedCoverage
from service.housekeeping.decoding import table_parts
from service.housekeeping.deletions import Deletion
from service.housekeeping.errors import NothingToDeleteError
from service.housekeeping.inventory import (
    DATASETS,
    LAYERS,
    layer_files,
    layer_header,
    layer_rows,
    newest_tables,
)
from service.housekeeping.place_days import PLACE_AND_TIME
from service.housekeeping.searching import counted
from service.store.commits import Plan, commit
from service.store.contents import ImportRecord
from service.store.delta import TableVersion, newest_version
from service.store.errors import DamagedTableError
from service.store.incident_rows import ids_that_stay, repeated_count
from service.store.row_conditions import Before, RowCondition
from service.store.source_files import imported_files


@dataclass(frozen=True)
class Removal:
    """What a deletion removes from a data folder as it is now.

    Attributes
    ----------
    deletion : Deletion
        With the number of rows.
    rows : pyarrow.Table
        That go; the areas of a layer.
    condition : RowCondition or None
        Which rows of the table these are; None: all.
    file_digests : frozenset of str
        Of the files that the rows came from.
    """

    deletion: Deletion
    rows: pa.Table
    condition: RowCondition | None
    file_digests: frozenset[str] = frozenset()

    def lines(self) -> list[str]:
        """What will be removed, for the person who decides.

        Returns
        -------
        list of str
            One line.
        """
        deletion = self.deletion
        what = " ".join(filter(None, [deletion.kind, deletion.name, *deletion.where.values()]))
        part = "all" if self.condition is None and deletion.rows > 1 else "the"
        files = f" in {counted(len(self.file_digests), 'file')}" if self.file_digests else ""
        before = f" from before {deletion.before}" if deletion.before else ""
        rows = counted(deletion.rows, "row")
        return [f"{what}: {part} {rows}{before}{files} will be deleted"]


def table_of(deletion: Deletion) -> str:
    """The folder of the table that a deletion is of, relative to the data folder.

    Parameters
    ----------
    deletion : Deletion
        Not of a layer.

    Returns
    -------
    str
        Such as ``incidents/callouts``.
    """
    return f"{DATASETS}/{deletion.name}" if deletion.kind == DATASETS else deletion.kind


def removal_of(data: DataFolder, deletion: Deletion) -> Removal:
    """What a deletion would remove now; nothing is changed.

    Parameters
    ----------
    data : DataFolder
        ``HOTSPOTS_DATA_DIR``.
    deletion : Deletion
        What is to go.

    Returns
    -------
    Removal
        At least one row.

    Raises
    ------
    NothingToDeleteError
        If nothing is of that description.
    DamagedTableError
        If only some rows of a table that cannot be read are to go.
    """
    if deletion.kind == LAYERS:
        files = layer_files(data)
        if f"{deletion.name}.parquet" not in files:
            present = ", ".join(file.removesuffix(".parquet") for file in files)
            raise NothingToDeleteError(f"layer {deletion.name}", present)
        rows = layer_rows(data, f"{deletion.name}.parquet")
        return Removal(dataclasses.replace(deletion, rows=rows.num_rows), rows, None)
    folder = data.subfolder(table_of(deletion))
    try:
        table = newest_version(folder)
        all_rows = pa.table({}) if table is None else table.read()
    except DamagedTableError:
        if deletion.column or deletion.where or deletion.before:
            raise
        rows = _readable_rows(folder)
        return Removal(dataclasses.replace(deletion, rows=rows.num_rows), rows, None)
    if table is None:
        present = ", ".join(name.removeprefix("incidents/") for name, _ in newest_tables(data))
        raise NothingToDeleteError(_description(deletion), present)
    condition = _condition(deletion, table)
    rows = all_rows if condition is None else all_rows.filter(condition.to_arrow())
    if rows.num_rows == 0:
        raise NothingToDeleteError(
            f"{_description(deletion)}, or row of that file or id,", _present(table)
        )
    if rows.num_rows == all_rows.num_rows:
        condition = None
    digests = frozenset(pc.unique(rows.column("source_sha256")).to_pylist())
    counted = dataclasses.replace(deletion, rows=rows.num_rows)
    return Removal(counted, rows, condition, digests)


def _description(deletion: Deletion) -> str:
    """What was to be deleted, in the words of the command."""
    kind = {"place_sets": "set of places"}.get(deletion.kind, deletion.kind.replace("_", " "))
    return " ".join(part for part in (kind, deletion.name, *deletion.where.values()) if part)


def remaining_parts(data: DataFolder, removal: Removal | None = None) -> Iterator[bytes]:
    """All values that remain after a removal, read through the stores.

    Parameters
    ----------
    data : DataFolder
        ``HOTSPOTS_DATA_DIR``, before the removal.
    removal : Removal or None
        None: all values of the newest versions.

    Yields
    ------
    bytes
        Values of rows, and the texts that describe tables and layers.
    """
    deletion = None if removal is None else removal.deletion
    if deletion is not None:  # its name stands in the list of deletions
        yield " ".join([deletion.kind, deletion.name, *deletion.where.values()]).encode()
    for name, table in newest_tables(data):
        try:
            rows, imports, facts = table.read(), table.imports, table.facts
        except DamagedTableError:
            continue
        if removal is not None and deletion is not None and table_of(deletion) == name:
            if removal.condition is None:
                continue
            rows = rows.filter(~removal.condition.to_arrow())
            imports, facts = _imports_without(table, removal), _facts_without(table, removal)
        yield from table_parts([rows])
        yield json.dumps([facts, imports, rows.column_names, name], ensure_ascii=False).encode()
    for file in layer_files(data):
        if deletion is None or (deletion.kind, f"{deletion.name}.parquet") != (LAYERS, file):
            yield from table_parts([layer_rows(data, file)])
            header = layer_header(data, file)
            if header is not None:
                stated = dataclasses.asdict(header.metadata)
                yield json.dumps(stated, ensure_ascii=False).encode()


def remaining_rows(data: DataFolder, removal: Removal | None = None) -> Iterator[pa.Table]:
    """Places and times of the incidents that remain after a removal.

    Parameters
    ----------
    data : DataFolder
        ``HOTSPOTS_DATA_DIR``, before the removal.
    removal : Removal or None
        None: of all incidents.

    Yields
    ------
    pyarrow.Table
        A dataset each.
    """
    for name, table in newest_tables(data):
        is_own = removal is not None and table_of(removal.deletion) == name
        condition = removal.condition if removal is not None and is_own else None
        if not name.startswith(f"{DATASETS}/") or (is_own and condition is None):
            continue
        try:
            rows = table.read()
        except DamagedTableError:
            continue
        rows = rows if condition is None else rows.filter(~condition.to_arrow())
        yield rows.select([column for column in PLACE_AND_TIME if column in rows.column_names])


def remove(data: DataFolder, removal: Removal) -> None:
    """Remove what a removal names: all at once for who reads, and on disk.

    Parameters
    ----------
    data : DataFolder
        ``HOTSPOTS_DATA_DIR``.
    removal : Removal
        Of the folder as it is now.

    Raises
    ------
    ReadOnlyDataError, ConcurrentImportError
        If it cannot be.
    """
    deletion = removal.deletion
    if deletion.kind == LAYERS:
        folder = data.subfolder(LAYERS)
        with folder.locked():
            folder.remove(f"{deletion.name}.parquet")
        folder.sync_folder()
        return
    name = table_of(deletion)
    folder = data.subfolder(name)
    if removal.condition is None:
        parent, _, own_name = name.rpartition("/")
        above = data.subfolder(parent) if parent else data
        gone = f".{own_name}.{token_hex(4)}{DELETED}"
        with folder.locked():
            above.rename(own_name, gone)
        above.sync_folder()
        above.remove_tree(gone)
        return
    condition = removal.condition

    def plan(current: TableVersion) -> Plan:
        facts = _facts_without(current, removal)
        return Plan(
            replaced=condition,
            facts=None if facts == current.facts else facts,
            imports=_imports_without(current, removal),
        )

    commit(
        folder,
        removal.rows.schema.empty_table(),
        name=deletion.name or deletion.kind,
        facts={},
        plan=plan,
    )


def _readable_rows(folder: DataFolder) -> pa.Table:
    """What can be read of the rows of a damaged table."""
    tables = []
    for name in folder.names():
        if name.endswith(".parquet"):
            with contextlib.suppress(pa.ArrowException, OSError):
                tables.append(pq.ParquetFile(folder.resolve(name)).read())
    return pa.concat_tables(tables, promote_options="permissive")


def _condition(deletion: Deletion, table: TableVersion) -> RowCondition | None:
    """Which rows of a table a deletion is of; None: all."""
    if deletion.before:
        day = datetime.date.fromisoformat(deletion.before)
        return RowCondition(({"occurred": Before(day)},))
    if deletion.column:
        values = pc.unique(table.read([deletion.column]).column(deletion.column)).to_pylist()
        return RowCondition(({deletion.column: deletion.is_of(values)},))
    if deletion.where:
        return RowCondition(({name: [value] for name, value in deletion.where.items()},))
    return None


def _facts_without(table: TableVersion, removal: Removal) -> dict[str, Any]:
    """The facts about a table, without what was stated of files or days whose rows all go."""
    facts = dict(table.facts)
    if facts.get("coverage") or removal.deletion.before:
        names = {name for name, _ in _files_that_go(table, removal)}
        stated = StatedCoverage.from_facts(facts.get("coverage", {})).after_import(names, ())
        if removal.deletion.before:
            since = datetime.date.fromisoformat(removal.deletion.before)
            stated = stated.after_retention(since)
        facts["coverage"] = stated.to_facts()
    return facts


def _imports_without(table: TableVersion, removal: Removal) -> tuple[ImportRecord, ...]:
    """The records of a table's imports, without the files whose rows all go."""
    gone = _files_that_go(table, removal)
    records: list[dict[str, Any]] = []
    for record in table.imports:
        files = [f for f in record["files"] if (f["name"], f["sha256"]) not in gone]
        if files:
            records.append({**record, "files": files})
    if records and "incident_id" in table.columns:
        ids = ids_that_stay(table, Plan(replaced=removal.condition))
        records[-1]["repeated_ids"] = repeated_count(ids)
    return tuple(records)


def _files_that_go(table: TableVersion, removal: Removal) -> set[tuple[str, str]]:
    """Name and digest of the files of which no row remains."""
    if removal.deletion.column != "source_sha256":
        return set()
    files = ((file.name, file.sha256) for file in imported_files(table))
    return {file for file in files if file[1] in removal.file_digests}


def _present(table: TableVersion) -> str:
    """What can be named: the files of a dataset, or the keys of another table."""
    keys = [c for c in ("layer", "measure", "from_layer", "to_layer") if c in table.columns]
    rows = table.read(keys or ["source_file"])
    combinations = rows.group_by(rows.column_names).aggregate([]).to_pylist()
    return ", ".join(sorted({" ".join(map(str, row.values())) for row in combinations}))
