"""Assigns incidents to areas: by supplied code where it counts, otherwise by location."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from boundaries.layers.layer import Layer
from service.analyses.inputs.code_recognition import Coding, LayerCodes, coding_of
from service.analyses.inputs.crosswalks import Crosswalk
from service.analyses.inputs.split_areas import decide_split
from service.store.incidents import Incidents
from spatial.arrays import BoolArray, IndexArray, frozen

NOT_PLACED: Final = 0  # neither coordinates nor a code that helps
BY_CODE: Final = 1
BY_LOCATION: Final = 2
OUTSIDE: Final = 3
BY_LOOKUP: Final = 4  # the code of another vintage, unchanged or merged since
BY_LOOKUP_AND_LOCATION: Final = 5  # the code of an area that was split, decided by place
BY_LOOKUP_AND_SHARE: Final = 6  # the same without a place, shared out by weight

# Below this share of records that lie in the area of their code, answers say so.
LEAST_AGREEMENT_SHARE: Final = 0.9

_COUNTED: Final = {
    "in_layer_by_code": BY_CODE,
    "in_layer_by_location": BY_LOCATION,
    "outside": OUTSIDE,
    "not_located": NOT_PLACED,
}
_COUNTED_BY_LOOKUP: Final = {
    "in_layer_by_lookup": BY_LOOKUP,
    "in_layer_by_lookup_and_location": BY_LOOKUP_AND_LOCATION,
    "in_layer_by_lookup_and_share": BY_LOOKUP_AND_SHARE,
}


@dataclass(frozen=True, eq=False)
class Placement:
    """The area of a layer version that each incident of a dataset version is in.

    Attributes
    ----------
    area : (n,) int32
        Position in `layer.codes`, -1 if it is in none.
    method : (n,) int8
        NOT_PLACED, BY_CODE, BY_LOCATION, OUTSIDE, or one of the three BY_LOOKUP.
    notes : tuple of str
        Notes on the layer of the codes, and on codes that disagree with the places.
    crosswalks : tuple of Crosswalk
        The lookups that placed incidents.
    """

    area: IndexArray
    method: NDArray[np.int8]
    notes: tuple[str, ...] = ()
    crosswalks: tuple[Crosswalk, ...] = ()

    def counts(self, mask: BoolArray) -> dict[str, int]:
        """Incidents by how they were placed.

        Parameters
        ----------
        mask : (n,) bool
            The incidents to count.

        Returns
        -------
        dict of str to int
            The counts add up to the number of incidents in the mask.
        """
        count_by_method = np.bincount(self.method[mask], minlength=7)
        methods = _COUNTED | (_COUNTED_BY_LOOKUP if self.crosswalks else {})
        return {name: int(count_by_method[method]) for name, method in methods.items()}


def place(
    incidents: Incidents,
    layer: Layer,
    *,
    by_place: IndexArray,
    crosswalks: Sequence[Crosswalk] = (),
    layer_codes: LayerCodes = dict,
) -> Placement:
    """Assign every incident to an area of a layer.

    Parameters
    ----------
    incidents : Incidents
        One version of a dataset.
    layer : Layer
        The requested areas.
    by_place : (n,) int32
        Position in `layer.codes` of the area at each incident's place, -1 if in none; from
        `boundaries.points.assign.assign_points`.
    crosswalks : sequence of Crosswalk
        Lookups from other layers to this one.
    layer_codes : callable
        Gives the codes of the imported layers, by layer; called only where codes were stored
        without their layer.

    Returns
    -------
    Placement
        In the order of the incidents.

    Notes
    -----
    In this order:

    1. An incident whose supplied code is of this layer is in the area with that code.
    2. One whose code is of another layer, with a lookup from there, is in the area that the
       lookup names where there is but one (unchanged or merged, or the whole of a part); where
       the old area was split, it is in the part that its coordinates lie in, in the nearest part
       where they lie in none, and without coordinates in a part by weight (`decide_split`).
    3. One with a place and a code that is unknown, where nearly all codes of the dataset are
       known, is outside.
    4. Any other is placed by its coordinates; a code of a layer without a lookup to this one
       counts for nothing, whatever its text.

    Published codes come first because published locations are moved: on police.uk data point in
    polygon agrees with them for 95 to 98 %.
    """
    coding = coding_of(incidents, layer, crosswalks, layer_codes, by_place=by_place)
    area, method = _by_code_or_place(incidents, coding, by_place)
    notes = (*coding.notes, *_agreement_notes(incidents, area, method, by_place))
    if coding.splits:
        by_entry = np.argsort(coding.entry, kind="stable")
        entries_in_order = coding.entry[by_entry]
    for split in coding.splits:
        start, end = np.searchsorted(entries_in_order, [split.entry, split.entry + 1])
        rows = by_entry[start:end]
        area[rows], is_located = decide_split(incidents, layer, split, rows, by_place=by_place)
        method[rows] = np.where(
            area[rows] >= 0,
            np.where(is_located, BY_LOOKUP_AND_LOCATION, BY_LOOKUP_AND_SHARE),
            np.where(is_located, OUTSIDE, NOT_PLACED),
        )
    used_lookup = np.isin(method, list(_COUNTED_BY_LOOKUP.values())).any()
    return Placement(
        frozen(area),
        frozen(method),
        notes=notes,
        crosswalks=coding.crosswalks if used_lookup else (),
    )


def _by_code_or_place(
    incidents: Incidents, coding: Coding, by_place: IndexArray
) -> tuple[IndexArray, NDArray[np.int8]]:
    """Area and method of each incident, without regard to split areas."""
    by_code = np.append(coding.area_of_entry, np.int32(-1))[coding.entry]
    is_translated = np.append(coding.is_translated, False)[coding.entry]
    is_unknown = np.append(coding.is_unknown, False)[coding.entry]
    area = np.where(by_code >= 0, by_code, by_place).astype(np.int32)
    method = np.full(len(area), NOT_PLACED, dtype=np.int8)
    method[incidents.located] = OUTSIDE
    method[area >= 0] = BY_LOCATION
    method[by_code >= 0] = BY_CODE
    method[(by_code >= 0) & is_translated] = BY_LOOKUP
    # A code that leads out of the layer, and one that the known coding does not have: of the
    # latter nothing is known without a place.
    leads_out = (by_code < 0) & is_translated
    is_elsewhere = leads_out | (is_unknown & incidents.located)
    area[is_elsewhere] = -1
    method[is_elsewhere] = OUTSIDE
    return area, method


def _agreement_notes(
    incidents: Incidents, area: IndexArray, method: NDArray[np.int8], by_place: IndexArray
) -> tuple[str, ...]:
    """A note if too few records lie in the area of their code, which decides all the same."""
    by_code = incidents.located & ((method == BY_CODE) | (method == BY_LOOKUP))
    total = int(np.count_nonzero(by_code))
    agreeing = int(np.count_nonzero(by_code & (area == by_place)))
    if agreeing >= LEAST_AGREEMENT_SHARE * total:
        return ()
    note = (
        f"Codes and places disagree: of {total:,} records that have both, {agreeing:,} "
        f"({100 * agreeing / total:.1f} %) lie in the area of their code, which decides."
    )
    return (note,)
