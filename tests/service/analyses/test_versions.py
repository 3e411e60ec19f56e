"""Asking for a version reads headers and commits, and nothing of what the data hold."""

import pytest

from boundaries.errors import DamagedLayerError
from boundaries.storage.data_folder import DataFolder
from service.analyses.printed_maps.growth import site_map
from service.analyses.resources import Resources
from service.assembly.resources import open_resources
from service.config.settings import Settings
from service.ogc.features.collections import Features
from service.ogc.wmts.layers import Wmts
from service.queries.flags.query import FlagsQuery
from service.queries.forecasts import ForecastQuery
from service.queries.growth import OverlayQuery, PrioritiesQuery
from service.queries.result_maps import SiteMapQuery
from service.queries.tables.trends import TrendQuery
from service.store.errors import DamagedTableError
from tests.service import world

DATASET = world.DATASET

VERSIONS = {
    "heat maps": lambda r: r.heatmaps.version(DATASET),
    "counts": lambda r: r.areas.version(DATASET, world.CELLS),
    "counts in a grid": lambda r: r.areas.version(DATASET, "square:500"),
    "choropleths": lambda r: r.choropleths.version(DATASET, world.CELLS),
    "hotspots": lambda r: r.hotspots.version(DATASET, world.CELLS),
    "emerging hot spots": lambda r: r.emerging_hotspots.version(DATASET, world.CELLS),
    "changes": lambda r: r.period_changes.version(DATASET, world.CELLS),
    "displacement": lambda r: r.displacement.version(DATASET, world.CELLS),
    "displacement by month": lambda r: r.displacement_months.version(DATASET, world.CELLS),
    "similarity": lambda r: r.similarity.version(DATASET, world.CELLS),
    "transitions": lambda r: r.class_transitions.version(DATASET, world.CELLS),
    "trends": lambda r: r.trends.version(DATASET, TrendQuery()),
    "trends in an area": lambda r: r.trends.version(
        DATASET, TrendQuery(within=f"{world.CELLS}:C11")
    ),
    "forecasts": lambda r: r.forecasts.version(DATASET, ForecastQuery()),
    "forecasts of a layer": lambda r: r.forecasts.version(
        DATASET, ForecastQuery(layer=world.CELLS)
    ),
    "overlays": lambda r: r.overlay.version(DATASET, OverlayQuery()),
    "priorities": lambda r: r.priorities.version(DATASET, PrioritiesQuery()),
    "site maps": lambda r: site_map(r, SiteMapQuery(), dataset=DATASET).version.read(),
    "ranked lists": lambda r: r.ranked_lists.version(DATASET, world.CELLS),
    "similar areas": lambda r: r.similar_areas.version(DATASET, world.CELLS),
    "similar areas by a measure": lambda r: r.similar_measures.version(),
    "flags": lambda r: r.flags.version("risk", FlagsQuery()),
    "rules": lambda r: r.flags.list_version(),
    "sites": lambda r: r.site_tables.version(),
    "search": lambda r: r.places.version(),
    "datasets": lambda r: r.catalogue.datasets_version(),
    "layers": lambda r: r.catalogue.boundaries_version(),
    "a layer": lambda r: r.catalogue.layer_version(world.CELLS),
    "geometry tiles": lambda r: r.vector_tiles.geometry_version(world.CELLS),
    "the page": lambda r: r.page_configuration.version(),
    "collections": lambda r: Features.of(r).data_version.read(),
    "map tiles": lambda r: Wmts.of(r).data_version.read(),
}


class WithoutRows(DataFolder):
    """A data folder of which the logs of tables can be read, and their rows cannot."""

    def arrow(self):
        raise OSError("the rows are read")


def without_areas(data):
    """Leave the headers of the layers, and destroy everything else."""
    for path in (data / "boundaries").glob("*.parquet"):
        content = bytearray(path.read_bytes())
        header = int.from_bytes(content[-8:-4], "little") + 8
        content[4:-header] = bytes(len(content) - 4 - header)
        path.write_bytes(content)


@pytest.fixture
def headless(own_county) -> Resources:
    without_areas(own_county)
    return open_resources(Settings(data_dir=own_county), WithoutRows(own_county))


@pytest.mark.parametrize("answer", VERSIONS)
def test_a_version_is_known_without_the_data(headless, resources, answer):
    version = VERSIONS[answer]
    assert version(headless) == version(resources) == version(headless)


def test_the_data_cannot_be_read_indeed(headless):
    with pytest.raises(DamagedTableError):
        headless.incidents.open(DATASET)
    with pytest.raises(DamagedLayerError):
        headless.layers.get(world.CELLS)
