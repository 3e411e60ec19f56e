"""Groups of areas that are compared with each other at rest: one Delta table.

Most similar areas, a family of authorities, the wards with a town centre: which areas they are is
published or decided elsewhere, and is data here.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa

from boundaries.layers.layer import is_layer_id
from boundaries.storage.caches import DiskCache
from boundaries.storage.damage import Damage
from boundaries.storage.data_folder import DataFolder
from service.store.columns import SOURCE_FIELDS, completed
from service.store.commits import Committed, Plan
from service.store.delta import TableVersion
from service.store.errors import AreaGroupExistsError, DatasetSettingsError, UnknownAreaGroupError
from service.store.row_conditions import RowCondition
from service.store.source_files import SourceFile, plan_of_files
from service.store.table_store import FileStore
from service.store.versioned import VersionedTable

SCHEMA = pa.schema(
    [
        pa.field("area_group", pa.string(), nullable=False),
        pa.field("layer", pa.string(), nullable=False),
        pa.field("code", pa.string(), nullable=False),
        pa.field("name", pa.string()),
        pa.field("source", pa.string()),
        pa.field("licence", pa.string()),
        *SOURCE_FIELDS,
    ]
)


@dataclass(frozen=True)
class AreaGroup:
    """Areas of one layer that are compared with each other.

    Attributes
    ----------
    name : str
        Of the group.
    layer : str
        Whose codes these are; it need not be imported.
    areas : mapping of str to str
        Name of each area by its code, in the order of the file; empty where it has none.
    source, licence, loaded_from : str
    version : int
        Of the table.
    """

    name: str
    layer: str
    areas: Mapping[str, str]
    source: str
    licence: str
    loaded_from: str
    version: int

    def source_members(self) -> dict[str, Any]:
        """The group, for the provenance.

        Returns
        -------
        dict of str to Any
            JSON members.
        """
        return {
            "id": self.name,
            "layer": self.layer,
            "areas": len(self.areas),
            "source": self.source,
            "licence": self.licence,
            "file": self.loaded_from,
            "table_version": self.version,
        }


class AreaGroupStore(FileStore[Mapping[tuple[str, str], AreaGroup]]):
    """All groups of areas.

    Parameters
    ----------
    folder : Path or DataFolder
        ``HOTSPOTS_DATA_DIR/area_groups``; need not exist yet.
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
            VersionedTable(folder, _read, name="area_groups", digests=digests, damage=damage)
        )

    def get(self, layer: str, name: str) -> AreaGroup:
        """A group.

        Parameters
        ----------
        layer : str
            The layer of its areas.
        name : str
            Its name.

        Returns
        -------
        AreaGroup
            As it was imported last.

        Raises
        ------
        UnknownAreaGroupError
            If the layer has no such group; the message lists those that it has.
        DamagedTableError
            If the table cannot be read.
        """
        groups = self._table.current() or {}
        if (layer, name) not in groups:
            names = tuple(sorted(group for of_layer, group in groups if of_layer == layer))
            raise UnknownAreaGroupError(layer, name, names)
        return groups[layer, name]

    def append(
        self,
        rows: pa.Table,
        *,
        file: SourceFile,
        source: str = "",
        licence: str = "",
        replace: bool = False,
    ) -> Committed:
        """Add groups in one atomic commit.

        Parameters
        ----------
        rows : pyarrow.Table
            `area_group`, `layer`, `code`, `name` and `source_row`; each area of a group once.
        file : SourceFile
            Where the rows came from.
        source, licence : str
            Kept with each row; empty where unknown.
        replace : bool
            Put the groups in the place of those of the same names and of the same file.

        Returns
        -------
        Committed
            The new version, and the numbers of rows written and replaced.

        Raises
        ------
        AlreadyImportedError, SameNameError, AreaGroupExistsError
            Without `replace`, if the file or a group of it is loaded already.
        ImportRefusedError
            If there are no rows.
        DatasetSettingsError
            If a name cannot be a layer's.
        ConcurrentImportError, ReadOnlyDataError, DamagedTableError
        """
        constants = {"source": source or None, "licence": licence or None}
        table = completed(rows, SCHEMA, files=(file,), constants=constants)
        keys = _keys(table)
        for layer, _ in keys:
            if not is_layer_id(layer):
                raise DatasetSettingsError("layer", layer, "lower-case letters, digits, - and _")
        condition = RowCondition(
            tuple({"layer": [layer], "area_group": [name]} for layer, name in keys)
        )

        def plan(current: TableVersion) -> Plan:
            planned = plan_of_files(current, (file,), name="area groups", replace=replace)
            loaded = set(_keys(current.read(["layer", "area_group"])))
            if not replace and not loaded.isdisjoint(keys):
                names = sorted(name for _, name in loaded.intersection(keys))
                raise AreaGroupExistsError(tuple(names))
            if planned.replaced is None:
                return planned
            return Plan(condition | planned.replaced)

        return self._table.append(table, facts={"title": "Groups of areas"}, plan=plan)


def _keys(rows: pa.Table) -> list[tuple[str, str]]:
    """Layer and name of each group, once."""
    names = [rows.column(name).to_pylist() for name in ("layer", "area_group")]
    return list(dict.fromkeys(zip(*names, strict=True)))


def _read(table: TableVersion) -> Mapping[tuple[str, str], AreaGroup]:
    """All groups of a table version, by layer and name."""
    names = (*SCHEMA.names[:6], "source_file", "source_row")
    rows = sorted(table.read(names).to_pylist(), key=lambda row: row["source_row"] or 0)
    areas: dict[tuple[str, str], dict[str, str]] = {}
    first: dict[tuple[str, str], dict[str, Any]] = {}
    for row in rows:
        key = row["layer"], row["area_group"]
        areas.setdefault(key, {})[row["code"]] = row["name"] or ""
        first.setdefault(key, row)
    return {
        key: AreaGroup(
            name=key[1],
            layer=key[0],
            areas=members,
            source=first[key]["source"] or "",
            licence=first[key]["licence"] or "",
            loaded_from=first[key]["source_file"] or "",
            version=table.version,
        )
        for key, members in areas.items()
    }
