"""The rules behind growth priorities, as data: what a file of them may hold."""

import string
from typing import Annotated, Final, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

Priority = Literal["emerging", "preventing", "sustaining", "none"]
PRIORITIES: Final[tuple[Priority, ...]] = ("emerging", "preventing", "sustaining", "none")

WORDS: Final = {
    "hotspot_class": "class of Gi* today",
    "emerging_class": "emerging category over the period",
    "transition": "what became of the class since the baseline period",
    "site_names": "sites in the area",
}
NUMBERS: Final = {
    "count": "incidents of the period",
    "rate_per_1000": "incidents per 1,000 residents",
    "ratio_to_local": "incidents per incident expected at the local rate",
    "ratio_to_local_lower": "lower end of its 95 % interval",
    "change_percent": "change of the count since the baseline period, per cent",
    "change_difference": "change of the count, days allowed for",
    "change_q_value": "q of that change",
    "residents": "residents today",
    "homes_to_come": "homes to come at most",
    "added_residents_at_most": "residents to come at most",
    "added_percent_at_most": "the same in per cent of residents today",
}
Number = Annotated[float, Field(allow_inf_nan=False)]


class Condition(BaseModel):
    """What one fact of an area must be; a fact that is missing meets none but `missing`."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    fact: str
    one_of: Annotated[tuple[str, ...] | None, Field(alias="in", min_length=1)] = None
    not_in: Annotated[tuple[str, ...] | None, Field(min_length=1)] = None
    at_least: Number | None = None
    at_most: Number | None = None
    missing: bool | None = None

    @model_validator(mode="after")
    def _one_test(self) -> Self:
        word_tests = [test is not None for test in (self.one_of, self.not_in)]
        number_tests = [test is not None for test in (self.at_least, self.at_most)]
        if self.fact not in WORDS | NUMBERS:
            facts = ", ".join([*WORDS, *NUMBERS])
            raise ValueError(f"there is no fact {self.fact!r}; there are {facts}")
        if sum((*word_tests, *number_tests, self.missing is not None)) != 1:
            raise ValueError(f"{self.fact}: give one of in, not_in, at_least, at_most, missing")
        if any(word_tests) and self.fact not in WORDS:
            raise ValueError(f"{self.fact} is a number: give at_least, at_most or missing")
        if any(number_tests) and self.fact not in NUMBERS:
            raise ValueError(f"{self.fact} is text: give in, not_in or missing")
        return self

    def holds(self, value: str | float | None) -> bool:
        """Whether a value meets it; None is a fact that is missing."""
        if self.missing is not None:
            return (value is None) == self.missing
        if value is None:
            return False
        if self.one_of is not None:
            return value in self.one_of
        if self.not_in is not None:
            return value not in self.not_in
        if self.at_least is not None:
            return float(value) >= self.at_least
        return self.at_most is not None and float(value) <= self.at_most

    def __str__(self) -> str:
        if self.one_of is not None:
            return f"{self.fact} in {', '.join(self.one_of)}"
        if self.not_in is not None:
            return f"{self.fact} not in {', '.join(self.not_in)}"
        if self.missing is not None:
            return f"{self.fact} {'missing' if self.missing else 'known'}"
        sign = ">=" if self.at_least is not None else "<="
        return f"{self.fact} {sign} {self.at_least if self.at_most is None else self.at_most:g}"


def _checked_reason(reason: str) -> str:
    """A reason whose braces name facts and have formats that fit them."""
    for _, name, spec, conversion in string.Formatter().parse(reason):
        if name is None:
            continue
        if name not in WORDS | NUMBERS or conversion:
            raise ValueError(f"the reason names {name!r}, which is not a fact")
        format("" if name in WORDS else 1.0, spec or "")  # a wrong format raises here
    return reason


class Rule(BaseModel):
    """A priority, when it applies, and why in words.

    It does not apply where the conditions of a rule that `unless` names are met: its reason would
    contradict that rule's. `reason` may name facts in braces, with a format:
    ``{added_residents_at_most:,.0f}``.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    id: Annotated[str, Field(pattern=r"^[a-z0-9-]{1,40}$")]
    priority: Literal["emerging", "preventing", "sustaining"]
    when: Annotated[tuple[Condition, ...], Field(min_length=1, max_length=20)]
    unless: tuple[str, ...] = ()
    reason: Annotated[str, Field(min_length=1, max_length=400)]

    @field_validator("reason")
    @classmethod
    def _names_facts(cls, reason: str) -> str:
        return _checked_reason(reason)

    def __str__(self) -> str:
        conditions = "; ".join(str(condition) for condition in self.when)
        exceptions = f"; unless {', '.join(self.unless)}" if self.unless else ""
        return f"{self.priority}: {conditions}{exceptions}"


class PriorityRules(BaseModel):
    """A file of rules. An area has the priority of the first rule that applies to it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: Annotated[str, Field(min_length=1, max_length=100)]
    version: Annotated[str, Field(min_length=1, max_length=40)]
    note: Annotated[str, Field(max_length=1_000)] = ""
    rules: Annotated[tuple[Rule, ...], Field(min_length=1, max_length=100)]
    otherwise: Annotated[str, Field(min_length=1, max_length=400)] = "no rule applies"
    order_by: dict[Priority, str] = {}

    @field_validator("otherwise")
    @classmethod
    def _names_facts(cls, otherwise: str) -> str:
        return _checked_reason(otherwise)

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        ids = [rule.id for rule in self.rules]
        repeated = sorted({rule_id for rule_id in ids if ids.count(rule_id) > 1})
        if repeated:
            raise ValueError(f"rules occur twice: {', '.join(repeated)}")
        unknown_rules = sorted({name for rule in self.rules for name in rule.unless} - set(ids))
        if unknown_rules:
            raise ValueError(f"unless names {', '.join(unknown_rules)}, which is not a rule")
        unknown_facts = sorted(set(self.order_by.values()) - set(NUMBERS))
        if unknown_facts:
            raise ValueError(
                f"order_by names {', '.join(unknown_facts)}, which is not a number of an area"
            )
        return self
