"""A sheet of paper: its size, what is written on it, and its bytes."""

import hashlib
import html
import io
import re
from collections.abc import Mapping
from typing import Any, Final

from service.render.maps.printed.colours import INK
from service.render.maps.printed.typesetting import font, lines_of, printable, text_width

SIZES: Final[Mapping[str, tuple[float, float, float]]] = {
    # width and height in points, and how large its text is beside that of A4
    "a4": (595.28, 841.89, 1.0),
    "a4-landscape": (841.89, 595.28, 1.0),
    "a3-landscape": (1190.55, 841.89, 1.25),
    "slide": (960.0, 540.0, 1.1),
    "square": (540.0, 540.0, 0.9),
}
MARGIN: Final = 28.0
LEADING: Final = 1.22  # from line to line, in sizes of the text
PNG_DPI: Final = 200
_ASCENT: Final = 0.76  # of a line above its base, in sizes of the text

_DRAWN: Final = re.compile(r' d="[^"]*"')
_DIGITS: Final = re.compile(r"(\.\d\d)\d+")

Box = tuple[float, float, float, float]  # left, bottom, right, top in points; y grows upwards


class Page:
    """A sheet; positions are points from its lower left corner.

    Parameters
    ----------
    size : str
        A name in `SIZES`.
    """

    def __init__(self, size: str) -> None:
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure

        self.width, self.height, self.scale = SIZES[size]
        self.figure = Figure(figsize=(self.width / 72, self.height / 72), dpi=72)
        FigureCanvasAgg(self.figure)
        self.paper = self.figure.add_axes((0, 0, 1, 1), zorder=5)
        self.paper.set(xlim=(0, self.width), ylim=(0, self.height))
        self.paper.set_axis_off()

    @property
    def is_upright(self) -> bool:
        """Whether the sheet is higher than wide."""
        return self.height > self.width

    def axes_at(self, box: Box, *, zorder: float = 1.0) -> Any:
        """Axes without ticks in a box of the page."""
        left, bottom, right, top = box
        place = (
            left / self.width,
            bottom / self.height,
            (right - left) / self.width,
            (top - bottom) / self.height,
        )
        axes = self.figure.add_axes(place, zorder=zorder)
        axes.set(xticks=[], yticks=[])
        return axes

    def line_height(self, points: float) -> float:
        """From line to line of a text of a size, points."""
        return points * LEADING

    def write(
        self,
        x: float,
        top: float,
        text: str,
        points: float,
        *,
        bold: bool = False,
        colour: str = INK,
        align: str = "left",
        halo: bool = False,
    ) -> float:
        """Write a line with its upper edge at `top`; its width."""
        from matplotlib.patheffects import withStroke

        line = printable(text)
        # What importers wrote is no formula, whatever dollar signs it has.
        self.paper.text(
            x,
            top - _ASCENT * points,
            line,
            fontproperties=font(points, bold=bold),
            color=colour,
            ha=align,
            va="baseline",
            parse_math=False,
            path_effects=[withStroke(linewidth=2.6, foreground="white")] if halo else None,
        )
        return text_width(line, points, bold=bold)

    def paragraph(
        self,
        x: float,
        top: float,
        text: str,
        points: float,
        width: float,
        *,
        bold: bool = False,
        colour: str = INK,
        most: int = 100,
    ) -> float:
        """Write a text in lines no wider than `width`; where the next text begins."""
        for line in lines_of(text, points, width, bold=bold, most=most):
            self.write(x, top, line, points, bold=bold, colour=colour)
            top -= self.line_height(points)
        return top

    def png(self, width: int | None, texts: Mapping[str, str]) -> bytes:
        """The page as PNG, `width` pixels wide, with texts in chunks of their own."""
        dpi = PNG_DPI if width is None else (width + 0.01) * 72 / self.width
        body = io.BytesIO()
        metadata = {"Software": None, **texts}
        self.figure.savefig(body, format="png", dpi=dpi, metadata=metadata)
        return body.getvalue()

    def svg(self, title: str, description: str) -> bytes:
        """The page as SVG with its title and alternative text; letters are shapes.

        So it looks the same where the typeface is not installed.
        """
        from matplotlib import rc_context

        body = io.BytesIO()
        salt = hashlib.sha256(f"{title}\n{description}".encode()).hexdigest()[:12]
        with rc_context({"svg.hashsalt": salt, "svg.fonttype": "path"}):
            metadata = {"Date": None, "Creator": None, "Format": None, "Type": None}
            self.figure.savefig(body, format="svg", metadata=metadata)
        text = _DRAWN.sub(_rounded, body.getvalue().decode())
        labels = (
            f'<title id="t{salt}">{html.escape(title)}</title>'
            f'<desc id="d{salt}">{html.escape(description)}</desc>'
        )
        return re.sub(
            r"<svg\b([^>]*)>",
            lambda found: f'<svg{found[1]} role="img" aria-labelledby="t{salt} d{salt}">{labels}',
            text,
            count=1,
        ).encode()


def _rounded(drawn: re.Match[str]) -> str:
    """A path in hundredths of a point: more cannot be seen."""
    return _DIGITS.sub(r"\1", drawn[0])
