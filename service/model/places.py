"""What the areas of a table are called by readers, worked out when a sentence asks."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property


@dataclass(frozen=True)
class AreaPlace:
    """What an area is called, and where it lies.

    Attributes
    ----------
    label : str
        Its name with what tells readers where that is: *Market (Cambridge)*.
    larger : str
        The larger area around it; empty where there is none.
    """

    label: str
    larger: str = ""


@dataclass(frozen=True, eq=False)
class AreaPlaces:
    """The places of the areas of one layer, by code.

    Attributes
    ----------
    work_out : callable
        Gives them; called once, and not before a sentence needs one.
    """

    work_out: Callable[[], Mapping[str, AreaPlace]]

    @cached_property
    def by_code(self) -> Mapping[str, AreaPlace]:
        """The place of each code."""
        return self.work_out()
