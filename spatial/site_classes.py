"""Development sites in a few classes of size and of completion, for symbols on a map."""

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
"""Label and lower bound of each class of homes planned, smallest first."""

NOT_STATED: Final = "homes not stated"
NOT_PUBLISHED: Final = "completions not published"
COMPLETIONS: Final = ("not begun", "less than half complete", "half or more complete", "complete")
"""Classes of completed over planned homes, least first; `NOT_PUBLISHED` where not known."""


def size_classes(homes_planned: ArrayLike) -> AnyArray:
    """The label of each site's size.

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
    at = np.searchsorted([low for _, low in SIZES], np.nan_to_num(homes), side="right") - 1
    return _labelled(labels[np.maximum(at, 0)], ~np.isfinite(homes), NOT_STATED)


def completion_classes(homes_planned: ArrayLike, homes_completed: ArrayLike) -> AnyArray:
    """The label of how far each site is complete.

    Parameters
    ----------
    homes_planned, homes_completed : (n,) float64
        At least 0; NaN where not stated or not published.

    Returns
    -------
    (n,) object
        A label of `COMPLETIONS`, or `NOT_PUBLISHED` where either is not known.
    """
    planned = np.asarray(homes_planned, dtype=np.float64)
    completed = np.asarray(homes_completed, dtype=np.float64)
    known = np.isfinite(planned) & np.isfinite(completed)
    done = np.where(known, completed, 0.0)
    at = np.where(done > 0, 1, 0)
    at = np.where((done > 0) & (2.0 * done >= np.where(known, planned, np.inf)), 2, at)
    at = np.where(known & (done >= np.where(known, planned, np.inf)), 3, at)
    return _labelled(np.array(COMPLETIONS, dtype=object)[at], ~known, NOT_PUBLISHED)


def _labelled(labels: AnyArray, where: NDArray[np.bool_], word: str) -> AnyArray:
    """The labels with one word in some places."""
    out = labels.copy()
    out[where] = word
    return out
