"""Risk flags: areas by rules over several datasets and measures, and indices of vulnerability."""

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from boundaries.layers.layer import Layer
from service.analyses.flags.columns import FlagColumns
from service.analyses.flags.containment import Inside, containment_of, inside
from service.analyses.flags.criteria import NOT_KNOWN, Assessor, Flag
from service.analyses.flags.documents import RulesEntry
from service.analyses.flags.index import Index, index_of, series_of
from service.analyses.flags.rows import FlagRow
from service.analyses.flags.series import Series, SeriesReader
from service.analyses.harm.weights import Harm
from service.analyses.inputs.area_counts import Areas
from service.coverage.spans import listed
from service.model.answers import Document, Table
from service.model.errors import InvalidRulesError, InvalidWithinError
from service.model.provenance import SOFTWARE, layer_source, provenance, short_digest
from service.queries.flags.query import FlagsQuery
from service.queries.flags.rules import (
    Contains,
    Criterion,
    FlagRules,
    IndexRules,
    Judgement,
    Rules,
    parsed_rules,
)
from service.store.incidents import IncidentStore
from service.store.reference.flag_rules import FlagRuleStore, RulesDocument
from service.store.reference.measures import MeasureStore

CHANGE = "% since the period before"
JUDGED = (
    "What professionals say stands beside the rules; it changes no total, no index and no risk."
)
PROBABLE = (
    "Probabilities are of the true rate of each area given all counts, taken as Poisson: "
    "incidents in bursts make them too sure. Measures are taken as they are, and have none."
)


class Flags:
    """Tables of risk flags.

    Parameters
    ----------
    rules : FlagRuleStore
        The imported rules.
    areas : Areas
        Places incidents.
    incidents : IncidentStore
        The datasets that there are.
    measures : MeasureStore
        Measures and denominators.
    harm : Harm
        Of incidents.
    """

    def __init__(
        self,
        *,
        rules: FlagRuleStore,
        areas: Areas,
        incidents: IncidentStore,
        measures: MeasureStore,
        harm: Harm,
    ) -> None:
        self._rules = rules
        self._incidents = incidents
        self._harm = harm
        self._areas = areas
        self._measures = measures

    def list_version(self) -> str:
        """A short digest of everything that the list of rules depends on.

        Returns
        -------
        str
            It changes when rules do.
        """
        return short_digest("flag rules", self._rules.revision(), SOFTWARE)

    def listing(self) -> Document:
        """All rules, with what each asks.

        Returns
        -------
        Document
            By id.
        """
        return Document(
            kind="flag-rules",
            content={"rules": [_entry(document) for document in self._rules.all()]},
        )

    def version(self, rules_id: str, query: FlagsQuery) -> str:
        """A short digest of everything that the flags depend on, apart from the query.

        Parameters
        ----------
        rules_id : str
            Of the rules.
        query : FlagsQuery
            Names the layer.

        Returns
        -------
        str
            It changes when rules, a dataset, a layer, a measure or the software does.
        """
        # Which datasets the rules name is not known without reading them.
        versions = [self._areas.version(name, query.layer) for name in self._incidents.ids()]
        tables = (self._rules.revision(), self._measures.revision(), self._harm.revision())
        return short_digest(rules_id, *tables, *versions, SOFTWARE)

    def table(self, rules_id: str, query: FlagsQuery) -> Table:
        """One `FlagRow` per area and flag, or the matrix with a row per area.

        Parameters
        ----------
        rules_id : str
            Of the rules.
        query : FlagsQuery
            End, layer, areas and layout.

        Returns
        -------
        Table
            Areas with most flags, or the highest index, first.

        Raises
        ------
        UnknownRulesError, UnknownLayerError, UnknownDatasetError, UnknownMeasureError
            If there are none of the name that the question or the rules give.
        InvalidWithinError
            If no area of the layer lies within.
        """
        rules = self._get(rules_id)
        work = self._work(rules, query)
        index = work.index() if isinstance(rules, IndexRules) else None
        flags = work.flags() if isinstance(rules, FlagRules) else index.parts if index else ()
        judgements, unmatched = _judgements(rules.judgements, work.layer)
        content = FlagColumns(rules, work.layer, work.in_scope, flags, index, judgements)
        row, columns = content.matrix() if query.layout == "wide" else (FlagRow, content.long())
        return Table(
            kind="flags",
            row=row,
            columns=columns,
            provenance=provenance(
                sources={
                    "rules": _rules_source(self._rules.get(rules_id)),
                    "layer": layer_source(work.layer),
                    **{
                        name: source
                        for flag in flags
                        for name, source in flag.series.sources.items()
                    },
                },
                filter={
                    "to": work.end,
                    "within": work.within,
                    "periods": {flag.flag_id: list(flag.series.labels[:1]) for flag in flags},
                },
                method=_method(rules, query, flags),
                counts={
                    "records": sum(flag.series.records for flag in flags),
                    **{
                        f"records_of_{flag.flag_id}": flag.series.records
                        for flag in flags
                        if flag.series.count is not None
                    },
                },
                notes=(
                    *dict.fromkeys(note for flag in flags for note in flag.series.notes),
                    *dict.fromkeys(note for flag in flags for note in flag.notes),
                    *content.notes(),
                    *unmatched,
                    *_fixed_periods(flags, query),
                    *((JUDGED,) if rules.judgements else ()),
                    *((PROBABLE,) if any(flag.series.count is not None for flag in flags) else ()),
                    *((rules.note,) if rules.note else ()),
                ),
            ),
        )

    def _work(self, rules: Rules, query: FlagsQuery) -> "_Work":
        """What a question about some rules reads."""

        def index(rules_id: str, layer: Layer) -> Series:
            index_rules = self._get(rules_id)
            if not isinstance(index_rules, IndexRules):
                raise InvalidRulesError(rules_id, "they are no index", kind="flag rules")
            layer_query = FlagsQuery.model_validate(
                query.model_dump(exclude_none=True) | {"layer": layer.layer_id}
            )
            work = self._work(index_rules, layer_query)
            return series_of(
                work.index(is_probable=False), title=index_rules.title, periods=query.periods + 2
            )

        return _Work(
            rules, query, areas=self._areas, measures=self._measures, harm=self._harm, index=index
        )

    def _get(self, rules_id: str) -> Rules:
        """The rules of an id, checked."""
        document = self._rules.get(rules_id)
        return _parsed(document.document, document.loaded_from)


class _Work:
    """What one question reads and compares."""

    def __init__(
        self,
        rules: Rules,
        query: FlagsQuery,
        *,
        areas: Areas,
        measures: MeasureStore,
        harm: Harm,
        index: Callable[[str, Layer], Series],
    ) -> None:
        self._rules = rules
        self._areas = areas
        self.layer = areas.layer(query.layer or rules.layer)
        self.within = query.within or rules.within
        self.in_scope = areas.in_scope(self.layer, self.within)
        if self.within is not None and not self.in_scope.any():
            raise InvalidWithinError(
                self.within, f"no area of layer {self.layer.layer_id!r} has its inner point there"
            )
        self.end = query.to[:7] if query.to else rules.to
        self.periods = query.periods + 1
        # Change looks at one period more.
        self._reader = SeriesReader(
            areas=areas,
            measures=measures,
            end=self.end,
            periods=self.periods + 1,
            harm=harm,
            index=index,
        )
        self._assessor = Assessor(periods=self.periods, draws=query.draws, seed=query.seed)

    def index(self, *, is_probable: bool = True) -> Index:
        """The index of rules of that kind."""
        rules = self._rules
        if not isinstance(rules, IndexRules):
            raise TypeError("these rules are no index")
        return index_of(
            rules,
            tuple(self._reader.of(part.of, self.layer) for part in rules.parts),
            self._assessor,
            periods=self.periods,
            reference=self._areas.in_scope(self.layer, rules.reference),
            is_probable=is_probable,
        )

    def flags(self) -> tuple[Flag, ...]:
        """The flags of rules of that kind."""
        rules = self._rules
        if not isinstance(rules, FlagRules):
            raise TypeError("these rules have no flags")
        return tuple(self._flag(criterion) for criterion in rules.criteria)

    def _flag(self, criterion: Criterion) -> Flag:
        when, test = criterion.when, criterion.test
        scope = self.in_scope & self._areas.in_scope(self.layer, criterion.covers)
        notes: tuple[str, ...] = ()
        if isinstance(when, Contains):
            layer = self._areas.layer(when.layer)
            series = self._reader.of(test.of, layer)
            containment = containment_of(self.layer, layer, self._areas.crosswalks)
            inner_scope = np.append(scope, False)[containment.parent]
            inner_status = self._assessor.statuses(test, series, inner_scope)
            outcome = inside(when, series, containment, inner_status, self._assessor, inner_scope)
            notes = (
                *containment.notes(),
                *self._assessor.notes(test, series, inner_status, layer, criterion.title),
            )
        else:
            series = self._reader.of(test.of, self.layer)
            status = self._assessor.statuses(test, series, scope)
            probability = self._assessor.probability(test, series, scope)
            where: NDArray[Any] = np.full(len(scope), None, object)
            value = np.where(scope, self._assessor.value(test, series), np.nan)
            outcome = Inside(status, value, probability, where)
            notes = self._assessor.notes(test, series, status, self.layer, criterion.title)
        if criterion.covers is not None:
            notes += (f"{criterion.title}: of areas outside {criterion.covers} it is not known.",)
        outcome.status[:, ~scope] = NOT_KNOWN
        return Flag(
            flag_id=criterion.id,
            title=criterion.title,
            criterion=str(criterion),
            status=outcome.status,
            value=outcome.value,
            probability=np.where(scope, outcome.probability, np.nan),
            unit=CHANGE if test.kind == "change" else series.unit,
            series=series,
            where=outcome.where,
            notes=notes,
        )


def _fixed_periods(flags: Sequence[Flag], query: FlagsQuery) -> tuple[str, ...]:
    """The periods that the end asked for does not move."""
    if query.to is None:
        return ()
    fixed = [
        f"{flag.title} ({flag.series.labels[0]})"
        for flag in flags
        if not flag.series.labels[0].endswith(query.to[:7])
    ]
    if not fixed:
        return ()
    return (f"The rules or the measures give these periods, whatever to says: {listed(fixed)}.",)


def _judgements(
    judgements: Sequence[Judgement], layer: Layer
) -> tuple[dict[int, Judgement], tuple[str, ...]]:
    """The judgement of each area by its code, or by its name where only one is called so."""
    codes = {code: k for k, code in enumerate(layer.codes)}
    names = [str(name).casefold() for name in layer.names]
    by_area, unmatched = {}, []
    for judgement in judgements:
        name = judgement.area.casefold()
        position = codes.get(judgement.area)
        if position is None and names.count(name) == 1:
            position = names.index(name)
        if position is None:
            unmatched.append(judgement.area)
        else:
            by_area[position] = judgement
    if not unmatched:
        return by_area, ()
    names_of = listed(sorted(unmatched), most=12)
    return by_area, (
        f"Judgements of {names_of} belong to no area of {layer.layer_id}, and are left out.",
    )


def _method(rules: Rules, query: FlagsQuery, flags: Sequence[Flag]) -> dict[str, Any]:
    """The method of an answer."""
    method: dict[str, Any] = {
        "name": "index of vulnerability" if isinstance(rules, IndexRules) else "risk flags",
        "rules": {
            "id": rules.id,
            "title": rules.title,
            "version": rules.version,
            **{flag.flag_id: flag.criterion for flag in flags},
        },
        "bands": {band.risk: f"from {band.at_least:g}" for band in rules.bands},
        "earlier_periods": query.periods,
        "probability": "of the true rate, by a prior estimated from all areas",
        "draws": query.draws,
        "seed": query.seed,
        "layout": query.layout,
    }
    if isinstance(rules, IndexRules):
        method |= {"threshold": rules.threshold, "mean_of": rules.reference or "all areas"}
    return method


def _rules_source(document: RulesDocument) -> dict[str, Any]:
    """The rules, for the provenance."""
    return {
        "id": document.rules_id,
        "title": document.title,
        "version": document.version,
        "source": document.source,
        "table_version": document.table_version,
    }


def _entry(document: RulesDocument) -> RulesEntry:
    """What is listed of a set of rules."""
    rules = _parsed(document.document, document.loaded_from)
    flags = rules.criteria if isinstance(rules, FlagRules) else rules.parts
    return {
        "id": document.rules_id,
        "title": document.title,
        "version": document.version,
        "kind": document.kind,
        "source": document.source,
        "layer": rules.layer,
        "within": rules.within,
        "flags": [{"id": flag.id, "title": flag.title, "when": str(flag)} for flag in flags],
        "judgements": len(rules.judgements),
    }


@lru_cache(maxsize=64)
def _parsed(text: str, label: str) -> Rules:
    """Rules that were imported."""
    return parsed_rules(text, label=label)
