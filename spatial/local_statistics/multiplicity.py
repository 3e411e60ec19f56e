"""Corrections for multiple testing over the areas of a map, and the classes based on them."""

import math
from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal, get_args

import numpy as np
from numpy.typing import ArrayLike

from spatial.arrays import AnyArray, FloatArray
from spatial.errors import InvalidParameterError, InvalidValuesError

Correction = Literal["bh", "by", "bonferroni", "holm", "none"]
CORRECTIONS: tuple[Correction, ...] = get_args(Correction)

CORRECTION_TITLES: Mapping[str, str] = MappingProxyType(
    {
        "bh": "false discovery rate, Benjamini and Hochberg (1995)",
        "by": "false discovery rate under any dependence, Benjamini and Yekutieli (2001)",
        "bonferroni": "family-wise error rate, Bonferroni",
        "holm": "family-wise error rate, Holm (1979)",
        "none": "none: each area on its own",
    }
)

NOT_SIGNIFICANT = "not significant"
NOT_TESTED = "not tested"
LEVELS = (0.01, 0.05, 0.10)
LEAST_AREAS = 30
"""Over fewer areas than this, dealing values out among them is no test: see `is_testable`."""
CLASSES = (
    "hot 99",
    "hot 95",
    "hot 90",
    NOT_SIGNIFICANT,
    "cold 90",
    "cold 95",
    "cold 99",
    NOT_TESTED,
)


def is_testable(areas: int) -> bool:
    """Whether a statistic whose null deals values among so many areas is tested at all.

    Parameters
    ----------
    areas : int
        Areas that have a value.

    Returns
    -------
    bool
        True from `LEAST_AREAS` on.

    Notes
    -----
    With six districts and five neighbours each there is one arrangement; with few areas a
    neighbourhood is a large part of the map, its sum is nearly fixed by the total, and
    "nothing is significant" would say something about the number of areas alone.
    """
    return areas >= LEAST_AREAS


def corrected(p_value: ArrayLike, *, correction: Correction = "bh") -> FloatArray:
    """Each p adjusted for multiple testing: its q value under the named correction.

    Parameters
    ----------
    p_value : (n,) float64
        From 0 to 1; NaN where an area was not tested, which then does not count as a test.
    correction : {"bh", "by", "bonferroni", "holm", "none"}
        See `CORRECTION_TITLES`.

    Returns
    -------
    (n,) float64
        The smallest level at which the area would be significant; at most 1, NaN where p is NaN.

    Raises
    ------
    InvalidValuesError
        If a p lies outside 0 to 1, or the array does not have one dimension.
    InvalidParameterError
        If there is no such correction.

    Notes
    -----
    Equal to R's `p.adjust`. Benjamini-Hochberg is valid under the positive dependence of
    neighbouring statistics, as Caldas de Castro and Singer (2006) show for local statistics.
    Cost O(n log n).

    References
    ----------
    Benjamini and Hochberg (1995), JRSS B 57(1); Benjamini and Yekutieli (2001), Annals of
    Statistics 29(4), theorem 1.3; Holm (1979), Scandinavian Journal of Statistics 6(2);
    Caldas de Castro and Singer (2006), Geographical Analysis 38(2).
    """
    if correction not in CORRECTIONS:
        raise InvalidParameterError("correction", correction, f"one of {', '.join(CORRECTIONS)}")
    p_values = np.asarray(p_value, dtype=np.float64)
    if p_values.ndim != 1:
        raise InvalidValuesError("p_value", f"must have one dimension, got shape {p_values.shape}")
    is_tested = ~np.isnan(p_values)
    p = p_values[is_tested]
    if np.any((p < 0.0) | (p > 1.0)):
        raise InvalidValuesError("p_value", "must be from 0 to 1")
    q = np.full(len(p_values), np.nan)
    q[is_tested] = _adjusted(p, correction)
    return q


def _adjusted(p: FloatArray, correction: Correction) -> FloatArray:
    """Adjusted p of a vector without NaN."""
    n = len(p)
    if correction == "none" or n == 0:
        return p.copy()
    if correction == "bonferroni":
        return np.minimum(1.0, n * p)
    order = np.argsort(p, kind="stable")
    ranks = np.arange(1, n + 1)
    if correction == "holm":
        stepped_p = np.maximum.accumulate((n - ranks + 1) * p[order])
    else:
        # Benjamini-Yekutieli divides the level by 1 + 1/2 + ... + 1/n.
        penalty = float(np.sum(1.0 / ranks)) if correction == "by" else 1.0
        stepped_p = np.minimum.accumulate((penalty * n / ranks * p[order])[::-1])[::-1]
    adjusted_p = np.empty(n)
    adjusted_p[order] = np.minimum(1.0, stepped_p)
    return adjusted_p


def confidence_classes(
    z_score: ArrayLike, q_value: ArrayLike, *, tail: ArrayLike | None = None
) -> AnyArray:
    """The class of each area: hot or cold at 99, 95 or 90 %, by its q and its sign.

    Parameters
    ----------
    z_score : (n,) float64
        Its sign determines hot or cold.
    q_value : (n,) float64
        Adjusted p; NaN where the area was not tested.
    tail : (n,) int, optional
        If q is from permutations: 1 where the statistic was in their upper tail, -1 where in the
        lower. An area whose z and tail disagree is not significant: Gi* counts the area itself,
        which its conditional null hypothesis holds fixed, so a high value among low neighbours
        can have z above 0 and a small p in the *lower* tail. It is neither hot nor cold.

    Returns
    -------
    (n,) str
        One of `CLASSES`. An area with q equal to a level is in the class of that level.
    """
    z = np.asarray(z_score, dtype=np.float64)
    q = np.asarray(q_value, dtype=np.float64)
    if z.shape != q.shape or z.ndim != 1:
        raise InvalidValuesError("q_value", f"must have shape {z.shape}, got {q.shape}")
    sign = np.sign(z)
    if tail is not None:
        sign = np.where(np.sign(np.asarray(tail)) == sign, sign, 0.0)
    result = np.full(len(z), NOT_SIGNIFICANT, dtype="U15")
    for level in reversed(LEVELS):
        # A ratio of integers that equals the level may be rounded to slightly more.
        is_significant = q <= level * (1.0 + 1e-12)
        percent = round(100 * (1 - level))
        result[is_significant & (sign > 0)] = f"hot {percent}"
        result[is_significant & (sign < 0)] = f"cold {percent}"
    result[np.isnan(q)] = NOT_TESTED
    return result


def must_be_extreme_together(areas: int, permutations: int, *, alpha: float = 0.05) -> int:
    """Number of areas that must have the smallest possible p for any to be significant.

    Parameters
    ----------
    areas : int
        Number of areas tested.
    permutations : int
        Random arrangements behind each two-sided p, which is at least 2 / (permutations + 1).
    alpha : float
        False discovery rate, above 0 and below 1.

    Returns
    -------
    int
        ``ceil(areas * 2 / (permutations + 1) / alpha)``, at least 1. If it is large, a result of
        "nothing significant" may only mean that there were too few permutations.
    """
    if areas < 1:
        raise InvalidParameterError("areas", areas, "at least 1")
    if permutations < 1:
        raise InvalidParameterError("permutations", permutations, "at least 1")
    if not 0.0 < alpha < 1.0:
        raise InvalidParameterError("alpha", alpha, "above 0 and below 1")
    least_areas = areas * 2.0 / (permutations + 1.0) / alpha
    return max(1, math.ceil(least_areas * (1.0 - 1e-12)))
