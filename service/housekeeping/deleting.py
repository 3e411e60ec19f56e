"""A deletion from beginning to end: what needs it, and the search before and after."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pyarrow.compute as pc

from boundaries.storage.data_folder import DELETED, DataFolder
from service.housekeeping.deletions import Deletion, DeletionList
from service.housekeeping.errors import BlindSearchError, NeededError
from service.housekeeping.inventory import CACHE, DATASETS, LAYERS, REJECTS, newest_tables
from service.housekeeping.place_days import PlaceDays
from service.housekeeping.purging import GRACE_S, Dead, dead_rows, purge, wait_for_readers
from service.housekeeping.removal import Removal, remaining_parts, remaining_rows, remove
from service.housekeeping.searching import (
    Progress,
    SearchResult,
    no_progress,
    search,
    traces_of,
)
from service.housekeeping.traces import Traces
from service.imports.files.rejects import default_path
from service.store.delta import TableVersion, newest_version
from service.store.source_files import SourceFile


@dataclass(frozen=True)
class Searches:
    """The same search before and after.

    Attributes
    ----------
    before, after : SearchResult
        The first shows that the search finds what is there.
    """

    before: SearchResult
    after: SearchResult

    def lines(self) -> list[str]:
        """Both, for who reads them.

        Returns
        -------
        list of str
            A line each, and one per place that still holds a value.
        """
        places = [f"    {name}: {where}" for name, where in self.after.places.items()]
        return [f"before: {self.before}", f"after: {self.after}", *places]


def dependants(data: DataFolder, removal: Removal) -> tuple[str, ...]:
    """What else in a data folder needs what a removal removes, with the way to go on.

    Parameters
    ----------
    data : DataFolder
        ``HOTSPOTS_DATA_DIR``.
    removal : Removal
        Of the folder as it is now.

    Returns
    -------
    tuple of str
        A phrase each; empty where nothing needs it.
    """
    deletion = removal.deletion
    needed_by: list[str] = []
    for name, table in newest_tables(data):
        dataset = name.removeprefix(f"{DATASETS}/")
        if deletion.kind == LAYERS:
            needed_by += _needs_layer(table, dataset, deletion.name)
        elif deletion.kind == "measures" and dataset != name:
            measure = deletion.where.get("measure", "")
            denominator = str(table.facts.get("denominator", ""))
            if denominator and denominator == (measure or denominator):
                needed_by.append(
                    f"dataset {dataset} has rates per {denominator} (hotspots delete incidents "
                    f"{dataset}, or import again with another --denominator)"
                )
    return tuple(needed_by)


def delete(
    data: DataFolder,
    removal: Removal,
    *,
    purged: bool = False,
    grace_s: float = GRACE_S,
    force: bool = False,
    renew: Callable[[], None] | None = None,
    progress: Progress = no_progress,
) -> Searches:
    """Delete, and search the data folder for what was deleted before and after.

    Parameters
    ----------
    data : DataFolder
        ``HOTSPOTS_DATA_DIR``, locked.
    removal : Removal
        Of the folder as it is now.
    purged : bool
        Whether everything dead is purged too.
    grace_s : float
        How long who reads an earlier version is left in peace before that.
    force : bool
        Whether to delete what other data need.
    renew : callable or None
        Brings what is made of the rows up to date once they are deleted, before the purge.
    progress : callable
        Is told the task and the share done.

    Returns
    -------
    Searches
        Without `purged` the second finds what earlier versions still hold.

    Raises
    ------
    NeededError
        If other data need it, and not `force`.
    BlindSearchError
        If the search does not find what is there; nothing is deleted then.
    """
    needed_by = dependants(data, removal)
    if needed_by and not force:
        deletion = removal.deletion
        what = f"layer {deletion.name}" if deletion.kind == LAYERS else deletion.kind
        raise NeededError(what, needed_by)
    traces = traces_of([removal.rows], list(remaining_parts(data, removal)))
    pairs = PlaceDays.of([removal.rows], remaining_rows(data, removal))
    before = _search_before(data, traces, pairs, progress)
    companions = list(_companions(data, removal))
    DeletionList(data).record(removal.deletion)
    remove(data, removal)
    for name in companions:
        data.remove(name)
    if renew is not None:
        renew()
    if purged:
        purge(data, wait_for_readers(data, grace_s=grace_s, progress=progress), progress=progress)
    return Searches(before, search(data, traces, pairs, progress=progress))


def purge_and_search(
    data: DataFolder, dead: Dead, *, progress: Progress = no_progress
) -> Searches:
    """Purge, and search the data folder for what was purged before and after.

    Parameters
    ----------
    data : DataFolder
        ``HOTSPOTS_DATA_DIR``, locked.
    dead : Dead
        Of this moment.
    progress : callable
        Is told the task and the share done.

    Returns
    -------
    Searches
        For the values that only dead files have.

    Raises
    ------
    BlindSearchError
        If the search does not find what is there; nothing is purged then.
    """
    rows = list(dead_rows(data, dead))
    traces = traces_of(rows, list(remaining_parts(data)))
    pairs = PlaceDays.of(rows, remaining_rows(data))
    before = _search_before(data, traces, pairs, progress)
    purge(data, dead, progress=progress)
    return Searches(before, search(data, traces, pairs, progress=progress))


def finish_interrupted(data: DataFolder) -> int:
    """Finish deletions that were killed after what they deleted had become invisible.

    Parameters
    ----------
    data : DataFolder
        ``HOTSPOTS_DATA_DIR``.

    Returns
    -------
    int
        How many there were.
    """
    finished = 0
    for folder in (data, data.subfolder(DATASETS)):
        for name in folder.names():
            if name.endswith(DELETED):
                folder.remove_tree(name)
                finished += 1
    return finished


def deletion_of_files(data: DataFolder, dataset: str, file: str) -> Deletion:
    """The deletion of the rows of one file of a dataset.

    Parameters
    ----------
    data : DataFolder
        ``HOTSPOTS_DATA_DIR``.
    dataset : str
        Its name.
    file : str
        Name of the file.

    Returns
    -------
    Deletion
        By the digest of its content; of no row where there is none.
    """
    table = newest_version(data.subfolder(f"{DATASETS}/{dataset}"))
    if table is None:
        return Deletion("incidents", dataset)
    rows = table.read(["source_file", "source_sha256"])
    own = rows.filter(pc.field("source_file") == file).column("source_sha256")
    return Deletion.of_values(dataset, "source_sha256", pc.unique(own).to_pylist())


def _search_before(
    data: DataFolder, traces: Traces, pairs: PlaceDays, progress: Progress
) -> SearchResult:
    """The search for what is there: one that does not find it proves nothing afterwards."""
    before = search(data, traces, pairs, progress=progress)
    if (len(traces) and not before.has_values) or (len(pairs) and not before.has_place_days):
        raise BlindSearchError
    return before


def _needs_layer(table: TableVersion, name: str, layer: str) -> Iterator[str]:
    """In what a table needs a layer."""
    layers = table.read(["area_layer"])["area_layer"] if "area_layer" in table.columns else ()
    if len(layers) and layer in pc.unique(layers).to_pylist():
        yield (
            f"records of dataset {name} have its codes (hotspots delete incidents {name}, or "
            "import again with another --area-layer)"
        )
    if name == "measures":
        rows = table.read(["layer", "measure"])
        own = rows.filter(pc.field("layer") == layer).column("measure")
        for measure in sorted(pc.unique(own).to_pylist()):
            yield f"measure {measure} (hotspots delete measures {measure} --layer {layer})"
    if name == "lookups":
        rows = table.read(["from_layer", "to_layer"])
        for row in rows.group_by(rows.column_names).aggregate([]).to_pylist():
            if layer in row.values():
                start, end = row["from_layer"], row["to_layer"]
                yield (
                    f"the lookup from {start} to {end}, by which layers are derived and codes "
                    f"found (hotspots delete lookups {start} {end})"
                )


def _companions(data: DataFolder, removal: Removal) -> Iterator[str]:
    """Files beside the data that go with them: lists of rejected rows, and cache entries."""
    deletion, is_whole = removal.deletion, removal.condition is None
    stem, digests = deletion.name or deletion.kind, set()
    if deletion.kind == "measures":
        stem = f"{deletion.where.get('layer', '')}-{deletion.where.get('measure', '')}"
    elif deletion.kind == "harm_indices":
        stem = f"harm-index-{deletion.where['harm_index']}"
    elif deletion.kind == DATASETS:
        tables = dict(newest_tables(data))
        table = tables.get(f"{DATASETS}/{deletion.name}")
        for record in () if table is None else table.imports:
            files = [SourceFile(file["name"], file["sha256"]) for file in record["files"]]
            if removal.file_digests & {file.sha256 for file in files}:
                digests.add(default_path(Path(), "", files).stem.removeprefix("-"))
    for name in data.subfolder(REJECTS).names():
        beginning, _, ending = name.lstrip(".").rpartition("-")
        is_own = beginning in (stem, f"{stem}-postcodes-not-found")
        if is_own and (
            is_whole or deletion.kind in ("measures", "harm_indices") or ending[:8] in digests
        ):
            yield f"{REJECTS}/{name}"
    if is_whole and deletion.name:
        for kind in data.subfolder(CACHE).names():
            for name in data.subfolder(f"{CACHE}/{kind}").names():
                if deletion.name in name.split(".")[:3]:
                    yield f"{CACHE}/{kind}/{name}"
