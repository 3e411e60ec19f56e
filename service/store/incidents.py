"""Incidents at rest, one Delta table per dataset, and one version of them in memory."""

import re
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from service.store import delta
from service.store.delta import Committed, SourceFile, Stamp
from service.store.errors import (
    DatasetSettingsError,
    UnknownDatasetError,
    WrongCrsError,
)
from service.store.incident_rows import STATISTICS, checked_rows
from service.store.loaded_incidents import DatasetInfo, Incidents, from_table
from spatial.coordinates.crs import parsed_crs

__all__ = ["DatasetInfo", "IncidentStore", "Incidents"]

_ID = re.compile(r"[a-z0-9][a-z0-9_-]{0,62}")
_FACTS = ("title", "source", "licence")


@dataclass(frozen=True)
class DatasetFacts:
    """What is known of a dataset besides its rows; kept in the table's own metadata."""

    title: str
    source: str
    licence: str
    synthetic: bool
    crs: str


def checked_dataset_id(dataset: str) -> str:
    """The dataset id, if it may be one.

    Raises
    ------
    DatasetSettingsError
        If it has anything but lower-case letters, digits, ``-`` and ``_``.
    """
    if not _ID.fullmatch(dataset):
        raise DatasetSettingsError(
            "dataset",
            dataset,
            "1 to 63 lower-case letters, digits, - and _, beginning with a letter or digit",
        )
    return dataset


class IncidentStore:
    """All datasets under one folder.

    Parameters
    ----------
    folder : Path
        ``HOTSPOTS_DATA_DIR/incidents``; need not exist yet.
    crs : str
        The working CRS. A table in another one is refused, never reprojected in silence.

    Notes
    -----
    Safe to share between threads. A version is read once per process; who holds an `Incidents`
    keeps it whole while others get the next version.
    """

    def __init__(self, folder: Path, *, crs: str) -> None:
        self._folder = folder
        self._crs = crs
        self._lock = threading.Lock()
        self._loading: dict[str, threading.Lock] = {}
        self._held: dict[str, tuple[Stamp, Incidents]] = {}

    @property
    def folder(self) -> Path:
        """Where it is kept."""
        return self._folder

    @property
    def crs(self) -> str:
        """The working CRS."""
        return self._crs

    def ids(self) -> tuple[str, ...]:
        """The datasets that have been imported, in alphabetical order."""
        if not self._folder.is_dir():
            return ()
        return tuple(
            sorted(
                entry.name
                for entry in self._folder.iterdir()
                if _ID.fullmatch(entry.name) and delta.current_stamp(entry) is not None
            )
        )

    def version(self, dataset: str) -> int:
        """The newest version of a dataset; costs two file status calls when it is loaded.

        Raises
        ------
        UnknownDatasetError
            If there is no such dataset.
        """
        return self._stamp(dataset).version

    def revision(self, dataset: str) -> str:
        """The newest version and a digest of its content, which two tables never share.

        Raises
        ------
        UnknownDatasetError, WrongCrsError, DamagedTableError
            As `open`, whose cost it has.
        """
        return self.open(dataset).revision

    def open(self, dataset: str) -> Incidents:
        """The newest version of a dataset, in memory.

        Raises
        ------
        UnknownDatasetError
            If there is no such dataset.
        WrongCrsError
            If its table is in another CRS than the working one.
        DamagedTableError
            If its table cannot be read.
        """
        stamp = self._stamp(dataset)
        held = self._held.get(dataset)
        if held is not None and held[0] == stamp:
            return held[1]
        with self._lock:
            loading = self._loading.setdefault(dataset, threading.Lock())
        with loading:
            stamp = self._stamp(dataset)
            held = self._held.get(dataset)
            if held is None or held[0] != stamp:
                held = (stamp, self._read(dataset))
                self._held[dataset] = held
            return held[1]

    def info(self, dataset: str) -> DatasetInfo:
        """What the dataset holds: counts, period, categories, and where it came from."""
        return self.open(dataset).info()

    def facts(self, dataset: str) -> DatasetFacts | None:
        """Title, source, licence and CRS of a dataset, None where there is no such dataset."""
        table = delta.opened(self._folder / checked_dataset_id(dataset))
        return None if table is None else self._facts_of(dataset, table)

    def imported_files(self, dataset: str) -> dict[SourceFile, int]:
        """The files that a dataset has rows of, with the number of rows of each."""
        table = delta.opened(self._folder / checked_dataset_id(dataset))
        return {} if table is None else delta.imported_files(table)

    def known_ids(
        self, dataset: str, ids: pa.Array, *, without: Sequence[SourceFile] = ()
    ) -> pa.Array:
        """Those of `ids` that a dataset has, leaving out the rows of some files."""
        table = delta.opened(self._folder / checked_dataset_id(dataset))
        if table is None or len(ids) == 0:
            return pa.array([], pa.string())
        columns = ["incident_id", "source_file", "source_sha256"]
        rows = delta.read_columns(table, columns)
        of_files = pc.or_(
            _is_one_of(rows.column("source_file"), [file.name for file in without]),
            _is_one_of(rows.column("source_sha256"), [file.sha256 for file in without]),
        )
        kept = rows.filter(pc.invert(of_files)).column("incident_id")
        return ids.filter(pc.is_in(ids, value_set=kept.combine_chunks().drop_null()))

    def check_import(
        self, dataset: str, files: Sequence[SourceFile], *, replace: bool = False
    ) -> None:
        """Raise what `append` would raise about these files, before any row is read.

        Raises
        ------
        DatasetSettingsError, WrongCrsError, AlreadyImportedError, SameNameError,
        ImportRefusedError, ReadOnlyDataError
        """
        path = self._folder / checked_dataset_id(dataset)
        delta.check_writable(path)
        delta.check_distinct(tuple(files))
        table = delta.opened(path)
        if table is not None:
            self._facts_of(dataset, table)
            delta.plan_of_files(
                delta.imported_files(table), tuple(files), table=dataset, replace=replace
            )

    def append(
        self,
        dataset: str,
        rows: pa.Table,
        *,
        files: Sequence[SourceFile],
        title: str = "",
        source: str = "",
        licence: str = "",
        synthetic: bool = False,
        replace: bool = False,
    ) -> Committed:
        """Add the rows of one or more files in one atomic commit.

        Parameters
        ----------
        dataset : str
            Made where it does not exist.
        rows : pyarrow.Table
            `occurred` and `category` are required; `precision`, `easting_m`, `northing_m`
            (both null: not located), `incident_id`, `subcategory`, `weight`, `area_code`,
            `area_layer` may be left out; any further column is an attribute. `source_file`,
            `source_sha256` and `source_row` may be left out where there is one file.
        files : sequence of SourceFile
            Every file that the rows came from, those without a usable row too.
        title, source, licence : str
            Kept with the table. Empty: as they were.
        synthetic : bool
            True for invented rows. Real and invented rows cannot share a dataset.
        replace : bool
            Put the rows in the place of those imported before from the same files, where the
            name or the content is the same.

        Raises
        ------
        AlreadyImportedError, SameNameError
            Without `replace`, if a file is there already.
        DatasetSettingsError
            If the id, a column or the synthetic flag does not fit.
        WrongCrsError, ConcurrentImportError, ReadOnlyDataError, DamagedTableError
        """
        path = self._folder / checked_dataset_id(dataset)
        delta.check_distinct(tuple(files))
        table = checked_rows(rows, tuple(files))
        given = {"title": title, "source": source, "licence": licence}
        new = {**given, "title": title or dataset, "synthetic": synthetic, "crs": self._crs}

        def plan(current: Any) -> delta.Plan:
            if current is None:
                return delta.Plan()
            facts = self._facts_of(dataset, current)
            if facts.synthetic != synthetic:
                raise DatasetSettingsError(
                    "synthetic", str(synthetic).lower(), _same_kind(dataset, facts.synthetic)
                )
            known = delta.imported_files(current)
            planned = delta.plan_of_files(known, tuple(files), table=dataset, replace=replace)
            kept = {name: getattr(facts, name) for name in _FACTS}
            changed = {name: given[name] or kept[name] for name in _FACTS}
            description = None
            if changed != kept:
                description = delta.to_description({**new, **changed, "crs": facts.crs})
            return delta.Plan(planned.predicate, planned.rows_replaced, description)

        committed = delta.commit(
            path,
            table,
            name=dataset,
            description=delta.to_description(new),
            plan=plan,
            configuration=STATISTICS,
        )
        delta.remove_orphans(path)
        return committed

    def _stamp(self, dataset: str) -> Stamp:
        """The newest version of a dataset as seen on disk."""
        held = self._held.get(dataset)
        stamp = None
        if _ID.fullmatch(dataset):
            stamp = delta.current_stamp(self._folder / dataset, held[0] if held else None)
        if stamp is None:
            raise UnknownDatasetError(dataset, self.ids())
        return stamp

    def _facts_of(self, dataset: str, table: Any) -> DatasetFacts:
        """The facts that a table keeps, if its CRS is the working one."""
        facts = _facts(
            delta.from_description(self._folder / dataset, table.metadata().description)
        )
        if facts.crs != self._crs and parsed_crs(facts.crs) != parsed_crs(self._crs):
            raise WrongCrsError(f"dataset {dataset}", facts.crs, self._crs)
        return facts

    def _read(self, dataset: str) -> Incidents:
        """The newest version, from disk."""
        path = self._folder / dataset
        table = delta.opened(path)
        if table is None:
            raise UnknownDatasetError(dataset, self.ids())
        facts = self._facts_of(dataset, table)
        found = from_table(
            table,
            dataset=dataset,
            title=facts.title,
            source=facts.source,
            licence=facts.licence,
            synthetic=facts.synthetic,
            crs=facts.crs,
        )
        # What was read is copied into columns; the pool would keep it: 75 MB of a million rows.
        pa.default_memory_pool().release_unused()
        return found


def _is_one_of(column: pa.ChunkedArray, values: Sequence[str]) -> pa.ChunkedArray:
    """(n,) bool, true where the value is one of these."""
    return pc.is_in(column, value_set=pa.array(list(values), pa.string()))


def _facts(kept: Mapping[str, Any]) -> DatasetFacts:
    """The facts from a table's description."""
    return DatasetFacts(
        title=str(kept.get("title", "")),
        source=str(kept.get("source", "")),
        licence=str(kept.get("licence", "")),
        synthetic=bool(kept.get("synthetic", False)),
        crs=str(kept.get("crs", "")),
    )


def _same_kind(dataset: str, synthetic: bool) -> str:
    """What the synthetic flag may be for a dataset that exists."""
    kind = "invented" if synthetic else "real"
    return f"{str(synthetic).lower()}, because dataset {dataset} holds {kind} incidents"
