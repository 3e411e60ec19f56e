"""Priorities: areas sorted by stated rules over what is there today and what is planned."""

import hashlib
from functools import lru_cache
from importlib import resources
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from pydantic import ValidationError

from service.analyses.areas.change import PeriodChanges
from service.analyses.growth.area_facts import by_area
from service.analyses.growth.local_rates import local_rates
from service.analyses.growth.overlay import Ground, Grounds, area_growth
from service.analyses.growth.rows import PriorityRow
from service.model.answers import Table
from service.model.errors import InvalidRulesError
from service.model.provenance import provenance, short_digest
from service.queries.growth import PrioritiesQuery
from service.queries.priority_rules import PRIORITIES, WORDS, PriorityRules, Rule
from spatial.rates.rates import standardised_ratios

NO_BASELINE: Final = (
    "No baseline period was given: rules about change since then apply to no area. "
    "Give baseline_from and baseline_to for them."
)
NOT_A_RANKING: Final = (
    "Priorities follow from stated rules, which are choices; they are no measure of need."
)
Facts = dict[str, NDArray[Any]]


class Priorities:
    """Which areas are emerging, to be prevented, to be sustained, or none of them.

    Parameters
    ----------
    rules : PriorityRules
        What decides; its digest is part of every version.
    """

    def __init__(self, *, grounds: Grounds, changes: PeriodChanges, rules: PriorityRules) -> None:
        self._grounds = grounds
        self._changes = changes
        self._rules = rules
        self._digest = hashlib.sha256(rules.model_dump_json().encode()).hexdigest()[:12]

    def layer_id(self, query: PrioritiesQuery) -> str:
        """The layer of a question."""
        return self._grounds.layer_id(query)

    def version(self, dataset: str, query: PrioritiesQuery) -> str:
        """Everything the priorities depend on besides the query, as a short digest."""
        return short_digest("priorities", self._grounds.version(dataset, query), self._digest)

    def table(self, dataset: str, query: PrioritiesQuery) -> Table:
        """One `PriorityRow` per area: its priority and the facts that it rests on."""
        ground = self._grounds.of(dataset, query)
        kept = np.flatnonzero(ground.facts.counted.in_scope)
        facts = {
            name: column[kept] for name, column in self._facts(dataset, query, ground).items()
        }
        codes = np.array(ground.layer.codes, dtype=object)[kept]
        judged = [self._judged(facts, at) for at in range(len(kept))]
        priority = np.array([each[0] for each in judged], dtype=object)
        columns: dict[str, NDArray[Any]] = {
            "code": codes,
            "name": np.array(ground.layer.names, dtype=object)[kept],
            "priority": priority,
            "reasons": np.array([each[1] for each in judged], dtype=object),
            "rules": np.array([each[2] for each in judged], dtype=object),
            **facts,
        }
        order = self._order(priority, facts, codes)
        has_baseline = query.change_query() is not None
        return Table(
            kind="growth-priorities",
            row=PriorityRow,
            columns={name: column[order] for name, column in columns.items()},
            geometries=ground.layer.geometries[kept[order]],
            crs=ground.layer.crs,
            provenance=provenance(
                sources=ground.sources(),
                filter={
                    **ground.facts.counted.filter(),
                    "baseline_from": query.baseline_from,
                    "baseline_to": query.baseline_to,
                },
                method={
                    "name": "growth priorities",
                    "layer": ground.layer.layer_id,
                    "decided_by": "the first rule that applies",
                    "rules": {
                        "name": self._rules.name,
                        "version": self._rules.version,
                        "digest": self._digest,
                        **{rule.id: str(rule) for rule in self._rules.rules},
                    },
                    "areas": {
                        name: int(np.count_nonzero(priority == name)) for name in PRIORITIES
                    },
                    **ground.facts.tables,
                },
                counts=ground.facts.counted.reconciliation(),
                notes=(
                    *ground.notes(),
                    *(() if has_baseline else (NO_BASELINE,)),
                    NOT_A_RANKING,
                ),
            ),
        )

    def _facts(self, dataset: str, query: PrioritiesQuery, ground: Ground) -> Facts:
        """Every fact that rules may name, by area of the layer; missing as None or NaN."""
        found, growth = ground.facts, area_growth(ground)
        rates = local_rates(
            self._grounds.layers, ground.layer, found, surroundings=None, exposure="auto"
        )
        expected = np.where(rates.expected > 0, rates.expected, np.nan)
        ratio = standardised_ratios(found.count.astype(np.float64), expected)
        facts: Facts = {
            "site_names": growth["site_names"],
            "homes_to_come": growth["homes_remaining"] + growth["homes_not_published"],
            "added_residents_at_most": growth["added_residents_at_most"],
            "added_percent_at_most": growth["added_percent_at_most"],
            "residents": growth["residents"],
            "count": found.count,
            "rate_per_1000": found.rate,
            "ratio_to_local": ratio.value,
            "ratio_to_local_lower": ratio.lower,
            "hotspot_class": found.hotspot_class,
            "emerging_class": found.emerging_class,
        }
        wanted = query.change_query()
        if wanted is not None:
            table = self._changes.table(dataset, ground.layer.layer_id, wanted)
            facts["transition"] = by_area(table, "transition", found.counted)
            for fact, column in (
                ("change_percent", "percent"),
                ("change_difference", "difference"),
                ("change_q_value", "q_value"),
            ):
                facts[fact] = by_area(table, column, found.counted).astype(np.float64)
        return facts

    def _judged(self, facts: Facts, at: int) -> tuple[str, str, str]:
        """Priority, reasons and the ids of the rules behind them, of one area."""
        area = {name: _value(column[at]) for name, column in facts.items()}
        applying = [
            rule
            for rule in self._rules.rules
            if all(one.holds(area.get(one.fact)) for one in rule.when)
        ]
        if not applying:
            return "none", self._rules.otherwise, ""
        priority = applying[0].priority
        reasons = [
            ("" if rule.priority == priority else f"also {rule.priority}: ") + _reason(rule, area)
            for rule in applying
        ]
        return priority, "; ".join(reasons), ", ".join(rule.id for rule in applying)

    def _order(
        self, priority: NDArray[Any], facts: Facts, codes: NDArray[Any]
    ) -> NDArray[np.intp]:
        """Row order: by priority, then by the fact that the rules order it by, most first."""
        key = np.zeros(len(priority))
        for name, fact in self._rules.order_by.items():
            mine = priority == name
            if fact in facts:
                key[mine] = np.nan_to_num(facts[fact][mine].astype(np.float64), nan=-np.inf)
        place = np.array([PRIORITIES.index(each) for each in priority], dtype=np.int64)
        return np.lexsort((codes.astype(str), -key, place))


def read_rules(path: Path | None) -> PriorityRules:
    """The rules of a file; those of the package for None.

    Raises
    ------
    InvalidRulesError
        If the file cannot be read or is not what `PriorityRules` says.
    """
    if path is None:
        return _own_rules()
    try:
        return PriorityRules.model_validate_json(path.read_bytes())
    except OSError as error:
        raise InvalidRulesError(str(path), error.strerror or str(error)) from error
    except ValidationError as error:
        faults = [f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors()]
        raise InvalidRulesError(str(path), "; ".join(faults[:5])) from None


@lru_cache(maxsize=1)
def _own_rules() -> PriorityRules:
    """The rules of the package."""
    text = resources.files("service.analyses.growth").joinpath("priority_rules.json").read_bytes()
    return PriorityRules.model_validate_json(text)


def _value(value: Any) -> str | float | None:
    """A fact as rules see it: NaN, None and empty text are missing."""
    if value is None or value == "":
        return None
    if isinstance(value, str):
        return value
    number = float(value)
    return number if np.isfinite(number) else None


def _reason(rule: Rule, area: dict[str, str | float | None]) -> str:
    """The reason with the facts of an area put in."""
    shown = {name: _Shown(area.get(name)) for name in {**area, **WORDS}}
    return rule.reason.format_map(shown)


class _Shown:
    """A fact in a reason: formatted as asked, or in words where it is missing."""

    def __init__(self, value: str | float | None) -> None:
        self._value = value

    def __format__(self, spec: str) -> str:
        return "not known" if self._value is None else format(self._value, spec)
