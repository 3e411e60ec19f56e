"""Neighbours of areas that were decided elsewhere, at rest: one Delta table."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa

from boundaries.layers.layer import Layer, is_layer_id
from boundaries.storage.caches import DiskCache
from boundaries.storage.damage import Damage
from boundaries.storage.data_folder import DataFolder
from service.store.columns import SOURCE_FIELDS, completed
from service.store.commits import Committed, Plan
from service.store.delta import TableVersion
from service.store.errors import (
    DatasetSettingsError,
    NeighboursExistError,
    UnknownNeighboursError,
)
from service.store.row_conditions import RowCondition
from service.store.source_files import SourceFile, plan_of_files
from service.store.table_store import FileStore
from service.store.versioned import VersionedTable
from spatial.arrays import AnyArray, FloatArray
from spatial.errors import InvalidNeighboursError
from spatial.weights.weights import Neighbours

SCHEMA = pa.schema(
    [
        pa.field("name", pa.string(), nullable=False),
        pa.field("layer", pa.string(), nullable=False),
        pa.field("code", pa.string(), nullable=False),
        pa.field("neighbour", pa.string()),
        pa.field("weight", pa.float64()),
        pa.field("source", pa.string()),
        pa.field("licence", pa.string()),
        *SOURCE_FIELDS,
    ]
)


@dataclass(frozen=True, eq=False)
class ImportedNeighbours:
    """Neighbours of the areas of a layer by their codes.

    Attributes
    ----------
    name, layer : str
    code, neighbour : (links,) object
        Of each link; an area without any has one whose neighbour is None.
    weight : (links,) float64
        Above 0; NaN where there is no neighbour.
    source, licence, loaded_from : str
    """

    name: str
    layer: str
    code: AnyArray
    neighbour: AnyArray
    weight: FloatArray
    source: str
    licence: str
    loaded_from: str

    def of(self, layer: Layer) -> Neighbours:
        """The structure in the order of a layer's areas.

        Parameters
        ----------
        layer : Layer
            The areas; those that the file does not name are islands.

        Returns
        -------
        Neighbours
            Directed as the file has it.

        Raises
        ------
        InvalidNeighboursError
            If the file names an area that the layer does not have: it is of other boundaries.
        """
        position = {code: k for k, code in enumerate(layer.codes)}
        is_link = np.array([code is not None for code in self.neighbour.tolist()], np.bool_)
        codes = [*self.code.tolist(), *self.neighbour[is_link].tolist()]
        unknown = next((code for code in codes if code not in position), None)
        if unknown is not None:
            raise InvalidNeighboursError(
                f"imported:{self.name} names area {unknown!r}, which layer {layer.layer_id!r} "
                "does not have: it is of other boundaries; import the neighbours again"
            )
        origin, target = (
            np.array([position[code] for code in values[is_link].tolist()], np.int64)
            for values in (self.code, self.neighbour)
        )
        return Neighbours.from_pairs(
            len(layer),
            origin,
            target,
            self.weight[is_link],
            directed=True,
            rule=f"imported:{self.name}",
        )


class NeighbourStore(FileStore[Mapping[tuple[str, str], ImportedNeighbours]]):
    """All imported neighbours.

    Parameters
    ----------
    folder : Path or DataFolder
        ``HOTSPOTS_DATA_DIR/neighbours``; need not exist yet.
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
            VersionedTable(folder, _read, name="neighbours", digests=digests, damage=damage)
        )

    def get(self, layer: str, name: str) -> ImportedNeighbours:
        """The neighbours of a layer by their name.

        Parameters
        ----------
        layer : str
            Id of the layer.
        name : str
            As they were imported.

        Returns
        -------
        ImportedNeighbours
            As they were imported last.

        Raises
        ------
        UnknownNeighboursError
            If the layer has no such neighbours; the message lists those that it has.
        DamagedTableError
            If the table cannot be read.
        """
        imported = self._table.current() or {}
        if (layer, name) not in imported:
            names = tuple(sorted(other for of_layer, other in imported if of_layer == layer))
            raise UnknownNeighboursError(layer, name, names)
        return imported[layer, name]

    def all(self) -> tuple[ImportedNeighbours, ...]:
        """Everything that has been imported.

        Returns
        -------
        tuple of ImportedNeighbours
            By layer and name.

        Raises
        ------
        DamagedTableError
            If the table cannot be read.
        """
        return tuple((self._table.current() or {}).values())

    def append(
        self,
        rows: pa.Table,
        *,
        layer: str,
        name: str,
        file: SourceFile,
        source: str = "",
        licence: str = "",
        replace: bool = False,
    ) -> Committed:
        """Add the neighbours of a layer in one atomic commit.

        Parameters
        ----------
        rows : pyarrow.Table
            `code`, `neighbour`, `weight` and `source_row`; each link once.
        layer, name : str
            Of the areas, and of the neighbours.
        file : SourceFile
            Where the rows came from.
        source, licence : str
            Kept with each row; empty where unknown.
        replace : bool
            Put them in the place of those of the same layer and name, or of the same file.

        Returns
        -------
        Committed
            The new version, and the numbers of rows written and replaced.

        Raises
        ------
        AlreadyImportedError, SameNameError, NeighboursExistError
            Without `replace`, if the file or the name is loaded already.
        DatasetSettingsError
            If the name is not one that can be asked for.
        ConcurrentImportError, ReadOnlyDataError, DamagedTableError, ImportRefusedError
        """
        if not is_layer_id(name):
            raise DatasetSettingsError("name", name, "lower-case letters, digits, - and _")
        constants = {
            "name": name,
            "layer": layer,
            "source": source or None,
            "licence": licence or None,
        }
        table = completed(rows, SCHEMA, files=(file,), constants=constants)
        condition = RowCondition(({"layer": [layer], "name": [name]},))

        def plan(current: TableVersion) -> Plan:
            planned = plan_of_files(current, (file,), name="neighbours", replace=replace)
            loaded = current.read(["layer", "name"]).to_pylist()
            if not replace and {"layer": layer, "name": name} in loaded:
                raise NeighboursExistError(layer, name)
            return planned if planned.replaced is None else Plan(condition | planned.replaced)

        return self._table.append(table, facts={"title": "Neighbours of areas"}, plan=plan)


def _read(table: TableVersion) -> Mapping[tuple[str, str], ImportedNeighbours]:
    """All neighbours of a table version, by layer and name."""
    rows = table.read((*SCHEMA.names[:7], "source_file", "source_row"))
    rows = rows.sort_by([(name, "ascending") for name in ("layer", "name", "source_row")])
    columns = {
        name: np.array(rows.column(name).to_pylist(), dtype=object) for name in rows.column_names
    }
    keys = list(zip(columns["layer"].tolist(), columns["name"].tolist(), strict=True))
    imported = {}
    for key in dict.fromkeys(keys):
        own = np.array([other == key for other in keys], np.bool_)
        first = {name: values[own][0] for name, values in columns.items()}
        imported[key] = ImportedNeighbours(
            name=key[1],
            layer=key[0],
            code=columns["code"][own],
            neighbour=columns["neighbour"][own],
            weight=columns["weight"][own].astype(np.float64),
            source=first["source"] or "",
            licence=first["licence"] or "",
            loaded_from=first["source_file"] or "",
        )
    return imported
