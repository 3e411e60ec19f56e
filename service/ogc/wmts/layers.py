"""What the WMTS offers: a layer per dataset, with its extent and its periods."""

from typing import Any

import numpy as np

from boundaries.errors import DamagedLayerError
from boundaries.storage.damage import Damage
from boundaries.storage.store import LayerStore
from service.analyses.density.heatmaps import Heatmaps
from service.analyses.inputs.conditions import conditions_of
from service.analyses.inputs.study_area import study_area
from service.analyses.inputs.within import resolve
from service.analyses.maps.tilejson import Bounds, lonlat_bounds
from service.analyses.resources import Resources
from service.config.settings import Settings
from service.model.answers import Document
from service.model.errors import UnknownCategoryError, UnknownValueError
from service.model.provenance import SOFTWARE, layers_version, short_digest
from service.ogc.wmts.queries import ALL_TIME, WmtsQuery
from service.runtime.data_state import DataVersion
from service.store.errors import UnknownAttributeError, UnknownDatasetError
from service.store.incidents import Incidents, IncidentStore
from spatial.coordinates.crs import WEB_MERCATOR, transform_bounds

PREFIX = "heatmaps:"
MOST_MONTHS = 240  # of longer data only the years are listed; months are answered all the same


class Wmts:
    """The layers of the WMTS.

    Parameters
    ----------
    incidents, layers : stores
        What is loaded.
    settings : Settings
        CRS, study area and zooms.
    damage : Damage
        Which parts of the data cannot be read.
    """

    def __init__(
        self,
        *,
        incidents: IncidentStore,
        layers: LayerStore,
        settings: Settings,
        damage: Damage,
    ) -> None:
        self._incidents = incidents
        self._layers = layers
        self._settings = settings
        self._damage = damage

    @classmethod
    def of(cls, resources: Resources) -> "Wmts":
        """The layers over the stores of a service; keeps nothing of its own."""
        return cls(
            incidents=resources.incidents,
            layers=resources.layers,
            settings=resources.settings,
            damage=resources.damage,
        )

    @property
    def data_version(self) -> DataVersion:
        """Everything the capabilities depend on besides the query and the address."""
        return DataVersion(("wmts", self._incidents), self._version)

    def version_of(self, heatmaps: Heatmaps, identifier: str) -> DataVersion:
        """The version of the heat maps of a layer.

        To read it raises UnknownDatasetError if the WMTS has no such layer.
        """
        return DataVersion(
            ("wmts", heatmaps, identifier), lambda: heatmaps.version(self.dataset(identifier))
        )

    def _version(self) -> str:
        tables = [(name, self._incidents.revision(name)) for name in self._incidents.ids()]
        tiles, settings = self._settings.tiles, self._settings
        return short_digest(
            tables,
            layers_version(self._layers),
            settings.study_area,
            settings.crs,
            (tiles.min_zoom, tiles.max_zoom),
            SOFTWARE,
            *self._damage.parts(),
        )

    def dataset(self, identifier: str) -> str:
        """The dataset of a layer.

        Raises
        ------
        UnknownDatasetError
            If the WMTS has no such layer.
        """
        name = dataset_of(identifier)
        try:
            self._incidents.version("" if name == identifier else name)
        except UnknownDatasetError as error:
            allowed = tuple(f"{PREFIX}{each}" for each in error.allowed)
            raise UnknownDatasetError(identifier, allowed) from None
        return name

    def capabilities(self, query: WmtsQuery) -> Document:
        """Every layer that the parameters carried make sense for.

        Raises
        ------
        UnknownCategoryError, UnknownAttributeError, UnknownValueError
            If no dataset has what is asked for: why the first one has not.
        """
        opened = self._incidents.all()
        refusals = [_refusal(each, query) for each in opened]
        able = [each for each, refusal in zip(opened, refusals, strict=True) if refusal is None]
        first = next((refusal for refusal in refusals if refusal is not None), None)
        if first is not None and not able:
            raise first
        tiles = self._settings.tiles
        bounds = self._bounds(query) if able else None
        damaged = [f"{part.part} {part.name}" for part in self._damage.parts()]
        return Document(
            kind="wmts-capabilities",
            content={
                "layers": [] if bounds is None else [self._layer(each, bounds) for each in able],
                "min_zoom": tiles.min_zoom,
                "max_zoom": tiles.max_zoom,
                "synthetic": any(each.synthetic for each in able),
                "damaged": damaged,
            },
        )

    def _bounds(self, query: WmtsQuery) -> Bounds | None:
        """What tiles show: the study area, or the part asked for, and a bandwidth around.

        None where the study area is damaged, without which there are no tiles.
        """
        if query.within is not None:
            left, bottom, right, top = resolve(self._layers, query.within).bounds_m
        else:
            try:
                study = study_area(self._layers, self._settings.study_area)
            except DamagedLayerError:
                return None
            left, bottom, right, top = study.bounds_m
        margin_m = query.bandwidth_m if isinstance(query.bandwidth_m, float) else 0.0
        return left - margin_m, bottom - margin_m, right + margin_m, top + margin_m

    def _layer(self, incidents: Incidents, bounds: Bounds) -> dict[str, Any]:
        crs = self._settings.crs
        mercator = transform_bounds(bounds, source=crs, target=WEB_MERCATOR)
        return {
            "id": f"{PREFIX}{incidents.dataset}",
            "title": incidents.title,
            "source": incidents.source,
            "licence": incidents.licence,
            "synthetic": incidents.synthetic,
            "bounds_lonlat_deg": list(lonlat_bounds(bounds, crs)),
            "bounds_mercator_m": [round(float(v), 3) for v in mercator],
            "times": _times(incidents),
        }


def dataset_of(identifier: str) -> str:
    """The dataset that a layer is named for, whether it exists or not."""
    return identifier.removeprefix(PREFIX)


def _times(incidents: Incidents) -> list[str]:
    """The values of the dimension: everything, and each year and month of which there are data."""
    spans = incidents.coverage.spans
    ends = [(np.datetime64(span.first, "M"), np.datetime64(span.last, "M")) for span in spans]
    months = sorted({str(m) for first, last in ends for m in np.arange(first, last + 1)})
    years = sorted({month[:4] for month in months})
    return [ALL_TIME, *years, *(months if len(months) <= MOST_MONTHS else [])]


def _refusal(incidents: Incidents, query: WmtsQuery) -> Exception | None:
    """Why a dataset has nothing of what is asked for; None where it has."""
    missing = next((name for name in query.category if name not in incidents.categories), None)
    if missing is not None:
        return UnknownCategoryError(incidents.dataset, missing, incidents.categories)
    try:
        tuple(conditions_of(incidents, query.incident_filter()))
    except (UnknownAttributeError, UnknownValueError) as error:
        return error
    return None
