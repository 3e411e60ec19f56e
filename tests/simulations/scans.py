"""Patterns without a cluster: how often does a scan find one at 5 %?"""

from dataclasses import dataclass
from functools import cache

import numpy as np

from spatial.arrays import FloatArray
from spatial.scans.models import ScanModel, bernoulli_model, permutation_model, poisson_model
from spatial.scans.scan import PENALTIES, WHOLE_PERIOD, scan, spans_of
from spatial.scans.windows import Windows, windows_of
from tests.simulations.tables import SimulationTable, percent

SIDE, DRAWS = 5, 99
EXPOSURE = np.array([31.0, 28.0, 31.0, 30.0, 31.0])


@dataclass(frozen=True)
class NullScan:
    """A model, and how many incidents fall on its places by chance."""

    model: str
    incidents: int

    @property
    def is_timed(self) -> bool:
        """Whether it is of steps."""
        return self.model not in ("Poisson", "Bernoulli", "Poisson, ellipses")

    @property
    def is_elliptic(self) -> bool:
        """Whether ellipses are tried too, with the medium penalty."""
        return self.model.endswith("ellipses")


NULL_SCANS = tuple(
    NullScan(model, incidents)
    for model in (
        "Poisson",
        "Bernoulli",
        "space-time Poisson",
        "space-time permutation",
        "space-time permutation, prospective",
        "Poisson, ellipses",
    )
    for incidents in (20, 1_000)
)


def places_and_residents() -> tuple[FloatArray, FloatArray]:
    """25 places, about a kilometre apart, and their unequal residents."""
    places = SIDE * SIDE
    xy_m = 1_000.0 * np.column_stack(np.divmod(np.arange(places), SIDE)).astype(float)
    xy_m += np.random.default_rng(0).uniform(-300.0, 300.0, xy_m.shape)
    return xy_m, np.random.default_rng(1).lognormal(7.0, 0.7, places)


@cache
def ellipses() -> Windows:
    """Circles and ellipses about the places, up to half of the residents."""
    return windows_of(*places_and_residents(), shape="ellipse")


def is_called(null_scan: NullScan, rng: np.random.Generator) -> bool:
    """Whether a pattern that is drawn from the null has a cluster at 5 %."""
    xy_m, residents = places_and_residents()
    chance = residents / residents.sum()
    spans, population, model = WHOLE_PERIOD, residents, _model(null_scan, chance, residents, rng)
    if null_scan.is_timed:
        spans = spans_of(EXPOSURE, is_alive=null_scan.model.endswith("prospective"))
    if "Poisson" not in null_scan.model:
        population = model.expected
    result = scan(
        model,
        ellipses() if null_scan.is_elliptic else windows_of(xy_m, population),
        spans,
        penalty=PENALTIES["medium" if null_scan.is_elliptic else "none"],
        draws=DRAWS,
        seed=int(rng.integers(2**31)),
    )
    return bool(result.clusters) and result.clusters[0].p_value <= 0.05


def levels_of_scans(repetitions: int) -> SimulationTable:
    """Share of patterns without a cluster in which the strongest has p up to 0.05."""
    rows = []
    for position, null_scan in enumerate(NULL_SCANS):
        rng = np.random.default_rng(position)
        called = np.mean([is_called(null_scan, rng) for _ in range(repetitions)])
        rows.append(
            (null_scan.model, f"{null_scan.incidents:,}", f"{repetitions:,}", percent(called))
        )
    return SimulationTable(
        ("model", "incidents", "patterns", "patterns with a cluster"), tuple(rows)
    )


def _model(
    null_scan: NullScan, chance: np.ndarray, residents: np.ndarray, rng: np.random.Generator
) -> ScanModel:
    """The model with incidents that fell by its own null."""
    if null_scan.model.startswith("Poisson"):
        return poisson_model(rng.multinomial(null_scan.incidents, chance), residents)
    if null_scan.model == "Bernoulli":
        return bernoulli_model(*rng.multinomial(null_scan.incidents, chance, size=2))
    share = np.outer(chance, EXPOSURE / EXPOSURE.sum()).ravel()
    counts = rng.multinomial(null_scan.incidents, share).reshape(len(chance), len(EXPOSURE))
    if null_scan.model == "space-time Poisson":
        return poisson_model(counts, residents, EXPOSURE)
    return permutation_model(counts)
