"""Geometry tiles: made once per layer version, the same from wherever they come."""

import pyogrio
import pytest

from boundaries.layers.layer import normalised
from boundaries.tiles import generalise, levels
from boundaries.tiles.geometry_tiles import GeometryTiles
from boundaries.tiles.levels import LevelCache
from service.render.tiles.mvt import encode_areas, encode_tile
from spatial.coordinates.mercator import Tile
from tests.boundaries.areas import chessboard, layer_of
from tests.boundaries.tiles.test_generalise import RAGGED
from tests.boundaries.tiles.test_tiles import tiles_over

OTHER = normalised(layer_of(chessboard(4, 4, 5_000.0)))


def encode(layer, areas):
    columns = {
        "code": [layer.codes[i] for i in areas.positions],
        "name": [layer.names[i] for i in areas.positions],
    }
    return encode_tile(encode_areas(areas), name=layer.layer_id, columns=columns)


@pytest.fixture
def tiles(tmp_path):
    return GeometryTiles(LevelCache(tmp_path / "levels"), tmp_path / "tiles", encode=encode)


def again(tiles, tmp_path):
    """As another process would open the same folders."""
    return GeometryTiles(LevelCache(tmp_path / "levels"), tiles.folder, encode=encode)


def all_tiles(zooms):
    return [tile for z in zooms for tile in tiles_over(generalise.generalised(RAGGED, z))]


def test_tiles_made_ahead_are_those_made_when_asked(tiles, tmp_path):
    asked = all_tiles(range(5, 11))
    made = [tiles.get(RAGGED, tile) for tile in asked]
    assert tiles.prepare(RAGGED, last_zoom=10) >= sum(map(bool, made))
    other = again(tiles, tmp_path)
    assert [other.get(RAGGED, tile) for tile in asked] == made
    assert other.counts().from_archive == len(asked)
    assert other.counts().made == 0


def test_a_tile_is_made_once(tiles):
    (tile, *_) = all_tiles([9])
    assert tiles.get(RAGGED, tile) == tiles.get(RAGGED, tile)
    assert (tiles.counts().made, tiles.counts().from_memory) == (1, 1)


def test_nearer_zooms_than_the_archive_are_made_when_asked(tiles):
    tiles.prepare(RAGGED, last_zoom=8)
    tile = all_tiles([13])[20]
    assert tiles.get(RAGGED, tile)
    assert tiles.counts().made == 1


def test_a_tile_beyond_the_layer_is_empty_and_known_to_be(tiles):
    tiles.prepare(RAGGED, last_zoom=8)
    assert tiles.get(RAGGED, Tile(8, 0, 0)) == b""
    assert tiles.get(RAGGED, Tile(15, 0, 0)) == b""
    assert tiles.counts().from_archive == 1


def test_a_new_version_has_its_own_tiles_and_the_old_go(tiles):
    tiles.prepare(RAGGED, last_zoom=8)
    before = {path.name for path in tiles.folder.iterdir()}
    tiles.prepare(OTHER, last_zoom=8)
    after = {path.name for path in tiles.folder.iterdir()}
    assert len(before) == len(after) == 1
    assert before != after
    tile = all_tiles([8])[0]
    assert tiles.get(OTHER, tile) != tiles.get(RAGGED, tile)


def test_preparing_twice_does_it_once(tiles):
    told = []
    first = tiles.prepare(RAGGED, last_zoom=8, progress=lambda doing, share: told.append(share))
    assert told == sorted(told)
    assert len(told) == 4
    assert tiles.prepare(RAGGED, last_zoom=8) == first
    (archive,) = tiles.folder.iterdir()
    before = archive.stat().st_mtime_ns
    tiles.prepare(RAGGED, last_zoom=7)
    assert archive.stat().st_mtime_ns == before


def test_gdal_opens_the_archive(tiles):
    tiles.prepare(RAGGED, last_zoom=9)
    (archive,) = tiles.folder.iterdir()
    info = pyogrio.read_info(archive)
    assert info["layer_name"] == "test"
    assert set(info["fields"]) >= {"code", "name"}
    _, _, _, columns = pyogrio.raw.read(archive, columns=["code"])
    assert set(columns[0]) == set(RAGGED.codes)


@pytest.mark.parametrize("damage", [b"", b"PMTiles", b"nonsense" * 100])
def test_a_damaged_archive_is_not_believed(tiles, tmp_path, damage):
    tile = all_tiles([8])[0]
    expected = tiles.get(RAGGED, tile)
    tiles.prepare(RAGGED, last_zoom=8)
    (archive,) = tiles.folder.iterdir()
    archive.unlink()
    archive.write_bytes(damage)
    other = again(tiles, tmp_path)
    assert other.get(RAGGED, tile) == expected
    other.prepare(RAGGED, last_zoom=8)
    assert again(tiles, tmp_path).get(RAGGED, tile) == expected


def test_without_a_writable_folder_tiles_are_made_each_time(tmp_path):
    (tmp_path / "file").write_text("in the way")
    tiles = GeometryTiles(
        LevelCache(tmp_path / "file" / "levels"), tmp_path / "file" / "tiles", encode=encode
    )
    tile = all_tiles([8])[0]
    assert tiles.prepare(RAGGED, last_zoom=8) > 0
    assert tiles.get(RAGGED, tile)


def test_levels_are_read_from_disk_and_made_once(tmp_path, monkeypatch):
    made = []

    def counted(layer, zoom):
        made.append(zoom)
        return generalise.generalised(layer, zoom)

    monkeypatch.setattr(levels, "generalised", counted)
    cache = LevelCache(tmp_path)
    level = cache.get(RAGGED, 9)
    assert cache.get(RAGGED, 9) is level
    same = LevelCache(tmp_path).get(RAGGED, 9)
    assert made == [9]
    assert same.positions.tolist() == level.positions.tolist()
    assert all(a.equals(b) for a, b in zip(same.geometries, level.geometries, strict=True))
    (path,) = tmp_path.iterdir()
    path.write_bytes(b"broken")
    LevelCache(tmp_path).get(RAGGED, 9)
    assert made == [9, 9]


def test_levels_of_an_old_version_go(tmp_path):
    cache = LevelCache(tmp_path)
    cache.get(RAGGED, 8)
    cache.get(RAGGED, 9)
    cache.get(OTHER, 8)
    assert [path.name.split(".")[1] for path in tmp_path.iterdir()] == [OTHER.version]
