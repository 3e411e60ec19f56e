"""What a density surface of published cells leaves blank, and how disclosive it is."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from spatial.arrays import BoolArray, FloatArray

_EQUATOR_M: Final = 156_543.04  # of ground in a pixel at zoom 0


@dataclass(frozen=True, eq=False)
class BlankAreas:
    """Areas that are left blank on a density.

    Attributes
    ----------
    policy : str
        Label of the policy that says so.
    layer : str
        The boundary layer of the areas.
    fewer_than : int
        An area with fewer of the incidents selected is blank.
    is_counted : (n,) bool
        Which incidents count: not those that a hidden cell may not stand for.
    maximum_zoom : int
        The closest zoom at which tiles may be asked for.
    """

    policy: str
    layer: str
    fewer_than: int
    is_counted: BoolArray
    maximum_zoom: int


def pixel_m(zoom: int) -> float:
    """The ground in a pixel of a tile, metres at the equator.

    Parameters
    ----------
    zoom : int
        Of the tile.

    Returns
    -------
    float
        Less of it away from the equator.
    """
    return float(_EQUATOR_M / 2**zoom)


def sensitive_share(density: FloatArray, of_one_record: float, *, fewer_than: int) -> float:
    """The share of the cells of a surface to which too few records contribute.

    Parameters
    ----------
    density : ndarray of float64
        Of the cells; NaN where the surface is blank.
    of_one_record : float
        What one record adds, in the same unit, half a reach of the kernel east and north of it.
    fewer_than : int
        A cell is sensitive where its density is below that of so many such records.

    Returns
    -------
    float
        Of the cells above 0; 0 where there are none.

    References
    ----------
    De Jonge and de Wolf (2016), Spatial smoothing and statistical disclosure control; the score
    of a smoothed raster in their package sdcSpatial.
    """
    shown = density[density > 0.0]
    return float(np.mean(shown < fewer_than * of_one_record)) if len(shown) else 0.0
