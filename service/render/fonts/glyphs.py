"""Letters for maps that browsers draw: signed distances, in the protocol buffers of MapLibre.

The typeface is that of everything printed. A glyph is drawn large, and the distance of each pixel
of 24 to the em from its outline is kept, so that the letter can be drawn at any size with a halo.
"""

from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from service.render.fonts.typeface import BOLD, FOLDER, REGULAR

STACKS: Final = {path.stem: path for path in (REGULAR, BOLD)}
RANGE: Final = 256  # code points in a file
LAST: Final = 65_535
SHIPPED: Final = FOLDER / "signed_distances"

_EM: Final = 24  # pixels, which MapLibre expects
_BUFFER: Final = 3  # pixels around a glyph
_RADIUS: Final = 8  # pixels of distance that 255 steps stand for
_CUTOFF: Final = 0.25  # the share of them outside the outline
_ASCENDER: Final = 25  # from the baseline to where MapLibre measures from, pixels
_ENLARGED: Final = 4
_VARINT, _BYTES = 0, 2


@lru_cache(maxsize=32)
def glyph_range(stack: str, first: int) -> bytes:
    """The glyphs of 256 code points.

    Parameters
    ----------
    stack : str
        Name of the font, one of `STACKS`.
    first : int
        First code point, a multiple of 256 up to 65,280.

    Returns
    -------
    bytes
        A ``glyphs`` message; without any glyph where the font has none in the range.

    Notes
    -----
    The ranges of Latin letters are in files beside the typeface, which `drawn_range` made.
    """
    shipped = SHIPPED / f"{stack}-{first}.pbf"
    return shipped.read_bytes() if shipped.is_file() else drawn_range(stack, first)


def drawn_range(stack: str, first: int) -> bytes:
    """The glyphs of 256 code points, drawn from the typeface.

    Parameters
    ----------
    stack, first
        As of `glyph_range`.

    Returns
    -------
    bytes
        As of `glyph_range`; takes about a second.
    """
    from fontTools.ttLib import TTFont
    from PIL import ImageFont

    path = STACKS[stack]
    with TTFont(path, lazy=True) as face:
        known = set(face.getBestCmap())
    font = ImageFont.truetype(str(path), _EM * _ENLARGED)
    glyphs = [
        _bytes(3, _glyph(font, code)) for code in range(first, first + RANGE) if code in known
    ]
    names = _bytes(1, stack.encode()) + _bytes(2, f"{first}-{first + RANGE - 1}".encode())
    return _bytes(1, names + b"".join(glyphs))


def _glyph(font: "ImageFont.FreeTypeFont", code: int) -> bytes:  # type: ignore[name-defined]  # noqa: F821
    """One glyph: its picture of distances, and where it stands."""
    letter = chr(code)
    left, above, right, under = font.getbbox(letter, anchor="ls")  # y downwards from the baseline
    message = _number(1, code)
    advance = round(font.getlength(letter) / _ENLARGED)
    if right <= left or under <= above:
        return message + b"".join(_number(field, 0) for field in range(3, 7)) + _number(7, advance)
    start = int(np.floor(left / _ENLARGED))
    top = int(np.floor(above / _ENLARGED))
    width = int(np.ceil(right / _ENLARGED)) - start
    height = int(np.ceil(under / _ENLARGED)) - top
    mask = np.asarray(font.getmask(letter, mode="L"), dtype=np.uint8)
    picture = _distances(
        mask.reshape(int(under - above), int(right - left)) if mask.ndim == 1 else mask,
        (int(above) - top * _ENLARGED, int(left) - start * _ENLARGED),
        (height, width),
    )
    return b"".join(
        [
            message,
            _bytes(2, picture.tobytes()),
            _number(3, width),
            _number(4, height),
            _number(5, _zigzag(start)),
            _number(6, _zigzag(-top - _ASCENDER)),
            _number(7, advance),
        ]
    )


def _distances(
    mask: NDArray[np.uint8], offset: tuple[int, int], size: tuple[int, int]
) -> NDArray[np.uint8]:
    """The distance of each pixel from the outline of an enlarged mask, 192 on the outline."""
    from scipy.ndimage import distance_transform_edt

    rows, cols = ((side + 2 * _BUFFER) * _ENLARGED for side in size)
    inside = np.zeros((rows, cols), dtype=np.bool_)
    row, col = (start + _BUFFER * _ENLARGED for start in offset)
    inside[row : row + mask.shape[0], col : col + mask.shape[1]] = mask >= 128
    # Half a pixel less: from a pixel's middle to the outline, not to the next pixel's middle.
    away, within = distance_transform_edt(~inside), distance_transform_edt(inside)
    outwards = np.where(inside, 0.5 - within, away - 0.5)
    blocks = outwards.reshape(rows // _ENLARGED, _ENLARGED, cols // _ENLARGED, _ENLARGED)
    pixels = blocks.mean(axis=(1, 3)) / _ENLARGED
    steps = 255.0 * (1.0 - _CUTOFF - pixels / _RADIUS)
    return np.asarray(np.clip(np.round(steps), 0, 255), dtype=np.uint8)


def _zigzag(value: int) -> int:
    """A signed number as an unsigned one."""
    return (value << 1) ^ (value >> 31)


def _varint(value: int) -> bytes:
    """A number as protocol buffers have it."""
    encoded = bytearray()
    while value > 0x7F:
        encoded.append(value & 0x7F | 0x80)
        value >>= 7
    encoded.append(value)
    return bytes(encoded)


def _number(field: int, value: int) -> bytes:
    """A field that is a number."""
    return _varint(field << 3 | _VARINT) + _varint(value)


def _bytes(field: int, content: bytes) -> bytes:
    """A field that is text, a picture or another message."""
    return _varint(field << 3 | _BYTES) + _varint(len(content)) + content
