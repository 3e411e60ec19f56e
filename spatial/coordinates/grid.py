"""A regular raster of square cells in a metric coordinate system."""

import math
from dataclasses import dataclass
from typing import Self

import numpy as np

from spatial.arrays import FloatArray
from spatial.errors import InvalidGridError

MAX_CELLS = 50_000_000


@dataclass(frozen=True)
class Grid:
    """A grid of square cells, row 0 north; positions are metres in the working CRS.

    Attributes
    ----------
    left_m, top_m : float
        Easting of the left edge and northing of the top edge, metres.
    cell_m : float
        Side of a cell, metres; finite and above 0.
    rows, cols : int
        Number of cells, at least 1 each and at most `MAX_CELLS` in all.
    """

    left_m: float
    top_m: float
    cell_m: float
    rows: int
    cols: int

    def __post_init__(self) -> None:
        if not all(math.isfinite(v) for v in (self.left_m, self.top_m, self.cell_m)):
            raise InvalidGridError("its corner and its cell size must be finite")
        if self.cell_m <= 0:
            raise InvalidGridError(f"the cell size must be above 0 m, got {self.cell_m:g}")
        if self.rows < 1 or self.cols < 1:
            raise InvalidGridError(f"it needs cells, got {self.rows} rows of {self.cols}")
        if self.rows * self.cols > MAX_CELLS:
            raise InvalidGridError(
                f"{self.rows} rows of {self.cols} cells are more than the {MAX_CELLS} allowed: "
                "take larger cells or a smaller extent"
            )

    @classmethod
    def covering(
        cls, bounds_m: tuple[float, float, float, float], *, cell_m: float, margin_m: float = 0.0
    ) -> Self:
        """The smallest grid, aligned to multiples of the cell size, that covers an extent.

        Parameters
        ----------
        bounds_m : left, bottom, right, top
            The extent, metres.
        cell_m : float
            Side of a cell, metres.
        margin_m : float
            Added on every side before aligning, metres.
        """
        left, bottom, right, top = bounds_m
        if not all(math.isfinite(v) for v in (*bounds_m, cell_m, margin_m)):
            raise InvalidGridError("its extent and its cell size must be finite")
        if cell_m <= 0:
            raise InvalidGridError(f"the cell size must be above 0 m, got {cell_m:g}")
        if left > right or bottom > top:
            raise InvalidGridError(f"its extent {bounds_m} is not left, bottom, right, top")
        first_col = math.floor((left - margin_m) / cell_m)
        last_col = max(math.ceil((right + margin_m) / cell_m), first_col + 1)
        first_row = math.floor((bottom - margin_m) / cell_m)
        last_row = max(math.ceil((top + margin_m) / cell_m), first_row + 1)
        return cls(
            left_m=first_col * cell_m,
            top_m=last_row * cell_m,
            cell_m=cell_m,
            rows=last_row - first_row,
            cols=last_col - first_col,
        )

    @property
    def bounds_m(self) -> tuple[float, float, float, float]:
        """Left, bottom, right and top edge, metres."""
        return (
            self.left_m,
            self.top_m - self.rows * self.cell_m,
            self.left_m + self.cols * self.cell_m,
            self.top_m,
        )

    @property
    def x_centres_m(self) -> FloatArray:
        """(cols,) eastings of the cell centres, metres."""
        return self.left_m + (np.arange(self.cols, dtype=np.float64) + 0.5) * self.cell_m

    @property
    def y_centres_m(self) -> FloatArray:
        """(rows,) northings of the cell centres, metres, from north to south."""
        return self.top_m - (np.arange(self.rows, dtype=np.float64) + 0.5) * self.cell_m

    @property
    def cell_area_km2(self) -> float:
        """Area of one cell, km^2."""
        return self.cell_m * self.cell_m / 1e6
