"""Command that serves the demonstration county and writes it first if it is missing."""

import os
from contextlib import nullcontext
from pathlib import Path
from typing import Annotated

import typer

from service.analyses.resources import Resources
from service.commands import terminal
from service.commands.admin import serve
from service.demo.marker import demo_state

DEFAULT_FOLDER = Path("demo-data")


def demo(
    host: serve.Host = "127.0.0.1",
    port: serve.Port = 8000,
    workers: serve.Workers = 1,
    write_only: Annotated[
        bool, typer.Option("--write-only", help="Write the data and exit without serving.")
    ] = False,
) -> None:
    """Write the synthetic demonstration county when it is absent, then serve it.

    The data go to HOTSPOTS_DATA_DIR, or to demo-data in this folder. Crimes and fires are open,
    and the callouts are published by ward and year; nobody needs a key on this machine until
    hotspots keys make has made one.
    """
    if "HOTSPOTS_DATA_DIR" not in os.environ:
        os.environ["HOTSPOTS_DATA_DIR"] = str(DEFAULT_FOLDER)
    settings = terminal.settings()
    with nullcontext() if write_only else serve.bind(host, port) as listener:
        written = False
        if demo_state(settings.data_dir) != "complete":
            # Making the county takes libraries that serving it does not.
            from service.demo.write import ensure_demo

            with terminal.report_errors(), terminal.progress_bar() as progress:
                written = ensure_demo(settings.data_dir, crs=settings.crs, progress=progress)
            with terminal.report_errors():
                protect(terminal.resources())
        folder = settings.data_dir.resolve()
        state = "written to" if written else "is in"
        terminal.console.print(f"the demonstration county (synthetic) {state} {folder}")
        if listener is not None:
            serve.run(settings, listener, host=host, workers=workers)


def protect(resources: Resources) -> None:
    """Protect the datasets of the demonstration that have no protection, and publish them.

    Parameters
    ----------
    resources : Resources
        Of the owner, over a folder with the demonstration.
    """
    from service.analyses.publication.publisher import Publisher
    from service.demo.protections import PROTECTIONS

    publisher = Publisher(
        incidents=resources.incidents,
        areas=resources.areas,
        layers=resources.layers,
        published=resources.published,
        secret=resources.record_key_secret,
    )
    for protection in PROTECTIONS:
        if resources.protections.get(protection.dataset) is None:
            resources.protections.save(protection)
            if protection.cells is not None:
                publisher.publish(protection)
