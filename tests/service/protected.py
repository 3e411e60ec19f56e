"""The small county with its dataset protected and published."""

import datetime
from pathlib import Path

from service.access.audience import Identity
from service.access.policy import Role
from service.analyses.publication.publisher import Publication, Publisher
from service.analyses.resources import Resources
from service.assembly.resources import open_resources
from service.config.settings import Settings
from service.model.protection import CellPlan, PeriodUnit, Protection
from tests.service import world

PARTNER, PUBLIC = Identity(Role.PARTNER), Identity(Role.PUBLIC)
ANALYST, OWNER = Identity(Role.ANALYST), Identity(Role.OWNER)


def protection(
    policy: str = "small-5",
    *,
    layer: str = world.CELLS,
    period: PeriodUnit = "year",
    by_category: bool = True,
    public: bool = False,
) -> Protection:
    """Of the county's dataset."""
    plan = CellPlan(layer=layer, period=period, by_category=by_category)
    return Protection(dataset=world.DATASET, policy=policy, cells=plan, public=public)


def publish(resources: Resources, protected: Protection) -> Publication:
    """Protect the dataset so, and publish it."""
    resources.protections.save(protected)
    publisher = Publisher(
        incidents=resources.incidents,
        areas=resources.areas,
        layers=resources.layers,
        published=resources.published,
        secret=resources.record_key_secret,
    )
    return publisher.publish(protected)


def opened(folder: Path) -> Resources:
    """The resources of a county's data folder."""
    return open_resources(Settings(data_dir=folder))


def published(folder: Path, protected: Protection) -> Resources:
    """The resources of a county whose dataset is protected so and published."""
    resources = opened(folder)
    publish(resources, protected)
    return resources


def add_assaults(folder: Path, code: str, count: int, *, name: str = "more.csv") -> None:
    """Import assaults of 2024 in a square."""
    moment = datetime.datetime(2024, 5, 5)  # noqa: DTZ001
    records = [world.Record("assault", moment, "day", *world.place(code, k)) for k in range(count)]
    world.append_incidents(folder, tuple(records), name=name)
