"""Step changes: where the level of a series of counts changes by more than chance."""

import numpy as np

from service.analyses.inputs.area_counts import Areas
from service.analyses.process_control.rows import StepChangeRow
from service.analyses.process_control.series import dependence_notes, series_of
from service.analyses.trends.trends import DAYS_PER, Trends
from service.coverage.spans import listed
from service.model.answers import Table
from service.model.provenance import short_digest
from service.queries.tables.process_control import StepChangesQuery
from spatial.process_control.step_changes import SHORTEST, step_changes


class StepChangeTables:
    """Levels of counts over time.

    Parameters
    ----------
    trends : Trends
        Counts the steps.
    areas : Areas
        Selects the incidents.
    """

    def __init__(self, *, trends: Trends, areas: Areas) -> None:
        self._trends = trends
        self._areas = areas

    def version(self, dataset: str, query: StepChangesQuery) -> str:
        """A short digest of everything that the levels depend on, apart from the query.

        Parameters
        ----------
        dataset : str
            Id of the dataset.
        query : StepChangesQuery
            Names the area.

        Returns
        -------
        str
            It changes when the dataset, the layer or the software does.
        """
        return short_digest(self._trends.version(dataset, query.trend()), "steps")

    def table(self, dataset: str, query: StepChangesQuery) -> Table:
        """One `StepChangeRow` per level; one alone where no change is called.

        Steps that the data cover in part or not at all are left out.

        Parameters
        ----------
        dataset : str
            Id of the dataset.
        query : StepChangesQuery
            Filter, area, step and level.

        Returns
        -------
        Table
            In the order of time; empty where no step is whole.

        Raises
        ------
        InvalidWithinError, UnknownLayerError, UnknownAreaError, NoStudyAreaError, TooMuchWorkError
            As a trend.
        """
        series = series_of(self._trends, self._areas, dataset, query)
        is_whole = series.is_whole
        columns, whole_steps = series.trend.columns, int(np.count_nonzero(is_whole))
        count = columns["count"][is_whole].astype(np.float64)
        exposure = series.exposure[is_whole]
        usual_exposure = exposure * series.season[is_whole]
        changes = step_changes(
            count,
            exposure,
            position=None if series.position is None else series.position[is_whole],
            level=query.level,
            permutations=query.orders,
            seed=query.seed,
        )
        first = changes.first
        last = np.append(first[1:], whole_steps)[: len(first)] - 1
        total = _sums(count, changes.first)
        rate = total * DAYS_PER[query.per] / _sums(usual_exposure, first)
        before = np.append(np.nan, rate[:-1])[: len(rate)]
        ratio = rate / np.where(before > 0, before, np.nan)
        notes = []
        if not is_whole.all():
            left_out = listed(series.labels[~is_whole].tolist(), most=12)
            notes.append(f"Left out, as the data do not cover all of it: {left_out}.")
        if whole_steps < 2 * SHORTEST:
            notes.append(
                f"{whole_steps} whole steps are too few to search: a level lasts at least "
                f"{SHORTEST}."
            )
        elif len(first) == 1:
            notes.append(f"No change of level is called at p {query.level:g}.")
        level_rate = np.repeat(total / _sums(usual_exposure, first), last - first + 1)
        deviations = count / usual_exposure - level_rate
        notes += dependence_notes(deviations, np.arange(whole_steps) == 0, query.step)
        return Table(
            kind="step-changes",
            row=StepChangeRow,
            columns={
                "first_day": series.first_day[is_whole][first].astype(str).astype(object),
                "last_day": series.last_day[is_whole][last].astype(str).astype(object),
                "steps": last - first + 1,
                "days": _sums(columns["days"][is_whole].astype(np.int64), first),
                "count": total.astype(np.int64),
                "rate": rate,
                "ratio": ratio,
                "p_value": changes.p_value,
            },
            provenance=series.provenance(
                {
                    "name": "step changes",
                    "search": "binary segmentation by likelihood ratio",
                    "null": "steps in random order, with season=true those of one month or "
                    "quarter; the largest ratio of each order counts",
                    "shortest_level": SHORTEST,
                    "level": query.level,
                    "orders": query.orders,
                    "seed": query.seed,
                },
                tuple(notes),
            ),
        )


def _sums(values: np.ndarray, first: np.ndarray) -> np.ndarray:
    """The sum of each part of an array, by the first position of each."""
    return np.add.reduceat(values, first) if len(first) else values[:0]
