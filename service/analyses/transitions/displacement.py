"""The weighted displacement difference of an intervention."""

from typing import Any, TypedDict, cast

import numpy as np

from service.analyses.areas.change import finite_or_none
from service.analyses.inputs.area_counts import Areas
from service.analyses.inputs.located_shares import shares_of_periods
from service.analyses.transitions.group_sums import AreaGroups, effective
from service.model.answers import Document
from service.model.provenance import provenance, short_digest
from service.queries.over_time import DisplacementQuery
from spatial.over_time.displacement import GROUPS, WeightedDisplacements


class Estimate(TypedDict):
    """The difference with its 95 % interval."""

    difference: float | None
    standard_error: float | None
    lower: float | None
    upper: float | None
    z_score: float | None
    p_value: float | None


class DisplacementContent(Estimate):
    """The same of what is located, the counts of each group of areas, and what may be.

    `shared_out` is the estimate with the records that are not located shared out in proportion,
    null where the share located does not differ between the periods by more than chance.
    """

    shared_out: Estimate | None
    counts: dict[str, Any]


class Displacement:
    """Estimates whether an intervention reduced or displaced incidents.

    Parameters
    ----------
    areas : Areas
        Counts of incidents.
    """

    def __init__(self, *, areas: Areas) -> None:
        self._areas = areas

    def version(self, dataset: str, layer_id: str) -> str:
        """A short digest of everything that an estimate depends on, apart from the query.

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

    def document(self, dataset: str, layer_id: str, query: DisplacementQuery) -> Document:
        """The reduction of incidents by an intervention, allowing for control and displacement.

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
        Document
            The difference with its interval, and the counts.

        Raises
        ------
        UnknownAreaError
            If the layer has no area with a named code.
        """
        before = self._areas.count(dataset, layer_id, query.baseline_filter())
        after = self._areas.count(dataset, layer_id, query.incident_filter())
        groups = AreaGroups.of(after.layer, query)
        is_weighted = query.measure != "count"
        first, second = (
            groups.whole_period(counts, is_weighted=is_weighted) for counts in (before, after)
        )
        days = before.selection.length_days(), after.selection.length_days()
        shares = shares_of_periods((("the baseline period", before), ("the later period", after)))
        exposures = shares.exposures(days)

        def estimate(lengths: tuple[float, float]) -> Estimate:
            return _estimate(
                groups.differences(
                    first,
                    second,
                    exposure_before=lengths[0],
                    exposures_after=np.array([lengths[1]]),
                    by_area=query.control_size == "area",
                )
            )

        content: DisplacementContent = {
            **estimate(days),
            "shared_out": estimate((exposures[0], exposures[1]))
            if shares.differ and exposures.all()
            else None,
            "counts": {
                name: {
                    "before": int(first.count[0, group]),
                    "after": int(second.count[0, group]),
                    **(
                        {
                            "weighted_before": float(first.total[0, group]),
                            "weighted_after": float(second.total[0, group]),
                        }
                        if is_weighted
                        else {}
                    ),
                }
                for group, name in enumerate(GROUPS)
            },
        }
        return Document(
            kind="displacement",
            content=content,
            provenance=provenance(
                sources=after.sources(),
                filter={
                    **after.filter(),
                    "baseline_from": query.baseline_from,
                    "baseline_to": query.baseline_to,
                    "baseline_covered": before.filter()["covered"],
                },
                method={
                    "name": "weighted displacement difference (Wheeler and Ratcliffe 2018)",
                    "days_before": days[0],
                    "days_after": days[1],
                    **shares.method(),
                    **groups.method(query),
                    **(effective(first, second) if is_weighted else {}),
                },
                counts=after.reconciliation(),
                leading_notes=shares.notes(),
                notes=(
                    *before.selection.coverage_notes(),
                    *after.notes(),
                    *_notes(*days),
                ),
            ),
        )


def _estimate(differences: WeightedDisplacements) -> Estimate:
    """The one difference as members of a document."""
    names = ("difference", "standard_error", "lower", "upper", "z_score", "p_value")
    return cast(Estimate, {name: finite_or_none(getattr(differences, name)[0]) for name in names})


def _notes(before: float, after: float) -> tuple[str, ...]:
    if before == after:
        return ()
    note = (
        f"The periods differ in length ({before:g} and {after:g} days): in the difference the "
        f"counts before are brought to {after:g} days."
    )
    return (note,)
