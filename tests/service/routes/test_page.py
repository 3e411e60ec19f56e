"""The page, its files, its first question, and what a browser may do with answers."""

import base64
import dataclasses
import gzip
import hashlib
import re

import numpy as np
import pytest

from service.access.gates import Gates
from service.access.release import release
from service.analyses.catalogue.page_files import PageFiles
from service.assembly.resources import open_resources
from service.config.settings import BackgroundSettings, Settings
from tests.places import moved
from tests.service import world
from tests.service.addresses import all_addresses
from tests.service.answers import json_of

PAGE_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; "
    "font-src 'self'; connect-src 'self'; worker-src 'self'; manifest-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
ANSWER_POLICY = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
SCRIPT = b"export const answer = 42;\n" * 100
BUILT = {
    "index.html": b"<!doctype html><script type='module' src='/page/main-Ab12cd34.js'></script>",
    "docs.html": b"<!doctype html><title>Documentation</title>",
    "built.json": b"{}",
    "main-Ab12cd34.js": SCRIPT,
    "main-Ab12cd34.js.gz": gzip.compress(SCRIPT, 9, mtime=0),
    "main-Ab12cd34.js.br": b"as if by brotli",
    "assets/style.0f9e8d7c.css": b"body { margin: 0 }",
    "favicon.svg": b"<svg xmlns='http://www.w3.org/2000/svg'/>",
    "readable-name.js": b"1",
    "secret.py": b"password",
}
SUFFIXES = {None: "", "gzip": ".gz", "br": ".br"}


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    folder = tmp_path_factory.mktemp("web") / "dist"
    for name, content in BUILT.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    (folder.parent / "outside.js").write_bytes(b"password")
    return folder


@pytest.fixture
def paged(resources, built, serve):
    """The service with a page that is built."""
    return serve(dataclasses.replace(resources, page_files=PageFiles(built)))


@pytest.fixture
def unbuilt(resources, tmp_path, serve):
    return serve(dataclasses.replace(resources, page_files=PageFiles(tmp_path / "nothing")))


def test_the_root_is_the_page_with_its_whole_policy(paged):
    answer = paged.get("/")
    assert answer.content == BUILT["index.html"]
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    assert answer.headers["Content-Security-Policy"] == PAGE_POLICY
    assert answer.headers["Cache-Control"] == "no-cache"


def test_where_nothing_is_built_the_root_is_the_plain_page_and_says_so(unbuilt):
    answer = unbuilt.get("/")
    assert "not built" in answer.text
    assert "map.png" in answer.text
    assert "not built" not in unbuilt.get("/overview").text
    assert unbuilt.get("/page/main-Ab12cd34.js").status_code == 404
    assert "openapi.json" in unbuilt.get("/docs").text


@pytest.mark.parametrize("address", ["/overview", "/docs", "/"])
def test_the_plain_pages_allow_their_one_style_sheet_and_no_script(unbuilt, address):
    answer = unbuilt.get(address)
    policy = answer.headers["Content-Security-Policy"]
    assert "script-src" not in policy
    assert "unsafe" not in policy
    [style] = re.findall(r"<style>(.*?)</style>", answer.text, re.DOTALL)
    digest = re.search(r"style-src 'sha256-([^']+)'", policy)[1]
    assert base64.b64encode(hashlib.sha256(style.encode()).digest()).decode() == digest


@pytest.mark.parametrize(
    ("name", "media_type"),
    [
        ("main-Ab12cd34.js", "text/javascript; charset=utf-8"),
        ("assets/style.0f9e8d7c.css", "text/css; charset=utf-8"),
        ("favicon.svg", "image/svg+xml"),
    ],
)
def test_a_file_has_its_media_type(paged, name, media_type):
    answer = paged.get(f"/page/{name}", headers={"Accept-Encoding": "gzip"})
    assert answer.status_code == 200
    assert answer.content == BUILT[name]
    assert answer.headers["Content-Type"] == media_type
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_a_file_with_a_digest_in_its_name_may_be_kept_for_ever(paged):
    for name in ("main-Ab12cd34.js", "assets/style.0f9e8d7c.css"):
        kept = paged.get(f"/page/{name}").headers["Cache-Control"]
        assert kept == "public, max-age=31536000, immutable"
    for name in ("favicon.svg", "readable-name.js"):
        assert paged.get(f"/page/{name}").headers["Cache-Control"] == "no-cache"


@pytest.mark.parametrize(
    ("accepted", "encoding"),
    [
        ("identity", None),
        ("gzip", "gzip"),
        ("gzip, deflate, br, zstd", "br"),
        ("BR;q=0.5,gzip", "br"),
        ("br;q=0, gzip;q=0.1", "gzip"),
        ("gzip; q=0.000", None),
        ("", None),
    ],
)
def test_a_file_comes_compressed_as_the_client_takes_it(paged, accepted, encoding):
    address = "/page/main-Ab12cd34.js"
    with paged.stream("GET", address, headers={"Accept-Encoding": accepted}) as answer:
        raw = b"".join(answer.iter_raw())
    assert answer.headers.get("Content-Encoding") == encoding
    assert raw == BUILT[f"main-Ab12cd34.js{SUFFIXES[encoding]}"]
    assert "Accept-Encoding" in answer.headers["Vary"]
    assert ("-" in answer.headers["ETag"]) == (encoding is not None)


def test_a_compressed_copy_is_no_file_of_its_own(paged):
    assert paged.get("/page/main-Ab12cd34.js.gz").status_code == 404
    assert paged.get("/page/main-Ab12cd34.js.br").status_code == 404


def test_a_client_that_has_the_file_is_told_so(paged):
    for address in ("/", "/docs", "/page/main-Ab12cd34.js", "/page/favicon.svg"):
        answer = paged.get(address)
        again = paged.get(address, headers={"If-None-Match": answer.headers["ETag"]})
        assert again.status_code == 304
        assert again.content == b""
        assert again.headers["ETag"] == answer.headers["ETag"]
        assert paged.get(address, headers={"If-None-Match": '"other"'}).status_code == 200


@pytest.mark.parametrize(
    "name",
    [
        "../outside.js",
        "..%2Foutside.js",
        "%2e%2e/outside.js",
        "assets/../../outside.js",
        "assets%2F..%2F..%2Foutside.js",
        "/etc/passwd",
        "%2Fetc%2Fpasswd",
        "secret.py",
        "index.html",
        "docs.html",
        "built.json",
        "assets",
        "assets/",
        "",
        "main-Ab12cd34.js%00",
        "main-Ab12cd34.js/",
        "MAIN-AB12CD34.JS",
    ],
)
def test_no_name_leads_to_what_is_no_file_of_the_page(paged, name):
    answer = paged.get(f"/page/{name}")
    assert answer.status_code == 404, answer.text
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert "password" not in answer.text


def test_a_file_takes_no_parameters(paged):
    answer = paged.get("/page/favicon.svg?v=1")
    assert answer.status_code == 422
    assert "v" in answer.json()["detail"]


def test_a_page_built_anew_is_served_anew(resources, tmp_path, serve):
    (tmp_path / "index.html").write_bytes(b"one")
    client = serve(dataclasses.replace(resources, page_files=PageFiles(tmp_path)))
    assert client.get("/").text == "one"
    (tmp_path / "new.html").write_bytes(b"two")
    (tmp_path / "new.html").replace(tmp_path / "index.html")
    assert client.get("/").text == "two"


def test_the_files_of_the_page_pass_the_door(resources, built, serve):
    passed = []

    def recording(answer, question, audience):
        passed.append(answer)
        return release(answer, question, audience)

    client = serve(
        dataclasses.replace(resources, page_files=PageFiles(built), gates=Gates(release=recording))
    )
    for address in ("/", "/docs", "/page/main-Ab12cd34.js"):
        passed.clear()
        assert client.get(address).status_code == 200
        assert [answer.kind for answer in passed] == ["page-file"]


def assert_secured(answer, policy=None):
    headers = answer.headers
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert "geolocation=()" in headers["Permissions-Policy"]
    if policy is not None:
        assert headers.get_list("Content-Security-Policy") == [policy]


def test_every_answer_says_what_a_browser_may_do_with_it(client):
    for address in all_addresses(client.app):
        # Twice: the second may be one that was kept. Pages have policies of their own.
        for _ in range(2):
            answer = client.get(address)
            is_page = answer.headers["Content-Type"].startswith("text/html")
            assert_secured(answer, None if is_page else ANSWER_POLICY)
    tag = client.get("/v1/datasets").headers["ETag"]
    assert_secured(client.get("/v1/datasets", headers={"If-None-Match": tag}), ANSWER_POLICY)
    assert_secured(client.head("/v1/datasets"), ANSWER_POLICY)


def test_errors_say_so_too(client, resources, serve):
    for address in ("/v1/nonsense", "/v1/datasets/nonsense", "/v1/datasets?x=1"):
        assert_secured(client.get(address), ANSWER_POLICY)
    assert_secured(client.post("/v1/datasets"), ANSWER_POLICY)

    def crash(answer, question, audience):
        raise RuntimeError

    broken = serve(dataclasses.replace(resources, gates=Gates(release=crash)))
    answer = broken.get("/v1/datasets")
    assert answer.status_code == 500
    assert_secured(answer, ANSWER_POLICY)


def test_a_background_opens_the_policy_for_its_host_and_no_other(county, built, serve):
    background = BackgroundSettings(
        tiles="https://tiles.example.org/{z}/{x}/{y}.png?key=1", attribution="© Somebody"
    )
    settings = Settings(data_dir=county, background=background)
    client = serve(dataclasses.replace(open_resources(settings), page_files=PageFiles(built)))
    answer = client.get("/")
    assert answer.headers["Content-Security-Policy"] == PAGE_POLICY.replace(
        "data: blob:", "data: blob: https://tiles.example.org"
    ).replace("connect-src 'self'", "connect-src 'self' https://tiles.example.org")
    assert answer.headers["Referrer-Policy"] == "strict-origin-when-cross-origin"
    assert json_of(client, "/v1/page.json")["background"] == {
        "kind": "tiles",
        "address": "https://tiles.example.org/{z}/{x}/{y}.png?key=1",
        "attribution": "© Somebody",
    }


def test_who_may_frame_the_page_is_set(county, built, serve):
    settings = Settings(data_dir=county, frame_ancestors=("https://intranet.example.org",))
    client = serve(dataclasses.replace(open_resources(settings), page_files=PageFiles(built)))
    for address in ("/", "/overview", "/v1/datasets", "/page/favicon.svg"):
        policy = client.get(address).headers["Content-Security-Policy"]
        assert policy.endswith("frame-ancestors https://intranet.example.org"), address


def test_the_configuration_says_what_is_loaded_and_where(client):
    found = json_of(client, "/v1/page.json")
    assert found["datasets"] == json_of(client, "/v1/datasets")["datasets"]
    assert [layer["id"] for layer in found["layers"]] == [world.DISTRICTS, world.CELLS]
    assert found["background"]["attribution"] == "Surveyor (Open)"
    assert found["sites"] == 3
    assert found["postcodes"] is False
    left, bottom, right, top = world.bounds_m()
    corners_m = np.array([(x, y) for x in (left, right) for y in (bottom, top)])
    corners = moved(corners_m, crs=world.CRS, target="EPSG:4326")
    west, south, east, north = found["study_area"]["bounds"]
    assert west == pytest.approx(min(lon for lon, _ in corners), abs=1e-5)
    assert east == pytest.approx(max(lon for lon, _ in corners), abs=1e-5)
    assert south == pytest.approx(min(lat for _, lat in corners), abs=1e-5)
    assert north == pytest.approx(max(lat for _, lat in corners), abs=1e-5)


def test_the_first_view_is_the_last_year_of_the_first_dataset_by_its_smallest_areas(client):
    assert json_of(client, "/v1/page.json")["default"] == {
        "dataset": world.DATASET, "from": "2024-01", "to": "2024-12", "layer": world.CELLS,
    }  # fmt: skip


def test_what_can_be_chosen_is_what_the_routes_take(client):
    choices = json_of(client, "/v1/page.json")["choices"]
    cells = f"/v1/choropleths/{world.DATASET}/{world.CELLS}"
    for measure in choices["choropleth"]["measures"]:
        query = {"measure": measure, "denominator": "residents"}
        assert client.get(cells, params=query).status_code == 200, measure
    for scheme in choices["choropleth"]["schemes"]:
        assert client.get(cells, params={"scheme": scheme}).status_code == 200, scheme
    hotspots = f"/v1/hotspots/{world.DATASET}/{world.CELLS}"
    for statistic in choices["hotspot"]["statistics"]:
        query = {"statistic": statistic, "permutations": 99}
        assert client.get(hotspots, params=query).status_code == 200, statistic
    summary = f"/v1/heatmaps/{world.DATASET}/summary.json"
    for kernel in choices["heatmap"]["kernels"]:
        assert client.get(summary, params={"kernel": kernel}).status_code == 200, kernel


def test_where_nothing_is_loaded_there_is_no_first_view(tmp_path, serve):
    client = serve(open_resources(Settings(data_dir=tmp_path / "nothing")))
    found = json_of(client, "/v1/page.json")
    assert found["default"] is None
    assert found["study_area"] is None
    assert found["sites"] is None
    assert found["layers"] == []
