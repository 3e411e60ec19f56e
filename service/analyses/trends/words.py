"""What the answer of a trend says of its method, its counts and its fits."""

from typing import Any, Final

import numpy as np

from service.analyses.inputs.periods import Steps
from service.analyses.trends.lines import YEARS_OF_A_SEASON, Fits
from service.analyses.trends.series import Series, SeriesSet
from service.coverage.spans import listed
from service.queries.tables.trends import TrendQuery
from service.sentences.numbers import counted

MOST_NAMED: Final = 12
SEASON: Final = (
    "classical multiplicative: mean ratio of each month or quarter to the centred moving average "
    "of a year, of rates per day"
)
LINE: Final = (
    "quasi-Poisson, log-linear in time, offset the exposure, variance of the dispersion times the "
    "mean; Student's t, 95 %"
)
PROJECTION: Final = (
    "count times length over days covered; predictive: negative binomial (Jeffreys), with the "
    "dispersion of the line where it is above 1, 95 %"
)


def method_of(
    read: SeriesSet, steps: Steps, query: TrendQuery, weighted_interval: str
) -> dict[str, Any]:
    """The method of a trend with its parameters.

    Parameters
    ----------
    read : SeriesSet
        The series.
    steps : Steps
        Their steps.
    query : TrendQuery
        What was asked for.
    weighted_interval : str
        The interval of sums of weights.

    Returns
    -------
    dict of str to Any
        JSON members; those of what was not asked for are left out.
    """
    is_weighted = query.measure != "count"
    unit = read.selection.incidents.weight_label if is_weighted else "incidents"
    denominator = str(query.denominator).partition(":")[0]
    per = (
        f"{query.per}"
        if query.denominator is None
        else f"{query.rate_per:g} {denominator} and year"
    )
    asked: dict[str, Any] = {
        "by": query.by,
        "series": list(query.series),
        "compare": list(query.compare),
        "part_steps": query.part_steps if query.part_steps != "omit" else None,
        "mean": query.mean,
        "to_date": query.to_date,
        "last_year": "last-year" in query.include,
        "share": "exact binomial (Clopper and Pearson 1934), 95 %"
        if "share" in query.include
        else None,
        "season": SEASON if "season" in query.include else None,
        "line": LINE if "line" in query.include else None,
        "projection": PROJECTION if query.part_steps == "projected" else None,
        "denominator": query.denominator,
    }
    return {
        "name": "trend",
        **_places(read),
        "step": query.step,
        "steps": len(steps.keys),
        **({"weights": "summed"} if is_weighted else {}),
        "unit": f"{unit} per {per}",
        "interval": weighted_interval if is_weighted else f"{query.interval} Poisson, 95 %",
        **{name: value for name, value in asked.items() if value},
    }


def _places(read: SeriesSet) -> dict[str, Any]:
    """The area that a trend is of, or several."""
    if read.is_by_layer:
        layer = read.area_counts.layer
        return {"area": layer.layer_id, "area_name": layer.metadata.title or layer.layer_id}
    names = {member.place.label: member.place_name for member in read.series if member.place}
    if len(names) == 1:
        ((label, name),) = names.items()
        return {"area": label, "area_name": name}
    return {"areas": names}


def reconciliation(
    read: SeriesSet, shown_series: tuple[Series, ...], steps: Steps
) -> dict[str, int]:
    """Counts that add up: all selected records, by where they are.

    Parameters
    ----------
    read : SeriesSet
        The series.
    shown_series : tuple of Series
        Those that have rows.
    steps : Steps
        Of the incidents in the places of the trend.

    Returns
    -------
    dict of str to int
        For the provenance.
    """
    area_counts, selection = read.area_counts, read.selection
    elsewhere = selection.mask & ~read.in_place
    is_in_step = steps.step_of_incident >= 0
    is_shown = np.zeros(len(is_in_step), np.bool_)
    is_shown[read.incident[read.is_shown[read.number]]] = True
    counts = {
        "in_rows": int(np.count_nonzero(is_in_step & is_shown)),
        "in_incomplete_steps": steps.omitted_count,
    }
    others = int(np.count_nonzero(is_in_step & ~is_shown))
    if others:
        counts["in_other_series"] = others
    places = {member.place for member in read.series}
    place = next(iter(places))
    if read.is_by_layer or len(places) > 1 or place is None or place.is_everywhere:
        return {
            "records": selection.records,
            **counts,
            "elsewhere": int(np.count_nonzero(elsewhere)),
        }
    if place.drawn is not None:
        located = selection.incidents.located
        return {
            "records": selection.records,
            "not_located": int(np.count_nonzero(elsewhere & ~located)),
            **counts,
            "elsewhere": int(np.count_nonzero(elsewhere & located)),
        }
    in_layer_elsewhere = elsewhere & (area_counts.placement.area >= 0)
    return {
        "records": selection.records,
        **area_counts.placement.counts(selection.mask),
        **counts,
        "in_layer_elsewhere": int(np.count_nonzero(in_layer_elsewhere)),
    }


def fit_notes(
    fits: Fits, series: tuple[Series, ...], steps: Steps, query: TrendQuery
) -> tuple[str, ...]:
    """What a reader must know of lines, seasons and projections.

    Parameters
    ----------
    fits : Fits
        Of the series that have rows.
    series : tuple of Series
        Those series.
    steps : Steps
        Their steps.
    query : TrendQuery
        What was asked for.

    Returns
    -------
    tuple of str
        Full sentences.
    """
    notes = []
    if "season" in query.include and steps.keys:
        without = _without(fits, "rate_adjusted", series)
        if without:
            notes.append(
                f"The season is not taken out of {without}: that needs {YEARS_OF_A_SEASON} whole "
                "years without a break or gap and with incidents."
            )
    if "line" in query.include and steps.keys:
        without = _without(fits, "line", series)
        if without:
            notes.append(
                f"There is no line of trend of {without}: it needs at least five steps with data, "
                "and incidents in more than one."
            )
        if fits.has_season:
            notes.append("Lines of trend allow for the season, where there are three years of it.")
        if fits.autocorrelated:
            notes.append(
                "What is left beside the line follows on from one step to the next, so that its "
                f"interval is too narrow: {listed(fits.autocorrelated, most=MOST_NAMED)}."
            )
    if query.part_steps == "projected":
        notes.append(
            "Steps covered in part are projected at the rate of their days covered: the season, "
            "and weekends still to come, are not allowed for."
        )
    return tuple(notes)


def _without(fits: Fits, column: str, series: tuple[Series, ...]) -> str:
    """The series that have no value in a column, in words; empty where each has one."""
    values = np.asarray(fits.columns[column], np.float64).reshape(len(series), -1)
    names = [
        member.name or member.place_name
        for member, value in zip(series, values, strict=True)
        if not np.isfinite(value).any()
    ]
    if len(names) > MOST_NAMED:
        return counted(len(names), "series", "series")
    return listed(names)
