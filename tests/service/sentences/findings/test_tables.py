"""Every sentence of every table, on data with nothing, one incident, gaps and no hotspot."""

import re

import pyarrow as pa
import pytest

from service.assembly.resources import open_resources
from service.config.settings import Settings
from service.store.incidents import IncidentStore
from service.store.reference.sites import SiteStore
from service.store.source_files import SourceFile
from tests.service import blocks, world
from tests.service.answers import json_of
from tests.service.conftest import client_of

ONE, PLAIN = "one", "plain"
TABLES = {
    "choropleth": "/v1/choropleths/{dataset}/{layer}?measure={measure}",
    "rate": "/v1/choropleths/{dataset}/{layer}?measure=rate&denominator=residents",
    "hotspots": "/v1/hotspots/{dataset}/{layer}?permutations=999",
    "few draws": "/v1/hotspots/{dataset}/{layer}?permutations=19",
    "emerging": "/v1/hotspots/{dataset}/{layer}/emerging?step=month&permutations=99",
    "change": "/v1/hotspots/{dataset}/{layer}/change?baseline_from=2023-01&baseline_to=2023-12"
    "&from=2024-01&to=2024-12&permutations=99&replicates=0",
    "displacement": "/v1/hotspots/{dataset}/cell/displacement/months?baseline_from=2023-01"
    "&baseline_to=2023-12&from=2024-01&to=2024-12&target=C00&control=C33&measure=harm",
    "similarity": "/v1/hotspots/{dataset}/{layer}/similarity?baseline_from=2023-01"
    "&baseline_to=2023-12&from=2024-01&to=2024-12&replicates=19",
    "transitions": "/v1/hotspots/{dataset}/{layer}/transitions?permutations=99",
    "quantiles": "/v1/hotspots/{dataset}/{layer}/transitions?states=quantile&replicates=19",
    "scan": "/v1/scan/{dataset}/{layer}?permutations=99&rates=both",
    "scan by area": "/v1/scan/{dataset}/{layer}/areas?permutations=99&denominator=residents",
    "clusters": "/v1/clusters/{dataset}?distance_m=300&draws=19",
    "two orders": "/v1/clusters/{dataset}?method=nearest-neighbour&draws=0&harm=true",
    "trend": "/v1/tables/{dataset}/trend?step=month",
    "peaks": "/v1/heatmaps/{dataset}/peaks?bandwidth_m=600",
    "overlay": "/v1/growth/{dataset}/overlay?layer={layer}&household_size=2",
    "overlay by area": "/v1/growth/{dataset}/overlay?layer={layer}&by=area",
    "forecast": "/v1/growth/{dataset}/forecast?layer={layer}&by=area&household_size=2",
    "forecast by site": "/v1/growth/{dataset}/forecast?layer={layer}&by=site&household_size=2",
    "priorities": "/v1/growth/{dataset}/priorities?layer={layer}&household_size=2",
    "patrols": "/v1/patrols/{dataset}?size_m=500&top=3",
    "patrol capture": "/v1/patrols/{dataset}/capture?size_m=500",
    "patrol forecast": "/v1/patrols/{dataset}/forecast?size_m=500&test=auto&top=3",
    "sites": "/v1/growth/sites",
    "sites by district": "/v1/growth/sites?by=district",
}
WITHOUT_ONE = (
    "emerging", "change", "displacement", "similarity", "transitions", "quantiles",
    "patrol forecast",
)  # fmt: skip
SELECTIONS = ("", "&category=assault", "&category=fire&from=2024-01&to=2024-12")
WRONG = re.compile(
    r"\bnan\b|\bNone\b(?! of)|\binf\b|\b1 (areas|sites|incidents|homes)\b|  |\{|\.\.$"
)


@pytest.fixture(scope="module")
def client(tmp_path_factory):
    """The county with blocks, a dataset of one incident and one without any pattern."""
    folder = blocks.add(world.build(tmp_path_factory.mktemp("sentences")))
    evenly = [
        world.Record("assault", world.moment(k), "day", *blocks.square(code).centroid.coords[0])
        for k, code in enumerate(blocks.CODES)
        for _ in range(1 + (7 * int(code[1]) + 5 * int(code[2])) % 3)
    ]
    for name, records in ((ONE, evenly[:1]), (PLAIN, evenly)):
        IncidentStore(folder / "incidents", crs=world.CRS).append(
            name, world.incident_rows(tuple(records)), files=[SourceFile.of(name, name.encode())],
            title=name, source="Test", licence="Open",
        )  # fmt: skip
    x, y = world.square("C33").centroid.coords[0]  # where residents are not known
    SiteStore(folder / "sites", crs=world.CRS).append(
        pa.table({"site_id": ["gap"], "name": ["Gap"], "easting_m": [x], "northing_m": [y],
                  "homes_planned": [300.0], "homes_completed": [0.0], "completed_year": [2024]}),
        file=SourceFile.of("gap.csv", b"gap"),
    )  # fmt: skip
    with client_of(open_resources(Settings(data_dir=folder))) as client:
        yield client


def answers(client, table, dataset):
    """The answers of a table for each selection and layer; refusals are none."""
    for selection in ("",) if "sites" in TABLES[table] else SELECTIONS:
        for layer in (world.CELLS, blocks.BLOCKS, world.DISTRICTS):
            address = TABLES[table].format(dataset=dataset, layer=layer, measure="count")
            answer = client.get(address + selection)
            assert answer.status_code in (200, 404, 422), answer.text
            if answer.status_code == 200:
                yield answer.json()


@pytest.mark.parametrize("dataset", [world.DATASET, ONE, PLAIN])
@pytest.mark.parametrize("table", TABLES)
def test_every_sentence_is_whole_and_says_nothing_of_missing_numbers(client, table, dataset):
    texts = [
        sentence
        for answer in answers(client, table, dataset)
        for sentence in (*answer["sentences"], *answer["provenance"]["notes"])
    ]
    assert texts or (dataset == ONE and table in WITHOUT_ONE)
    for text in texts:
        assert text[0].isupper() or text[0].isdigit() or text.startswith("residents"), text
        assert text.endswith((".", ")")), text
        assert not WRONG.search(text), text


def test_a_forecast_with_gaps_is_summed_as_a_lower_bound(client):
    query = {"layer": world.CELLS, "by": "area", "household_size": 2, "horizon": 2026}
    answer = json_of(client, f"/v1/growth/{world.DATASET}/forecast", **query)
    known = [row["expected"] for row in answer["rows"] if row["year"] == 2026 and row["expected"]]
    sentence = answer["sentences"][-2]
    assert sentence == (
        f"Expected in 16 areas in 2026: at least {sum(known):,.0f} incidents; 1 of them has no "
        "forecast."
    )


def test_a_forecast_without_gaps_is_a_sum(client):
    query = {"layer": blocks.BLOCKS, "by": "area", "household_size": 2, "horizon": 2026}
    query["unpublished"] = "left-out"
    rows = json_of(client, f"/v1/growth/{world.DATASET}/forecast", **query)
    missing = [row for row in rows["rows"] if row["expected"] is None and row["year"] == 2026]
    assert not missing
    assert rows["sentences"][-2].startswith("Expected in 64 areas in 2026: about ")


def test_homes_to_come_are_at_least_those_of_sites_that_publish(client):
    answer = json_of(client, "/v1/growth/sites")
    assert answer["sentences"] == [
        "Still to come at 4 development sites: at least 360 homes; of 1 site it is not known."
    ]


def test_of_one_incident_one_is_said(client):
    answer = json_of(client, f"/v1/choropleths/{ONE}/{blocks.BLOCKS}")
    value = "The highest value is that of Block B00 (West): 1 incident (0.0253 to 5.57)"
    doubt = "chance does not tell it from that of 63 other areas"
    assert answer["sentences"] == ["1 incident is selected.", f"{value}; {doubt}."]


def test_no_hotspot_is_said_to_be_none(client):
    answer = json_of(client, f"/v1/hotspots/{PLAIN}/{blocks.BLOCKS}")
    assert "is hot or cold beyond chance" in answer["sentences"][-1]


@pytest.mark.parametrize("address", ["trend", "ranked/cell", "process-control"])
def test_with_an_area_asked_for_the_incidents_there_are_told_from_all(client, address):
    answer = json_of(client, f"/v1/tables/{world.DATASET}/{address}", within="district:D1")
    counts = answer["provenance"]["counts"]
    inside = sum(counts.get(name, 0) for name in ("in_rows", "in_incomplete_steps"))
    assert 0 < inside < counts["records"]
    told = f"{counts['records']:,} incidents are selected, {inside:,} of them in West"
    assert told in answer["sentences"][0]
