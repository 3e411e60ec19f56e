"""Development sites: one row per site, per phase or per district."""

from typing import Any, Final

import numpy as np
import shapely
from numpy.typing import NDArray

from service.analyses.growth.rows import SiteRow
from service.analyses.inputs.within import Within
from service.model.answers import Table
from service.model.provenance import SOFTWARE, on_the_map, provenance, short_digest
from service.queries.growth import SitesQuery
from service.sentences.numbers import counted
from service.store.reference.sites import NO_YEAR, Sites, SiteStore
from spatial.arrays import AnyArray, BoolArray, FloatArray

NO_COMPLETIONS: Final = "completions not published: remaining homes unknown"
NO_DISTRICT: Final = "no district"


class SiteTables:
    """Tables of development sites.

    Parameters
    ----------
    sites : SiteStore
        The development sites.
    """

    def __init__(self, sites: SiteStore) -> None:
        self._sites = sites

    def version(self) -> str:
        """A short digest of everything that a table of sites depends on.

        Returns
        -------
        str
            It changes when the sites or the software do.
        """
        return short_digest("sites", self._sites.revision(), SOFTWARE)

    def table(self, query: SitesQuery) -> Table:
        """One `SiteRow` per site, per phase of each, or per district, as the query asks.

        Parameters
        ----------
        query : SitesQuery
            Rows by site, phase or district.

        Returns
        -------
        Table
            With the shapes of the sites.

        Raises
        ------
        NoSitesError
            If none has been imported.
        """
        sites = self._sites.open()
        makers = {"site": _by_site, "phase": _by_phase, "district": _by_district}
        columns, geometries = makers[query.by](sites)
        is_published = np.isfinite(sites.homes_completed)
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
                    "homes_planned": _stated(sites.homes_planned),
                    "homes_completed": _stated(sites.homes_completed),
                    "homes_remaining": _stated(sites.homes_remaining),
                    "homes_planned_without_published_completions": _stated(
                        sites.homes_planned[~is_published]
                    ),
                },
                notes=(*site_notes(sites), *phase_notes(sites), *_shared_notes(sites)),
            ),
        )


def site_columns(sites: Sites) -> dict[str, NDArray[Any]]:
    """The columns that describe a site, in their final order.

    Parameters
    ----------
    sites : Sites
        The development sites.

    Returns
    -------
    dict of str to (sites,) array
        In the order of the sites.
    """
    is_published = np.isfinite(sites.homes_completed)
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
                note or ("" if has_completions else NO_COMPLETIONS)
                for note, has_completions in zip(sites.notes, is_published, strict=True)
            ],
            dtype=object,
        ),
    }


def _by_site(sites: Sites) -> tuple[dict[str, NDArray[Any]], NDArray[Any]]:
    """One row per site, with the years of its phases."""
    phases = sites.phases
    years = np.where(phases.year == NO_YEAR, np.nan, phases.year)
    first_year, last_year = np.full(len(sites), np.inf), np.full(len(sites), -np.inf)
    np.fmin.at(first_year, phases.site, years)
    np.fmax.at(last_year, phases.site, years)
    columns = site_columns(sites)
    note = columns.pop("note")
    columns["phases"] = np.bincount(phases.site, minlength=len(sites)).astype(np.int64)
    columns["first_phase_year"] = np.where(np.isfinite(first_year), first_year, np.nan)
    columns["last_phase_year"] = np.where(np.isfinite(last_year), last_year, np.nan)
    return {**columns, "note": note}, sites.geometries


def _by_phase(sites: Sites) -> tuple[dict[str, NDArray[Any]], NDArray[Any]]:
    """One row per phase, ordered by site and year; sites without phases have no row."""
    phases, site_of_phase = sites.phases, sites.phases.site
    site_values = site_columns(sites)
    first_phase = np.searchsorted(site_of_phase, site_of_phase, side="left")
    so_far = _sums_since(phases.homes_planned, first_phase)
    so_far[_sums_since(~np.isfinite(phases.homes_planned), first_phase) > 0] = np.nan
    homes_over_plan = dict(_over_planned(sites))
    phase_notes_ = [
        f"phases add up to {homes_over_plan[site]:,.0f} homes" if site in homes_over_plan else ""
        for site in site_of_phase.tolist()
    ]
    return {
        "site_id": site_values["site_id"][site_of_phase],
        "name": site_values["name"][site_of_phase],
        "district": site_values["district"][site_of_phase],
        "phase": np.array(phases.names, dtype=object),
        "year": _or_missing(phases.year),
        "homes_planned": phases.homes_planned,
        "homes_completed": phases.homes_completed,
        "homes_remaining": phases.homes_planned - phases.homes_completed,
        "homes_planned_so_far": so_far,
        "site_homes_planned": sites.homes_planned[site_of_phase],
        "easting_m": site_values["easting_m"][site_of_phase],
        "northing_m": site_values["northing_m"][site_of_phase],
        "note": np.array(phase_notes_, dtype=object),
    }, sites.geometries[site_of_phase]


def _by_district(sites: Sites) -> tuple[dict[str, NDArray[Any]], NDArray[Any]]:
    """One row per district in alphabetical order; a site in two has a part in each."""
    names = np.array([name or NO_DISTRICT for name in sites.districts], dtype=object)
    districts, district_of_site = np.unique(names.astype(str), return_inverse=True)
    is_published = np.isfinite(sites.homes_completed)

    def total(values: FloatArray) -> FloatArray:
        totals = np.bincount(district_of_site, np.nan_to_num(values), minlength=len(districts))
        n_stated = np.bincount(district_of_site, np.isfinite(values), minlength=len(districts))
        return np.where(n_stated > 0, totals, np.nan)

    is_planned = np.isfinite(sites.homes_planned)
    n_unplanned = np.bincount(district_of_site[~is_planned], minlength=len(districts))
    n_unpublished = np.bincount(district_of_site[~is_published], minlength=len(districts)).astype(
        np.int64
    )
    shared = shared_sites(sites)
    shared_names = [
        sorted({count for count, site_district in shared if site_district == district})
        for district in districts
    ]
    points = [
        shapely.MultiPoint(sites.xy_m[district_of_site == index])
        for index in range(len(districts))
    ]
    shapes = np.empty(len(districts), dtype=object)
    shapes[:] = points
    return {
        "district": districts.astype(object),
        "sites": np.bincount(district_of_site, minlength=len(districts)).astype(np.int64),
        "homes_planned": np.where(n_unplanned > 0, np.nan, total(sites.homes_planned)),
        "homes_completed": total(sites.homes_completed),
        "homes_remaining": total(sites.homes_remaining),
        "sites_not_published": n_unpublished,
        "homes_planned_not_published": total(np.where(is_published, 0.0, sites.homes_planned)),
        "shared_sites": np.array(["; ".join(shared) for shared in shared_names], dtype=object),
        "note": np.array(
            [
                f"completions of {counted(count, 'site')} not published: at least so many homes "
                "are complete and to come"
                if count
                else ""
                for count in n_unpublished.tolist()
            ],
            dtype=object,
        ),
    }, shapes


def shared_sites(sites: Sites) -> set[tuple[str, str]]:
    """Sites with a part in more than one district, by name and district.

    Parameters
    ----------
    sites : Sites
        The development sites.

    Returns
    -------
    set of (str, str)
        Name of the site and name of the district.
    """
    parts = {
        (name, district or NO_DISTRICT)
        for name, district in zip(sites.names, sites.districts, strict=True)
    }
    names = [name for name, _ in parts]
    return {(name, district) for name, district in parts if names.count(name) > 1}


def site_notes(sites: Sites) -> tuple[str, ...]:
    """Notes on missing data of the sites.

    Parameters
    ----------
    sites : Sites
        The development sites.

    Returns
    -------
    tuple of str
        Full sentences.
    """
    is_published = np.isfinite(sites.homes_completed)
    notes = []
    if not is_published.all():
        unpublished_count = np.count_nonzero(~is_published)
        notes.append(
            f"{unpublished_count} of {len(sites)} sites have no published completions. Sums of "
            "homes complete and to come are at least what is stated."
        )
    undated_count = int(np.count_nonzero(is_published & (sites.completed_year == NO_YEAR)))
    if undated_count:
        undated = counted(undated_count, "site does", "sites do")
        notes.append(f"{undated} not say by which year the homes were complete.")
    unstated_count = int(np.count_nonzero(~np.isfinite(sites.homes_planned)))
    if unstated_count:
        notes.append(
            f"{counted(unstated_count, 'site does', 'sites do')} not say how many homes are "
            "planned: sums of homes planned are at least what is stated, or missing."
        )
    return tuple(notes)


def phase_notes(sites: Sites) -> tuple[str, ...]:
    """Notes on sites whose phases add up to more homes than are planned.

    Parameters
    ----------
    sites : Sites
        The development sites.

    Returns
    -------
    tuple of str
        Full sentences.
    """
    return tuple(
        f"{sites.names[site]}: phases add up to {homes:,.0f} homes, more than the "
        f"{sites.homes_planned[site]:,.0f} planned; the site's own number counts."
        for site, homes in _over_planned(sites)
    )


def _over_planned(sites: Sites) -> list[tuple[int, float]]:
    """Index and homes in phases of each site whose phases exceed its plan."""
    planned = np.nan_to_num(sites.phases.homes_planned)
    homes = np.bincount(sites.phases.site, planned, minlength=len(sites))
    return [
        (int(site), float(homes[site])) for site in np.flatnonzero(homes > sites.homes_planned)
    ]


def _shared_notes(sites: Sites) -> tuple[str, ...]:
    names = sorted({name for name, _ in shared_sites(sites)})
    if not names:
        return ()
    return (f"In more than one district, with one row for each: {'; '.join(names)}.",)


def sites_source(sites: Sites) -> dict[str, Any]:
    """The version, publisher and licence of the sites, for the provenance.

    Parameters
    ----------
    sites : Sites
        The development sites.

    Returns
    -------
    dict of str to Any
        JSON members.
    """
    return {
        "id": "sites",
        "version": sites.version,
        "source": "; ".join(sites.sources),
        "licence": "; ".join(sites.licences),
        "synthetic": sites.synthetic,
        "coordinates": on_the_map(sites.crs, sites.xy_m[0] if len(sites) else None),
    }


def sites_inside(sites: Sites, within: Within | None) -> BoolArray:
    """The sites in an area; all sites without one.

    Parameters
    ----------
    sites : Sites
        The development sites.
    within : Within or None
        The area.

    Returns
    -------
    (sites,) bool
        In the order of the sites.
    """
    if within is None:
        return np.ones(len(sites), dtype=np.bool_)
    x_m, y_m = sites.xy_m[:, 0], sites.xy_m[:, 1]
    return np.asarray(shapely.intersects_xy(within.geometry, x_m, y_m))


def _sums_since(values: AnyArray, first: NDArray[np.intp]) -> FloatArray:
    """(n,) the sum of the values from an index to each of them; NaN counts as 0."""
    running_total = np.concatenate([[0.0], np.cumsum(np.nan_to_num(values))])
    return np.asarray(running_total[1:] - running_total[first], np.float64)


def _stated(homes: FloatArray) -> int:
    """The sum over the sites that state it: a lower bound, as the notes say."""
    return int(np.nansum(homes))


def _or_missing(years: NDArray[np.int32]) -> FloatArray:
    """Years, NaN where not stated."""
    return np.where(years == NO_YEAR, np.nan, years)
