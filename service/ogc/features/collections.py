"""Collections of features: boundaries, choropleths, hotspots and sites, one description each."""

import datetime
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final, Literal

import shapely

from boundaries.layers.layer import Layer
from boundaries.storage.store import LayerStore
from service.analyses.areas.choropleths import Choropleths
from service.analyses.areas.hotspots import Hotspots
from service.analyses.catalogue.catalogue import Catalogue, months_of
from service.analyses.growth.sites import SiteTables
from service.analyses.inputs.answer_crs import crs_address, crs_addresses
from service.analyses.maps.vector_tiles import VectorTiles
from service.analyses.resources import Resources
from service.config.settings import Settings
from service.model.answers import Document, Table
from service.model.errors import UnknownCollectionError
from service.model.incident_filter import IncidentFilter, Moment
from service.model.provenance import short_digest
from service.queries.areas import ChoroplethQuery, HotspotQuery
from service.queries.growth import SitesQuery
from service.runtime.data_state import DataVersion, VersionCache
from service.runtime.lanes import Cost
from service.store.errors import DamagedTableError, NoSitesError
from service.store.incidents import Incidents, IncidentStore
from spatial.coordinates.crs import WGS84, transform_bounds
from spatial.local_statistics.getis_ord import MIN_AREAS

Kind = Literal["boundaries", "choropleths", "hotspots", "sites"]
Days = tuple[datetime.date, datetime.date]

SITES: Final = "sites"


@dataclass(frozen=True)
class FeatureSource:
    """Where the features of a collection come from, for one question.

    Attributes
    ----------
    collection : str
        Its id in addresses.
    id_column : str
        The column of the table that tells features apart.
    version : DataVersion
        Everything the features depend on besides the question.
    table : callable
        All of them, as an analysis gives them; computed once for all pages.
    period : callable
        The time that the features have; None where they have none.
    cost_at : callable
        What the table costs at a version: less where it is computed already.
    """

    collection: str
    id_column: str
    version: DataVersion
    table: Callable[[], Table]
    period: Callable[[], Days | None] = lambda: None
    cost_at: Callable[[str], Cost] = lambda _: Cost.ORDINARY


class Features:
    """What there is to serve as features, and the tables behind it."""

    def __init__(
        self,
        *,
        catalogue: Catalogue,
        layers: LayerStore,
        incidents: IncidentStore,
        choropleths: Choropleths,
        hotspots: Hotspots,
        sites: SiteTables,
        tables: VectorTiles,
        versions: VersionCache,
        settings: Settings,
    ) -> None:
        self._catalogue = catalogue
        self._layers = layers
        self._incidents = incidents
        self._choropleths = choropleths
        self._hotspots = hotspots
        self._sites = sites
        self._tables = tables
        self._versions = versions
        self._settings = settings

    @classmethod
    def of(cls, resources: Resources) -> "Features":
        """The collections over the stores and analyses of a service; keeps nothing of its own."""
        return cls(
            catalogue=resources.catalogue,
            layers=resources.layers,
            incidents=resources.incidents,
            choropleths=resources.choropleths,
            hotspots=resources.hotspots,
            sites=resources.site_tables,
            tables=resources.vector_tiles,
            versions=resources.versions,
            settings=resources.settings,
        )

    @property
    def data_version(self) -> DataVersion:
        """Everything the list of collections depends on, as a short digest."""
        return DataVersion(
            ("collections", self._catalogue),
            lambda: short_digest(self._catalogue.everything_version(), self._sites.version()),
        )

    def collections(self) -> Document:
        """Every collection: id, title, what it holds, extent and coordinate systems."""
        found = list(self._all())
        damaged = self._catalogue.damaged_entries()
        return Document(
            kind="collections",
            content={
                **({"damaged": damaged} if damaged else {}),
                "crs": list(crs_addresses(self._settings.crs)),
                "collections": found,
                "synthetic": any(each["synthetic"] for each in found),
            },
        )

    def collection(self, collection: str) -> Document:
        """One collection.

        Raises
        ------
        UnknownCollectionError
            If there is none of that id.
        """
        found = {each["id"]: each for each in self._all()}
        if collection not in found:
            raise UnknownCollectionError(collection, tuple(found))
        return Document(kind="collection", content=found[collection])

    def boundaries(self, layer_id: str) -> FeatureSource:
        """The areas of a layer."""
        return FeatureSource(
            collection=f"boundaries:{layer_id}",
            id_column="code",
            version=DataVersion.of(self._catalogue.layer_version, layer_id),
            table=lambda: self._catalogue.layer(layer_id),
        )

    def choropleths(self, dataset: str, layer_id: str, query: ChoroplethQuery) -> FeatureSource:
        """The areas of a layer with the values of a choropleth."""
        return self._of_analysis(
            "choropleths",
            dataset,
            layer_id,
            query,
            DataVersion.of(self._choropleths.version, dataset, layer_id),
            lambda: self._choropleths.table(dataset, layer_id, query),
        )

    def hotspots(self, dataset: str, layer_id: str, query: HotspotQuery) -> FeatureSource:
        """The areas of a layer with what a local statistic says of them."""
        return self._of_analysis(
            "hotspots",
            dataset,
            layer_id,
            query,
            DataVersion.of(self._hotspots.version, dataset, layer_id),
            lambda: self._hotspots.table(dataset, layer_id, query),
        )

    def sites(self) -> FeatureSource:
        """The development sites."""
        return FeatureSource(
            collection=SITES,
            id_column="site_id",
            version=DataVersion.of(self._sites.version),
            table=lambda: self._sites.table(SitesQuery()),
        )

    def _of_analysis(
        self,
        kind: Kind,
        dataset: str,
        layer_id: str,
        query: ChoroplethQuery | HotspotQuery,
        version: DataVersion,
        compute: Callable[[], Table],
    ) -> FeatureSource:
        """The rows of an analysis, computed once per question and version."""

        def key(text: str) -> tuple[str, ...]:
            return ("features", kind, dataset, layer_id, query.canonical(), text)

        def cost_at(text: str) -> Cost:
            is_heavy = kind == "hotspots" and not self._tables.has_table(key(text))
            return Cost.HEAVY if is_heavy else Cost.ORDINARY

        return FeatureSource(
            collection=f"{kind}:{dataset}:{layer_id}",
            id_column="code",
            version=version,
            table=lambda: self._tables.table_of(key(self._versions.get(version)), compute),
            cost_at=cost_at,
            period=lambda: _days(self._incidents.open(dataset), query.incident_filter()),
        )

    def _all(self) -> Iterator[dict[str, Any]]:
        layers = self._layers.all()
        for layer in layers:
            yield self._boundaries(layer)
        for incidents in self._incidents.all():
            for layer in layers:
                yield self._analysis("choropleths", incidents, layer)
                if len(layer) >= MIN_AREAS:
                    yield self._analysis("hotspots", incidents, layer)
        yield from self._of_sites()

    def _boundaries(self, layer: Layer) -> dict[str, Any]:
        known = layer.metadata
        return self._described(
            f"boundaries:{layer.layer_id}",
            known.title or layer.layer_id,
            f"The {len(layer)} areas of the layer {layer.layer_id}: code, name and outline.",
            layer.bounds_m,
            attribution=(known.source, known.licence),
            synthetic=known.synthetic,
        )

    def _analysis(self, kind: Kind, incidents: Incidents, layer: Layer) -> dict[str, Any]:
        dataset = incidents.title or incidents.dataset
        areas = layer.metadata.title or layer.layer_id
        title, holds = {
            "choropleths": (
                f"{dataset} per area: {areas}",
                "Counts and rates, one feature per area; takes the parameters of a choropleth.",
            ),
            "hotspots": (
                f"Hotspots of {dataset}: {areas}",
                (
                    "Areas that are hot together more than chance would make them; takes the "
                    "parameters of a hotspot map."
                ),
            ),
        }[kind]
        sources = (incidents.source, incidents.licence, layer.metadata.source)
        return self._described(
            f"{kind}:{incidents.dataset}:{layer.layer_id}",
            title,
            holds,
            layer.bounds_m,
            attribution=(*sources, layer.metadata.licence),
            synthetic=incidents.synthetic or layer.metadata.synthetic,
            days=_days(incidents, IncidentFilter()),
        )

    def _of_sites(self) -> Iterator[dict[str, Any]]:
        try:
            sites = self._sites.table(SitesQuery())
        except (NoSitesError, DamagedTableError):
            return
        left, bottom, right, top = shapely.total_bounds(sites.geometries)
        yield self._described(
            SITES,
            "Development sites",
            f"{len(sites)} sites with homes planned, completed and remaining.",
            (float(left), float(bottom), float(right), float(top)),
            attribution=(),
            synthetic=sites.provenance.synthetic,
        )

    def _described(
        self,
        collection: str,
        title: str,
        description: str,
        bounds_m: tuple[float, float, float, float],
        *,
        attribution: tuple[str, ...],
        synthetic: bool,
        days: Days | None = None,
    ) -> dict[str, Any]:
        """A collection as it is listed, without its links."""
        crs = self._settings.crs
        bounds = transform_bounds(bounds_m, source=crs, target=WGS84)
        extent: dict[str, Any] = {"spatial": {"bbox": [[round(float(v), 6) for v in bounds]]}}
        if days is not None:
            ends = [f"{days[0].isoformat()}T00:00:00Z", f"{days[1].isoformat()}T23:59:59Z"]
            extent["temporal"] = {"interval": [ends]}
        found: dict[str, Any] = {
            "id": collection,
            "title": title,
            "description": description,
            "attribution": "; ".join(dict.fromkeys(part for part in attribution if part)),
            "extent": extent,
            "itemType": "feature",
            "crs": list(crs_addresses(crs)),
            "synthetic": synthetic,
        }
        address = crs_address(crs)
        if address is not None:
            found["storageCrs"] = address
        return found


def _days(incidents: Incidents, wanted: IncidentFilter) -> Days | None:
    """First and last day of what is counted: as asked for, else of the dataset's months."""
    first, last = months_of(incidents)
    start = wanted.start or (Moment.from_text(first, end=False) if first else None)
    stop = wanted.end or (Moment.from_text(last, end=True) if last else None)
    return None if start is None or stop is None else (start.day, stop.day)
