"""What changed between two periods: of all, and of each row, beyond chance."""

import numpy as np

from service.model.answers import Table
from service.sentences.numbers import SMALLEST_BASE, counted, listed, probability
from service.sentences.tables.axes import is_part_of_whole, nouns
from service.sentences.tables.rules import CALLED, MOST_NAMED, known, size_of_change


def comparison_findings(table: Table) -> list[str]:
    """How all together changed, and which rows did beyond chance.

    Parameters
    ----------
    table : Table
        A comparison of two periods, with a row or more.

    Returns
    -------
    list of str
        Two sentences at most.
    """
    return [*_of_all(table), _of_rows(table)]


def comparison_headline(table: Table) -> str:
    """The change of all, or how many rows changed."""
    row = _total(table)
    rows = _called(table)
    one, many = nouns(str(table.provenance.method["by"]))
    part = is_part_of_whole(table.columns["row"])
    changed = f"{len(rows):,} of {counted(int(part.sum()), one, many)} changed beyond chance"
    if row is None:
        return changed
    p_value = float(known(table.columns["p_value"])[row])
    if p_value < CALLED:
        return f"{_size(table, row)} than in {_earlier(table)}"
    if len(rows):
        return f"no change beyond chance overall; {changed}"
    return f"no change beyond chance since {_earlier(table)}"


def _earlier(table: Table) -> str:
    """The period before, as far as the data cover it."""
    return listed([str(span) for span in table.provenance.filter["baseline_covered"]])


def _total(table: Table) -> int | None:
    """The row of all, where its numbers are known."""
    rows = np.flatnonzero(table.columns["row"] == "total")
    if len(rows) and np.isfinite(known(table.columns["p_value"])[rows[0]]):
        return int(rows[0])
    return None


def _of_all(table: Table) -> list[str]:
    row = _total(table)
    if row is None:
        return []
    before, after, ratio, p_value = (
        float(known(table.columns[name])[row])
        for name in ("count_before", "count_after", "ratio", "p_value")
    )
    counts = f"There were {after:,.0f} incidents after {before:,.0f} in the period before"
    lower, upper = (float(known(table.columns[name])[row]) for name in ("lower", "upper"))
    interval = f"{lower:.2f} to {upper:.2f}, " if np.isfinite(lower + upper) else ""
    times = f"{ratio:.2f} times as many a day" if np.isfinite(ratio) else "from none"
    certainty = f"({times}, {interval}p {probability(p_value)})"
    if p_value < CALLED:
        return [f"{counts}: {_size(table, row)} a day {certainty}."]
    return [f"{counts}: no change beyond chance {certainty}."]


def _called(table: Table) -> list[int]:
    """The rows that changed beyond chance, the surest first."""
    q_value = known(table.columns["q_value"])
    is_part = is_part_of_whole(table.columns["row"])
    rows = np.flatnonzero(is_part & (q_value <= CALLED))
    weight = known(table.columns["count_before"]) + known(table.columns["count_after"])
    return [int(row) for row in rows[np.lexsort((-weight[rows], q_value[rows]))]]


def _of_rows(table: Table) -> str:
    one, many = nouns(str(table.provenance.method["by"]))
    q_value = known(table.columns["q_value"])
    is_part = is_part_of_whole(table.columns["row"])
    tested = int(np.count_nonzero(is_part & np.isfinite(q_value)))
    rows = _called(table)
    if not tested:
        return f"Whether any of the {many} changed cannot be told."
    if not rows:
        return f"None of {counted(tested, one, many)} changed beyond chance (q at most {CALLED})."
    falls = int(np.count_nonzero(known(table.columns["ratio"])[rows] < 1.0))
    names = [str(table.columns["row_name"][row]) for row in rows[:MOST_NAMED]]
    named = [f"{name} ({_size(table, row)})" for name, row in zip(names, rows, strict=False)]
    sure = "" if len(rows) <= MOST_NAMED else "the surest are "
    return (
        f"Of {counted(tested, one, many)} {len(rows) - falls:,} rose and {falls:,} fell beyond "
        f"chance (q at most {CALLED}): {sure}{listed(named)}."
    )


def _size(table: Table, row: int) -> str:
    """The size of a row's change."""
    before, after, percent = (
        float(known(table.columns[name])[row])
        for name in ("count_before", "count_after", "percent_per_day")
    )
    if before < SMALLEST_BASE:
        return f"{after:,.0f} after {before:,.0f}"
    return size_of_change(before, percent, is_rise=percent > 0.0)
