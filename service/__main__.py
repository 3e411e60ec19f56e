"""The command line: ``hotspots``."""

from typing import Annotated

import typer

from service.commands.admin import demo, serve
from service.commands.answers import growth
from service.commands.answers import tables as answers
from service.commands.data import derive, imports
from service.commands.data import lists as listing
from service.config.version import __version__

app = typer.Typer(
    name="hotspots",
    help="Where harm concentrates, whether that is more than chance, "
    "and what planned housing will do to it.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)


def _say_version(wanted: bool) -> None:
    if wanted:
        print(f"hotspot-atlas {__version__}")  # noqa: T201
        raise typer.Exit


@app.callback()
def _hotspots(
    version: Annotated[
        bool, typer.Option("--version", callback=_say_version, is_eager=True, help="Say which.")
    ] = False,
) -> None:
    """Options of every command."""


app.command()(demo.demo)
app.command()(serve.serve)
app.add_typer(imports.app, name="import", help="From files to data at rest, all or nothing.")
app.add_typer(derive.app, name="derive", help="New data at rest from what is there.")
app.command()(listing.datasets)
app.command()(listing.boundaries)
app.command()(answers.heatmap)
app.command()(answers.peaks)
app.command()(answers.contours)
app.command()(answers.choropleth)
app.command()(answers.hotspots)
app.command()(answers.emerging)
app.command()(answers.change)
app.command()(answers.trend)
app.command()(answers.places)
app.add_typer(growth.app, name="growth", help="Planned homes, and what they will meet.")


def main() -> None:
    """Run the command line."""
    app()


if __name__ == "__main__":
    main()
