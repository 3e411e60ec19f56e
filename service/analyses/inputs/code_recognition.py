"""Which layer and vintage the supplied area codes are of, and where each code leads."""

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
    """A supplied code whose area was split into several of the layer's.

    Attributes
    ----------
    code : int
        Position in ``incidents.area_codes``.
    parts : (k,) int32
        Positions in the layer, ascending; only the parts that the layer has.
    weights : (k,) float64
        Of each part, at least 0 and not all 0 unless there is none.
    is_complete : bool
        Whether the layer has every part.
    """

    code: int
    parts: IndexArray
    weights: FloatArray
    is_complete: bool


@dataclass(frozen=True, eq=False)
class Coding:
    """Where each supplied code leads in the layer asked.

    Attributes
    ----------
    area_of_code : (codes,) int32
        Position in the layer, -1 where it has none or where `splits` decides.
    is_translated : (codes,) bool
        True where a lookup leads there, and not the layer's own code.
    splits : tuple of Split
    is_known : bool
        Whether nearly all codes are known, so that an unknown one is of somewhere else.
    crosswalks : tuple of Crosswalk
        Those that some code was looked up in.
    notes : tuple of str
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
    others: Mapping[str, Sequence[str]],
    *,
    by_place: IndexArray,
) -> Coding:
    """What the supplied codes of a dataset mean in a layer.

    Parameters
    ----------
    incidents : Incidents
    layer : Layer
        The areas asked.
    crosswalks : sequence of Crosswalk
        Lookups that lead to the layer.
    others : mapping of str to sequence of str
        Codes of other layers that the supplied ones may be of.
    by_place : (n,) int32
        Area that each incident's coordinates lie in, -1 where in none.
    """
    words = incidents.area_codes
    own = layer.positions(words)
    area, translated = own.copy(), np.zeros(len(words), dtype=np.bool_)
    if not words:
        return Coding(own, translated, (), False, (), ())
    records = _records_of(incidents, by_place)
    found = _recognised(words, records, layer, crosswalks, others)
    splits: dict[int, Split] = {}
    used = []
    settled = own >= 0
    for crosswalk in sorted(crosswalks, key=lambda one: one.from_layer != found.best):
        leads = _Leads.of(crosswalk, words)
        # Recognised as this vintage: its meaning of a code comes before the layer's own.
        open_ = leads.known & (~settled | ((crosswalk.from_layer == found.best) & (own >= 0)))
        changed = open_ & ~(leads.is_single & (leads.area == own) & (own >= 0))
        single = changed & leads.is_single
        area[single], translated[single] = leads.area[single], True
        for code in np.flatnonzero(changed & ~leads.is_single).tolist():
            area[code], translated[code] = -1, True
            splits[code] = leads.split(code)
        settled |= leads.known
        if bool(changed.any()):
            used.append(crosswalk)
    return Coding(
        frozen(area),
        frozen(translated),
        tuple(splits.values()),
        _is_known(incidents, layer, crosswalks, settled, records, by_place),
        tuple(used),
        _notes(found, layer, used),
    )


@dataclass(frozen=True, eq=False)
class _Leads:
    """Where a crosswalk leads from each of some codes.

    `area` is that of the single new area, -1 where the layer does not have it.
    """

    crosswalk: Crosswalk
    old: IntArray  # position of each code among the old ones, -1 where it is none
    first: IntArray  # of each old code, the first of its pairs in `order`
    order: IntArray  # pairs by old code, then new code
    known: BoolArray
    is_single: BoolArray
    area: IndexArray

    @classmethod
    def of(cls, crosswalk: Crosswalk, words: Sequence[str]) -> "_Leads":
        lookup = crosswalk.changes
        position = {code: i for i, code in enumerate(lookup.old_codes)}
        old = np.array([position.get(word, -1) for word in words], dtype=np.int64)
        order = np.lexsort((lookup.new, lookup.old))
        first = np.searchsorted(lookup.old[order], np.arange(len(lookup.old_codes) + 1))
        known = old >= 0
        is_single = known & (np.diff(first)[old] == 1)
        area = crosswalk.area_of_new[lookup.new[order[first[np.maximum(old, 0)]]]]
        return cls(crosswalk, old, first, order, known, is_single, np.where(is_single, area, -1))

    def split(self, code: int) -> Split:
        """The parts of an area that was split."""
        old = self.old[code]
        new = self.crosswalk.changes.new[self.order[self.first[old] : self.first[old + 1]]]
        parts = self.crosswalk.area_of_new[new]
        here = parts >= 0
        in_order = np.argsort(parts[here])
        return Split(
            code=code,
            parts=parts[here][in_order],
            weights=self.crosswalk.weights[new[here]][in_order],
            is_complete=bool(here.all()),
        )


def _records_of(incidents: Incidents, by_place: IndexArray) -> IntArray:
    """(codes,) records by which codes are recognised.

    Those that lie in the layer and whose code is at home there: most places of its records
    are. Where nothing is located, all records.
    """
    words = len(incidents.area_codes)
    coded = incidents.area_code >= 0
    located = np.bincount(incidents.area_code[coded & incidents.located], minlength=words)
    inside = np.bincount(incidents.area_code[coded & (by_place >= 0)], minlength=words)
    if not located.any():
        return np.bincount(incidents.area_code[coded], minlength=words)
    return np.where(2 * inside > located, inside, 0)


def _recognised(
    words: Sequence[str],
    records: IntArray,
    layer: Layer,
    crosswalks: Sequence[Crosswalk],
    others: Mapping[str, Sequence[str]],
) -> Recognition:
    """Which of the layers that are known the codes are of."""
    layers: dict[str, Sequence[str]] = {layer.layer_id: layer.codes}
    layers |= {one.from_layer: one.changes.old_codes for one in crosswalks}
    layers |= {name: codes for name, codes in others.items() if name not in layers}
    return recognised(
        {word: int(n) for word, n in zip(words, records, strict=True) if n},
        layers,
        target=layer.layer_id,
    )


def _is_known(
    incidents: Incidents,
    layer: Layer,
    crosswalks: Sequence[Crosswalk],
    settled: BoolArray,
    records: IntArray,
    by_place: IndexArray,
) -> bool:
    """Whether a code that nothing knows is of somewhere else; see `KNOWN_CODING_SHARE`."""
    if not bool(settled.any()):
        return False
    if not bool((by_place >= 0).any()) or not records.any():
        layers = {layer.layer_id, *(one.from_layer for one in crosswalks)}
        return bool(layers & set(incidents.area_layers))
    return float(records[settled].sum()) >= KNOWN_CODING_SHARE * float(records.sum())


def _notes(found: Recognition, layer: Layer, used: Sequence[Crosswalk]) -> tuple[str, ...]:
    """What a reader must know of the vintage of the codes."""
    notes = []
    another = found.best != layer.layer_id and found.target_share < KNOWN_CODING_SHARE
    through = any(one.from_layer == found.best for one in used)
    if another and (through or found.target_share > 0):
        notes.append(
            f"The area codes are of {found.best}: {100 * found.target_share:.1f} % of the coded "
            f"records have one that is also in {layer.layer_id}."
        )
        if not through:
            notes.append(
                f"No lookup from {found.best} to {layer.layer_id} is imported: records with "
                "another code are placed by their coordinates."
            )
    for one in used:
        notes.append(
            f"Codes of {one.from_layer} lead to {layer.layer_id} through {one.loaded_from}: "
            "unchanged and merged areas exactly; where an area was split, incidents are in the "
            "part that they lie in, in the nearest part where they lie in none, and without "
            f"coordinates shared among the parts by {one.weight}."
        )
        if one.remark:
            notes.append(f"{one.remark}: areas that were split are shared by {one.weight}.")
    return tuple(notes)
