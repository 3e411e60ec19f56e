"""What every printed map needs around its layer: borders, names, period, credits."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
import shapely

from boundaries.layers.layer import Geometries, Layer
from boundaries.storage.store import LayerStore
from service.analyses.inputs.study_area import study_area
from service.analyses.inputs.within import resolve
from service.analyses.resources import Resources
from service.coverage.calendar import MONTHS
from service.coverage.spans import last_day, words_of_gaps
from service.model.answers import PrintMap, Provenance
from service.model.provenance import credited, layer_source, layers_version, short_digest
from service.model.queries import IncidentQuery
from service.queries.printed_maps import PaperQuery
from service.runtime.data_state import DataVersion
from service.runtime.lanes import Cost

Bounds = tuple[float, float, float, float]

MOST_OUTLINED: Final = 60  # areas of which borders are drawn over a map
MARGIN: Final = 0.03  # around what is shown, as a share of its longer side


@dataclass(frozen=True)
class MapAnswer:
    """A printed map that may have to be computed.

    Attributes
    ----------
    file_name : str
        Without an ending.
    version : DataVersion
        Everything the map depends on besides the query.
    compute : callable
        Makes the map.
    cost : Cost
        What that costs.
    """

    file_name: str
    version: DataVersion
    compute: Callable[[], PrintMap]
    cost: Cost = Cost.ORDINARY


def map_version(resources: Resources, version: DataVersion) -> DataVersion:
    """The version of a map: that of what it shows, and of the layers around it.

    Parameters
    ----------
    resources : Resources
        The stores and analyses.
    version : DataVersion
        Of what it shows.

    Returns
    -------
    DataVersion
        It changes when either does.
    """

    def read() -> str:
        return short_digest(version.read(), layers_version(resources.layers))

    return DataVersion((version.key, "printed"), read)


def outlines_on(layers: LayerStore, bounds_m: Bounds, query: PaperQuery) -> Layer:
    """The layer whose borders are drawn over a map.

    Parameters
    ----------
    layers : LayerStore
        The imported layers.
    bounds_m : left, bottom, right, top
        What is on the map, metres.
    query : PaperQuery
        May name the layer.

    Returns
    -------
    Layer
        By default the one with the most areas on the map, up to `MOST_OUTLINED`; where all have
        more, the one with the fewest.
    """
    if query.outlines is not None:
        return layers.get(query.outlines)
    extent = shapely.box(*bounds_m)
    areas_on_map = {
        layer.layer_id: int(shapely.intersects(layer.geometries, extent).sum())
        for layer in layers.all()
    }

    def preference(layer: Layer) -> tuple[bool, int]:
        areas = areas_on_map[layer.layer_id]
        is_few = 0 < areas <= MOST_OUTLINED
        return is_few, areas if is_few else -areas

    return max(layers.all(), key=preference)


def shown_bounds(geometries: Geometries) -> Bounds:
    """The extent of some shapes, with a margin.

    Parameters
    ----------
    geometries : (n,) object array
        At least one that is not empty.

    Returns
    -------
    left, bottom, right, top
        Metres.
    """
    left, bottom, right, top = (float(value) for value in shapely.total_bounds(geometries))
    margin_m = MARGIN * max(right - left, top - bottom, 100.0)
    return left - margin_m, bottom - margin_m, right + margin_m, top + margin_m


def extent_of(resources: Resources, query: IncidentQuery) -> Geometries:
    """What a map is asked to be of.

    Parameters
    ----------
    resources : Resources
        The stores and analyses.
    query : IncidentQuery
        May name an area to stay within.

    Returns
    -------
    (1,) object array
        The study area, or the area to stay within.
    """
    if query.within is not None:
        shape = resolve(resources.layers, query.within).geometry
    else:
        shape = study_area(resources.layers, resources.settings.study_area).geometry
    return np.array([shape], dtype=object)


def place_words(source: Provenance) -> str:
    """The place that a map is of.

    Parameters
    ----------
    source : Provenance
        Of what is shown.

    Returns
    -------
    str
        The name of the area asked for, or the words for a circle or polygon; empty where all of
        the study area is shown.
    """
    within = source.sources.get("within")
    if not isinstance(within, Mapping):
        return ""
    return str(within.get("name") or within.get("id") or "")


def period_words(source: Provenance, period: tuple[str, str] | None) -> str:
    """The period of a map in words, with the part of it that has data.

    Parameters
    ----------
    source : Provenance
        Of what is shown.
    period : first and last month or day, or None
        ISO.

    Returns
    -------
    str
        Such as ``January to December 2019``; empty without a period.
    """
    if period is None:
        return ""
    covered = source.filter.get("covered", ())
    gaps = words_of_gaps(period, covered, source.filter.get("covered_days", 0))
    words = span_words(*period)
    return f"{words} ({gaps})" if gaps else words


def span_words(first: str, last: str) -> str:
    """A period from its ends in words.

    Parameters
    ----------
    first, last : str
        ISO months or days.

    Returns
    -------
    str
        Whole months as months.
    """
    first_month, last_month = first[:7], last[:7]
    is_whole = first[7:] in ("", "-01") and last[7:] in ("", f"-{last_day(last_month).day:02d}")
    if not is_whole:
        return f"{_day_words(first)} to {_day_words(last)}"
    if first_month == last_month:
        return _month_words(first_month)
    if first_month[:4] == last_month[:4]:
        return f"{_month_words(first_month)[:-5]} to {_month_words(last_month)}"
    return f"{_month_words(first_month)} to {_month_words(last_month)}"


def credits_of(source: Provenance, outlines: Layer) -> tuple[str, ...]:
    """Source and licence of everything on a map, each once.

    Parameters
    ----------
    source : Provenance
        Of what is shown.
    outlines : Layer
        Whose borders are drawn over it.

    Returns
    -------
    tuple of str
        One for each source.
    """
    sources = {**source.sources, "outlines": layer_source(outlines)}
    return credited(sources)


def _month_words(month: str) -> str:
    return f"{MONTHS[int(month[5:7]) - 1]} {month[:4]}"


def _day_words(day: str) -> str:
    return f"{int(day[8:10])} {_month_words(day)}" if len(day) > 7 else _month_words(day)
