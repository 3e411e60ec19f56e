"""Colours and type of charts, by the guidance of the Government Analysis Function."""

from collections.abc import Mapping
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

WIDTH: Final = 760  # of a chart with its axes, units of SVG, without the padding
HEIGHT: Final = 300
PADDING: Final = 16
TITLE_SIZE: Final = 18
SUBTITLE_SIZE: Final = 13
LABEL_SIZE: Final = 12
NOTE_SIZE: Final = 11

CONFIG: Final[Mapping[str, Any]] = MappingProxyType(
    {
        "font": CSS_FAMILIES,
        "background": "white",
        "padding": PADDING,
        "view": {"stroke": None},
        "title": {
            "anchor": "start",
            "frame": "bounds",
            "color": INK,
            "fontSize": TITLE_SIZE,
            "fontWeight": "bold",
            "subtitleColor": QUIET_INK,
            "subtitleFontSize": SUBTITLE_SIZE,
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


def altair() -> Any:
    """The library that makes specifications, whose import takes a second.

    Any: its types are unions of hundreds, which nobody's own types fit.
    """
    import altair
    from altair.utils.schemapi import disable_debug_mode

    disable_debug_mode()  # nine tenths of the time: tests validate every specification
    return altair
