"""Restoring a backup: verified first, deletions applied again, in one step."""

import ctypes
import errno
import hashlib
import os
import shutil
import stat
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final

from boundaries.storage.data_folder import DataFolder
from service.housekeeping.backups import BLOCK, Manifest, opened_backup
from service.housekeeping.deletions import Deletion, DeletionList, merged_deletions
from service.housekeeping.errors import BackupError, NothingToDeleteError
from service.housekeeping.inventory import all_files, newest_tables
from service.housekeeping.purging import dead_files, purge
from service.housekeeping.removal import removal_of, remove
from service.housekeeping.searching import Progress, no_progress

_EXCHANGE: Final = 2  # of renameat2: two names change places
_HERE: Final = -100
_NOT_POSSIBLE: Final = {errno.ENOSYS, errno.EINVAL, errno.ENOTSUP}


@dataclass(frozen=True)
class Restored:
    """What was restored.

    Attributes
    ----------
    manifest : Manifest
        Of the backup.
    applied : tuple of Deletion
        Deletions recorded after the backup that removed something from it.
    later : int
        How many were recorded after the backup.
    renewed : tuple of str
        What became of what was published of their datasets.
    """

    manifest: Manifest
    applied: tuple[Deletion, ...]
    later: int
    renewed: tuple[str, ...] = ()

    def lines(self) -> list[str]:
        """What was restored, for who reads it.

        Returns
        -------
        list of str
            A line per fact.
        """
        lines = [f"restored the backup of {self.manifest.created}", *self.manifest.lines()]
        lines += [f"deleted again: {deletion}" for deletion in self.applied]
        lines += self.renewed
        if not self.later:
            lines.append(
                "no deletion was recorded after the backup; if there was one whose list is "
                "elsewhere, restore again with --deletions FILE"
            )
        return lines


def restore(
    backup: Path,
    data_dir: Path,
    *,
    replace: bool = False,
    deletions: Sequence[Deletion] = (),
    renew: Callable[[DataFolder, Deletion], Sequence[str]] | None = None,
    progress: Progress = no_progress,
) -> Restored:
    """Restore a backup as the data folder.

    Parameters
    ----------
    backup : Path
        A file or a folder that `write_backup` wrote.
    data_dir : Path
        The data folder; empty or absent, or replaced as a whole.
    replace : bool
        Whether it may be replaced.
    deletions : sequence of Deletion
        Deletions besides those on the lists of the backup and of the present data folder.
    renew : callable or None
        Given the restored folder and a deletion that was applied to it, brings what is published
        of the dataset up to date, and says what became of it.
    progress : callable
        Is told the task and the share done.

    Returns
    -------
    Restored
        What came back, and what was deleted from it again.

    Raises
    ------
    BackupError
        If the backup is damaged, the data folder is not empty, or something cannot be written.
        The data folder is then as it was.
    """
    present = DataFolder(data_dir)
    if any(data_dir.glob("*")) and not replace:
        raise BackupError(str(data_dir), "is not empty: restore it with --replace")
    with present.locked() if data_dir.is_dir() else nullcontext(), beside(data_dir) as folder:
        with opened_backup(backup) as (manifest, files):
            _extract(backup, manifest, files, folder, progress)
        restored = DataFolder(folder)
        _check_tables(backup, manifest, restored)
        own = DeletionList(restored).entries()
        every = merged_deletions(own, DeletionList(present).entries(), deletions)
        later = [deletion for deletion in every if deletion not in own]
        applied = [deletion for deletion in later if _apply(restored, deletion)]
        renewed: list[str] = []
        for deletion in applied:
            renewed += () if renew is None else renew(restored, deletion)
        if applied:
            purge(restored, dead_files(restored))
        if every:
            DeletionList(restored).write(every)
        put_in_place(folder, data_dir)
    return Restored(manifest, tuple(applied), len(later), tuple(renewed))


@contextmanager
def beside(data_dir: Path) -> Iterator[Path]:
    """An empty folder beside the data folder, deleted in the end; and leftovers of others.

    Parameters
    ----------
    data_dir : Path
        The data folder.

    Yields
    ------
    Path
        The folder, of the same group.

    Raises
    ------
    BackupError
        If it cannot be made, or the data folder is where a disk is mounted.
    """
    data_dir = data_dir.absolute()
    if data_dir.is_mount():
        reason = "is where a disk is mounted: set HOTSPOTS_DATA_DIR to a folder in it"
        raise BackupError(str(data_dir), reason)
    folder = data_dir.with_name(f".{data_dir.name}.new-{os.getpid()}")
    try:
        sweep_beside(data_dir)
        folder.mkdir(parents=True)
        _share_alike(data_dir, folder)
        with ExitStack() as stack:
            stack.callback(shutil.rmtree, folder, ignore_errors=True)
            yield folder
    except OSError as error:
        reason = f"cannot be written: {error.strerror or error}"
        raise BackupError(str(error.filename or folder), reason) from error


def _share_alike(data_dir: Path, folder: Path) -> None:
    """Let a folder, and what is made in it, be of the group that shares the data folder."""
    status = data_dir.stat() if data_dir.exists() else None
    if status is not None and status.st_mode & stat.S_ISGID:
        os.chown(folder, -1, status.st_gid)
        folder.chmod(stat.S_IMODE(folder.stat().st_mode) | stat.S_ISGID)


def sweep_beside(data_dir: Path) -> int:
    """Delete what killed restores and upgrades have left beside the data folder.

    Parameters
    ----------
    data_dir : Path
        The data folder, locked.

    Returns
    -------
    int
        How many folders there were.
    """
    leftovers = list(data_dir.absolute().parent.glob(f".{data_dir.absolute().name}.new-*"))
    for leftover in leftovers:
        shutil.rmtree(leftover)
    return len(leftovers)


def put_in_place(folder: Path, data_dir: Path) -> None:
    """Put a complete folder in the place of the data folder, on disk, in one step.

    Parameters
    ----------
    folder : Path
        Beside it. Afterwards it holds what the data folder held, or is gone.
    data_dir : Path
        The data folder; may be absent.
    """
    for parent in {folder, *(path.parent for path in all_files(folder))}:
        for path in parent.iterdir():
            _sync(path)
        _sync(parent)
    if not data_dir.exists():
        folder.rename(data_dir)
    elif not _exchange(folder, data_dir):
        former = folder.with_name(f"{folder.name}-former")
        data_dir.rename(former)
        folder.rename(data_dir)
        former.rename(folder)
    _sync(data_dir.absolute().parent)


def _sync(path: Path) -> None:
    """Wait until a file, or the names of a folder, are on disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _exchange(folder: Path, data_dir: Path) -> bool:
    """Let two folders change names in one step; False where the system cannot."""
    rename: Callable[..., int] | None = getattr(
        ctypes.CDLL(None, use_errno=True), "renameat2", None
    )
    if rename is None:
        return False
    if rename(_HERE, os.fsencode(folder), _HERE, os.fsencode(data_dir), _EXCHANGE) == 0:
        return True
    number = ctypes.get_errno()
    if number in _NOT_POSSIBLE:
        return False
    raise OSError(number, os.strerror(number), str(data_dir))


def _extract(
    backup: Path,
    manifest: Manifest,
    files: Iterator[tuple[str, IO[bytes]]],
    folder: Path,
    progress: Progress,
) -> None:
    """Write the files of a backup, each compared with its digest."""
    missing = set(manifest.files)
    for name, file in files:
        progress("verifying", 1 - len(missing) / max(len(manifest.files), 1))
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        digest = hashlib.sha256()
        with path.open("xb") as out:
            while block := file.read(BLOCK):
                digest.update(block)
                out.write(block)
        if (path.stat().st_size, digest.hexdigest()) != manifest.files[name]:
            raise BackupError(str(backup), f"{name} in it is damaged; nothing was restored")
        missing.discard(name)
    if missing:
        named = ", ".join(sorted(missing)[:3])
        raise BackupError(str(backup), f"{named} is missing in it; nothing was restored")


def _check_tables(backup: Path, manifest: Manifest, restored: DataFolder) -> None:
    """Refuse a backup whose tables are not those that its manifest names."""
    revisions = {name: table.revision for name, table in newest_tables(restored)}
    if revisions != dict(manifest.tables):
        names = sorted(set(manifest.tables.items()) ^ set(revisions.items()))
        reason = f"its tables are not those it names ({names[0][0]}); nothing was restored"
        raise BackupError(str(backup), reason)


def _apply(data: DataFolder, deletion: Deletion) -> bool:
    """Apply a deletion to restored data; whether there was something to delete."""
    try:
        remove(data, removal_of(data, deletion))
    except NothingToDeleteError:
        return False
    return True
