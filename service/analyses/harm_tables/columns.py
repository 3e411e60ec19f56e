"""The columns of a harm table, from its numbers."""

from collections.abc import Mapping
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from service.analyses.harm_tables.sums import IN_NO_AREA, HarmSums
from service.model.rows import ColumnValues, whole_numbers
from service.queries.tables.harm import OFFENCE, HarmTableQuery
from spatial.arrays import FloatArray
from spatial.local_statistics.multiplicity import corrected
from spatial.over_time.change import e_test, relative_changes
from spatial.over_time.weighted_change import weighted_changes
from spatial.rates.rates import rates
from spatial.rates.weighted_counts import weighted_interval

YEAR_DAYS: Final = 365.25
IN_ORDER: Final = ("age", "hour", "weekday", "month-of-year")  # besides steps of the calendar


def columns_of(
    sums: HarmSums,
    query: HarmTableQuery,
    *,
    over: FloatArray | None,
    largest_harm: float,
    groups: Mapping[str, str],
) -> dict[str, ColumnValues]:
    """The columns of a `HarmRow`.

    Parameters
    ----------
    sums : HarmSums
        Incidents and harm.
    query : HarmTableQuery
        With the axes and what rates are per.
    over : (rows, columns) float64 or None
        What rates are over.
    largest_harm : float
        The largest harm of an incident selected.
    groups : mapping of str to str
        The group of each offence of the index; empty text where it has none.

    Returns
    -------
    dict of str to (rows of the table,) array
        Row by row.
    """
    shape, harm = sums.count.shape, sums.harm
    count = np.where(sums.has_data, sums.count, np.nan)
    known_count = sums.table(sums.known.count)
    harm_each = np.divide(harm, known_count, out=np.full(shape, np.nan), where=known_count > 0)
    cells: dict[str, NDArray[Any]] = {
        "days": sums.days,
        "count": whole_numbers(count),
        "share_of_count": _share(count),
        "rank_by_count": _ranks(sums, count),
        "harm_not_known": sums.not_known,
        "harm_each": harm_each,
        "harm": harm,
        "share_of_harm": _share(harm),
        "rank_by_harm": _ranks(sums, harm),
        "effective_number": np.where(
            np.isfinite(harm), sums.table(sums.known.effective_number), np.nan
        ),
        "largest_share": sums.table(sums.known.largest_share),
    }
    if over is not None:
        exposure = over * np.where(sums.has_data, sums.days, np.nan) / YEAR_DAYS
        cells |= _rates(sums, exposure, over, per=query.per, largest_harm=largest_harm)
    if _is_compared(sums):
        cells |= _changes(sums, largest_harm)
    row, column = (index.ravel() for index in np.indices(shape))
    order = np.concatenate([k * shape[1] + np.arange(shape[1]) for k in _order(sums, query)])
    content: dict[str, ColumnValues] = {
        "row": np.array(sums.rows.keys, dtype=object)[row],
        "row_name": np.array(sums.rows.names, dtype=object)[row],
    }
    if query.rows == OFFENCE:
        offence_groups = [groups.get(key) or None for key in sums.rows.keys]
        content["offence_group"] = np.array(offence_groups, dtype=object)[row]
    if query.columns is not None:
        content["column"] = np.array(sums.columns.keys, dtype=object)[column]
        content["column_name"] = np.array(sums.columns.names, dtype=object)[column]
    content |= {name: values.ravel() for name, values in cells.items()}
    return {name: values[order] for name, values in content.items()}


def _order(sums: HarmSums, query: HarmTableQuery) -> list[int]:
    """The rows in their order: most harm first, but what has an order of its own; totals last."""
    row_count = len(sums.rows.keys) - sums.totals
    kind = query.rows.partition(":")[0]
    if sums.rows.key_of_day is not None or kind in IN_ORDER:
        return list(range(len(sums.rows.keys)))
    harm, count = np.nan_to_num(sums.harm[:row_count, -1], nan=-1.0), sums.count[:row_count, -1]
    is_behind = np.array([key in IN_NO_AREA for key in sums.rows.keys[:row_count]], np.bool_)
    order = np.lexsort((np.array(sums.rows.keys[:row_count]), -count, -harm, is_behind))
    return [*order.tolist(), *range(row_count, len(sums.rows.keys))]


def _share(values: FloatArray) -> FloatArray:
    """Per cent of the last row, that of all incidents."""
    total = values[-1:]
    return 100.0 * values / np.where(total > 0, total, np.nan)


def _ranks(sums: HarmSums, values: FloatArray) -> NDArray[Any]:
    """The rank of each row within its column, 1 for the highest; None of totals and for NaN."""
    ranks = np.full(values.shape, np.nan)
    for k in range(values.shape[1]):
        is_ranked = sums.is_ranked & np.isfinite(values[:, k])
        ranked = values[is_ranked, k]
        ranks[is_ranked, k] = 1 + len(ranked) - np.searchsorted(np.sort(ranked), ranked, "right")
    return whole_numbers(ranks)


def _rates(
    sums: HarmSums, exposure: FloatArray, over: FloatArray, *, per: float, largest_harm: float
) -> dict[str, NDArray[Any]]:
    """Rates of incidents and of harm, with their intervals and ranks."""
    shape = sums.count.shape
    plain = rates(sums.count.ravel().astype(np.float64), exposure.ravel(), per=per)
    weighted = sums.known
    interval = weighted_interval(weighted.total, weighted.squares, largest_weight=largest_harm)
    usable = np.where((exposure > 0) & np.isfinite(sums.harm), exposure, np.nan) / per
    lower, upper = (limits.reshape(shape) / usable for limits in interval)
    rate, harm_rate = plain.value.reshape(shape), sums.harm / usable
    return {
        "denominator": over,
        "rate": rate,
        "lower": plain.lower.reshape(shape),
        "upper": plain.upper.reshape(shape),
        "rank_by_rate": _ranks(sums, rate),
        "harm_rate": harm_rate,
        "harm_rate_lower": lower,
        "harm_rate_upper": upper,
        "rank_by_harm_rate": _ranks(sums, harm_rate),
    }


def _is_compared(sums: HarmSums) -> bool:
    """Whether the columns are steps of the calendar, each of them for all rows."""
    return sums.columns.length is not None and sums.rows.key_of_day is None


def _changes(sums: HarmSums, largest_harm: float) -> dict[str, NDArray[Any]]:
    """The changes from the first column with data to each later one."""
    days = sums.days[0]
    steps = [k for k in range(len(days) - (len(days) > 1)) if days[k] > 0]
    changes = np.full((4, *sums.count.shape), np.nan)
    total, squares = (sums.table(part) for part in (sums.known.total, sums.known.squares))
    is_told = np.isfinite(sums.harm)
    for k in steps[1:]:
        first_days, second_days = float(days[steps[0]]), float(days[k])
        before, after = (sums.count[:, column].astype(np.float64) for column in (steps[0], k))
        p_value = e_test(before, after, first_exposure=first_days, second_exposure=second_days)
        percent = relative_changes(before * second_days / first_days, after)[1]
        of_harm = weighted_changes(
            (total[:, steps[0]], squares[:, steps[0]]),
            (total[:, k], squares[:, k]),
            largest_weight=largest_harm or 1.0,
            first_exposure=first_days,
            second_exposure=second_days,
        )
        both = is_told[:, steps[0]] & is_told[:, k]
        changes[:, :, k] = (
            percent,
            p_value,
            np.where(both, of_harm.percent, np.nan),
            np.where(both, of_harm.p_value, np.nan),
        )
    for p_values in (changes[1], changes[3]):
        is_tested = np.isfinite(p_values)
        p_values[is_tested] = corrected(p_values[is_tested])
    names = ("change", "change_q", "harm_change", "harm_change_q")
    return dict(zip(names, changes, strict=True))
