"""What a hidden count is probably, worked out from what is published and from nothing else."""

import hashlib
from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from service.disclosure.cells import HIDDEN
from spatial.arrays import FloatArray, IntArray
from spatial.errors import InvalidValuesError

_ROUNDS: Final = 3  # means and dispersion in turn
_STEPS: Final = 30
_CLOSE: Final = 1e-3  # records
_SAMPLE: Final = 20_000  # cells that the dispersion is estimated from
_DISPERSIONS: Final = (-3.0, 7.0)  # log of the smallest and the largest
_MEANS: Final = (-7.0, 14.0)


def expected_counts(
    released: NDArray[np.int64], low: NDArray[np.int64], high: NDArray[np.int64]
) -> FloatArray:
    """The published count of each cell, and the expected one of each hidden cell.

    Parameters
    ----------
    released, low, high : (areas, columns) int64
        As `release_cells` gives them; a column is a period, or a category in a period.

    Returns
    -------
    (areas, columns) float64
        From `low` to `high` where a cell is hidden.

    Notes
    -----
    A count is negative binomial about the rate of its area times the level of its column, with one
    dispersion for the table. Rates and levels are those of largest likelihood given what is
    published, a hidden or rounded count being known between its bounds (expectation and
    maximisation in turn); rates are drawn towards the mean as far as their spread is chance. Where
    nothing is shown nothing can be estimated, and expected counts lie near their lower bounds.
    """
    if released.ndim != 2 or not released.shape == low.shape == high.shape:
        raise InvalidValuesError("released", "must be areas by columns, like low and high")
    is_hidden = released == HIDDEN
    if not is_hidden.any():
        return released.astype(np.float64)
    is_vague = low < high
    bounds = low[is_vague], high[is_vague]
    mean, dispersion = _one_mean(low.ravel(), high.ravel())
    counts = low.astype(np.float64)
    counts[is_vague] = _means_between(np.full(len(bounds[0]), mean), dispersion, *bounds)
    for _ in range(_ROUNDS):
        for _ in range(_STEPS):
            means = _means(counts)
            likely = _means_between(means[is_vague], dispersion, *bounds)
            change = float(np.abs(likely - counts[is_vague]).max(initial=0.0))
            counts[is_vague] = likely
            if change < _CLOSE:
                break
        dispersion = _dispersion(_means(counts).ravel(), low.ravel(), high.ravel())
    return np.where(is_hidden, np.clip(counts, low, high), released)


def stand_ins(expected: FloatArray, names: Sequence[str]) -> IntArray:
    """Whole numbers with the mean of the expected counts, the same at every time.

    Parameters
    ----------
    expected : (n,) float64
        At least 0.
    names : (n,) str
        Of the cells, with the dataset; they decide which counts are rounded up.
    """
    if len(expected) != len(names):
        raise InvalidValuesError("names", f"must be {len(expected)}, got {len(names)}")
    digests = b"".join(hashlib.blake2b(name.encode(), digest_size=8).digest() for name in names)
    shares = np.frombuffer(digests, dtype=">u8").astype(np.float64) / 2.0**64
    whole = np.floor(expected)
    return (whole + (shares < expected - whole)).astype(np.int64)


def _means(counts: FloatArray) -> FloatArray:
    """The rate of each area times the level of each column."""
    totals = counts.sum(axis=1)
    usual = float(totals.mean())
    if usual == 0.0:
        return np.zeros_like(counts)
    spread = max(float(totals.var()) / usual**2 - 1.0 / usual, 1e-6)
    rates = (1.0 / spread + totals) / (1.0 / spread + usual)
    return np.outer(rates, counts.sum(axis=0) / rates.sum())


def _means_between(
    means: FloatArray, dispersion: float, low: IntArray, high: IntArray
) -> FloatArray:
    """Of each cell the mean of its negative binomial count between its bounds."""
    odds = means * dispersion / (means + dispersion)
    weight, total, beyond = (np.full(len(means), start) for start in (1.0, 1.0, 0.0))
    for step in range(int((high - low).max(initial=0))):
        count = low + step
        weight = weight * odds * (1.0 + count / dispersion) / (count + 1.0)
        weight[count >= high] = 0.0
        total += weight
        beyond += weight * (step + 1.0)
    return np.asarray(low + beyond / total)


def _one_mean(low: IntArray, high: IntArray) -> tuple[float, float]:
    """Mean and dispersion of largest likelihood, were all cells alike: where the search begins."""
    from scipy.optimize import minimize  # slow to import

    bounds, cells = np.unique(np.column_stack([low, high]), axis=0, return_counts=True)

    def misfit(logs: FloatArray) -> float:
        mean, dispersion = np.exp(logs)
        means = np.full(len(bounds), mean)
        return -float(cells @ _log_chances(means, dispersion, bounds[:, 0], bounds[:, 1]))

    start = [np.log(max(float(np.mean(low + high)) / 2.0, 0.1)), 0.0]
    best = minimize(misfit, start, method="Nelder-Mead", bounds=[_MEANS, _DISPERSIONS])
    mean, dispersion = np.exp(best.x)
    return float(mean), float(dispersion)


def _dispersion(means: FloatArray, low: IntArray, high: IntArray) -> float:
    """The dispersion of largest likelihood of counts that are known between bounds."""
    from scipy.optimize import minimize_scalar  # slow to import

    rows = np.arange(0, len(means), max(1, len(means) // _SAMPLE))
    rows = rows[means[rows] > 0]

    def misfit(log: float) -> float:
        return -float(_log_chances(means[rows], np.exp(log), low[rows], high[rows]).sum())

    return float(np.exp(minimize_scalar(misfit, bounds=_DISPERSIONS, method="bounded").x))


def _log_chances(
    means: FloatArray, dispersion: float, low: IntArray, high: IntArray
) -> FloatArray:
    """Of each cell the log of the probability of a count between its bounds."""
    from scipy.special import betainc  # slow to import

    chance = dispersion / (dispersion + means)
    above = betainc(dispersion, high + 1.0, chance)
    below = np.where(low > 0, betainc(dispersion, np.maximum(low, 1), chance), 0.0)
    return np.asarray(np.log(np.maximum(above - below, 1e-300)))
