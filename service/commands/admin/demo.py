"""Command that serves the demonstration county and writes it first if it is missing."""

import os
from contextlib import nullcontext
from pathlib import Path
from typing import Annotated

import typer

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

    The data go to HOTSPOTS_DATA_DIR, or to demo-data in this folder.
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
        folder = settings.data_dir.resolve()
        state = "written to" if written else "is in"
        terminal.console.print(f"the demonstration county (synthetic) {state} {folder}")
        if listener is not None:
            serve.run(settings, listener, host=host, workers=workers)
