"""Pictures in SVG as tagged PDF and as PNG, with no typeface of the system."""

import json
import math
import re
import struct
import threading
import zlib
from collections.abc import Mapping
from functools import cache
from typing import Any, Final

from service.render.fonts.typeface import FALLBACK, FAMILY, FOLDER, fallback_folder

PNG_SCALE: Final = 2  # pixels to a unit of the SVG
_UNITS_PER_INCH: Final = 72
_SIGNATURE_AND_HEADER: Final = 8 + 25  # bytes of a PNG in front of its first other chunk
# typst's compiler holds fonts and files that are no concern of two threads at a time.
_SETTING: Final = threading.Lock()
_PAGE: Final = b"""\
#let picture = json(bytes(sys.inputs.picture))
#set document(title: picture.title, description: picture.description)
#set text(lang: "en", region: "GB", font: (picture.family, picture.fallback))
#set page(width: picture.width * 1pt, height: picture.height * 1pt, margin: 0pt)
#image(
  bytes(sys.inputs.svg), format: "svg", width: 100%, height: 100%, fit: "stretch",
  alt: picture.description,
)
"""


def picture_pdf(svg: bytes, *, title: str, description: str) -> bytes:
    """A picture as a tagged PDF of one page (PDF/UA-1), the same bytes whenever it is made.

    Parameters
    ----------
    svg : bytes
        The picture; its root states width and height.
    title : str
        Of the document.
    description : str
        Alternative text: what the picture shows, with its numbers.
    """
    inputs = _inputs(svg, size_of(svg), title=title, description=description)
    return typeset(_PAGE, inputs, format="pdf", pdf_standards="ua-1", timestamp=0)


def picture_png(
    svg: bytes, *, title: str, description: str, texts: Mapping[str, str] | None = None
) -> bytes:
    """A picture as PNG at twice its size, with its description among the texts in it.

    Parameters
    ----------
    svg : bytes
        The picture; its root states width and height.
    title : str
        Of the picture.
    description : str
        Alternative text.
    texts : mapping or None
        Further texts by their keywords, such as the provenance.
    """
    # A picture of a part of a pixel would lose a row of them, through the letters.
    width, height = map(math.ceil, size_of(svg))
    inputs = _inputs(svg, (width, height), title=title, description=description)
    body = typeset(_PAGE, inputs, format="png", ppi=_UNITS_PER_INCH * PNG_SCALE)
    return with_texts(body, {"Title": title, "Description": description, **(texts or {})})


def with_texts(png: bytes, texts: Mapping[str, str]) -> bytes:
    """A PNG with texts in chunks of its own (iTXt, in UTF-8), behind its header."""
    chunks = b"".join(
        _chunk(b"iTXt", keyword.encode("latin-1") + b"\0\0\0en-GB\0\0" + text.encode())
        for keyword, text in texts.items()
    )
    return png[:_SIGNATURE_AND_HEADER] + chunks + png[_SIGNATURE_AND_HEADER:]


def size_of(svg: bytes) -> tuple[float, float]:
    """Width and height that the root of an SVG states, without their units."""
    root = re.search(rb"<svg\b[^>]*>", svg)
    sides = [
        re.search(rb"\s%s=[\"']([0-9.]+)" % name, root[0] if root else b"")
        for name in (b"width", b"height")
    ]
    if None in sides:
        raise ValueError("the root of the SVG states no width and height")
    width, height = (float(side[1]) for side in sides if side is not None)
    return width, height


def _inputs(
    svg: bytes, size: tuple[float, float], *, title: str, description: str
) -> dict[str, str]:
    """What the page reads."""
    width, height = size
    picture = {
        "title": title,
        "description": description,
        "width": width,
        "height": height,
        "family": FAMILY,
        "fallback": FALLBACK,
    }
    return {"picture": json.dumps(picture), "svg": svg.decode()}


def typeset(source: bytes, inputs: Mapping[str, str], **options: Any) -> bytes:
    """A document of typst, with no typeface of the system.

    Parameters
    ----------
    source : bytes
        The document; it reads nothing but its inputs.
    inputs : mapping
        Texts, which the document sees as `sys.inputs`.
    **options
        The format, and what else typst's compiler takes.
    """
    import typst

    with _SETTING:
        body = typst.compile(
            source,
            font_paths=typeset_fonts(),
            ignore_system_fonts=True,
            sys_inputs=dict(inputs),
            **options,
        )
    return bytes(body)


@cache
def typeset_fonts() -> Any:
    """The typefaces of everything that typst sets: ours, then matplotlib's."""
    import typst

    return typst.Fonts(
        include_system_fonts=False,
        include_embedded_fonts=False,
        font_paths=[str(FOLDER), str(fallback_folder())],
    )


def _chunk(kind: bytes, content: bytes) -> bytes:
    """A chunk of a PNG: length, kind, content, checksum."""
    checksum = zlib.crc32(kind + content)
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", checksum)
