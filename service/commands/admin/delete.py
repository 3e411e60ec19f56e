"""Commands ``hotspots delete``: data that are to be gone."""

from typing import Annotated

import typer

from service.commands import terminal
from service.commands.admin.housekeeping import Yes, data_folder, forget_shared
from service.commands.admin.protection import renewed_publication
from service.housekeeping.deletions import Deletion

app = typer.Typer(help="Delete data, provably.", no_args_is_help=True, rich_markup_mode=None)

Purge = Annotated[
    bool,
    typer.Option(
        "--purge", help="Purge earlier versions, logs, caches and rejected rows at once."
    ),
]
Now = Annotated[
    bool,
    typer.Option(
        "--now", help="With --purge: do not wait for who reads or imports; nobody must be."
    ),
]
Force = Annotated[bool, typer.Option("--force", help="Even if other data need it.")]


@app.callback()
def _delete() -> None:
    """Delete data, and search every file of the data folder for what was deleted."""


@app.command()
def incidents(
    dataset: Annotated[str, typer.Argument(metavar="NAME", help="Name of the dataset.")],
    file: Annotated[str | None, typer.Option(help="Only the rows of this imported file.")] = None,
    id_: Annotated[
        list[str] | None,
        typer.Option("--id", help="Only the rows with this incident id; repeat for several."),
    ] = None,
    yes: Yes = False,
    purge: Purge = False,
    now: Now = False,
) -> None:
    """A dataset, the rows of one of its files, or single incidents."""
    from service.housekeeping.deleting import deletion_of_files

    if file is not None and id_:
        terminal.fail("--file and --id cannot be combined: run the command twice")
    deletion = Deletion("incidents", dataset)
    if file is not None:
        with terminal.report_errors():
            deletion = deletion_of_files(data_folder(), dataset, file)
    elif id_:
        deletion = Deletion.of_values(dataset, "incident_id", id_)
    _run(deletion, yes=yes, purge=purge, now=now)


@app.command()
def boundaries(
    layer: Annotated[str, typer.Argument(help="Name of the layer.")],
    yes: Yes = False,
    purge: Purge = False,
    now: Now = False,
    force: Force = False,
) -> None:
    """A boundary layer."""
    _run(Deletion("boundaries", layer), yes=yes, purge=purge, now=now, force=force)


@app.command()
def measures(
    measure: Annotated[str, typer.Argument(metavar="NAME", help="Name of the measure.")],
    layer: Annotated[str | None, typer.Option(help="Only of this layer.")] = None,
    period: Annotated[str | None, typer.Option(help="Only of this period.")] = None,
    yes: Yes = False,
    purge: Purge = False,
    now: Now = False,
    force: Force = False,
) -> None:
    """A measure of areas."""
    where = {"layer": layer, "measure": measure, "period": period}
    stated = {name: value for name, value in where.items() if value is not None}
    _run(Deletion("measures", where=stated), yes=yes, purge=purge, now=now, force=force)


@app.command()
def lookups(
    from_layer: Annotated[str, typer.Argument(help="Layer that the lookup leads from.")],
    to_layer: Annotated[str, typer.Argument(help="Layer that it leads to.")],
    yes: Yes = False,
    purge: Purge = False,
    now: Now = False,
) -> None:
    """A lookup between two layers."""
    where = {"from_layer": from_layer, "to_layer": to_layer}
    _run(Deletion("lookups", where=where), yes=yes, purge=purge, now=now)


@app.command()
def sites(yes: Yes = False, purge: Purge = False, now: Now = False) -> None:
    """All development sites."""
    _run(Deletion("sites"), yes=yes, purge=purge, now=now)


@app.command()
def postcodes(yes: Yes = False, purge: Purge = False, now: Now = False) -> None:
    """All postcodes."""
    _run(Deletion("postcodes"), yes=yes, purge=purge, now=now)


@app.command()
def events(yes: Yes = False, purge: Purge = False, now: Now = False) -> None:
    """All events."""
    _run(Deletion("events"), yes=yes, purge=purge, now=now)


@app.command()
def gazetteer(yes: Yes = False, purge: Purge = False, now: Now = False) -> None:
    """The gazetteer."""
    _run(Deletion("gazetteer"), yes=yes, purge=purge, now=now)


@app.command()
def roads(yes: Yes = False, purge: Purge = False, now: Now = False) -> None:
    """All roads."""
    _run(Deletion("roads"), yes=yes, purge=purge, now=now)


@app.command()
def background(yes: Yes = False, purge: Purge = False, now: Now = False) -> None:
    """The background map."""
    _run(Deletion("background"), yes=yes, purge=purge, now=now)


@app.command()
def places(
    name: Annotated[str, typer.Argument(help="Name of the set of places.")],
    yes: Yes = False,
    purge: Purge = False,
    now: Now = False,
) -> None:
    """A set of places, such as licensed premises."""
    _run(Deletion("place_sets", where={"place_set": name}), yes=yes, purge=purge, now=now)


@app.command()
def neighbours(
    layer: Annotated[str, typer.Argument(help="Layer of the areas.")],
    name: Annotated[str, typer.Argument(help="Name of the neighbours.")],
    yes: Yes = False,
    purge: Purge = False,
    now: Now = False,
) -> None:
    """Imported neighbours of a layer."""
    where = {"layer": layer, "name": name}
    _run(Deletion("neighbours", where=where), yes=yes, purge=purge, now=now)


@app.command()
def area_groups(yes: Yes = False, purge: Purge = False, now: Now = False) -> None:
    """All groups of areas."""
    _run(Deletion("area_groups"), yes=yes, purge=purge, now=now)


@app.command()
def harm_index(
    index: Annotated[str, typer.Argument(help="Id of the index.")],
    yes: Yes = False,
    purge: Purge = False,
    now: Now = False,
) -> None:
    """A harm index."""
    _run(Deletion("harm_indices", where={"harm_index": index}), yes=yes, purge=purge, now=now)


@app.command()
def flag_rules(
    rules: Annotated[str, typer.Argument(help="Id of the rules.")],
    yes: Yes = False,
    purge: Purge = False,
    now: Now = False,
) -> None:
    """Rules of risk flags, and the judgements with them."""
    _run(Deletion("flag_rules", where={"rules_id": rules}), yes=yes, purge=purge, now=now)


def _run(deletion: Deletion, *, yes: bool, purge: bool, now: bool, force: bool = False) -> None:
    """Ask, delete, and print both searches; exit status 2 if something is left after a purge."""
    from service.housekeeping.deleting import delete, finish_interrupted
    from service.housekeeping.errors import StillThereError
    from service.housekeeping.purging import GRACE_S
    from service.housekeeping.removal import removal_of
    from service.housekeeping.searching import counted

    data = data_folder()
    with terminal.report_errors(), data.locked():
        finished = finish_interrupted(data)
        if finished:
            terminal.print_lines([f"finished {finished} deletions that had been interrupted"])
        removal = removal_of(data, deletion)
        terminal.confirm(removal.lines(), is_agreed=yes)
        said: list[str] = []

        def renew() -> None:
            said.extend(renewed_publication(terminal.resources(), deletion))

        with terminal.progress_bar() as progress:
            searches = delete(
                data,
                removal,
                purged=purge,
                grace_s=0.0 if now else GRACE_S,
                force=force,
                renew=renew,
                progress=progress,
            )
        terminal.print_lines(
            [f"deleted {counted(removal.deletion.rows, 'row')}", *said, *searches.lines()]
        )
        if purge:
            forget_shared()
        if searches.after.places and purge:
            raise StillThereError(tuple(searches.after.places))
        if searches.after.places:
            terminal.print_lines(
                ["earlier versions still hold what was deleted: hotspots purge removes them"]
            )
