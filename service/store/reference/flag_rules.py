"""Rules of risk flags at rest: one Delta table, a document a row.

What a document means is for the analyses; here it has an id, a title, a version and a source.
"""

import copy
import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import pyarrow as pa

from boundaries.storage.caches import DiskCache
from boundaries.storage.damage import Damage
from boundaries.storage.data_folder import DataFolder
from service.store.columns import SOURCE_FIELDS, completed
from service.store.commits import Committed, Plan, check_writable
from service.store.delta import TableVersion
from service.store.errors import RulesExistError, UnknownRulesError
from service.store.row_conditions import RowCondition
from service.store.source_files import SourceFile
from service.store.table_store import TableStore
from service.store.versioned import VersionedTable

SCHEMA = pa.schema(
    [
        pa.field("rules_id", pa.string(), nullable=False),
        pa.field("title", pa.string(), nullable=False),
        pa.field("rules_version", pa.string(), nullable=False),
        pa.field("kind", pa.string(), nullable=False),
        pa.field("source", pa.string()),
        pa.field("document", pa.string(), nullable=False),  # JSON
        *SOURCE_FIELDS,
    ]
)


@dataclass(frozen=True)
class RulesDocument:
    """Rules of flags as they were imported.

    Attributes
    ----------
    rules_id, title, version, kind, source : str
        As the document states them.
    document : str
        JSON.
    loaded_from : str
        File.
    table_version : int
        Version of the table that holds it.
    """

    rules_id: str
    title: str
    version: str
    kind: str
    source: str
    document: str
    loaded_from: str = ""
    table_version: int = -1


class FlagRuleStore(TableStore[tuple[RulesDocument, ...]]):
    """All rules of flags.

    Parameters
    ----------
    folder : Path or DataFolder
        ``HOTSPOTS_DATA_DIR/flag_rules``; need not exist yet.
    digests : DiskCache or None
    damage : Damage or None
        See `VersionedTable`.
    """

    def __init__(
        self,
        folder: Path | DataFolder,
        *,
        digests: DiskCache | None = None,
        damage: Damage | None = None,
    ) -> None:
        super().__init__(
            VersionedTable(folder, _read, name="flag_rules", digests=digests, damage=damage)
        )
        self._datasets: frozenset[str] | None = None

    def about(self, datasets: Iterable[str]) -> Self:
        """The store for somebody to whom only some datasets exist.

        Parameters
        ----------
        datasets : iterable of str
            Those.

        Returns
        -------
        FlagRuleStore
            Without the rules that name another one.
        """
        store = copy.copy(self)
        store._datasets = frozenset(datasets)
        return store

    def all(self) -> tuple[RulesDocument, ...]:
        """All rules.

        Returns
        -------
        tuple of RulesDocument
            By id; empty if none have been imported.

        Raises
        ------
        DamagedTableError
            If the table cannot be read.
        """
        documents = self._table.current() or ()
        if self._datasets is None:
            return documents
        return tuple(
            each for each in documents if _datasets_in(json.loads(each.document)) <= self._datasets
        )

    def get(self, rules_id: str) -> RulesDocument:
        """The rules of an id.

        Parameters
        ----------
        rules_id : str
            Theirs.

        Returns
        -------
        RulesDocument
            As imported.

        Raises
        ------
        UnknownRulesError
            If there are none; it names those that there are.
        DamagedTableError
            If the table cannot be read.
        """
        documents = {document.rules_id: document for document in self.all()}
        if rules_id not in documents:
            raise UnknownRulesError(rules_id, tuple(documents))
        return documents[rules_id]

    def append(
        self, rules: RulesDocument, *, file: SourceFile, replace: bool = False
    ) -> Committed:
        """Add rules in one atomic commit.

        Parameters
        ----------
        rules : RulesDocument
            Checked by the caller.
        file : SourceFile
            Where they came from.
        replace : bool
            Put them in the place of those of the same id.

        Returns
        -------
        Committed
            The new version, and the numbers of rows written and replaced.

        Raises
        ------
        RulesExistError
            Without `replace`, if rules of that id are loaded already.
        ConcurrentImportError, ReadOnlyDataError, DamagedTableError
        """
        check_writable(self._table.folder)
        columns = {
            "rules_id": rules.rules_id,
            "title": rules.title,
            "rules_version": rules.version,
            "kind": rules.kind,
            "source": rules.source or None,
            "document": rules.document,
        }
        row = pa.table({name: pa.array([value], pa.string()) for name, value in columns.items()})
        table = completed(row, SCHEMA, files=(file,), constants={})

        def plan(current: TableVersion) -> Plan:
            loaded = {document.rules_id: document for document in _read(current)}
            if rules.rules_id in loaded and not replace:
                raise RulesExistError(rules.rules_id, loaded[rules.rules_id].loaded_from)
            return Plan(RowCondition(({"rules_id": [rules.rules_id]},)))

        return self._table.append(table, facts={"title": "Rules of risk flags"}, plan=plan)


def _read(table: TableVersion) -> tuple[RulesDocument, ...]:
    """All rules of a table version."""
    names = [*SCHEMA.names[:6], "source_file"]
    rows = sorted(table.read(names).to_pylist(), key=lambda row: str(row["rules_id"]))
    return tuple(
        RulesDocument(
            rules_id=row["rules_id"],
            title=row["title"],
            version=row["rules_version"],
            kind=row["kind"],
            source=row["source"] or "",
            document=row["document"],
            loaded_from=row["source_file"],
            table_version=table.version,
        )
        for row in rows
    )


def _datasets_in(rules: Any) -> set[str]:
    """The datasets that a part of a document names."""
    if isinstance(rules, dict):
        named = {rules["dataset"]} if isinstance(rules.get("dataset"), str) else set()
        return named.union(*(_datasets_in(part) for part in rules.values()))
    if isinstance(rules, list):
        return set[str]().union(*(_datasets_in(part) for part in rules))
    return set()
