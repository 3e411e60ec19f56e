"""Named points at rest: the gazetteer, and sets of places such as licensed premises or stops."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from boundaries.storage.caches import DiskCache
from boundaries.storage.damage import Damage
from boundaries.storage.data_folder import DataFolder
from service.store.columns import SOURCE_FIELDS, check_places, completed
from service.store.commits import Committed, Plan, check_writable
from service.store.delta import TableVersion
from service.store.errors import DatasetSettingsError, PlacesExistError, UnknownPlacesError
from service.store.row_conditions import RowCondition
from service.store.source_files import SourceFile, check_distinct
from service.store.table_store import TableStore
from service.store.versioned import VersionedTable
from spatial.arrays import FloatArray, frozen

SCHEMA = pa.schema(
    [
        pa.field("place_set", pa.string(), nullable=False),
        pa.field("name", pa.string()),
        pa.field("kind", pa.string()),
        pa.field("locality", pa.string()),
        pa.field("easting_m", pa.float64(), nullable=False),
        pa.field("northing_m", pa.float64(), nullable=False),
        pa.field("source", pa.string()),
        pa.field("licence", pa.string()),
        pa.field("synthetic", pa.bool_(), nullable=False),
        *SOURCE_FIELDS,
    ]
)
GAZETTEER: Final = "gazetteer"  # name of the only set of the gazetteer's own table

_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,62}")
_FACTS = ("source", "licence", "source_file")


@dataclass(frozen=True, eq=False)
class Places:
    """The places of one set, in the order of their file; read-only and shared.

    Attributes
    ----------
    names, kinds, localities : (n,) text
        Null where the file states none. A locality is the town or village of the place.
    xy_m : (n, 2) float64
        Easting and northing in the working CRS, metres.
    loaded_from : str
        The file, or the first of several.
    """

    place_set: str
    version: int
    names: pa.Array
    kinds: pa.Array
    localities: pa.Array
    xy_m: FloatArray
    source: str
    licence: str
    loaded_from: str
    synthetic: bool

    def __len__(self) -> int:
        return len(self.xy_m)

    def as_source(self) -> dict[str, object]:
        """What is known of the set, for the provenance.

        Returns
        -------
        dict of str to object
            JSON members, those that are stated.
        """
        members: dict[str, object] = {
            "name": self.place_set,
            "version": self.version,
            "places": len(self),
            "source": self.source,
            "licence": self.licence,
            "loaded_from": self.loaded_from,
            "synthetic": self.synthetic,
        }
        return {name: value for name, value in members.items() if value != ""}


class PlaceSetStore(TableStore[Mapping[str, Places]]):
    """Sets of places, in one table.

    Parameters
    ----------
    folder : Path or DataFolder
        ``HOTSPOTS_DATA_DIR/place_sets`` or ``.../gazetteer``; need not exist yet.
    crs : str
        The working CRS.
    name : str
        Of the table: ``place_sets`` or ``gazetteer``.
    digests : DiskCache or None
    damage : Damage or None
        See `VersionedTable`.
    """

    def __init__(
        self,
        folder: Path | DataFolder,
        *,
        crs: str,
        name: str = "place_sets",
        digests: DiskCache | None = None,
        damage: Damage | None = None,
    ) -> None:
        self._crs, self._name = crs, name
        super().__init__(
            VersionedTable(folder, _read, name=name, crs=crs, digests=digests, damage=damage)
        )

    @property
    def crs(self) -> str:
        """The working CRS."""
        return self._crs

    def names(self) -> tuple[str, ...]:
        """The sets that have been imported.

        Returns
        -------
        tuple of str
            In alphabetical order.

        Raises
        ------
        DamagedTableError
            If the table cannot be read.
        """
        return tuple(sorted(self._table.current() or ()))

    def get(self, place_set: str) -> Places | None:
        """The places of a set, None where nothing of that name has been imported.

        Parameters
        ----------
        place_set : str
            Its name.

        Returns
        -------
        Places or None
            Shared; its arrays are read-only.

        Raises
        ------
        WrongCrsError
            If the table is in another CRS than the working one.
        DamagedTableError
            If the table cannot be read.
        """
        return (self._table.current() or {}).get(place_set)

    def open(self, place_set: str) -> Places:
        """The places of a set.

        Parameters
        ----------
        place_set : str
            Its name.

        Returns
        -------
        Places
            Shared; its arrays are read-only.

        Raises
        ------
        UnknownPlacesError
            If no set of that name has been imported; names those that have.
        WrongCrsError, DamagedTableError
            As `get`.
        """
        places = self.get(place_set)
        if places is None:
            raise UnknownPlacesError(place_set, self.names())
        return places

    def check_import(
        self, place_set: str, files: Sequence[SourceFile], *, replace: bool = False
    ) -> None:
        """Raise what `append` would raise about a set, before any row is read.

        Parameters
        ----------
        place_set : str
            Its name.
        files : sequence of SourceFile
            All files of the import.
        replace : bool
            As of `append`.

        Raises
        ------
        DatasetSettingsError, ImportRefusedError, PlacesExistError, ReadOnlyDataError,
        WrongCrsError, DamagedTableError
        """
        _check_name(place_set)
        check_writable(self._table.folder)
        check_distinct(files)
        if not replace:
            _check_absent(place_set, self._table.current(importing=True) or {})

    def append(
        self,
        place_set: str,
        rows: pa.Table,
        *,
        files: Sequence[SourceFile],
        source: str = "",
        licence: str = "",
        synthetic: bool = False,
        replace: bool = False,
    ) -> Committed:
        """Add a set of places in one atomic commit.

        Parameters
        ----------
        place_set : str
            Its name: lower-case letters, digits, - and _.
        rows : pyarrow.Table
            `easting_m`, `northing_m`; `name`, `kind` and `locality` where they are known; the
            columns of the source where there are several files.
        files : sequence of SourceFile
            Every file that the rows came from.
        source, licence : str
            Kept with each row; empty where unknown.
        synthetic : bool
            True for invented places.
        replace : bool
            Put the rows in the place of all of the same set.

        Returns
        -------
        Committed
            The new version, and the numbers of rows written and replaced.

        Raises
        ------
        PlacesExistError
            Without `replace`, if the set is loaded already.
        ImportRefusedError
            If there are no rows.
        DatasetSettingsError, WrongCrsError, ConcurrentImportError, ReadOnlyDataError,
        DamagedTableError
        """
        _check_name(place_set)
        constants = {
            "place_set": place_set,
            "source": source or None,
            "licence": licence or None,
            "synthetic": synthetic,
        }
        table = completed(rows, SCHEMA, files=files, constants=constants)
        check_places(table)
        for name in ("easting_m", "northing_m"):
            if not np.isfinite(table.column(name).to_numpy()).all():
                raise DatasetSettingsError(name, "NaN or infinite", "finite metres")
        condition = RowCondition(({"place_set": [place_set]},))

        def plan(current: TableVersion) -> Plan:
            if not replace:
                _check_absent(place_set, _read(current))
            return Plan(condition)

        title = "Gazetteer" if self._name == GAZETTEER else "Places"
        return self._table.append(table, facts={"title": title}, plan=plan)


def _read(table: TableVersion) -> Mapping[str, Places]:
    """All sets of a table version."""
    rows = table.read([name for name in SCHEMA.names if name != "source_sha256"])
    rows = rows.sort_by([("source_file", "ascending"), ("source_row", "ascending")])
    sets = {}
    for place_set in pc.unique(rows.column("place_set")).to_pylist():
        of_set = rows.filter(pc.equal(rows.column("place_set"), place_set))
        first = {name: str(of_set.column(name)[0].as_py() or "") for name in _FACTS}
        xy_m = np.column_stack([of_set.column("easting_m"), of_set.column("northing_m")])
        sets[str(place_set)] = Places(
            place_set=str(place_set),
            version=table.version,
            names=of_set.column("name").combine_chunks(),
            kinds=of_set.column("kind").combine_chunks(),
            localities=of_set.column("locality").combine_chunks(),
            xy_m=frozen(np.ascontiguousarray(xy_m, dtype=np.float64)),
            source=first["source"],
            licence=first["licence"],
            loaded_from=first["source_file"],
            synthetic=bool(pc.any(of_set.column("synthetic")).as_py()),
        )
    return sets


def _check_name(place_set: str) -> None:
    """Raise DatasetSettingsError unless a set may have that name."""
    if not _NAME.fullmatch(place_set):
        allowed = "lower-case letters, digits, - and _, 63 characters at most"
        raise DatasetSettingsError("name of a set of places", place_set, allowed)


def _check_absent(place_set: str, sets: Mapping[str, Places]) -> None:
    """Raise PlacesExistError, which says from where, if the set is loaded."""
    if place_set in sets:
        raise PlacesExistError(place_set, sets[place_set].loaded_from)
