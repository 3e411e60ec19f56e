"""Boundary files read through GDAL: archives opened, layers listed, one layer read.

This module runs in the process that `gdal_process` starts, and nowhere else: it loads GDAL.
"""

import codecs
import os
import re
import warnings
import zipfile
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path, PurePosixPath
from typing import Any

import pyogrio

_IN_ARCHIVES = {".shp", ".geojson", ".json", ".gpkg", ".fgb", ".gml", ".kml", ".tab", ".mif"}
FORMATS = "GeoJSON, GeoPackage, shapefile, FlatGeobuf, GML, KML, MapInfo, TopoJSON, geodatabase"
_CRS_MEMBER = re.compile(
    rb'"crs"\s*:\s*\{\s*"type"\s*:\s*"name"\s*,\s*"properties"\s*:\s*\{\s*"name"\s*:\s*"([^"]*)"'
)
_CRS_MEMBER_REACH = 64 * 1024  # of either end of a GeoJSON file
FIELD_LIMIT = 1_000
FILE_LIMIT = 1_000  # of areas in an archive


class GdalError(Exception):
    """A file that GDAL cannot read, or that is not what was asked for."""


@dataclass(frozen=True)
class SourceLayer:
    """A layer in a file: the name that GDAL opens, and the name of the layer."""

    dataset: str
    name: str


@dataclass(frozen=True)
class Request:
    """What to read of a file.

    Attributes
    ----------
    fields : list of str
        Fields that the layer must have.
    other_fields : list of str
        Fields that are read where the layer has them; compared without case.
    usual_layer : str
        Regular expression of the layer to read where a file has several and none is named.
    source_layer, encoding
        As of `sources.read_raw_areas`.
    """

    path: str
    fields: list[str]
    other_fields: list[str]
    usual_layer: str
    source_layer: str | None
    encoding: str | None


@dataclass(frozen=True)
class RawFeatures:
    """The features of a layer as GDAL gives them.

    Attributes
    ----------
    columns : dict of str to list
        Numbers, texts and None of each field that was read, by its name in the file.
    fields : list of str
        Names of all fields of the layer.
    wkb : list of bytes or None
        The geometries.
    crs : str
        CRS according to GDAL; empty if it knows none.
    stated_crs : str
        CRS that a GeoJSON file names; empty where it names none.
    """

    columns: dict[str, list[Any]]
    fields: list[str]
    wkb: list[bytes | None]
    crs: str
    stated_crs: str
    source_layer: str
    notes: list[str]


def read_features(request: Request) -> RawFeatures:
    """The features of one layer of a file.

    Parameters
    ----------
    request : Request
        The file, the layer and the fields.

    Raises
    ------
    GdalError
        If the file cannot be read, has several layers and no name is given, or lacks a field.
    """
    layer = _chosen_layer(Path(request.path), request.source_layer, request.usual_layer)
    encoding = request.encoding
    if encoding is None:
        encoding = _table_encoding(layer.dataset)
    elif not _is_encoding(encoding):
        raise GdalError(f"there is no encoding {encoding!r}")
    with warnings.catch_warnings(record=True) as remarks:
        warnings.simplefilter("always")
        try:
            info = pyogrio.read_info(layer.dataset, layer=layer.name, encoding=encoding)
            fields = [str(field) for field in info["fields"]]
            for field in request.fields:
                _check_field(field, fields)
            other_fields = {field.lower() for field in request.other_fields}
            columns = [*request.fields, *(f for f in fields if f.lower() in other_fields)]
            meta, _, wkb, values = pyogrio.raw.read(
                layer.dataset,
                layer=layer.name,
                columns=list(dict.fromkeys(columns)),
                encoding=encoding,
            )
        except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError) as error:
            raise GdalError(f"GDAL cannot read it: {error}") from error
        except (pyogrio.errors.FeatureError, UnicodeDecodeError) as error:
            raise GdalError(f"its features cannot be read: {error}") from error
    return RawFeatures(
        columns={
            str(name): column.tolist()
            for name, column in zip(meta["fields"].tolist(), values, strict=True)
        },
        fields=fields,
        wkb=wkb.tolist(),
        crs=meta["crs"] or "",
        stated_crs=_stated_crs(request.path, layer.dataset) if info["driver"] == "GeoJSON" else "",
        source_layer=layer.name,
        notes=list(dict.fromkeys(f"GDAL: {remark.message}" for remark in remarks)),
    )


def _source_layers(path: Path) -> tuple[SourceLayer, ...]:
    """The layers with geometry in a file, or in the files of a zip archive."""
    source_layers = []
    for dataset in _datasets(path):
        try:
            gdal_layers = pyogrio.list_layers(dataset)
        except pyogrio.errors.DataSourceError as error:
            raise GdalError(f"it cannot be read as one of {FORMATS}: {error}") from error
        source_layers += [
            SourceLayer(dataset, str(name)) for name, kind in gdal_layers if kind is not None
        ]
    if not source_layers:
        raise GdalError("it holds no layer with geometry")
    return tuple(source_layers)


def _chosen_layer(path: Path, source_layer: str | None, usual_layer: str) -> SourceLayer:
    """The layer to read: the named one, the only one, or the only one of the usual name."""
    layers = _source_layers(path)
    names = ", ".join(layer.name for layer in layers)
    if source_layer is None:
        usual = [
            layer
            for layer in layers
            if usual_layer and re.fullmatch(usual_layer, layer.name, re.IGNORECASE)
        ]
        if len(usual) == 1:
            return usual[0]
        if len(layers) > 1:
            raise GdalError(f"it holds several layers; choose one with --source-layer: {names}")
        return layers[0]
    for layer in layers:
        if layer.name == source_layer:
            return layer
    raise GdalError(f"it has no layer {source_layer!r}; it has: {names}")


def _is_encoding(name: str) -> bool:
    """Whether there is an encoding of that name."""
    try:
        codecs.lookup(name)
    except LookupError:
        return False
    return True


def _table_encoding(dataset: str) -> str | None:
    """UTF-8 where the table of a shapefile is that, whatever its .cpg says; else None.

    Text of another encoding beyond ASCII is hardly ever valid UTF-8 by accident.
    """
    if not dataset.lower().endswith(".shp"):
        return None
    try:
        if dataset.startswith("/vsizip/"):
            archive_name, _, member = dataset.removeprefix("/vsizip/").rpartition(".zip/")
            with zipfile.ZipFile(f"{archive_name}.zip") as archive:
                stem = member[:-4].lower()
                names = [name for name in archive.namelist() if name.lower() == f"{stem}.dbf"]
                table = archive.read(names[0]) if names else b""
        else:
            table = Path(dataset).with_suffix(".dbf").read_bytes()
        # The header holds numbers; its length stands in bytes 8 and 9.
        text = table[int.from_bytes(table[8:10], "little") :]
        text.decode("utf-8")
    except (OSError, UnicodeDecodeError):
        return None
    return None if text.isascii() else "UTF-8"


def _datasets(path: Path) -> list[str]:
    """Names for GDAL to open: the path itself, or the vector files inside an archive."""
    if path.suffix.lower() != ".zip":
        return [str(path)]
    try:
        with zipfile.ZipFile(path) as archive:
            members = [PurePosixPath(name) for name in archive.namelist()]
    except (zipfile.BadZipFile, OSError) as error:
        raise GdalError(f"it is not a zip archive: {error}") from error
    member_paths = {str(m) for m in members if m.suffix.lower() in _IN_ARCHIVES and _is_data(m)}
    member_paths |= {
        str(p) for m in members for p in (m, *m.parents) if p.suffix.lower() == ".gdb"
    }
    if not member_paths:
        listing = ", ".join(str(m) for m in members[:10]) or "nothing"
        raise GdalError(f"it holds no file of areas, but {listing}")
    if len(member_paths) > FILE_LIMIT:
        raise GdalError(
            f"it holds {len(member_paths):,} files of areas, and the limit is {FILE_LIMIT:,}"
        )
    return [f"/vsizip/{path}/{member}" for member in sorted(member_paths)]


def _is_data(member: PurePosixPath) -> bool:
    """False for files that macOS adds to archives, and for parts of a geodatabase."""
    is_hidden = any(part.startswith((".", "__MACOSX")) for part in member.parts)
    return not is_hidden and not any(part.lower().endswith(".gdb") for part in member.parts[:-1])


def _check_field(field: str, fields: list[str]) -> None:
    """Refuse a field that the layer lacks; the message suggests the most similar one."""
    if len(fields) > FIELD_LIMIT:
        raise GdalError(f"it has {len(fields):,} fields; the limit is {FIELD_LIMIT:,}")
    if field in fields:
        return
    names_by_lower = {name.lower(): name for name in fields}
    close_names = get_close_matches(field.lower(), list(names_by_lower), n=1)
    suggestion = f"; did you mean {names_by_lower[close_names[0]]!r}?" if close_names else ""
    field_list = ", ".join(fields) or "none"
    raise GdalError(f"it has no field {field!r}{suggestion} Its fields are: {field_list}")


def _stated_crs(path: str, dataset: str) -> str:
    """The CRS that a GeoJSON file names near its beginning, or near its end where not zipped."""
    if dataset == path:
        with Path(path).open("rb") as stream:
            ends = [stream.read(_CRS_MEMBER_REACH)]
            stream.seek(max(0, stream.seek(0, os.SEEK_END) - _CRS_MEMBER_REACH))
            ends.append(stream.read())
    else:
        member = dataset.removeprefix(f"/vsizip/{path}/")
        with zipfile.ZipFile(path) as archive, archive.open(member) as stream:
            ends = [stream.read(_CRS_MEMBER_REACH)]
    match = next(filter(None, map(_CRS_MEMBER.search, ends)), None)
    return match.group(1).decode("utf-8", errors="replace") if match else ""
