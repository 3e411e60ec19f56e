"""Lists of what is imported: datasets, boundary layers, measures."""

from collections.abc import Sequence

import numpy as np

from boundaries.errors import DamagedLayerError
from boundaries.layers.layer import Layer
from boundaries.storage.damage import Damage
from boundaries.storage.store import LayerStore
from service.analyses.catalogue.documents import (
    CoveredSpan,
    DamagedPart,
    DatasetEntry,
    DatasetList,
    LayerEntry,
    LayerList,
    Liveness,
    Readiness,
)
from service.analyses.catalogue.limits import finest_precision
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
from service.store.errors import DamagedTableError
from service.store.incidents import Incidents, IncidentStore
from service.store.reference.measures import MeasureStore


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
    damage : Damage
        Which parts of the data cannot be read.
    """

    def __init__(
        self,
        *,
        incidents: IncidentStore,
        layers: LayerStore,
        measures: MeasureStore,
        areas: Areas,
        settings: Settings,
        damage: Damage,
    ) -> None:
        self._incidents = incidents
        self._layers = layers
        self._measures = measures
        self._areas = areas
        self._settings = settings
        self._damage = damage

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
        return short_digest(
            table_versions, context_versions, self._study_label(), SOFTWARE, *self._damage.parts()
        )

    def boundaries_version(self) -> str:
        """A short digest of everything that the list of layers depends on.

        Returns
        -------
        str
            It changes when the list may.
        """
        layers = layers_version(self._layers)
        study_area, crs = self._study_label(), self._settings.crs
        return short_digest(
            layers, self._measures.revision(), study_area, crs, SOFTWARE, *self._damage.parts()
        )

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
        content: DatasetList = {
            "datasets": self.dataset_entries(),
            "damaged": self.damaged_entries(),
        }
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
        return Document(kind="dataset", content=self._dataset(self._incidents.open(name)))

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
            "damaged": self.damaged_entries(),
        }
        return Document(kind="boundaries", content=content)

    def dataset_entries(self) -> list[DatasetEntry]:
        """What is listed of each dataset.

        Returns
        -------
        list of DatasetEntry
            In the order of their import.
        """
        return [self._dataset(incidents) for incidents in self._incidents.all()]

    def layer_entries(self) -> list[LayerEntry]:
        """What is listed of each boundary layer.

        Returns
        -------
        list of LayerEntry
            In the order of their import.
        """
        return [self._layer(layer) for layer in self._layers.all()]

    def damaged_entries(self) -> list[DamagedPart]:
        """What is listed of each damaged part.

        Returns
        -------
        list of DamagedPart
            Those that are noted once everything else has been listed; the names of the server's
            folders are left out.
        """
        folder = self._settings.data_dir
        entries: list[DamagedPart] = []
        for part, name, reason, is_served in self._damage.parts():
            for path in (folder.resolve(), folder):
                reason = reason.replace(f"{path}/", "")
            entries.append({"part": part, "name": name, "reason": reason, "served": is_served})
        return entries

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
        """A sign that the service answers, with the versions of the datasets.

        Returns
        -------
        Document
            The status, datasets and layers, and what of the data is damaged.
        """
        datasets = {name: self._incidents.version(name) for name in self._incidents.ids()}
        boundaries = list(self._layers.ids())
        damaged = self.damaged_entries()
        content: Readiness = {
            "status": "ready",
            "note": _readiness_note(has_data=bool(datasets or boundaries), damaged=damaged),
            "has_data": bool(datasets or boundaries),
            "datasets": datasets,
            "boundaries": boundaries,
            "damaged": damaged,
        }
        return Document(kind="health", content=content)

    def _dataset(self, incidents: Incidents) -> DatasetEntry:
        located = int(np.count_nonzero(incidents.located))
        records = len(incidents.occurred)
        try:
            outside = self.outside(incidents)
        except (DamagedLayerError, DamagedTableError):  # which stands among the damaged parts
            outside = None
        first_month, last_month = months_of(incidents)
        counts = np.bincount(incidents.category, minlength=len(incidents.categories))
        entry: DatasetEntry = {
            "id": incidents.dataset,
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
            "attributes": list(incidents.attributes),
            "known_to": finest_precision(incidents),
            "version": incidents.version,
            "synthetic": incidents.synthetic,
            "source": incidents.source,
            "licence": incidents.licence,
        }
        if incidents.denominator:
            entry["denominator"] = incidents.denominator
        return entry

    def _layer(self, layer: Layer) -> LayerEntry:
        metadata = layer.metadata
        try:
            measures = self._measures.available(layer.layer_id)
        except DamagedTableError:  # which stands among the damaged parts
            measures = ()
        return {
            "id": layer.layer_id,
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
                for measure in measures
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

        Raises
        ------
        DamagedLayerError, DamagedTableError
            If the layer, or a lookup that leads into it, cannot be read.
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

        Raises
        ------
        DamagedLayerError
            If it is or may be one that is damaged.
        """
        label = self._settings.study_area or self._layers.first() or ""
        return label.partition(":")[0] or None

    def _study_label(self) -> str:
        """The study area; empty without a layer, or if it is not known for damage."""
        try:
            return self._settings.study_area or self._layers.first() or ""
        except DamagedLayerError:
            return ""


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


def _readiness_note(*, has_data: bool, damaged: Sequence[DamagedPart]) -> str:
    """In words what the service is ready for; empty where it serves all there is."""
    if damaged:
        names = ", ".join(sorted({f"{part['part']} {part['name']}" for part in damaged}))
        return f"damaged: {names}; hotspots doctor says what to do"
    return "" if has_data else "no data are loaded: hotspots import incidents FILE ..."


def _covered(spans: Sequence[Span]) -> list[CoveredSpan]:
    """Spans for a document."""
    return [{"from": str(span.first), "to": str(span.last)} for span in spans]
