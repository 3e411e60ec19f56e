"""Maps without a pattern: in how many of them is an area called, or a hotspot named?"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import get_args

import numpy as np

from service.analyses.areas.tested_values import LEAST_SHARE
from spatial.arrays import AnyArray, FloatArray
from spatial.coordinates.grid import Grid
from spatial.coordinates.points import PointIndex
from spatial.density.density import index_density_on_grid
from spatial.local_statistics.getis_ord import gi_star
from spatial.local_statistics.hotspot_map import hotspot_map
from spatial.local_statistics.local_moran import local_moran, moran_classes, moran_statistic
from spatial.local_statistics.multiplicity import (
    NOT_SIGNIFICANT,
    NOT_TESTED,
    confidence_classes,
    corrected,
)
from spatial.local_statistics.permutation import permutation_p
from spatial.local_statistics.poisson_null import poisson_p
from spatial.over_time.cube import Window
from spatial.over_time.emerging import NO_PATTERN, emerging_hot_spots
from spatial.surfaces.peaks import find_peaks
from spatial.surfaces.significance import null_grid, surface_test
from spatial.weights.distance_weights import distance_band
from spatial.weights.weights import Neighbours
from tests.simulations.tables import SimulationTable, percent
from tests.spatial.lattices import lattice

SIDE = 20
PERMUTATIONS = 9_999
MAPS_OF_POISSON = 9_999
SURFACES = 199
COUNTY_M = 60_000.0
BANDWIDTH_M = 1_500.0


@dataclass(frozen=True)
class NullMap:
    """A kind of layer, what falls on it by chance, and a test that should say nothing."""

    layer: str
    statistic: str
    null: str
    is_called: Callable[[np.random.Generator], bool]
    effort: float = 1.0  # the share of the repetitions that it gets: some take 200 times as long


def squares() -> Neighbours:
    """400 squares with their queen neighbours."""
    return lattice(SIDE, SIDE)


def hexagons() -> Neighbours:
    """400 hexagons with the six around them."""
    rows, cols = np.mgrid[0:SIDE, 0:SIDE].astype(float)
    xy_m = 1_000.0 * np.column_stack(
        [(cols + 0.5 * (rows % 2)).ravel(), (rows * np.sqrt(0.75)).ravel()]
    )
    return distance_band(xy_m, 1_000.0)


def residents() -> FloatArray:
    """Residents of 400 areas: from some dozens to some thousands, towns beside towns."""
    rows, cols = np.mgrid[0:SIDE, 0:SIDE]
    towns = np.exp(-((rows - 5) ** 2 + (cols - 6) ** 2) / 12.0) + np.exp(
        -((rows - 14) ** 2 + (cols - 13) ** 2) / 6.0
    )
    scatter = np.random.default_rng(0).lognormal(0.0, 0.5, SIDE * SIDE)
    return np.round(100.0 + 2_500.0 * towns.ravel() * scatter + 60.0 * scatter)


def any_class(classes: AnyArray) -> bool:
    """Whether an area is called hot, cold or an outlier, or has a pattern."""
    return bool(np.any(~np.isin(classes, [NOT_SIGNIFICANT, NOT_TESTED, NO_PATTERN])))


def gi_map(neighbours: Neighbours, mean: float, *, star: bool) -> NullMap:
    """Gi* or Gi of counts of one mean."""

    def is_called(rng: np.random.Generator) -> bool:
        counts = rng.poisson(mean, neighbours.n)
        options = {"permutations": PERMUTATIONS, "seed": int(rng.integers(2**31))}
        return any_class(hotspot_map(counts, neighbours, star=star, **options).classes)

    kind = "squares" if neighbours.rule == "queen" else "hexagons"
    name = "Gi*" if star else "Gi"
    return NullMap(kind, f"{name} of counts, mean {mean:g}", "values dealt out", is_called)


def moran_map(neighbours: Neighbours, mean: float) -> NullMap:
    """Local Moran of counts of one mean."""

    def is_called(rng: np.random.Generator) -> bool:
        counts, weights = rng.poisson(mean, neighbours.n), neighbours.row_standardised()
        permutation = permutation_p(
            moran_statistic(counts, weights),
            permutations=PERMUTATIONS,
            seed=int(rng.integers(2**31)),
        )
        quadrant = local_moran(counts, weights).quadrant
        return any_class(moran_classes(quadrant, corrected(permutation.p_value)))

    kind = "squares" if neighbours.rule == "queen" else "hexagons"
    return NullMap(kind, f"local Moran of counts, mean {mean:g}", "values dealt out", is_called)


def rate_map(incidents: int, *, star: bool) -> NullMap:
    """Gi* or Gi of rates where every resident has one risk."""
    neighbours, denominators = squares(), residents()

    def is_called(rng: np.random.Generator) -> bool:
        counts = rng.poisson(incidents * denominators / denominators.sum())
        p_value = poisson_p(
            counts,
            denominators,
            neighbours,
            permutations=MAPS_OF_POISSON,
            star=star,
            seed=int(rng.integers(2**31)),
        )
        z_score = gi_star(counts / denominators, neighbours, star=star).z_score
        q_value = corrected(p_value.p_value)
        return any_class(confidence_classes(z_score, q_value, tail=p_value.tail))

    name = "Gi*" if star else "Gi"
    return NullMap(
        "areas of unequal residents",
        f"{name} of rates, {incidents:,} incidents",
        "incidents drawn anew, one risk for every resident",
        is_called,
        effort=0.4,
    )


def cut_grid() -> tuple[Neighbours, FloatArray]:
    """The squares of a grid that a round county cuts, and the share of each that is left."""
    fine = (np.arange(8 * SIDE) + 0.5) / 8.0 - SIDE / 2.0
    is_inside = np.hypot(fine[:, None], fine[None, :]) < SIDE / 2.0 - 0.3
    share = is_inside.reshape(SIDE, 8, SIDE, 8).mean(axis=(1, 3)).ravel()
    cells = np.flatnonzero(share > 0.0)
    rows, cols = np.divmod(cells, SIDE)
    step = np.maximum(np.abs(rows[:, None] - rows), np.abs(cols[:, None] - cols))
    first, second = np.nonzero(np.triu(step == 1))
    return Neighbours.from_pairs(len(cells), first, second), share[cells]


def density_map(mean: float) -> NullMap:
    """Gi* of densities on a grid, slivers of cells as a tenth of a cell, as the default has it."""
    neighbours, share = cut_grid()

    def is_called(rng: np.random.Generator) -> bool:
        density = rng.poisson(mean * share) / np.maximum(share, LEAST_SHARE)
        options = {"permutations": PERMUTATIONS, "seed": int(rng.integers(2**31))}
        return any_class(hotspot_map(density, neighbours, **options).classes)

    return NullMap(
        "squares cut at the border",
        f"Gi* of densities, mean {mean:g} (default on grids)",
        "values dealt out",
        is_called,
    )


def emerging_map(mean: float, *, window: Window = "step") -> NullMap:
    """Emerging hot spots of twelve steps of one mean; two earlier steps count but in `step`."""
    neighbours = squares()
    earlier_steps = 0 if window == "step" else 2

    def is_called(rng: np.random.Generator) -> bool:
        counts = rng.poisson(mean, (neighbours.n, 12))
        emerging = emerging_hot_spots(
            counts,
            neighbours,
            permutations=PERMUTATIONS,
            seed=int(rng.integers(2**31)),
            earlier_steps=earlier_steps,
            window=window,
        )
        return any_class(emerging.category)

    name = "emerging hot spots, 12 steps" + ("" if window == "step" else f" against the {window}")
    return NullMap("squares", f"{name}, mean {mean:g}", "values dealt out", is_called)


NULL_MAPS = (
    gi_map(squares(), 0.5, star=True),
    gi_map(squares(), 3.0, star=True),
    gi_map(hexagons(), 3.0, star=True),
    gi_map(squares(), 3.0, star=False),
    moran_map(squares(), 3.0),
    moran_map(hexagons(), 3.0),
    rate_map(400, star=True),
    rate_map(4_000, star=True),
    rate_map(4_000, star=False),
    emerging_map(3.0),
    density_map(0.5),
    density_map(3.0),
    density_map(30.0),
    *(emerging_map(mean, window=window) for window in get_args(Window) for mean in (0.5, 30.0)),
)


def classes_of_null_maps(repetitions: int) -> SimulationTable:
    """Share of maps without a pattern in which an area is called at 90 %."""
    rows = []
    for null_map in NULL_MAPS:
        rng = np.random.default_rng(len(rows))
        maps = round(null_map.effort * repetitions)
        share = np.mean([null_map.is_called(rng) for _ in range(maps)])
        rows.append(
            (
                null_map.layer,
                null_map.statistic,
                null_map.null,
                f"{maps:,}",
                percent(float(share)),
            )
        )
    return SimulationTable(
        ("layer", "statistic", "null", "maps", "maps with a class"), tuple(rows)
    )


def null_mass(grid: Grid, *, by_residents: bool) -> FloatArray:
    """Where incidents fall by chance: everywhere alike, or in towns, villages and between."""
    if not by_residents:
        return np.ones((grid.rows, grid.cols))
    rng = np.random.default_rng(4)
    x, y = np.meshgrid(grid.x_centres_m, grid.y_centres_m)
    mass = np.full((grid.rows, grid.cols), 0.02)
    for size, width in ((1.0, 4_000.0), (0.6, 3_000.0), *[(0.1, 800.0)] * 25):
        centre = rng.random(2) * COUNTY_M
        mass += size * np.exp(-((x - centre[0]) ** 2 + (y - centre[1]) ** 2) / (2 * width**2))
    return mass


def names_a_hotspot(rng: np.random.Generator, incidents: int, *, by_residents: bool) -> bool:
    """Whether a peak of incidents that fell by chance is called more than chance."""
    bounds = (0.0, 0.0, COUNTY_M, COUNTY_M)
    grid = null_grid(bounds, bandwidth_m=BANDWIDTH_M)
    assert grid is not None
    mass = null_mass(grid, by_residents=by_residents)
    cells = rng.choice(mass.size, incidents, p=(mass / mass.sum()).ravel())
    rows, cols = np.divmod(cells, grid.cols)
    xy_m = np.column_stack(
        [
            grid.left_m + (cols + rng.random(incidents)) * grid.cell_m,
            grid.top_m - (rows + rng.random(incidents)) * grid.cell_m,
        ]
    )
    test = surface_test(
        xy_m,
        mass,
        grid,
        bandwidth_m=BANDWIDTH_M,
        draws=SURFACES,
        seed=int(rng.integers(2**31)),
    )
    points, fine = PointIndex(xy_m), Grid.covering(bounds, cell_m=BANDWIDTH_M / 5.0)
    density = index_density_on_grid(points, fine, bandwidth_m=BANDWIDTH_M)
    peaks = find_peaks(density, fine, points, bandwidth_m=BANDWIDTH_M).held_against(test)
    return any(peak.is_significant for peak in peaks.peaks)


def hotspots_of_noise(repetitions: int) -> SimulationTable:
    """Share of maps of incidents that fell by chance in which a hotspot is named."""
    rows = []
    for by_residents in (False, True):
        for incidents in (10, 100, 1_000):
            rng = np.random.default_rng([incidents, by_residents])
            named = [
                names_a_hotspot(rng, incidents, by_residents=by_residents)
                for _ in range(repetitions)
            ]
            null = "as residents" if by_residents else "evenly"
            rows.append((null, f"{incidents:,}", percent(float(np.mean(named)))))
    return SimulationTable(
        ("incidents fall", "incidents", "maps with a named hotspot"), tuple(rows)
    )
