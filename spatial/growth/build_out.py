"""Build-out of development sites: homes by year, at the planned pace or any other."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from spatial.arrays import FloatArray, checked_values, frozen
from spatial.errors import InvalidParameterError, InvalidValuesError

MAX_YEARS = 200


@dataclass(frozen=True)
class Pace:
    """How fast sites are built compared with their schedule: a log-normal distribution.

    Attributes
    ----------
    median : float
        1 is as scheduled, 0.5 takes twice as long; above 0.
    log_sd : float
        Standard deviation of the logarithm, at least 0; 0 for a known pace.
    """

    median: float = 1.0
    log_sd: float = 0.35

    def __post_init__(self) -> None:
        """Refuse parameters that do not describe a distribution."""
        if not (math.isfinite(self.median) and self.median > 0.0):
            raise InvalidParameterError("pace", self.median, "finite and above 0")
        if not (math.isfinite(self.log_sd) and self.log_sd >= 0.0):
            raise InvalidParameterError("pace_spread", self.log_sd, "finite and at least 0")

    def draws(self, draws: int, rng: np.random.Generator) -> FloatArray:
        """(draws,) paces, one from each of that many equally likely slices, in random order.

        Because of the slices the mean number of homes agrees with that of the distribution to
        a few parts in 10,000; with independent draws it would change with the seed.

        Parameters
        ----------
        draws : int
            Number of draws.
        rng : numpy.random.Generator
            Source of the random numbers.
        """
        from scipy.special import ndtri

        slices = (rng.permutation(draws) + 0.5) / draws
        return np.asarray(self.median * np.exp(self.log_sd * ndtri(slices)), np.float64)

    def interval(self, confidence: float = 0.9) -> tuple[float, float]:
        """The limits of the central interval with a given share of the distribution.

        Parameters
        ----------
        confidence : float
            Share of the distribution, above 0 and below 1.
        """
        from scipy.special import ndtri

        z = float(ndtri(0.5 + 0.5 * confidence))
        return self.median * math.exp(-z * self.log_sd), self.median * math.exp(z * self.log_sd)


@dataclass(frozen=True, eq=False)
class BuildOut:
    """Homes still to be built at each site, year by year from its start; read-only arrays.

    Attributes
    ----------
    start : (n,) float64
        Decimal year at which the schedule begins: 2020.0 is the first moment of 2020.
    due : (n, years) float64
        Homes scheduled in the first, second, ... year from `start`.
    """

    start: FloatArray
    due: FloatArray

    def __len__(self) -> int:
        return len(self.start)

    @property
    def homes(self) -> FloatArray:
        """(n,) all homes still to be built at each site."""
        return np.asarray(self.due.sum(axis=1), np.float64)

    def built(self, site: int, times: ArrayLike, pace: ArrayLike = 1.0) -> FloatArray:
        """(times, paces) homes of the schedule that are complete at given times.

        Parameters
        ----------
        site : int
            Position of the site.
        times : (m,) float64
            Decimal years.
        pace : (draws,) float64
            See `Pace`.

        Notes
        -----
        Pace scales the time since `start`: with D(u) the homes due u years after it, linear
        within each year, D(pace (t - start)). The number of homes never exceeds those still to
        be built.
        """
        moments = np.atleast_1d(np.asarray(times, np.float64))
        paces = np.atleast_1d(np.asarray(pace, np.float64))
        elapsed_years = np.maximum(moments - self.start[site], 0.0)[:, None] * paces
        cumulative_homes = np.concatenate([[0.0], np.cumsum(self.due[site])])
        return np.asarray(
            np.interp(elapsed_years, np.arange(len(cumulative_homes)), cumulative_homes),
            np.float64,
        )


def build_out(
    homes: ArrayLike,
    start_year: ArrayLike,
    *,
    years: int,
    phase_site: ArrayLike = (),
    phase_year: ArrayLike = (),
    phase_homes: ArrayLike = (),
) -> BuildOut:
    """The schedule of homes still to be built: by phases, and evenly for the rest.

    Parameters
    ----------
    homes : (n,) float64
        Homes still to be built at each site, at least 0.
    start_year : (n,) int
        First year of building at each site.
    years : int
        Homes not in a phase are built evenly over this many years from `start_year`.
    phase_site, phase_year, phase_homes : (phases,)
        Position of the site, year, and number of homes of each phase.

    Returns
    -------
    BuildOut

    Raises
    ------
    InvalidValuesError, InvalidParameterError
        If homes are negative, `years` is out of range, or a phase refers to a missing site.

    Notes
    -----
    Homes of a phase that was due before `start_year` are late, and due in the first year. If
    the phases of a site add up to more than its `homes` they are all scaled down by the same
    factor; if they add up to less, the remaining homes are built evenly alongside.
    """
    homes_to_come = checked_values(homes, name="homes")
    start = checked_values(start_year, name="start_year", areas=len(homes_to_come))
    site = np.asarray(phase_site, np.int64)
    homes_in_phase = checked_values(phase_homes, name="phase_homes", areas=len(site))
    due_year = checked_values(phase_year, name="phase_year", areas=len(site))
    if not 1 <= years <= MAX_YEARS:
        raise InvalidParameterError("build_years", years, f"from 1 to {MAX_YEARS}")
    if np.any(homes_to_come < 0.0) or np.any(homes_in_phase < 0.0):
        raise InvalidValuesError("homes", "must not be negative")
    if len(site) and not (site.min() >= 0 and site.max() < len(homes_to_come)):
        raise InvalidValuesError(
            "phase_site", f"must be positions of the {len(homes_to_come)} sites"
        )
    year_index = np.maximum(due_year - start[site], 0.0).astype(np.int64)
    if np.any(year_index >= MAX_YEARS):
        raise InvalidValuesError("phase_year", f"must be within {MAX_YEARS} years of the start")
    schedule = np.zeros((len(homes_to_come), max(years, int(year_index.max(initial=0)) + 1)))
    np.add.at(schedule, (site, year_index), homes_in_phase)
    phased_homes = schedule.sum(axis=1)
    schedule *= np.divide(
        homes_to_come,
        phased_homes,
        out=np.ones_like(phased_homes),
        where=phased_homes > homes_to_come,
    )[:, None]
    unphased_homes = np.maximum(homes_to_come - phased_homes, 0.0)
    schedule[:, :years] += unphased_homes[:, None] / years
    return BuildOut(frozen(start.copy()), frozen(schedule))
