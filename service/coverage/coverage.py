"""Which days the records of a dataset cover: a day outside them is no data, never zero."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from service.coverage.spans import Span, common, day_number, length, without
from spatial.arrays import BoolArray, IntArray

Basis = Literal["stated", "files", "records"]
Dates = NDArray[np.datetime64]


@dataclass(frozen=True)
class SourceCoverage:
    """What one force delivered: the spans that its files cover, and its records."""

    name: str
    spans: tuple[Span, ...]
    records: int


@dataclass(frozen=True)
class Coverage:
    """The days that the records of a dataset cover.

    Attributes
    ----------
    spans : tuple of Span
        In order, apart from each other.
    basis : "stated", "files" or "records"
        Who says so: the import, the names of the files, or the records themselves.
    sources : tuple of SourceCoverage
        By force, where the files name more than one, and by file or delivery where several cover
        the same days.
    since : date or None
        The records of earlier days were deleted when their retention was over.
    """

    spans: tuple[Span, ...]
    basis: Basis = "records"
    sources: tuple[SourceCoverage, ...] = ()
    since: datetime.date | None = None

    def __str__(self) -> str:
        return ", ".join(str(span) for span in self.spans) or "nothing"

    @property
    def whole(self) -> Span | None:
        """From the first day covered to the last, None where none is."""
        return Span(self.spans[0].first, self.spans[-1].last) if self.spans else None

    def within(self, span: Span) -> tuple[Span, ...]:
        """The parts of a period that are covered.

        Parameters
        ----------
        span : Span
            The period.

        Returns
        -------
        tuple of Span
            In order; empty where none of it is covered.
        """
        return common(self.spans, (span,))

    def missing(self, span: Span) -> tuple[Span, ...]:
        """The parts of a period that are not covered.

        Parameters
        ----------
        span : Span
            The period.

        Returns
        -------
        tuple of Span
            In order; empty where all of it is covered.
        """
        return without(span, self.spans)

    def days(
        self, first: ArrayLike, last: ArrayLike, *, weekdays: Sequence[bool] | None = None
    ) -> IntArray:
        """The number of days covered, of each of several periods.

        Parameters
        ----------
        first, last : (n,) datetime64[D]
            First and last day of each.
        weekdays : (7,) sequence of bool or None
            Which days of the week count, from Monday; None: all.

        Returns
        -------
        (n,) int64
            From 0 to the length of the period.
        """
        starts = np.asarray(first, "datetime64[D]").astype(np.int64)
        ends = np.asarray(last, "datetime64[D]").astype(np.int64)
        days = np.zeros(starts.shape, np.int64)
        for low, high in _numbers(self.spans):
            begin = np.maximum(starts, low)
            after = np.maximum(np.minimum(ends, high) + 1, begin)
            if weekdays is None:
                days += after - begin
            else:
                days += np.busday_count(
                    begin.astype("datetime64[D]"), after.astype("datetime64[D]"), weekmask=weekdays
                )
        return days

    def covers(self, occurred: Dates) -> BoolArray:
        """Which moments are on a day that is covered.

        Parameters
        ----------
        occurred : (n,) datetime64
            Moments.

        Returns
        -------
        (n,) bool
            True where they are.
        """
        day = occurred.astype("datetime64[D]").astype(np.int64)
        is_covered = np.zeros(day.shape, np.bool_)
        for low, high in _numbers(self.spans):
            is_covered |= (day >= low) & (day <= high)
        return is_covered

    def gaps_of_sources(self, span: Span) -> tuple[tuple[SourceCoverage, tuple[Span, ...]], ...]:
        """The sources that lack days of a period which others cover.

        Parameters
        ----------
        span : Span
            The period.

        Returns
        -------
        tuple of (SourceCoverage, tuple of Span)
            Each with what it lacks.
        """
        covered = self.within(span)
        gaps = (
            (source, tuple(gap for part in covered for gap in without(part, source.spans)))
            for source in self.sources
        )
        return tuple((source, missing) for source, missing in gaps if missing)

    def share_of(self, source: SourceCoverage) -> float:
        """The share of the records of a day that are of one source, where all are there.

        Parameters
        ----------
        source : SourceCoverage
            One of `sources`.

        Returns
        -------
        float
            0 to 1.
        """
        rates = {each.name: each.records / length(each.spans) for each in self.sources}
        return rates[source.name] / (sum(rates.values()) or 1.0)


def _numbers(spans: Sequence[Span]) -> list[tuple[int, int]]:
    """First and last day of each span as days since 1970."""
    return [(day_number(span.first), day_number(span.last)) for span in spans]
