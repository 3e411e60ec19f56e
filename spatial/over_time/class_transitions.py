"""Markov chains of classes: how often areas move from one class to another, or stay."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from spatial.arrays import AnyArray, FloatArray, IntArray, frozen
from spatial.errors import InvalidParameterError, InvalidValuesError
from spatial.weights.weights import Neighbours

UNKNOWN = -1  # class or context of an area in a step


@dataclass(frozen=True)
class ContextTest:
    """Whether moves depend on the context of the area.

    Attributes
    ----------
    statistic : float
        Likelihood ratio of one matrix for each context against one for all.
    freedom : int
        Degrees of freedom of its chi-squared distribution.
    p_value : float
        By dealing the series of the areas out again; NaN without draws.
    """

    statistic: float
    freedom: int
    p_value: float


def transition_counts(
    classes: ArrayLike,
    *,
    n_classes: int,
    is_next: ArrayLike,
    contexts: ArrayLike | None = None,
    n_contexts: int = 1,
) -> IntArray:
    """How often areas moved from one class to another in the next step, by context.

    Parameters
    ----------
    classes : (n, steps) int
        Class of each area in each step, 0 to `n_classes` - 1; `UNKNOWN` where it has none.
    n_classes : int
        Their number, at least 1.
    is_next : (steps - 1,) bool
        Whether each step is followed at once by the next, without a gap.
    contexts : (n, steps) int or None
        Context of each area at the beginning of a move, 0 to `n_contexts` - 1, or `UNKNOWN`;
        None: one for all.
    n_contexts : int
        Their number.

    Returns
    -------
    (n_contexts, n_classes, n_classes) int64
        From the class of the row to that of the column; moves from or to `UNKNOWN` are left out.

    Raises
    ------
    InvalidValuesError
        If a class or a context is out of range, or the shapes differ.

    References
    ----------
    Rey (2001), Geographical Analysis 33(3): spatial Markov chains.
    """
    table = np.asarray(classes)
    context = np.zeros(table.shape, np.int64) if contexts is None else np.asarray(contexts)
    follows = np.asarray(is_next, np.bool_)
    if table.ndim != 2 or context.shape != table.shape or len(follows) != table.shape[1] - 1:
        raise InvalidValuesError("classes", "must be areas by steps, with a context each")
    for name, values, number in (("classes", table, n_classes), ("contexts", context, n_contexts)):
        if np.any((values < UNKNOWN) | (values >= number)):
            raise InvalidValuesError(name, f"must be from 0 to {number - 1}, or {UNKNOWN}")
    origin, target = table[:, :-1][:, follows], table[:, 1:][:, follows]
    where = context[:, :-1][:, follows]
    is_known = (origin >= 0) & (target >= 0) & (where >= 0)
    cell = (where[is_known] * n_classes + origin[is_known]) * n_classes + target[is_known]
    counts = np.bincount(cell, minlength=n_contexts * n_classes**2)
    return frozen(counts.reshape(n_contexts, n_classes, n_classes).astype(np.int64))


def probabilities(counts: ArrayLike) -> FloatArray:
    """The share of the moves from each class that lead to each class.

    Parameters
    ----------
    counts : (..., k, k) int
        Moves.

    Returns
    -------
    (..., k, k) float64
        NaN in the rows of classes that no area left or stayed in.
    """
    moves = np.asarray(counts, np.float64)
    total = moves.sum(axis=-1, keepdims=True)
    share: FloatArray = np.full(moves.shape, np.nan)
    np.divide(moves, total, out=share, where=total > 0.0)
    return share


def steady_state(counts: ArrayLike) -> FloatArray | None:
    """The shares of the classes that a chain comes to in the long run, whatever it begins with.

    Parameters
    ----------
    counts : (k, k) int
        Moves.

    Returns
    -------
    (k,) float64 or None
        0 for classes that no area was ever in. None where the shares depend on the beginning
        (there are two groups of classes that are never left), or where areas were in a class of
        which no next step is known.
    """
    from giddy.ergodic import steady_state as of_chain

    moves = np.asarray(counts)
    is_visited = moves.sum(axis=0) + moves.sum(axis=1) > 0
    visited = moves[np.ix_(is_visited, is_visited)]
    if not len(visited) or np.any(visited.sum(axis=1) == 0):
        return None
    long_run = np.atleast_2d(of_chain(probabilities(visited)))
    if len(long_run) != 1:
        return None
    shares = np.zeros(len(moves))
    shares[is_visited] = long_run[0]
    return frozen(shares)


def majority_contexts(classes: ArrayLike, neighbours: Neighbours) -> IntArray:
    """Whether more of an area's neighbours are hot than cold, or more cold than hot.

    Parameters
    ----------
    classes : (n, steps) int
        1 hot, -1 cold, 0 neither.
    neighbours : Neighbours
        Structure over the n areas.

    Returns
    -------
    (n, steps) int64
        0 more cold, 1 as many of both or none, 2 more hot; `UNKNOWN` for areas without neighbours.
    """
    balance = np.sign(np.round(_mean_matrix(neighbours.binary()) @ np.asarray(classes), 9))
    return frozen(np.where(np.isnan(balance), UNKNOWN, balance + 1).astype(np.int64))


def quantile_classes(values: ArrayLike, number: int) -> tuple[IntArray, FloatArray]:
    """Classes of equal size over all areas and steps together, lowest first.

    Parameters
    ----------
    values : (n, steps) float64
        NaN where not known.
    number : int
        Of classes, at least 2. Where many values are equal there are fewer.

    Returns
    -------
    classes : (n, steps) int64
        From 0; `UNKNOWN` where the value is not known.
    limits : (k,) float64
        Upper end of each class, included.
    """
    if number < 2:
        raise InvalidParameterError("number", number, "2 or more")
    table = np.asarray(values, np.float64)
    is_known = ~np.isnan(table)
    classes = np.full(table.shape, UNKNOWN, np.int64)
    if not is_known.any():
        return frozen(classes), frozen(np.empty(0))
    known_values = table[is_known]
    limits = np.unique(np.quantile(known_values, np.arange(1, number + 1) / number))
    # The last limit is the largest value, but for rounding.
    classes[is_known] = np.searchsorted(limits[:-1], known_values, side="left")
    return frozen(classes), frozen(limits)


def lag_contexts(values: ArrayLike, neighbours: Neighbours, number: int) -> IntArray:
    """Quantile classes of the mean of each area's neighbours.

    Parameters
    ----------
    values : (n, steps) float64
        Of each area and step.
    neighbours : Neighbours
        Structure over the n areas.
    number : int
        Of classes, as `quantile_classes`.

    Returns
    -------
    (n, steps) int64
        From 0; `UNKNOWN` for areas without neighbours.
    """
    return _contexts(np.asarray(values, np.float64), _mean_matrix(neighbours), number)


def context_test(
    values: ArrayLike,
    neighbours: Neighbours,
    *,
    number: int,
    is_next: ArrayLike,
    permutations: int = 0,
    seed: int = 0,
    on_progress: Callable[[int, int], None] | None = None,
) -> ContextTest:
    """Whether moves between quantile classes depend on the classes of the neighbours' means.

    Parameters
    ----------
    values : (n, steps) float64
        Of each area and step.
    neighbours : Neighbours
        Structure over the n areas.
    number : int
        Of classes and of contexts, as `quantile_classes`.
    is_next : (steps - 1,) bool
        As `transition_counts`.
    permutations : int
        Times that the areas' series are dealt out again; 0: no p.
    seed : int
        At least 0.
    on_progress : callable, optional
        Called as ``on_progress(draws done, draws)``.

    Returns
    -------
    ContextTest

    Notes
    -----
    Null hypothesis: it does not matter where an area is. Whole series are dealt out to the areas
    at random, and contexts and statistic computed anew, so that p is exact whatever the series are
    like, and however they go on from one step to the next. The chi-squared distribution of the
    statistic supposes that all moves are independent, which those of one area are not: it is not
    used.

    References
    ----------
    Bickenbach and Bode (2003), International Regional Science Review 26(3); Rey, Kang and Wolf
    (2016), Geographical Analysis 48(1).
    """
    table = np.asarray(values, np.float64)
    classes, _ = quantile_classes(table, number)
    matrix = _mean_matrix(neighbours)

    def moves(order: AnyArray) -> IntArray:
        contexts = _contexts(table[order], matrix, number)
        return transition_counts(
            classes[order],
            n_classes=number,
            is_next=is_next,
            contexts=contexts,
            n_contexts=number,
        )

    observed = moves(np.arange(len(table)))
    statistic = likelihood_ratio(observed)
    rng, beyond = np.random.default_rng(seed), 0
    for draw in range(permutations):
        beyond += likelihood_ratio(moves(rng.permutation(len(table)))) >= statistic - 1e-9
        if on_progress is not None:
            on_progress(draw + 1, permutations)
    return ContextTest(
        statistic=statistic,
        freedom=_freedom(observed),
        p_value=(beyond + 1.0) / (permutations + 1.0) if permutations else float("nan"),
    )


def likelihood_ratio(counts: ArrayLike) -> float:
    """Likelihood ratio of one transition matrix for each context against one for all.

    Parameters
    ----------
    counts : (contexts, k, k) int
        Moves.

    Returns
    -------
    float
        0 where all contexts have the same shares.
    """
    moves = np.asarray(counts, np.float64)
    pooled = probabilities(moves.sum(axis=0))
    ratio = np.divide(probabilities(moves), pooled, out=np.ones(moves.shape), where=moves > 0.0)
    return float(2.0 * np.sum(moves * np.log(ratio)))


def _freedom(counts: IntArray) -> int:
    """Contexts with moves from each class, less 1, times classes that these lead to, less 1."""
    contexts = np.count_nonzero(counts.sum(axis=2), axis=0)
    targets = np.count_nonzero(counts.sum(axis=0), axis=1)
    return int(np.sum(np.maximum(contexts - 1, 0) * np.maximum(targets - 1, 0)))


def _mean_matrix(neighbours: Neighbours) -> Any:
    """The matrix that takes values to the means of neighbours, NaN where there are none."""
    from scipy.sparse import csr_array

    rows, islands = neighbours.row_standardised(), neighbours.islands
    n = neighbours.n
    means = csr_array((rows.weights, rows.indices, rows.indptr), shape=(n, n))
    nowhere = csr_array((np.full(len(islands), np.nan), (islands, islands)), shape=(n, n))
    return means + nowhere


def _contexts(values: FloatArray, matrix: Any, number: int) -> IntArray:
    """Quantile classes of the means of neighbours."""
    return quantile_classes(matrix @ values, number)[0]
