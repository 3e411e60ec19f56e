"""A page on another origin, and a host name that is not ours, in a real Chromium: they get nothing.

The same page gets everything it tries once its origin is named, so that it is the service that
refuses, and not the page that cannot.
"""

import http.server
import socket
import threading
import time
from contextlib import contextmanager

import pytest
import uvicorn

from service.assembly.app import create_app
from service.assembly.resources import open_resources
from service.config.settings import Settings
from tests.end_to_end import browser as browsing
from tests.service import world

pytestmark = browsing.needs_browser

EVIL = "evil.example"
PICTURE = f"/v1/heatmaps/{world.DATASET}/map.png?width=300"
TABLE = f"/v1/choropleths/{world.DATASET}/{world.CELLS}"
PAGE = b"<!doctype html><title>A page about something else</title><body>"
# Every way in which a page reads or shows what is elsewhere, and what came of it.
TRY = """
async ([base, table, picture]) => {
  const fetched = (mode) => fetch(base + table, {mode})
    .then(async (answer) => `${answer.status} ${(await answer.text()).length > 0}`)
    .catch(() => 'nothing');
  const loaded = (element, name, address) => new Promise((done) => {
    element.onload = () => done('loaded');
    element.onerror = () => done('nothing');
    element[name] = base + address;
    document.body.append(element);
  });
  const asked = Object.assign(new Image(), {crossOrigin: 'anonymous'});
  return {
    read: await fetched('cors'),
    opaque: await fetched('no-cors'),
    image: await loaded(new Image(), 'src', picture),
    readableImage: await loaded(asked, 'src', picture),
    script: await loaded(document.createElement('script'), 'src', table),
    style: await loaded(
      Object.assign(document.createElement('link'), {rel: 'stylesheet'}), 'href', table),
  };
}
"""
FRAME = """
(address) => new Promise((done) => {
  const frame = document.createElement('iframe');
  frame.onload = done;
  frame.src = address;
  document.body.append(frame);
})
"""


@contextmanager
def elsewhere():
    """A page of somebody else's, by its origin."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(PAGE)

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@contextmanager
def served(**settings):
    """The service over real HTTP in this process, by its port."""
    app = create_app(open_resources(Settings(**settings)))
    server = uvicorn.Server(uvicorn.Config(app, log_config=None, access_log=False))
    listener = socket.create_server(("127.0.0.1", 0))
    thread = threading.Thread(target=server.run, args=([listener],), daemon=True)
    thread.start()
    try:
        while not server.started:
            assert thread.is_alive(), "it did not start"
            time.sleep(0.01)
        yield listener.getsockname()[1]
    finally:
        server.should_exit = True
        thread.join()


@pytest.fixture(scope="module")
def stranger():
    with elsewhere() as origin:
        yield origin


@pytest.fixture(scope="module")
def port(county):
    with served(data_dir=county) as port:
        yield port


@pytest.fixture(scope="module")
def page(stranger):
    """A window at the page of somebody else."""
    rules = f"--host-resolver-rules=MAP {EVIL} 127.0.0.1"
    with browsing.chromium(rules) as browser:
        page = browser.new_context().new_page()
        page.goto(stranger)
        yield page


def test_a_page_on_another_origin_gets_nothing(page, port):
    results = page.evaluate(TRY, [f"http://127.0.0.1:{port}", TABLE, PICTURE])
    assert set(results.values()) == {"nothing"}, results


def test_a_page_on_another_site_gets_nothing(page, port):
    results = page.evaluate(TRY, [f"http://localhost:{port}", TABLE, PICTURE])
    assert set(results.values()) == {"nothing"}, results


@pytest.mark.parametrize("path", ["/", "/overview", TABLE])
def test_nothing_of_ours_is_shown_in_a_frame_of_another_page(page, port, path):
    page.evaluate(FRAME, f"http://127.0.0.1:{port}{path}")
    frame = page.frames[-1]
    assert frame.url.startswith("chrome-error://")


def test_a_host_name_that_is_not_ours_gets_nothing(page, port):
    """Its owner serves a page under it, then points it at 127.0.0.1: the origin stays the same."""
    evil = page.context.new_page()
    base = f"http://{EVIL}:{port}"
    evil.route(f"{base}/page", lambda route: route.fulfill(body=PAGE, content_type="text/html"))
    evil.goto(f"{base}/page")
    assert evil.evaluate(TRY, [base, TABLE, PICTURE])["image"] == "nothing"
    read = "path => fetch(path).then(answer => answer.status).catch(() => 'nothing')"
    # Some browsers keep a page that came from elsewhere from this machine altogether.
    assert evil.evaluate(read, TABLE) in (421, "nothing")
    for path in ("/", "/v1/datasets", TABLE):
        answer = evil.goto(f"{base}{path}")
        assert answer.status == 421
        assert "HOTSPOTS_HOSTS" in answer.json()["detail"]


def test_a_page_that_is_named_gets_what_it_asks_for(page, stranger, county):
    with served(data_dir=county, cors_origins=(stranger,)) as port:
        results = page.evaluate(TRY, [f"http://127.0.0.1:{port}", TABLE, PICTURE])
    assert results["read"] == "200 true"
    assert results["readableImage"] == "loaded"
    assert results["image"] == "nothing"  # without CORS a page cannot be told from any other


def test_everything_is_open_where_that_is_said(page, county):
    with served(data_dir=county, cors_origins=("*",)) as port:
        results = page.evaluate(TRY, [f"http://localhost:{port}", TABLE, PICTURE])
    assert (results["read"], results["image"]) == ("200 true", "loaded")
