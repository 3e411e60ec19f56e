"""Which rows of a table: a condition on its text columns."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import reduce
from operator import and_, or_

import pyarrow as pa
import pyarrow.compute as pc


@dataclass(frozen=True)
class RowCondition:
    """Rows in which, by one of several descriptions, every column has one of its values.

    Attributes
    ----------
    descriptions : tuple of mapping
        Names of text columns and their possible values.
    """

    descriptions: tuple[Mapping[str, Collection[str]], ...]

    def __or__(self, other: "RowCondition") -> "RowCondition":
        return RowCondition(self.descriptions + other.descriptions)

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


def _is_in(column: str, values: Collection[str]) -> pc.Expression:
    """Rows with one of the values; none where the column is null."""
    return pc.field(column).isin(pa.array(list(values), pa.string()))
