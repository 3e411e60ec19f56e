"""Rows of tables as types: each column with its type, its meaning, and what it discloses.

An analysis writes the columns of its table once, as a `Row` beside it. The table is checked
against it, and the OpenAPI document, ``docs/columns.md`` and the page's types are made from it.
"""

import types
import typing
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Final

import numpy as np
from numpy.typing import NDArray

ColumnValues = NDArray[Any]  # (n,) one value per row; text is an object array, null None or NaN

# The kinds of numpy arrays that hold a type: a whole number is a number too.
_ARRAY_KINDS: Final[Mapping[type, str]] = {
    str: "O", int: "iu", float: "fiu", bool: "b", list: "O"
}  # fmt: skip


@dataclass(frozen=True)
class Discloses:
    """What a reader of a column learns about incidents.

    Attributes
    ----------
    is_count : bool
        The column is a count of incidents.
    counts : tuple of str
        From whose counts the value is computed: columns of the same row, those of them that a
        table has, or `RECORDS` or `LOCATED`, counts of the whole table's provenance.
    """

    is_count: bool = False
    counts: tuple[str, ...] = ()

    @classmethod
    def of(cls, *counts: str) -> "Discloses":
        """A value that is computed from counts, by the names of their columns."""
        return cls(counts=counts)

    def __str__(self) -> str:
        if self.is_count:
            return "a count"
        return f"a value of {' and '.join(self.counts)}" if self.counts else "nothing"


NOTHING: Final = Discloses()
COUNT: Final = Discloses(is_count=True)
# Counts of incidents in the provenance of a table, for what is computed from all of them.
RECORDS: Final = "counts.records"
LOCATED: Final = "counts.located"
# The unit of a column whose unit depends on the question: the member of the method that states it.
METHOD_UNIT: Final = "method.unit"


@dataclass(frozen=True)
class Column:
    """What a column means; `column` writes it beside the type in a `Row`.

    Attributes
    ----------
    description : str
        A sentence for readers of the table.
    discloses : Discloses
        What is learnt about incidents from it.
    unit : str
        Of its numbers; empty where they have none, `METHOD_UNIT` where the method states it.
    only : str
        Which answers have the column, in words; empty where all have it. Columns with the same
        words are in an answer together or not at all.
    is_stated : bool
        Whether the OpenAPI document names it; what it does not name it allows.
    """

    description: str
    discloses: Discloses
    unit: str = ""
    only: str = ""
    is_stated: bool = True


def column(
    description: str,
    discloses: Discloses,
    unit: str = "",
    *,
    only: str = "",
    is_stated: bool = True,
) -> Any:
    """A `Column`, of a type that may stand behind any annotation."""
    return Column(description, discloses, unit, only, is_stated)


@dataclass(frozen=True)
class TypedColumn:
    """A column of a row model.

    Attributes
    ----------
    name : str
        As in answers.
    annotation : type
        Of its values, as it is written.
    value_type : type
        The same without None and without what a list holds.
    """

    name: str
    annotation: Any
    value_type: type
    is_nullable: bool
    meaning: Column

    @classmethod
    def of(cls, attribute: str, annotation: Any, column: object) -> "TypedColumn":
        """The column that an annotated attribute of a row model describes."""
        if not isinstance(column, Column):
            raise TypeError(f"{attribute} is not a column: write it = column(...)")
        is_union = isinstance(annotation, types.UnionType)
        members = typing.get_args(annotation) if is_union else (annotation,)
        value_types = [
            typing.get_origin(member) or member for member in members if member is not type(None)
        ]
        if len(value_types) != 1 or value_types[0] not in _ARRAY_KINDS:
            raise TypeError(f"{attribute} is of {annotation}, which no column can hold")
        # A name that is a word of Python's own is written with an underscore behind it.
        name = attribute.rstrip("_")
        return cls(name, annotation, value_types[0], len(value_types) < len(members), column)

    @property
    def released_annotation(self) -> Any:
        """The type of its values when they leave: null where they are suppressed."""
        return self.annotation | None if self.discloses else self.annotation

    @property
    def discloses(self) -> bool:
        """Whether anything is learnt about incidents from it, so that it may be suppressed."""
        return self.meaning.discloses != NOTHING

    def fault(self, values: ColumnValues, *, is_suppressed: bool = False) -> str:
        """What is wrong with the values of the column; empty where nothing is."""
        kind, may_be_null = (
            values.dtype.kind,
            self.is_nullable or (is_suppressed and self.discloses),
        )
        if kind not in _ARRAY_KINDS[self.value_type] + ("O" if may_be_null else ""):
            return f"{self.name} is of dtype {values.dtype}, not {self.value_type.__name__}"
        if not may_be_null and _has_null(values):
            return f"{self.name} has missing values"
        return ""


class Row:
    """Base of row models: a class whose annotated attributes are the columns, in their order.

    Nothing is ever an instance of one. A subclass has the columns of its base first.

    Attributes
    ----------
    columns : mapping
        The columns by name, in their order.
    """

    columns: ClassVar[Mapping[str, TypedColumn]] = types.MappingProxyType({})

    def __init_subclass__(cls) -> None:
        """Read the columns, and refuse one that names counts which the row does not have."""
        super().__init_subclass__()
        columns = [
            TypedColumn.of(attribute, annotation, getattr(cls, attribute, None))
            for attribute, annotation in typing.get_type_hints(cls).items()
            if typing.get_origin(annotation) is not ClassVar
        ]
        cls.columns = types.MappingProxyType({column.name: column for column in columns})
        counts = {column.name for column in columns if column.meaning.discloses.is_count}
        for column in columns:
            missing_counts = set(column.meaning.discloses.counts) - counts - {RECORDS, LOCATED}
            if missing_counts:
                raise TypeError(
                    f"{cls.__name__}.{column.name} is computed of no count {missing_counts}"
                )


class AreaRow(Row):
    """An area; its name and code come first in all rows of areas."""

    code: str = column("Code of the area.", NOTHING)
    name: str | None = column("Name of the area.", NOTHING)


def check_columns(
    row: type[Row], columns: Mapping[str, ColumnValues], *, is_suppressed: bool = False
) -> None:
    """Refuse columns that are not those of a row model.

    Parameters
    ----------
    row : type of Row
        The row model.
    columns : mapping of name to (n,) array
        All of those in the model that every answer has, and those of some conditions, in its
        order.
    is_suppressed : bool
        Whether values that disclose something may be null.

    Raises
    ------
    TypeError
        If a column is missing, unknown, out of order, of the wrong type, or has missing values
        that its type does not allow.
    """
    model = row.columns
    faults = _wrong_names(model, columns)
    if not faults:
        faults = [
            fault
            for name, values in columns.items()
            if (fault := model[name].fault(values, is_suppressed=is_suppressed))
        ]
    if faults:
        raise TypeError(f"the table is not one of {row.__name__}: {'; '.join(faults)}")


def _wrong_names(
    model: Mapping[str, TypedColumn], columns: Mapping[str, ColumnValues]
) -> list[str]:
    """What is wrong with the names of some columns and their order."""
    conditions = {model[name].meaning.only for name in columns if name in model} | {""}
    names = [name for name, column in model.items() if column.meaning.only in conditions]
    faults = [f"{name} is missing" for name in names if name not in columns]
    faults += [f"{name} is unknown" for name in columns if name not in model]
    if not faults and list(columns) != names:
        faults.append(f"the order is {', '.join(columns)}, not {', '.join(names)}")
    return faults


def _has_null(values: ColumnValues) -> bool:
    if values.dtype.kind == "O":
        return None in values.tolist()
    return values.dtype.kind == "f" and bool(np.isnan(values).any())


def whole_numbers(values: NDArray[Any], is_known: NDArray[np.bool_] | None = None) -> ColumnValues:
    """Whole numbers as a column, None where they are not known.

    Parameters
    ----------
    values : (n,) or (rows, columns) float64 or int64
        Numbers.
    is_known : the same shape, bool, or None
        Which of them are; None: those that are not NaN.

    Returns
    -------
    array of object, of the same shape
    """
    is_known = np.isfinite(values) if is_known is None else is_known
    numbers: ColumnValues = np.full(values.shape, None, dtype=object)
    numbers[is_known] = values[is_known].astype(np.int64)
    return numbers
