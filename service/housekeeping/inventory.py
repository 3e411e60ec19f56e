"""What a data folder holds: tables, layers, and all other files."""

import os
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from boundaries.errors import DamagedLayerError
from boundaries.storage.data_folder import DataFolder
from boundaries.storage.geoparquet import LayerHeader, read_header
from service.delta_log.head import current_head
from service.delta_log.log import LAST_CHECKPOINT, LOG
from service.store.delta import TableVersion, newest_version
from service.store.errors import DamagedTableError

SINGLE_TABLES = (
    "measures",
    "lookups",
    "sites",
    "postcodes",
    "events",
    "harm_indices",
    "flag_rules",
    "area_groups",
    "gazetteer",
    "roads",
    "background",
    "place_sets",
    "neighbours",
)
LAYERS, DATASETS, REJECTS, CACHE = "boundaries", "incidents", "rejected", "cache"
PUBLISHED = "published"


def table_names(data: DataFolder) -> list[str]:
    """The tables of a data folder by the names of their folders.

    Parameters
    ----------
    data : DataFolder
        ``HOTSPOTS_DATA_DIR``.

    Returns
    -------
    list of str
        Such as ``measures``, ``incidents/callouts`` and ``published/callouts``; those too whose
        first import never came to its end.
    """
    datasets = [
        f"{kind}/{name}"
        for kind in (DATASETS, PUBLISHED)
        for name in sorted(data.subfolder(kind).names())
        if not name.startswith(".")
    ]
    return [name for name in (*datasets, *SINGLE_TABLES) if data.status(name) is not None]


def newest_tables(data: DataFolder) -> Iterator[tuple[str, TableVersion]]:
    """All tables at their newest versions, but for those whose log is damaged.

    Parameters
    ----------
    data : DataFolder
        ``HOTSPOTS_DATA_DIR``.

    Yields
    ------
    tuple of str and TableVersion
        Name of the folder, and the table.
    """
    for name in table_names(data):
        try:
            table = newest_version(data.subfolder(name))
        except DamagedTableError:
            continue
        if table is not None:
            yield name, table


def damaged_tables(data: DataFolder) -> list[str]:
    """The tables whose log is damaged, or whose newest commit is.

    Parameters
    ----------
    data : DataFolder
        ``HOTSPOTS_DATA_DIR``.

    Returns
    -------
    list of str
        Their folders.
    """
    return [name for name in table_names(data) if _is_damaged(data.subfolder(name))]


def _is_damaged(folder: DataFolder) -> bool:
    """Whether a table's log, or its newest commit, is damaged."""
    try:
        newest_version(folder)
    except DamagedTableError:
        return True
    return current_head(folder).torn is not None


def layer_files(data: DataFolder) -> list[str]:
    """The files of the layers.

    Parameters
    ----------
    data : DataFolder
        ``HOTSPOTS_DATA_DIR``.

    Returns
    -------
    list of str
        In alphabetical order, such as ``lsoa.parquet``.
    """
    names = data.subfolder(LAYERS).names()
    return sorted(n for n in names if n.endswith(".parquet") and not n.startswith("."))


def layer_header(data: DataFolder, file: str) -> LayerHeader | None:
    """What a layer's file says of itself.

    Parameters
    ----------
    data : DataFolder
        ``HOTSPOTS_DATA_DIR``.
    file : str
        As of `layer_files`.

    Returns
    -------
    LayerHeader or None
        None where it is damaged or gone.
    """
    folder = data.subfolder(LAYERS)
    try:
        with folder.open(file) as stream:
            return read_header(stream, folder.resolve(file))
    except (DamagedLayerError, FileNotFoundError):
        return None


def layer_rows(data: DataFolder, file: str) -> pa.Table:
    """Codes, names and geometries of a layer, as they are in its file.

    Parameters
    ----------
    data : DataFolder
        ``HOTSPOTS_DATA_DIR``.
    file : str
        As of `layer_files`.

    Returns
    -------
    pyarrow.Table
        A row per area; empty where the file cannot be read.
    """
    try:
        return pq.ParquetFile(data.subfolder(LAYERS).resolve(file)).read()
    except (pa.ArrowException, OSError):
        return pa.table({})


def data_files(table: TableVersion) -> set[str]:
    """The files with the rows of a table version.

    Parameters
    ----------
    table : TableVersion
        Opened.

    Returns
    -------
    set of str
        Relative to the table's folder.
    """
    return {file.name for file in table.snapshot.files}


def all_files(folder: Path) -> list[Path]:
    """Every file below a folder, hidden ones too.

    Parameters
    ----------
    folder : Path
        Of any kind.

    Returns
    -------
    list of Path
        In alphabetical order.
    """
    return sorted(Path(parent) / name for parent, _, names in os.walk(folder) for name in names)


def log_files(folder: DataFolder, version: int) -> list[str]:
    """The files of a table's log up to a version.

    Parameters
    ----------
    folder : DataFolder
        Of the table.
    version : int
        Its newest.

    Returns
    -------
    list of str
        Relative to the table's folder, the oldest first.
    """
    names = sorted(folder.subfolder(LOG).names())
    numbered = [name for name in names if name[:20].isdigit() and int(name[:20]) <= version]
    last = [name for name in names if name == LAST_CHECKPOINT]
    return [f"{LOG}/{name}" for name in (*numbered, *last)]
