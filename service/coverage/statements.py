"""What is said of the days that a dataset covers: by imports, names of files, and records."""

import datetime
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final, Self

import numpy as np
from numpy.typing import NDArray

from service.coverage.coverage import Basis, Coverage, Dates, SourceCoverage
from service.coverage.spans import (
    Span,
    common,
    day_number,
    first_day,
    last_day,
    length,
    listed,
    merged,
)
from spatial.arrays import IntArray

FEW_A_MONTH: Final = 5.0  # below it a month without a record is a month without an incident
FAR_DAYS: Final = 366  # records further than that from all others may be dated wrongly
FAR_SHARE: Final = 0.01  # more of them than that are no slips of the pen
FEWEST_NEAR: Final = 10
FEWEST_OF_FILE: Final = 30  # with fewer records a file is no source of its own
FEWEST_DAYS: Final = 28  # that two sources must share
SAME_RECORDS: Final = 0.3  # a lower mean squared difference by day is one of repeated records
MOST_FILES: Final = 20  # of more files none is a source of its own
UNLIKELY: Final = 0.01  # an end of a month that is emptier than that was not delivered

_MONTHLY_FILE = re.compile(r"(\d{4}-\d{2})-(.+)-street\.csv")


@dataclass(frozen=True)
class StatedCoverage:
    """What imports said of the days that their files cover; kept with the table.

    Attributes
    ----------
    statements : tuple of (frozenset of str, tuple of Span)
        Names of files, and what these cover together.
    until : date or None
        Records of later days are not covered: they were dated after the day of the import.
    since : date or None
        Earlier days are not covered: their records were deleted when their retention was over.
    """

    statements: tuple[tuple[frozenset[str], tuple[Span, ...]], ...] = ()
    until: datetime.date | None = None
    since: datetime.date | None = None

    @classmethod
    def from_facts(cls, facts: Mapping[str, Any]) -> Self:
        """What the facts about a table say.

        Parameters
        ----------
        facts : mapping
            As `to_facts` makes them; may be empty.

        Returns
        -------
        StatedCoverage
            Nothing stated where they are empty.
        """
        until, since = (
            None if facts.get(name) is None else datetime.date.fromisoformat(facts[name])
            for name in ("until", "since")
        )
        return cls(
            statements=tuple(
                (
                    frozenset(statement["files"]),
                    tuple(Span.from_text(text) for text in statement["spans"]),
                )
                for statement in facts.get("stated", ())
            ),
            until=until,
            since=since,
        )

    def to_facts(self) -> dict[str, Any]:
        """The same for the facts about a table.

        Returns
        -------
        dict of str to Any
            Empty where nothing is stated.
        """
        stated = [
            {"files": sorted(files), "spans": [f"{span.first}..{span.last}" for span in spans]}
            for files, spans in self.statements
        ]
        days = {"until": self.until, "since": self.since}
        facts = {"stated": stated, **{name: str(day) for name, day in days.items() if day}}
        return {name: value for name, value in facts.items() if value}

    def after_retention(self, since: datetime.date) -> "StatedCoverage":
        """What is stated once all records of earlier days are deleted.

        Parameters
        ----------
        since : date
            The first day whose records stay.

        Returns
        -------
        StatedCoverage
            Of the whole table.
        """
        return replace(self, since=max(since, self.since or since))

    def after_import(
        self,
        files: Iterable[str],
        spans: Sequence[Span],
        *,
        today: datetime.date | None = None,
        first: datetime.date | None = None,
        last: datetime.date | None = None,
    ) -> "StatedCoverage":
        """What is stated once more files are imported, or the same ones again.

        Parameters
        ----------
        files : iterable of str
            Their names; what was stated of them before no longer holds.
        spans : sequence of Span
            What they cover together; empty where that is not stated.
        today, first, last : date or None
            The day of the import, and the first and the last of its records: the day is kept
            where a record of this import or of an earlier one is dated after it. Records from
            before a day since which others were kept bring back what they cover.

        Returns
        -------
        StatedCoverage
            Of the whole table.
        """
        names = frozenset(files)
        kept = ((earlier - names, covered) for earlier, covered in self.statements)
        statements = tuple((earlier, covered) for earlier, covered in kept if earlier)
        if spans:
            statements += ((names, merged(spans)),)
        is_late = today is not None and last is not None and last > today
        until = today if today is not None and (is_late or self.until is not None) else self.until
        is_early = first is not None and self.since is not None and first < self.since
        return StatedCoverage(statements, until, None if is_early else self.since)


@dataclass
class _Parts:
    """The coverage of a table, put together from its files."""

    spans: list[Span] = field(default_factory=list)
    by_force: dict[str, list[Span]] = field(default_factory=dict)
    records_by_force: dict[str, int] = field(default_factory=dict)


def coverage_of(
    occurred: Dates,
    file: NDArray[np.integer[Any]],
    names: Sequence[str],
    *,
    stated: StatedCoverage,
    month_only: bool,
) -> Coverage:
    """The days that the records of a dataset cover.

    What an import stated of its files counts first; then the month and force that a file's name
    gives, as those of data.police.uk do; then the records of the remaining files. Files that cover
    the same days side by side are sources with gaps of their own, as forces are.

    Parameters
    ----------
    occurred : (n,) datetime64[m]
        Of all records.
    file : (n,) int
        Position of each record's file in `names`.
    names : sequence of str
        Names of the files.
    stated : StatedCoverage
        What imports stated.
    month_only : bool
        Whether some records are dated to the month only.

    Returns
    -------
    Coverage
        As a whole, and by force where the files name several.
    """
    parts, has_statement, remaining = _Parts(), False, []
    statements = [item for item in stated.statements if item[0] & set(names)]
    for _, spans in statements:
        parts.spans += spans
        has_statement = True
    stated_files = frozenset[str]().union(*(files for files, _ in statements))
    counts = np.bincount(file[file >= 0], minlength=len(names))
    for index, name in enumerate(names):
        month = None if name in stated_files else _month_and_force(name)
        if month is not None:
            span, force = month
            parts.spans.append(span)
            parts.by_force.setdefault(force, []).append(span)
            records = parts.records_by_force.get(force, 0) + int(counts[index])
            parts.records_by_force[force] = records
        elif name not in stated_files:
            remaining.append(index)
    basis: Basis = "stated" if has_statement else "files"
    if remaining or not names:
        is_remaining = ... if len(remaining) == len(names) else np.isin(file, remaining)
        parts.spans += record_spans(
            occurred[is_remaining], month_only=month_only, until=stated.until
        )
        basis = "records" if len(remaining) == len(names) else basis
    sources = tuple(
        SourceCoverage(force, merged(spans), parts.records_by_force[force])
        for force, spans in sorted(parts.by_force.items())
    )
    deliveries = []
    for files, spans in statements:
        is_own = np.isin(file, [index for index, name in enumerate(names) if name in files])
        deliveries.append((listed(sorted(files)), spans, occurred[is_own]))
    if 1 < len(remaining) <= MOST_FILES:
        for index in remaining:
            own = occurred[file == index]
            spans = record_spans(own, month_only=month_only, until=stated.until)
            deliveries.append((names[index], spans, own))
    sources += _side_by_side(deliveries)
    covered, since = merged(parts.spans), stated.since
    if since is not None:
        since = _whole(since) if month_only else since
        kept = (Span(since, datetime.date.max),)
        covered = common(covered, kept)
        sources = tuple(replace(s, spans=common(s.spans, kept)) for s in sources)
        sources = tuple(source for source in sources if source.spans)
    return Coverage(covered, basis, sources if len(sources) > 1 else (), since)


def _whole(day: datetime.date) -> datetime.date:
    """The first day of the first month that is not before a day."""
    return day if day.day == 1 else last_day(day.isoformat()[:7]) + datetime.timedelta(days=1)


def _side_by_side(
    deliveries: Sequence[tuple[str, tuple[Span, ...], Dates]],
) -> tuple[SourceCoverage, ...]:
    """The deliveries that cover the same days as another, as those of two forces do.

    Deliveries of one month after the other are one source, and so are those that repeat each
    other's records, as deliveries of the year to date do: none of them is named.
    """
    many = [each for each in deliveries if each[1] and len(each[2]) >= FEWEST_OF_FILE]
    return tuple(
        SourceCoverage(name, spans, len(occurred))
        for name, spans, occurred in many
        if any(
            _is_beside(spans, occurred, other_spans, others)
            for other, other_spans, others in many
            if other != name
        )
    )


def _is_beside(
    spans: tuple[Span, ...], occurred: Dates, other_spans: tuple[Span, ...], others: Dates
) -> bool:
    """Whether two deliveries cover mostly the same days with records of their own."""
    shared = common(spans, other_spans)
    if length(shared) < max(FEWEST_DAYS, min(length(spans), length(other_spans)) / 2 + 1):
        return False
    inside = Coverage(shared)
    days = [
        dates[inside.covers(dates)].astype("datetime64[D]").astype(np.int64)
        for dates in (occurred, others)
    ]
    start, end = day_number(shared[0].first), day_number(shared[-1].last)
    counts, other_counts = (np.bincount(day - start, minlength=end - start + 1) for day in days)
    both = counts + other_counts
    recorded = both > 0
    difference = (counts - other_counts)[recorded]
    # 1 on average for records apart, near 0 for the same ones twice.
    return bool(np.sum(difference**2 / both[recorded]) > SAME_RECORDS * recorded.sum())


def record_spans(
    occurred: Dates, *, month_only: bool, until: datetime.date | None = None
) -> tuple[Span, ...]:
    """The days that records cover by their own dates, where nothing else says so.

    From the first month to the last, leaving out dates far from all others (`FAR_DAYS`). A month
    without a record is not covered where the months that have some have `FEW_A_MONTH` or more on
    average. The first and the last month are covered as a whole unless the days that lack there
    would be without a record by chance in fewer than `UNLIKELY` of such ends.

    Parameters
    ----------
    occurred : (n,) datetime64
        Of the records.
    month_only : bool
        Whether some are dated to the month only: months are then whole.
    until : date or None
        Later records do not count, unless all are later.

    Returns
    -------
    tuple of Span
        In order; empty without records.
    """
    day = occurred.astype("datetime64[D]").astype(np.int64)
    if until is not None and (day <= day_number(until)).any():
        day = day[day <= day_number(until)]
    if len(day) == 0:
        return ()
    start = int(day.min())
    per_day = np.bincount(day - start)
    recorded = _near(np.flatnonzero(per_day), per_day)
    dates = (recorded + start).astype("datetime64[D]")
    months = dates.astype("datetime64[M]").astype(np.int64)
    per_month = np.bincount(months - months[0], weights=per_day[recorded])
    unlikely = per_month[per_month > 0].mean() >= FEW_A_MONTH
    per_day_mean = per_month.sum() / (recorded[-1] - recorded[0] + 1)
    first, last = dates[0].item(), dates[-1].item()
    first_whole, last_whole = first.replace(day=1), last_day(last.isoformat()[:7])
    if month_only or math.exp(-per_day_mean * (first - first_whole).days) >= UNLIKELY:
        first = first_whole
    if month_only or math.exp(-per_day_mean * (last_whole - last).days) >= UNLIKELY:
        last = last_whole
    if not unlikely:
        return (Span(first, last),)
    present = (np.flatnonzero(per_month) + months[0]).astype("datetime64[M]")
    covered = merged(Span(first_day(str(month)), last_day(str(month))) for month in present)
    return common(covered, (Span(first, last),))


def _near(recorded: IntArray, per_day: IntArray) -> IntArray:
    """The days with records, without the few that are far from all others."""
    groups = np.split(recorded, np.flatnonzero(np.diff(recorded) > FAR_DAYS) + 1)
    if len(groups) == 1:
        return recorded
    sizes = [int(per_day[group].sum()) for group in groups]
    main = groups[int(np.argmax(sizes))]
    furthest = max(FAR_DAYS, int(main[-1] - main[0]))
    is_far = [
        max(int(main[0] - group[-1]), int(group[0] - main[-1])) > furthest for group in groups
    ]
    n_far = sum(size for size, far in zip(sizes, is_far, strict=True) if far)
    if max(sizes) < FEWEST_NEAR or n_far > max(2.0, FAR_SHARE * sum(sizes)):
        return recorded
    return np.concatenate([group for group, far in zip(groups, is_far, strict=True) if not far])


def _month_and_force(name: str) -> tuple[Span, str] | None:
    """The month and the force that the name of a file gives, None where it gives none."""
    match = _MONTHLY_FILE.fullmatch(name)
    try:
        return None if match is None else (Span.from_text(match[1]), match[2])
    except ValueError:
        return None
