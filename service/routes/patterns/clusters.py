"""Routes of clusters of incidents."""

from fastapi import APIRouter

from service.analyses.clusters.rows import ClusterRow
from service.analyses.printed_maps.results import cluster_map
from service.analyses.table_answers import cluster_table
from service.analyses.table_layers import cluster_layer
from service.http.layer_routes import LayerKind, TileKind, add_layer_routes
from service.http.pictures.map_routes import MapKind, add_map_routes
from service.http.table_routes import TableKind, add_table_routes
from service.queries.patterns.clusters import (
    ClustersQuery,
    ClustersTileJsonQuery,
    ClustersTileQuery,
)
from service.queries.patterns.maps import ClusterMapQuery

router = APIRouter(prefix="/v1/clusters", tags=["patterns"])


add_layer_routes(
    router,
    "/{dataset}",
    LayerKind(
        name="clusters",
        layer=cluster_layer,
        query=ClustersTileJsonQuery,
        tile_query=ClustersTileQuery,
        tiles=(TileKind("The clusters of a tile by their hulls or ellipses, with their values."),),
        tilejson="TileJSON 3.0 of the vector tiles of clusters.",
        legend="What the colours of clusters mean, as JSON or as a picture.",
        style="A MapLibre style of clusters.",
    ),
)


add_table_routes(
    router,
    "/{dataset}",
    TableKind(
        name="clusters",
        query=ClustersQuery,
        row=ClusterRow,
        answer=cluster_table,
        description="Clusters of incidents by DBSCAN, HDBSCAN, OPTICS or nearest neighbours, each "
        "with its\nhull, ellipse, count and months, and whether it is more than the clustering of "
        "the population.",
        description_as="The same as CSV, Parquet, GeoJSON or GeoPackage, with hulls or ellipses.",
    ),
)
add_map_routes(
    router,
    "/{dataset}",
    MapKind(
        name="clusters",
        query=ClusterMapQuery,
        answer=cluster_map,
        description="Clusters for paper by their hulls or ellipses, numbered, with the street or "
        "place of each.",
    ),
)
