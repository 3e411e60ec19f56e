"""The layers in a vector tile and their attributes, without its shapes."""

from collections.abc import Iterator
from typing import Final

_VARINT, _DOUBLE, _BYTES, _FLOAT = 0, 1, 2, 5
_LAYER: Final = 3  # of a tile
_NAME, _KEY = 1, 3  # of a layer


def layers_in(tile: bytes) -> Iterator[tuple[str, list[str]]]:
    """The layers of a tile.

    Parameters
    ----------
    tile : bytes
        Mapbox vector tile, not compressed.

    Yields
    ------
    name : str
        Of the layer.
    attributes : list of str
        The names of what its features may state.

    Raises
    ------
    ValueError
        If the bytes are no vector tile.
    """
    for number, content in _messages(tile):
        if number != _LAYER:
            raise ValueError(f"field {number} of a tile is none of a vector tile")
        parts = list(_messages(content))
        names = [part.decode() for number, part in parts if number == _NAME]
        if len(names) != 1:
            raise ValueError("a layer of a tile has no name")
        yield names[0], [part.decode() for number, part in parts if number == _KEY]


def _messages(content: bytes) -> Iterator[tuple[int, bytes]]:
    """The fields of a message that hold text or messages; the others are passed over."""
    position, end = 0, len(content)
    while position < end:
        key, position = _varint(content, position)
        kind = key & 7
        if kind == _VARINT:
            _, position = _varint(content, position)
        elif kind == _BYTES:
            length, position = _varint(content, position)
            if position + length > end:
                raise ValueError("a tile is cut short")
            yield key >> 3, content[position : position + length]
            position += length
        elif kind in (_DOUBLE, _FLOAT):
            position += 8 if kind == _DOUBLE else 4
        else:
            raise ValueError("it holds what is no vector tile")


def _varint(content: bytes, position: int) -> tuple[int, int]:
    """A number at a position, and the position after it."""
    value = shift = 0
    while True:
        if position >= len(content) or shift > 63:
            raise ValueError("a tile is cut short")
        byte = content[position]
        position += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, position
        shift += 7
