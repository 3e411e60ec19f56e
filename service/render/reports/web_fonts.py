"""The shipped typeface for a document that loads nothing: the letters it needs, as data."""

import base64
import html
import io
import re
from collections.abc import Iterable
from functools import cache
from typing import Any, Final

from service.render.fonts import typeface

FACES: Final = {400: typeface.REGULAR, 700: typeface.BOLD}
# Latin with its diacritics, punctuation, and the signs of numbers and money.
LATIN: Final = (
    *range(0x20, 0x7F),
    *range(0xA0, 0x250),
    *range(0x1E80, 0x1E86),
    *range(0x2010, 0x2028),
    *(0x202F, 0x2030, 0x2032, 0x2033, 0x20AC, 0x2190, 0x2191, 0x2192, 0x2193),
    *(0x2212, 0x2248, 0x2260, 0x2264, 0x2265, 0x25B2, 0x25BC, 0xFFFD),
)
_TEXT = re.compile(r">([^<>]+)<")
_ROOT = re.compile(r"<svg\b[^>]*>")


@cache
def font_faces() -> str:
    """The rules of a style sheet that bring the Latin letters, regular and bold."""
    return "\n".join(_rule(weight, _latin(weight)) for weight in FACES)


def with_letters(svg: str) -> str:
    """A picture with the letters of its texts inside: as an image it has no others.

    Parameters
    ----------
    svg : str
        With or without texts.

    Returns
    -------
    str
        The same one where it has no texts, or brings a typeface of its own.
    """
    root = _ROOT.search(svg)
    if root is None or "<text" not in svg or "@font-face" in svg:
        return svg
    letters = sorted({ord(letter) for letter in html.unescape("".join(_TEXT.findall(svg)))})
    rules = "".join(_rule(weight, _part(_latin(weight), letters)) for weight in FACES)
    return f"{svg[: root.end()]}<style>{rules}</style>{svg[root.end() :]}"


def _rule(weight: int, font: bytes) -> str:
    content = base64.b64encode(_packed(font)).decode()
    return (
        f'@font-face {{ font-family: "{typeface.FAMILY}"; font-weight: {weight}; '
        f'src: url(data:font/woff;base64,{content}) format("woff") }}'
    )


@cache
def _latin(weight: int) -> bytes:
    """The Latin letters of a font."""
    return _part(FACES[weight].read_bytes(), LATIN)


def _part(font: bytes, letters: Iterable[int]) -> bytes:
    """Some letters of a font, without the rules by which they are set: these take most time."""
    from fontTools.subset import Options, Subsetter

    options = Options(notdef_outline=True, hinting=False)
    options.drop_tables += ["GDEF", "GPOS", "GSUB"]
    with _opened(font) as opened:
        subsetter = Subsetter(options)
        subsetter.populate(unicodes=letters)
        subsetter.subset(opened)
        return _saved(opened)


def _packed(font: bytes) -> bytes:
    """A font as WOFF."""
    with _opened(font) as opened:
        opened.flavor = "woff"
        return _saved(opened)


def _opened(font: bytes) -> Any:
    from fontTools.ttLib import TTFont

    return TTFont(io.BytesIO(font), recalcTimestamp=False, lazy=True)


def _saved(font: Any) -> bytes:
    content = io.BytesIO()
    font.save(content)
    return content.getvalue()
