"""A line of trend through counts: log-linear in time, with an interval that allows for scatter."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from spatial.arrays import BoolArray, FloatArray, IntArray
from spatial.errors import InvalidValuesError
from spatial.rates.rates import checked_confidence

LEAST_FREEDOM: Final = 3  # degrees of freedom; of fewer a dispersion says nothing
MAX_ROUNDS: Final = 60
CLOSE: Final = 1e-10
STEEPEST: Final = 50.0  # of a logarithm per year: beyond it the counts have no finite line
WHOLE_SEASONS: Final = 3


@dataclass(frozen=True)
class TrendLine:
    """A line of trend.

    Attributes
    ----------
    value, lower, upper : (n,) float64
        Expected count per unit of exposure at each time, with its interval; the season, where it
        is in the model, at the mean of its logarithms.
    change, change_lower, change_upper : float
        Per cent change per year along the line.
    dispersion : float
        Pearson's chi-squared over its degrees of freedom, not less than the least allowed.
    autocorrelation : float
        Of the Pearson residuals with those of the time before; NaN where they do not vary.
    freedom : int
        Degrees of freedom.
    has_season : bool
        Whether the season is in the model.
    """

    value: FloatArray
    lower: FloatArray
    upper: FloatArray
    change: float
    change_lower: float
    change_upper: float
    dispersion: float
    autocorrelation: float
    freedom: int
    has_season: bool

    @property
    def is_autocorrelated(self) -> bool:
        """Whether residuals follow on from one another by more than chance (one-sided 5 %)."""
        return bool(self.autocorrelation > 1.645 / np.sqrt(self.freedom))


def trend_line(
    counts: ArrayLike,
    exposures: ArrayLike,
    years: ArrayLike,
    *,
    position: IntArray | None = None,
    seasons: int = 0,
    least_dispersion: float = 1.0,
    confidence: float = 0.95,
) -> TrendLine | None:
    """A quasi-Poisson log-linear line through counts.

    Parameters
    ----------
    counts : (n,) float64
        At least 0, in the order of time; NaN where not known or not to be fitted.
    exposures : (n,) float64
        Days, or people times days; what is not above 0 is not fitted.
    years : (n,) float64
        The time of each, in years.
    position : (n,) int64 or None
        Position in the season, from 0. It is in the model where each position has three counts
        and an incident.
    seasons : int
        Number of positions.
    least_dispersion : float
        1 for counts, whose scatter by chance below that of Poisson is not taken for precision.
    confidence : float
        Above 0 and below 1.

    Returns
    -------
    TrendLine or None
        None where there are too few counts for an interval, or no finite line.

    Raises
    ------
    InvalidValuesError
        If the shapes differ or a count is negative.

    Notes
    -----
    log E(count) = log exposure + a + b year (+ s of the position, adding up to 0), by iteratively
    reweighted least squares; variance = dispersion times mean. Limits are a + b year, plus and
    minus a quantile of Student's t, raised to powers of e. The null hypothesis is b = 0. The
    counts of different times are taken as independent: where they follow on from one another, the
    true interval is wider.

    References
    ----------
    McCullagh and Nelder (1989), Generalized Linear Models, 2.5 and 9.2.
    """
    from scipy.special import stdtrit

    count, exposure, time = (np.asarray(array, np.float64) for array in (counts, exposures, years))
    if count.ndim != 1 or not count.shape == exposure.shape == time.shape:
        raise InvalidValuesError("counts", "must have an exposure and a year each")
    if np.any(count < 0.0):
        raise InvalidValuesError("counts", "must not be negative")
    is_used = np.isfinite(count) & (exposure > 0.0)
    if not np.any(count[is_used] > 0.0):
        return None
    used_count, used_exposure, used_time = count[is_used], exposure[is_used], time[is_used]
    origin = used_time.mean()
    design = np.column_stack([np.ones(len(used_time)), used_time - origin])
    has_season = position is not None and _has_season(position[is_used], used_count, seasons)
    if position is not None and has_season:
        contrasts = np.eye(seasons)[:, :-1]
        contrasts[-1] = -1.0
        design = np.column_stack([design, contrasts[position[is_used]]])
    freedom = len(used_count) - design.shape[1]
    if freedom < LEAST_FREEDOM:
        return None
    fitted = _fitted(used_count, np.log(used_exposure), design)
    if fitted is None or abs(fitted[0][1]) > STEEPEST:
        return None
    coefficients, mean, inverse = fitted
    residual = (used_count - mean) / np.sqrt(mean)
    dispersion = max(float(residual @ residual) / freedom, least_dispersion)
    covariance = dispersion * inverse[:2, :2]
    quantile = float(stdtrit(freedom, 0.5 + 0.5 * checked_confidence(confidence)))
    along = np.column_stack([np.ones(len(time)), time - origin])
    centre = along @ coefficients[:2]
    reach = quantile * np.sqrt(np.einsum("ij,jk,ik->i", along, covariance, along))
    slope, slope_reach = coefficients[1], quantile * float(np.sqrt(covariance[1, 1]))
    ends = (slope, slope - slope_reach, slope + slope_reach)
    change, change_lower, change_upper = (100.0 * float(np.expm1(end)) for end in ends)
    return TrendLine(
        value=np.exp(centre),
        lower=np.exp(centre - reach),
        upper=np.exp(centre + reach),
        change=change,
        change_lower=change_lower,
        change_upper=change_upper,
        dispersion=dispersion,
        autocorrelation=_autocorrelation(residual, is_used),
        freedom=freedom,
        has_season=has_season,
    )


def _has_season(position: IntArray, count: FloatArray, seasons: int) -> bool:
    """Whether each position has three counts, and something to take a logarithm of."""
    numbers = np.bincount(position, minlength=seasons)
    incidents = np.bincount(position, weights=count, minlength=seasons)
    return bool(seasons > 1 and numbers.min() >= WHOLE_SEASONS and incidents.min() > 0.0)


def _fitted(
    count: FloatArray, offset: FloatArray, design: FloatArray
) -> tuple[FloatArray, FloatArray, FloatArray] | None:
    """Coefficients, means and inverse information; None where the rounds do not end."""
    mean = 0.5 * (count + count.sum() * np.exp(offset) / np.exp(offset).sum())
    deviance = np.inf
    for _ in range(MAX_ROUNDS):
        linear = np.log(mean)
        weighted = design * mean[:, None]
        information = design.T @ weighted
        try:
            inverse = np.linalg.inv(information)
        except np.linalg.LinAlgError:
            return None
        coefficients = inverse @ (weighted.T @ (linear - offset + (count - mean) / mean))
        with np.errstate(over="ignore"):
            mean = np.exp(design @ coefficients + offset)
        if not (np.isfinite(mean).all() and (mean > 0.0).all()):
            return None
        ratio = np.log(np.where(count > 0.0, count, 1.0) / mean)
        latest = 2.0 * float(np.sum(np.where(count > 0.0, count * ratio, 0.0) - (count - mean)))
        if abs(latest - deviance) <= CLOSE * (abs(latest) + 0.1):
            information = design.T @ (design * mean[:, None])
            return coefficients, mean, np.linalg.inv(information)
        deviance = latest
    return None


def _autocorrelation(residual: FloatArray, is_used: BoolArray) -> float:
    """The correlation of residuals with those of the time before, gaps left out."""
    series = np.full(len(is_used), np.nan)
    series[is_used] = residual - residual.mean()
    products = series[1:] * series[:-1]
    variance = float(np.nanmean(series**2))
    if not np.isfinite(products).any() or variance == 0.0:
        return float("nan")
    return float(np.nanmean(products)) / variance
