"""Boundary files read through GDAL: archives opened, layers listed, one layer read."""

import codecs
import warnings
import zipfile
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np
import shapely

from boundaries.errors import UnreadableFileError
from boundaries.layers.layer import Geometries
from spatial.arrays import AnyArray

_IN_ARCHIVES = {".shp", ".geojson", ".json", ".gpkg", ".fgb", ".gml", ".kml", ".tab", ".mif"}


@dataclass(frozen=True)
class SourceLayer:
    """A layer in a file: the name that GDAL opens, and the name of the layer."""

    dataset: str
    name: str


@dataclass(frozen=True)
class RawAreas:
    """The features of a source, unchanged and in their order.

    Attributes
    ----------
    codes, names : (n,) object arrays
        Values of the two fields; `names` is None if no field was given.
    geometries : (n,) object array
        Shapely geometries, None where a feature has none.
    crs : str
        CRS according to the file; empty if it states none.
    source_layer : str
        Name of the layer in the file.
    notes : tuple of str
        Warnings of GDAL while reading.
    """

    codes: AnyArray
    names: AnyArray | None
    geometries: Geometries
    crs: str
    source_layer: str
    notes: tuple[str, ...]


def list_source_layers(path: Path) -> tuple[SourceLayer, ...]:
    """The layers with geometry in a file, or in the files of a zip archive.

    Parameters
    ----------
    path : Path
        Vector file, or zip archive of vector files.

    Raises
    ------
    UnreadableFileError
        If the file is missing, is named .zip but is not an archive, or has no readable layer.
    """
    import pyogrio

    if not path.exists():
        raise UnreadableFileError(str(path), "there is no such file")
    source_layers = []
    for dataset in _datasets(path):
        try:
            gdal_layers = pyogrio.list_layers(dataset)
        except pyogrio.errors.DataSourceError as error:
            raise UnreadableFileError(str(path), f"GDAL cannot read it: {error}") from error
        source_layers += [
            SourceLayer(dataset, str(name)) for name, kind in gdal_layers if kind is not None
        ]
    if not source_layers:
        raise UnreadableFileError(str(path), "it holds no layer with geometry")
    return tuple(source_layers)


def chosen_layer(path: Path, source_layer: str | None) -> SourceLayer:
    """The layer to read: the named one, or the only one.

    Parameters
    ----------
    path : Path
        The file.
    source_layer : str or None
        Name of the layer.

    Raises
    ------
    UnreadableFileError
        If there are several layers and no name is given, or there is none of that name.
    """
    layers = list_source_layers(path)
    names = ", ".join(layer.name for layer in layers)
    if source_layer is None:
        if len(layers) > 1:
            raise UnreadableFileError(
                str(path), f"it holds several layers; choose one with --source-layer: {names}"
            )
        return layers[0]
    for layer in layers:
        if layer.name == source_layer:
            return layer
    raise UnreadableFileError(str(path), f"it has no layer {source_layer!r}; it has: {names}")


def read_raw_areas(
    path: Path,
    *,
    code_field: str,
    name_field: str | None,
    source_layer: str | None,
    encoding: str | None = None,
) -> RawAreas:
    """The features of one layer of a file.

    Parameters
    ----------
    path : Path
        The file.
    code_field, name_field : str
        Fields with the codes and names; `name_field` may be None.
    source_layer : str or None
        Name of the layer, if the file has several.
    encoding : str, optional
        Encoding of a shapefile's texts; None: UTF-8 if they are valid UTF-8, else what the file
        states.

    Raises
    ------
    UnreadableFileError
        If the file cannot be read, has several layers and no name is given, or lacks a field.
    """
    import pyogrio

    layer = chosen_layer(path, source_layer)
    if encoding is None:
        encoding = _table_encoding(layer.dataset)
    elif not _is_encoding(encoding):
        raise UnreadableFileError(str(path), f"there is no encoding {encoding!r}")
    wanted_fields = [code_field] if name_field is None else [code_field, name_field]
    with warnings.catch_warnings(record=True) as remarks:
        warnings.simplefilter("always")
        try:
            fields = [
                str(f)
                for f in pyogrio.read_info(layer.dataset, layer=layer.name, encoding=encoding)[
                    "fields"
                ]
            ]
            for field in wanted_fields:
                _check_field(path, field, fields)
            meta, _, wkb, columns = pyogrio.raw.read(
                layer.dataset,
                layer=layer.name,
                columns=list(dict.fromkeys(wanted_fields)),
                encoding=encoding,
            )
        except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError) as error:
            raise UnreadableFileError(str(path), f"GDAL cannot read it: {error}") from error
        except (pyogrio.errors.FeatureError, UnicodeDecodeError) as error:
            raise UnreadableFileError(
                str(path), f"its features cannot be read: {error}"
            ) from error
    columns_by_name: dict[str, Any] = dict(zip(meta["fields"].tolist(), columns, strict=True))
    return RawAreas(
        codes=columns_by_name[code_field],
        names=None if name_field is None else columns_by_name[name_field],
        geometries=_parsed(path, wkb),
        crs=meta["crs"] or "",
        source_layer=layer.name,
        notes=tuple(dict.fromkeys(f"GDAL: {remark.message}" for remark in remarks)),
    )


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
        raise UnreadableFileError(str(path), f"it is not a zip archive: {error}") from error
    member_paths = {str(m) for m in members if m.suffix.lower() in _IN_ARCHIVES and _is_data(m)}
    member_paths |= {
        str(p) for m in members for p in (m, *m.parents) if p.suffix.lower() == ".gdb"
    }
    if not member_paths:
        listing = ", ".join(str(m) for m in members[:10]) or "nothing"
        raise UnreadableFileError(str(path), f"it holds no file of areas, but {listing}")
    return [f"/vsizip/{path.resolve()}/{member}" for member in sorted(member_paths)]


def _is_data(member: PurePosixPath) -> bool:
    """False for files that macOS adds to archives, and for parts of a geodatabase."""
    is_hidden = any(part.startswith((".", "__MACOSX")) for part in member.parts)
    return not is_hidden and not any(part.lower().endswith(".gdb") for part in member.parts[:-1])


def _check_field(path: Path, field: str, fields: list[str]) -> None:
    """Refuse a field that the layer lacks; the message suggests the most similar one."""
    if field in fields:
        return
    names_by_lower = {name.lower(): name for name in fields}
    close_names = get_close_matches(field.lower(), list(names_by_lower), n=1)
    suggestion = f"; did you mean {names_by_lower[close_names[0]]!r}?" if close_names else ""
    field_list = ", ".join(fields) or "none"
    raise UnreadableFileError(
        str(path), f"it has no field {field!r}{suggestion} Its fields are: {field_list}"
    )


def _parsed(path: Path, wkb: AnyArray) -> Geometries:
    """Shapely geometries without Z and M; the error names the first that cannot be parsed."""
    try:
        geometries = shapely.from_wkb(wkb)
    except shapely.GEOSException as error:
        for number, geometry_wkb in enumerate(wkb, start=1):
            if (
                shapely.from_wkb(geometry_wkb, on_invalid="ignore") is None
                and geometry_wkb is not None
            ):
                raise UnreadableFileError(
                    str(path), f"the geometry of feature {number} cannot be read: {error}"
                ) from error
        raise UnreadableFileError(str(path), f"its geometries cannot be read: {error}") from error
    return np.asarray(shapely.force_2d(geometries), dtype=object)
