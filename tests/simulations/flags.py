"""How often areas are above a line that are said to be so with some probability."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from spatial.arrays import FloatArray
from spatial.rates.posteriors import rate_posteriors
from tests.simulations.tables import SimulationTable

DECILES = 10
MOST_WORLDS = 40_000
Means = Callable[[int, np.random.Generator], FloatArray]


@dataclass(frozen=True)
class Setting:
    """Worlds of so many areas whose true means are drawn from a distribution."""

    name: str
    areas: int
    means: Means


def two_kinds(size: int, rng: np.random.Generator) -> FloatArray:
    """Four villages to each town, of six times their mean."""
    is_town = rng.random(size) < 0.2
    return np.where(is_town, 90.0, 15.0) * rng.gamma(8.0, 1 / 8.0, size)


SETTINGS = (
    Setting("gamma, variation 0.6", 500, lambda n, rng: rng.gamma(3.0, 10.0, n)),
    Setting("gamma, variation 0.6", 26, lambda n, rng: rng.gamma(3.0, 10.0, n)),
    Setting("gamma, variation 1.4", 500, lambda n, rng: rng.gamma(0.5, 30.0, n)),
    Setting("lognormal, variation 0.9", 500, lambda n, rng: 20.0 * np.exp(rng.normal(0, 0.8, n))),
    Setting("lognormal, variation 0.3", 26, lambda n, rng: 100.0 * np.exp(rng.normal(0, 0.3, n))),
    Setting("two kinds of areas", 500, two_kinds),
)


@dataclass(frozen=True)
class Calibration:
    """Of the areas with a stated probability in each tenth: number, mean stated, share above."""

    number: FloatArray
    stated: FloatArray
    above: FloatArray

    @property
    def difference(self) -> FloatArray:
        """Stated less true, in points."""
        return 100.0 * (self.stated - self.above)


def calibration(setting: Setting, *, least: int, seed: int = 7) -> Calibration:
    """Worlds until each tenth has so many areas; the line is anywhere in the upper half."""
    rng = np.random.default_rng(seed)
    sums = np.zeros((3, DECILES))
    for _ in range(MOST_WORLDS):
        if sums[0].min() >= least:
            break
        means = setting.means(setting.areas, rng)
        counts = rng.poisson(means).astype(float)
        others = setting.means(2_000, rng)  # the line knows nothing of the areas themselves
        line = max(1.0, round(float(np.quantile(others, rng.uniform(0.5, 0.95)))))
        stated = rate_posteriors(counts, np.ones(len(counts))).probability_above(line)
        tenth = np.minimum((DECILES * stated).astype(int), DECILES - 1)
        for k, weights in enumerate((None, stated, means >= line)):
            sums[k] += np.bincount(tenth, weights=weights, minlength=DECILES)
    return Calibration(sums[0], sums[1] / sums[0], sums[2] / sums[0])


def calibration_of_flags(least: int) -> SimulationTable:
    """Stated less true share of areas above the line, by tenth of the stated probability."""
    rows = []
    for setting in SETTINGS:
        result = calibration(setting, least=least)
        texts = [f"{points:+.1f}" for points in result.difference]
        largest = f"{np.abs(result.difference).max():.1f}"
        rows.append((setting.name, str(setting.areas), *texts, largest))
    tenths = tuple(f"{10 * k} to {10 * k + 10} %" for k in range(DECILES))
    return SimulationTable(("true means", "areas", *tenths, "largest"), tuple(rows))
