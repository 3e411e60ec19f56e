"""Places moved from one coordinate system to another by others: convertbng and PROJ."""

import numpy as np
import pyproj
from convertbng.cutil import convert_bng, convert_lonlat

GRID, DEGREES = "EPSG:27700", "EPSG:4326"


def moved(xy: np.ndarray, *, crs: str, target: str) -> np.ndarray:
    """(..., 2) coordinates in another system: to the British grid to a millimetre.

    From it, to three: convertbng stops its iteration early.
    """
    x, y = np.asarray(xy, dtype=np.float64)[..., 0], np.asarray(xy, dtype=np.float64)[..., 1]
    shape = x.shape
    x, y = x.ravel(), y.ravel()
    if crs == GRID != target:
        x, y = convert_lonlat(x, y)
        crs = DEGREES
    to_grid = target == GRID != crs
    if to_grid:
        target = DEGREES
    x, y = pyproj.Transformer.from_crs(crs, target, always_xy=True).transform(x, y)
    if to_grid:
        x, y = convert_bng(x, y)
    return np.stack([np.reshape(x, shape), np.reshape(y, shape)], axis=-1)
