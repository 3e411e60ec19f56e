"""Values without a pattern: how often is an area like, or unlike, its neighbours by chance?"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from spatial.arrays import FloatArray
from spatial.associations.classes import AssociationTest, StatisticName, association_test
from spatial.local_statistics.draws import Draws
from spatial.local_statistics.multiplicity import NOT_SIGNIFICANT, NOT_TESTED
from tests.simulations.tables import SimulationTable, percent
from tests.spatial.lattices import lattice

SIDE = 10
DRAWS = Draws.exactly(4_999)
STATISTICS: tuple[StatisticName, ...] = ("local-geary", "lee", "bivariate-moran", "losh")


def normal(rng: np.random.Generator) -> FloatArray:
    """Two values of each area that go together in it, but not with those around."""
    x, y = rng.normal(size=(2, SIDE * SIDE))
    return np.stack([x, 0.5 * x + np.sqrt(0.75) * y])


def counts(mean: float) -> Callable[[np.random.Generator], FloatArray]:
    """Two counts of each area that have half of their incidents in common."""

    def draw(rng: np.random.Generator) -> FloatArray:
        common = rng.poisson(mean / 2.0, SIDE * SIDE)
        return rng.poisson(mean / 2.0, (2, SIDE * SIDE)) + common[None].astype(float)

    return draw


@dataclass(frozen=True)
class NullAssociation:
    """Values that fall by chance, and a statistic that should say nothing of them."""

    statistic: StatisticName
    values: str
    draw: Callable[[np.random.Generator], FloatArray]

    @property
    def is_continuous(self) -> bool:
        """Whether equal values are rare, so that p is not held up by ties."""
        return self.draw is normal

    def test(self, rng: np.random.Generator) -> AssociationTest:
        """The test of one map."""
        x, y = self.draw(rng)
        return association_test(
            self.statistic,
            x,
            y,
            lattice(SIDE, SIDE),
            draws=DRAWS,
            seed=int(rng.integers(2**31)),
        )


NULL_ASSOCIATIONS = tuple(
    NullAssociation(statistic, values, draw)
    for statistic in STATISTICS
    for values, draw in (
        ("normal", normal),
        ("counts, mean 0.5", counts(0.5)),
        ("counts, mean 30", counts(30.0)),
    )
)


def is_called(test: AssociationTest) -> bool:
    """Whether an area has a class."""
    return bool(np.any(~np.isin(test.classes, [NOT_SIGNIFICANT, NOT_TESTED])))


def levels_of_associations(repetitions: int) -> SimulationTable:
    """Share of areas with p up to 5 %, and of maps with an area called at 90 %."""
    rows = []
    for null in NULL_ASSOCIATIONS:
        rng = np.random.default_rng(len(rows))
        tests = [null.test(rng) for _ in range(repetitions)]
        p_values = np.concatenate([test.permutation.p_value for test in tests])
        small = np.mean(p_values[np.isfinite(p_values)] <= 0.05)
        rows.append(
            (
                null.statistic,
                null.values,
                f"{len(tests):,}",
                percent(float(small)),
                percent(float(np.mean([is_called(test) for test in tests]))),
            )
        )
    return SimulationTable(
        ("statistic", "values", "maps", "areas with p up to 5 %", "maps with a class"),
        tuple(rows),
    )
