"""Command that runs the HTTP service, in this process or in several on one address."""

import errno
import importlib.util
import logging
import multiprocessing
import os
import shutil
import signal
import socket
import threading
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from service.assembly.resources import open_resources
from service.commands import terminal
from service.config.hosts import host_name, is_loopback
from service.config.settings import ConnectionSettings, Settings
from service.identity.keys import Keys
from service.identity.private_folder import PrivateFolder
from service.runtime import logs
from service.runtime.garbage import uncollected

if TYPE_CHECKING:
    from fastapi import FastAPI  # takes a fifth of a second, which other commands need not wait

METRICS_DIR = "PROMETHEUS_MULTIPROC_DIR"
OTHER_FILES = 512  # what a process may have open beside its connections
ANONYMOUS = "HOTSPOTS_ACCESS__ANONYMOUS_ROLE"
EVERY_ADDRESS = ("0.0.0.0", "::")  # noqa: S104 - what somebody may have asked for

logger = logging.getLogger("hotspots")

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
    with bind(host, port) as listener:
        with terminal.report_errors():
            resources = terminal.resources()
            resources.layers.check_scale()
            resources.incidents.ids()  # which this user may have to be given to read
        run(settings, listener, host=host, workers=workers)


def bind(host: str, port: int) -> socket.socket:
    """A socket with an address to listen on; ends the command where there is none to be had."""
    listener = None
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        family, *_, address = min(found, key=lambda info: info[0] != socket.AF_INET)
        listener = socket.socket(family)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
    except OSError as error:
        if listener is not None:
            listener.close()
        if error.errno == errno.EADDRINUSE:
            terminal.fail(
                f"port {port} of {host} is taken by another program: end that, or choose another "
                "port with --port (0 takes a free one)"
            )
        terminal.fail(
            f"cannot listen on port {port} of {host} ({error.strerror}): choose another address "
            "with --host, or another port with --port"
        )
    return listener


def run(settings: Settings, listener: socket.socket, *, host: str, workers: int) -> None:
    """Serve on a socket until interrupted; the address is printed once it answers."""
    import uvicorn

    from service.http.guards.connections import BoundedProtocol, ConnectionBounds

    if settings.redis.url.get_secret_value() and importlib.util.find_spec("redis") is None:
        terminal.fail("HOTSPOTS_REDIS__URL needs the extra: pip install 'hotspot-atlas[redis]'")
    logs.configure(settings.log_level, settings.log_format)
    os.environ["HOTSPOTS_DATA_DIR"] = str(Path(settings.data_dir).resolve())
    _answer_for(host, settings)
    _tell_apart(host, settings)
    os.environ.pop(METRICS_DIR, None)
    options: dict[str, Any] = {
        "http": partial(BoundedProtocol, bounds=ConnectionBounds(_granted(settings.connections))),
        "ws": "none",
        "proxy_headers": False,  # the application's own affair, and only from proxies it knows
        "server_header": False,
        "timeout_keep_alive": settings.connections.idle_s,
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
        serve_by_workers(config, listener, announce)
        return
    _announcing_server()(uvicorn.Config(worker_app(), **options)).run([listener])


def _granted(connections: ConnectionSettings) -> ConnectionSettings:
    """What connections are granted, after raising the number of files that may be open to it."""
    if importlib.util.find_spec("resource") is None:  # Windows has no such limit
        return connections
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    needed = connections.maximum + OTHER_FILES
    if soft == resource.RLIM_INFINITY or soft >= needed:
        return connections
    limit = needed if hard == resource.RLIM_INFINITY else min(needed, hard)
    resource.setrlimit(resource.RLIMIT_NOFILE, (limit, hard))
    if limit == needed:
        return connections
    maximum = max(limit - OTHER_FILES, limit // 2)
    logger.warning(
        "this process may open %d files: %d connections instead of %d "
        "(HOTSPOTS_CONNECTIONS__MAXIMUM; raise the limit with ulimit -n or LimitNOFILE)",
        limit,
        maximum,
        connections.maximum,
    )
    return connections.model_copy(update={"maximum": maximum})


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


def _tell_apart(host: str, settings: Settings) -> None:
    """Take whoever brings no key for the public where others can reach this; say what that is."""
    is_here = is_loopback(host_name(host) or host)
    if settings.access.anonymous_role != "auto" or (is_here and not settings.is_public):
        return
    os.environ[ANONYMOUS] = "public"
    with terminal.report_errors():
        has_keys = not Keys(PrivateFolder(settings.access_folder)).is_empty
    if has_keys:
        return
    terminal.console.print(
        "[bold yellow]note:[/] whoever brings no key sees only what is open to the public. "
        f"hotspots keys make lets others in; {ANONYMOUS}=analyst shows everything to everybody."
    )


def worker_app() -> "FastAPI":
    """The application of one process, with the settings from its environment."""
    from service.runtime.libraries import load_behind

    settings = terminal.settings()
    parent = multiprocessing.parent_process()
    if parent is not None:
        logs.configure(settings.log_level, settings.log_format)
        threading.Thread(target=_end_with, args=(parent,), daemon=True).start()
    with uncollected():
        from service.assembly.app import create_app

        app = create_app(open_resources(settings), routes_late=True)
    threading.Thread(
        target=load_behind,
        args=(app.state.metrics.quiet_s, app.state.late_routes.complete),
        name="behind",
        daemon=True,
    ).start()
    return app


def _end_with(parent: Any) -> None:
    """End this worker when its parent process has ended for any reason, and clear up after it."""
    parent.join()
    shutil.rmtree(os.environ[METRICS_DIR], ignore_errors=True)
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
            with uncollected():
                await super().startup(sockets)
            for server in self.servers:
                for listener in server.sockets:
                    announce(listener)

    return AnnouncingServer
