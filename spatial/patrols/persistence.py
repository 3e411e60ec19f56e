"""How often a place for patrols was hot, in words."""

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from spatial.arrays import FloatArray

NOT_KNOWN: Final = "no whole quarter"
CLASSES: Final = (
    "hot in every quarter",
    "hot in most quarters",
    "hot in some quarters",
    "hot in no quarter",
    NOT_KNOWN,
)


def persistence_classes(hot: FloatArray, quarters: FloatArray) -> NDArray[Any]:
    """The class of each place.

    Parameters
    ----------
    hot : (n,) float64
        Quarters in which it was hot; NaN where there is no whole quarter.
    quarters : (n,) float64
        Quarters looked at.

    Returns
    -------
    (n,) object array
        Of `CLASSES`; most is more than half.
    """
    conditions = [np.isnan(hot) | (quarters <= 0), hot >= quarters, 2 * hot > quarters, hot > 0]
    names = [NOT_KNOWN, *CLASSES[:3]]
    return np.select(conditions, [np.array(name, dtype=object) for name in names], CLASSES[3])
