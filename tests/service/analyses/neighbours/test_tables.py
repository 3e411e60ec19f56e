"""``/v1/neighbours/{layer}``: as libpysal reads and makes it."""

import io

import numpy as np
import pyarrow.parquet as pq
import pytest

from service.assembly.resources import open_resources
from service.config.settings import Settings
from service.queries.neighbour_rules import checked_neighbours
from spatial.weights.distance_weights import knn
from spatial.weights.triangulation import delaunay, gabriel
from tests.service import world
from tests.service.answers import json_of, rows_of

URL = "/v1/neighbours/cell"


@pytest.fixture(scope="module")
def cells(county):
    return open_resources(Settings(data_dir=county)).layers.get("cell")


def links_of(rows):
    return {(r["code"], r["neighbour"]) for r in rows if r["neighbour"] is not None}


def expected_links(graph):
    adjacency = graph.adjacency
    return set(adjacency[adjacency > 0].index.to_list())


@pytest.mark.parametrize("rule", ["queen", "rook"])
def test_contiguity_is_that_of_libpysal(client, cells, rule):
    import geopandas as gpd
    from libpysal.graph import Graph

    frame = gpd.GeoDataFrame(geometry=cells.geometries, index=list(cells.codes))
    graph = Graph.build_contiguity(frame, rook=rule == "rook")
    assert links_of(rows_of(client, URL, neighbours=rule)) == expected_links(graph)
    twice = graph.higher_order(2, lower_order=True)
    assert links_of(rows_of(client, URL, neighbours=f"{rule}:2")) == expected_links(twice)


@pytest.mark.parametrize(
    ("rule", "find"),
    [("delaunay", delaunay), ("gabriel", gabriel), ("knn:3", lambda xy_m: knn(xy_m, 3))],
)
def test_rules_of_centroids_are_those_of_the_numerics(client, cells, rule, find):
    neighbours = find(cells.centroids_m)
    origin = np.repeat(np.arange(neighbours.n), neighbours.counts)
    codes = np.array(cells.codes)
    expected = set(zip(codes[origin], codes[neighbours.indices], strict=True))
    assert links_of(rows_of(client, URL, neighbours=rule)) == expected


def test_areas_without_a_neighbour_have_a_row_and_are_named(client, cells):
    answer = json_of(client, URL, neighbours="distance:10")
    assert [row["code"] for row in answer["rows"]] == list(cells.codes)
    assert {row["neighbour"] for row in answer["rows"]} == {None}
    assert answer["provenance"]["method"]["islands"] == len(cells)
    assert "queen+nearest" in " ".join(answer["provenance"]["notes"])


def test_within_leaves_the_links_to_other_areas_out(client):
    inside = {row["code"] for row in rows_of(client, URL, within="district:D1")}
    every = links_of(rows_of(client, URL))
    assert links_of(rows_of(client, URL, within="district:D1")) == {
        (code, other) for code, other in every if code in inside and other in inside
    }


def test_standardised_weights_add_up_to_one(client):
    sums: dict[str, float] = {}
    for row in rows_of(client, URL, standardise=True):
        sums[row["code"]] = sums.get(row["code"], 0.0) + row["weight"]
    assert all(total == pytest.approx(1.0) for total in sums.values())


@pytest.mark.parametrize("rule", ["queen", "distance:10", "inverse-distance:4000"])
def test_files_are_read_by_libpysal(client, tmp_path, rule):
    from libpysal.graph import read_gal, read_gwt

    rows = rows_of(client, URL, neighbours=rule)
    for suffix, read in (("gal", read_gal), ("gwt", read_gwt)):
        path = tmp_path / f"cells.{suffix}"
        path.write_bytes(client.get(f"{URL}.{suffix}", params={"neighbours": rule}).content)
        graph = read(path)
        assert expected_links(graph) == links_of(rows)
        assert set(graph.unique_ids) == {row["code"] for row in rows}
        if suffix == "gwt":
            weights = {(r["code"], r["neighbour"]): r["weight"] for r in rows if r["neighbour"]}
            assert graph.adjacency[graph.adjacency > 0].to_dict() == pytest.approx(weights)


def test_parquet_has_the_rows(client):
    table = pq.read_table(io.BytesIO(client.get(f"{URL}.parquet").content))
    assert links_of(table.to_pylist()) == links_of(rows_of(client, URL))


def test_a_grid_has_neighbours_too(client):
    rows = rows_of(client, "/v1/neighbours/hex:2000", neighbours="queen")
    counts = {row["code"]: 0 for row in rows}
    for code, _ in links_of(rows):
        counts[code] += 1
    assert max(counts.values()) == 6


@pytest.mark.parametrize(
    ("rule", "canonical"),
    [
        ("queen:1", "queen"), ("rook:02", "rook:2"), ("queen nearest", "queen+nearest"),
        ("knn:8", "knn:8"), ("knn:1", "knn:1"), ("distance:1500.0", "distance:1500"),
    ],
)  # fmt: skip
def test_a_rule_has_one_spelling(rule, canonical):
    assert checked_neighbours(rule) == canonical


@pytest.mark.parametrize(
    "rule", ["", "queen:0", "queen:11", "delaunay:2", "knn:0", "kernel:", "x"]
)
def test_a_rule_that_there_is_not_is_refused_with_those_allowed(client, rule):
    answer = client.get(URL, params={"neighbours": rule})
    assert answer.status_code == 422
    assert "delaunay" in answer.text


def test_a_rule_that_looks_at_values_is_refused(client):
    answer = client.get(URL, params={"neighbours": "auto"})
    assert answer.status_code == 422
    assert "name a rule" in answer.text


@pytest.mark.parametrize("rule", ["delaunay", "queen:2", "rook+nearest"])
def test_hotspots_take_the_rule(client, rule):
    answer = json_of(
        client,
        f"/v1/hotspots/{world.DATASET}/cell",
        neighbours=rule,
        permutations=0,
        measure="count",
    )
    links = len(links_of(rows_of(client, URL, neighbours=rule)))
    assert answer["provenance"]["method"]["links"] == links
