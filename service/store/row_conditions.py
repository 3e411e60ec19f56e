"""Which rows of a table: one condition for the writer's SQL and for the reader's filter."""

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

    def to_sql(self) -> str:
        """The condition in SQL.

        Returns
        -------
        str
            A WHERE clause without the keyword.
        """
        return " OR ".join(
            "("
            + " AND ".join(f"{name} IN ({_listed(values)})" for name, values in columns.items())
            + ")"
            for columns in self.descriptions
        )

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


def sql_text(value: str) -> str:
    """The value as an SQL string literal.

    Parameters
    ----------
    value : str
        Any text.

    Returns
    -------
    str
        In quotes.
    """
    return "'" + value.replace("'", "''") + "'"


def _listed(values: Collection[str]) -> str:
    """The values as SQL string literals, in a fixed order."""
    return ", ".join(sql_text(value) for value in sorted(values))


def _is_in(column: str, values: Collection[str]) -> pc.Expression:
    """Rows with one of the values; none where the column is null."""
    return pc.field(column).isin(pa.array(list(values), pa.string()))
