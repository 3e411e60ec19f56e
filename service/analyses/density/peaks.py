"""Peaks and contours of a density surface as tables, and a proposed view of its highest peak."""

import dataclasses
from typing import Any

import numpy as np
import shapely

from service.analyses.density.chance import FEWEST_LOCATED, PeakTest
from service.analyses.density.peak_names import PlaceNames, sentence
from service.analyses.density.rows import ContourRow, PeakRow
from service.analyses.density.surface import Surface
from service.analyses.density.surface_work import work_of_tops, work_on_grid
from service.analyses.maps.tilejson import lonlat_bounds
from service.model.answers import Provenance, Table
from service.runtime.budget import spend
from spatial.surfaces.contours import volume_contours
from spatial.surfaces.peaks import CANDIDATES, Peaks, find_peaks, peak_reach_m, propose_inset

PEAK_CELLS = 4_000_000  # peaks and contours are found on a grid of at most about this many


def contour_table(surface: Surface, shares: tuple[float, ...]) -> Table:
    """The smallest areas that contain given shares of a surface's mass.

    Parameters
    ----------
    surface : Surface
        The density surface.
    shares : tuple of float
        Shares of its mass, above 0 and below 1.

    Returns
    -------
    Table
        One `ContourRow` per share, with polygons.
    """
    grid = surface.covering_grid(PEAK_CELLS)
    spend(work_on_grid(surface, grid))
    contours = volume_contours(surface.on_grid(grid), grid, shares=shares)
    method = {**surface.provenance.method, "contours": "percent volume", "cell_m": grid.cell_m}
    return Table(
        kind="heatmap-contours",
        row=ContourRow,
        columns={
            "percent": np.array([100.0 * contour.share for contour in contours]),
            "density": np.array([contour.density_per_km2 for contour in contours]),
            "area_km2": np.array([contour.area_km2 for contour in contours]),
            "mass_percent": np.array([100.0 * contour.mass_share for contour in contours]),
            "unit": np.array([surface.unit] * len(contours), dtype=object),
        },
        geometries=_objects([contour.geometry for contour in contours]),
        crs=surface.crs,
        provenance=_with_method(surface, method),
    )


def surface_peaks(surface: Surface, peak_test: PeakTest, *, max_peaks: int = 10) -> Peaks:
    """The peaks of a surface, highest first.

    Parameters
    ----------
    surface : Surface
        The density surface.
    peak_test : PeakTest
        What it was held against.
    max_peaks : int
        The largest number of peaks.

    Returns
    -------
    Peaks
        With the mass, prominence, p and class of each; none where too few incidents are located
        to speak of peaks.
    """
    if peak_test.located < FEWEST_LOCATED:
        return Peaks((), peak_reach_m(surface.bandwidth_m, kernel=surface.kernel), 0)
    grid = surface.covering_grid(PEAK_CELLS)
    spend(work_on_grid(surface, grid))
    spend(work_of_tops(surface, CANDIDATES * max_peaks))
    return find_peaks(
        surface.on_grid_shown(grid),
        grid,
        surface.selected_points.counted,
        bandwidth_m=surface.bandwidth_m,
        kernel=surface.kernel,
        max_peaks=max_peaks,
        on_grid=surface.on_grid_shown,
        highest=surface.highest,
    ).held_against(peak_test.test)


def peak_table(
    surface: Surface, peak_test: PeakTest, names: PlaceNames, *, max_peaks: int
) -> Table:
    """The peaks of a surface, highest first, each with its place, mass and class.

    Parameters
    ----------
    surface : Surface
        The density surface.
    peak_test : PeakTest
        What it was held against.
    names : PlaceNames
        Names the places of the peaks.
    max_peaks : int
        The largest number of peaks.

    Returns
    -------
    Table
        One `PeakRow` per peak, with points.
    """
    peak_set = surface_peaks(surface, peak_test, max_peaks=max_peaks)
    peaks, points = peak_set.peaks, surface.selected_points
    xy_m = np.array([(peak.x_m, peak.y_m) for peak in peaks]).reshape(-1, 2)
    method = {
        **surface.provenance.method,
        "peaks": "local maxima by topographic prominence",
        "reach_m": peak_set.reach_m,
        "left_out": peak_set.left_out,
        "sentence": sentence(peak_set, names, peak_test),
        "significance": peak_test.method(),
        "places_from": names.layer_id,
    }
    return Table(
        kind="heatmap-peaks",
        row=PeakRow,
        columns={
            "rank": np.array([peak.rank for peak in peaks], dtype=np.int64),
            "class": np.array([peak.peak_class for peak in peaks], dtype=object),
            "place": np.array([names.name_at(peak.x_m, peak.y_m) for peak in peaks], dtype=object),
            "density": np.array([peak.density_per_km2 for peak in peaks], dtype=np.float64),
            "prominence": np.array([peak.prominence for peak in peaks], dtype=np.float64),
            "incidents": np.array([peak.mass for peak in peaks], dtype=np.float64),
            "share": np.array([peak.share for peak in peaks], dtype=np.float64),
            **({"weight": peak_set.masses(points.points)} if points.is_weighted else {}),
            "p_value": _floats([peak.p_value for peak in peaks]),
            "is_significant": np.array(
                [bool(peak.is_significant) for peak in peaks], dtype=np.bool_
            ),
            "nearest_m": _floats([peak.nearest_m for peak in peaks]),
            "nearest_higher_m": _floats([peak.nearest_higher_m for peak in peaks]),
            "easting_m": xy_m[:, 0],
            "northing_m": xy_m[:, 1],
            "unit": np.array([surface.unit] * len(peaks), dtype=object),
        },
        geometries=np.asarray(shapely.points(xy_m), dtype=object).reshape(-1),
        crs=surface.crs,
        provenance=_with_method(surface, method),
    )


def propose_view(surface: Surface, peaks: Peaks) -> dict[str, Any] | None:
    """Extent and bandwidth for an enlarged picture of the highest peak.

    Parameters
    ----------
    surface : Surface
        The density surface.
    peaks : Peaks
        Its peaks.

    Returns
    -------
    dict of str to Any, or None
        JSON members; None if there is nothing to enlarge, as in what is spread over areas.
    """
    if surface.selected_points.selection.incidents.blank_areas is not None:
        return None
    proposal = propose_inset(
        peaks,
        surface.selected_points.xy_m,
        bandwidth_m=surface.bandwidth_m,
        kernel=surface.kernel,
    )
    if proposal is None:
        return None
    return {
        "bounds_m": [round(value, 1) for value in proposal.bounds_m],
        "bounds_lonlat_deg": list(lonlat_bounds(proposal.bounds_m, surface.crs)),
        "bandwidth_m": round(proposal.bandwidth_m, 1),
        "bandwidth_rule": proposal.rule,
        "cell_m": round(proposal.cell_m, 2),
    }


def _with_method(surface: Surface, method: dict[str, Any]) -> Provenance:
    """The surface's provenance with another method."""
    return dataclasses.replace(surface.provenance, method=method)


def _objects(values: list[Any]) -> Any:
    """(n,) object array."""
    array = np.empty(len(values), dtype=object)
    array[:] = values
    return array


def _floats(values: list[float | None]) -> Any:
    """(n,) float64, NaN for None."""
    return np.array([np.nan if value is None else value for value in values], dtype=np.float64)
