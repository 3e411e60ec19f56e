"""Imports a file of areas as a layer, for ``hotspots import boundaries``."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from boundaries.errors import LayerExistsError
from boundaries.layers.layer import Layer
from boundaries.reading.cleaning import TOLERANCE_M, Pairs
from boundaries.reading.limits import LayerLimits
from boundaries.reading.readers import ImportReport, read_boundaries
from boundaries.storage.store import LayerStore, check_layer_id
from service.config.settings import ImportSettings
from service.imports.files.sources import LIMITS
from service.imports.files.summary import Progress, silent

NAMED = 10


@dataclass(frozen=True)
class BoundaryImport:
    """Result of an import of boundaries.

    Attributes
    ----------
    layer : Layer
        As it was stored, with its version.
    report : ImportReport
        What was read, and which changes were made to it.
    replaced : bool
        Whether a layer of the same name existed before.
    """

    layer: Layer
    report: ImportReport
    replaced: bool

    def lines(self) -> tuple[str, ...]:
        """The summary in plain sentences, one per line.

        Returns
        -------
        tuple of str
            Counts, extent and coordinate systems first, then repairs, borders and notes.
        """
        report, layer = self.report, self.layer
        left, bottom, right, top = report.bounds_m
        verb = "replaced" if self.replaced else "imported"
        extent = (
            f"{report.area_km2:,.1f} km2 between ({left:,.0f}, {bottom:,.0f}) and "
            f"({right:,.0f}, {top:,.0f})"
        )
        lines = [
            f"layer {layer.layer_id} {verb}, version {layer.version}",
            f"{report.features:,} features read, {len(layer):,} areas written, none left out",
            extent,
            f"coordinates from {report.crs_from} to {report.crs_to}"
            + (f" by {report.operation}" if report.operation else ""),
            f"{report.multipart:,} areas of several parts, {report.with_holes:,} with holes",
        ]
        if report.unnamed:
            lines.append(f"{report.unnamed:,} areas without a name are named by their code")
        lines += self._repair_lines()
        lines += self._coverage_lines()
        lines += report.notes
        return tuple(lines)

    def _repair_lines(self) -> list[str]:
        repairs = self.report.repaired
        if not repairs:
            return ["all shapes are valid"]
        more_count = len(repairs) - NAMED
        return [
            f"{len(repairs):,} shapes repaired:",
            *(
                f"  {repair.code} (feature {repair.feature}): {repair.reason}, "
                f"area changed by {repair.area_change_m2:,.1f} m2"
                for repair in repairs[:NAMED]
            ),
            *([f"  and {more_count:,} more"] if more_count > 0 else []),
        ]

    def _coverage_lines(self) -> list[str]:
        coverage = self.report.coverage
        if coverage.is_valid:
            return ["neighbouring areas share their borders exactly", *self._cleaning_lines()]
        invalid_edges_line = (
            f"{coverage.invalid_areas:,} areas do not share their borders exactly: "
            f"{coverage.invalid_edges:,} edges, {coverage.invalid_km:,.2f} km, "
            f"{coverage.overlap_m2:,.1f} m2 in more than one area"
        )
        return [invalid_edges_line, *self._cleaning_lines()]

    def _cleaning_lines(self) -> list[str]:
        cleaning = self.report.cleaning
        if cleaning is None:
            return ["borders were left as they are, as requested"]
        if not cleaning.needed:
            return []
        if not cleaning.applied:
            return [f"borders were left as they are: {cleaning.reason}"]
        outcome = (
            "share their borders exactly now" if cleaning.coverage.is_valid else "still differ"
        )
        return [
            (f"gaps closed and overlaps removed: neighbouring areas {outcome}"),
            (
                f"the borders of {cleaning.moved_areas:,} areas moved, the furthest "
                f"{cleaning.furthest_m:.3f} m ({cleaning.furthest_code}); "
                f"all areas together {cleaning.area_change_m2:+,.1f} m2"
            ),
            f"remaining slivers: {cleaning.sliver_km:,.2f} km",
            f"neighbours lost: {_pair_list(cleaning.pairs_lost)}",
            f"areas that touch only after cleaning: {_pair_list(cleaning.pairs_gained)}",
        ]


def import_boundaries(
    store: LayerStore,
    path: Path | Sequence[Path],
    *,
    layer: str,
    code_field: str,
    name_field: str | None = None,
    vintage: str = "",
    source: str = "",
    licence: str = "",
    title: str = "",
    crs: str | None = None,
    source_layer: str | None = None,
    encoding: str | None = None,
    clean_tolerance_m: float | None = TOLERANCE_M,
    replace: bool = False,
    synthetic: bool = False,
    limits: ImportSettings = LIMITS,
    progress: Progress = silent,
) -> BoundaryImport:
    """Read a file of areas and store it as a layer, completely or not at all.

    Parameters
    ----------
    store : LayerStore
        Where layers are stored; its CRS is the working one.
    path : Path or sequence of Path
        Any vector file that GDAL reads, or a zip archive with one in it. Several files with the
        same fields make one layer.
    layer : str
        Id of the new layer.
    code_field, name_field, vintage, source, licence, title, synthetic
        As for `boundaries.readers.read_boundaries`.
    crs : str, optional
        CRS of the file's coordinates, if the file does not state it or states it wrongly.
    source_layer, encoding, clean_tolerance_m
        As for `boundaries.readers.read_boundaries`.
    replace : bool
        Whether a layer of that name may be replaced.
    limits : ImportSettings
        What reading the files may take.
    progress : callable
        Called with the current task and the share of the work that is done, 0 to 1.

    Returns
    -------
    BoundaryImport
        The stored layer and the report of what was read.

    Raises
    ------
    InvalidLayerError
        If the id is not valid for a layer, or the areas make no valid layer.
    LayerExistsError
        If there is a layer of that name and `replace` is False; checked before reading.
    UnwritableLayersError
        If the data folder cannot be written.
    UnreadableFileError, CoordinatesError
        If the file cannot be read as areas; see `boundaries.readers.read_boundaries`.
    """
    check_layer_id(layer)
    is_replacement = store.has(layer)
    if is_replacement and not replace:
        raise LayerExistsError(layer)
    store.check_writable()
    progress("reading", 0.0)
    areas, report = read_boundaries(
        path,
        layer_id=layer,
        code_field=code_field,
        name_field=name_field,
        crs=store.crs,
        vintage=vintage,
        source=source,
        licence=licence,
        title=title,
        synthetic=synthetic,
        source_crs=crs,
        source_layer=source_layer,
        encoding=encoding,
        clean_tolerance_m=clean_tolerance_m,
        limits=LayerLimits(
            memory_bytes=limits.layer_memory_bytes,
            processor_s=limits.layer_processor_s,
            crossings=limits.crossings,
        ),
    )
    progress("writing", 0.8)
    saved = store.save(areas, replace=replace)
    progress("done", 1.0)
    return BoundaryImport(saved, report, is_replacement)


def _pair_list(pairs: Pairs) -> str:
    """The first pairs of codes by name, the others by number."""
    if not pairs:
        return "none"
    names = ", ".join(f"{code_a}-{code_b}" for code_a, code_b in pairs[:NAMED])
    more_count = len(pairs) - NAMED
    return f"{names} and {more_count:,} more" if more_count > 0 else names
