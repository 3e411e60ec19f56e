"""The capture curve: how much of the incidents lists of several lengths hold."""

from typing import Final

import numpy as np

from service.analyses.patrols.places import PatrolIncidents, PatrolPlaces
from service.analyses.patrols.rows import CaptureRow
from service.model.answers import Table
from service.model.provenance import provenance
from service.model.rows import ColumnValues
from service.queries.patterns.patrols import CaptureQuery
from spatial.arrays import FloatArray, IntArray
from spatial.patrols.capture import expected_capture
from spatial.patrols.lists import sums_by_place, sums_on_lists

PARTS: Final = 10
OPTIMISM: Final = (
    "The column share is of the incidents that made the list, and so too high for others: "
    "expected_share is not. Both are of one period; the forecast looks ahead."
)
BURSTS: Final = (
    "The intervals hold for incidents that come one by one; where they come in bursts they are "
    "too narrow."
)


class PatrolCapture:
    """Capture curves.

    Parameters
    ----------
    places : PatrolPlaces
        The incidents by hexagon or street segment.
    """

    def __init__(self, *, places: PatrolPlaces) -> None:
        self._places = places

    def version(self, dataset: str, query: CaptureQuery) -> str:
        """A short digest of everything that a curve depends on, apart from the query.

        Parameters
        ----------
        dataset : str
            Id of the dataset.
        query : CaptureQuery
            The query.

        Returns
        -------
        str
            It changes when the dataset, the study area or the software does.
        """
        return self._places.version(dataset)

    def table(self, dataset: str, query: CaptureQuery) -> Table:
        """One `CaptureRow` for each length of a list.

        Parameters
        ----------
        dataset : str
            Id of the dataset.
        query : CaptureQuery
            Filter, what the places are, and what ranks them.

        Returns
        -------
        Table
            The shortest list first, the last one of all places with an incident.

        Raises
        ------
        InvalidWithinError, NoRoadsError, TooMuchWorkError
            As `PatrolPlaces.incidents`.
        """
        incidents = self._places.incidents(dataset, query, query.incident_filter())
        columns = _columns(incidents, query)
        return Table(
            kind="patrol-capture",
            row=CaptureRow,
            columns=columns,
            provenance=provenance(
                sources=incidents.sources(),
                filter=incidents.filter(),
                method={
                    "name": "capture curve",
                    **incidents.method(query),
                    "expected": f"each of {PARTS} random parts of the incidents against the list "
                    "of the other parts",
                    "interval": "Clopper and Pearson (1934) of the effective number of incidents "
                    "(Korn and Graubard 1998), 95 %",
                    "seed": query.seed,
                },
                counts=incidents.counts(),
                notes=(*incidents.notes(), *_few_notes(columns), OPTIMISM, BURSTS),
            ),
        )


def lengths_to(longest: int) -> IntArray:
    """Lengths of lists: 1, 2, 5, 10, 20, 50 and so on, and the longest.

    Parameters
    ----------
    longest : int
        Places of the longest list.

    Returns
    -------
    (k,) int64
        None where the longest is 0.
    """
    steps = [step * 10**power for power in range(7) for step in (1, 2, 5)]
    return np.array([*(step for step in steps if step < longest), *([longest] * (longest > 0))])


def _few_notes(columns: dict[str, ColumnValues]) -> tuple[str, ...]:
    """That too few incidents have no expected share."""
    return tuple(
        f"The {what} has no expected share and no interval: both need {PARTS} incidents or more"
        f"{of_what}."
        for name, what, of_what in (
            ("expected_share", "count", ""),
            (
                "expected_share_of_harm",
                "harm",
                f", and of unequal harm as many as tell as much as {PARTS} of equal harm",
            ),
        )
        if np.isnan(np.asarray(columns.get(name, []), np.float64)).any()
    )


def _columns(incidents: PatrolIncidents, query: CaptureQuery) -> dict[str, ColumnValues]:
    """The columns of `CaptureRow`."""
    lengths = lengths_to(len(incidents)).astype(np.int64)
    value = sums_by_place(incidents.place, incidents.weight, len(incidents))
    ones = np.ones(len(incidents.place))

    def on_lists(amounts: FloatArray) -> FloatArray:
        return sums_on_lists(value, amounts, lengths, places=incidents.number)

    def curve(weight: FloatArray) -> tuple[FloatArray, ...]:
        sums = sums_by_place(incidents.place, weight, len(incidents))
        inside = on_lists(sums)
        expected = expected_capture(
            incidents.place,
            incidents.weight,
            weight,
            lengths,
            places=incidents.number,
            parts=PARTS,
            seed=query.seed,
        )
        shares = (inside / (sums.sum() or np.nan), expected.value, expected.lower, expected.upper)
        return (inside, *(100.0 * share for share in shares))

    size = on_lists(incidents.units.sizes)
    count, *shares = curve(ones)
    columns: dict[str, ColumnValues] = {
        "places": lengths,
        ("area_km2" if query.by == "hexagons" else "length_km"): size,
        "share_of_ground": 100.0 * size / incidents.units.total,
        "count": count,
        **dict(zip(("share", "expected_share", "lower", "upper"), shares, strict=True)),
    }
    if query.sums_harm:
        names = ("harm", "share_of_harm", "expected_share_of_harm", "harm_lower", "harm_upper")
        columns |= dict(zip(names, curve(incidents.weight), strict=True))
    return columns
