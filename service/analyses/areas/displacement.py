"""The weighted displacement difference of an intervention."""

from collections.abc import Mapping
from typing import Any, TypedDict

from service.analyses.areas.change import finite_or_none
from service.analyses.inputs.area_counts import Areas
from service.analyses.inputs.located_shares import shares_of_periods
from service.model.answers import Document
from service.model.provenance import provenance, short_digest
from service.queries.over_time import DisplacementQuery
from spatial.over_time.change import (
    weighted_displacement_difference,
)


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
        groups = {
            "target": query.target,
            "control": query.control,
            "displacement": query.displacement,
            "displacement_control": query.displacement_control,
        }
        pairs = {}
        for name, codes in groups.items():
            indices = [after.layer.position(code) for code in codes]
            pairs[name] = (float(before.count[indices].sum()), float(after.count[indices].sum()))
        days = before.selection.length_days(), after.selection.length_days()
        shares = shares_of_periods((("the baseline period", before), ("the later period", after)))
        exposures = shares.exposures(days)
        content: DisplacementContent = {
            **_estimate(pairs, days),
            "shared_out": _estimate(pairs, (exposures[0], exposures[1]))
            if shares.differ and exposures.all()
            else None,
            "counts": {
                name: {"before": int(pair[0]), "after": int(pair[1])}
                for name, pair in pairs.items()
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
                    **{name: list(codes) for name, codes in groups.items()},
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


def _estimate(
    pairs: Mapping[str, tuple[float, float]], exposures: tuple[float, float]
) -> Estimate:
    """The difference of counts before and after, by group of areas."""
    difference = weighted_displacement_difference(
        pairs["target"],
        pairs["control"],
        pairs["displacement"],
        pairs["displacement_control"],
        first_exposure=exposures[0],
        second_exposure=exposures[1],
    )
    return {
        "difference": finite_or_none(difference.difference),
        "standard_error": finite_or_none(difference.standard_error),
        "lower": finite_or_none(difference.lower),
        "upper": finite_or_none(difference.upper),
        "z_score": finite_or_none(difference.z_score),
        "p_value": finite_or_none(difference.p_value),
    }


def _notes(before: float, after: float) -> tuple[str, ...]:
    if before == after:
        return ()
    note = (
        f"The periods differ in length ({before:g} and {after:g} days): in the difference the "
        f"counts before are brought to {after:g} days."
    )
    return (note,)
