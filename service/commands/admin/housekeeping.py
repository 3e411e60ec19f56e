"""Commands that purge, back up, restore and upgrade the data folder."""

from pathlib import Path
from typing import Annotated

import typer

from boundaries.storage.data_folder import DataFolder
from service.assembly.resources import open_resources
from service.commands import terminal
from service.commands.admin.protection import renewed_publication
from service.housekeeping.deletions import Deletion

Yes = Annotated[bool, typer.Option("--yes", help="Do not ask.")]


def purge(
    now: Annotated[
        bool,
        typer.Option("--now", help="Do not wait for who reads or imports; nobody must be."),
    ] = False,
    yes: Yes = False,
) -> None:
    """Remove earlier versions, their logs, dead cache entries, lists of rejected rows, leftovers.

    Every file is decoded and searched for what only these held, before and after.
    """
    from service.housekeeping.deleting import finish_interrupted, purge_and_search
    from service.housekeeping.errors import StillThereError
    from service.housekeeping.purging import GRACE_S, dead_files, wait_for_readers
    from service.housekeeping.restoring import sweep_beside

    data = data_folder()
    with terminal.report_errors(), data.locked():
        dead = dead_files(data)
        terminal.confirm(dead.lines() or ["there is nothing to purge"], is_agreed=yes)
        finish_interrupted(data)
        if sweep_beside(data.path):
            terminal.print_lines(["removed what an interrupted restore or upgrade has left"])
        with terminal.progress_bar() as progress:
            grace_s = 0.0 if now else GRACE_S
            dead = wait_for_readers(data, grace_s=grace_s, progress=progress)
            searches = purge_and_search(data, dead, progress=progress)
        terminal.print_lines([f"removed {len(dead.files):,} files", *searches.lines()])
        forget_shared()
        if searches.after.places:
            raise StillThereError(tuple(searches.after.places))


def backup(
    out: Annotated[
        Path,
        typer.Argument(
            metavar="FILE|FOLDER", help="A name that ends in .tar makes one file, else a folder."
        ),
    ],
) -> None:
    """Copy the newest version of everything, while others serve and import."""
    from service.housekeeping.backups import write_backup

    with terminal.report_errors(), terminal.progress_bar() as progress:
        manifest = write_backup(data_folder(), out, progress=progress)
    terminal.print_lines([f"wrote {out}", *manifest.lines()])


def restore(
    source: Annotated[
        Path, typer.Argument(metavar="FILE|FOLDER", help="That hotspots backup wrote.")
    ],
    replace: Annotated[
        bool, typer.Option("--replace", help="Replace a data folder that is not empty.")
    ] = False,
    deletions: Annotated[
        list[Path] | None,
        typer.Option(help="A list of deletions besides that of the data folder."),
    ] = None,
    yes: Yes = False,
) -> None:
    """Restore a backup as the data folder, and delete again what was deleted since."""
    from service.housekeeping.deletions import read_deletions
    from service.housekeeping.restoring import restore as restore_backup

    data_dir = terminal.settings().data_dir
    if replace and data_dir.is_dir():
        consequences = [f"{data_dir.resolve()} will be replaced by the backup {source}"]
        terminal.confirm(consequences, is_agreed=yes)

    def renew(restored: DataFolder, deletion: Deletion) -> list[str]:
        return renewed_publication(open_resources(terminal.settings(), restored), deletion)

    with terminal.report_errors(), terminal.progress_bar() as progress:
        listed = [entry for path in deletions or () for entry in read_deletions(path)]
        restored = restore_backup(
            source,
            data_dir,
            replace=replace,
            deletions=listed,
            renew=renew,
            progress=progress,
        )
    terminal.print_lines(restored.lines())


def upgrade(
    apply: Annotated[
        bool, typer.Option("--apply", help="Do it; without, only say what would be done.")
    ] = False,
    backup_to: Annotated[
        Path | None,
        typer.Option("--backup", help="Where to write a backup first; see hotspots backup."),
    ] = None,
    no_backup: Annotated[
        bool, typer.Option("--no-backup", help="Write no backup first: there is one.")
    ] = False,
) -> None:
    """Bring the data folder of an earlier release to the layout of today; answers stay."""
    from service.housekeeping.backups import write_backup
    from service.housekeeping.upgrading import outdated
    from service.housekeeping.upgrading import upgrade as upgrade_folder

    data = data_folder()
    with terminal.report_errors():
        parts = outdated(data)
        terminal.print_lines(parts.lines())
        if not parts:
            return
        if not apply:
            terminal.print_lines(["nothing was changed: hotspots upgrade --apply does it"])
            return
        if backup_to is None and not no_backup:
            terminal.fail("name a backup to write first with --backup, or say --no-backup")
        with terminal.progress_bar() as progress:
            if backup_to is not None:
                write_backup(data, backup_to, progress=progress)
            upgrade_folder(data.path, crs=terminal.settings().crs, progress=progress)
    terminal.print_lines(["the data folder has the layout of today"])


def forget_shared() -> None:
    """Delete the answers in Redis, where the settings name one; they may hold what was deleted."""
    from service.runtime.redis_cache import forget_shared_answers

    try:
        forgotten = forget_shared_answers(terminal.settings())
    except Exception as error:  # noqa: BLE001 - the classes are of a package that may be absent
        terminal.fail(f"the answers in Redis were not deleted ({error}): run hotspots purge again")
    if forgotten is not None:
        terminal.print_lines([f"removed {forgotten:,} answers from Redis"])


def data_folder() -> DataFolder:
    """The data folder of the settings; ends the command where there is none."""
    folder = terminal.settings().data_dir
    if not folder.is_dir():
        terminal.fail(f"there is no data folder {folder}")
    return DataFolder(folder)
