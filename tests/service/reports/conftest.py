"""Assessments of small counties, made once."""

import datetime
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pytest

import service.assembly.app  # noqa: F401 - its routes say which answers there are
from boundaries.storage.store import LayerStore
from service.analyses.resources import Resources
from service.assembly.resources import open_resources
from service.config.settings import Settings
from service.coverage.spans import Span
from service.model.report import Report
from service.reports.assessment import Assessment
from service.reports.plan import Plan, plan_of
from service.reports.sources import named_sources
from service.store.incidents import IncidentStore
from service.store.source_files import SourceFile
from tests.service import world

SHIPPED = "strategic-assessment"


@dataclass(frozen=True)
class Made:
    """An assessment with the stores and the plan that it was made from."""

    resources: Resources
    plan: Plan
    report: Report

    def text(self) -> str:
        """Everything that it says in sentences, but for the list of what is missing."""
        texts = []
        for block in self.report.blocks:
            if getattr(block, "anchor", "") == "missing":
                break
            texts += [getattr(block, "text", ""), *getattr(block, "texts", ())]
        return "\n".join(texts)


def make(
    resources: Resources,
    *,
    within: str | None = None,
    to: str | None = None,
    words: dict[str, tuple[str, ...]] | None = None,
    template: str = SHIPPED,
) -> Made:
    """An assessment as a command or a route has it made."""
    sources = named_sources(resources.settings.data_dir, template)
    plan = plan_of(sources.template, resources, within=within, to=to)
    return Made(resources, plan, Assessment(resources, plan, words or {}, sources.folder).report())


@pytest.fixture(scope="package")
def whole(resources: Resources) -> Made:
    """The shipped assessment of the western district of the county."""
    return make(resources, within="West", to="2024-12")


def few(data_dir: Path) -> Path:
    """A county with a case a month for two years, one of each square, and ten months of another."""
    store = LayerStore(data_dir / "boundaries", crs=world.CRS)
    for layer in world.layers(synthetic=False):
        store.save(layer)
    incidents = IncidentStore(data_dir / "incidents", crs=world.CRS)
    for name, first, months in (("few", 2023 * 12, 24), ("part", 2024 * 12 + 2, 10)):
        places = [world.place(world.CODES[k % len(world.CODES)], k) for k in range(months)]
        moments = [
            datetime.datetime((first + k) // 12, (first + k) % 12 + 1, 15)  # noqa: DTZ001
            for k in range(months)
        ]
        rows = pa.table(
            {
                "incident_id": [f"{name}-{k}" for k in range(months)],
                "occurred": pa.array(moments, pa.timestamp("us")),
                "precision": ["day"] * months,
                "easting_m": [x for x, _ in places],
                "northing_m": [y for _, y in places],
                "category": ["theft"] * months,
            }
        )
        covered = Span(moments[0].date().replace(day=1), datetime.date(2024, 12, 31))
        file = SourceFile.of(f"{name}.csv", name.encode())
        incidents.append(name, rows, files=[file], title=name.capitalize(), covers=(covered,))
    return data_dir


@pytest.fixture(scope="package")
def sparse(tmp_path_factory: pytest.TempPathFactory) -> Made:
    """The shipped assessment of a county with twelve incidents a year."""
    folder = few(tmp_path_factory.mktemp("few"))
    return make(open_resources(Settings(data_dir=folder)), to="2024-12")
