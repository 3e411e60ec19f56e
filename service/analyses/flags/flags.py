"""Risk flags: areas by rules over several datasets and measures, and indices of vulnerability."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from boundaries.layers.layer import Layer
from service.analyses.flags.containment import Inside, containment_of, inside
from service.analyses.flags.criteria import NOT_KNOWN, STATUS_NAMES, YES, Assessor, Flag
from service.analyses.flags.documents import RulesEntry
from service.analyses.flags.index import Index, index_of
from service.analyses.flags.rows import FlagRow, matrix_row
from service.analyses.flags.series import SeriesReader
from service.analyses.inputs.area_counts import Areas
from service.coverage.spans import listed
from service.model.answers import Document, Table
from service.model.errors import InvalidWithinError
from service.model.provenance import SOFTWARE, layer_source, provenance, short_digest
from service.model.rows import ColumnValues
from service.queries.flags.query import FlagsQuery
from service.queries.flags.rules import (
    Contains,
    Criterion,
    FlagRules,
    IndexRules,
    Judgement,
    Rules,
    matrix_columns,
    parsed_rules,
)
from service.sentences.numbers import counted
from service.store.incidents import IncidentStore
from service.store.reference.flag_rules import FlagRuleStore, RulesDocument
from service.store.reference.measures import MeasureStore
from spatial.arrays import FloatArray

NO_RISK = "not known"
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
    """

    def __init__(
        self,
        *,
        rules: FlagRuleStore,
        areas: Areas,
        incidents: IncidentStore,
        measures: MeasureStore,
    ) -> None:
        self._rules = rules
        self._incidents = incidents
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
            kind="flag-rules", content={"rules": [_entry(each) for each in self._rules.all()]}
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
        return short_digest(
            rules_id, self._rules.revision(), *versions, self._measures.revision(), SOFTWARE
        )

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
        work = _Work(rules, query, areas=self._areas, measures=self._measures)
        index = work.index() if isinstance(rules, IndexRules) else None
        flags = work.flags() if isinstance(rules, FlagRules) else index.parts if index else ()
        judgements, unmatched = _judgements(rules.judgements, work.layer)
        content = _Content(rules, work, flags, index, judgements)
        row, columns = content.matrix() if query.layout == "wide" else (FlagRow, content.long())
        return Table(
            kind="flags",
            row=row,
            columns=columns,
            provenance=provenance(
                sources={
                    "rules": _rules_source(self._rules.get(rules_id)),
                    "layer": layer_source(work.layer),
                    **{name: each for flag in flags for name, each in flag.series.sources.items()},
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
                    *((JUDGED,) if rules.judgements else ()),
                    *((PROBABLE,) if any(flag.series.count is not None for flag in flags) else ()),
                    *((rules.note,) if rules.note else ()),
                ),
            ),
        )

    def _get(self, rules_id: str) -> Rules:
        """The rules of an id, checked."""
        document = self._rules.get(rules_id)
        return _parsed(document.document, document.loaded_from)


class _Work:
    """What one question reads and compares."""

    def __init__(
        self, rules: Rules, query: FlagsQuery, *, areas: Areas, measures: MeasureStore
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
            areas=areas, measures=measures, end=self.end, periods=self.periods + 1
        )
        self._assessor = Assessor(periods=self.periods, draws=query.draws, seed=query.seed)

    def index(self) -> Index:
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
            found = inside(when, series, containment, inner_status, self._assessor, inner_scope)
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
            found = Inside(status, value, probability, where)
            notes = self._assessor.notes(test, series, status, self.layer, criterion.title)
        if criterion.covers is not None:
            notes += (f"{criterion.title}: of areas outside {criterion.covers} it is not known.",)
        found.status[:, ~scope] = NOT_KNOWN
        return Flag(
            flag_id=criterion.id,
            title=criterion.title,
            criterion=str(criterion),
            status=found.status,
            value=found.value,
            probability=np.where(scope, found.probability, np.nan),
            unit=CHANGE if test.kind == "change" else series.unit,
            series=series,
            where=found.where,
            notes=notes,
        )


class _Content:
    """The columns of the table, in the order of its rows."""

    def __init__(
        self,
        rules: Rules,
        work: _Work,
        flags: Sequence[Flag],
        index: Index | None,
        judgements: Mapping[int, Judgement],
    ) -> None:
        self._rules, self._layer, self._flags, self._index = rules, work.layer, flags, index
        status = np.stack([flag.status[0] for flag in flags])
        self._total = np.count_nonzero(status == YES, axis=0).astype(np.int64)
        self._not_known = np.count_nonzero(status == NOT_KNOWN, axis=0).astype(np.int64)
        score = self._total if index is None else index.value[0]
        rank = np.where(np.isnan(score), -np.inf, score)
        areas = np.flatnonzero(work.in_scope)
        self._order = areas[np.lexsort((areas, -rank[areas]))]
        self._areas = self._of_areas(judgements)

    def notes(self) -> tuple[str, ...]:
        """How many areas have flags of which it is not known."""
        number = int(np.count_nonzero(self._not_known[self._order]))
        if not number:
            return ()
        what = "part" if self._index is not None else "flag"
        areas = counted(number, "area has", "areas have")
        return (f"{areas} a {what} of which it is not known: the total is at least that stated.",)

    def long(self) -> dict[str, ColumnValues]:
        """A row per area and flag."""
        flags, order = self._flags, self._order
        number = len(flags)

        def of_flags(rows: list[NDArray[Any]]) -> NDArray[Any]:
            return np.stack([row[order] for row in rows], axis=1).ravel()

        def of_rules(texts: list[str]) -> NDArray[Any]:
            return np.tile(np.array(texts, dtype=object), len(order))

        columns: dict[str, ColumnValues] = {
            name: np.repeat(values, number) for name, values in self._areas.items()
        }
        columns |= {
            "flag": of_rules([flag.flag_id for flag in flags]),
            "flag_name": of_rules([flag.title for flag in flags]),
            "criterion": of_rules([flag.criterion for flag in flags]),
            "period": of_rules([flag.series.labels[0] for flag in flags]),
            "status": of_flags([_names(flag.status[0]) for flag in flags]),
            "value": of_flags([flag.value for flag in flags]),
            "unit": of_rules([flag.unit for flag in flags]),
        }
        if self._index is not None:
            columns["part_index"] = of_flags(list(self._index.part_index))
            columns["mean"] = np.tile(np.array(self._index.means), len(order))
        return columns | {
            "probability": of_flags([flag.probability for flag in flags]),
            "in_a_row": of_flags([flag.in_a_row() for flag in flags]),
            "periods_flagged": of_flags([flag.flagged() for flag in flags]),
            "periods_known": of_flags([flag.known() for flag in flags]),
            "where": of_flags([flag.where for flag in flags]),
        }

    def matrix(self) -> tuple[Any, dict[str, ColumnValues]]:
        """The row model and columns of a row per area."""
        is_index, order = self._index is not None, self._order
        row = matrix_row(
            [(flag.flag_id, flag.title, flag.unit) for flag in self._flags], is_index=is_index
        )
        columns = dict(self._areas)
        for k, flag in enumerate(self._flags):
            part = () if self._index is None else (self._index.part_index[k],)
            values = (_names(flag.status[0]), flag.value, *part, flag.probability, flag.in_a_row())
            names = matrix_columns(flag.flag_id, is_index=is_index)
            columns |= {name: v[order] for name, v in zip(names, values, strict=True)}
        return row, columns

    def _of_areas(self, judgements: Mapping[int, Judgement]) -> dict[str, ColumnValues]:
        """The columns of areas, a row each."""
        order, index, rules = self._order, self._index, self._rules
        columns: dict[str, ColumnValues] = {
            "code": np.array(self._layer.codes, dtype=object)[order],
            "name": np.array(self._layer.names, dtype=object)[order],
            "total": self._total[order],
            "not_known": self._not_known[order],
        }
        least, most = self._total.astype(np.float64), (self._total + self._not_known).astype(float)
        if index is not None:
            least = most = index.value[0]
            threshold = rules.threshold if isinstance(rules, IndexRules) else np.nan
            in_a_row = np.cumprod(index.value >= threshold, axis=0).sum(axis=0)
            columns |= {
                "index": index.value[0][order],
                "index_probability": index.probability[order],
                "index_in_a_row": in_a_row[order],
            }
        stated = [judgements.get(int(area)) for area in order]
        return columns | {
            "risk": _risks(rules, least[order]),
            "risk_at_most": _risks(rules, most[order]),
            "concern": _texts([each.concern if each else None for each in stated]),
            "concern_level": _texts([each.level if each else None for each in stated]),
            "concern_by": _texts([each.by if each else None for each in stated]),
            "concern_date": _texts(
                [str(each.date) if each and each.date else None for each in stated]
            ),
        }


def _risks(rules: Rules, scores: FloatArray) -> NDArray[Any]:
    """The band of each score."""
    return _texts([NO_RISK if np.isnan(score) else rules.risk(score) for score in scores])


def _names(status: NDArray[np.int8]) -> NDArray[Any]:
    """Statuses in words."""
    return _texts([STATUS_NAMES[int(each)] for each in status])


def _texts(values: Sequence[str | None]) -> NDArray[Any]:
    """Texts as a column; an empty one is none."""
    texts = np.empty(len(values), dtype=object)
    texts[:] = [value or None for value in values]
    return texts


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
        "flags": [{"id": each.id, "title": each.title, "when": str(each)} for each in flags],
        "judgements": len(rules.judgements),
    }


@lru_cache(maxsize=64)
def _parsed(text: str, label: str) -> Rules:
    """Rules that were imported."""
    return parsed_rules(text, label=label)
