"""Vector tiles: as GDAL and another library read them."""

import mapbox_vector_tile
import numpy as np
import pyogrio
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from boundaries.layers.layer import normalised
from boundaries.tiles.generalise import EXTENT, generalised
from boundaries.tiles.tiles import TileAreas, areas_in_tile
from service.render.tiles import mvt
from service.render.tiles.mvt import encode_areas, encode_tile
from spatial.coordinates.mercator import Tile
from tests.boundaries.areas import layer_of, real_layer, square
from tests.boundaries.tiles.test_generalise import RAGGED
from tests.boundaries.tiles.test_tiles import tiles_over


def tile_of(shapes):
    geometries = np.empty(len(shapes), dtype=object)
    geometries[:] = list(shapes)
    oriented = shapely.orient_polygons(geometries, exterior_cw=False)
    return TileAreas(Tile(10, 512, 337), np.arange(len(shapes), dtype=np.int32), oriented)


def encoded(layer, areas, **columns):
    names = {
        "code": [layer.codes[i] for i in areas.positions],
        "name": [layer.names[i] for i in areas.positions],
    }
    return encode_tile(encode_areas(areas), name=layer.layer_id, columns={**names, **columns})


def decoded(content):
    (layer,) = mapbox_vector_tile.decode(content, default_options={"y_coord_down": True}).values()
    return layer


def assert_says(content, layer, areas):
    """Another library finds the very same shapes, codes and names in a tile."""
    found = decoded(content)
    assert (found["extent"], found["version"]) == (EXTENT, 2)
    assert len(found["features"]) == len(areas)
    for feature, position, shape in zip(
        found["features"], areas.positions.tolist(), areas.geometries, strict=True
    ):
        assert feature["id"] == position + 1
        assert feature["properties"] == {
            "code": layer.codes[position],
            "name": layer.names[position],
        }
        there = shapely.geometry.shape(feature["geometry"])
        assert there.is_valid
        assert there.normalize().equals_exact(shape.normalize())


@pytest.mark.parametrize("zoom", [7, 10, 12, 14])
def test_another_library_reads_what_was_written(zoom):
    level = generalised(RAGGED, zoom)
    for tile in tiles_over(level)[:12]:
        areas = areas_in_tile(level, tile)
        if len(areas):
            assert_says(encoded(RAGGED, areas), RAGGED, areas)


def test_gdal_reads_what_was_written(tmp_path):
    level = generalised(RAGGED, 11)
    read = 0
    for tile in tiles_over(level):
        areas = areas_in_tile(level, tile)
        if not len(areas):
            continue
        path = tmp_path / f"{tile.x}-{tile.y}.mvt"
        path.write_bytes(encoded(RAGGED, areas))
        meta, _, wkb, columns = pyogrio.raw.read(
            f"MVT:{path}", X=str(tile.x), Y=str(tile.y), Z=str(tile.z), CLIP="NO"
        )
        fields = dict(zip(meta["fields"].tolist(), columns, strict=True))
        assert fields["code"].tolist() == [RAGGED.codes[i] for i in areas.positions]
        assert fields["name"].tolist() == [RAGGED.names[i] for i in areas.positions]
        shapes = shapely.from_wkb(wkb)
        assert shapely.is_valid(shapes).all()
        left, _, right, top = tile.bounds_mercator_m
        step = (right - left) / EXTENT
        expected = shapely.transform(
            areas.geometries,
            lambda xy, left=left, top=top, step=step: np.column_stack(
                [left + xy[:, 0] * step, top - xy[:, 1] * step]
            ),
        )
        np.testing.assert_allclose(shapely.area(shapes), shapely.area(expected), rtol=1e-9)
        assert shapely.hausdorff_distance(shapes, expected).max() < 1e-6
        read += 1
    assert read > 3


def test_holes_and_parts_are_told_apart():
    ring = shapely.box(0, 0, 100, 100).difference(shapely.box(20, 20, 80, 80))
    shape = shapely.MultiPolygon([ring, shapely.box(40, 40, 60, 60), shapely.box(200, 0, 300, 9)])
    (feature,) = decoded(
        encode_tile(encode_areas(tile_of([shape])), name="x", columns={"code": ["a"]})
    )["features"]
    there = shapely.geometry.shape(feature["geometry"])
    assert there.equals(shape)
    assert len(there.geoms) == 3


def test_values_of_every_kind_come_back():
    shapes = [shapely.box(i * 10, 0, i * 10 + 9, 9) for i in range(3)]
    columns = {
        "text": ["é", "b", None],
        "whole": [3, -7, None],
        "large": [2**53, -(2**40), 0],
        "real": [0.5, float("nan"), -1e300],
        "truth": [True, False, None],
        "numpy": list(np.array([1, 2, 3])),
        "numpy_real": list(np.array([1.5, np.nan, 3.0])),
        "numpy_truth": list(np.array([True, False, True])),
    }
    found = decoded(encode_tile(encode_areas(tile_of(shapes)), name="x", columns=columns))
    said = [feature["properties"] for feature in found["features"]]
    assert said[0] == {
        "text": "é", "whole": 3, "large": 2**53, "real": 0.5, "truth": True,
        "numpy": 1, "numpy_real": 1.5, "numpy_truth": True,
    }  # fmt: skip
    assert said[1] == {
        "text": "b", "whole": -7, "large": -(2**40), "truth": False, "numpy": 2,
        "numpy_truth": False,
    }  # fmt: skip
    assert said[2] == {
        "large": 0, "real": -1e300, "numpy": 3, "numpy_real": 3.0, "numpy_truth": True,
    }  # fmt: skip
    assert type(said[0]["truth"]) is bool
    assert type(said[0]["whole"]) is int


def test_values_that_repeat_are_written_once():
    shapes = [shapely.box(i * 10, 0, i * 10 + 9, 9) for i in range(50)]
    areas = encode_areas(tile_of(shapes))
    same = encode_tile(areas, name="x", columns={"name": ["a long name to repeat"] * 50})
    assert same.count(b"a long name to repeat") == 1
    mixed = decoded(encode_tile(areas, name="x", columns={"v": [1, True, 1.0, "1", 0] * 10}))
    assert [type(f["properties"]["v"]) for f in mixed["features"][:5]] == [
        int, bool, float, str, int,
    ]  # fmt: skip


def test_a_tile_without_areas_is_no_bytes():
    empty = encode_areas(tile_of([]))
    assert encode_tile(empty, name="x", columns={"code": []}) == b""


def test_areas_without_columns_are_shapes_only():
    content = encode_tile(encode_areas(tile_of([shapely.box(0, 0, 5, 5)])), name="x", columns={})
    assert decoded(content)["features"][0]["properties"] == {}


def test_columns_of_another_length_are_refused():
    areas = encode_areas(tile_of([shapely.box(0, 0, 5, 5)]))
    with pytest.raises(ValueError, match="zip"):
        encode_tile(areas, name="x", columns={"code": ["a", "b"]})


def test_the_same_areas_give_the_same_bytes():
    layer = normalised(layer_of({"a": square(0, 0), "b": square(1, 0)}))
    level = generalised(layer, 12)
    tile = next(t for t in tiles_over(level) if len(areas_in_tile(level, t)))
    once = encoded(layer, areas_in_tile(level, tile))
    assert once == encoded(layer, areas_in_tile(generalised(layer, 12), tile))


@given(st.lists(st.integers(0, 2**62), max_size=50))
def test_varints_in_a_row_are_varints_one_by_one(integers):
    packed, lengths = mvt._varints(np.array(integers, dtype=np.int64))
    assert packed == b"".join(mvt._varint(i) for i in integers)
    assert lengths.sum() == len(packed)


@pytest.mark.real
@pytest.mark.parametrize("name", ["lsoa21", "wards22"])
def test_real_tiles_are_small_and_read_by_others(test_data, name):
    layer = real_layer(test_data, name)
    random = np.random.default_rng(9)
    for zoom in (5, 7, 9, 10, 12, 14, 16):
        level = generalised(layer, zoom)
        tiles = tiles_over(level)
        for i in random.choice(len(tiles), min(len(tiles), 12), replace=False).tolist():
            areas = areas_in_tile(level, tiles[i])
            content = encoded(layer, areas)
            assert len(content) < 100_000
            if len(areas):
                assert_says(content, layer, areas)
