"""The window that a point pattern is looked at through, and what its edge takes away."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import numpy as np
import shapely
from numpy.typing import ArrayLike

from spatial.arrays import BoolArray, FloatArray, checked_points, frozen
from spatial.coordinates.grid import Grid
from spatial.coordinates.masks import inside_mask
from spatial.errors import InvalidParameterError

CELLS: Final = 1_024  # along the longer side
LOCATIONS: Final = 4_096  # about so many places where empty space is measured


@dataclass(frozen=True, eq=False)
class Overlap:
    """The area that a window shares with itself moved.

    Attributes
    ----------
    area_m2 : (steps + 1, 2 steps + 1) float64
        Moved north by the row and east by the column less `steps`, in steps.
    step_m : (2,) float64
        East and north.
    """

    area_m2: FloatArray
    step_m: FloatArray


class Window:
    """A polygon, and a grid over it.

    Parameters
    ----------
    geometry : shapely Polygon or MultiPolygon
        Valid, metres, with an area above 0.

    Raises
    ------
    InvalidParameterError
        If it has no area.
    """

    def __init__(self, geometry: Any) -> None:
        self.area_m2 = float(geometry.area)
        if not self.area_m2 > 0.0:
            raise InvalidParameterError("window", geometry.geom_type, "a polygon with an area")
        self.geometry = geometry
        shapely.prepare(geometry)
        left, bottom, right, top = geometry.bounds
        self.sides_m = (right - left, top - bottom)
        self.grid = Grid.covering(
            (left, bottom, right, top), cell_m=max(right - left, top - bottom) / CELLS
        )

    @cached_property
    def cut(self) -> BoolArray:
        """(rows, cols) Cells that the border may run through."""
        grid = self.grid
        border = shapely.segmentize(shapely.boundary(self.geometry), grid.cell_m / 2.0)
        xy_m = shapely.get_coordinates(border)
        cut = np.zeros((grid.rows + 2, grid.cols + 2), np.bool_)
        rows = np.floor((grid.top_m - xy_m[:, 1]) / grid.cell_m).astype(np.int64)
        cols = np.floor((xy_m[:, 0] - grid.left_m) / grid.cell_m).astype(np.int64)
        rows, cols = np.clip(rows, 0, grid.rows - 1) + 1, np.clip(cols, 0, grid.cols - 1) + 1
        for down in (-1, 0, 1):
            for right in (-1, 0, 1):
                cut[rows + down, cols + right] = True
        return np.asarray(frozen(cut[1:-1, 1:-1]), np.bool_)

    @cached_property
    def mask(self) -> BoolArray:
        """(rows, cols) Cells whose centre lies in the window."""
        return np.asarray(frozen(inside_mask(self.geometry, self.grid)), np.bool_)

    def contains(self, xy_m: FloatArray) -> BoolArray:
        """Which points lie in the window.

        Parameters
        ----------
        xy_m : (n, 2) float64
            Points, metres.

        Returns
        -------
        (n,) bool
            Exact: only points in cells on the border are tested one by one.
        """
        grid = self.grid
        rows = np.floor((grid.top_m - xy_m[:, 1]) / grid.cell_m).astype(np.int64)
        cols = np.floor((xy_m[:, 0] - grid.left_m) / grid.cell_m).astype(np.int64)
        is_inside = (rows >= 0) & (rows < grid.rows) & (cols >= 0) & (cols < grid.cols)
        rows, cols = rows[is_inside], cols[is_inside]
        inner, is_cut = self.mask[rows, cols].copy(), self.cut[rows, cols]
        x_m, y_m = xy_m[is_inside][is_cut].T
        inner[is_cut] = shapely.intersects_xy(self.geometry, x_m, y_m)
        is_inside[is_inside] = inner
        return np.asarray(is_inside, np.bool_)

    def overlap(self, reach_m: float) -> Overlap:
        """The area that the window shares with itself moved by up to a distance.

        Parameters
        ----------
        reach_m : float
            The distance, metres.

        Returns
        -------
        Overlap
            Exact for a rectangle; otherwise by cells, to about a thousandth.
        """
        width, height = self.sides_m
        cell_m = self.grid.cell_m
        steps = int(np.ceil(reach_m / cell_m)) + 1
        north, east = np.arange(steps + 1), np.arange(-steps, steps + 1)
        if abs(width * height - self.area_m2) < 1e-9 * self.area_m2:
            area = np.outer(
                np.maximum(height - north * cell_m, 0.0),
                np.maximum(width - np.abs(east) * cell_m, 0.0),
            )
        else:
            from scipy import fft  # slow to import, and few answers need it

            # Row 0 of the mask is north: a move north is one to lower rows.
            mask = self.mask.astype(np.float64)
            size = [fft.next_fast_len(n + steps, real=True) for n in mask.shape]
            waves = fft.rfft2(mask, s=size)
            shared = fft.irfft2(waves * np.conj(waves), s=size)
            area = shared[np.ix_(-north % size[0], east % size[1])] / shared[0, 0] * self.area_m2
        least = self.area_m2 / mask_cells(self)
        return Overlap(frozen(np.maximum(area, least)), frozen(np.array([cell_m, cell_m])))

    def border_distance(self, xy_m: ArrayLike, reach_m: float) -> FloatArray:
        """The distance of points in the window from its border.

        Parameters
        ----------
        xy_m : (n, 2) float64
            Points, metres.
        reach_m : float
            Beyond it, distances are infinite.

        Returns
        -------
        (n,) float64
            Metres.
        """
        points = checked_points(xy_m)
        distance = np.full(len(points), np.inf)
        index, near = self._border.query_nearest(
            shapely.points(points), max_distance=reach_m, return_distance=True, all_matches=False
        )
        distance[index[0]] = near
        return distance

    @cached_property
    def _border(self) -> shapely.STRtree:
        """The segments of the border."""
        lines = shapely.get_parts(shapely.boundary(self.geometry))
        segments: list[Any] = []
        for ring in lines:
            xy_m = shapely.get_coordinates(ring)
            segments.append(shapely.linestrings(np.stack([xy_m[:-1], xy_m[1:]], axis=1)))
        return shapely.STRtree(np.concatenate(segments))

    @cached_property
    def locations_m(self) -> FloatArray:
        """(about `LOCATIONS`, 2) Places evenly over the window."""
        width, height = self.sides_m
        cell_m = float(np.sqrt(self.area_m2 / LOCATIONS))
        x_m = self.grid.left_m + cell_m * (np.arange(int(width / cell_m) + 1) + 0.5)
        y_m = self.grid.top_m - cell_m * (np.arange(int(height / cell_m) + 1) + 0.5)
        lattice = np.stack(np.meshgrid(x_m, y_m), axis=-1).reshape(-1, 2)
        return np.asarray(frozen(lattice[self.contains(lattice)]), np.float64)


def mask_cells(window: Window) -> int:
    """The number of a window's cells, one at least."""
    return max(int(np.count_nonzero(window.mask)), 1)
