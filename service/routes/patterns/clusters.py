"""Routes of clusters of incidents."""

from fastapi import APIRouter

from service.analyses.clusters.rows import ClusterRow
from service.analyses.table_answers import cluster_table
from service.http.table_routes import TableKind, add_table_routes
from service.queries.patterns.clusters import ClustersQuery

router = APIRouter(prefix="/v1/clusters", tags=["patterns"])


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
