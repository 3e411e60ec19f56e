"""Where incidents would fall by chance, as a query asks: the patterns they are held against."""

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from boundaries.storage.store import LayerStore
from service.analyses.density.chance import RESIDENTS, finest_residents, resident_density
from service.analyses.point_patterns.located import LocatedIncidents, LocatedReader
from service.model.provenance import dataset_source, layer_source, short_digest
from service.queries.patterns.points import PatternQuery
from service.runtime.single_flight import SingleFlightCache
from service.store.reference.measures import MeasureStore
from spatial.arrays import FloatArray
from spatial.bandwidths.distinct_points import SHARED_RECORDS_PER_PLACE, LocationError
from spatial.errors import InvalidParameterError
from spatial.point_patterns.nulls import Draw, around, by_mass, of_others, snapped
from spatial.point_patterns.windows import Window

MASSES_BYTES: Final = 64 * 2**20


@dataclass(frozen=True, eq=False)
class Null:
    """What chance is taken to be.

    Attributes
    ----------
    draw : callable
        Draws so many points.
    clause : str
        The end of a sentence: what incidents would do.
    method : dict
        For the method of the answer.
    sources : dict
        Data that it rests on.
    is_snapped : bool
        Whether drawn points are moved to the dataset's places.
    """

    draw: Callable[[int], Draw]
    clause: str
    method: dict[str, Any]
    sources: dict[str, Any]
    is_snapped: bool = False


class Nulls:
    """Makes what patterns are held against.

    Parameters
    ----------
    reader : LocatedReader
        Finds the places of incidents.
    layers, measures : LayerStore, MeasureStore
        Residents.
    """

    def __init__(
        self, *, reader: LocatedReader, layers: LayerStore, measures: MeasureStore
    ) -> None:
        self._reader = reader
        self._layers = layers
        self._measures = measures
        self._masses: SingleFlightCache[FloatArray] = SingleFlightCache(
            MASSES_BYTES, weigh=lambda mass: mass.nbytes
        )

    def version(self, query: PatternQuery) -> str:
        """A short digest of what chance depends on besides the dataset.

        Parameters
        ----------
        query : PatternQuery
            Names another dataset, perhaps.

        Returns
        -------
        str
            It changes when measures or that dataset do.
        """
        beside = query.beside_dataset
        other = None if beside is None else self._reader.version(beside)
        return short_digest(self._measures.revision(), other)

    def of(self, located: LocatedIncidents, window: Window, query: PatternQuery) -> Null:
        """What the incidents of a query are held against.

        Parameters
        ----------
        located : LocatedIncidents
            The incidents.
        window : Window
            Of their area.
        query : PatternQuery
            Names the null.

        Returns
        -------
        Null
            Where many of the dataset's records share places, its draws are moved to the nearest
            of these, as the records were.

        Raises
        ------
        InvalidParameterError
            If no layer has residents in the area, or another dataset no place there.
        UnknownDatasetError
            If there is no such other dataset.
        """
        if query.null == "records":
            others = self._others(located, query)
            return Null(
                lambda points: of_others(others, points),
                "if they were any of the dataset's records of the period",
                {"null": query.null, "null_records": len(others)},
                {},
            )
        null = self._continuous(located, window, query)
        places = _snap_places(located, window)
        if places is None:
            return null
        return dataclasses.replace(
            null,
            draw=lambda points: snapped(null.draw(points), places),
            method={**null.method, "snapped_to_places": len(places)},
            is_snapped=True,
        )

    def _continuous(self, located: LocatedIncidents, window: Window, query: PatternQuery) -> Null:
        """Points that fall anywhere in the window."""
        if query.null == "uniform":
            return Null(
                lambda points: by_mass(window, None, points),
                f"if they fell evenly over {located.area.name}",
                {"null": query.null},
                {},
            )
        if query.null == "residents":
            return self._by_residents(located, window)
        other, name = located, "the dataset"
        unfiltered = query.incident_filter().of_any_record()
        if query.beside_dataset is None:
            other = self._reader.read(located.selection.incidents.dataset, unfiltered)
        else:
            other = self._reader.read(query.beside_dataset, unfiltered)
            name = other.selection.incidents.title
        if not other.is_inside.any():
            raise InvalidParameterError(
                "beside_dataset", query.beside_dataset, "a dataset with incidents in the area"
            )
        bandwidth_m = query.null_bandwidth_m
        return Null(
            lambda points: around(window, other.xy_m, bandwidth_m, points),
            f"if they followed the density of {name}, smoothed over {bandwidth_m:,.0f} m",
            {"null": query.null, "null_bandwidth_m": bandwidth_m, "null_records": len(other.xy_m)},
            {"null_dataset": dataset_source(other.selection.incidents)},
        )

    def _by_residents(self, located: LocatedIncidents, window: Window) -> Null:
        """Points that fall by residents."""
        layer, values, period = finest_residents(self._layers, self._measures)
        if layer is None:
            raise InvalidParameterError(
                "null", RESIDENTS, "uniform, density or records: no layer has residents"
            )
        area = located.area
        mass = self._masses.get(
            (area.label, area.version, layer.layer_id, layer.version, self._measures.revision()),
            lambda: resident_density(layer, values, window.grid),
        )
        if not (mass[window.mask] > 0.0).any():
            raise InvalidParameterError(
                "null", RESIDENTS, f"uniform, density or records: {area.name} has no residents"
            )
        return Null(
            lambda points: by_mass(window, mass, points),
            f"if every resident of {area.name} had the same risk",
            {"null": RESIDENTS, "null_layer": layer.layer_id, "null_period": period},
            {"null_layer": layer_source(layer)},
        )

    def _others(self, located: LocatedIncidents, query: PatternQuery) -> FloatArray:
        """The places of all records of the period, whatever they are of."""
        dataset = located.selection.incidents.dataset
        return self._reader.read(dataset, query.incident_filter().of_any_record()).xy_m


def is_snapped(location: LocationError) -> bool:
    """Whether so many records share places that these are taken for map points.

    Parameters
    ----------
    location : LocationError
        Of the dataset.

    Returns
    -------
    bool
        As `location_error_m` decides.
    """
    places = location.places
    return places > 1 and location.records >= SHARED_RECORDS_PER_PLACE * places


def _snap_places(located: LocatedIncidents, window: Window) -> FloatArray | None:
    """The dataset's places in the window, where its records are moved to such; else None."""
    if not is_snapped(located.location):
        return None
    incidents = located.selection.incidents
    places = np.unique(incidents.xy_m[incidents.located], axis=0)
    places = places[window.contains(places)]
    return places if len(places) else None
