"""Imports groups of areas from delimited text."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import pyarrow as pa

from service.imports.files.delimited import DelimitedFile
from service.imports.files.single_file import FileOptions, list_rejects, read_rows, summary_of
from service.imports.files.summary import ImportSummary
from service.store.reference.area_groups import AreaGroupStore

COLUMNS: Final = {
    "area_group": ("group", "area_group"),
    "layer": ("layer",),
    "code": ("code", "area_code"),
    "name": ("name", "area_name", "area"),
}


@dataclass(frozen=True)
class AreaGroupOptions(FileOptions):
    """Options of an import of groups of areas.

    Attributes
    ----------
    layer : str
        Of the codes, where no column has it.
    """

    layer: str = ""


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
    contents = read_rows(path, options)
    store.check_import(contents.file, replace=options.replace)
    required = ("area_group", "code") if options.layer else ("area_group", "layer", "code")
    names = contents.usual_names(COLUMNS, required)
    table = _rows(contents, names, options)
    rejects_path = list_rejects(
        contents, path, options, store_folder=store.folder, stem="area_groups"
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
    groups = len(set(table.column("area_group").to_pylist()))
    return summary_of(
        contents,
        committed,
        kind="area groups",
        target=f"{groups} group{'' if groups == 1 else 's'} of areas",
        written=table.num_rows,
        rejects_path=rejects_path,
        notes=contents.unused_notes(names.values()),
    )


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
