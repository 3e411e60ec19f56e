"""Publishes a dataset: counts its records in cells once, and stores what its policy releases."""

import contextlib
import dataclasses
import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from boundaries.storage.store import LayerStore
from service.analyses.inputs.area_counts import Areas
from service.analyses.publication.counting import CellCounts, count_cells
from service.analyses.publication.nesting import nesting_layers
from service.analyses.publication.record_keys import keys_of
from service.analyses.publication.revising import KEYS, Earlier, Revision, revise
from service.coverage.coverage import Coverage, SourceCoverage
from service.coverage.spans import Span, last_day, length, listed, merged, without
from service.disclosure.cells import HIDDEN, release_cells
from service.disclosure.policies import DisclosurePolicy, policy_named
from service.disclosure.stand_ins import expected_counts, stand_ins
from service.model.protection import CellPlan, PeriodUnit, Protection
from service.publication.cells import Terms, text_of
from service.publication.fitness import terms_of, unfitness
from service.publication.periods import cut_period, first_days, period_label
from service.publication.published import (
    SCHEMA,
    PublishedStore,
    facts_of,
    public_digest,
    without_exact,
)
from service.publication.secret import RecordKeySecret, label_of
from service.sentences.numbers import counted
from service.store.delta import TableVersion
from service.store.errors import NotPublishableError
from service.store.incidents import IncidentStore
from service.store.loaded_incidents import DatasetFacts, Incidents
from spatial.arrays import BoolArray, IntArray

OUTSIDE_M: Final = 20_000.0  # beyond the corner of all layers: further than any bandwidth
MOST_STAND_INS: Final = 5_000_000  # records that hidden cells may stand for at most
MOST_CELLS: Final = 5_000_000
COARSER: Final = "take larger areas, longer periods or no categories; see --plan"
SHARE_PARTS: Final = 20  # of sources of records: shares are published in twentieths


@dataclass(frozen=True)
class Publication:
    """What became of publishing a dataset.

    Attributes
    ----------
    dataset : str
        Its name.
    version : int or None
        Of the published table; None: nothing has changed, and nothing was written.
    cells, hidden : int
        Cells that are not published as 0, and how many of them are hidden.
    records, hidden_records : int
        Of the dataset on days that its data cover, and those in hidden cells.
    not_covered : int
        Records on other days, or in a period that a retention has cut; they are not published.
    released, frozen, final : tuple of str
        Periods that are new or released again, that stay as they were, and that stay for ever.
    """

    dataset: str
    version: int | None
    cells: int
    hidden: int
    records: int
    hidden_records: int
    not_covered: int
    released: tuple[str, ...]
    frozen: tuple[str, ...]
    final: tuple[str, ...]

    def lines(self) -> list[str]:
        """The publication, for its owner.

        Returns
        -------
        list of str
            A line each.
        """
        if self.version is None:
            return [f"{self.dataset}: nothing has changed since it was published"]
        cells = (
            f"{counted(self.cells, 'cell', 'cells')} not 0, {self.hidden:,} of them hidden, with "
            f"{self.hidden_records:,} of {self.records:,} records"
        )
        lines = [
            f"{self.dataset}: published as version {self.version}: {cells}",
            f"periods released: {listed(self.released) if self.released else 'none'}",
        ]
        if self.frozen:
            lines.append(f"periods as before, too few records changed: {listed(self.frozen)}")
        if self.final:
            lines.append(f"periods whose records are deleted, as before: {listed(self.final)}")
        if self.not_covered:
            lines.append(
                f"{self.not_covered:,} records are dated to days that the data do not cover, or "
                "to a period that a retention has cut, and are not published"
            )
        return lines


class Publisher:
    """Publishes datasets.

    Parameters
    ----------
    incidents : IncidentStore
        The records.
    areas : Areas
        Their areas.
    layers : LayerStore
        The imported layers.
    published : PublishedStore
        Where they are published.
    secret : RecordKeySecret
        Of the record keys.
    """

    def __init__(
        self,
        *,
        incidents: IncidentStore,
        areas: Areas,
        layers: LayerStore,
        published: PublishedStore,
        secret: RecordKeySecret,
    ) -> None:
        self._incidents, self._areas, self._layers = incidents, areas, layers
        self._published, self._secret = published, secret

    def publish(self, protection: Protection) -> Publication:
        """Publish a dataset as it is protected, in one commit.

        Parameters
        ----------
        protection : Protection
            Of the dataset.

        Returns
        -------
        Publication
            Nothing is written where nothing has changed.

        Raises
        ------
        NotPublishableError
            If no cells are named, all is open, or hidden cells stand for too many records.
        UnknownDatasetError, UnknownLayerError, DamagedTableError, ReadOnlyDataError
            As of the stores.
        """
        dataset, plan = protection.dataset, protection.cells
        policy = policy_named(protection.policy)
        if policy.is_open or plan is None:
            reason = "its records are open" if policy.is_open else "its protection names no cells"
            raise NotPublishableError(dataset, f"{reason}: hotspots protect {dataset}")
        incidents = self._incidents.open(dataset)
        secret = self._secret.make() if policy.perturbation_table is not None else None
        label = "" if secret is None else label_of(secret)
        terms = terms_of(protection, plan, self._layers, label)
        counts = self._count(incidents, plan, secret)
        _check_size(dataset, counts)
        if policy.hides_zero:
            counts = counts.with_empty_cells()
        earlier, coverage_before = self._earlier(dataset, terms, counts.areas)
        revision = revise(
            _released(counts, policy),
            counts.periods,
            earlier,
            smallest_change=policy.smallest_change,
        )
        kept = [*revision.frozen, *revision.final]
        rows = _rows(dataset, revision, counts.areas)
        facts = facts_of(
            terms=terms,
            dataset=_facts_of(incidents),
            coverage=_coverage(incidents.coverage, coverage_before, kept, plan.period),
            outside_xy_m=self._outside(),
            layers=nesting_layers(self._layers.get(plan.layer), self._layers.all()),
            hidden=rows.column("released").null_count,
            highest_zero=_highest_zero(policy),
            periods=revision.periods,
            frozen_periods=revision.frozen,
            final_periods=revision.final,
            source_revision=self._incidents.revision(dataset),
        )
        return self._written(dataset, rows, facts, revision, counts, plan.period)

    def conclude(self, dataset: str, day: datetime.date) -> tuple[str, ...]:
        """Leave what is published of the periods before a day as it is for ever.

        Nothing is left of the exact counts beside it, so that their records can be deleted.

        Parameters
        ----------
        dataset : str
            Its name.
        day : date
            A period that begins before it is concluded whole.

        Returns
        -------
        tuple of str
            The periods; empty where nothing is published of them, or they have been before.
        """
        table = self._published.newest(dataset)
        if table is None:
            return ()
        facts, unit = table.facts, Terms.from_facts(table.facts["terms"]).plan.period
        open_periods = np.array(sorted({*facts["periods"]} - {*facts["final_periods"]}), np.int64)
        ended = open_periods[first_days(open_periods, unit) < np.datetime64(day)].tolist()
        if ended:
            rows = table.read()
            is_ended = pc.is_in(rows.column("period"), value_set=pa.array(ended, pa.int64()))
            kept = [rows.filter(pc.invert(is_ended)), without_exact(rows.filter(is_ended))]
            final = sorted({*facts["final_periods"], *ended})
            stated = {**facts, "final_periods": final}
            self._published.write(dataset, pa.concat_tables(kept), stated)
        return tuple(period_label(period, unit) for period in ended)

    def renew(self, dataset: str, protection: Protection | None) -> list[str]:
        """Publish a dataset again of which rows were deleted, or take back what is published.

        What was concluded stays.

        Parameters
        ----------
        dataset : str
            Its name.
        protection : Protection or None
            Of the dataset.

        Returns
        -------
        list of str
            What was done, a line each; empty where nothing is published.
        """
        table = self._published.newest(dataset)
        if table is None:
            return []
        has_rows = dataset in self._incidents.ids()
        if protection is not None and has_rows and self._is_fit(protection):
            with contextlib.suppress(NotPublishableError):
                return self.publish(protection).lines()
        final = table.facts["final_periods"]
        if not final:
            self._published.remove(dataset)
            return [f"{dataset}: what was published is taken back"]
        rows = table.read()
        rows = rows.filter(pc.is_in(rows.column("period"), value_set=pa.array(final, pa.int64())))
        unit = Terms.from_facts(table.facts["terms"]).plan.period
        coverage = self._published.cells(dataset).coverage
        spans = [part for period in _spans(final, unit) for part in coverage.within(period)]
        facts = {
            **table.facts,
            "covered": {**table.facts["covered"], "spans": [text_of(span) for span in spans]},
            "hidden": rows.column("released").null_count,
            "periods": final,
            "frozen_periods": [],
        }
        self._published.write(dataset, rows, facts)
        return [f"{dataset}: what was published is taken back, but for what stays for ever"]

    def _is_fit(self, protection: Protection) -> bool:
        """Whether what is published of a dataset fits its protection of today."""
        return not unfitness(protection, self._published, self._layers, self._secret)

    def _count(self, incidents: Incidents, plan: CellPlan, secret: bytes | None) -> CellCounts:
        """The records in the cells of a plan, with keys where there is a secret."""
        layer = self._layers.get(plan.layer)
        placement = self._areas.placement(incidents, layer)
        keys = None if secret is None else keys_of(incidents, secret)
        return count_cells(incidents, layer, placement, plan, keys)

    def _earlier(
        self, dataset: str, terms: Terms, areas: Sequence[str]
    ) -> tuple[Earlier | None, Coverage | None]:
        """What was published before of the same cells, and the coverage it was with.

        With another secret, or borders drawn anew, cells whose counts did not change stay too.
        """
        table = self._published.newest(dataset)
        if table is None:
            return None, None
        facts, cells = table.facts, table.read().to_pandas()
        before = Terms.from_facts(facts["terms"])
        is_same = (before.policy, before.plan) == (terms.policy, terms.plan)
        if is_same and set(cells["area"]) <= set(areas):
            earlier = Earlier(cells, facts["periods"], facts["final_periods"])
            return earlier, self._published.cells(dataset).coverage
        if facts["final_periods"]:
            reason = (
                f"periods whose records are deleted stay as they were published under "
                f"{before.policy}, and no other cells can be put beside them: protect it as it "
                f"was, or remove {table.folder.path} with these periods"
            )
            raise NotPublishableError(dataset, reason)
        return None, None

    def _outside(self) -> tuple[float, float]:
        """A point that no layer comes near."""
        bounds = np.array([layer.bounds_m for layer in self._layers.all()])
        left, bottom = np.floor(bounds[:, :2].min(axis=0) - OUTSIDE_M).tolist()
        return left, bottom

    def _written(
        self,
        dataset: str,
        rows: pa.Table,
        facts: Mapping[str, Any],
        revision: Revision,
        counts: CellCounts,
        unit: PeriodUnit,
    ) -> Publication:
        """Write what is published, unless it is there already."""
        table, version = self._published.newest(dataset), None
        is_new = table is None or table.facts["digest"] != public_digest(rows, facts)
        if is_new or not _same_rows(table, rows):
            version = self._published.write(dataset, rows, facts).version
        is_hidden = pc.is_null(rows.column("released"))
        hidden_records = pc.sum(rows.filter(is_hidden).column("exact")).as_py() or 0

        def labels(periods: Sequence[int]) -> tuple[str, ...]:
            return tuple(period_label(period, unit) for period in periods)

        return Publication(
            dataset,
            version,
            cells=int(
                pc.sum(pc.fill_null(pc.not_equal(rows.column("released"), 0), True)).as_py()
            ),
            hidden=int(pc.sum(is_hidden).as_py()),
            records=int(counts.count.sum()),
            hidden_records=hidden_records,
            not_covered=counts.not_covered,
            released=labels(revision.released),
            frozen=labels(revision.frozen),
            final=labels(revision.final),
        )


def _released(counts: CellCounts, policy: DisclosurePolicy) -> pd.DataFrame:
    """The cells as the policy releases them, and their exact counts."""
    keys = counts.key if policy.perturbation_table is not None else None
    released = release_cells(counts.count, policy, cell_keys=keys)
    period, area, category = counts.positions()
    return pd.DataFrame(
        {
            "period": counts.periods[period],
            "area": np.array(counts.areas, dtype=object)[area],
            "category": np.array(counts.categories, dtype=object)[category],
            "released": np.where(released.is_hidden, np.nan, released.released),
            "low": released.low.astype(np.float64),
            "high": released.high.astype(np.float64),
            "exact": counts.count.astype(np.float64),
        }
    )


def _check_size(dataset: str, counts: CellCounts) -> None:
    """Raise NotPublishableError if there are no cells, or more than can be reckoned with."""
    if counts.size == 0:
        reason = "its data cover no period, or only what a retention has left of one"
        raise NotPublishableError(dataset, reason)
    if counts.size > MOST_CELLS:
        reason = f"it would have {counts.size:,} cells, and {MOST_CELLS:,} are allowed"
        raise NotPublishableError(dataset, f"{reason}: {COARSER}")


def _rows(dataset: str, revision: Revision, areas: Sequence[str]) -> pa.Table:
    """The rows of the published table."""
    cells = revision.cells.sort_values(KEYS, ignore_index=True)
    is_hidden = cells["released"].isna().to_numpy()
    low, high = (cells[name].to_numpy(np.int64) for name in ("low", "high"))
    stand_in_records = int(high[is_hidden].sum())
    if stand_in_records > MOST_STAND_INS:
        reason = (
            f"its {int(is_hidden.sum()):,} hidden cells may stand for {stand_in_records:,} "
            f"records, and {MOST_STAND_INS:,} are allowed"
        )
        raise NotPublishableError(dataset, f"{reason}: {COARSER}")
    shown = cells["released"].fillna(0).to_numpy(np.int64)
    expected = shown.copy()
    expected[is_hidden] = _stand_ins(dataset, cells, is_hidden, areas)
    return pa.table(
        {
            **{name: pa.array(cells[name]) for name in KEYS},
            "released": pa.array(shown, pa.int64(), mask=is_hidden),
            "low": pa.array(low),
            "expected": pa.array(expected),
            "high": pa.array(high),
            "exact": pa.array(cells["exact"].astype("Int64")),
        },
        schema=SCHEMA,
    )


def _stand_ins(
    dataset: str, cells: pd.DataFrame, is_hidden: BoolArray, areas: Sequence[str]
) -> IntArray:
    """What hidden cells stand in with: worked out from what is published and nothing else."""
    row = pd.Index(areas).get_indexer(pd.Index(cells["area"]))
    column = cells.groupby(["period", "category"]).ngroup().to_numpy()
    shape = len(areas), int(column.max(initial=-1)) + 1
    released, low, high = (np.zeros(shape, np.int64) for _ in range(3))
    released[row, column] = cells["released"].fillna(HIDDEN)
    low[row, column], high[row, column] = cells["low"], cells["high"]
    expected = expected_counts(released, low, high)[row, column][is_hidden]
    names = [f"{dataset} {p} {a} {c}" for p, a, c in cells.loc[is_hidden, KEYS].to_numpy()]
    return stand_ins(expected, names)


def _same_rows(table: TableVersion | None, rows: pa.Table) -> bool:
    """Whether the rows are those of a published table, their exact counts too."""
    return table is not None and table.read().equals(rows)


def _highest_zero(policy: DisclosurePolicy) -> int:
    """The largest count that a published 0 may stand for."""
    keys = None if policy.perturbation_table is None else [0]
    zero = release_cells([0], policy, cell_keys=keys)
    return 0 if zero.is_hidden[0] else int(zero.high[0])


def _coverage(
    coverage: Coverage, before: Coverage | None, kept: Sequence[int], unit: PeriodUnit
) -> Coverage:
    """The days that what is published covers; of periods that are kept those of before.

    Days that only records tell are published as whole months: the last would be the day of one
    incident. The shares of several sources are published in twentieths.
    """
    widen = _months_of if coverage.basis != "stated" else _same
    spans, cut = [widen(span) for span in coverage.spans], cut_period(coverage, unit)
    other = sorted({*kept, *(() if cut is None else (cut,))})
    for number, period in zip(other, _spans(other, unit), strict=True):
        spans = [part for span in spans for part in without(span, (period,))]
        spans += before.within(period) if before is not None and number in kept else ()
    sources = []
    for source in coverage.sources:
        parts = max(1, round(coverage.share_of(source) * SHARE_PARTS))
        of_source = merged(widen(span) for span in source.spans)
        sources.append(SourceCoverage(source.name, of_source, parts * length(of_source)))
    return Coverage(merged(spans), coverage.basis, tuple(sources))


def _spans(numbers: Sequence[int], unit: PeriodUnit) -> list[Span]:
    """The days of periods."""
    starts, ends = (first_days(np.array(numbers, np.int64) + n, unit).tolist() for n in (0, 1))
    day = datetime.timedelta(days=1)
    return [Span(start, end - day) for start, end in zip(starts, ends, strict=True)]


def _months_of(span: Span) -> Span:
    """The months that days are of."""
    return Span(span.first.replace(day=1), last_day(f"{span.last:%Y-%m}"))


def _same(span: Span) -> Span:
    return span


def _facts_of(incidents: Incidents) -> DatasetFacts:
    """What is known of a dataset besides its rows."""
    names = {field.name for field in dataclasses.fields(DatasetFacts)}
    return DatasetFacts(**{**{name: getattr(incidents, name) for name in names}, "coverage": {}})
