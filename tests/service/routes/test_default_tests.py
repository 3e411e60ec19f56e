"""What hotspots are tested of where nothing is asked for, and what answers say of it."""

import shutil
import urllib.parse

import pytest
from typer.testing import CliRunner

from service.__main__ import app
from service.assembly.resources import open_resources
from service.config.settings import Settings
from service.store.incidents import IncidentStore
from service.store.source_files import SourceFile
from tests.service import blocks, world
from tests.service.answers import json_of

HOTSPOTS = f"/v1/hotspots/{world.DATASET}/{blocks.BLOCKS}"
FEW = {"permutations": 999}
BY_RESIDENTS = {"measure": "rate", "denominator": "residents", "null": "poisson"}


def name_denominator(folder, name="residents"):
    """One more delivery of the dataset, whose import names a denominator."""
    rows = world.incident_rows(world.RECORDS[:1])
    IncidentStore(folder / "incidents", crs=world.CRS).append(
        world.DATASET, rows, files=[SourceFile.of("more.csv", b"more")], denominator=name
    )


@pytest.fixture(scope="module")
def plain_county(tmp_path_factory):
    return blocks.add(world.build(tmp_path_factory.mktemp("plain")))


@pytest.fixture
def named_county(plain_county, tmp_path):
    folder = shutil.copytree(plain_county, tmp_path / "named")
    name_denominator(folder)
    return folder


@pytest.fixture
def named(named_county, serve):
    return serve(open_resources(Settings(data_dir=named_county)))


def method_of(answer):
    return answer["provenance"]["method"]


def test_the_rate_by_the_denominator_of_the_dataset_is_tested(named):
    by_default = json_of(named, HOTSPOTS, **FEW)
    assert by_default["rows"] == json_of(named, HOTSPOTS, **FEW, **BY_RESIDENTS)["rows"]
    method = method_of(by_default)
    assert [method[name] for name in BY_RESIDENTS] == list(BY_RESIDENTS.values())
    assert method["measure_by_default"] is True
    assert by_default["provenance"]["notes"][0] == (
        "Tested against incidents drawn anew as if every one of the residents of 2021 had the "
        "same risk."
    )


def test_a_measure_that_is_asked_for_is_tested_as_before(named):
    answer = json_of(named, HOTSPOTS, **FEW, measure="count")
    method = method_of(answer)
    assert (method["measure"], method["null"]) == ("count", "permutation")
    assert method["measure_by_default"] is False
    assert [row["value"] for row in answer["rows"]] == [row["count"] for row in answer["rows"]]


def test_without_a_denominator_the_count_is_tested_and_the_first_note_says_what_it_misses(
    blocks_client,
):
    answer = json_of(blocks_client, HOTSPOTS, **FEW)
    assert method_of(answer)["measure"] == "count"
    assert answer["provenance"]["notes"][0].startswith("Tested against counts dealt out")


def test_a_layer_without_the_denominator_is_tested_by_its_counts(named_county, serve):
    name_denominator_of_nothing = shutil.copytree(named_county, named_county.parent / "other")
    IncidentStore(name_denominator_of_nothing / "incidents", crs=world.CRS).append(
        world.DATASET, world.incident_rows(world.RECORDS[:1]),
        files=[SourceFile.of("again.csv", b"again")], denominator="cars",
    )  # fmt: skip
    client = serve(open_resources(Settings(data_dir=name_denominator_of_nothing)))
    assert method_of(json_of(client, HOTSPOTS, **FEW))["measure"] == "count"


@pytest.mark.parametrize("asked", [{"permutations": 0}, {"statistic": "local-moran", **FEW}])
def test_what_cannot_be_drawn_anew_is_tested_by_its_counts(named, asked):
    assert method_of(json_of(named, HOTSPOTS, **asked))["measure"] == "count"


def test_on_a_grid_whose_cells_are_cut_the_density_is_tested(blocks_client):
    address = f"/v1/hotspots/{world.DATASET}/square:333"
    answer = json_of(blocks_client, address, **FEW)
    method = method_of(answer)
    assert (method["measure"], method["null"]) == ("density", "permutation")
    assert method["unit"] == "incidents per km² in 2023-01 to 2024-12"
    uncut = [row["value"] / row["count"] for row in answer["rows"] if row["value"]]
    assert min(uncut) == pytest.approx(1 / 0.333**2, rel=1e-6)
    assert answer["provenance"]["notes"][0].startswith("Tested against densities dealt out")


def test_a_sliver_at_the_border_counts_as_a_tenth_of_a_cell(blocks_client):
    rows = json_of(blocks_client, f"/v1/hotspots/{world.DATASET}/square:333", **FEW)["rows"]
    assert {row["class"] == "not tested" for row in rows} == {False}
    most = max(row["value"] / row["count"] for row in rows if row["count"])
    assert most <= 1 / (0.1 * 0.333**2) * (1 + 1e-9)


def test_addresses_of_tiles_carry_what_is_tested(named, blocks_client):
    def query_of(client, address):
        (tiles,) = json_of(client, f"{address}/tilejson.json", **FEW)["tiles"]
        return urllib.parse.parse_qs(urllib.parse.urlsplit(tiles).query)

    assert query_of(blocks_client, HOTSPOTS)["measure"] == ["count"]
    for name, value in BY_RESIDENTS.items():
        assert query_of(named, HOTSPOTS)[name] == [value]
    grid = f"/v1/hotspots/{world.DATASET}/square:500"
    assert query_of(blocks_client, grid)["measure"] == ["density"]


def test_an_import_does_not_change_what_an_old_link_shows(plain_county, tmp_path, serve):
    folder = shutil.copytree(plain_county, tmp_path / "own")
    before = serve(open_resources(Settings(data_dir=folder)))
    (tiles,) = json_of(before, f"{HOTSPOTS}/tilejson.json", **FEW)["tiles"]
    query = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(tiles).query))
    del query["v"]
    name_denominator(folder)
    after = serve(open_resources(Settings(data_dir=folder)))
    assert method_of(json_of(after, HOTSPOTS, **query))["measure"] == "count"
    assert method_of(json_of(after, HOTSPOTS, **FEW))["measure"] == "rate"


def test_links_of_the_overview_carry_what_is_tested(named, blocks_client):
    link = HOTSPOTS.removeprefix("/")  # of the page, wherever that is
    assert f"'{link}.csv?measure=count'" in blocks_client.get("/overview").text
    linked = f"'{link}.csv?measure=rate&amp;denominator=residents&amp;null=poisson'"
    assert linked in named.get("/overview").text


def test_smoothed_rates_are_refused_with_what_to_ask_for(client):
    answer = client.get(HOTSPOTS, params={"measure": "smoothed", "denominator": "residents"})
    assert answer.status_code == 422
    assert "ask for measure=rate and null=poisson" in answer.text


def test_an_import_names_the_denominator_and_the_next_one_keeps_it(tmp_path):
    for name, day in (("first", 1), ("second", 2)):
        (tmp_path / f"{name}.csv").write_text(f"when,x,y\n2024-03-0{day},545500,258500\n")
    environ = {"HOTSPOTS_DATA_DIR": str(tmp_path / "data")}
    for name, more in (("first", ["--denominator", "residents"]), ("second", [])):
        command = ["import", "incidents", str(tmp_path / f"{name}.csv"), "--dataset", "calls",
                   "--format", "csv", "--time", "when", "--x", "x", "--y", "y",
                   "--crs", world.CRS, *more]  # fmt: skip
        result = CliRunner().invoke(app, command, env=environ)
        assert result.exit_code == 0, result.output
    incidents = IncidentStore(tmp_path / "data" / "incidents", crs=world.CRS).open("calls")
    assert (len(incidents), incidents.denominator) == (2, "residents")
