"""Stores in an empty data folder."""

from pathlib import Path

import pytest

from service.store.incidents import IncidentStore
from service.store.reference.measures import MeasureStore
from service.store.reference.sites import SiteStore


@pytest.fixture
def incidents(tmp_path: Path) -> IncidentStore:
    return IncidentStore(tmp_path / "data" / "incidents", crs="EPSG:27700")


@pytest.fixture
def measures(tmp_path: Path) -> MeasureStore:
    return MeasureStore(tmp_path / "data" / "measures")


@pytest.fixture
def sites(tmp_path: Path) -> SiteStore:
    return SiteStore(tmp_path / "data" / "sites", crs="EPSG:27700")
