"""A history of imports, written once, and what a dataset has when it is read."""

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from boundaries.storage.data_folder import DataFolder
from service.store.commits import Plan, commit
from service.store.contents import rows_digest
from service.store.delta import newest_version
from service.store.errors import UnknownDatasetError
from service.store.incidents import IncidentStore
from service.store.row_conditions import RowCondition
from tests.service.store.rows import CRS, a_file, incident_rows
from tests.simulations.disks import Files, Journal, JournalFolder, Operation, files_of

Content = tuple[str, tuple[str, ...]]
"""A dataset as it is read: its title, and the file and id of each row in order."""

NOTHING: Content = ("", ())
Import = Callable[[IncidentStore], object]


def adding(name: str, seed: int, n: int, title: str = "", *, replace: bool = False) -> Import:
    """The import of a file of n rows."""

    def run(store: IncidentStore) -> object:
        rows = incident_rows(n, seed=seed)
        content = f"{name} {seed}".encode()
        return store.append("d", rows, files=[a_file(name, content)], title=title, replace=replace)

    return run


def repeating_ids(store: IncidentStore) -> object:
    """An import whose rows take the place of those with the same ids, whatever file they are of."""
    rows = incident_rows(6, seed=2, sex=["F"] * 6)
    return store.append("d", rows, files=[a_file("c")], replace_ids=True, licence="OGL")


def taking_out(store: IncidentStore) -> object:
    """A commit that takes the rows of a file out and adds none."""
    folder = DataFolder.of(store._folder).subfolder("d")
    plan = Plan(RowCondition(({"source_file": ["b"]},)))
    current = newest_version(folder)
    assert current is not None
    none = current.schema.empty_table()
    return commit(folder, none, name="d", facts={}, plan=lambda _: plan)


HISTORY: tuple[Import, ...] = (
    adding("a", 1, 9, "first"),
    adding("b", 2, 8, "second"),
    adding("a", 3, 7, "third", replace=True),
    repeating_ids,
    taking_out,
)
LATER = adding("later", 9, 5)


@dataclass(frozen=True)
class Step:
    """One import of the history: what was on disk before it, what it did, and what it says."""

    number: int
    files: Files
    operations: tuple[Operation, ...]
    before: Content
    after: Content

    def on_a_disk_without_syncs(self) -> "Step":
        """The same import on a disk that does not do what it says."""
        done = tuple(op for op in self.operations if not op.kind.startswith("sync"))
        return dataclasses.replace(self, operations=done)


def content_of(folder: Path) -> Content:
    """The dataset as a new process reads it, after its digest has been compared with its rows."""
    store = IncidentStore(folder, crs=CRS)
    try:
        incidents = store.open("d")
    except UnknownDatasetError:
        return NOTHING
    rows = incidents.rows()
    assert incidents._table.content.rows == rows_digest(rows.to_batches()), "digest of other rows"
    names = zip(*(rows.column(n).to_pylist() for n in ("source_file", "incident_id")), strict=True)
    return incidents.title, tuple(sorted(f"{name} {row}" for name, row in names))


def written_history(folder: Path) -> list[Step]:
    """The history, each import with what it did to the disk."""
    steps, before = [], NOTHING
    for number, run in enumerate(HISTORY):
        files = files_of(folder)
        journal = Journal(folder)
        run(IncidentStore(JournalFolder(folder / "incidents", journal), crs=CRS))
        after = content_of(folder / "incidents")
        steps.append(Step(number, files, tuple(journal.operations), before, after))
        before = after
    return steps
