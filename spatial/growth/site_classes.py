"""Size classes of development sites, for symbols on a map."""

from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from spatial.arrays import AnyArray

SIZES: Final = (
    ("under 500 homes", 0.0),
    ("500 to 1,999 homes", 500.0),
    ("2,000 to 4,999 homes", 2_000.0),
    ("5,000 homes or more", 5_000.0),
)
"""Label and least number of planned homes of each class, smallest first."""

NOT_STATED: Final = "homes not stated"


def size_classes(homes_planned: ArrayLike) -> AnyArray:
    """The size class of each site.

    Parameters
    ----------
    homes_planned : (n,) float64
        At least 0; NaN where not stated.

    Returns
    -------
    (n,) object
        A label of `SIZES`, or `NOT_STATED`.
    """
    homes = np.asarray(homes_planned, dtype=np.float64)
    labels = np.array([label for label, _ in SIZES], dtype=object)
    class_index = (
        np.searchsorted([low for _, low in SIZES], np.nan_to_num(homes), side="right") - 1
    )
    return _labelled(labels[np.maximum(class_index, 0)], ~np.isfinite(homes), NOT_STATED)


def _labelled(labels: AnyArray, mask: NDArray[np.bool_], word: str) -> AnyArray:
    """A copy of the labels, with one word where the mask is True."""
    out = labels.copy()
    out[mask] = word
    return out
