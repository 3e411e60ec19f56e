"""Imports development sites and their phases from CSV or GeoJSON, as points or outlines."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from boundaries.layers.codes import one_spelling
from service.imports.files.geojson import read_features
from service.imports.files.numbers import Decimal
from service.imports.files.single_file import FileOptions, list_rejects, summary_of
from service.imports.files.summary import DistrictTotal, ImportSummary
from service.imports.sites.rows import SiteColumns, SiteReading
from service.store.reference.sites import SiteStore

__all__ = ["SiteColumns", "SiteOptions", "import_sites"]

NO_DISTRICT = ""


@dataclass(frozen=True)
class SiteOptions(FileOptions):
    """Options of an import of sites."""

    synthetic: bool = False
    decimal: Decimal | None = None


def import_sites(
    store: SiteStore,
    path: Path,
    columns: SiteColumns | None = None,
    options: SiteOptions | None = None,
) -> ImportSummary:
    """Import development sites, all in one commit.

    Parameters
    ----------
    store : SiteStore
        Where the sites go.
    path : Path
        CSV or GeoJSON.
    columns : SiteColumns or None
        Which column holds what; None: recognised by name.
    options : SiteOptions or None
        Source, licence and limits; None: the defaults.

    Returns
    -------
    ImportSummary
        Counts, rejects and notes, with totals by district.

    Raises
    ------
    ImportRefusedError
        If a required column is missing, or too many rows are unusable.
    AlreadyImportedError, SameNameError, SiteExistsError
        Without ``options.replace``, if the file or one of its sites is already stored.
    """
    options = options or SiteOptions()
    options.progress("reading", 0.0)
    features = read_features(path, delimiter=options.delimiter, limits=options.limits)
    store.check_import(features.rows.file, replace=options.replace)
    reading = SiteReading(
        features, columns or SiteColumns(), decimal=options.decimal, working_crs=store.crs
    )
    table = reading.table()
    rejects_path = list_rejects(
        features.rows, path, options, store_folder=store.folder, stem="sites", hint=reading.hint
    )
    options.progress("writing", 0.8)
    committed = store.append(
        table,
        file=features.rows.file,
        source=options.source,
        licence=options.licence,
        synthetic=options.synthetic,
        replace=options.replace,
    )
    options.progress("done", 1.0)
    return summary_of(
        features.rows,
        committed,
        kind="sites",
        target="development sites",
        written=table.num_rows,
        rejects_path=rejects_path,
        notes=(*reading.notes, *_phase_notes(table)),
        districts=_by_district(table),
    )


def _by_district(table: pa.Table) -> tuple[DistrictTotal, ...]:
    """Totals over the sites of each district."""
    sites = table.filter(pc.is_null(table.column("phase_year"))).select(
        ["district", "homes_planned", "homes_completed"]
    )
    totals: dict[str, list[dict[str, Any]]] = {}
    names = one_spelling(name or NO_DISTRICT for name in sites.column("district").to_pylist())
    for name, row in zip(names, sites.to_pylist(), strict=True):
        totals.setdefault(name, []).append(row)
    return tuple(
        DistrictTotal(
            district=district,
            sites=len(rows),
            homes_planned=_total(rows, "homes_planned"),
            homes_completed=_total(rows, "homes_completed"),
            not_published=sum(row["homes_completed"] is None for row in rows),
        )
        for district, rows in sorted(totals.items())
    )


def _total(rows: Sequence[dict[str, Any]], name: str) -> int:
    """The sum over the rows that state it."""
    return int(sum(row[name] for row in rows if row[name] is not None))


def _phase_notes(table: pa.Table) -> tuple[str, ...]:
    """Notes on sites whose phases add up to more homes than are planned."""
    is_phase = pc.is_valid(table.column("phase_year"))
    columns = ["site_id", "homes_planned"]
    planned = dict(
        zip(
            *(table.filter(pc.invert(is_phase)).column(name).to_pylist() for name in columns),
            strict=True,
        )
    )
    phases: dict[str, float] = {}
    for row in table.filter(is_phase).select(columns).to_pylist():
        phases[row["site_id"]] = phases.get(row["site_id"], 0.0) + (row["homes_planned"] or 0.0)
    return tuple(
        f"site {site}: phases add up to {homes:,.0f} homes, not {planned[site]:,.0f} as planned"
        for site, homes in sorted(phases.items())
        if planned.get(site) is not None and homes > planned[site]
    )
