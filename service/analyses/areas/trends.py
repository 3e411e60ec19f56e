"""The incidents of one area, or of the study area, step by step."""

import dataclasses
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from service.analyses.areas.rows import TrendRow
from service.analyses.inputs.area_counts import AreaCounts, Areas
from service.analyses.inputs.area_layers import GRID_PREFIXES
from service.analyses.inputs.periods import whole_steps
from service.config.settings import Settings
from service.model.answers import Table
from service.model.errors import InvalidWithinError, NoStudyAreaError
from service.model.provenance import provenance, short_digest
from service.queries.trends import TrendQuery
from spatial.arrays import BoolArray
from spatial.rates.rates import rates

DAYS_PER: Final = {"day": 1.0, "year": 365.25}


@dataclass(frozen=True)
class Place:
    """What a trend is about: all areas of a layer, or one of them."""

    layer_id: str
    code: str | None = None


class Trends:
    """Answers about how many incidents there were, and when."""

    def __init__(self, *, areas: Areas, settings: Settings) -> None:
        self._areas = areas
        self._settings = settings

    def version(self, dataset: str, query: TrendQuery) -> str:
        """Everything a trend depends on besides the query, as a short digest."""
        place = self._place(query)
        version = self._areas.version(dataset, place.layer_id)
        return short_digest(version, place.layer_id, place.code, "trend")

    def trend(self, dataset: str, query: TrendQuery) -> Table:
        """One `TrendRow` per whole step: its incidents and rate with interval.

        An incident belongs to an area as in
        every table by area: by its supplied code where that counts, else by its place. The
        counts of the provenance add up: `records` is `in_rows`, `in_incomplete_steps`,
        `in_layer_elsewhere`, `outside` and `not_located` together.

        Raises
        ------
        InvalidWithinError
            If the area is not written layer:code.
        UnknownLayerError, UnknownAreaError
            If there is no such layer or area.
        NoStudyAreaError
            If no area is named and no layer is imported.
        TooMuchWorkError
            If there are too many steps.
        """
        place = self._place(query)
        wanted = query.incident_filter()
        # The same count as that of the layer's tables, whatever area is asked for.
        counted = self._areas.count(
            dataset, place.layer_id, dataclasses.replace(wanted, within=None)
        )
        here, name = _here(counted, place)
        selection = counted.selection
        kept = dataclasses.replace(selection, mask=selection.mask & here)
        steps = whole_steps(kept, query.step)
        inside = steps.step_of_incident[steps.step_of_incident >= 0]
        count = np.bincount(inside, minlength=len(steps.labels)).astype(np.int64)
        rate = rates(count, steps.days, per=DAYS_PER[query.per], interval=query.interval)
        columns: dict[str, NDArray[Any]] = {
            "month": np.array(steps.labels, dtype=object),
            "days": steps.days,
            "count": count,
            "rate": rate.value,
            "lower": rate.lower,
            "upper": rate.upper,
        }
        placed = counted.placement.counts(selection.mask)
        in_layer = int(np.count_nonzero(selection.mask & (counted.placement.area >= 0)))
        total = int(count.sum())
        notes = [steps.omission_note()] if steps.omitted_count else []
        if not steps.labels:
            notes.append(f"There is no whole {query.step} in the period.")
        return Table(
            kind="trend",
            row=TrendRow,
            columns=columns,
            provenance=provenance(
                sources=counted.sources(),
                filter=wanted.as_provenance(),
                method={
                    "name": "trend",
                    "area": f"{place.layer_id}:{place.code}" if place.code else place.layer_id,
                    "area_name": name,
                    "step": query.step,
                    "steps": len(steps.labels),
                    "unit": f"incidents per {query.per}",
                    "interval": f"{query.interval} Poisson, 95 %",
                },
                counts={
                    "records": selection.records,
                    **placed,
                    "in_rows": total,
                    "in_incomplete_steps": steps.omitted_count,
                    "in_layer_elsewhere": in_layer - total - steps.omitted_count,
                },
                notes=(*counted.notes(), *notes),
            ),
        )

    def _place(self, query: TrendQuery) -> Place:
        """What the trend is about: the area to stay within, else the study area."""
        if query.within is not None:
            return _place_of(query.within)
        setting = self._settings.study_area
        if setting:
            layer_id, _, code = setting.partition(":")
            return Place(layer_id, code or None)
        ids = self._areas.layer_ids()
        if not ids:
            raise NoStudyAreaError
        return Place(ids[0])


def _place_of(label: str) -> Place:
    """The area that ``layer:code`` names; a grid's name has a colon of its own."""
    cut = label.rpartition if label.startswith(GRID_PREFIXES) else label.partition
    layer_id, _, code = cut(":")
    if not (layer_id and code):
        raise InvalidWithinError(label)
    return Place(layer_id, code)


def _here(counted: AreaCounts, place: Place) -> tuple[BoolArray, str]:
    """(n,) True for each incident of the place, chosen or not; and the place's name."""
    area = counted.placement.area
    if place.code is None:
        return area >= 0, counted.layer.metadata.title or place.layer_id
    at = counted.layer.position(place.code)
    return area == at, counted.layer.names[at]
