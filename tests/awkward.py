"""Inputs that are hard on numerics but occur in data, or nearly: each has a name and a reason.

Tests cross them with lists of functions: whatever a function makes of one of them, it answers with
numbers or with one of its own errors, and never with a warning, an infinity or a crash.
"""

import numpy as np

from spatial.weights.weights import Neighbours

FLOAT = np.float64
CAMBRIDGE = np.array([545_000.0, 258_000.0])

# Easting and northing, metres.
POINTS: dict[str, np.ndarray] = {
    "no point": np.empty((0, 2)),
    "one point": CAMBRIDGE[None],
    "two points": np.array([CAMBRIDGE, CAMBRIDGE + 1_000.0]),
    "a thousand records at one place": np.tile(CAMBRIDGE, (1_000, 1)),
    "two places a millimetre apart": np.repeat([CAMBRIDGE, CAMBRIDGE + 1e-3], 50, axis=0),
    "a straight street": CAMBRIDGE + np.linspace(0.0, 2_000.0, 60)[:, None] * [1.0, 0.0],
    "a grid of rounded coordinates": CAMBRIDGE
    + 100.0 * np.stack(np.meshgrid(np.arange(8), np.arange(8)), axis=-1).reshape(-1, 2),
    "one point far from all others": np.vstack(
        [CAMBRIDGE + np.arange(40.0).reshape(20, 2), [[100_000.0, 1_200_000.0]]]
    ),
    "coordinates that are not there": np.array([CAMBRIDGE, [np.nan, np.nan]]),
    "infinite coordinates": np.array([CAMBRIDGE, [np.inf, 0.0]]),
}

# One value per area: counts, rates or weights.
VALUES: dict[str, np.ndarray] = {
    "no incident": np.zeros(16),
    "the same everywhere": np.full(16, 7.0),
    "one incident on the map": np.eye(1, 16, 5, dtype=FLOAT)[0],
    "one area with everything": 1e6 * np.eye(1, 16, 0, dtype=FLOAT)[0],
    "two values": np.tile([0.0, 1.0], 8),
    "counts of a city beside hamlets": np.concatenate([[80_000.0], np.ones(15)]),
    "rates that differ in the last digit": 0.1 + np.arange(16) * 1e-16,
    "very large weights": np.linspace(1e12, 2e12, 16),
    "very small rates": np.linspace(1e-9, 2e-9, 16),
    "a missing value": np.concatenate([np.arange(15.0), [np.nan]]),
    "an infinite value": np.concatenate([np.arange(15.0), [np.inf]]),
    "a negative value": np.arange(16.0) - 1.0,
}


def _ring(areas: int) -> Neighbours:
    """Each area beside the next, the last beside the first."""
    first = np.arange(areas)
    return Neighbours.from_pairs(areas, first, (first + 1) % areas)


# Sixteen areas and who is beside whom.
MAPS: dict[str, Neighbours] = {
    "a ring": _ring(16),
    "islands only": Neighbours.from_pairs(16, np.empty(0, int), np.empty(0, int)),
    "one pair and islands": Neighbours.from_pairs(16, np.array([0]), np.array([1])),
    "a star": Neighbours.from_pairs(16, np.zeros(15, int), np.arange(1, 16)),
    "everybody beside everybody": Neighbours.from_pairs(16, *np.triu_indices(16, 1)),
}
