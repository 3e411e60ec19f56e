"""``hotspots import neighbours``: from a file of another program to a rule that questions name."""

import shutil

import numpy as np
import pytest

from service.assembly.resources import open_resources
from service.config.settings import Settings
from service.imports.neighbours import NeighbourOptions, import_neighbours
from service.store.errors import (
    AlreadyImportedError,
    DatasetSettingsError,
    ImportRefusedError,
    NeighboursExistError,
    UnknownNeighboursError,
)
from service.store.reference.neighbours import NeighbourStore
from spatial.errors import InvalidNeighboursError
from spatial.weights.graphs import from_graph, to_graph
from tests.service import world
from tests.service.answers import json_of, rows_of
from tests.service.conftest import client_of
from tests.spatial.lattices import dense_weights, random_map

LENIENT = NeighbourOptions(name="roads", max_rejected_share=1.0)


@pytest.fixture
def store(tmp_path):
    return NeighbourStore(tmp_path / "data" / "neighbours")


@pytest.fixture
def layer(county):
    return open_resources(Settings(data_dir=county)).layers.get(world.CELLS)


@pytest.fixture(scope="module")
def served(county, tmp_path_factory):
    """A county of our own, and a client of it."""
    folder = shutil.copytree(county, tmp_path_factory.mktemp("neighbours") / "data")
    resources = open_resources(Settings(data_dir=folder))
    with client_of(resources) as client:
        yield resources, client


@pytest.fixture
def write(tmp_path):
    def write_file(text, name="links.csv"):
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return path

    return write_file


def links_of(store, name="roads"):
    imported = store.get(world.CELLS, name)
    return list(zip(imported.code, imported.neighbour, imported.weight.tolist(), strict=True))


@pytest.mark.parametrize("suffix", ["gal", "gwt"])
@pytest.mark.parametrize("seed", [1, 2])
def test_what_libpysal_writes_comes_back(store, layer, tmp_path, suffix, seed):
    neighbours = random_map(seed, len(layer), weighted=suffix == "gwt")
    graph, path = to_graph(neighbours, layer.codes), tmp_path / f"links.{suffix}"
    (graph.to_gal if suffix == "gal" else graph.to_gwt)(path)
    summary = import_neighbours(store, path, layer, NeighbourOptions(name="roads"))
    assert summary.rejected == 0
    found = store.get(world.CELLS, "roads").of(layer)
    expected = from_graph(graph, layer.codes)
    np.testing.assert_allclose(dense_weights(found), dense_weights(expected), atol=1e-7)
    assert found.islands.tolist() == neighbours.islands.tolist()
    assert found.rule == "imported:roads"


@pytest.mark.parametrize("suffix", ["csv", "gal", "gwt"])
def test_what_the_service_writes_can_be_imported_and_asked_for(served, tmp_path, suffix):
    resources, client = served
    url, rule = f"/v1/neighbours/{world.CELLS}", {"neighbours": "inverse-distance:2500"}
    before = rows_of(client, url, **rule)
    path = tmp_path / f"links.{suffix}"
    path.write_bytes(client.get(f"{url}.{suffix}", params=rule).content)
    import_neighbours(
        resources.neighbours,
        path,
        resources.layers.get(world.CELLS),
        NeighbourOptions(name=suffix),
    )
    after = rows_of(client, url, neighbours=f"imported:{suffix}")
    assert [(r["code"], r["neighbour"]) for r in after] == [
        (r["code"], r["neighbour"]) for r in before
    ]
    if suffix != "gal":
        weights = [r["weight"] for r in before]
        assert [r["weight"] for r in after] == pytest.approx(weights, rel=1e-5)
    hotspots = f"/v1/hotspots/{world.DATASET}/{world.CELLS}"
    answer = json_of(client, hotspots, neighbours=f"imported:{suffix}", permutations=0)
    assert answer["provenance"]["method"]["links"] == len([r for r in after if r["neighbour"]])


def test_another_import_changes_the_answers(served, write):
    resources, client = served
    url, layer = f"/v1/neighbours/{world.CELLS}", resources.layers.get(world.CELLS)
    hotspots = f"/v1/hotspots/{world.DATASET}/{world.CELLS}"
    links, tags = [], []
    for number, text in enumerate(("C00,C01", "C00,C11\nC11,C00")):
        path = write(f"code,neighbour\n{text}\n", f"{number}.csv")
        options = NeighbourOptions(name="roads", replace=True)
        import_neighbours(resources.neighbours, path, layer, options)
        rows = rows_of(client, url, neighbours="imported:roads")
        links.append([(r["code"], r["neighbour"]) for r in rows if r["neighbour"]])
        query = {"neighbours": "imported:roads", "permutations": 0}
        tags.append(client.get(hotspots, params=query).headers["ETag"])
    assert links == [[("C00", "C01")], [("C00", "C11"), ("C11", "C00")]]
    assert tags[0] != tags[1]


def test_columns_have_usual_names_and_areas_alone_a_blank_or_themselves(store, layer, write):
    path = write("focal,neighbor,w\nC00,C01,2.5\nC10,,\nC11,C11,0\n")
    summary = import_neighbours(store, path, layer, NeighbourOptions(name="roads"))
    assert links_of(store)[0] == ("C00", "C01", 2.5)
    assert [link[:2] for link in links_of(store)[1:]] == [("C10", None), ("C11", None)]
    assert any("1 links lead one way" in note for note in summary.notes)
    assert any("are not in the file" in note for note in summary.notes)


@pytest.mark.parametrize(
    ("row", "column", "reason"),
    [
        (",C01,1", "code", "is blank"),
        ("X9,C01,1", "code", "is no area of layer cell"),
        ("C00,X9,1", "neighbour", "is no area of layer cell"),
        ("C00,C01,0", "weight", "is no number above 0"),
        ("C00,C01,-1", "weight", "is no number above 0"),
        ("C00,C01,inf", "weight", "is no number above 0"),
        ("C10,C11,1", "neighbour", "is a neighbour already"),
    ],
)
def test_a_row_that_is_wrong_is_rejected_with_its_reason(store, layer, write, row, column, reason):
    path = write(f"code,neighbour,weight\nC10,C11,1\n{row}\n")
    summary = import_neighbours(store, path, layer, LENIENT)
    assert (summary.written, summary.rejected) == (1, 1)
    assert reason in summary.rejects_path.read_text("utf-8-sig")
    assert {group.column for group in summary.rejected_for} == {column}


@pytest.mark.parametrize(
    ("name", "text", "reason"),
    [
        ("a.gal", "", "must begin with the number of areas"),
        ("a.gal", "areas\nC00 1\nC01\n", "must begin with the number of areas"),
        ("a.gal", "2\nC00 1\nC01\n", "area 2 of 2 must have its code"),
        ("a.gal", "1\nC00 2\nC01\n", "ends within area 'C00'"),
        ("a.gal", "1\nC00 1\nC01\nC02 0\n", "more than the 1 areas"),
        ("a.gal", "1\nC00 x\nC01\n", "area 1 of 1"),
        ("a.gwt", "0 2 cell code\nC00 C01\n", "line 2 must have two codes and a weight"),
        ("a.csv", "a,b\n1,2\n", "no column called code"),
    ],
)
def test_a_file_that_is_none_is_refused_with_the_place(store, layer, write, name, text, reason):
    with pytest.raises(ImportRefusedError, match=reason):
        import_neighbours(store, write(text, name), layer, LENIENT)
    assert store.version() is None


def test_neighbours_are_loaded_once_unless_they_are_replaced(store, layer, write):
    path = write("code,neighbour\nC00,C01\n")
    import_neighbours(store, path, layer, NeighbourOptions(name="roads", source="Council"))
    assert store.get(world.CELLS, "roads").source == "Council"
    with pytest.raises(AlreadyImportedError):
        import_neighbours(store, path, layer, NeighbourOptions(name="rails"))
    other = write("code,neighbour\nC10,C11\n", "other.csv")
    with pytest.raises(NeighboursExistError, match="--replace"):
        import_neighbours(store, other, layer, NeighbourOptions(name="roads"))
    import_neighbours(store, other, layer, NeighbourOptions(name="roads", replace=True))
    assert [link[:2] for link in links_of(store)] == [("C10", "C11")]


def test_a_name_that_nobody_can_ask_for_is_refused(store, layer, write):
    path = write("code,neighbour\nC00,C01\n")
    with pytest.raises(DatasetSettingsError):
        import_neighbours(store, path, layer, NeighbourOptions(name="My Roads"))


def test_neighbours_that_there_are_not_are_refused_with_those_there_are(store, layer, write):
    with pytest.raises(UnknownNeighboursError, match="none is imported for it yet"):
        store.get(world.CELLS, "rails")
    import_neighbours(store, write("code,neighbour\nC00,C01\n"), layer, LENIENT)
    with pytest.raises(UnknownNeighboursError, match="it has: imported:roads"):
        store.get(world.CELLS, "rails")


def test_neighbours_of_other_boundaries_are_refused_when_they_are_asked_for(
    store, layer, write, county
):
    import_neighbours(store, write("code,neighbour\nC00,C01\n"), layer, LENIENT)
    districts = open_resources(Settings(data_dir=county)).layers.get(world.DISTRICTS)
    with pytest.raises(InvalidNeighboursError, match="of other boundaries"):
        store.get(world.CELLS, "roads").of(districts)


def test_a_question_for_unknown_neighbours_says_so(client):
    answer = client.get(f"/v1/neighbours/{world.CELLS}", params={"neighbours": "imported:none"})
    assert answer.status_code == 422
    assert "none is imported for it yet" in answer.text
