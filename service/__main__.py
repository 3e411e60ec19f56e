"""The command line: ``hotspots``."""

import gc

gc.disable()  # nothing imported here is garbage, and to look for it takes half a second

from typing import Annotated

import typer

from service.commands.admin import (
    audit,
    delete,
    demo,
    doctor,
    housekeeping,
    keys,
    protection,
    retention,
    serve,
)
from service.commands.answers import (
    changes,
    flags,
    growth,
    maps,
    measures,
    profiles,
    rankings,
    sources,
    tables,
    workbooks,
)
from service.commands.data import derive, imports, lists
from service.commands.patterns import clusters, neighbours, patrols, places, points, repeats, scans
from service.commands.reports import assessments
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


def _say_version(is_requested: bool) -> None:
    if is_requested:
        print(f"hotspot-atlas {__version__}")  # noqa: T201
        raise typer.Exit


@app.callback()
def _hotspots(
    version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_say_version, is_eager=True, help="Show the version and exit."
        ),
    ] = False,
) -> None:
    """Options of every command."""


app.command()(demo.demo)
app.command()(serve.serve)
app.command()(doctor.doctor)
app.command()(audit.audit)
app.add_typer(
    imports.app,
    name="import",
    help="Import files: each import succeeds as a whole or changes nothing.",
)
app.add_typer(derive.app, name="derive", help="Derive new layers and tables from imported data.")
app.add_typer(delete.app, name="delete", help="Delete data, provably.")
app.command()(protection.protect)
app.command()(protection.protections)
app.command()(protection.publish)
app.add_typer(keys.app, name="keys", help="Keys of the API: who may ask, and as whom.")
app.command()(housekeeping.purge)
app.command()(retention.retain)
app.command()(retention.forget)
app.command()(housekeeping.backup)
app.command()(housekeeping.restore)
app.command()(housekeeping.upgrade)
app.command()(lists.datasets)
app.command()(lists.boundaries)
app.command()(lists.flag_rules)
app.command()(tables.heatmap)
app.command()(tables.peaks)
app.command()(tables.contours)
app.command()(tables.choropleth)
app.command()(tables.hotspots)
app.command()(tables.emerging)
app.command()(tables.change)
app.command()(changes.displacement)
app.command()(scans.scan)
app.command()(scans.scan_areas)
app.command()(changes.similarity)
app.command()(changes.transitions)
app.command()(tables.trend)
app.command()(tables.breakdown)
app.command()(tables.process_control)
app.command()(tables.step_changes)
app.command()(tables.crosstab)
app.command()(places.near)
app.command()(clusters.clusters)
app.command()(points.centres)
app.command()(points.pattern)
app.command()(rankings.ranked)
app.command()(workbooks.workbook)
app.command()(assessments.assess)
app.command()(rankings.harm)
app.command()(tables.deprivation)
app.command()(profiles.profile)
app.command()(rankings.comparison)
app.command()(sources.sources)
app.command()(sources.quality)
app.command()(rankings.similar)
app.command()(repeats.knox)
app.command()(repeats.near_repeats)
app.command()(repeats.repeat_chains)
app.command()(repeats.repeat_zones)
app.command()(repeats.bursts)
app.command()(tables.places)
app.command()(neighbours.neighbours)
app.command()(patrols.patrols)
app.command()(patrols.patrol_capture)
app.command()(patrols.patrol_forecast)
app.command()(neighbours.associations)
app.add_typer(maps.app, name="map", help="Maps for paper, as .png, .svg or .pdf.")
app.add_typer(measures.app, name="measures", help="Tables of measures of areas, no incidents.")
app.command()(flags.flags)
app.add_typer(growth.app, name="growth", help="Planned homes and the incidents around them.")
gc.freeze()
gc.enable()


def main() -> None:
    """Run the command line."""
    app()


if __name__ == "__main__":
    main()
