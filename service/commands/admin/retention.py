"""Commands that delete by rule: what is past its retention, and a subject who is forgotten."""

import dataclasses
import datetime
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Annotated

import typer

from boundaries.storage.data_folder import DataFolder
from service.analyses.resources import Resources
from service.commands import terminal
from service.commands.admin.delete import Now
from service.commands.admin.housekeeping import Yes, data_folder, forget_shared
from service.commands.admin.protection import renewed_publication
from service.housekeeping.deletions import Deletion
from service.housekeeping.removal import Removal

Plan = Annotated[
    bool, typer.Option("--dry-run", help="Say what would be deleted, and delete nothing.")
]


def retain(
    dataset: Annotated[
        str | None,
        typer.Argument(metavar="[DATASET]", help="Only this one; by default every dataset."),
    ] = None,
    today: Annotated[
        datetime.datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="Day from which retention counts back."),
    ] = None,
    yes: Yes = False,
    now: Now = False,
    dry_run: Plan = False,
    keep_published: Annotated[
        bool,
        typer.Option(
            "--keep-published",
            help="Leave the published numbers of their periods as they are, for ever.",
        ),
    ] = False,
) -> None:
    """Delete the rows that are past the retention of their dataset's agreement.

    Rows with ids that were forgotten and came back with a later import go too. Every file of the
    data folder is searched for them before and after.
    """
    from service.housekeeping.retention import overdue

    data = data_folder()
    present_day = datetime.datetime.now().astimezone().date()
    day = present_day if today is None else today.date()
    if day > present_day and not dry_run:
        terminal.fail(f"--today: {day} is still to come; --dry-run says what will be due then")
    with terminal.report_errors(), data.locked():
        resources = terminal.resources()
        protections = resources.protections.all()
        agreements = {name: protection.agreement for name, protection in protections.items()}
        deletions = [
            dataclasses.replace(each, keeps_published=keep_published and bool(each.before))
            for each in overdue(data, agreements, day, dataset=dataset)
        ]
        if not deletions:
            terminal.print_lines(["no row is past its retention"])
            return
        _delete(
            data,
            resources,
            deletions,
            yes=yes,
            now=now,
            dry_run=dry_run,
        )


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
        resources = terminal.resources()
        _delete(data, resources, [deletion], yes=yes, now=now, dry_run=dry_run, ids=len(named))


def _delete(
    data: DataFolder,
    resources: Resources,
    deletions: Sequence[Deletion],
    *,
    yes: bool,
    now: bool,
    dry_run: bool,
    ids: int = 0,
) -> None:
    """Ask, delete, publish again and purge; status 2 if something is left."""
    from service.housekeeping.deleting import finish_interrupted
    from service.housekeeping.errors import NothingToDeleteError, StillThereError
    from service.housekeeping.removal import removal_of
    from service.housekeeping.retention import KEPT_COPIES

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
    remaining: list[str] = []
    for deletion in deletions:
        with suppress(NothingToDeleteError):  # it went with another one's rows
            removal = removal_of(data, deletion)
            remaining += _delete_rows(data, resources, removal, now)
    forget_shared()
    terminal.print_lines([KEPT_COPIES])
    if remaining:
        raise StillThereError(tuple(remaining))


def _delete_rows(data: DataFolder, resources: Resources, removal: Removal, now: bool) -> list[str]:
    """Delete rows, bring what is published up to date, purge; the files that still hold some."""
    from service.housekeeping.deleting import delete
    from service.housekeeping.purging import GRACE_S
    from service.housekeeping.searching import counted

    deletion, said = removal.deletion, list[str]()
    if deletion.keeps_published:  # before the rows go, so that nothing is lost if this is killed
        said += renewed_publication(resources, deletion)

    def renew() -> None:
        if not deletion.keeps_published:
            said.extend(renewed_publication(resources, deletion))

    with terminal.progress_bar() as progress:
        grace_s = 0.0 if now else GRACE_S
        searches = delete(
            data, removal, purged=True, grace_s=grace_s, renew=renew, progress=progress
        )
    deleted = f"deleted {counted(deletion.rows, 'row')}"
    terminal.print_lines([deleted, *said, *searches.lines()])
    return [*searches.after.places]
