"""Areas with few published records are blank on every form of a density."""

import numpy as np
import pytest
import shapely

from service.access.stand_ins import VARIANTS, stand_ins
from service.assembly.audiences import Audiences
from service.queries.heatmaps import ContourQuery, HeatmapQuery, PeakQuery, RasterQuery
from spatial.coordinates.mercator import Tile
from tests.service import protected, world
from tests.service.answers import on_the_ground

BANDWIDTH_M = 500.0


@pytest.fixture(scope="module")
def owner(tmp_path_factory):
    folder = world.build(tmp_path_factory.mktemp("masked"))
    return protected.published(folder, protected.protection("nhs-hes"))


@pytest.fixture(scope="module")
def partner(owner):
    return Audiences(owner).of(protected.PARTNER)


def query(kind=HeatmapQuery, **options):
    return kind(bandwidth_m=BANDWIDTH_M, **options)


def published_counts(partner, **options):
    """The published records of each area, one in each hidden cell."""
    incident_filter = query(**options).incident_filter()
    with stand_ins("low"):
        counts = partner.areas.count(world.DATASET, world.CELLS, incident_filter)
    return dict(zip(counts.layer.codes, counts.count.tolist(), strict=True))


def blank_codes(raster):
    """The areas whose middle is blank on a raster, and those whose middle is not."""
    grid, values = raster.grid, raster.values
    blank = set()
    for code in world.CODES:
        x, y = shapely.centroid(world.square(code)).coords[0]
        row, col = int((grid.top_m - y) / grid.cell_m), int((x - grid.left_m) / grid.cell_m)
        if np.isnan(values[row, col]):
            blank.add(code)
    return blank


@pytest.mark.parametrize("options", [{}, {"category": ("assault",)}])
def test_areas_with_few_published_records_are_blank_and_no_others(partner, options):
    counts = published_counts(partner, **options)
    few = {code for code, count in counts.items() if count < 8}
    raster = partner.heatmaps.raster(world.DATASET, query(RasterQuery, cell_m=50, **options))
    assert blank_codes(raster) == few
    assert 0 < len(few) < len(counts)
    stated = raster.provenance.method["blank_areas"]
    assert (stated["policy"], stated["layer"], stated["fewer_than"]) == (
        "nhs-hes-1",
        world.CELLS,
        8,
    )
    assert (stated["areas"], stated["blank"]) == (len(counts), len(few))
    assert 0 <= stated["sensitive_share"] < 1


def test_the_edge_of_the_blank_part_is_that_of_the_areas(partner):
    """Whatever the bandwidth, so that no circle about a record can be read from it."""
    rasters = [
        partner.heatmaps.raster(world.DATASET, RasterQuery(bandwidth_m=bandwidth_m, cell_m=25))
        for bandwidth_m in (500, 2_000)
    ]
    few = [code for code, count in published_counts(partner).items() if count < 8]
    blank = shapely.union_all([world.square(code) for code in few])
    for raster in rasters:
        x, y = np.meshgrid(raster.grid.x_centres_m, raster.grid.y_centres_m)
        in_county = shapely.contains_xy(
            shapely.union_all([world.square(code) for code in world.CODES]), x, y
        )
        is_blank = np.isnan(raster.values) & in_county
        np.testing.assert_array_equal(is_blank, shapely.contains_xy(blank, x, y))


@pytest.mark.parametrize("variant", VARIANTS)
def test_the_same_areas_are_blank_whatever_hidden_cells_stand_for(partner, variant):
    few = {code for code, count in published_counts(partner).items() if count < 8}
    with stand_ins(variant):
        raster = partner.heatmaps.raster(world.DATASET, query(RasterQuery, cell_m=50))
    assert blank_codes(raster) == few


def test_records_themselves_are_shown_everywhere(owner):
    raster = owner.heatmaps.raster(world.DATASET, query(RasterQuery, cell_m=50))
    assert not blank_codes(raster)
    assert "blank_areas" not in raster.provenance.method


def test_a_tile_is_blank_in_the_same_areas(partner):
    tile = Tile(z=11, x=1024, y=674)
    values = partner.heatmaps.tile(world.DATASET, tile, query()).values
    x, y = np.meshgrid(*tile.pixel_centres_mercator_m(len(values)))
    pixels = np.column_stack([x.ravel(), y.ravel()])
    places = on_the_ground(pixels, crs="EPSG:3857", target="EPSG:27700")
    few = [code for code, count in published_counts(partner).items() if count < 8]
    blank = shapely.union_all([world.square(code) for code in few])
    inside = shapely.contains_xy(blank, *places.T).reshape(values.shape)
    assert inside.any()
    assert np.isnan(values[inside]).mean() > 0.98  # but for pixels on a border
    assert np.isfinite(values).any()


def test_peaks_and_contours_keep_to_the_part_shown(partner):
    few = [code for code, count in published_counts(partner).items() if count < 8]
    blank = shapely.union_all([world.square(code) for code in few]).buffer(-50)
    peaks = partner.heatmaps.peaks(world.DATASET, query(PeakQuery, peaks=20))
    contours = partner.heatmaps.contours(world.DATASET, query(ContourQuery))
    assert len(peaks)
    for table in (peaks, contours):
        assert not shapely.intersects(table.geometries, blank).any()


def test_a_period_with_few_records_everywhere_leaves_nothing(partner):
    """An empty map, not an error."""
    options = {"category": ("fire",), "from": "2024-01", "to": "2024-12"}
    summary = partner.heatmaps.summary(world.DATASET, query(**options))
    assert summary.content["maximum"] == 0.0
    assert summary.content["breaks"] == []
    assert summary.provenance.method["blank_areas"]["blank"] == len(world.CODES)
    assert not len(partner.heatmaps.peaks(world.DATASET, query(PeakQuery, **options)))
