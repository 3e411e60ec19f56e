"""The map behind the layers at rest: vector tiles in one Delta table, one version in memory."""

import gzip
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa

from boundaries.storage.caches import DiskCache
from boundaries.storage.damage import Damage
from boundaries.storage.data_folder import DataFolder
from service.store.columns import completed
from service.store.commits import Committed, Plan, check_writable
from service.store.delta import TableVersion
from service.store.errors import NoBackgroundError, PlacesExistError
from service.store.row_conditions import RowCondition
from service.store.source_files import SourceFile
from service.store.table_store import TableStore
from service.store.versioned import VersionedTable
from spatial.arrays import IntArray

BACKGROUND: Final = "background"
SCHEMA = pa.schema(
    [
        pa.field("layer", pa.string(), nullable=False),  # always BACKGROUND
        pa.field("z", pa.int64(), nullable=False),
        pa.field("x", pa.int64(), nullable=False),
        pa.field("y", pa.int64(), nullable=False),  # from the north
        pa.field("tile", pa.binary(), nullable=False),  # Mapbox vector tile, gzip
        pa.field("about", pa.string(), nullable=False),  # JSON of `About`
        pa.field("source_file", pa.string(), nullable=False),
        pa.field("source_row", pa.int64(), nullable=False),
        pa.field("source_sha256", pa.string(), nullable=False),
    ]
)
_BITS: Final = 25  # of x and of y, at zooms up to 24


@dataclass(frozen=True, kw_only=True)
class About:
    """What is known of a background besides its tiles.

    Attributes
    ----------
    title : str
        As its file states it.
    layers : mapping of str to tuple of str
        The layers in its tiles, each with the names of its attributes.
    bounds : tuple of float
        West, south, east and north of what is kept, degrees.
    source, licence : str
        Who made it, and under which terms it is shown.
    synthetic : bool
        True for an invented one.
    """

    title: str
    layers: Mapping[str, tuple[str, ...]]
    bounds: tuple[float, float, float, float]
    source: str
    licence: str = ""
    synthetic: bool = False

    def to_json(self) -> str:
        """As the table keeps it.

        Returns
        -------
        str
            JSON with sorted keys.
        """
        return json.dumps(vars(self), ensure_ascii=False, sort_keys=True)

    @classmethod
    def from_json(cls, text: str) -> "About":
        """From what `to_json` wrote.

        Parameters
        ----------
        text : str
            JSON.

        Returns
        -------
        About
            Equal to the one that was written.
        """
        members: dict[str, Any] = json.loads(text)
        members["layers"] = {name: tuple(names) for name, names in members["layers"].items()}
        west, south, east, north = members["bounds"]
        return cls(**{**members, "bounds": (west, south, east, north)})


@dataclass(frozen=True, eq=False)
class Background:
    """The background of one table version; read-only and shared.

    Attributes
    ----------
    min_zoom, max_zoom : int
        Of its tiles.
    loaded_from : str
        The file.
    """

    version: int
    about: About
    min_zoom: int
    max_zoom: int
    loaded_from: str
    _keys: IntArray
    _tiles: pa.Array

    def __len__(self) -> int:
        return len(self._keys)

    @property
    def credit(self) -> str:
        """What is written beside the map: who made it, and under which terms."""
        about = self.about
        return f"{about.source} ({about.licence})" if about.licence else about.source

    def tile(self, z: int, x: int, y: int) -> bytes:
        """One of its tiles.

        Parameters
        ----------
        z, x, y : int
            Zoom, column, and row from the north.

        Returns
        -------
        bytes
            Mapbox vector tile; empty where there is none.
        """
        key = _key(np.array([z]), np.array([x]), np.array([y]))[0]
        position = int(np.searchsorted(self._keys, key))
        if position == len(self._keys) or self._keys[position] != key:
            return b""
        return gzip.decompress(self._tiles[position].as_py())

    def as_source(self) -> dict[str, object]:
        """What is known of it, for the provenance.

        Returns
        -------
        dict of str to object
            JSON members, those that are stated.
        """
        members: dict[str, object] = {
            "title": self.about.title,
            "version": self.version,
            "tiles": len(self),
            "source": self.about.source,
            "licence": self.about.licence,
            "loaded_from": self.loaded_from,
            "synthetic": self.about.synthetic,
        }
        return {name: value for name, value in members.items() if value != ""}


class BackgroundStore(TableStore[Background | None]):
    """The map behind the layers.

    Parameters
    ----------
    folder : Path or DataFolder
        ``HOTSPOTS_DATA_DIR/background``; need not exist yet.
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
            VersionedTable(folder, _read, name=BACKGROUND, digests=digests, damage=damage)
        )

    def get(self) -> Background | None:
        """The newest version, in memory; None where nothing has been imported.

        Returns
        -------
        Background or None
            Shared.

        Raises
        ------
        DamagedTableError
            If the table cannot be read.
        """
        return self._table.current()

    def open(self) -> Background:
        """The newest version, in memory.

        Returns
        -------
        Background
            Shared.

        Raises
        ------
        NoBackgroundError
            If nothing has been imported.
        DamagedTableError
            As `get`.
        """
        background = self.get()
        if background is None:
            raise NoBackgroundError
        return background

    def check_import(self, *, replace: bool = False) -> None:
        """Raise what `append` would raise, before any tile is read.

        Parameters
        ----------
        replace : bool
            As of `append`.

        Raises
        ------
        PlacesExistError, ReadOnlyDataError, DamagedTableError
        """
        check_writable(self._table.folder)
        background = None if replace else self._table.current(importing=True)
        if background is not None:
            raise PlacesExistError(BACKGROUND, background.loaded_from)

    def append(
        self,
        addresses: Sequence[tuple[int, int, int]],
        tiles: Sequence[bytes],
        *,
        about: About,
        file: SourceFile,
        replace: bool = False,
    ) -> Committed:
        """Keep a background in one atomic commit.

        Parameters
        ----------
        addresses : sequence of tuple of int
            Zoom, column, and row from the north of each tile.
        tiles : sequence of bytes
            Mapbox vector tiles, not compressed.
        about : About
            What is known of it.
        file : SourceFile
            The file that it came from.
        replace : bool
            Put it in the place of the one that is loaded.

        Returns
        -------
        Committed
            The new version, and the numbers of tiles written and replaced.

        Raises
        ------
        PlacesExistError
            Without `replace`, if a background is loaded already.
        ImportRefusedError
            If there are no tiles.
        ConcurrentImportError, DatasetSettingsError, ReadOnlyDataError, DamagedTableError
        """
        z, x, y = (np.array(part, dtype=np.int64) for part in zip(*addresses, strict=True))
        rows = pa.table(
            {
                "z": z,
                "x": x,
                "y": y,
                "tile": pa.array([gzip.compress(tile, 6, mtime=0) for tile in tiles], pa.binary()),
            }
        ).take(np.argsort(_key(z, x, y)))
        constants = {"layer": BACKGROUND, "about": about.to_json()}
        table = completed(rows, SCHEMA, files=[file], constants=constants)
        condition = RowCondition(({"layer": [BACKGROUND]},))

        def plan(current: TableVersion) -> Plan:
            loaded = current.read(["source_file"])
            if loaded.num_rows and not replace:
                raise PlacesExistError(BACKGROUND, str(loaded.column(0)[0]))
            return Plan(condition)

        return self._table.append(table, facts={"title": "Background"}, plan=plan)


def _key(z: IntArray, x: IntArray, y: IntArray) -> IntArray:
    """One number for each address."""
    return np.asarray((z << 2 * _BITS) | (x << _BITS) | y, dtype=np.int64)


def _read(table: TableVersion) -> Background | None:
    """The background of a table version; None where it has no rows."""
    rows = table.read(["z", "x", "y", "tile"])
    if rows.num_rows == 0:
        return None
    first = table.read(["about", "source_file"], coded=("about", "source_file")).slice(0, 1)
    z, x, y = (rows.column(name).to_numpy() for name in "zxy")
    keys = _key(z, x, y)
    order = np.argsort(keys)
    return Background(
        version=table.version,
        about=About.from_json(str(first.column("about")[0])),
        min_zoom=int(z.min()),
        max_zoom=int(z.max()),
        loaded_from=str(first.column("source_file")[0]),
        _keys=keys[order],
        _tiles=rows.column("tile").combine_chunks().take(pa.array(order)),
    )
