"""Hotspot maps of the steps of a space-time cube, each against a window of steps."""

from collections.abc import Callable, Iterator
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from spatial.arrays import FloatArray
from spatial.errors import ConstantValuesError, InvalidParameterError
from spatial.local_statistics.hotspot_map import HotspotMap
from spatial.local_statistics.multiplicity import Correction, confidence_classes, corrected
from spatial.weights.weights import Neighbours

Window = Literal["step", "neighbourhood", "cube"]


def default_window(earlier_steps: int) -> Window:
    """The window of a statistic: its own step, or the whole cube where it sums earlier steps.

    Parameters
    ----------
    earlier_steps : int
        Number of earlier steps that count as neighbours.

    Returns
    -------
    str
        A window.
    """
    return "cube" if earlier_steps else "step"


def maps_of_steps(
    values: ArrayLike,
    neighbours: Neighbours,
    *,
    earlier_steps: int,
    window: Window,
    make_map: Callable[..., HotspotMap],
    correction: Correction,
) -> Iterator[HotspotMap | None]:
    """A hotspot map of each step, oldest first; None where all values of its window are equal.

    Parameters
    ----------
    values : (n, steps) float64
        Per area and step, oldest first.
    neighbours : Neighbours
        Structure over the n areas.
    earlier_steps : int
        Number of earlier steps in which an area and its neighbours count, at least 0.
    window : {'step', 'neighbourhood', 'cube'}
        The values that give mean and spread and are dealt out again: those of the step alone, of
        the step with its earlier steps (as many as there are), or of all steps.
    make_map : callable
        Makes a map of values and neighbours.
    correction : str
        Of p over the areas of one step.

    Yields
    ------
    HotspotMap or None
        Of the n areas in one step.

    Raises
    ------
    InvalidParameterError
        If a window of one step is asked for with earlier steps, which would lie outside it.

    Notes
    -----
    The windows are those that ArcGIS Pro offers: individual time step, neighborhood time step and
    entire cube. A step is compared with what came before it, or with all there is; in the cube a
    late step decides what is hot in an early one.

    References
    ----------
    Esri, Emerging Hot Spot Analysis (ArcGIS Pro 3), parameter Define Global Window.
    """
    if window == "step" and earlier_steps:
        raise InvalidParameterError(
            "window", window, "neighbourhood or cube where earlier steps count"
        )
    table = np.asarray(values, dtype=np.float64)
    n, steps = table.shape
    if window == "cube":
        links = space_time(neighbours, steps, earlier_steps=earlier_steps)
        cube = make_map(table.T.ravel(), links)
        for step in range(steps):
            yield _slice(cube, slice(step * n, (step + 1) * n), correction)
        return
    for step in range(steps):
        first = max(step - earlier_steps, 0)
        depth = step - first + 1
        links = (
            neighbours
            if depth == 1
            else space_time(neighbours, depth, earlier_steps=depth - 1, last_only=True)
        )
        try:
            part = make_map(table[:, first : step + 1].T.ravel(), links)
        except ConstantValuesError:
            yield None
            continue
        yield part if depth == 1 else _slice(part, slice((depth - 1) * n, depth * n), correction)


def space_time(
    neighbours: Neighbours, steps: int, *, earlier_steps: int, last_only: bool = False
) -> Neighbours:
    """Neighbours in a space-time cube, with one cell per step and area.

    Parameters
    ----------
    neighbours : Neighbours
        Structure over the n areas.
    steps : int
        Length of the series, at least 1.
    earlier_steps : int
        Number of earlier steps in which an area and its neighbours count, at least 0.
    last_only : bool
        Whether the cells of the last step alone have neighbours.

    Returns
    -------
    Neighbours
        Over steps x n cells, step by step, oldest first. Directed: later steps are never
        neighbours, so that a step does not depend on what came after it.
    """
    n = neighbours.n
    rows = neighbours.with_self()
    link_origins = np.repeat(np.arange(n), neighbours.counts)
    self_link_origins = np.repeat(np.arange(n), np.diff(rows.indptr))
    origin, target, weights = [], [], []
    for step in range(steps - 1 if last_only else 0, steps):
        origin.append(link_origins + step * n)
        target.append(neighbours.indices + step * n)
        weights.append(neighbours.weights)
        for steps_back in range(1, min(earlier_steps, step) + 1):
            origin.append(self_link_origins + step * n)
            target.append(rows.indices + (step - steps_back) * n)
            weights.append(rows.weights)
    return Neighbours.from_pairs(
        steps * n,
        np.concatenate(origin),
        np.concatenate(target),
        np.concatenate(weights),
        directed=True,
        self_weights=np.tile(neighbours.self_weights, steps),
        rule=f"{neighbours.rule}, {earlier_steps} earlier steps",
    )


def _slice(cube: HotspotMap, part: slice, correction: Correction) -> HotspotMap:
    """The map of one step of a cube; q is corrected over the areas of that step."""
    is_analytic = np.isnan(cube.p_permutation).all()
    p_value: FloatArray = (cube.p_value if is_analytic else cube.p_permutation)[part]
    q_value = corrected(p_value, correction=correction)
    return HotspotMap(
        z_score=cube.z_score[part],
        p_value=cube.p_value[part],
        p_permutation=cube.p_permutation[part],
        q_value=q_value,
        tail=cube.tail[part],
        classes=confidence_classes(cube.z_score[part], q_value, tail=cube.tail[part]),
    )
