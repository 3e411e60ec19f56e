"""The weighted displacement difference month by month, by itself and cumulative."""

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from service.analyses.inputs.area_counts import Areas
from service.analyses.inputs.located_shares import shares_of_periods
from service.analyses.inputs.periods import whole_steps
from service.analyses.transitions.group_sums import AreaGroups, GroupSums, effective
from service.analyses.transitions.rows import DisplacementMonthRow
from service.model.answers import Table
from service.model.provenance import provenance, short_digest
from service.queries.over_time import DisplacementQuery
from spatial.over_time.displacement import GROUPS

MANY_LOOKS: Final = (
    "Whoever looks at every month sees one of them beyond its 95 % interval by chance more often "
    "than in 5 of 100 cases: decide beforehand which month counts, as a rule the last."
)


class DisplacementMonths:
    """Tables of the displacement difference by month.

    Parameters
    ----------
    areas : Areas
        Counts of incidents.
    """

    def __init__(self, *, areas: Areas) -> None:
        self._areas = areas

    def version(self, dataset: str, layer_id: str) -> str:
        """A short digest of everything that a table depends on, apart from the query.

        Parameters
        ----------
        dataset : str
            Id of the dataset.
        layer_id : str
            Id of a layer or grid.

        Returns
        -------
        str
            It changes when the dataset, the layer or the software does.
        """
        return short_digest(self._areas.version(dataset, layer_id), "over-time")

    def table(self, dataset: str, layer_id: str, query: DisplacementQuery) -> Table:
        """One `DisplacementMonthRow` per month of the later period that the data cover.

        Parameters
        ----------
        dataset : str
            Id of the dataset.
        layer_id : str
            Id of a layer or grid.
        query : DisplacementQuery
            Filter, the two periods and the groups of areas.

        Returns
        -------
        Table
            Without shapes, oldest first.

        Raises
        ------
        UnknownAreaError
            If the layer has no area with a named code.
        """
        before = self._areas.count(dataset, layer_id, query.baseline_filter())
        after = self._areas.count(dataset, layer_id, query.incident_filter())
        groups = AreaGroups.of(after.layer, query)
        all_steps = whole_steps(after.selection, "month", with_parts=True)
        steps = all_steps.with_data()
        is_weighted = query.measure != "count"
        baseline = groups.whole_period(before, is_weighted=is_weighted)
        months = groups.sums(
            after, steps.step_of_incident, len(steps.labels), is_weighted=is_weighted
        )
        comparison: dict[str, Any] = {
            "exposure_before": before.selection.length_days(),
            "by_area": query.control_size == "area",
        }
        alone = groups.differences(baseline, months, exposures_after=steps.exposure, **comparison)
        so_far = groups.differences(
            baseline, _cumulative(months), exposures_after=np.cumsum(steps.exposure), **comparison
        )
        shown = GROUPS if groups.has_displacement else GROUPS[:2]
        columns: dict[str, NDArray[Any]] = {
            "month": np.array(steps.labels, dtype=object),
            "days": steps.exposure,
            **{name: months.count[:, GROUPS.index(name)] for name in shown},
            "difference": alone.difference,
            "lower": alone.lower,
            "upper": alone.upper,
            "cumulative_difference": so_far.difference,
            "cumulative_lower": so_far.lower,
            "cumulative_upper": so_far.upper,
            "cumulative_p_value": so_far.p_value,
        }
        shares = shares_of_periods((("the baseline period", before), ("the later period", after)))
        return Table(
            kind="displacement-months",
            row=DisplacementMonthRow,
            columns=columns,
            provenance=provenance(
                sources=after.sources(),
                filter={
                    **after.filter(),
                    "baseline_from": query.baseline_from,
                    "baseline_to": query.baseline_to,
                    "baseline_covered": before.filter()["covered"],
                },
                method={
                    "name": "weighted displacement difference by month "
                    "(Wheeler and Ratcliffe 2018)",
                    "days_before": comparison["exposure_before"],
                    "count_before": dict(zip(GROUPS, baseline.count[0].tolist(), strict=True)),
                    **groups.method(query),
                    **(effective(baseline, months) if is_weighted else {}),
                    **shares.method(),
                },
                counts=after.reconciliation(),
                leading_notes=shares.notes(),
                notes=(
                    *before.selection.coverage_notes(),
                    *after.notes(),
                    *all_steps.notes(),
                    MANY_LOOKS,
                ),
            ),
        )


def _cumulative(months: GroupSums) -> GroupSums:
    """The sums of all months up to each."""
    return GroupSums(
        np.cumsum(months.count, axis=0),
        np.cumsum(months.total, axis=0),
        np.cumsum(months.squares, axis=0),
        months.largest,
    )
