"""Fixtures shared by all tests, what property tests draw, and what is said about skipped tests."""

import collections
import os
from pathlib import Path

import pytest
from hypothesis import settings

# The first call of a kernel compiles it, and machines differ: no example is too slow. By default
# the examples are the same on every run, so that a failure is due to a change; `make fuzz` draws
# new ones, and ten times as many (docs/contributing.md).
settings.register_profile("fixed", deadline=None, derandomize=True)
settings.register_profile("fuzz", deadline=None, max_examples=1_000, print_blob=True)
settings.load_profile("fixed")


@pytest.fixture(scope="session")
def test_data() -> Path:
    """The folder of real open data that HOTSPOTS_TEST_DATA names; skips where it is not set."""
    folder = os.environ.get("HOTSPOTS_TEST_DATA")
    if not folder:
        pytest.skip("HOTSPOTS_TEST_DATA does not name a folder with the real open data")
    path = Path(folder)
    if not path.is_dir():
        pytest.fail(f"HOTSPOTS_TEST_DATA names {folder}, which is not a folder")
    return path


@pytest.fixture(scope="session")
def shared_cases(test_data: Path) -> Path:
    """The folder of small cases beside the real open data."""
    path = test_data.parent / "cases"
    if not path.is_dir():
        pytest.fail(f"{path} is not there: it belongs beside the folder of HOTSPOTS_TEST_DATA")
    return path


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say for each reason in one line how many tests it skipped."""
    reasons = collections.Counter(
        str(report.longrepr[2]).removeprefix("Skipped: ")
        for report in terminalreporter.stats.get("skipped", [])
        if isinstance(report.longrepr, tuple)
    )
    for reason, number in reasons.most_common():
        terminalreporter.write_line(f"skipped {number}: {reason}")
