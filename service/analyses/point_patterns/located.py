"""The places of the selected incidents within the study area or a part of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely

from boundaries.storage.store import LayerStore
from service.analyses.inputs.area_counts import Areas
from service.analyses.inputs.selection import Selection
from service.analyses.inputs.study_area import StudyArea, study_area, study_area_label
from service.analyses.inputs.within import Within
from service.config.settings import Settings
from service.model.answers import Provenance
from service.model.incident_filter import IncidentFilter
from service.model.provenance import dataset_source, provenance, short_digest
from service.runtime.single_flight import SingleFlightCache
from service.store.incidents import Incidents
from spatial.arrays import BoolArray, FloatArray
from spatial.bandwidths.distinct_points import LocationError, location_error_m

PER_CENT = 0.01


@dataclass(frozen=True, eq=False)
class LocatedIncidents:
    """The selected incidents that lie in an area.

    Attributes
    ----------
    selection : Selection
        Of the period and conditions, wherever the incidents are.
    area : StudyArea or Within
        In which patterns are looked at.
    is_inside : (n,) bool
        The selected incidents that lie in it.
    location : LocationError
        How precisely the dataset's incidents are located.
    """

    selection: Selection
    area: StudyArea | Within
    is_inside: BoolArray
    location: LocationError

    @property
    def xy_m(self) -> FloatArray:
        """(n, 2) Their places, metres."""
        return np.asarray(self.selection.incidents.xy_m[self.is_inside], np.float64)

    def provenance(
        self, method: Mapping[str, Any], notes: tuple[str, ...], **sources: Any
    ) -> Provenance:
        """The provenance of what is computed from them.

        Parameters
        ----------
        method : mapping of str to Any
            Its method.
        notes : tuple of str
            After those on the selection and the places.
        **sources : Any
            Besides the dataset and the area.

        Returns
        -------
        Provenance
            With counts that add up.
        """
        selection, area = self.selection, self.area
        inside = int(np.count_nonzero(self.is_inside))
        outside = selection.located - inside
        kind = "within" if isinstance(area, Within) else "study_area"
        source = {"id": area.label, "version": area.version, "synthetic": area.synthetic}
        verb = "incident lies" if outside == 1 else "incidents lie"
        left_out = f"Left out: {outside:,} {verb} outside {area.name}."
        return provenance(
            sources={"dataset": dataset_source(selection.incidents), kind: source, **sources},
            filter=selection.provenance_filter(),
            method=method,
            counts={
                "records": selection.records,
                "located": selection.located,
                "unlocated": selection.records - selection.located,
                "outside": outside,
            },
            notes=(
                *selection.coverage_notes(),
                *((left_out,) if outside else ()),
                *self._sharing_notes(),
                *notes,
            ),
        )

    def _sharing_notes(self) -> tuple[str, ...]:
        """How many incidents share their place with another, and what that means."""
        location = self.location
        if not location.error_m and location.shared_share < PER_CENT:
            return ()
        note = f"{location.shared_share:.0%} of the dataset's records share their place."
        if location.error_m:
            note += (
                f" Their location error is about {location.error_m:,.0f} m: below it, distances "
                "say nothing."
            )
        return (note,)


class LocatedReader:
    """Finds the places of selected incidents.

    Parameters
    ----------
    areas : Areas
        Selects the incidents.
    layers : LayerStore
        Of the study area.
    settings : Settings
        The study area.
    """

    def __init__(self, *, areas: Areas, layers: LayerStore, settings: Settings) -> None:
        self._areas = areas
        self._layers = layers
        self._settings = settings
        self._locations: SingleFlightCache[LocationError] = SingleFlightCache(16)

    @property
    def crs(self) -> str:
        """The working CRS."""
        return self._settings.crs

    def version(self, dataset: str) -> str:
        """A short digest of everything that the places depend on, apart from the query.

        Parameters
        ----------
        dataset : str
            Id of the dataset.

        Returns
        -------
        str
            It changes when the dataset, a layer or the software does.
        """
        label = study_area_label(self._layers, self._settings.study_area)
        return short_digest(self._areas.version(dataset, None), label)

    def read(self, dataset: str, incident_filter: IncidentFilter) -> LocatedIncidents:
        """The incidents that a filter selects, within the area it names or the study area.

        Parameters
        ----------
        dataset : str
            Id of the dataset.
        incident_filter : IncidentFilter
            Selects the incidents.

        Returns
        -------
        LocatedIncidents
            By their places, whatever their codes say.

        Raises
        ------
        NoStudyAreaError, InvalidWithinError, UnknownLayerError, UnknownAreaError
            If there is no such area.
        """
        selection = self._areas.select(dataset, incident_filter)
        label = incident_filter.within
        area: StudyArea | Within = (
            study_area(self._layers, self._settings.study_area)
            if label is None
            else self._areas.within(label)
        )
        incidents = selection.incidents
        is_inside = selection.mask & incidents.located
        shapely.prepare(area.geometry)
        x_m, y_m = incidents.xy_m[is_inside].T
        is_inside[is_inside] = shapely.intersects_xy(area.geometry, x_m, y_m)
        return LocatedIncidents(selection, area, is_inside, self._location(incidents))

    def _location(self, incidents: Incidents) -> LocationError:
        """How precisely the dataset's incidents are located: no matter of what is selected."""
        return self._locations.get(
            (incidents.dataset, incidents.revision),
            lambda: location_error_m(incidents.xy_m[incidents.located]),
        )
