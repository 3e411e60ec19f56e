"""The formats a table can leave in, as one registry."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from types import MappingProxyType
from typing import Literal

from service.answers import Table
from service.release import Released
from service.render.tabular import (
    table_csv,
    table_geojson,
    table_json,
    table_provenance_header,
)

TableSuffix = Literal["csv", "geojson"]


@dataclass(frozen=True)
class TableFormat:
    """How a table becomes bytes.

    Attributes
    ----------
    render : callable
        From the released table to bytes; shapes are in longitude and latitude where the
        format does not say otherwise.
    describe : callable or None
        The provenance for an HTTP header, where the format has no room for it.
    """

    media_type: str
    render: Callable[[Released[Table]], bytes]
    describe: Callable[[Released[Table]], str] | None = None


FORMATS: Mapping[str, TableFormat] = MappingProxyType(
    {
        "json": TableFormat("application/json", table_json),
        "csv": TableFormat("text/csv; charset=utf-8", table_csv, table_provenance_header),
        "geojson": TableFormat("application/geo+json", partial(table_geojson, crs=None)),
    }
)
