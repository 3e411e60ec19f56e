"""Text in the shipped typeface: its width on paper, its lines, and what it has signs for."""

from collections.abc import Iterator
from functools import cache, lru_cache
from typing import Any, Final

from service.render.fonts.typeface import BOLD, FALLBACK, FAMILY, REGULAR, fallback_folder

ELLIPSIS: Final = "…"
_UNKNOWN_SIGN: Final = "□"


@lru_cache(maxsize=64)
def font(points: float, *, bold: bool = False) -> Any:
    """The typeface at a size, as matplotlib takes it."""
    from matplotlib.font_manager import FontProperties

    _register()
    weight = "bold" if bold else "normal"
    return FontProperties(family=[FAMILY, FALLBACK], weight=weight, size=points)


@lru_cache(maxsize=4096)
def text_width(text: str, points: float, *, bold: bool = False) -> float:
    """The width of a line of text on paper, points."""
    from matplotlib.textpath import text_to_path

    width, _, _ = text_to_path.get_text_width_height_descent(
        text, font(points, bold=bold), ismath=False
    )
    return float(width)


def printable(text: str) -> str:
    """A text as one line of signs that the typefaces have; a square stands for others."""
    signs = _signs()
    spaced = " ".join(str(text).split()).replace("km^2", "km²")
    return "".join(sign if ord(sign) in signs else _UNKNOWN_SIGN for sign in spaced)


def lines_of(
    text: str, points: float, width: float, *, bold: bool = False, most: int = 100
) -> list[str]:
    """A text in lines no wider than `width` points; what does not fit into `most` ends in dots."""
    lines: list[str] = []
    line = ""
    for word in _words(printable(text), points, width, bold=bold):
        longer = f"{line} {word}".strip()
        if line and text_width(longer, points, bold=bold) > width:
            lines.append(line)
            line = word
        else:
            line = longer
    if line:
        lines.append(line)
    if len(lines) <= most:
        return lines
    return [*lines[: most - 1], _shortened(f"{lines[most - 1]}{ELLIPSIS}", points, width, bold)]


def _words(text: str, points: float, width: float, *, bold: bool) -> Iterator[str]:
    """The words of a text; one that is wider than a line in pieces."""
    for word in text.split():
        rest = word
        while text_width(rest, points, bold=bold) > width and len(rest) > 1:
            letters = len(rest) - 1
            while letters > 1 and text_width(rest[:letters], points, bold=bold) > width:
                letters -= 1
            yield rest[:letters]
            rest = rest[letters:]
        yield rest


def _shortened(line: str, points: float, width: float, bold: bool) -> str:
    """A line that ends in dots, cut until it fits."""
    text = line.removesuffix(ELLIPSIS)
    while text and text_width(f"{text}{ELLIPSIS}", points, bold=bold) > width:
        text = text[:-1].rstrip()
    return f"{text}{ELLIPSIS}"


@cache
def _register() -> None:
    """Make the shipped typeface known to matplotlib."""
    from matplotlib.font_manager import fontManager

    for path in (REGULAR, BOLD):
        fontManager.addfont(str(path))


@cache
def _signs() -> frozenset[int]:
    """Every sign that one of the typefaces has."""
    from matplotlib.ft2font import FT2Font

    paths = (REGULAR, fallback_folder() / "DejaVuSans.ttf")
    return frozenset(sign for path in paths for sign in FT2Font(str(path)).get_charmap())
