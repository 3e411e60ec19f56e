"""Run the HTTP service."""

import logging
import os
from pathlib import Path
from typing import Annotated

import typer
from fastapi import FastAPI

from service.commands import output
from service.settings import Settings

Host = Annotated[
    str, typer.Option(help="Address to listen on; anything but loopback is open to the network.")
]
Port = Annotated[int, typer.Option(min=0, max=65535, help="Port; 0 takes a free one.")]
Workers = Annotated[int, typer.Option(min=1, max=64, help="Number of processes.")]


def serve(host: Host = "127.0.0.1", port: Port = 8000, workers: Workers = 1) -> None:
    """Serve the data folder over HTTP."""
    settings = output.settings()
    if not settings.data_dir.is_dir():
        output.fail(
            f"there is no data folder {settings.data_dir}: import something first, "
            "or set HOTSPOTS_DATA_DIR"
        )
    run(settings, host=host, port=port, workers=workers)


def run(settings: Settings, *, host: str, port: int, workers: int) -> None:
    """Serve until interrupted; prints the address once it answers."""
    import uvicorn

    logging.basicConfig(
        level=settings.log_level, format="%(asctime)s %(levelname)s %(name)s: %(message)s"
    )
    os.environ["HOTSPOTS_DATA_DIR"] = str(Path(settings.data_dir).resolve())
    if workers > 1:
        output.console.print(f"Hotspot Atlas at http://{host}:{port}/ ({workers} workers)")
        uvicorn.run(
            "service.commands.serve:worker_app",
            factory=True,
            host=host,
            port=port,
            workers=workers,
            log_level=settings.log_level.lower(),
            access_log=False,
        )
        return
    config = uvicorn.Config(
        worker_app(),
        host=host,
        port=port,
        log_level=settings.log_level.lower(),
        access_log=False,
        log_config=None,
    )
    _announcing_server()(config).run()


def worker_app() -> FastAPI:
    """The application of one process, over the settings of its environment."""
    from service.app import create_app
    from service.resources import open_resources

    return create_app(open_resources(output.settings()))


def _announcing_server() -> type:
    import uvicorn

    class AnnouncingServer(uvicorn.Server):
        """Says where it listens once it does."""

        async def startup(self, sockets: list[object] | None = None) -> None:  # type: ignore[override]
            await super().startup(sockets)  # type: ignore[arg-type]
            for server in self.servers:
                for socket in server.sockets:
                    host, port = socket.getsockname()[:2]
                    shown = f"[{host}]" if ":" in host else host
                    print(f"Hotspot Atlas at http://{shown}:{port}/", flush=True)  # noqa: T201

    return AnnouncingServer
