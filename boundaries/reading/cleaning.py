"""Cleaning of a coverage: narrow gaps are closed, and overlaps assigned to one area.

No border is moved further than a tolerance. If that would be necessary, the areas are left as they
are, and the report states it.
"""

import math
from dataclasses import dataclass

import numpy as np
import shapely

from boundaries.layers.checks import Coverage, coverage_of
from boundaries.layers.layer import Geometries, Layer, normalised, with_geometries
from boundaries.neighbours.adjacency import default_snap_m, queen
from spatial.arrays import FloatArray
from spatial.errors import InvalidParameterError

TOLERANCE_M = 0.25

Pairs = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Cleaning:
    """Summary of cleaning the borders of a layer.

    Attributes
    ----------
    needed : bool
        False if the areas were already a valid coverage without slivers.
    applied : bool
        Whether the cleaned areas are used.
    reason : str
        Why they are not used, if cleaning was needed but not applied.
    tolerance_m : float
        Largest movement of a border, and largest width of a closed gap, metres.
    furthest_m : float
        Largest movement of a border, metres: the largest Hausdorff distance between the borders
        of an area before and after, measured at their corners.
    furthest_code : str
        Code of the area with that movement.
    moved_areas : int
        Number of areas whose border moved by more than 1 micrometre.
    area_change_m2 : float
        Total area after minus before, m^2: closed gaps minus removed overlaps.
    pairs_lost : tuple of pairs of codes
        Areas that touched before and are not queen neighbours after.
    pairs_gained : tuple of pairs of codes
        Areas that touch exactly after, and did not before.
    sliver_km : float
        Length of the borders along remaining gaps of up to the tolerance, km; these are open at
        an end, or could not be closed without moving a border too far.
    coverage : Coverage
        Coverage of the areas after cleaning.
    """

    needed: bool
    applied: bool
    reason: str
    tolerance_m: float
    furthest_m: float
    furthest_code: str
    moved_areas: int
    area_change_m2: float
    pairs_lost: Pairs
    pairs_gained: Pairs
    sliver_km: float
    coverage: Coverage


def clean_coverage(layer: Layer, *, tolerance_m: float = TOLERANCE_M) -> tuple[Layer, Cleaning]:
    """The layer with borders shared exactly by neighbours, and a summary of the changes.

    Parameters
    ----------
    layer : Layer
        Valid areas, metres.
    tolerance_m : float
        Largest movement of a border, metres, above 0. Gaps up to this width, or up to the sliver
        width of the layer's areas if that is less, are closed.

    Returns
    -------
    layer : Layer
        The cleaned layer; the same object if cleaning is not needed or would move too far.
    cleaning : Cleaning
        What was changed.

    Raises
    ------
    InvalidParameterError
        If the tolerance is not a finite number above 0.

    Notes
    -----
    The overlay is `shapely.coverage_clean` at its default snapping distance: an overlap or a
    closed gap is added to the neighbour with the longest common border. Wider gaps may be real
    and are kept.
    """
    if not (math.isfinite(tolerance_m) and tolerance_m > 0.0):
        raise InvalidParameterError("tolerance_m", tolerance_m, "a finite number above 0")
    original = np.array(layer.geometries)
    gap_m = min(tolerance_m, default_snap_m(layer))
    if shapely.coverage_is_valid(original, gap_width=gap_m):
        return layer, _untouched(layer, tolerance_m)
    cleaned_geometries, movement_m, reason = _cleaned(layer, gap_m, tolerance_m)
    furthest_area = int(np.argmax(movement_m))
    cleaned_layer = layer if reason else normalised(with_geometries(layer, cleaned_geometries))
    pairs_lost, pairs_gained = _pairs_changed(layer, cleaned_layer)
    slivers = shapely.coverage_invalid_edges(np.array(cleaned_layer.geometries), gap_width=gap_m)
    return cleaned_layer, Cleaning(
        needed=True,
        applied=not reason,
        reason=reason,
        tolerance_m=tolerance_m,
        furthest_m=float(movement_m[furthest_area]),
        furthest_code=layer.codes[furthest_area],
        moved_areas=int(np.count_nonzero(movement_m > 1e-6)),
        area_change_m2=float((cleaned_layer.areas_km2.sum() - layer.areas_km2.sum()) * 1e6),
        pairs_lost=pairs_lost,
        pairs_gained=pairs_gained,
        sliver_km=float(shapely.length(slivers).sum() / 1000.0),
        coverage=coverage_of(cleaned_layer.geometries),
    )


def _cleaned(layer: Layer, gap_m: float, tolerance_m: float) -> tuple[Geometries, FloatArray, str]:
    """Cleaned areas, the movement of each border, and the reason if they cannot be used.

    A whole gap is added to one area. If it runs past several neighbours, it becomes a finger of
    one area along the others, which moves a border far; then gaps are left open.
    """
    original = np.array(layer.geometries)
    for gap_width in (gap_m, 0.0):
        cleaned_geometries = shapely.coverage_clean(original, gap_width=gap_width)  # type: ignore[attr-defined]
        movement_m = _moved_m(original, cleaned_geometries)
        reason = _why_not(layer, cleaned_geometries, movement_m, tolerance_m)
        if not reason:
            break
    return cleaned_geometries, movement_m, reason


def _untouched(layer: Layer, tolerance_m: float) -> Cleaning:
    """The summary for a layer that needs no cleaning."""
    return Cleaning(
        needed=False,
        applied=False,
        reason="",
        tolerance_m=tolerance_m,
        furthest_m=0.0,
        furthest_code="",
        moved_areas=0,
        area_change_m2=0.0,
        pairs_lost=(),
        pairs_gained=(),
        sliver_km=0.0,
        coverage=coverage_of(layer.geometries),
    )


def _moved_m(original: Geometries, cleaned_geometries: Geometries) -> FloatArray:
    """(n,) movement of each area's border, metres; infinite if an area vanished."""
    movement_m = shapely.hausdorff_distance(
        shapely.boundary(original), shapely.boundary(cleaned_geometries)
    )
    return np.where(np.isnan(movement_m), np.inf, movement_m)


def _why_not(
    layer: Layer, cleaned_geometries: Geometries, movement_m: FloatArray, tolerance_m: float
) -> str:
    """The reason why the cleaned areas cannot be used; empty if they can."""
    vanished_areas = np.flatnonzero(
        shapely.is_empty(cleaned_geometries) | shapely.is_missing(cleaned_geometries)
    )
    if len(vanished_areas):
        codes = ", ".join(layer.codes[i] for i in vanished_areas[:5].tolist())
        return f"{len(vanished_areas)} areas lie wholly within others and would vanish: {codes}"
    furthest_m = float(movement_m.max())
    if furthest_m > tolerance_m:
        return f"a border would move {furthest_m:.3g} m, more than the {tolerance_m:g} m allowed"
    if furthest_m == 0.0 and shapely.coverage_is_valid(np.array(layer.geometries)):
        return "the gaps cannot be closed: they are open at an end or run past several areas"
    if not shapely.is_valid(cleaned_geometries).all():
        return "the shapes that come out are not valid"
    return ""


def _pairs_changed(old_layer: Layer, new_layer: Layer) -> tuple[Pairs, Pairs]:
    """Pairs of codes that are no longer neighbours, and pairs that touch only now."""
    if new_layer is old_layer:
        return (), ()
    old_pairs, new_pairs = _pairs(old_layer, snap_m=0.0), _pairs(new_layer, snap_m=0.0)
    return tuple(sorted(old_pairs - _pairs(new_layer, snap_m=None))), tuple(
        sorted(new_pairs - old_pairs)
    )


def _pairs(layer: Layer, *, snap_m: float | None) -> set[tuple[str, str]]:
    """Pairs of codes of queen neighbours."""
    neighbours = queen(layer, snap_m=snap_m)
    origin = np.repeat(np.arange(len(layer)), np.diff(neighbours.indptr))
    return {
        (layer.codes[i], layer.codes[j])
        for i, j in zip(origin.tolist(), neighbours.indices.tolist(), strict=True)
        if i < j
    }
