"""Ranked lists: areas by count, share or rate, with the ranks that the data leave open."""

from typing import Any, Final

from service.analyses.inputs.area_counts import Areas
from service.analyses.inputs.denominators import Denominator, denominator_of
from service.analyses.tables.ranking import RankedRow, Ranking
from service.model.answers import Table
from service.model.provenance import layer_source, provenance, short_digest
from service.queries.tables.rankings import RankedQuery
from service.sentences.numbers import counted
from service.sentences.units import unit_of
from service.store.reference.measures import MeasureStore
from spatial.rates.ranks import MAX_DISTINCT

SMALL: Final = 5  # fewer incidents than this are few
RANKS: Final = (
    "exact pairwise Poisson tests by Holm's method: the limits of all areas hold their true ranks "
    "at once with 95 % confidence (Mogstad and others 2024)"
)


class RankedLists:
    """Ranked lists of the areas of a layer.

    Parameters
    ----------
    areas : Areas
        Counts of incidents.
    measures : MeasureStore
        Denominators.
    """

    def __init__(self, *, areas: Areas, measures: MeasureStore) -> None:
        self._areas = areas
        self._measures = measures

    def version(self, dataset: str, layer_id: str) -> str:
        """A short digest of everything that a list depends on, apart from the query.

        Parameters
        ----------
        dataset : str
            Id of the dataset.
        layer_id : str
            Id of a layer or grid.

        Returns
        -------
        str
            It changes when the dataset, a layer, a measure or the software does.
        """
        return short_digest(
            self._areas.version(dataset, layer_id), self._measures.revision(), "ranked"
        )

    def table(self, dataset: str, layer_id: str, query: RankedQuery) -> Table:
        """One `RankedRow` per area, the highest first, then what is in no area, and totals.

        Parameters
        ----------
        dataset : str
            Id of the dataset.
        layer_id : str
            Id of a layer or grid.
        query : RankedQuery
            Filter, what ranks the areas, and the threshold.

        Returns
        -------
        Table
            The counts of the rows behind the areas add up to the records selected.

        Raises
        ------
        UnknownLayerError, UnknownMeasureError, InvalidWithinError
            If the layer, the larger layer, the denominator or the area of `within` is none.
        """
        area_counts = self._areas.count(dataset, layer_id, query.incident_filter())
        area_counts.check_scope()
        denominator = None
        if query.denominator is not None:
            denominator = denominator_of(
                self._measures,
                area_counts.layer,
                query.denominator,
                crosswalks=self._areas.crosswalks,
            )
        larger = None if query.larger_layer is None else self._areas.layer(query.larger_layer)
        ranking = Ranking.of(area_counts, denominator, query)
        return Table(
            kind="ranked list",
            row=RankedRow,
            columns=ranking.columns(query, larger),
            provenance=provenance(
                sources={
                    **area_counts.sources(),
                    **({} if larger is None else {"larger_layer": layer_source(larger)}),
                    **({} if denominator is None else {"denominator": denominator.source()}),
                },
                filter=area_counts.filter(),
                method=_method(ranking, query, denominator),
                counts=area_counts.reconciliation(),
                notes=(
                    *area_counts.notes(),
                    *(() if denominator is None else denominator.notes(area_counts.in_scope)),
                    *_rank_notes(ranking),
                    *_name_notes(ranking, query),
                    *_threshold_notes(ranking, query),
                ),
            ),
        )


def _method(
    ranking: Ranking, query: RankedQuery, denominator: Denominator | None
) -> dict[str, Any]:
    """What ranks the areas, what rates are over, and how ranks are limited."""

    def unit(measure: str) -> str:
        return unit_of(
            measure,
            per=query.per,
            denominator=None if denominator is None else denominator.measure,
            rate_per=query.rate_per,
            covered=ranking.area_counts.selection.covered(),
        )

    rate = (
        {}
        if denominator is None
        else {
            "denominator": denominator.measure,
            "per": query.per,
            "rate_per": query.rate_per,
            "rate_unit": unit("rate"),
            **({} if ranking.harm is None else {"harm_rate_unit": unit("harm-rate")}),
            "interval": "exact Poisson (Garwood 1936), 95 %",
        }
    )
    return {
        "name": "ranked list",
        "by": query.by,
        "unit": unit(query.by),
        "share_of": query.share_of,
        **rate,
        **({} if ranking.harm is None else {"weights": "summed"}),
        "ranks": RANKS if ranking.has_limits else None,
        "threshold": query.threshold,
        "top": query.top,
        "areas": len(ranking.count),
    }


def _rank_notes(ranking: Ranking) -> tuple[str, ...]:
    """What ranks say: which areas the data tell apart from the first, and few incidents."""
    is_ranked, notes = ranking.is_ranked, []
    ranked, unranked = int(is_ranked.sum()), int((~is_ranked).sum())
    if unranked:
        notes.append(f"{counted(unranked, 'area has', 'areas have')} no rate, and so no rank.")
    if ranking.harm is not None:
        notes.append(
            "The ranks of harm have no limits: effective_number and largest_share say on how few "
            "incidents it rests."
        )
    elif not ranking.has_limits:
        notes.append(
            f"The ranks have no limits: the areas have more than {MAX_DISTINCT:,} distinct rates."
        )
    elif ranked > 1:
        first = int((ranking.sets.best == 1).sum())
        notes.append(
            f"Any of {first:,} of the {ranked:,} areas may truly be the first: the data do not "
            "tell them apart. rank_best and rank_worst are the limits of each rank."
            if first > 1
            else "The first area is told apart from all others. rank_best and rank_worst are the "
            "limits of each rank."
        )
    few = int((ranking.count[is_ranked] < SMALL).sum())
    if few:
        notes.append(
            f"{counted(few, 'area has', 'areas have')} fewer than {SMALL} incidents: their order "
            "is mostly chance."
        )
    return tuple(notes)


def _name_notes(ranking: Ranking, query: RankedQuery) -> tuple[str, ...]:
    """That areas share a name, where nothing but the code tells them apart."""
    names = [name for k in ranking.indices if (name := ranking.area_counts.layer.names[k])]
    if len(names) == len(set(names)) or query.larger_layer is not None:
        return ()
    return ("Some areas share a name: larger_layer= names the larger area of each.",)


def _threshold_notes(ranking: Ranking, query: RankedQuery) -> tuple[str, ...]:
    """How many areas are at the threshold or above it."""
    if query.threshold is None:
        return ()
    number = int((ranking.value >= query.threshold).sum())
    note = (
        f"{counted(number, 'area is', 'areas are')} flagged, of {len(ranking.count):,}: those "
        f"with a {query.by} of {query.threshold:,g} or more."
    )
    return (note,)
