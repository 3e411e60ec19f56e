"""What the list of rules is made of."""

from typing import TypedDict


class FlagEntry(TypedDict):
    """A flag, or a part of an index, and what it asks."""

    id: str
    title: str
    when: str


class RulesEntry(TypedDict):
    """A set of rules."""

    id: str
    title: str
    version: str
    kind: str
    source: str
    layer: str
    within: str | None
    flags: list[FlagEntry]
    judgements: int


class RulesList(TypedDict):
    """All sets of rules."""

    rules: list[RulesEntry]
