"""Classes of clusters, by whether they are more than chance."""

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from spatial.arrays import FloatArray

CLASSES: Final = ("more than chance", "not more than chance", "not tested")


def cluster_classes(p_value: FloatArray, level: float) -> NDArray[Any]:
    """The class of each cluster.

    Parameters
    ----------
    p_value : (k,) float64
        NaN where nothing was tested.
    level : float
        The largest p that is more than chance.

    Returns
    -------
    (k,) object array
        Of `CLASSES`.
    """
    number = np.where(np.isnan(p_value), 2, np.where(p_value <= level, 0, 1))
    return np.array(CLASSES, dtype=object)[number]
