"""Measures of areas at rest: one Delta table of layer, area code, measure, period and value."""

import dataclasses
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from boundaries.layers.codes import CodeIndex
from boundaries.storage.caches import DiskCache
from boundaries.storage.damage import Damage
from boundaries.storage.data_folder import DataFolder
from service.store.columns import SOURCE_FIELDS, completed
from service.store.commits import Committed, Plan, check_writable
from service.store.delta import TableVersion
from service.store.errors import (
    DatasetSettingsError,
    ImportRefusedError,
    MeasureExistsError,
    UnknownMeasureError,
)
from service.store.row_conditions import RowCondition
from service.store.source_files import SourceFile
from service.store.table_store import TableStore
from service.store.versioned import VersionedTable
from spatial.arrays import FloatArray, frozen

SCHEMA = pa.schema(
    [
        pa.field("layer", pa.string(), nullable=False),
        pa.field("area_code", pa.string(), nullable=False),
        pa.field("measure", pa.string(), nullable=False),
        pa.field("period", pa.string(), nullable=False),
        pa.field("value", pa.float64(), nullable=False),
        pa.field("unit", pa.string()),
        pa.field("source", pa.string()),
        pa.field("licence", pa.string()),
        pa.field("synthetic", pa.bool_(), nullable=False),
        *SOURCE_FIELDS,
    ]
)

_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,62}")
_DAY = r"\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?"
PERIOD: Final = rf"{_DAY}(/{_DAY})?"
PERIOD_FORMS: Final = (
    "a year, a month or a day such as 2021, 2021-03 or 2021-03-21, "
    "or two of them with / between: 2020-04/2021-03"
)
_PERIOD = re.compile(PERIOD)
_CODED = (
    "layer",
    "area_code",
    "measure",
    "period",
    "unit",
    "source",
    "licence",
    "source_file",
)


@dataclass(frozen=True)
class MeasureKey:
    """One measure of one period, of the areas of one layer."""

    layer: str
    measure: str
    period: str


@dataclass(frozen=True)
class MeasureInfo:
    """A measure that a layer has.

    Attributes
    ----------
    periods : tuple of str
        In ascending order; the last is the one used where none is asked for.
    areas : tuple of int
        Areas with a value, one number per period.
    """

    layer: str
    measure: str
    periods: tuple[str, ...]
    areas: tuple[int, ...]
    unit: str
    source: str
    licence: str
    synthetic: bool


@dataclass(frozen=True, eq=False)
class MeasureColumn:
    """The values of one measure and period; read-only and shared.

    Attributes
    ----------
    period : str
        The period of the values.
    chosen_by_default : bool
        True where no period was asked for and the latest was taken.
    codes : tuple of str
        Area codes, sorted.
    values : (n,) float64
        One finite value per code.
    version : int
        Version of the measures table that was read.
    """

    layer: str
    measure: str
    period: str
    chosen_by_default: bool
    codes: tuple[str, ...]
    values: FloatArray
    unit: str
    source: str
    licence: str
    synthetic: bool
    loaded_from: str
    version: int
    _index: CodeIndex = field(repr=False)

    def __len__(self) -> int:
        return len(self.codes)

    @property
    def by_code(self) -> Mapping[str, float]:
        """The value of each code."""
        return dict(zip(self.codes, self.values.tolist(), strict=True))

    def values_for(self, codes: Sequence[str]) -> FloatArray:
        """(len(codes),) float64 value of each area, NaN where there is none.

        Parameters
        ----------
        codes : sequence of str
            Of areas, in any order; compared without case and blanks.

        Returns
        -------
        (len(codes),) float64
            In the order of `codes`.
        """
        return np.append(self.values, np.nan)[self._index.positions(codes)]


Columns = Mapping[MeasureKey, MeasureColumn]


class MeasureStore(TableStore[Columns]):
    """All measures of all layers.

    Parameters
    ----------
    folder : Path or DataFolder
        ``HOTSPOTS_DATA_DIR/measures``; need not exist yet.
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
            VersionedTable(folder, _read, name="measures", digests=digests, damage=damage)
        )

    def available(self, layer: str) -> tuple[MeasureInfo, ...]:
        """What is loaded for a layer, in alphabetical order; empty where nothing is.

        Parameters
        ----------
        layer : str
            Its name.

        Returns
        -------
        tuple of MeasureInfo
            With the periods of each.
        """
        columns = self._columns()
        names = sorted({key.measure for key in columns if key.layer == layer})
        measures = []
        for name in names:
            periods = _periods(columns, layer, name)
            latest = columns[MeasureKey(layer, name, periods[-1])]
            measures.append(
                MeasureInfo(
                    layer=layer,
                    measure=name,
                    periods=periods,
                    areas=tuple(len(columns[MeasureKey(layer, name, p)]) for p in periods),
                    unit=latest.unit,
                    source=latest.source,
                    licence=latest.licence,
                    synthetic=latest.synthetic,
                )
            )
        return tuple(measures)

    def column(self, layer: str, measure: str, period: str | None = None) -> MeasureColumn:
        """The values of a measure, of its latest period where none is named.

        Parameters
        ----------
        layer, measure : str
            Their names.
        period : str or None
            As it was imported.

        Returns
        -------
        MeasureColumn
            One period.

        Raises
        ------
        UnknownMeasureError
            If the layer has no such measure, or not for that period; names what it has.
        DamagedTableError
            If the table cannot be read.
        """
        columns = self._columns()
        periods = _periods(columns, layer, measure)
        if not periods:
            names = sorted({key.measure for key in columns if key.layer == layer})
            raise UnknownMeasureError(layer, measure, tuple(names))
        if period is None:
            latest = columns[MeasureKey(layer, measure, periods[-1])]
            return dataclasses.replace(latest, chosen_by_default=True)
        if period not in periods:
            allowed = tuple(f"{measure} of {name}" for name in periods)
            raise UnknownMeasureError(layer, f"{measure} of {period}", allowed)
        return columns[MeasureKey(layer, measure, period)]

    def check_import(self, keys: Sequence[MeasureKey], *, replace: bool = False) -> None:
        """Raise what `append` would raise about these measures, before any row is read.

        Parameters
        ----------
        keys : sequence of MeasureKey
            The measures and periods of the import.
        replace : bool
            As of `append`.

        Raises
        ------
        DatasetSettingsError, MeasureExistsError, ReadOnlyDataError, DamagedTableError
        """
        for key in keys:
            _check_key(key)
        check_writable(self._table.folder)
        _check_absent(keys, {} if replace else self._table.current(importing=True) or {})

    def append(
        self,
        rows: pa.Table,
        *,
        file: SourceFile,
        unit: str = "",
        source: str = "",
        licence: str = "",
        synthetic: bool = False,
        replace: bool = False,
    ) -> Committed:
        """Add measures in one atomic commit.

        Parameters
        ----------
        rows : pyarrow.Table
            `layer`, `area_code`, `measure`, `period`, `value` (finite), and `source_row` where
            it is known; any number of measures and periods together. One row per area of each.
        file : SourceFile
            Where the rows came from.
        unit, source, licence : str
            Kept with each row; empty where unknown.
        synthetic : bool
            True for invented values.
        replace : bool
            Put the rows in the place of all rows of the same layer, measure and period.

        Returns
        -------
        Committed
            The new version, and the numbers of rows written and replaced.

        Raises
        ------
        MeasureExistsError
            Without `replace`, if one of them is loaded already.
        ImportRefusedError
            If there are no rows, or an area has two values.
        DatasetSettingsError
            If a name, period or value cannot be one.
        ConcurrentImportError, ReadOnlyDataError, DamagedTableError
        """
        constants = {
            "unit": unit or None,
            "source": source or None,
            "licence": licence or None,
            "synthetic": synthetic,
        }
        table = completed(rows, SCHEMA, files=(file,), constants=constants)
        if not np.isfinite(table.column("value").to_numpy()).all():
            raise DatasetSettingsError("value", "NaN or infinite", "a finite number")
        keys = _keys_of(table)
        for key in keys:
            _check_key(key)
        _check_one_value_each(table, file)
        replaced = RowCondition(
            tuple({k: [v] for k, v in dataclasses.asdict(key).items()} for key in keys)
        )

        def plan(current: TableVersion) -> Plan:
            _check_absent(keys, {} if replace else _read(current))
            return Plan(replaced)

        return self._table.append(table, facts={"title": "Measures of areas"}, plan=plan)

    def _columns(self) -> Columns:
        """The newest version in memory; empty where nothing has been imported."""
        return self._table.current() or {}


def _read(table: TableVersion) -> Columns:
    """All measures of a table version."""
    rows = table.read((*_CODED, "value", "synthetic"), coded=_CODED)
    if rows.num_rows == 0:
        return {}
    text = {name: _texts(rows.column(name)) for name in _CODED}
    value = rows.column("value").to_numpy()
    synthetic = rows.column("synthetic").to_numpy()
    key_codes = np.stack([text[name][0] for name in ("layer", "measure", "period")])
    order = np.lexsort(key_codes)
    key_codes, value, synthetic = key_codes[:, order], value[order], synthetic[order]
    text = {name: (codes[order], labels) for name, (codes, labels) in text.items()}
    starts = np.flatnonzero(np.r_[True, (np.diff(key_codes, axis=1) != 0).any(axis=0)])
    columns = {}
    for start, stop in zip(starts, np.r_[starts[1:], rows.num_rows], strict=True):
        word = {name: str(values[codes[start]] or "") for name, (codes, values) in text.items()}
        code_of, names = text["area_code"]
        codes = [str(names[i]) for i in code_of[start:stop]]
        in_order = sorted(range(len(codes)), key=codes.__getitem__)
        values = frozen(np.ascontiguousarray(value[start:stop][in_order]))
        ordered = tuple(codes[i] for i in in_order)
        key = MeasureKey(word["layer"], word["measure"], word["period"])
        columns[key] = MeasureColumn(
            layer=key.layer,
            measure=key.measure,
            period=key.period,
            chosen_by_default=False,
            codes=ordered,
            values=values,
            unit=word["unit"],
            source=word["source"],
            licence=word["licence"],
            synthetic=bool(synthetic[start]),
            loaded_from=word["source_file"],
            version=table.version,
            _index=CodeIndex(ordered),
        )
    return columns


def _texts(column: pa.ChunkedArray) -> tuple[Any, list[str | None]]:
    """Codes and texts of a dictionary-encoded column; the last text stands for null."""
    combined = column.combine_chunks()
    texts = combined.dictionary.to_pylist()
    codes = combined.indices.fill_null(len(texts)).to_numpy(zero_copy_only=False)
    return codes, [*texts, None]


def _keys_of(table: pa.Table) -> tuple[MeasureKey, ...]:
    """The measures and periods among the rows."""
    names = ["layer", "measure", "period"]
    keys = table.select(names).group_by(names).aggregate([]).to_pylist()
    return tuple(MeasureKey(**key) for key in sorted(keys, key=lambda key: [*key.values()]))


def _check_key(key: MeasureKey) -> None:
    """Raise DatasetSettingsError unless names and period can be ones."""
    allowed = "lower-case letters, digits, - and _"
    if not _NAME.fullmatch(key.layer):
        raise DatasetSettingsError("layer", key.layer, allowed)
    if not _NAME.fullmatch(key.measure):
        raise DatasetSettingsError("measure", key.measure, allowed)
    if not _PERIOD.fullmatch(key.period):
        raise DatasetSettingsError(
            "period",
            key.period,
            PERIOD_FORMS,
        )


def _check_one_value_each(table: pa.Table, file: SourceFile) -> None:
    """Raise ImportRefusedError where an area has two values of one measure and period."""
    names = ["layer", "measure", "period", "area_code"]
    counts = table.group_by(names).aggregate([([], "count_all")])
    repeated = counts.filter(pc.greater(counts.column("count_all"), 1)).to_pylist()
    if repeated:
        examples = ", ".join(sorted(str(row["area_code"]) for row in repeated)[:5])
        raise ImportRefusedError(
            file.name, f"{len(repeated)} areas have more than one value: {examples}"
        )


def _periods(columns: Columns, layer: str, measure: str) -> tuple[str, ...]:
    """The periods of a measure in ascending order."""
    return tuple(
        sorted(key.period for key in columns if (key.layer, key.measure) == (layer, measure))
    )


def _check_absent(keys: Sequence[MeasureKey], columns: Columns) -> None:
    """Raise MeasureExistsError, which says from where, if one of the measures is loaded."""
    for key in keys:
        if key in columns:
            loaded_from = columns[key].loaded_from
            raise MeasureExistsError(key.layer, key.measure, key.period, loaded_from)
