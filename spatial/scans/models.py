"""Null hypotheses of a scan: how incidents fall on places and steps by chance."""

from abc import ABC, abstractmethod
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from spatial.arrays import FloatArray, IntArray, checked_values
from spatial.errors import InvalidValuesError


@dataclass(frozen=True, eq=False)
class ScanModel(ABC):
    """Counts, and what is expected of them.

    Attributes
    ----------
    counts : (places, steps) int64
        Incidents; one step where only places are compared.
    expected : (places,) float64
        Incidents expected of each place in all steps; they add up to the incidents.
    step_share : (steps,) float64
        Share of a place's expected incidents in each step; they add up to 1.
    """

    counts: IntArray
    expected: FloatArray
    step_share: FloatArray

    @property
    def cases(self) -> int:
        """Number of incidents."""
        return int(self.counts.sum())

    @property
    def population(self) -> float:
        """Cases and controls together; infinite where incidents are not drawn from any."""
        return np.inf

    @abstractmethod
    def draw(self, generator: np.random.Generator, rows: int) -> IntArray:
        """Counts that the null hypothesis could have given.

        Parameters
        ----------
        generator : numpy.random.Generator
            Source of the random numbers.
        rows : int
            How many maps.

        Returns
        -------
        (rows, places, steps) int64
            Each with as many incidents as there are.
        """


@dataclass(frozen=True, eq=False)
class PoissonModel(ScanModel):
    """Each incident is equally likely in every unit of the population, at all times."""

    def draw(self, generator: np.random.Generator, rows: int) -> IntArray:
        """Incidents given to places and steps at random, in proportion to what is expected."""
        chance = np.outer(self.expected, self.step_share).ravel()
        drawn = generator.multinomial(self.cases, chance / chance.sum(), size=rows)
        return drawn.reshape(rows, *self.counts.shape)


@dataclass(frozen=True, eq=False)
class BernoulliModel(ScanModel):
    """Each case is equally likely to be any of the cases and controls.

    Attributes
    ----------
    both : (places,) int64
        Cases and controls of each place.
    """

    both: IntArray

    @property
    def population(self) -> float:
        """Cases and controls together."""
        return float(self.both.sum())

    def draw(self, generator: np.random.Generator, rows: int) -> IntArray:
        """Which of the cases and controls are the cases, at random."""
        drawn = generator.multivariate_hypergeometric(
            self.both, self.cases, size=rows, method="marginals"
        )
        return drawn.reshape(rows, *self.counts.shape)


@dataclass(frozen=True, eq=False)
class PermutationModel(ScanModel):
    """Incidents keep their places, and are dealt each other's times."""

    def draw(self, generator: np.random.Generator, rows: int) -> IntArray:
        """The times of the incidents permuted."""
        places, steps = self.counts.shape
        place = np.repeat(np.arange(places) * steps, self.counts.sum(axis=1))
        step = np.repeat(np.arange(steps), self.counts.sum(axis=0))
        drawn = np.empty((rows, places * steps), np.int64)
        for row in range(rows):
            cell = place + generator.permutation(step)
            drawn[row] = np.bincount(cell, minlength=places * steps)
        return drawn.reshape(rows, places, steps)


def poisson_model(
    counts: ArrayLike, population: ArrayLike, exposure: ArrayLike = (1.0,)
) -> PoissonModel:
    """Incidents in proportion to a population, and to the length of each step.

    Parameters
    ----------
    counts : (places,) or (places, steps) int64
        Incidents.
    population : (places,) float64
        Above 0, such as residents or ground.
    exposure : (steps,) float64
        Above 0: the days of each step that the data cover.

    Returns
    -------
    PoissonModel
        Given the number of incidents, which is not tested.

    Raises
    ------
    InvalidValuesError
        If a count is not a whole number of 0 or more, or a population or an exposure is not
        above 0.
    """
    table = _checked_counts(counts)
    people = checked_values(population, name="population", areas=len(table))
    days = checked_values(exposure, name="exposure", areas=table.shape[1])
    if np.any(people <= 0.0) or np.any(days <= 0.0):
        raise InvalidValuesError("population and exposure", "must be above 0")
    return PoissonModel(table, table.sum() * people / people.sum(), days / days.sum())


def bernoulli_model(cases: ArrayLike, controls: ArrayLike) -> BernoulliModel:
    """Cases among controls.

    Parameters
    ----------
    cases, controls : (places,) int64
        At each place.

    Returns
    -------
    BernoulliModel
        Given the number of cases and of controls.

    Raises
    ------
    InvalidValuesError
        If one is not a whole number of 0 or more, or there is no control at all.
    """
    table = _checked_counts(cases)
    others = _checked_counts(controls)
    if others.shape != table.shape or table.shape[1] != 1:
        raise InvalidValuesError("controls", "must be one number per place, as the cases are")
    if not others.sum():
        raise InvalidValuesError("controls", "must not all be 0: there is nothing to compare with")
    both = (table + others)[:, 0]
    return BernoulliModel(table, table.sum() * both / both.sum(), np.ones(1), both)


def permutation_model(counts: ArrayLike) -> PermutationModel:
    """Incidents whose times do not depend on their places.

    Parameters
    ----------
    counts : (places, steps) int64
        Incidents.

    Returns
    -------
    PermutationModel
        Given the incidents of each place and those of each step, neither of which is tested.

    Raises
    ------
    InvalidValuesError
        If a count is not a whole number of 0 or more.
    """
    table = _checked_counts(counts)
    return PermutationModel(
        table,
        table.sum(axis=1).astype(np.float64),
        table.sum(axis=0) / max(int(table.sum()), 1),
    )


def _checked_counts(counts: ArrayLike) -> IntArray:
    """(places, steps) whole numbers of 0 or more."""
    table = np.asarray(counts)
    table = table[:, None] if table.ndim == 1 else table
    if table.ndim != 2 or not np.all((table >= 0) & (table == np.floor(table))):
        raise InvalidValuesError("counts", "must be whole numbers of 0 or more, not weights")
    return np.ascontiguousarray(table, np.int64)
