"""Published cells at rest: one Delta table per dataset."""

import dataclasses
import json
from collections.abc import Mapping, Sequence
from functools import partial
from hashlib import blake2b
from pathlib import Path
from secrets import token_hex
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from boundaries.storage.caches import DiskCache
from boundaries.storage.damage import Damage
from boundaries.storage.data_folder import DELETED, DataFolder
from service.coverage.coverage import Coverage, SourceCoverage
from service.publication.cells import HIDDEN, Outline, PublishedCells, Terms, spans_of, text_of
from service.store.commits import Committed, Plan
from service.store.dataset_ids import checked_dataset_id
from service.store.delta import TableVersion
from service.store.errors import UnknownDatasetError
from service.store.loaded_incidents import DatasetFacts, coded_column
from service.store.versioned import VersionedTable
from spatial.arrays import frozen

KIND: Final = "published"

SCHEMA: Final = pa.schema(
    [
        pa.field("period", pa.int64(), nullable=False),
        pa.field("area", pa.string(), nullable=False),
        pa.field("category", pa.string(), nullable=False),
        pa.field("released", pa.int64()),
        pa.field("low", pa.int64(), nullable=False),
        pa.field("expected", pa.int64(), nullable=False),
        pa.field("high", pa.int64(), nullable=False),
        # Never read to answer anybody: what a later publication is compared with.
        pa.field("exact", pa.int64()),
    ]
)
PUBLIC: Final = tuple(name for name in SCHEMA.names if name != "exact")


class PublishedStore:
    """What is published of all datasets.

    Parameters
    ----------
    folder : Path or DataFolder
        ``HOTSPOTS_DATA_DIR/published``; need not exist yet.
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
        self._folder = DataFolder.of(folder)
        self._crs, self._digests, self._damage = crs, digests, damage or Damage()
        self._tables: dict[str, VersionedTable[PublishedCells]] = {}

    @property
    def folder(self) -> Path:
        """Where it is kept."""
        return self._folder.path

    def ids(self) -> tuple[str, ...]:
        """The datasets of which something is published that can be read.

        Returns
        -------
        tuple of str
            In alphabetical order.
        """
        names = sorted(name for name in self._folder.names() if not name.startswith("."))
        self._damage.forget(KIND, names)
        return tuple(name for name in names if self._table(name).is_readable())

    def cells(self, dataset: str) -> PublishedCells:
        """What is published of a dataset.

        Parameters
        ----------
        dataset : str
            Its name.

        Returns
        -------
        PublishedCells
            The newest version; shared.

        Raises
        ------
        UnknownDatasetError
            If nothing is.
        WrongCrsError, DamagedTableError
            If it is in another CRS, or cannot be read.
        """
        cells = self._table(dataset).current()
        if cells is None:
            raise UnknownDatasetError(dataset, ())  # the names of others are not for everybody
        return cells

    def outline(self, dataset: str) -> Outline | None:
        """What is published of a dataset, apart from the cells, which are not read for it.

        Parameters
        ----------
        dataset : str
            Its name.

        Returns
        -------
        Outline or None
            None where nothing is published.

        Raises
        ------
        WrongCrsError, DamagedTableError
            If it is in another CRS, or its log cannot be read.
        """
        table = self.newest(dataset)
        return None if table is None else Outline.from_facts(table.facts)

    def newest(self, dataset: str) -> TableVersion | None:
        """The newest version of the table of a dataset, its private column too.

        Parameters
        ----------
        dataset : str
            Its name.

        Returns
        -------
        TableVersion or None
            None where nothing is published.

        Raises
        ------
        WrongCrsError, DamagedTableError
            If it is in another CRS, or its log cannot be read.
        """
        return self._table(dataset).newest()

    def write(self, dataset: str, rows: pa.Table, facts: Mapping[str, Any]) -> Committed:
        """Publish cells in the place of all that is published of a dataset, in one commit.

        Parameters
        ----------
        dataset : str
            Its name.
        rows : pyarrow.Table
            In the columns of `SCHEMA`.
        facts : mapping
            As of `facts_of`.

        Returns
        -------
        Committed
            The new version.

        Raises
        ------
        ConcurrentImportError, ReadOnlyDataError, WrongCrsError, DamagedTableError
            As `VersionedTable.append`.
        """
        stated = {**facts, "digest": public_digest(rows, facts)}

        def everything(current: TableVersion) -> Plan:
            return Plan(remaining=rows.slice(0, 0), facts={**stated, "crs": self._crs})

        table = self._table(checked_dataset_id(dataset))
        return table.append(rows.cast(SCHEMA), facts=stated, plan=everything)

    def remove(self, dataset: str) -> None:
        """Take back what is published of a dataset, all at once for who reads.

        Parameters
        ----------
        dataset : str
            Its name.
        """
        gone = f".{dataset}.{token_hex(4)}{DELETED}"
        with self._folder.subfolder(dataset).locked():
            self._folder.rename(dataset, gone)
        self._folder.sync_folder()
        self._folder.remove_tree(gone)
        self._tables.pop(dataset, None)

    def _table(self, dataset: str) -> VersionedTable[PublishedCells]:
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


def facts_of(
    *,
    terms: Terms,
    dataset: DatasetFacts,
    coverage: Coverage,
    layers: Mapping[str, str],
    hidden: int,
    outside_xy_m: tuple[float, float],
    highest_zero: int,
    periods: Sequence[int],
    frozen_periods: Sequence[int] = (),
    final_periods: Sequence[int] = (),
    source_revision: str = "",
) -> dict[str, Any]:
    """The facts about a published table.

    Parameters
    ----------
    terms : Terms
        It is published under these.
    dataset : DatasetFacts
        Of the dataset itself; its operations and statements of coverage are left out.
    coverage : Coverage
        Of the dataset itself, as it may be public.
    layers : mapping of str to str
        Versions of the layers whose areas are sums of the published ones.
    hidden : int
        Hidden cells.
    outside_xy_m : tuple of float
        Where records are put that are in no area of the layer.
    highest_zero : int
        The largest count that a published 0 may stand for.
    periods : sequence of int
        Those published, with records or without.
    frozen_periods, final_periods : sequence of int
        Those that are as they were published before, because too few records changed, and those
        of whose exact counts nothing is left.
    source_revision : str
        Of the dataset that was published; no answer of a published dataset may show it.

    Returns
    -------
    dict of str to Any
        JSON members.
    """
    words = dataclasses.asdict(dataclasses.replace(dataset, coordinates=(), coverage={}))
    return {
        "terms": terms.to_facts(),
        "dataset": words,
        "covered": {
            "spans": [text_of(span) for span in coverage.spans],
            "basis": coverage.basis,
            "sources": [
                [source.name, [text_of(span) for span in source.spans], source.records]
                for source in coverage.sources
            ],
        },
        "layers": dict(layers),
        "hidden": hidden,
        "outside_xy_m": list(outside_xy_m),
        "highest_zero": highest_zero,
        "periods": list(periods),
        "frozen_periods": list(frozen_periods),
        "final_periods": list(final_periods),
        "source_revision": source_revision,
    }


def public_digest(rows: pa.Table, facts: Mapping[str, Any]) -> str:
    """A digest of what is public of a published table.

    Parameters
    ----------
    rows : pyarrow.Table
        In the columns of `SCHEMA`.
    facts : mapping
        As of `facts_of`.

    Returns
    -------
    str
        16 hexadecimal digits: neither the exact counts nor the revision of the dataset itself have
        a part in it, nor has the order of the rows.
    """
    private = {"source_revision", "frozen_periods", "final_periods", "digest", "crs"}
    public_facts = {name: fact for name, fact in facts.items() if name not in private}
    digest = blake2b(json.dumps(public_facts, sort_keys=True).encode(), digest_size=8)
    public = rows.select(PUBLIC).filter(_is_shown(rows))
    public = public.sort_by([(name, "ascending") for name in ("period", "area", "category")])
    for name in PUBLIC:
        digest.update(repr(public.column(name).to_pylist()).encode())
    return digest.hexdigest()


def without_exact(rows: pa.Table) -> pa.Table:
    """Published cells of which nothing is left that is not public.

    Parameters
    ----------
    rows : pyarrow.Table
        In the columns of `SCHEMA`.

    Returns
    -------
    pyarrow.Table
        Without exact counts, and without cells that are published as the 0 of any other cell.
    """
    shown = rows.filter(_is_shown(rows))
    position = SCHEMA.get_field_index("exact")
    nothing = pa.nulls(shown.num_rows, pa.int64())
    return shown.set_column(position, SCHEMA.field("exact"), nothing)


def _is_shown(rows: pa.Table) -> pa.ChunkedArray:
    """Which cells are not published as 0."""
    return pc.fill_null(pc.not_equal(rows.column("released"), 0), True)


def _read(table: TableVersion, *, dataset: str) -> PublishedCells:
    """The cells of a table version; the private column is not read."""
    facts = table.facts
    rows = table.read(PUBLIC, coded=("area", "category"))
    rows = rows.filter(_is_shown(rows))
    stated = facts["covered"]
    area, areas = coded_column(rows.column("area"))
    category, categories = coded_column(rows.column("category"))
    columns = {
        name: frozen(pc.fill_null(rows.column(name), HIDDEN).to_numpy().astype(np.int64))
        for name in ("period", "released", "low", "expected", "high")
    }
    words = facts["dataset"]
    return PublishedCells(
        dataset=dataset,
        version=table.version,
        digest=str(facts["digest"]),
        terms=Terms.from_facts(facts["terms"]),
        facts=DatasetFacts(**{**words, "coordinates": (), "crs": str(facts["crs"])}),
        coverage=Coverage(
            spans_of(stated["spans"]),
            stated["basis"],
            tuple(
                SourceCoverage(name, spans_of(spans), records)
                for name, spans, records in stated["sources"]
            ),
        ),
        outside_xy_m=tuple(facts["outside_xy_m"]),
        highest_zero=int(facts["highest_zero"]),
        periods=tuple(facts["periods"]),
        frozen_periods=tuple(facts["frozen_periods"]),
        area=frozen(area),
        areas=areas,
        category=frozen(category),
        categories=categories,
        **columns,
    )
