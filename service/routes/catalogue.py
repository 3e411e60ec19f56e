"""What is loaded: datasets and boundary layers."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from service.http.responder import RepliesDep
from service.http.table_routes import send_table
from service.http.urls import GEOJSON, JSON, responses
from service.model.queries import LayerQuery, NoQuery
from service.render.documents import document_json
from service.runtime.lanes import Work

router = APIRouter(prefix="/v1", tags=["catalogue"])


@router.get("/datasets", responses=responses(JSON), operation_id="readDatasets")
def read_datasets(query: Annotated[NoQuery, Query()], replies: RepliesDep) -> Response:
    """Every dataset with its counts, period, categories and version."""
    catalogue = replies.resources.catalogue
    return replies.send(
        version=catalogue.datasets_version,
        query=query,
        answer=catalogue.datasets,
        render=document_json,
        media_type=JSON,
        work=Work.QUICK,
    )


@router.get("/datasets/{dataset}", responses=responses(JSON), operation_id="readDataset")
def read_dataset(
    dataset: str, query: Annotated[NoQuery, Query()], replies: RepliesDep
) -> Response:
    """One dataset with its counts, period, categories and version."""
    catalogue = replies.resources.catalogue
    return replies.send(
        version=catalogue.datasets_version,
        query=query,
        answer=lambda: catalogue.dataset(dataset),
        render=document_json,
        media_type=JSON,
        work=Work.QUICK,
    )


@router.get("/boundaries", responses=responses(JSON), operation_id="readBoundaries")
def read_boundaries(query: Annotated[NoQuery, Query()], replies: RepliesDep) -> Response:
    """Every boundary layer with its source, licence, version and measures."""
    catalogue = replies.resources.catalogue
    return replies.send(
        version=catalogue.boundaries_version,
        query=query,
        answer=catalogue.boundaries,
        render=document_json,
        media_type=JSON,
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
    return send_table(
        replies,
        "geojson",
        version=lambda: catalogue.layer_version(layer),
        query=query,
        name=layer,
        answer=lambda: catalogue.layer(layer),
    )
