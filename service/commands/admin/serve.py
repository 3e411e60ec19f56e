"""Command that runs the HTTP service, in this process or in several on one address."""

import importlib.util
import multiprocessing
import os
import signal
import socket
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from service.commands import terminal
from service.config.hosts import host_name
from service.config.settings import Settings
from service.runtime import logs

if TYPE_CHECKING:
    from fastapi import FastAPI  # takes a fifth of a second, which other commands need not wait

METRICS_DIR = "PROMETHEUS_MULTIPROC_DIR"
EVERY_ADDRESS = ("0.0.0.0", "::")  # noqa: S104 - what somebody may have asked for

Host = Annotated[
    str,
    typer.Option(
        help="Address to listen on; any address but loopback is open to the network. What others "
        "call this machine is named in HOTSPOTS_HOSTS."
    ),
]
Port = Annotated[int, typer.Option(min=0, max=65535, help="Port; 0 takes a free one.")]
Workers = Annotated[int, typer.Option(min=1, max=64, help="Number of processes.")]


def serve(host: Host = "127.0.0.1", port: Port = 8000, workers: Workers = 1) -> None:
    """Serve the data folder over HTTP."""
    settings = terminal.settings()
    if not settings.data_dir.is_dir():
        terminal.fail(
            f"there is no data folder {settings.data_dir}: import something first, "
            "or set HOTSPOTS_DATA_DIR"
        )
    with terminal.report_errors():
        resources = terminal.resources()
        resources.layers.check_scale()
        resources.incidents.ids()  # which this user may have to be given to read
    run(settings, host=host, port=port, workers=workers)


def run(settings: Settings, *, host: str, port: int, workers: int) -> None:
    """Serve until interrupted; the address is printed once it answers."""
    import uvicorn

    if settings.redis.url.get_secret_value() and importlib.util.find_spec("redis") is None:
        terminal.fail("HOTSPOTS_REDIS__URL needs the extra: pip install 'hotspot-atlas[redis]'")
    logs.configure(settings.log_level, settings.log_format)
    os.environ["HOTSPOTS_DATA_DIR"] = str(Path(settings.data_dir).resolve())
    _answer_for(host, settings)
    os.environ.pop(METRICS_DIR, None)
    options: dict[str, Any] = {
        "host": host,
        "port": port,
        "log_level": settings.log_level.lower(),
        "access_log": False,  # ours says more, and nothing of what was asked
        "log_config": None,
        "timeout_graceful_shutdown": settings.shutdown_s,
    }
    if workers > 1:
        from service.commands.admin.workers import serve_by_workers

        config = uvicorn.Config(
            "service.commands.admin.serve:worker_app", factory=True, workers=workers, **options
        )
        serve_by_workers(config, announce)
        return
    _announcing_server()(uvicorn.Config(worker_app(), **options)).run()


def _answer_for(host: str, settings: Settings) -> None:
    """Answer requests for the address that is listened on; say so where no host can be known."""
    name = host_name(host) or host
    if name not in EVERY_ADDRESS:
        os.environ["HOTSPOTS_HOSTS"] = ",".join((*settings.hosts, name))
    elif not settings.host_names:
        terminal.console.print(
            f"[bold yellow]note:[/] {host} is every address of this machine, but only requests "
            "for localhost are answered. Name what others call this machine in HOTSPOTS_HOSTS, "
            f"such as HOTSPOTS_HOSTS={socket.gethostname().lower()}"
        )


def worker_app() -> "FastAPI":
    """The application of one process, with the settings from its environment."""
    from service.assembly.app import create_app
    from service.assembly.resources import open_resources

    settings = terminal.settings()
    parent = multiprocessing.parent_process()
    if parent is not None:
        logs.configure(settings.log_level, settings.log_format)
        threading.Thread(target=_end_with, args=(parent,), daemon=True).start()
    return create_app(open_resources(settings))


def _end_with(parent: Any) -> None:
    """End this worker when its parent process has ended for any reason."""
    parent.join()
    os.kill(os.getpid(), signal.SIGTERM)


def announce(listener: socket.socket) -> None:
    """Print the address of a listening socket."""
    host, port = listener.getsockname()[:2]
    shown_host = f"[{host}]" if ":" in host else host
    print(f"Hotspot Atlas at http://{shown_host}:{port}/", flush=True)  # noqa: T201


def _announcing_server() -> type:
    import uvicorn

    class AnnouncingServer(uvicorn.Server):
        """A server that prints its address when it listens."""

        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets)
            for server in self.servers:
                for listener in server.sockets:
                    announce(listener)

    return AnnouncingServer
