"""Lookups from small areas to larger ones, and layers derived from them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import count

import numpy as np
import shapely

from boundaries.errors import LookupMismatchError
from boundaries.layers.checks import repaired, simplest
from boundaries.layers.layer import Geometries, Layer, LayerMetadata, normalised

NAMED_AT_MOST = 10


@dataclass(frozen=True)
class Membership:
    """The larger area of each small area: every small area belongs to exactly one.

    Attributes
    ----------
    label : str
        Name of the lookup in messages, usually its file.
    group_of : mapping of str to str
        Code of the small area to code of the larger one.
    name_of : mapping of str to str
        Name of each larger area.
    """

    label: str
    group_of: Mapping[str, str]
    name_of: Mapping[str, str]


@dataclass(frozen=True)
class Derivation:
    """Summary of deriving a layer.

    Attributes
    ----------
    members, areas : int
        Number of small areas, and of the larger areas made from them.
    unused_codes : int
        Number of codes of the lookup whose larger areas lie entirely outside the layer.
    members_of : mapping of str to tuple of str
        Codes of the small areas in each larger one.
    repaired : int
        Number of unions that had to be made valid.
    """

    members: int
    areas: int
    unused_codes: int
    members_of: Mapping[str, tuple[str, ...]]
    repaired: int


def membership(
    rows: Iterable[tuple[str, str, str]], *, label: str, numbers: Iterable[int] | None = None
) -> Membership:
    """A lookup from its rows of (small code, larger code, larger name).

    Parameters
    ----------
    rows : iterable of three str
        In any order; repeated rows count once. If the name is empty, the code is used.
    label : str
        Name of the lookup in messages.
    numbers : iterable of int, optional
        Number of each row in its file, for messages; by default from 2, after a header.

    Raises
    ------
    LookupMismatchError
        If a code is empty, a small area is in two larger ones, or a larger one has two names.
    """
    group_of: dict[str, str] = {}
    name_of: dict[str, str] = {}
    empty_rows, group_conflicts, name_conflicts = [], [], []
    for number, (small_code, large_code, name) in zip(numbers or count(2), rows, strict=False):
        if not (small_code and large_code):
            empty_rows.append(str(number))
            continue
        if group_of.setdefault(small_code, large_code) != large_code:
            group_conflicts.append(
                f"{small_code} in {group_of[small_code]} and {large_code} (row {number})"
            )
        if name_of.setdefault(large_code, name or large_code) != (name or large_code):
            name_conflicts.append(
                f"{large_code} is {name_of[large_code]!r} and {name!r} (row {number})"
            )
    if empty_rows:
        raise LookupMismatchError(label, f"rows without a code: {named(empty_rows)}")
    if group_conflicts:
        raise LookupMismatchError(label, f"areas in two larger ones: {named(group_conflicts)}")
    if name_conflicts:
        raise LookupMismatchError(label, f"areas with two names: {named(name_conflicts)}")
    if not group_of:
        raise LookupMismatchError(label, "it has no rows")
    return Membership(label, group_of, name_of)


def derive_layer(
    layer: Layer,
    lookup: Membership,
    *,
    layer_id: str,
    title: str = "",
    vintage: str = "",
    source: str = "",
) -> tuple[Layer, Derivation]:
    """The layer of larger areas, each the union of its small areas.

    Parameters
    ----------
    layer : Layer
        The small areas.
    lookup : Membership
        Must contain every area of the layer. It may cover a wider region: larger areas without
        a small area in the layer are omitted and counted.
    layer_id, title, vintage, source : str
        Metadata of the new layer; by default the source states what it was derived from.

    Returns
    -------
    layer : Layer
        With the licence and the synthetic flag of the small areas.
    derivation : Derivation

    Raises
    ------
    LookupMismatchError
        If an area of the layer is not in the lookup, or only some of the small areas of a larger
        one are in the layer.
    """
    _refuse_unknown_areas(layer, lookup)
    members_of = _members(layer, lookup)
    codes = tuple(sorted(members_of))
    geometries, repairs = _unions(layer, [members_of[code] for code in codes], codes, layer_id)
    metadata = LayerMetadata(
        layer_id=layer_id,
        title=title or layer_id,
        crs=layer.crs,
        vintage=vintage,
        source=source
        or f"derived from {layer.layer_id} version {layer.version} by {lookup.label}",
        licence=layer.metadata.licence,
        synthetic=layer.metadata.synthetic,
        coordinates=layer.metadata.coordinates,
    )
    names = tuple(lookup.name_of[code] for code in codes)
    derived_layer = normalised(Layer(metadata, codes, names, geometries))
    used_codes = sum(len(members) for members in members_of.values())
    return derived_layer, Derivation(
        members=len(layer),
        areas=len(derived_layer),
        unused_codes=len(lookup.group_of) - used_codes,
        members_of=members_of,
        repaired=repairs,
    )


def named(items: Sequence[str]) -> str:
    """The first items by name, and the number of the others.

    Parameters
    ----------
    items : sequence of str
        Items in the order in which to name them.
    """
    remaining = len(items) - NAMED_AT_MOST
    return ", ".join(items[:NAMED_AT_MOST]) + (f" and {remaining} more" if remaining > 0 else "")


def _refuse_unknown_areas(layer: Layer, lookup: Membership) -> None:
    """Refuse a layer with areas that are not in the lookup."""
    strangers = [code for code in layer.codes if code not in lookup.group_of]
    if strangers:
        raise LookupMismatchError(
            lookup.label,
            f"{len(strangers)} of the {len(layer)} areas of layer {layer.layer_id!r} are not in "
            f"it: {named(strangers)}; its codes look like {named(list(lookup.group_of)[:3])}",
        )


def _members(layer: Layer, lookup: Membership) -> dict[str, tuple[str, ...]]:
    """The small areas of each larger area in the layer, which must be complete."""
    layer_codes = set(layer.codes)
    members: dict[str, list[str]] = {lookup.group_of[code]: [] for code in layer.codes}
    missing_members: dict[str, list[str]] = {}
    for small_code, large_code in lookup.group_of.items():
        if large_code not in members:
            continue
        if small_code in layer_codes:
            members[large_code].append(small_code)
        else:
            missing_members.setdefault(large_code, []).append(small_code)
    if missing_members:
        parts = [
            f"{large_code} lacks {named(codes)}"
            for large_code, codes in sorted(missing_members.items())
        ]
        raise LookupMismatchError(
            lookup.label,
            f"{len(missing_members)} areas would be made of a part of what belongs to them, "
            f"because layer {layer.layer_id!r} does not have the rest: "
            f"{'; '.join(parts[:NAMED_AT_MOST])}",
        )
    return {large_code: tuple(sorted(codes)) for large_code, codes in members.items()}


def _unions(
    layer: Layer, groups: list[tuple[str, ...]], codes: tuple[str, ...], layer_id: str
) -> tuple[Geometries, int]:
    """One geometry per group, and the number of those that needed repair.

    Areas that share their borders exactly are joined by removing those borders, which moves no
    point; other areas by a full overlay.
    """
    is_coverage = bool(shapely.coverage_is_valid(np.array(layer.geometries)))
    join = shapely.coverage_union_all if is_coverage else shapely.union_all
    unions = np.empty(len(groups), dtype=object)
    for i, members in enumerate(groups):
        unions[i] = simplest(join(layer.geometries[layer.positions(members)]))
    valid_unions, repairs = repaired(unions, codes, layer_id=layer_id)
    return valid_unions, len(repairs)
