"""Of which kind most incidents are, of how many that is not recorded, and what changed."""

from calendar import day_name
from typing import Final

import numpy as np
from numpy.typing import NDArray

from service.model.answers import Table
from service.sentences.numbers import capital, counted, listed, share_text
from service.sentences.tables.axes import is_part_of_whole, nouns
from service.sentences.tables.rules import CALLED, MOST_NAMED, known, leading, rivals

WEEKDAY_NAMES: Final = dict(
    zip(("mon", "tue", "wed", "thu", "fri", "sat", "sun"), day_name, strict=True)
)


def breakdown_findings(table: Table) -> list[str]:
    """The leading values of each axis, and which changed since the baseline.

    Parameters
    ----------
    table : Table
        A breakdown, with a row or more.

    Returns
    -------
    list of str
        A sentence or two of each axis.
    """
    if "by" not in table.columns:
        return _week(table)
    sentences = []
    for axis in dict.fromkeys(table.columns["by"].tolist()):
        rows = np.flatnonzero(table.columns["by"] == axis)
        sentences.append(_leaders(table, axis, rows))
        if "q_value" in table.columns:
            sentences.append(_changes(table, axis, rows))
    return sentences


def breakdown_headline(table: Table) -> str:
    """The leading value of the first axis."""
    if "by" not in table.columns:
        sentence = _week(table)[0]  # hours have colons too
        return sentence.rpartition(": ")[0] or sentence.rstrip(".")
    leaders, _, numbers = breakdown_findings(table)[0].partition(";")[0].partition(": ")
    share = numbers.rstrip(".").rpartition("(")[2].rstrip(")")
    return f"{leaders.rstrip('.')}{f', {share}' if share else ''}"


def _week(table: Table) -> list[str]:
    """The hours and the days with most incidents of the hours by the days of the week."""
    keys = table.columns["row"].astype(str)
    days = list(table.provenance.method["days"])
    cells = np.array([known(table.columns[day]) for day in days]).T
    hours = ~np.isin(keys, ("not recorded", "total"))
    total = float(np.nansum(cells[keys == "total"]))
    if not np.nansum(cells[hours]):
        return ["No incident that is shown records its hour."]
    is_known = np.isfinite(cells[hours]).any(axis=0)
    by_hour = np.nansum(cells[hours], axis=1)
    by_day = np.where(is_known, np.nansum(cells[hours | (keys == "not recorded")], axis=0), np.nan)
    covered = [float(number) for number in table.provenance.method["days"].values()]
    names = [str(name) for name in table.columns["row_name"][hours]]
    day_names = [WEEKDAY_NAMES.get(day, day) for day in days]
    hour, day = rivals(by_hour), rivals(by_day, covered)
    numbers = f"{names[hour[0]]} has {by_hour[hour[0]]:,.0f} of {total:,.0f}"
    sentences = [f"Of the hours {leading(names, hour, 'the most incidents')}: {numbers}."]
    if day:
        sentences.append(f"Of the days {leading(day_names, day, 'the most incidents')}.")
    lost = total - float(by_hour.sum())
    if lost >= 1.0:
        sentences.append(f"Of {counted(lost, 'incident')} the hour is not recorded.")
    return sentences


def _counts(table: Table) -> NDArray[np.float64]:
    return known(table.columns["aoristic" if "aoristic" in table.columns else "count"])


def _leaders(table: Table, axis: str, rows: NDArray[np.intp]) -> str:
    """The most frequent values, and how many incidents record none."""
    counts = _counts(table)
    is_recorded = table.columns["is_recorded"].astype(bool) & is_part_of_whole(
        table.columns["key"]
    )
    recorded, others = rows[is_recorded[rows]], rows[~is_recorded[rows]]
    name = axis.partition(":")[2] if axis.startswith("attribute:") else nouns(axis)[0]
    lost = float(np.nansum(counts[others]))
    hidden = int(np.count_nonzero(np.isnan(counts[recorded])))
    if hidden:
        gap = counted(hidden, "count is", "counts are")
        return f"By {name}, {gap} not shown: which has the most cannot be told."
    first = rivals(counts[recorded], known(table.columns["days"])[recorded])
    total = float(np.nansum(counts[recorded]))
    if not first:
        return f"No incident that is shown records its {name}."
    names = [str(table.columns["name"][row]) for row in recorded]
    leader = float(counts[recorded][first[0]])
    share = share_text(leader, total)
    numbers = f"{leader:,.0f} of {total:,.0f} ({share})" if "%" in share else share
    numbers = f": {numbers}" if len(first) == 1 else f"; {names[first[0]]} has {numbers}"
    reason = "lie outside or have no place" if axis.startswith("layer:") else "record none"
    gap = f"; {lost:,.0f} {reason}" if lost else ""
    return f"By {name}, {leading(names, first, 'the most incidents')}{numbers}{gap}."


def _changes(table: Table, axis: str, rows: NDArray[np.intp]) -> str:
    """Which values changed since the baseline."""
    one, many = nouns(axis)
    q_value, change = known(table.columns["q_value"]), known(table.columns["change"])
    tested = rows[np.isfinite(q_value[rows])]
    called = tested[q_value[tested] <= CALLED]
    if not len(tested):
        return f"Whether the {many} changed since the baseline period cannot be told."
    if not len(called):
        return (
            f"None of {counted(len(tested), one, many)} changed beyond chance since the baseline "
            f"period (q at most {CALLED})."
        )
    order = called[np.argsort(q_value[called], kind="stable")][:MOST_NAMED]
    named = [
        f"{table.columns['name'][row]} ({'more' if change[row] > 0 else 'fewer'})" for row in order
    ]
    return capital(
        f"{len(called):,} of {counted(len(tested), one, many)} changed beyond chance since the "
        f"baseline period: {listed(named)}."
    )
