"""The page in a real Chromium: first view, another period, frames while panning.

On the demonstration county, and on the 516 real LSOAs where HOTSPOTS_TEST_DATA names the open data.
WebGL is drawn by the processor here (SwiftShader): with a graphics card frames are quicker.
"""

import os
import statistics
import sys
import tempfile
from pathlib import Path

from service.demo.write import ensure_demo
from tests.benchmarks.bench_http import server
from tests.end_to_end.browser import (
    DIST,
    Visit,
    chromium,
    first_view_ms,
    frames_while_panning,
    period_change_ms,
    visiting,
    why_not,
)
from tests.end_to_end.real_county import import_lsoas_and_crime

VISITS = 5
PROMISED_MS = {"numbers": 500, "tiles": 900}
MONTHS = ("2019-06", "2019-09", "2019-03", "2019-11", "2019-05")
COMMAND = [sys.executable, "-m", "service", "serve", "--port", "0"]


def main() -> None:
    """Print the measurements."""
    reason = why_not()
    if reason:
        print(f"not measured: {reason}")
        return
    report_size()
    with tempfile.TemporaryDirectory(prefix="hotspots-bench-") as name:
        ensure_demo(Path(name))
        with serving(Path(name)) as base, chromium() as browser:
            measure(browser, base)
    real = os.environ.get("HOTSPOTS_TEST_DATA")
    if not real:
        print("HOTSPOTS_TEST_DATA is not set: not measured with the real areas")
        return
    with tempfile.TemporaryDirectory(prefix="hotspots-bench-") as name:
        data = import_lsoas_and_crime(Path(real), Path(name))
        with serving(data) as base, chromium() as browser:
            report_first_views(browser, base, view="choropleth")
            with visiting(browser, base) as visit:
                visit.open(view="choropleth")
                report_panning(visit)


def serving(data: Path):  # type: ignore[no-untyped-def]
    """The program over a data folder."""
    settings = {k: v for k, v in os.environ.items() if not k.startswith("HOTSPOTS_")}
    return server(COMMAND, {**settings, "HOTSPOTS_DATA_DIR": str(data)}, r"http://[\d.:]+\d")


def measure(browser, base: str) -> None:  # type: ignore[no-untyped-def]
    """First views of new users, then one who stays."""
    report_first_views(browser, base)
    with visiting(browser, base) as visit:
        for view in ("choropleth", "heatmap"):
            visit.open(view=view)
            took = [period_change_ms(visit, month) for month in MONTHS]
            print(f"another period, {view}: median {statistics.median(took):.0f} ms, "
                  f"longest {max(took):.0f} ms")  # fmt: skip
        visit.open(view="choropleth")
        report_panning(visit)


def report_first_views(browser, base: str, **view: str) -> None:  # type: ignore[no-untyped-def]
    """Numbers and tiles of users with fresh profiles, beside what is promised of them."""
    firsts = []
    for _ in range(VISITS + 1):
        with visiting(browser, base) as visit:
            visit.open(**view)
            firsts.append(first_view_ms(visit))
    cold, warm = firsts[0], firsts[1:]
    name = f"first view{''.join(f', {word}' for word in view.values())}"
    print(f"{name}, first of all: numbers {cold['numbers']:.0f} ms, tiles {cold['tiles']:.0f} ms")
    for what, most in PROMISED_MS.items():
        middle = statistics.median(each[what] for each in warm)
        print(f"{name}, median of {VISITS} new users: {what} after {middle:.0f} ms "
              f"(promised {most})")  # fmt: skip


def report_panning(visit: Visit) -> None:
    """Frame times with all areas in sight."""
    areas = len(visit.rows())
    frames_while_panning(visit)
    print(f"panning with {areas} areas: {frames_while_panning(visit)}")


def report_size() -> None:
    """What a browser fetches for the page, compressed."""
    docs = ("swagger-ui", "docs", "licences")
    packed = [p for p in DIST.glob("*.br") if not p.name.startswith(docs)]
    print(f"the page: {sum(p.stat().st_size for p in packed) / 1e3:,.0f} kB by brotli")


if __name__ == "__main__":
    main()
