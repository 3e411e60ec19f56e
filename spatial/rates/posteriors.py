"""Where the true rates of areas lie, given their counts: probabilities and draws."""

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from spatial.arrays import BoolArray, FloatArray, IntArray, frozen
from spatial.rates.priors import LEAST, estimated_prior
from spatial.rates.rates import checked_pair

FEWEST_AREAS: Final = 5
STEP: Final = 0.2  # of the root of an expected count, whose standard error is a half
MOST_CELLS: Final = 1_500
MOST_PAIRS: Final = 800
MARGIN: Final = 3.5  # beyond the least and the largest count, likewise
NEAR_ZERO: Final = (1e-4, 1e-3, 1e-2, 5e-2, 0.2, 0.5)


@dataclass(frozen=True, eq=False)
class RatePosteriors:
    """What is known of the rate of each area.

    Attributes
    ----------
    is_known : (n,) bool
        Whether an area has a count and a positive exposure.
    is_estimated : bool
        Whether the prior was estimated from the areas; else it is that of Jeffreys, because they
        are fewer than `FEWEST_AREAS`.
    """

    is_known: BoolArray
    is_estimated: bool
    _edges: FloatArray
    _mass: FloatArray  # (pairs, cells)
    _pairs: FloatArray  # (pairs, 2) count and exposure
    _pair: IntArray  # (known areas,)

    def probability_above(self, rate: float) -> FloatArray:
        """How probable it is that the true rate of each area is a given one or above.

        Parameters
        ----------
        rate : float
            In incidents per unit of exposure, at least 0.

        Returns
        -------
        (n,) float64
            From 0 to 1; NaN where the area is not known.
        """
        from scipy.special import gammainc

        edges, cells = self._edges, self._mass.shape[1]
        above = self._mass[:, np.searchsorted(edges[:-1], rate) :].sum(axis=1)
        cell = int(np.searchsorted(edges, rate, side="left")) - 1
        if 0 <= cell < cells:
            count, exposure = self._pairs.T
            low, middle, high = (
                gammainc(count + 1.0, exposure * limit)
                for limit in (edges[cell], rate, edges[cell + 1])
            )
            width = high - low
            share = np.where(width > 0.0, (high - middle) / np.where(width > 0.0, width, 1.0), 0.0)
            above = above + self._mass[:, cell] * share
        return self._by_area(np.clip(above, 0.0, 1.0))

    def draws(self, number: int, rng: np.random.Generator) -> FloatArray:
        """Rates drawn for every area.

        Parameters
        ----------
        number : int
            How many of each.
        rng : numpy.random.Generator
            Seeded by the caller.

        Returns
        -------
        (number, n) float64
            NaN where the area is not known.
        """
        share = np.cumsum(self._mass, axis=1)
        share = np.column_stack([np.zeros(len(share)), share / share[:, -1:]])
        drawn = np.full((number, len(self.is_known)), np.nan)
        uniform = rng.random((number, len(self._pair)))
        positions = np.flatnonzero(self.is_known)
        for pair in range(len(self._pairs)):
            areas = np.flatnonzero(self._pair == pair)
            drawn[:, positions[areas]] = np.interp(uniform[:, areas], share[pair], self._edges)
        return drawn

    def _by_area(self, values: FloatArray) -> FloatArray:
        """(n,) the value of each area's pair."""
        areas = np.full(len(self.is_known), np.nan)
        areas[self.is_known] = values[self._pair]
        return frozen(areas)


def rate_posteriors(counts: ArrayLike, exposures: ArrayLike) -> RatePosteriors:
    """What the counts of all areas together say of the rate of each.

    Parameters
    ----------
    counts : (n,) float64
        Incidents per area, at least 0; NaN where not known.
    exposures : (n,) float64
        What a rate is over: residents, or 1 for expected counts of the period. NaN where not
        known; an area without a positive one is left out.

    Returns
    -------
    RatePosteriors
        Of the same areas.

    Raises
    ------
    InvalidValuesError
        If a value is negative or infinite, or there is not one exposure per count.

    Notes
    -----
    Counts are Poisson, and the areas are taken to be alike but for their exposure: their rates
    are drawn from one distribution, which `estimated_prior` makes of the counts. A count above a
    line may have been bad luck, and the other areas say how likely that is. What is said of an
    area therefore changes when another does. Incidents that come in bursts vary more than
    Poisson counts: then the probabilities are too near 0 and 1.

    The rate is cut into cells a fifth of the root of a count wide, within each of which the prior
    is even and the likelihood is integrated exactly. The prior is estimated from 800 pairs of
    count and exposure at most, spread evenly over the rates. Cost: 0.1 s for some hundred areas.

    References
    ----------
    Robbins (1956), Proc. 3rd Berkeley Symposium 1, on empirical Bayes; Jeffreys (1946), Proc.
    Royal Society A 186, for fewer than five areas.
    """
    from scipy.special import gammainc

    count, exposure, reason = checked_pair(counts, exposures)
    is_known = reason == 0
    pairs, pair, areas = np.unique(
        np.column_stack([count, exposure])[is_known],
        axis=0,
        return_inverse=True,
        return_counts=True,
    )
    if not len(pairs):
        return RatePosteriors(
            frozen(is_known), False, np.array([0.0, 1.0]), np.zeros((0, 1)), pairs, pair.ravel()
        )
    typical = float(np.quantile(exposure[is_known], 0.75))
    edges = _edges(pairs[:, 0] / pairs[:, 1], typical)
    cumulative = gammainc(pairs[:, :1] + 1.0, pairs[:, 1:] * edges)
    likelihood = np.maximum(np.diff(cumulative, axis=1), 0.0) / np.diff(edges)
    likelihood /= np.maximum(likelihood.max(axis=1, keepdims=True), LEAST)
    is_estimated = int(areas.sum()) >= FEWEST_AREAS
    if is_estimated:
        mass = np.zeros_like(likelihood)
        strata, weights = _strata(pairs, areas.astype(np.float64))
        for part in estimated_prior(likelihood[strata], weights, edges, exposure=typical):
            predicted = np.maximum(likelihood @ part.mass, LEAST)
            mass += likelihood * ((part.weight / predicted) @ part.mass.T)
    else:
        mass = likelihood * np.diff(np.sqrt(edges))
    mass /= np.maximum(mass.sum(axis=1, keepdims=True), LEAST)
    return RatePosteriors(
        frozen(is_known), is_estimated, frozen(edges), frozen(mass), pairs, pair.ravel()
    )


def _strata(pairs: FloatArray, areas: FloatArray) -> tuple[IntArray, FloatArray]:
    """Pairs to estimate the prior from, and how many areas each stands for.

    Where there are more than `MOST_PAIRS`, one stands for its neighbours by rate.
    """
    if len(pairs) <= MOST_PAIRS:
        return np.arange(len(pairs), dtype=np.int64), areas
    order = np.argsort(pairs[:, 0] / pairs[:, 1], kind="stable")
    starts = np.linspace(0, len(order), MOST_PAIRS + 1).astype(np.int64)
    middles = (starts[:-1] + starts[1:]) // 2
    return order[middles], np.add.reduceat(areas[order], starts[:-1])


def _edges(rates: FloatArray, exposure: float) -> FloatArray:
    """Edges of the cells of the rate, from below the lowest to above the highest."""
    low = max(math.sqrt(float(rates.min()) * exposure) - MARGIN, 0.0)
    high = math.sqrt(float(rates.max()) * exposure + 1.0) + MARGIN
    cells = min(math.ceil((high - low) / STEP), MOST_CELLS)
    edges = np.linspace(low, high, cells + 1) ** 2
    if edges[0] == 0.0:
        edges = np.concatenate([[0.0], edges[1] * np.array(NEAR_ZERO), edges[1:]])
    return np.asarray(edges / exposure, np.float64)
