"""Development sites: one row per site, per phase or per district."""

from typing import Any, Final

import numpy as np
import shapely
from numpy.typing import NDArray

from service.analyses.growth.rows import SiteRow
from service.analyses.inputs.within import Within
from service.model.answers import Table
from service.model.provenance import SOFTWARE, provenance, short_digest
from service.queries.growth import SitesQuery
from service.store.sites import NO_YEAR, Sites, SiteStore
from spatial.arrays import BoolArray, FloatArray

NO_COMPLETIONS: Final = "completions not published: remaining homes unknown"
NO_DISTRICT: Final = "no district"


class SiteTables:
    """Answers about development sites alone."""

    def __init__(self, sites: SiteStore) -> None:
        self._sites = sites

    def version(self) -> str:
        """Everything a list of sites depends on, as a short digest."""
        return short_digest("sites", self._sites.revision(), SOFTWARE)

    def table(self, query: SitesQuery) -> Table:
        """One `SiteRow` per site, per phase of each, or per district, as the query asks.

        Raises
        ------
        NoSitesError
            If none has been imported.
        """
        sites = self._sites.open()
        kinds = {"site": _by_site, "phase": _by_phase, "district": _by_district}
        columns, geometries = kinds[query.by](sites)
        known = np.isfinite(sites.homes_completed)
        return Table(
            kind="sites" if query.by == "site" else f"sites-by-{query.by}",
            row=SiteRow,
            columns=columns,
            geometries=geometries,
            crs=sites.crs,
            provenance=provenance(
                sources={"sites": sites_source(sites)},
                filter={},
                method={"name": "sites", "by": query.by},
                counts={
                    "sites": len(sites),
                    "phases": len(sites.phases),
                    "homes_planned": _whole(sites.homes_planned),
                    "homes_completed": _whole(sites.homes_completed),
                    "homes_remaining": _whole(sites.homes_remaining),
                    "homes_planned_without_published_completions": _whole(
                        sites.homes_planned[~known]
                    ),
                },
                notes=(*site_notes(sites), *phase_notes(sites), *_shared_notes(sites)),
            ),
        )


def site_columns(sites: Sites) -> dict[str, NDArray[Any]]:
    """The columns that describe a site, in their final order."""
    published = np.isfinite(sites.homes_completed)
    return {
        "site_id": np.array(sites.site_ids, dtype=object),
        "name": np.array(sites.names, dtype=object),
        "district": np.array(sites.districts, dtype=object),
        "homes_planned": sites.homes_planned,
        "homes_completed": sites.homes_completed,
        "homes_remaining": sites.homes_remaining,
        "completed_year": _or_missing(sites.completed_year),
        "easting_m": sites.xy_m[:, 0].round(1),
        "northing_m": sites.xy_m[:, 1].round(1),
        "position": np.array(sites.positions, dtype=object),
        "note": np.array(
            [
                note or ("" if known else NO_COMPLETIONS)
                for note, known in zip(sites.notes, published, strict=True)
            ],
            dtype=object,
        ),
    }


def _by_site(sites: Sites) -> tuple[dict[str, NDArray[Any]], NDArray[Any]]:
    """One row per site, with the years of its phases."""
    phases = sites.phases
    years = np.where(phases.year == NO_YEAR, np.nan, phases.year)
    first, last = np.full(len(sites), np.inf), np.full(len(sites), -np.inf)
    np.fmin.at(first, phases.site, years)
    np.fmax.at(last, phases.site, years)
    columns = site_columns(sites)
    note = columns.pop("note")
    columns["phases"] = np.bincount(phases.site, minlength=len(sites)).astype(np.int64)
    columns["first_phase_year"] = np.where(np.isfinite(first), first, np.nan)
    columns["last_phase_year"] = np.where(np.isfinite(last), last, np.nan)
    return {**columns, "note": note}, sites.geometries


def _by_phase(sites: Sites) -> tuple[dict[str, NDArray[Any]], NDArray[Any]]:
    """One row per phase, in the order of site and year; sites without phases have none."""
    phases, of = sites.phases, sites.phases.site
    described = site_columns(sites)
    planned = np.nan_to_num(phases.homes_planned)
    before = np.concatenate([[0.0], np.cumsum(planned)])
    first = np.searchsorted(of, of, side="left")
    so_far = before[1:] - before[first]
    over = dict(_over_planned(sites))
    words = [f"phases add up to {over[at]:,.0f} homes" if at in over else "" for at in of.tolist()]
    return {
        "site_id": described["site_id"][of],
        "name": described["name"][of],
        "district": described["district"][of],
        "phase": np.array(phases.names, dtype=object),
        "year": _or_missing(phases.year),
        "homes_planned": phases.homes_planned,
        "homes_completed": phases.homes_completed,
        "homes_remaining": phases.homes_planned - phases.homes_completed,
        "homes_planned_so_far": so_far,
        "site_homes_planned": sites.homes_planned[of],
        "easting_m": described["easting_m"][of],
        "northing_m": described["northing_m"][of],
        "note": np.array(words, dtype=object),
    }, sites.geometries[of]


def _by_district(sites: Sites) -> tuple[dict[str, NDArray[Any]], NDArray[Any]]:
    """One row per district in alphabetical order; a site in two has a part in each."""
    names = np.array([name or NO_DISTRICT for name in sites.districts], dtype=object)
    districts, of = np.unique(names.astype(str), return_inverse=True)
    known = np.isfinite(sites.homes_completed)

    def added(values: FloatArray) -> FloatArray:
        sums = np.bincount(of, np.nan_to_num(values), minlength=len(districts))
        stated = np.bincount(of, np.isfinite(values), minlength=len(districts))
        return np.where(stated > 0, sums, np.nan)

    unknown = np.bincount(of[~known], minlength=len(districts)).astype(np.int64)
    shared = shared_sites(sites)
    within = [sorted({n for n, d in shared if d == district}) for district in districts]
    points = [shapely.MultiPoint(sites.xy_m[of == at]) for at in range(len(districts))]
    shapes = np.empty(len(districts), dtype=object)
    shapes[:] = points
    return {
        "district": districts.astype(object),
        "sites": np.bincount(of, minlength=len(districts)).astype(np.int64),
        "homes_planned": added(sites.homes_planned),
        "homes_completed": added(sites.homes_completed),
        "homes_remaining": added(sites.homes_remaining),
        "sites_not_published": unknown,
        "homes_planned_not_published": added(np.where(known, 0.0, sites.homes_planned)),
        "shared_sites": np.array(["; ".join(each) for each in within], dtype=object),
        "note": np.array(
            [f"completions of {n} sites not published" if n else "" for n in unknown.tolist()],
            dtype=object,
        ),
    }, shapes


def shared_sites(sites: Sites) -> set[tuple[str, str]]:
    """Name and district of each site of which another district has a part of the same name."""
    places = {(n, d or NO_DISTRICT) for n, d in zip(sites.names, sites.districts, strict=True)}
    names = [name for name, _ in places]
    return {(name, district) for name, district in places if names.count(name) > 1}


def site_notes(sites: Sites) -> tuple[str, ...]:
    """What is not known of the sites."""
    known = np.isfinite(sites.homes_completed)
    notes = []
    if not known.all():
        unknown = np.count_nonzero(~known)
        notes.append(f"{unknown} of {len(sites)} sites have no published completions.")
    undated = int(np.count_nonzero(known & (sites.completed_year == NO_YEAR)))
    if undated:
        notes.append(f"{undated} sites do not say by which year their homes were complete.")
    unstated = int(np.count_nonzero(~np.isfinite(sites.homes_planned)))
    if unstated:
        notes.append(f"{unstated} sites do not say how many homes are planned.")
    return tuple(notes)


def phase_notes(sites: Sites) -> tuple[str, ...]:
    """Where phases do not add up to what their site plans."""
    return tuple(
        f"{sites.names[at]}: phases add up to {homes:,.0f} homes, more than the "
        f"{sites.homes_planned[at]:,.0f} planned; the site's own number counts."
        for at, homes in _over_planned(sites)
    )


def _over_planned(sites: Sites) -> list[tuple[int, float]]:
    """Position and homes in phases of each site whose phases are more than it plans."""
    planned = np.nan_to_num(sites.phases.homes_planned)
    homes = np.bincount(sites.phases.site, planned, minlength=len(sites))
    return [(int(at), float(homes[at])) for at in np.flatnonzero(homes > sites.homes_planned)]


def _shared_notes(sites: Sites) -> tuple[str, ...]:
    names = sorted({name for name, _ in shared_sites(sites)})
    if not names:
        return ()
    return (f"In more than one district, with a row for each: {'; '.join(names)}.",)


def sites_source(sites: Sites) -> dict[str, Any]:
    """Which version of the sites, from whom and under which licence, for the provenance."""
    return {
        "id": "sites",
        "version": sites.version,
        "source": "; ".join(sites.sources),
        "licence": "; ".join(sites.licences),
        "synthetic": sites.synthetic,
    }


def sites_inside(sites: Sites, within: Within | None) -> BoolArray:
    """(sites,) True for each site in the area to stay within; for all where there is none."""
    if within is None:
        return np.ones(len(sites), dtype=np.bool_)
    x_m, y_m = sites.xy_m[:, 0], sites.xy_m[:, 1]
    return np.asarray(shapely.intersects_xy(within.geometry, x_m, y_m))


def _whole(homes: FloatArray) -> int:
    """The sum over the sites that state it."""
    return int(np.nansum(homes))


def _or_missing(years: NDArray[np.int32]) -> FloatArray:
    """Years, NaN where not stated."""
    return np.where(years == NO_YEAR, np.nan, years)
