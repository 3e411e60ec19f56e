"""Incidents at rest, one Delta table per dataset, and one version of them in memory."""

import contextlib
import dataclasses
import datetime
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from boundaries.storage.caches import DiskCache
from boundaries.storage.damage import Damage
from boundaries.storage.data_folder import DataFolder
from service.coverage.spans import Span
from service.coverage.statements import StatedCoverage
from service.store.commits import Committed, Plan
from service.store.contents import ImportRecord
from service.store.dataset_ids import DATASET_ID, checked_dataset_id
from service.store.delta import TableVersion
from service.store.errors import DamagedTableError, UnknownDatasetError
from service.store.incident_rows import (
    STATISTICS,
    all_operations,
    checked_rows,
    ids_that_stay,
    repeated_count,
    replacing_ids,
)
from service.store.loaded_incidents import (
    DatasetFacts,
    DatasetInfo,
    Incidents,
    from_table,
    without_empty_words,
)
from service.store.source_files import SourceFile, check_distinct, imported_files, plan_of_files
from service.store.versioned import VersionedTable

__all__ = ["DatasetInfo", "IncidentStore", "Incidents"]

KIND = "dataset"


class IncidentStore:
    """All datasets under one folder.

    Parameters
    ----------
    folder : Path or DataFolder
        ``HOTSPOTS_DATA_DIR/incidents``; need not exist yet.
    crs : str
        The working CRS. A table in another one is refused, never reprojected in silence.
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
        self._folder = DataFolder.of(folder)
        self._damage = damage or Damage()
        self._crs = crs
        self._digests = digests
        self._tables: dict[str, VersionedTable[Incidents]] = {}
        self._first_days: dict[str, tuple[str, datetime.date | None]] = {}

    @property
    def folder(self) -> Path:
        """Where it is kept."""
        return self._folder.path

    @property
    def crs(self) -> str:
        """The working CRS."""
        return self._crs

    def ids(self) -> tuple[str, ...]:
        """The datasets that have been imported, in alphabetical order.

        Returns
        -------
        tuple of str
            Without those of which it is known that they cannot be read.
        """
        names = sorted(name for name in self._folder.names() if DATASET_ID.fullmatch(name))
        self._damage.forget(KIND, names)
        self._tables = {n: t for n, t in dict(self._tables).items() if n in names}  # none deleted
        return tuple(name for name in names if self._table(name).is_readable())

    def all(self) -> tuple[Incidents, ...]:
        """Every dataset that can be read, in alphabetical order.

        Returns
        -------
        tuple of Incidents
            The version of each that is served.

        Raises
        ------
        WrongCrsError
            If a table is in another CRS than the working one.
        """
        datasets = []
        for name in self.ids():
            with contextlib.suppress(DamagedTableError, UnknownDatasetError):  # noted, or removed
                datasets.append(self.open(name))
        return tuple(datasets)

    def version(self, dataset: str) -> int:
        """The newest version of a dataset; costs two file status calls.

        Parameters
        ----------
        dataset : str
            Its name.

        Returns
        -------
        int
            From 0.

        Raises
        ------
        UnknownDatasetError
            If there is no such dataset.
        """
        version = self._table(dataset).version() if DATASET_ID.fullmatch(dataset) else None
        if version is None:
            raise UnknownDatasetError(dataset, self.ids())
        return version

    def revision(self, dataset: str) -> str:
        """The newest version and a digest of its content, which no two tables share.

        Parameters
        ----------
        dataset : str
            Its name.

        Returns
        -------
        str
            It changes with every import.

        Raises
        ------
        UnknownDatasetError
            If there is no such dataset.
        WrongCrsError
            As `open`; but no row is read, see `VersionedTable.revision`.
        """
        revision = self._table(dataset).revision() if DATASET_ID.fullmatch(dataset) else ""
        if not revision:
            raise UnknownDatasetError(dataset, self.ids())
        return revision

    def open(self, dataset: str) -> Incidents:
        """The newest version of a dataset, in memory.

        Parameters
        ----------
        dataset : str
            Its name.

        Returns
        -------
        Incidents
            Shared; its arrays are read-only.

        Raises
        ------
        UnknownDatasetError
            If there is no such dataset.
        WrongCrsError
            If its table is in another CRS than the working one.
        DamagedTableError
            If its table cannot be read.
        """
        incidents = self._table(dataset).current() if DATASET_ID.fullmatch(dataset) else None
        if incidents is None:
            raise UnknownDatasetError(dataset, self.ids())
        return incidents

    def info(self, dataset: str) -> DatasetInfo:
        """What a dataset holds: counts, period, categories, and where it came from.

        Parameters
        ----------
        dataset : str
            Its name.

        Returns
        -------
        DatasetInfo
            Of the newest version.

        Raises
        ------
        UnknownDatasetError, WrongCrsError, DamagedTableError
            As `open`.
        """
        return self.open(dataset).info()

    def first_day(self, dataset: str) -> datetime.date | None:
        """The day of the earliest record of a dataset; reads one column, once per version.

        Parameters
        ----------
        dataset : str
            Its name.

        Returns
        -------
        date or None
            None where there is no such dataset.

        Raises
        ------
        DatasetSettingsError, WrongCrsError, DamagedTableError
        """
        table = self._table(checked_dataset_id(dataset)).newest()
        if table is None:
            return None
        version, day = self._first_days.get(dataset, ("", None))
        if version != table.revision:
            day = pc.min(table.read(["occurred"]).column("occurred")).as_py().date()
            self._first_days[dataset] = table.revision, day
        return day

    def facts(self, dataset: str) -> DatasetFacts | None:
        """Title, source, licence and CRS of a dataset, None where there is no such dataset.

        Parameters
        ----------
        dataset : str
            Its name.

        Returns
        -------
        DatasetFacts or None
            Of the newest version.

        Raises
        ------
        DatasetSettingsError, WrongCrsError, DamagedTableError
        """
        table = self._table(checked_dataset_id(dataset)).newest()
        return None if table is None else DatasetFacts.of(table)

    def imported_files(self, dataset: str) -> dict[SourceFile, int]:
        """The files that a dataset has rows of, with the number of rows of each.

        Parameters
        ----------
        dataset : str
            Its name; one that does not exist has none.

        Returns
        -------
        dict of SourceFile to int
            Rows by file.

        Raises
        ------
        DatasetSettingsError, WrongCrsError, DamagedTableError
        """
        table = self._table(checked_dataset_id(dataset)).newest()
        return {} if table is None else imported_files(table)

    def imports(self, dataset: str) -> tuple[ImportRecord, ...]:
        """What the imports of a dataset found, oldest first.

        Parameters
        ----------
        dataset : str
            Its name; one that does not exist has none.

        Returns
        -------
        tuple of mapping
            As `append` was given them, each with ``repeated_ids``, the number of ids that were
            repeated in the dataset after it. Imports of earlier releases have no record.

        Raises
        ------
        DatasetSettingsError, WrongCrsError, DamagedTableError
        """
        table = self._table(checked_dataset_id(dataset)).newest()
        return () if table is None else table.imports

    def known_ids(
        self, dataset: str, ids: pa.Array, *, without: Sequence[SourceFile] = ()
    ) -> pa.Array:
        """Those of `ids` that a dataset has, leaving out the rows of some files.

        Parameters
        ----------
        dataset : str
            Its name; one that does not exist has none.
        ids : pyarrow.Array
            Identifiers of incidents.
        without : sequence of SourceFile
            Files whose rows do not count, by name or by content.

        Returns
        -------
        pyarrow.Array
            In the order of `ids`.

        Raises
        ------
        DatasetSettingsError, WrongCrsError, DamagedTableError
        """
        table = self._table(checked_dataset_id(dataset)).newest()
        if table is None or len(ids) == 0:
            return pa.array([], pa.string())
        rows = table.read(["incident_id", "source_file", "source_sha256"])
        names = pa.array([file.name for file in without], pa.string())
        digests = pa.array([file.sha256 for file in without], pa.string())
        of_files = pc.field("source_file").isin(names) | pc.field("source_sha256").isin(digests)
        others = rows.filter(~of_files).column("incident_id")
        return ids.filter(pc.is_in(ids, value_set=others.combine_chunks().drop_null()))

    def check_import(
        self, dataset: str, files: Sequence[SourceFile], *, replace: bool = False
    ) -> None:
        """Raise what `append` would raise about these files, before any row is read.

        Parameters
        ----------
        dataset : str
            Its name.
        files : sequence of SourceFile
            All files of the import.
        replace : bool
            As of `append`.

        Raises
        ------
        DatasetSettingsError, WrongCrsError, AlreadyImportedError, SameNameError,
        ImportRefusedError, ReadOnlyDataError
        """
        self._table(checked_dataset_id(dataset)).check_import(files, replace=replace)

    def append(
        self,
        dataset: str,
        rows: pa.Table,
        *,
        files: Sequence[SourceFile],
        title: str = "",
        source: str = "",
        licence: str = "",
        denominator: str = "",
        description: str = "",
        limitations: str = "",
        synthetic: bool = False,
        replace: bool = False,
        coordinates: Sequence[str] = (),
        covers: Sequence[Span] = (),
        today: datetime.date | None = None,
        replace_ids: bool = False,
        found: ImportRecord | None = None,
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
        title, source, licence, denominator, description, limitations : str
            Kept with the table. Empty: as they were.
        synthetic : bool
            True for invented rows. Real and invented rows cannot share a dataset.
        replace : bool
            Put the rows in the place of those imported before from the same files, where the
            name or the content is the same.
        coordinates : sequence of str
            From which CRS to which the places were brought, and by which operation; added to
            what the table has of earlier rows.
        covers : sequence of Span
            The days that these files cover together; empty: as their names or their records say.
        today : date or None
            The day of the import: records of later days are not covered, unless their files are
            stated to cover them.
        replace_ids : bool
            Put the rows in the place of those with the same ids, whatever files these are from;
            no id of `rows` may be repeated among them.
        found : mapping or None
            What the import found, for the record that the dataset keeps of it; by default the
            names and digests of the files.

        Returns
        -------
        Committed
            The new version, and the numbers of rows written and replaced.

        Raises
        ------
        AlreadyImportedError, SameNameError
            Without `replace`, if a file is there already.
        DatasetSettingsError
            If the id, a column or the synthetic flag does not fit.
        WrongCrsError, ConcurrentImportError, ReadOnlyDataError, DamagedTableError
        """
        table = self._table(checked_dataset_id(dataset))
        check_distinct(files)
        completed = checked_rows(rows, files)
        names = [file.name for file in files]
        ends = pc.min_max(completed.column("occurred")).as_py()
        first, last = ends["min"].date(), ends["max"].date()
        ids = completed.column("incident_id")
        stated = {
            "title": title,
            "source": source,
            "licence": licence,
            "denominator": denominator,
            "description": description,
            "limitations": limitations,
        }

        def plan(current: TableVersion) -> Plan:
            facts = DatasetFacts.of(current)
            facts.check_synthetic(dataset, synthetic)
            planned = plan_of_files(current, files, name=dataset, replace=replace)
            if replace_ids:
                planned = replacing_ids(current, planned, ids)
            current_facts = without_empty_words(dataclasses.asdict(facts))
            restated = current_facts | {name: fact for name, fact in stated.items() if fact}
            restated["coordinates"] = all_operations(facts.coordinates, coordinates)
            coverage = StatedCoverage.from_facts(facts.coverage)
            coverage = coverage.after_import(names, covers, today=today, first=first, last=last)
            restated["coverage"] = coverage.to_facts()
            if restated == current_facts:
                return planned
            return dataclasses.replace(planned, facts=restated)

        coverage = StatedCoverage().after_import(names, covers, today=today, last=last)
        facts = {
            **without_empty_words(stated),
            "title": title or dataset,
            "synthetic": synthetic,
            "coordinates": list(coordinates),
            "coverage": coverage.to_facts(),
        }

        def record(current: TableVersion | None, planned: Plan) -> ImportRecord:
            chunks = [] if current is None else ids_that_stay(current, planned).chunks
            all_ids = pa.chunked_array([*chunks, *ids.chunks], pa.string())
            names = [{"name": file.name, "sha256": file.sha256} for file in files]
            return {"files": names, **(found or {}), "repeated_ids": repeated_count(all_ids)}

        return table.append(
            completed,
            facts=facts,
            plan=plan,
            configuration=STATISTICS,
            record=record,
        )

    def _table(self, dataset: str) -> VersionedTable[Incidents]:
        """The table of a dataset, remembered where there is one."""
        table = self._tables.get(dataset)
        if table is None:
            table = VersionedTable(
                self._folder.subfolder(dataset),
                partial(_read, dataset=dataset),
                name=dataset,
                kind=KIND,
                crs=self._crs,
                digests=self._digests,
                damage=self._damage,
            )
            if self._folder.status(dataset) is not None:
                table = self._tables.setdefault(dataset, table)
        return table


def _read(table: TableVersion, *, dataset: str) -> Incidents:
    """The incidents of a table version."""
    incidents = from_table(table, dataset)
    # What was read is copied into columns; the pool would keep it: 75 MB of a million rows.
    pa.default_memory_pool().release_unused()
    return incidents
