"""Incidents by the decile of deprivation of the area in which they are."""

from typing import Any, Final

import numpy as np

from service.analyses.inputs.area_counts import AreaCounts, Areas
from service.analyses.inputs.denominators import Denominator, denominator_of
from service.analyses.measures.editions import DECILES, Domain, read_edition
from service.analyses.measures.rows import DeprivedIncidentsRow
from service.model.answers import Table
from service.model.provenance import provenance, short_digest
from service.model.rows import ColumnValues
from service.queries.tables.measures import DeprivedIncidentsQuery
from service.store.reference.measures import MeasureStore
from spatial.rates.rates import rates

NOT_KNOWN: Final = "not known"
ELSEWHERE: Final = "elsewhere"
OUTSIDE: Final = "outside"
NOT_LOCATED: Final = "not located"


class DeprivedIncidents:
    """Counts and rates of incidents by decile.

    Parameters
    ----------
    areas : Areas
        Counts of incidents.
    measures : MeasureStore
        Ranks, deciles and denominators.
    """

    def __init__(self, *, areas: Areas, measures: MeasureStore) -> None:
        self._areas = areas
        self._measures = measures

    def version(self, dataset: str, query: DeprivedIncidentsQuery) -> str:
        """A short digest of everything that an answer depends on, apart from the query.

        Parameters
        ----------
        dataset : str
            Id of the dataset.
        query : DeprivedIncidentsQuery
            Its layer.

        Returns
        -------
        str
            It changes when the dataset, the layer, a measure or the software does.
        """
        return short_digest(self._areas.version(dataset, query.layer), self._measures.revision())

    def table(self, dataset: str, query: DeprivedIncidentsQuery) -> Table:
        """One `DeprivedIncidentsRow` per domain and decile, and for what has no decile.

        The counts of a domain add up to the records selected.

        Parameters
        ----------
        dataset : str
            Id of the dataset.
        query : DeprivedIncidentsQuery
            Filter, layer, domains and denominator.

        Returns
        -------
        Table
            In the order of the deciles.

        Raises
        ------
        UnknownLayerError, UnknownMeasureError
            If there is no such layer, domain or denominator.
        InvalidParameterError
            If deciles are not known, and cannot be computed.
        """
        area_counts = self._areas.count(dataset, query.layer, query.incident_filter())
        area_counts.check_scope()
        layer = area_counts.layer
        domains = read_edition(
            self._measures, layer, query.domain, period=query.edition, out_of=query.out_of
        )
        denominator = None
        if query.denominator is not None:
            denominator = denominator_of(
                self._measures, layer, query.denominator, crosswalks=self._areas.crosswalks
            )
        parts = [_of_domain(domain, area_counts, denominator, query.per) for domain in domains]
        sources = {domain.name: domain.source() for domain in domains}
        if denominator is not None:
            sources["denominator"] = denominator.source()
        return Table(
            kind="deprived-incidents",
            row=DeprivedIncidentsRow,
            columns={name: np.concatenate([part[name] for part in parts]) for name in parts[0]},
            provenance=provenance(
                sources={**area_counts.sources(), **sources},
                filter=area_counts.filter(),
                method={
                    "name": "incidents by deprivation",
                    "domains": [domain.name for domain in domains],
                    "edition": domains[0].period,
                    "direction": "decile 1 is the most deprived",
                    "denominator": None if denominator is None else denominator.measure,
                    "per": None if denominator is None else query.per,
                },
                counts=area_counts.reconciliation(),
                notes=(
                    *area_counts.notes(),
                    *(() if denominator is None else denominator.notes(area_counts.in_scope)),
                ),
            ),
        )


def _of_domain(
    domain: Domain, area_counts: AreaCounts, denominator: Denominator | None, per: float
) -> dict[str, ColumnValues]:
    """The rows of one domain."""
    in_scope = area_counts.in_scope
    group = np.where(np.isfinite(domain.decile), domain.decile, DECILES + 1).astype(np.int64)[
        in_scope
    ]
    count = area_counts.count[in_scope]
    names = [*(str(k) for k in range(1, DECILES + 1)), NOT_KNOWN]
    areas = np.bincount(group, minlength=DECILES + 2)[1:]
    counts = np.bincount(group, count, minlength=DECILES + 2)[1:].astype(np.int64)
    over = np.full(len(names), np.nan)
    if denominator is not None:
        # The sum is not known where one of the areas has no denominator.
        over = np.bincount(group, denominator.values[in_scope], minlength=DECILES + 2)[1:]
    is_used = (areas > 0) | (np.arange(len(names)) < DECILES)
    placed = area_counts.reconciliation()
    others = {
        ELSEWHERE: placed.get("in_layer_elsewhere", 0),
        OUTSIDE: placed["outside"],
        NOT_LOCATED: placed["not_located"],
    }
    others = {name: number for name, number in others.items() if number}
    rows = [name for name, used in zip(names, is_used, strict=True) if used]
    all_counts = np.append(counts[is_used], np.array([*others.values()], np.int64))
    total = area_counts.selection.records
    area_column: Any = np.full(len(all_counts), None, dtype=object)
    area_column[: len(rows)] = areas[is_used]
    content: dict[str, ColumnValues] = {
        "domain": np.full(len(all_counts), domain.name, dtype=object),
        "decile": np.array([*rows, *others], dtype=object),
        "areas": area_column,
        "count": all_counts,
        "share": 100.0 * all_counts / total if total else np.full(len(all_counts), np.nan),
    }
    if denominator is None:
        return content
    over = np.append(over[is_used], np.full(len(others), np.nan))
    over[: len(rows)][areas[is_used] == 0] = np.nan
    result = rates(all_counts.astype(np.float64), over * area_counts.selection.years(), per=per)
    return {
        **content,
        "denominator": over,
        "rate": result.value,
        "lower": result.lower,
        "upper": result.upper,
    }
