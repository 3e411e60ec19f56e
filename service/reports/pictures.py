"""Pictures of a report: what an SVG says of itself."""

import io
import re
from typing import Final
from xml.etree import ElementTree

from service.model.errors import InvalidTemplateError
from service.model.report import Picture

SVG: Final = "image/svg+xml"
MEDIA_TYPES: Final = {
    ".png": "image/png",
    ".svg": SVG,
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
}
_NAMESPACE: Final = "{http://www.w3.org/2000/svg}"
_NUMBER: Final = re.compile(r"[\d.]+")


def svg_picture(content: bytes) -> tuple[Picture, str]:
    """A picture with its alternative text, which our charts and maps have inside.

    Parameters
    ----------
    content : bytes
        SVG of this service.
    """
    root = ElementTree.fromstring(content)  # noqa: S314 - drawn by this service
    box = [float(part) for part in _NUMBER.findall(root.get("viewBox") or "")]
    width, height = box[2:] if len(box) == 4 else (16.0, 9.0)
    description = root.findtext(f"{_NAMESPACE}desc") or root.findtext(f"{_NAMESPACE}title") or ""
    picture = Picture(content, SVG, max(round(width), 1), max(round(height), 1))
    return picture, " ".join(description.split())


def logo_picture(content: bytes, media_type: str, name: str) -> Picture:
    """A logo as a picture.

    Parameters
    ----------
    content : bytes
        Of the file.
    media_type : str
        One of `MEDIA_TYPES`.
    name : str
        Of the file.

    Raises
    ------
    InvalidTemplateError
        If it is no such picture.
    """
    from PIL import Image

    try:
        if media_type == SVG:
            return svg_picture(content)[0]
        with Image.open(io.BytesIO(content)) as image:
            return Picture(content, media_type, image.width, image.height)
    except (ElementTree.ParseError, OSError) as error:
        raise InvalidTemplateError(name, f"the logo is no picture: {error}") from None
