"""The clusters of a pattern: by which method, at what cost, and whether they are chance."""

import dataclasses
from dataclasses import dataclass
from typing import Final, Self

import numpy as np

from service.analyses.clusters.chance import Chance
from service.analyses.density.surface import THREADS
from service.analyses.inputs.selection import Selection
from service.model.errors import TooMuchWorkError
from service.queries.patterns.clusters import ClustersQuery
from service.runtime.budget import Work
from service.runtime.cancellation import check_cancelled
from spatial.arrays import FloatArray, IntArray
from spatial.clusters.labels import neighbour_pairs
from spatial.clusters.methods import OVER_RECORDS, Method, distinct, second_order
from spatial.clusters.nearest_neighbour import random_nearest_m
from spatial.clusters.significance import Excess, Times, chance_maxima, excess, p_values

LEVEL: Final = 0.05
MOST_PAIRS: Final = 50_000_000  # of neighbouring places, which are held at a time
PAIR_BYTES: Final = 16
DEFAULT_MINIMUM: Final = 10
DEFAULT_DISTANCE_M: Final = {"dbscan": 250.0, "optics": 1_000.0, "hdbscan": 0.0}
# Of one pattern: a record, a pair of neighbouring places; a record, and one times all others.
RECORD_S, PAIR_S = 1.2e-6, 1e-8
OF_RECORDS_S: Final = {"hdbscan": (1e-5, 3e-9), "optics": (1e-5, 1e-8)}


@dataclass(frozen=True, eq=False)
class Pattern:
    """The incidents that are clustered.

    Attributes
    ----------
    xy_m : (n, 2) float64
        Places, metres.
    weights : (n,) float64
        Their harm where that is known and asked for, otherwise 1.
    days : (n,) float64
        Since 1970; of records by month only the first of the month.
    """

    xy_m: FloatArray
    weights: FloatArray
    days: FloatArray

    @classmethod
    def of(cls, selection: Selection, chosen: IntArray, query: ClustersQuery) -> Self:
        """The pattern of some selected incidents.

        Parameters
        ----------
        selection : Selection
            Of known harm where that is asked for.
        chosen : (n,) int64
            Incidents with a place in the area asked for.
        query : ClustersQuery
            Whether harm is asked for.

        Returns
        -------
        Pattern
            In their order.
        """
        incidents = selection.incidents
        weights = incidents.weight[chosen] if query.harm else np.ones(len(chosen))
        days = (
            incidents.occurred[chosen].astype("datetime64[D]").astype(np.int64).astype(np.float64)
        )
        return cls(incidents.xy_m[chosen], weights.astype(np.float64), days)

    def __len__(self) -> int:
        return len(self.days)


@dataclass(frozen=True, eq=False)
class Findings:
    """The clusters of a pattern, the largest first.

    Attributes
    ----------
    labels : (n,) int64
        Cluster of each incident, from 0; -1 for none.
    parents : (k,) int64
        Cluster of the second order of each, from 0; -1 for none.
    excess : Excess
        Of the clusters.
    p_value : (k,) float64
        NaN where nothing was tested.
    parents_expected : (m,) float64
        Share that would fall by chance on the ground of each cluster of the second order.
    reach_m, second_threshold_m : float
        What hulls were grown by; the threshold of the second order, 0 where there is none.
    draws : int
        Patterns of chance; 0 where nothing was tested.
    """

    labels: IntArray
    parents: IntArray
    excess: Excess
    p_value: FloatArray
    parents_expected: FloatArray
    reach_m: float
    second_threshold_m: float
    draws: int

    @property
    def labels_of_parents(self) -> IntArray:
        """(n,) the cluster of the second order of each incident, -1 for none."""
        return np.append(self.parents, -1)[self.labels]


def method_of(query: ClustersQuery, pattern: Pattern, *, area_m2: float) -> Method:
    """The method of a question, with its parameters.

    Parameters
    ----------
    query : ClustersQuery
        May leave them open.
    pattern : Pattern
        By which some are then chosen.
    area_m2 : float
        Ground on which incidents are clustered.

    Returns
    -------
    Method
        Ready to use.
    """
    distance_m = query.distance_m
    if distance_m is None:
        random_m = random_nearest_m(max(len(pattern), 1), area_m2)
        distance_m = DEFAULT_DISTANCE_M.get(query.method, random_m)
    minimum = query.minimum
    if minimum is None:
        minimum = DEFAULT_MINIMUM
        if query.harm and query.method == "dbscan" and len(pattern):
            minimum = max(2, round(DEFAULT_MINIMUM * float(pattern.weights.mean())))
    return Method(query.method, distance_m, minimum, query.metres_per_day)


def work_of(query: ClustersQuery, method: Method, pattern: Pattern) -> Work:
    """What it costs to cluster a pattern and those of chance.

    Parameters
    ----------
    query : ClustersQuery
        How many patterns are drawn.
    method : Method
        Of clustering.
    pattern : Pattern
        The incidents.

    Returns
    -------
    Work
        By measured rates.

    Raises
    ------
    TooMuchWorkError
        If more places are neighbours than can be held.
    """
    records, patterns, memory_bytes = len(pattern), query.draws_made + 1, 0.0
    each_s = RECORD_S * records
    advice = "ask for fewer draws, a shorter period or a smaller area"
    if method.name in OVER_RECORDS:
        record_s, square_s = OF_RECORDS_S[method.name]
        each_s += record_s * records + square_s * records * records
        advice += ", or method=dbscan"
    elif records:
        points = pattern.xy_m
        if method.metres_per_day is not None:
            points = np.column_stack([points, pattern.days * method.metres_per_day])
        pairs = neighbour_pairs(distinct(points)[0], method.distance_m)
        advice += ", or a smaller distance_m"
        if pairs > MOST_PAIRS:
            raise TooMuchWorkError("pairs of neighbouring places", pairs, MOST_PAIRS, advice)
        each_s += PAIR_S * pairs
        memory_bytes = float(PAIR_BYTES * pairs)
    what = f"{records:,} incidents clustered {patterns:,} times"
    return Work(each_s * patterns, memory_bytes + 400.0 * records * THREADS, what, advice)


def held_against(
    chance: Chance,
    pattern: Pattern,
    labels: IntArray,
    method: Method,
    query: ClustersQuery,
    *,
    area_m2: float,
) -> Findings:
    """Clusters in their order, with what is expected of them and their p.

    Parameters
    ----------
    chance : Chance
        Where incidents would fall.
    pattern : Pattern
        The incidents.
    labels : (n,) int64
        Their clusters, as the method numbers them.
    method : Method
        Of clustering.
    query : ClustersQuery
        Draws and seed.
    area_m2 : float
        Ground on which incidents are clustered.

    Returns
    -------
    Findings
        The cluster of the largest weight first.
    """
    clustered = pattern.weights
    if method.name != "dbscan":
        clustered = np.ones(len(pattern))
    labels = _ranked(labels, pattern.weights)
    reach_m = 0.5 * method.distance_m
    if method.name in OVER_RECORDS:
        reach_m = 0.5 * random_nearest_m(max(len(pattern), 1), area_m2)
    times = None
    if method.metres_per_day is not None:
        times = Times(pattern.days, method.distance_m / method.metres_per_day)
    places = None if chance.population is None else chance.population.places
    beyond = excess(
        pattern.xy_m,
        clustered,
        chance.density,
        labels,
        reach_m=reach_m,
        times=times,
        places=places,
    )
    clusters = len(beyond.share)
    p_value, draws = np.full(clusters, np.nan), 0
    if clusters and query.draws_made and chance.population is not None:
        draws = query.draws_made
        maxima = chance_maxima(
            chance.population,
            clustered,
            lambda xy_m: method.labels(xy_m, clustered, pattern.days, is_redrawn=True),
            reach_m=reach_m,
            times=times,
            draws=draws,
            seed=query.seed,
            threads=1 if method.name in OVER_RECORDS else THREADS,
            on_progress=check_cancelled,
        )
        p_value = p_values(beyond.statistic, maxima)
    parents, second_threshold_m = np.full(clusters, -1), 0.0
    if method.name == "nearest-neighbour":
        parents, second_threshold_m = second_order(pattern.xy_m, labels, area_m2=area_m2)
        counts = np.bincount(labels[labels >= 0], minlength=clusters).astype(np.float64)
        parents = _ranked(parents, counts)
    findings = Findings(
        labels, parents, beyond, p_value, np.zeros(0), reach_m, second_threshold_m, draws
    )
    of_parents = excess(
        pattern.xy_m,
        clustered,
        chance.density,
        findings.labels_of_parents,
        reach_m=reach_m,
        places=places,
    )
    return dataclasses.replace(findings, parents_expected=of_parents.expected)


def _ranked(labels: IntArray, weights: FloatArray) -> IntArray:
    """The labels numbered by the weight of their clusters, the largest first."""
    clusters = int(labels.max(initial=-1)) + 1
    is_member = labels >= 0
    weight = np.bincount(labels[is_member], weights[is_member], minlength=clusters)
    rank = np.empty(clusters + 1, np.int64)
    rank[np.argsort(-weight, kind="stable")] = np.arange(clusters)
    rank[-1] = -1
    return rank[labels]
