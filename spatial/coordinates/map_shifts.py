"""The shifts of OSTN15, compiled: for the pixels and points of maps, many at a time.

The same arithmetic as in `british_grid`, which a test holds them to.
"""

import numpy as np
from numpy.typing import NDArray

from spatial.arrays import FloatArray
from spatial.compiled import compiled
from spatial.coordinates.british_grid import COLS, NODE_M, ROUNDS, ROWS, SHIFTS


def shift_in_place(x_m: FloatArray, y_m: FloatArray) -> None:
    """As `british_grid.shifted`, written over the columns.

    Parameters
    ----------
    x_m, y_m : (n,) float64
        Contiguous; a place that is not finite stays what it is.
    """
    _move(x_m, y_m, _shifts_around(x_m, y_m), False)


def unshift_in_place(x_m: FloatArray, y_m: FloatArray) -> None:
    """As `british_grid.unshifted`, written over the columns.

    Parameters
    ----------
    x_m, y_m : (n,) float64
        Contiguous; a place that is not finite stays what it is.
    """
    _move(x_m, y_m, _shifts_around(x_m, y_m), True)


def _shifts_around(x_m: FloatArray, y_m: FloatArray) -> NDArray[np.int32]:
    """The shifts, read where places need them."""
    left, bottom, right, top = _extent(x_m, y_m)
    return SHIFTS.around(np.array([left, right]), np.array([bottom, top]))


@compiled
def _extent(x_m: FloatArray, y_m: FloatArray) -> tuple[float, float, float, float]:
    """Left, bottom, right and top of the finite places; zeros where there are none."""
    left, bottom, right, top = np.inf, np.inf, -np.inf, -np.inf
    for i in range(x_m.shape[0]):
        x, y = x_m[i], y_m[i]
        if np.isfinite(x) and np.isfinite(y):
            left, right = min(left, x), max(right, x)
            bottom, top = min(bottom, y), max(top, y)
    if left > right:
        return 0.0, 0.0, 0.0, 0.0
    return left, bottom, right, top


@compiled
def _move(x_m: FloatArray, y_m: FloatArray, shifts_mm: NDArray[np.int32], back: bool) -> None:
    """Each place moved, or back to where it was before.

    Neighbours in the columns are often in one square, whose shifts are then read once.
    """
    rounds = ROUNDS if back else 1
    sign = -1.0 if back else 1.0
    col, row = -1, -1
    x0, x1, x2, x3, y0, y1, y2, y3 = 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0
    for i in range(x_m.shape[0]):
        x, y = x_m[i], y_m[i]
        if not (np.isfinite(x) and np.isfinite(y)):
            continue
        x_to, y_to = x, y
        for _ in range(rounds):
            across, up = _in_nodes(x_to, COLS), _in_nodes(y_to, ROWS)
            if int(across) != col or int(up) != row:
                col, row = min(int(across), COLS - 2), min(int(up), ROWS - 2)
                x0, x1, x2, x3 = _square(shifts_mm, col, row, 0)
                y0, y1, y2, y3 = _square(shifts_mm, col, row, 1)
            east, north = across - col, up - row
            x_to = x + sign * ((x0 + x2 * north + (x1 + x3 * north) * east) / 1_000.0)
            y_to = y + sign * ((y0 + y2 * north + (y1 + y3 * north) * east) / 1_000.0)
        x_m[i], y_m[i] = x_to, y_to


@compiled
def _in_nodes(place_m: float, nodes: int) -> float:
    """A coordinate in distances of nodes, from the first to the last of them."""
    place = place_m / NODE_M
    if place < 0.0:
        return 0.0
    return min(place, nodes - 1.0)


@compiled
def _square(
    shifts_mm: NDArray[np.int32], col: int, row: int, axis: int
) -> tuple[float, float, float, float]:
    """The shift in a square as 1, east, north and east times north from its corner, mm."""
    corner, eastern = shifts_mm[row, col, axis], shifts_mm[row, col + 1, axis]
    above, opposite = shifts_mm[row + 1, col, axis], shifts_mm[row + 1, col + 1, axis]
    return (
        float(corner),
        float(eastern - corner),
        float(above - corner),
        float(opposite - above - eastern + corner),
    )
