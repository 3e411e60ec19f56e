"""An edition beside an earlier one, whose areas may be of another vintage."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from boundaries.changes.vintages import IRREGULAR, MERGED, SPLIT, UNCHANGED
from boundaries.layers.layer import Layer
from service.analyses.inputs.crosswalks import Crosswalk, Crosswalks
from service.analyses.measures.editions import Domain, domains_of, has_edition, read_edition
from service.model.errors import UnknownStatisticError
from service.store.reference.lookups import is_change_of_vintage
from service.store.reference.measures import MeasureStore
from spatial.arrays import FloatArray, IndexArray

SAME: Final = "same area"
COMPARABLE: Final = frozenset({SAME, "unchanged"})
NO_COUNTERPART: Final = "not in the lookup"
NOT_KNOWN: Final = "not known in both"
KINDS: Final = {
    UNCHANGED: "unchanged",
    SPLIT: "part of a split area",
    MERGED: "merged of several areas",
    IRREGULAR: "changed irregularly",
}


@dataclass(frozen=True, eq=False)
class Baseline:
    """An earlier edition for the areas of a layer.

    Attributes
    ----------
    layer_id : str
        Of its own areas.
    domains : mapping of str to Domain
        In the order of the codes of its own layer.
    position : (n,) int32
        Of the same area in its own layer; -1 where there is none.
    comparison : (n,) str
        Why an area can be compared or not.
    crosswalk : Crosswalk or None
        The lookup between the vintages, if they are two.
    """

    layer_id: str
    domains: Mapping[str, Domain]
    position: IndexArray
    comparison: NDArray[Any]
    crosswalk: Crosswalk | None

    def rank_and_decile(self, domain: str) -> tuple[FloatArray, FloatArray]:
        """The values of the earlier edition.

        Parameters
        ----------
        domain : str
            Its name.

        Returns
        -------
        rank, decile : (n,) float64
            NaN where there are none, or the areas cannot be compared.
        """
        earlier = self.domains[domain]
        rank, decile = (np.append(part, np.nan) for part in (earlier.rank, earlier.decile))
        return rank[self.position], decile[self.position]


def baseline_of(
    measures: MeasureStore,
    layer: Layer,
    domains: Sequence[str],
    layer_of: Callable[[str], Layer],
    crosswalks: Crosswalks,
    *,
    period: str,
    layer_id: str | None,
    out_of: int | None,
) -> Baseline:
    """An earlier edition, in the order of a layer's codes.

    Parameters
    ----------
    measures : MeasureStore
        The imported measures.
    layer : Layer
        The areas.
    domains : sequence of str
        Names of the domains.
    layer_of : callable
        Gives a layer from its id.
    crosswalks : Crosswalks
        The lookups between layers.
    period : str
        Of the earlier edition.
    layer_id : str or None
        Layer of its areas; None: this one, or one of another vintage that has the domains.
    out_of : int or None
        How many areas were ranked then.

    Returns
    -------
    Baseline
        Only unchanged areas are compared.

    Raises
    ------
    UnknownMeasureError
        If no such edition is loaded for the layer.
    UnknownStatisticError
        If no lookup of another vintage leads here from the layer that is named.
    """
    vintages = {
        crosswalk.from_layer: crosswalk
        for crosswalk in crosswalks.into(layer)
        if is_change_of_vintage(crosswalk.changes)
    }
    baseline_id = layer_id
    if baseline_id is None:
        candidates = (layer.layer_id, *vintages)
        fitting = (
            name for name in candidates if has_edition(domains_of(measures, name), domains, period)
        )
        baseline_id = next(fitting, layer.layer_id)
    if baseline_id == layer.layer_id:
        read = read_edition(measures, layer, domains, period=period, out_of=out_of)
        position = np.arange(len(layer), dtype=np.int32)
        comparison = np.full(len(layer), SAME, dtype=object)
        return Baseline(baseline_id, {d.name: d for d in read}, position, comparison, None)
    earlier_layer = layer_of(baseline_id)
    if baseline_id not in vintages:
        raise UnknownStatisticError("baseline_layer", baseline_id, (layer.layer_id, *vintages))
    crosswalk = vintages[baseline_id]
    read = read_edition(measures, earlier_layer, domains, period=period, out_of=out_of)
    position, comparison = _aligned(crosswalk, layer, earlier_layer)
    return Baseline(baseline_id, {d.name: d for d in read}, position, comparison, crosswalk)


def _aligned(
    crosswalk: Crosswalk, layer: Layer, earlier: Layer
) -> tuple[IndexArray, NDArray[Any]]:
    """The earlier area of each area that is unchanged, and what became of the others."""
    changes = crosswalk.changes
    position = np.full(len(layer), -1, np.int32)
    comparison = np.full(len(layer), NO_COUNTERPART, dtype=object)
    area = crosswalk.area_of_new[changes.new]
    for kind, text in KINDS.items():
        is_kind = (changes.kind == kind) & (area >= 0)
        comparison[area[is_kind]] = text
    is_unchanged = (changes.kind == UNCHANGED) & (area >= 0)
    earlier_area = earlier.positions(changes.old_codes)[changes.old]
    position[area[is_unchanged]] = earlier_area[is_unchanged]
    return position, comparison
