"""The command that deletes a subject who is to be forgotten."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from boundaries.storage.data_folder import DataFolder
from service.commands import terminal
from service.commands.admin.delete import Now
from service.commands.admin.housekeeping import Yes, data_folder, forget_shared
from service.housekeeping.deletions import Deletion

Plan = Annotated[
    bool, typer.Option("--dry-run", help="Say what would be deleted, and delete nothing.")
]


def forget(
    dataset: Annotated[str, typer.Argument(metavar="DATASET", help="Name of the dataset.")],
    id_: Annotated[
        list[str] | None, typer.Option("--id", help="Id of an incident; repeat for several.")
    ] = None,
    ids: Annotated[
        Path | None, typer.Option(metavar="FILE", help="A file with an id on each line.")
    ] = None,
    yes: Yes = False,
    now: Now = False,
    dry_run: Plan = False,
) -> None:
    """Delete the rows of a person who asks for it, by the ids of the incidents.

    Every file of the data folder is searched for them before and after. Should a later import
    bring them again, hotspots retain deletes them again.
    """
    from service.housekeeping.retention import deletion_of_subject

    data = data_folder()
    with terminal.report_errors(), data.locked():
        lines = [] if ids is None else ids.read_text("utf-8-sig").splitlines()
        named = {text for text in (*(id_ or ()), *map(str.strip, lines)) if text}
        if not named:
            terminal.fail("name at least one id with --id, or a file of ids with --ids")
        deletion = deletion_of_subject(dataset, named)
        _delete(data, [deletion], yes=yes, now=now, dry_run=dry_run, ids=len(named))


def _delete(
    data: DataFolder,
    deletions: Sequence[Deletion],
    *,
    yes: bool,
    now: bool,
    dry_run: bool,
    ids: int = 0,
) -> None:
    """Ask, delete and purge, and print both searches; status 2 if something is left."""
    from service.housekeeping.deleting import delete, finish_interrupted
    from service.housekeeping.errors import StillThereError
    from service.housekeeping.purging import GRACE_S
    from service.housekeeping.removal import removal_of
    from service.housekeeping.retention import KEPT_COPIES
    from service.housekeeping.searching import counted

    removals = [removal_of(data, deletion) for deletion in deletions]
    lines = [line for removal in removals for line in removal.lines()]
    if ids:
        present = len(removals[0].rows.column("incident_id").unique())
        lines.append(f"{present:,} of {ids:,} ids have rows")
    if dry_run:
        terminal.print_lines([*lines, "nothing was deleted"])
        return
    terminal.confirm(lines, is_agreed=yes)
    finish_interrupted(data)
    remaining: dict[str, str] = {}
    for deletion in deletions:
        removal = removal_of(data, deletion)
        with terminal.progress_bar() as progress:
            grace_s = 0.0 if now else GRACE_S
            searches = delete(data, removal, purged=True, grace_s=grace_s, progress=progress)
        terminal.print_lines(
            [f"deleted {counted(removal.deletion.rows, 'row')}", *searches.lines()]
        )
        remaining |= searches.after.places
    forget_shared()
    terminal.print_lines([KEPT_COPIES])
    if remaining:
        raise StillThereError(tuple(remaining))
