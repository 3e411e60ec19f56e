"""Whether clusters are more than the clustering of the population: a Monte Carlo maximum."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from spatial.arrays import FloatArray, IntArray, Progress, frozen
from spatial.clusters.population import Places, Population
from spatial.clusters.shapes import grown_areas_m2, hulls
from spatial.errors import InvalidParameterError

Labelling = Callable[[FloatArray], IntArray]
"""Gives the clusters of records from their places; the weights and times are the same."""

FEWEST_DRAWS = 19


@dataclass(frozen=True, eq=False)
class Excess:
    """How far clusters exceed what the population makes likely.

    Attributes
    ----------
    share : (k,) float64
        Of the weight of all records.
    expected : (k,) float64
        Share that would fall by chance within reach of the hull.
    statistic : (k,) float64
        Logarithm of the likelihood ratio of one record; 0 where no more than expected.
    """

    share: FloatArray
    expected: FloatArray
    statistic: FloatArray


@dataclass(frozen=True, eq=False)
class Times:
    """When records were, for clusters in space and time.

    Attributes
    ----------
    days : (n,) float64
        Of each.
    reach_days : float
        What the span of a cluster is grown by on both sides.
    """

    days: FloatArray
    reach_days: float

    def shares(self, labels: IntArray) -> FloatArray:
        """The share of all records that were in the days of each cluster, wherever.

        Parameters
        ----------
        labels : (n,) int64
            From 0 to k - 1, each at least once; -1 for none.

        Returns
        -------
        (k,) float64
            Above 0.
        """
        ordered = np.sort(self.days)
        clusters = int(labels.max(initial=-1)) + 1
        first, last = np.full(clusters, np.inf), np.full(clusters, -np.inf)
        is_member = labels >= 0
        np.minimum.at(first, labels[is_member], self.days[is_member])
        np.maximum.at(last, labels[is_member], self.days[is_member])
        start = np.searchsorted(ordered, first - self.reach_days, side="left")
        end = np.searchsorted(ordered, last + self.reach_days, side="right")
        return np.asarray((end - start) / len(ordered), np.float64)


def excess(
    xy_m: FloatArray,
    weights: FloatArray,
    density: FloatArray,
    labels: IntArray,
    *,
    reach_m: float,
    times: Times | None = None,
    places: Places | None = None,
) -> Excess:
    """Hold the weight of clusters against what is expected on their ground.

    Parameters
    ----------
    xy_m : (n, 2) float64
        Records, metres.
    weights : (n,) float64
        Of the records.
    density : (n,) float64
        Share of incidents per square metre that falls by chance at each.
    labels : (n,) int64
        Cluster of each; -1 for none.
    reach_m : float
        What hulls are grown by, metres: a hull of two places is no ground.
    times : Times or None
        Of the records, where clusters are in time as well.
    places : Places or None
        On which records fall by chance, where they do: what is expected is then the share of
        those in reach of a hull, whatever the density.

    Returns
    -------
    Excess
        In the order of the labels.

    Notes
    -----
    With p the share of a cluster and q that expected, p log(p / q) + (1 - p) log((1 - p) /
    (1 - q)), as in Kulldorff (1997): a cluster of many on little ground stands out, and one as
    large as its town does not.
    """
    clusters = int(labels.max(initial=-1)) + 1
    is_member = labels >= 0
    members = labels[is_member]
    total = weights.sum()
    if not clusters or not total > 0.0:
        return Excess(*(np.zeros(clusters) for _ in range(3)))
    share = np.bincount(members, weights[is_member], minlength=clusters) / total
    hull = hulls(xy_m, labels)
    if places is not None:
        expected = np.minimum(places.within(hull, reach_m), 1.0)
    else:
        number = np.bincount(members, minlength=clusters)
        mean_density = np.bincount(members, density[is_member], minlength=clusters) / number
        expected = np.minimum(mean_density * grown_areas_m2(hull, reach_m), 1.0)
    if times is not None:
        expected *= times.shares(labels)
    p, q = np.minimum(share, 1.0), np.clip(expected, 1e-12, 1.0 - 1e-12)
    rest = np.where(p < 1.0, (1.0 - p) * np.log(np.maximum(1.0 - p, 1e-300) / (1.0 - q)), 0.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        first = np.where(p > 0.0, p * np.log(p / q), 0.0)
    return Excess(share, expected, np.where(p > q, first + rest, 0.0))


def chance_maxima(
    population: Population,
    weights: FloatArray,
    labelling: Labelling,
    *,
    reach_m: float,
    times: Times | None = None,
    draws: int,
    seed: int = 0,
    threads: int = 1,
    on_progress: Progress | None = None,
) -> FloatArray:
    """The largest excess of a cluster in each of many patterns that fell by chance.

    Parameters
    ----------
    population : Population
        Where records fall.
    weights : (n,) float64
        Of the records; they keep them, and their times.
    labelling : callable
        Gives clusters as for the pattern that was observed.
    reach_m, times : float, Times or None
        As for `excess`.
    draws : int
        Patterns, at least 19.
    seed : int
        At least 0; one seed, one answer, whatever the number of threads.
    threads : int
        At least 1.
    on_progress : callable, optional
        Called in this thread as ``on_progress(done, draws)``; what it raises ends the work.

    Returns
    -------
    (draws,) float64
        Ascending; 0 of a pattern without a cluster.

    Raises
    ------
    InvalidParameterError
        If a number is out of range.

    Notes
    -----
    Null hypothesis: records fall independently of one another, as the population does. p of a
    cluster is (patterns whose maximum is at least as large + 1) / (draws + 1) (`p_values`),
    which holds over all clusters at once, whatever the method, since the observed pattern and
    those of chance are clustered alike (Besag and Diggle 1977). Records of one event are not
    independent: then a cluster is more than chance for that reason too.
    """
    for name, number, least in (
        ("draws", draws, FEWEST_DRAWS), ("seed", seed, 0), ("threads", threads, 1)
    ):  # fmt: skip
        if number < least:
            raise InvalidParameterError(name, number, f"at least {least}")

    def draw(number: int) -> float:
        """The maximum of one pattern, with random numbers of its own."""
        stream = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(number,)))
        xy_m, density = population.draw(len(weights), stream)
        labels = labelling(xy_m)
        beyond = excess(
            xy_m,
            weights,
            density,
            labels,
            reach_m=reach_m,
            times=times,
            places=population.places,
        )
        return float(beyond.statistic.max(initial=0.0))

    maxima = np.empty(draws)
    with ThreadPoolExecutor(threads) as pool:
        values = map(draw, range(draws)) if threads == 1 else pool.map(draw, range(draws))
        try:
            for number, value in enumerate(values):
                maxima[number] = value
                if on_progress is not None:
                    on_progress(number + 1, draws)
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise
    return frozen(np.sort(maxima))


def p_values(statistic: FloatArray, maxima: FloatArray) -> FloatArray:
    """P that chance gives a cluster as far in excess as each of some.

    Parameters
    ----------
    statistic : (k,) float64
        Of the observed clusters.
    maxima : (draws,) float64
        From `chance_maxima`.

    Returns
    -------
    (k,) float64
        From 1 / (draws + 1) to 1.
    """
    least = statistic - 1e-9 * np.maximum(1e-3, statistic)
    beyond = len(maxima) - np.searchsorted(maxima, least, side="left")
    return np.asarray((beyond + 1.0) / (len(maxima) + 1.0), np.float64)
