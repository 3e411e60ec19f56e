"""Measures of areas at rest: one Delta table of layer, area code, measure, period and value."""

import dataclasses
import re
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from service.store import delta
from service.store.delta import Committed, SourceFile, Stamp
from service.store.errors import (
    DatasetSettingsError,
    ImportRefusedError,
    MeasureExistsError,
    UnknownMeasureError,
)
from service.store.versioned import content_digest
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
        pa.field("source_file", pa.string(), nullable=False),
        pa.field("source_row", pa.int64(), nullable=False),
        pa.field("source_sha256", pa.string(), nullable=False),
    ]
)

_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,62}")
_DAY = r"\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?"
_PERIOD = re.compile(rf"{_DAY}(/{_DAY})?")
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
    by_code: Mapping[str, float] = field(repr=False)

    def __len__(self) -> int:
        return len(self.codes)

    def values_for(self, codes: Sequence[str]) -> FloatArray:
        """(len(codes),) float64 value of each area, NaN where there is none."""
        return np.array([self.by_code.get(code, np.nan) for code in codes], dtype=np.float64)


@dataclass(frozen=True, eq=False)
class _Version:
    """One version of the table in memory."""

    version: int
    columns: Mapping[MeasureKey, MeasureColumn]

    @cached_property
    def digest(self) -> str:
        """Digest of all values and words."""
        parts: list[object] = []
        for key, column in self.columns.items():
            words = (column.unit, column.source, column.licence, column.synthetic)
            parts += [key, words, column.codes, column.values]
        return content_digest(*parts)


class MeasureStore:
    """All measures of all layers.

    Parameters
    ----------
    folder : Path
        ``HOTSPOTS_DATA_DIR/measures``; need not exist yet.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = threading.Lock()
        self._held: tuple[Stamp, _Version] | None = None

    @property
    def folder(self) -> Path:
        """Where it is kept."""
        return self._folder

    def version(self) -> int | None:
        """The newest version of the table, None where nothing has been imported."""
        stamp = delta.current_stamp(self._folder, self._held[0] if self._held else None)
        return None if stamp is None else stamp.version

    def revision(self) -> str:
        """The newest version and a digest of its content, which two tables never share."""
        current = self._current()
        return f"{current.version}-{current.digest}"

    def available(self, layer: str) -> tuple[MeasureInfo, ...]:
        """What is loaded for a layer, in alphabetical order; empty where nothing is."""
        columns = self._current().columns
        names = sorted({key.measure for key in columns if key.layer == layer})
        found = []
        for name in names:
            periods = _periods(columns, layer, name)
            latest = columns[MeasureKey(layer, name, periods[-1])]
            found.append(
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
        return tuple(found)

    def column(self, layer: str, measure: str, period: str | None = None) -> MeasureColumn:
        """The values of a measure, of its latest period where none is named.

        Raises
        ------
        UnknownMeasureError
            If the layer has no such measure, or not for that period; names what it has.
        DamagedTableError
            If the table cannot be read.
        """
        columns = self._current().columns
        periods = _periods(columns, layer, measure)
        if not periods:
            names = sorted({key.measure for key in columns if key.layer == layer})
            raise UnknownMeasureError(layer, measure, tuple(names))
        if period is None:
            latest = columns[MeasureKey(layer, measure, periods[-1])]
            return dataclasses.replace(latest, chosen_by_default=True)
        if period not in periods:
            allowed = tuple(f"{measure} of {known}" for known in periods)
            raise UnknownMeasureError(layer, f"{measure} of {period}", allowed)
        return columns[MeasureKey(layer, measure, period)]

    def check_import(self, keys: Sequence[MeasureKey], *, replace: bool = False) -> None:
        """Raise what `append` would raise about these measures, before any row is read."""
        for key in keys:
            _check_key(key)
        delta.check_writable(self._folder)
        if not replace:
            columns = self._current().columns
            for key in keys:
                if key in columns:
                    raise _exists(columns[key])

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
        words = {"unit": unit, "source": source, "licence": licence}
        table = _complete(rows, file, words, synthetic=synthetic)
        keys = _keys_of(table)
        for key in keys:
            _check_key(key)
        _check_one_value_each(table, file)

        def plan(current: Any) -> delta.Plan:
            if current is None:
                return delta.Plan()
            columns = _read(current).columns
            there = [columns[key] for key in keys if key in columns]
            if there and not replace:
                raise _exists(there[0])
            if not there:
                return delta.Plan()
            return delta.Plan(
                " OR ".join(_condition(key) for key in keys), sum(len(old) for old in there)
            )

        committed = delta.commit(
            self._folder,
            table,
            name="measures",
            description=delta.to_description({"title": "Measures of areas"}),
            plan=plan,
        )
        delta.remove_orphans(self._folder)
        return committed

    def _current(self) -> _Version:
        """The newest version in memory; empty where nothing has been imported."""
        held = self._held
        stamp = delta.current_stamp(self._folder, held[0] if held else None)
        if stamp is None:
            return _Version(-1, {})
        if held is not None and held[0] == stamp:
            return held[1]
        with self._lock:
            if self._held is None or self._held[0] != stamp:
                table = delta.opened(self._folder)
                if table is None:
                    return _Version(-1, {})
                self._held = (stamp, _read(table))
            return self._held[1]


def _read(table: Any) -> _Version:
    """All measures of an opened table version."""
    rows = delta.read_columns(table, (*_CODED, "value", "synthetic"), coded=_CODED)
    version = table.version()
    if rows.num_rows == 0:
        return _Version(version, {})
    text = {name: _texts(rows.column(name)) for name in _CODED}
    value = rows.column("value").to_numpy()
    synthetic = rows.column("synthetic").to_numpy()
    key_codes = np.stack([text[name][0] for name in ("layer", "measure", "period")])
    order = np.lexsort(key_codes)
    key_codes, value, synthetic = key_codes[:, order], value[order], synthetic[order]
    text = {name: (codes[order], words) for name, (codes, words) in text.items()}
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
            version=version,
            by_code=dict(zip(ordered, values.tolist(), strict=True)),
        )
    return _Version(version, columns)


def _texts(column: pa.ChunkedArray) -> tuple[Any, list[str | None]]:
    """Codes and words of a dictionary-encoded column; the last word stands for null."""
    combined = column.combine_chunks()
    words = combined.dictionary.to_pylist()
    codes = combined.indices.fill_null(len(words)).to_numpy(zero_copy_only=False)
    return codes, [*words, None]


def _complete(
    rows: pa.Table, file: SourceFile, words: Mapping[str, str], *, synthetic: bool
) -> pa.Table:
    """The rows with all columns of the table."""
    n = rows.num_rows
    if n == 0:
        raise ImportRefusedError(file.name, "there is no usable row")
    constants: dict[str, object] = {
        **{name: word or None for name, word in words.items()},
        "synthetic": synthetic,
        "source_file": file.name,
        "source_sha256": file.sha256,
    }
    arrays = []
    for column in SCHEMA:
        if column.name in constants:
            arrays.append(pa.repeat(pa.scalar(constants[column.name], column.type), n))
        elif column.name in rows.column_names:
            arrays.append(pc.cast(rows.column(column.name), column.type))
        elif column.name == "source_row":
            arrays.append(pa.array(np.arange(1, n + 1)))
        else:
            raise DatasetSettingsError("column", column.name, "among the columns of the rows")
        if not column.nullable and arrays[-1].null_count:
            raise DatasetSettingsError(column.name, "null", "given in every row")
    table = pa.table(arrays, schema=SCHEMA)
    if not np.isfinite(table.column("value").to_numpy()).all():
        raise DatasetSettingsError("value", "NaN or infinite", "a finite number")
    return table


def _keys_of(table: pa.Table) -> tuple[MeasureKey, ...]:
    """The measures and periods among the rows."""
    names = ["layer", "measure", "period"]
    found = table.select(names).group_by(names).aggregate([]).to_pylist()
    return tuple(
        sorted(
            (MeasureKey(row["layer"], row["measure"], row["period"]) for row in found),
            key=lambda key: (key.layer, key.measure, key.period),
        )
    )


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
            "a year, a month or a day such as 2021, 2021-03 or 2021-03-21, "
            "or two of them with / between: 2020-04/2021-03",
        )


def _check_one_value_each(table: pa.Table, file: SourceFile) -> None:
    """Raise ImportRefusedError where an area has two values of one measure and period."""
    names = ["layer", "measure", "period", "area_code"]
    counts = table.group_by(names).aggregate([([], "count_all")])
    twice = counts.filter(pc.greater(counts.column("count_all"), 1)).to_pylist()
    if twice:
        shown = ", ".join(sorted(str(row["area_code"]) for row in twice)[:5])
        raise ImportRefusedError(
            file.name, f"{len(twice)} areas have more than one value: {shown}"
        )


def _periods(
    columns: Mapping[MeasureKey, MeasureColumn], layer: str, measure: str
) -> tuple[str, ...]:
    """The periods of a measure in ascending order."""
    return tuple(
        sorted(key.period for key in columns if (key.layer, key.measure) == (layer, measure))
    )


def _exists(column: MeasureColumn) -> MeasureExistsError:
    """The error that says what is loaded already, and from where."""
    return MeasureExistsError(column.layer, column.measure, column.period, column.loaded_from)


def _condition(key: MeasureKey) -> str:
    """The SQL condition of the rows of one measure and period."""
    return (
        f"(layer = {delta.sql_text(key.layer)} AND measure = {delta.sql_text(key.measure)} "
        f"AND period = {delta.sql_text(key.period)})"
    )
