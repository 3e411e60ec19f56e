"""Four plain classes of hot and cold spots over time, for those who do not need seventeen."""

import math

import numpy as np
from numpy.typing import ArrayLike

from spatial.arrays import AnyArray
from spatial.errors import InvalidValuesError

PLAIN_KINDS = ("persistent", "emerging", "intermittent", "former")
NEVER = "never hot or cold"
PLAIN_CLASSES = (
    *(f"{kind} hot spot" for kind in PLAIN_KINDS),
    *(f"{kind} cold spot" for kind in PLAIN_KINDS),
    NEVER,
)


def recent_steps(steps: int) -> int:
    """How many steps at the end are recent: a quarter of them, rounded up.

    Parameters
    ----------
    steps : int
        All of them.

    Returns
    -------
    int
        At least 1.
    """
    return max(math.ceil(steps / 4), 1)


def plain_classes(classes: ArrayLike) -> AnyArray:
    """The plain class of each series of steps.

    Parameters
    ----------
    classes : (n, steps) int
        1 hot, -1 cold, 0 neither, oldest first; at least one step.

    Returns
    -------
    (n,) str
        One of `PLAIN_CLASSES`.

    Raises
    ------
    InvalidValuesError
        If there is no step, or another value.

    Notes
    -----
    An area is a hot or a cold spot by its latest step that was either. The first that applies,
    given for hot: former, no hot step among the recent ones; persistent, at least 90 % of all
    steps hot; emerging, all its hot steps in one unbroken run that lasts to the last step;
    intermittent, anything else.
    """
    table = np.asarray(classes)
    if table.ndim != 2 or table.shape[1] < 1 or not np.all(np.isin(table, (-1, 0, 1))):
        raise InvalidValuesError("classes", "must be areas by steps of -1, 0 or 1, a step or more")
    steps = table.shape[1]
    is_either = table != 0
    latest = steps - 1 - np.argmax(is_either[:, ::-1], axis=1)
    sign = table[np.arange(len(table)), latest]  # 0 where no step was either
    is_spot = table == sign[:, None]
    count = is_spot.sum(axis=1)
    run = np.where(is_spot.all(axis=1), steps, np.argmin(is_spot[:, ::-1], axis=1))
    kind = np.select(
        [latest < steps - recent_steps(steps), 10 * count >= 9 * steps, count == run],
        [PLAIN_KINDS.index(name) for name in ("former", "persistent", "emerging")],
        PLAIN_KINDS.index("intermittent"),
    )
    index = np.where(sign == 0, len(PLAIN_CLASSES) - 1, kind + len(PLAIN_KINDS) * (sign == -1))
    return np.array(PLAIN_CLASSES, dtype=object)[index]
