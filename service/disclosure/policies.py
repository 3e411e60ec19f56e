"""Named and versioned rules of disclosure control, read from ``policies.json``."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from types import MappingProxyType
from typing import Any, Final, Literal

from spatial.errors import InvalidParameterError

Method = Literal["none", "round", "cell-key"]


@dataclass(frozen=True, kw_only=True)
class DisclosurePolicy:
    """What is done to the counts of a dataset before anything of them is published.

    A change of any field that alters what is published is a new version.

    Attributes
    ----------
    name, version : str, int
        Together they name the rule.
    title, source : str
        What it does in a line, and whose rule it is.
    method : {'none', 'round', 'cell-key'}
        What is done to the counts that are shown.
    hide_up_to : int
        Counts from 1 to this are hidden; 0: none. Always 0 with cell keys.
    hides_zero : bool
        Whether a count of 0 is hidden too, so that a hidden cell may be empty.
    base : int
        Shown counts are rounded to a multiple of it; 1 unless rounded.
    perturbation_table : str or None
        Name of the table that changes counts by cell key.
    dominance_n, dominance_share : int or None, float or None
        A sum of weights is hidden where so many largest contributions exceed this share of it.
    p_ratio : float or None
        A sum of weights is hidden where all but its two largest contributions together are less
        than this share of the largest.
    minimum_bandwidth_m : float
        Smallest bandwidth of a density, metres.
    maximum_zoom : int
        Closest zoom of a tile of a density.
    mask_below : int
        Areas with fewer published records than this are left blank on a density.
    smallest_change : int
        A published period is released again only when at least so many of its records changed.
    questions_per_day : int or None
        New questions that a key may ask about a dataset in a day; None: any number.
    """

    name: str
    version: int
    title: str
    source: str
    method: Method
    hide_up_to: int
    hides_zero: bool
    base: int
    perturbation_table: str | None
    dominance_n: int | None
    dominance_share: float | None
    p_ratio: float | None
    minimum_bandwidth_m: float
    maximum_zoom: int
    mask_below: int
    smallest_change: int
    questions_per_day: int | None

    def __post_init__(self) -> None:
        """Refuse combinations whose possible values would not be an interval."""
        if self.method not in ("none", "round", "cell-key"):
            raise InvalidParameterError("method", self.method, "none, round or cell-key")
        if (self.method == "cell-key") != (self.perturbation_table is not None):
            raise InvalidParameterError(
                "perturbation_table", self.perturbation_table, "named exactly for cell-key"
            )
        if (self.base > 1) != (self.method == "round") or self.base < 1:
            raise InvalidParameterError("base", self.base, "above 1 exactly for round, else 1")
        smallest = self.base // 2 if self.hide_up_to else 0
        if self.hide_up_to < smallest or (self.hide_up_to and self.method == "cell-key"):
            raise InvalidParameterError(
                "hide_up_to", self.hide_up_to, "0, or at least half the base and not with cell-key"
            )
        if self.hides_zero and not self.hide_up_to:
            raise InvalidParameterError("hides_zero", True, "false where nothing else is hidden")

    @property
    def label(self) -> str:
        """Name and version, as they stand in entity tags, provenance and published tables."""
        return f"{self.name}-{self.version}"

    @property
    def is_open(self) -> bool:
        """Whether counts leave exactly as they are."""
        return self.method == "none" and not self.hide_up_to

    @property
    def hidden_counts(self) -> tuple[int, int] | None:
        """The smallest and the largest count that a hidden cell may have; None: none is hidden."""
        return (0 if self.hides_zero else 1, self.hide_up_to) if self.hide_up_to else None


def read_package_data(name: str) -> Any:
    """The content of a JSON file of this package.

    Parameters
    ----------
    name : str
        Of the file.
    """
    return json.loads(resources.files(__package__).joinpath(name).read_text(encoding="utf-8"))


POLICIES: Final[Mapping[str, DisclosurePolicy]] = MappingProxyType(
    {
        row["name"]: DisclosurePolicy(**row)
        for row in read_package_data("policies.json")["policies"]
    }
)


def policy_named(name: str) -> DisclosurePolicy:
    """The policy with a name.

    Parameters
    ----------
    name : str
        Without its version.

    Raises
    ------
    InvalidParameterError
        If there is none; it lists those there are.
    """
    try:
        return POLICIES[name]
    except KeyError:
        raise InvalidParameterError("policy", name, f"one of {', '.join(POLICIES)}") from None
