"""Attack D: all counts of a map from the z scores of a few neighbour rules."""

import math
from dataclasses import dataclass

import numpy as np
import shapely
from scipy import sparse
from scipy.sparse.linalg import lsqr

from spatial.weights.distance_weights import knn
from spatial.weights.weights import Neighbours
from tests.attacks.attacker import Attacker

RULES = tuple(f"knn:{k}" for k in (1, 2, 3, 4, 5, 6, 8))


@dataclass(frozen=True)
class CountGuesses:
    """What an attack says of each area of a layer.

    Attributes
    ----------
    codes : list of str
        Of the areas.
    counts : (n,) int64
        Guesses of their counts.
    """

    codes: list[str]
    counts: np.ndarray

    def share_right(self, truth: dict[str, int], *, among: range | None = None) -> float:
        """Share of the areas, or of those whose true count is in a range, guessed exactly."""
        right = [
            truth[code] == count
            for code, count in zip(self.codes, self.counts.tolist(), strict=True)
            if among is None or truth[code] in among
        ]
        return float(np.mean(right)) if right else float("nan")


def counts_from_z(
    attacker: Attacker,
    dataset: str,
    layer: str,
    *,
    crs: str,
    decimals: int | None = None,
    **filter_: str,
) -> CountGuesses:
    """Counts of areas from published z scores, their total and the shapes of the areas.

    With m and S mean and standard deviation of the counts x, the z of Gi* is linear in
    u = (x - m) / S: least squares over some neighbour rules gives u. The total gives m, and S is
    what makes all counts whole.
    """
    codes, shapes = attacker.areas(layer, crs=crs)
    centres_m = shapely.get_coordinates(shapely.centroid(shapes))
    equations, scores = [], []
    total = 0
    for rule in RULES:
        question = {"neighbours": rule, "measure": "count", "permutations": 0, **filter_}
        answer = attacker.json(f"/v1/hotspots/{dataset}/{layer}", **question)
        z_score = {row["code"]: row["z_score"] for row in answer["rows"]}
        counts = answer["provenance"]["counts"]
        total = (counts["in_layer_by_code"] or 0) + (counts["in_layer_by_location"] or 0)
        z = np.array([z_score[code] for code in codes], np.float64)
        equations.append(_standardised_sums(knn(centres_m, int(rule.removeprefix("knn:")))))
        scores.append(z if decimals is None else np.round(z, decimals))
    matrix, score = sparse.vstack(equations).tocsr(), np.concatenate(scores)
    if np.isfinite(score).sum() < len(codes) or not total:  # too few equations
        return CountGuesses([], np.empty(0, np.int64))
    return CountGuesses(codes, _whole_counts(_solution(matrix, score), total))


def _standardised_sums(neighbours: Neighbours) -> sparse.csr_matrix:
    """Rows that give the z of Gi* from standardised counts; the area itself included."""
    n = neighbours.n
    weights = sparse.csr_matrix(
        (neighbours.weights, neighbours.indices, neighbours.indptr), (n, n)
    ) + sparse.diags(neighbours.self_weights)
    weight_sum = np.asarray(weights.sum(axis=1)).ravel()
    weight_sq = np.asarray(weights.multiply(weights).sum(axis=1)).ravel()
    leverage = np.sqrt((n * weight_sq - weight_sum**2) / (n - 1.0))
    return sparse.csr_matrix(sparse.diags(1.0 / leverage) @ weights)


def _solution(matrix: sparse.csr_matrix, score: np.ndarray) -> np.ndarray:
    """Least squares, without the equations that do not fit: neighbours guessed wrong."""
    keep = np.isfinite(score)
    for _ in range(4):
        solution = lsqr(matrix[keep], score[keep], atol=1e-14, btol=1e-14, iter_lim=20_000)[0]
        residual = np.abs(matrix @ solution - score)
        spread = 1.4826 * np.median(residual[keep]) + 1e-9
        keep = np.isfinite(score) & (residual <= 6.0 * spread)
    return np.asarray(solution)


def _whole_counts(standardised: np.ndarray, total: int) -> np.ndarray:
    """Whole counts with a total whose standardised values are given.

    Their spread is the one that makes them whole, among those that make the smallest count a
    whole number; counts of people vary at least as much as chance does.
    """
    mean, lowest = total / len(standardised), float(standardised.min())
    best, smallest_error = np.zeros(len(standardised), np.int64), np.inf
    for fewest in range(math.floor(mean) + 1):
        spread = (fewest - mean) / lowest
        if spread < 0.8 * math.sqrt(mean):
            break
        for _ in range(3):
            counts = np.round(mean + spread * standardised)
            spread = float((counts - mean) @ standardised / (standardised @ standardised))
        error = float(np.mean(np.abs(mean + spread * standardised - counts)))
        if error < smallest_error:
            best, smallest_error = counts.astype(np.int64), error
    return np.maximum(best, 0)
