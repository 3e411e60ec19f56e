"""Recognises the layer and vintage of supplied area codes, and maps each code to areas."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from boundaries.layers.layer import Layer
from boundaries.layers.recognition import Recognition, recognised
from service.analyses.inputs.crosswalks import Crosswalk
from service.store.incidents import Incidents
from spatial.arrays import BoolArray, FloatArray, IndexArray, IntArray, frozen

# The coding of a dataset is known when this share of the coded incidents that lie inside the
# layer carry a known code. Another vintage of the same areas shares most codes, not all.
KNOWN_CODING_SHARE: Final = 0.98


@dataclass(frozen=True, eq=False)
class Split:
    """A supplied code whose area was split into several areas of the layer.

    Attributes
    ----------
    code : int
        Position in ``incidents.area_codes``.
    parts : (k,) int32
        Positions in the layer, ascending; only the parts that the layer has.
    weights : (k,) float64
        Of each part, at least 0; not all 0 unless there are no parts.
    is_complete : bool
        Whether the layer has every part.
    """

    code: int
    parts: IndexArray
    weights: FloatArray
    is_complete: bool


@dataclass(frozen=True, eq=False)
class Coding:
    """The areas of the requested layer that each supplied code stands for.

    Attributes
    ----------
    area_of_code : (codes,) int32
        Position in the layer, -1 if it has none or if `splits` decides.
    is_translated : (codes,) bool
        True if a lookup gave the area, not the layer's own codes.
    splits : tuple of Split
        Codes of areas that were split.
    is_known : bool
        Whether nearly all codes are known, so that an unknown code means elsewhere.
    crosswalks : tuple of Crosswalk
        The lookups that translated some code.
    notes : tuple of str
        Full sentences for the provenance.
    """

    area_of_code: IndexArray
    is_translated: BoolArray
    splits: tuple[Split, ...]
    is_known: bool
    crosswalks: tuple[Crosswalk, ...]
    notes: tuple[str, ...]


def coding_of(
    incidents: Incidents,
    layer: Layer,
    crosswalks: Sequence[Crosswalk],
    other_codes: Mapping[str, Sequence[str]],
    *,
    by_place: IndexArray,
) -> Coding:
    """The meaning of the supplied codes of a dataset in a layer.

    Parameters
    ----------
    incidents : Incidents
        One version of a dataset.
    layer : Layer
        The requested areas.
    crosswalks : sequence of Crosswalk
        Lookups that lead to the layer.
    other_codes : mapping of str to sequence of str
        Codes of other layers that the supplied ones may belong to.
    by_place : (n,) int32
        Area that each incident's coordinates lie in, -1 if in none.

    Returns
    -------
    Coding
        One entry per code of the dataset.
    """
    codes = incidents.area_codes
    own_area = layer.positions(codes)
    area, is_translated = own_area.copy(), np.zeros(len(codes), dtype=np.bool_)
    if not codes:
        return Coding(own_area, is_translated, (), False, (), ())
    records = _records_of(incidents, by_place)
    recognition = _recognise(codes, records, layer, crosswalks, other_codes)
    splits: dict[int, Split] = {}
    used_crosswalks = []
    is_settled = own_area >= 0
    for crosswalk in sorted(
        crosswalks, key=lambda crosswalk: crosswalk.from_layer != recognition.best
    ):
        leads = _Leads.of(crosswalk, codes)
        # Recognised as this vintage: its meaning of a code comes before the layer's own.
        is_open = leads.is_known & (
            ~is_settled | ((crosswalk.from_layer == recognition.best) & (own_area >= 0))
        )
        is_changed = is_open & ~(leads.is_single & (leads.area == own_area) & (own_area >= 0))
        has_one_area = is_changed & leads.is_single
        area[has_one_area], is_translated[has_one_area] = leads.area[has_one_area], True
        for code in np.flatnonzero(is_changed & ~leads.is_single).tolist():
            area[code], is_translated[code] = -1, True
            splits[code] = leads.split(code)
        is_settled |= leads.is_known
        if bool(is_changed.any()):
            used_crosswalks.append(crosswalk)
    return Coding(
        frozen(area),
        frozen(is_translated),
        tuple(splits.values()),
        _is_known(incidents, layer, crosswalks, is_settled, records, by_place),
        tuple(used_crosswalks),
        _notes(recognition, layer, used_crosswalks),
    )


@dataclass(frozen=True, eq=False)
class _Leads:
    """The new areas that a crosswalk gives for some codes.

    `area` is that of the single new area, -1 if the layer does not have it.
    """

    crosswalk: Crosswalk
    old: IntArray  # position of each code among the old ones, -1 where it is none
    first: IntArray  # of each old code, the first of its pairs in `order`
    order: IntArray  # pairs by old code, then new code
    is_known: BoolArray
    is_single: BoolArray
    area: IndexArray

    @classmethod
    def of(cls, crosswalk: Crosswalk, codes: Sequence[str]) -> "_Leads":
        lookup = crosswalk.changes
        position = {code: i for i, code in enumerate(lookup.old_codes)}
        old = np.array([position.get(code, -1) for code in codes], dtype=np.int64)
        order = np.lexsort((lookup.new, lookup.old))
        first = np.searchsorted(lookup.old[order], np.arange(len(lookup.old_codes) + 1))
        is_known = old >= 0
        is_single = is_known & (np.diff(first)[old] == 1)
        area = crosswalk.area_of_new[lookup.new[order[first[np.maximum(old, 0)]]]]
        return cls(
            crosswalk, old, first, order, is_known, is_single, np.where(is_single, area, -1)
        )

    def split(self, code: int) -> Split:
        """The parts of an area that was split."""
        old = self.old[code]
        new = self.crosswalk.changes.new[self.order[self.first[old] : self.first[old + 1]]]
        parts = self.crosswalk.area_of_new[new]
        in_layer = parts >= 0
        order = np.argsort(parts[in_layer])
        return Split(
            code=code,
            parts=parts[in_layer][order],
            weights=self.crosswalk.weights[new[in_layer]][order],
            is_complete=bool(in_layer.all()),
        )


def _records_of(incidents: Incidents, by_place: IndexArray) -> IntArray:
    """(codes,) number of records with each code, for recognising the layer of the codes.

    Counted are records that lie in the layer and whose code mostly does too. If nothing is
    located, all records count.
    """
    n_codes = len(incidents.area_codes)
    has_code = incidents.area_code >= 0
    located_count = np.bincount(
        incidents.area_code[has_code & incidents.located], minlength=n_codes
    )
    inside_count = np.bincount(incidents.area_code[has_code & (by_place >= 0)], minlength=n_codes)
    if not located_count.any():
        return np.bincount(incidents.area_code[has_code], minlength=n_codes)
    return np.where(2 * inside_count > located_count, inside_count, 0)


def _recognise(
    supplied_codes: Sequence[str],
    records: IntArray,
    layer: Layer,
    crosswalks: Sequence[Crosswalk],
    other_codes: Mapping[str, Sequence[str]],
) -> Recognition:
    """The layer that the codes belong to, among the known ones."""
    layers: dict[str, Sequence[str]] = {layer.layer_id: layer.codes}
    layers |= {crosswalk.from_layer: crosswalk.changes.old_codes for crosswalk in crosswalks}
    layers |= {name: codes for name, codes in other_codes.items() if name not in layers}
    return recognised(
        {code: int(n) for code, n in zip(supplied_codes, records, strict=True) if n},
        layers,
        target=layer.layer_id,
    )


def _is_known(
    incidents: Incidents,
    layer: Layer,
    crosswalks: Sequence[Crosswalk],
    is_settled: BoolArray,
    records: IntArray,
    by_place: IndexArray,
) -> bool:
    """Whether an unknown code means elsewhere; see `KNOWN_CODING_SHARE`."""
    if not bool(is_settled.any()):
        return False
    if not bool((by_place >= 0).any()) or not records.any():
        layers = {layer.layer_id, *(crosswalk.from_layer for crosswalk in crosswalks)}
        return bool(layers & set(incidents.area_layers))
    return float(records[is_settled].sum()) >= KNOWN_CODING_SHARE * float(records.sum())


def _notes(
    recognition: Recognition, layer: Layer, used_crosswalks: Sequence[Crosswalk]
) -> tuple[str, ...]:
    """Notes on the vintage of the codes."""
    notes = []
    is_other_layer = (
        recognition.best != layer.layer_id and recognition.target_share < KNOWN_CODING_SHARE
    )
    has_lookup = any(crosswalk.from_layer == recognition.best for crosswalk in used_crosswalks)
    if is_other_layer and (has_lookup or recognition.target_share > 0):
        notes.append(
            f"The area codes are of {recognition.best}: {100 * recognition.target_share:.1f} % of "
            f"the coded records have one that is also in {layer.layer_id}."
        )
        if not has_lookup:
            notes.append(
                f"No lookup from {recognition.best} to {layer.layer_id} is imported: records with "
                "another code are placed by their coordinates."
            )
    for crosswalk in used_crosswalks:
        notes.append(
            f"Codes of {crosswalk.from_layer} lead to {layer.layer_id} through "
            f"{crosswalk.loaded_from}: unchanged and merged areas exactly; where an area was "
            "split, incidents are in the part that they lie in, in the nearest part where they "
            f"lie in none, and without coordinates shared among the parts by {crosswalk.weight}."
        )
        if crosswalk.remark:
            notes.append(
                f"{crosswalk.remark}: areas that were split are shared by {crosswalk.weight}."
            )
    return tuple(notes)
