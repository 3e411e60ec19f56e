"""From the areas of other layers to those of the layer asked: lookups aligned with it."""

import dataclasses
from dataclasses import dataclass
from typing import Any

import numpy as np

from boundaries.changes.vintages import Changes, carry_amounts
from boundaries.layers.layer import Layer
from service.model.provenance import short_digest
from service.store.errors import UnknownMeasureError
from service.store.lookups import BY_AREA, Lookup, LookupStore
from service.store.measures import MeasureColumn, MeasureStore
from spatial.arrays import BoolArray, FloatArray, IndexArray, frozen


@dataclass(frozen=True, eq=False)
class Crosswalk:
    """A lookup that leads to the layer asked, aligned with its areas.

    Attributes
    ----------
    from_layer : str
        The layer whose codes are the old ones of `changes`.
    changes : Changes
    area_of_new : (new,) int32
        Position of each new code in the layer asked, -1 where it does not have it.
    weights : (new,) float64
        By what an area that was split is shared; 0 for new codes the layer does not have.
    weight : str
        What the weights are, in words.
    remark : str
        Why they are not what the lookup asks for; empty where they are.
    loaded_from : str
        File of the lookup.
    version : int
        Of the table of lookups.
    """

    from_layer: str
    changes: Changes
    area_of_new: IndexArray
    weights: FloatArray
    weight: str
    remark: str
    loaded_from: str
    version: int

    def source(self) -> dict[str, Any]:
        """Which lookup, for the provenance."""
        return {
            "from_layer": self.from_layer,
            "lookup": self.loaded_from,
            "table_version": self.version,
            "shared_by": self.weight,
        }


class Crosswalks:
    """Lookups to any layer, with the weights by which split areas are shared.

    Parameters
    ----------
    lookups : LookupStore
    measures : MeasureStore
        Where a lookup's weight is looked for when it is a measure.
    """

    def __init__(self, *, lookups: LookupStore, measures: MeasureStore) -> None:
        self._lookups = lookups
        self._measures = measures

    def version(self) -> str:
        """Everything that crosswalks depend on besides the layer, as a short digest."""
        by_measure = any(one.weight != BY_AREA for one in self._lookups.available())
        measures = self._measures.revision() if by_measure else ""
        return short_digest(self._lookups.revision(), measures)

    def into(self, layer: Layer) -> tuple[Crosswalk, ...]:
        """Every lookup that leads to a layer, in the order of the layers they come from."""
        return tuple(self._aligned(one, layer) for one in self._lookups.into(layer.layer_id))

    def shared_by(self, crosswalk: Crosswalk, layer: Layer, column: MeasureColumn) -> Crosswalk:
        """A crosswalk that shares by a measure of the layer; as it was where that cannot be.

        Parameters
        ----------
        crosswalk : Crosswalk
            Into `layer`; left as it is unless it shares by area and nothing else was asked for.
        column : MeasureColumn
            Of `layer`.
        """
        if crosswalk.weight != BY_AREA or crosswalk.remark:
            return crosswalk
        weights = _weights_from(column, layer, crosswalk.changes, crosswalk.area_of_new)
        if weights is None:
            return crosswalk
        words = f"{column.measure} of {column.period}"
        return dataclasses.replace(crosswalk, weights=frozen(weights), weight=words)

    def _aligned(self, lookup: Lookup, layer: Layer) -> Crosswalk:
        area_of_new = layer.positions(lookup.changes.new_codes)
        weights, weight, remark = self._weights(lookup, layer, area_of_new)
        return Crosswalk(
            from_layer=lookup.key.from_layer,
            changes=lookup.changes,
            area_of_new=frozen(area_of_new),
            weights=frozen(weights),
            weight=weight,
            remark=remark,
            loaded_from=lookup.loaded_from,
            version=lookup.version,
        )

    def _weights(
        self, lookup: Lookup, layer: Layer, area_of_new: IndexArray
    ) -> tuple[FloatArray, str, str]:
        """The weights, what they are, and why they are not what the lookup asks for."""
        here = area_of_new >= 0
        by_area = np.where(here, layer.areas_km2[area_of_new], 0.0)
        if lookup.weight == BY_AREA:
            return by_area, BY_AREA, ""
        measure, _, period = lookup.weight.partition(":")
        try:
            column = self._measures.column(layer.layer_id, measure, period or None)
        except UnknownMeasureError:
            remark = f"{lookup.weight} is not loaded for {layer.layer_id}"
            return by_area, BY_AREA, remark
        weights = _weights_from(column, layer, lookup.changes, area_of_new)
        if weights is None:
            remark = f"{measure} of {column.period} is missing or 0 for parts of split areas"
            return by_area, BY_AREA, remark
        return weights, f"{measure} of {column.period}", ""


def carried(crosswalk: Crosswalk, layer: Layer, column: MeasureColumn) -> "CarriedColumn | None":
    """A measure of the old areas as one of the layer's areas; None where it is no amount.

    Parameters
    ----------
    crosswalk : Crosswalk
        Into `layer`.
    layer : Layer
        The areas asked.
    column : MeasureColumn
        Of ``crosswalk.from_layer``. It is taken for an amount that adds up, such as residents
        or homes; one with a value below 0 cannot be.

    Notes
    -----
    Exact for unchanged and merged areas; an area that was split is shared by the crosswalk's
    weights. An area that rests on an old one without a value, or on one of whose parts the
    layer has only some, has no value.
    """
    lookup = crosswalk.changes
    old = column.values_for(lookup.old_codes)
    if bool((old < 0).any()):
        return None
    here = crosswalk.area_of_new >= 0
    olds, news = len(lookup.old_codes), len(lookup.new_codes)
    parts = np.bincount(lookup.old, minlength=olds)
    parts_here = np.bincount(lookup.old, here[lookup.new], minlength=olds)
    unknown = ~np.isfinite(old) | ((parts > 1) & (parts_here < parts))
    amounts = np.where(unknown, 0.0, old)
    result = carry_amounts(lookup, amounts, weights=crosswalk.weights, weight=crosswalk.weight)
    lacks = np.bincount(lookup.new, unknown[lookup.old], minlength=news) > 0
    values = np.full(len(layer), np.nan)
    values[crosswalk.area_of_new[here]] = np.where(lacks, np.nan, result.values)[here]
    estimated = np.zeros(len(layer), dtype=np.bool_)
    estimated[crosswalk.area_of_new[here]] = result.estimated[here]
    return CarriedColumn(frozen(values), frozen(estimated & np.isfinite(values)), crosswalk)


@dataclass(frozen=True, eq=False)
class CarriedColumn:
    """A measure carried across from another layer.

    Attributes
    ----------
    values : (n,) float64
        In the order of the layer's codes, NaN where there is no value.
    estimated : (n,) bool
        True where part of the value was shared by weight.
    """

    values: FloatArray
    estimated: BoolArray
    crosswalk: Crosswalk


def _weights_from(
    column: MeasureColumn, layer: Layer, lookup: Changes, area_of_new: IndexArray
) -> FloatArray | None:
    """(new,) a measure as weights; None unless it can share every area that was split.

    Every part that the layer has must have a value of at least 0, and not all may have 0.
    """
    here = area_of_new >= 0
    weights = np.where(here, column.values_for(layer.codes)[area_of_new], 0.0)
    olds = len(lookup.old_codes)
    split = np.bincount(lookup.old, minlength=olds)[lookup.old] > 1
    needed = split & here[lookup.new]
    if not bool((weights[lookup.new[needed]] >= 0).all()):
        return None
    concerned = np.unique(lookup.old[needed])
    total = np.bincount(lookup.old[needed], weights[lookup.new[needed]], minlength=olds)
    if not bool((total[concerned] > 0).all()):
        return None
    return np.where(weights > 0, weights, 0.0)
