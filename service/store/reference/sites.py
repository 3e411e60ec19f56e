"""Development sites and their phases at rest: one Delta table, and one version in memory.

One table, so that a site and its phases arrive in one atomic commit. A row without
`phase_year` is a site; a row with one is a phase of the site of that `site_id`, and only
`phase`, `phase_year` and the homes are given in it.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import shapely
from numpy.typing import NDArray

from boundaries.layers.codes import one_spelling
from boundaries.storage.caches import DiskCache
from boundaries.storage.damage import Damage
from boundaries.storage.data_folder import DataFolder
from service.store.columns import SOURCE_FIELDS, completed
from service.store.commits import Committed, Plan
from service.store.delta import TableVersion
from service.store.errors import (
    DatasetSettingsError,
    ImportRefusedError,
    NoSitesError,
    SiteExistsError,
)
from service.store.row_conditions import RowCondition
from service.store.source_files import SourceFile, plan_of_files
from service.store.table_store import FileStore
from service.store.versioned import VersionedTable
from spatial.arrays import FloatArray, IndexArray, frozen

SCHEMA = pa.schema(
    [
        pa.field("site_id", pa.string(), nullable=False),
        pa.field("phase", pa.string()),
        pa.field("phase_year", pa.int32()),
        pa.field("name", pa.string()),
        pa.field("district", pa.string()),
        pa.field("easting_m", pa.float64()),
        pa.field("northing_m", pa.float64()),
        pa.field("geometry", pa.binary()),  # WKB in the working CRS: a point or the outline
        pa.field("homes_planned", pa.float64()),
        pa.field("homes_completed", pa.float64()),
        pa.field("completed_year", pa.int32()),
        pa.field("position", pa.string()),
        pa.field("note", pa.string()),
        pa.field("source", pa.string()),
        pa.field("licence", pa.string()),
        pa.field("synthetic", pa.bool_(), nullable=False),
        *SOURCE_FIELDS,
    ]
)

NO_YEAR = -1


@dataclass(frozen=True, eq=False)
class Phases:
    """Homes by site and year, in the order of site and year; empty where none is loaded.

    Attributes
    ----------
    site : (n,) int32
        Position of the site in `Sites`.
    year : (n,) int32
    homes_planned, homes_completed : (n,) float64
        NaN where not stated.
    """

    site: IndexArray
    year: IndexArray
    names: tuple[str, ...]
    homes_planned: FloatArray
    homes_completed: FloatArray

    def __len__(self) -> int:
        return len(self.site)


@dataclass(frozen=True, eq=False)
class Sites:
    """All development sites, in the order of import; read-only and shared.

    Attributes
    ----------
    site_ids, names, districts, positions, notes : tuple of str
        One of each per site; empty text where not stated.
    xy_m : (n, 2) float64
        A point of the site in the working CRS, metres: inside its outline where it has one.
    geometries : (n,) object array
        The point, polygon or multipolygon of the site.
    homes_planned : (n,) float64
        NaN where not stated.
    homes_completed : (n,) float64
        NaN where completions are not published.
    completed_year : (n,) int32
        The year by which `homes_completed` were complete; ``NO_YEAR`` where not stated.
    """

    version: int
    crs: str
    site_ids: tuple[str, ...]
    names: tuple[str, ...]
    districts: tuple[str, ...]
    xy_m: FloatArray
    geometries: NDArray[Any]
    homes_planned: FloatArray
    homes_completed: FloatArray
    completed_year: IndexArray
    positions: tuple[str, ...]
    notes: tuple[str, ...]
    phases: Phases
    sources: tuple[str, ...]
    licences: tuple[str, ...]
    synthetic: bool

    def __len__(self) -> int:
        return len(self.site_ids)

    @property
    def homes_remaining(self) -> FloatArray:
        """(n,) float64 homes planned and not complete; NaN where either is not known."""
        return self.homes_planned - self.homes_completed


class SiteStore(FileStore[Sites]):
    """All development sites.

    Parameters
    ----------
    folder : Path or DataFolder
        ``HOTSPOTS_DATA_DIR/sites``; need not exist yet.
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
            VersionedTable(folder, _read, name="sites", crs=crs, digests=digests, damage=damage)
        )

    @property
    def crs(self) -> str:
        """The working CRS."""
        return self._crs

    def open(self) -> Sites:
        """The newest version, in memory.

        Returns
        -------
        Sites
            Shared; its arrays are read-only.

        Raises
        ------
        NoSitesError
            If nothing has been imported.
        WrongCrsError
            If the table is in another CRS than the working one.
        DamagedTableError
            If the table cannot be read.
        """
        sites = self._table.current()
        if sites is None:
            raise NoSitesError
        return sites

    def append(
        self,
        rows: pa.Table,
        *,
        file: SourceFile,
        source: str = "",
        licence: str = "",
        synthetic: bool = False,
        replace: bool = False,
    ) -> Committed:
        """Add sites, and phases of them, in one atomic commit.

        Parameters
        ----------
        rows : pyarrow.Table
            Columns of ``SCHEMA``; `site_id` and, for sites, `name`, `easting_m`, `northing_m`
            are required. `geometry` is WKB in the working CRS; the point where left out.
        file : SourceFile
            Where the rows came from.
        source, licence : str
            Kept with each row.
        synthetic : bool
            True for invented sites.
        replace : bool
            Put the rows in the place of those of the same sites, and of those imported before
            from the same file.

        Returns
        -------
        Committed
            The new version, and the numbers of rows written and replaced.

        Raises
        ------
        AlreadyImportedError, SameNameError, SiteExistsError
            Without `replace`, if the file or a site of it is loaded already.
        ImportRefusedError
            If there are no rows, or two sites share an id, or a phase has no site.
        DatasetSettingsError, WrongCrsError, ConcurrentImportError, ReadOnlyDataError
        """
        unknown = [name for name in rows.column_names if name not in SCHEMA.names]
        if unknown:
            raise DatasetSettingsError("column", unknown[0], f"one of {', '.join(SCHEMA.names)}")
        if "geometry" not in rows.column_names:
            rows = rows.append_column("geometry", _points(rows))
        constants = {
            "source": source or None,
            "licence": licence or None,
            "synthetic": synthetic,
        }
        table = completed(rows, SCHEMA, files=(file,), constants=constants)
        site_ids = _checked_site_ids(table, file)

        def plan(current: TableVersion) -> Plan:
            planned = plan_of_files(current, (file,), name="sites", replace=replace)
            loaded = set(current.read(["site_id"]).column(0).to_pylist())
            common = tuple(sorted(loaded.intersection(site_ids)))
            if common and not replace:
                raise SiteExistsError(common)
            if planned.replaced is None:
                return planned
            return Plan(RowCondition(({"site_id": site_ids},)) | planned.replaced)

        return self._table.append(table, facts={"title": "Development sites"}, plan=plan)


def _points(rows: pa.Table) -> pa.Array:
    """WKB points of the rows that have a place."""
    if not {"easting_m", "northing_m"} <= set(rows.column_names):
        return pa.nulls(rows.num_rows, pa.binary())
    xy_m = [
        np.asarray(rows.column(name).to_numpy(), dtype=np.float64)
        for name in ("easting_m", "northing_m")
    ]
    has_place = np.isfinite(xy_m[0]) & np.isfinite(xy_m[1])
    wkb = np.full(rows.num_rows, None, dtype=object)
    wkb[has_place] = shapely.to_wkb(shapely.points(xy_m[0][has_place], xy_m[1][has_place]))
    return pa.array(wkb, pa.binary())


def _checked_site_ids(table: pa.Table, file: SourceFile) -> tuple[str, ...]:
    """The ids of the sites, if each is there once with name and place, and phases have one."""
    is_phase = pc.is_valid(table.column("phase_year"))
    sites = table.filter(pc.invert(is_phase))
    site_ids = [str(site) for site in sites.column("site_id").to_pylist()]
    repeated = sorted({site for site in site_ids if site_ids.count(site) > 1})
    if repeated:
        raise ImportRefusedError(file.name, f"site {', '.join(repeated[:5])} is there twice")
    for name in ("name", "easting_m", "northing_m", "geometry"):
        if sites.column(name).null_count:
            raise DatasetSettingsError(name, "null", "given for every site")
    for name in ("homes_planned", "homes_completed"):
        homes = pc.drop_null(table.column(name)).to_numpy()
        if not (np.isfinite(homes) & (homes >= 0)).all():
            raise DatasetSettingsError(name, "negative or not finite", "a number of homes")
    phases = set(table.filter(is_phase).column("site_id").to_pylist())
    missing = sorted(phases - set(site_ids))
    if missing:
        raise ImportRefusedError(
            file.name, f"phases of a site that is not in the file: {missing[0]}"
        )
    return tuple(site_ids)


def _read(table: TableVersion) -> Sites:
    """All sites of a table version."""
    rows = table.read().sort_by([("source_file", "ascending"), ("source_row", "ascending")])
    is_phase = pc.is_valid(rows.column("phase_year"))
    sites = rows.filter(pc.invert(is_phase))
    xy_m = np.column_stack([_floats(sites, "easting_m"), _floats(sites, "northing_m")])
    geometries = np.asarray(shapely.from_wkb(sites.column("geometry").to_pylist()), dtype=object)
    site_ids = _texts(sites, "site_id")
    return Sites(
        version=table.version,
        crs=str(table.facts.get("crs", "")),
        site_ids=site_ids,
        names=_texts(sites, "name"),
        districts=one_spelling(_texts(sites, "district")),
        xy_m=frozen(xy_m),
        geometries=frozen(geometries),
        homes_planned=frozen(_floats(sites, "homes_planned")),
        homes_completed=frozen(_floats(sites, "homes_completed")),
        completed_year=frozen(_years(sites, "completed_year")),
        positions=_texts(sites, "position"),
        notes=_texts(sites, "note"),
        phases=_phases(rows.filter(is_phase), site_ids),
        sources=_distinct(sites, "source"),
        licences=_distinct(sites, "licence"),
        synthetic=bool(pc.any(sites.column("synthetic")).as_py()),
    )


def _phases(rows: pa.Table, site_ids: tuple[str, ...]) -> Phases:
    """The phases in the order of site and year."""
    position = {site: i for i, site in enumerate(site_ids)}
    site = np.array([position[str(i)] for i in rows.column("site_id").to_pylist()], dtype=np.int32)
    year = _years(rows, "phase_year")
    order = np.lexsort((year, site))
    names = _texts(rows, "phase")
    return Phases(
        site=frozen(site[order]),
        year=frozen(year[order]),
        names=tuple(names[i] for i in order),
        homes_planned=frozen(_floats(rows, "homes_planned")[order]),
        homes_completed=frozen(_floats(rows, "homes_completed")[order]),
    )


def _texts(rows: pa.Table, name: str) -> tuple[str, ...]:
    """The column as text, empty for null."""
    return tuple(str(value or "") for value in rows.column(name).to_pylist())


def _distinct(rows: pa.Table, name: str) -> tuple[str, ...]:
    """The words of the column, sorted, without the empty one."""
    return tuple(sorted({text for text in _texts(rows, name) if text}))


def _floats(rows: pa.Table, name: str) -> FloatArray:
    """The column as float64, NaN for null."""
    return np.array(rows.column(name).to_numpy(), dtype=np.float64)


def _years(rows: pa.Table, name: str) -> IndexArray:
    """The column as int32, NO_YEAR for null."""
    filled = rows.column(name).fill_null(NO_YEAR).to_numpy()
    return np.array(filled, dtype=np.int32)
