"""The two layouts of a cross-table: a row for each cell, or the table as people read it."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from service.analyses.crosstabs.sheets import COMPARISONS, PROJECTED, SHARES, Part
from service.analyses.crosstabs.step_marks import StepMarks
from service.analyses.tables.axes import Axis
from service.analyses.tables.rows import wide_row
from service.model.rows import ColumnValues, Row, whole_numbers
from service.queries.tables.crosstabs import CrosstabQuery
from spatial.arrays import AnyArray, FloatArray

RESERVED: Final = frozenset({"row", "row_name", "total"})
UNITS: Final = {
    "count": "incidents",
    "per-month": "incidents per month",
    "harm": "days of harm",
}
RATES: Final = {"rate": "rate", "lower": "lower", "upper": "upper"}


@dataclass(frozen=True, eq=False)
class Layout:
    """A cross-table to be laid out.

    Attributes
    ----------
    query : CrosstabQuery
        The query.
    rows, columns : Axis
        Of all its parts.
    marks : tuple of StepMarks
        Of the rows and of the columns, in their order.
    part : Part
        The dataset.
    beside : Part or None
        The other dataset.
    beside_title : str
        What its columns are named by.
    """

    query: CrosstabQuery
    rows: Axis
    columns: Axis
    marks: tuple[StepMarks, StepMarks]
    part: Part
    beside: Part | None = None
    beside_title: str = ""

    def long(self) -> dict[str, ColumnValues]:
        """A row for each cell.

        Returns
        -------
        dict of str to array
            Columns of `CrosstabRow`.
        """
        query = self.query
        sheet = self.part.sheet(per=query.per, compare=query.compare, has_totals=False)
        shape = sheet["count"].shape
        row, column = (index.ravel() for index in np.indices(shape))
        keys = [*self.rows.keys, *self._comparison_keys()]
        names = [*self.rows.names, *(COMPARISONS[kind] for kind in query.compare)]
        content: dict[str, ColumnValues] = {
            "row": np.array(keys, dtype=object)[row],
            "row_name": np.array(names, dtype=object)[row],
            "column": np.array(self.columns.keys, dtype=object)[column],
            "column_name": np.array(self.columns.names, dtype=object)[column],
            "days": sheet["days"].ravel(),
            "count": _whole(sheet["count"].ravel()),
            **{kind.replace("-", "_"): sheet[kind].ravel() for kind in SHARES},
            "per_month": sheet["per-month"].ravel(),
        }
        if self.part.exposure is not None:
            over = self.part.exposure.over
            all_areas = self.part.whole
            every = np.nan if all_areas is None else float(all_areas.over[all_areas.is_area].sum())
            compared = [every if kind == "all" else np.nan for kind in query.compare]
            content["denominator"] = np.repeat([*over.tolist(), *compared], shape[1])
            content |= {name: sheet[kind].ravel() for name, kind in RATES.items()}
        is_part = np.zeros(shape, np.bool_)
        is_part[: len(self.rows.keys)] |= self.marks[0].is_part[:, None]
        is_part |= self.marks[1].is_part[None, :]
        content["part"] = is_part.ravel()
        if any(marks.events for marks in self.marks):
            content["events"] = self._events(shape).ravel()
        if "mean" in query.compare:
            content["mean"] = sheet["mean"].ravel()
        if "all" in query.compare:
            content["share_of_all"] = sheet["share-of-all"].ravel()
        if query.part_steps == "projected":
            content |= {name: sheet[name].ravel() for name in PROJECTED}
        if self.beside is not None:
            beside_sheet = self.beside.sheet(
                per=query.per, compare=query.compare, has_totals=False
            )
            content["beside_days"] = beside_sheet["days"].ravel()
            content["beside_count"] = _whole(beside_sheet["count"].ravel())
            if self.beside.exposure is not None:
                content |= {f"beside_{name}": beside_sheet[k].ravel() for name, k in RATES.items()}
        return content

    def wide(self) -> tuple[type[Row], dict[str, ColumnValues]]:
        """A row for each row and a column for each column, with totals.

        Returns
        -------
        row : type of Row
            Its columns.
        columns : dict of str to array
            With ``row`` and ``row_name``.
        """
        query = self.query
        first = self._cells(self.part)
        names = [*self.rows.names, "Total", *(COMPARISONS[kind] for kind in query.compare)]
        row_labels = self.marks[0].labels(is_projected=query.part_steps == "projected")
        for k, (key, label) in enumerate(zip(self.rows.keys, row_labels, strict=True)):
            names[k] += label.removeprefix(key)
        labels = [
            f"{_column_name(key)}{label.removeprefix(key)}"
            for key, label in zip(
                self.columns.keys,
                self.marks[1].labels(is_projected=query.part_steps == "projected"),
                strict=True,
            )
        ]
        labels.append("total")
        columns = dict(zip(labels, first.T, strict=True))
        if self.beside is not None:
            second = self._cells(self.beside)
            columns = {
                label: values
                for k, name in enumerate(labels)
                for label, values in (
                    (name, first[:, k]),
                    (f"{name} {self.beside_title}", second[:, k]),
                )
            }
        exposure = self.part.exposure
        unit = UNITS.get(query.cells, "%")
        if query.cells.endswith("rate") and exposure is not None:
            unit = str(exposure.method(query.per)["unit"])
        is_count = (
            query.cells == "count"
            and query.part_steps != "projected"
            and "mean" not in query.compare
        )
        row = wide_row(
            list(columns),
            is_count=is_count,
            unit=unit,
            has_total=False,
            is_text=query.small is not None,
        )
        content: dict[str, ColumnValues] = {
            "row": np.array([*self.rows.keys, "total", *self._comparison_keys()], dtype=object),
            "row_name": np.array(names, dtype=object),
        }
        for label, values in columns.items():
            numbers = _whole(values) if is_count else values
            content[label] = numbers if query.small is None else _shown(numbers, query.small)
        return row, content

    def _cells(self, part: Part) -> FloatArray:
        """What stands in the cells of the wide layout."""
        query = self.query
        sheet = part.sheet(per=query.per, compare=query.compare, has_totals=True)
        kind = {"harm": "count", "harm-rate": "rate"}.get(query.cells, query.cells)
        values = sheet[kind]
        if query.part_steps == "projected":
            projection = sheet["projected" if kind == "count" else "projected-rate"]
            values = np.where(np.isfinite(projection), projection, values)
        if kind == "count" and "mean" in query.compare:
            k = len(part.cells.count) + 1 + query.compare.index("mean")
            values = values.copy()
            values[k] = sheet["mean"][k]
            if query.part_steps == "projected":
                values[k] = np.where(np.isfinite(sheet["projected"][k]), sheet["projected"][k],
                                     values[k])  # fmt: skip
        return values

    def _comparison_keys(self) -> list[str]:
        return [f"{kind} areas" if kind == "all" else f"{kind} of areas" for kind in
                self.query.compare]  # fmt: skip

    def _events(self, shape: tuple[int, ...]) -> AnyArray:
        """(rows, columns) the events of each cell."""
        texts: AnyArray = np.full(shape, None, dtype=object)
        by_row, by_column = (marks.event_texts for marks in self.marks)
        for k, text in enumerate(by_row):
            texts[k] = text
        for k, text in enumerate(by_column):
            if text is not None:
                texts[:, k] = text
        return texts


def _whole(counts: FloatArray) -> AnyArray:
    """Counts as whole numbers, None where there is none."""
    return counts.astype(np.int64) if np.isfinite(counts).all() else whole_numbers(counts)


def _shown(counts: AnyArray, small: int) -> AnyArray:
    """Counts as they may be printed."""
    texts = [
        None if count is None else f"<{small}" if 0 < count < small else str(count)
        for count in counts.tolist()
    ]
    return np.array(texts, dtype=object)


def _column_name(key: str) -> str:
    """The name of a column of the wide layout: the key, told apart from our own."""
    return f"{key} (value)" if key in RESERVED else key.rstrip("_") or "_"
