"""Invented patterns of points."""

import numpy as np


def towns(points: int, *, seed: int) -> np.ndarray:
    """Points of which half are in five towns of different size on 10 km of ground."""
    rng = np.random.default_rng(seed)
    centres, spread = rng.uniform(1_000, 9_000, (5, 2)), rng.uniform(60, 300, 5)
    town = rng.integers(0, 5, points // 2)
    return np.vstack(
        [
            centres[town] + rng.normal(size=(points // 2, 2)) * spread[town][:, None],
            rng.uniform(0, 10_000, (points - points // 2, 2)),
        ]
    )
