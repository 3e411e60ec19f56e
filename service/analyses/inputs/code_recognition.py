"""Maps supplied area codes to the areas of a layer: by the layer they are of, and lookups."""

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from boundaries.layers.codes import CodeIndex, best_layer, places_deny
from boundaries.layers.layer import Layer
from service.analyses.inputs.crosswalks import Crosswalk
from service.store.incidents import Incidents
from service.store.reference.lookups import BY_NOTHING
from spatial.arrays import BoolArray, FloatArray, IndexArray, IntArray, frozen

# An unknown code means elsewhere when this share of the coded incidents that lie inside the
# layer carry a known code. Another vintage of the same areas shares most codes, not all.
KNOWN_CODING_SHARE: Final = 0.98

LayerCodes = Callable[[], Mapping[str, CodeIndex]]
"""Gives the codes of the imported layers; called only for codes stored without a layer."""


@dataclass(frozen=True, eq=False)
class Split:
    """A supplied code whose area was split into several areas of the layer.

    Attributes
    ----------
    entry : int
        Position in `Coding.area_of_entry`.
    parts : (k,) int32
        Positions in the layer, ascending; only the parts that the layer has.
    weights : (k,) float64
        Of each part, at least 0; all 0 if nothing says how to share.
    is_complete : bool
        Whether the layer has every part.
    """

    entry: int
    parts: IndexArray
    weights: FloatArray
    is_complete: bool


@dataclass(frozen=True, eq=False)
class Coding:
    """The areas of the requested layer that each supplied code stands for.

    Attributes
    ----------
    entry : (n,) int64
        Of each incident, the entry for its code and the layer of that code; -1 without a code.
    area_of_entry : (entries,) int32
        Position in the layer, -1 if it has none or if `splits` decides.
    is_translated : (entries,) bool
        True if a lookup gave the area, not the layer's own codes.
    is_unknown : (entries,) bool
        True for an unknown code where nearly all are known, so that it means elsewhere.
    splits : tuple of Split
        Codes of areas that were split.
    crosswalks : tuple of Crosswalk
        The lookups that translated some code.
    notes : tuple of str
        Full sentences for the provenance.
    """

    entry: IntArray
    area_of_entry: IndexArray
    is_translated: BoolArray
    is_unknown: BoolArray
    splits: tuple[Split, ...]
    crosswalks: tuple[Crosswalk, ...]
    notes: tuple[str, ...]


def coding_of(
    incidents: Incidents,
    layer: Layer,
    crosswalks: Sequence[Crosswalk],
    layer_codes: LayerCodes,
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
    layer_codes : callable
        Codes of the imported layers, by layer.
    by_place : (n,) int32
        Area that each incident's coordinates lie in, -1 if in none.

    Returns
    -------
    Coding
        One entry per code and layer of codes.

    Notes
    -----
    A code has a meaning in the layer that was stated or detected for it at import, and where
    lookups lead to from there. That another layer has a code of the same text means nothing,
    unless a lookup shows the two to be vintages and the code's own layer lacks it.
    """
    codes = incidents.area_codes
    home_layers = (*incidents.area_layers, None)
    has_code = incidents.area_code >= 0
    home = np.where(incidents.area_layer < 0, len(home_layers) - 1, incidents.area_layer)
    entry = np.where(has_code, home.astype(np.int64) * len(codes) + incidents.area_code, -1)
    records = _Records.of(entry, len(home_layers) * len(codes), incidents, by_place)
    meaning = _Meaning.blank(len(home_layers) * len(codes))
    own_area = layer.positions(codes)
    for group, stored_layer in enumerate(home_layers):
        section = slice(group * len(codes), (group + 1) * len(codes))
        if not records.coded_records[section].any():
            continue
        layer_records = records.inside(section)
        home_layer = stored_layer or _detected(
            codes,
            layer_records,
            records.is_denied(section, own_area),
            layer,
            crosswalks,
            layer_codes,
        )
        if home_layer is not None:
            meaning.read(section, codes, own_area, home_layer, layer, crosswalks)
            meaning.judge_unknown(section, layer_records)
            meaning.notes += _vintage_notes(home_layer, layer, crosswalks, layer_records, own_area)
    return Coding(
        entry,
        frozen(meaning.area),
        frozen(meaning.is_translated),
        frozen(meaning.is_unknown),
        tuple(meaning.splits),
        tuple(meaning.crosswalks),
        (*dict.fromkeys(meaning.notes), *_lookup_notes(layer, meaning.crosswalks)),
    )


@dataclass(frozen=True, eq=False)
class _Records:
    """Numbers of records by entry: with the code, with a place too, and by where that lies."""

    coded_records: IntArray
    located_records: IntArray
    records_inside: IntArray
    by_place: IndexArray
    entry: IntArray

    @classmethod
    def of(
        cls, entry: IntArray, entries: int, incidents: Incidents, by_place: IndexArray
    ) -> "_Records":
        has_code = entry >= 0

        def count(rows: BoolArray) -> IntArray:
            return np.bincount(entry[rows], minlength=entries)

        return cls(
            count(has_code),
            count(has_code & incidents.located),
            count(has_code & (by_place >= 0)),
            by_place,
            entry,
        )

    def inside(self, section: slice) -> IntArray:
        """Records in the layer whose code mostly lies there too; all if none has a place."""
        inside_count, located_count = self.records_inside[section], self.located_records[section]
        if not located_count.any():
            return self.coded_records[section]
        return np.where(2 * inside_count > located_count, inside_count, 0)

    def is_denied(self, section: slice, own_area: IndexArray) -> bool:
        """Whether too few records of the layer's codes lie in their area."""
        of_section = (self.entry >= section.start) & (self.entry < section.stop)
        area = own_area[self.entry[of_section] - section.start]
        agreeing = int(np.count_nonzero((area >= 0) & (area == self.by_place[of_section])))
        return places_deny(int(self.located_records[section][own_area >= 0].sum()), agreeing)


@dataclass(eq=False)
class _Meaning:
    """What is known of each entry so far."""

    area: IndexArray
    is_translated: BoolArray
    is_settled: BoolArray
    is_unknown: BoolArray
    splits: list[Split] = field(default_factory=list)
    crosswalks: list[Crosswalk] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @classmethod
    def blank(cls, entries: int) -> "_Meaning":
        flags = np.zeros((3, entries), dtype=np.bool_)
        return cls(np.full(entries, -1, dtype=np.int32), *flags)

    def read(
        self,
        section: slice,
        codes: Sequence[str],
        own_area: IndexArray,
        home_layer: str,
        layer: Layer,
        crosswalks: Sequence[Crosswalk],
    ) -> None:
        """Settle the codes of a layer: its own meaning first, then that of its vintages."""
        is_own = home_layer == layer.layer_id
        if is_own:
            self._settle(section, own_area)
        for crosswalk in crosswalks:
            if crosswalk.from_layer == home_layer or (is_own and _is_vintage(crosswalk)):
                self._translate(section, _Leads.of(crosswalk, codes), own_area)
                if not is_own and _is_vintage(crosswalk):
                    self._settle(section, own_area)

    def _settle(self, section: slice, own_area: IndexArray) -> None:
        """Give the open codes that the layer has their area in it."""
        is_settled, area = self.is_settled[section], self.area[section]
        is_open = ~is_settled & (own_area >= 0)
        area[is_open] = own_area[is_open]
        is_settled |= is_open

    def _translate(self, section: slice, leads: "_Leads", own_area: IndexArray) -> None:
        """Give the open codes that a lookup has the areas that it leads to."""
        area, is_settled = self.area[section], self.is_settled[section]
        is_open = leads.is_known & ~is_settled
        is_same = leads.is_single & (leads.area == own_area) & (own_area >= 0)
        is_split = is_open & ~leads.is_single
        area[is_open] = leads.area[is_open]
        self.is_translated[section] |= is_open & ~is_same
        self.splits += [
            dataclasses.replace(leads.split(code), entry=section.start + code)
            for code in np.flatnonzero(is_split).tolist()
        ]
        is_settled |= is_open
        if bool((is_open & ~is_same).any()) and leads.crosswalk not in self.crosswalks:
            self.crosswalks.append(leads.crosswalk)

    def judge_unknown(self, section: slice, records: IntArray) -> None:
        """Mark the codes that remain open, if nearly all records have one that is settled."""
        is_settled = self.is_settled[section]
        if is_settled.any() and records[is_settled].sum() >= KNOWN_CODING_SHARE * records.sum():
            self.is_unknown[section] = ~is_settled


@dataclass(frozen=True, eq=False)
class _Leads:
    """The new areas that a crosswalk gives for some codes.

    `area` is that of the single new area, -1 if the layer does not have it.
    """

    crosswalk: Crosswalk
    old: IndexArray  # position of each code among the old ones, -1 where it is none
    first: IntArray  # of each old code, the first of its pairs in `order`
    order: IntArray  # pairs by old code, then new code
    is_known: BoolArray
    is_single: BoolArray
    area: IndexArray

    @classmethod
    def of(cls, crosswalk: Crosswalk, codes: Sequence[str]) -> "_Leads":
        lookup = crosswalk.changes
        old = CodeIndex(lookup.old_codes).positions(codes)
        order = np.lexsort((lookup.new, lookup.old))
        first = np.searchsorted(lookup.old[order], np.arange(len(lookup.old_codes) + 1))
        is_known = old >= 0
        is_single = is_known & (np.diff(first)[old] == 1)
        area = crosswalk.area_of_new[lookup.new[order[first[np.maximum(old, 0)]]]]
        return cls(
            crosswalk, old, first, order, is_known, is_single, np.where(is_single, area, -1)
        )

    def split(self, code: int) -> Split:
        """The parts of the split area with a code."""
        old = self.old[code]
        new = self.crosswalk.changes.new[self.order[self.first[old] : self.first[old + 1]]]
        parts = self.crosswalk.area_of_new[new]
        in_layer = parts >= 0
        order = np.argsort(parts[in_layer])
        return Split(
            entry=code,
            parts=parts[in_layer][order],
            weights=self.crosswalk.weights[new[in_layer]][order],
            is_complete=bool(in_layer.all()),
        )


def _is_vintage(crosswalk: Crosswalk) -> bool:
    """Whether most pairs have the same code on both sides, so that its text means the same."""
    changes = crosswalk.changes
    same = [
        changes.old_codes[old] == changes.new_codes[new]
        for old, new in zip(changes.old.tolist(), changes.new.tolist(), strict=True)
    ]
    return bool(np.mean(same) >= 0.5)


def _detected(
    codes: Sequence[str],
    records: IntArray,
    is_denied: bool,
    layer: Layer,
    crosswalks: Sequence[Crosswalk],
    layer_codes: LayerCodes,
) -> str | None:
    """The layer of codes that were stored without one; None if no layer has half of them.

    It is not the requested one where the places deny that.
    """
    candidates = {layer.layer_id: layer.code_index, **layer_codes()}
    for crosswalk in crosswalks:
        candidates.setdefault(crosswalk.from_layer, CodeIndex(crosswalk.changes.old_codes))
    records_of = {code: int(n) for code, n in zip(codes, records, strict=True) if n}
    best, _ = best_layer(records_of, candidates)
    return None if best == layer.layer_id and is_denied else best


def _vintage_notes(
    home_layer: str,
    layer: Layer,
    crosswalks: Sequence[Crosswalk],
    records: IntArray,
    own_area: IndexArray,
) -> list[str]:
    """Notes on codes of another layer that the requested one has too."""
    has_lookup = any(crosswalk.from_layer == home_layer for crosswalk in crosswalks)
    share = float(records[own_area >= 0].sum()) / max(float(records.sum()), 1.0)
    if home_layer == layer.layer_id or not share or (has_lookup and share >= KNOWN_CODING_SHARE):
        return []
    vintage_note = (
        f"The area codes are of {home_layer}: {100 * share:.1f} % of the coded records have one "
        f"that is also in {layer.layer_id}."
    )
    missing_note = (
        f"No lookup from {home_layer} to {layer.layer_id} is imported: these records are placed "
        "by their coordinates."
    )
    return [vintage_note] if has_lookup else [vintage_note, missing_note]


def _lookup_notes(layer: Layer, crosswalks: Sequence[Crosswalk]) -> list[str]:
    """Notes on the lookups that translated codes."""
    notes = []
    for crosswalk in crosswalks:
        lead = (
            f"Codes of {crosswalk.from_layer} lead to {layer.layer_id} through "
            f"{crosswalk.loaded_from}"
        )
        if not bool((np.bincount(crosswalk.changes.old) > 1).any()):
            notes.append(f"{lead}.")
            continue
        share = (
            "not located"
            if crosswalk.weight == BY_NOTHING
            else f"shared among the parts by {crosswalk.weight}"
        )
        notes.append(
            f"{lead}: unchanged and merged areas exactly; where an area was "
            "split, incidents are in the part that they lie in, in the nearest part where they "
            f"lie in none, and without coordinates {share}."
        )
        if crosswalk.remark:
            notes.append(
                f"{crosswalk.remark}: areas that were split are shared by {crosswalk.weight}."
            )
    return notes
