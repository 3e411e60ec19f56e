"""Imports events of series from delimited text: breaks, lockdowns, changes of recording."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from service.config.settings import ImportSettings
from service.coverage.spans import listed
from service.imports.files import rejects as rejecting
from service.imports.files.dates import EXAMPLES, DateForm, parse_dates
from service.imports.files.delimited import DelimitedFile, read_delimited
from service.imports.files.sources import LIMITS, regular_file
from service.imports.files.summary import FileSummary, ImportSummary, Progress, silent
from service.store.errors import ImportRefusedError
from service.store.incident_rows import PRECISIONS
from service.store.reference.events import EventStore

COLUMNS: Final = {
    "event_id": ("event_id", "id"),
    "name": ("name", "event", "title"),
    "kind": ("kind", "type"),
    "first_day": ("from", "date", "start", "first_day"),
    "last_day": ("to", "end", "last_day"),
    "dataset": ("dataset",),
    "category": ("category",),
    "subcategory": ("subcategory",),
    "is_break": ("break", "is_break"),
    "source": ("source",),
    "licence": ("licence", "license"),
}
_YES, _NO = ("yes", "y", "true", "1"), ("no", "n", "false", "0")

KnownNames = Callable[[str], Collection[str] | None]
"""The categories and subcategories of a dataset; None where there is no such dataset."""


@dataclass(frozen=True)
class EventOptions:
    """Options of an import of events.

    Attributes
    ----------
    source, licence : str
        Of events whose row states none.
    date_form : "iso", "uk" or "us"
        The form of every date.
    names : callable or None
        With which datasets and categories are compared.
    """

    source: str = ""
    licence: str = ""
    date_form: DateForm = "iso"
    delimiter: str | None = None
    replace: bool = False
    strict: bool = False
    max_rejected_share: float = rejecting.MAX_REJECTED_SHARE
    rejects_path: Path | None = None
    names: KnownNames | None = None
    limits: ImportSettings = LIMITS
    progress: Progress = silent


def import_events(
    store: EventStore, path: Path, options: EventOptions | None = None
) -> ImportSummary:
    """Import events, all in one commit.

    Parameters
    ----------
    store : EventStore
        Where the events go.
    path : Path
        Delimited text with a header; columns are recognised by the names in `COLUMNS`.
    options : EventOptions or None
        Source, licence and limits; None: the defaults.

    Returns
    -------
    ImportSummary
        Counts, rejects and notes.

    Raises
    ------
    ImportRefusedError
        If a required column is missing, or too many rows are unusable.
    AlreadyImportedError, SameNameError, EventExistsError
        Without ``options.replace``, if the file or one of its events is already stored.
    """
    options = options or EventOptions()
    options.progress("reading", 0.0)
    content = regular_file(path, options.limits).read_bytes()
    contents = read_delimited(
        content, name=path.name, delimiter=options.delimiter, limits=options.limits
    )
    store.check_import(contents.file, replace=options.replace)
    names = _columns(contents)
    table = _rows(contents, names, options)
    rejects = sorted(contents.check.rejects, key=lambda reject: (reject.row, reject.column))
    rejects_path = None
    if rejects:
        rejects_path = options.rejects_path or rejecting.default_path(
            store.folder, "events", [contents.file]
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
    breaks = int(pc.sum(table.column("is_break").cast(pa.int64())).as_py() or 0)
    return ImportSummary(
        kind="events",
        target=f"events of series, {breaks} of them breaks",
        version=committed.version,
        files=(file,),
        read=file.read,
        written=file.written,
        rejected=file.rejected,
        replaced=committed.rows_replaced,
        rejected_for=rejecting.group_rejects(rejects),
        rejects_path=rejects_path,
        notes=(*contents.notes, *notes, *_unknown(table, options.names), *committed.notes),
    )


def _columns(contents: DelimitedFile) -> dict[str, str]:
    """The column of the file that holds each thing, by its usual names."""
    by_lower = {name.lower().replace(" ", "_"): name for name in contents.columns}
    names = {
        field: next(by_lower[name] for name in usual if name in by_lower)
        for field, usual in COLUMNS.items()
        if not by_lower.keys().isdisjoint(usual)
    }
    for field in ("name", "first_day"):
        if field not in names:
            raise ImportRefusedError(
                contents.file.name,
                f"has no column called {' or '.join(COLUMNS[field])}; "
                f"its columns are: {', '.join(contents.columns)}",
            )
    return names


def _rows(contents: DelimitedFile, names: dict[str, str], options: EventOptions) -> pa.Table:
    """The usable rows, with the columns of the table; the others are rejected."""
    check, rows = contents.check, contents.table
    empty = pa.chunked_array([pa.nulls(rows.num_rows, pa.string())])
    text = {field: rows.column(names[field]) if field in names else empty for field in COLUMNS}
    check.reject(text["name"].is_null().to_numpy(), names["name"], text["name"], "is blank")
    for field in ("event_id", "name", "kind", "dataset", "category", "subcategory"):
        if field in names:
            contents.reject_long(names[field])
    first = parse_dates(text["first_day"], form=options.date_form)
    last = parse_dates(text["last_day"], form=options.date_form)
    not_a_date = f"is not a date such as {EXAMPLES[options.date_form]}"
    check.reject(first.blank, names["first_day"], text["first_day"], "is blank")
    check.reject(first.bad, names["first_day"], text["first_day"], not_a_date)
    last_name = names.get("last_day", "to")
    check.reject(last.bad, last_name, text["last_day"], not_a_date)
    # A month ends with its last day.
    is_month = last.precision == PRECISIONS.index("month")
    month_end = (last.occurred.astype("datetime64[M]") + 1).astype("datetime64[D]") - 1
    first_day = first.occurred.astype("datetime64[D]")
    last_day = np.where(is_month, month_end, last.occurred.astype("datetime64[D]"))
    is_reversed = last_day < first_day  # False where either is not a date
    check.reject(is_reversed, last_name, text["last_day"], f"is before {names['first_day']}")
    is_break = pc.utf8_lower(text["is_break"].fill_null(_NO[0]))
    is_neither = pc.invert(pc.is_in(is_break, pa.array([*_YES, *_NO]))).to_numpy()
    check.reject(is_neither, names.get("is_break", "break"), text["is_break"], "is not yes or no")
    event_id = pc.coalesce(text["event_id"], text["name"])
    _reject_repeated(contents, names.get("event_id", names["name"]), event_id)
    columns = {
        **text,
        "event_id": event_id,
        "first_day": pa.array(first_day),
        "last_day": pa.array(last_day, mask=np.isnat(last_day)),
        "is_break": pc.is_in(is_break, pa.array(_YES)),
        "source_row": pa.array(check.row_numbers),
    }
    return check.usable_rows(pa.table(columns))


def _reject_repeated(contents: DelimitedFile, column: str, event_id: pa.ChunkedArray) -> None:
    """Reject the second and later usable rows of an event."""
    ids: set[str] = set()
    is_repeat = np.zeros(len(event_id), np.bool_)
    for row in np.flatnonzero(contents.check.usable).tolist():
        value = event_id[row].as_py()
        is_repeat[row] = value in ids
        ids.add(value)
    contents.check.reject(is_repeat, column, event_id, "is that of an earlier row")


def _unknown(table: pa.Table, names: KnownNames | None) -> list[str]:
    """Notes on datasets and categories that are not there: such events will not be seen."""
    notes = []
    rows = table.select(["dataset", "category", "subcategory"]).to_pylist()
    for dataset in sorted({row["dataset"] for row in rows if row["dataset"]}):
        known = None if names is None else names(dataset)
        if known is None:
            notes += [f"dataset {dataset} is not imported"] if names is not None else []
            continue
        own = [row for row in rows if row["dataset"] == dataset]
        stated = {row[field] for row in own for field in ("category", "subcategory")} - {None}
        if not stated <= set(known):
            notes.append(f"dataset {dataset} has no {listed(sorted(stated - set(known)))}")
    return notes
