"""The attacks whose tables stand in the documents, and what they are measured on."""

import functools
import os
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from service.model.protection import CellPlan
from tests.attacks.open_service import attacks_on_an_open_service
from tests.attacks.published_service import attacks_on_policies, refused_attacks
from tests.attacks.targets import Target, demonstration, real_crimes
from tests.simulations.tables import DOCS, SimulationTable

DOCUMENT = DOCS / "attacks.md"


@dataclass(frozen=True)
class Report:
    """One table of the document.

    Attributes
    ----------
    name : str
        Of its place in the document.
    target : callable
        What is attacked, given an empty folder.
    run : callable
        The attacks, given the target.
    """

    name: str
    target: Callable[[Path], Target]
    run: Callable[[Target], SimulationTable]


def _crimes(folder: Path) -> Target:
    return real_crimes(Path(os.environ["HOTSPOTS_TEST_DATA"]), folder)


def needs_real_data(report: Report) -> bool:
    """Whether the report is about the real open data."""
    return report.target is _crimes


@functools.cache
def target_of(make: Callable[[Path], Target]) -> Target:
    """What is attacked, made once per run in a folder that stays until its end."""
    folder = tempfile.TemporaryDirectory(prefix="hotspots-attacks-")
    _FOLDERS.append(folder)
    return make(Path(folder.name) / "data")


_FOLDERS: list[tempfile.TemporaryDirectory[str]] = []

REPORTS: tuple[Report, ...] = (
    Report("callouts shown to everybody", demonstration, attacks_on_an_open_service),
    Report("crimes shown to everybody", _crimes, attacks_on_an_open_service),
    Report(
        "attacks by partners", demonstration,
        lambda target: refused_attacks(target, CellPlan(layer=target.layer, period="year")),
    ),
    Report(
        "callouts published", demonstration,
        lambda target: attacks_on_policies(target, CellPlan(layer=target.layer, period="year")),
    ),
    Report(
        "crimes published", _crimes,
        lambda target: attacks_on_policies(target, CellPlan(layer=target.layer, period="month")),
    ),
)  # fmt: skip
