"""Query of clusters of incidents."""

from typing import Annotated, ClassVar, Literal, Self

from pydantic import Field, model_validator

from service.model.queries import HarmQuery, TableQuery, Text, VersionQuery

MAX_DRAWS = 9_999


class ClustersQuery(HarmQuery, TableQuery):
    """Query of clusters of incidents."""

    HARM_FIELD: ClassVar[str] = "harm"

    method: Annotated[
        Literal["dbscan", "hdbscan", "optics", "nearest-neighbour"],
        Field(
            description="dbscan: places with so many incidents within a distance, joined up; "
            "hdbscan and optics: clusters of varying density, of single records; "
            "nearest-neighbour: incidents within a threshold of a seed, and clusters of such "
            "clusters."
        ),
    ] = "dbscan"
    distance_m: Annotated[
        float | None,
        Field(
            ge=1,
            le=20_000,
            allow_inf_nan=False,
            description="dbscan: how far apart neighbours are at most, metres (250); optics: how "
            "far neighbours are looked for (1,000); nearest-neighbour: the threshold, by default "
            "the mean distance to the nearest if incidents fell evenly. Not used by hdbscan.",
        ),
    ] = None
    minimum: Annotated[
        int | None,
        Field(
            ge=2,
            le=1_000_000_000,
            description="dbscan: fewest incidents within the distance of the core of a cluster; "
            "with harm=true days of harm, by default as many as 10 incidents have on average. "
            "Otherwise fewest incidents of a cluster. 10 by default.",
        ),
    ] = None
    metres_per_day: Annotated[
        float | None,
        Field(
            gt=0,
            le=100_000,
            allow_inf_nan=False,
            description="For method=dbscan: cluster in space and time, a day counting as this "
            "many metres: with distance_m=200 and metres_per_day=50 incidents at one place are "
            "neighbours within 4 days.",
        ),
    ] = None
    harm: Annotated[
        bool,
        Field(
            description="Add the days of harm of each cluster, by a harm index; dbscan clusters "
            "by them."
        ),
    ] = False
    null: Annotated[
        Literal["residents", "uniform"] | None,
        Field(
            description="Where incidents would fall by chance: by the residents of the finest "
            "layer that has them, the default where there are any, or evenly over the ground."
        ),
    ] = None
    draws: Annotated[
        int | None,
        Field(
            ge=0,
            le=MAX_DRAWS,
            description="Patterns drawn from the null, 19 or more, for p; 0: no test. By default "
            "199, 99 for hdbscan and optics.",
        ),
    ] = None
    seed: Annotated[int, Field(ge=0, le=2**32 - 1, description="Seed of the draws.")] = 1
    shape: Annotated[
        Literal["hull", "ellipse"],
        Field(
            description="The shapes of clusters: their convex hull, or their standard "
            "deviational ellipse."
        ),
    ] = "hull"
    layer: Annotated[
        Text | None,
        Field(description="Layer whose area names say where a cluster is."),
    ] = None

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.metres_per_day is not None and self.method != "dbscan":
            raise ValueError("metres_per_day goes with method=dbscan")
        if self.distance_m is not None and self.method == "hdbscan":
            raise ValueError("distance_m is not used by method=hdbscan, which looks at all scales")
        if self.draws is not None and 0 < self.draws < 19:
            raise ValueError(f"draws must be 0, for no test, or at least 19, got {self.draws}")
        return self

    @property
    def draws_made(self) -> int:
        """Patterns that are drawn, the default included."""
        if self.draws is not None:
            return self.draws
        return 99 if self.method in ("hdbscan", "optics") else 199


class ClustersTileJsonQuery(ClustersQuery):
    """Query of the TileJSON of the vector tiles of clusters."""

    crs: Annotated[
        None, Field(description="Not used for tiles, which are always in Web Mercator.")
    ] = None


class ClustersTileQuery(ClustersTileJsonQuery, VersionQuery):
    """Query of the vector tiles of clusters."""
