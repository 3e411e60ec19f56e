"""Checks of areas before they become a layer: codes, geometries, coverage."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely

from boundaries.errors import InvalidLayerError
from boundaries.layers.crossings import estimated_crossings
from boundaries.layers.layer import Geometries
from spatial.arrays import AnyArray

POLYGON, MULTIPOLYGON, COLLECTION = 3, 6, 7
CROSSINGS = 100_000  # of borders, beyond one for each vertex
FEW_VERTICES = 64  # with which a shape cannot cross itself often enough to matter
GROSS_SHARE = 0.1  # of the smaller of two areas, above which they are no layer
LONGEST_TEXT = 200  # characters of a code or a name, which stand in every answer
NAMED_AT_MOST = 10  # features named in a message; the others are counted


@dataclass(frozen=True)
class Repair:
    """An invalid area that has been made valid.

    Attributes
    ----------
    feature : int
        Number of the feature in the file, from 1.
    code : str
        Code of the area.
    reason : str
        Why it was invalid, in the words of GEOS.
    area_change_m2 : float
        Area after the repair minus the area before, m^2. The area enclosed by an invalid ring is
        a signed sum, so that for a bow-tie the difference means little.
    """

    feature: int
    code: str
    reason: str
    area_change_m2: float


@dataclass(frozen=True)
class Coverage:
    """Whether neighbouring areas share their borders exactly, without gaps or overlaps.

    Attributes
    ----------
    is_valid : bool
        True if all borders match.
    invalid_areas : int
        Number of areas with a border that does not match its neighbour's.
    invalid_edges : int
        Number of straight pieces of border that do not match.
    invalid_km : float
        Their length, km.
    overlap_m2 : float
        Area that belongs to more than one area, m^2.
    gross : tuple of Overlap
        Pairs of areas that share more than `GROSS_SHARE` of the smaller one, the worst first.
    crossings : int
        Places where borders cross, if they are too many to measure overlaps; otherwise 0.
    """

    is_valid: bool
    invalid_areas: int
    invalid_edges: int
    invalid_km: float
    overlap_m2: float
    gross: tuple["Overlap", ...] = ()
    crossings: int = 0


@dataclass(frozen=True)
class Overlap:
    """Two areas, by their positions, and how much of the smaller one belongs to both, 0 to 1."""

    first: int
    second: int
    share: float


def coverage_of(geometries: Geometries, *, crossings: int = CROSSINGS) -> Coverage:
    """Whether the areas are a valid coverage, and how far their borders do not match.

    Parameters
    ----------
    geometries : (n,) object array
        Valid polygons, metres.
    crossings : int
        Most places where borders may cross, beyond one for each vertex; with more, overlaps are
        not measured.
    """
    edges = shapely.coverage_invalid_edges(geometries)
    invalid_edges = edges[~shapely.is_empty(edges)]
    pieces = shapely.get_num_coordinates(invalid_edges) - np.maximum(
        shapely.get_num_geometries(invalid_edges), 1
    )
    excess = 0
    if pieces.sum() > FEW_VERTICES:
        excess = _excess(estimated_crossings(invalid_edges), int(pieces.sum()), crossings)
    overlap_m2, gross = _overlaps(geometries) if len(invalid_edges) and not excess else (0.0, ())
    return Coverage(
        is_valid=len(invalid_edges) == 0,
        invalid_areas=len(invalid_edges),
        invalid_edges=int(pieces.sum()),
        invalid_km=float(shapely.length(invalid_edges).sum() / 1000.0),
        overlap_m2=overlap_m2,
        gross=gross,
        crossings=excess,
    )


def _excess(crossings: int, vertices: int, limit: int) -> int:
    """The number of crossings if it is above the limit, otherwise 0."""
    return crossings if crossings > limit + vertices else 0


def _overlaps(geometries: Geometries) -> tuple[float, tuple[Overlap, ...]]:
    """Area in both of a pair, summed over all pairs, and the pairs that overlap grossly."""
    first, second = shapely.STRtree(geometries).query(geometries, predicate="intersects")
    is_first_order = first < second
    first, second = first[is_first_order], second[is_first_order]
    common_m2 = shapely.area(shapely.intersection(geometries[first], geometries[second]))
    area_m2 = shapely.area(geometries)
    share = common_m2 / np.minimum(area_m2[first], area_m2[second])
    gross = tuple(
        Overlap(int(first[pair]), int(second[pair]), float(share[pair]))
        for pair in np.argsort(-share.round(6), kind="stable").tolist()
        if share[pair] > GROSS_SHARE
    )
    return float(common_m2.sum()), gross


def check_overlaps(coverage: Coverage, codes: tuple[str, ...], *, layer_id: str) -> None:
    """Refuse areas that overlap grossly: an incident counts in one area of a layer.

    Parameters
    ----------
    coverage : Coverage
        Of the areas.
    codes : tuple of str
        Their codes.
    layer_id : str
        Name of the layer, for the message.

    Raises
    ------
    InvalidLayerError
        If two areas share more than `GROSS_SHARE` of the smaller one, or borders cross too often.
    """
    if coverage.crossings:
        raise InvalidLayerError(
            layer_id,
            f"the borders of its areas cross each other in about {coverage.crossings:,} places: "
            "they are not the areas of one layer (HOTSPOTS_IMPORTS__CROSSINGS)",
        )
    if not coverage.gross:
        return
    worst = coverage.gross[0]
    raise InvalidLayerError(
        layer_id,
        f"its areas overlap: {worst.share:.0%} of the smaller of {codes[worst.first]!r} and "
        f"{codes[worst.second]!r} is in both (pairs that share more than {GROSS_SHARE:.0%}: "
        f"{len(coverage.gross)}). An incident can count in one area of a layer only: import each "
        "level, such as wards and their district, as a layer of its own",
    )


def cleaned_codes(values: AnyArray, *, layer_id: str, field: str) -> tuple[str, ...]:
    """The codes as text, without surrounding blanks, and without the ``.0`` of whole numbers.

    Parameters
    ----------
    values : (n,) object array
        Values of the field.
    layer_id, field : str
        Names of the layer and the field, for messages.

    Raises
    ------
    InvalidLayerError
        If a code is null, blank or used twice; the message names features by number, from 1.
    """
    codes = [as_text(value) for value in values.tolist()]
    blanks = [number for number, code in enumerate(codes, start=1) if not code]
    if blanks:
        raise InvalidLayerError(
            layer_id,
            f"field {field!r} is empty in {named_features(blanks)}: every area needs a code",
        )
    numbers: dict[str, list[int]] = {}
    for number, code in enumerate(codes, start=1):
        numbers.setdefault(code, []).append(number)
    duplicates = {code: features for code, features in numbers.items() if len(features) > 1}
    if duplicates:
        conflicts = "; ".join(
            f"{code!r} in {named_features(features)}"
            for code, features in list(duplicates.items())[:NAMED_AT_MOST]
        )
        suffix = (
            f"; and {len(duplicates) - NAMED_AT_MOST} more"
            if len(duplicates) > NAMED_AT_MOST
            else ""
        )
        raise InvalidLayerError(
            layer_id, f"codes in field {field!r} are used twice: {conflicts}{suffix}"
        )
    check_lengths(codes, layer_id=layer_id, field=field)
    return tuple(codes)


def check_lengths(texts: Sequence[str], *, layer_id: str, field: str) -> None:
    """Refuse codes or names that are too long to stand in every answer.

    Parameters
    ----------
    texts : sequence of str
        One for each feature.
    layer_id, field : str
        Names of the layer and the field, for messages.

    Raises
    ------
    InvalidLayerError
        If one has more than `LONGEST_TEXT` characters; names features by number, from 1.
    """
    numbers = [number for number, text in enumerate(texts, 1) if len(text) > LONGEST_TEXT]
    if numbers:
        raise InvalidLayerError(
            layer_id,
            f"field {field!r} has more than {LONGEST_TEXT} characters in "
            f"{named_features(numbers)}",
        )


def as_text(value: object) -> str:
    """A field's value as text; empty for null, NaN and blank.

    Parameters
    ----------
    value : object
        Value of a field.
    """
    if value is None:
        return ""
    if isinstance(value, float):
        if math.isnan(value):
            return ""
        return str(int(value)) if value.is_integer() else repr(value)
    return str(value).strip()


def named_features(numbers: Iterable[int]) -> str:
    """``feature 3`` or ``features 3, 5, 8 and 12 more``.

    Parameters
    ----------
    numbers : iterable of int
        Numbers of the features.
    """
    feature_numbers = list(numbers)
    text = ", ".join(str(n) for n in feature_numbers[:NAMED_AT_MOST])
    suffix = (
        f" and {len(feature_numbers) - NAMED_AT_MOST} more"
        if len(feature_numbers) > NAMED_AT_MOST
        else ""
    )
    return f"feature{'s' if len(feature_numbers) > 1 else ''} {text}{suffix}"


def only_polygons(geometries: Geometries, codes: tuple[str, ...], *, layer_id: str) -> Geometries:
    """The geometries, if all are polygons or multipolygons; collections of these are unwrapped.

    Parameters
    ----------
    geometries : (n,) object array
        Shapely geometries or None.
    codes : tuple of str
        Code of each, for messages.
    layer_id : str
        Name of the layer, for messages.

    Raises
    ------
    InvalidLayerError
        If a feature has no geometry, an empty one, or one that is not made of polygons.
    """
    result = geometries.copy()
    refusals: list[str] = []
    for i, geometry in enumerate(geometries):
        polygon = _unwrapped(geometry)
        if polygon is None:
            kind = "no geometry" if geometry is None else geometry.geom_type
            kind = f"an empty {kind}" if geometry is not None and geometry.is_empty else kind
            refusals.append(f"feature {i + 1} ({codes[i]}) has {kind}")
        result[i] = polygon
    if refusals:
        suffix = (
            f"; and {len(refusals) - NAMED_AT_MOST} more" if len(refusals) > NAMED_AT_MOST else ""
        )
        raise InvalidLayerError(
            layer_id, f"areas must be polygons: {'; '.join(refusals[:NAMED_AT_MOST])}{suffix}"
        )
    return result


def _unwrapped(geometry: Any | None) -> Any | None:
    """A non-empty polygon or multipolygon, or None if the geometry is something else."""
    if geometry is None or geometry.is_empty:
        return None
    kind = shapely.get_type_id(geometry)
    if kind in (POLYGON, MULTIPOLYGON):
        return geometry
    if kind == COLLECTION:
        parts = shapely.get_parts(shapely.get_parts(geometry))
        if (shapely.get_type_id(parts) == POLYGON).all():
            return shapely.multipolygons(parts)
    return None


def repaired(
    geometries: Geometries, codes: tuple[str, ...], *, layer_id: str, crossings: int = CROSSINGS
) -> tuple[Geometries, tuple[Repair, ...]]:
    """Valid polygons, and a record of each repair.

    Rings that cross themselves are split where they cross; every part that a ring encloses is
    kept. Parts that collapse to lines or points are removed.

    Parameters
    ----------
    geometries : (n,) object array
        Polygons and multipolygons.
    codes : tuple of str
        Code of each, for messages.
    layer_id : str
        Name of the layer, for messages.
    crossings : int
        Most places where the borders of all areas may cross themselves, beyond one for each
        vertex: a repair takes time and memory for each.

    Raises
    ------
    InvalidLayerError
        If an area has no polygon left, or crosses itself too often.
    """
    invalid_positions = np.flatnonzero(~shapely.is_valid(geometries))
    result = geometries.copy()
    repairs = []
    total_crossings = total_vertices = 0
    for i in invalid_positions.tolist():
        original = geometries[i]
        vertices = int(shapely.get_num_coordinates(original))
        if vertices > FEW_VERTICES:
            total_vertices += vertices
            total_crossings += estimated_crossings(geometries[i : i + 1])
        if excess := _excess(total_crossings, total_vertices, crossings):
            raise InvalidLayerError(
                layer_id,
                f"the border of feature {i + 1} ({codes[i]}) crosses itself too often to be "
                f"repaired: with it there are about {excess:,} crossings "
                "(HOTSPOTS_IMPORTS__CROSSINGS)",
            )
        repaired_polygon = _polygons_of(
            shapely.make_valid(original, method="structure", keep_collapsed=False)
        )
        if repaired_polygon is None:
            raise InvalidLayerError(
                layer_id,
                f"feature {i + 1} ({codes[i]}) encloses no ground: "
                f"{shapely.is_valid_reason(original)}",
            )
        result[i] = repaired_polygon
        repairs.append(
            Repair(
                i + 1,
                codes[i],
                shapely.is_valid_reason(original),
                repaired_polygon.area - original.area,
            )
        )
    return result, tuple(repairs)


def simplest(geometry: Any) -> Any:
    """The polygon of a multipolygon with one part; any other geometry unchanged.

    Parameters
    ----------
    geometry : shapely geometry
        Of any type.
    """
    parts = shapely.get_parts(geometry)
    return parts[0] if len(parts) == 1 else geometry


def _polygons_of(geometry: Any) -> Any | None:
    """The polygons among a geometry's parts; None if there are none."""
    parts = shapely.get_parts(shapely.get_parts(geometry))
    polygons = parts[(shapely.get_type_id(parts) == POLYGON) & (shapely.area(parts) > 0)]
    if len(polygons) == 0:
        return None
    return simplest(shapely.multipolygons(polygons))
