"""Tables of repeats: pairs close in space and time, chains, zones, and crowded days."""

from fastapi import APIRouter

from service.analyses.near_repeats.rows import (
    BurstRow,
    KnoxRow,
    NearRepeatRow,
    RepeatChainRow,
    RepeatZoneRow,
)
from service.analyses.table_kinds import DatasetTable
from service.http.table_routes import TableKind, add_table_routes
from service.queries.patterns.repeats import (
    BurstsQuery,
    KnoxQuery,
    NearRepeatsQuery,
    RepeatChainsQuery,
    RepeatZonesQuery,
)
from service.render.tables.formats import PlainSuffix
from service.runtime.lanes import Cost

router = APIRouter(prefix="/v1/patterns/{dataset}", tags=["patterns"])


add_table_routes(
    router,
    "/knox",
    TableKind(
        name="knox",
        query=KnoxQuery,
        row=KnoxRow,
        answer=DatasetTable[KnoxQuery](
            lambda resources: resources.repeats.knox, lambda _: "knox", Cost.HEAVY
        ),
        description="Pairs of incidents by distance and days between them, against what chance "
        "gives (Knox's test).",
        description_as="One row per band of distance and of days, as CSV or Parquet.",
        suffixes=PlainSuffix,
    ),
)
add_table_routes(
    router,
    "/near-repeats",
    TableKind(
        name="near_repeats",
        query=NearRepeatsQuery,
        row=NearRepeatRow,
        answer=DatasetTable[NearRepeatsQuery](
            lambda resources: resources.repeats.near_repeats, lambda _: "near-repeats", Cost.HEAVY
        ),
        description="Incidents that follow another nearby, that are followed, or neither, against "
        "what chance gives.",
        description_as="One row per class, as CSV or Parquet.",
        suffixes=PlainSuffix,
    ),
)
add_table_routes(
    router,
    "/repeat-chains",
    TableKind(
        name="repeat_chains",
        query=RepeatChainsQuery,
        row=RepeatChainRow,
        answer=DatasetTable[RepeatChainsQuery](
            lambda resources: resources.repeats.chains, lambda _: "repeat-chains", Cost.HEAVY
        ),
        description="Chains of incidents that follow one another nearby, the longest first, with "
        "the places of each.",
        description_as="One row per chain, as CSV, GeoJSON and others.",
    ),
)
add_table_routes(
    router,
    "/repeat-zones",
    TableKind(
        name="repeat_zones",
        query=RepeatZonesQuery,
        row=RepeatZoneRow,
        answer=DatasetTable[RepeatZonesQuery](
            lambda resources: resources.repeats.zones, lambda _: "repeat-zones", Cost.HEAVY
        ),
        description="Circles around recent incidents in which more are to be expected on a day, "
        "with how many\ntimes as many as chance gives have followed, and when each expires.",
        description_as="One row per zone, as CSV, GeoJSON and others.",
    ),
)
add_table_routes(
    router,
    "/bursts",
    TableKind(
        name="bursts",
        query=BurstsQuery,
        row=BurstRow,
        answer=DatasetTable[BurstsQuery](
            lambda resources: resources.repeats.bursts,
            lambda query: f"bursts-{query.window_days}-days",
            Cost.HEAVY,
        ),
        description="The largest number of incidents within some days, of all or of each area, "
        "and whether that\nis a lot (the scan statistic of Naus).",
        description_as="One row for all, or per area, as CSV or Parquet.",
        suffixes=PlainSuffix,
    ),
)
