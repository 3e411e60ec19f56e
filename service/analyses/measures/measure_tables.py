"""Measures of areas side by side: by period, with shares of one in another."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from boundaries.layers.layer import Layer
from service.analyses.measures.columns import AreaMeasure, measure_of, measures_named, periods_of
from service.analyses.measures.measured_areas import MeasuredAreas
from service.analyses.measures.rows import MeasureRow
from service.coverage.spans import listed
from service.model.answers import Table
from service.model.errors import TooMuchWorkError
from service.model.provenance import layer_source, provenance
from service.model.rows import NOTHING, ColumnValues, Row, column
from service.queries.tables.measures import MeasuresQuery
from service.sentences.numbers import counted
from service.store.errors import UnknownMeasureError
from spatial.arrays import AnyArray, BoolArray, FloatArray, IntArray

MAX_CELLS: Final = 200_000
MAX_COLUMNS: Final = 1_200
TOTAL: Final = "total"
LABEL_OF: Final = {"code": "code (value)", "name": "name (value)", "measure": "measure (value)",
                   "period": "period (value)", TOTAL: "total (value)"}  # fmt: skip


@dataclass(frozen=True, eq=False)
class Series:
    """A measure, or a share, of the areas of an answer and, at the end, of their total.

    Attributes
    ----------
    measure, period, unit : str
        What the values are.
    values : (rows,) float64
        NaN where there is none.
    is_small : (rows,) bool
        Where the value is not to be shown.
    is_count : bool
        Whether small values are shown as such: false for shares, ranks and rates.
    """

    measure: str
    period: str
    unit: str
    values: FloatArray
    is_small: BoolArray
    is_count: bool

    def shown(self, small: int) -> AnyArray:
        """The values as they may be printed.

        Parameters
        ----------
        small : int
            Counts below it are shown as such.

        Returns
        -------
        (rows,) str or None
            ``<5`` for a small count; None for no value, and for a share of a small count.
        """
        texts: AnyArray = np.full(len(self.values), None, dtype=object)
        for k in np.flatnonzero(np.isfinite(self.values)):
            texts[k] = f"{self.values[k]:.10g}" if self.is_count else f"{self.values[k]:.4g}"
        texts[self.is_small] = f"<{small}" if self.is_count else None
        return texts

    def public(self) -> FloatArray:
        """The values, NaN where they are not to be shown.

        Returns
        -------
        (rows,) float64
            Of each area.
        """
        return np.where(self.is_small, np.nan, self.values)


class MeasureTables:
    """Tables of measures.

    Parameters
    ----------
    areas : MeasuredAreas
        Layers, measures and lookups.
    """

    def __init__(self, areas: MeasuredAreas) -> None:
        self._areas = areas

    def table(self, layer_id: str, query: MeasuresQuery) -> Table:
        """One `MeasureRow` per area, measure and period; or a column for each.

        Parameters
        ----------
        layer_id : str
            Id of a layer.
        query : MeasuresQuery
            Measures, shares and layout.

        Returns
        -------
        Table
            With the shapes of the areas in the long and wide layouts without a total.

        Raises
        ------
        UnknownLayerError, UnknownMeasureError
            If there is no such layer, measure or period.
        TooMuchWorkError
            If there are too many cells.
        """
        layer = self._areas.layers.get(layer_id)
        inside = self._areas.inside(layer, query.within)
        measures = measures_named(self._areas, layer, query.measure)
        shares = self._shares(layer, measures, query)
        cells = int(inside.sum()) * (len(measures) + len(shares))
        if cells > MAX_CELLS:
            raise TooMuchWorkError("cells", cells, MAX_CELLS, "name fewer measures or areas")
        area = _order(measures[0].values, np.flatnonzero(inside), query.order)
        small = query.small
        series = [_series(measure, area, query.total, small) for measure in measures]
        series += [_share(part, whole, area, query.total, small) for part, whole in shares]
        codes, names = (
            np.array([*np.array(texts, dtype=object)[area], *extra], dtype=object)
            for texts, extra in (
                (layer.codes, [TOTAL] if query.total else []),
                (layer.names, ["Total"] if query.total else []),
            )
        )
        row: Any = MeasureRow
        geometries = None
        if query.layout == "long":
            content = _long(series, codes, names, small)
            geometries = None if query.total else layer.geometries[np.tile(area, len(series))]
        elif query.layout == "wide":
            row, content = _wide(series, codes, names, small)
            geometries = None if query.total else layer.geometries[area]
        else:
            row, content = _turned(series, codes, names, small)
        return Table(
            kind="measures",
            row=row,
            columns=content,
            geometries=geometries,
            crs=layer.crs,
            provenance=provenance(
                sources={
                    "layer": layer_source(layer),
                    **{
                        f"{measure.measure} of {measure.period}": measure.source()
                        for measure in measures
                    },
                    **self._areas.within_sources(within=query.within),
                },
                filter={"within": query.within},
                method={
                    "name": "measures of areas",
                    "measures": list(query.measure),
                    "shares": list(query.share),
                    **({} if small is None else {"small": f"counts above 0 and below {small}"}),
                },
                counts={"areas": len(area)},
                notes=_notes(measures, series, inside, layer, query),
            ),
        )

    def _shares(
        self, layer: Layer, measures: Sequence[AreaMeasure], query: MeasuresQuery
    ) -> list[tuple[AreaMeasure, AreaMeasure]]:
        """Part and whole of each share, of the periods asked for that both have."""
        loaded = periods_of(self._areas, layer)
        all_periods = sorted({measure.period for measure in measures})
        pairs: list[tuple[AreaMeasure, AreaMeasure]] = []
        for text in query.share:
            part, _, whole = text.partition("/")
            for name in (part, whole):
                if name not in loaded:
                    raise UnknownMeasureError(layer.layer_id, name, tuple(sorted(loaded)))
            periods = [
                period
                for period in all_periods
                if period in loaded[part] and period in loaded[whole]
            ]
            if not periods:
                common = sorted(loaded[part].keys() & loaded[whole].keys())
                raise UnknownMeasureError(
                    layer.layer_id,
                    f"{part}/{whole} of {', '.join(all_periods)}",
                    tuple(f"{part}/{whole} of {period}" for period in common),
                )
            pairs += [
                (
                    measure_of(self._areas, layer, part, period),
                    measure_of(self._areas, layer, whole, period),
                )
                for period in periods
            ]
        return pairs


def _order(values: FloatArray, areas: IntArray, order: str) -> IntArray:
    """The areas by code, or by a value, highest first and missing ones last."""
    if order == "code":
        return areas
    value = values[areas]
    return areas[np.lexsort((areas, np.where(np.isfinite(value), -value, np.inf)))]


def _with_total(measure: AreaMeasure, area: IntArray, *, total: bool) -> FloatArray:
    """The values of some areas and, where asked for, their sum, if it has a meaning."""
    values = measure.values[area]
    if not total:
        return values
    return np.append(values, values.sum() if measure.is_additive else math.nan)


def _is_small(measure: AreaMeasure, values: FloatArray, small: int | None) -> BoolArray:
    """Where a value is a small count."""
    if small is None or not measure.is_additive:
        return np.zeros(len(values), np.bool_)
    return np.asarray((values > 0) & (values < small), np.bool_)


def _series(measure: AreaMeasure, area: IntArray, total: bool, small: int | None) -> Series:
    values = _with_total(measure, area, total=total)
    is_small = _is_small(measure, values, small)
    return Series(
        measure.measure, measure.period, measure.unit, values, is_small, measure.is_additive
    )


def _share(
    part: AreaMeasure, whole: AreaMeasure, area: IntArray, total: bool, small: int | None
) -> Series:
    """One measure as per cent of another."""
    parts, wholes = (_with_total(measure, area, total=total) for measure in (part, whole))
    share = 100.0 * parts / np.where(wholes > 0, wholes, np.nan)
    is_small = _is_small(part, parts, small) | _is_small(whole, wholes, small)
    name = f"{part.measure} / {whole.measure}"
    return Series(name, part.period, "%", share, is_small, is_count=False)


def _long(
    series: Sequence[Series], codes: AnyArray, names: AnyArray, small: int | None
) -> dict[str, ColumnValues]:
    """A row for each area and series."""
    rows = len(codes)
    content: dict[str, ColumnValues] = {
        "code": np.tile(codes, len(series)),
        "name": np.tile(names, len(series)),
        "measure": np.repeat(np.array([line.measure for line in series], dtype=object), rows),
        "period": np.repeat(np.array([line.period for line in series], dtype=object), rows),
        "value": np.concatenate([line.public() for line in series]),
        "unit": np.repeat(np.array([line.unit for line in series], dtype=object), rows),
        "rank": np.concatenate([_ranks(line.public(), codes) for line in series]),
    }
    if small is not None:
        content["shown"] = np.concatenate([line.shown(small) for line in series])
    return content


def _ranks(values: FloatArray, codes: AnyArray) -> AnyArray:
    """Ranks of the areas, the highest value first; equal values have the first of theirs."""
    ranks: AnyArray = np.full(len(values), None, dtype=object)
    areas = np.flatnonzero(np.isfinite(values) & (codes != TOTAL))
    ordered = np.sort(-values[areas])
    ranks[areas] = np.searchsorted(ordered, -values[areas]) + 1
    return ranks


def _labels(series: Sequence[Series]) -> list[str]:
    """The name of each series, with its period where there are several of a measure."""
    names = [line.measure for line in series]
    return [
        f"{line.measure} {line.period}"
        if names.count(line.measure) > 1
        else LABEL_OF.get(line.measure, line.measure)
        for line in series
    ]


def _cells(series: Series, small: int | None) -> ColumnValues:
    """What stands in the cells: numbers, or texts where small counts are to be shown as such."""
    return series.public() if small is None else series.shown(small)


def _wide(
    series: Sequence[Series], codes: AnyArray, names: AnyArray, small: int | None
) -> tuple[type[Row], dict[str, ColumnValues]]:
    """A row for each area and a column for each series."""
    labels = _labels(series)
    keys = {"code": "Code of the area.", "name": "Name of the area."}
    row = _row_model(keys, dict(zip(labels, (s.unit for s in series), strict=True)), small)
    cells = {label: _cells(line, small) for label, line in zip(labels, series, strict=True)}
    return row, {"code": codes, "name": names, **cells}


def _turned(
    series: Sequence[Series], codes: AnyArray, names: AnyArray, small: int | None
) -> tuple[type[Row], dict[str, ColumnValues]]:
    """A row for each series and a column for each area."""
    if len(codes) > MAX_COLUMNS:
        raise TooMuchWorkError("columns", len(codes), MAX_COLUMNS, "take layout=wide")
    has_own_name = len(set(names.tolist())) == len(names) and not set(names) & set(LABEL_OF)
    labels = (names if has_own_name else codes).tolist()
    keys = {"measure": "Name of the measure.", "period": "Its period.", "unit": "Its unit."}
    row = _row_model(keys, dict.fromkeys(labels, ""), small)
    cells: NDArray[Any] = np.stack([_cells(line, small) for line in series])
    return row, {
        **{key: np.array([getattr(line, key) for line in series], dtype=object) for key in keys},
        **{label: cells[:, k] for k, label in enumerate(labels)},
    }


def _row_model(keys: dict[str, str], units: dict[str, str], small: int | None) -> type[Row]:
    """The row model of a table with a column for each of some labels."""
    annotations: dict[str, object] = dict.fromkeys(keys, str)
    members: dict[str, object] = {key: column(text, NOTHING) for key, text in keys.items()}
    for label, unit in units.items():
        # An underscore at the end of a name is taken off it.
        annotations[f"{label}_"] = (float if small is None else str) | None
        members[f"{label}_"] = column(f"The value of {label}.", NOTHING, unit)
    return type("WideMeasureRow", (Row,), {**members, "__annotations__": annotations})


def _notes(
    measures: Sequence[AreaMeasure],
    series: Sequence[Series],
    inside: BoolArray,
    layer: Layer,
    query: MeasuresQuery,
) -> tuple[str, ...]:
    """Areas without a value, values carried over, and what small counts are shown as."""
    notes: list[str] = []
    for measure in measures:
        notes += measure.carried.carrying_notes()
        missing = [layer.codes[k] for k in np.flatnonzero(inside & ~np.isfinite(measure.values))]
        if missing:
            subject = counted(len(missing), "area has", "areas have")
            notes.append(
                f"{subject} no {measure.measure} of {measure.period}, which is not zero: "
                f"{listed(missing)}."
            )
    if query.small is not None:
        number = int(sum(np.count_nonzero(line.is_small) for line in series if line.is_count))
        notes.append(
            f"{counted(number, 'count')} above 0 and below {query.small} "
            f"{'is' if number == 1 else 'are'} shown as <{query.small}, and shares of them are "
            "left out. This is a rule of display, not disclosure control: totals and differences "
            "may give them away."
        )
    return tuple(notes)
