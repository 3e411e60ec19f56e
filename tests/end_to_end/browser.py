"""A real browser on the page: what it asked for, what it complained of, how quick it was."""

import json
import re
import shutil
import statistics
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

DIST = Path(__file__).parents[2] / "service" / "web" / "dist"
PROGRAMS = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
# A fresh profile is Playwright's own doing. WebGL is drawn by the processor (SwiftShader).
FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
)  # fmt: skip
WIDE, NARROW = (1280, 800), (390, 844)
PATIENCE_MS = 30_000  # the machine may be busy; a promise of speed is elsewhere

# Before any script of the page: when it said that something was drawn.
_WATCH = """
window.drawnAt = [];
document.addEventListener('DOMContentLoaded', () =>
  new MutationObserver(() => window.drawnAt.push(performance.now()))
    .observe(document.body, {attributeFilter: ['data-drawn']}));
document.addEventListener('DOMContentLoaded', () => {
  const table = document.getElementById('table');
  if (!table) return; // the documentation has none
  const rows = new MutationObserver(() => {
    if (!document.querySelector('#table tr[data-code]')) return;
    window.numbersAt = performance.now();
    rows.disconnect();
  });
  rows.observe(table, {childList: true, subtree: true});
});
"""
_AXE = "axe.run({resultTypes: ['violations']}).then(said => said.violations)"
_FRAMES = """
() => { window.frames_ = []; let last = performance.now(); window.counting = true;
  const frame = (now) => { window.frames_.push(now - last); last = now;
    if (window.counting) requestAnimationFrame(frame); };
  requestAnimationFrame(frame); }
"""


def why_not() -> str:
    """Why there can be no browser test here; empty where there can."""
    if not any(shutil.which(name) for name in PROGRAMS):
        return "Chromium is not installed (apt-get install chromium)"
    if not (DIST / "index.html").is_file():
        return "the page is not built here (pip install -e . builds it)"
    return ""


@contextmanager
def chromium(*flags: str) -> Iterator[Any]:
    """The browser of this machine, without a window."""
    from playwright.sync_api import sync_playwright

    program = next(path for name in PROGRAMS if (path := shutil.which(name)))
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=[*FLAGS, *flags])
        try:
            yield browser
        finally:
            browser.close()


@dataclass
class Visit:
    """One person's visit: a page in a context of its own, and all that happened."""

    page: Any
    base: str
    requests: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    running: int = 0
    began: float = 0.0
    tile_at: float = 0.0  # when the last tile came

    def open(self, **view: str | list[str]) -> "Visit":
        """The page with a view in its address, once it is drawn."""
        words = urlencode(view, doseq=True, safe="/:")
        self.began = time.monotonic()
        self.page.goto(f"{self.base}/{f'#{words}' if words else ''}")
        self.settled()
        return self

    def show(self, **view: str | list[str]) -> None:
        """Another view by its address, in the same page."""
        words = urlencode(view, doseq=True, safe="/:")
        with self.redrawn():
            self.page.evaluate("hash => { window.location.hash = hash; }", f"#{words}")

    def settled(self, times: int = 1) -> None:
        """Wait until answers are drawn and no tile is on its way any more."""
        self.drawn(times)
        quiet = 0
        while quiet < 3:
            self.page.wait_for_timeout(100)
            quiet = 0 if self.running else quiet + 1
            assert time.monotonic() - self.began < PATIENCE_MS / 1000 * 2, "tiles keep coming"

    def drawn(self, times: int = 1) -> None:
        """Wait until the page has drawn so many answers, and nothing is being computed."""
        self.page.wait_for_function(
            "n => Number(document.body.dataset.drawn ?? 0) >= n", arg=times, timeout=PATIENCE_MS
        )
        self.page.wait_for_function(
            "() => document.querySelector('#progress').hidden", timeout=PATIENCE_MS
        )

    def count(self) -> int:
        """How often the page has drawn an answer."""
        return int(self.page.evaluate("Number(document.body.dataset.drawn ?? 0)"))

    @contextmanager
    def redrawn(self) -> Iterator[None]:
        """Wait until what is done inside has been drawn."""
        before = self.count()
        self.began = time.monotonic()
        yield
        self.settled(before + 1)

    def part(self, name: str) -> Any:
        """An element by its name for tests."""
        return self.page.get_by_test_id(name)

    def choose(self, view: str) -> None:
        """Another view."""
        with self.redrawn():
            self.part(f"view-{view}").click()

    def rows(self) -> list[list[str]]:
        """The cells of the ranked table, all rows of it."""
        more = self.part("table-more")
        if more.count():
            more.click()
        cells: list[list[str]] = self.page.evaluate(
            "() => [...document.querySelectorAll('#table tbody tr')].map("
            "  row => [row.dataset.code, ...[...row.cells].map(cell => cell.innerText.trim())])"
        )
        return cells

    def answer(self, address: str) -> Any:
        """What the service says, asked by the browser's side but not by the page."""
        return json.loads(self.text(address))

    def text(self, address: str) -> str:
        """The body of an answer."""
        got = self.page.request.get(f"{self.base}/{address.removeprefix('/')}")
        assert got.ok, (address, got.status)
        return str(got.text())

    def assert_clean(self) -> None:
        """Nothing went wrong that a reader of the console or of the network would see."""
        assert self.complaints == []
        assert self.failures == []
        strangers = [
            url for url in self.requests if not url.startswith((self.base, "blob:", "data:"))
        ]
        assert strangers == []


@contextmanager
def visiting(
    browser: Any, base: str, *, size: tuple[int, int] = WIDE, dark: bool = False
) -> Iterator[Visit]:
    """A visit by somebody who was never here."""
    context = browser.new_context(
        viewport={"width": size[0], "height": size[1]},
        color_scheme="dark" if dark else "light",
        accept_downloads=True,
        permissions=["clipboard-read", "clipboard-write"],
    )
    context.add_init_script(_WATCH)
    page = context.new_page()
    page.set_default_timeout(PATIENCE_MS)
    visit = Visit(page, base)
    page.on("request", lambda request: _note_request(visit, request))
    page.on("requestfinished", lambda request: _note_end(visit, request))
    page.on("console", lambda said: _note(visit, said))
    page.on("pageerror", lambda error: visit.complaints.append(str(error)))
    page.on("requestfailed", lambda request: _note_failure(visit, request))
    page.on(
        "response",
        lambda got: (
            visit.failures.append(f"{got.status} {got.url}") if got.status >= 400 else None
        ),
    )
    try:
        yield visit
    finally:
        context.close()


# Of a browser without a graphics card, about itself.
_OF_THE_BROWSER = re.compile(
    r"GL Driver Message|GPU stall|software WebGL|swiftshader", re.IGNORECASE
)


def _note(visit: Visit, said: Any) -> None:
    if said.type in ("error", "warning") and not _OF_THE_BROWSER.search(said.text):
        visit.complaints.append(f"{said.type}: {said.text}")


def _note_request(visit: Visit, request: Any) -> None:
    visit.requests.append(request.url)
    visit.running += 1


def _note_end(visit: Visit, request: Any) -> None:
    visit.running -= 1
    if "/tiles/" in request.url:
        visit.tile_at = time.monotonic()


def _note_failure(visit: Visit, request: Any) -> None:
    visit.running -= 1
    # What the page gave up itself, because something newer was asked, is no failure.
    if request.failure != "net::ERR_ABORTED":
        visit.failures.append(f"{request.failure} {request.url}")


@dataclass(frozen=True)
class Frames:
    """Times between frames while something moved, milliseconds."""

    median_ms: float
    p95_ms: float
    worst_ms: float
    number: int

    def __str__(self) -> str:
        return (
            f"{self.number} frames, median {self.median_ms:.0f} ms, 95 % within "
            f"{self.p95_ms:.0f} ms, longest {self.worst_ms:.0f} ms"
        )


def frames_while_panning(visit: Visit, *, moves: int = 60) -> Frames:
    """Drag the map about, and time every frame meanwhile."""
    page = visit.page
    box = visit.part("map").bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.evaluate(_FRAMES)
    for k in range(moves):
        there = k if k < moves / 2 else moves - k
        page.mouse.move(x + 6 * there, y + 3 * there)
        page.wait_for_timeout(16)
    page.evaluate("() => { window.counting = false; }")
    page.mouse.up()
    times = sorted(page.evaluate("() => window.frames_.slice(1)"))
    return Frames(
        median_ms=statistics.median(times),
        p95_ms=times[int(0.95 * (len(times) - 1))],
        worst_ms=times[-1],
        number=len(times),
    )


def first_view_ms(visit: Visit) -> dict[str, float]:
    """Milliseconds from the start of the navigation to the numbers, and to the last tile."""
    numbers = float(visit.page.evaluate("() => window.numbersAt"))
    return {"numbers": numbers, "tiles": 1000 * (visit.tile_at - visit.began)}


def period_change_ms(visit: Visit, month: str) -> float:
    """Milliseconds from choosing another last month to the numbers of that period drawn."""
    before = visit.count()
    began = visit.page.evaluate(
        "month => { const to = document.querySelector('#to'); const now = performance.now();"
        " to.value = month; to.dispatchEvent(new Event('change', {bubbles: true})); return now; }",
        month,
    )
    visit.drawn(before + 1)
    ended = visit.page.evaluate("() => window.drawnAt.at(-1)")
    return float(ended - began)


def axe(visit: Visit) -> list[str]:
    """Serious and critical problems of accessibility, in words."""
    return [text for text in problems(visit.page) if text.startswith(("serious", "critical"))]


def problems(page: Any) -> list[str]:
    """Problems of accessibility of what a page shows, in words that begin with their weight."""
    from axe_playwright_python.sync_playwright import Axe

    if not page.evaluate("() => 'axe' in window"):
        page.evaluate(Axe().axe_script)
    return [
        f"{each['impact']} {each['id']}: {each['help']} ({node['target']})"
        for each in page.evaluate(_AXE)
        for node in each["nodes"][:3]
    ]


needs_browser = pytest.mark.skipif(bool(why_not()), reason=why_not() or "there is one")
