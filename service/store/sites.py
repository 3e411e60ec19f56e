"""Development sites and their phases at rest: one Delta table, and one version in memory.

One table, so that a site and its phases arrive in one atomic commit. A row without
`phase_year` is a site; a row with one is a phase of the site of that `site_id`, and only
`phase`, `phase_year` and the homes are given in it.
"""

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import shapely
from numpy.typing import NDArray

from service.store import delta
from service.store.delta import Committed, SourceFile, Stamp
from service.store.errors import (
    DatasetSettingsError,
    ImportRefusedError,
    NoSitesError,
    SiteExistsError,
    WrongCrsError,
)
from service.store.versioned import content_digest
from spatial.arrays import FloatArray, IndexArray, frozen
from spatial.coordinates.crs import parsed_crs

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
        pa.field("source_file", pa.string(), nullable=False),
        pa.field("source_row", pa.int64(), nullable=False),
        pa.field("source_sha256", pa.string(), nullable=False),
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

    @cached_property
    def digest(self) -> str:
        """Digest of all that answers are made of."""
        phases = self.phases
        return content_digest(
            (self.crs, self.site_ids, self.names, self.districts, self.positions, self.notes),
            (self.sources, self.licences, self.synthetic),
            list(shapely.to_wkb(self.geometries)),
            self.homes_planned,
            self.homes_completed,
            self.completed_year,
            (phases.names, len(phases)),
            phases.site,
            phases.year,
            phases.homes_planned,
            phases.homes_completed,
        )

    @property
    def homes_remaining(self) -> FloatArray:
        """(n,) float64 homes planned and not complete; NaN where either is not known."""
        return self.homes_planned - self.homes_completed


class SiteStore:
    """All development sites.

    Parameters
    ----------
    folder : Path
        ``HOTSPOTS_DATA_DIR/sites``; need not exist yet.
    crs : str
        The working CRS.
    """

    def __init__(self, folder: Path, *, crs: str) -> None:
        self._folder = folder
        self._crs = crs
        self._lock = threading.Lock()
        self._held: tuple[Stamp, Sites] | None = None

    @property
    def folder(self) -> Path:
        """Where it is kept."""
        return self._folder

    @property
    def crs(self) -> str:
        """The working CRS."""
        return self._crs

    def version(self) -> int | None:
        """The newest version of the table, None where nothing has been imported."""
        stamp = delta.current_stamp(self._folder, self._held[0] if self._held else None)
        return None if stamp is None else stamp.version

    def revision(self) -> str:
        """The newest version and a digest of its content; empty where nothing is imported."""
        if self.version() is None:
            return ""
        sites = self.open()
        return f"{sites.version}-{sites.digest}"

    def open(self) -> Sites:
        """The newest version, in memory.

        Raises
        ------
        NoSitesError
            If nothing has been imported.
        WrongCrsError
            If the table is in another CRS than the working one.
        DamagedTableError
            If the table cannot be read.
        """
        held = self._held
        stamp = delta.current_stamp(self._folder, held[0] if held else None)
        if stamp is None:
            raise NoSitesError
        if held is not None and held[0] == stamp:
            return held[1]
        with self._lock:
            if self._held is None or self._held[0] != stamp:
                table = delta.opened(self._folder)
                if table is None:
                    raise NoSitesError
                self._held = (stamp, _read(table, self._checked_crs(table)))
            return self._held[1]

    def check_import(self, file: SourceFile, *, replace: bool = False) -> None:
        """Raise what `append` would raise about this file, before any row is read."""
        delta.check_writable(self._folder)
        table = delta.opened(self._folder)
        if table is not None:
            self._checked_crs(table)
            known = delta.imported_files(table)
            delta.plan_of_files(known, (file,), table="sites", replace=replace)

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

        Raises
        ------
        AlreadyImportedError, SameNameError, SiteExistsError
            Without `replace`, if the file or a site of it is loaded already.
        ImportRefusedError
            If there are no rows, or two sites share an id, or a phase has no site.
        DatasetSettingsError, WrongCrsError, ConcurrentImportError, ReadOnlyDataError
        """
        table = _complete(rows, file, source, licence, synthetic=synthetic)
        site_ids = _checked_site_ids(table, file)

        def plan(current: Any) -> delta.Plan:
            if current is None:
                return delta.Plan()
            self._checked_crs(current)
            known = delta.imported_files(current)
            by_file = delta.plan_of_files(known, (file,), table="sites", replace=replace)
            there = set(delta.read_columns(current, ["site_id"]).column(0).to_pylist())
            common = tuple(sorted(there.intersection(site_ids)))
            if common and not replace:
                raise SiteExistsError(common)
            if not common and by_file.predicate is None:
                return by_file
            same_sites = f"site_id IN ({', '.join(delta.sql_text(i) for i in site_ids)})"
            return delta.Plan(
                same_sites
                if by_file.predicate is None
                else f"{same_sites} OR {by_file.predicate}",
                _rows_of(current, site_ids, file),
            )

        committed = delta.commit(
            self._folder,
            table,
            name="sites",
            description=delta.to_description({"title": "Development sites", "crs": self._crs}),
            plan=plan,
        )
        delta.remove_orphans(self._folder)
        return committed

    def _checked_crs(self, table: Any) -> str:
        """The CRS that the table keeps, if it is the working one."""
        facts = delta.from_description(self._folder, table.metadata().description)
        crs = str(facts.get("crs", ""))
        if crs != self._crs and parsed_crs(crs) != parsed_crs(self._crs):
            raise WrongCrsError("the table of sites", crs, self._crs)
        return crs


def _rows_of(table: Any, site_ids: Sequence[str], file: SourceFile) -> int:
    """How many rows are of these sites or of this file, by name or content."""
    rows = delta.read_columns(table, ["site_id", "source_file", "source_sha256"])
    matches = pc.or_(
        pc.is_in(rows.column("site_id"), value_set=pa.array(list(site_ids), pa.string())),
        pc.or_(
            pc.equal(rows.column("source_file"), file.name),
            pc.equal(rows.column("source_sha256"), file.sha256),
        ),
    )
    return int(pc.sum(matches).as_py() or 0)


def _complete(
    rows: pa.Table, file: SourceFile, source: str, licence: str, *, synthetic: bool
) -> pa.Table:
    """The rows with all columns of the table, the geometry made where it is left out."""
    n = rows.num_rows
    if n == 0:
        raise ImportRefusedError(file.name, "there is no usable row")
    constants: dict[str, object] = {
        "source": source or None,
        "licence": licence or None,
        "synthetic": synthetic,
        "source_file": file.name,
        "source_sha256": file.sha256,
    }
    unknown = [name for name in rows.column_names if name not in SCHEMA.names]
    if unknown:
        raise DatasetSettingsError("column", unknown[0], f"one of {', '.join(SCHEMA.names)}")
    arrays = []
    for column in SCHEMA:
        if column.name in constants:
            arrays.append(pa.repeat(pa.scalar(constants[column.name], column.type), n))
        elif column.name in rows.column_names:
            arrays.append(pc.cast(rows.column(column.name), column.type))
        elif column.name == "source_row":
            arrays.append(pa.array(np.arange(1, n + 1)))
        elif column.name == "geometry":
            arrays.append(_points(rows))
        else:
            arrays.append(pa.nulls(n, column.type))
    return pa.table(arrays, schema=SCHEMA)


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
    twice = sorted({site for site in site_ids if site_ids.count(site) > 1})
    if twice:
        raise ImportRefusedError(file.name, f"site {', '.join(twice[:5])} is there twice")
    for name in ("name", "easting_m", "northing_m", "geometry"):
        if sites.column(name).null_count:
            raise DatasetSettingsError(name, "null", "given for every site")
    for name in ("homes_planned", "homes_completed"):
        homes = pc.drop_null(table.column(name)).to_numpy()
        if not (np.isfinite(homes) & (homes >= 0)).all():
            raise DatasetSettingsError(name, "negative or not finite", "a number of homes")
    phases = set(table.filter(is_phase).column("site_id").to_pylist())
    homeless = sorted(phases - set(site_ids))
    if homeless:
        raise ImportRefusedError(file.name, f"phases of a site that is not in it: {homeless[0]}")
    return tuple(site_ids)


def _read(table: Any, crs: str) -> Sites:
    """All sites of an opened table version."""
    rows = delta.read_columns(table).sort_by(
        [("source_file", "ascending"), ("source_row", "ascending")]
    )
    is_phase = pc.is_valid(rows.column("phase_year"))
    sites = rows.filter(pc.invert(is_phase))
    xy_m = np.column_stack([_floats(sites, "easting_m"), _floats(sites, "northing_m")])
    geometries = np.asarray(shapely.from_wkb(sites.column("geometry").to_pylist()), dtype=object)
    site_ids = _texts(sites, "site_id")
    return Sites(
        version=table.version(),
        crs=crs,
        site_ids=site_ids,
        names=_texts(sites, "name"),
        districts=_texts(sites, "district"),
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
