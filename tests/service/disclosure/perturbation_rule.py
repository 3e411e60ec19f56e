"""The rule by which the project's own perturbation table was made; its tests apply it again.

For each count the changes are at most 5, never give 1, 2 or a number below 0, and have a mean of
exactly 0. Among all such distributions the one of the largest entropy with a variance of 3 is
taken. Of the 256 keys each allowed change gets at least one, the others by largest remainders;
then single keys are moved to the next change, where that costs least, until the mean is 0.
"""

import numpy as np
from scipy.optimize import root

LARGEST_CHANGE, VARIANCE, KEYS = 5, 3.0, 256
NEVER_RELEASED = (1, 2)


def allowed_changes(count: int) -> list[int]:
    if count == 0:
        return [0]
    return [
        change
        for change in range(-LARGEST_CHANGE, LARGEST_CHANGE + 1)
        if count + change >= 0 and count + change not in NEVER_RELEASED
    ]


def largest_entropy(changes: list[int]) -> np.ndarray:
    """Probabilities of the changes: the exponential of a parabola with the two moments."""
    x = np.array(changes, dtype=float)

    def shares(parabola):
        weights = np.exp(parabola[0] * x + parabola[1] * (x**2 - VARIANCE))
        return weights / weights.sum()

    def gaps(parabola):
        return [shares(parabola) @ x, shares(parabola) @ x**2 - VARIANCE]

    solution = root(gaps, [0.0, -0.2], tol=1e-12)
    assert np.abs(gaps(solution.x)).max() < 1e-8
    return shares(solution.x)


def keys_of_changes(count: int) -> dict[str, int]:
    changes = allowed_changes(count)
    if len(changes) == 1:
        return {str(changes[0]): KEYS}
    ideal = KEYS * largest_entropy(changes)
    keys = np.maximum(np.floor(ideal), 1).astype(int)
    while (short := KEYS - keys.sum()) != 0:
        step = 1 if short > 0 else -1
        gain = (ideal - keys) * step
        gain[(keys == 1) & (step < 0)] = -np.inf
        keys[np.argmax(np.round(gain, 9))] += step
    while (bias := int(keys @ np.array(changes))) != 0:
        moves = [
            (round(costs(keys, ideal, i, j), 9), i, j)
            for i in range(len(changes))
            for j in (i - 1, i + 1)
            if 0 <= j < len(changes)
            and keys[i] > 1
            and abs(bias + changes[j] - changes[i]) < abs(bias)
        ]
        _, i, j = min(moves)
        keys[i] -= 1
        keys[j] += 1
    return {str(change): int(n) for change, n in zip(changes, keys, strict=True)}


def costs(keys: np.ndarray, ideal: np.ndarray, i: int, j: int) -> float:
    """By how much moving a key from one change to another takes the shares from their ideal."""
    moved = keys.copy()
    moved[i] -= 1
    moved[j] += 1
    return float((((moved - ideal) ** 2 - (keys - ideal) ** 2) / ideal).sum())


def table() -> list[dict[str, int]]:
    """Up to the first count from which all changes are allowed."""
    return [keys_of_changes(n) for n in range(LARGEST_CHANGE + max(NEVER_RELEASED) + 2)]
