"""Imports roads as lines: OS Open Roads, or any layer of lines."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import pyarrow as pa
import shapely

from service.imports.files.coordinates import outside_reason, to_places
from service.imports.files.numbers import Numbers
from service.imports.files.summary import ImportSummary
from service.imports.files.vector import VectorFile, is_vector, read_vector
from service.imports.places.files import (
    ParsedFile,
    PlaceOptions,
    list_and_check_rejects,
    summary_of,
)
from service.store.errors import ImportRefusedError
from service.store.reference.roads import ROADS, RoadStore
from spatial.coordinates.crs import transform_xy

USUAL: Final = {
    "name": ("name_1", "name1", "name", "road_name", "roadname", "street", "street_name"),
    "number": ("road_classification_number", "roadnumber", "road_number", "ref"),
    "road_class": (
        "road_function", "function", "road_classification", "class", "road_class", "highway",
        "fclass", "kind", "type",
    ),
}  # fmt: skip
SOURCE: Final = "Ordnance Survey, OS Open Roads"
LICENCE: Final = "Open Government Licence v3.0"
_LAYER: Final = (
    r"([a-z]{2}_)?road_?link"  # road_link of the GeoPackage, TL_RoadLink of a shapefile
)
_LINES: Final = ("LineString", "MultiLineString", "LinearRing")


@dataclass(frozen=True)
class RoadColumns:
    """Which field holds the name and the class; None: recognised by its usual name."""

    name: str | None = None
    road_class: str | None = None


def import_roads(
    store: RoadStore,
    paths: Sequence[Path],
    columns: RoadColumns | None = None,
    options: PlaceOptions | None = None,
) -> ImportSummary:
    """Import roads, all files in one commit.

    Parameters
    ----------
    store : RoadStore
        Where the roads go.
    paths : sequence of Path
        OS Open Roads as GeoPackage or shapefile, or any file of lines that GDAL reads; zipped
        too.
    columns : RoadColumns or None
        Which field holds what; None: recognised by name.
    options : PlaceOptions or None
        Source, licence and limits; None: the defaults.

    Returns
    -------
    ImportSummary
        Counts, rejects and notes.

    Raises
    ------
    ImportRefusedError
        If a file holds no lines, or too many rows are unusable.
    UnreadableFileError, CoordinatesError
        If a file cannot be read, or nobody states its coordinate system.
    PlacesExistError
        Without ``options.replace``, if roads are loaded already.

    Notes
    -----
    A road without a name is called by its number, ``A10``, where it has one.
    """
    columns, options = columns or RoadColumns(), options or PlaceOptions()
    store.check_import((), replace=options.replace)
    parsed, is_open_roads = [], False
    for number, path in enumerate(paths):
        if not is_vector(path):
            raise ImportRefusedError(
                str(path), "holds no lines by its name: GeoPackage, shapefile, GeoJSON ... do"
            )
        options.progress("reading", 0.8 * number / len(paths))
        stated = [name for name in (columns.name, columns.road_class) if name is not None]
        file = read_vector(
            path,
            fields=stated,
            other_fields=[name for candidates in USUAL.values() for name in candidates],
            usual_layer=_LAYER,
            source_layer=options.source_layer,
            crs=options.crs,
            limits=options.limits,
        )
        names = {name.lower() for name in file.rows.columns}
        is_open_roads |= not names.isdisjoint(("form_of_way", "formofway"))
        parsed.append(_parsed(file, columns, store.crs))
    sources = [file.file for file in parsed]
    store.check_import(sources, replace=options.replace)
    rejects_path, rejects = list_and_check_rejects(
        parsed, paths, options, store_folder=store.folder, stem=ROADS
    )
    options.progress("writing", 0.8)
    committed = store.append(
        pa.concat_tables([file.rows for file in parsed]),
        files=sources,
        source=options.source or (SOURCE if is_open_roads else ""),
        licence=options.licence or (LICENCE if is_open_roads else ""),
        replace=options.replace,
    )
    options.progress("done", 1.0)
    return summary_of(
        parsed,
        committed,
        kind=ROADS,
        target="lines",
        rejects=rejects,
        rejects_path=rejects_path,
        notes=_notes(parsed),
    )


def _parsed(file: VectorFile, columns: RoadColumns, working_crs: str) -> ParsedFile:
    """The usable lines of a file as the table has them."""
    rows, check = file.rows, file.rows.check
    shapes = file.geometries
    kinds = [None if shape is None else str(shape.geom_type) for shape in shapes]
    is_line = np.isin(np.array(kinds, dtype=object), _LINES) & (shapely.length(shapes) > 0.0)
    check.reject(~is_line, "geometry", kinds, "is not a line with a length")
    middles = np.full((len(shapes), 2), np.nan)
    bounds = shapely.bounds(shapes)
    middles[is_line] = (bounds[is_line, :2] + bounds[is_line, 2:]) / 2.0
    no_fault = np.zeros(len(shapes), dtype=np.bool_)
    numbers = [Numbers(np.ascontiguousarray(x), ~is_line, no_fault) for x in middles.T]
    places = to_places(*numbers, crs=file.crs, working_crs=working_crs)
    is_placeless = is_line & ~places.located
    check.reject(is_placeless, "geometry", kinds, outside_reason(file.crs, working_crs))
    lines = shapely.transform(
        shapes[check.usable], lambda xy: transform_xy(xy, source=file.crs, target=working_crs)
    )
    names = _texts(file, columns.name, "name")
    numbers_of_roads = _texts(file, None, "number")
    classes = _texts(file, columns.road_class, "road_class")
    usable = pa.array(check.usable)
    called = [name or number for name, number in zip(names, numbers_of_roads, strict=True)]
    table = pa.table(
        {
            "name": pa.array(called, pa.string()).filter(usable),
            "road_class": pa.array(classes, pa.string()).filter(usable),
            "geometry": pa.array(shapely.to_wkb(lines), pa.binary()),
            "source_file": pa.repeat(pa.scalar(rows.file.name), len(lines)),
            "source_row": pa.array(check.row_numbers[check.usable]),
            "source_sha256": pa.repeat(pa.scalar(rows.file.sha256), len(lines)),
        }
    )
    return ParsedFile(rows, table, coordinates=places.coordinates, hint=places.hint)


def _texts(file: VectorFile, stated: str | None, field: str) -> list[str | None]:
    """The values of a field, None for blank and where the file has no such field."""
    by_lower = {name.lower(): name for name in file.rows.table.column_names}
    name = stated or next((by_lower[n] for n in USUAL[field] if n in by_lower), None)
    if name is None:
        return [None] * file.rows.table.num_rows
    return [
        None if text is None else re.sub(r"^\(\d+:(.*)\)$", r"\1", text)  # a list of one, by GDAL
        for text in file.rows.table.column(name).to_pylist()
    ]


def _notes(parsed: Sequence[ParsedFile]) -> list[str]:
    """How many lines have a name, and their classes."""
    rows = sum(file.rows.num_rows for file in parsed)
    named = rows - sum(file.rows.column("name").null_count for file in parsed)
    classes = Counter(c for file in parsed for c in file.rows.column("road_class").to_pylist())
    listed = [f"{name} {n:,}" for name, n in classes.most_common(6) if name is not None]
    notes = [f"{named:,} of {rows:,} lines have a name or a number"]
    return [*notes, f"classes: {', '.join(listed)}"] if listed else notes
