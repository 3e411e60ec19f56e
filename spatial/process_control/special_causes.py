"""Special causes of an XmR chart: the rules of Making Data Count, and what they say."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from spatial.arrays import BoolArray, IntArray, frozen
from spatial.process_control.limits import ProcessLimits, sides, signs

RUN: Final = 7
RULES: Final = ("outside limits", "trend", "two in three", "shift")
"""In the order in which the first that a value meets names its cause."""


@dataclass(frozen=True, eq=False)
class SpecialCauses:
    """Which values have a special cause; read-only arrays.

    Attributes
    ----------
    rules : (4, n) bool
        Whether a value is part of a hit of each of `RULES`.
    direction : (n,) int64
        1 if the first rule that it meets says high or rising, -1 for low or falling, 0 where it
        meets none: common cause.
    """

    rules: BoolArray
    direction: IntArray

    def names(self) -> tuple[str, ...]:
        """The rules that each value meets, with commas between; empty for common cause."""
        return tuple(
            ", ".join(name for name, is_met in zip(RULES, column, strict=True) if is_met)
            for column in self.rules.T
        )


def special_causes(limits: ProcessLimits) -> SpecialCauses:
    """The special causes of a series.

    Parameters
    ----------
    limits : ProcessLimits
        Of the series.

    Returns
    -------
    SpecialCauses
        For each value.

    Notes
    -----
    Rules: a value outside the limits; 7 values in a row on one side of the mean; 7 that rise or
    fall one after the other; two of three in a row between the near and the outer limit, all
    three on that side of the mean, of which those near the limit are marked. A run does not cross
    the beginning of a segment or a gap. A value that ends one trend and begins another has the
    direction of the later. Of series of 24 values of one process
    a fifth have a hit.

    References
    ----------
    NHS England, Making Data Count; NHSRplotthedots 0.2.2, function ptd_calculate_point_type. It
    differs where two trends adjoin without a value in common: there the package takes the step
    between them for the direction of the first one's last value.
    """
    value, side = limits.value, sides(limits)
    scale = limits.mean
    beyond = signs(value - limits.upper, scale=scale), signs(limits.lower - value, scale=scale)
    is_outside = (beyond[0] > 0) | (beyond[1] > 0)
    is_near = ~is_outside & (
        (signs(value - limits.upper_near, scale=scale) > 0)
        | (signs(limits.lower_near - value, scale=scale) > 0)
    )
    step = signs(np.diff(value, prepend=np.nan), scale=scale)
    step[limits.starts] = 0
    rising = _runs(step, RUN - 1)
    begins = np.flatnonzero((rising[1:] != 0) & (rising[1:] != rising[:-1]))
    trend = rising.copy()
    trend[begins] = rising[begins + 1]
    is_in_three = is_near & _is_in_three(side, is_near, limits.starts)
    shift = _runs(side, RUN, limits.starts)
    rules = np.array([is_outside, trend != 0, is_in_three, shift != 0])
    direction = np.select(
        [is_outside, trend != 0, is_in_three | (shift != 0)], [side, trend, side]
    )
    return SpecialCauses(frozen(rules), frozen(direction))


def _runs(sign: IntArray, least: int, starts: BoolArray | None = None) -> IntArray:
    """The sign of each value that is in a run of at least so many equal ones, otherwise 0."""
    begins = np.diff(sign, prepend=2) != 0
    if starts is not None:
        begins |= starts
    number = np.cumsum(begins) - 1
    return np.where(np.bincount(number)[number] >= least, sign, 0) if len(sign) else sign


def _is_in_three(side: IntArray, is_near: BoolArray, starts: BoolArray) -> BoolArray:
    """Whether a value is one of three in a row on one side, of which two are near a limit."""
    is_hit = np.zeros(len(side), np.bool_)
    if len(side) < 3:
        return is_hit
    three = [slice(k, len(side) - 2 + k) for k in range(3)]
    is_unbroken = ~starts[three[1]] & ~starts[three[2]]
    total = sum(side[part] for part in three)
    near_count = sum(is_near[part].astype(np.int64) for part in three)
    hit = is_unbroken & (np.abs(total) == 3) & (near_count >= 2)
    for part in three:
        is_hit[part] |= hit
    return is_hit
