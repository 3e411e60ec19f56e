"""Whatever happens to the files of the caches, what comes from them is what would be made anew."""

import numpy as np
import pytest
import shapely

from boundaries.layers.layer import normalised
from boundaries.neighbours.adjacency import queen
from boundaries.neighbours.neighbour_cache import NeighbourCache
from boundaries.points.assign_cache import AssignmentCache
from boundaries.tiles.geometry_tiles import GeometryTiles
from boundaries.tiles.levels import LevelCache
from spatial.coordinates.mercator import Tile
from tests.boundaries.areas import EAST, NORTH, chessboard, layer_of

LAYER = normalised(layer_of(chessboard(4, 4)))
POINTS = np.random.default_rng(7).uniform(-500, 4_500, (300, 2)) + np.array([EAST, NORTH])


def assignment(folder):
    area = AssignmentCache(folder).get(LAYER, POINTS, dataset="callouts", version="3")
    return area.tobytes()


def neighbours(folder):
    found = NeighbourCache(folder).get(LAYER, "queen", queen)
    return b"".join(part.tobytes() for part in (found.indptr, found.indices, found.weights))


def level(folder):
    found = LevelCache(folder).get(LAYER, 9)
    return found.positions.tobytes() + b"".join(shapely.to_wkb(found.geometries).tolist())


def archive(folder):
    def encode(layer, areas):
        return shapely.to_wkb(shapely.GeometryCollection(list(areas.geometries)))

    tiles = GeometryTiles(LevelCache(folder / "levels"), folder / "tiles", encode=encode)
    tiles.prepare(LAYER, first_zoom=8, last_zoom=9)
    return b"".join(
        tiles.get(LAYER, Tile(9, x, y)) for x in range(254, 260) for y in range(165, 172)
    )


@pytest.mark.parametrize("cached", [assignment, neighbours, level, archive])
def test_a_changed_file_is_made_again(tmp_path, cached):
    fresh = cached(tmp_path)
    (path,) = (p for p in tmp_path.rglob("*") if p.is_file() and p.parent.name != "levels")
    sound = path.read_bytes()
    for place in np.linspace(0, len(sound) - 1, 12, dtype=int).tolist():
        changed = bytearray(sound)
        changed[place] ^= 0x10
        path.write_bytes(changed)
        assert cached(tmp_path) == fresh
        assert path.read_bytes() == sound
    path.write_bytes(sound[: len(sound) // 2])
    assert cached(tmp_path) == fresh
