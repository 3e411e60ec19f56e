"""Lists of what is imported: datasets, boundary layers, measures."""

from collections.abc import Sequence

import numpy as np

from boundaries.layers.layer import Layer
from boundaries.storage.store import LayerStore
from service.analyses.catalogue.documents import (
    CoveredSpan,
    DatasetEntry,
    DatasetList,
    LayerEntry,
    LayerList,
    Liveness,
    Readiness,
)
from service.analyses.inputs.area_counts import Areas
from service.config.settings import Settings
from service.coverage.spans import Span
from service.model.answers import Document, Table
from service.model.provenance import (
    SOFTWARE,
    layer_source,
    layers_version,
    provenance,
    short_digest,
)
from service.model.rows import AreaRow
from service.store.incidents import Incidents, IncidentStore
from service.store.measures import MeasureStore


class Catalogue:
    """Lists of the data that can be queried.

    Parameters
    ----------
    incidents : IncidentStore
        The datasets.
    layers : LayerStore
        The boundary layers.
    measures : MeasureStore
        The measures of their areas.
    areas : Areas
        Places incidents in areas, to count those outside the study area.
    settings : Settings
        CRS and study area.
    """

    def __init__(
        self,
        *,
        incidents: IncidentStore,
        layers: LayerStore,
        measures: MeasureStore,
        areas: Areas,
        settings: Settings,
    ) -> None:
        self._incidents = incidents
        self._layers = layers
        self._measures = measures
        self._areas = areas
        self._settings = settings

    def datasets_version(self) -> str:
        """A short digest of everything that the list of datasets depends on.

        Returns
        -------
        str
            It changes when the list may.
        """
        table_versions = [(name, self._incidents.revision(name)) for name in self._incidents.ids()]
        # What is outside depends on lookups too: a code may lead into the study area.
        context_versions = layers_version(self._layers), self._areas.crosswalks.version()
        return short_digest(table_versions, context_versions, self._study_label(), SOFTWARE)

    def boundaries_version(self) -> str:
        """A short digest of everything that the list of layers depends on.

        Returns
        -------
        str
            It changes when the list may.
        """
        layers = layers_version(self._layers)
        study_area, crs = self._study_label(), self._settings.crs
        return short_digest(layers, self._measures.revision(), study_area, crs, SOFTWARE)

    def layer_version(self, layer_id: str) -> str:
        """The version of one layer.

        Parameters
        ----------
        layer_id : str
            Id of a boundary layer.

        Returns
        -------
        str
            As stored with the layer.
        """
        return self._layers.version(layer_id)

    def datasets(self) -> Document:
        """Every dataset with its counts, period, categories and version.

        Returns
        -------
        Document
            In the order of their import.
        """
        content: DatasetList = {"datasets": self.dataset_entries()}
        return Document(kind="datasets", content=content)

    def dataset(self, name: str) -> Document:
        """One dataset with its counts, period, categories and version.

        Parameters
        ----------
        name : str
            Id of the dataset.

        Returns
        -------
        Document
            One dataset.
        """
        return Document(kind="dataset", content=self._dataset(name))

    def boundaries(self) -> Document:
        """Every boundary layer with its number of areas, source and measures.

        Returns
        -------
        Document
            In the order of their import, with the study area and the CRS.
        """
        content: LayerList = {
            "study_area": self._study_label(),
            "crs": self._settings.crs,
            "boundaries": self.layer_entries(),
        }
        return Document(kind="boundaries", content=content)

    def dataset_entries(self) -> list[DatasetEntry]:
        """What is listed of each dataset.

        Returns
        -------
        list of DatasetEntry
            In the order of their import.
        """
        return [self._dataset(name) for name in self._incidents.ids()]

    def layer_entries(self) -> list[LayerEntry]:
        """What is listed of each boundary layer.

        Returns
        -------
        list of LayerEntry
            In the order of their import.
        """
        return [self._layer(layer_id) for layer_id in self._layers.ids()]

    def everything_version(self) -> str:
        """A short digest of everything that the overview depends on.

        Returns
        -------
        str
            It changes when the overview may.
        """
        return short_digest(self.datasets_version(), self.boundaries_version())

    def overview(self) -> Document:
        """Datasets and layers together, for the plain page.

        Returns
        -------
        Document
            The contents of both lists, and the name of the software.
        """
        return Document(
            kind="overview",
            content={
                **self.datasets().content,
                **self.boundaries().content,
                "software": SOFTWARE,
            },
        )

    def layer(self, layer_id: str) -> Table:
        """The areas of a layer: code, name and shape.

        Parameters
        ----------
        layer_id : str
            Id of a boundary layer.

        Returns
        -------
        Table
            One row per area.
        """
        layer = self._layers.get(layer_id)
        return Table(
            kind="boundary-layer",
            row=AreaRow,
            columns={
                "code": np.array(layer.codes, dtype=object),
                "name": np.array(layer.names, dtype=object),
            },
            geometries=layer.geometries,
            crs=layer.crs,
            provenance=provenance(
                sources={"layer": layer_source(layer)},
                filter={},
                method={"name": "boundaries"},
                counts={"areas": len(layer)},
            ),
        )

    def alive(self) -> Document:
        """A sign that the process answers.

        Returns
        -------
        Document
            The status.
        """
        content: Liveness = {"status": "alive"}
        return Document(kind="health", content=content)

    def ready(self) -> Document:
        """A sign that the data can be read, with the versions of the datasets.

        Returns
        -------
        Document
            The status, datasets and layers.
        """
        content: Readiness = {
            "status": "ready",
            "datasets": {name: self._incidents.version(name) for name in self._incidents.ids()},
            "boundaries": list(self._layers.ids()),
        }
        return Document(kind="health", content=content)

    def _dataset(self, name: str) -> DatasetEntry:
        incidents = self._incidents.open(name)
        located = int(np.count_nonzero(incidents.located))
        records = len(incidents.occurred)
        outside = self.outside(incidents)
        first_month, last_month = months_of(incidents)
        counts = np.bincount(incidents.category, minlength=len(incidents.categories))
        entry: DatasetEntry = {
            "id": name,
            "title": incidents.title,
            "records": records,
            "located": located,
            "unlocated": records - located,
            "outside": outside,
            "from": first_month,
            "to": last_month,
            "covered": _covered(incidents.coverage.spans),
            "covered_by": incidents.coverage.basis,
            "covered_sources": {
                source.name: _covered(source.spans) for source in incidents.coverage.sources
            },
            "categories": list(incidents.categories),
            "records_by_category": {
                category: int(count)
                for category, count in zip(incidents.categories, counts, strict=True)
            },
            "version": incidents.version,
            "synthetic": incidents.synthetic,
            "source": incidents.source,
            "licence": incidents.licence,
        }
        if incidents.denominator:
            entry["denominator"] = incidents.denominator
        return entry

    def _layer(self, layer_id: str) -> LayerEntry:
        layer: Layer = self._layers.get(layer_id)
        metadata = layer.metadata
        return {
            "id": layer_id,
            "title": metadata.title,
            "areas": len(layer),
            "area_km2": round(float(layer.areas_km2.sum()), 3),
            "bounds_m": list(layer.bounds_m),
            "crs": metadata.crs,
            "vintage": metadata.vintage,
            "source": metadata.source,
            "licence": metadata.licence,
            "version": metadata.version,
            "synthetic": metadata.synthetic,
            "measures": [
                {"measure": measure.measure, "periods": list(measure.periods)}
                for measure in self._measures.available(layer_id)
            ],
        }

    def outside(self, incidents: Incidents) -> int | None:
        """How many located incidents lie outside the study area's layer.

        Parameters
        ----------
        incidents : Incidents
            One version of a dataset.

        Returns
        -------
        int or None
            None without a layer.
        """
        layer_id = self.study_layer()
        if layer_id is None:
            return None
        layer = self._layers.get(layer_id)
        mask = np.ones(len(incidents.occurred), dtype=np.bool_)
        return self._areas.placement(incidents, layer).counts(mask)["outside"]

    def study_layer(self) -> str | None:
        """The layer that contains the study area.

        Returns
        -------
        str or None
            Its id; None if no layer is imported.
        """
        return self._study_label().partition(":")[0] or None

    def _study_label(self) -> str:
        ids = self._layers.ids()
        return self._settings.study_area or (ids[0] if ids else "")


def months_of(incidents: Incidents) -> tuple[str | None, str | None]:
    """First and last month that the records cover.

    Parameters
    ----------
    incidents : Incidents
        One version of a dataset.

    Returns
    -------
    first_month, last_month : str or None
        ISO, such as 2019-04; None without records.
    """
    span = incidents.coverage.whole
    return (None, None) if span is None else (str(span.first)[:7], str(span.last)[:7])


def _covered(spans: Sequence[Span]) -> list[CoveredSpan]:
    """Spans for a document."""
    return [{"from": str(span.first), "to": str(span.last)} for span in spans]
