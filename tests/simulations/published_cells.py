"""How far sums of published cells are from the true sums, policy by policy."""

from dataclasses import dataclass

import numpy as np

from service.disclosure.cells import HIDDEN, release_cells
from service.disclosure.policies import POLICIES, DisclosurePolicy
from service.disclosure.stand_ins import expected_counts, stand_ins
from spatial.arrays import FloatArray
from tests.simulations.tables import SimulationTable, percent

AREAS, PERIODS = 200, 12
MEANS = (1, 5, 25)  # of a cell
VARIATION, DISPERSION = 0.7, 2.0


@dataclass(frozen=True)
class Errors:
    """Of simulated tables: shares hidden, and relative errors of sums.

    Attributes
    ----------
    hidden_cells, hidden_records : float
        Shares.
    total : (tables,) float64
        Error of the sum of all cells, as a share of the true one.
    area : (tables * areas,) float64
        Error of the sum of an area's twelve periods, as a share of the mean of such sums.
    """

    hidden_cells: float
    hidden_records: float
    total: FloatArray
    area: FloatArray


def errors(policy: DisclosurePolicy, mean: float, *, tables: int, seed: int = 11) -> Errors:
    """Tables of areas with different rates, published and summed."""
    rng = np.random.default_rng(seed)
    names = [f"{cell}" for cell in range(AREAS * PERIODS)]
    hidden_cells = hidden_records = records = 0
    total, area = [], []
    for _ in range(tables):
        rates = rng.gamma(1 / VARIATION**2, VARIATION**2, AREAS)
        means = np.outer(rates, mean * rng.uniform(0.7, 1.3, PERIODS))
        counts = rng.negative_binomial(DISPERSION, DISPERSION / (DISPERSION + means))
        keys = rng.integers(0, 256, counts.size)
        cells = release_cells(counts.ravel(), policy, cell_keys=keys)
        released, low, high = (
            values.reshape(counts.shape) for values in (cells.released, cells.low, cells.high)
        )
        expected = expected_counts(released, low, high)
        is_hidden = released == HIDDEN
        sums = stand_ins(expected.ravel(), names).reshape(counts.shape).sum(axis=1)
        true = counts.sum(axis=1)
        total.append(sums.sum() / true.sum() - 1.0)
        area.append((sums - true) / true.mean())
        hidden_cells += int(is_hidden.sum())
        hidden_records += int(counts[is_hidden].sum())
        records += int(counts.sum())
    cells_in_all = tables * AREAS * PERIODS
    return Errors(
        hidden_cells / cells_in_all,
        hidden_records / records,
        np.array(total),
        np.concatenate(area),
    )


def sums_of_published_cells(tables: int) -> SimulationTable:
    """For each policy and mean: what is hidden, and the errors of sums."""
    rows = []
    for name, policy in POLICIES.items():
        if policy.is_open:
            continue
        for mean in MEANS:
            result = errors(policy, mean, tables=tables)
            rows.append(
                (
                    name,
                    str(mean),
                    percent(result.hidden_cells),
                    percent(result.hidden_records),
                    f"{100 * result.total.mean():+.1f} %",
                    f"{100 * np.abs(result.total).max():.1f} %",
                    f"{100 * np.sqrt(np.mean(result.area**2)):.1f} %",
                )
            )
    return SimulationTable(
        (
            "policy",
            "mean of a cell",
            "cells hidden",
            "records in them",
            "bias of the total",
            "largest error of it",
            "usual error of an area's year",
        ),
        tuple(rows),
    )
