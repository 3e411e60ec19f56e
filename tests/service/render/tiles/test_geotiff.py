"""Cloud Optimized GeoTIFF: valid by another's rules, with its unit, method and overviews."""

import json
import math

import numpy as np
import pytest
import rasterio
from rasterio.io import MemoryFile
from rio_cogeo.cogeo import cog_validate

from tests.service import world

RASTER = f"/v1/heatmaps/{world.DATASET}/raster.tif"
TILE = f"/v1/heatmaps/{world.DATASET}/tiles/13/4099/2697.tif"
FINE = f"{RASTER}?cell_m=10&bandwidth_m=500"  # 500 cells and more on a side: it has overviews


@pytest.mark.parametrize(
    "address",
    [FINE, TILE, f"{RASTER}?cell_m=500", f"{FINE}&within=cell:C11", f"{FINE}&edge=diggle"],
)
def test_it_is_a_valid_cloud_optimized_geotiff(client, tmp_path, address):
    path = tmp_path / "density.tif"
    path.write_bytes(client.get(address).content)
    valid, errors, warnings = cog_validate(str(path), strict=True)
    assert valid, (errors, warnings)


@pytest.fixture(scope="module")
def fine(client):
    with MemoryFile(client.get(FINE).content) as memory, memory.open() as source:
        yield source


def test_it_is_tiled_and_compressed_and_has_overviews(fine):
    assert max(fine.shape) > 256
    assert fine.block_shapes == [(256, 256)]
    assert fine.compression is rasterio.enums.Compression.deflate
    assert fine.overviews(1)[0] == 2
    assert max(fine.shape) / fine.overviews(1)[-1] <= 256


def test_an_overview_holds_the_mean_and_never_falls_below_zero(fine):
    """A cubic overview, the driver's own choice, undershoots beside a peak."""
    whole = fine.read(1)
    rows, cols = (n // 2 * 2 for n in whole.shape)
    coarse = fine.read(1, out_shape=(math.ceil(fine.height / 2), math.ceil(fine.width / 2)))
    means = whole[:rows, :cols].reshape(rows // 2, 2, cols // 2, 2).mean(axis=(1, 3))
    assert coarse.min() >= 0.0
    np.testing.assert_allclose(coarse[: rows // 2, : cols // 2], means, rtol=1e-4, atol=1e-6)


def test_a_window_is_a_part_of_the_whole(fine):
    window = rasterio.windows.Window(300, 200, 120, 70)
    np.testing.assert_array_equal(fine.read(1, window=window), fine.read(1)[200:270, 300:420])


@pytest.mark.parametrize("address", [f"{RASTER}?cell_m=100&bandwidth_m=500", TILE])
def test_unit_method_and_provenance_are_in_its_tags(client, address):
    with MemoryFile(client.get(address).content) as memory, memory.open() as source:
        tags = source.tags()
        assert source.units == ("incidents per km^2",)
        assert source.descriptions == ("density, incidents per km^2",)
        assert math.isnan(source.nodata)
    assert tags["UNIT"] == "incidents per km^2"
    assert tags["SYNTHETIC"] == "no"
    provenance = json.loads(tags["PROVENANCE"])
    method = json.loads(tags["METHOD"])
    assert method == provenance["method"]
    assert {"kernel", "bandwidth_m", "edge"} <= set(method)
    assert tags["TIFFTAG_SOFTWARE"] == provenance["software"]
    assert "incidents per km^2" in tags["TIFFTAG_IMAGEDESCRIPTION"]
    assert "TIFFTAG_DATETIME" not in tags  # the same question gives the same bytes


def test_what_is_invented_says_so_where_a_gis_shows_it(invented_client):
    content = invented_client.get(f"{RASTER}?cell_m=100").content
    with MemoryFile(content) as memory, memory.open() as source:
        assert source.tags()["SYNTHETIC"] == "yes"
        assert "synthetic" in source.tags()["TIFFTAG_IMAGEDESCRIPTION"]
