"""Heat map tiles as small PNG images with a palette."""

import io
from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, PngImagePlugin

from service.access.release import Released
from service.model.answers import Theme, TileImage
from service.render.documents import provenance_text
from service.render.maps.colour import classify, heat_palette
from spatial.arrays import BoolArray, frozen

MARK = "synthetic data"
MARK_COLOUR: Mapping[Theme, tuple[int, int, int, int]] = MappingProxyType(
    {"light": (70, 70, 70, 150), "dark": (200, 200, 200, 150)}
)
MARKED_PIXELS = 256  # a tile of this size has the mark in its own size


def tile_png(released: Released[TileImage]) -> bytes:
    """A square PNG, transparent below the first colour break.

    The provenance is in a text chunk. Pictures of synthetic data carry a mark.
    """
    tile_image = released.answer
    classes = classify(tile_image.values, tile_image.breaks)
    if tile_image.provenance.synthetic:
        classes[_mark(*classes.shape)] = len(tile_image.breaks) + 1
    image = _with_palette(classes, len(tile_image.breaks), tile_image.theme)
    notes = PngImagePlugin.PngInfo()
    notes.add_text("Description", f"density in {tile_image.unit}")
    notes.add_text("Provenance", provenance_text(tile_image.provenance))
    body = io.BytesIO()
    image.save(body, format="PNG", compress_level=2, pnginfo=notes)
    return body.getvalue()


def _with_palette(classes: NDArray[np.uint8], count: int, theme: Theme) -> Image.Image:
    image = Image.fromarray(classes, mode="P")
    palette = [*heat_palette(count, theme), MARK_COLOUR[theme]]
    image.putpalette([part for colour in palette for part in colour], rawmode="RGBA")
    return image


@lru_cache(maxsize=4)
def _mark(rows: int, cols: int) -> BoolArray:
    """(rows, cols) pixels of the mark, across the middle of a tile and away from its edges.

    It covers the same share of a tile of any size.
    """
    scale = max(1, cols // MARKED_PIXELS)
    height, width = rows // scale, cols // scale
    picture = Image.new("1", (width, height))
    draw = ImageDraw.Draw(picture)
    left, top, right, bottom = draw.textbbox((0, 0), MARK)
    draw.text(((width - right + left) / 2, (height - bottom + top) / 2), MARK, fill=1)
    marked = np.zeros((rows, cols), dtype=np.bool_)
    large = np.asarray(picture, dtype=np.bool_).repeat(scale, axis=0).repeat(scale, axis=1)
    marked[: large.shape[0], : large.shape[1]] = large
    return frozen(marked)
