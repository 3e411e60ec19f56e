"""Purging: dead versions, logs, caches, lists of rejected rows and leftovers, for good."""

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from boundaries.storage.data_folder import DELETED, UNFINISHED, DataFolder
from service.delta_log.checkpoints import write_checkpoint
from service.delta_log.log import LAST_CHECKPOINT, LOG
from service.housekeeping.inventory import (
    CACHE,
    DATASETS,
    PUBLISHED,
    REJECTS,
    all_files,
    damaged_tables,
    data_files,
    layer_files,
    layer_header,
    newest_tables,
    table_names,
)
from service.housekeeping.searching import Progress, no_progress
from service.store.delta import TableVersion, newest_version

GRACE_S = 60.0  # a reader that has opened a version is done with its files after that
PARTIAL = ".partial"


@dataclass
class Dead:
    """What nothing in use refers to, relative to the data folder.

    Attributes
    ----------
    rows, logs, caches, rejects, leftovers : list of str
        Data files of versions that are not the newest; log files of these; cache entries of
        layers and datasets that are not there or have changed; lists of rejected rows; what
        killed programs left.
    damaged : tuple of str
        Tables that are left as they are, since what they need is not known.
    """

    rows: list[str] = field(default_factory=list)
    logs: list[str] = field(default_factory=list)
    caches: list[str] = field(default_factory=list)
    rejects: list[str] = field(default_factory=list)
    leftovers: list[str] = field(default_factory=list)
    damaged: tuple[str, ...] = ()

    @property
    def files(self) -> list[str]:
        """All of them, in the order in which they are removed."""
        return [*self.rows, *self.logs, *self.caches, *self.rejects, *self.leftovers]

    def lines(self) -> list[str]:
        """What will be removed, for the person who decides.

        Returns
        -------
        list of str
            A line per kind that there is some of.
        """
        kinds = {
            "data files of earlier versions": self.rows,
            "log files of earlier versions": self.logs,
            "cache entries of what has changed or gone": self.caches,
            "lists of rejected rows": self.rejects,
            "leftovers of interrupted programs": self.leftovers,
        }
        lines = [f"{len(files):,} {kind}" for kind, files in kinds.items() if files]
        return lines + [f"{name} is damaged, and left as it is" for name in self.damaged]


def dead_files(data: DataFolder) -> Dead:
    """What a purge would remove now.

    Parameters
    ----------
    data : DataFolder
        ``HOTSPOTS_DATA_DIR``.

    Returns
    -------
    Dead
        Nothing in it that the newest version of anything needs.
    """
    dead, versions = Dead(damaged=tuple(damaged_tables(data))), {}
    tables = dict(newest_tables(data))
    for name in table_names(data):
        if name in dead.damaged:
            continue
        table = tables.get(name)
        versions[name.removeprefix(f"{DATASETS}/")] = "" if table is None else table.revision
        rows, logs = _dead_of_table(data.subfolder(name), table)
        dead.rows += [f"{name}/{file}" for file in rows]
        dead.logs += [f"{name}/{file}" for file in logs]
    dead.rejects += _files(data, REJECTS)
    dead.leftovers += _leftovers(data, set(dead.files))
    layers = {}
    for file in layer_files(data):
        header = layer_header(data, file)
        if header is not None:
            layers[header.metadata.layer_id] = header.metadata.version
    known = set(dead.leftovers)
    dead.caches += [
        name
        for name in _files(data, CACHE)
        if name not in known and not _is_live_cache(name, layers, versions)
    ]
    return dead


def dead_rows(data: DataFolder, dead: Dead) -> Iterator[pa.Table]:
    """The rows in dead data files and the values in lists of rejected rows.

    Parameters
    ----------
    data : DataFolder
        ``HOTSPOTS_DATA_DIR``.
    dead : Dead
        What a purge removes.

    Yields
    ------
    pyarrow.Table
        One per file that can be read.
    """
    for name in [*dead.rows, *dead.leftovers]:
        if name.endswith(".parquet") and f"/{LOG}/" not in name:
            try:
                yield pq.ParquetFile(data.resolve(name)).read()
            except (pa.ArrowException, OSError):
                continue  # cut short when its writer was killed: its bytes go all the same
    from pyarrow import csv

    for name in dead.rejects:
        try:
            rows = csv.read_csv(
                data.resolve(name),
                parse_options=csv.ParseOptions(newlines_in_values=True),
                convert_options=csv.ConvertOptions(
                    include_columns=["value"], column_types={"value": pa.string()}
                ),
            )
        except (pa.ArrowException, OSError):
            continue
        yield rows


def wait_for_readers(
    data: DataFolder, *, grace_s: float = GRACE_S, progress: Progress = no_progress
) -> Dead:
    """What is dead, once nobody who opened an earlier version can still be reading it.

    Parameters
    ----------
    data : DataFolder
        ``HOTSPOTS_DATA_DIR``.
    grace_s : float
        How long a reader, or the writer of a file that no version names yet, may take; 0 where
        there is none.
    progress : callable
        Is told the task and the share done.

    Returns
    -------
    Dead
        Of this moment.
    """
    dead = dead_files(data)
    while (remaining_s := _changed_s(data, dead) + grace_s - time.time()) > 0:
        progress("waiting for readers of earlier versions", 1 - remaining_s / grace_s)
        time.sleep(min(remaining_s, 1.0))
        dead = dead_files(data)
    return dead


def _changed_s(data: DataFolder, dead: Dead) -> float:
    """When the last of the dead or unfinished files, or the log above them, was written."""
    logs = {name.rpartition("/")[0] for name in dead.logs}
    statuses = [data.status(name) for name in (*dead.rows, *dead.leftovers, *logs)]
    return max((status.changed_ns for status in statuses if status is not None), default=0) / 1e9


def purge(data: DataFolder, dead: Dead, *, progress: Progress = no_progress) -> None:
    """Remove what is dead, in an order in which every moment leaves every table whole.

    Parameters
    ----------
    data : DataFolder
        ``HOTSPOTS_DATA_DIR``.
    dead : Dead
        Of this moment.
    progress : callable
        Is told the task and the share done.

    Raises
    ------
    OSError
        If the folder cannot be written; what was removed so far stays removed.
    """
    for name in table_names(data):
        if name in dead.damaged:
            continue
        progress(f"purging {name}", 0.0)
        _purge_table(data.subfolder(name))
    files = [*dead.caches, *dead.rejects, *dead.leftovers]
    for number, name in enumerate(files):
        progress("removing", number / len(files))
        data.remove(name)
    for parent in sorted({str(Path(name).parent) for name in files}):
        if data.status(parent) is not None:
            data.subfolder(parent).sync_folder()
    for folder in (data, data.subfolder(DATASETS), data.subfolder(PUBLISHED)):
        for name in folder.names():
            if name.endswith(DELETED):
                folder.remove_tree(name)


def _purge_table(folder: DataFolder) -> None:
    """Leave of a table nothing but its newest version; no import runs meanwhile."""
    with folder.locked():
        table = newest_version(folder)
        rows, logs = _dead_of_table(folder, table)
        if table is not None and logs:
            write_checkpoint(folder, table.version)
        for name in (*rows, *logs):
            folder.remove(name)
        if logs:
            folder.subfolder(LOG).sync_folder()
        elif rows:
            folder.sync_folder()


def _dead_of_table(folder: DataFolder, table: TableVersion | None) -> tuple[list[str], list[str]]:
    """Data files that a table no longer has, and log files that its newest version can spare.

    Everything is dead where there is no version: its first import was killed.
    """
    names = [str(path.relative_to(folder.path)) for path in all_files(folder.path)]
    if table is None:
        return [name for name in names if name != ".lock"], []
    needed = data_files(table) | {".lock"}
    logs = [
        name
        for name in names
        if name.startswith(f"{LOG}/") and _is_dead_log(name.removeprefix(f"{LOG}/"), table.version)
    ]
    rows = [name for name in names if not name.startswith(f"{LOG}/") and name not in needed]
    return rows, logs


def _is_dead_log(name: str, version: int) -> bool:
    """Whether a log file is of another version, torn, or was never finished."""
    if name in (LAST_CHECKPOINT, ".lock"):
        return False
    return not name[:20].isdigit() or int(name[:20]) != version


def _leftovers(data: DataFolder, others: set[str]) -> list[str]:
    """What killed writers left, and folders whose deletion was interrupted."""
    names = [str(path.relative_to(data.path)) for path in all_files(data.path)]
    return [
        name
        for name in names
        if name not in others
        and (
            (Path(name).name.startswith(".") and name.endswith((UNFINISHED, PARTIAL)))
            or any(part.endswith(DELETED) for part in Path(name).parts[:-1])
        )
    ]


def _files(data: DataFolder, folder: str) -> list[str]:
    """All files of a folder, relative to the data folder."""
    paths = all_files(data.subfolder(folder).path)
    return [str(path.relative_to(data.path)) for path in paths]


def _is_live_cache(name: str, layers: dict[str, str], versions: dict[str, str]) -> bool:
    """Whether a cache entry is of a layer, and a dataset, as they are now."""
    kind, key = Path(name).parts[1], Path(name).name.split(".")
    if len(key) < 3 or kind == "digests":
        return False
    layer_id, version, dataset, *rest = key
    is_layer = layers.get(layer_id, version if ":" in layer_id else "") == version
    if kind != "assignments":
        return is_layer
    return is_layer and bool(rest) and versions.get(dataset) == rest[0]
