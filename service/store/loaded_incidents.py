"""One version of a dataset in memory: columns, sorted for spatial access."""

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from service.coverage.coverage import Coverage
from service.coverage.statements import StatedCoverage, coverage_of
from service.disclosure.density import BlankAreas
from service.store.contents import ImportRecord, committed_imports
from service.store.delta import TableVersion
from service.store.errors import DatasetSettingsError, UnknownAttributeError
from service.store.incident_rows import OPTIONAL, PRECISIONS, RESERVED, repeated_count
from service.store.spatial_order import spatial_order
from spatial.arrays import BoolArray, FloatArray, IndexArray, IntArray, frozen

Minutes = NDArray[np.datetime64]  # (n,) datetime64[m]

WORDS: Final = ("description", "limitations")

_CODED = ("precision", "category", "subcategory", "area_code", "area_layer", "source_file")
_COLUMNS = ("occurred", "easting_m", "northing_m", "weight", *_CODED)


@dataclass(frozen=True)
class DatasetFacts:
    """What is known of a dataset besides its rows; kept in the table's own metadata."""

    title: str
    source: str
    licence: str
    synthetic: bool
    crs: str
    coordinates: tuple[str, ...]
    coverage: Mapping[str, Any]
    denominator: str
    description: str = ""
    limitations: str = ""

    @classmethod
    def of(cls, table: TableVersion) -> "DatasetFacts":
        """The facts that a table keeps.

        Parameters
        ----------
        table : TableVersion
            Of the dataset.

        Returns
        -------
        DatasetFacts
            As the table's metadata state them.

        Raises
        ------
        DamagedTableError
            If the table was not written by this software.
        """
        facts = table.facts
        return cls(
            title=str(facts.get("title", "")),
            source=str(facts.get("source", "")),
            licence=str(facts.get("licence", "")),
            synthetic=bool(facts.get("synthetic", False)),
            crs=str(facts.get("crs", "")),
            coordinates=tuple(str(name) for name in facts.get("coordinates", ())),
            coverage=facts.get("coverage", {}),
            denominator=str(facts.get("denominator", "")),
            description=str(facts.get("description", "")),
            limitations=str(facts.get("limitations", "")),
        )

    def check_synthetic(self, dataset: str, synthetic: bool) -> None:
        """Refuse real rows among invented ones, and invented ones among real ones.

        Parameters
        ----------
        dataset : str
            Its name.
        synthetic : bool
            Whether the rows to be added are invented.

        Raises
        ------
        DatasetSettingsError
            If those of the dataset are not of the same kind.
        """
        if self.synthetic != synthetic:
            kind = "invented" if self.synthetic else "real"
            flag = str(self.synthetic).lower()
            allowed = f"{flag}, because dataset {dataset} holds {kind} incidents"
            raise DatasetSettingsError("synthetic", str(synthetic).lower(), allowed)


def without_empty_words(facts: Mapping[str, Any]) -> dict[str, Any]:
    """Facts without the words that no import states.

    Parameters
    ----------
    facts : mapping of str to Any
        Of a dataset.

    Returns
    -------
    dict of str to Any
        The digest of a dataset without words stays that of before there were any.
    """
    return {name: fact for name, fact in facts.items() if fact or name not in WORDS}


@dataclass(frozen=True)
class DatasetInfo:
    """What a dataset holds, for lists of datasets.

    Attributes
    ----------
    records, located, unlocated : int
        `records` = `located` + `unlocated`.
    first, last : str
        The earliest and the latest time on record, as ISO text of the precision that all
        records share: a month where any is known only to the month.
    categories : mapping of str to int
        Records per category.
    attributes : tuple of str
        Further columns, such as sex and age.
    """

    dataset: str
    title: str
    records: int
    located: int
    unlocated: int
    first: str
    last: str
    precision: str
    categories: Mapping[str, int]
    version: int
    synthetic: bool
    source: str
    licence: str
    crs: str
    attributes: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Attribute:
    """A further column of the incidents, in their order.

    Attributes
    ----------
    name : str
    codes : (n,) int32
        Position in `values`, -1 where the incident has none.
    values : tuple
        The distinct values in ascending order: text or numbers.
    """

    name: str
    codes: IndexArray
    values: tuple[Any, ...]


@dataclass(frozen=True, eq=False)
class Incidents:
    """One version of a dataset. All arrays are read-only and in the same order.

    The located incidents come first, along a Z-order curve so that neighbours in space are
    near each other in memory; those not located come last. `[:located_count]` is therefore
    every located incident.

    Attributes
    ----------
    coordinates : tuple of str
        From which CRS the places were read, and by which operations; empty where that was not
        recorded.
    denominator : str
        The measure that rates are over by default; empty where none is named.
    coverage : Coverage
        The days that the records cover.
    covered : (n,) bool
        Whether an incident is dated to one of these days.
    occurred : (n,) datetime64[m]
        Local time at the place: the start of the minute, day or month that is known.
    precision : (n,) int8
        Position in ``PRECISIONS``.
    xy_m : (n, 2) float64
        Easting and northing in `crs`, metres; NaN where not located.
    located : (n,) bool
    category, subcategory : (n,) int32
        Position in `categories` and `subcategories`; -1 for an incident without subcategory.
    weight : (n,) float64
        Finite and at least 0.
    repeated_ids : int
        Ids that more than one incident has.
    weight_names : tuple of str
        Columns that weights were read from.
    weight_unit : str
        What a weight is, where it is none of these.
    description, limitations : str
        In words, as its imports state them; empty where none did.
    area_code, area_layer : (n,) int32
        Position in `area_codes` and `area_layers`; -1 where none was supplied.
    """

    dataset: str
    version: int
    title: str
    source: str
    licence: str
    denominator: str
    synthetic: bool
    crs: str
    coordinates: tuple[str, ...]
    coverage: Coverage
    covered: BoolArray
    occurred: Minutes
    precision: NDArray[np.int8]
    xy_m: FloatArray
    located: BoolArray
    located_count: int
    category: IndexArray
    categories: tuple[str, ...]
    subcategory: IndexArray
    subcategories: tuple[str, ...]
    weight: FloatArray
    area_code: IndexArray
    area_codes: tuple[str, ...]
    area_layer: IndexArray
    area_layers: tuple[str, ...]
    attributes: tuple[str, ...]
    repeated_ids: int
    weight_names: tuple[str, ...]
    _order: IntArray = field(repr=False)
    _table: TableVersion = field(repr=False)
    weight_unit: str = ""
    description: str = ""
    limitations: str = ""
    _columns: dict[str, Attribute] = field(default_factory=dict, repr=False)
    _lock: Any = field(default_factory=threading.Lock, repr=False)

    def __len__(self) -> int:
        return len(self.occurred)

    @property
    def blank_areas(self) -> BlankAreas | None:
        """Which areas a density leaves blank; None of records, which are shown everywhere."""
        return None

    @property
    def shortest_step(self) -> str:
        """The shortest step of the calendar that all incidents can be counted by: month."""
        return "month"

    @cached_property
    def is_weighted(self) -> bool:
        """Whether any incident has a weight other than 1."""
        return bool((self.weight != 1.0).any())

    @property
    def weight_label(self) -> str:
        """What a weight is, for units: with the name of its column where that is known."""
        if self.weight_unit:
            return self.weight_unit
        names = ", ".join(self.weight_names)
        return f"weight ({names})" if names else "weight"

    @property
    def revision(self) -> str:
        """The version and a digest of its content; no two tables share it."""
        return self._table.revision

    def attribute(self, name: str) -> Attribute:
        """A further column, read at its first use and kept.

        Parameters
        ----------
        name : str
            One of `attributes`.

        Returns
        -------
        Attribute
            Shared; one value per incident.

        Raises
        ------
        UnknownAttributeError
            If the dataset has no such attribute.
        DamagedTableError
            If this version is no longer on disk.
        """
        if name not in self.attributes:
            raise UnknownAttributeError(self.dataset, name, self.attributes)
        with self._lock:
            if name not in self._columns:
                column = self._table.read([name]).column(name)
                codes, values = coded_column(pc.dictionary_encode(column))
                self._columns[name] = Attribute(name, _ordered(codes, self._order), values)
            return self._columns[name]

    @cached_property
    def occurred_to(self) -> Minutes:
        """(n,) datetime64[m] The latest time at which each may have happened; NaT: not known."""
        (name,) = OPTIONAL.names
        if name not in self._table.columns:
            return frozen(np.full(len(self), np.datetime64("NaT"), "datetime64[m]"))
        column = self._table.read([name]).column(name).to_numpy()
        return _ordered(column.astype("datetime64[m]"), self._order)

    def rows(self) -> pa.Table:
        """All columns of all rows as they are at rest, in the order of this object.

        Returns
        -------
        pyarrow.Table
            In the columns of the table.
        """
        return self._table.read().take(pa.array(self._order))

    def info(self) -> DatasetInfo:
        """What the dataset holds.

        Returns
        -------
        DatasetInfo
            Counted over all incidents.
        """
        counts = np.bincount(self.category, minlength=len(self.categories))
        coarsest = int(self.precision.max())
        unit = ("m", "D", "M")[coarsest]
        return DatasetInfo(
            dataset=self.dataset,
            title=self.title,
            records=len(self),
            located=self.located_count,
            unlocated=len(self) - self.located_count,
            first=str(self.occurred.min().astype(f"datetime64[{unit}]")),
            last=str(self.occurred.max().astype(f"datetime64[{unit}]")),
            precision=PRECISIONS[coarsest],
            categories=dict(zip(self.categories, counts.tolist(), strict=True)),
            version=self.version,
            synthetic=self.synthetic,
            source=self.source,
            licence=self.licence,
            crs=self.crs,
            attributes=self.attributes,
        )


def from_table(table: TableVersion, dataset: str) -> Incidents:
    """The incidents of a table version, in memory.

    Parameters
    ----------
    table : TableVersion
        Opened.
    dataset : str
        Its name.

    Returns
    -------
    Incidents
        Its arrays are read-only.

    Raises
    ------
    DamagedTableError
        If a file of the version is missing or unreadable.
    """
    facts = DatasetFacts.of(table)
    records = committed_imports(table.folder, table.version) or ()
    rows = table.read(_COLUMNS, coded=_CODED)
    xy_m = np.column_stack([_floats(rows.column("easting_m")), _floats(rows.column("northing_m"))])
    weight = _floats(rows.column("weight"))
    order, located_count = spatial_order(xy_m, weight)
    occurred = rows.column("occurred").to_numpy().astype("datetime64[m]")
    coded = {name: coded_column(rows.column(name)) for name in _CODED}
    precision, names = coded["precision"]
    to_precision = np.array([PRECISIONS.index(name) for name in names], dtype=np.int8)
    located = np.zeros(len(order), dtype=np.bool_)
    located[:located_count] = True
    coverage = coverage_of(
        occurred,
        *coded["source_file"],
        stated=StatedCoverage.from_facts(facts.coverage),
        month_only="month" in names,
    )
    return Incidents(
        dataset=dataset,
        version=table.version,
        title=facts.title,
        source=facts.source,
        licence=facts.licence,
        denominator=facts.denominator,
        description=facts.description,
        limitations=facts.limitations,
        synthetic=facts.synthetic,
        crs=facts.crs,
        coordinates=facts.coordinates,
        coverage=coverage,
        covered=_ordered(coverage.covers(occurred), order),
        occurred=_ordered(occurred, order),
        precision=_ordered(to_precision[precision], order),
        xy_m=_ordered(xy_m, order),
        located=frozen(located),
        located_count=located_count,
        category=_ordered(coded["category"][0], order),
        categories=coded["category"][1],
        subcategory=_ordered(coded["subcategory"][0], order),
        subcategories=coded["subcategory"][1],
        weight=_ordered(_floats(rows.column("weight")), order),
        area_code=_ordered(coded["area_code"][0], order),
        area_codes=coded["area_code"][1],
        area_layer=_ordered(coded["area_layer"][0], order),
        area_layers=coded["area_layer"][1],
        attributes=tuple(name for name in table.columns if name not in RESERVED),
        repeated_ids=_repeated_ids(table, records),
        weight_names=tuple(dict.fromkeys(filter(None, (r.get("weight") for r in records)))),
        _order=frozen(order),
        _table=table,
    )


def _repeated_ids(table: TableVersion, records: Sequence[ImportRecord]) -> int:
    """Ids that more than one row has: as the newest commit states, or else counted."""
    if records:
        return int(records[-1]["repeated_ids"])
    return repeated_count(table.read(["incident_id"]).column("incident_id"))


def _floats(column: pa.ChunkedArray) -> FloatArray:
    """The column as float64, NaN for null."""
    return np.asarray(column.to_numpy(), dtype=np.float64)


def _ordered(values: NDArray[Any], order: IntArray) -> NDArray[Any]:
    """The values in the given order, read-only."""
    return frozen(np.ascontiguousarray(values[order]))


def coded_column(column: pa.ChunkedArray) -> tuple[IndexArray, tuple[Any, ...]]:
    """Codes into the sorted distinct values of a column; -1 for null.

    Parameters
    ----------
    column : pyarrow.ChunkedArray
        Dictionary-encoded.

    Returns
    -------
    codes : (n,) int32
        Position of each value.
    values : tuple
        Those that occur.
    """
    combined = column.combine_chunks()
    if isinstance(combined, pa.ChunkedArray):
        combined = combined.chunk(0)
    values = combined.dictionary.to_pylist()
    codes = combined.indices.fill_null(-1).to_numpy(zero_copy_only=False)
    used = np.zeros(len(values) + 1, dtype=np.bool_)
    used[codes] = True
    present = [i for i in range(len(values)) if used[i] and values[i] is not None]
    in_order = sorted(present, key=lambda i: values[i])
    renumbered = np.full(len(values) + 1, -1, dtype=np.int32)
    renumbered[in_order] = np.arange(len(in_order), dtype=np.int32)
    return renumbered[codes], tuple(values[i] for i in in_order)
