"""What each operation reads, and so what may be asked of it about a dataset that is published.

Every address that the service answers has its row here. One without is refused to all who do not
see records.
"""

import enum
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from service.model.protection import PeriodUnit


class Reads(enum.Enum):
    """What an operation reads of incidents."""

    NOTHING = "no incidents"
    CATALOGUE = "what the audience sees, as lists"
    PARTS = "what other questions read, each of which is admitted by itself"
    COUNTS = "counts of a dataset"
    DENSITY = "the density of a dataset"
    RECORDS = "records of a dataset, or what their imports found"
    ALL_RECORDS = "records of several datasets, which the question does not name"


@dataclass(frozen=True)
class Decision:
    """What an operation reads.

    Attributes
    ----------
    reads : Reads
        Of incidents.
    longest : {'month', 'quarter', 'year'}
        The longest published periods that it can be computed from: some count by month whatever
        is asked.
    names_layer : bool
        Whether a question must name the layer of its areas, which is otherwise chosen.
    """

    reads: Reads
    longest: PeriodUnit = "year"
    names_layer: bool = False


def _table(path: str, decision: Decision) -> dict[str, Decision]:
    """The addresses of a table."""
    return {path: decision, f"{path}.{{suffix}}": decision}


def _layer(path: str, decision: Decision) -> dict[str, Decision]:
    """The addresses of a layer of a map."""
    endings = (
        "/tiles/{z}/{x}/{y}.mvt",
        "/tilejson.json",
        "/legend.{suffix}",
        "/style.json",
        "/qgis.{suffix}",
    )
    return {f"{path}{ending}": decision for ending in endings}


def _features(path: str, decision: Decision) -> dict[str, Decision]:
    """The addresses of a collection of features, by their names behind ``/ogc/collections``."""
    endings = ("/items", "/items/{code}", "/tiles/WebMercatorQuad/{z}/{y}/{x}")
    return {f"/ogc/collections/{path}{ending}": decision for ending in endings}


_NOTHING: Final = Decision(Reads.NOTHING)
_CATALOGUE: Final = Decision(Reads.CATALOGUE)
_COUNTS: Final = Decision(Reads.COUNTS)
_COUNTS_OF_LAYER: Final = Decision(Reads.COUNTS, names_layer=True)
_COUNTS_BY_MONTH: Final = Decision(Reads.COUNTS, longest="month")
_MONTHLY_COUNTS: Final = Decision(Reads.COUNTS, longest="month", names_layer=True)
_DENSITY: Final = Decision(Reads.DENSITY)
_RECORDS: Final = Decision(Reads.RECORDS)
_HEATMAP: Final = "/v1/heatmaps/{dataset}"
_WMTS_TILE: Final = (
    "/wmts/1.0.0/{identifier}/{style}/{time}/{tilematrixset}/{tilematrix}/{tilerow}/{tilecol}"
)

DECISIONS: Final[Mapping[str, Decision]] = {
    # the page and the process
    "/": _NOTHING,
    "/page/{asset:path}": _NOTHING,
    "/docs": _NOTHING,
    "/openapi.json": _NOTHING,
    "/health/live": _NOTHING,
    "/health/ready": _CATALOGUE,
    "/metrics": _CATALOGUE,
    "/overview": _CATALOGUE,
    "/v1/page.json": _CATALOGUE,
    "/v1/session": _NOTHING,
    # a job is one of the audience that asked for it
    "/v1/jobs/{job}": _CATALOGUE,
    "/v1/jobs/{job}/result": _CATALOGUE,
    # what is loaded
    "/v1/datasets": _CATALOGUE,
    "/v1/datasets/{dataset}": _CATALOGUE,
    **_table("/v1/datasets/{dataset}/quality", _RECORDS),
    **_table("/v1/tables/quality", _RECORDS),
    **_table("/v1/tables/sources", _CATALOGUE),
    "/v1/places": _NOTHING,
    "/v1/background/tiles/{z}/{x}/{y}.mvt": _NOTHING,
    "/v1/background/tilejson.json": _NOTHING,
    "/v1/background/style.json": _NOTHING,
    "/v1/background/glyphs/{font}/{codes}.pbf": _NOTHING,
    "/v1/boundaries": _NOTHING,
    "/v1/boundaries/{layer}.geojson": _NOTHING,
    **_table("/v1/boundaries/{layer}/areas", _NOTHING),
    **_layer("/v1/boundaries/{layer}", _NOTHING),
    # areas
    **_table("/v1/choropleths/{dataset}/{layer}", _COUNTS),
    **_layer("/v1/choropleths/{dataset}/{layer}", _COUNTS),
    "/v1/choropleths/{dataset}/{layer}/map.{suffix}": _COUNTS,
    "/v1/hotspots/{dataset}/{layer}/map.{suffix}": _COUNTS,
    "/v1/hotspots/{dataset}/{layer}/change/map.{suffix}": _COUNTS,
    "/v1/hotspots/{dataset}/{layer}/emerging/map.{suffix}": _COUNTS,
    **_table("/v1/hotspots/{dataset}/{layer}", _COUNTS),
    **_layer("/v1/hotspots/{dataset}/{layer}", _COUNTS),
    **_table("/v1/hotspots/{dataset}/{layer}/change", _COUNTS),
    **_layer("/v1/hotspots/{dataset}/{layer}/change", _COUNTS),
    **_table("/v1/hotspots/{dataset}/{layer}/emerging", _COUNTS),
    **_layer("/v1/hotspots/{dataset}/{layer}/emerging", _COUNTS),
    "/v1/hotspots/{dataset}/{layer}/displacement": _COUNTS,
    **_table(
        "/v1/hotspots/{dataset}/{layer}/displacement/months",
        Decision(Reads.COUNTS, longest="month"),
    ),
    # patterns
    **_table("/v1/scan/{dataset}/{layer}", _RECORDS),
    **_table("/v1/scan/{dataset}/{layer}/areas", _RECORDS),
    **_layer("/v1/scan/{dataset}/{layer}/areas", _RECORDS),
    **_table("/v1/hotspots/{dataset}/{layer}/similarity", _COUNTS),
    **_table("/v1/hotspots/{dataset}/{layer}/transitions", _COUNTS),
    # density: pictures in classes, and nothing from which its numbers or lines can be read
    f"{_HEATMAP}/tiles/{{z}}/{{x}}/{{y}}.png": _DENSITY,
    f"{_HEATMAP}/tiles/{{z}}/{{x}}/{{y}}@2x.png": _DENSITY,
    f"{_HEATMAP}/tiles/{{z}}/{{x}}/{{y}}.tif": _RECORDS,
    f"{_HEATMAP}/tilejson.json": _DENSITY,
    f"{_HEATMAP}/legend.{{suffix}}": _DENSITY,
    f"{_HEATMAP}/style.json": _DENSITY,
    f"{_HEATMAP}/qgis.{{suffix}}": _DENSITY,
    f"{_HEATMAP}/summary.json": _DENSITY,
    f"{_HEATMAP}/map.{{suffix}}": _DENSITY,
    f"{_HEATMAP}/raster.tif": _RECORDS,
    f"{_HEATMAP}/contours.geojson": _RECORDS,
    **_table(f"{_HEATMAP}/peaks", _RECORDS),
    # tables
    **_table("/v1/tables/{dataset}/trend", _COUNTS),
    **_table("/v1/tables/{dataset}/process-control", _COUNTS),
    **_table("/v1/tables/{dataset}/step-changes", _COUNTS),
    **_table("/v1/tables/{dataset}/breakdown", _COUNTS),
    **_table("/v1/tables/{dataset}/crosstab", _COUNTS),
    **_table("/v1/tables/{dataset}/comparison", _COUNTS),
    **_table("/v1/tables/{dataset}/ranked/{layer}", _COUNTS),
    **_table("/v1/tables/{dataset}/similar/{layer}", _COUNTS),
    **_table("/v1/tables/{dataset}/deprivation", _COUNTS),
    **_table("/v1/tables/{dataset}/profile", _MONTHLY_COUNTS),
    # patterns of places
    **_table("/v1/near/{dataset}/{places}", _RECORDS),
    **_table("/v1/clusters/{dataset}", _RECORDS),
    **_table("/v1/patterns/{dataset}/centres", _RECORDS),
    **_table("/v1/patterns/{dataset}/k", _RECORDS),
    **_layer("/v1/clusters/{dataset}", _RECORDS),
    "/v1/clusters/{dataset}/map.{suffix}": _RECORDS,
    # the harm of an offence is that of a subcategory, which has no cells
    **_table("/v1/tables/{dataset}/harm", _RECORDS),
    "/v1/workbook.xlsx": Decision(Reads.PARTS),
    "/v1/assessments": _NOTHING,
    "/v1/assessments/{template}": _CATALOGUE,
    "/v1/assessments/{template}.{suffix}": Decision(Reads.PARTS),
    # measures of areas alone
    **_table("/v1/measures/deprivation/{layer}", _NOTHING),
    **_table("/v1/measures/index/{layer}", _NOTHING),
    **_table("/v1/measures/similar/{layer}", _NOTHING),
    **_table("/v1/measures/table/{layer}", _NOTHING),
    **_table("/v1/measures/trend/{layer}", _NOTHING),
    **_table("/v1/neighbours/{layer}", _NOTHING),
    **_table("/v1/associations/{dataset}/{layer}", _RECORDS),
    # rules name their datasets, periods and attributes themselves
    "/v1/flags": Decision(Reads.ALL_RECORDS),
    **_table("/v1/flags/{rules}", Decision(Reads.ALL_RECORDS)),
    # times and places of records
    **_table("/v1/patterns/{dataset}/knox", _RECORDS),
    **_table("/v1/patterns/{dataset}/near-repeats", _RECORDS),
    **_table("/v1/patterns/{dataset}/repeat-chains", _RECORDS),
    **_table("/v1/patterns/{dataset}/repeat-zones", _RECORDS),
    **_table("/v1/patterns/{dataset}/bursts", _RECORDS),
    # growth
    **_table("/v1/growth/sites", _NOTHING),
    **_layer("/v1/growth/sites", _NOTHING),
    **_table("/v1/growth/{dataset}/overlay", _COUNTS_OF_LAYER),
    **_layer("/v1/growth/{dataset}/overlay", _COUNTS_OF_LAYER),
    "/v1/growth/{dataset}/overlay/map.{suffix}": _COUNTS_OF_LAYER,
    "/v1/growth/{dataset}/forecast/map.{suffix}": _COUNTS_OF_LAYER,
    "/v1/growth/{dataset}/priorities/map.{suffix}": _COUNTS_OF_LAYER,
    **_table("/v1/growth/{dataset}/forecast", _COUNTS_OF_LAYER),
    **_layer("/v1/growth/{dataset}/forecast", _COUNTS_OF_LAYER),
    **_table("/v1/growth/{dataset}/priorities", _COUNTS_OF_LAYER),
    **_layer("/v1/growth/{dataset}/priorities", _COUNTS_OF_LAYER),
    # point patterns: places and times of records
    **_table("/v1/patrols/{dataset}", _RECORDS),
    "/v1/patrols/{dataset}/map.{suffix}": _RECORDS,
    **_table("/v1/patrols/{dataset}/capture", _RECORDS),
    **_table("/v1/patrols/{dataset}/forecast", _RECORDS),
    # OGC API
    "/ogc": _NOTHING,
    "/ogc/api": _NOTHING,
    "/ogc/conformance": _NOTHING,
    "/ogc/tileMatrixSets": _NOTHING,
    "/ogc/tileMatrixSets/WebMercatorQuad": _NOTHING,
    "/ogc/collections": _CATALOGUE,
    "/ogc/collections/{collection_id}": _CATALOGUE,
    "/ogc/collections/{collection_id}/tiles": _CATALOGUE,
    "/ogc/collections/{collection_id}/tiles/WebMercatorQuad": _CATALOGUE,
    **_features("boundaries:{layer}", _NOTHING),
    **_features("choropleths:{dataset}:{layer}", _COUNTS),
    **_features("hotspots:{dataset}:{layer}", _COUNTS),
    "/ogc/collections/sites/items": _NOTHING,
    "/ogc/collections/sites/items/{site_id}": _NOTHING,
    "/ogc/collections/sites/tiles/WebMercatorQuad/{z}/{y}/{x}": _NOTHING,
    # WMTS
    "/wmts": _DENSITY,
    "/wmts/1.0.0/WMTSCapabilities.xml": _CATALOGUE,
    "/wmts/1.0.0/{identifier}/{style}/legend.png": _DENSITY,
    f"{_WMTS_TILE}.png": _DENSITY,
    f"{_WMTS_TILE}/{{j}}/{{i}}.{{suffix}}": _RECORDS,
}
