"""Imports named points: a gazetteer such as OS Open Names, or a set of places."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from service.imports.files.delimited import DelimitedFile, read_delimited
from service.imports.files.points import points_of_columns, points_of_shapes
from service.imports.files.sources import Source
from service.imports.files.summary import ImportSummary
from service.imports.files.vector import read_vector
from service.imports.places.files import (
    ParsedFile,
    PlaceOptions,
    list_and_check_rejects,
    summary_of,
    text_files,
)
from service.imports.places.open_names import (
    LICENCE,
    SOURCE,
    columns_of_open_names,
    header_in,
    open_names_header,
)
from service.sentences.numbers import counted
from service.store.errors import ImportRefusedError
from service.store.reference.place_sets import GAZETTEER, PlaceSetStore
from spatial.arrays import FloatArray

USUAL: Final = {
    "name": (
        "name", "name1", "name_1", "common_name", "commonname", "establishmentname",
        "premises_name", "premises", "business_name", "businessname", "stop_name", "title",
    ),
    "kind": (
        "kind", "local_type", "localtype", "type", "category", "stop_type", "stoptype",
        "business_type", "businesstype", "phaseofeducation_(name)", "fclass", "amenity",
    ),
    "locality": (
        "locality", "populated_place", "locality_name", "localityname", "town", "village",
    ),
}  # fmt: skip
LEFT_OUT: Final = ("Postcode",)  # kinds of a gazetteer that name no place
_LAYER: Final = "named_?place"


@dataclass(frozen=True)
class PlaceColumns:
    """Which column holds what; None: recognised by its usual name.

    Attributes
    ----------
    x, y : str or None
        Not needed where the file has shapes.
    """

    name: str | None = None
    kind: str | None = None
    locality: str | None = None
    x: str | None = None
    y: str | None = None


def import_gazetteer(
    store: PlaceSetStore,
    paths: Sequence[Path],
    columns: PlaceColumns | None = None,
    options: PlaceOptions | None = None,
) -> ImportSummary:
    """Import a gazetteer: the names by which places in lists are called.

    Parameters
    ----------
    store : PlaceSetStore
        Of the gazetteer.
    paths : sequence of Path
        OS Open Names as CSV (zip, folder or single tiles, with its file of headers or without)
        or GeoPackage; or any CSV, GeoJSON, GeoPackage or shapefile with names.
    columns : PlaceColumns or None
        Which column holds what; None: recognised by name.
    options : PlaceOptions or None
        Source, licence and limits; None: the defaults.

    Returns
    -------
    ImportSummary
        Counts, rejects and notes.

    Raises
    ------
    ImportRefusedError
        If a file cannot be read, has no column of names, or too many rows are unusable.
    PlacesExistError
        Without ``options.replace``, if a gazetteer is loaded already.

    Notes
    -----
    Postcodes, more than half of OS Open Names, are left out and counted: they name no street.
    """
    return _import(store, GAZETTEER, paths, columns, options)


def import_places(
    store: PlaceSetStore,
    place_set: str,
    paths: Sequence[Path],
    columns: PlaceColumns | None = None,
    options: PlaceOptions | None = None,
) -> ImportSummary:
    """Import a set of places, such as licensed premises, stops or schools.

    Parameters
    ----------
    store : PlaceSetStore
        Of the sets.
    place_set : str
        Name of the set.
    paths, columns, options
        As of `import_gazetteer`; a place need not have a name.

    Returns
    -------
    ImportSummary
        Counts, rejects and notes.

    Raises
    ------
    ImportRefusedError, PlacesExistError
        As `import_gazetteer`.
    DatasetSettingsError
        If the set cannot have that name.
    """
    return _import(store, place_set, paths, columns, options)


def _import(
    store: PlaceSetStore,
    place_set: str,
    paths: Sequence[Path],
    columns: PlaceColumns | None,
    options: PlaceOptions | None,
) -> ImportSummary:
    """Import one set, all files in one commit."""
    columns, options = columns or PlaceColumns(), options or PlaceOptions()
    is_gazetteer = place_set == GAZETTEER
    store.check_import(place_set, (), replace=options.replace)
    files, skipped = text_files(paths, options, _why_passed_over)
    parsed, has_open_names = _parse_all(files, columns, options, store.crs, is_gazetteer)
    if not parsed:
        raise ImportRefusedError(str(paths[0]), "no file in it holds places")
    sources = [file.file for file in parsed]
    store.check_import(place_set, sources, replace=options.replace)
    rejects_path, rejects = list_and_check_rejects(
        parsed, paths, options, store_folder=store.folder, stem=place_set
    )
    options.progress("writing", 0.8)
    committed = store.append(
        place_set,
        pa.concat_tables([file.rows for file in parsed]),
        files=sources,
        source=options.source or (SOURCE if has_open_names else ""),
        licence=options.licence or (LICENCE if has_open_names else ""),
        replace=options.replace,
    )
    options.progress("done", 1.0)
    return summary_of(
        parsed,
        committed,
        kind=GAZETTEER if is_gazetteer else "places",
        target="names of places" if is_gazetteer else place_set,
        rejects=rejects,
        rejects_path=rejects_path,
        skipped=skipped,
        notes=_notes(parsed),
    )


def _parse_all(
    files: Sequence[Path | Source],
    columns: PlaceColumns,
    options: PlaceOptions,
    working_crs: str,
    is_gazetteer: bool,
) -> tuple[list[ParsedFile], bool]:
    """The places of every file, and whether some are those of OS Open Names."""
    sources = [file for file in files if isinstance(file, Source)]
    header = next((names for source in sources if (names := header_in(source))), ())
    parsed, has_open_names = [], False
    for number, file in enumerate(files):
        options.progress("reading", 0.8 * number / len(files))
        if isinstance(file, Path):
            parsed.append(_from_shapes(file, columns, options, working_crs, is_gazetteer))
            continue
        content = file.read_bytes()
        if header and open_names_header(content):
            continue  # the names of the columns, and no place
        names = columns_of_open_names(content, header)
        has_open_names |= bool(names)
        contents = read_delimited(
            content,
            name=file.name,
            delimiter="," if names else options.delimiter,
            header=names or None,
            only_columns=_needed(names, columns) if names else None,
            limits=options.limits,
        )
        parsed.append(_from_text(contents, columns, options, working_crs, is_gazetteer))
    return parsed, has_open_names


def _needed(names: Sequence[str], columns: PlaceColumns) -> list[str]:
    """The columns of OS Open Names that are read: five of 34, and those that the user names."""
    usual = {name for candidates in USUAL.values() for name in candidates}
    stated = {str(value).lower() for value in vars(columns).values() if value is not None}
    needed = usual | stated | {"geometry_x", "geometry_y"}
    return [name for name in names if name.lower() in needed]


def _why_passed_over(name: str) -> str | None:
    """None for a file whose name allows places, otherwise why it is skipped."""
    if name.lower().endswith((".csv", ".tsv", ".txt")) and not name.lower().startswith("readme"):
        return None
    return "its name does not end in .csv, .tsv or .txt"


def _from_text(
    contents: DelimitedFile,
    columns: PlaceColumns,
    options: PlaceOptions,
    working_crs: str,
    is_gazetteer: bool,
) -> ParsedFile:
    """The places of a delimited file."""
    places = points_of_columns(
        contents, x=columns.x, y=columns.y, crs=options.crs, working_crs=working_crs
    )
    return _parsed(contents, columns, places.xy_m, places.coordinates, places.hint, is_gazetteer)


def _from_shapes(
    path: Path,
    columns: PlaceColumns,
    options: PlaceOptions,
    working_crs: str,
    is_gazetteer: bool,
) -> ParsedFile:
    """The places of a file of shapes."""
    names = [getattr(columns, field.name) for field in fields(columns) if field.name in USUAL]
    file = read_vector(
        path,
        fields=[name for name in names if name is not None],
        other_fields=[
            spelling
            for candidates in USUAL.values()
            for name in candidates
            for spelling in (name, name.replace("_", " "))
        ],
        usual_layer=_LAYER,
        source_layer=options.source_layer,
        crs=options.crs,
        limits=options.limits,
    )
    places = points_of_shapes(file, working_crs=working_crs)
    return _parsed(file.rows, columns, places.xy_m, places.coordinates, places.hint, is_gazetteer)


def _parsed(
    contents: DelimitedFile,
    columns: PlaceColumns,
    xy_m: FloatArray,
    coordinates: str,
    hint: str,
    is_gazetteer: bool,
) -> ParsedFile:
    """The usable rows of a file as the table has them."""
    names = _column_names(contents, columns, is_gazetteer)
    empty = pa.chunked_array([pa.nulls(contents.table.num_rows, pa.string())])
    text = {
        field: contents.table.column(names[field]) if field in names else empty for field in USUAL
    }
    check = contents.check
    for name in names.values():
        contents.reject_long(name)
    is_left_out = pc.is_in(text["kind"], value_set=pa.array(LEFT_OUT)).to_numpy()
    if is_gazetteer:
        is_nameless = text["name"].is_null().to_numpy() & ~is_left_out
        check.reject(is_nameless, names["name"], text["name"], "is blank")
    else:
        is_left_out = is_left_out & False
    rows = pa.table(
        {
            **text,
            "easting_m": pa.array(xy_m[:, 0], from_pandas=True),
            "northing_m": pa.array(xy_m[:, 1], from_pandas=True),
            "source_file": pa.repeat(pa.scalar(contents.file.name), len(xy_m)),
            "source_row": pa.array(check.row_numbers),
            "source_sha256": pa.repeat(pa.scalar(contents.file.sha256), len(xy_m)),
        }
    )
    return ParsedFile(
        contents,
        rows.filter(pa.array(check.usable & ~is_left_out)),
        left_out=int((check.usable & is_left_out).sum()),
        coordinates=coordinates,
        hint=hint,
    )


def _column_names(
    contents: DelimitedFile, columns: PlaceColumns, is_gazetteer: bool
) -> dict[str, str]:
    """The column that holds each thing: as the user says, or by its usual name."""
    stated = {
        field: contents.resolve_name(getattr(columns, field), f"--{field}-field")
        for field in USUAL
        if getattr(columns, field) is not None
    }
    required = ("name",) if is_gazetteer and "name" not in stated else ()
    return contents.usual_names(USUAL, required=required) | stated


def _notes(parsed: Sequence[ParsedFile]) -> list[str]:
    """Of which kinds the places are, and what was left out."""
    kinds = Counter(kind for file in parsed for kind in file.rows.column("kind").to_pylist())
    named = [f"{kind} {number:,}" for kind, number in kinds.most_common(6) if kind is not None]
    notes = [f"kinds: {', '.join(named)}{' ...' if len(kinds) > 6 else ''}"] if named else []
    left_out = sum(file.left_out for file in parsed)
    if left_out:
        notes.append(f"{left_out:,} postcodes left out: they name no street or place")
    nameless = sum(file.rows.column("name").null_count for file in parsed)
    if nameless:
        notes.append(f"{counted(nameless, 'place has', 'places have')} no name")
    return notes
