"""What is loaded: datasets and boundary layers; places by name."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from service.analyses.catalogue.documents import DatasetEntry, DatasetList, LayerList
from service.analyses.catalogue.rows import PlaceRow
from service.analyses.tables import TableAnswer
from service.http.openapi import table_schema, type_schema
from service.http.responder import RepliesDep
from service.http.table_routes import send_document, send_table
from service.http.urls import GEOJSON, JSON, responses
from service.model.queries import LayerQuery, NoQuery
from service.queries.catalogue import PlacesQuery
from service.runtime.lanes import Work

router = APIRouter(prefix="/v1", tags=["catalogue"])
search_router = APIRouter(prefix="/v1", tags=["catalogue"])


@router.get(
    "/datasets", responses=responses(JSON, type_schema(DatasetList)), operation_id="readDatasets"
)
def read_datasets(query: Annotated[NoQuery, Query()], replies: RepliesDep) -> Response:
    """Every dataset with its counts, period, categories and version."""
    catalogue = replies.resources.catalogue
    return send_document(
        replies,
        query,
        version=catalogue.datasets_version,
        compute=catalogue.datasets,
        work=Work.QUICK,
    )


@router.get(
    "/datasets/{dataset}",
    responses=responses(JSON, type_schema(DatasetEntry)),
    operation_id="readDataset",
)
def read_dataset(
    dataset: str, query: Annotated[NoQuery, Query()], replies: RepliesDep
) -> Response:
    """One dataset with its counts, period, categories and version."""
    catalogue = replies.resources.catalogue
    return send_document(
        replies,
        query,
        version=catalogue.datasets_version,
        compute=lambda: catalogue.dataset(dataset),
        work=Work.QUICK,
    )


@router.get(
    "/boundaries", responses=responses(JSON, type_schema(LayerList)), operation_id="readBoundaries"
)
def read_boundaries(query: Annotated[NoQuery, Query()], replies: RepliesDep) -> Response:
    """Every boundary layer with its source, licence, version and measures."""
    catalogue = replies.resources.catalogue
    return send_document(
        replies,
        query,
        version=catalogue.boundaries_version,
        compute=catalogue.boundaries,
        work=Work.QUICK,
    )


@router.get(
    "/boundaries/{layer}.geojson",
    response_class=Response,
    responses=responses(GEOJSON),
    operation_id="readBoundaryLayer",
)
def read_boundary_layer(
    layer: str, query: Annotated[LayerQuery, Query()], replies: RepliesDep
) -> Response:
    """The areas of a layer, code and name only, in longitude and latitude."""
    catalogue = replies.resources.catalogue
    table = TableAnswer(
        layer,
        version=lambda: catalogue.layer_version(layer),
        compute=lambda: catalogue.layer(layer),
    )
    return send_table(replies, query, table, "geojson")


@search_router.get(
    "/places", responses=responses(JSON, table_schema(PlaceRow)), operation_id="readPlaces"
)
def read_places(query: Annotated[PlacesQuery, Query()], replies: RepliesDep) -> Response:
    """Areas of all layers, development sites and postcodes that are called so, best first."""
    places = replies.resources.places
    table = TableAnswer("places", version=places.version, compute=lambda: places.search(query))
    return send_table(replies, query, table, "json")
