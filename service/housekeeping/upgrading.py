"""Bringing a data folder of an earlier release to the layout of today, all or nothing."""

import json
import re
import shutil
from dataclasses import dataclass
from pathlib import Path

import pyarrow.compute as pc
import pyarrow.parquet as pq

from boundaries.storage.data_folder import DataFolder
from boundaries.storage.geoparquet import CHECKSUM, OWN_KEY
from boundaries.storage.store import LayerStore
from service.housekeeping.backups import FolderSink, copy_to
from service.housekeeping.errors import UpgradeError
from service.housekeeping.inventory import (
    DATASETS,
    LAYERS,
    REJECTS,
    layer_files,
    layer_header,
    newest_tables,
)
from service.housekeeping.purging import dead_files, purge
from service.housekeeping.restoring import beside, put_in_place
from service.housekeeping.searching import Progress, no_progress
from service.store.commits import Plan, commit
from service.store.contents import committed_content
from service.store.delta import TableVersion, newest_version

_ORIGIN = re.compile(r"derived from (\S+) version ")


@dataclass(frozen=True)
class Outdated:
    """What in a data folder is of an earlier layout.

    Attributes
    ----------
    tables : tuple of str
        Whose content or data files have no digests, so that nothing at rest is verified.
    layers : tuple of str
        Whose files have no checksum or do not say where their coordinates come from.
    remarks : tuple of str
        What an upgrade leaves as it is, because it would change answers, and the command that
        does it.
    """

    tables: tuple[str, ...]
    layers: tuple[str, ...]
    remarks: tuple[str, ...]

    def __bool__(self) -> bool:
        return bool(self.tables or self.layers)

    def lines(self) -> list[str]:
        """What an upgrade does, for the person who decides.

        Returns
        -------
        list of str
            A line per part and per remark.
        """
        lines = [f"{name}: written anew, with digests of its content" for name in self.tables]
        lines += [f"layer {name}: its file is written anew" for name in self.layers]
        return [*(lines or ["the data folder has the layout of today"]), *self.remarks]


def outdated(data: DataFolder) -> Outdated:
    """What an upgrade would change; changes nothing.

    Parameters
    ----------
    data : DataFolder
        ``HOTSPOTS_DATA_DIR``.

    Returns
    -------
    Outdated
        Of its newest versions.

    Raises
    ------
    DamagedTableError
        If a table cannot be read.
    """
    tables, remarks = [], []
    for name, table in newest_tables(data):
        is_stated = committed_content(table.folder, table.version) is not None
        if not is_stated or any(file.digest is None for file in table.snapshot.files):
            tables.append(name)
        remarks += _remarks(name, table)
    layers = [
        file.removesuffix(".parquet")
        for file in layer_files(data)
        if not _is_of_today(data.subfolder(LAYERS).resolve(file))
    ]
    remarks += _remarks_on_derived(data)
    return Outdated(tuple(tables), tuple(layers), tuple(remarks))


def upgrade(data_dir: Path, *, crs: str, progress: Progress = no_progress) -> Outdated:
    """Bring a data folder to the layout of today: on a copy, which then takes its place.

    Parameters
    ----------
    data_dir : Path
        The data folder. Nobody may import meanwhile; a running service goes on.
    crs : str
        The working CRS.
    progress : callable
        Is told the task and the share done.

    Returns
    -------
    Outdated
        What was brought to it.

    Raises
    ------
    UpgradeError
        If a row or fact were another one afterwards, or somebody has imported meanwhile. The
        data folder is then as it was.
    BackupError
        If the copy cannot be written.
    """
    data = DataFolder(data_dir)
    with data.locked(), beside(data_dir) as folder:
        copy_to(data, FolderSink(folder, is_private=False), progress=progress)
        copy = DataFolder(folder)
        parts = outdated(copy)
        before = {name: table.content for name, table in newest_tables(copy)}
        for name in parts.tables:
            _write_anew(copy.subfolder(name), name)
        _write_layers_anew(copy, parts.layers, crs)
        purge(copy, dead_files(copy), progress=progress)
        after = {name: table.content for name, table in newest_tables(copy)}
        if after != before:
            raise UpgradeError("its rows or facts would be other ones afterwards")
        if {name: table.content for name, table in newest_tables(data)} != before:
            raise UpgradeError("somebody has imported into it meanwhile")
        if (data_dir / REJECTS).is_dir():
            shutil.copytree(data_dir / REJECTS, folder / REJECTS)
        put_in_place(folder, data_dir)
    return parts


def _write_anew(folder: DataFolder, name: str) -> None:
    """Write all rows of a table again, as one version of the layout of today."""

    def plan(current: TableVersion) -> Plan:
        return Plan(remaining=current.read())

    table = newest_version(folder)
    if table is not None:
        empty = table.read().schema.empty_table()
        commit(folder, empty, name=name.rpartition("/")[2], facts={}, plan=plan)


def _write_layers_anew(data: DataFolder, names: tuple[str, ...], crs: str) -> None:
    """Write layers again in their order, with all that their files say today."""
    store = LayerStore(data.subfolder(LAYERS), crs=crs)
    for name in names:
        store.save(store.get(name), replace=True)


def _is_of_today(path: Path) -> bool:
    """Whether a layer's file has a checksum and says where its coordinates come from."""
    metadata = pq.read_schema(path).metadata or {}
    facts: dict[str, object] = json.loads(metadata.get(OWN_KEY, b"{}"))
    return {"coordinates", CHECKSUM} <= facts.keys()


def _remarks(name: str, table: TableVersion) -> list[str]:
    """What only another import of a dataset can bring."""
    if not name.startswith(DATASETS) or not {"area_code", "area_layer"} <= {*table.columns}:
        return []
    codes = table.read(["area_code", "area_layer"])
    unnamed = codes.filter(pc.field("area_code").is_valid() & pc.field("area_layer").is_null())
    if unnamed.num_rows == 0:
        return []
    remark = (
        f"{name}: {unnamed.num_rows:,} records have the code of a layer that is not named; each "
        "answer detects it (import again with --area-layer to name it)"
    )
    return [remark]


def _remarks_on_derived(data: DataFolder) -> list[str]:
    """Layers that were derived from others when the lookup was not kept."""
    lookups = dict(newest_tables(data)).get("lookups")
    pairs = set()
    if lookups is not None:
        rows = lookups.read(["from_layer", "to_layer"]).to_pylist()
        pairs = {(row["from_layer"], row["to_layer"]) for row in rows}
    remarks = []
    for file in layer_files(data):
        header = layer_header(data, file)
        origin = None if header is None else _ORIGIN.match(header.metadata.source)
        if header is not None and origin and (origin[1], header.metadata.layer_id) not in pairs:
            layer_id = header.metadata.layer_id
            remarks.append(
                f"layer {layer_id}: derived without its lookup; records with codes of {origin[1]} "
                f"are placed in it by location (hotspots derive boundaries --from {origin[1]} "
                f"--layer {layer_id} --replace to count them by their codes)"
            )
    return remarks
