"""What is loaded: datasets and boundary layers; places by name."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from service.analyses.catalogue.areas import named_areas
from service.analyses.catalogue.documents import DatasetEntry, DatasetList, LayerList
from service.analyses.catalogue.rows import (
    MonthQualityRow,
    NamedAreaRow,
    PlaceRow,
    QualityRow,
    SourceRow,
)
from service.analyses.resources import Resources
from service.analyses.table_answers import quality_table
from service.analyses.table_kinds import TableAnswer
from service.http.openapi import table_schema, type_schema
from service.http.responder import ResponderDep
from service.http.table_routes import TableKind, add_table_routes, document_spec, table_spec
from service.http.urls import GEOJSON, JSON, responses
from service.model.queries import LayerQuery, NoQuery
from service.queries.catalogue import MonthQualityQuery, PlacesQuery
from service.render.tables.formats import PlainSuffix
from service.runtime.data_state import DataVersion
from service.runtime.lanes import Cost

router = APIRouter(prefix="/v1", tags=["catalogue"])
search_router = APIRouter(prefix="/v1", tags=["catalogue"])


@router.get(
    "/datasets", responses=responses(JSON, type_schema(DatasetList)), operation_id="readDatasets"
)
async def read_datasets(query: Annotated[NoQuery, Query()], respond: ResponderDep) -> Response:
    """Every dataset with its counts, period, categories and version."""
    catalogue = respond.resources.catalogue
    return await respond(
        document_spec(
            query, DataVersion.of(catalogue.datasets_version), catalogue.datasets, cost=Cost.QUICK
        )
    )


@router.get(
    "/datasets/{dataset}",
    responses=responses(JSON, type_schema(DatasetEntry)),
    operation_id="readDataset",
)
async def read_dataset(
    dataset: str, query: Annotated[NoQuery, Query()], respond: ResponderDep
) -> Response:
    """One dataset with its counts, period, categories and version."""
    catalogue = respond.resources.catalogue
    return await respond(
        document_spec(
            query,
            DataVersion.of(catalogue.datasets_version),
            lambda: catalogue.dataset(dataset),
            cost=Cost.QUICK,
        )
    )


add_table_routes(
    router,
    "/datasets/{dataset}/quality",
    TableKind(
        name="quality",
        query=NoQuery,
        row=QualityRow,
        answer=quality_table,
        description="What the imports of a dataset read, rejected and noted, file by file, and "
        "how many of its records are located, month by month.",
        description_as="One row per finding, as CSV or Parquet.",
        suffixes=PlainSuffix,
    ),
)


@router.get(
    "/boundaries", responses=responses(JSON, type_schema(LayerList)), operation_id="readBoundaries"
)
async def read_boundaries(query: Annotated[NoQuery, Query()], respond: ResponderDep) -> Response:
    """Every boundary layer with its source, licence, version and measures."""
    catalogue = respond.resources.catalogue
    return await respond(
        document_spec(
            query,
            DataVersion.of(catalogue.boundaries_version),
            catalogue.boundaries,
            cost=Cost.QUICK,
        )
    )


@router.get(
    "/boundaries/{layer}.geojson",
    response_class=Response,
    responses=responses(GEOJSON),
    operation_id="readBoundaryLayer",
)
async def read_boundary_layer(
    layer: str, query: Annotated[LayerQuery, Query()], respond: ResponderDep
) -> Response:
    """The areas of a layer, code and name only, in longitude and latitude."""
    catalogue = respond.resources.catalogue
    table = TableAnswer(
        layer,
        version=DataVersion.of(catalogue.layer_version, layer),
        compute=lambda: catalogue.layer(layer),
    )
    return await respond(table_spec(respond.resources, query, table, "geojson"))


def _areas(resources: Resources, query: NoQuery, layer: str) -> TableAnswer:
    """The areas of a layer with what they are called."""
    version = DataVersion.of(resources.catalogue.boundaries_version)
    return TableAnswer(layer, version, lambda: named_areas(resources.layers, layer))


add_table_routes(
    router,
    "/boundaries/{layer}/areas",
    TableKind(
        name="layer_areas",
        query=NoQuery,
        row=NamedAreaRow,
        answer=_areas,
        description="The areas of a layer: what each is called, and the larger area it lies in.",
        description_as="One row per area, as CSV or Parquet.",
        suffixes=PlainSuffix,
    ),
)


def _sources(resources: Resources, query: NoQuery) -> TableAnswer:
    """Everything that is loaded, with its limits."""
    sources = resources.sources
    return TableAnswer("sources", DataVersion.of(sources.version), sources.table)


def _month_quality(resources: Resources, query: MonthQualityQuery) -> TableAnswer:
    """Data quality by dataset and month."""
    months = resources.monthly_quality
    version = DataVersion.of(months.version)
    return TableAnswer("quality-by-month", version, lambda: months.table(query))


add_table_routes(
    search_router,
    "/tables/sources",
    TableKind(
        name="sources",
        query=NoQuery,
        row=SourceRow,
        answer=_sources,
        description="The table of data sources that an assessment carries: everything loaded, "
        "with source, licence, period, records, located share, and limits in words.",
        description_as="One row per source, as CSV or Parquet.",
        suffixes=PlainSuffix,
    ),
)

add_table_routes(
    search_router,
    "/tables/quality",
    TableKind(
        name="month_quality",
        query=MonthQualityQuery,
        row=MonthQualityRow,
        answer=_month_quality,
        description="What is covered, located, missing and rejected, by dataset and month.",
        description_as="One row per dataset and month, as CSV or Parquet.",
        suffixes=PlainSuffix,
    ),
)


@search_router.get(
    "/places", responses=responses(JSON, table_schema(PlaceRow)), operation_id="readPlaces"
)
async def read_places(query: Annotated[PlacesQuery, Query()], respond: ResponderDep) -> Response:
    """Areas of all layers, development sites and postcodes that are called so, best first."""
    places = respond.resources.places
    table = TableAnswer(
        "places", version=DataVersion.of(places.version), compute=lambda: places.search(query)
    )
    return await respond(table_spec(respond.resources, query, table, "json"))
