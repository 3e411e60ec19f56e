"""Which rows of a table: a condition on its columns of texts and of times."""

import datetime
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import reduce
from operator import and_, or_

import pyarrow as pa
import pyarrow.compute as pc


@dataclass(frozen=True)
class Before:
    """All times before a day.

    Attributes
    ----------
    day : date
        At whose beginning they end.
    """

    day: datetime.date


@dataclass(frozen=True)
class RowCondition:
    """Rows in which, by one of several descriptions, every column has one of its values.

    Attributes
    ----------
    descriptions : tuple of mapping
        Names of columns and their possible values: texts, or all times before a day.
    """

    descriptions: tuple[Mapping[str, Collection[str] | Before], ...]

    def __or__(self, other: "RowCondition") -> "RowCondition":
        return RowCondition(self.descriptions + other.descriptions)

    @property
    def columns(self) -> frozenset[str]:
        """The names of the columns that it is about."""
        return frozenset().union(*self.descriptions)

    def to_arrow(self) -> pc.Expression:
        """The condition as a filter of Arrow.

        Returns
        -------
        pyarrow.compute.Expression
            For scanning a dataset.
        """
        return reduce(
            or_,
            (
                reduce(and_, (_is_in(name, values) for name, values in columns.items()))
                for columns in self.descriptions
            ),
        )


def _is_in(column: str, values: Collection[str] | Before) -> pc.Expression:
    """Rows with one of the values; none where the column is null."""
    if isinstance(values, Before):
        start = datetime.datetime.combine(values.day, datetime.time.min)
        is_before = pc.field(column) < pa.scalar(start, pa.timestamp("us"))
        return pc.field(column).is_valid() & is_before
    return pc.field(column).isin(pa.array(list(values), pa.string()))
