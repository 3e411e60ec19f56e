"""Areas that change between vintages: amounts carried from old areas to new ones.

The ONS lookups from LSOA 2011 to 2021 give each pair of codes a kind of change: U unchanged, S
split (one old area, several new), M merged (several old, one new), X anything else.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import count
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from boundaries.changes.lookups import named
from boundaries.errors import LookupMismatchError
from spatial.arrays import BoolArray, FloatArray, IndexArray, checked_values, frozen

UNCHANGED: Final = "U"
SPLIT: Final = "S"
MERGED: Final = "M"
IRREGULAR: Final = "X"


@dataclass(frozen=True, eq=False)
class Changes:
    """The new areas of each old area.

    Attributes
    ----------
    label : str
        Name of the lookup in messages.
    old_codes, new_codes : tuple of str
        Sorted; the order of the vectors of old and of new areas.
    old, new : (pairs,) int32
        Positions in `old_codes` and `new_codes` of each pair.
    kind : (pairs,) str
        UNCHANGED, SPLIT, MERGED or IRREGULAR, as determined by the pairs.
    """

    label: str
    old_codes: tuple[str, ...]
    new_codes: tuple[str, ...]
    old: IndexArray
    new: IndexArray
    kind: NDArray[np.str_]


@dataclass(frozen=True, eq=False)
class Carried:
    """Values of old areas carried to new ones.

    Attributes
    ----------
    values : (new,) float64
        In the order of `Changes.new_codes`.
    estimated : (new,) bool
        True if part of the value comes from an area that was split, by weight.
    weight : str
        Description of the weights; empty if none were needed.
    """

    values: FloatArray
    estimated: BoolArray
    weight: str


def changes(
    rows: Iterable[tuple[str, str, str]], *, label: str, numbers: Iterable[int] | None = None
) -> Changes:
    """A lookup between vintages from its rows of (old code, new code, change code).

    Parameters
    ----------
    rows : iterable of three str
        Repeated pairs count once. The change code may be empty; otherwise it must agree with the
        pairs.
    label : str
        Name of the lookup in messages.
    numbers : iterable of int, optional
        Number of each row in its file, for messages; by default from 2, after a header.

    Raises
    ------
    LookupMismatchError
        If a code is empty, or a change code is unknown or contradicts the pairs.
    """
    pairs: dict[tuple[str, str], tuple[str, int]] = {}
    empty_rows = []
    for number, (old_code, new_code, change) in zip(numbers or count(2), rows, strict=False):
        if not (old_code and new_code):
            empty_rows.append(str(number))
        pairs.setdefault((old_code, new_code), (change, number))
    if empty_rows:
        raise LookupMismatchError(label, f"rows without a code: {named(empty_rows)}")
    if not pairs:
        raise LookupMismatchError(label, "it has no rows")
    old_codes = tuple(sorted({old_positions for old_positions, _ in pairs}))
    new_codes = tuple(sorted({new_positions for _, new_positions in pairs}))
    old_index = {code: i for i, code in enumerate(old_codes)}
    new_index = {code: i for i, code in enumerate(new_codes)}
    sorted_pairs = sorted(pairs)
    old_positions = np.array(
        [old_index[first_code] for first_code, _ in sorted_pairs], dtype=np.int32
    )
    new_positions = np.array(
        [new_index[second_code] for _, second_code in sorted_pairs], dtype=np.int32
    )
    kind = _kinds(old_positions, new_positions, len(old_codes), len(new_codes))
    contradictions = [
        f"{first_code} to {second_code} says {stated_kind!r} and is {true_kind!r} (row {number})"
        for (first_code, second_code), true_kind in zip(sorted_pairs, kind.tolist(), strict=True)
        for stated_kind, number in [pairs[first_code, second_code]]
        if stated_kind and stated_kind != true_kind
    ]
    if contradictions:
        raise LookupMismatchError(
            label,
            f"change codes that are not what the pairs of codes say: {named(contradictions)}",
        )
    return Changes(
        label, old_codes, new_codes, frozen(old_positions), frozen(new_positions), frozen(kind)
    )


def _kinds(
    old_positions: IndexArray, new_positions: IndexArray, old_count: int, new_count: int
) -> NDArray[np.str_]:
    """The kind of each pair, from the number of old and new areas connected with it."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    links = coo_array(
        (np.ones(len(old_positions)), (old_positions, old_count + new_positions)),
        shape=(old_count + new_count, old_count + new_count),
    )
    _, group = connected_components(links, directed=False)
    old_partners = np.bincount(group[:old_count], minlength=int(group.max()) + 1)[
        group[old_positions]
    ]
    new_partners = np.bincount(group[old_count:], minlength=int(group.max()) + 1)[
        group[old_positions]
    ]
    kind = np.full(len(old_positions), IRREGULAR)
    kind[(old_partners == 1) & (new_partners == 1)] = UNCHANGED
    kind[(old_partners == 1) & (new_partners > 1)] = SPLIT
    kind[(old_partners > 1) & (new_partners == 1)] = MERGED
    return kind


def carry_amounts(
    lookup: Changes, amounts: ArrayLike, *, weights: ArrayLike | None = None, weight: str = ""
) -> Carried:
    """Amounts that add up (residents, homes) of old areas as amounts of new areas.

    Parameters
    ----------
    lookup : Changes
        The pairs of old and new areas.
    amounts : (old,) float64
        In the order of `lookup.old_codes`, at least 0.
    weights : (new,) float64, optional
        Weights by which the amount of a split area is shared among its new areas, at least 0, such
        as residents, households or area. Needed only if areas were split.
    weight : str
        Description of the weights.

    Returns
    -------
    Carried
        float64; exact for unchanged and merged areas, fractions for split ones.

    Raises
    ------
    LookupMismatchError
        If an amount is negative, or weights are needed and missing, or all are 0 for a split
        area with an amount.
    InvalidValuesError
        If amounts or weights are not of the right length and finite.

    Notes
    -----
    The share of a split area is an estimate: it assumes that the amount is distributed like the
    weight.
    """
    values = _checked_amounts(lookup, amounts)
    is_split = np.bincount(lookup.old, minlength=len(lookup.old_codes)) > 1
    shares = _shares(lookup, is_split, values > 0, weights)
    new_amounts = np.bincount(lookup.new, values[lookup.old] * shares, len(lookup.new_codes))
    is_estimated = np.zeros(len(lookup.new_codes), dtype=np.bool_)
    is_estimated[lookup.new[is_split[lookup.old]]] = True
    return Carried(
        frozen(new_amounts), frozen(is_estimated), weight if bool(is_estimated.any()) else ""
    )


def _checked_amounts(lookup: Changes, amounts: ArrayLike) -> FloatArray:
    """Amounts of the old areas, checked to be finite and at least 0."""
    values = checked_values(amounts, name="amounts", areas=len(lookup.old_codes))
    if bool((values < 0).any()):
        position = int(np.flatnonzero(values < 0)[0])
        raise LookupMismatchError(
            lookup.label,
            f"amounts must be at least 0, {lookup.old_codes[position]} has {values[position]:g}",
        )
    return values


def _shares(
    lookup: Changes, is_split: BoolArray, has_amount: BoolArray, weights: ArrayLike | None
) -> FloatArray:
    """(pairs,) share of each old area that goes to each of its new ones; they sum to 1."""
    if weights is None:
        if bool((is_split & has_amount).any()):
            codes = [lookup.old_codes[i] for i in np.flatnonzero(is_split).tolist()]
            raise LookupMismatchError(
                lookup.label,
                f"{len(codes)} areas were split, say by what weight to share them: {named(codes)}",
            )
        area_weights = np.ones(len(lookup.new_codes))
    else:
        area_weights = checked_values(weights, name="weights", areas=len(lookup.new_codes))
        if bool((area_weights < 0).any()):
            raise LookupMismatchError(lookup.label, "weights must be at least 0")
    pair_weights = np.where(is_split[lookup.old], area_weights[lookup.new], 1.0)
    total = np.bincount(lookup.old, pair_weights, len(is_split))
    is_unweighted = (total == 0) & has_amount
    if bool(is_unweighted.any()):
        codes = [lookup.old_codes[i] for i in np.flatnonzero(is_unweighted).tolist()]
        raise LookupMismatchError(
            lookup.label, f"all weights are 0 for the parts of {named(codes)}"
        )
    return pair_weights / np.where(total == 0, 1.0, total)[lookup.old]
