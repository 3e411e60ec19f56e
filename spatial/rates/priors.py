"""What the rates of areas are like, estimated from their counts: the prior of empirical Bayes.

The prior is a mixture: generalised gamma distributions, weighed by how likely each makes the
counts, and these bent smoothly where no such distribution fits.
"""

import math
from dataclasses import dataclass
from typing import Final

import numpy as np

from spatial.arrays import FloatArray

# Shape of a generalised gamma over its spread: 0 is the lognormal, 1 the gamma.
SHAPES: Final = (-1.0, -0.5, 0.0, 0.5, 1.0, 1.5, 2.0)
GRID: Final = 13  # locations and spreads tried at a time
SPREADS: Final = (0.02, 4.0)  # of the logarithm of the rate
ROUNDS: Final = 10
FAR: Final = 9.0  # of a logarithm of the likelihood: less likely than that is not looked at
STRENGTHS: Final = (0.3, 1.0, 3.0, 10.0, 30.0, 100.0)  # prior deviations of a bend
KNOTS: Final = 24
STEPS: Final = 40
LEAST: Final = 1e-300


@dataclass(frozen=True, eq=False)
class Component:
    """Some priors, and how much each of them counts.

    Attributes
    ----------
    mass : (cells, priors) float64
        Of each cell of the rate; columns sum to 1.
    weight : (priors,) float64
        Relative; all components together sum to 1.
    """

    mass: FloatArray
    weight: FloatArray


def estimated_prior(
    likelihood: FloatArray, areas: FloatArray, edges: FloatArray, *, exposure: float
) -> tuple[Component, Component]:
    """The priors that the counts of areas allow.

    Parameters
    ----------
    likelihood : (pairs, cells) float64
        Mean likelihood of each cell of the rate, for each pair of count and exposure.
    areas : (pairs,) float64
        How many areas have each.
    edges : (cells + 1,) float64
        Of the cells of the rate, ascending from 0 or above.
    exposure : float
        Of a typical area, by which the bends are placed.

    Returns
    -------
    family, bent : Component
        Generalised gamma distributions, and their mean bent by splines.

    Notes
    -----
    The logarithm of a rate is m + s w, w standard log-gamma of shape r s (Prentice 1974), with r
    from `SHAPES`, m flat, and s flat from 0.02 to 4; the posterior of m, s and r is taken on a
    grid that is narrowed to where it is. So little is certain where there are few areas, and the
    spread of what is allowed is carried on.

    The bent priors are the mean of these times the exponential of a cubic spline, whose second
    differences are normal with deviations from `STRENGTHS`; its coefficients are the most likely
    ones, and each strength weighs as its likelihood by Laplace's approximation, against no bend.
    With few areas none is called for. Cost: pairs x cells x 1,200 per round.

    References
    ----------
    Prentice (1974), Biometrika 61(3); Efron (2016), Biometrika 103(1), on priors of exponential
    families on a grid.
    """
    family, evidence = _family(likelihood, areas, edges)
    mean = family.mass @ family.weight
    bent, bent_evidence = _bent(likelihood, areas, mean, _splines(edges * exposure, mean))
    logs = np.append(0.0, bent_evidence - evidence(mean))
    shares = np.exp(logs - logs.max())
    shares /= shares.sum()
    return (
        Component(family.mass, family.weight * shares[0]),
        Component(bent, shares[1:]),
    )


class _Evidence:
    """The logarithm of the likelihood of the counts under a prior."""

    def __init__(self, likelihood: FloatArray, areas: FloatArray) -> None:
        self._likelihood, self._areas = likelihood, areas

    def __call__(self, mass: FloatArray) -> FloatArray:
        return np.asarray(self._areas @ np.log(np.maximum(self._likelihood @ mass, LEAST)))


def _family(
    likelihood: FloatArray, areas: FloatArray, edges: FloatArray
) -> tuple[Component, _Evidence]:
    """Generalised gamma priors on a grid of each shape, by their posterior."""
    evidence = _Evidence(likelihood, areas)
    middle = 0.5 * (
        np.log(np.maximum(edges[1:], LEAST)) + np.log(np.maximum(edges[:-1], 1e-2 * edges[1:]))
    )
    log_width = np.log(np.diff(edges)) - middle
    parts = [_of_shape(shape, middle, log_width, evidence) for shape in SHAPES]
    logs = np.concatenate([log for _, log in parts])
    weight = np.exp(logs - logs.max())
    is_likely = weight > math.exp(-FAR - 3.0)
    mass = np.concatenate([mass for mass, _ in parts], axis=1)[:, is_likely]
    return Component(mass, weight[is_likely] / weight[is_likely].sum()), evidence


def _of_shape(
    shape: float, middle: FloatArray, log_width: FloatArray, evidence: _Evidence
) -> tuple[FloatArray, FloatArray]:
    """Priors of one shape with the logarithms of their posteriors."""
    lows = np.array([middle[0] - 2.0, math.log(SPREADS[0])])
    highs = np.array([middle[-1] + 2.0, math.log(SPREADS[1])])
    least, most = lows.copy(), highs.copy()
    for _ in range(ROUNDS):
        axes = [np.linspace(low, high, GRID) for low, high in zip(lows, highs, strict=True)]
        steps = np.array([axis[1] - axis[0] for axis in axes])
        location, log_spread = (axis.ravel() for axis in np.meshgrid(*axes, indexing="ij"))
        mass = np.exp(_log_density(middle[:, None], location, np.exp(log_spread), shape))
        mass *= np.exp(log_width)[:, None]
        total = mass.sum(axis=0)
        mass /= np.maximum(total, LEAST)
        # Flat in the spread, of which the logarithm is on the grid.
        logs = np.where(total > 1e-6, evidence(mass), -np.inf) + log_spread + np.log(steps).sum()
        is_near = logs > logs.max() - FAR
        near = [axis[is_near] for axis in (location, log_spread)]
        if min(len(np.unique(values)) for values in near) >= 5:
            break
        lows = np.maximum([values.min() for values in near] - steps, least)
        highs = np.minimum([values.max() for values in near] + steps, most)
    return mass, logs


def _log_density(
    x: FloatArray, location: FloatArray, spread: FloatArray, shape: float
) -> FloatArray:
    """Of the logarithm of a rate: normal, or log-gamma."""
    from scipy.special import gammaln

    w = (x - location) / spread
    if shape == 0.0:
        return np.asarray(-0.5 * w * w - np.log(spread) - 0.5 * math.log(2.0 * math.pi))
    q = shape * spread
    k = 1.0 / (q * q)
    tail = k * (q * w - np.exp(np.minimum(q * w, 700.0)))
    return np.asarray(np.log(np.abs(q)) + k * np.log(k) - gammaln(k) + tail - np.log(spread))


def _splines(edges: FloatArray, mass: FloatArray) -> FloatArray:
    """(cells, splines) cubic B-splines at the cells, with knots at the quantiles of a prior."""
    from scipy.interpolate import BSpline

    root = np.sqrt(edges)
    share = np.append(0.0, np.cumsum(mass)) / mass.sum()
    quantiles = np.interp(np.clip(np.linspace(0.0, 1.0, KNOTS), 1e-3, 1.0 - 1e-3), share, root)
    number = np.arange(KNOTS, dtype=np.float64)
    position = np.interp(0.5 * (root[1:] + root[:-1]), quantiles + 1e-9 * number, number)
    inside = np.clip(position, 0.0, KNOTS - 1.0 - 1e-9)
    return np.asarray(
        BSpline.design_matrix(inside, np.arange(-3.0, KNOTS + 3.0), 3).toarray(), np.float64
    )


def _bent(
    likelihood: FloatArray, areas: FloatArray, mass: FloatArray, splines: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """(cells, strengths) the prior bent with each strength, and the evidence of each."""
    number = splines.shape[1]
    second = np.diff(np.eye(number), 2, axis=0)
    roughness = second.T @ second + 1e-2 * np.eye(number)
    bends = splines @ np.linalg.cholesky(np.linalg.inv(roughness))
    log_mass, unit = np.log(np.maximum(mass, LEAST)), np.eye(number)

    def bent(coefficients: FloatArray) -> tuple[float, FloatArray]:
        logs = log_mass + bends @ coefficients
        prior = np.exp(logs - logs.max())
        prior /= prior.sum()
        log_likelihood = float(areas @ np.log(np.maximum(likelihood @ prior, LEAST)))
        return log_likelihood, np.asarray(prior)

    coefficients, priors, evidence = np.zeros(number), [], []
    for strength in STRENGTHS:
        precision = 1.0 / strength**2
        log_likelihood, prior = bent(coefficients)
        value = log_likelihood - _penalty(coefficients, precision)
        information = unit
        for _ in range(STEPS):
            posterior = likelihood * prior
            posterior /= np.maximum(posterior.sum(axis=1), LEAST)[:, None]
            score = posterior @ bends - prior @ bends
            information = (score * areas[:, None]).T @ score
            gradient = areas @ score - precision * coefficients
            step = np.linalg.solve(information + precision * unit, gradient)
            length, gain = 1.0, 0.0
            while length > 1e-4:
                trial = coefficients + length * step
                log_likelihood, trial_prior = bent(trial)
                gain = log_likelihood - _penalty(trial, precision) - value
                if gain > 0.0:
                    coefficients, prior, value = trial, trial_prior, value + gain
                    break
                length *= 0.5
            if gain < 1e-3:
                break
        priors.append(prior)
        volume = np.linalg.slogdet(unit + information / precision)[1]
        evidence.append(value - 0.5 * float(volume))
    return np.column_stack(priors), np.array(evidence)


def _penalty(coefficients: FloatArray, precision: float) -> float:
    """What the roughness of a bend takes from the logarithm of the likelihood."""
    return 0.5 * precision * float(coefficients @ coefficients)
