"""Indices of vulnerability: rates and measures, each against the mean of the county."""

import dataclasses
from dataclasses import dataclass

import numpy as np

from service.analyses.flags.criteria import NO, NOT_KNOWN, YES, Assessor, Flag
from service.analyses.flags.series import Series
from service.queries.flags.rules import IndexRules
from spatial.arrays import BoolArray, FloatArray
from spatial.rates.posteriors import rate_posteriors


@dataclass(frozen=True, eq=False)
class Index:
    """The index of every area, and its parts.

    Attributes
    ----------
    value : (periods, areas) float64
        100 is the mean; NaN where a part is not known.
    probability : (areas,) float64
        That the index of the true rates is the threshold or above; NaN where no part is a count,
        or one is not known.
    parts : tuple of Flag
        Flagged where the part is at the threshold of the index.
    part_index : tuple of (areas,) float64
        Of each part.
    means : tuple of float
        What each part is divided by.
    """

    value: FloatArray
    probability: FloatArray
    parts: tuple[Flag, ...]
    part_index: tuple[FloatArray, ...]
    means: tuple[float, ...]


def index_of(
    rules: IndexRules,
    series: tuple[Series, ...],
    assessor: Assessor,
    *,
    periods: int,
    reference: BoolArray,
    is_probable: bool = True,
) -> Index:
    """The index of every area.

    Parameters
    ----------
    rules : IndexRules
        With the parts.
    series : tuple of Series
        Of each part.
    assessor : Assessor
        Draws rates.
    periods : int
        The present one and the earlier ones.
    reference : (areas,) bool
        The areas that the means are of.
    is_probable : bool
        Whether probabilities are needed, which take most of the time.

    Returns
    -------
    Index
        Means are all incidents over the whole denominator; of a measure without one the mean of
        the areas. The draws leave them as they are. In earlier periods a measure has the value of
        its earliest period that is loaded.
    """
    areas = series[0].value.shape[1]
    series = tuple(_standing(part_series) for part_series in series)
    relative = np.stack([_relative(part_series, reference)[:periods] for part_series in series])
    value = relative.mean(axis=0)
    is_count = [is_probable and part_series.count is not None for part_series in series]
    probability = np.full(areas, np.nan)
    if any(is_count):
        total = np.zeros((1, areas))
        for part_series, part in zip(series, relative, strict=True):
            mean = _mean(part_series, 0, reference)
            drawn = (
                part[:1]
                if part_series.count is None or not mean > 0
                else 100.0 * assessor.draws(part_series, np.ones(areas, np.bool_)) / mean
            )
            total = total + drawn / len(series)
        is_known = ~np.isnan(value[0])
        probability[is_known] = (total[:, is_known] >= rules.threshold).mean(axis=0)
    parts = []
    for part_rules, part_series, part in zip(rules.parts, series, relative, strict=True):
        mean = _mean(part_series, 0, reference)
        part_probability = np.full(areas, np.nan)
        if is_probable and part_series.count is not None and mean > 0:
            part_probability = rate_posteriors(
                part_series.count[0], part_series.exposure[0]
            ).probability_above(rules.threshold / 100.0 * mean)
        status = np.where(part >= rules.threshold, YES, NO)
        parts.append(
            Flag(
                flag_id=part_rules.id,
                title=part_rules.title,
                criterion=str(part_rules),
                status=np.where(np.isnan(part), NOT_KNOWN, status).astype(np.int8),
                value=part_series.value[0],
                probability=part_probability,
                unit=part_series.unit,
                series=part_series,
                where=np.full(areas, None, object),
            )
        )
    return Index(
        value,
        probability,
        tuple(parts),
        tuple(part[0] for part in relative),
        tuple(_mean(part_series, 0, reference) for part_series in series),
    )


def series_of(index: Index, *, title: str, periods: int) -> Series:
    """The index as a series that other rules may look at.

    Parameters
    ----------
    index : Index
        Of the areas.
    title : str
        Of its rules.
    periods : int
        To make up with periods that are not known.

    Returns
    -------
    Series
        Without counts.
    """
    value = np.full((periods, index.value.shape[1]), np.nan)
    value[: len(index.value)] = index.value
    series = [part.series for part in index.parts]
    return Series(
        value=value,
        count=None,
        exposure=np.ones_like(value),
        share=(~np.isnan(value)).any(axis=1).astype(np.float64),
        labels=series[0].labels,
        unit=f"of 100, {title}",
        is_rate=True,
        records=sum(part_series.records for part_series in series),
        sources={
            name: source for part_series in series for name, source in part_series.sources.items()
        },
        notes=tuple(dict.fromkeys(note for part_series in series for note in part_series.notes)),
    )


def _standing(series: Series) -> Series:
    """A measure that holds in periods before its first; incidents as they are."""
    if series.count is not None:
        return series
    periods = max(int(np.count_nonzero(series.share)), 1)
    index = np.minimum(np.arange(len(series.share)), periods - 1)
    return dataclasses.replace(
        series,
        value=series.value[index],
        exposure=series.exposure[index],
        share=series.share[index],
    )


def _relative(series: Series, reference: BoolArray) -> FloatArray:
    """(periods, areas) 100 times the value over the mean; NaN where there is no mean."""
    means = np.array([_mean(series, k, reference) for k in range(len(series.value))])
    return np.asarray(100.0 * series.value / np.where(means > 0, means, np.nan)[:, None])


def _mean(series: Series, period: int, reference: BoolArray) -> float:
    """The mean of the areas of the reference in a period; NaN where none is known."""
    value, weight = series.value[period], series.exposure[period]
    is_known = reference & ~np.isnan(value) & (weight > 0)
    if not is_known.any():
        return float("nan")
    return float(np.average(value[is_known], weights=weight[is_known]))
