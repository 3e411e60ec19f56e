"""Global envelopes: a curve held against curves of chance, over all distances at once."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from spatial.arrays import FloatArray, IntArray, frozen
from spatial.errors import InvalidParameterError, InvalidValuesError

EnvelopeKind = Literal["rank", "mad"]


@dataclass(frozen=True, eq=False)
class Envelope:
    """What chance gives of a curve; NaN where a curve has no value.

    Attributes
    ----------
    mean, lower, upper : (m,) float64
        Of the curves of chance, the observed one among them; the bounds hold the whole of a curve
        of chance as often as the confidence says.
    p_value : float
        P that chance gives a curve as extreme.
    """

    mean: FloatArray
    lower: FloatArray
    upper: FloatArray
    p_value: float


def global_envelope(
    observed: FloatArray,
    chance: FloatArray,
    *,
    kind: EnvelopeKind = "rank",
    confidence: float = 0.95,
) -> Envelope:
    """The global envelope of curves of chance, and the p of an observed one.

    Parameters
    ----------
    observed : (m,) float64
        The curve; distances at which it or another has no value are left out.
    chance : (draws, m) float64
        Curves of chance.
    kind : {'rank', 'mad'}
        By extreme rank lengths, or by the maximum absolute deviation from the mean.
    confidence : float
        Above 0, below 1.

    Returns
    -------
    Envelope

    Raises
    ------
    InvalidValuesError
        If the curves are not of one length, or there is none of chance.
    InvalidParameterError
        If the kind or the confidence is not one of those.

    Notes
    -----
    Null hypothesis: the observed curve is one of the others; two-sided. Curves are ordered from
    the most extreme by their ranks from above or below at each distance, whichever is lower, in
    ascending order (extreme rank length), or by their largest distance from the mean. p = (curves
    at least as extreme, the observed one among them) / (draws + 1), over all distances together;
    the curve leaves the envelope somewhere exactly where p <= 1 - confidence. Equal curves all
    count against it.

    References
    ----------
    Myllymaki, Mrkvicka, Grabarnik, Seijo and Hahn (2017), JRSS B 79(2), 381-404; Ripley (1981),
    Spatial Statistics, section 8.2 (maximum deviation).
    """
    if chance.ndim != 2 or not len(chance) or chance.shape[1:] != observed.shape:
        raise InvalidValuesError("chance", f"must be curves of length {len(observed)}")
    if kind not in ("rank", "mad"):
        raise InvalidParameterError("kind", kind, "rank or mad")
    if not 0.0 < confidence < 1.0:
        raise InvalidParameterError("confidence", confidence, "above 0 and below 1")
    curves = np.vstack([observed, chance])
    is_known = np.isfinite(curves).all(axis=0)
    mean, lower, upper = (np.full(len(observed), np.nan) for _ in range(3))
    if not is_known.any():
        return Envelope(frozen(mean), frozen(lower), frozen(upper), float("nan"))
    curves = curves[:, is_known]
    number, level = len(curves), 1.0 - confidence
    mean[is_known] = curves.mean(axis=0)
    if kind == "mad":
        largest = np.abs(curves - curves.mean(axis=0)).max(axis=1)
        slack = 1e-12 * float(np.abs(curves).max())
        beyond = np.count_nonzero(largest >= largest[0] - slack)
        allowed = min(int(level * number + 1e-9), number - 1)
        reach = np.sort(largest)[::-1][allowed] + slack
        lower[is_known], upper[is_known] = mean[is_known] - reach, mean[is_known] + reach
        return Envelope(frozen(mean), frozen(lower), frozen(upper), beyond / number)
    at_least_as_extreme = _by_rank_length(curves)
    ordinary = curves[at_least_as_extreme > level * number + 1e-9]
    lower[is_known], upper[is_known] = ordinary.min(axis=0), ordinary.max(axis=0)
    p_value = at_least_as_extreme[0] / number
    return Envelope(frozen(mean), frozen(lower), frozen(upper), float(p_value))


def _by_rank_length(curves: FloatArray) -> IntArray:
    """(number,) Curves that are at least as extreme as each, by their sorted ranks."""
    number = len(curves)
    ranks = np.empty(curves.shape, np.int64)
    for k, values in enumerate(curves.T):
        ordered = np.sort(values)
        from_below = np.searchsorted(ordered, values, side="right")
        from_above = number - np.searchsorted(ordered, values, side="left")
        ranks[:, k] = np.minimum(from_below, from_above)
    ranks.sort(axis=1)
    order = np.lexsort(ranks.T[::-1])
    is_other = np.any(ranks[order][1:] != ranks[order][:-1], axis=1)
    ends = np.append(np.flatnonzero(is_other) + 1, number)  # after the last of equal curves
    group = np.concatenate([[0], np.cumsum(is_other)])
    at_least_as_extreme = np.empty(number, np.int64)
    at_least_as_extreme[order] = ends[group]
    return at_least_as_extreme
