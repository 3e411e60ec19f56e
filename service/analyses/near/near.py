"""Incidents near places, against what the local rate would give there."""

from typing import Any, Final

import numpy as np
import shapely
from numpy.typing import NDArray

from service.analyses.inputs.area_counts import Areas
from service.analyses.inputs.denominators import denominator_of
from service.analyses.near.exposure import Exposure, one_rate, rates_of_areas
from service.analyses.near.rows import NearRow
from service.analyses.point_patterns.located import LocatedIncidents, LocatedReader
from service.model.answers import Table
from service.model.provenance import short_digest
from service.model.rows import ColumnValues
from service.queries.patterns.places import NearQuery
from service.runtime.budget import Work, spend
from service.runtime.cancellation import check_cancelled
from service.sentences.numbers import counted
from service.store.errors import UnknownMeasureError
from service.store.reference.measures import MeasureStore
from service.store.reference.place_sets import Places, PlaceSetStore
from spatial.arrays import FloatArray, IntArray
from spatial.local_statistics.multiplicity import corrected
from spatial.networks.surroundings import (
    circles,
    distance_to_nearest,
    ground_of_each,
    ground_together,
    points_around,
    poisson_p_value,
    runs_merged,
)
from spatial.rates.rates import standardised_ratios

CIRCLE_S: Final = 4e-4  # of a circle and the ground in it
CIRCLE_BYTES: Final = 4_000
ADVICE: Final = "Ask for fewer distances, or for a part of the area with within="


class NearPlaces:
    """What is near places.

    Parameters
    ----------
    reader : LocatedReader
        Finds the places of incidents.
    areas : Areas
        Layers and grids.
    measures : MeasureStore
        Denominators.
    place_sets : PlaceSetStore
        The places.
    """

    def __init__(
        self,
        *,
        reader: LocatedReader,
        areas: Areas,
        measures: MeasureStore,
        place_sets: PlaceSetStore,
    ) -> None:
        self._reader, self._areas = reader, areas
        self._measures, self._place_sets = measures, place_sets

    def version(self, dataset: str, place_set: str, query: NearQuery) -> str:
        """A short digest of everything that the table depends on, apart from the query.

        Parameters
        ----------
        dataset : str
            Id of the dataset.
        place_set : str
            Name of the set of places.
        query : NearQuery
            The query.

        Returns
        -------
        str
            It changes when the dataset, the places, a layer, a measure or the software do.
        """
        return short_digest(
            self._reader.version(dataset),
            self._areas.version(dataset, query.layer),
            self._measures.revision(),
            self._place_sets.revision(),
            place_set,
        )

    def table(self, dataset: str, place_set: str, query: NearQuery) -> Table:
        """One `NearRow` for each distance, or for each place and distance.

        Parameters
        ----------
        dataset : str
            Id of the dataset.
        place_set : str
            Name of the set of places.
        query : NearQuery
            Filter, distances, and what is expected.

        Returns
        -------
        Table
            By distance; of places, those with most incidents first.

        Raises
        ------
        UnknownPlacesError
            If no such set has been imported.
        UnknownDatasetError, UnknownLayerError, UnknownMeasureError, NoStudyAreaError,
        InvalidWithinError, OverBudgetError
            As elsewhere.
        """
        places = self._place_sets.open(place_set)
        located = self._reader.read(dataset, query.incident_filter())
        exposure = self._exposure(located, query)
        circles_number = len(places) * len(query.distance_m)
        spend(
            Work(
                CIRCLE_S * circles_number,
                CIRCLE_BYTES * circles_number,
                f"circles around {len(places):,} places",
                ADVICE,
            )
        )
        near = _Near(located.xy_m[exposure.is_counted], places, exposure)
        parts = []
        for distance_m in query.distance_m:
            check_cancelled()
            parts.append(near.of_set(distance_m) if query.by == "set" else near.each(distance_m))
        names = list(parts[0][0])
        columns = {name: np.concatenate([part[name] for part, _ in parts]) for name in names}
        return Table(
            kind=f"near-by-{query.by}",
            row=NearRow,
            columns=columns,
            geometries=np.concatenate([shapes for _, shapes in parts]),
            crs=self._reader.crs,
            provenance=located.provenance(
                {
                    "name": "what is near places",
                    "by": query.by,
                    "distance_m": list(query.distance_m),
                    "area": located.area.name,
                    **exposure.method(),
                    "interval": "exact Poisson (Garwood 1936), 95 %, the expected number as known",
                    **({} if query.by == "set" else {"correction": "bh"}),
                },
                _notes(located, places, exposure, query, columns),
                places=places.as_source(),
                **exposure.sources(),
            ),
        )

    def _exposure(self, located: LocatedIncidents, query: NearQuery) -> Exposure:
        """What incidents are expected in proportion to."""
        if query.layer is None and query.denominator is None:
            return one_rate(located)
        layer = self._areas.layer(query.layer or self._layer_of(query.denominator or ""))
        denominator = None
        if query.denominator is not None:
            denominator = denominator_of(
                self._measures, layer, query.denominator, crosswalks=self._areas.crosswalks
            )
        return rates_of_areas(located, layer, denominator)

    def _layer_of(self, denominator: str) -> str:
        """The layer with most areas that have a measure."""
        layer_ids, measure = self._areas.layer_ids(), denominator.partition(":")[0]
        listed = [(k, info) for k in layer_ids for info in self._measures.available(k)]
        areas_of = {k: max(info.areas) for k, info in listed if info.measure == measure}
        if not areas_of:
            every = sorted({info.measure for _, info in listed})
            raise UnknownMeasureError(", ".join(layer_ids), measure, tuple(every))
        return max(areas_of, key=lambda layer_id: areas_of[layer_id])


class _Near:
    """Counts around places, and what is expected there."""

    def __init__(self, xy_m: FloatArray, places: Places, exposure: Exposure) -> None:
        self._xy_m, self._repeats = runs_merged(xy_m)
        self._total = len(xy_m)
        self._places, self._exposure = places, exposure

    def of_set(self, distance_m: float) -> tuple[dict[str, ColumnValues], NDArray[Any]]:
        """The columns and the shape of all places together."""
        exposure = self._exposure
        around = circles(self._places.xy_m, distance_m)
        _, distinct = np.unique(self._places.xy_m, axis=0, return_index=True)
        km2, ground = ground_together(around[distinct], exposure.shapes)
        has_ground = ground_of_each(around, exposure.shapes)[0]
        amount = exposure.per_ground(km2)
        columns: dict[str, ColumnValues] = {
            "distance_m": np.array([distance_m]),
            "places": np.array([len(np.unique(has_ground))]),
        }
        nearest_m = distance_to_nearest(self._xy_m, self._places.xy_m)
        count = np.array([self._repeats[nearest_m <= distance_m].sum()])
        columns |= self._columns(
            count,
            np.array([km2.sum()]),
            np.array([np.nansum(amount)]),
            np.array([np.nansum(amount * exposure.rate)]),
        )
        shapes = np.empty(1, dtype=object)
        shapes[0] = ground
        return columns, shapes

    def each(self, distance_m: float) -> tuple[dict[str, ColumnValues], NDArray[Any]]:
        """The columns and the points of every place with ground of the area around it."""
        exposure, places = self._exposure, self._places
        place, area, km2 = ground_of_each(circles(places.xy_m, distance_m), exposure.shapes)
        share = km2 / exposure.ground_km2[area]
        amount = exposure.amount[area] * share
        n = len(places)
        ground, amounts, expected = (
            np.bincount(place, np.nan_to_num(values), minlength=n).astype(np.float64)
            for values in (km2, amount, amount * exposure.rate[area])
        )
        count = points_around(self._xy_m, places.xy_m, distance_m, repeats=self._repeats)
        chosen = np.flatnonzero(ground > 0.0)
        chosen = chosen[np.argsort(-count[chosen], kind="stable")]
        columns: dict[str, ColumnValues] = {
            "distance_m": np.full(len(chosen), distance_m),
            "place": chosen + 1,
            "name": np.array(places.names.to_pylist(), dtype=object)[chosen],
            "kind": np.array(places.kinds.to_pylist(), dtype=object)[chosen],
            "easting_m": places.xy_m[chosen, 0],
            "northing_m": places.xy_m[chosen, 1],
        }
        columns |= self._columns(count[chosen], ground[chosen], amounts[chosen], expected[chosen])
        p_value = np.asarray(columns["p_value"], dtype=np.float64)
        columns["q_value"] = corrected(p_value) if len(p_value) else p_value
        return columns, np.asarray(shapely.points(places.xy_m[chosen]), dtype=object)

    def _columns(
        self, count: IntArray, ground_km2: FloatArray, amount: FloatArray, expected: FloatArray
    ) -> dict[str, ColumnValues]:
        """Shares, ratios and their intervals."""
        exposure, total = self._exposure, self._total
        ratios = standardised_ratios(count, np.where(expected > 0.0, expected, np.nan))
        columns: dict[str, ColumnValues] = {
            "ground_km2": ground_km2,
            "ground_share": np.minimum(ground_km2 / exposure.ground_km2.sum(), 1.0),
        }
        if exposure.denominator is not None:
            columns["denominator"] = amount
            columns["denominator_share"] = amount / (exposure.total or np.nan)
        return columns | {
            "count": count,
            "share": count / total if total else np.full(len(count), np.nan),
            "expected": expected,
            "ratio": ratios.value,
            "lower": ratios.lower,
            "upper": ratios.upper,
            "p_value": poisson_p_value(count, np.where(expected > 0.0, expected, np.nan)),
        }


def _notes(
    located: LocatedIncidents,
    places: Places,
    exposure: Exposure,
    query: NearQuery,
    columns: dict[str, ColumnValues],
) -> tuple[str, ...]:
    """What a reader must know of the distances, the places and the expected numbers."""
    notes = []
    error_m = located.location.error_m
    short = [f"{distance:g} m" for distance in query.distance_m if distance < error_m]
    if short:
        notes.append(
            f"Within {' and '.join(short)} says nothing: the incidents are located to about "
            f"{error_m:,.0f} m."
        )
    within = int(np.count_nonzero(shapely.intersects_xy(located.area.geometry, *places.xy_m.T)))
    if within < len(places):
        notes.append(
            f"{len(places) - within:,} of {len(places):,} places lie outside {located.area.name}; "
            "they count where their distance reaches into it."
        )
    if exposure.left_out:
        what = "a rate" if exposure.denominator is None else exposure.denominator.measure
        incidents = counted(exposure.left_out, "incident")
        notes.append(f"Left out: {incidents} in areas without {what}.")
    if exposure.denominator is not None:
        notes += exposure.denominator.notes()
    if query.by == "place" and len(columns["count"]) > 1:
        notes.append("Circles of places overlap: the rows do not add up.")
    notes.append(
        "The expected number counts on each incident falling by itself, evenly over the ground "
        "or the measure. Incidents gather wherever people do, so a ratio above 1 does not say "
        "that the places are the cause."
    )
    return tuple(notes)
