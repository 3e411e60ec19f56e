"""Boundary layers read from files in any vector format of GDAL, checked and repaired."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import shapely

from boundaries.errors import InvalidLayerError
from boundaries.layers.checks import (
    Coverage,
    Repair,
    as_text,
    check_lengths,
    check_overlaps,
    cleaned_codes,
    coverage_of,
    only_polygons,
    repaired,
)
from boundaries.layers.layer import Geometries, Layer, LayerMetadata, normalised
from boundaries.reading.cleaning import TOLERANCE_M, Cleaning, clean_coverage
from boundaries.reading.coordinates import (
    TINY_AREA_M2,
    ProjectedAreas,
    SourceCrs,
    crs_of_source,
    in_working_crs,
)
from boundaries.reading.limits import LIMITS, LayerLimits
from boundaries.reading.sources import RawAreas, read_raw_areas
from spatial.arrays import AnyArray


@dataclass(frozen=True)
class ImportReport:
    """Summary of reading a boundary layer.

    Attributes
    ----------
    path, source_layer : str
        The file and the layer in it; all of them for several files.
    features : int
        Number of features read, all of which are areas of the layer.
    multipart, with_holes : int
        Number of areas with several parts, and with holes; these are unchanged.
    unnamed : int
        Number of areas without a name; their code is used as the name.
    crs_from, crs_to : str
        CRS of the coordinates in the file, and the working CRS.
    operation : str
        By which operation the coordinates were transformed, and how accurate it is; empty where
        they are as the file has them.
    repaired : tuple of Repair
        Areas whose shape was invalid.
    area_km2 : float
        Total area, km^2.
    bounds_m : tuple of float
        Left, bottom, right, top in the working CRS, metres.
    coverage : Coverage
        Whether neighbours share their borders in the file.
    cleaning : Cleaning or None
        Changes made so that they share them; None if not requested.
    notes : tuple of str
        Notes by GDAL and by the checks.
    """

    path: str
    source_layer: str
    features: int
    multipart: int
    with_holes: int
    unnamed: int
    crs_from: str
    crs_to: str
    operation: str
    repaired: tuple[Repair, ...]
    area_km2: float
    bounds_m: tuple[float, float, float, float]
    coverage: Coverage
    cleaning: Cleaning | None
    notes: tuple[str, ...]


def read_boundaries(
    path: Path | Sequence[Path],
    *,
    layer_id: str,
    code_field: str,
    crs: str,
    name_field: str | None = None,
    vintage: str = "",
    source: str = "",
    licence: str = "",
    title: str = "",
    synthetic: bool = False,
    source_crs: str | None = None,
    source_layer: str | None = None,
    encoding: str | None = None,
    clean_tolerance_m: float | None = TOLERANCE_M,
    limits: LayerLimits = LIMITS,
) -> tuple[Layer, ImportReport]:
    """The areas in one or more files as a layer in the working CRS, and a report.

    Parameters
    ----------
    path : Path or sequence of Path
        Vector files that GDAL reads, or zip archives containing one. Several files must have the
        same fields; their features are numbered consecutively.
    layer_id : str
        Name of the new layer.
    code_field, name_field : str
        Fields with each area's code and name; without a name field the code is the name.
    crs : str
        The working CRS, projected and in metres.
    vintage, source, licence, title : str
        Stored with the layer; the default title is the layer's name.
    synthetic : bool
        True for invented areas.
    source_crs : str, optional
        CRS of the coordinates, if the file does not state it or states it wrongly.
    source_layer : str, optional
        The layer to read, if the file has several.
    encoding : str, optional
        Encoding of a shapefile's texts. By default UTF-8 if they are valid UTF-8, else what the
        file states.
    clean_tolerance_m : float or None
        Largest movement of a border to make neighbours share it, metres; None leaves all borders
        unchanged.
    limits : LayerLimits
        What reading may take.

    Returns
    -------
    layer : Layer
        Areas in the order of their codes, valid polygons or multipolygons without Z or M.
    report : ImportReport
        What was read and changed.

    Raises
    ------
    UnreadableFileError
        If the file, the layer in it, or a field is missing or cannot be read.
    InvalidLayerError
        If there are no features, a code is missing or used twice, a geometry is missing, empty,
        not polygonal or beyond repair, or areas overlap grossly. Features are never omitted.
    CoordinatesError
        If the CRS is not known, or the coordinates do not fit it.
    InvalidParameterError
        If PROJ does not know the CRS named.
    """
    paths = [path] if isinstance(path, Path) else list(path)
    raw_areas = [
        _read_file(file_path, layer_id, code_field, name_field, source_layer, encoding, limits)
        for file_path in paths
    ]
    values = np.concatenate([areas.codes.astype(object) for areas in raw_areas])
    codes = cleaned_codes(values, layer_id=layer_id, field=code_field)
    names, unnamed_count = _names([areas.names for areas in raw_areas], codes)
    check_lengths(names, layer_id=layer_id, field=name_field or code_field)
    source_systems = [
        crs_of_source(str(file_path), areas.crs, source_crs, stated_crs=areas.stated_crs)
        for file_path, areas in zip(paths, raw_areas, strict=True)
    ]
    polygons = only_polygons(
        np.concatenate([areas.geometries for areas in raw_areas]), codes, layer_id=layer_id
    )
    projected = _projected(polygons, codes, paths, raw_areas, source_systems, crs)
    geometries, repairs = repaired(
        np.concatenate([of_file.geometries for of_file in projected]),
        codes,
        layer_id=layer_id,
        crossings=limits.crossings,
    )
    metadata = LayerMetadata(
        layer_id=layer_id,
        title=title or layer_id,
        crs=crs,
        vintage=vintage,
        source=source,
        licence=licence,
        synthetic=synthetic,
        coordinates=_listed(of_file.coordinates for of_file in projected),
    )
    layer = normalised(Layer(metadata, codes, names, geometries))
    coverage = coverage_of(layer.geometries, crossings=limits.crossings)
    check_overlaps(coverage, layer.codes, layer_id=layer_id)
    cleaning = None
    if clean_tolerance_m is not None:
        layer, cleaning = clean_coverage(layer, tolerance_m=clean_tolerance_m)
    report = ImportReport(
        path=_listed(str(file_path) for file_path in paths),
        source_layer=_listed(areas.source_layer for areas in raw_areas),
        features=len(codes),
        multipart=int(np.count_nonzero(shapely.get_num_geometries(geometries) > 1)),
        with_holes=_with_holes(geometries),
        unnamed=unnamed_count,
        crs_from=_listed(system.label for system in source_systems),
        crs_to=crs,
        operation=_listed(of_file.operation for of_file in projected if of_file.operation),
        repaired=repairs,
        area_km2=float(layer.areas_km2.sum()),
        bounds_m=layer.bounds_m,
        coverage=coverage,
        cleaning=cleaning,
        notes=_notes(raw_areas, source_systems, projected, layer),
    )
    return layer, report


def _read_file(
    path: Path,
    layer_id: str,
    code_field: str,
    name_field: str | None,
    source_layer: str | None,
    encoding: str | None,
    limits: LayerLimits,
) -> RawAreas:
    """The features of one file, of which there must be at least one."""
    areas = read_raw_areas(
        path,
        code_field=code_field,
        name_field=name_field,
        source_layer=source_layer,
        encoding=encoding,
        limits=limits,
    )
    if len(areas.codes) == 0:
        raise InvalidLayerError(layer_id, f"{path} has no features")
    return areas


def _projected(
    polygons: Geometries,
    codes: tuple[str, ...],
    paths: Sequence[Path],
    raw_areas: Sequence[RawAreas],
    source_systems: Sequence[SourceCrs],
    crs: str,
) -> list[ProjectedAreas]:
    """The polygons of each file in the working CRS."""
    projected = []
    start = 0
    for path, areas, system in zip(paths, raw_areas, source_systems, strict=True):
        file_slice = slice(start, start + len(areas.codes))
        projected.append(
            in_working_crs(
                polygons[file_slice], codes[file_slice], path=str(path), source=system, target=crs
            )
        )
        start = file_slice.stop
    return projected


def _listed(items: Iterable[str]) -> str:
    """The distinct items, separated by commas."""
    return ", ".join(dict.fromkeys(items))


def _names(
    values: Sequence[AnyArray | None], codes: tuple[str, ...]
) -> tuple[tuple[str, ...], int]:
    """A name for each area, and the number of areas whose code is used as the name."""
    file_names = [
        as_text(value)
        for file_values in values
        if file_values is not None
        for value in file_values
    ]
    if not file_names:
        return codes, 0
    unnamed_count = sum(not name for name in file_names)
    return tuple(name or code for name, code in zip(file_names, codes, strict=True)), unnamed_count


def _with_holes(geometries: Geometries) -> int:
    """The number of areas with holes."""
    parts, owner = shapely.get_parts(geometries, return_index=True)
    return len(np.unique(owner[shapely.get_num_interior_rings(parts) > 0]))


def _notes(
    raw_areas: Sequence[RawAreas],
    source_systems: Sequence[SourceCrs],
    projected: Sequence[ProjectedAreas],
    layer: Layer,
) -> tuple[str, ...]:
    """Notes by GDAL and on the CRS, and on a layer that is allowed but unusual."""
    notes = [
        *dict.fromkeys(note for areas in raw_areas for note in areas.notes),
        *dict.fromkeys(note for system in source_systems for note in system.notes),
        *(note for of_file in projected for note in of_file.notes),
    ]
    median_m2 = float(np.median(layer.areas_km2)) * 1e6
    if median_m2 < TINY_AREA_M2:
        notes.append(f"the median area is {median_m2:.3g} m2: is the CRS of the file right?")
    return tuple(notes)
