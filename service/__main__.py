"""The command line: ``hotspots``."""

import gc

gc.disable()  # nothing imported here is garbage, and to look for it takes half a second

from typing import Annotated

import typer

from service.commands.late_commands import late_commands
from service.config.version import __version__

# In the order of the help: the module below `service.commands`, and what is called in it.
COMMANDS = {
    "demo": "admin.demo:demo",
    "serve": "admin.serve:serve",
    "doctor": "admin.doctor:doctor",
    "audit": "admin.audit:audit",
    "import": "data.imports:app",
    "derive": "data.derive:app",
    "delete": "admin.delete:app",
    "protect": "admin.protection:protect",
    "protections": "admin.protection:protections",
    "publish": "admin.protection:publish",
    "keys": "admin.keys:app",
    "purge": "admin.housekeeping:purge",
    "retain": "admin.retention:retain",
    "forget": "admin.retention:forget",
    "backup": "admin.housekeeping:backup",
    "restore": "admin.housekeeping:restore",
    "upgrade": "admin.housekeeping:upgrade",
    "datasets": "data.lists:datasets",
    "boundaries": "data.lists:boundaries",
    "flag-rules": "data.lists:flag_rules",
    "heatmap": "answers.tables:heatmap",
    "peaks": "answers.tables:peaks",
    "contours": "answers.tables:contours",
    "choropleth": "answers.tables:choropleth",
    "hotspots": "answers.tables:hotspots",
    "emerging": "answers.tables:emerging",
    "change": "answers.tables:change",
    "displacement": "answers.changes:displacement",
    "scan": "patterns.scans:scan",
    "scan-areas": "patterns.scans:scan_areas",
    "similarity": "answers.changes:similarity",
    "transitions": "answers.changes:transitions",
    "trend": "answers.tables:trend",
    "breakdown": "answers.tables:breakdown",
    "process-control": "answers.tables:process_control",
    "step-changes": "answers.tables:step_changes",
    "crosstab": "answers.tables:crosstab",
    "near": "patterns.places:near",
    "clusters": "patterns.clusters:clusters",
    "centres": "patterns.points:centres",
    "pattern": "patterns.points:pattern",
    "ranked": "answers.rankings:ranked",
    "workbook": "answers.workbooks:workbook",
    "assess": "reports.assessments:assess",
    "harm": "answers.rankings:harm",
    "deprivation": "answers.tables:deprivation",
    "profile": "answers.profiles:profile",
    "comparison": "answers.rankings:comparison",
    "sources": "answers.sources:sources",
    "quality": "answers.sources:quality",
    "areas": "answers.sources:areas",
    "similar": "answers.rankings:similar",
    "knox": "patterns.repeats:knox",
    "near-repeats": "patterns.repeats:near_repeats",
    "repeat-chains": "patterns.repeats:repeat_chains",
    "repeat-zones": "patterns.repeats:repeat_zones",
    "bursts": "patterns.repeats:bursts",
    "places": "answers.tables:places",
    "neighbours": "patterns.neighbours:neighbours",
    "patrols": "patterns.patrols:patrols",
    "patrol-capture": "patterns.patrols:patrol_capture",
    "patrol-forecast": "patterns.patrols:patrol_forecast",
    "associations": "patterns.neighbours:associations",
    "map": "answers.maps:app",
    "measures": "answers.measures:app",
    "flags": "answers.flags:flags",
    "growth": "answers.growth:app",
}

app = typer.Typer(
    name="hotspots",
    cls=late_commands(COMMANDS),
    help="Where harm concentrates, whether that is more than chance, "
    "and what planned housing will do to it.",
    no_args_is_help=True,
    add_completion=True,
    context_settings={"help_option_names": ["-h", "--help"]},
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


gc.freeze()
gc.enable()


def main() -> None:
    """Run the command line."""
    app()


if __name__ == "__main__":
    main()
