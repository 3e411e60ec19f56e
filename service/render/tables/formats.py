"""Registry of the formats of a table."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal, Protocol

from service.access.release import Released
from service.model.answers import Table
from service.render.drawings.drawing import (
    table_narrow_svg,
    table_pdf,
    table_png,
    table_svg,
    table_vega_lite,
)
from service.render.tables import spreadsheet
from service.render.tables.text import (
    table_csv,
    table_geojson,
    table_json,
)
from service.render.tables.vector_files import table_fgb, table_gpkg, table_parquet
from service.render.tables.waypoints import table_gpx, table_kml
from service.render.tables.weights_files import table_gal, table_gwt

ChartSuffix = Literal["svg", "narrow.svg", "png", "pdf", "vl.json"]
PlainSuffix = Literal["csv", "xlsx", "parquet", ChartSuffix]  # of a table without shapes
TableSuffix = Literal[PlainSuffix, "geojson", "gpkg", "fgb"]
PlaceSuffix = Literal[TableSuffix, "gpx", "kml"]
NeighbourSuffix = Literal[PlainSuffix, "gal", "gwt"]


class RenderTable(Protocol):
    """Renders a released table as bytes."""

    def __call__(self, released: Released[Table], *, crs: str | None = None) -> bytes:
        """The bytes; shapes are in `crs`, or in the format's usual coordinate system."""


@dataclass(frozen=True)
class TableFormat:
    """How a table is rendered in one format.

    Attributes
    ----------
    render : callable
        Makes the bytes; formats without shapes ignore the coordinate system.
    is_text : bool
        Whether the bytes can be shown on a terminal.
    needs_shapes : bool
        Whether the format requires a table with shapes.
    has_provenance : bool
        Whether the bytes contain the provenance.
    kind : str
        The only kind of table that it can hold; empty for every kind.
    """

    media_type: str
    render: RenderTable
    is_text: bool = True
    needs_shapes: bool = False
    has_provenance: bool = True
    kind: str = ""


FORMATS: Mapping[str, TableFormat] = MappingProxyType(
    {
        "json": TableFormat("application/json", table_json),
        "csv": TableFormat(
            "text/csv; charset=utf-8",
            table_csv,
            has_provenance=False,
        ),
        "xlsx": TableFormat(spreadsheet.MEDIA_TYPE, spreadsheet.table_xlsx, is_text=False),
        "geojson": TableFormat("application/geo+json", table_geojson, needs_shapes=True),
        "gpkg": TableFormat(
            "application/geopackage+sqlite3", table_gpkg, is_text=False, needs_shapes=True
        ),
        "parquet": TableFormat("application/vnd.apache.parquet", table_parquet, is_text=False),
        "fgb": TableFormat(
            "application/flatgeobuf",
            table_fgb,
            is_text=False,
            needs_shapes=True,
            has_provenance=False,
        ),
        "gpx": TableFormat(
            "application/gpx+xml", table_gpx, needs_shapes=True, has_provenance=False
        ),
        "kml": TableFormat(
            "application/vnd.google-earth.kml+xml",
            table_kml,
            needs_shapes=True,
            has_provenance=False,
        ),
        "gal": TableFormat(
            "text/plain; charset=utf-8", table_gal, has_provenance=False, kind="neighbours"
        ),
        "gwt": TableFormat(
            "text/plain; charset=utf-8", table_gwt, has_provenance=False, kind="neighbours"
        ),
        "svg": TableFormat("image/svg+xml", table_svg),
        "narrow.svg": TableFormat("image/svg+xml", table_narrow_svg),
        "png": TableFormat("image/png", table_png, is_text=False),
        "pdf": TableFormat("application/pdf", table_pdf, is_text=False, has_provenance=False),
        "vl.json": TableFormat("application/vnd.vegalite.v6+json", table_vega_lite),
    }
)


def split_suffix(name: str) -> tuple[str, str]:
    """The name of a file without its suffix, and the suffix: of ``a.vl.json`` it is two words."""
    parts = name.rsplit(".", 2)
    together = ".".join(parts[-2:]).lower()
    if len(parts) > 2 and together in FORMATS:
        return parts[0], together
    stem, _, suffix = name.rpartition(".")
    return (stem, suffix.lower()) if stem else (name, "")
