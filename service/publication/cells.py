"""Published cells: what they were published under, and one version of them in memory."""

import dataclasses
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

from service.coverage.coverage import Coverage
from service.coverage.spans import Span
from service.model.protection import CellPlan
from service.store.loaded_incidents import DatasetFacts
from spatial.arrays import BoolArray, IndexArray, IntArray, frozen

UNLOCATED: Final = ""  # the area of records without a place
OUTSIDE: Final = "(outside)"  # the area of records in no area of the layer
ALL: Final = "all"  # the category of all records where categories have no cells of their own
HIDDEN: Final = -1


@dataclass(frozen=True, kw_only=True)
class Terms:
    """What a dataset was published under; under other terms it has to be published again.

    Attributes
    ----------
    policy : str
        Name and version of the disclosure policy.
    plan : CellPlan
        The cells.
    layer_version : str
        Of the layer of the plan.
    secret : str
        Tells the secret of the record keys from another one; empty where none has a part.
    """

    policy: str
    plan: CellPlan
    layer_version: str
    secret: str = ""

    def to_facts(self) -> dict[str, Any]:
        """The terms, for the facts of the table."""
        return dataclasses.asdict(self)

    @classmethod
    def from_facts(cls, facts: Mapping[str, Any]) -> "Terms":
        """The terms that a table states."""
        return cls(**{**facts, "plan": CellPlan(**facts["plan"])})

    def difference(self, other: "Terms") -> str:
        """How the terms of today, the other ones, differ; empty where they are the same."""
        pairs = (
            ("policy", self.policy, other.policy),
            ("layer", self.plan.layer, other.plan.layer),
            ("period", self.plan.period, other.plan.period),
            ("by category", self.plan.by_category, other.plan.by_category),
            ("version of the layer", self.layer_version, other.layer_version),
            ("secret of the record keys", self.secret, other.secret),
        )
        return "; ".join(
            f"{name} was {str(ours) or 'none'}, is {str(theirs) or 'none'}"
            for name, ours, theirs in pairs
            if ours != theirs
        )


@dataclass(frozen=True, kw_only=True)
class Outline:
    """What is known of a published table without its cells.

    Attributes
    ----------
    terms : Terms
        It was published under these.
    layers : mapping of str to str
        Versions, by id, of the layers whose areas are sums of the published ones.
    covered : tuple of Span
        The days that it covers.
    hidden : int
        Hidden cells.
    """

    terms: Terms
    layers: Mapping[str, str]
    covered: tuple[Span, ...]
    hidden: int

    @classmethod
    def from_facts(cls, facts: Mapping[str, Any]) -> "Outline":
        """What a table states."""
        return cls(
            terms=Terms.from_facts(facts["terms"]),
            layers=facts["layers"],
            covered=spans_of(facts["covered"]["spans"]),
            hidden=int(facts["hidden"]),
        )


def spans_of(texts: Iterable[str]) -> tuple[Span, ...]:
    """Spans as the facts about a table state them.

    Parameters
    ----------
    texts : iterable of str
        Such as ``2024-01-01..2024-12-31``.

    Returns
    -------
    tuple of Span
        In the same order.
    """
    return tuple(Span.from_text(text) for text in texts)


@dataclass(frozen=True, eq=False, kw_only=True)
class PublishedCells:
    """One version of what is published of a dataset. All arrays are read-only.

    A cell that is not listed is published as 0.

    Attributes
    ----------
    dataset : str
        Its name.
    version : int
        Of the table.
    digest : str
        Of everything that is public, and of nothing else.
    terms : Terms
        It was published under these.
    facts : DatasetFacts
        Title, source, licence and so on of the dataset.
    coverage : Coverage
        Of the dataset itself.
    outside_xy_m : tuple of float
        Where records are put that are in no area of the layer.
    highest_zero : int
        The largest count that a published 0 may stand for.
    periods : tuple of int
        Those published, with records or without: numbers of periods since 1970.
    frozen_periods : tuple of int
        Of these, those as they were before: fewer records changed than have them released again.
    period : (n,) int64
        Periods since 1970, in the unit of the plan.
    area, category : (n,) int32
        Position in `areas` and `categories`.
    released : (n,) int64
        As published, `HIDDEN` where hidden.
    low, expected, high : (n,) int64
        What stands in for a hidden cell; of others the lowest and the highest possible count.
    """

    dataset: str
    version: int
    digest: str
    terms: Terms
    facts: DatasetFacts
    coverage: Coverage
    outside_xy_m: tuple[float, float]
    highest_zero: int
    periods: tuple[int, ...]
    frozen_periods: tuple[int, ...]
    period: IntArray
    area: IndexArray
    areas: tuple[str, ...]
    category: IndexArray
    categories: tuple[str, ...]
    released: IntArray
    low: IntArray
    expected: IntArray
    high: IntArray

    @property
    def revision(self) -> str:
        """Number and digest of the version, which change with what is public alone."""
        return f"{self.version}-{self.digest}"

    @cached_property
    def is_hidden(self) -> BoolArray:
        """(n,) Which cells are hidden."""
        return frozen(self.released == HIDDEN)

    @cached_property
    def has_hidden(self) -> bool:
        """Whether any cell is hidden."""
        return bool(self.is_hidden.any())


def text_of(span: Span) -> str:
    """A span as facts keep it.

    Parameters
    ----------
    span : Span
        Days in a row.

    Returns
    -------
    str
        As `spans_of` reads it again.
    """
    return f"{span.first}..{span.last}"
