"""Where the log of a table ends: at its newest commit that is whole."""

from dataclasses import dataclass

from boundaries.storage.data_folder import DataFolder
from service.delta_log.data_files import check_data_file
from service.delta_log.errors import DamagedFileError
from service.delta_log.log import LOG, LOG_FILE, DataFile, commit_name, read_commit


@dataclass(frozen=True)
class Stamp:
    """A commit as seen on disk, cheap to compare: one answer per request needs it.

    Attributes
    ----------
    version : int
        That the commit makes.
    inode, changed_ns : int
        Of its file: they tell a table that was deleted and made anew from the one before.
    """

    version: int
    inode: int
    changed_ns: int


@dataclass(frozen=True)
class TornCommit:
    """A newest commit that counts as never written.

    Attributes
    ----------
    stamp : Stamp
    reason : str
        What is wrong with it, or with a data file that it names.
    """

    stamp: Stamp
    reason: str

    def __str__(self) -> str:
        return f"version {self.stamp.version} counts as never written: {self.reason}"


@dataclass(frozen=True)
class Head:
    """Where the log of a table ends.

    Attributes
    ----------
    stamp : Stamp or None
        Of the newest version; None where there is none.
    torn : TornCommit or None
        Above it.
    """

    stamp: Stamp | None = None
    torn: TornCommit | None = None


def current_head(folder: DataFolder, latest: Head | None = None) -> Head:
    """The newest version of a table, and a torn commit above it.

    Parameters
    ----------
    folder : DataFolder
        Of the table.
    latest : Head or None
        What this answered before: while it is still so this costs two file status calls.
        Otherwise the newest commit and the data files it names are read and compared with
        their digests.

    Returns
    -------
    Head
        Empty where there is no table.

    Raises
    ------
    OSError
        If the folder or a file in it cannot be opened.
    """
    top = None if latest is None else latest.torn.stamp if latest.torn else latest.stamp
    if (
        latest is not None
        and top is not None
        and folder.status(f"{LOG}/{commit_name(top.version + 1)}") is None
        and _stamp_of(folder, top.version) == top
    ):
        return latest
    matches = (LOG_FILE.match(name) for name in folder.subfolder(LOG).names())
    versions = sorted({int(match[1]) for match in matches if match}, reverse=True)
    newest: Stamp | None = None
    torn: TornCommit | None = None
    for version in versions:
        stamp = _stamp_of(folder, version)
        if stamp is None:  # removed since the folder was listed
            continue
        try:
            _check_commit(folder, version, with_data=torn is None)
        except DamagedFileError as error:
            torn = torn or TornCommit(stamp, str(error))
            continue
        newest = stamp
        break
    if torn is not None and folder.status(f"{LOG}/{commit_name(torn.stamp.version + 1)}"):
        return current_head(folder)  # it was replaced while it was read
    return Head(newest, torn)


def _check_commit(folder: DataFolder, version: int, *, with_data: bool) -> None:
    """Refuse a commit that is damaged, or one of whose data files is."""
    if folder.status(f"{LOG}/{commit_name(version)}") is None:
        return  # a checkpoint has taken its place
    for action in read_commit(folder, version).actions:
        if with_data and "add" in action:
            check_data_file(folder, DataFile.of(action["add"]))


def _stamp_of(folder: DataFolder, version: int) -> Stamp | None:
    """The stamp of one version, from its commit or else from its checkpoint."""
    for name in (commit_name(version), f"{version:020d}.checkpoint.parquet"):
        status = folder.status(f"{LOG}/{name}")
        if status is not None:
            return Stamp(version, status.inode, status.changed_ns)
    return None
