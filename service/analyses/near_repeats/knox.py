"""Knox tables: pairs of incidents by how far apart they are in space and time."""

import os
from typing import Any, Final

import numpy as np

from service.analyses.inputs.area_counts import Areas
from service.analyses.near_repeats.incidents import IncidentReader
from service.analyses.near_repeats.rows import KnoxRow
from service.model.answers import Table
from service.model.provenance import short_digest
from service.queries.patterns.repeats import KnoxQuery
from service.runtime.budget import Work, spend
from service.runtime.cancellation import check_cancelled
from spatial.arrays import FloatArray
from spatial.near_repeats.knox import LANES, NS_A_PAIR, knox_table
from spatial.near_repeats.pairs import estimated_pairs

THREADS: Final = os.cpu_count() or 1
PAIR_BYTES: Final = 24  # at a time
TIME_BYTES: Final = 6  # for each incident, draw and thread
DRAW_S: Final = 3e-8  # for each incident and draw: to put the times in another order


class KnoxTables:
    """Pairs of incidents close in space and time, against chance.

    Parameters
    ----------
    areas : Areas
        Selects the incidents.
    reader : IncidentReader
        Says which have a day and a place.
    """

    def __init__(self, *, areas: Areas, reader: IncidentReader) -> None:
        self._areas = areas
        self._reader = reader

    def version(self, dataset: str, query: KnoxQuery) -> str:
        """A short digest of everything that the table depends on, apart from the query.

        Parameters
        ----------
        dataset : str
            Id of the dataset.
        query : KnoxQuery
            The query.

        Returns
        -------
        str
            It changes when the dataset, a layer or the software does.
        """
        return short_digest(self._areas.version(dataset, None), "knox")

    def table(self, dataset: str, query: KnoxQuery) -> Table:
        """One `KnoxRow` for each band of distance and of days.

        Parameters
        ----------
        dataset : str
            Id of the dataset.
        query : KnoxQuery
            Filter, area, bands and draws.

        Returns
        -------
        Table
            Nearest pairs first, and of them the soonest.

        Raises
        ------
        NoDaysError
            If of none of the records the day is known.
        OverBudgetError
            If there are too many pairs.
        """
        placed = self._reader.placed(dataset, query)
        xy_m = placed.xy_m
        ns_a_pair = NS_A_PAIR * len(query.band_days)
        spend(work_of_pairs(xy_m, query.band_m[-1], query.orders, ns_a_pair))
        knox = knox_table(
            xy_m,
            placed.day,
            upper_m=query.band_m,
            upper_days=query.band_days,
            same_place=query.same_place,
            draws=query.orders,
            seed=query.seed,
            threads=THREADS,
            on_progress=check_cancelled,
        )
        to_m = np.array([*([0.0] if query.same_place else []), *query.band_m])
        from_m = np.append(0.0, to_m[:-1])
        to_days = np.array(query.band_days, np.int64)
        from_days = np.append(0, to_days[:-1])
        rows, columns = knox.observed.shape
        return Table(
            kind="knox",
            row=KnoxRow,
            columns={
                "band": np.array(
                    [
                        f"{_metres(low_m, high_m)}, {low:g} to {high:g} days"
                        for low_m, high_m in zip(from_m, to_m, strict=True)
                        for low, high in zip(from_days, to_days, strict=True)
                    ],
                    dtype=object,
                ),
                "from_m": np.repeat(from_m, columns),
                "to_m": np.repeat(to_m, columns),
                "from_days": np.tile(from_days, rows),
                "to_days": np.tile(to_days, rows),
                "observed": knox.observed.ravel(),
                "expected": knox.expected.ravel(),
                "ratio": knox.ratio.ravel(),
                "p_value": knox.p_value.ravel(),
                "p_any": knox.p_any.ravel(),
            },
            provenance=placed.provenance(
                {
                    "name": "Knox test",
                    "bands": "half-open, from the first number up to the second; 0 days apart is "
                    "the same date",
                    "band_m": list(query.band_m),
                    "band_days": list(query.band_days),
                    "same_place": query.same_place,
                    **method_of_draws(query.orders, query.seed),
                },
                placed.counts(),
                placed.place_notes(query.band_m[0]),
            ),
        )


def _metres(low: float, high: float) -> str:
    """A band of distance in words."""
    return "same place" if high == 0 else f"{low:g} to {high:g} m"


def method_of_draws(orders: int, seed: int) -> dict[str, Any]:
    """The null and its draws, for the method.

    Parameters
    ----------
    orders, seed : int
        As asked.

    Returns
    -------
    dict of str to Any
        JSON members.
    """
    return {
        "null": "the times are dealt out among the places in random order",
        "alternative": "more than that gives",
        "orders": orders,
        "seed": seed,
    }


def work_of_pairs(xy_m: FloatArray, reach_m: float, draws: int, ns_a_pair: float) -> Work:
    """What it costs to look at all pairs in reach under each order of the times.

    Parameters
    ----------
    xy_m : (n, 2) float64
        Places, metres.
    reach_m : float
        The largest distance.
    draws : int
        Random orders.
    ns_a_pair : float
        For each pair and draw.

    Returns
    -------
    Work
        Estimated without looking at pairs.
    """
    pairs = estimated_pairs(xy_m, reach_m)
    return Work(
        seconds=(pairs * ns_a_pair * 1e-9 + len(xy_m) * DRAW_S) * (draws + 10),
        memory_bytes=pairs * PAIR_BYTES + len(xy_m) * LANES * TIME_BYTES * THREADS,
        what=f"about {pairs:,.0f} pairs of incidents in reach, {draws:,} times",
        advice="ask for a shorter distance, fewer orders, a shorter period or a smaller area",
    )
