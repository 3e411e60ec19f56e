"""Imports groups of areas from delimited text."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import pyarrow as pa

from service.config.settings import ImportSettings
from service.imports.files import rejects as rejecting
from service.imports.files.delimited import DelimitedFile, read_delimited
from service.imports.files.sources import LIMITS, regular_file
from service.imports.files.summary import FileSummary, ImportSummary, Progress, silent
from service.store.errors import ImportRefusedError
from service.store.reference.area_groups import AreaGroupStore

COLUMNS: Final = {
    "area_group": ("group", "area_group"),
    "layer": ("layer",),
    "code": ("code", "area_code"),
    "name": ("name", "area_name", "area"),
}


@dataclass(frozen=True)
class AreaGroupOptions:
    """Options of an import of groups of areas.

    Attributes
    ----------
    layer : str
        Of the codes, where no column has it.
    source, licence : str
        Kept with every row.
    """

    layer: str = ""
    source: str = ""
    licence: str = ""
    delimiter: str | None = None
    replace: bool = False
    strict: bool = False
    max_rejected_share: float = rejecting.MAX_REJECTED_SHARE
    rejects_path: Path | None = None
    limits: ImportSettings = LIMITS
    progress: Progress = silent


def import_area_groups(
    store: AreaGroupStore, path: Path, options: AreaGroupOptions | None = None
) -> ImportSummary:
    """Import groups of areas, all in one commit.

    Parameters
    ----------
    store : AreaGroupStore
        Where the groups go.
    path : Path
        Delimited text with a header: one row per area of a group; see `COLUMNS`.
    options : AreaGroupOptions or None
        Source, licence and limits; None: the defaults.

    Returns
    -------
    ImportSummary
        Counts, rejects and notes.

    Raises
    ------
    ImportRefusedError
        If a required column is missing, or too many rows are unusable.
    AlreadyImportedError, SameNameError, AreaGroupExistsError
        Without ``options.replace``, if the file or one of its groups is already stored.
    DatasetSettingsError
        If a name cannot be a layer's.
    """
    options = options or AreaGroupOptions()
    options.progress("reading", 0.0)
    content = regular_file(path, options.limits).read_bytes()
    contents = read_delimited(
        content, name=path.name, delimiter=options.delimiter, limits=options.limits
    )
    store.check_import(contents.file, replace=options.replace)
    names = _columns(contents, options)
    table = _rows(contents, names, options)
    rejects = sorted(contents.check.rejects, key=lambda reject: (reject.row, reject.column))
    rejects_path = None
    if rejects:
        rejects_path = options.rejects_path or rejecting.default_path(
            store.folder, "area_groups", [contents.file]
        )
        rejecting.check_not_source(rejects_path, [path])
        rejecting.write_rejects(rejects_path, rejects)
    rejecting.check_share(
        rejects,
        rows=contents.rows_read,
        files=contents.file.name,
        strict=options.strict,
        max_share=options.max_rejected_share,
        listed_in=rejects_path,
    )
    options.progress("writing", 0.8)
    committed = store.append(
        table,
        file=contents.file,
        source=options.source,
        licence=options.licence,
        replace=options.replace,
    )
    options.progress("done", 1.0)
    file = FileSummary(
        name=contents.file.name,
        sha256=contents.file.sha256,
        encoding=contents.encoding,
        read=contents.rows_read,
        written=table.num_rows,
        rejected=contents.rows_read - table.num_rows,
        blank=contents.blank,
    )
    unused = [name for name in contents.columns if name not in names.values()]
    notes = [f"columns that are not used: {', '.join(unused)}"] if unused else []
    groups = len(set(table.column("area_group").to_pylist()))
    return ImportSummary(
        kind="area groups",
        target=f"{groups} group{'' if groups == 1 else 's'} of areas",
        version=committed.version,
        files=(file,),
        read=file.read,
        written=file.written,
        rejected=file.rejected,
        replaced=committed.rows_replaced,
        rejected_for=rejecting.group_rejects(rejects),
        rejects_path=rejects_path,
        notes=(*contents.notes, *notes, *committed.notes),
    )


def _columns(contents: DelimitedFile, options: AreaGroupOptions) -> dict[str, str]:
    """The column of the file that holds each thing, by its usual names."""
    by_lower = {name.lower().replace(" ", "_"): name for name in contents.columns}
    names = {
        field: next(by_lower[name] for name in usual if name in by_lower)
        for field, usual in COLUMNS.items()
        if not by_lower.keys().isdisjoint(usual)
    }
    required = ("area_group", "code") if options.layer else ("area_group", "layer", "code")
    for field in required:
        if field not in names:
            raise ImportRefusedError(
                contents.file.name,
                f"has no column called {' or '.join(COLUMNS[field])}; "
                f"its columns are: {', '.join(contents.columns)}",
            )
    return names


def _rows(contents: DelimitedFile, names: dict[str, str], options: AreaGroupOptions) -> pa.Table:
    """The usable rows, with the columns of the table; the others are rejected."""
    check, rows = contents.check, contents.table
    empty = pa.chunked_array([pa.nulls(rows.num_rows, pa.string())])
    text = {field: rows.column(names[field]) if field in names else empty for field in COLUMNS}
    if "layer" not in names:
        text["layer"] = empty.fill_null(options.layer)
    for field, name in names.items():
        contents.reject_long(name)
        if field != "name":
            check.reject(text[field].is_null().to_numpy(), name, text[field], "is blank")
    areas = [text[field].to_pylist() for field in ("layer", "area_group", "code")]
    seen: set[tuple[str, ...]] = set()
    is_repeat = np.zeros(rows.num_rows, np.bool_)
    for row in np.flatnonzero(check.usable).tolist():
        key = tuple(values[row] for values in areas)
        is_repeat[row] = key in seen
        seen.add(key)
    check.reject(is_repeat, names["code"], text["code"], "is in the group already")
    return check.usable_rows(pa.table({**text, "source_row": pa.array(check.row_numbers)}))
