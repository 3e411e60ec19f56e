"""A density surface: evaluated at places, on grids and on tiles."""

import math
import os
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import shapely

from service.analyses.inputs.selection import Selection
from service.analyses.inputs.study_area import StudyArea
from service.model.answers import Provenance
from service.runtime.cancellation import check_cancelled
from spatial.arrays import FloatArray
from spatial.bandwidths.bandwidth import Bandwidth
from spatial.coordinates.crs import WEB_MERCATOR, transform_xy
from spatial.coordinates.grid import Grid
from spatial.coordinates.masks import inside_mask
from spatial.coordinates.mercator import Tile
from spatial.coordinates.points import PointIndex
from spatial.density.adaptive import (
    AdaptivePoints,
    adaptive_density_on_grid,
    adaptive_density_on_tile,
)
from spatial.density.density import density_at, index_density_on_grid
from spatial.density.edge import EdgeMass
from spatial.density.pilot import density_at_places
from spatial.density.tile_density import density_on_tile
from spatial.surfaces.tops import Top

LEGEND_CELLS = 1_000_000  # the surface behind the colour breaks has at most about this many
CELLS_PER_BANDWIDTH = 5  # finer changes the breaks by less than half a per cent
TILE_PIXELS = 256
EDGE_CELLS = 500_000  # corrected at a time
THREADS = os.cpu_count() or 1


@dataclass(frozen=True, eq=False)
class SelectedPoints:
    """The located incidents of a filter with a spatial index; shared by all bandwidths.

    Attributes
    ----------
    xy_m : (n, 2) float64
        Their places.
    counted : PointIndex
        Each counts 1; published ones are spread over the ground of their areas.
    points : PointIndex
        Each counts its weight, where weights are asked for; otherwise the same object.
    """

    selection: Selection
    xy_m: FloatArray
    counted: PointIndex
    points: PointIndex

    @property
    def is_weighted(self) -> bool:
        """Whether the weights of the incidents are summed."""
        return self.points is not self.counted

    @property
    def memory_bytes(self) -> int:
        """Approximate memory use: coordinates, mask, indexes and the Mercator copy."""
        places = len(self.points) + (len(self.counted) if self.is_weighted else 0)
        return 4_096 + self.xy_m.nbytes + self.selection.mask.nbytes + 64 * places


@dataclass(frozen=True, eq=False)
class Surface:
    """The density surface of one query.

    Attributes
    ----------
    points : PointIndex
        The incidents, weighted if the edge correction needs it.
    bandwidth_m : float
        Radius of support, metres; h0 of an adaptive bandwidth.
    adaptive : AdaptivePoints or None
        A bandwidth per place.
    edge : EdgeMass or None
        The kernel's mass inside the study area.
    divide_by_mass : bool
        Whether the density is divided by that mass (uniform correction).
    clip_area : shapely geometry or None
        Area outside which the surface is empty, in the working CRS.
    extent_m : left, bottom, right, top
        Extent of the study area, or of the part shown, metres.
    divisor : float
        Years of the period for a density per year, otherwise 1.
    breaks : tuple of float
        Lower bounds of the colour classes: requested ones, or computed from all of `extent_m`.
    highest : Top or None
        The highest place there; None where the surface is nowhere above 0.
    mass : float
        The number of incidents, or the sum of weights, under the surface there.
    shown_area : shapely geometry
        The study area, or the part shown, in the working CRS.
    """

    selected_points: SelectedPoints
    points: PointIndex
    kernel: str
    bandwidth_m: float
    bandwidth: Bandwidth | None
    adaptive: AdaptivePoints | None
    edge: EdgeMass | None
    divide_by_mass: bool
    clip_area: Any
    study: StudyArea
    extent_m: tuple[float, float, float, float]
    divisor: float
    unit: str
    crs: str
    provenance: Provenance
    breaks: tuple[float, ...] = ()
    highest: Top | None = None
    mass: float = 0.0
    shown_area: Any = None

    @property
    def maximum(self) -> float:
        """The largest density in the part shown, in `unit`; 0 without incidents."""
        return 0.0 if self.highest is None else self.highest.density_per_km2

    @property
    def selection(self) -> Selection:
        """The selected incidents, located or not."""
        return self.selected_points.selection

    def on_grid(self, grid: Grid) -> FloatArray:
        """The density at the cell centres of a grid.

        Parameters
        ----------
        grid : Grid
            In the working CRS.

        Returns
        -------
        (rows, cols) float64
            In `unit`; NaN outside the part shown.
        """
        if self.adaptive is not None:
            values = adaptive_density_on_grid(
                self.points,
                self.adaptive.bandwidth_m,
                grid,
                kernel=self.kernel,
                threads=THREADS,
                on_progress=check_cancelled,
            )
        else:
            values = index_density_on_grid(
                self.points,
                grid,
                bandwidth_m=self.bandwidth_m,
                kernel=self.kernel,
                threads=THREADS,
                on_progress=check_cancelled,
            )
        if self.edge is not None and self.divide_by_mass:
            _correct_edge_of_rows(values, self.edge, grid)
        return _clip(values / self.divisor, self.clip_area, grid)

    def on_tile(self, tile: Tile, size: int = TILE_PIXELS) -> FloatArray:
        """The density at the pixel centres of a tile.

        Parameters
        ----------
        tile : Tile
            Its address.
        size : int
            Pixels on a side.

        Returns
        -------
        (size, size) float64
            In `unit`; NaN outside the part shown.
        """
        if self.adaptive is not None:
            values = adaptive_density_on_tile(
                self.points,
                self.adaptive.bandwidth_m,
                tile,
                kernel=self.kernel,
                size=size,
                on_progress=check_cancelled,
            )
        else:
            values = density_on_tile(
                self.points,
                tile,
                bandwidth_m=self.bandwidth_m,
                kernel=self.kernel,
                size=size,
                on_progress=check_cancelled,
            )
        if self.edge is not None and self.divide_by_mass:
            x, y = np.meshgrid(*tile.pixel_centres_mercator_m(size))
            pixels = np.column_stack([x.ravel(), y.ravel()])
            values = _correct_edge(
                values, self.edge, transform_xy(pixels, source=WEB_MERCATOR, target=self.crs)
            )
        return _clip(values / self.divisor, self._clip_area_mercator, _mercator_grid(tile, size))

    def density_at(self, places_m: FloatArray) -> FloatArray:
        """The density at places, of a surface with a single bandwidth.

        Parameters
        ----------
        places_m : (n, 2) float64
            Places in the working CRS, metres.

        Returns
        -------
        (n,) float64
            In `unit`; also outside the part shown.
        """
        values = density_at(
            self.points, places_m, bandwidth_m=self.bandwidth_m, kernel=self.kernel
        )
        if self.edge is not None and self.divide_by_mass:
            values = _correct_edge(values, self.edge, places_m)
        return values / self.divisor

    def on_grid_shown(self, grid: Grid) -> FloatArray:
        """The density at the cell centres of a grid, in the part shown alone.

        Parameters
        ----------
        grid : Grid
            In the working CRS.

        Returns
        -------
        (rows, cols) float64
            In `unit`; NaN outside the part shown, whether the surface is cut there or not.
        """
        return _clip(self.on_grid(grid), self.shown_area, grid)

    def likely_tops(self) -> FloatArray:
        """Places at which the surface may be highest where a grid is too coarse to show it.

        Returns
        -------
        (n, 2) float64
            Places of incidents, the likeliest first.
        """
        points = self.points
        places_m = np.column_stack([points.x_m, points.y_m])
        if self.adaptive is not None:
            score = points.weight / self.adaptive.bandwidth_m**2
        else:
            score = density_at_places(
                points,
                bandwidth_m=self.bandwidth_m,
                kernel=self.kernel,
                on_progress=check_cancelled,
            )
        return places_m[np.argsort(-score, kind="stable")]

    def covering_grid(self, max_cells: int = LEGEND_CELLS) -> Grid:
        """A grid over `extent_m` that is fine enough for the bandwidth, within a number of cells.

        Parameters
        ----------
        max_cells : int
            About the largest number of cells.

        Returns
        -------
        Grid
            In the working CRS.
        """
        return covering_grid(self.extent_m, self.bandwidth_m, max_cells)

    @cached_property
    def _clip_area_mercator(self) -> Any:
        """The area that the surface is clipped to, in EPSG:3857."""

        def transform(xy_m: FloatArray) -> FloatArray:
            return transform_xy(xy_m, source=self.crs, target=WEB_MERCATOR)

        return None if self.clip_area is None else shapely.transform(self.clip_area, transform)


def covering_grid(
    extent_m: tuple[float, float, float, float], bandwidth_m: float, max_cells: int
) -> Grid:
    """A grid over an extent that is fine enough for a bandwidth, within a number of cells.

    Parameters
    ----------
    extent_m : left, bottom, right, top
        Metres in the working CRS.
    bandwidth_m : float
        Metres.
    max_cells : int
        About the largest number of cells.

    Returns
    -------
    Grid
        In the working CRS.
    """
    left, bottom, right, top = extent_m
    cell_m = max(
        bandwidth_m / CELLS_PER_BANDWIDTH, math.sqrt((right - left) * (top - bottom) / max_cells)
    )
    return Grid.covering(extent_m, cell_m=cell_m)


def _correct_edge(values: FloatArray, edge: EdgeMass, places_m: FloatArray) -> FloatArray:
    """Values corrected for the kernel's mass outside the study area; NaN outside."""
    finite_m = np.where(np.isfinite(places_m), places_m, -1e9)
    return values * edge.correction_at(finite_m).reshape(values.shape)


def _correct_edge_of_rows(values: FloatArray, edge: EdgeMass, grid: Grid) -> None:
    """Correct the values of a grid in place, some rows at a time: the places need much memory."""
    rows = max(EDGE_CELLS // grid.cols, 1)
    for first_row in range(0, grid.rows, rows):
        check_cancelled()
        band = values[first_row : first_row + rows]
        x, y = np.meshgrid(grid.x_centres_m, grid.y_centres_m[first_row : first_row + rows])
        band[:] = _correct_edge(band, edge, np.column_stack([x.ravel(), y.ravel()]))


def _clip(values: FloatArray, geometry: Any, grid: Grid) -> FloatArray:
    """The values, NaN outside a geometry; unchanged without one."""
    return values if geometry is None else np.where(inside_mask(geometry, grid), values, np.nan)


def _mercator_grid(tile: Tile, size: int) -> Grid:
    """The pixels of a tile as a grid in EPSG:3857."""
    left, _, right, top = tile.bounds_mercator_m
    return Grid(left, top, (right - left) / size, size, size)
