"""What each parameter may be in a question about a dataset that is published.

Every parameter of such questions is named here, in `CHECKS` or in `FREE`. One that is named in
neither is refused to all who do not see records.
"""

import datetime
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from service.access.audience import Publication
from service.model.incident_filter import Moment
from service.model.pooled_periods import periods_of
from service.model.protection import MONTHS, PeriodUnit

_EXAMPLES: Final[Mapping[PeriodUnit, tuple[str, str]]] = {
    "month": ("2024-01", "2024-01"),
    "quarter": ("2024-01", "2024-03"),
    "year": ("2024-01", "2024-12"),
}
_STEPS: Final[Mapping[str, tuple[int, int]]] = {  # months, and the month that follows them
    "month": (1, 1),
    "quarter": (3, 1),
    "year": (12, 1),
    "financial-year": (12, 4),
    "rolling": (12, 1),
    "month-of-year": (1, 1),
}
_NO_CELLS: Final = "only areas, periods and categories have cells"
_ENDING: Final = re.compile(r"year-ending:(\d{1,2})", re.ASCII)

# What a value may be instead, in words; empty where it may be asked.
Check = Callable[[Any, Publication], str]


def _start(value: str, publication: Publication) -> str:
    unit = publication.cells.period
    day = Moment.from_text(value, end=False).day
    if day == publication.first or _begins(day, unit):
        return ""
    return f"the beginning of a {unit}, such as {_EXAMPLES[unit][0]}"


def _end(value: str, publication: Publication) -> str:
    unit = publication.cells.period
    day = Moment.from_text(value, end=True).day
    if day == publication.last or _begins(day + datetime.timedelta(days=1), unit):
        return ""
    return f"the end of a {unit}, such as {_EXAMPLES[unit][1]}"


def _begins(day: datetime.date, unit: PeriodUnit) -> bool:
    return day.day == 1 and (day.month - 1) % MONTHS[unit] == 0


def _time(value: str, publication: Publication) -> str:
    """A period in the spelling of WMTS."""
    first, _, last = value.partition("/")
    if not first[:1].isdigit():  # all
        return ""
    last = last or first
    ends = (f"{first}-01" if len(first) == 4 else first, f"{last}-12" if len(last) == 4 else last)
    try:
        return _start(ends[0], publication) or _end(ends[1], publication)
    except ValueError:  # the route says what is wrong
        return ""


def _periods(values: Iterable[str], publication: Publication) -> str:
    """Published periods with a slash between their ends, or steps of them."""
    periods = (ends for value in values for ends in periods_of(value))
    days = ((str(first.day), str(last.day)) for first, last in periods)
    texts = (_start(first, publication) or _end(last, publication) for first, last in days)
    return next((text for text in texts if text), "")


def _starts(values: Iterable[str], publication: Publication) -> str:
    return next((text for value in values if (text := _start(value, publication))), "")


def _step(value: str, publication: Publication) -> str:
    """A step of whole published periods."""
    unit = publication.cells.period
    ending = _ENDING.fullmatch(value)
    months, following = (12, int(ending[1]) % 12 + 1) if ending else _STEPS.get(value, (0, 1))
    if months and months % MONTHS[unit] == 0 and (following - 1) % MONTHS[unit] == 0:
        return ""
    return f"a step of whole {unit}s"


def _axis(value: str, publication: Publication) -> str:
    """What rows, columns or series are of."""
    kind, _, argument = value.partition(":")
    if kind == "category":
        return _category(value, publication)
    if kind == "layer":
        return _layer(argument, publication)
    if kind in _STEPS or kind == "year-ending":
        return _step(value, publication)
    # Of tables whose rows are areas or sites: what they are ranked or summed up by.
    return "" if value in ("count", "share", "rate", "site", "area", "district") else _NO_CELLS


def _axes(value: str | tuple[str, ...], publication: Publication) -> str:
    values = (value,) if isinstance(value, str) else value
    return next((text for part in values if (text := _axis(part, publication))), "")


def _layer(value: str, publication: Publication) -> str:
    if value in publication.layers:
        return ""
    return f"one of the layers {', '.join(publication.layers)}"


def _area(value: str, publication: Publication) -> str:
    """An area by its layer and code."""
    layer, colon, _ = value.partition(":")
    if value == "everywhere" or (colon and layer in publication.layers):
        return ""
    return f"an area of one of the layers {', '.join(publication.layers)}, written layer:code"


def _areas(value: str | tuple[str, ...], publication: Publication) -> str:
    # One text is a drawn area.
    values = (value,) if isinstance(value, str) else value
    return next((text for part in values if (text := _area(part, publication))), "")


def _category(value: Any, publication: Publication) -> str:
    if publication.cells.by_category:
        return ""
    return "left out: categories have no cells of their own"


def _nothing(value: Any, publication: Publication) -> str:
    return f"left out: {_NO_CELLS}"


def left_out(value: Any, publication: Publication) -> str:
    """Nothing: for what has no row here.

    Parameters
    ----------
    value : object
        Any.
    publication : Publication
        Any.

    Returns
    -------
    str
        That it must be left out.
    """
    return "left out"


def _counted(value: str, publication: Publication) -> str:
    """Anything but harm and weights."""
    if str(value).startswith("harm"):
        return "of counts: the harm of an offence is that of a subcategory, which has no cells"
    return "of counts: no sum of weights is published" if value == "weighted" else ""


def _not_summed(value: bool, publication: Publication) -> str:
    return "left out: no sum of weights is published" if value else ""


def _not_drawn(value: bool, publication: Publication) -> str:
    return "left out: it follows single places" if value else ""


def _metres(value: float | str, publication: Publication) -> str:
    floor = publication.policy.minimum_bandwidth_m
    if isinstance(value, float | int) and value >= floor:
        return ""
    return f"{floor:,.0f} m or more"


def _without_time(value: str, publication: Publication) -> str:
    return "start" if value == "aoristic" else ""


def _not_of_pixels(value: str, publication: Publication) -> str:
    return "GetCapabilities or GetTile" if value == "GetFeatureInfo" else ""


CHECKS: Final[Mapping[str, Check]] = {
    # when
    "from": _start,
    "baseline_from": _start,
    "overlay_from": _start,
    "rebase": _starts,
    "pooled": _periods,
    "to": _end,
    "baseline_to": _end,
    "overlay_to": _end,
    "time": _time,
    "step": _step,
    "mean": _step,
    "to_date": _step,
    # where
    "within": _area,
    "beside": _area,
    "area": _areas,
    "layer": _layer,
    "districts": _layer,
    "surroundings": _layer,
    "bandwidth_m": _metres,
    "distance_m": _metres,
    "adaptive": _not_drawn,
    "inset": _not_drawn,
    # what
    "category": _category,
    "beside_category": _category,
    "rows": _axes,
    "columns": _axes,
    "by": _axes,
    "measure": _counted,
    "cells": _counted,
    "weight": _not_summed,
    "timing": _without_time,
    "request": _not_of_pixels,
    **dict.fromkeys(
        (
            "subcategory",
            "attribute",
            "marker",
            "hours",
            "weekdays",
            "ages",
            "beside_attribute",
            "beside_marker",
            "harm",
            "harm_index",
            "harm_column",
        ),
        _nothing,
    ),
}

# They change how counts are shown, compared or drawn, and not which records are counted.
FREE: Final = frozenset(
    {
        # form, version and page
        "v", "f", "crs", "layout", "limit", "offset", "bbox", "bbox-crs", "datetime", "code",
        "name", "count", "class", "funnel", "quadrant", "scale", "width", "outlines", "small",
        "size", "labels", "sort", "label_from", "below", "sentences", "cell_m", "percent", "peaks",
        "z", "x", "y", "suffix",
        # WMTS
        "key", "service", "version", "acceptversions", "acceptformats", "sections",
        "updatesequence", "style", "format", "tilematrixset", "tilematrix", "tilerow", "tilecol",
        "i", "j", "infoformat", "identifier", "collection_id",
        # rates, classes and intervals
        "denominator", "interpolate", "per", "rate_per", "interval", "scheme", "classes", "breaks",
        "digits", "theme", "ranks", "threshold", "top", "larger_layer", "share_of", "kernel",
        "edge",
        # tests
        "statistic", "flags", "neighbours", "standardise", "null", "permutations", "refine",
        "seed", "correction", "sensitivity", "replicates", "earlier_steps", "level", "orders",
        "season", "direction", "target_rate", "window", "resampling", "states", "quantiles",
        # series
        "series", "compare", "part_steps", "include",
        # areas by their codes, and areas like them
        "target", "control", "displacement", "displacement_control", "control_size", "area_group",
        "comparable", "comparable_homes", "domain", "edition", "out_of",
        # homes and residents
        "household_size", "population", "households", "exposure", "horizon", "scenario",
        "build_years", "pace", "pace_spread", "unpublished", "denominator_growth", "years",
        "amount", "deciles", "near_m",
        # datasets, which are looked at before the rest
        "dataset", "beside_dataset",
    }
)  # fmt: skip
