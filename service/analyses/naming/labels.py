"""Names made distinct within one list."""

from collections.abc import Sequence
from typing import Final

import numpy as np

from spatial.arrays import FloatArray

WINDS: Final = (
    "east", "north-east", "north", "north-west", "west", "south-west", "south", "south-east",
)  # fmt: skip


def distinct_labels(
    names: Sequence[str | None],
    *,
    towns: Sequence[str | None],
    others: Sequence[str | None],
    xy_m: FloatArray,
) -> list[str | None]:
    """The names, those that occur more than once with what tells them apart.

    Parameters
    ----------
    names : (n,) sequence of str or None
        None for a point without a name; stays None.
    towns : (n,) sequence of str or None
        Town or village of each.
    others : (n,) sequence of str or None
        The next nearest other name of each: for a street, most often the one that it meets.
    xy_m : (n, 2) float64
        The points, metres.

    Returns
    -------
    list of str or None
        Distinct. What is added, where it differs: the town, the other name, the side that the
        point is on among those of the name, and at last a number.
    """
    labels = list(names)
    _add(labels, [f", {town}" if town else "" for town in towns])
    _add(labels, [f" near {other}" if other else "" for other in others])
    for group in _repeated(labels):
        middle = xy_m[group].mean(axis=0)
        for index in group:
            label = labels[index]
            dx, dy = (xy_m[index] - middle).tolist()
            if np.hypot(dx, dy) >= 1.0:
                wind = round(np.arctan2(dy, dx) / (np.pi / 4.0)) % len(WINDS)
                labels[index] = f"{label} ({WINDS[wind]})"
    used = {label for label in labels if label is not None}
    for group in _repeated(labels):
        for index in group[1:]:
            label, number = labels[index], 2
            while f"{label} ({number})" in used:
                number += 1
            labels[index] = f"{label} ({number})"
            used.add(f"{label} ({number})")
    return labels


def _repeated(labels: Sequence[str | None]) -> list[list[int]]:
    """The positions of each label that occurs more than once."""
    positions: dict[str, list[int]] = {}
    for index, label in enumerate(labels):
        if label is not None:
            positions.setdefault(label, []).append(index)
    return [group for group in positions.values() if len(group) > 1]


def _add(labels: list[str | None], additions: Sequence[str]) -> None:
    """Add to each repeated label what differs among those that have it."""
    for group in _repeated(labels):
        if len({additions[index] for index in group}) > 1:
            for index in group:
                labels[index] = f"{labels[index]}{additions[index]}"
