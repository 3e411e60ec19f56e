"""The incidents of one area, or of the study area, by month, quarter or year."""

import dataclasses
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from service.analyses.areas.choropleths import WEIGHTED_INTERVAL
from service.analyses.areas.rows import TrendRow
from service.analyses.inputs.area_counts import AreaCounts, Areas
from service.analyses.inputs.area_layers import GRID_PREFIXES
from service.analyses.inputs.located_shares import shares_of_steps
from service.analyses.inputs.periods import Steps, whole_steps
from service.analyses.inputs.selection import Selection
from service.analyses.inputs.within import is_drawn
from service.config.settings import Settings
from service.model.answers import Table
from service.model.errors import InvalidWithinError, NoStudyAreaError
from service.model.provenance import provenance, short_digest
from service.queries.trends import TrendQuery
from spatial.arrays import BoolArray, FloatArray, IntArray
from spatial.rates.rates import rates
from spatial.rates.weighted_counts import weighted_counts, weighted_interval

DAYS_PER: Final = {"day": 1.0, "year": 365.25}
RATE_COLUMNS: Final = ("rate", "lower", "upper")


@dataclass(frozen=True)
class Place:
    """The subject of a trend: all areas of a layer, one of them, or a circle or polygon."""

    layer_id: str
    code: str | None = None
    drawn: str | None = None

    @property
    def label(self) -> str:
        """As it is written."""
        return self.drawn or (f"{self.layer_id}:{self.code}" if self.code else self.layer_id)


class Trends:
    """Counts and rates of incidents over time.

    Parameters
    ----------
    areas : Areas
        Counts of incidents.
    settings : Settings
        The study area.
    """

    def __init__(self, *, areas: Areas, settings: Settings) -> None:
        self._areas = areas
        self._settings = settings

    def version(self, dataset: str, query: TrendQuery) -> str:
        """A short digest of everything that a trend depends on, apart from the query.

        Parameters
        ----------
        dataset : str
            Id of the dataset.
        query : TrendQuery
            Names the area.

        Returns
        -------
        str
            It changes when the dataset, the layer or the software does.
        """
        place = self._place(query)
        version = self._areas.version(dataset, place.layer_id)
        return short_digest(version, place.layer_id, place.code, place.drawn, "trend")

    def trend(self, dataset: str, query: TrendQuery) -> Table:
        """One `TrendRow` per whole step: its incidents and rate with interval.

        An incident belongs to an area as in every table by area: by its supplied code where that
        counts, otherwise by its location. The counts of the provenance add up: `records` is the
        sum of `in_rows`, `in_incomplete_steps`, `in_layer_elsewhere`, `outside` and `not_located`.
        A circle or polygon counts what is located in it.

        Parameters
        ----------
        dataset : str
            Id of the dataset.
        query : TrendQuery
            Filter, area and step.

        Returns
        -------
        Table
            In the order of the steps.

        Raises
        ------
        InvalidWithinError
            If what to stay within is no area, circle or polygon.
        UnknownLayerError, UnknownAreaError
            If the layer or area does not exist.
        NoStudyAreaError
            If no area is named and no layer is imported.
        TooMuchWorkError
            If there are too many steps.
        """
        place = self._place(query)
        incident_filter = query.incident_filter()
        # The same count as that of the layer's tables, whatever area is asked for.
        area_counts = self._areas.count(
            dataset, place.layer_id, dataclasses.replace(incident_filter, within=None)
        )
        in_place, name = self._in_place(area_counts, place)
        selection = area_counts.selection
        all_steps = whole_steps(selection, query.step)
        steps = all_steps.of_part(selection.mask & in_place)
        step_indices = steps.step_of_incident[steps.step_of_incident >= 0]
        count = np.bincount(step_indices, minlength=len(steps.labels)).astype(np.int64)
        columns: dict[str, NDArray[Any]] = {
            "month": np.array(steps.labels, dtype=object),
            "days": steps.days,
            "count": steps.without_data_null(count),
            **_rates(count, selection, steps, query, exposure=steps.exposure),
        }
        shares = shares_of_steps(area_counts, all_steps.step_of_incident, steps.labels)
        if shares.differ:
            # Where nothing is located, nothing is known of the areas either.
            exposure = shares.exposures(steps.exposure)
            shared_out = _rates(count, selection, steps, query, exposure=exposure)
            columns |= {f"{name}_shared_out": shared_out[name] for name in RATE_COLUMNS}
        is_weighted = query.measure == "weighted"
        unit = selection.incidents.weight_label if is_weighted else "incidents"
        notes = list(steps.notes())
        if place.drawn is not None:
            notes.insert(0, "What is counted is what is located there, whatever its area code.")
        if not steps.labels:
            period = " to ".join(str(day) for day in selection.days())
            notes.append(f"There is no whole {query.step} in the period, {period}.")
        return Table(
            kind="trend",
            row=TrendRow,
            columns=columns,
            provenance=provenance(
                sources=area_counts.sources(),
                filter={**selection.provenance_filter(), "within": incident_filter.within},
                method={
                    "name": "trend",
                    "area": place.label,
                    "area_name": name,
                    "step": query.step,
                    "steps": len(steps.labels),
                    **shares.method(),
                    **({"weights": "summed"} if is_weighted else {}),
                    "unit": f"{unit} per {query.per}",
                    "interval": WEIGHTED_INTERVAL
                    if is_weighted
                    else f"{query.interval} Poisson, 95 %",
                },
                counts=_reconciliation(area_counts, place, in_place, steps),
                leading_notes=shares.notes(),
                notes=(*area_counts.notes(), *notes),
            ),
        )

    def _place(self, query: TrendQuery) -> Place:
        """The subject of the trend: the area of `within`, otherwise the study area."""
        if query.within is not None and not is_drawn(query.within):
            return _place_of(query.within)
        setting = self._settings.study_area
        if setting:
            layer_id, _, code = setting.partition(":")
            return Place(layer_id, code or None, query.within)
        ids = self._areas.layer_ids()
        if not ids:
            raise NoStudyAreaError
        return Place(ids[0], None, query.within)

    def _in_place(self, area_counts: AreaCounts, place: Place) -> tuple[BoolArray, str]:
        """(n,) True for each incident of the place, selected or not; and the place's name."""
        area = area_counts.placement.area
        if place.drawn is not None:
            incidents = area_counts.selection.incidents
            name = self._areas.within(place.drawn).name
            return self._areas.inside(incidents, place.drawn), name
        if place.code is None:
            return area >= 0, area_counts.layer.metadata.title or place.layer_id
        index = area_counts.layer.position(place.code)
        return area == index, area_counts.layer.names[index]


def _rates(
    count: IntArray,
    selection: Selection,
    steps: Steps,
    query: TrendQuery,
    *,
    exposure: IntArray | FloatArray,
) -> dict[str, NDArray[Any]]:
    """The rate of each step with its interval; of the weights, and their sum, where asked for."""
    if query.measure == "count":
        rate = rates(count, exposure, per=DAYS_PER[query.per], interval=query.interval)
        return {"rate": rate.value, "lower": rate.lower, "upper": rate.upper}
    is_in_step = steps.step_of_incident >= 0
    weights = weighted_counts(
        steps.step_of_incident[is_in_step],
        selection.incidents.weight[is_in_step],
        areas=max(len(count), 1),
    )
    total, squares = weights.total[: len(count)], weights.squares[: len(count)]
    lower, upper = weighted_interval(total, squares, largest_weight=selection.largest_weight)
    scale = DAYS_PER[query.per] / np.where(exposure > 0, exposure, np.nan)
    return {
        "weighted": np.where(steps.has_data, total, np.nan),
        "rate": total * scale,
        "lower": lower * scale,
        "upper": upper * scale,
    }


def _place_of(label: str) -> Place:
    """The area that ``layer:code`` names; a grid's id itself contains a colon."""
    partition = label.rpartition if label.startswith(GRID_PREFIXES) else label.partition
    layer_id, _, code = partition(":")
    if not (layer_id and code):
        raise InvalidWithinError(label)
    return Place(layer_id, code)


def _reconciliation(
    area_counts: AreaCounts, place: Place, in_place: BoolArray, steps: Steps
) -> dict[str, int]:
    """Counts that add up: all selected records, by where they are."""
    selection = area_counts.selection
    counts = {
        "in_rows": int(np.count_nonzero(steps.step_of_incident >= 0)),
        "in_incomplete_steps": steps.omitted_count,
    }
    elsewhere = selection.mask & ~in_place
    if place.drawn is not None:
        return {
            "records": selection.records,
            "not_located": int(np.count_nonzero(elsewhere & ~selection.incidents.located)),
            **counts,
            "elsewhere": int(np.count_nonzero(elsewhere & selection.incidents.located)),
        }
    in_layer_elsewhere = elsewhere & (area_counts.placement.area >= 0)
    return {
        "records": selection.records,
        **area_counts.placement.counts(selection.mask),
        **counts,
        "in_layer_elsewhere": int(np.count_nonzero(in_layer_elsewhere)),
    }
