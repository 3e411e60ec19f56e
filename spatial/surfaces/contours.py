"""Percent-volume contours: the smallest area with a given share of a surface's mass."""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import ArrayLike

from spatial.arrays import FloatArray, IntArray
from spatial.coordinates.grid import Grid
from spatial.coordinates.masks import checked_on_grid
from spatial.errors import InvalidParameterError, InvalidValuesError

DEFAULT_SHARES = (0.25, 0.50, 0.75)


@dataclass(frozen=True, eq=False)
class VolumeContour:
    """The smallest area with a share of the mass, and the contour around it.

    Attributes
    ----------
    share : float
        The requested share, above 0 and at most 1.
    density_per_km2 : float
        Density along the contour; at least this inside.
    geometry : shapely MultiPolygon
        Valid, may have holes, in the CRS of the grid; empty if the surface is.
    area_km2 : float
        Area of the polygons.
    mass : float
        Mass of the cells whose centres lie inside, in the unit of the weights.
    mass_share : float
        That mass as a share of the whole surface.
    """

    share: float
    density_per_km2: float
    geometry: Any
    area_km2: float
    mass: float
    mass_share: float

    @property
    def parts(self) -> int:
        """Number of separate areas."""
        return int(shapely.get_num_geometries(self.geometry))


def volume_contours(
    density: ArrayLike, grid: Grid, *, shares: Sequence[float] = DEFAULT_SHARES
) -> tuple[VolumeContour, ...]:
    """The smallest areas with given shares of the mass of a surface.

    Parameters
    ----------
    density : (rows, cols) float64
        Per km^2, at least 0; NaN (outside a study area) counts as 0.
    grid : Grid
        The grid of the surface.
    shares : sequence of float
        Each above 0 and at most 1.

    Returns
    -------
    tuple of VolumeContour
        In ascending order of the distinct shares; each area lies within the next.

    Raises
    ------
    InvalidValuesError
        If the surface does not have the shape of the grid, or is negative or infinite anywhere.
    InvalidParameterError
        If a share is not above 0 and at most 1.

    Notes
    -----
    Cells are included from the densest down until they reach the share. Cells of equal density
    are included together, so that the area may have more than the requested share if the
    surface has plateaus. The contour is traced by marching squares (contourpy) at the density
    halfway between the last cell included and the first excluded, and closes at the border of
    the grid. Its area agrees with that of the cells to about half a cell along its length, so
    cells should be at most a fifth of the bandwidth. The mass is that of the smoothed surface;
    the share of incidents inside is usually higher, because a kernel spreads them outwards.

    References
    ----------
    Worton (1989), Ecology 70, 164-168 (utilisation distributions); Hyndman (1996), Am. Stat.
    50, 120-126 (highest density regions).
    """
    surface = np.nan_to_num(
        checked_on_grid(density, grid, name="density").astype(np.float64), nan=0.0, posinf=-1.0
    )
    if surface.min() < 0.0:
        raise InvalidValuesError("density", "must be finite and at least 0, or NaN outside")
    sorted_shares = sorted(set(shares))
    for share in sorted_shares:
        if not 0.0 < share <= 1.0:
            raise InvalidParameterError("share", share, "above 0 and at most 1")
    values = np.sort(surface[surface > 0.0])[::-1]
    if not len(values):
        return tuple(_empty(share) for share in sorted_shares)
    cumulative_density = np.cumsum(values)
    return tuple(
        _contour(share, surface, grid, values, cumulative_density) for share in sorted_shares
    )


def _empty(share: float) -> VolumeContour:
    """The contour of a surface without mass."""
    return VolumeContour(share, 0.0, shapely.MultiPolygon(), 0.0, 0.0, float("nan"))


def _contour(
    share: float,
    surface: FloatArray,
    grid: Grid,
    values: FloatArray,
    cumulative_density: FloatArray,
) -> VolumeContour:
    """The contour of one share, from the densities and their running sum, densest first."""
    # The last cell needed, allowing for rounding of the sums; then all cells of equal density.
    last_cell = int(
        np.searchsorted(cumulative_density, share * cumulative_density[-1] * (1.0 - 1e-12))
    )
    lowest_density = float(values[min(last_cell, len(values) - 1)])
    cell_count = int(np.searchsorted(-values, -lowest_density, side="right"))
    next_density = float(values[cell_count]) if cell_count < len(values) else 0.0
    level = (lowest_density + next_density) / 2.0
    if not next_density < level < lowest_density:  # adjacent floating point numbers
        level = lowest_density
    geometry = _traced(surface, grid, level)
    mass = float(cumulative_density[cell_count - 1])
    return VolumeContour(
        share=share,
        density_per_km2=level,
        geometry=geometry,
        area_km2=float(geometry.area) / 1e6,
        mass=mass * grid.cell_area_km2,
        mass_share=mass / float(cumulative_density[-1]),
    )


def _traced(surface: FloatArray, grid: Grid, level: float) -> Any:
    """The area where the surface, linear between cell centres, is at least `level`."""
    import contourpy  # slow to import, and few requests need it

    padded_surface = np.pad(surface, 1)
    x = grid.left_m + (np.arange(grid.cols + 2) - 0.5) * grid.cell_m
    y = grid.top_m - (np.arange(grid.rows + 2) - 0.5) * grid.cell_m
    tracer = contourpy.contour_generator(
        x, y, padded_surface, name="serial", fill_type=contourpy.FillType.OuterOffset
    )
    filled_contours: Any = tracer.filled(level, np.inf)  # its type depends on the fill type
    areas = shapely.MultiPolygon(
        [
            polygon
            for points, ends in zip(*filled_contours, strict=True)
            for polygon in _polygons(points, ends)
        ]
    )
    if areas.is_valid:
        return areas
    return shapely.MultiPolygon(_parts_of_valid(areas))


def _polygons(points: FloatArray, ends: IntArray) -> list[Any]:
    """The polygon of an outer ring and its holes; several if the ring touches itself."""
    rings = [points[start:stop] for start, stop in itertools.pairwise(ends)]
    polygon = shapely.Polygon(rings[0], rings[1:])
    return [polygon] if polygon.is_valid else _parts_of_valid(polygon)


def _parts_of_valid(geometry: Any) -> list[Any]:
    """The area of an invalid geometry as valid polygons."""
    valid_geometry = shapely.make_valid(geometry, method="structure", keep_collapsed=False)
    return [part for part in shapely.get_parts(valid_geometry) if part.area > 0.0]
