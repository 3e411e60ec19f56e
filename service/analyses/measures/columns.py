"""Measures of the areas of a layer by name, its own or carried over from another layer."""

import fnmatch
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from boundaries.layers.layer import Layer
from service.analyses.inputs.crosswalks import is_additive
from service.analyses.inputs.denominators import Denominator, denominator_of
from service.analyses.measures.measured_areas import MeasuredAreas
from service.store.errors import UnknownMeasureError
from service.store.reference.measures import MeasureColumn
from spatial.arrays import FloatArray


@dataclass(frozen=True, eq=False)
class AreaMeasure:
    """One period of a measure, in the order of a layer's codes.

    Attributes
    ----------
    measure, period, unit : str
        As they were imported.
    values : (n,) float64
        NaN where there is none.
    is_additive : bool
        Whether it may be summed over areas.
    column : MeasureColumn
        What it was read from.
    carried : Denominator
        With how it was carried over from another layer, if it was.
    """

    measure: str
    period: str
    unit: str
    values: FloatArray
    is_additive: bool
    column: MeasureColumn
    carried: Denominator

    def source(self) -> dict[str, Any]:
        """The measure, for the provenance.

        Returns
        -------
        dict of str to Any
            JSON members.
        """
        origin = {"source": self.column.source, "licence": self.column.licence}
        return {**self.carried.source(), **origin}


def measures_named(
    areas: MeasuredAreas, layer: Layer, texts: Sequence[str]
) -> tuple[AreaMeasure, ...]:
    """The measures that texts name, each once, in the order of the texts.

    Parameters
    ----------
    areas : MeasuredAreas
        Layers, measures and lookups.
    layer : Layer
        The areas.
    texts : sequence of str
        ``name``, ``name:period``, ``name:*`` or ``name-*``.

    Returns
    -------
    tuple of AreaMeasure
        By name and period.

    Raises
    ------
    UnknownMeasureError
        If neither the layer nor one that leads to it has such a measure or period.
    """
    periods = periods_of(areas, layer)
    read: dict[tuple[str, str], AreaMeasure] = {}
    for text in texts:
        pattern, _, period = text.partition(":")
        names = [name for name in sorted(periods) if fnmatch.fnmatchcase(name, pattern)]
        if not names:
            raise UnknownMeasureError(layer.layer_id, pattern, tuple(sorted(periods)))
        for name in names:
            own_periods = [
                edition for edition, origin in periods[name].items() if origin == layer.layer_id
            ]
            latest = max(own_periods or periods[name])
            editions = sorted(periods[name]) if period == "*" else [period or latest]
            for edition in editions:
                if (name, edition) not in read:
                    read[name, edition] = measure_of(areas, layer, name, edition)
    return tuple(read.values())


def periods_of(areas: MeasuredAreas, layer: Layer) -> dict[str, dict[str, str]]:
    """The measures that areas have, or that a lookup can bring them.

    Parameters
    ----------
    areas : MeasuredAreas
        Layers, measures and lookups.
    layer : Layer
        The areas.

    Returns
    -------
    dict of str to dict of str to str
        By measure and period: the layer that it is of.
    """
    crosswalks = areas.crosswalks.into(layer)
    periods: dict[str, dict[str, str]] = {}
    for layer_id in (layer.layer_id, *(crosswalk.from_layer for crosswalk in crosswalks)):
        for info in areas.measures.available(layer_id):
            for period in info.periods:
                if layer_id == layer.layer_id or is_additive(
                    areas.measures.column(layer_id, info.measure, period)
                ):
                    periods.setdefault(info.measure, {}).setdefault(period, layer_id)
    return periods


def measure_of(areas: MeasuredAreas, layer: Layer, name: str, period: str) -> AreaMeasure:
    """One period of a measure.

    Parameters
    ----------
    areas : MeasuredAreas
        Layers, measures and lookups.
    layer : Layer
        The areas.
    name, period : str
        Of the measure.

    Returns
    -------
    AreaMeasure
        In the order of the layer's codes.

    Raises
    ------
    UnknownMeasureError
        If there is none.
    """
    carried = denominator_of(
        areas.measures, layer, f"{name}:{period}", crosswalks=areas.crosswalks
    )
    origin = carried.carried_by[0].from_layer if carried.carried_by else layer.layer_id
    column = areas.measures.column(origin, name, period)
    return AreaMeasure(
        name, period, column.unit, carried.values, is_additive(column), column, carried
    )
