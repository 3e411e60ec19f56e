"""Heat map tiles as small PNG images with a palette."""

import io

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, PngImagePlugin

from service.answers import TileImage
from service.release import Released
from service.render.colour import classified, heat_palette
from service.render.documents import provenance_text

MARK = "synthetic data"
MARK_COLOUR = (70, 70, 70, 150)


def tile_png(released: Released[TileImage]) -> bytes:
    """A 256 x 256 PNG, transparent below the first colour break.

    The provenance stands in a text chunk. Synthetic data carry a mark in the picture.
    """
    drawn = released.answer
    classes = classified(drawn.values, drawn.breaks)
    image = _with_palette(classes, len(drawn.breaks))
    if drawn.provenance.synthetic:
        _mark(image, len(drawn.breaks) + 1)
    notes = PngImagePlugin.PngInfo()
    notes.add_text("Description", f"density in {drawn.unit}")
    notes.add_text("Provenance", provenance_text(drawn.provenance))
    body = io.BytesIO()
    image.save(body, format="PNG", compress_level=2, pnginfo=notes)
    return body.getvalue()


def _with_palette(classes: NDArray[np.uint8], count: int) -> Image.Image:
    image = Image.fromarray(classes, mode="P")
    image.putpalette(
        [part for colour in [*heat_palette(count), MARK_COLOUR] for part in colour], rawmode="RGBA"
    )
    return image


def _mark(image: Image.Image, index: int) -> None:
    """Write the mark across the middle of a tile, away from its edges."""
    draw = ImageDraw.Draw(image)
    left, top, right, bottom = draw.textbbox((0, 0), MARK)
    width, height = image.size
    draw.text(((width - right + left) / 2, (height - bottom + top) / 2), MARK, fill=index)
