"""Pictures in the form that a document takes."""

import base64
import dataclasses
from typing import Final

from service.model.report import Picture
from service.render.paper.pdf import picture_png
from service.render.reports.web_fonts import with_letters

LARGEST_SVG: Final = 1_000_000  # bytes of a drawing above which its pixels are fewer
_SVG: Final = "image/svg+xml"


def as_svg(picture: Picture) -> str:
    """A picture as SVG: as it is, or with its pixels inside."""
    if picture.media_type == _SVG:
        return picture.content.decode()
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" '
        f'viewBox="0 0 {picture.width} {picture.height}" '
        f'width="{picture.width}" height="{picture.height}">'
        f'<image width="{picture.width}" height="{picture.height}" href="{data_uri(picture)}"/>'
        "</svg>"
    )


def as_pixels(picture: Picture, *, title: str, description: str) -> bytes:
    """A picture as PNG, or as the JPEG that it is; drawn for print where it is SVG."""
    if picture.media_type != _SVG:
        return picture.content
    return picture_png(picture.content, title=title, description=description)


def standing_alone(picture: Picture, *, title: str = "", description: str = "") -> str:
    """An address that holds a picture with its letters, or its pixels where they are shorter."""
    if picture.media_type != _SVG:
        return data_uri(picture)
    if len(picture.content) > LARGEST_SVG:
        pixels = as_pixels(picture, title=title, description=description)
        return data_uri(dataclasses.replace(picture, content=pixels, media_type="image/png"))
    content = with_letters(picture.content.decode()).encode()
    return data_uri(dataclasses.replace(picture, content=content))


def data_uri(picture: Picture) -> str:
    """A picture as an address that holds it."""
    content = base64.b64encode(picture.content).decode()
    return f"data:{picture.media_type};base64,{content}"
