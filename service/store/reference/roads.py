"""Roads as lines at rest: one Delta table, and one version of it in memory."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import shapely
from numpy.typing import NDArray

from boundaries.storage.caches import DiskCache
from boundaries.storage.damage import Damage
from boundaries.storage.data_folder import DataFolder
from service.store.columns import SOURCE_FIELDS, completed
from service.store.commits import Committed, Plan, check_writable
from service.store.delta import TableVersion
from service.store.errors import NoRoadsError, PlacesExistError
from service.store.row_conditions import RowCondition
from service.store.source_files import SourceFile, check_distinct
from service.store.table_store import TableStore
from service.store.versioned import VersionedTable
from spatial.arrays import frozen

ROADS = "roads"
SCHEMA = pa.schema(
    [
        pa.field("layer", pa.string(), nullable=False),  # always ROADS
        pa.field("name", pa.string()),
        pa.field("road_class", pa.string()),
        pa.field("geometry", pa.binary(), nullable=False),  # WKB in the working CRS
        pa.field("source", pa.string()),
        pa.field("licence", pa.string()),
        pa.field("synthetic", pa.bool_(), nullable=False),
        *SOURCE_FIELDS,
    ]
)


@dataclass(frozen=True, eq=False)
class Roads:
    """All roads of one table version, in the order of their file; read-only and shared.

    Attributes
    ----------
    names, road_classes : (n,) text
        Null where the file states none.
    lines : (n,) object array
        A line, or several of one road, in the working CRS; metres.
    loaded_from : str
        The file, or the first of several.
    """

    version: int
    names: pa.Array
    road_classes: pa.Array
    lines: NDArray[Any]
    source: str
    licence: str
    loaded_from: str
    synthetic: bool

    def __len__(self) -> int:
        return len(self.lines)

    def as_source(self) -> dict[str, object]:
        """What is known of the roads, for the provenance.

        Returns
        -------
        dict of str to object
            JSON members, those that are stated.
        """
        members: dict[str, object] = {
            "version": self.version,
            "lines": len(self),
            "source": self.source,
            "licence": self.licence,
            "loaded_from": self.loaded_from,
            "synthetic": self.synthetic,
        }
        return {name: value for name, value in members.items() if value != ""}


class RoadStore(TableStore[Roads | None]):
    """All roads.

    Parameters
    ----------
    folder : Path or DataFolder
        ``HOTSPOTS_DATA_DIR/roads``; need not exist yet.
    crs : str
        The working CRS.
    digests : DiskCache or None
    damage : Damage or None
        See `VersionedTable`.
    """

    def __init__(
        self,
        folder: Path | DataFolder,
        *,
        crs: str,
        digests: DiskCache | None = None,
        damage: Damage | None = None,
    ) -> None:
        self._crs = crs
        super().__init__(
            VersionedTable(folder, _read, name=ROADS, crs=crs, digests=digests, damage=damage)
        )

    @property
    def crs(self) -> str:
        """The working CRS."""
        return self._crs

    def get(self) -> Roads | None:
        """The newest version, in memory; None where nothing has been imported.

        Returns
        -------
        Roads or None
            Shared; its arrays are read-only.

        Raises
        ------
        WrongCrsError
            If the table is in another CRS than the working one.
        DamagedTableError
            If the table cannot be read.
        """
        return self._table.current()

    def open(self) -> Roads:
        """The newest version, in memory.

        Returns
        -------
        Roads
            Shared; its arrays are read-only.

        Raises
        ------
        NoRoadsError
            If nothing has been imported.
        WrongCrsError, DamagedTableError
            As `get`.
        """
        roads = self.get()
        if roads is None:
            raise NoRoadsError
        return roads

    def check_import(self, files: Sequence[SourceFile], *, replace: bool = False) -> None:
        """Raise what `append` would raise about these files, before any row is read.

        Parameters
        ----------
        files : sequence of SourceFile
            All files of the import.
        replace : bool
            As of `append`.

        Raises
        ------
        ImportRefusedError, PlacesExistError, ReadOnlyDataError, WrongCrsError,
        DamagedTableError
        """
        check_writable(self._table.folder)
        check_distinct(files)
        roads = None if replace else self._table.current(importing=True)
        if roads is not None:
            raise PlacesExistError(ROADS, roads.loaded_from)

    def append(
        self,
        rows: pa.Table,
        *,
        files: Sequence[SourceFile],
        source: str = "",
        licence: str = "",
        synthetic: bool = False,
        replace: bool = False,
    ) -> Committed:
        """Add roads in one atomic commit.

        Parameters
        ----------
        rows : pyarrow.Table
            `geometry` (WKB of a line or several in the working CRS); `name` and `road_class` where
            they are known; the columns of the source where there are several files.
        files : sequence of SourceFile
            Every file that the rows came from.
        source, licence : str
            Kept with each row; empty where unknown.
        synthetic : bool
            True for invented roads.
        replace : bool
            Put the rows in the place of all that are loaded.

        Returns
        -------
        Committed
            The new version, and the numbers of rows written and replaced.

        Raises
        ------
        PlacesExistError
            Without `replace`, if roads are loaded already.
        ImportRefusedError
            If there are no rows.
        DatasetSettingsError, WrongCrsError, ConcurrentImportError, ReadOnlyDataError,
        DamagedTableError
        """
        constants = {
            "layer": ROADS,
            "source": source or None,
            "licence": licence or None,
            "synthetic": synthetic,
        }
        table = completed(rows, SCHEMA, files=files, constants=constants)
        condition = RowCondition(({"layer": [ROADS]},))

        def plan(current: TableVersion) -> Plan:
            loaded = current.read(["source_file"])
            if loaded.num_rows and not replace:
                raise PlacesExistError(ROADS, str(loaded.column(0)[0]))
            return Plan(condition)

        return self._table.append(table, facts={"title": "Roads"}, plan=plan)


def _read(table: TableVersion) -> Roads | None:
    """All roads of a table version; None where it has no rows."""
    rows = table.read([name for name in SCHEMA.names if name not in ("layer", "source_sha256")])
    if rows.num_rows == 0:
        return None
    rows = rows.sort_by([("source_file", "ascending"), ("source_row", "ascending")])
    first = {
        name: str(rows.column(name)[0].as_py() or "")
        for name in ("source", "licence", "source_file")
    }
    lines = np.asarray(shapely.from_wkb(rows.column("geometry").to_pylist()), dtype=object)
    return Roads(
        version=table.version,
        names=rows.column("name").combine_chunks(),
        road_classes=rows.column("road_class").combine_chunks(),
        lines=frozen(lines),
        source=first["source"],
        licence=first["licence"],
        loaded_from=first["source_file"],
        synthetic=bool(pc.any(rows.column("synthetic")).as_py()),
    )
