"""Imports measures of areas from CSV or GeoJSON: population, households, deprivation."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from boundaries.layers.codes import CodeIndex, best_layer
from service.imports.files.delimited import DelimitedFile
from service.imports.files.geojson import read_features
from service.imports.files.numbers import Decimal, Numbers
from service.imports.files.rejects import Reject
from service.imports.files.single_file import FileOptions, list_rejects, summary_of
from service.imports.files.summary import ImportSummary
from service.store.errors import ImportRefusedError
from service.store.reference.measures import PERIOD, PERIOD_FORMS, MeasureKey, MeasureStore
from spatial.arrays import BoolArray

NOT_IN_LAYER = "is not a code of layer"


@dataclass(frozen=True)
class MeasureValue:
    """A column of values: which measure it is, and of which period; empty where a column says."""

    measure: str
    period: str
    column: str


@dataclass(frozen=True)
class MeasureOptions(FileOptions):
    """Options of an import of measures.

    Attributes
    ----------
    layer : str
        The layer whose areas the codes name.
    code_field : str
        The column with the codes.
    codes : collection of str or None
        All codes of the layer; None if it is not imported, so that codes are not compared.
        Compared without case and blanks; the values are stored under the layer's spelling.
    layers : mapping of str to collection of str
        Codes of all layers, to say if another one has more of the codes.
    period_field : str or None
        The column with the period of each row; None: that of the `MeasureValue`.
    unit : str
        Stored with the values.
    synthetic : bool
        True for invented values.
    allow_negative : bool
        Accept values below 0, for scores; counts are never negative.
    strict : bool
        Count codes that the layer does not have against the share as well: they are listed, but
        a national file has thousands of them.
    """

    layer: str
    code_field: str
    codes: Collection[str] | None = None
    layers: Mapping[str, Collection[str]] = field(default_factory=dict)
    period_field: str | None = None
    unit: str = ""
    synthetic: bool = False
    allow_negative: bool = False
    decimal: Decimal | None = None


def import_measures(
    store: MeasureStore, path: Path, values: Sequence[MeasureValue], options: MeasureOptions
) -> ImportSummary:
    """Import one or more columns of values, all in one commit.

    Parameters
    ----------
    store : MeasureStore
        Where the values go.
    path : Path
        CSV or GeoJSON with one row per area, or per area and period.
    values : sequence of MeasureValue
        The columns; one, or several of a wide file.
    options : MeasureOptions
        Layer, code column and the remaining settings.

    Returns
    -------
    ImportSummary
        Counts of rows read, written and rejected, with a note on each measure.

    Raises
    ------
    MeasureExistsError
        Without ``options.replace``, if a measure of that period is already stored.
    ImportRefusedError
        If a column is missing, no code is one of the layer's, an area is repeated, or too many
        rows are unusable.
    DatasetSettingsError
        If the id of a layer, measure or period is not valid.
    """
    options.progress("reading", 0.0)
    features = read_features(path, delimiter=options.delimiter, limits=options.limits)
    rows = features.rows
    periods = _periods(rows, options)
    of_column = [] if periods is None else sorted(set(periods.drop_null().to_pylist()))
    keys = [
        MeasureKey(options.layer, value.measure, period)
        for value in values
        for period in (of_column or [value.period])
    ]
    store.check_import(keys, replace=options.replace)
    code_name = rows.resolve_name(options.code_field, "--code-field")
    names = {value: rows.resolve_name(value.column, "--value-field") for value in values}
    codes = _layer_codes(rows.table.column(code_name), options)
    _check_codes(rows, code_name, codes, periods, options)
    numbers = {value: _numbers(rows, names[value], options) for value in values}
    rejects_path = list_rejects(
        rows,
        path,
        options,
        store_folder=store.folder,
        stem=f"{options.layer}-{values[0].measure}",
        counts=lambda reject: options.strict or not _is_elsewhere(reject),
    )
    notes = _other_layer_notes(codes, options)
    table = _long_table(codes, periods, numbers, rows, options.layer)
    for value, value_numbers in numbers.items():
        if periods is None:
            notes += _notes(codes, value, value_numbers, rows.check.usable, options)
        else:
            notes.append(_note_of_periods(value, value_numbers, periods, rows.check.usable))
    options.progress("writing", 0.8)
    committed = store.append(
        table,
        file=rows.file,
        unit=options.unit,
        source=options.source,
        licence=options.licence,
        synthetic=options.synthetic,
        replace=options.replace,
    )
    options.progress("done", 1.0)
    return summary_of(
        rows,
        committed,
        kind="measure",
        target=", ".join(_targets(values, of_column, options.layer)),
        written=int(rows.check.usable.sum()),
        rejects_path=rejects_path,
        notes=notes,
    )


def _periods(rows: DelimitedFile, options: MeasureOptions) -> pa.ChunkedArray | None:
    """The period of each row, where a column has it; rows without one are rejected."""
    if options.period_field is None:
        return None
    name = rows.resolve_name(options.period_field, "--period-field")
    text = rows.table.column(name)
    is_period = pc.match_substring_regex(text, f"^({PERIOD})$").fill_null(False)
    rows.check.reject(text.is_null().to_numpy(), name, text, "is blank")
    is_wrong = pc.and_(pc.is_valid(text), pc.invert(is_period)).to_numpy()
    rows.check.reject(is_wrong, name, text, f"is not {PERIOD_FORMS}")
    return pc.if_else(is_period, text, pa.scalar(None, pa.string()))


def _targets(values: Sequence[MeasureValue], periods: list[str], layer: str) -> list[str]:
    """What was imported, for the summary."""
    time = f"{periods[0]} to {periods[-1]}" if periods else ""
    return [f"{value.measure} of {time or value.period} for {layer}" for value in values]


def _layer_codes(codes: pa.ChunkedArray, options: MeasureOptions) -> pa.ChunkedArray:
    """The codes of a file as the layer spells them: compared without case and blanks."""
    if options.codes is None:
        return codes
    index = CodeIndex(sorted(options.codes))
    spellings = [None if code is None else index.spelling(code) for code in codes.to_pylist()]
    return pa.chunked_array([pa.array(spellings, pa.string())])


def _check_codes(
    rows: DelimitedFile,
    code_name: str,
    codes: pa.ChunkedArray,
    periods: pa.ChunkedArray | None,
    options: MeasureOptions,
) -> None:
    """Reject rows without a code of the layer; refuse if none has one, or codes are repeated."""
    check = rows.check
    is_blank = codes.is_null().to_numpy()
    check.reject(is_blank, code_name, codes, "is blank")
    keys = codes
    if periods is not None:
        keys = pc.binary_join_element_wise(codes, periods, " of ")
    counts = pc.value_counts(keys.drop_null())
    repeated_codes = (
        counts.filter(pc.greater(counts.field("counts"), 1)).field("values").to_pylist()
    )
    if repeated_codes:
        subject = "area" if periods is None else "area and period"
        is_repeated = pc.equal(keys, repeated_codes[0]).fill_null(False).to_numpy()
        row_list = ", ".join(str(row) for row in check.row_numbers[is_repeated][:5])
        raise ImportRefusedError(
            rows.file.name,
            f"{len(repeated_codes)} codes are in column {code_name} more than once, such as "
            f"{repeated_codes[0]} in rows {row_list}: there must be one row per {subject}",
        )
    if options.codes is None:
        return
    layer_codes = pa.array(sorted(options.codes), pa.string())
    in_layer = pc.is_in(codes, value_set=layer_codes).to_numpy()
    if not in_layer.any():
        example = codes.drop_null()[0].as_py() if not is_blank.all() else ""
        raise ImportRefusedError(
            rows.file.name,
            f"no value of column {code_name} is a code of layer {options.layer}: "
            f"it has {example!r}, the layer has {layer_codes[0].as_py()!r}. "
            "Are --layer and --code-field right?",
        )
    check.reject(~is_blank & ~in_layer, code_name, codes, f"{NOT_IN_LAYER} {options.layer}")


def _other_layer_notes(codes: pa.ChunkedArray, options: MeasureOptions) -> list[str]:
    """A note if another layer has more of the codes than the one that the user names."""
    layers = {options.layer: options.codes or (), **options.layers}
    unique_codes = dict.fromkeys(pc.unique(codes.drop_null()).to_pylist(), 1)
    indices = {name: CodeIndex(sorted(layer_codes)) for name, layer_codes in layers.items()}
    _, records = best_layer(unique_codes, indices)
    best = max(records, key=lambda layer: records[layer])
    if options.codes is None or records[best] == records[options.layer]:
        return []
    note = (
        f"{records[best]:,} of the codes are of {best}, only {records[options.layer]:,} of "
        f"{options.layer}: if they are codes of {best}, import them with --layer {best} and let a "
        "lookup carry the values"
    )
    return [note]


def _numbers(rows: DelimitedFile, column: str, options: MeasureOptions) -> Numbers:
    """The values of one column; rows with a bad one are rejected."""
    text = rows.table.column(column)
    numbers = rows.numbers(column, options.decimal)
    rows.check.reject(numbers.bad, column, text, "is not a number")
    if not options.allow_negative:
        reason = "is below 0 (--allow-negative for scores that may be)"
        rows.check.reject(~numbers.bad & (numbers.values < 0.0), column, text, reason)
    return numbers


def _is_elsewhere(reject: Reject) -> bool:
    """True for a code that the layer does not have."""
    return reject.reason.startswith(NOT_IN_LAYER)


def _long_table(
    codes: pa.ChunkedArray,
    periods: pa.ChunkedArray | None,
    numbers: dict[MeasureValue, Numbers],
    rows: DelimitedFile,
    layer: str,
) -> pa.Table:
    """One row per area, measure and period that has a value."""
    parts = []
    for value, value_numbers in numbers.items():
        has_value = rows.check.usable & ~value_numbers.blank
        n = int(has_value.sum())
        period = pa.repeat(pa.scalar(value.period), n)
        if periods is not None:
            period = periods.filter(pa.array(has_value))
        parts.append(
            pa.table(
                {
                    "layer": pa.repeat(pa.scalar(layer), n),
                    "area_code": codes.filter(pa.array(has_value)),
                    "measure": pa.repeat(pa.scalar(value.measure), n),
                    "period": period,
                    "value": pa.array(value_numbers.values[has_value]),
                    "source_row": pa.array(rows.check.row_numbers[has_value]),
                }
            )
        )
    return pa.concat_tables(parts)


def _note_of_periods(
    value: MeasureValue, numbers: Numbers, periods: pa.ChunkedArray, usable: BoolArray
) -> str:
    """How many values of how many periods a measure has."""
    has_value = usable & ~numbers.blank
    period_set = set(periods.filter(pa.array(has_value)).to_pylist())
    return f"{value.measure}: {int(has_value.sum()):,} values of {len(period_set):,} periods"


def _notes(
    codes: pa.ChunkedArray,
    value: MeasureValue,
    numbers: Numbers,
    usable: BoolArray,
    options: MeasureOptions,
) -> list[str]:
    """Notes on one measure: its total, and the areas without a value."""
    has_value = usable & ~numbers.blank
    total = float(numbers.values[has_value].sum())
    notes = [
        f"{value.measure} of {value.period}: {int(has_value.sum()):,} areas, sum {total:,.10g}"
    ]
    if options.codes is None:
        return [*notes, f"layer {options.layer} is not loaded: the codes were not compared"]
    codes_with_value = set(codes.filter(pa.array(has_value)).to_pylist())
    missing = sorted(set(options.codes) - codes_with_value)
    if missing:
        notes.append(
            f"{value.measure} of {value.period}: {len(missing):,} of {len(options.codes):,} areas "
            f"of {options.layer} have no value: {', '.join(missing[:5])}"
            f"{', ...' if len(missing) > 5 else ''}"
        )
    return notes
