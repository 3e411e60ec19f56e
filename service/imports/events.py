"""Imports events of series from delimited text: breaks, lockdowns, changes of recording."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from service.coverage.spans import listed
from service.imports.files.dates import EXAMPLES, DateForm, parse_dates
from service.imports.files.delimited import DelimitedFile
from service.imports.files.single_file import FileOptions, list_rejects, read_rows, summary_of
from service.imports.files.summary import ImportSummary
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
class EventOptions(FileOptions):
    """Options of an import of events.

    Attributes
    ----------
    date_form : "iso", "uk" or "us"
        The form of every date.
    names : callable or None
        With which datasets and categories are compared.
    """

    date_form: DateForm = "iso"
    names: KnownNames | None = None


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
    contents = read_rows(path, options)
    store.check_import(contents.file, replace=options.replace)
    names = contents.usual_names(COLUMNS, required=("name", "first_day"))
    table = _rows(contents, names, options)
    rejects_path = list_rejects(contents, path, options, store_folder=store.folder, stem="events")
    options.progress("writing", 0.8)
    committed = store.append(
        table,
        file=contents.file,
        source=options.source,
        licence=options.licence,
        replace=options.replace,
    )
    options.progress("done", 1.0)
    breaks = int(pc.sum(table.column("is_break").cast(pa.int64())).as_py() or 0)
    return summary_of(
        contents,
        committed,
        kind="events",
        target=f"events of series, {breaks} of them breaks",
        written=table.num_rows,
        rejects_path=rejects_path,
        notes=(*contents.unused_notes(names.values()), *_unknown(table, options.names)),
    )


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
        categories = None if names is None else names(dataset)
        if categories is None:
            notes += [f"dataset {dataset} is not imported"] if names is not None else []
            continue
        of_dataset = [row for row in rows if row["dataset"] == dataset]
        stated = {row[field] for row in of_dataset for field in ("category", "subcategory")} - {
            None
        }
        if not stated <= set(categories):
            notes.append(f"dataset {dataset} has no {listed(sorted(stated - set(categories)))}")
    return notes
