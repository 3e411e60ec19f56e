"""Point patterns without a pattern: how often is one called clustered, or its centre moved?"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import shapely

from spatial.arrays import FloatArray
from spatial.point_patterns.envelopes import EnvelopeKind, global_envelope
from spatial.point_patterns.nearest import empty_space_m, nearest_neighbours_m, share_within
from spatial.point_patterns.nulls import around, by_mass, chance_curves, of_others, snapped
from spatial.point_patterns.pair_distances import (
    kernel_reach_m,
    overlap_of,
    pair_correlation,
    ripley_k,
    ripley_l,
)
from spatial.point_patterns.shifts import shift
from spatial.point_patterns.windows import Window
from tests.simulations.tables import SimulationTable, percent

CORNERS = (
    (0, 0), (9_000, 0), (12_000, 3_000), (12_000, 10_000), (7_000, 10_000), (6_500, 6_000),
    (4_000, 6_200), (3_800, 10_000), (0, 10_000),
)  # fmt: skip
WINDOW = Window(shapely.Polygon(CORNERS))
DISTANCES = np.arange(100.0, 2_001.0, 100.0)
DRAWS = 199
POINTS = (20, 400)
FUNCTIONS = ("k", "l", "f", "g", "pcf")
NULLS = ("evenly", "by a mass", "around places", "random labels", "evenly, then snapped")
KINDS: tuple[EnvelopeKind, ...] = ("rank", "mad")
Curve = Callable[[FloatArray], FloatArray]


@dataclass(frozen=True)
class NullPattern:
    """A function of so many points, and where they fall."""

    function: str
    null: str
    points: int

    def draw(self) -> Callable[[np.random.Generator], FloatArray]:
        """Draws a pattern."""
        places = np.random.default_rng(0).normal([3_000, 3_000], 1_500, (600, 2))
        places = places[WINDOW.contains(places)]
        if self.null == "by a mass":
            east = WINDOW.grid.x_centres_m / 12_000
            return by_mass(WINDOW, np.tile(0.1 + east**3, (WINDOW.grid.rows, 1)), self.points)
        if self.null == "around places":
            return around(WINDOW, places, 1_000.0, self.points)
        if self.null == "random labels":
            return of_others(places, self.points)
        evenly = by_mass(WINDOW, None, self.points)
        return snapped(evenly, WINDOW.locations_m[::20]) if "snapped" in self.null else evenly

    def curve(self) -> Curve:
        """The function."""
        area, kernel_m = WINDOW.area_m2, kernel_reach_m(self.points, WINDOW.area_m2)
        overlap = overlap_of(WINDOW, DISTANCES[-1] + kernel_m, is_corrected=True)
        if self.function == "k":
            return lambda xy_m: ripley_k(xy_m, DISTANCES, overlap, area)
        if self.function == "l":
            return lambda xy_m: ripley_l(xy_m, DISTANCES, overlap, area)
        if self.function == "pcf":
            return lambda xy_m: pair_correlation(xy_m, DISTANCES, overlap, area, kernel_m=kernel_m)
        if self.function == "g":
            return lambda xy_m: share_within(
                nearest_neighbours_m(xy_m), WINDOW.border_distance(xy_m, 2_000.0), DISTANCES / 2
            )
        places = WINDOW.locations_m[::4]
        border = WINDOW.border_distance(places, 2_000.0)
        return lambda xy_m: share_within(empty_space_m(places, xy_m), border, DISTANCES)


PATTERNS = [NullPattern(f, "evenly", n) for f in FUNCTIONS for n in POINTS] + [
    NullPattern("k", null, n) for null in NULLS[1:] for n in POINTS
]


def calls_of_patterns(pattern: NullPattern, repetitions: int) -> tuple[float, ...]:
    """Shares of null patterns called at 5 %, by each envelope; each is held against others."""
    curves = chance_curves(pattern.draw(), pattern.curve(), draws=repetitions + DRAWS, seed=5)
    calls = np.zeros(len(KINDS))
    for number in range(repetitions):
        others = curves[number + 1 : number + 1 + DRAWS]
        for k, kind in enumerate(KINDS):
            calls[k] += global_envelope(curves[number], others, kind=kind).p_value <= 0.05
    return tuple((calls / repetitions).tolist())


def calls_of_moves(sizes: tuple[int, int], repetitions: int) -> tuple[float, float]:
    """Shares of moves called at 5 % where there is none, and of intervals that hold one."""
    rng, corners = np.random.default_rng(7), np.array([[0, 0], [300, 100], [0, 500], [900, 900]])

    def pattern(points: int) -> FloatArray:
        places: FloatArray = corners[rng.integers(0, 4, points)] + rng.normal(0, 30, (points, 2))
        return places

    calls = held = 0
    for seed in range(repetitions):
        before, after = (pattern(points) for points in sizes)
        calls += shift(before, after, draws=DRAWS, seed=seed).p_value <= 0.05
        moved = shift(before, after + np.array([300.0, 400.0]), draws=DRAWS, seed=seed)
        held += moved.lower_m <= 500.0 and not moved.upper_m < 500.0
    return calls / repetitions, held / repetitions


def calls_of_null_patterns(repetitions: int) -> SimulationTable:
    """Of each kind of pattern how many are called."""
    rows = tuple(
        (p.function, p.null, str(p.points), *map(percent, calls_of_patterns(p, repetitions)))
        for p in PATTERNS
    )
    return SimulationTable(("function", "points fall", "points", *KINDS), rows)


MOVES = ((5, 5), (10, 40), (30, 600), (300, 800), (1_000, 2_000))


def calls_of_null_moves(repetitions: int) -> SimulationTable:
    """Of each number of points how many moves are called, and intervals right."""
    rows = tuple(
        (f"{sizes[0]:,} and {sizes[1]:,}", *map(percent, calls_of_moves(sizes, repetitions)))
        for sizes in MOVES
    )
    return SimulationTable(("points", "moves called", "intervals that hold 500 m"), rows)
