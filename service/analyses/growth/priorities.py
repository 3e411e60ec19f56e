"""Priorities: areas classified by stated rules about the present and the planned homes."""

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
from service.analyses.growth.inputs import GrowthInputs, GrowthInputsReader
from service.analyses.growth.local_rates import LocalRates, local_rates
from service.analyses.growth.overlay import area_growth
from service.analyses.growth.rows import PriorityRow
from service.model.answers import Table
from service.model.errors import InvalidRulesError
from service.model.provenance import provenance, short_digest
from service.queries.growth import PrioritiesQuery
from service.queries.priority_rules import NUMBERS, PRIORITIES, WORDS, PriorityRules
from spatial.rates.rates import standardised_ratios

NO_BASELINE: Final = (
    "No baseline period was given: rules about change since then apply to no area. "
    "Give baseline_from and baseline_to for them."
)
NOT_A_RANKING: Final = (
    "Priorities follow from stated rules, which are choices; they do not measure need."
)
Facts = dict[str, NDArray[Any]]


class Priorities:
    """Classifies areas as emerging, to be prevented, to be sustained, or none of these.

    Parameters
    ----------
    reader : GrowthInputsReader
        Reads sites and areas.
    changes : PeriodChanges
        Change since a baseline period.
    rules : PriorityRules
        The rules; their digest is part of every version.
    """

    def __init__(
        self, *, reader: GrowthInputsReader, changes: PeriodChanges, rules: PriorityRules
    ) -> None:
        self._reader = reader
        self._changes = changes
        self._rules = rules
        self._digest = hashlib.sha256(rules.model_dump_json().encode()).hexdigest()[:12]

    def layer_id(self, query: PrioritiesQuery) -> str:
        """The layer of a query.

        Parameters
        ----------
        query : PrioritiesQuery
            May name a layer.

        Returns
        -------
        str
            Id of a layer or grid.
        """
        return self._reader.layer_id(query)

    def version(self, dataset: str, query: PrioritiesQuery) -> str:
        """A short digest of everything that the priorities depend on, apart from the query.

        Parameters
        ----------
        dataset : str
            Id of the dataset.
        query : PrioritiesQuery
            Names the layer.

        Returns
        -------
        str
            It changes when the rules or the inputs do.
        """
        return short_digest("priorities", self._reader.version(dataset, query), self._digest)

    def table(self, dataset: str, query: PrioritiesQuery) -> Table:
        """One `PriorityRow` per area: its priority and the facts behind it.

        Parameters
        ----------
        dataset : str
            Id of the dataset.
        query : PrioritiesQuery
            Filter, layer and baseline period.

        Returns
        -------
        Table
            By priority, with the shapes of the areas.
        """
        inputs = self._reader.of(dataset, query)
        area_indices = np.flatnonzero(inputs.facts.area_counts.in_scope)
        rates = local_rates(
            self._reader.layers, inputs.layer, inputs.facts, surroundings=None, exposure="auto"
        )
        all_facts = self._facts(dataset, query, inputs, rates)
        facts = {name: column[area_indices] for name, column in all_facts.items()}
        codes = np.array(inputs.layer.codes, dtype=object)[area_indices]
        decisions = [self._decide(facts, index) for index in range(len(area_indices))]
        priority = np.array([decision[0] for decision in decisions], dtype=object)
        columns: dict[str, NDArray[Any]] = {
            "code": codes,
            "name": np.array(inputs.layer.names, dtype=object)[area_indices],
            "priority": priority,
            "reasons": np.array([decision[1] for decision in decisions], dtype=object),
            "rules": np.array([decision[2] for decision in decisions], dtype=object),
            **facts,
        }
        order = self._order(priority, facts, codes)
        has_baseline = query.change_query() is not None
        return Table(
            kind="growth-priorities",
            row=PriorityRow,
            columns={name: column[order] for name, column in columns.items()},
            geometries=inputs.layer.geometries[area_indices[order]],
            crs=inputs.layer.crs,
            places=inputs.facts.area_counts.places,
            provenance=provenance(
                sources=inputs.sources(),
                filter={
                    **inputs.facts.area_counts.filter(),
                    "baseline_from": query.baseline_from,
                    "baseline_to": query.baseline_to,
                },
                method={
                    "name": "growth priorities",
                    "layer": inputs.layer.layer_id,
                    "decided_by": "the first rule that applies",
                    "rules": {
                        "name": self._rules.name,
                        "version": self._rules.version,
                        "digest": self._digest,
                        **{rule.id: str(rule) for rule in self._rules.rules},
                    },
                    "ratio_to_local": rates.source(),
                    "areas": {
                        name: int(np.count_nonzero(priority == name)) for name in PRIORITIES
                    },
                    **inputs.facts.tables,
                },
                counts=inputs.facts.area_counts.reconciliation(),
                notes=(
                    *inputs.notes(),
                    *rates.notes(),
                    *(() if has_baseline else (NO_BASELINE,)),
                    NOT_A_RANKING,
                ),
            ),
        )

    def _facts(
        self, dataset: str, query: PrioritiesQuery, inputs: GrowthInputs, rates: LocalRates
    ) -> Facts:
        """Every fact that rules may use, by area of the layer; missing values are None or NaN."""
        area_facts, growth = inputs.facts, area_growth(inputs)
        expected = np.where(rates.expected > 0, rates.expected, np.nan)
        ratio = standardised_ratios(area_facts.count.astype(np.float64), expected)
        facts: Facts = {
            "site_names": growth["site_names"],
            "homes_to_come": growth["homes_remaining"] + growth["homes_not_published"],
            "added_residents_at_most": growth["added_residents_at_most"],
            "added_percent_at_most": growth["added_percent_at_most"],
            "residents": growth["residents"],
            "count": area_facts.count,
            "rate_per_1000": area_facts.rate,
            "ratio_to_local": ratio.value,
            "ratio_to_local_lower": ratio.lower,
            "hotspot_class": area_facts.hotspot_class,
            "emerging_class": area_facts.emerging_class,
        }
        change_query = query.change_query()
        if change_query is not None:
            table = self._changes.table(dataset, inputs.layer.layer_id, change_query)
            facts["transition"] = by_area(table, "transition", area_facts.area_counts)
            # Where more is located in one period than in the other, that alone is no change.
            allows_for_shares = "q_value_shared_out" in table.columns
            for fact, column in (
                ("change_percent", "ratio_shared_out" if allows_for_shares else "percent"),
                ("change_difference", "difference"),
                ("change_q_value", "q_value_shared_out" if allows_for_shares else "q_value"),
            ):
                facts[fact] = by_area(table, column, area_facts.area_counts).astype(np.float64)
            if allows_for_shares:
                facts["change_percent"] = 100.0 * (facts["change_percent"] - 1.0)
                located_only = by_area(table, "q_value", area_facts.area_counts).astype(np.float64)
                is_alike = facts["change_percent"] * facts["change_difference"] > 0
                both = np.maximum(facts["change_q_value"], located_only)
                facts["change_q_value"] = np.where(is_alike | np.isnan(both), both, 1.0)
        return facts

    def _decide(self, facts: Facts, index: int) -> tuple[str, str, str]:
        """Priority, reasons and rule ids of one area."""
        area = {name: _value(column[index]) for name, column in facts.items()}
        is_met = {
            rule.id: all(condition.holds(area.get(condition.fact)) for condition in rule.when)
            for rule in self._rules.rules
        }
        matching_rules = [
            rule
            for rule in self._rules.rules
            if is_met[rule.id] and not any(is_met[name] for name in rule.unless)
        ]
        if not matching_rules:
            return "none", _reason(self._rules.otherwise, area), ""
        priority = matching_rules[0].priority
        reasons = [
            ("" if rule.priority == priority else f"also {rule.priority}: ")
            + _reason(rule.reason, area)
            for rule in matching_rules
        ]
        return priority, "; ".join(reasons), ", ".join(rule.id for rule in matching_rules)

    def _order(
        self, priority: NDArray[Any], facts: Facts, codes: NDArray[Any]
    ) -> NDArray[np.intp]:
        """The order of rows: by priority, then by the fact that the rules name, largest first."""
        key = np.zeros(len(priority))
        for name, fact in self._rules.order_by.items():
            has_priority = priority == name
            if fact in facts:
                key[has_priority] = np.nan_to_num(
                    facts[fact][has_priority].astype(np.float64), nan=-np.inf
                )
        rank = np.array([PRIORITIES.index(name) for name in priority], dtype=np.int64)
        return np.lexsort((codes.astype(str), -key, rank))


def read_rules(path: Path | None) -> PriorityRules:
    """The rules in a file, or those of the package.

    Parameters
    ----------
    path : Path or None
        A JSON file; None for the rules of the package.

    Returns
    -------
    PriorityRules
        Checked.

    Raises
    ------
    InvalidRulesError
        If the file cannot be read or does not match `PriorityRules`.
    """
    if path is None:
        return _package_rules()
    try:
        return PriorityRules.model_validate_json(path.read_bytes())
    except OSError as error:
        raise InvalidRulesError(str(path), error.strerror or str(error)) from error
    except ValidationError as error:
        faults = [
            f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}" for fault in error.errors()
        ]
        raise InvalidRulesError(str(path), "; ".join(faults[:5])) from None


@lru_cache(maxsize=1)
def _package_rules() -> PriorityRules:
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


def _reason(template: str, area: dict[str, str | float | None]) -> str:
    """A reason with the facts of an area inserted."""
    return template.format_map({name: _FactText(area.get(name)) for name in (*WORDS, *NUMBERS)})


class _FactText:
    """A fact in a reason: formatted as the rule says, or "not known" if missing."""

    def __init__(self, value: str | float | None) -> None:
        self._value = value

    def __format__(self, spec: str) -> str:
        return "not known" if self._value is None else format(self._value, spec)
