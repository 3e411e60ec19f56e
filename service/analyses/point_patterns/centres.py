"""Where incidents centre, how widely they lie, and how far their centre moves."""

from typing import Any, Final

import numpy as np
import shapely
from numpy.typing import NDArray

from service.analyses.inputs.periods import whole_steps
from service.analyses.point_patterns.located import LocatedIncidents, LocatedReader
from service.analyses.point_patterns.rows import CentreRow
from service.coverage.spans import Span, length
from service.model.answers import Table
from service.model.provenance import short_digest
from service.model.rows import ColumnValues
from service.queries.patterns.points import CentreQuery
from service.runtime.cancellation import check_cancelled
from spatial.arrays import FloatArray
from spatial.local_statistics.multiplicity import corrected
from spatial.point_patterns.centres import Centre, centre
from spatial.point_patterns.shifts import DRAWS, FEW_POINTS, Shift, shift

CORNERS: Final = 72  # of an ellipse as a polygon
NO_SHIFT: Final = Shift(np.nan, np.nan, np.nan, np.nan, np.nan)


class Centres:
    """Centres of incidents.

    Parameters
    ----------
    reader : LocatedReader
        Finds their places.
    """

    def __init__(self, reader: LocatedReader) -> None:
        self._reader = reader

    def version(self, dataset: str, query: CentreQuery) -> str:
        """A short digest of everything that the centres depend on, apart from the query.

        Parameters
        ----------
        dataset : str
            Id of the dataset.
        query : CentreQuery
            The query.

        Returns
        -------
        str
            It changes when the dataset, a layer or the software does.
        """
        return short_digest(self._reader.version(dataset), "centre")

    def table(self, dataset: str, query: CentreQuery) -> Table:
        """One `CentreRow` per step, or one of the whole period.

        Parameters
        ----------
        dataset : str
            Id of the dataset.
        query : CentreQuery
            Filter and step.

        Returns
        -------
        Table
            Oldest first, each with its ellipse, or the centre alone where that is a point.

        Raises
        ------
        NoStudyAreaError, InvalidWithinError, UnknownLayerError, UnknownAreaError, TooMuchWorkError
            If there is no such area, or too many steps.
        """
        located = self._reader.read(dataset, query.incident_filter())
        columns, step_of_incident, notes = _steps(located, query)
        steps = len(columns["step"])
        xy_m, number = located.xy_m, step_of_incident[located.is_inside]
        order = np.argsort(number, kind="stable")
        bounds = np.searchsorted(number[order], np.arange(steps + 1))
        points = [xy_m[order[bounds[k] : bounds[k + 1]]] for k in range(steps)]
        centres, shifts = [], []
        before: FloatArray | None = None
        for places in points:
            check_cancelled()
            centres.append(centre(places))
            if before is None or not len(places):
                shifts.append(NO_SHIFT)
            else:
                shifts.append(shift(before, places, seed=query.seed))
            before = places if len(places) else before
        p_value = np.array([each.p_value for each in shifts], dtype=np.float64)
        moved = np.array([each.distance_m for each in shifts], dtype=np.float64)
        if (moved < located.location.error_m).any():
            notes = (*notes, "Moves shorter than the location error of the data say nothing.")
        return Table(
            kind="pattern-centre",
            row=CentreRow,
            columns={
                **columns,
                "count": _counts(centres, columns["days"]),
                **_columns_of(centres),
                "moved_m": moved,
                "moved_lower_m": np.array([each.lower_m for each in shifts], np.float64),
                "moved_upper_m": np.array([each.upper_m for each in shifts], np.float64),
                "moved_bearing_deg": np.array([each.bearing_deg for each in shifts], np.float64),
                "p_value": p_value,
                "q_value": _corrected(p_value),
            },
            geometries=_ellipses(centres),
            crs=self._reader.crs,
            provenance=located.provenance(
                {
                    "name": "centrography",
                    "step": query.step,
                    "area": located.area.name,
                    "ellipse": "standard deviational, semi-axes of root 2 S / (n - 2)",
                    "moves": "Hotelling's T^2 with a covariance for each step; with fewer than "
                    f"{FEW_POINTS} incidents in one, by random divisions of both",
                    "interval": "95 %",
                    "correction": "bh",
                    "draws": DRAWS,
                    "seed": query.seed,
                },
                notes,
            ),
        )


def _steps(
    located: LocatedIncidents, query: CentreQuery
) -> tuple[dict[str, ColumnValues], NDArray[np.int64], tuple[str, ...]]:
    """Key, first day and days of each step; the step of each incident; notes."""
    selection = located.selection
    if query.step == "period":
        covered = selection.covered()
        first, last = (covered[0].first, covered[-1].last) if covered else selection.days()
        columns: dict[str, ColumnValues] = {
            "step": np.array([str(Span(first, last))], dtype=object),
            "first_day": np.array([first.isoformat()], dtype=object),
            "days": np.array([length(covered)], dtype=np.int64),
        }
        return columns, np.zeros(len(selection.mask), np.int64), ()
    steps = whole_steps(selection, query.step).of_part(located.is_inside)
    columns = {
        "step": np.array(steps.keys, dtype=object),
        "first_day": steps.first_days.astype(str).astype(object),
        "days": steps.days,
    }
    return columns, steps.step_of_incident, steps.notes()


def _counts(centres: list[Centre], days: ColumnValues) -> ColumnValues:
    """The incidents of each step, None where the data cover none of it."""
    counts = np.array([each.points for each in centres], dtype=np.int64)
    if not len(days) or days.all():
        return counts
    column: ColumnValues = counts.astype(object)
    column[days == 0] = None
    return column


def _columns_of(centres: list[Centre]) -> dict[str, ColumnValues]:
    """Centres and spreads, by the names of their columns."""
    mean = np.array([each.mean_m for each in centres]).reshape(-1, 2)
    median = np.array([each.median_m for each in centres]).reshape(-1, 2)
    spread = np.array(
        [
            (each.standard_distance_m, each.major_m, each.minor_m, each.bearing_deg)
            for each in centres
        ],
        dtype=np.float64,
    ).reshape(-1, 4)
    return {
        "easting_m": mean[:, 0],
        "northing_m": mean[:, 1],
        "median_easting_m": median[:, 0],
        "median_northing_m": median[:, 1],
        "standard_distance_m": spread[:, 0],
        "major_m": spread[:, 1],
        "minor_m": spread[:, 2],
        "bearing_deg": spread[:, 3],
    }


def _corrected(p_value: FloatArray) -> FloatArray:
    """Q of the moves that have a p; NaN for the others."""
    q_value = np.full(len(p_value), np.nan)
    is_tested = np.isfinite(p_value)
    if is_tested.any():
        q_value[is_tested] = corrected(p_value[is_tested])
    return q_value


def _ellipses(centres: list[Centre]) -> Any:
    """(n,) object array of ellipses; points where they have no area, nothing without a place."""
    shapes = np.empty(len(centres), dtype=object)
    angle = np.linspace(0.0, 2.0 * np.pi, CORNERS, endpoint=False)
    for k, each in enumerate(centres):
        if not each.points:
            shapes[k] = shapely.Point()
            continue
        if not each.minor_m > 0.0:
            shapes[k] = shapely.Point(each.mean_m)
            continue
        bearing = np.radians(each.bearing_deg)
        along = np.array([np.sin(bearing), np.cos(bearing)])
        across = np.array([np.cos(bearing), -np.sin(bearing)])
        rim = each.mean_m + (
            each.major_m * np.cos(angle)[:, None] * along
            + each.minor_m * np.sin(angle)[:, None] * across
        )
        shapes[k] = shapely.Polygon(rim)
    return shapes
