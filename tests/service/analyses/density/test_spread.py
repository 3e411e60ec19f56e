"""Published counts on a density: even inside each area, whatever its shape."""

import dataclasses

import numpy as np
import pytest
import shapely

from service.analyses.density.spread import spread_evenly
from service.assembly.audiences import Audiences
from service.queries.heatmaps import HeatmapQuery, RasterQuery
from tests.service import protected, world


@pytest.fixture(scope="module")
def partner(tmp_path_factory):
    folder = world.build(tmp_path_factory.mktemp("spread"))
    owner = protected.published(folder, protected.protection("nhs-hes"))
    return Audiences(owner).of(protected.PARTNER)


def counts_of(partner):
    counts = partner.areas.count(world.DATASET, world.CELLS, HeatmapQuery().incident_filter())
    return dict(zip(counts.layer.codes, counts.count.tolist(), strict=True))


def test_the_points_of_an_area_carry_its_count_and_lie_in_it(partner):
    incidents, layer = partner.incidents.open(world.DATASET), partner.layers.get(world.CELLS)
    xy_m, weight = spread_evenly(incidents, incidents.located, layer)
    for code, count in counts_of(partner).items():
        is_inside = shapely.contains_xy(world.square(code), xy_m[:, 0], xy_m[:, 1])
        assert weight[is_inside].sum() == pytest.approx(count)
        assert len(set(weight[is_inside])) <= 1
    assert weight.sum() == pytest.approx(sum(counts_of(partner).values()))


def test_an_area_that_holds_no_point_of_its_grid_has_one_point(partner):
    incidents, layer = partner.incidents.open(world.DATASET), partner.layers.get(world.CELLS)
    slivers = np.array(
        [
            shapely.box(x_m, y_m, x_m + 0.01, y_m + 700)
            for x_m, y_m, _, _ in (geometry.bounds for geometry in layer.geometries)
        ],
        dtype=object,
    )
    thin = dataclasses.replace(layer, geometries=slivers)
    xy_m, weight = spread_evenly(incidents, incidents.located, thin)
    assert weight.sum() == pytest.approx(sum(counts_of(partner).values()))
    on_sliver = shapely.intersects_xy(shapely.union_all(slivers), xy_m[:, 0], xy_m[:, 1])
    assert on_sliver.all()


def test_the_density_inside_an_area_is_its_count_by_its_ground(partner):
    query = RasterQuery(bandwidth_m=400, cell_m=50)
    raster = partner.heatmaps.raster(world.DATASET, query)
    x, y = np.meshgrid(raster.grid.x_centres_m, raster.grid.y_centres_m)
    shown = {code: count for code, count in counts_of(partner).items() if count >= 8}
    assert shown
    for code, count in shown.items():
        square = world.square(code)
        is_inner = shapely.contains_xy(square.buffer(-400), x, y)
        assert is_inner.any()
        expected = count / (square.area / 1e6)
        np.testing.assert_allclose(raster.values[is_inner], expected, rtol=0.02)


def test_no_closer_zoom_is_offered_than_may_be_asked_for(partner):
    document = partner.heatmaps.tilejson(
        world.DATASET, HeatmapQuery(bandwidth_m=400), address="/{z}/{x}/{y}"
    )
    assert document.content["maxzoom"] == 14
