"""Every answer says what it was made from, with versions, and how."""

import hashlib
import json

import orjson
import pytest

from service.assembly.resources import open_resources
from service.config.settings import Settings
from service.config.version import __version__
from tests.service import world
from tests.service.addresses import BACKGROUND, all_addresses, asking
from tests.service.answers import image_of, json_of, read_tif

WITHOUT_ROWS = (
    "/v1/datasets", "/v1/boundaries", "/v1/page.json", "/v1/session", "/health", "/metrics"
)  # fmt: skip
CELLS = f"/v1/choropleths/{world.DATASET}/{world.CELLS}"


def suffix_of(address: str) -> str:
    return address.partition("?")[0].rpartition(".")[2]


@pytest.fixture(scope="module")
def documents(client):
    """Every JSON answer about incidents or sites, by its address."""
    found = {}
    for address in all_addresses(client.app):
        answer = client.get(address)
        is_json = answer.headers["Content-Type"].startswith(
            ("application/json", "application/geo+json")
        )
        lists = address.startswith(BACKGROUND) or (
            address.startswith(WITHOUT_ROWS) and "tile" not in address
        )
        lists = lists or (address.startswith("/ogc") and "/items" not in address)
        # Rules, and what will be asked for an assessment: of no data.
        lists = lists or address == "/v1/flags" or address.startswith("/v1/assessments")
        if is_json and not lists:
            content = answer.json()
            # A style has room for it in its metadata only.
            metadata = content.get("metadata", {})
            if "hotspot-atlas:provenance" in metadata:
                content["provenance"] = metadata["hotspot-atlas:provenance"]
            found[address] = content
    assert len(found) > 15
    return found


def test_every_answer_has_a_provenance_with_all_its_parts(documents):
    parts = {"filter", "method", "counts", "notes", "software", "synthetic", "located_share"}
    for address, document in documents.items():
        provenance = document["provenance"]
        assert parts <= set(provenance), address
        assert provenance["software"] == f"hotspot-atlas {__version__}"
        assert provenance["method"]["name"], address


def test_every_answer_names_the_versions_of_what_it_was_made_from(documents):
    for address, document in documents.items():
        provenance = document["provenance"]
        if world.DATASET in address:
            assert provenance["dataset"]["id"] == world.DATASET, address
            assert provenance["dataset"]["version"] == 0, address
        if "/growth/" in address:
            assert provenance["sites"]["version"] == 0, address
        if f"/{world.CELLS}" in address:
            assert len(provenance["layer"]["version"]) == 12, address
            assert provenance["layer"]["vintage"] == "2021", address


def test_every_table_carries_the_digest_of_its_rows(documents):
    tables = {a: d for a, d in documents.items() if "rows" in d or "features" in d}
    assert len(tables) > 8
    for address, document in tables.items():
        has_rows = "rows" in document
        rows = document["rows"] if has_rows else [f["properties"] for f in document["features"]]
        # As this library writes numbers; the digest is of the rows' text.
        digest = hashlib.sha256(orjson.dumps(rows)).hexdigest()
        assert document["provenance"]["rows_sha256"] == digest, address


def test_all_formats_of_a_table_carry_the_same_provenance(client, documents):
    plain = [a for a, d in documents.items() if "rows" in d]
    known = set(all_addresses(client.app))
    compared = 0
    for address in plain:
        path, _, query = address.partition("?")
        expected = documents[address]["provenance"]
        # A table of steps has no shapes, and a search is no table to keep.
        in_csv, in_geojson = (asking(f"{path}.{suffix}?{query}") for suffix in ("csv", "geojson"))
        if in_csv in known:
            assert json.loads(client.get(in_csv).headers["Provenance"]) == expected, address
            compared += 1
        if in_geojson in known:
            assert documents[in_geojson]["provenance"] == expected, address
            compared += 1
    assert compared > 12


def test_all_pictures_of_a_surface_carry_the_provenance_of_its_summary(client):
    heatmap = f"/v1/heatmaps/{world.DATASET}"
    query = {"category": "assault", "bandwidth_m": 600}
    expected = json_of(client, f"{heatmap}/summary.json", **query)["provenance"]
    del expected["method"]["significance"]  # of peaks, which pictures do not have
    for name in ("map.png", "tiles/13/4099/2697.png"):
        text = image_of(client, f"{heatmap}/{name}", **query).text
        assert json.loads(text["Provenance"]) == expected, name
    for name in ("raster.tif", "tiles/13/4099/2697.tif"):
        content = client.get(f"{heatmap}/{name}", params=query).content
        assert read_tif(content).provenance() == expected, name
    assert json_of(client, f"{heatmap}/tilejson.json", **query)["provenance"] == expected


def test_the_area_to_stay_within_is_named_with_its_version(client):
    heatmap = f"/v1/heatmaps/{world.DATASET}/summary.json"
    for address in (CELLS, heatmap, f"/v1/growth/{world.DATASET}/overlay"):
        within = json_of(client, address, within="district:D1")["provenance"]["within"]
        assert (within["id"], within["name"]) == ("district:D1", "West")
        assert len(within["version"]) == 12


def test_what_answers_differ_in_their_provenance_differs_in(client):
    questions = [{}, {"category": "fire"}, {"to": "2023-06"}, {"within": "district:D1"}]
    said = {json.dumps(json_of(client, CELLS, **q)["provenance"]["filter"]) for q in questions}
    assert len(said) == len(questions)


def test_no_clock_is_in_an_answer(client, documents, county, serve):
    """Asked again by another process, at another time: the same."""
    other = serve(open_resources(Settings(data_dir=county)))
    for address in list(documents)[::5]:
        again = other.get(address).json()
        told = documents[address]
        if "metadata" in again:
            again["provenance"] = again["metadata"]["hotspot-atlas:provenance"]
        assert again == told
