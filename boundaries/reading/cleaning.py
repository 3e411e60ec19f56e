"""Making neighbours share their borders again: gaps closed, overlaps given to one area.

Nothing is moved further than a stated tolerance: where more would be needed the areas are left
as they are, and the report says so.
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
    """What cleaning did to the borders of a layer.

    Attributes
    ----------
    needed : bool
        False where the areas were a valid coverage without slivers: nothing was touched.
    applied : bool
        Whether the cleaned areas are used.
    reason : str
        Why they are not, where it was needed and not applied.
    tolerance_m : float
        The furthest that a border may move, and the widest gap that is closed, metres.
    furthest_m : float
        How far the furthest border moved, metres: the Hausdorff distance between the borders
        of an area before and after, measured at their corners, the largest of all areas.
    furthest_code : str
        The area it belongs to.
    moved_areas : int
        Areas of which any border moved by more than 1 micrometre.
    area_change_m2 : float
        Sum of all areas after less before, m^2: gaps filled less overlaps taken away.
    pairs_lost : tuple of pairs of codes
        Areas that touched before and are no queen neighbours after.
    pairs_gained : tuple of pairs of codes
        Areas that touch after, to the last digit, and did not before.
    sliver_km : float
        Length of the borders along gaps of up to the tolerance that are still there, km: such
        as are open at an end, or could not be closed without moving a border too far.
    coverage : Coverage
        Of the areas after.
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
    """The layer with borders shared exactly by neighbours, and what that took.

    Parameters
    ----------
    layer : Layer
        Valid areas, metres.
    tolerance_m : float
        The furthest that a border may move, metres, above 0. Gaps up to this width, or up to
        the sliver width of the layer's areas where that is less, are closed.

    Returns
    -------
    layer : Layer
        Cleaned; the same object where cleaning was not needed or would go too far.
    cleaning : Cleaning

    Raises
    ------
    InvalidParameterError
        If the tolerance is not a finite number above 0.

    Notes
    -----
    The overlay is `shapely.coverage_clean` at its default snapping distance: an overlap or a
    closed gap goes to the neighbour with the longest common border. Wider gaps may be real and
    stay.
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
    """Cleaned areas, how far the border of each moved, and why they cannot be used if so.

    A gap goes to one area whole: one that runs past several neighbours becomes a finger of
    the first along the others, which is a border moved far. Then gaps are left open.
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
    """The report on a layer that needs nothing."""
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
    """(n,) how far the border of each area moved, metres; infinite where an area vanished."""
    movement_m = shapely.hausdorff_distance(
        shapely.boundary(original), shapely.boundary(cleaned_geometries)
    )
    return np.where(np.isnan(movement_m), np.inf, movement_m)


def _why_not(
    layer: Layer, cleaned_geometries: Geometries, movement_m: FloatArray, tolerance_m: float
) -> str:
    """Why the cleaned areas cannot be used; empty where they can."""
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
    """Pairs of codes that touched and are no neighbours now, and that touch only now."""
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
