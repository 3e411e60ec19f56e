"""Sensitivity of hot areas to the choices of an analysis."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from spatial.arrays import BoolArray, FloatArray, frozen
from spatial.errors import InvalidParameterError
from spatial.local_statistics.accuracy import share_of_choices
from spatial.local_statistics.hotspot_map import hotspot_map
from spatial.local_statistics.multiplicity import CORRECTIONS, Correction
from spatial.weights.weights import Neighbours


@dataclass(frozen=True)
class Choice:
    """One combination of neighbours, measure and correction, by name."""

    neighbours: str
    measure: str
    correction: Correction


@dataclass(frozen=True, eq=False)
class Sensitivity:
    """Which areas are hot under which choices; read-only arrays.

    Attributes
    ----------
    choices : tuple of Choice
        Every combination, in the order of `hot`.
    hot : (choices, n) bool
        Which areas are hot under each.
    share_hot : (n,) float64
        Share of the choices under which each area is hot.
    """

    choices: tuple[Choice, ...]
    hot: BoolArray
    share_hot: FloatArray


def sensitivity(
    measures: Mapping[str, ArrayLike],
    neighbours: Mapping[str, Neighbours],
    *,
    corrections: Sequence[Correction] = ("bh", "by"),
    level: float = 0.05,
    star: bool = True,
    permutations: int,
    most_permutations: int | None = None,
    seed: int = 0,
    threads: int = 1,
    on_progress: Callable[[int, int], None] | None = None,
) -> Sensitivity:
    """The areas that are hot under every combination of measures, neighbours and corrections.

    Parameters
    ----------
    measures : mapping of name to (n,) float64
        Counts, rates or smoothed rates of the same areas.
    neighbours : mapping of name to Neighbours
        Rules over the same areas.
    corrections : sequence of str
        Names as in `spatial.local_statistics.multiplicity.corrected`.
    level : float
        q up to which an area is hot, above 0 and below 1.
    star, permutations, most_permutations, seed, threads
        As `spatial.local_statistics.hotspot_map.hotspot_map`.
    on_progress : callable, optional
        Called as ``on_progress(maps done, maps)``.

    Returns
    -------
    Sensitivity

    Raises
    ------
    InvalidParameterError
        If there is no combination, a correction is unknown, or the level is out of range.

    Notes
    -----
    All maps share data and seed, so that the share of choices is not a probability: it shows
    how much the result depends on the analyst. Cost: one map per combination.
    """
    if not (measures and neighbours and corrections):
        raise InvalidParameterError("choices", 0, "at least one measure, rule and correction")
    if not set(corrections) <= set(CORRECTIONS):
        raise InvalidParameterError("corrections", tuple(corrections), ", ".join(CORRECTIONS))
    if not 0.0 < level < 1.0:
        raise InvalidParameterError("level", level, "above 0 and below 1")
    choices = tuple(
        Choice(rule, measure, correction)
        for rule in neighbours
        for measure in measures
        for correction in corrections
    )
    hot_rows = []
    for maps_done, choice in enumerate(choices, start=1):
        hotspots = hotspot_map(
            measures[choice.measure],
            neighbours[choice.neighbours],
            star=star,
            permutations=permutations,
            most_permutations=most_permutations,
            seed=seed,
            correction=choice.correction,
            threads=threads,
        )
        hot_rows.append(hotspots.hot(level))
        if on_progress is not None:
            on_progress(maps_done, len(choices))
    table = np.array(hot_rows)
    return Sensitivity(choices, frozen(table), frozen(share_of_choices(table)))
