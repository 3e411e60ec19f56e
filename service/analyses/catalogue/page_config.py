"""Configuration of the page: the data, the choices, and what to show first."""

from collections.abc import Sequence
from typing import Any, get_args

from boundaries.errors import DamagedLayerError
from boundaries.storage.store import LayerStore
from service.access.audience import Audience, Publication
from service.analyses.catalogue.catalogue import Catalogue
from service.analyses.catalogue.documents import (
    Background,
    DatasetAccess,
    DatasetEntry,
    FirstView,
    LayerEntry,
    PageContent,
    PageLayer,
    Published,
    StudyArea,
)
from service.analyses.inputs.study_area import study_area
from service.config.settings import Settings
from service.disclosure.policies import policy_named
from service.model.answers import Document
from service.model.errors import NoStudyAreaError
from service.model.protection import Protection
from service.model.provenance import SOFTWARE, short_digest
from service.model.queries import Query
from service.queries.areas import ChoroplethQuery, HotspotQuery, TestedMeasure
from service.queries.heatmaps import (
    BANDWIDTH_RULES,
    MAX_BANDWIDTH_M,
    MIN_BANDWIDTH_M,
    HeatmapQuery,
    KernelName,
)
from service.store.errors import DamagedTableError
from service.store.reference.backgrounds import BackgroundStore
from service.store.reference.harm_index import HarmIndexStore
from service.store.reference.postcodes import PostcodeStore
from service.store.reference.sites import SiteStore
from spatial.coordinates.crs import WGS84, transform_bounds

DIGITS = 6  # of a degree: about 10 cm
FIRST_MONTHS = 12  # the period that the page shows first: the last year on record


class PageConfiguration:
    """Makes the configuration that the page requests first.

    Parameters
    ----------
    catalogue : Catalogue
        Lists the datasets and layers.
    layers : LayerStore
        The boundary layers.
    sites : SiteStore
        The development sites.
    postcodes : PostcodeStore
        The postcodes.
    harm_indices : HarmIndexStore
        The harm indices: without one harm cannot be chosen.
    background : BackgroundStore
        The map behind the layers, where one is imported.
    settings : Settings
        Background map, zooms, CRS and study area.
    audience : Audience
        Whose page it is.
    """

    def __init__(
        self,
        *,
        catalogue: Catalogue,
        layers: LayerStore,
        sites: SiteStore,
        postcodes: PostcodeStore,
        harm_indices: HarmIndexStore,
        background: BackgroundStore,
        settings: Settings,
        audience: Audience,
    ) -> None:
        self._catalogue = catalogue
        self._layers = layers
        self._sites = sites
        self._postcodes = postcodes
        self._harm_indices = harm_indices
        self._background_store = background
        self._settings = settings
        self._audience = audience

    def version(self) -> str:
        """A short digest of everything that the configuration depends on.

        Returns
        -------
        str
            It changes when the configuration may.
        """
        settings = self._settings
        return short_digest(
            self._catalogue.everything_version(),
            self._sites.revision(),
            self._postcodes.revision(),
            self._harm_indices.revision(),
            self._background_store.revision(),
            settings.background,
            settings.tiles,
            self._audience.label,
        )

    def document(self) -> Document:
        """Background, extent, datasets, layers, choices and what to show first.

        Extents are in longitude and latitude: west, south, east, north. Layers with the largest
        areas come first, and datasets with the latest months.

        Returns
        -------
        Document
            For the page.
        """
        datasets = self._catalogue.dataset_entries()
        datasets.sort(key=lambda entry: entry["to"] or "", reverse=True)
        layers = [self._with_bounds(layer) for layer in self._catalogue.layer_entries()]
        layers.sort(key=lambda layer: -layer["area_km2"] / layer["areas"])
        tiles = self._settings.tiles
        content: PageContent = {
            "title": "Hotspot Atlas",
            "software": SOFTWARE,
            "crs": self._settings.crs,
            "background": self._background(),
            "study_area": self._study_area(),
            "zooms": {"min": tiles.min_zoom, "max": tiles.max_zoom},
            "datasets": datasets,
            "layers": layers,
            "sites": self._number_of_sites(),
            "postcodes": self._postcodes.is_readable(),
            "choices": _choices(has_harm=self._harm_indices.is_readable()),
            "default": _first_view(datasets, layers),
            "access": self._access(),
            "damaged": self._catalogue.damaged_entries(),  # after all that is read above
        }
        return Document(kind="page-configuration", content=content)

    def _access(self) -> dict[str, DatasetAccess]:
        """How this audience sees each dataset that has a protection."""
        return {
            dataset: _dataset_access(protection, self._audience.publication_of.get(dataset))
            for dataset, protection in self._audience.protection_of.items()
        }

    def _background(self) -> Background | None:
        """The map behind the layers: as it is set, or as it was imported; None without either."""
        background = self._settings.background
        if not background.tiles:
            return self._imported_background()
        return {
            "kind": "tiles" if "{z}" in background.tiles else "style",
            "address": background.tiles,
            "attribution": background.attribution,
        }

    def _imported_background(self) -> Background | None:
        """The one that this service has tiles of; None for damage."""
        try:
            background = self._background_store.get()
        except DamagedTableError:
            return None
        if background is None:
            return None
        return {
            "kind": "style",
            "address": "v1/background/style.json",
            "dark": "v1/background/style.json?theme=dark",
            "attribution": background.credit,
        }

    def _number_of_sites(self) -> int | None:
        """How many development sites there are; None before any is imported, or for damage."""
        if not self._sites.is_readable():
            return None
        try:
            return len(self._sites.open())
        except DamagedTableError:
            return None

    def _study_area(self) -> StudyArea | None:
        """Label, name and extent of the study area; None without a layer, or for damage."""
        try:
            area = study_area(self._layers, self._settings.study_area)
        except (NoStudyAreaError, DamagedLayerError):
            return None
        bounds = self._degrees(area.bounds_m)
        return {"label": area.label, "name": area.name, "bounds": bounds}

    def _with_bounds(self, layer: LayerEntry) -> PageLayer:
        return {**layer, "bounds": self._degrees(layer["bounds_m"])}

    def _degrees(self, bounds_m: Sequence[float]) -> list[float]:
        """An extent in longitude and latitude."""
        left, bottom, right, top = bounds_m
        bounds = (left, bottom, right, top)
        degrees = transform_bounds(bounds, source=self._settings.crs, target=WGS84)
        return [round(value, DIGITS) for value in degrees]


def _dataset_access(protection: Protection, publication: Publication | None) -> DatasetAccess:
    policy, agreement, published = policy_named(protection.policy), protection.agreement, None
    if publication is not None:
        finest = publication.cells.layer
        published = Published(
            layers=[finest, *(layer for layer in publication.layers if layer != finest)],
            period=publication.cells.period,
            by_category=publication.cells.by_category,
            minimum_bandwidth_m=publication.policy.minimum_bandwidth_m,
            maximum_zoom=publication.policy.maximum_zoom,
        )
    return {
        "policy": policy.label,
        "policy_title": policy.title,
        "published": published,
        "purpose": agreement.purpose,
        "marking": agreement.marking,
        "review": agreement.review.isoformat() if agreement.review else None,
    }


def _choices(*, has_harm: bool) -> dict[str, Any]:
    """The values and ranges that query parameters accept, from their models."""
    # Rates of harm need a denominator, which the page does not ask for.
    absent = {"harm-rate"} if has_harm else {"harm-rate", "harm"}
    return {
        "choropleth": {
            "measures": [n for n in _words(ChoroplethQuery, "measure") if n not in absent],
            "schemes": [name for name in _words(ChoroplethQuery, "scheme") if name != "manual"],
        },
        "hotspot": {
            "statistics": [
                name for name in _words(HotspotQuery, "statistic") if name != "join-count"
            ],
            "measures": [n for n in get_args(TestedMeasure) if n not in {*absent, "smoothed"}],
            "corrections": _words(HotspotQuery, "correction"),
        },
        "heatmap": {
            "kernels": list(get_args(KernelName)),
            "bandwidth_rules": list(BANDWIDTH_RULES),
            "bandwidth_m": {
                "min": MIN_BANDWIDTH_M,
                "max": MAX_BANDWIDTH_M,
                "default": HeatmapQuery.model_fields["bandwidth_m"].default,
            },
        },
    }


def _words(model: type[Query], name: str) -> list[str]:
    """The values that a field of a query accepts."""
    return list(get_args(model.model_fields[name].annotation))


def _first_view(
    datasets: Sequence[DatasetEntry], layers: Sequence[LayerEntry]
) -> FirstView | None:
    """Dataset, period and layer to show first: the last year of the newest dataset."""
    dataset = next((entry for entry in datasets if entry["to"] is not None), None)
    if dataset is None or dataset["from"] is None or dataset["to"] is None:
        return None
    year, month = (int(part) for part in dataset["to"].split("-"))
    first_month = year * 12 + month - FIRST_MONTHS  # in months since the year 0, January being 0
    start = f"{first_month // 12:04d}-{first_month % 12 + 1:02d}"
    return {
        "dataset": dataset["id"],
        "from": max(start, dataset["from"]),
        "to": dataset["to"],
        "layer": max(layers, key=lambda layer: layer["areas"])["id"] if layers else None,
    }
