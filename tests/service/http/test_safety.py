"""What a hostile reader would try: leaks, injections, other methods, other origins."""

import dataclasses
import io
import json
import logging
import shutil
import threading
import urllib.parse
from concurrent.futures import ThreadPoolExecutor

import pytest
from PIL import Image

from service.access.gates import Gates
from service.assembly.resources import open_resources
from service.config.settings import Settings
from tests.service import world
from tests.service.addresses import ABOUT_THE_PROCESS, OGC_XML, all_addresses

CELLS = f"/v1/choropleths/{world.DATASET}/{world.CELLS}"
SECRET = "secret-at-/srv/private/key"


@pytest.fixture
def broken(resources, serve):
    """The service with a door that crashes, and says a secret as it does."""

    def crash(answer, question, audience):
        raise RuntimeError(SECRET)

    return serve(dataclasses.replace(resources, gates=Gates(release=crash)))


def test_a_crash_never_shows_its_inside(broken):
    for address in all_addresses(broken.app):
        answer = broken.get(address)
        assert answer.status_code == 500, address
        everything = answer.text + json.dumps(dict(answer.headers))
        for leak in (SECRET, "/srv", "Traceback", "RuntimeError", ".py"):
            assert leak not in everything, address
        assert "The server could not answer." in answer.text
        told = "application/xml" if address.startswith(OGC_XML) else "application/problem+json"
        assert answer.headers["Content-Type"] == told


def test_a_crash_is_logged_with_its_cause_and_address(broken, caplog):
    with caplog.at_level(logging.ERROR, logger="hotspots"):
        broken.get(CELLS)
    logged = [r for r in caplog.records if r.name == "hotspots"]
    assert any(CELLS in r.getMessage() for r in logged)
    assert any(r.exc_info and SECRET in str(r.exc_info[1]) for r in logged)


def test_a_store_that_crashes_shows_nothing(resources, serve):
    class Broken:
        """A store of which every question ends in a crash."""

        def __getattr__(self, name):
            raise RuntimeError(SECRET)

    client = serve(dataclasses.replace(resources, catalogue=Broken(), choropleths=Broken()))
    for address in ("/v1/datasets", "/overview", CELLS, f"{CELLS}.csv"):
        answer = client.get(address)
        assert answer.status_code == 500
        assert SECRET not in answer.text


def test_a_damaged_table_is_a_503_that_names_no_path(own_county, serve, caplog):
    for file in (own_county / "incidents" / world.DATASET).glob("*.parquet"):
        file.write_bytes(b"not a table")
    with caplog.at_level(logging.ERROR):
        answer = serve(open_resources(Settings(data_dir=own_county))).get(CELLS)
    assert answer.status_code == 503
    assert str(own_county) not in answer.text
    assert "parquet" not in answer.text
    assert caplog.records  # the operator is told


def test_a_damaged_layer_is_a_503_that_names_no_path(own_county, serve):
    (own_county / "boundaries" / "cell.parquet").write_bytes(b"not a layer")
    answer = serve(open_resources(Settings(data_dir=own_county))).get(CELLS)
    assert answer.status_code == 503
    assert str(own_county) not in answer.text


@pytest.mark.parametrize(
    "path",
    [
        "/v1/datasets/..%2F..%2Fetc%2Fpasswd",
        "/v1/datasets/%2e%2e",
        "/v1/datasets/callouts%00",
        "/v1/datasets/callouts%0A",
        "/v1/datasets/callouts%0d%0aSet-Cookie:x=1",
        "/v1/boundaries/..%2Fincidents%2Fcallouts.geojson",
        "/v1/boundaries/%2e%2e%2fcell.geojson",
        "/v1/boundaries/cell%0A.geojson",
        "/v1/choropleths/callouts/..%2Fcell.csv",
        "/v1/choropleths/..%2F..%2Fincidents%2Fcallouts/cell",
        "/v1/heatmaps/%2e%2e%2f%2e%2e/summary.json",
        "/v1/growth/%00/overlay",
    ],
)
def test_no_path_leads_out_of_the_data(client, path):
    assert client.get("/v1/datasets/callouts").status_code == 200  # what must not be mistaken
    answer = client.get(path)
    assert answer.status_code in (404, 422), answer.text
    assert "Set-Cookie" not in answer.headers
    assert answer.headers["Content-Type"] == "application/problem+json"


def test_a_line_break_in_a_path_makes_no_line_in_the_log(broken, caplog):
    with caplog.at_level(logging.ERROR, logger="hotspots"):
        broken.get(f"/ogc/collections/boundaries:{world.CELLS}/items/C00%0A")
    assert caplog.records
    assert not any("\n" in record.getMessage() for record in caplog.records)


def test_no_parameter_makes_a_header(client):
    answer = client.get(CELLS, params={"category": "assault\r\nSet-Cookie: x=1"})
    assert answer.status_code == 422
    assert "Set-Cookie" not in answer.headers


def test_the_page_escapes_what_importers_wrote(own_county, serve):
    title = "<script>alert('x')</script>\"'"
    store = open_resources(Settings(data_dir=own_county)).incidents
    store.append(
        "hostile",
        world.incident_rows(world.RECORDS[:5]),
        files=[world.SourceFile.of("x.csv", b"x")],
        title=title,
        source=title,
        licence=title,
    )
    shutil.rmtree(own_county / "incidents" / world.DATASET)  # so that it is drawn first
    page = serve(open_resources(Settings(data_dir=own_county))).get("/overview").text
    assert "hostile" in page
    assert "<script>" not in page
    assert "&lt;script&gt;" in page


@pytest.mark.parametrize("quote", ["'", '"'])
def test_the_page_loads_nothing_from_elsewhere(client, quote):
    page = client.get("/overview").text
    for attribute in ("src", "href"):
        for part in page.split(f"{attribute}={quote}")[1:]:
            # Relative, so that it also works under a path prefix.
            address = part.partition(quote)[0]
            assert urllib.parse.urljoin("http://here/atlas/", address).startswith(
                "http://here/atlas/"
            ), address


def test_head_is_answered_as_get_without_the_body(client):
    for address in set(all_addresses(client.app)) - ABOUT_THE_PROCESS:
        head, get = client.head(address), client.get(address)
        assert head.status_code == 200, address
        assert head.content == b""
        for name in ("ETag", "Content-Type", "Content-Length", "Cache-Control"):
            assert head.headers[name] == get.headers[name], address


def test_head_of_what_is_not_there_is_a_404(client):
    answer = client.head("/v1/datasets/nonsense")
    assert answer.status_code == 404
    assert answer.content == b""


def test_many_who_ask_at_once_get_the_same_answer(county, serve):
    """Threads share stores, caches and kernels; nothing is mixed up."""
    client = serve(open_resources(Settings(data_dir=county)))
    questions = [
        (CELLS, {"category": "assault"}),
        (CELLS, {"category": "burglary"}),
        (f"{CELLS}.csv", {"measure": "rate", "denominator": "residents"}),
        (f"/v1/hotspots/{world.DATASET}/{world.CELLS}", {"permutations": 99}),
        (f"/v1/heatmaps/{world.DATASET}/tiles/13/4099/2697.png", {"bandwidth_m": 300}),
        (f"/v1/heatmaps/{world.DATASET}/map.png", {"width": 300}),
        (f"/v1/growth/{world.DATASET}/overlay", {}),
    ]
    together = threading.Barrier(4 * len(questions))

    def ask(question):
        together.wait(30)
        address, query = question
        return question, client.get(address, params=query)

    with ThreadPoolExecutor(4 * len(questions)) as pool:
        answers = list(pool.map(ask, questions * 4))
    alone = {str(q): client.get(q[0], params=q[1]).content for q in questions}
    for question, answer in answers:
        assert answer.status_code == 200
        assert answer.content == alone[str(question)]


def test_many_who_ask_for_one_tile_cause_one_computation(county, serve):
    resources = open_resources(Settings(data_dir=county))
    computed = []

    class Counting:
        """The heat maps, counting the tiles they compute."""

        def __getattr__(self, name):
            return getattr(resources.heatmaps, name)

        def tile(self, *args, **options):
            computed.append(args)
            return resources.heatmaps.tile(*args, **options)

    client = serve(dataclasses.replace(resources, heatmaps=Counting()))
    together = threading.Barrier(20)

    def ask(_):
        together.wait(30)
        return client.get(f"/v1/heatmaps/{world.DATASET}/tiles/13/4099/2697.png").content

    with ThreadPoolExecutor(20) as pool:
        bodies = set(pool.map(ask, range(20)))
    assert len(computed) == 1
    assert len(bodies) == 1
    assert Image.open(io.BytesIO(bodies.pop())).size == (256, 256)


def test_an_import_between_two_questions_mixes_nothing(own_county, serve):
    """Rows, counts and version of one answer are of one version of the data."""
    client = serve(open_resources(Settings(data_dir=own_county)))
    done = threading.Event()

    def import_more():
        for i in range(4):
            world.append_incidents(own_county, world.RECORDS[: i + 1], name=f"more-{i}.csv")
        done.set()

    records = [len(world.RECORDS)]
    for i in range(4):
        records.append(records[-1] + i + 1)
    with ThreadPoolExecutor(1) as pool:
        importing = pool.submit(import_more)
        while True:
            last = done.is_set()
            answer = client.get(CELLS).json()
            provenance = answer["provenance"]
            version = provenance["dataset"]["version"]
            counts = provenance["counts"]
            lost = counts["outside"] + counts["not_located"]
            assert counts["records"] == records[version]
            assert sum(row["count"] for row in answer["rows"]) + lost == records[version]
            if last:
                break
        importing.result()
    assert client.get(CELLS).json()["provenance"]["dataset"]["version"] == 4
