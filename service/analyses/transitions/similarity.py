"""Whether incidents lie where they lay before: Andresen's index S, area by area."""

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from service.analyses.areas.change import finite_or_none
from service.analyses.inputs.area_counts import Areas
from service.analyses.transitions.rows import SimilarityRow
from service.model.answers import Table
from service.model.provenance import provenance, short_digest
from service.queries.over_time import SimilarityQuery
from service.runtime.budget import Work, foresee, spend
from service.runtime.cancellation import check_cancelled
from spatial.over_time.change import count_changes
from spatial.over_time.pattern_similarity import PatternSimilarity, pattern_similarity

DEAL_S: Final = 4e-7  # of an area in each pair that is dealt out
DEAL_BYTES: Final = 50 * 40  # of an area, in the pairs that are dealt out together
DIRECTIONS: Final = np.array(["smaller", "similar", "larger"], dtype=object)
BASE_IS_KNOWN: Final = (
    "The interval of an area's share allows for chance in the later period alone, so that more "
    "than 5 of 100 areas fall outside it though nothing changed: compare the index with that of "
    "two samples of one pattern (s_unchanged). p_value and q_value allow for chance in both."
)


class Similarity:
    """Tables of the similarity of two patterns.

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

    def table(self, dataset: str, layer_id: str, query: SimilarityQuery) -> Table:
        """One `SimilarityRow` per area: its share of the incidents of two periods.

        Parameters
        ----------
        dataset : str
            Id of the dataset.
        layer_id : str
            Id of a layer or grid.
        query : SimilarityQuery
            Filter, the two periods, and how the later one is resampled.

        Returns
        -------
        Table
            With the shapes of the areas, those that gained most first.
        """
        foresee(_work(len(self._areas.layer(layer_id)), query.replicates))
        before = self._areas.count(dataset, layer_id, query.baseline_filter())
        after = self._areas.count(dataset, layer_id, query.incident_filter())
        after.check_scope()
        area_indices = np.flatnonzero(after.in_scope)
        counts = before.count[area_indices], after.count[area_indices]
        spend(_work(len(area_indices), query.replicates))
        similarity = pattern_similarity(
            *counts,
            resampling=query.resampling,
            replicates=query.replicates,
            seed=query.seed,
            on_progress=check_cancelled,
        )
        totals = float(counts[0].sum()), float(counts[1].sum())
        change = count_changes(
            *counts,
            first_exposure=totals[0],
            second_exposure=totals[1],
            correction=query.correction,
        )
        codes = np.array(after.layer.codes, dtype=object)[area_indices]
        columns: dict[str, NDArray[Any]] = {
            "code": codes,
            "name": np.array(after.layer.names, dtype=object)[area_indices],
            "count_before": counts[0],
            "count_after": counts[1],
            "share_before": similarity.first_share,
            "share_after": similarity.second_share,
            "lower": similarity.lower,
            "upper": similarity.upper,
            "direction": DIRECTIONS[similarity.direction + 1],
            "p_value": change.p_value,
            "q_value": change.q_value,
        }
        gain = similarity.second_share - similarity.first_share
        order = np.lexsort((codes.astype(str), -gain))
        return Table(
            kind="similarity",
            row=SimilarityRow,
            columns={name: column[order] for name, column in columns.items()},
            geometries=after.layer.geometries[area_indices[order]],
            crs=after.layer.crs,
            provenance=provenance(
                sources=after.sources(),
                filter={
                    **after.filter(),
                    "baseline_from": query.baseline_from,
                    "baseline_to": query.baseline_to,
                    "baseline_covered": before.filter()["covered"],
                },
                method={
                    "name": "similarity of two patterns (Andresen 2009, 2016)",
                    "resampling": query.resampling,
                    "replicates": query.replicates,
                    "seed": query.seed,
                    "test": "E-test of the two shares (Krishnamoorthy and Thomson 2004)",
                    "correction": query.correction,
                    **_index(similarity),
                    "areas_changed_by_q": int(np.count_nonzero(change.q_value <= 0.05)),
                },
                counts={
                    **{
                        f"before_{name}": number
                        for name, number in before.reconciliation().items()
                    },
                    **after.reconciliation(),
                },
                notes=(
                    *before.selection.coverage_notes(),
                    *after.notes(),
                    BASE_IS_KNOWN,
                ),
            ),
        )


def _index(similarity: PatternSimilarity) -> dict[str, Any]:
    """The index of all areas, for the method of an answer."""
    mean, lower, upper = map(finite_or_none, similarity.s_unchanged)
    return {
        "s_index": similarity.s_index,
        "s_robust": similarity.s_robust,
        "s_unchanged": {"mean": mean, "lower": lower, "upper": upper},
        "p_value": finite_or_none(similarity.p_value),
    }


def _work(areas: int, replicates: int) -> Work:
    return Work(
        areas * replicates * DEAL_S,
        areas * DEAL_BYTES,
        f"{replicates:,} pairs of patterns over {areas:,} areas",
        "ask for fewer replicates or larger areas",
    )
