"""Lookups from the areas of other layers to those of a layer, aligned with it."""

import dataclasses
import re
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from boundaries.changes.vintages import Changes, carry_amounts
from boundaries.layers.layer import Layer
from service.model.provenance import short_digest
from service.store.errors import UnknownMeasureError
from service.store.reference.lookups import BY_AREA, BY_NOTHING, Lookup, LookupStore
from service.store.reference.measures import MeasureColumn, MeasureStore
from spatial.arrays import BoolArray, FloatArray, IndexArray, frozen

_NOT_ADDITIVE: Final = re.compile(
    r"(^|[^a-z])(score|decile|quintile|rank|rate|share|percent|percentage|pct|index|mean|median|"
    r"average|density|per)([^a-z]|$)|%",
    re.IGNORECASE,
)


@dataclass(frozen=True, eq=False)
class Crosswalk:
    """A lookup to the requested layer, aligned with its areas.

    Attributes
    ----------
    from_layer : str
        The layer whose codes are the old ones of `changes`.
    changes : Changes
        The pairs of codes.
    area_of_new : (new,) int32
        Position of each new code in the requested layer, -1 if the layer lacks it.
    weights : (new,) float64
        Weights by which a split area is shared; 0 for new codes that the layer lacks, and all 0
        where nothing says how to share.
    weight : str
        What the weights are, as text.
    remark : str
        Why they differ from what the lookup specifies; otherwise empty.
    loaded_from : str
        File of the lookup.
    version : int
        Version of the table of lookups.
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
        """The lookup, for the provenance.

        Returns
        -------
        dict of str to Any
            JSON members.
        """
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
        The imported lookups.
    measures : MeasureStore
        The measures that weights may come from.
    """

    def __init__(self, *, lookups: LookupStore, measures: MeasureStore) -> None:
        self._lookups = lookups
        self._measures = measures

    def version(self) -> str:
        """A short digest of everything that crosswalks depend on, apart from the layer.

        Returns
        -------
        str
            It changes when a lookup does, or a measure, by which a lookup may share.
        """
        lookups = self._lookups.revision()
        # Which lookups share by a measure is not known without reading them.
        return short_digest(lookups, self._measures.revision() if lookups else "")

    def into(self, layer: Layer) -> tuple[Crosswalk, ...]:
        """Every lookup that leads to a layer, in the order of the layers it comes from.

        Parameters
        ----------
        layer : Layer
            The target layer.

        Returns
        -------
        tuple of Crosswalk
            Empty if there is none.
        """
        return tuple(self._align(lookup, layer) for lookup in self._lookups.into(layer.layer_id))

    def shared_by(self, crosswalk: Crosswalk, layer: Layer, column: MeasureColumn) -> Crosswalk:
        """A crosswalk weighted by a measure of the layer; unchanged if the measure cannot be used.

        Parameters
        ----------
        crosswalk : Crosswalk
            To `layer`; unchanged unless it shares by area because no other weight was specified.
        layer : Layer
            The target layer.
        column : MeasureColumn
            A measure of `layer`.

        Returns
        -------
        Crosswalk
            With the weights and their name replaced.
        """
        if crosswalk.weight != BY_AREA or crosswalk.remark:
            return crosswalk
        weights = _weights_from(column, layer, crosswalk.changes, crosswalk.area_of_new)
        if weights is None:
            return crosswalk
        label = f"{column.measure} of {column.period}"
        return dataclasses.replace(crosswalk, weights=frozen(weights), weight=label)

    def _align(self, lookup: Lookup, layer: Layer) -> Crosswalk:
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
        """The weights, what they are, and why they differ from what the lookup specifies."""
        in_layer = area_of_new >= 0
        if lookup.is_chain:  # how much of a part is in which whole, neither lookup says
            return np.zeros(len(in_layer)), BY_NOTHING, ""
        by_area = np.where(in_layer, layer.areas_km2[area_of_new], 0.0)
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


def is_additive(column: MeasureColumn) -> bool:
    """Whether a measure may be summed over areas, as residents may.

    Parameters
    ----------
    column : MeasureColumn
        A measure of one period.

    Returns
    -------
    bool
        False where its name or unit has a word such as score, rank or rate.
    """
    return _NOT_ADDITIVE.search(f"{column.measure} {column.unit}") is None


def carry_column(
    crosswalk: Crosswalk, layer: Layer, column: MeasureColumn
) -> "CarriedColumn | None":
    """A measure of the old areas, carried to the areas of the layer; None if it is not additive.

    Parameters
    ----------
    crosswalk : Crosswalk
        To `layer`.
    layer : Layer
        The requested areas.
    column : MeasureColumn
        A measure of ``crosswalk.from_layer``. It is taken to be additive, as residents or homes
        are, unless its name or unit has a word such as score, rank or rate, or a value is below 0.

    Returns
    -------
    CarriedColumn or None
        In the order of the layer's codes.

    Notes
    -----
    Exact for unchanged and merged areas; an area that was split is shared by the crosswalk's
    weights. An area that rests on an old one without a value, or on one that was split and
    cannot be shared, has no value.
    """
    lookup = crosswalk.changes
    old_values = column.values_for(lookup.old_codes)
    if bool((old_values < 0).any()) or not is_additive(column):
        return None
    in_layer = crosswalk.area_of_new >= 0
    n_old, n_new = len(lookup.old_codes), len(lookup.new_codes)
    parts = np.bincount(lookup.old, minlength=n_old)
    parts_in_layer = np.bincount(lookup.old, in_layer[lookup.new], minlength=n_old)
    weight_of_parts = np.bincount(lookup.old, crosswalk.weights[lookup.new], minlength=n_old)
    is_not_shared = (parts > 1) & ((parts_in_layer < parts) | (weight_of_parts == 0))
    is_unknown = ~np.isfinite(old_values) | is_not_shared
    amounts = np.where(is_unknown, 0.0, old_values)
    amounts_in_layer = carry_amounts(
        lookup, amounts, weights=crosswalk.weights, weight=crosswalk.weight
    )
    is_missing = np.bincount(lookup.new, is_unknown[lookup.old], minlength=n_new) > 0
    values = np.full(len(layer), np.nan)
    values[crosswalk.area_of_new[in_layer]] = np.where(
        is_missing, np.nan, amounts_in_layer.values
    )[in_layer]
    is_estimated = np.zeros(len(layer), dtype=np.bool_)
    is_estimated[crosswalk.area_of_new[in_layer]] = amounts_in_layer.estimated[in_layer]
    return CarriedColumn(frozen(values), frozen(is_estimated & np.isfinite(values)), crosswalk)


@dataclass(frozen=True, eq=False)
class CarriedColumn:
    """A measure carried over from another layer.

    Attributes
    ----------
    values : (n,) float64
        In the order of the layer's codes, NaN where there is no value.
    estimated : (n,) bool
        True if part of the value was shared by weight.
    crosswalk : Crosswalk
        The lookup that it was carried through.
    """

    values: FloatArray
    estimated: BoolArray
    crosswalk: Crosswalk


def _weights_from(
    column: MeasureColumn, layer: Layer, lookup: Changes, area_of_new: IndexArray
) -> FloatArray | None:
    """(new,) a measure as weights; None unless it can share every area that was split.

    Every part that the layer has needs a value of at least 0, and they may not all be 0.
    """
    in_layer = area_of_new >= 0
    weights = np.where(in_layer, column.values_for(layer.codes)[area_of_new], 0.0)
    n_old = len(lookup.old_codes)
    is_split = np.bincount(lookup.old, minlength=n_old)[lookup.old] > 1
    is_needed = is_split & in_layer[lookup.new]
    if not bool((weights[lookup.new[is_needed]] >= 0).all()):
        return None
    split_codes = np.unique(lookup.old[is_needed])
    total = np.bincount(lookup.old[is_needed], weights[lookup.new[is_needed]], minlength=n_old)
    if not bool((total[split_codes] > 0).all()):
        return None
    return np.where(weights > 0, weights, 0.0)
