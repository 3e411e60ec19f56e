"""The period of an import: its bounds, the days its files cover, and dates that do not fit."""

import datetime
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa

from service.coverage.coverage import Basis, Coverage
from service.coverage.spans import Span, listed
from service.imports.files.rejects import SHOWN
from spatial.arrays import BoolArray

_BASIS: dict[Basis, str] = {
    "stated": "as stated with --covers",
    "files": "as the names of the files say",
    "records": "by the dates of the records",
}


@dataclass(frozen=True)
class ImportPeriod:
    """What an import is told of its period.

    Attributes
    ----------
    bounds : Span or None
        Records outside are left out.
    covers : tuple of Span
        The days that the files cover together; empty: as their names or their records say.
    today : date
        Records of later days are wrong, or about the future.
    """

    bounds: Span | None = None
    covers: tuple[Span, ...] = ()
    today: datetime.date = field(default_factory=lambda: datetime.date.today())  # noqa: DTZ011

    def inside(self, rows: pa.Table) -> pa.Table:
        """The rows within the bounds; those dated to a month only where all of it is.

        Parameters
        ----------
        rows : pyarrow.Table
            With `occurred` and `precision`.

        Returns
        -------
        pyarrow.Table
            All of them where there are no bounds.
        """
        if self.bounds is None:
            return rows
        first = _days(rows)
        month = first.astype("datetime64[M]")
        is_month = np.asarray(rows.column("precision").to_numpy()) == "month"
        last = np.where(is_month, (month + 1).astype("datetime64[D]") - 1, first)
        is_inside = (first >= np.datetime64(self.bounds.first)) & (
            last <= np.datetime64(self.bounds.last)
        )
        return rows.filter(pa.array(is_inside))

    def lines(self, coverage: Coverage, rows: pa.Table, *, left_out: int) -> tuple[str, ...]:
        """What the summary of the import says of the period.

        Parameters
        ----------
        coverage : Coverage
            Of the dataset after the import.
        rows : pyarrow.Table
            That were written.
        left_out : int
            Rows outside the bounds.

        Returns
        -------
        tuple of str
            The period covered first.
        """
        lines = [f"period covered: {coverage} ({_BASIS[coverage.basis]})"]
        if left_out:
            lines.append(f"{left_out:,} rows before --from or after --to left out")
        whole = coverage.whole
        if whole is not None:
            if missing := coverage.missing(whole):
                lines.append(
                    f"NO DATA for {listed(missing)}: it is not taken as zero. Where nothing "
                    f"happened then, import again with --replace --covers "
                    f"{whole.first}..{whole.last}"
                )
            lines += [
                f"no data of {source.name} for {listed(gaps)}"
                for source, gaps in coverage.gaps_of_sources(whole)
            ]
        return (*lines, *self._outliers(coverage, rows))

    def _outliers(self, coverage: Coverage, rows: pa.Table) -> list[str]:
        """The rows whose dates are not covered: after today, or far from the rest."""
        day = _days(rows)
        is_later = day > np.datetime64(self.today)
        is_outside = ~coverage.covers(day)
        return [
            f"{_counted(condition)} dated {what}, and no answer counts "
            f"{'it' if np.count_nonzero(condition) == 1 else 'them'}: {_examples(rows, condition)}"
            for what, condition in (
                ("after today", is_outside & is_later),
                ("to days not covered, perhaps wrongly", is_outside & ~is_later),
            )
            if condition.any()
        ]


def _days(rows: pa.Table) -> np.ndarray[tuple[int], np.dtype[np.datetime64]]:
    """The day of each row."""
    return np.asarray(rows.column("occurred").to_numpy()).astype("datetime64[D]")


def _counted(condition: BoolArray) -> str:
    """How many rows meet a condition, as the beginning of a sentence."""
    number = int(np.count_nonzero(condition))
    return "1 record is" if number == 1 else f"{number:,} records are"


def _examples(rows: pa.Table, condition: BoolArray) -> str:
    """The first rows that meet a condition, with their dates."""
    indices = np.flatnonzero(condition)
    examples = rows.take(pa.array(indices[:SHOWN])).select(
        ["occurred", "source_file", "source_row"]
    )
    texts = [
        f"{str(row['occurred'])[:10]} ({row['source_file']} row {row['source_row']})"
        for row in examples.to_pylist()
    ]
    return ", ".join(texts) + (", ..." if len(indices) > SHOWN else "")
