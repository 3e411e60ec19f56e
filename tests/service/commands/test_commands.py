"""The command line: the same answers as over HTTP, errors in one line."""

import csv
import dataclasses
import io
import json
import socket
import tempfile
import typing

import numpy as np
import pytest
import shapely
import typer
from typer.testing import CliRunner

from boundaries.layers.layer import Layer, LayerMetadata
from boundaries.storage.geoparquet import write_layer
from boundaries.storage.store import LayerStore
from service.__main__ import app
from service.access.admission import Question
from service.access.gates import Gates
from service.access.release import release
from service.commands import terminal as output
from service.model.answers import Answer
from spatial.errors import UnsuitableCrsError
from tests.boundaries.areas import write_geojson
from tests.service import world
from tests.service.answers import FURTHER, csv_rows

# What each answering command is asked, and where it answers over HTTP.
ANSWERS = {
    "choropleth": (
        ["choropleth", world.DATASET, world.CELLS],
        f"/v1/choropleths/{world.DATASET}/{world.CELLS}",
    ),
    "hotspots": (
        ["hotspots", world.DATASET, world.CELLS, "--permutations", "999"],
        f"/v1/hotspots/{world.DATASET}/{world.CELLS}",
    ),
    "scan": (
        ["scan", world.DATASET, world.CELLS, "--model", "permutation", "--step", "quarter"],
        f"/v1/scan/{world.DATASET}/{world.CELLS}",
    ),
    "scan-areas": (
        ["scan-areas", world.DATASET, world.CELLS, "--denominator", "residents"],
        f"/v1/scan/{world.DATASET}/{world.CELLS}/areas",
    ),
    "sites": (["growth", "sites"], "/v1/growth/sites"),
    "overlay": (
        ["growth", "overlay", world.DATASET, "--distance-m", "600"],
        f"/v1/growth/{world.DATASET}/overlay",
    ),
    "priorities": (
        ["growth", "priorities", world.DATASET, "--layer", world.CELLS],
        f"/v1/growth/{world.DATASET}/priorities",
    ),
    "peaks": (["peaks", world.DATASET], f"/v1/heatmaps/{world.DATASET}/peaks"),
    "breakdown": (
        ["breakdown", world.DATASET, "--by", "weekday", "--by", "layer:cell"],
        f"/v1/tables/{world.DATASET}/breakdown",
    ),
    "process-control": (
        ["process-control", world.DATASET, "--rebase", "2024-01", "--direction", "decrease"],
        f"/v1/tables/{world.DATASET}/process-control",
    ),
    "patrols": (
        ["patrols", world.DATASET, "--size-m", "500", "--top", "5"],
        f"/v1/patrols/{world.DATASET}",
    ),
    "patrol-capture": (
        ["patrol-capture", world.DATASET, "--seed", "3"],
        f"/v1/patrols/{world.DATASET}/capture",
    ),
    "patrol-forecast": (
        ["patrol-forecast", world.DATASET, "--test", "quarter"],
        f"/v1/patrols/{world.DATASET}/forecast",
    ),
    "knox": (
        ["knox", world.DATASET, "--band-m", "150", "--band-m", "300", "--orders", "99"],
        f"/v1/patterns/{world.DATASET}/knox",
    ),
    "clusters": (
        ["clusters", world.DATASET, "--minimum", "8", "--draws", "19"],
        f"/v1/clusters/{world.DATASET}",
    ),
    "step-changes": (
        ["step-changes", world.DATASET, "--category", "assault", "--orders", "99"],
        f"/v1/tables/{world.DATASET}/step-changes",
    ),
}
QUERIES = {
    "hotspots": {"permutations": 999},
    "scan": {"model": "permutation", "step": "quarter"},
    "scan-areas": {"denominator": "residents"},
    "overlay": {"distance_m": 600},
    "priorities": {"layer": world.CELLS},
    "breakdown": {"by": ["weekday", "layer:cell"]},
    "process-control": {"rebase": "2024-01", "direction": "decrease"},
    "knox": {"band_m": [150, 300], "orders": 99},
    "clusters": {"minimum": 8, "draws": 19},
    "step-changes": {"category": "assault", "orders": 99},
    "patrols": {"size_m": 500, "top": 5},
    "patrol-capture": {"seed": 3},
    "patrol-forecast": {"test": "quarter"},
}
SHAPELESS = (
    "breakdown",
    "knox",
    "process-control",
    "step-changes",
    "patrol-capture",
    "patrol-forecast",
)
FORMS = [
    (name, form)
    for name in ANSWERS
    for form in ("json", "csv", "geojson", "parquet")
    if form != "geojson" or name not in SHAPELESS
]
TILE = "13/4099/2697"


@pytest.fixture
def run(county):
    """Runs a command on the county; the result has exit_code, stdout and stderr."""

    def run(*args, data_dir=county, **variables):
        environ = {"HOTSPOTS_DATA_DIR": str(data_dir), "COLUMNS": "200", **variables}
        return CliRunner().invoke(app, [str(arg) for arg in args], env=environ)

    return run


@pytest.fixture
def succeed(run):
    def succeed(*args, **options):
        result = run(*args, **options)
        assert result.exit_code == 0, result.output
        return result

    return succeed


def assert_refused(result, *said):
    """Exit status 2, nothing on standard output, one line that names what is wrong."""
    assert result.exit_code == 2, result.output
    assert result.stdout == ""
    lines = result.stderr.strip().splitlines()
    assert len(lines) == 1, result.stderr
    assert lines[0].startswith("error: ")
    for words in said:
        assert words in lines[0]


@pytest.mark.parametrize(("name", "form"), [each for each in FORMS if each[1] != "parquet"])
def test_an_answer_on_standard_output_is_that_of_http(client, succeed, name, form):
    args, address = ANSWERS[name]
    suffix = "" if form == "json" else f".{form}"
    over_http = client.get(f"{address}{suffix}", params=QUERIES.get(name))
    assert succeed(*args, "--format", form).stdout_bytes == over_http.content


@pytest.mark.parametrize(("name", "form"), FORMS)
def test_an_answer_in_a_file_is_that_of_http(client, succeed, tmp_path, name, form):
    args, address = ANSWERS[name]
    suffix = "" if form == "json" else f".{form}"
    over_http = client.get(f"{address}{suffix}", params=QUERIES.get(name))
    out = tmp_path / f"answer.{form}"
    result = succeed(*args, "--out", out)
    assert out.read_bytes() == over_http.content
    assert result.stdout == ""
    assert str(out) in result.stderr


def test_csv_is_what_comes_without_a_format(succeed):
    rows = csv_rows(succeed("choropleth", world.DATASET, world.CELLS).stdout_bytes)
    counts = world.cell_counts()
    assert {row["code"]: int(row["count"]) for row in rows} == {
        code: counts[code] for code in world.CODES
    }


def test_a_csv_file_has_its_provenance_beside_it(client, succeed, tmp_path):
    args, address = ANSWERS["choropleth"]
    succeed(*args, "--out", tmp_path / "cells.csv")
    beside = json.loads((tmp_path / "cells.csv.provenance.json").read_text())
    assert beside == client.get(address).json()["provenance"]


def test_what_csv_has_no_place_for_is_said_beside_it(client, succeed):
    args, address = ANSWERS["choropleth"]
    notes = client.get(address).json()["provenance"]["notes"]
    assert notes
    result = succeed(*args, "--format", "csv")
    assert result.stderr.splitlines() == [f"note: {note}" for note in notes]
    assert succeed(*args, "--format", "json").stderr == ""


def test_nothing_unfinished_is_left_beside_a_file(succeed, tmp_path):
    succeed("choropleth", world.DATASET, world.CELLS, "--out", tmp_path / "cells.geojson")
    assert [each.name for each in tmp_path.iterdir()] == ["cells.geojson"]


def test_options_mean_what_the_parameters_mean(client, succeed):
    options = {
        "measure": "rate",
        "denominator": "residents:2020",
        "per": "100",
        "from": "2023-01",
        "to": "2023-12",
        "category": ["assault", "fire"],
        "classes": "4",
        "within": "district:D1",
    }
    args = ["choropleth", world.DATASET, world.CELLS, "--format", "json"]
    for name, value in options.items():
        for each in value if isinstance(value, list) else [value]:
            args += [f"--{name}", each]
    over_http = client.get(ANSWERS["choropleth"][1], params=options)
    assert over_http.status_code == 200
    assert succeed(*args).stdout_bytes == over_http.content


@pytest.mark.parametrize(
    ("out", "address", "query"),
    [
        ("map.tif", "raster.tif", {"cell-m": "100"}),
        ("map.png", "map.png", {"width": "400"}),
        ("map.svg", "map.svg", {"size": "square"}),
        ("map.json", "summary.json", {"bandwidth-m": "600"}),
    ],
)
def test_a_heat_map_in_a_file_is_that_of_http(client, succeed, tmp_path, out, address, query):
    args = [part for name, value in query.items() for part in (f"--{name}", value)]
    succeed("heatmap", world.DATASET, *args, "--out", tmp_path / out)
    params = {name.replace("-", "_"): value for name, value in query.items()}
    over_http = client.get(f"/v1/heatmaps/{world.DATASET}/{address}", params=params)
    assert (tmp_path / out).read_bytes() == over_http.content


def test_a_tile_in_a_file_is_that_of_http(client, succeed, tmp_path):
    succeed("heatmap", world.DATASET, "--tile", TILE, "--out", tmp_path / "tile.png")
    over_http = client.get(f"/v1/heatmaps/{world.DATASET}/tiles/{TILE}.png")
    assert (tmp_path / "tile.png").read_bytes() == over_http.content


def test_a_summary_comes_where_no_file_is_named(client, succeed):
    found = json.loads(succeed("heatmap", world.DATASET).stdout)
    assert found == client.get(f"/v1/heatmaps/{world.DATASET}/summary.json").json()


@pytest.mark.parametrize(
    ("command", "address"), [("datasets", "/v1/datasets"), ("boundaries", "/v1/boundaries")]
)
def test_a_listing_as_json_is_that_of_http(client, succeed, command, address):
    assert json.loads(succeed(command, "--json").stdout) == client.get(address).json()


def test_the_datasets_are_listed_with_counts_period_and_version(succeed):
    listed = succeed("datasets").stdout
    located = len(world.located_xy_m())
    for words in (
        "callouts: Callouts",
        f"{len(world.RECORDS):,} records: {located:,} located",
        "9 outside",
        "2023-01 to 2024-12, 3 categories",
        "version 0; Ambulance; Open Licence 1",
    ):
        assert words in listed


def test_the_layers_are_listed_with_their_measures(succeed):
    listed = succeed("boundaries").stdout
    assert "district: Districts" in listed
    assert "16 areas, 16.0 km2, vintage 2021" in listed
    assert "residents (2 periods to 2021)" in listed


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["choropleth", "nonsense", "cell"], ["nonsense", "callouts"]),
        (["choropleth", "callouts", "nonsense"], ["nonsense", "district, cell"]),
        (["choropleth", "callouts", "cell", "--category", "x"], ["assault; burglary; fire"]),
        (["choropleth", "callouts", "cell", "--measure", "rate"], ["denominator"]),
        (["choropleth", "callouts", "cell", "--measure", "x"], ["--measure", "'count'"]),
        (["choropleth", "callouts", "cell", "--from", "2024-13"], ["--from", "ISO"]),
        (["choropleth", "callouts", "cell", "--from", "2024-05", "--to", "2023-01"], ["after"]),
        (["choropleth", "callouts", "cell", "--classes", "99"], ["--classes", "99"]),
        (["choropleth", "callouts", "cell", "--out", "cells.xls"], ["cells.xls", ".csv"]),
        (["hotspots", "callouts", "district"], ["at least"]),
        (["hotspots", "callouts", "cell", "--permutations", "-1"], ["--permutations"]),
        (["heatmap", "callouts", "--bandwidth-m", "0"], ["--bandwidth-m", "10"]),
        (["heatmap", "callouts", "--bandwidth-m", "nan"], ["--bandwidth-m"]),
        (["heatmap", "callouts", "--tile", "1/2"], ["z/x/y"]),
        (["heatmap", "callouts", "--tile", "²/1/1"], ["z/x/y"]),
        (["heatmap", "callouts", "--tile", "1/9/9", "--out", "t.png"], ["from 0 to 1"]),
        (["heatmap", "callouts", "--tile", TILE, "--out", "t.tif"], [".png"]),
        (["heatmap", "callouts", "--out", "map.jpg"], [".tif, .json, .png, .svg, .pdf"]),
        (["heatmap", "callouts", "--bbox", "1,2", "--out", "m.tif"], ["four numbers"]),
        (["growth", "overlay", "callouts", "--distance-m", "0"], ["--distance-m"]),
        (["growth", "overlay", "callouts", "--layer", "x"], ["district, cell"]),
    ],
)
def test_what_cannot_be_answered_is_said_in_one_line(run, args, said):
    assert_refused(run(*args), *said)


def test_a_file_that_cannot_be_written_is_named(run, tmp_path):
    out = tmp_path / "no such folder" / "cells.csv"
    assert_refused(run("choropleth", world.DATASET, world.CELLS, "--out", out), str(out))


def test_words_in_brackets_reach_the_terminal(run):
    assert_refused(run("choropleth", "[bold]x[/bold]", "cell"), "[bold]x[/bold]")


@pytest.mark.parametrize(
    ("variable", "value", "said"),
    [
        ("HOTSPOTS_DATADIR", "x", "HOTSPOTS_DATA_DIR"),
        ("HOTSPOTS_CRS", "EPSG:4326", "in metres"),
        ("HOTSPOTS_TILES__MAX_ZOOM", "99", "24"),
        ("HOTSPOTS_TILES", "abc", "tiles"),
    ],
)
def test_a_wrong_setting_is_said_in_one_line(run, variable, value, said):
    assert_refused(run("datasets", **{variable: value}), said)


def test_a_working_crs_without_metres_in_the_county_is_refused_at_import(run, succeed, tmp_path):
    county = shapely.box(0.0, 52.0, 0.4, 52.4)
    path = write_geojson(tmp_path / "county.geojson", [({"code": "C"}, county)], crs=None)
    arguments = ("import", "boundaries", path, "--layer", "county", "--code-field", "code")
    refused = run(*arguments, data_dir=tmp_path, HOTSPOTS_CRS="EPSG:3857")
    assert_refused(refused, "EPSG:3857", "1.63", "set HOTSPOTS_CRS to EPSG:27700")
    assert succeed("boundaries", data_dir=tmp_path).stdout == ""
    assert "by OSTN15 (within 1 m)" in succeed(*arguments, data_dir=tmp_path).stdout


def test_a_working_crs_without_metres_in_the_county_is_refused_at_start(run, tmp_path):
    metadata = LayerMetadata("county", "County", crs="EPSG:3857", order=1, version="0" * 12)
    shapes = np.array([shapely.box(0.0, 6.83e6, 4e4, 6.87e6)], dtype=object)
    (tmp_path / "boundaries").mkdir()
    with (tmp_path / "boundaries" / "county.parquet").open("wb") as file:
        write_layer(Layer(metadata, ("C",), ("C",), shapes), file)
    result = run("serve", "--port", "0", data_dir=tmp_path, HOTSPOTS_CRS="EPSG:3857")
    assert_refused(result, "set HOTSPOTS_CRS to EPSG:27700")
    with pytest.raises(UnsuitableCrsError):
        LayerStore(tmp_path / "boundaries", crs="EPSG:3857").get("county")


def test_without_data_listings_say_how_to_begin(succeed, tmp_path):
    result = succeed("datasets", data_dir=tmp_path)
    assert result.stdout == ""
    assert "hotspots import incidents" in result.stderr
    assert "hotspots import boundaries" in succeed("boundaries", data_dir=tmp_path).stderr


def test_without_a_data_folder_serving_is_refused(run, tmp_path):
    assert_refused(run("serve", data_dir=tmp_path / "nothing"), "nothing", "HOTSPOTS_DATA_DIR")


@pytest.mark.parametrize("command", [("serve",), ("serve", "--workers", "2"), ("demo",)])
def test_a_taken_port_is_said_before_anything_starts(run, tmp_path, command):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        result = run(*command, "--port", port, data_dir=tmp_path)
    assert_refused(result, f"port {port} of 127.0.0.1 is taken", "--port")
    assert list(tmp_path.iterdir()) == []  # nor has the county been made


def test_an_address_of_another_machine_is_refused(run, tmp_path):
    result = run("serve", "--host", "192.0.2.1", "--port", "0", data_dir=tmp_path)
    assert_refused(result, "cannot listen on port 0 of 192.0.2.1", "--host")


def commands():
    """Every command, as the words that call it, with its click command."""
    found = []

    def walk(command, words):
        below = getattr(command, "commands", None)
        if below is None:
            found.append((words, command))
            return
        for name, each in below.items():
            walk(each, (*words, name))

    walk(typer.main.get_command(app), ())
    return found


COMMANDS = commands()


@pytest.mark.parametrize("words", [words for words, _ in COMMANDS], ids=" ".join)
def test_every_command_explains_itself_and_its_options(run, words):
    command = dict(COMMANDS)[words]
    result = run(*words, "--help")
    assert result.exit_code == 0
    assert command.help.splitlines()[0].split(".")[0][:40] in result.stdout
    for parameter in command.params:
        for option in (*parameter.opts, *parameter.secondary_opts):
            if option.startswith("--"):
                assert option in result.stdout


@pytest.mark.parametrize("words", [words for words, _ in COMMANDS], ids=" ".join)
def test_every_command_refuses_an_option_it_does_not_have(run, words):
    result = run(*words, "--colour", "red")
    assert result.exit_code == 2
    assert "--colour" in result.stderr


def test_every_command_that_answers_is_known_here():
    """Who adds a command says here how it is asked; the door out is tested with it."""
    others = [
        "import",
        "derive",
        "demo",
        "serve",
        "doctor",
        "keys",
        "audit",
        "delete",
        "protect",
        "protections",
        "publish",
        "purge",
        "retain",
        "forget",
        "backup",
        "restore",
        "upgrade",
    ]
    answering = {words[0] for words, _ in COMMANDS}.difference(others)
    assert answering == {args[0] for args in EVERY_ANSWER}


def test_a_table_without_shapes_is_no_file_of_shapes(run, tmp_path):
    for suffix in ("gpkg", "geojson", "fgb"):
        result = run("trend", world.DATASET, "--out", str(tmp_path / f"trend.{suffix}"))
        assert result.exit_code == 2
        assert "json, csv, xlsx, parquet" in result.stderr
    assert not list(tmp_path.iterdir())


EVERY_ANSWER = [
    ["datasets"],
    ["datasets", "--json"],
    ["datasets", world.DATASET],
    ["datasets", world.DATASET, "--json"],
    ["boundaries"],
    ["boundaries", "--json"],
    ["heatmap", world.DATASET],
    ["heatmap", world.DATASET, "--tile", TILE, "--out", "{folder}/tile.png"],
    ["heatmap", world.DATASET, "--out", "{folder}/map.png"],
    ["heatmap", world.DATASET, "--out", "{folder}/raster.tif"],
    ["map", "heatmap", world.DATASET, "--out", "{folder}/map.svg"],
    ["map", "choropleth", world.DATASET, world.CELLS, "--out", "{folder}/map.png"],
    ["map", "hotspots", world.DATASET, world.CELLS, "--out", "{folder}/map.png"],
    ["map", "emerging", world.DATASET, world.CELLS, "--permutations", "0", "--out", "{folder}/map.png"],
    [
        "map", "change", world.DATASET, world.CELLS, "--from", "2024-01", "--to", "2024-12",
        "--baseline-from", "2023-01", "--baseline-to", "2023-12", "--out", "{folder}/map.png",
    ],
    ["map", "clusters", world.DATASET, "--draws", "19", "--out", "{folder}/map.png"],
    ["map", "patrols", world.DATASET, "--size-m", "500", "--out", "{folder}/map.png"],
    ["map", "forecast", world.DATASET, "--layer", world.CELLS, "--out", "{folder}/map.png"],
    ["map", "priorities", world.DATASET, "--layer", world.CELLS, "--out", "{folder}/map.png"],
    ["contours", world.DATASET],
    *(args for args, _ in ANSWERS.values()),
    ["choropleth", world.DATASET, world.CELLS, "--out", "{folder}/cells.gpkg"],
    ["emerging", world.DATASET, world.CELLS, "--permutations", "99"],
    ["trend", world.DATASET, "--within", "cell:C00"],
    ["breakdown", world.DATASET, "--by", "hour-by-weekday", "--timing", "aoristic"],
    [
        "trend", world.DATASET, "--by", "layer:cell", "--step", "year", "--compare", "mean",
        "--denominator", "residents", "--per", "100",
    ],
    ["crosstab", world.DATASET, "--rows", "layer:cell", "--columns", "year", "--layout", "wide"],
    ["workbook", "--table", f"/v1/tables/{world.DATASET}/trend", "--out", "{folder}/tables.xlsx"],
    ["assess", "--template", "short", "--out", "{folder}/assessment.html"],
    ["ranked", world.DATASET, world.CELLS],
    ["near", world.DATASET, "premises", "--distance-m", "100", "--distance-m", "300"],
    ["clusters", world.DATASET, "--distance-m", "300", "--draws", "19"],
    ["centres", world.DATASET, "--step", "year"],
    ["pattern", world.DATASET, "--function", "l", "--draws", "19"],
    ["harm", world.DATASET, "--columns", "year", "--denominator", "residents"],
    [
        "similar", world.DATASET, world.CELLS, "--area-group", "similar",
        "--denominator", "residents",
    ],
    ["measures", "similar", world.CELLS, "--area-group", "similar", "--measure", "residents"],
    ["deprivation", world.DATASET, "--layer", "cell"],
    ["measures", "deprivation", "cell"],
    ["profile", world.DATASET, "--within", "cell:C00"],
    ["near-repeats", world.DATASET, "--orders", "99"],
    ["repeat-chains", world.DATASET, "--orders", "99"],
    ["repeat-zones", world.DATASET, "--orders", "99", "--out", "{folder}/zones.gpkg"],
    ["bursts", world.DATASET, "--layer", world.CELLS, "--orders", "99"],
    ["sources"],
    ["quality", "--dataset", world.DATASET],
    [
        "comparison", world.DATASET, "--by", "category", "--from", "2024-01", "--to", "2024-12",
        "--baseline-from", "2023-01", "--baseline-to", "2023-12",
    ],
    ["measures", "table", "cell", "--measure", "tenure-*", "--layout", "wide"],
    ["measures", "trend", "cell", "--measure", "residents", "--compare", "mean"],
    ["measures", "index", "cell", "--group", "tenure", "--within", "district:D1"],
    ["places", "cell"],
    ["areas", "cell"],
    ["neighbours", "cell", "--neighbours", "rook:2"],
    ["associations", world.DATASET, world.CELLS, "--permutations", "99"],
    ["flags", "risk"],
    ["flag-rules"],
    ["growth", "forecast", world.DATASET, "--by", "area", "--household-size", "2.4"],
    [
        "change", world.DATASET, world.CELLS, "--permutations", "99",
        "--from", "2024-01", "--to", "2024-12",
        "--baseline-from", "2023-01", "--baseline-to", "2023-12",
    ],
    ["transitions", world.DATASET, world.CELLS, "--permutations", "99"],
    [
        "similarity", world.DATASET, world.CELLS, "--replicates", "19",
        "--from", "2024-01", "--to", "2024-12",
        "--baseline-from", "2023-01", "--baseline-to", "2023-12",
    ],
    [
        "displacement", world.DATASET, world.CELLS, "--target", "C00", "--control", "C33",
        "--from", "2024-01", "--to", "2024-12",
        "--baseline-from", "2023-01", "--baseline-to", "2023-12",
    ],
]  # fmt: skip


@pytest.fixture
def gated(monkeypatch):
    """Puts other gates before the commands."""

    def put(**gates):
        open_as_usual = output.resources
        monkeypatch.setattr(
            output,
            "resources",
            lambda: dataclasses.replace(open_as_usual(), gates=Gates(**gates)),
        )

    return put


@pytest.mark.parametrize("args", EVERY_ANSWER, ids=lambda args: " ".join(args[:1] + args[-1:]))
def test_every_command_passes_both_gates_in_their_order(gated, succeed, tmp_path, args):
    passed = []

    def admitting(question, audience):
        passed.append(question)

    def releasing(answer, question, audience):
        passed.append(answer)
        return release(answer, question, audience)

    gated(admit=admitting, release=releasing)
    succeed(*(arg.format(folder=tmp_path) for arg in args))
    # What has parts asks for each of them too, before it or while it is made.
    answer = passed[-1]
    question = next(
        part
        for part in reversed(passed)
        if isinstance(part, Question) and " ".join(args).startswith(part.route)
    )
    assert isinstance(answer, typing.get_args(Answer))
    assert set(question.names.values()) <= set(args)


@pytest.mark.parametrize("gate", ["admit", "release"])
@pytest.mark.parametrize("args", EVERY_ANSWER, ids=lambda args: " ".join(args[:1] + args[-1:]))
def test_nothing_is_written_where_a_gate_is_shut(gated, run, tmp_path, args, gate):
    def shut(asked, *context):
        raise PermissionError("no")

    gated(**{gate: shut})
    result = run(*(arg.format(folder=tmp_path) for arg in args))
    assert result.exit_code != 0
    assert result.stdout == ""
    assert not list(tmp_path.iterdir())


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """The county as files that somebody sent."""
    folder = tmp_path_factory.mktemp("files")
    cells = [({"id": c, "label": world.NAMES[c]}, world.square(c)) for c in world.CODES]
    write_geojson(folder / "cells.geojson", cells)
    with (folder / "callouts.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["When", "E", "N", "Kind", "Square"])
        for record in world.RECORDS:
            month_only = record.precision == "month"
            when = record.occurred.strftime("%Y-%m" if month_only else "%Y-%m-%d")
            place = ("", "") if record.x_m is None else (record.x_m, record.y_m)
            writer.writerow([when, *place, record.category, record.code or ""])
    with (folder / "residents.csv").open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["Code", "Residents"])
        writer.writerows((code, f"{value:,.0f}") for code, value in world.RESIDENTS.items())
    return folder


def import_everything(succeed, files, data_dir):
    succeed(
        "import", "boundaries", files / "cells.geojson", "--layer", "cell",
        "--code-field", "id", "--name-field", "label", "--vintage", "2021", data_dir=data_dir,
    )  # fmt: skip
    incidents = succeed(*incidents_of(files), data_dir=data_dir)
    succeed(
        "import", "measures", files / "residents.csv", "--layer", "cell",
        "--measure", "residents", "--period", "2021",
        "--code-field", "Code", "--value-field", "Residents", data_dir=data_dir,
    )  # fmt: skip
    return incidents


def incidents_of(files):
    return [
        "import", "incidents", files / "callouts.csv", "--dataset", "callouts", "--format", "csv",
        "--time", "When", "--x", "E", "--y", "N", "--crs", "EPSG:27700",
        "--category", "Kind", "--area-code", "Square",
    ]  # fmt: skip


def test_files_become_the_same_answers(succeed, files, tmp_path):
    """From files to a table of rates, by the command line alone."""
    summary = import_everything(succeed, files, tmp_path).stdout
    counts = world.placements()
    assert f"{len(world.RECORDS):,} rows read from 1 file" in summary
    assert f"{counts['outside']:,} outside" in summary
    assert f"{counts['not_located']:,} not located" in summary
    rate = ["--measure", "rate", "--denominator", "residents"]
    args = ["choropleth", world.DATASET, world.CELLS, *rate]
    imported, expected = (
        [
            {name: text for name, text in row.items() if name not in FURTHER}
            for row in csv_rows(succeed(*args, **options).stdout_bytes)
        ]
        for options in ({"data_dir": tmp_path}, {})
    )
    assert imported == expected


def test_the_same_file_again_is_refused_and_says_how_to_replace_it(run, succeed, files, tmp_path):
    import_everything(succeed, files, tmp_path)
    assert_refused(run(*incidents_of(files), data_dir=tmp_path), "callouts.csv", "--replace")
    replaced = succeed(*incidents_of(files), "--replace", data_dir=tmp_path)
    assert f"{len(world.RECORDS):,} rows imported before were replaced" in replaced.stdout
    assert f"{len(world.RECORDS):,} records" in succeed("datasets", data_dir=tmp_path).stdout


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["import", "boundaries", "{files}/none.geojson", "--layer", "x", "--code-field", "id"],
         ["none.geojson"]),
        (["import", "boundaries", "{files}/cells.geojson", "--layer", "x", "--code-field", "no"],
         ["no", "id"]),
        (["import", "boundaries", "{files}/cells.geojson", "--layer", "A B", "--code-field", "id"],
         ["A B"]),
        (["import", "incidents", "{files}/callouts.csv", "--dataset", "x", "--format", "csv"],
         ["--time"]),
        (["import", "incidents", "{files}/callouts.csv", "--dataset", "x", "--format", "csv",
          "--time", "Wenn"], ["Wenn", "When"]),
        (["import", "incidents", "{files}/callouts.csv", "--dataset", "X Y", "--format", "csv",
          "--time", "When"], ["X Y"]),
        (["import", "incidents", "{files}/callouts.csv", "--dataset", "x", "--format",
          "police-uk"], ["callouts.csv"]),
        (["import", "incidents", "{files}/callouts.csv", "--dataset", "x", "--format", "csv",
          "--time", "When", "--attribute", "sex"], ["name=column"]),
        (["import", "measures", "{files}/residents.csv", "--layer", "cell", "--measure", "m",
          "--period", "2021", "--code-field", "Code", "--value-field", "Residents"], ["cell"]),
    ],
)  # fmt: skip
def test_what_cannot_be_imported_is_said_in_one_line_and_leaves_nothing(
    run, files, tmp_path, args, said
):
    result = run(*(arg.format(files=files) for arg in args), data_dir=tmp_path)
    assert_refused(result, *said)
    assert not (tmp_path / "incidents").exists()
    assert not list(tmp_path.rglob("*.parquet"))


def test_the_version_is_said(succeed):
    assert succeed("--version").stdout.startswith("hotspot-atlas ")


def test_a_table_on_standard_output_is_one_that_spreadsheets_read(succeed):
    text = succeed("choropleth", world.DATASET, world.CELLS).stdout_bytes.decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(text, newline="")))
    assert len({len(row) for row in rows}) == 1
    assert len(rows) == 1 + len(world.CODES)


def test_lists_name_what_is_damaged_beside_what_is_sound(run, own_county):
    (own_county / "boundaries/district.parquet").write_bytes(b"garbage")
    damaged_dataset = own_county / "incidents/fires/_delta_log"
    damaged_dataset.mkdir(parents=True)
    (damaged_dataset / f"{0:020d}.json").write_bytes(b"garbage")
    listed = run("datasets", data_dir=own_county, HOTSPOTS_STUDY_AREA=world.CELLS)
    assert listed.exit_code == 0
    assert listed.stdout.startswith("callouts: Callouts")
    assert "dataset fires is damaged and left out" in listed.stderr
    listed = run("boundaries", data_dir=own_county)
    assert listed.exit_code == 0
    assert listed.stdout.startswith("cell: ")
    assert "layer district is damaged and left out" in listed.stderr
    refused = run("choropleth", "fires", world.CELLS, data_dir=own_county)
    assert refused.exit_code == 2
    assert "incidents/fires" in refused.stderr


def test_the_doctor_names_faults_and_ends_with_a_status_that_says_so(
    run, own_county, tmp_path, monkeypatch
):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    for path in (own_county, *own_county.rglob("*")):
        path.chmod(0o700 if path.is_dir() else 0o600)
    sound = run("doctor", "--json", data_dir=own_county)
    report = json.loads(sound.stdout)
    assert (sound.exit_code, report["sound"], report["findings"]) == (0, True, [])
    (own_county / "boundaries/district.parquet").write_bytes(b"garbage")
    result = run("doctor", data_dir=own_county)
    assert result.exit_code == 1
    assert "fault: layer district: " in result.stdout
    assert "    mend: hotspots import boundaries FILE --layer district --replace" in result.stdout
    out = own_county / "report.json"
    assert run("doctor", "--json", "--out", str(out), data_dir=own_county).exit_code == 1
    [finding] = json.loads(out.read_text())["findings"]
    assert finding["is_fault"] is True
