"""Mapbox vector tiles: the geometry of areas as bytes once, joined with any columns later.

The format is version 2.1 of https://github.com/mapbox/vector-tile-spec, which is protocol
buffers of five small messages. It is written here and not by a library because a tile's
geometry never changes while the values attached to it do with every query: the commands are
encoded once and copied, which no library on PyPI offers.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import shapely

from boundaries.layers.layer import Geometries
from boundaries.tiles.generalise import EXTENT
from boundaries.tiles.tiles import TileAreas, TilePoints
from spatial.arrays import IndexArray, IntArray

Value = str | float | int | bool | None

VALUES_IN_MEMORY = 50_000

_MOVE_TO, _LINE_TO, _CLOSE_PATH = 1, 2, 7
_POINT, _LINE, _POLYGON = 1, 2, 3
_VERSION = 2
# Keys of the fields: number of the field in the message, and how its value is written.
_VARINT, _DOUBLE, _BYTES = 0, 1, 2


@dataclass(frozen=True, eq=False)
class EncodedAreas:
    """The areas or points of one tile with their encoded geometry.

    Attributes
    ----------
    positions : (k,) int32
        Positions in `layer.codes`; the number of each feature is its position plus 1.
    commands : tuple of bytes
        Packed drawing commands of each.
    """

    positions: IndexArray
    commands: tuple[bytes, ...]
    geometry_type: int = _POLYGON


def encode_points(points: TilePoints) -> EncodedAreas:
    """The geometry of a tile's points as drawing commands: one MoveTo each."""
    zigzag = (points.xy << 1) ^ (points.xy >> 63)
    move = _varint(_MOVE_TO | 1 << 3)
    return EncodedAreas(
        points.positions,
        tuple(move + _varint(x) + _varint(y) for x, y in zigzag.tolist()),
        _POINT,
    )


def encode_lines(lines: Geometries) -> EncodedAreas:
    """The geometry of a tile's lines as drawing commands: MoveTo the first corner, LineTo others.

    Parameters
    ----------
    lines : (k,) object array
        Lines, or several of one feature, in whole steps of the tile.

    Returns
    -------
    EncodedAreas
        In the same order; without those that have no length.
    """
    parts, feature = shapely.get_parts(lines, return_index=True)
    commands: dict[int, bytearray] = {}
    last = (0, 0)
    for part, position in zip(parts, feature.tolist(), strict=True):
        if position not in commands:
            last = (0, 0)  # the cursor of a feature begins at the corner of the tile
        corners = np.round(shapely.get_coordinates(part)).astype(np.int64)
        moves = np.diff(np.vstack([[last], corners]), axis=0)
        moves = moves[np.append(True, moves[1:].any(axis=1))]
        if len(moves) < 2:
            continue
        zigzag = ((moves << 1) ^ (moves >> 63)).tolist()
        encoded = commands.setdefault(position, bytearray())
        encoded += _varint(_MOVE_TO | 1 << 3) + b"".join(map(_varint, zigzag[0]))
        encoded += _varint(_LINE_TO | (len(zigzag) - 1) << 3)
        encoded += b"".join(_varint(step) for pair in zigzag[1:] for step in pair)
        last = tuple(corners[-1].tolist())
    positions = np.array(list(commands), dtype=np.int32)
    return EncodedAreas(positions, tuple(bytes(c) for c in commands.values()), _LINE)


def encode_areas(areas: TileAreas) -> EncodedAreas:
    """The geometry of a tile's areas as drawing commands.

    Parameters
    ----------
    areas : TileAreas
        Rings oriented as the format asks for.
    """
    integers, area_of_integer = _commands(areas.geometries)
    packed, lengths = _varints(integers)
    ends = np.cumsum(lengths)
    per_area = np.bincount(area_of_integer, lengths, minlength=len(areas)).astype(np.int64)
    stops = np.cumsum(per_area)
    if len(ends) and ends[-1] != stops[-1]:
        raise ValueError("commands and areas do not add up")
    starts = stops - per_area
    return EncodedAreas(
        areas.positions,
        tuple(
            packed[start:stop] for start, stop in zip(starts.tolist(), stops.tolist(), strict=True)
        ),
    )


def encode_tile(
    areas: EncodedAreas, *, name: str, columns: Mapping[str, Sequence[Value]]
) -> bytes:
    """A vector tile with one layer of areas.

    Parameters
    ----------
    areas : EncodedAreas
        The encoded geometry.
    name : str
        Name of the layer in the tile.
    columns : mapping of str to sequence of k values
        One value per area of the tile; None leaves the attribute out of that feature, NaN is
        None.

    Returns
    -------
    bytes
        Empty if there are no areas.
    """
    if len(areas.commands) == 0:
        return b""
    kind = _number(3, areas.geometry_type)
    keys = list(columns)
    value_indices: dict[bytes, int] = {}  # an encoded value, and its place among them
    features = []
    rows = zip(*columns.values(), strict=True) if keys else [()] * len(areas.commands)
    for position, commands, row in zip(
        areas.positions.tolist(), areas.commands, rows, strict=True
    ):
        tags: list[int] = []
        for key_index, cell in enumerate(row):
            value = cell.item() if isinstance(cell, np.generic) else cell
            if value is None or value != value:  # NaN is the only value unlike itself
                continue
            tags += (
                key_index,
                value_indices.setdefault(_encoded_value(value), len(value_indices)),
            )
        features.append(
            _number(1, position + 1)
            + (_bytes(2, b"".join(map(_varint, tags))) if tags else b"")
            + kind
            + _bytes(4, commands)
        )
    layer = b"".join(
        [
            _bytes(1, name.encode()),
            *(_bytes(2, feature) for feature in features),
            *(_bytes(3, key.encode()) for key in keys),
            *value_indices,
            _number(5, EXTENT),
            _number(15, _VERSION),
        ]
    )
    return _bytes(3, layer)


def _commands(geometries: Geometries) -> tuple[IntArray, IntArray]:
    """The command integers of all areas, and the area that each belongs to.

    A ring is a MoveTo its first corner, a LineTo the others, and a ClosePath; its last corner,
    which repeats the first, is not drawn. Corners are steps from the previous corner, which may be
    in another ring of the same area.
    """
    parts, area = shapely.get_parts(geometries, return_index=True)
    rings, part = shapely.get_rings(parts, return_index=True)
    xy, ring = shapely.get_coordinates(rings, return_index=True)
    last = np.append(ring[1:] != ring[:-1], True) if len(ring) else np.zeros(0, dtype=bool)
    xy, ring = xy[~last].astype(np.int64), ring[~last]
    area_of_corner = area[part[ring]]
    first_of_area = (
        np.append(True, area_of_corner[1:] != area_of_corner[:-1]) if len(ring) else last
    )
    previous = np.vstack([np.zeros((1, 2), dtype=np.int64), xy[:-1]]) if len(xy) else xy
    previous[first_of_area] = 0
    steps = xy - previous
    zigzag = (steps << 1) ^ (steps >> 63)
    first_of_ring = np.append(True, ring[1:] != ring[:-1]) if len(ring) else last
    starts = np.flatnonzero(first_of_ring)
    corners = np.diff(np.append(starts, len(ring)))
    # Every ring has 3 integers more than its corners have steps: two headers and the end.
    place = np.arange(len(ring)) * 2 + np.cumsum(first_of_ring) * 3 - 2
    place[~first_of_ring] += 1
    integers = np.empty(2 * len(ring) + 3 * len(starts), dtype=np.int64)
    integers[place] = zigzag[:, 0]
    integers[place + 1] = zigzag[:, 1]
    ring_starts = place[starts] - 1
    integers[ring_starts] = _MOVE_TO | 1 << 3
    integers[ring_starts + 3] = _LINE_TO | (corners - 1) << 3
    integers[ring_starts + 2 + 2 * corners] = _CLOSE_PATH | 1 << 3
    return integers, np.repeat(area_of_corner[starts], 2 * corners + 3)


def _varints(integers: IntArray) -> tuple[bytes, IntArray]:
    """Non-negative integers as concatenated protocol buffer varints, and the length of each."""
    lengths = np.ones(len(integers), dtype=np.int64)
    remainder = integers >> 7
    while remainder.any():
        lengths += remainder > 0
        remainder >>= 7
    starts = np.cumsum(lengths) - lengths
    packed = np.empty(int(lengths.sum()), dtype=np.uint8)
    for byte in range(int(lengths.max(initial=0))):
        has_byte = lengths > byte
        continuation = (lengths[has_byte] > byte + 1) << 7
        packed[starts[has_byte] + byte] = (integers[has_byte] >> 7 * byte) & 0x7F | continuation
    return packed.tobytes(), lengths


def _varint(integer: int) -> bytes:
    """One non-negative integer as a protocol buffer varint."""
    if integer < len(_SHORT):
        return _SHORT[integer]
    encoded = bytearray()
    while integer > 0x7F:
        encoded.append(integer & 0x7F | 0x80)
        integer >>= 7
    encoded.append(integer)
    return bytes(encoded)


# The varints of one and two bytes, which most lengths and tags are.
_SHORT: Sequence[bytes] = ()
_SHORT = tuple(map(_varint, range(1 << 14)))


def _number(field: int, value: int) -> bytes:
    """A field that is a varint."""
    return _varint(field << 3 | _VARINT) + _varint(value)


def _bytes(field: int, content: bytes) -> bytes:
    """A field that is text, packed numbers or another message."""
    return _varint(field << 3 | _BYTES) + _varint(len(content)) + content


@lru_cache(maxsize=VALUES_IN_MEMORY, typed=True)  # typed: 1, 1.0 and True are three values
def _encoded_value(value: Value) -> bytes:
    """A value as a field of a layer; cached, because neighbouring tiles share values."""
    return _bytes(4, _value(value))


def _value(value: Value) -> bytes:
    """A message Value: text, a double, a signed integer or a truth value."""
    if isinstance(value, bool):
        return _number(7, int(value))
    if isinstance(value, int):
        return _number(6, (value << 1) ^ (value >> 63))
    if isinstance(value, float):
        return _varint(3 << 3 | _DOUBLE) + np.float64(value).tobytes()
    return _bytes(1, str(value).encode())
