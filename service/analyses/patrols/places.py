"""The ground that patrols may cover, its hexagons, and the incidents in them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import shapely

from boundaries.storage.store import LayerStore
from service.analyses.inputs.area_counts import Areas
from service.analyses.inputs.selection import Selection
from service.analyses.inputs.study_area import StudyArea, study_area, study_area_version
from service.analyses.inputs.within import Within
from service.config.settings import Settings
from service.model.errors import InvalidWithinError, TooMuchWorkError
from service.model.incident_filter import IncidentFilter
from service.model.provenance import dataset_source, short_digest
from service.queries.patterns.patrols import PatrolPlacesQuery
from spatial.arrays import FloatArray, IntArray
from spatial.bandwidths.distinct_points import location_error_m
from spatial.patrols.hexagons import Hexagons, centres_over, hexagon_km2, row_height_m

MAX_HEXAGONS: Final = 4_000_000  # over the extent of the ground


@dataclass(frozen=True, eq=False)
class PatrolIncidents:
    """The selected incidents on some ground, and the hexagon of each.

    Attributes
    ----------
    selection : Selection
        The incidents, those elsewhere too.
    study : StudyArea
    within : Within or None
        What the ground is restricted to.
    ground_km2 : float
        Area of the ground.
    number : int
        Hexagons of the ground: those with their centre on it, or an incident.
    hexagons : Hexagons
        Those that hold an incident.
    shapes : (n,) of shapely geometries
        What of each is on the ground.
    incident : (m,) int64
        Position in the dataset of each incident on the ground.
    place : (m,) int64
        Its hexagon.
    weight : (m,) float64
        Its harm where that is summed, else 1.
    outside, elsewhere : int
        Located incidents outside the study area; those in it, but not within.
    """

    selection: Selection
    study: StudyArea
    within: Within | None
    ground_km2: float
    number: int
    hexagons: Hexagons
    shapes: Any
    incident: IntArray
    place: IntArray
    weight: FloatArray
    outside: int
    elsewhere: int

    def __len__(self) -> int:
        return len(self.hexagons)

    @property
    def area_km2(self) -> FloatArray:
        """(n,) Area on the ground."""
        return np.asarray(shapely.area(self.shapes) / 1e6, np.float64)

    def codes(self, indices: IntArray) -> list[str]:
        """The codes of some hexagons, as those of a grid of the same size.

        Parameters
        ----------
        indices : (k,) int64
            Positions among those that hold an incident.

        Returns
        -------
        list of str
            Such as ``hex200-2724-1493``.
        """
        size_m, (_, _, right, top) = self.hexagons.size_m, self.study.bounds_m
        width = len(str(int(max(right / size_m, top / row_height_m(size_m)) + 1.0)))
        return [
            f"hex{size_m:g}-{column:0{width}d}-{row:0{width}d}"
            for column, row in zip(
                self.hexagons.column[indices].tolist(),
                self.hexagons.row[indices].tolist(),
                strict=True,
            )
        ]

    def counts(self) -> dict[str, int]:
        """Counts that add up: all selected records, by where they are.

        Returns
        -------
        dict of str to int
            For the provenance.
        """
        records = self.selection.records
        return {
            "records": records,
            "in_places": len(self.incident),
            **({} if self.within is None else {"in_layer_elsewhere": self.elsewhere}),
            "outside": self.outside,
            "not_located": records - len(self.incident) - self.outside - self.elsewhere,
        }

    def sources(self) -> dict[str, Any]:
        """The data that the answer comes from, for the provenance.

        Returns
        -------
        dict of str to Any
            Dataset, study area, and the restricting area and harm index if used.
        """
        return {
            "dataset": dataset_source(self.selection.incidents),
            "study_area": {
                "id": self.study.label,
                "title": self.study.name,
                "version": self.study.version,
                "synthetic": self.study.synthetic,
            },
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
            Size of the places, and what ranks them.

        Returns
        -------
        dict of str to Any
            JSON members.
        """
        return {
            "places": f"hexagons of {query.size_m:g} m across the flats",
            "number_of_places": self.number,
            "occupied_places": len(self),
            "ground_km2": round(self.ground_km2, 6),
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
        if len(self.incident):
            error = location_error_m(self.selection.incidents.xy_m[self.incident])
            if error.error_m > self.hexagons.size_m / 2.0:
                notes.append(
                    f"The places of the records are exact to about {error.error_m:,.0f} m, and "
                    f"half a hexagon is {self.hexagons.size_m / 2.0:,.0f} m: an incident may "
                    "belong to a neighbour of its hexagon."
                )
        return tuple(notes)


class PatrolPlaces:
    """Finds the hexagons of a study area and the incidents in them.

    Parameters
    ----------
    areas : Areas
        Selects the incidents.
    layers : LayerStore
        Holds the study area.
    settings : Settings
        Names it.
    """

    def __init__(self, *, areas: Areas, layers: LayerStore, settings: Settings) -> None:
        self._areas = areas
        self._layers = layers
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
            It changes when the dataset, the study area or the software does.
        """
        study_version = study_area_version(self._layers, self._settings.study_area)
        return short_digest(
            self._areas.version(dataset, None), study_version, self._settings.study_area, "patrols"
        )

    def incidents(
        self, dataset: str, query: PatrolPlacesQuery, selected: IncidentFilter
    ) -> PatrolIncidents:
        """The incidents that a filter selects, by hexagon.

        Parameters
        ----------
        dataset : str
            Id of the dataset.
        query : PatrolPlacesQuery
            Says how large the hexagons are.
        selected : IncidentFilter
            Of the incidents.

        Returns
        -------
        PatrolIncidents

        Raises
        ------
        InvalidWithinError
            If nothing of the study area is within.
        TooMuchWorkError
            If the ground has too many hexagons.
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
        number = _hexagons_on(ground, query.size_m)
        located = np.flatnonzero(selection.mask & selection.incidents.located)
        xy_m = selection.incidents.xy_m[located]
        hexagons, place = Hexagons.holding(xy_m, query.size_m)
        shapes = hexagons.polygons()
        is_on_ground = _on(ground, xy_m, shapes, place)
        outside = int(np.count_nonzero(~is_on_ground))
        elsewhere = 0
        if within is not None:
            elsewhere = int(_on(study.geometry, xy_m, shapes, place)[~is_on_ground].sum())
        place, incident = place[is_on_ground], located[is_on_ground]
        is_occupied = np.bincount(place, minlength=len(hexagons)) > 0
        hexagons = Hexagons(query.size_m, hexagons.column[is_occupied], hexagons.row[is_occupied])
        shapes = _cut(shapes[is_occupied], ground)
        number += int(np.count_nonzero(~shapely.contains_xy(ground, *hexagons.centres_m.T)))
        weight = selection.incidents.weight[incident] if query.sums_harm else np.ones(len(place))
        return PatrolIncidents(
            selection=selection,
            study=study,
            within=within,
            ground_km2=float(ground.area) / 1e6,
            number=number,
            hexagons=hexagons,
            shapes=shapes,
            incident=incident,
            place=(np.cumsum(is_occupied) - 1)[place],
            weight=np.asarray(weight, np.float64),
            outside=outside - elsewhere,
            elsewhere=elsewhere,
        )


def _hexagons_on(ground: Any, size_m: float) -> int:
    """The number of hexagons whose centre lies on some ground."""
    left, bottom, right, top = ground.bounds
    most = (right - left) * (top - bottom) / 1e6 / hexagon_km2(size_m)
    if most > MAX_HEXAGONS:
        raise TooMuchWorkError(
            f"hexagons of {size_m:g} m", int(most), MAX_HEXAGONS, "take larger ones, or within="
        )
    shapely.prepare(ground)
    return int(
        np.count_nonzero(shapely.contains_xy(ground, *centres_over(ground.bounds, size_m).T))
    )


def _on(ground: Any, xy_m: FloatArray, shapes: Any, place: IntArray) -> Any:
    """(m,) bool: which points lie on some ground; only in hexagons at its border is it asked."""
    shapely.prepare(ground)
    is_on = np.asarray(shapely.contains_properly(ground, shapes), np.bool_)[place]
    is_open = np.flatnonzero(~is_on)
    is_on[is_open] = shapely.intersects_xy(ground, *xy_m[is_open].T)
    return is_on


def _cut(shapes: Any, ground: Any) -> Any:
    """What of each hexagon is on the ground; all of one that only touches it."""
    pieces = shapes.copy()
    for index in np.flatnonzero(~shapely.contains_properly(ground, shapes)):
        parts = shapely.get_parts(shapely.intersection(shapes[index], ground))
        parts = parts[shapely.area(parts) > 0.0]
        if len(parts):
            pieces[index] = parts[0] if len(parts) == 1 else shapely.multipolygons(parts)
    return pieces
