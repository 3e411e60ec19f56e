"""The service behind a real nginx under a path prefix, as compose.yaml runs it."""

import http.client
import json
import re
import shutil
import socket
import subprocess
import time
import urllib.parse
from contextlib import closing
from pathlib import Path

import pytest
import yaml

from service.config.access import AccessSettings
from tests.end_to_end import browser as browsing
from tests.end_to_end.browser import visiting
from tests.end_to_end.conftest import ROOT
from tests.end_to_end.test_other_origins import served
from tests.service import world

PROGRAM = shutil.which("nginx", path="/usr/sbin:/usr/bin:/usr/local/bin")
needs_nginx = pytest.mark.skipif(
    PROGRAM is None, reason="nginx is not installed (apt-get install nginx-light)"
)
CONFIGURATION = (ROOT / "deploy" / "nginx.conf").read_text("utf-8")
COMPOSE = yaml.safe_load((ROOT / "compose.yaml").read_text("utf-8"))
HEATMAP = f"/v1/heatmaps/{world.DATASET}"
AREAS = f"/ogc/collections/boundaries:{world.CELLS}"


def free_port():
    with closing(socket.create_server(("127.0.0.1", 0))) as listener:
        return listener.getsockname()[1]


@pytest.fixture(scope="module", params=["taken off", "left on"])
def proxy(request, county, tmp_path_factory):
    """The address of the service at the proxy, which takes the prefix off a path or leaves it."""
    folder = tmp_path_factory.mktemp("nginx")
    port = free_port()
    address = f"http://localhost:{port}/atlas"
    everybody = AccessSettings(anonymous_role="analyst")
    with served(data_dir=county, public_url=address, access=everybody) as inside:
        written = CONFIGURATION.replace("/tmp/", f"{folder}/")
        written = written.replace("server atlas:8000", f"server 127.0.0.1:{inside}")
        written = written.replace("listen 8080", f"listen 127.0.0.1:{port}")
        if request.param == "left on":
            written = written.replace("proxy_pass http://atlas$asked;", "proxy_pass http://atlas;")
        (folder / "nginx.conf").write_text(written)
        command = [PROGRAM, "-c", str(folder / "nginx.conf"), "-g", "daemon off;"]
        with (folder / "log").open("w") as log:
            process = subprocess.Popen(command, stdout=log, stderr=log)
            try:
                while True:
                    assert process.poll() is None, (folder / "log").read_text()
                    try:
                        socket.create_connection(("127.0.0.1", port)).close()
                        break
                    except OSError:
                        time.sleep(0.05)
                yield address
            finally:
                process.terminate()
                process.wait(30)


def ask(address, path, host="localhost"):
    """Status, headers and body of a path that is sent as it stands."""
    port = urllib.parse.urlsplit(address).port
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=60)) as connection:
        connection.putrequest("GET", path, skip_host=True)
        connection.putheader("Host", host)
        connection.endheaders()
        answer = connection.getresponse()
        return answer.status, answer.headers, answer.read()


@needs_nginx
def test_addresses_in_answers_lead_back_through_the_proxy(proxy):
    status, _, body = ask(proxy, f"/atlas{HEATMAP}/tilejson.json")
    assert status == 200
    (tiles,) = json.loads(body)["tiles"]
    assert tiles.startswith(f"{proxy}/v1/")
    tile = tiles.removeprefix(proxy).format(z=13, x=4099, y=2697)
    status, headers, body = ask(proxy, f"/atlas{tile}")
    assert (status, headers["Content-Type"], body[:4]) == (200, "image/png", b"\x89PNG")
    status, _, body = ask(proxy, "/atlas/ogc")
    links = [link["href"] for link in json.loads(body)["links"]]
    assert all(link.startswith(f"{proxy}/ogc") for link in links if "localhost" in link)
    assert json.loads(ask(proxy, "/atlas/openapi.json")[2])["servers"] == [{"url": proxy}]


@needs_nginx
def test_redirects_keep_the_prefix(proxy):
    status, headers, _ = ask(proxy, "/atlas/v1/datasets/?a=b")
    assert (status, headers["Location"]) == (307, f"{proxy}/v1/datasets?a=b")
    status, headers, _ = ask(proxy, "/atlas")
    assert status == 308
    assert headers["Location"].endswith("/atlas/")


@needs_nginx
def test_the_proxy_changes_no_escape(proxy):
    assert ask(proxy, f"/atlas{AREAS}/items/C%300")[0] == 200
    assert ask(proxy, f"/atlas{AREAS}/items/C0%2F0")[0] == 404
    assert (
        ask(proxy, f"/atlas/v1/choropleths/{world.DATASET}/{world.CELLS}?category=a%26b")[0] == 422
    )


@needs_nginx
@pytest.mark.parametrize(
    "path",
    ["/metrics", "/atlas/metrics", "/atlas/%6detrics", "/atlas//metrics", "/atlas/./metrics",
     "/atlas/v1/../metrics", "/atlas/v1/%2e%2e/metrics", "/atlas/v1%2f..%2fmetrics",
     "/%61tlas/metrics", "/atlas%2fmetrics", "/atlas/metrics;a", "/v1/datasets",
     "/atlas/key/hsa_a/metrics", "/atlas/%6bey/hsa_a/metrics", "/atlas/key//metrics",
     "/atlas/atlas/metrics", "/atlas/atlas/key/hsa_a/metrics", "/atlas/atlas//metrics",
     f"/atlas/v1/datasets%2f{world.DATASET}", f"/%61tlas/v1/datasets/{world.DATASET}"],
)  # fmt: skip
def test_no_spelling_passes_the_rules_of_the_proxy(proxy, path):
    status, _, body = ask(proxy, path)
    assert status in (400, 404), body[:200]
    assert b"hotspots_requests" not in body


@needs_nginx
def test_another_host_gets_nothing_through_the_proxy(proxy):
    assert ask(proxy, "/atlas/v1/datasets")[0] == 200
    assert ask(proxy, "/atlas/v1/datasets", host="evil.example")[0] == 421


@needs_nginx
@pytest.mark.parametrize("path", ["/atlas/", "/atlas/docs", "/atlas/overview"])
def test_what_a_document_names_is_under_the_prefix(proxy, path):
    document = ask(proxy, path)[2].decode()
    names = re.findall(r'(?:href|src)=["\']([^"\'#]+)["\']', document)
    files = {urllib.parse.urljoin(path, name) for name in names if ":" not in name.split("/")[0]}
    assert files
    assert all(file.startswith("/atlas/") for file in files)
    shown = sorted(file.replace("&amp;", "&") for file in files)[:8]
    assert {file: ask(proxy, file)[0] for file in shown} == dict.fromkeys(shown, 200)


@needs_nginx
@browsing.needs_browser
def test_the_page_works_under_the_prefix(proxy):
    with browsing.chromium() as browser, visiting(browser, proxy) as visit:
        visit.open()
        assert visit.rows()
        href = visit.part("download-csv").evaluate("link => link.href")
        assert href.startswith(f"{proxy}/v1/")
        assert visit.text(href.removeprefix(proxy)).count("\n") > 1
        visit.assert_clean()


def test_every_service_is_closed_and_nothing_but_the_proxy_is_published():
    assert set(COMPOSE["services"]) == {"atlas", "redis", "proxy"}
    for name, service in COMPOSE["services"].items():
        assert service["read_only"] is True, name
        assert service["cap_drop"] == ["ALL"], name
        assert service["security_opt"] == ["no-new-privileges:true"], name
        assert ("ports" in service) == (name == "proxy")
    assert COMPOSE["networks"]["inside"]["internal"] is True
    assert COMPOSE["services"]["atlas"]["networks"] == ["inside"]
    (port,) = COMPOSE["services"]["proxy"]["ports"]
    assert port.startswith("127.0.0.1:")


def test_the_compose_file_and_the_proxy_agree():
    environment = COMPOSE["services"]["atlas"]["environment"]
    public = re.search(r":-(.+)}", environment["HOTSPOTS_PUBLIC_URL"])[1]
    parts = urllib.parse.urlsplit(public)
    assert f"listen {parts.port};" in CONFIGURATION
    assert f"location {parts.path}/ {{" in CONFIGURATION
    assert f"server_name {parts.hostname};" in CONFIGURATION
    (mount, *_) = COMPOSE["services"]["proxy"]["volumes"]
    assert (ROOT / Path(mount.split(":")[0])).is_file()
    assert environment["HOTSPOTS_REDIS__URL"] == "redis://redis/0"
