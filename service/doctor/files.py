"""The files of a data folder: permissions, leftovers, cache entries, times and space."""

import os
import re
import shutil
import stat
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from boundaries.storage.caches import checked_content
from boundaries.storage.data_folder import DELETED, UNFINISHED, DataFolder
from service.config.permissions import OF_GROUP, OF_OTHERS
from service.config.settings import Settings
from service.doctor.findings import Finding

WRITING_S = 3_600.0  # an unfinished file that is younger may have a writer
AHEAD_S = 60.0
LEAST_FREE_BYTES = 100 * 2**20


def paths_below(folder: Path) -> list[Path]:
    """The folder and everything in it, links aside.

    Parameters
    ----------
    folder : Path
        ``HOTSPOTS_DATA_DIR``.

    Returns
    -------
    list of Path
        In alphabetical order.
    """
    paths = [folder]
    for parent, folders, files in os.walk(folder):
        paths += [Path(parent) / name for name in (*folders, *files)]
    return sorted(path for path in paths if path.exists() and not path.is_symlink())


def permission_findings(settings: Settings, paths: Sequence[Path]) -> Iterator[Finding]:
    """Who may read or change the files and should not.

    Parameters
    ----------
    settings : Settings
        They may name a group.
    paths : sequence of Path
        As of `paths_below`.

    Yields
    ------
    Finding
        One for all of them.
    """
    is_shared = bool(settings.data_group)
    excess = OF_OTHERS | (stat.S_IWGRP if is_shared else OF_GROUP)
    open_paths = [path for path in paths if path.lstat().st_mode & excess]
    if open_paths:
        taken = "g-w,o=" if is_shared else "go="
        yield Finding(
            "permissions",
            str(open_paths[0]),
            f"other users may read or change it, and {len(open_paths) - 1:,} more",
            f"chmod -R {taken} {settings.data_dir}",
        )


def leftover_findings(paths: Sequence[Path]) -> Iterator[Finding]:
    """What killed programs have left in the data folder, and in that of temporary files.

    Parameters
    ----------
    paths : sequence of Path
        As of `paths_below`.

    Yields
    ------
    Finding
        A fault for each in the data folder, a note on all temporary ones together.
    """
    writing_since = time.time() - WRITING_S
    for path in paths:
        if path.name.startswith(".") and path.name.endswith(DELETED):
            problem = "its deletion did not come to an end"
            yield Finding("leftover", str(path), problem, "hotspots purge, which ends it")
        elif _is_unfinished(path) and path.lstat().st_mtime < writing_since:
            problem = "a program that was killed has left it"
            yield Finding("leftover", str(path), problem, f"rm {path}")
    temporary = sorted(
        path
        for path in Path(tempfile.gettempdir()).glob("hotspots-metrics-*")
        if path.lstat().st_mtime < writing_since and not any(map(_is_running, _processes_of(path)))
    )
    if temporary:
        problem = f"services that were killed have left it and {len(temporary) - 1:,} more"
        mend = f"rm -r {' '.join(map(str, temporary[:3]))}{' ...' * (len(temporary) > 3)}"
        yield Finding("leftover", str(temporary[0]), problem, mend, is_fault=False)


def _is_unfinished(path: Path) -> bool:
    """Whether a file is one that a writer gives its name when it is complete."""
    is_hidden = path.name.startswith(".") and path.name != ".lock"
    is_reject = path.parent.name == "rejected"
    return is_hidden and (is_reject or path.name.endswith((UNFINISHED, ".partial", ".tmp")))


def _processes_of(folder: Path) -> list[int]:
    """The processes whose counts are in a folder, by the names of its files."""
    matches = (re.search(r"_([0-9]+)\.db$", path.name) for path in folder.glob("*.db"))
    return [int(match[1]) for match in matches if match]


def _is_running(process: int) -> bool:
    """Whether there is a process of a number, of whatever user."""
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def cache_findings(data_dir: Path) -> Iterator[Finding]:
    """Cache entries whose checksum does not fit.

    Parameters
    ----------
    data_dir : Path
        ``HOTSPOTS_DATA_DIR``.

    Yields
    ------
    Finding
        For each cache; its entries are made again when they are needed.
    """
    for folder in sorted((data_dir / "cache").glob("*/")):
        damaged = [path for path in sorted(folder.iterdir()) if not _fits(path)]
        if damaged:
            yield Finding(
                "cache",
                f"{folder.name}/{damaged[0].name}",
                f"its checksum does not fit, nor those of {len(damaged) - 1:,} more; no answer "
                "comes from them, and those of an earlier release have none",
                f"rm -r {folder}: what is in it is made again",
            )


def _fits(path: Path) -> bool:
    """Whether an entry of a cache is as it was written."""
    if path.name.startswith(".") or not path.is_file():
        return True
    try:
        checked_content(DataFolder(path.parent), path.name)
    except FileNotFoundError:
        return True
    except (OSError, ValueError):
        return False
    return True


def time_findings(paths: Sequence[Path]) -> Iterator[Finding]:
    """Files and folders whose time is ahead of the clock.

    Parameters
    ----------
    paths : sequence of Path
        As of `paths_below`.

    Yields
    ------
    Finding
        One for all of them.
    """
    latest_s = time.time() + AHEAD_S
    ahead = [path for path in paths if path.lstat().st_mtime > latest_s]
    if ahead:
        hours = (max(path.lstat().st_mtime for path in ahead) - time.time()) / 3_600
        yield Finding(
            "time",
            str(ahead[0]),
            f"it was changed {hours:.1f} hours from now, by its time, or {len(ahead) - 1:,} more "
            "were: a clock is or was wrong, and files may be kept too long or not long enough",
            "set the clock right, then: touch -c on each of them",
        )


def space_findings(data_dir: Path, paths: Sequence[Path], free_bytes: int) -> Iterator[Finding]:
    """Whether the disk has room to write the largest table once more, as a replacement does.

    Parameters
    ----------
    data_dir : Path
        ``HOTSPOTS_DATA_DIR``.
    paths : sequence of Path
        As of `paths_below`.
    free_bytes : int
        On the disk.

    Yields
    ------
    Finding
        One at most.
    """
    sizes: dict[Path, int] = {}
    for path in paths:
        if path.suffix == ".parquet" and "cache" not in path.relative_to(data_dir).parts:
            sizes[path.parent] = sizes.get(path.parent, 0) + path.lstat().st_size
    room = max(LEAST_FREE_BYTES, *sizes.values(), 0)
    if free_bytes < room:
        yield Finding(
            "space",
            str(data_dir),
            f"{free_bytes / 2**20:,.0f} MB are free, and an import may need {room / 2**20:,.0f}",
            "make room on the disk, or move the data folder to a larger one",
        )


def free_bytes_at(folder: Path) -> int:
    """What is free on the disk of a folder.

    Parameters
    ----------
    folder : Path
        That exists.

    Returns
    -------
    int
        Bytes.
    """
    return shutil.disk_usage(folder).free


def reject_findings(data_dir: Path) -> Iterator[Finding]:
    """Lists of rejected rows, which hold raw values.

    Parameters
    ----------
    data_dir : Path
        ``HOTSPOTS_DATA_DIR``.

    Yields
    ------
    Finding
        A note on all of them.
    """
    lists = sorted((data_dir / "rejected").glob("[!.]*"))
    if lists:
        size = sum(path.lstat().st_size for path in lists)
        yield Finding(
            "rejects",
            str(lists[0].parent),
            f"{len(lists):,} lists of rejected rows ({size:,} bytes) hold raw values",
            "hotspots purge, when the rows have been corrected",
            is_fault=False,
        )
