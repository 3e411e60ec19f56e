"""Colours and type of charts, by the guidance of the Government Analysis Function."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

from service.render.fonts.typeface import CSS_FAMILIES

DARK_BLUE: Final = "#12436D"
TURQUOISE: Final = "#28A197"
DARK_PINK: Final = "#801650"
ORANGE: Final = "#F46A25"
DARK_GREY: Final = "#3D3D3D"
LIGHT_PURPLE: Final = "#A285D1"
# At most four in one chart; more series are grey beside one that is highlighted.
COLOURS: Final = (DARK_BLUE, TURQUOISE, DARK_PINK, ORANGE)
SEQUENCE: Final = ("#12436D", "#2073BC", "#6BACE6")  # the largest first
MUTED: Final = "#A8A8A8"  # beside a series that is highlighted
INK: Final = "#222222"
QUIET_INK: Final = "#595959"  # 7:1 on white
GRID: Final = "#E3E3E3"

LABEL_SIZE: Final = 12
NOTE_SIZE: Final = 11


@dataclass(frozen=True)
class Sheet:
    """The sizes of a chart, in units of SVG.

    Attributes
    ----------
    width : int
        Of a chart with its axes, without the padding.
    height : int
        Of one without rows.
    padding : int
        Around everything.
    title, subtitle : int
        Sizes of their letters.
    names : float
        The longest line of a name beside a bar or at the end of a line.
    least_plot : float
        The narrowest plot beside long names.
    across : int
        The most panels side by side.
    is_credited : bool
        Whether source and licence stand below; otherwise they are in the metadata alone.
    is_fitted : bool
        Whether lines of letters are stretched to their length in our typeface, for a reader who
        may not have it.
    """

    width: int
    height: int
    padding: int
    title: int
    subtitle: int
    names: float
    least_plot: float
    across: int
    is_credited: bool
    is_fitted: bool


WIDE: Final = Sheet(
    width=760, height=300, padding=16, title=18, subtitle=13, names=230.0, least_plot=240.0,
    across=4, is_credited=True, is_fitted=False,
)  # fmt: skip
# Of a panel beside a map, or a telephone, whose page names the sources itself.
NARROW: Final = Sheet(
    width=316, height=180, padding=4, title=14, subtitle=12, names=112.0, least_plot=130.0,
    across=2, is_credited=False, is_fitted=True,
)  # fmt: skip
_SHEET: Final[ContextVar[Sheet]] = ContextVar("sheet", default=WIDE)


def sheet() -> Sheet:
    """The sheet of the chart that is being made."""
    return _SHEET.get()


@contextmanager
def drawn_on(chosen: Sheet) -> Iterator[None]:
    """Make the charts inside on another sheet.

    Parameters
    ----------
    chosen : Sheet
        Instead of `WIDE`.
    """
    token = _SHEET.set(chosen)
    try:
        yield
    finally:
        _SHEET.reset(token)


CONFIG: Final[Mapping[str, Any]] = MappingProxyType(
    {
        "font": CSS_FAMILIES,
        "background": "white",
        "view": {"stroke": None},
        "title": {
            "anchor": "start",
            "frame": "bounds",
            "color": INK,
            "fontWeight": "bold",
            "subtitleColor": QUIET_INK,
            "subtitlePadding": 4,
            "offset": 14,
        },
        "axis": {
            "labelColor": INK,
            "labelFontSize": LABEL_SIZE,
            "titleColor": INK,
            "titleFontSize": LABEL_SIZE,
            "titleFontWeight": "normal",
            "gridColor": GRID,
            "domainColor": QUIET_INK,
            "tickColor": QUIET_INK,
            "labelLimit": 260,
        },
        "header": {
            "labelFontSize": LABEL_SIZE,
            "labelFontWeight": "bold",
            "labelColor": INK,
            "labelAnchor": "start",
            "title": None,
            "labelLimit": 230,
        },
        "legend": {
            "labelFontSize": LABEL_SIZE,
            "labelColor": INK,
            "labelLimit": 260,
            "titleFontSize": LABEL_SIZE,
            "titleFontWeight": "normal",
            "orient": "top",
            "direction": "horizontal",
        },
        "text": {"fontSize": LABEL_SIZE, "color": INK},
        "bar": {"color": DARK_BLUE},
        "line": {"color": DARK_BLUE, "strokeWidth": 2},
        "point": {"color": DARK_BLUE, "filled": True},
        "range": {"category": list(COLOURS)},
    }
)


def config_of(chosen: Sheet) -> dict[str, Any]:
    """The configuration of a chart on a sheet.

    Parameters
    ----------
    chosen : Sheet
        Gives the padding and the sizes of the titles.
    """
    sizes = {"fontSize": chosen.title, "subtitleFontSize": chosen.subtitle}
    return {**CONFIG, "padding": chosen.padding, "title": {**CONFIG["title"], **sizes}}


def altair() -> Any:
    """The library that makes specifications, whose import takes a second.

    Any: its types are unions of hundreds, which nobody's own types fit.
    """
    import altair
    from altair.utils.schemapi import disable_debug_mode

    disable_debug_mode()  # nine tenths of the time: tests validate every specification
    return altair
