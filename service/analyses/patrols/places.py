"""The selected incidents on the ground that patrols may cover, and the place of each."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely

from boundaries.storage.store import LayerStore
from service.analyses.inputs.area_counts import Areas
from service.analyses.inputs.selection import Selection
from service.analyses.inputs.study_area import StudyArea, study_area, study_area_version
from service.analyses.inputs.within import Within
from service.analyses.naming.streets import REACH_M, StreetNetwork
from service.analyses.patrols.units import (
    HexagonUnits,
    Units,
    hexagons_on,
    points_on,
    segments_on,
)
from service.config.settings import Settings
from service.model.errors import InvalidWithinError
from service.model.incident_filter import IncidentFilter
from service.model.provenance import dataset_source, short_digest
from service.queries.patterns.patrols import PatrolPlacesQuery
from service.sentences.numbers import counted
from spatial.arrays import FloatArray, IntArray
from spatial.bandwidths.distinct_points import location_error_m


@dataclass(frozen=True, eq=False)
class PatrolIncidents:
    """The selected incidents on some ground, and the place of each.

    Attributes
    ----------
    selection : Selection
        The incidents, those elsewhere too.
    study : StudyArea
        What the ground is part of.
    within : Within or None
        What the ground is restricted to.
    units : Units
        The hexagons or street segments that hold an incident.
    incident : (m,) int64
        Position in the dataset of each incident in a unit.
    place : (m,) int64
        Its unit.
    weight : (m,) float64
        Its harm where that is summed, else 1.
    outside, elsewhere, far : int
        Located incidents outside the study area; those in it, but not within; and those on the
        ground that are far from any street segment.
    """

    selection: Selection
    study: StudyArea
    within: Within | None
    units: Units
    incident: IntArray
    place: IntArray
    weight: FloatArray
    outside: int
    elsewhere: int
    far: int

    def __len__(self) -> int:
        return len(self.units)

    @property
    def number(self) -> int:
        """Units of the ground, with those without an incident."""
        return self.units.number

    def counts(self) -> dict[str, int]:
        """Counts that add up: all selected records, by where they are.

        Returns
        -------
        dict of str to int
            For the provenance.
        """
        records = self.selection.records
        placed = len(self.incident) + self.far + self.outside + self.elsewhere
        return {
            "records": records,
            "in_places": len(self.incident),
            **({} if isinstance(self.units, HexagonUnits) else {"far_from_streets": self.far}),
            **({} if self.within is None else {"in_layer_elsewhere": self.elsewhere}),
            "outside": self.outside,
            "not_located": records - placed,
        }

    def sources(self) -> dict[str, Any]:
        """The data that the answer comes from, for the provenance.

        Returns
        -------
        dict of str to Any
            Dataset, study area, and roads, restricting area and harm index if used.
        """
        return {
            "dataset": dataset_source(self.selection.incidents),
            "study_area": {
                "id": self.study.label,
                "title": self.study.name,
                "version": self.study.version,
                "synthetic": self.study.synthetic,
            },
            **self.units.sources(),
            **({} if self.within is None else {"within": self.within.source()}),
            **self.selection.harm_source(),
        }

    def filter(self) -> Mapping[str, Any]:
        """The filter in canonical form, for the provenance.

        Returns
        -------
        mapping of str to Any
            Only the parts of the filter that are set.
        """
        return self.selection.provenance_filter()

    def method(self, query: PatrolPlacesQuery) -> dict[str, Any]:
        """What the places are, for the provenance.

        Parameters
        ----------
        query : PatrolPlacesQuery
            What ranks them.

        Returns
        -------
        dict of str to Any
            JSON members.
        """
        return {
            "places": self.units.description,
            "number_of_places": self.number,
            "occupied_places": len(self),
            self.units.measure: round(self.units.total, 6),
            "rank_by": query.rank_by,
            **({"weights": "summed"} if query.sums_harm else {}),
        }

    def notes(self) -> tuple[str, ...]:
        """What the data do not cover, and how exact the places are.

        Returns
        -------
        tuple of str
            Full sentences.
        """
        notes = list(self.selection.coverage_notes())
        if self.far:
            notes.append(
                f"{counted(self.far, 'incident is', 'incidents are')} more than {REACH_M:.0f} m "
                "from any street segment, and in none."
            )
        if isinstance(self.units, HexagonUnits) and len(self.incident):
            error = location_error_m(self.selection.incidents.xy_m[self.incident])
            half_m = self.units.hexagons.size_m / 2.0
            if error.error_m > half_m:
                notes.append(
                    f"The places of the records are exact to about {error.error_m:,.0f} m, and "
                    f"half a hexagon is {half_m:,.0f} m: an incident may belong to a neighbour of "
                    "its hexagon."
                )
        return tuple(notes)


class PatrolPlaces:
    """Finds the hexagons or street segments of a study area and the incidents in them.

    Parameters
    ----------
    areas : Areas
        Selects the incidents.
    layers : LayerStore
        Holds the study area.
    streets : StreetNetwork
        Of the imported roads.
    settings : Settings
        Names the study area.
    """

    def __init__(
        self, *, areas: Areas, layers: LayerStore, streets: StreetNetwork, settings: Settings
    ) -> None:
        self._areas = areas
        self._layers = layers
        self._streets = streets
        self._settings = settings

    def version(self, dataset: str) -> str:
        """A short digest of everything that the places depend on, apart from the query.

        Parameters
        ----------
        dataset : str
            Id of the dataset.

        Returns
        -------
        str
            It changes when the dataset, the study area, the roads or the software do.
        """
        study_version = study_area_version(self._layers, self._settings.study_area)
        return short_digest(
            self._areas.version(dataset, None),
            study_version,
            self._settings.study_area,
            self._streets.version(),
            "patrols",
        )

    def incidents(
        self, dataset: str, query: PatrolPlacesQuery, selected: IncidentFilter
    ) -> PatrolIncidents:
        """The incidents that a filter selects, by hexagon or street segment.

        Parameters
        ----------
        dataset : str
            Id of the dataset.
        query : PatrolPlacesQuery
            Says what the places are.
        selected : IncidentFilter
            Of the incidents.

        Returns
        -------
        PatrolIncidents
            With their places.

        Raises
        ------
        InvalidWithinError
            If nothing of the study area is within.
        TooMuchWorkError
            If the ground has too many hexagons.
        NoRoadsError
            If there are no street segments.
        """
        selection = self._areas.select(dataset, selected)
        study = study_area(self._layers, self._settings.study_area)
        within = None if selected.within is None else self._areas.within(selected.within)
        ground = study.geometry
        if within is not None:
            ground = shapely.intersection(study.geometry, within.geometry)
            if not ground.area > 0.0:
                raise InvalidWithinError(
                    within.label, f"nothing of the study area {study.name} lies within it"
                )
        located = np.flatnonzero(selection.mask & selection.incidents.located)
        xy_m = selection.incidents.xy_m[located]
        units: Units
        if query.by == "segments":
            units, place, is_on_ground = segments_on(ground, xy_m, self._streets.open())
        else:
            units, place = hexagons_on(
                ground, xy_m, size_m=query.width_m, digits_over_m=study.bounds_m[2:]
            )
            is_on_ground = place >= 0
        in_unit = place >= 0
        elsewhere = 0
        if within is not None:
            shapely.prepare(study.geometry)
            in_study = points_on(study.geometry, xy_m, is_on_ground)
            elsewhere = int(np.count_nonzero(in_study & ~is_on_ground))
        incident = located[in_unit]
        weight = selection.incidents.weight[incident] if query.sums_harm else in_unit[in_unit]
        return PatrolIncidents(
            selection=selection,
            study=study,
            within=within,
            units=units,
            incident=incident,
            place=place[in_unit],
            weight=np.asarray(weight, np.float64),
            outside=int(np.count_nonzero(~is_on_ground)) - elsewhere,
            elsewhere=elsewhere,
            far=int(np.count_nonzero(is_on_ground & ~in_unit)),
        )
