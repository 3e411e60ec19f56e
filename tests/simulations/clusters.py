"""Patterns that fell by chance: in how many of them is a cluster called?"""

from dataclasses import dataclass
from functools import partial
from typing import Literal

import numpy as np
import shapely

from spatial.clusters.methods import Method, MethodName
from spatial.clusters.population import Population, over_ground, over_places
from spatial.clusters.significance import Times, chance_maxima, excess, p_values
from tests.simulations.tables import SimulationTable, percent

SIDE, SIDE_M = 6, 2_000.0
DRAWS, PATTERNS = 99, 50  # so many patterns share a set of draws
Chance = Literal["evenly", "as residents", "on the places of residents"]


@dataclass(frozen=True)
class NullPattern:
    """A method, and the incidents that fall by chance."""

    method: MethodName
    chance: Chance
    incidents: int
    distance_m: float
    minimum: int
    is_of_harm: bool = False
    metres_per_day: float | None = None

    @property
    def subject(self) -> str:
        """What is clustered."""
        if self.metres_per_day is not None:
            return "incidents, in space and time"
        return "harm" if self.is_of_harm else "incidents"

    def population(self) -> Population:
        """36 squares: of one mass, or towns beside villages."""
        rng = np.random.default_rng(5)
        cells = [divmod(k, SIDE) for k in range(SIDE * SIDE)]
        boxes = [
            shapely.box(x * SIDE_M, y * SIDE_M, (x + 1) * SIDE_M, (y + 1) * SIDE_M)
            for x, y in cells
        ]
        polygons = np.array(boxes, dtype=object)
        masses = np.ones(len(cells))
        if self.chance != "evenly":
            masses = rng.lognormal(0.0, 1.2, len(cells))
        if not self.chance.startswith("on the places"):
            return over_ground(polygons, masses)
        area = rng.integers(0, len(cells), 2_000)
        corner = SIDE_M * np.array(cells)[area]
        places = corner + rng.uniform(0.0, SIDE_M, (len(area), 2))
        return over_places(places, area, masses, shapely.area(polygons))

    def called(self, repetitions: int) -> float:
        """The share of patterns in which some cluster has a p of 0.05 or less."""
        population = self.population()
        method = Method(self.method, self.distance_m, self.minimum, self.metres_per_day)
        called = patterns = 0
        while patterns < repetitions:
            rng = np.random.default_rng([self.incidents, patterns])
            weights = np.ones(self.incidents)
            if self.is_of_harm:
                weights = np.ceil(rng.lognormal(3.0, 1.0, self.incidents))
            days, times = np.zeros(self.incidents), None
            if self.metres_per_day is not None:
                days = rng.integers(0, 365, self.incidents).astype(np.float64)
                times = Times(days, self.distance_m / self.metres_per_day)
            maxima = chance_maxima(
                population,
                weights,
                partial(method.labels, weights=weights, days=days, is_redrawn=True),
                reach_m=self.distance_m / 2.0,
                times=times,
                draws=DRAWS,
                seed=patterns,
            )
            for _ in range(min(PATTERNS, repetitions - patterns)):
                xy_m, density = population.draw(self.incidents, rng)
                labels = method.labels(xy_m, weights, days)
                reach_m = self.distance_m / 2.0
                beyond = excess(
                    xy_m,
                    weights,
                    density,
                    labels,
                    reach_m=reach_m,
                    times=times,
                    places=population.places,
                )
                called += bool((p_values(beyond.statistic, maxima) <= 0.05).any())
                patterns += 1
        return called / patterns


NULL_PATTERNS = (
    NullPattern("dbscan", "evenly", 30, 900.0, 3),
    NullPattern("dbscan", "as residents", 30, 900.0, 3),
    NullPattern("dbscan", "as residents", 1_000, 150.0, 4),
    NullPattern("dbscan", "on the places of residents", 1_000, 150.0, 5),
    NullPattern("dbscan", "as residents", 300, 300.0, 120, is_of_harm=True),
    NullPattern("dbscan", "as residents", 300, 700.0, 3, metres_per_day=20.0),
    NullPattern("nearest-neighbour", "as residents", 30, 1_100.0, 3),
    NullPattern("nearest-neighbour", "as residents", 1_000, 190.0, 4),
    NullPattern("hdbscan", "as residents", 100, 600.0, 4),
    NullPattern("hdbscan", "as residents", 1_000, 600.0, 5),
    NullPattern("optics", "as residents", 30, 1_100.0, 3),
    NullPattern("optics", "as residents", 300, 600.0, 4),
)


def clusters_of_chance(repetitions: int) -> SimulationTable:
    """Share of patterns that fell by chance in which a cluster is called at 0.05."""
    rows = [
        (
            null.method,
            null.subject,
            null.chance,
            f"{null.incidents:,}",
            f"{repetitions:,}",
            percent(null.called(repetitions)),
        )
        for null in NULL_PATTERNS
    ]
    return SimulationTable(
        ("method", "clusters of", "incidents fall", "incidents", "patterns", "with a cluster"),
        tuple(rows),
    )
