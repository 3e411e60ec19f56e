"""Development sites in classes: how far built, and how large."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from spatial.arrays import FloatArray

COMPLETION_CLASSES = ("not started", "under way", "complete", "completions unknown")


def completion_classes(planned: FloatArray, completed: FloatArray) -> NDArray[Any]:
    """(n,) how far each site is built; NaN completions are unknown."""
    conditions = [~np.isfinite(completed), completed <= 0, completed < planned]
    names = ["completions unknown", "not started", "under way"]
    return np.select(conditions, [np.array(n, dtype=object) for n in names], "complete")
