"""Near repeats: which incidents follow others nearby, and the chains they make."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from spatial.arrays import (
    BoolArray,
    FloatArray,
    IndexArray,
    IntArray,
    Progress,
    checked_points,
    frozen,
)
from spatial.compiled import compiled
from spatial.errors import InvalidParameterError, InvalidValuesError
from spatial.near_repeats.knox import MAX_DAYS, in_random_order, knox_table, over_blocks, rows_of
from spatial.near_repeats.pairs import close_pairs

CLASSES: Final = ("originator", "near repeat", "none")
MINUTES_A_DAY: Final = 1_440
DRAWS_AT_A_TIME: Final = 8
NS_A_PAIR: Final = 4.0
"""Of one processor, for each close pair and draw."""


@dataclass(frozen=True, eq=False)
class NearRepeats:
    """The incidents by class, the chains, and what chance gives of both; read-only arrays.

    Attributes
    ----------
    incident_class : (n,) uint8
        Position in `CLASSES`.
    chain : (n,) int64
        Chain of each incident, from 0, the longest first; -1 where it is in none.
    links : int
        Pairs that are close in space and time.
    unordered_links : int
        Of them, those of which both have the same time.
    drawn_classes : (draws, 3) int64
        Incidents of each class in each random order of the times.
    drawn_longest : (draws,) int64
        Incidents of the longest chain in each.
    """

    incident_class: NDArray[np.uint8]
    chain: IntArray
    links: int
    unordered_links: int
    drawn_classes: IntArray
    drawn_longest: IntArray

    @property
    def counts(self) -> IntArray:
        """(3,) Incidents of each class."""
        return np.bincount(self.incident_class, minlength=len(CLASSES)).astype(np.int64)

    @property
    def chain_sizes(self) -> IntArray:
        """(chains,) Incidents of each, the longest first."""
        return np.bincount(self.chain[self.chain >= 0]).astype(np.int64)


def near_repeats(
    xy_m: ArrayLike,
    minutes: ArrayLike,
    *,
    distance_m: float,
    within_days: int,
    draws: int = 999,
    seed: int = 1,
    threads: int = 1,
    on_progress: Progress | None = None,
) -> NearRepeats:
    """Incidents by whether another came before or after them nearby.

    Parameters
    ----------
    xy_m : (n, 2) float64
        Places, metres.
    minutes : (n,) int64
        Time of each since any midnight, minutes.
    distance_m : float
        Two incidents are linked if they are nearer, above 0; equal places are.
    within_days : int
        And if fewer days lie between their dates, from 1: 0 days are those of one date.
    draws : int
        Random orders of the times.
    seed : int
        Of these.
    threads : int
        The answer is the same for any number.
    on_progress : callable or None
        Called between draws.

    Returns
    -------
    NearRepeats
        A near repeat follows a linked incident; an originator follows none and is followed;
        a chain is a set of incidents that are linked one to the other.

    Raises
    ------
    InvalidPointsError, InvalidValuesError, InvalidParameterError
        If the arrays or numbers are not as described.

    Notes
    -----
    Of two linked incidents with the same time the one further west, or else further south, counts
    as the earlier: the answer does not depend on the order in which they come.
    Null hypothesis as of `knox_table`: the times are dealt out among the places at random. Cost
    O(pairs x draws).

    References
    ----------
    Ratcliffe and Rengert (2008), Security Journal 21(1-2) (the classes); Johnson and Bowers
    (2004), British Journal of Criminology 44(1) (chains in space and time).
    """
    points = checked_points(xy_m)
    time = np.asarray(minutes)
    if time.shape != (len(points),) or not np.all(time == np.floor(time)):
        raise InvalidValuesError("minutes", f"must be {len(points)} whole numbers")
    if not 1 <= within_days <= MAX_DAYS:
        raise InvalidParameterError("within_days", within_days, f"from 1 to {MAX_DAYS}")
    rows = rows_of(points, time := time.astype(np.int64))
    points, time = points[rows], time[rows]
    pairs = close_pairs(points, [distance_m])
    by_time = np.argsort(time, kind="stable")
    rank = np.empty(len(points), np.int32)
    rank[by_time] = np.arange(len(points))
    day_of_rank = (time[by_time] // MINUTES_A_DAY).astype(np.int32)
    ordered = rank[pairs.order]

    def count(block: range) -> IntArray:
        state = np.empty((3, len(points)), np.int32)
        totals = np.zeros((len(block), 5), np.int64)
        for row, draw in zip(totals, block, strict=True):
            ranks, state[:2] = in_random_order(ordered, seed, draw), 0
            _link(pairs.start, pairs.second, ranks, day_of_rank, within_days, state, row)
        return totals

    state, totals = np.zeros((3, len(points)), np.int32), np.zeros(5, np.int64)
    _link(pairs.start, pairs.second, ordered, day_of_rank, within_days, state, totals)
    counted = over_blocks(count, draws, DRAWS_AT_A_TIME, threads, on_progress)
    drawn = np.concatenate([np.zeros((0, 5), np.int64), *counted])
    follows, leads, root = np.empty((3, len(points)), np.int64)
    for values, of_pairs in zip((follows, leads, root), state, strict=True):
        values[rows[pairs.order]] = of_pairs
    incident_class = np.where(follows > 0, 1, np.where(leads > 0, 0, 2)).astype(np.uint8)
    minute_of = time[pairs.order]
    first = np.repeat(np.arange(len(points)), np.diff(pairs.start))
    ties = int(np.count_nonzero(minute_of[first] == minute_of[pairs.second]))
    return NearRepeats(
        frozen(incident_class),
        frozen(_chains(root, incident_class < 2)),
        int(totals[4]),
        ties,
        frozen(drawn[:, :3]),
        frozen(drawn[:, 3]),
    )


def compile_kernels() -> None:
    """Compile the kernels, or load them from numba's cache: those of Knox tables too."""
    two = np.zeros((2, 2))
    near_repeats(two, [0, 1], distance_m=1.0, within_days=1, draws=1)
    knox_table(two, [0, 1], upper_m=[1.0], upper_days=[1], draws=1)


def _chains(root: IntArray, is_linked: BoolArray) -> IntArray:
    """(n,) The chain of each incident by its size, and of equal sizes by its root."""
    chain = np.full(len(root), -1, np.int64)
    if not is_linked.any():
        return chain
    roots, which, sizes = np.unique(root[is_linked], return_inverse=True, return_counts=True)
    position = np.empty(len(roots), np.int64)
    position[np.lexsort((roots, -sizes))] = np.arange(len(roots))
    chain[is_linked] = position[which]
    return chain


def extents_m(xy_m: FloatArray, chain: IntArray) -> FloatArray:
    """The largest distance between two incidents of each chain.

    Parameters
    ----------
    xy_m : (n, 2) float64
        Places, metres.
    chain : (n,) int64
        Chain of each, from 0; -1 where it is in none.

    Returns
    -------
    (chains,) float64
        Metres, in the order of the chains.
    """
    from scipy.spatial.distance import pdist

    extents = []
    for members in members_of(chain):
        places = np.unique(xy_m[members], axis=0)
        if len(places) > 200:  # only the corners of the hull can be the farthest apart
            import shapely

            hull = shapely.get_coordinates(shapely.MultiPoint(places).convex_hull)
            places = np.unique(hull, axis=0)
        extents.append(float(pdist(places).max(initial=0.0)))
    return np.array(extents, dtype=np.float64)


def members_of(chain: IntArray) -> list[IntArray]:
    """The incidents of each chain.

    Parameters
    ----------
    chain : (n,) int64
        Chain of each, from 0; -1 where it is in none.

    Returns
    -------
    list of (k,) int64
        Positions, in the order of the chains.
    """
    linked = np.flatnonzero(chain >= 0)
    ordered = linked[np.argsort(chain[linked], kind="stable")]
    sizes = np.bincount(chain[linked])
    return [part for part in np.split(ordered, np.cumsum(sizes)[:-1]) if len(part)]


@compiled
def _link(
    start: IntArray,
    second: IndexArray,
    ranks: IndexArray,
    day_of_rank: IndexArray,
    within_days: int,
    state: NDArray[np.int32],
    totals: IntArray,
) -> None:
    """Who follows whom (rows 0 and 1 of the state) and the root of each chain (row 2).

    The totals are the incidents of the three classes, of the longest chain, and the links.
    """
    points = len(ranks)
    follows, leads, root = state[0], state[1], state[2]
    size = np.ones(points, np.int32)
    for i in range(points):
        root[i] = i
    for i in range(points):
        day = day_of_rank[ranks[i]]
        for pair in range(start[i], start[i + 1]):
            j = second[pair]
            if abs(day_of_rank[ranks[j]] - day) >= within_days:
                continue
            totals[4] += 1
            if ranks[i] < ranks[j]:
                leads[i] = 1
                follows[j] = 1
            else:
                leads[j] = 1
                follows[i] = 1
            one, two = i, j
            while root[one] != one:
                root[one] = root[root[one]]
                one = root[one]
            while root[two] != two:
                root[two] = root[root[two]]
                two = root[two]
            if one != two:
                if size[one] < size[two]:
                    one, two = two, one
                root[two] = one
                size[one] += size[two]
    for i in range(points):
        last = i
        while root[last] != last:
            last = root[last]
        root[i] = last
        if follows[i] > 0:
            totals[1] += 1
        elif leads[i] > 0:
            totals[0] += 1
        else:
            totals[2] += 1
        if size[last] > 1:
            totals[3] = max(totals[3], size[last])
