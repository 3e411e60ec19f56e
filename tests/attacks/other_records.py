"""Other records of which the same is published: what no answer may tell from the true ones.

In each cell there is another number of records that it may have as well, and nothing else of them
is as it was: ids, days, places, kinds, weights and attributes are drawn anew. A service over them
must give those who see published cells the same answers, byte by byte; then every one of the
counts that were put in is possible for whoever has all the answers.
"""

import calendar
import datetime
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow as pa
import shapely

from boundaries.layers.layer import Layer
from service.coverage.spans import Span
from service.disclosure.cells import release_cells
from service.disclosure.perturbation import KEYS
from service.disclosure.policies import DisclosurePolicy
from service.disclosure.record_keys import record_keys
from service.model.protection import CellPlan
from service.publication.cells import ALL, OUTSIDE, UNLOCATED
from service.publication.periods import MONTHS

MOST_TRIES = 20_000  # of ids for a cell


@dataclass(frozen=True)
class CellTruth:
    """The cells of a published dataset with their exact counts.

    Attributes
    ----------
    cells : DataFrame
        Period, area, category, released (NaN: hidden), low, high and exact.
    """

    cells: pd.DataFrame
    policy: DisclosurePolicy
    plan: CellPlan

    @property
    def hidden(self) -> pd.DataFrame:
        """Those that are hidden."""
        return self.cells[self.cells["released"].isna()]

    def shifted(self, shift: int) -> np.ndarray:
        """Counts that give the same publication, each so many possible values from the true one."""
        counts = self.cells["exact"].to_numpy(np.int64).copy()
        known: dict[tuple[float, int, int], list[int]] = {}
        for row, cell in enumerate(self.cells.itertuples()):
            kind = (-1.0 if np.isnan(cell.released) else cell.released, cell.low, cell.high)
            possible = known.setdefault(kind, []) or possible_counts(cell, self.policy)
            known[kind] = possible
            counts[row] = possible[(possible.index(counts[row]) + shift) % len(possible)]
        return counts

    def is_published_alike(self, counts: np.ndarray) -> bool:
        """Whether other counts of the cells are published as the true ones are."""
        cells = self.cells
        alike = zip(counts.tolist(), cells.itertuples(), strict=True)
        if self.policy.perturbation_table is not None:
            return all(keys_of(count, cell, self.policy) for count, cell in alike)
        given = release_cells(counts, self.policy)
        released = np.where(given.is_hidden, -1, given.released)
        return bool(
            (released == cells["released"].fillna(-1)).all()
            and (given.low == cells["low"]).all()
            and (given.high == cells["high"]).all()
        )


def keys_of(count: int, cell: object, policy: DisclosurePolicy) -> list[int]:
    """The keys with which a count is published as a cell is."""
    keys = np.arange(KEYS if count else 1)  # the key of an empty cell is 0
    given = release_cells(np.full(len(keys), count), policy, cell_keys=keys).released
    return np.flatnonzero(given == cell.released).tolist()  # type: ignore[attr-defined]


def possible_counts(cell: object, policy: DisclosurePolicy) -> list[int]:
    """The counts from which a cell may have come, with some key; at least the true one."""
    low, high = int(cell.low), int(cell.high)  # type: ignore[attr-defined]
    if policy.perturbation_table is None:
        return list(range(low, high + 1))
    return [count for count in range(low, high + 1) if keys_of(count, cell, policy)]


def other_rows(
    truth: CellTruth,
    counts: np.ndarray,
    *,
    dataset: str,
    layer: Layer,
    secret: bytes,
    seed: int,
    covered: Span,
) -> pa.Table:
    """Records of which the same is published, with other counts in the cells.

    Everybody knows which months the data cover: the first and the last of them have a record.
    """
    rng = np.random.default_rng(seed)
    names = iter(_names(rng))
    columns: dict[str, list[object]] = {
        name: [] for name in ("incident_id", "occurred", "category", "easting_m", "northing_m")
    }
    inside = shapely.buffer(layer.geometries, -1.0)
    shapely.prepare(inside)
    shape_of = dict(zip(layer.codes, inside, strict=True))
    for cell, count in zip(truth.cells.itertuples(), counts.tolist(), strict=True):
        columns["incident_id"] += _ids(cell, count, truth.policy, dataset, secret, names)
        columns["occurred"] += _days(cell.period, count, truth.plan, covered, rng)
        columns["category"] += [_kind(cell.category, rng) for _ in range(count)]
        for place in _places(shape_of, cell.area, count, layer.bounds_m, rng):
            columns["easting_m"].append(place[0])
            columns["northing_m"].append(place[1])
    n = len(columns["category"])
    columns["weight"] = rng.integers(1, 9, n).astype(float).tolist()
    columns["subcategory"] = [f"kind {k}" for k in rng.integers(0, 5, n)]
    columns["hair"] = rng.choice(["red", "grey"], n).tolist()
    columns["precision"] = ["day"] * n
    types = {"occurred": pa.timestamp("us"), "easting_m": pa.float64(), "northing_m": pa.float64()}
    order = rng.permutation(n)
    return pa.table(
        {name: pa.array(values, types.get(name)) for name, values in columns.items()}
    ).take(pa.array(order))


def _names(rng: np.random.Generator) -> Iterator[str]:
    """Ids without end."""
    start = int(rng.integers(2**48))
    while True:
        start += 1
        yield f"other-{start:x}"


def _ids(
    cell: object,
    count: int,
    policy: DisclosurePolicy,
    dataset: str,
    secret: bytes,
    names: Iterator[str],
) -> list[str]:
    """Ids whose keys have the cell released as it was."""
    if count == 0:
        return []
    ids = [next(names) for _ in range(count - 1)]
    if policy.perturbation_table is None:
        return [*ids, next(names)]
    wanted = set(keys_of(count, cell, policy))
    total = int(record_keys(secret, dataset, ids, ids).sum()) if ids else 0
    for _ in range(MOST_TRIES):
        last = next(names)
        if (total + int(record_keys(secret, dataset, [last], [last])[0])) % KEYS in wanted:
            return [*ids, last]
    raise ValueError(f"no key is found that publishes {count} as the cell is")


def _days(
    period: int, count: int, plan: CellPlan, covered: Span, rng: np.random.Generator
) -> list[datetime.datetime]:
    """Days anywhere in the part of a period that is covered, at its ends first."""
    length = MONTHS[plan.period]
    ends = [(day.year - 1970) * 12 + day.month - 1 for day in (covered.first, covered.last)]
    first, last = max(period * length, ends[0]), min((period + 1) * length - 1, ends[1])
    months = np.concatenate([[first, last], rng.integers(first, last + 1, count)])[:count]
    days = []
    for month in months.tolist():
        year, position = 1970 + month // 12, month % 12 + 1
        day = int(rng.integers(1, calendar.monthrange(year, position)[1] + 1))
        days.append(datetime.datetime.combine(datetime.date(year, position, day), datetime.time()))
    return days


def _kind(category: str, rng: np.random.Generator) -> str:
    """A category: any where categories have no cells."""
    return f"other {rng.integers(3)}" if category == ALL else category


def _places(
    shape_of: dict[str, object],
    area: str,
    count: int,
    bounds_m: tuple[float, float, float, float],
    rng: np.random.Generator,
) -> list[tuple[float | None, float | None]]:
    """Places anywhere in an area, in none, or none at all."""
    if area == UNLOCATED:
        return [(None, None)] * count
    left, bottom, right, top = bounds_m
    if area == OUTSIDE:
        return [(left - 2_000.0 - 500.0 * rng.random(), bottom - 2_000.0) for _ in range(count)]
    shape = shape_of[area]
    left, bottom, right, top = shape.bounds  # type: ignore[attr-defined]
    places: list[tuple[float, float]] = []
    while len(places) < count:
        xy_m = rng.uniform((left, bottom), (right, top), (4 * count + 8, 2))
        places += list(map(tuple, xy_m[shapely.contains_xy(shape, *xy_m.T)].tolist()))
    return places[:count]
