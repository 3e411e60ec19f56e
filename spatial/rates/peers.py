"""An area among its peers: what the others lead to expect of it, and whether it is unlike them."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from spatial.arrays import FloatArray, frozen
from spatial.errors import InvalidValuesError
from spatial.rates.rates import checked_confidence

LEAST_PEERS = 4
"""Fewest other areas from which a variation between areas is estimated."""


@dataclass(frozen=True, eq=False)
class PeerComparison:
    """Each area against all others; read-only (n,) arrays, NaN where there is no value.

    Attributes
    ----------
    expected, lower, upper : float64
        The rate that the other areas lead to expect, with the limits between which a new area
        like them would lie.
    t_value : float64
        Distance from what is expected in standard errors.
    p_value : float64
        Two-sided, that an area like the others is as far from what they lead to expect.
    """

    expected: FloatArray
    lower: FloatArray
    upper: FloatArray
    t_value: FloatArray
    p_value: FloatArray


def compare_with_peers(
    values: ArrayLike, exposures: ArrayLike | None = None, *, confidence: float = 0.95
) -> PeerComparison:
    """Compare each area with the others of its group.

    Parameters
    ----------
    values : (n,) float64
        Counts, where there are exposures, else rates or other values; at least 0, NaN where not
        known.
    exposures : (n,) float64 or None
        What rates are over, above 0; NaN or 0 where there is none.
    confidence : float
        Of the limits, above 0 and below 1.

    Returns
    -------
    PeerComparison
        NaN where fewer than `LEAST_PEERS` others have a value, or values known without error are
        all the same.

    Raises
    ------
    InvalidValuesError
        If a value or exposure is negative or infinite, or their numbers differ.

    Notes
    -----
    Null hypothesis: the true rate of the area is drawn as those of the others are. Square roots
    of rates, sqrt(c / n) as the mean of sqrt(c) and sqrt(c + 1) over sqrt(n), have the variance
    1 / (4 n) of chance and one between areas, which is added to it (the random-effects funnel);
    it is estimated from the other areas as the excess of their variance over that of chance. The
    expectation is their weighted mean, the distance has a t distribution with one degree of
    freedom less than there are others. Simulated with 14 and 40 others, means of 3 to 3,000
    incidents and rates that differ by 0 to 60 %, 2 to 5.5 of 100 areas like the others have a p
    below 0.05. Without exposures the whole variance is that between areas. Cost O(n^2).

    References
    ----------
    Spiegelhalter (2005), Statistics in Medicine 24(8), section 3.4 and appendix; Freeman and
    Tukey (1950), Annals of Mathematical Statistics 21(4); Hedges and Olkin (1985), Statistical
    Methods for Meta-Analysis, p. 194.
    """
    from scipy.special import stdtr, stdtrit

    value = np.asarray(values, np.float64)
    exposure = np.ones(len(value)) if exposures is None else np.asarray(exposures, np.float64)
    for name, array in (("values", value), ("exposures", exposure)):
        if array.shape != value.shape or np.any(array < 0.0) or np.any(np.isinf(array)):
            raise InvalidValuesError(name, "must be finite, not negative, and one for each area")
    is_known = np.isfinite(value) & np.isfinite(exposure) & (exposure > 0.0)
    over = np.where(is_known, exposure, np.nan)
    root = np.sqrt(value)
    noise = np.zeros(len(value))
    if exposures is not None:
        root = 0.5 * (root + np.sqrt(value + 1.0)) / np.sqrt(over)
        noise = 0.25 / over
    columns = np.full((5, len(value)), np.nan)
    quantile = 0.5 * (1.0 + checked_confidence(confidence))
    for area in np.flatnonzero(is_known):
        others = is_known.copy()
        others[area] = False
        freedom = int(others.sum()) - 1
        if freedom + 1 < LEAST_PEERS:
            continue
        between = max(0.0, root[others].var(ddof=1) - noise[others].mean())
        variance = noise[others] + between
        if not variance.any():  # the others are equal, and known without error: no distribution
            continue
        weight = 1.0 / variance
        expected = np.average(root[others], weights=weight)
        error = np.sqrt(noise[area] + between + 1.0 / weight.sum())
        t_value = (root[area] - expected) / error
        reach = stdtrit(freedom, quantile) * error
        columns[:, area] = (
            expected**2,
            max(0.0, expected - reach) ** 2,
            (expected + reach) ** 2,
            t_value,
            2.0 * stdtr(freedom, -abs(t_value)),
        )
    return PeerComparison(*(frozen(column.copy()) for column in columns))
