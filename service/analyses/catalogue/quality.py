"""The quality of a dataset: what its imports found, and how many of its records are located."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

import numpy as np

from service.analyses.catalogue.catalogue import Catalogue
from service.analyses.catalogue.rows import QualityRow
from service.model.answers import Table
from service.model.provenance import dataset_source, provenance, short_digest
from service.store.contents import ImportRecord
from service.store.incidents import Incidents, IncidentStore
from service.store.source_files import SourceFile

WHOLE: Final = 0  # the number of no import: the dataset as it is
NO_RECORD: Final = (
    "Of files without rows read, the import kept no record: they were imported by an earlier "
    "release, or not from a file."
)


@dataclass(frozen=True)
class Finding:
    """One row of the table: something found of so many records, out of so many."""

    import_: int
    finding: str
    records: int
    out_of: int
    file: str | None = None
    sha256: str | None = None
    month: str | None = None
    field: str | None = None
    reason: str | None = None
    first: str | None = None
    last: str | None = None


class DataQuality:
    """What is known of the quality of each dataset.

    Parameters
    ----------
    incidents : IncidentStore
        The datasets, and the records of their imports.
    catalogue : Catalogue
        Counts what lies outside the study area.
    """

    def __init__(self, *, incidents: IncidentStore, catalogue: Catalogue) -> None:
        self._incidents = incidents
        self._catalogue = catalogue

    def version(self, dataset: str) -> str:
        """A short digest of everything that the table depends on.

        Parameters
        ----------
        dataset : str
            Id of the dataset.

        Returns
        -------
        str
            It changes with the dataset, the study area and what the imports found.
        """
        catalogue_version = self._catalogue.datasets_version()
        table_version = self._incidents.revision(dataset)
        return short_digest(table_version, catalogue_version, self._incidents.imports(dataset))

    def table(self, dataset: str) -> Table:
        """One `QualityRow` per finding: of each import and its files, then of the dataset.

        Parameters
        ----------
        dataset : str
            Id of the dataset.

        Returns
        -------
        Table
            Imports in their order, then the dataset as a whole, then its months.
        """
        incidents = self._incidents.open(dataset)
        imports = self._incidents.imports(dataset)
        rows_now = self._incidents.imported_files(dataset)
        # A file that was imported again is in the dataset by the last import of it.
        last_import = {
            SourceFile(file["name"], file["sha256"]): number
            for number, record in enumerate(imports, start=1)
            for file in record["files"]
        }
        rows: list[Finding] = []
        for number, record in enumerate(imports, start=1):
            rows_of_it = {
                file: count for file, count in rows_now.items() if last_import.get(file) == number
            }
            rows += _of_import(number, record, rows_of_it)
        rows += _of_unknown_files(imports, rows_now)
        rows += _of_dataset(incidents, self._catalogue.outside(incidents))
        rows += _of_months(incidents)
        is_recorded = all("read" in file for record in imports for file in record["files"])
        located = int(np.count_nonzero(incidents.located))
        return Table(
            kind="data-quality",
            row=QualityRow,
            columns=_columns(rows),
            provenance=provenance(
                sources={"dataset": dataset_source(incidents)},
                filter={},
                method={
                    "name": "data quality",
                    "imports": len(imports),
                    "study_area": self._catalogue.study_layer(),
                },
                counts={
                    "records": len(incidents),
                    "located": located,
                    "unlocated": len(incidents) - located,
                },
                notes=() if imports and is_recorded else (NO_RECORD,),
            ),
        )


def _of_import(
    number: int, record: ImportRecord, rows_now: Mapping[SourceFile, int]
) -> Iterator[Finding]:
    """What one import found in each file, and in all of them."""
    read = sum(file.get("read", 0) for file in record["files"])
    for file in record["files"]:
        now = rows_now.get(SourceFile(file["name"], file["sha256"]), 0)
        yield from _of_file(number, file, now)
    for group in record.get("rejected_for", ()):
        field, reason = group["column"] or None, group["reason"]
        yield Finding(number, "rejected", group["rows"], read, field=field, reason=reason)
    if record.get("repeated_rows"):
        on_repeat = f"--on-repeat {record['on_repeat']}"
        yield Finding(number, "id repeated", record["repeated_rows"], read, reason=on_repeat)
    for text, count in record.get("findings", {}).items():
        yield Finding(number, "noted", count, read, reason=text)


def _of_file(number: int, file: Mapping[str, Any], now: int) -> Iterator[Finding]:
    """What one import found in a file, and how many of its rows are in the dataset now."""
    of_file = partial(Finding, number, file=file["name"], sha256=file["sha256"])
    if "read" in file:
        read, rejected = file["read"], file["rejected"]
        superseded, left_out = file["superseded"], file["left_out"]
        first, last = file["first"] or None, file["last"] or None
        yield of_file("read", read, read)
        yield of_file("imported", file["written"], read, first=first, last=last)
        yield of_file("rejected", rejected, read)
        if superseded:
            yield of_file("left out for a later row", superseded, read)
        if left_out:
            yield of_file("outside --from and --to", left_out, read)
        yield of_file("not located", file["not_located"], read - rejected - left_out)
    yield of_file("in the dataset", now, file.get("written", now))


def _of_unknown_files(
    imports: tuple[ImportRecord, ...], rows_now: Mapping[SourceFile, int]
) -> Iterator[Finding]:
    """The files of the dataset that no import has a record of."""
    names = {
        SourceFile(file["name"], file["sha256"]) for record in imports for file in record["files"]
    }
    for file, count in sorted(rows_now.items(), key=lambda item: item[0].name):
        if file not in names:
            yield Finding(
                WHOLE, "in the dataset", count, count, file=file.name, sha256=file.sha256
            )


def _of_dataset(incidents: Incidents, outside: int | None) -> Iterator[Finding]:
    """The records of the dataset as it is."""
    records, located = len(incidents), incidents.located_count
    info = incidents.info()
    yield Finding(WHOLE, "records", records, records, first=info.first, last=info.last)
    yield Finding(WHOLE, "located", located, records)
    yield Finding(WHOLE, "not located", records - located, records)
    if outside is not None:
        yield Finding(WHOLE, "outside the study area", outside, records)
    has_code = incidents.area_code >= 0
    for number, layer in (*enumerate(incidents.area_layers), (-1, "no layer that is known")):
        coded = int(np.count_nonzero(has_code & (incidents.area_layer == number)))
        if coded:
            yield Finding(WHOLE, "with an area code", coded, records, reason=f"of {layer}")
    day = incidents.occurred.astype("datetime64[D]")
    for span in incidents.coverage.spans:
        is_inside = (day >= np.datetime64(span.first)) & (day <= np.datetime64(span.last))
        covered, ends = int(np.count_nonzero(is_inside)), (str(span.first), str(span.last))
        yield Finding(WHOLE, "days covered", covered, records, first=ends[0], last=ends[1])
    not_covered = int(np.count_nonzero(~incidents.coverage.covers(day)))
    yield Finding(WHOLE, "dated to days not covered", not_covered, records)
    repeated = incidents.repeated_ids
    yield Finding(WHOLE, "ids in several records", repeated, repeated)


def _of_months(incidents: Incidents) -> Iterator[Finding]:
    """The located records of each month that has records."""
    month = incidents.occurred.astype("datetime64[M]")
    months, index = np.unique(month, return_inverse=True)
    records = np.bincount(index, minlength=len(months)).tolist()
    located = np.bincount(index[incidents.located], minlength=len(months)).tolist()
    for label, count, of_month in zip(months, located, records, strict=True):
        yield Finding(WHOLE, "located", count, of_month, month=str(label))


def _columns(rows: list[Finding]) -> dict[str, Any]:
    """The rows as the columns of a `QualityRow`."""
    shares = [row.records / row.out_of if row.out_of else np.nan for row in rows]
    texts = {
        name: np.array([getattr(row, name) for row in rows], dtype=object)
        for name in ("file", "month", "finding", "field", "reason", "first", "last", "sha256")
    }
    return {
        "import": np.array([row.import_ for row in rows], dtype=np.int64),
        "file": texts["file"],
        "month": texts["month"],
        "finding": texts["finding"],
        "field": texts["field"],
        "reason": texts["reason"],
        "records": np.array([row.records for row in rows], dtype=np.int64),
        "out_of": np.array([row.out_of for row in rows], dtype=np.int64),
        "share": np.array(shares, dtype=np.float64),
        "first": texts["first"],
        "last": texts["last"],
        "sha256": texts["sha256"],
    }
