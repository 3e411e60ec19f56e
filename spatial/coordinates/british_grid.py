"""The British National Grid (EPSG:27700) by OSTN15, which defines it.

The grid is a transverse Mercator map of ETRS89, moved by shifts that Ordnance Survey publishes
every kilometre and that are linear between. `convertbng` carries them; they are read from it
once, because what it computes is rounded to the millimetre: that could not be undone exactly,
and would bend straight lines. PROJ has no part in the shifts, whatever grids it finds.
"""

import threading
from collections.abc import Callable

import numpy as np
import shapely
from numpy.typing import NDArray

from spatial.arrays import BoolArray, FloatArray

# The map before it is moved. GRS 80 without a datum: to PROJ it is that of either end.
UNSHIFTED_GRID = (
    "+proj=tmerc +lat_0=49 +lon_0=-2 +k=0.9996012717 +x_0=400000 +y_0=-100000 +ellps=GRS80 "
    "+units=m +no_defs +type=crs"
)
MEAN_STRETCH = 1.0000268  # metres of the grid per metre before it is moved; on land within 5e-5
AREA = "Great Britain and the Isle of Man, with some 20 km of sea around"

# What is within 20 km of Great Britain and the Isle of Man in Natural Earth 1:10m (public domain;
# islets and lighthouses that it lacks added, from Bishop Rock to Muckle Flugga), and nearer to
# them than to any other coast: bays filled, generalised to 4 km. Eastings and northings, km.
_AREA_KM = (
    (37, 934), (55, 965), (71, 968), (101, 961), (133, 977), (148, 997), (143, 1037), (155, 1050),
    (188, 1052), (208, 1033), (222, 1029), (258, 1046), (295, 1037), (311, 1044), (330, 1069),
    (376, 1076), (390, 1100), (375, 1133), (378, 1153), (410, 1199), (450, 1238), (464, 1241),
    (482, 1232), (488, 1220), (490, 1164), (475, 1145), (439, 1059), (408, 1046), (396, 1035),
    (386, 1006), (360, 966), (348, 913), (365, 890), (402, 889), (418, 882), (434, 853),
    (434, 836), (395, 749), (393, 704), (418, 665), (444, 646), (452, 587), (465, 553), (506, 527),
    (543, 483), (547, 448), (579, 376), (640, 356), (669, 330), (676, 289), (651, 201), (660, 177),
    (658, 143), (623, 102), (563, 77), (508, 81), (455, 56), (422, 62), (367, 50), (330, 59),
    (315, 50), (291, 19), (211, 17), (187, 0), (64, 0), (61, 11), (75, 32), (153, 65), (195, 114),
    (187, 171), (167, 186), (135, 193), (127, 213), (135, 226), (201, 276), (203, 293), (192, 325),
    (204, 353), (201, 387), (216, 426), (196, 461), (204, 501), (174, 575), (140, 617), (116, 625),
    (102, 639), (97, 688), (67, 716), (61, 747), (36, 774), (51, 825), (48, 842), (31, 870),
    (0, 882), (0, 920),
)  # fmt: skip

NODE_M = 1_000.0
COLS, ROWS = 701, 1_249  # of nodes from (0, 0); convertbng has none further north
_BLOCK = 100  # nodes along a side of what is read together
ROUNDS = 4  # each makes the error of the inverse 4e-4 of it or less: of 140 m 4e-12 m
_PLACES = 16_384


class _Shifts:
    """The shifts of OSTN15 in whole millimetres, read in squares of 100 km where needed."""

    def __init__(self) -> None:
        self._mm: NDArray[np.int32] = np.zeros((ROWS, COLS, 2), dtype=np.int32)
        self._is_read = np.zeros((-(-ROWS // _BLOCK), -(-COLS // _BLOCK)), dtype=np.bool_)
        self._lock = threading.Lock()

    def around(self, x_m: FloatArray, y_m: FloatArray) -> NDArray[np.int32]:
        """(rows, cols, 2) shifts, read where any of at least one finite place may need them."""
        left, bottom, right, top = x_m.min(), y_m.min(), x_m.max(), y_m.max()
        # A place is up to 140 m away before the shift, and lies between two nodes.
        rows = slice(*_blocks(bottom - NODE_M, top + 2.0 * NODE_M, ROWS))
        cols = slice(*_blocks(left - NODE_M, right + 2.0 * NODE_M, COLS))
        if not self._is_read[rows, cols].all():
            with self._lock:
                for row in range(rows.start, rows.stop):
                    for col in range(cols.start, cols.stop):
                        self._read(row, col)
        return self._mm

    def _read(self, row: int, col: int) -> None:
        """Read one square, unless it was."""
        if self._is_read[row, col]:
            return
        from convertbng.cutil import convert_etrs89_to_osgb36  # 30 MB, and not for every command

        rows = np.arange(row * _BLOCK, min((row + 1) * _BLOCK, ROWS))
        cols = np.arange(col * _BLOCK, min((col + 1) * _BLOCK, COLS))
        x_m, y_m = (axis.ravel() * NODE_M for axis in np.meshgrid(cols, rows))
        moved = np.column_stack(convert_etrs89_to_osgb36(x_m, y_m))
        mm = np.rint((moved - np.column_stack([x_m, y_m])) * 1_000.0)
        self._mm[rows[0] : rows[-1] + 1, cols[0] : cols[-1] + 1] = mm.reshape(
            len(rows), len(cols), 2
        )
        self._is_read[row, col] = True


SHIFTS = _Shifts()


def shifted(x_m: FloatArray, y_m: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Places on the British National Grid from those on the map before it is moved.

    Parameters
    ----------
    x_m, y_m : (n,) float64
        Easting and northing in `UNSHIFTED_GRID`, metres.

    Returns
    -------
    x_m, y_m : (n,) float64
        Easting and northing in EPSG:27700. Beyond the published shifts (0 to 700 km east and 0
        to 1,248 km north) the nearest one goes on, so that maps and boxes have no edge there.
        A place with a coordinate that is NaN or infinite stays what it is.

    Notes
    -----
    Not compiled: loading numba's machine code takes longer than to import a year of crimes.
    `map_shifts` has the same for pixels and points of maps.
    """
    return _by_blocks(x_m, y_m, _add_shifts)


def unshifted(x_m: FloatArray, y_m: FloatArray) -> tuple[FloatArray, FloatArray]:
    """The inverse of `shifted`, to within a hundredth of a micrometre.

    Parameters
    ----------
    x_m, y_m : (n,) float64
        Easting and northing in EPSG:27700, metres.
    """
    return _by_blocks(x_m, y_m, _take_shifts)


def in_area(xy_m: FloatArray) -> BoolArray:
    """Which places of EPSG:27700 are where OSTN15 is good.

    Parameters
    ----------
    xy_m : (n, 2) float64
        Easting and northing, metres.

    Returns
    -------
    (n,) bool
        False in Ireland, on the continent and far out at sea (`AREA`), and where not finite.
    """
    return np.asarray(shapely.contains_xy(_AREA, xy_m[:, 0], xy_m[:, 1]), dtype=np.bool_)


def meets_area(geometries: NDArray[np.object_]) -> BoolArray:
    """Which shapes in EPSG:27700 have a part where OSTN15 is good.

    Parameters
    ----------
    geometries : (n,) object array
        Shapes, metres.

    Returns
    -------
    (n,) bool
    """
    return np.asarray(shapely.intersects(_AREA, geometries), dtype=np.bool_)


def _area() -> shapely.Polygon:
    """`_AREA_KM` as a shape, made ready for many questions."""
    area = shapely.Polygon(np.array(_AREA_KM, dtype=np.float64) * 1_000.0)
    shapely.prepare(area)
    return area


_AREA = _area()


def _blocks(low_m: float, high_m: float, nodes: int) -> tuple[int, int]:
    """First and last (exclusive) block of the nodes between two coordinates."""
    first, last = (min(max(v / NODE_M, 0.0), nodes - 1.0) for v in (low_m, high_m))
    return int(first) // _BLOCK, int(last) // _BLOCK + 1


def _by_blocks(
    x_m: FloatArray, y_m: FloatArray, move: Callable[..., tuple[FloatArray, FloatArray]]
) -> tuple[FloatArray, FloatArray]:
    """Places moved, so many at a time that they stay in the processor's cache."""
    x_out, y_out = np.array(x_m, dtype=np.float64), np.array(y_m, dtype=np.float64)
    usable = np.isfinite(x_out) & np.isfinite(y_out)
    if not usable.all():
        x_out[usable], y_out[usable] = _by_blocks(x_out[usable], y_out[usable], move)
        return x_out, y_out
    for first in range(0, len(x_out), _PLACES):
        block = slice(first, first + _PLACES)
        x, y = x_out[block], y_out[block]
        x_out[block], y_out[block] = move(x, y, SHIFTS.around(x, y))
    return x_out, y_out


def _add_shifts(
    x_m: FloatArray, y_m: FloatArray, shifts_mm: NDArray[np.int32]
) -> tuple[FloatArray, FloatArray]:
    """Finite places moved."""
    east, north = _shift_at(x_m, y_m, shifts_mm)
    return x_m + east, y_m + north


def _take_shifts(
    x_m: FloatArray, y_m: FloatArray, shifts_mm: NDArray[np.int32]
) -> tuple[FloatArray, FloatArray]:
    """Finite places where they were before they were moved, by iteration."""
    x, y = x_m, y_m
    for _ in range(ROUNDS):
        east, north = _shift_at(x, y, shifts_mm)
        x, y = x_m - east, y_m - north
    return x, y


def _shift_at(
    x_m: FloatArray, y_m: FloatArray, shifts_mm: NDArray[np.int32]
) -> tuple[FloatArray, FloatArray]:
    """The shifts of finite places, metres east and north: linear between the nodes."""
    across, up = np.clip(x_m / NODE_M, 0.0, COLS - 1.0), np.clip(y_m / NODE_M, 0.0, ROWS - 1.0)
    col = np.minimum(across.astype(np.int64), COLS - 2)
    row = np.minimum(up.astype(np.int64), ROWS - 2)
    node = row * COLS + col
    nodes_mm = shifts_mm.reshape(-1, 2)
    corner, eastern = nodes_mm[node], nodes_mm[node + 1]
    above, opposite = nodes_mm[node + COLS], nodes_mm[node + COLS + 1]
    east, north = (across - col)[:, None], (up - row)[:, None]
    slope = (eastern - corner) + (opposite - above - eastern + corner) * north
    shift = (corner + (above - corner) * north + slope * east) / 1_000.0
    return shift[:, 0], shift[:, 1]
