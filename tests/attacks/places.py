"""Attacks A and B: the places behind a surface, from its numbers or from its pictures.

A surface is the sum of one known kernel per record, so that its values at some positions are
linear in the number of records at each place of a fine lattice. Non-negative least squares
finds the few places that explain them, and Gauss-Newton moves these off the lattice.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from scipy import ndimage
from scipy.optimize import nnls
from scipy.spatial import cKDTree

from spatial.coordinates.crs import WEB_MERCATOR, transform_xy
from spatial.coordinates.mercator import Tile
from spatial.density.kernels import kernel_named
from tests.attacks.attacker import Attacker

MOST_SAMPLES = 4_000  # of a patch: what has more is thinned
MOST_CANDIDATES = 3_000  # of a patch: what has more gets a wider lattice
STEPS = 12  # of Gauss-Newton
PIXELS = 512
# Lower bounds of classes as shares of what a single record has at its place.
LEVELS = (0.004, 0.1, 0.3, 0.5, 0.7, 0.9, 1.2, 1.6, 2.2, 3.2, 5.0, 9.0)


@dataclass(frozen=True)
class Samples:
    """Values of a surface at some positions, as multiples of a single record's peak.

    Attributes
    ----------
    xy_m : (n, 2) float64
        Metres.
    values : (n,) float64
        At least 0.
    """

    xy_m: np.ndarray
    values: np.ndarray

    def thinned(self, most: int) -> "Samples":
        step = math.ceil(len(self.values) / most)
        return Samples(self.xy_m[::step], self.values[::step])


@dataclass(frozen=True)
class PlaceGuesses:
    """Guessed places and the records at each."""

    xy_m: np.ndarray
    records: np.ndarray

    @classmethod
    def none(cls) -> "PlaceGuesses":
        return cls(np.empty((0, 2)), np.empty(0))

    @classmethod
    def of(cls, parts: list["PlaceGuesses"]) -> "PlaceGuesses":
        parts = [cls.none(), *parts]
        return cls(
            np.concatenate([part.xy_m for part in parts]),
            np.concatenate([part.records for part in parts]),
        )

    def share_found(self, places_m: np.ndarray, within_m: float) -> float:
        """Share of true places with a guess within a distance."""
        if not len(self.xy_m) or not len(places_m):
            return 0.0
        distance_m, _ = cKDTree(self.xy_m).query(places_m)
        return float(np.mean(distance_m <= within_m))


def places_from_raster(
    attacker: Attacker, dataset: str, *, bandwidth_m: float, cell_m: float, bbox: str | None = None
) -> PlaceGuesses:
    """Places from one raster of densities (attack A)."""
    question = {"bandwidth_m": bandwidth_m, "cell_m": cell_m}
    if bbox is not None:
        question["bbox"] = bbox
    values, grid = attacker.raster(dataset, **question)
    values = values / kernel_named("quartic").peak_per_km2(bandwidth_m)
    x_m, y_m = np.meshgrid(grid.x_centres_m, grid.y_centres_m)
    guesses = []
    for rows, cols, patch in _patches(values, values > 1e-9, math.ceil(bandwidth_m / cell_m)):
        xy_m = np.column_stack([x_m[rows, cols].ravel(), y_m[rows, cols].ravel()])
        samples = Samples(xy_m, patch.ravel())
        guesses.append(fit_places(samples, bandwidth_m=bandwidth_m, step_m=cell_m / 4.0))
    return PlaceGuesses.of(guesses)


def places_from_tiles(
    attacker: Attacker,
    dataset: str,
    tiles: tuple[range, range],
    *,
    zoom: int,
    crs: str,
    bandwidth_m: float,
    free_breaks: bool,
) -> PlaceGuesses:
    """Places from coloured tiles alone (attack B), with breaks of one's own or those published.

    Along the line between two classes the density is the break between them, so that a picture
    with a dozen classes says the exact value at thousands of positions.
    """
    peak = kernel_named("quartic").peak_per_km2(bandwidth_m)
    question: dict[str, object] = {"bandwidth_m": bandwidth_m}
    if free_breaks:
        breaks = [float(f"{level * peak:.6g}") for level in LEVELS]
        question["breaks"] = breaks
    else:
        legend = attacker.json(f"/v1/heatmaps/{dataset}/legend.json", **question)
        breaks = sorted(part["lower"] for part in legend["classes"] if part["lower"])
    mosaic = np.block(
        [
            [
                attacker.picture(f"/v1/heatmaps/{dataset}/tiles/{zoom}/{x}/{y}@2x.png", **question)
                for x in tiles[0]
            ]
            for y in tiles[1]
        ]
    )
    mark = mosaic > len(breaks)
    if mark.any():  # a text across the picture: as the pixels around it
        nearest = ndimage.distance_transform_edt(mark, return_distances=False, return_indices=True)
        mosaic = mosaic[tuple(nearest)]
    left, _, right, top = Tile(zoom, tiles[0][0], tiles[1][0]).bounds_mercator_m
    pixel_m = (right - left) / PIXELS
    levels = np.array([0.0, *breaks]) / peak
    ground_m = _ground_pixel_m(left, top, pixel_m, crs)
    guesses = []
    margin = math.ceil(0.3 * bandwidth_m / ground_m)
    for rows, cols, patch in _patches(mosaic, mosaic > 0, margin):
        corner = np.array([left + cols.start * pixel_m, top - rows.start * pixel_m])
        mercator, values = _contour_samples(
            patch, levels, step=max(1, int(0.15 * bandwidth_m / ground_m))
        )
        xy_m = transform_xy(
            corner + mercator * np.array([pixel_m, -pixel_m]), source=WEB_MERCATOR, target=crs
        )
        samples = Samples(xy_m, values)
        guesses.append(
            fit_places(
                samples, bandwidth_m=bandwidth_m, step_m=0.15 * bandwidth_m, floor=levels[1]
            )
        )
    return PlaceGuesses.of(guesses)


def fit_places(
    samples: Samples, *, bandwidth_m: float, step_m: float, floor: float = 0.0
) -> PlaceGuesses:
    """Places whose kernels add up to the samples.

    Parameters
    ----------
    samples : Samples
        Of one patch of the surface and of the empty ground around it.
    bandwidth_m : float
        Of a quartic kernel.
    step_m : float
        Of the lattice of candidates.
    floor : float
        Below which an empty sample only says that there is less.
    """
    samples = samples.thinned(MOST_SAMPLES)
    if not (samples.values > 0.0).any():
        return PlaceGuesses.none()
    tolerance = min(max(0.02, 2.0 * floor), 0.9)
    candidates_m = _candidates(samples, bandwidth_m, step_m, tolerance)
    while len(candidates_m) > MOST_CANDIDATES:
        step_m *= 1.3
        candidates_m = _candidates(samples, bandwidth_m, step_m, tolerance)
    if not len(candidates_m):
        return PlaceGuesses.none()
    matrix = _kernel(samples.xy_m, candidates_m, bandwidth_m)
    try:
        weights, _ = nnls(matrix, samples.values, maxiter=6 * matrix.shape[1])
    except RuntimeError:
        return PlaceGuesses.none()
    places_m, records = _merged(candidates_m, weights, 1.6 * step_m)
    places_m, records = _refined(samples, places_m, records, bandwidth_m)
    return PlaceGuesses(places_m, np.maximum(np.round(records), 1.0))


def _kernel(samples_m: np.ndarray, places_m: np.ndarray, bandwidth_m: float) -> np.ndarray:
    """(samples, places) quartic kernel with a peak of 1."""
    offset = samples_m[:, None, :] - places_m[None, :, :]
    closeness = 1.0 - (offset**2).sum(axis=2) / bandwidth_m**2
    return np.maximum(closeness, 0.0) ** 2


def _candidates(
    samples: Samples, bandwidth_m: float, step_m: float, tolerance: float
) -> np.ndarray:
    """Places of a lattice at which a record would not show where nothing is seen."""
    is_seen = samples.values > 0.0
    low = samples.xy_m[is_seen].min(axis=0) - 0.5 * step_m
    high = samples.xy_m[is_seen].max(axis=0) + 0.5 * step_m
    axes = [np.arange(low[k], high[k] + step_m, step_m) for k in (0, 1)]
    lattice_m = np.stack(np.meshgrid(*axes), axis=-1).reshape(-1, 2)
    empty = cKDTree(samples.xy_m[~is_seen]) if (~is_seen).any() else None
    if empty is not None:
        reach_m = bandwidth_m * math.sqrt(1.0 - math.sqrt(tolerance))
        distance_m, _ = empty.query(lattice_m)
        lattice_m = lattice_m[distance_m >= reach_m]
    if len(lattice_m):
        distance_m, _ = cKDTree(samples.xy_m[is_seen]).query(lattice_m)
        lattice_m = lattice_m[distance_m <= bandwidth_m]
    return lattice_m


def _merged(
    candidates_m: np.ndarray, weights: np.ndarray, within_m: float
) -> tuple[np.ndarray, np.ndarray]:
    """Candidates in use, neighbours on the lattice taken together."""
    is_used = weights > 0.05
    used_m, used = candidates_m[is_used], weights[is_used]
    places_m, records = [], []
    is_free = np.ones(len(used), bool)
    tree = cKDTree(used_m) if len(used) else None
    for heaviest in np.argsort(-used):
        if not is_free[heaviest] or tree is None:
            continue
        near = [k for k in tree.query_ball_point(used_m[heaviest], within_m) if is_free[k]]
        is_free[near] = False
        places_m.append(np.average(used_m[near], axis=0, weights=used[near]))
        records.append(used[near].sum())
    keep = np.array(records) > 0.3
    return np.reshape(places_m, (-1, 2))[keep], np.array(records)[keep]


def _refined(
    samples: Samples, places_m: np.ndarray, records: np.ndarray, bandwidth_m: float
) -> tuple[np.ndarray, np.ndarray]:
    """Places and records after some damped steps of Gauss-Newton."""
    if not len(places_m):
        return places_m, records
    damping = 1e-3
    error, jacobian = _linearised(samples, places_m, records, bandwidth_m)
    for _ in range(STEPS):
        normal = jacobian.T @ jacobian
        normal[np.diag_indices_from(normal)] *= 1.0 + damping
        normal[np.diag_indices_from(normal)] += 1e-12
        step = np.linalg.solve(normal, jacobian.T @ error).reshape(-1, 3)
        moved_m = places_m + np.clip(step[:, :2], -0.25, 0.25) * bandwidth_m
        changed = np.maximum(records + step[:, 2], 0.2)
        new_error, new_jacobian = _linearised(samples, moved_m, changed, bandwidth_m)
        if new_error @ new_error < error @ error:
            places_m, records = moved_m, changed
            error, jacobian = new_error, new_jacobian
            damping *= 0.2
        else:
            damping *= 10.0
        if error @ error < 1e-16 * len(error) or damping > 1e6:
            break
    return places_m, records


def _linearised(
    samples: Samples, places_m: np.ndarray, records: np.ndarray, bandwidth_m: float
) -> tuple[np.ndarray, np.ndarray]:
    """What the places leave unexplained, and its slopes by place (bandwidths) and records."""
    offset = (samples.xy_m[:, None, :] - places_m[None, :, :]) / bandwidth_m
    closeness = np.maximum(1.0 - (offset**2).sum(axis=2), 0.0)
    error = samples.values - closeness**2 @ records
    slope = 4.0 * closeness[:, :, None] * offset * records[None, :, None]
    jacobian = np.concatenate([slope, (closeness**2)[:, :, None]], axis=2)
    return error, jacobian.reshape(len(error), -1)


def _patches(
    values: np.ndarray, is_seen: np.ndarray, margin: int
) -> Iterator[tuple[slice, slice, np.ndarray]]:
    """Connected parts of a surface with a margin, each with what is not its own set to 0."""
    labels, _ = ndimage.label(is_seen, structure=np.ones((3, 3)))
    for label, (rows, cols) in enumerate(ndimage.find_objects(labels), start=1):
        rows = slice(max(rows.start - margin, 0), rows.stop + margin)
        cols = slice(max(cols.start - margin, 0), cols.stop + margin)
        yield rows, cols, np.where(labels[rows, cols] == label, values[rows, cols], 0)


def _contour_samples(
    classes: np.ndarray, levels: np.ndarray, *, step: int
) -> tuple[np.ndarray, np.ndarray]:
    """Positions in pixels, and values, along the lines between classes; 0 around them."""
    classes = classes.astype(np.int64)
    positions, values = [], []
    for axis in (0, 1):
        first, second = (
            (classes[:-1], classes[1:]) if axis == 0 else (classes[:, :-1], classes[:, 1:])
        )
        row, col = np.nonzero(np.abs(first - second) == 1)
        upper = np.maximum(first, second)[row, col]
        place = np.column_stack([col + (1.0 if axis else 0.5), row + (0.5 if axis else 1.0)])
        positions.append(place)
        values.append(levels[upper])
    row, col = np.nonzero(classes == 0)
    on_lattice = (row % (2 * step) == 0) & (col % (2 * step) == 0)
    positions.append(np.column_stack([col[on_lattice] + 0.5, row[on_lattice] + 0.5]))
    values.append(np.zeros(int(on_lattice.sum())))
    xy, value = np.concatenate(positions), np.concatenate(values)
    # One position per little square and level: neighbours along a line say the same.
    square = np.floor(xy / step).astype(np.int64)
    keys = np.column_stack([square, np.searchsorted(levels, value)])
    _, first_of = np.unique(keys, axis=0, return_index=True)
    return xy[first_of], value[first_of]


def _ground_pixel_m(left_m: float, top_m: float, pixel_m: float, crs: str) -> float:
    """About the size of a pixel on the ground, metres."""
    corners = np.array([[left_m, top_m], [left_m + pixel_m, top_m]])
    first, second = transform_xy(corners, source=WEB_MERCATOR, target=crs)
    return float(np.hypot(*(second - first)))
