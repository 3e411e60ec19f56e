"""Spatial weights: the neighbours of each area, as an immutable sparse structure.

The area itself is never stored as its own neighbour. A statistic that counts it (Gi*) adds it
with `Neighbours.self_weights`, so that it is neither counted twice nor forgotten.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from spatial.arrays import BoolArray, FloatArray, IndexArray, IntArray, frozen
from spatial.errors import InvalidNeighboursError

_MAX_AREAS = np.iinfo(np.int32).max


class SparseRows(NamedTuple):
    """Rows of a sparse matrix: row i holds ``indices[indptr[i]:indptr[i + 1]]``."""

    indptr: IntArray
    indices: IndexArray
    weights: FloatArray


@dataclass(frozen=True, eq=False)
class Neighbours:
    """The neighbours of n areas, as read-only compressed sparse rows.

    Parameters
    ----------
    indptr : (n + 1,) int64
        Start and end of each area's neighbours in `indices`.
    indices : (links,) int32
        Positions of the neighbours, ascending within an area; never the area itself.
    weights : (links,) float64
        Weight of each link; finite and above 0. Ones for contiguity.
    self_weights : (n,) float64
        Weight of the area itself in statistics that count it; finite and above 0. By default the
        largest weight of its row (1 for an island): an area counts as much as its nearest
        neighbour, and Gi* does not change if a row is scaled.
    rule : str
        Rule that made the structure, as stated in the provenance of answers.

    Raises
    ------
    InvalidNeighboursError
        If the arrays do not describe such a structure.
    """

    indptr: IntArray
    indices: IndexArray
    weights: FloatArray
    self_weights: FloatArray
    rule: str = "custom"

    def __init__(
        self,
        indptr: ArrayLike,
        indices: ArrayLike,
        weights: ArrayLike | None = None,
        *,
        self_weights: ArrayLike | None = None,
        rule: str = "custom",
    ) -> None:
        # Copies, because the structure is shared between requests and must not change.
        pointers = np.array(indptr, dtype=np.int64)
        positions = np.array(indices, dtype=np.int32)
        links = np.ones(len(positions)) if weights is None else np.array(weights, np.float64)
        _check_structure(pointers, positions, links)
        if self_weights is None:
            self_weight = _largest_per_row(pointers, links)
        else:
            self_weight = np.array(self_weights, dtype=np.float64)
            if self_weight.shape != (len(pointers) - 1,) or not np.all(
                np.isfinite(self_weight) & (self_weight > 0)
            ):
                raise InvalidNeighboursError("self weights must be one number above 0 per area")
        object.__setattr__(self, "indptr", frozen(pointers))
        object.__setattr__(self, "indices", frozen(positions))
        object.__setattr__(self, "weights", frozen(links))
        object.__setattr__(self, "self_weights", frozen(self_weight))
        object.__setattr__(self, "rule", rule)

    @classmethod
    def from_pairs(
        cls,
        n: int,
        i: ArrayLike,
        j: ArrayLike,
        weights: ArrayLike | None = None,
        *,
        directed: bool = False,
        self_weights: ArrayLike | None = None,
        rule: str = "custom",
    ) -> "Neighbours":
        """The structure of n areas in which ``i[k]`` and ``j[k]`` are neighbours.

        Parameters
        ----------
        n : int
            Number of areas; areas without a pair are islands.
        i, j : (pairs,) int
            Positions from 0 to n - 1. Pairs of an area with itself are ignored.
        weights : (pairs,) float64, optional
            Weight of each pair; ones by default. If a pair is given twice, the larger weight
            applies.
        directed : bool
            False: each pair applies in both directions (contiguity, distance bands). True:
            ``j[k]`` is a neighbour of ``i[k]``, but not the reverse (k nearest).
        self_weights : (n,) float64, optional
            See `Neighbours`.
        rule : str
            Rule that made the pairs.

        Raises
        ------
        InvalidNeighboursError
            If a position is outside 0 to n - 1, or the arrays differ in length.
        """
        origin = np.asarray(i, dtype=np.int64).ravel()
        target = np.asarray(j, dtype=np.int64).ravel()
        weight = np.ones(len(origin)) if weights is None else np.asarray(weights, np.float64)
        if not len(origin) == len(target) == len(weight):
            raise InvalidNeighboursError("pairs need as many origins as targets and weights")
        if not 0 < n <= _MAX_AREAS:
            raise InvalidNeighboursError(f"the number of areas must be above 0, got {n}")
        ends = np.concatenate([origin, target])
        if len(ends) and (ends.min() < 0 or ends.max() >= n):
            raise InvalidNeighboursError(f"positions must be from 0 to {n - 1}")
        if not directed:
            origin, target = ends, np.concatenate([target, origin])
            weight = np.concatenate([weight, weight])
        is_link = origin != target
        key, weight = origin[is_link] * n + target[is_link], weight[is_link]
        order = np.lexsort((-weight, key))
        key, first_index = np.unique(key[order], return_index=True)
        origin, target = np.divmod(key, n)
        indptr = np.concatenate([[0], np.cumsum(np.bincount(origin, minlength=n))])
        return cls(
            indptr, target, weight[order][first_index], self_weights=self_weights, rule=rule
        )

    @property
    def n(self) -> int:
        """Number of areas."""
        return len(self.indptr) - 1

    @property
    def links(self) -> int:
        """Number of directed links; a symmetric pair of neighbours has two."""
        return len(self.indices)

    @cached_property
    def counts(self) -> IntArray:
        """Number of neighbours of each area, (n,) int64."""
        return frozen(np.diff(self.indptr))

    @cached_property
    def is_island(self) -> BoolArray:
        """Whether each area has no neighbours, (n,) bool."""
        return frozen(self.counts == 0)

    @property
    def islands(self) -> IntArray:
        """Positions of the areas without neighbours."""
        return np.flatnonzero(self.is_island)

    @cached_property
    def has_equal_weights(self) -> bool:
        """Whether the weights within each row are equal, as for contiguity."""
        first_weights = np.repeat(
            self.weights[self.indptr[:-1][~self.is_island]], self.counts[~self.is_island]
        )
        return bool(np.all(self.weights == first_weights))

    def row_standardised(self) -> "Neighbours":
        """The same links, each row's weights divided by their sum; islands stay empty.

        The weight of the area itself is divided by the same sum, so that Gi* does not change.
        """
        sums = np.bincount(self._origins, weights=self.weights, minlength=self.n)
        scale = np.where(self.is_island, 1.0, sums)
        return Neighbours(
            self.indptr,
            self.indices,
            self.weights / scale[self._origins],
            self_weights=self.self_weights / scale,
            rule=self.rule,
        )

    def binary(self) -> "Neighbours":
        """The same links, each with weight 1."""
        return Neighbours(self.indptr, self.indices, rule=self.rule)

    def with_self(self) -> SparseRows:
        """The rows with each area among its own neighbours, as for Gi*."""
        positions = np.arange(self.n)
        origin = np.concatenate([self._origins, positions])
        target = np.concatenate([self.indices, positions])
        order = np.lexsort((target, origin))
        return SparseRows(
            frozen(self.indptr + np.arange(self.n + 1)),
            frozen(target[order].astype(np.int32)),
            frozen(np.concatenate([self.weights, self.self_weights])[order]),
        )

    def subset(self, mask: ArrayLike) -> "Neighbours":
        """The structure among some of the areas, in their order, without links to the others.

        Parameters
        ----------
        mask : (n,) bool
            Which areas to keep.
        """
        is_kept = np.asarray(mask, dtype=np.bool_)
        if is_kept.shape != (self.n,):
            raise InvalidNeighboursError(f"a subset needs {self.n} flags, got {is_kept.shape}")
        position = np.cumsum(is_kept) - 1
        is_kept_link = is_kept[self._origins] & is_kept[self.indices]
        counts = np.bincount(position[self._origins[is_kept_link]], minlength=int(is_kept.sum()))
        return Neighbours(
            np.concatenate([[0], np.cumsum(counts)]),
            position[self.indices[is_kept_link]],
            self.weights[is_kept_link],
            self_weights=self.self_weights[is_kept],
            rule=self.rule,
        )

    @cached_property
    def _origins(self) -> IntArray:
        """The area from which each link starts."""
        return np.repeat(np.arange(self.n), self.counts)


def _check_structure(indptr: IntArray, indices: IndexArray, weights: FloatArray) -> None:
    """Refuse a structure that is not sorted, not finite, or contains an area itself."""
    if indptr.ndim != 1 or indices.ndim != 1 or len(indptr) < 2 or indptr[0] != 0:
        raise InvalidNeighboursError("row pointers must begin at 0 and cover an area or more")
    counts = np.diff(indptr)
    if np.any(counts < 0) or indptr[-1] != len(indices) or weights.shape != indices.shape:
        raise InvalidNeighboursError("row pointers, indices and weights do not fit together")
    n = len(counts)
    if not len(indices):
        return
    origins = np.repeat(np.arange(n), counts)
    if indices.min() < 0 or indices.max() >= n:
        raise InvalidNeighboursError(f"positions must be from 0 to {n - 1}")
    if np.any(indices == origins):
        raise InvalidNeighboursError("an area may not be its own neighbour in the structure")
    if np.any((np.diff(indices) <= 0) & (np.diff(origins) == 0)):
        raise InvalidNeighboursError("neighbours must ascend within an area, each once")
    if not np.all(np.isfinite(weights) & (weights > 0)):
        raise InvalidNeighboursError("weights must be finite and above 0")


def _largest_per_row(indptr: IntArray, weights: FloatArray) -> FloatArray:
    """The largest weight of each row; 1 for an empty row."""
    largest_weight = np.zeros(len(indptr) - 1)
    np.maximum.at(
        largest_weight, np.repeat(np.arange(len(largest_weight)), np.diff(indptr)), weights
    )
    largest_weight[np.diff(indptr) == 0] = 1.0
    return largest_weight
