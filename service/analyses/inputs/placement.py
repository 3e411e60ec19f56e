"""Assigns incidents to areas: by supplied code where it counts, otherwise by location."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from boundaries.layers.layer import Layer
from service.analyses.inputs.code_recognition import Coding, coding_of
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
    is_known_coding : bool
        True if the codes are those of this layer, or of one with a lookup to it, so that an
        unknown code means outside; otherwise such an incident is placed by its coordinates.
    notes : tuple of str
        Notes on the vintage of the codes.
    crosswalks : tuple of Crosswalk
        The lookups that placed incidents.
    """

    area: IndexArray
    method: NDArray[np.int8]
    is_known_coding: bool
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
    other_codes: Mapping[str, Sequence[str]] | None = None,
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
    other_codes : mapping of str to sequence of str
        Codes of the other known layers, for recognising the vintage of the codes.

    Returns
    -------
    Placement
        In the order of the incidents.

    Notes
    -----
    In this order:

    1. An incident whose supplied code is one of the layer's is in that area.
    2. One whose code another vintage has, with a lookup from there, is in the area that the
       lookup names where there is but one (unchanged or merged); where the old area was split,
       it is in the part that its coordinates lie in, in the nearest part where they lie in
       none, and without coordinates in a part by weight (`decide_split`).
    3. One with another code is outside if the vintage of the codes is known.
    4. Any other is placed by its coordinates.

    Where the codes are recognised as those of the other vintage, 2 comes before 1 for a code
    that both use for different ground. Published codes come first because published locations
    are moved: on police.uk data point in polygon agrees with them for 95 to 98 %.
    """
    coding = coding_of(incidents, layer, crosswalks, other_codes or {}, by_place=by_place)
    area, method = _by_code_or_place(incidents, coding, by_place)
    by_code = np.argsort(incidents.area_code, kind="stable")
    codes_in_order = incidents.area_code[by_code]
    for split in coding.splits:
        start, end = np.searchsorted(codes_in_order, [split.code, split.code + 1])
        rows = by_code[start:end]
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
        coding.is_known,
        notes=coding.notes,
        crosswalks=coding.crosswalks if used_lookup else (),
    )


def _by_code_or_place(
    incidents: Incidents, coding: Coding, by_place: IndexArray
) -> tuple[IndexArray, NDArray[np.int8]]:
    """Area and method of each incident, without regard to split areas."""
    by_code = np.append(coding.area_of_code, np.int32(-1))[incidents.area_code]
    is_translated = np.append(coding.is_translated, False)[incidents.area_code]
    area = np.where(by_code >= 0, by_code, by_place).astype(np.int32)
    method = np.full(len(area), NOT_PLACED, dtype=np.int8)
    method[incidents.located] = OUTSIDE
    method[area >= 0] = BY_LOCATION
    method[by_code >= 0] = BY_CODE
    method[(by_code >= 0) & is_translated] = BY_LOOKUP
    # A code that leads out of the layer, and one that the known vintage does not have.
    is_foreign = (incidents.area_code >= 0) & (by_code < 0) & (is_translated | coding.is_known)
    area[is_foreign] = -1
    method[is_foreign] = OUTSIDE
    return area, method
